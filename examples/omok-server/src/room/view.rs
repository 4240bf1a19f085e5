//! What others see of a room: a line in the lobby, or the whole table.

use std::sync::Arc;

use serde::Serialize;

use super::RoomId;
use crate::board::{Point, Stone};
use crate::game::Ending;
use crate::metrics::RoomState;
use crate::rules::Rule;

/// A room as the lobby lists it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct RoomSummary {
    pub(crate) id: RoomId,
    pub(crate) rule: Rule,
    pub(crate) state: RoomState,
    pub(crate) turn_seconds: u64,
    /// Black's name and white's; `None` is a free seat.
    pub(crate) players: [Option<Arc<str>>; 2],
    pub(crate) spectators: usize,
    pub(crate) moves: usize,
}

/// A room as one member sees it: enough to draw everything anew.
#[derive(Debug, Serialize)]
pub(crate) struct RoomView<'a> {
    pub(crate) id: RoomId,
    pub(crate) rule: Rule,
    pub(crate) state: RoomState,
    pub(crate) turn_seconds: u64,
    pub(crate) seats: [Option<SeatView>; 2],
    pub(crate) spectators: usize,
    /// Black's first, then in turn.
    pub(crate) moves: &'a [Point],
    /// Whose turn it is, while a game is on.
    pub(crate) turn: Option<Stone>,
    /// What is left of the turn, in milliseconds.
    pub(crate) clock_ms: u64,
    pub(crate) ending: Option<&'a Ending>,
    /// Who has asked for another game.
    pub(crate) rematch: [bool; 2],
    /// The receiver's colour; `None` for a spectator.
    pub(crate) you: Option<Stone>,
}

/// Who sits where.
#[derive(Debug, Serialize)]
pub(crate) struct SeatView {
    pub(crate) name: Arc<str>,
    pub(crate) rating: Option<u32>,
    pub(crate) bot: bool,
    pub(crate) away: bool,
}
