//! Pings: which one is on its way, and how many were not answered.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::user::lock;

/// Pings without an answer that end a session.
const MISSED: u32 = 3;

/// Shared by the task that sends pings and the one that reads pongs.
#[derive(Debug, Default)]
pub(super) struct Pulse(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last: Option<(u64, Instant)>,
    unanswered: u32,
}

impl Pulse {
    /// The payload of the next ping, or `None` if the client has missed too many.
    pub(super) fn next(&self, now: Instant) -> Option<[u8; 8]> {
        let mut state = lock(&self.0);
        if state.unanswered >= MISSED {
            return None;
        }
        // Random, so that only somebody who got the ping can answer it.
        let nonce = rand::random::<u64>();
        state.last = Some((nonce, now));
        state.unanswered += 1;
        Some(nonce.to_be_bytes())
    }

    /// The round trip, if this answers the last ping; each is answered once.
    pub(super) fn answered(&self, payload: &[u8], now: Instant) -> Option<Duration> {
        let mut state = lock(&self.0);
        let (_, sent) = state.last.filter(|(nonce, _)| nonce.to_be_bytes() == payload)?;
        *state = State::default();
        Some(now.saturating_duration_since(sent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_silences_end_it_and_one_answer_starts_anew() {
        let (pulse, start) = (Pulse::default(), Instant::now());
        pulse.next(start).unwrap();
        pulse.next(start).unwrap();
        let third = pulse.next(start).unwrap();
        assert!(pulse.next(start).is_none());
        let later = start + Duration::from_millis(30);
        assert_eq!(pulse.answered(b"nonsense", later), None);
        assert_eq!(pulse.answered(&third, later), Some(Duration::from_millis(30)));
        assert_eq!(pulse.answered(&third, later), None, "an answer counts once");
        assert!(pulse.next(start).is_some());
    }
}
