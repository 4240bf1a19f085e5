//! What each request does, once it has passed its token bucket.

use std::sync::Arc;
use std::time::Duration;

use super::Session;
use crate::metrics::Outcome;
use crate::protocol::{
    clean, ClientMessage, ErrorCode, ServerMessage, MAX_CHAT_CHARS, MAX_NAME_CHARS, TURN_SECONDS,
};
use crate::room::{Action, RoomId};
use crate::user::User;

impl Session {
    pub(super) async fn answer(&mut self, message: ClientMessage) -> Result<(), ErrorCode> {
        if let ClientMessage::Hello { token } = &message {
            return self.hello(token.as_deref()).await;
        }
        let user = Arc::clone(self.user.as_ref().ok_or(ErrorCode::HelloFirst)?);
        match message {
            ClientMessage::Hello { .. } => Err(ErrorCode::AlreadyHello),
            ClientMessage::Login { name } => {
                user.rename(&clean(&name, MAX_NAME_CHARS).ok_or(ErrorCode::BadName)?);
                self.welcome(&user, false);
                Ok(())
            }
            ClientMessage::ListRooms => {
                let rooms = self.hub.summaries();
                self.tell(&ServerMessage::Rooms { rooms: &rooms, online: self.hub.online() });
                Ok(())
            }
            ClientMessage::CreateRoom { rule, turn_seconds, bot } => {
                if turn_seconds.is_some_and(|seconds| !TURN_SECONDS.contains(&seconds)) {
                    return Err(ErrorCode::BadField);
                }
                self.hub.cancel_match(&user, Outcome::Cancelled).await;
                let turn = turn_seconds.map(Duration::from_secs);
                self.hub.open_room(&user, rule, turn, bot)
            }
            ClientMessage::JoinRoom { room } => self.enter(&user, room, Action::Join).await,
            ClientMessage::Spectate { room } => self.enter(&user, room, Action::Spectate).await,
            ClientMessage::QuickMatch { rule } => {
                if user.room().is_some() {
                    return Err(ErrorCode::AlreadyInRoom);
                }
                self.hub.queue(&user, rule).await;
                Ok(())
            }
            ClientMessage::CancelMatch => {
                self.hub.cancel_match(&user, Outcome::Cancelled).await;
                Ok(())
            }
            ClientMessage::Chat { text } => {
                let text = clean(&text, MAX_CHAT_CHARS).ok_or(ErrorCode::BadChat)?;
                in_room(&user, Action::Chat(text)).await
            }
            ClientMessage::LeaveRoom => in_room(&user, Action::Leave).await,
            ClientMessage::PutStone { x, y } => in_room(&user, Action::Put { x, y }).await,
            ClientMessage::Resign => in_room(&user, Action::Resign).await,
            ClientMessage::Rematch => in_room(&user, Action::Rematch).await,
        }
    }

    async fn hello(&mut self, token: Option<&str>) -> Result<(), ErrorCode> {
        if self.user.is_some() {
            return Err(ErrorCode::AlreadyHello);
        }
        let (user, resumed) = self.hub.identify(token, &self.outbox);
        self.user = Some(Arc::clone(&user));
        self.welcome(&user, resumed);
        if let Some(room) = user.room() {
            // The room may have ended this very moment; then there is nothing to go back to.
            let _ = room.ask(&user, Action::Back).await;
        }
        Ok(())
    }

    fn welcome(&self, user: &User, resumed: bool) {
        self.tell(&ServerMessage::Welcome {
            token: user.token(),
            name: &user.name(),
            rating: user.points(),
            resumed,
            turn_seconds: self.hub.config().turn.as_secs(),
        });
    }

    /// Goes into a room that exists, from being in none.
    async fn enter(&self, user: &Arc<User>, id: RoomId, how: Action) -> Result<(), ErrorCode> {
        let room = self.hub.room(id).ok_or(ErrorCode::RoomNotFound)?;
        self.hub.cancel_match(user, Outcome::Cancelled).await;
        if !user.claim(&room) {
            return Err(ErrorCode::AlreadyInRoom);
        }
        room.ask(user, how).await.map_err(|code| {
            user.release(id);
            match code {
                ErrorCode::NotInRoom => ErrorCode::RoomNotFound,
                other => other,
            }
        })
    }
}

async fn in_room(user: &Arc<User>, action: Action) -> Result<(), ErrorCode> {
    user.room().ok_or(ErrorCode::NotInRoom)?.ask(user, action).await
}
