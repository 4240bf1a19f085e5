//! One game: the board, whose turn it is, and how it ends. Knows no clock, no room, no network.
//!
//! Imports [`crate::board`] and [`crate::rules`].

use serde::Serialize;

use crate::board::{Board, Point, Stone, DIRECTIONS};
use crate::closed_set::closed_set;
use crate::rules::{judge, Rule, Verdict};

closed_set! {
    /// Why a move was refused.
    Refusal { Occupied, OutOfBoard, NotYourTurn, DoubleThree, GameOver }
}

closed_set! {
    /// Why a game ended.
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    EndReason {
        Five,
        Resign,
        Timeout,
        /// A player left, or lost the connection and did not come back in time.
        Abandoned,
        DrawFull,
        /// The server went away.
        Void,
    }
}

/// How a game ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Ending {
    pub(crate) reason: EndReason,
    pub(crate) winner: Option<Stone>,
    /// The stones of the winning row, if there is one.
    pub(crate) row: Vec<Point>,
}

impl Ending {
    pub(crate) fn without_row(reason: EndReason, winner: Option<Stone>) -> Self {
        Ending { reason, winner, row: Vec::new() }
    }
}

/// A game in progress, or the last position of one that ended.
#[derive(Clone, Debug)]
pub(crate) struct Game {
    rule: Rule,
    board: Board,
    moves: Vec<Point>,
}

impl Game {
    pub(crate) fn new(rule: Rule) -> Self {
        Game { rule, board: Board::new(), moves: Vec::new() }
    }

    pub(crate) fn rule(&self) -> Rule {
        self.rule
    }

    pub(crate) fn board(&self) -> &Board {
        &self.board
    }

    /// The moves so far, black's first.
    pub(crate) fn moves(&self) -> &[Point] {
        &self.moves
    }

    pub(crate) fn turn(&self) -> Stone {
        if self.moves.len() % 2 == 0 {
            Stone::Black
        } else {
            Stone::White
        }
    }

    /// Puts a stone. `Ok(Some(_))` ends the game. Nothing changes on a refusal.
    ///
    /// The coordinates come from the network and may be anything.
    pub(crate) fn put(
        &mut self,
        stone: Stone,
        x: i64,
        y: i64,
    ) -> Result<(Point, Option<Ending>), Refusal> {
        if stone != self.turn() {
            return Err(Refusal::NotYourTurn);
        }
        let point = Point::new(x, y).ok_or(Refusal::OutOfBoard)?;
        if self.board.get(point).is_some() {
            return Err(Refusal::Occupied);
        }
        let verdict = judge(&self.board, self.rule, point, stone);
        if verdict == Verdict::DoubleThree {
            return Err(Refusal::DoubleThree);
        }
        self.board.set(point, Some(stone));
        self.moves.push(point);
        let ending = if verdict == Verdict::Five {
            let row = self.longest_row(point, stone);
            Some(Ending { reason: EndReason::Five, winner: Some(stone), row })
        } else if self.board.is_full() {
            Some(Ending::without_row(EndReason::DrawFull, None))
        } else {
            None
        };
        Ok((point, ending))
    }

    /// The row to show as the winning one: a five where there is one, else the overline.
    fn longest_row(&self, point: Point, stone: Stone) -> Vec<Point> {
        let own = |p: &Point| self.board.get(*p) == Some(stone);
        let rows = DIRECTIONS.map(|direction| {
            let side = |sign: i32| {
                (1..).map_while(move |s| point.step(direction, sign * s)).take_while(own)
            };
            let mut row: Vec<Point> = side(-1).collect();
            row.reverse();
            row.push(point);
            row.extend(side(1));
            row
        });
        let is_five = |row: &Vec<Point>| row.len() == 5;
        let five = rows.iter().find(|row| is_five(row)).cloned();
        five.or_else(|| rows.into_iter().max_by_key(Vec::len)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_moves_first_and_turns_alternate() {
        let mut game = Game::new(Rule::General);
        assert_eq!(game.put(Stone::White, 7, 7).unwrap_err(), Refusal::NotYourTurn);
        assert!(game.put(Stone::Black, 7, 7).is_ok());
        assert_eq!(game.put(Stone::Black, 7, 8).unwrap_err(), Refusal::NotYourTurn);
        assert_eq!(game.put(Stone::White, 7, 7).unwrap_err(), Refusal::Occupied);
        assert_eq!(game.put(Stone::White, 15, 7).unwrap_err(), Refusal::OutOfBoard);
        assert_eq!(game.put(Stone::White, i64::MIN, -1).unwrap_err(), Refusal::OutOfBoard);
        assert!(game.put(Stone::White, 8, 8).is_ok());
        assert_eq!(game.moves().len(), 2);
    }

    #[test]
    fn five_ends_the_game_and_names_its_row() {
        let mut game = Game::new(Rule::General);
        for x in 0..4 {
            assert_eq!(game.put(Stone::Black, x, 0).unwrap().1, None);
            assert_eq!(game.put(Stone::White, x, 5).unwrap().1, None);
        }
        let (_, ending) = game.put(Stone::Black, 4, 0).unwrap();
        let ending = ending.unwrap();
        assert_eq!((ending.reason, ending.winner), (EndReason::Five, Some(Stone::Black)));
        assert_eq!(ending.row.iter().map(|p| p.x()).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn refused_double_three_leaves_the_turn() {
        let mut game = Game::new(Rule::General);
        for (x, y) in [(5, 7), (0, 0), (6, 7), (0, 14), (7, 5), (14, 0), (7, 6), (14, 14)] {
            assert!(game.put(game.turn(), x, y).is_ok());
        }
        assert_eq!(game.put(Stone::Black, 7, 7).unwrap_err(), Refusal::DoubleThree);
        assert_eq!(game.turn(), Stone::Black);
        assert!(game.put(Stone::Black, 10, 10).is_ok());
    }

    #[test]
    fn a_full_board_without_five_is_a_draw() {
        let mut game = Game::new(Rule::Freestyle);
        // Pairs of colours, shifted by two on every other row: no row of five anywhere.
        let is_black = |p: &Point| (p.x() + 2 * (p.y() % 2)) / 2 % 2 == 0;
        let (black, white): (Vec<Point>, Vec<Point>) = Point::all().partition(is_black);
        assert_eq!((black.len(), white.len()), (113, 112));
        let mut last = None;
        for i in 0..225 {
            let point = if i % 2 == 0 { black[i / 2] } else { white[i / 2] };
            assert_eq!(last, None);
            last = game.put(game.turn(), point.x().into(), point.y().into()).unwrap().1;
        }
        assert_eq!(last, Some(Ending::without_row(EndReason::DrawFull, None)));
    }
}
