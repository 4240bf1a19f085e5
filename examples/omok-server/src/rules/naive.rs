//! The obviously correct twin of the rules: it puts real stones on a copy of the board and looks
//! at every line again. Slow on purpose.

use super::{Rule, Verdict};
use crate::board::{Board, Point, Stone, DIRECTIONS};

/// The same question as [`super::judge`], answered by trying.
pub(super) fn judge(board: &Board, rule: Rule, point: Point, stone: Stone) -> Verdict {
    let mut after = board.clone();
    after.set(point, Some(stone));
    let wins = |row: &Vec<Point>| match rule {
        Rule::Freestyle => row.len() >= 5,
        Rule::General => row.len() == 5,
    };
    if DIRECTIONS.iter().map(|d| row_through(&after, point, *d)).any(|row| wins(&row)) {
        return Verdict::Five;
    }
    let threes = DIRECTIONS.iter().filter(|d| is_three(&after, point, stone, **d)).count();
    if rule == Rule::General && threes >= 2 {
        return Verdict::DoubleThree;
    }
    Verdict::Ordinary
}

/// Whether some empty point of the whole line makes a straight four that holds `point`.
fn is_three(board: &Board, point: Point, stone: Stone, direction: (i32, i32)) -> bool {
    (-14..=14).filter_map(|steps| point.step(direction, steps)).any(|extra| {
        if board.get(extra).is_some() {
            return false;
        }
        let mut more = board.clone();
        more.set(extra, Some(stone));
        let four = row_through(&more, extra, direction);
        four.len() == 4 && four.contains(&point) && completions(&more, &four, stone, direction) == 2
    })
}

/// In how many ways one more stone next to the row makes exactly five of it.
fn completions(board: &Board, row: &[Point], stone: Stone, direction: (i32, i32)) -> usize {
    let ends = [row[0].step(direction, -1), row[row.len() - 1].step(direction, 1)];
    ends.into_iter()
        .flatten()
        .filter(|end| board.get(*end).is_none())
        .filter(|end| {
            let mut full = board.clone();
            full.set(*end, Some(stone));
            row_through(&full, *end, direction).len() == 5
        })
        .count()
}

/// The unbroken row of one colour through an occupied point, in order along `direction`.
fn row_through(board: &Board, point: Point, direction: (i32, i32)) -> Vec<Point> {
    let colour = board.get(point);
    let same = |p: &Point| board.get(*p) == colour;
    let walk =
        |sign: i32| (1..15).map_while(move |s| point.step(direction, sign * s)).take_while(same);
    let mut row: Vec<Point> = walk(-1).collect();
    row.reverse();
    row.push(point);
    row.extend(walk(1));
    row
}
