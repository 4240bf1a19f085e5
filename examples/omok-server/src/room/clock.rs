//! What a room waits for: the earliest of turn clock, bot's pause, absent players, idle room.

use std::time::{Duration, Instant};

use super::state::{Phase, Room, Seat};

impl Room {
    /// When [`Room::tick`] has something to do next.
    pub(crate) fn deadline(&self) -> Instant {
        let phase = match &self.phase {
            Phase::Waiting { until } | Phase::Finished { until, .. } => *until,
            Phase::Playing(play) => play.bot_at.unwrap_or(play.turn_started + self.turn),
        };
        self.away_deadlines().fold(phase, Instant::min)
    }

    /// What is left of the turn.
    pub(super) fn clock(&self, now: Instant) -> Duration {
        match &self.phase {
            Phase::Playing(play) => (play.turn_started + self.turn).saturating_duration_since(now),
            _ => Duration::ZERO,
        }
    }

    fn away_deadlines(&self) -> impl Iterator<Item = Instant> + '_ {
        self.seats.iter().flatten().filter_map(|seat| match seat {
            Seat::Human { away_until, .. } => *away_until,
            Seat::Bot { .. } => None,
        })
    }
}
