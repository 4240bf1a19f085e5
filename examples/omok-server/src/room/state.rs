//! The room as a machine: every method is told the time and returns at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::Rng;
use tokio::sync::oneshot;

use super::view::{RoomSummary, RoomView, SeatView};
use super::{Action, RoomId};
use crate::board::Stone;
use crate::bot::Level;
use crate::config::Config;
use crate::game::{EndReason, Ending, Game};
use crate::metrics::{self, ByRule, Held, Player, Reap, RoomState};
use crate::protocol::{ChatScope, Encoded, ErrorCode, ServerMessage};
use crate::rules::Rule;
use crate::search::pool::Thought;
use crate::search::Search;
use crate::user::User;

/// Somebody at the board.
#[derive(Debug)]
pub(super) enum Seat {
    Human {
        user: Arc<User>,
        /// Set while the player's connection is lost: the seat is free again at this time.
        away_until: Option<Instant>,
    },
    Bot {
        level: Level,
        /// What it learnt of the game, unless it is just searching.
        search: Option<Box<Search>>,
    },
}

#[derive(Debug)]
pub(super) enum Phase {
    Waiting { until: Instant },
    Playing(Play),
    Finished { until: Instant, game: Game, ending: Ending },
}

/// A running game.
#[derive(Debug)]
pub(super) struct Play {
    pub(super) game: Game,
    pub(super) started: Instant,
    pub(super) turn_started: Instant,
    /// When the bot puts its stone, if it is the bot's turn.
    pub(super) bot_at: Option<Instant>,
    /// The search for the bot's stone, if one is on.
    pub(super) thought: Option<oneshot::Receiver<Thought>>,
    pub(super) _counted: Held,
}

/// A room. Owned by one task; see [`super::run`].
#[derive(Debug)]
pub(crate) struct Room {
    id: RoomId,
    pub(super) rule: Rule,
    pub(super) turn: Duration,
    pub(super) config: Arc<Config>,
    /// Black's and white's.
    pub(super) seats: [Option<Seat>; 2],
    pub(super) spectators: Vec<(Arc<User>, Held)>,
    pub(super) phase: Phase,
    pub(super) counted: Held,
    pub(super) rematch: [bool; 2],
    closing: Option<Reap>,
}

impl Room {
    /// An empty room that waits for players.
    pub(crate) fn new(id: RoomId, rule: Rule, turn: Duration, config: Arc<Config>) -> Self {
        let until = Instant::now() + config.room_idle;
        Room {
            id,
            rule,
            turn,
            config,
            seats: [None, None],
            spectators: Vec::new(),
            phase: Phase::Waiting { until },
            counted: count(RoomState::Waiting),
            rematch: [false; 2],
            closing: None,
        }
    }

    pub(crate) fn id(&self) -> RoomId {
        self.id
    }

    /// Why the room should go away, once it should.
    pub(crate) fn closing(&self) -> Option<Reap> {
        self.closing
    }

    /// Seats the computer on a free seat.
    pub(crate) fn seat_bot(&mut self, level: Level, now: Instant) {
        if let Some(free) = self.free_seat() {
            self.seats[free.index()] = Some(Seat::Bot { level, search: None });
            self.start_if_full(now);
        }
    }

    /// Seats a user who has already claimed this room.
    pub(crate) fn join(&mut self, user: &Arc<User>, now: Instant) -> Result<(), ErrorCode> {
        let stone = match self.phase {
            Phase::Playing(_) => None,
            Phase::Waiting { .. } | Phase::Finished { .. } => self.free_seat(),
        };
        let stone = stone.ok_or(ErrorCode::RoomFull)?;
        // The connection may have been lost between the claim and now.
        let away_until = (!user.is_connected()).then(|| now + self.config.resume_within);
        self.seats[stone.index()] = Some(Seat::Human { user: Arc::clone(user), away_until });
        let name = user.name();
        self.broadcast(&ServerMessage::MemberJoined { name: &name, stone: Some(stone) });
        if !self.start_if_full(now) {
            self.show_everybody(now);
        }
        Ok(())
    }

    /// Does what a user asks. What is overdue is done first, so that a late move is late.
    pub(crate) fn handle(
        &mut self,
        user: &Arc<User>,
        action: Action,
        now: Instant,
    ) -> Result<(), ErrorCode> {
        self.tick(now);
        match action {
            Action::Join => self.join(user, now),
            Action::Spectate => self.spectate(user, now),
            Action::Leave => self.leave(user, now),
            Action::Put { x, y } => self.put(user, x, y, now),
            Action::Chat(text) => self.chat(user, &text),
            Action::Resign => self.resign(user, now),
            Action::Rematch => self.ask_rematch(user, now),
            Action::Away => self.away(user, now),
            Action::Back => self.back(user, now),
        }
    }

