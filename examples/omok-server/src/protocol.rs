//! What clients and server say to each other: JSON objects whose field `message` names them.
//!
//! Bounded on purpose: the names below are the only values the `message` label ever has, and
//! whatever else a client sends counts as `other`.

use axum::extract::ws::Utf8Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::board::{Point, Stone};
use crate::bot::Level;
use crate::closed_set::closed_set;
use crate::game::{Ending, Refusal};
use crate::room::{RoomId, RoomSummary, RoomView};
use crate::rules::Rule;

#[cfg(test)]
mod tests;

/// The largest frame and the largest message a client may send, in bytes.
pub(crate) const MAX_MESSAGE_BYTES: usize = 4 * 1024;

/// The longest line of chat, in characters.
pub(crate) const MAX_CHAT_CHARS: usize = 200;

/// The longest player name, in characters.
pub(crate) const MAX_NAME_CHARS: usize = 16;

/// Turn clocks a room may ask for, in seconds.
pub(crate) const TURN_SECONDS: std::ops::RangeInclusive<u64> = 1..=120;

/// What a client may ask for.
#[derive(Debug, Deserialize)]
#[serde(tag = "message", rename_all = "snake_case")]
pub(crate) enum ClientMessage {
    /// First of all; `token` asks for the seat of an earlier connection.
    Hello {
        token: Option<String>,
    },
    Login {
        name: String,
    },
    ListRooms,
    CreateRoom {
        rule: Rule,
        turn_seconds: Option<u64>,
        bot: Option<Level>,
    },
    JoinRoom {
        room: RoomId,
    },
    Spectate {
        room: RoomId,
    },
    LeaveRoom,
    QuickMatch {
        rule: Rule,
    },
    CancelMatch,
    PutStone {
        x: i64,
        y: i64,
    },
    Chat {
        text: String,
    },
    Resign,
    Rematch,
}

closed_set! {
    /// The names of [`ClientMessage`], and `other` for everything a client should not send.
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    ClientName {
        Hello, Login, ListRooms, CreateRoom, JoinRoom, Spectate, LeaveRoom, QuickMatch,
        CancelMatch, PutStone, Chat, Resign, Rematch, Other,
    }
}

impl ClientName {
    fn parse(name: &str) -> Self {
        match name {
            "hello" => ClientName::Hello,
            "login" => ClientName::Login,
            "list_rooms" => ClientName::ListRooms,
            "create_room" => ClientName::CreateRoom,
            "join_room" => ClientName::JoinRoom,
            "spectate" => ClientName::Spectate,
            "leave_room" => ClientName::LeaveRoom,
            "quick_match" => ClientName::QuickMatch,
            "cancel_match" => ClientName::CancelMatch,
            "put_stone" => ClientName::PutStone,
            "chat" => ClientName::Chat,
            "resign" => ClientName::Resign,
            "rematch" => ClientName::Rematch,
            _ => ClientName::Other,
        }
    }
}

/// Reads one text frame. The name is known even where the message is not usable.
pub(crate) fn parse(text: &str) -> (ClientName, Result<ClientMessage, ErrorCode>) {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return (ClientName::Other, Err(ErrorCode::BadJson));
    };
    let name = value.get("message").and_then(Value::as_str).map(ClientName::parse);
    match name {
        None | Some(ClientName::Other) => (ClientName::Other, Err(ErrorCode::UnknownMessage)),
        Some(name) => (name, serde_json::from_value(value).map_err(|_| ErrorCode::BadField)),
    }
}

/// A name or a line of chat as others will see it: control characters dropped, trimmed, and
/// `None` if nothing is left or more than `max_chars` are.
pub(crate) fn clean(text: &str, max_chars: usize) -> Option<String> {
    let kept: String = text.chars().filter(|c| !c.is_control() && !is_direction_mark(*c)).collect();
    let kept = kept.trim();
    (!kept.is_empty() && kept.chars().count() <= max_chars).then(|| kept.to_owned())
}

/// Marks that could turn the text of a whole line around.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

closed_set! {
    /// Why a request was refused.
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    ErrorCode {
        BadJson, BinaryFrame, UnknownMessage, BadField, HelloFirst, AlreadyHello, BadName, BadChat,
        RateLimited, RoomNotFound, RoomFull, ServerFull, AlreadyInRoom, NotInRoom, NotAPlayer,
        GameNotOver, NotYourTurn, Occupied, OutOfBoard, DoubleThree, GameOver,
    }
}

