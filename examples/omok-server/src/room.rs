//! Rooms: two seats, a board, a clock, people watching.
//!
//! [`state`] is the machine (synchronous, told the time, easy to test) with [`play`] and [`clock`]
//! as its parts, [`actor`] the one task
//! that owns it, [`view`] what others get to see. Everybody else holds a [`RoomHandle`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use crate::protocol::ErrorCode;
use crate::user::User;

mod actor;
mod clock;
mod play;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub(crate) use actor::run;
pub(crate) use state::Room;
pub(crate) use view::{RoomSummary, RoomView};

/// Commands that may wait for a room before sessions wait with them.
const COMMANDS: usize = 64;

/// A room's number. Never used twice while the server runs.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct RoomId(pub(crate) u64);

/// What a user wants of a room.
#[derive(Debug)]
pub(crate) enum Action {
    Join,
    Spectate,
    Leave,
    Put {
        x: i64,
        y: i64,
    },
    Chat(String),
    Resign,
    Rematch,
    /// The user's connection is lost; the seat is kept for a while.
    Away,
    /// The user is back on another connection.
    Back,
}

/// A request on its way to the room's task.
#[derive(Debug)]
pub(crate) struct Command {
    user: Arc<User>,
    action: Action,
    reply: oneshot::Sender<Result<(), ErrorCode>>,
}

/// Reaches a room. Clones reach the same one; holding one does not keep the room open.
#[derive(Clone, Debug)]
pub(crate) struct RoomHandle {
    id: RoomId,
    commands: mpsc::Sender<Command>,
}

impl RoomHandle {
    pub(crate) fn new(id: RoomId) -> (Self, mpsc::Receiver<Command>) {
        let (commands, receiver) = mpsc::channel(COMMANDS);
        (RoomHandle { id, commands }, receiver)
    }

    pub(crate) fn id(&self) -> RoomId {
        self.id
    }

    /// Whether the room has ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.commands.is_closed()
    }

    /// Asks the room and waits until it has answered. A room that has ended holds nobody.
    pub(crate) async fn ask(&self, user: &Arc<User>, action: Action) -> Result<(), ErrorCode> {
        let (reply, answer) = oneshot::channel();
        let command = Command { user: Arc::clone(user), action, reply };
        self.commands.send(command).await.map_err(|_| ErrorCode::NotInRoom)?;
        answer.await.unwrap_or(Err(ErrorCode::NotInRoom))
    }
}
