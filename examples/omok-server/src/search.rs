//! The strongest computer player: it plays games out from the position and looks deeper where they
//! were won (Monte-Carlo tree search, UCT).
//!
//! [`candidate`] says which points are worth looking at, and finds moves that are forced. [`tree`] keeps
//! what was learnt, in a pool that a copying collector cleans. [`playout`] plays a game to its end.
//! [`pool`] has the threads on which all of this runs: a search takes as long as it is given, which is
//! nothing for a task of the room.

use std::time::{Duration, Instant};

use nunchi::gc::GcStats;
use rand::Rng;

use crate::board::{Board, Point, Stone};
use crate::game::Game;
use crate::metrics;
use crate::rules::{judge, Rule, Verdict};

mod candidate;
mod playout;
pub(crate) mod pool;
#[cfg(test)]
mod tests;
mod tree;

use candidate::Choice;
use tree::{State, Tree, ROOT};

/// Playouts between two looks at the clock.
const BETWEEN_LOOKS: u32 = 8;

/// How much is explored that does not look best: the constant of UCT.
const CURIOSITY: f32 = 0.9;

/// What a search may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) time: Duration,
    pub(crate) playouts: u32,
}

/// One computer player's memory of one game.
#[derive(Debug)]
pub(crate) struct Search {
    tree: Tree,
    /// The game that the root of the tree is the position of.
    rule: Rule,
    moves: Vec<Point>,
}

impl Search {
    /// A memory of at most so many nodes.
    pub(crate) fn new(stats: &GcStats, nodes: usize) -> Self {
        Search { tree: Tree::new(stats, nodes), rule: Rule::General, moves: Vec::new() }
    }

    /// The point that whose turn it is should take, or `None` if no legal point is left.
    pub(crate) fn choose(
        &mut self,
        game: &Game,
        limits: Limits,
        rng: &mut impl Rng,
    ) -> Option<Point> {
        let started = Instant::now();
        self.catch_up(game);
        let (board, rule, stone) = (game.board(), game.rule(), game.turn());
        if board.is_empty() {
            return Some(Point::CENTRE);
        }
        match candidate::at_root(board, rule, stone) {
            Choice::Only(point) => return Some(point),
            Choice::Among(points) => {
                // What was learnt of the root before had other children.
                self.tree.restart();
                self.tree.expand(ROOT, points.into_iter().map(|point| (point, State::Open)));
            }
            Choice::Free => {}
        }
        let mut playouts = 0;
        while playouts < limits.playouts {
            if playouts % BETWEEN_LOOKS == 0 && playouts > 0 && started.elapsed() >= limits.time {
                break;
            }
            self.play_out(board, rule, stone, rng);
            playouts += 1;
        }
        metrics::BOT_PLAYOUTS.with(&()).inc_by(u64::from(playouts));
        let legal = |p: &Point| {
            board.get(*p).is_none() && judge(board, rule, *p, stone) != Verdict::DoubleThree
        };
        // Everything near a stone may be forbidden or taken: then anything legal will do.
        self.tree.best().or_else(|| Point::all().find(legal))
    }

    /// Moves the root to the position of the game.
    fn catch_up(&mut self, game: &Game) {
        let known = self.rule == game.rule() && game.moves().starts_with(&self.moves);
        if known {
            let new = game.moves().get(self.moves.len()..).unwrap_or_default();
            if !new.is_empty() {
                self.tree.follow(new);
            }
        } else {
            self.tree.restart();
        }
        self.rule = game.rule();
        self.moves = game.moves().to_vec();
    }

    /// Goes down to where nothing is known, adds to it, plays the game out, and takes the result back up.
    fn play_out(&mut self, board: &Board, rule: Rule, stone: Stone, rng: &mut impl Rng) {
        let (mut board, mut turn) = (board.clone(), stone);
        let mut path = vec![ROOT];
        let mut last = None;
        loop {
            let at = path.last().copied().unwrap_or(ROOT);
            let node = self.tree.node(at);
            if node.state == State::Won {
                break;
            }
            let mut is_new = false;
            if node.children == 0 {
                // A leaf is worth children when it is met again.
                if at != ROOT && node.visits == 0 {
                    break;
                }
                if self.tree.is_full() {
                    self.tree.relieve();
                    return; // The path is not where it was.
                }
                let children = candidate::list(&board, rule, turn);
                if children.is_empty() {
                    break;
                }
                metrics::BOT_NODES.with(&()).inc_by(children.len() as u64);
                self.tree.expand(at, children.into_iter());
                is_new = true;
            }
            let child = self.tree.select(at, CURIOSITY);
            let point = self.tree.node(child).point;
            board.set(point, Some(turn));
            last = Some(point);
            turn = turn.other();
            path.push(child);
            if is_new {
                break;
            }
        }
        metrics::BOT_DEPTH.with(&()).observe(path.len() as f64 - 1.0);
        let leaf = path.last().copied().unwrap_or(ROOT);
        let winner = match self.tree.node(leaf).state {
            State::Won => Some(turn.other()),
            State::Lost => Some(turn),
            State::Open => playout::winner(&mut board, rule, turn, last, rng),
        };
        self.tree.learn(&path, stone.other(), winner);
    }
}
