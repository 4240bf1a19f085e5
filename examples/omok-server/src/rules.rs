//! Which moves win, and which are forbidden.
//!
//! Two rule sets. Freestyle (자유룰): five **or more** in a row win, nothing is forbidden. Korean
//! general (일반룰): exactly five win; a double three is forbidden for both colours unless the move
//! makes five; a double four is allowed; an overline (six or more) neither wins nor is forbidden.
//!
//! Imports [`crate::board`] only. Cost: a few dozen cell reads a move, no allocation.
//!
//! # What a three is
//!
//! A *straight four* is four stones in an unbroken row whose two neighbours are both empty and
//! **each** complete a five. Under the general rule a five is exactly five, so a neighbour whose
//! filling would join a sixth stone completes nothing and spoils the four.
//! A *three* is a line that one more stone turns into a straight four. A double three is a move
//! through which two or more threes run; a line counts once, however many points would complete
//! its straight four. Whether the completing point is itself forbidden is not asked: the general
//! rule, unlike renju, looks one step ahead and no further.

use serde::{Deserialize, Serialize};

use crate::board::{Board, Cell, Point, Stone, DIRECTIONS};
use crate::closed_set::closed_set;

#[cfg(test)]
mod naive;
#[cfg(test)]
mod tests;

closed_set! {
    /// A rule set.
    #[derive(Deserialize, Serialize)]
    #[serde(rename_all = "snake_case")]
    Rule { Freestyle, General }
}

impl Rule {
    fn is_five(self, run: i32) -> bool {
        match self {
            Rule::Freestyle => run >= 5,
            Rule::General => run == 5,
        }
    }
}

/// What a stone on an empty point would mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It wins.
    Five,
    /// It is forbidden.
    DoubleThree,
    Ordinary,
}

/// Judges `stone` on `point`, which must be empty: a stone already there is not looked at.
pub(crate) fn judge(board: &Board, rule: Rule, point: Point, stone: Stone) -> Verdict {
    // A five is asked for first: it wins even where threes cross.
    if makes_five(board, rule, point, stone) {
        return Verdict::Five;
    }
    if rule == Rule::General && threes(board, point, stone) >= 2 {
        return Verdict::DoubleThree;
    }
    Verdict::Ordinary
}

/// Whether `stone` on `point` completes a five.
pub(crate) fn makes_five(board: &Board, rule: Rule, point: Point, stone: Stone) -> bool {
    DIRECTIONS.iter().any(|direction| rule.is_five(run(board, point, stone, *direction)))
}

/// Whether `stone` on `point` makes a straight four, which cannot be stopped by one stone.
pub(crate) fn makes_straight_four(board: &Board, rule: Rule, point: Point, stone: Stone) -> bool {
    DIRECTIONS.iter().any(|direction| {
        let line = Line::through(board, point, stone, *direction);
        (-3..=0).any(|start| line.own_in_four(start) == 4 && line.opens(rule, start))
    })
}

/// How many threes of the general rule run through `stone` on `point`; at most one a direction.
fn threes(board: &Board, point: Point, stone: Stone) -> usize {
    DIRECTIONS
        .iter()
        .filter(|direction| Line::through(board, point, stone, **direction).is_three())
        .count()
}

/// Stones in an unbroken row through `point`, counting the one about to be put there.
fn run(board: &Board, point: Point, stone: Stone, direction: (i32, i32)) -> i32 {
    let side = |sign: i32| {
        (1..)
            .take_while(|step| board.look(point, direction, sign * step, stone) == Cell::Own)
            .count() as i32
    };
    1 + side(-1) + side(1)
}

/// The cells within five steps of a point along one direction: a straight four through the point
/// reaches three steps, the stones that would turn its fives into overlines lie two further.
struct Line([Cell; 11]);

impl Line {
    fn through(board: &Board, point: Point, stone: Stone, direction: (i32, i32)) -> Self {
        let mut cells = [Cell::Own; 11];
        for (cell, steps) in cells.iter_mut().zip(-5..) {
            if steps != 0 {
                *cell = board.look(point, direction, steps, stone);
            }
        }
        Line(cells)
    }

    /// The cell `steps` from the point; `steps` in −5 to 5.
    fn at(&self, steps: i32) -> Cell {
        usize::try_from(steps + 5)
            .ok()
            .and_then(|i| self.0.get(i))
            .copied()
            .unwrap_or(Cell::Blocked)
    }

    fn own_in_four(&self, start: i32) -> usize {
        (start..start + 4).filter(|steps| self.at(*steps) == Cell::Own).count()
    }

    /// Whether four stones from `start` would be a straight four: both neighbours empty, and
    /// filling either makes a five.
    fn opens(&self, rule: Rule, start: i32) -> bool {
        let ends_empty = self.at(start - 1) == Cell::Empty && self.at(start + 4) == Cell::Empty;
        let overlines = self.at(start - 2) == Cell::Own || self.at(start + 5) == Cell::Own;
        ends_empty && (rule == Rule::Freestyle || !overlines)
    }

    /// Whether one more stone makes a straight four of the general rule through the middle.
    ///
    /// A line that is already a four is never a three: with a fifth stone near enough to complete
    /// it, the straight four would have an overline on that side.
    fn is_three(&self) -> bool {
        (-3..=0).any(|start| {
            let fourth_is_empty = (start..start + 4).any(|steps| self.at(steps) == Cell::Empty);
            self.own_in_four(start) == 3 && fourth_is_empty && self.opens(Rule::General, start)
        })
    }
}
