//! The 15 × 15 board: points, stones, and what lies along a line.
//!
//! Imports nothing of the crate; [`crate::rules`] and [`crate::bot`] read it.

use serde::{Deserialize, Serialize};

/// Points along one side.
pub(crate) const SIZE: u8 = 15;

/// Points of the whole board.
pub(crate) const POINTS: usize = SIZE as usize * SIZE as usize;

/// The four directions a five can lie in, as (dx, dy).
pub(crate) const DIRECTIONS: [(i32, i32); 4] = [(1, 0), (0, 1), (1, 1), (1, -1)];

/// A colour. Black moves first.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stone {
    Black,
    White,
}

impl Stone {
    pub(crate) fn other(self) -> Self {
        match self {
            Stone::Black => Stone::White,
            Stone::White => Stone::Black,
        }
    }

    /// 0 for black, 1 for white: the order of seats.
    pub(crate) fn index(self) -> usize {
        match self {
            Stone::Black => 0,
            Stone::White => 1,
        }
    }
}

/// A point that is on the board: both coordinates are below [`SIZE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Point {
    x: u8,
    y: u8,
}

impl Point {
    /// The middle of the board.
    pub(crate) const CENTRE: Point = Point { x: SIZE / 2, y: SIZE / 2 };

    /// `None` if either coordinate is off the board.
    pub(crate) fn new(x: i64, y: i64) -> Option<Self> {
        let x = u8::try_from(x).ok().filter(|x| *x < SIZE)?;
        let y = u8::try_from(y).ok().filter(|y| *y < SIZE)?;
        Some(Point { x, y })
    }

    /// Every point, row by row.
    pub(crate) fn all() -> impl Iterator<Item = Point> {
        (0..SIZE).flat_map(|y| (0..SIZE).map(move |x| Point { x, y }))
    }

    /// The point `steps` along `direction`, if it is on the board.
    pub(crate) fn step(self, direction: (i32, i32), steps: i32) -> Option<Self> {
        let x = i32::from(self.x) + direction.0 * steps;
        let y = i32::from(self.y) + direction.1 * steps;
        Point::new(x.into(), y.into())
    }

    /// The greater of the two coordinate distances.
    pub(crate) fn distance(self, other: Point) -> u8 {
        self.x.abs_diff(other.x).max(self.y.abs_diff(other.y))
    }

    pub(crate) fn x(self) -> u8 {
        self.x
    }

    pub(crate) fn y(self) -> u8 {
        self.y
    }

    fn index(self) -> usize {
        usize::from(self.y) * usize::from(SIZE) + usize::from(self.x)
    }
}

/// What one colour sees at a place on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Empty,
    Own,
    /// The opponent's stone or the edge of the board: both stop a line the same way.
    Blocked,
}

/// Which points hold which stones.
#[derive(Clone, Debug)]
pub(crate) struct Board {
    cells: [Option<Stone>; POINTS],
    stones: usize,
}

impl Board {
    pub(crate) fn new() -> Self {
        Board { cells: [None; POINTS], stones: 0 }
    }

    pub(crate) fn get(&self, point: Point) -> Option<Stone> {
        self.cells[point.index()]
    }

    /// Sets or clears a point.
    pub(crate) fn set(&mut self, point: Point, stone: Option<Stone>) {
        let cell = &mut self.cells[point.index()];
        self.stones -= usize::from(cell.is_some());
        self.stones += usize::from(stone.is_some());
        *cell = stone;
    }

    pub(crate) fn is_full(&self) -> bool {
        self.stones == POINTS
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.stones == 0
    }

    /// What `stone`'s player sees `steps` along `direction` from `point`.
    pub(crate) fn look(
        &self,
        point: Point,
        direction: (i32, i32),
        steps: i32,
        stone: Stone,
    ) -> Cell {
        match point.step(direction, steps).map(|there| self.get(there)) {
            Some(None) => Cell::Empty,
            Some(Some(found)) if found == stone => Cell::Own,
            _ => Cell::Blocked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_outside_the_board_do_not_exist() {
        assert!(Point::new(0, 0).is_some() && Point::new(14, 14).is_some());
        for (x, y) in [(-1, 0), (0, -1), (15, 0), (0, 15), (i64::MAX, 3), (3, i64::MIN)] {
            assert_eq!(Point::new(x, y), None, "{x},{y}");
        }
        assert_eq!(Point::all().count(), POINTS);
    }

    #[test]
    fn board_counts_its_stones_when_points_are_overwritten() {
        let mut board = Board::new();
        for point in Point::all() {
            board.set(point, Some(Stone::Black));
            board.set(point, Some(Stone::White));
        }
        assert!(board.is_full());
        board.set(Point::CENTRE, None);
        assert!(!board.is_full());
    }

    #[test]
    fn a_line_sees_the_edge_and_the_opponent_alike() {
        let mut board = Board::new();
        let corner = Point::new(0, 0).unwrap();
        board.set(Point::new(1, 0).unwrap(), Some(Stone::White));
        assert_eq!(board.look(corner, (1, 0), -1, Stone::Black), Cell::Blocked);
        assert_eq!(board.look(corner, (1, 0), 1, Stone::Black), Cell::Blocked);
        assert_eq!(board.look(corner, (1, 0), 1, Stone::White), Cell::Own);
        assert_eq!(board.look(corner, (1, 0), 2, Stone::White), Cell::Empty);
    }
}