    /// Does what is overdue: absent players, the turn clock, the bot's move, an idle room.
    pub(crate) fn tick(&mut self, now: Instant) {
        for seat in [Stone::Black, Stone::White] {
            let overdue = match &self.seats[seat.index()] {
                Some(Seat::Human { user, away_until: Some(until) }) if *until <= now => {
                    Some(Arc::clone(user))
                }
                _ => None,
            };
            if let Some(user) = overdue {
                self.vacate(&user, seat, now);
            }
        }
        match &self.phase {
            Phase::Waiting { until } if *until <= now => self.close(Reap::Idle),
            Phase::Finished { until, .. } if *until <= now => self.close(Reap::Finished),
            Phase::Playing(Play { bot_at: Some(at), .. }) if *at <= now => self.bot_moves(now),
            Phase::Playing(play) if play.bot_at.is_none() && self.clock(now).is_zero() => {
                let late = play.game.turn();
                metrics::TURN_TIMEOUTS.with(&self.by_rule()).inc();
                self.end(Ending::without_row(EndReason::Timeout, Some(late.other())), now);
            }
            _ => {}
        }
    }

    /// Ends a running game for reasons that are nobody's.
    pub(crate) fn void(&mut self, now: Instant) {
        self.end(Ending::without_row(EndReason::Void, None), now);
    }

    /// Sends everybody away. The last act of a room.
    pub(crate) fn dissolve(&mut self) {
        if let Some(reason) = self.closing {
            metrics::ROOMS_REAPED.with(&metrics::ByReap { reason }).inc();
        }
        let left = ServerMessage::RoomLeft { closed: true }.encode();
        for user in self.members() {
            user.release(self.id);
            user.send(left.clone());
        }
        self.seats = [None, None];
        self.spectators.clear();
    }

    /// The room as the lobby lists it.
    pub(crate) fn summary(&self) -> RoomSummary {
        RoomSummary {
            id: self.id,
            rule: self.rule,
            state: self.state(),
            turn_seconds: self.turn.as_secs(),
            players: self.seats.each_ref().map(|seat| seat.as_ref().map(Seat::name)),
            spectators: self.spectators.len(),
            moves: self.game().map_or(0, |game| game.moves().len()),
        }
    }

    fn spectate(&mut self, user: &Arc<User>, now: Instant) -> Result<(), ErrorCode> {
        let counted = metrics::SPECTATORS.with(&()).track_in_progress();
        let name = user.name();
        self.broadcast(&ServerMessage::MemberJoined { name: &name, stone: None });
        self.spectators.push((Arc::clone(user), counted));
        self.show(user, now);
        Ok(())
    }

    fn leave(&mut self, user: &Arc<User>, now: Instant) -> Result<(), ErrorCode> {
        if let Some(stone) = self.stone_of(user) {
            self.vacate(user, stone, now);
        } else if !self.remove_spectator(user) {
            return Err(ErrorCode::NotInRoom);
        }
        user.tell(&ServerMessage::RoomLeft { closed: false });
        Ok(())
    }

    /// Frees a seat. A game that was on is lost by whoever sat there.
    fn vacate(&mut self, user: &Arc<User>, stone: Stone, now: Instant) {
        self.end(Ending::without_row(EndReason::Abandoned, Some(stone.other())), now);
        self.seats[stone.index()] = None;
        self.rematch = [false; 2];
        user.release(self.id);
        let name = user.name();
        self.broadcast(&ServerMessage::MemberLeft { name: &name, stone: Some(stone) });
        if self.seats.iter().flatten().all(|seat| matches!(seat, Seat::Bot { .. })) {
            self.close(Reap::Orphan);
        } else {
            self.show_everybody(now);
        }
    }

    fn remove_spectator(&mut self, user: &Arc<User>) -> bool {
        let before = self.spectators.len();
        self.spectators.retain(|(spectator, _)| spectator.id() != user.id());
        let removed = self.spectators.len() < before;
        if removed {
            user.release(self.id);
            let name = user.name();
            self.broadcast(&ServerMessage::MemberLeft { name: &name, stone: None });
        }
        removed
    }

    fn chat(&mut self, user: &Arc<User>, text: &str) -> Result<(), ErrorCode> {
        let stone = self.stone_of(user);
        if stone.is_none() && !self.is_spectator(user) {
            return Err(ErrorCode::NotInRoom);
        }
        let playing = matches!(self.phase, Phase::Playing(_));
        let scope =
            if stone.is_none() && playing { ChatScope::Spectators } else { ChatScope::Room };
        metrics::CHAT_MESSAGES.with(&metrics::ByScope { scope }).inc();
        let from = user.name();
        let line = ServerMessage::Chat { from: &from, stone, scope, text }.encode();
        match scope {
            ChatScope::Room => self.send_all(&line),
            ChatScope::Spectators => {
                self.spectators.iter().for_each(|(spectator, _)| spectator.send(line.clone()));
            }
        }
        Ok(())
    }

    fn away(&mut self, user: &Arc<User>, now: Instant) -> Result<(), ErrorCode> {
        // The player may have come back on another connection while this was on its way.
        if user.is_connected() {
            return Ok(());
        }
        let keep = self.config.resume_within;
        let Some(stone) = self.stone_of(user) else {
            self.remove_spectator(user);
            return Ok(());
        };
        if let Some(Seat::Human { away_until, .. }) = &mut self.seats[stone.index()] {
            *away_until = Some(now + keep);
        }
        let name = user.name();
        let seconds = keep.as_secs();
        self.broadcast(&ServerMessage::MemberAway { name: &name, stone, seconds });
        Ok(())
    }

