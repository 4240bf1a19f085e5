//! The game in the room: moves, the bot's included, how it starts and how it ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::Rng;

use super::state::{count, millis, Phase, Play, Room, Seat};
use crate::board::{Point, Stone};
use crate::bot::{self, Level};
use crate::game::{EndReason, Ending, Game, Refusal};
use crate::metrics::{self, Player, RoomState};
use crate::protocol::{ErrorCode, ServerMessage};
use crate::search::pool::Thought;
use crate::search::{self, Search};
use crate::user::User;

impl Room {
    pub(super) fn put(
        &mut self,
        user: &Arc<User>,
        x: i64,
        y: i64,
        now: Instant,
    ) -> Result<(), ErrorCode> {
        let stone = self.stone_of(user).ok_or(ErrorCode::NotAPlayer)?;
        self.place(stone, x, y, Player::Human, now).map_err(|refusal| {
            metrics::MOVES_REJECTED.with(&metrics::ByRefusal { reason: refusal }).inc();
            refusal.into()
        })
    }

    fn place(
        &mut self,
        stone: Stone,
        x: i64,
        y: i64,
        by: Player,
        now: Instant,
    ) -> Result<(), Refusal> {
        let by_rule = self.by_rule();
        let Phase::Playing(play) = &mut self.phase else { return Err(Refusal::GameOver) };
        let judged = Instant::now();
        let outcome = play.game.put(stone, x, y);
        metrics::MOVE_VALIDATION.with(&by_rule).observe_duration(judged.elapsed());
        let (point, ending) = outcome?;
        metrics::MOVES.with(&metrics::ByMover { rule: self.rule, by }).inc();
        let thought = now.saturating_duration_since(play.turn_started);
        metrics::THINK_TIME.with(&metrics::ByPlayer { by }).observe_duration(thought);
        play.turn_started = now;
        let number = play.game.moves().len();
        self.plan_bot(now);
        let clock_ms = if ending.is_some() { 0 } else { millis(self.turn) };
        self.broadcast(&ServerMessage::StonePut { point, stone, number, clock_ms });
        if let Some(ending) = ending {
            self.end(ending, now);
        }
        Ok(())
    }

    /// Sets the bot's alarm if it is the bot's turn.
    fn plan_bot(&mut self, now: Instant) {
        let (from, to) = self.config.bot_pause;
        let Phase::Playing(play) = &mut self.phase else { return };
        let is_bot = matches!(self.seats[play.game.turn().index()], Some(Seat::Bot { .. }));
        play.bot_at = is_bot.then(|| now + rand::rng().random_range(from..=to));
    }

    pub(super) fn bot_moves(&mut self, now: Instant) {
        let Phase::Playing(play) = &mut self.phase else { return };
        let stone = play.game.turn();
        let Some(Seat::Bot { level, search }) = &mut self.seats[stone.index()] else { return };
        if *level == Level::Hard {
            let search = search.take().unwrap_or_else(|| {
                Box::new(Search::new(&metrics::TREE_GC, self.config.search_nodes))
            });
            let limits = search::Limits {
                time: self.config.search_time,
                playouts: self.config.search_playouts,
            };
            play.bot_at = None;
            play.thought = search::pool::think(search, play.game.clone(), limits);
            if play.thought.is_some() {
                return;
            }
        }
        let level = *level;
        self.bot_moves_at_once(level, stone, now);
    }

    /// The bot looks at the board and moves.
    fn bot_moves_at_once(&mut self, level: Level, stone: Stone, now: Instant) {
        let Phase::Playing(play) = &self.phase else { return };
        let started = Instant::now();
        let point = bot::choose(play.game.board(), self.rule, stone, level, &mut rand::rng());
        // A search that could not be made is not one that took no time.
        if level != Level::Hard {
            let level = metrics::ByLevel { level };
            metrics::BOT_SEARCH.with(&level).observe_duration(started.elapsed());
        }
        self.bot_puts(stone, point, now);
    }

    /// Whether a search is on.
    pub(super) fn is_thinking(&self) -> bool {
        matches!(&self.phase, Phase::Playing(Play { thought: Some(_), .. }))
    }

    /// What the search that is on finds, `None` if it fails. Waits for ever where there is none.
    pub(super) async fn thought(&mut self) -> Option<Thought> {
        match &mut self.phase {
            Phase::Playing(Play { thought: Some(thought), .. }) => thought.await.ok(),
            _ => std::future::pending().await,
        }
    }

    /// A search has ended: its stone is put. What it learnt is kept for the next one.
    pub(super) fn bot_thought(&mut self, thought: Option<Thought>, now: Instant) {
        let Phase::Playing(play) = &mut self.phase else { return };
        play.thought = None;
        let stone = play.game.turn();
        match (thought, &mut self.seats[stone.index()]) {
            (Some(thought), Some(Seat::Bot { search, .. })) => {
                *search = Some(thought.search);
                self.bot_puts(stone, thought.point, now);
            }
            (None, Some(Seat::Bot { level, .. })) => {
                let level = *level;
                self.bot_moves_at_once(level, stone, now);
            }
            _ => {}
        }
    }

