//! The computer's player: win if it can, block if it must, else the point of the best pattern.
//!
//! Imports [`crate::board`] and [`crate::rules`]. One choice reads about 40 cells for each empty
//! point near a stone and allocates once: tens of microseconds, so rooms think inline instead of
//! on a pool of threads. `omok_bot_search_seconds` watches that this stays true. The strongest level
//! takes much longer, and is in [`crate::search`].

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::board::{Board, Cell, Point, Stone, DIRECTIONS};
use crate::closed_set::closed_set;
use crate::rules::{judge, makes_five, makes_straight_four, Rule, Verdict};

closed_set! {
    /// How well the computer plays.
    #[derive(Deserialize, Serialize)]
    #[serde(rename_all = "snake_case")]
    Level {
        /// Sees fives, misses a block now and then, and is not choosy.
        Easy,
        /// Also sees straight fours, and takes the best pattern.
        Normal,
        /// Plays games out before it moves: see [`crate::search`]. Where there is no thread to do it,
        /// as `Normal`.
        Hard,
    }
}

/// The point the computer would take, or `None` if no legal point is left to it.
pub(crate) fn choose(
    board: &Board,
    rule: Rule,
    stone: Stone,
    level: Level,
    rng: &mut impl Rng,
) -> Option<Point> {
    if board.is_empty() {
        return Some(Point::CENTRE);
    }
    let points: Vec<Point> = candidates(board).collect();
    let own_five = points.iter().find(|p| makes_five(board, rule, **p, stone));
    if let Some(point) = own_five {
        return Some(*point);
    }
    let legal = |p: &Point| judge(board, rule, *p, stone) != Verdict::DoubleThree;
    let sees_block = level != Level::Easy || rng.random_bool(0.8);
    if sees_block {
        let must = |p: &&Point| makes_five(board, rule, **p, stone.other()) && legal(p);
        if let Some(point) = points.iter().find(must) {
            return Some(*point);
        }
    }
    let mut scored: Vec<(i64, Point)> = points
        .into_iter()
        .filter(legal)
        .map(|p| (value(board, rule, p, stone, level) * 8 + rng.random_range(0..8), p))
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let choices = match level {
        Level::Easy => scored.len().min(3),
        Level::Normal | Level::Hard => scored.len().min(1),
    };
    if choices == 0 {
        // Everything near a stone is forbidden or taken; anything legal will do.
        return Point::all().find(|p| board.get(*p).is_none() && legal(p));
    }
    scored.get(rng.random_range(0..choices)).map(|(_, point)| *point)
}

/// Empty points within two steps of a stone.
pub(crate) fn candidates(board: &Board) -> impl Iterator<Item = Point> + '_ {
    let mut near = [[false; 15]; 15];
    for stone in Point::all().filter(|p| board.get(*p).is_some()) {
        for y in stone.y().saturating_sub(2)..=(stone.y() + 2).min(14) {
            for x in stone.x().saturating_sub(2)..=(stone.x() + 2).min(14) {
                near[usize::from(y)][usize::from(x)] = true;
            }
        }
    }
    Point::all()
        .filter(move |p| near[usize::from(p.y())][usize::from(p.x())] && board.get(*p).is_none())
}

/// What the point is worth to `stone`: its own patterns, and those it takes from the opponent.
fn value(board: &Board, rule: Rule, point: Point, stone: Stone, level: Level) -> i64 {
    let mut total = 0;
    if level != Level::Easy {
        if makes_straight_four(board, rule, point, stone) {
            total += 100_000;
        }
        if makes_straight_four(board, rule, point, stone.other()) {
            total += 20_000;
        }
    }
    let centre = 7 - i64::from(point.distance(Point::CENTRE));
    total + patterns(board, point, stone) * 11 / 10 + patterns(board, point, stone.other()) + centre
}

/// The worth of the windows of five that hold the point: one the opponent is in is worth nothing,
/// else the more of one's stones are in it, the more.
pub(crate) fn patterns(board: &Board, point: Point, stone: Stone) -> i64 {
    const WORTH: [i64; 5] = [1, 8, 60, 400, 400];
    let mut total = 0;
    for direction in DIRECTIONS {
        let mut cells = [Cell::Empty; 9];
        for (cell, steps) in cells.iter_mut().zip(-4..) {
            *cell = board.look(point, direction, steps, stone);
        }
        for window in cells.windows(5) {
            if !window.contains(&Cell::Blocked) {
                let own = window.iter().filter(|cell| **cell == Cell::Own).count();
                total += WORTH[own.min(4)];
            }
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use rand::{rngs::StdRng, SeedableRng};

    use super::*;

    fn board(stones: &[(i64, i64, Stone)]) -> Board {
        let mut board = Board::new();
        for (x, y, stone) in stones {
            board.set(Point::new(*x, *y).unwrap(), Some(*stone));
        }
        board
    }

    fn normal(board: &Board, rule: Rule) -> Point {
        let mut rng = StdRng::seed_from_u64(1);
        choose(board, rule, Stone::Black, Level::Normal, &mut rng).unwrap()
    }

    #[test]
    fn bot_wins_before_it_blocks() {
        use Stone::{Black, White};
        let mut both = board(&[(3, 3, Black), (4, 3, Black), (5, 3, Black), (6, 3, Black)]);
        for x in 3..7 {
            both.set(Point::new(x, 9).unwrap(), Some(White));
        }
        assert_eq!(normal(&both, Rule::General).y(), 3);
    }

    #[test]
    fn bot_blocks_a_four_and_an_open_three() {
        use Stone::White;
        let four = board(&[(0, 5, White), (1, 5, White), (2, 5, White), (3, 5, White)]);
        assert_eq!(normal(&four, Rule::General), Point::new(4, 5).unwrap());
        let three = board(&[(6, 7, White), (7, 7, White), (8, 7, White)]);
        let answer = normal(&three, Rule::General);
        assert!(answer.y() == 7 && [5, 9].contains(&answer.x()), "{answer:?}");
    }

    #[test]
    fn bot_games_end_and_never_hold_an_illegal_move() {
        let mut rng = StdRng::seed_from_u64(7);
        for rule in [Rule::Freestyle, Rule::General] {
            let mut board = Board::new();
            let mut stone = Stone::Black;
            while let Some(point) = choose(&board, rule, stone, Level::Normal, &mut rng) {
                assert_eq!(board.get(point), None);
                let verdict = judge(&board, rule, point, stone);
                assert_ne!(verdict, Verdict::DoubleThree);
                board.set(point, Some(stone));
                if verdict == Verdict::Five {
                    break;
                }
                stone = stone.other();
            }
        }
    }

    #[test]
    fn bot_has_no_point_on_a_full_board() {
        let mut full = Board::new();
        Point::all().for_each(|p| full.set(p, Some(Stone::White)));
        let mut rng = StdRng::seed_from_u64(1);
        assert_eq!(choose(&full, Rule::General, Stone::Black, Level::Easy, &mut rng), None);
    }
}
