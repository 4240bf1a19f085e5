//! Which points are worth looking at: those that are forced, else those of the best patterns.

use super::tree::State;
use crate::board::{Board, Point, Stone};
use crate::bot::{candidates, patterns};
use crate::rules::{judge, makes_five, makes_straight_four, Rule, Verdict};

/// Most children of a node that is not forced.
const WIDTH: usize = 20;

/// What there is to choose from where a move is to be made.
pub(super) enum Choice {
    /// It wins, or nothing else does not lose.
    Only(Point),
    /// Whatever else is played loses.
    Among(Vec<Point>),
    Free,
}

/// What is forced, seen two moves ahead: too dear to be asked at each node.
pub(super) fn at_root(board: &Board, rule: Rule, stone: Stone) -> Choice {
    let points: Vec<Point> = candidates(board).collect();
    let legal = |p: &&Point| judge(board, rule, **p, stone) != Verdict::DoubleThree;
    if let Some(five) = points.iter().find(|p| makes_five(board, rule, **p, stone)) {
        return Choice::Only(*five);
    }
    let other = stone.other();
    let must = |p: &&Point| makes_five(board, rule, **p, other);
    if points.iter().any(|p| must(&p)) {
        let blocks: Vec<Point> = points.iter().filter(must).filter(legal).copied().collect();
        return match blocks[..] {
            [only] => Choice::Only(only),
            [] => Choice::Free,
            _ => Choice::Among(blocks),
        };
    }
    let own_four = |p: &&Point| makes_straight_four(board, rule, **p, stone);
    if let Some(four) = points.iter().filter(legal).find(own_four) {
        return Choice::Only(*four);
    }
    let threats: Vec<Point> =
        points.iter().filter(|p| makes_straight_four(board, rule, **p, other)).copied().collect();
    if threats.is_empty() {
        return Choice::Free;
    }
    // Against an open three: a point after which there is no straight four any more, or a four.
    let mut after = board.clone();
    let mut answers = |p: &&Point| {
        after.set(**p, Some(stone));
        let is_stopped = threats.iter().all(|threat| {
            after.get(*threat).is_some() || !makes_straight_four(&after, rule, *threat, other)
        });
        let answers = is_stopped
            || points
                .iter()
                .any(|next| after.get(*next).is_none() && makes_five(&after, rule, *next, stone));
        after.set(**p, None);
        answers
    };
    let all: Vec<Point> = points.iter().filter(legal).filter(|p| answers(p)).copied().collect();
    match all[..] {
        [only] => Choice::Only(only),
        [] => Choice::Free,
        _ => Choice::Among(all),
    }
}

/// The children of a position in which `stone` moves, best patterns first: a five alone, all blocks of
/// one, else a few of those that are legal. None where no point near a stone is.
pub(super) fn list(board: &Board, rule: Rule, stone: Stone) -> Vec<(Point, State)> {
    let points: Vec<Point> = candidates(board).collect();
    if let Some(five) = points.iter().find(|p| makes_five(board, rule, **p, stone)) {
        return vec![(*five, State::Won)];
    }
    let legal = |p: &Point| judge(board, rule, *p, stone) != Verdict::DoubleThree;
    let open = |point| (point, State::Open);
    let must = |p: &&Point| makes_five(board, rule, **p, stone.other());
    let blocks: Vec<Point> = points.iter().filter(must).filter(|p| legal(p)).copied().collect();
    if !blocks.is_empty() {
        return blocks.into_iter().map(open).collect();
    }
    let worth = |p: Point| {
        let (own, others) = (patterns(board, p, stone), patterns(board, p, stone.other()));
        own * 11 / 10 + others
    };
    let mut scored: Vec<(i64, Point)> = points.into_iter().map(|p| (worth(p), p)).collect();
    scored.sort_by_key(|(worth, _)| std::cmp::Reverse(*worth));
    scored.into_iter().map(|(_, p)| p).filter(legal).take(WIDTH).map(open).collect()
}