    fn bot_puts(&mut self, stone: Stone, point: Option<Point>, now: Instant) {
        let put = point.map(|p| self.place(stone, p.x().into(), p.y().into(), Player::Bot, now));
        if !matches!(put, Some(Ok(()))) {
            self.end(Ending::without_row(EndReason::Resign, Some(stone.other())), now);
        }
    }

    pub(super) fn resign(&mut self, user: &Arc<User>, now: Instant) -> Result<(), ErrorCode> {
        let stone = self.stone_of(user).ok_or(ErrorCode::NotAPlayer)?;
        if !matches!(self.phase, Phase::Playing(_)) {
            return Err(ErrorCode::GameOver);
        }
        self.end(Ending::without_row(EndReason::Resign, Some(stone.other())), now);
        Ok(())
    }

    pub(super) fn ask_rematch(&mut self, user: &Arc<User>, now: Instant) -> Result<(), ErrorCode> {
        let stone = self.stone_of(user).ok_or(ErrorCode::NotAPlayer)?;
        if !matches!(self.phase, Phase::Finished { .. }) {
            return Err(ErrorCode::GameNotOver);
        }
        self.rematch[stone.index()] = true;
        self.broadcast(&ServerMessage::RematchOffered { stone });
        let agrees = |side: Stone| match &self.seats[side.index()] {
            Some(Seat::Human { .. }) => self.rematch[side.index()],
            Some(Seat::Bot { .. }) => true,
            None => false,
        };
        if agrees(Stone::Black) && agrees(Stone::White) {
            self.seats.swap(0, 1);
            self.start_if_full(now);
        }
        Ok(())
    }

    /// Starts a game if both seats are taken and none is on.
    pub(super) fn start_if_full(&mut self, now: Instant) -> bool {
        if self.seats.iter().any(Option::is_none) || matches!(self.phase, Phase::Playing(_)) {
            return false;
        }
        let by_opponent = self.by_opponent();
        metrics::GAMES_STARTED.with(&by_opponent).inc();
        metrics::ROOM_MEMBERS.with(&()).observe(self.members().count() as f64);
        self.phase = Phase::Playing(Play {
            game: Game::new(self.rule),
            started: now,
            turn_started: now,
            bot_at: None,
            thought: None,
            _counted: metrics::GAMES.with(&by_opponent).track_in_progress(),
        });
        self.counted = count(RoomState::Playing);
        self.rematch = [false; 2];
        self.plan_bot(now);
        for user in self.members() {
            user.tell(&ServerMessage::GameStarted { room: self.view(user, now) });
        }
        true
    }

    /// Ends the game that is on, if one is.
    pub(super) fn end(&mut self, ending: Ending, now: Instant) {
        let Phase::Playing(play) = &self.phase else { return };
        count_game(&ending, &play.game, now.saturating_duration_since(play.started));
        self.rate(&ending);
        let ratings = self.seats.each_ref().map(|seat| match seat {
            Some(Seat::Human { user, .. }) => Some(user.points()),
            _ => None,
        });
        self.broadcast(&ServerMessage::GameEnded { ending: &ending, ratings });
        let game = play.game.clone();
        self.phase = Phase::Finished { until: now + self.config.room_finished, game, ending };
        self.counted = count(RoomState::Finished);
    }

    /// Moves the ratings of two humans. A game with the computer, or void, moves none.
    fn rate(&self, ending: &Ending) {
        let [Some(Seat::Human { user: black, .. }), Some(Seat::Human { user: white, .. })] =
            &self.seats
        else {
            return;
        };
        let score = match (ending.reason, ending.winner) {
            (EndReason::Void, _) => return,
            (_, Some(Stone::Black)) => 1.0,
            (_, Some(Stone::White)) => 0.0,
            (_, None) => 0.5,
        };
        let before = (black.rating(), white.rating());
        black.set_rating(before.0.after(before.1, score));
        white.set_rating(before.1.after(before.0, 1.0 - score));
    }
}

/// Counts a game that has ended.
fn count_game(ending: &Ending, game: &Game, lasted: Duration) {
    let rule = game.rule();
    let winner = match ending.winner {
        Some(Stone::Black) => metrics::Winner::Black,
        Some(Stone::White) => metrics::Winner::White,
        None => metrics::Winner::None,
    };
    metrics::GAMES_FINISHED.with(&metrics::ByEnding { rule, reason: ending.reason, winner }).inc();
    metrics::GAME_DURATION.with(&metrics::ByRule { rule }).observe_duration(lasted);
    metrics::GAME_MOVES.with(&metrics::ByRule { rule }).observe(game.moves().len() as f64);
}