    fn back(&mut self, user: &Arc<User>, now: Instant) -> Result<(), ErrorCode> {
        if let Some(stone) = self.stone_of(user) {
            if let Some(Seat::Human { away_until, .. }) = &mut self.seats[stone.index()] {
                *away_until = None;
            }
            let name = user.name();
            self.broadcast(&ServerMessage::MemberBack { name: &name, stone });
        } else if !self.is_spectator(user) {
            return Err(ErrorCode::NotInRoom);
        }
        self.show(user, now);
        Ok(())
    }

    fn close(&mut self, reason: Reap) {
        self.closing.get_or_insert(reason);
    }

    /// A free seat; if both are, either.
    fn free_seat(&self) -> Option<Stone> {
        match &self.seats {
            [None, None] if rand::rng().random_bool(0.5) => Some(Stone::White),
            [None, _] => Some(Stone::Black),
            [_, None] => Some(Stone::White),
            _ => None,
        }
    }

    pub(super) fn stone_of(&self, user: &User) -> Option<Stone> {
        [Stone::Black, Stone::White].into_iter().find(|stone| match &self.seats[stone.index()] {
            Some(Seat::Human { user: seated, .. }) => seated.id() == user.id(),
            _ => false,
        })
    }

    fn is_spectator(&self, user: &User) -> bool {
        self.spectators.iter().any(|(spectator, _)| spectator.id() == user.id())
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &Arc<User>> {
        let players = self.seats.iter().flatten().filter_map(|seat| match seat {
            Seat::Human { user, .. } => Some(user),
            Seat::Bot { .. } => None,
        });
        players.chain(self.spectators.iter().map(|(user, _)| user))
    }

    pub(super) fn broadcast(&self, message: &ServerMessage<'_>) {
        self.send_all(&message.encode());
    }

    fn send_all(&self, message: &Encoded) {
        self.members().for_each(|user| user.send(message.clone()));
    }

    fn show_everybody(&self, now: Instant) {
        self.members().for_each(|user| self.show(user, now));
    }

    fn show(&self, user: &User, now: Instant) {
        user.tell(&ServerMessage::RoomState { room: self.view(user, now) });
    }

    pub(super) fn view(&self, user: &User, now: Instant) -> RoomView<'_> {
        let (turn, ending) = match &self.phase {
            Phase::Waiting { .. } => (None, None),
            Phase::Playing(play) => (Some(play.game.turn()), None),
            Phase::Finished { ending, .. } => (None, Some(ending)),
        };
        RoomView {
            id: self.id,
            rule: self.rule,
            state: self.state(),
            turn_seconds: self.turn.as_secs(),
            seats: self.seats.each_ref().map(|seat| seat.as_ref().map(Seat::view)),
            spectators: self.spectators.len(),
            moves: self.game().map_or(&[], Game::moves),
            turn,
            clock_ms: millis(self.clock(now)),
            ending,
            rematch: self.rematch,
            you: self.stone_of(user),
        }
    }

    fn state(&self) -> RoomState {
        match self.phase {
            Phase::Waiting { .. } => RoomState::Waiting,
            Phase::Playing(_) => RoomState::Playing,
            Phase::Finished { .. } => RoomState::Finished,
        }
    }

    fn game(&self) -> Option<&Game> {
        match &self.phase {
            Phase::Waiting { .. } => None,
            Phase::Playing(play) => Some(&play.game),
            Phase::Finished { game, .. } => Some(game),
        }
    }

    pub(super) fn by_rule(&self) -> ByRule {
        ByRule { rule: self.rule }
    }

    pub(super) fn by_opponent(&self) -> metrics::ByOpponent {
        let bot = self.seats.iter().flatten().any(|seat| matches!(seat, Seat::Bot { .. }));
        let opponent = if bot { Player::Bot } else { Player::Human };
        metrics::ByOpponent { rule: self.rule, opponent }
    }
}

impl Seat {
    fn name(&self) -> Arc<str> {
        match self {
            Seat::Human { user, .. } => user.name(),
            Seat::Bot { level: Level::Easy, .. } => "bot (easy)".into(),
            Seat::Bot { level: Level::Normal, .. } => "bot".into(),
            Seat::Bot { level: Level::Hard, .. } => "bot (hard)".into(),
        }
    }

    fn view(&self) -> SeatView {
        let (rating, bot, away) = match self {
            Seat::Human { user, away_until } => (Some(user.points()), false, away_until.is_some()),
            Seat::Bot { .. } => (None, true, false),
        };
        SeatView { name: self.name(), rating, bot, away }
    }
}

pub(super) fn count(state: RoomState) -> Held {
    metrics::ROOMS.with(&metrics::ByRoomState { state }).track_in_progress()
}

pub(super) fn millis(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}
