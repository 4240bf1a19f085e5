//! Plays a game to its end: fives are made and blocked, everything else is chance.

use rand::Rng;

use crate::board::{Board, Cell, Point, Stone, DIRECTIONS};
use crate::bot::candidates;
use crate::rules::{makes_five, Rule};

/// Moves after which a game counts as a draw.
const LONGEST: usize = 40;

/// Who wins when both play on from here; `None` for a draw. Double threes are not looked at: chance
/// seldom makes one, and to judge each stone would take most of the time.
pub(super) fn winner(
    board: &mut Board,
    rule: Rule,
    turn: Stone,
    last: Option<Point>,
    rng: &mut impl Rng,
) -> Option<Stone> {
    let mut free: Vec<Point> = candidates(board).collect();
    // The last stone of the other, and one's own before that.
    let (mut theirs, mut own, mut turn) = (last, None, turn);
    for _ in 0..LONGEST {
        let complete = |last: Option<Point>, stone| completion(board, rule, last?, stone);
        if complete(own, turn).is_some() {
            return Some(turn);
        }
        let point = match complete(theirs, turn.other()) {
            Some(block) => block,
            None => loop {
                if free.is_empty() {
                    return None;
                }
                let point = free.swap_remove(rng.random_range(0..free.len()));
                if board.get(point).is_none() {
                    break point;
                }
            },
        };
        if makes_five(board, rule, point, turn) {
            return Some(turn);
        }
        board.set(point, Some(turn));
        let around = DIRECTIONS.iter().flat_map(|direction| {
            [-1, 1].into_iter().filter_map(|steps| point.step(*direction, steps))
        });
        free.extend(around.filter(|p| board.get(*p).is_none()));
        (own, theirs, turn) = (theirs, Some(point), turn.other());
    }
    None
}

/// The point that makes a five of a line through the stone at `last`.
fn completion(board: &Board, rule: Rule, last: Point, stone: Stone) -> Option<Point> {
    DIRECTIONS.iter().find_map(|direction| {
        let cells = (-4..=4).filter(|s| *s != 0);
        let is = |steps: i32, cell| board.look(last, *direction, steps, stone) == cell;
        if cells.clone().filter(|steps| is(*steps, Cell::Own)).count() < 3 {
            return None;
        }
        cells
            .filter(|steps| is(*steps, Cell::Empty))
            .filter_map(|steps| last.step(*direction, steps))
            .find(|point| makes_five(board, rule, *point, stone))
    })
}