impl From<Refusal> for ErrorCode {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Occupied => ErrorCode::Occupied,
            Refusal::OutOfBoard => ErrorCode::OutOfBoard,
            Refusal::NotYourTurn => ErrorCode::NotYourTurn,
            Refusal::DoubleThree => ErrorCode::DoubleThree,
            Refusal::GameOver => ErrorCode::GameOver,
        }
    }
}

closed_set! {
    /// Who reads a line of chat.
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    ChatScope {
        Room,
        /// Spectators among themselves: during a game their talk must not reach the players.
        Spectators,
    }
}

/// What the server tells its clients.
#[derive(Debug, Serialize)]
#[serde(tag = "message", rename_all = "snake_case")]
pub(crate) enum ServerMessage<'a> {
    Welcome { token: &'a str, name: &'a str, rating: u32, resumed: bool, turn_seconds: u64 },
    Rooms { rooms: &'a [RoomSummary], online: usize },
    RoomState { room: RoomView<'a> },
    RoomLeft { closed: bool },
    MemberJoined { name: &'a str, stone: Option<Stone> },
    MemberLeft { name: &'a str, stone: Option<Stone> },
    MemberAway { name: &'a str, stone: Stone, seconds: u64 },
    MemberBack { name: &'a str, stone: Stone },
    MatchWaiting { rule: Rule },
    MatchCancelled,
    MatchFound { room: RoomId, opponent: &'a str },
    GameStarted { room: RoomView<'a> },
    StonePut { point: Point, stone: Stone, number: usize, clock_ms: u64 },
    GameEnded { ending: &'a Ending, ratings: [Option<u32>; 2] },
    RematchOffered { stone: Stone },
    Chat { from: &'a str, stone: Option<Stone>, scope: ChatScope, text: &'a str },
    Error { code: ErrorCode, about: ClientName },
    ShuttingDown,
}

closed_set! {
    /// The names of [`ServerMessage`].
    ServerName {
        Welcome, Rooms, RoomState, RoomLeft, MemberJoined, MemberLeft, MemberAway, MemberBack,
        MatchWaiting, MatchCancelled, MatchFound, GameStarted, StonePut, GameEnded, RematchOffered,
        Chat, Error, ShuttingDown,
    }
}

impl ServerMessage<'_> {
    fn name(&self) -> ServerName {
        match self {
            ServerMessage::Welcome { .. } => ServerName::Welcome,
            ServerMessage::Rooms { .. } => ServerName::Rooms,
            ServerMessage::RoomState { .. } => ServerName::RoomState,
            ServerMessage::RoomLeft { .. } => ServerName::RoomLeft,
            ServerMessage::MemberJoined { .. } => ServerName::MemberJoined,
            ServerMessage::MemberLeft { .. } => ServerName::MemberLeft,
            ServerMessage::MemberAway { .. } => ServerName::MemberAway,
            ServerMessage::MemberBack { .. } => ServerName::MemberBack,
            ServerMessage::MatchWaiting { .. } => ServerName::MatchWaiting,
            ServerMessage::MatchCancelled => ServerName::MatchCancelled,
            ServerMessage::MatchFound { .. } => ServerName::MatchFound,
            ServerMessage::GameStarted { .. } => ServerName::GameStarted,
            ServerMessage::StonePut { .. } => ServerName::StonePut,
            ServerMessage::GameEnded { .. } => ServerName::GameEnded,
            ServerMessage::RematchOffered { .. } => ServerName::RematchOffered,
            ServerMessage::Chat { .. } => ServerName::Chat,
            ServerMessage::Error { .. } => ServerName::Error,
            ServerMessage::ShuttingDown => ServerName::ShuttingDown,
        }
    }

    /// Writes the message once; the result is cheap to clone for every receiver.
    pub(crate) fn encode(&self) -> Encoded {
        // Every map key of these types is a string and nothing in them can fail, so the empty
        // object never leaves the house; it keeps a future mistake from being a crash.
        let text = serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned());
        Encoded { name: self.name(), text: text.into() }
    }
}

/// A server message as it goes out.
#[derive(Clone, Debug)]
pub(crate) struct Encoded {
    pub(crate) name: ServerName,
    pub(crate) text: Utf8Bytes,
}
