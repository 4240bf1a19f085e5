//! Finds opponents: one task, one queue for each rule.
//!
//! Two players match if their ratings are no further apart than the window of the one who has
//! waited longer; the window widens with the wait. Whoever waits alone gets the bot.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::time::{interval, MissedTickBehavior};

use crate::bot::Level;
use crate::hub::Hub;
use crate::metrics::{self, ByOutcome, ByRule, Held, Outcome};
use crate::protocol::ServerMessage;
use crate::rules::Rule;
use crate::user::User;

/// A word to the matchmaker.
#[derive(Debug)]
pub(crate) enum Ticket {
    Wait { user: Arc<User>, rule: Rule },
    Stop { user: Arc<User>, outcome: Outcome },
}

/// Owns the queues.
#[derive(Debug)]
pub(crate) struct Matchmaker {
    hub: Arc<Hub>,
    waiting: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    user: Arc<User>,
    rule: Rule,
    since: Instant,
    _counted: Held,
}

impl Matchmaker {
    pub(crate) fn new(hub: Arc<Hub>) -> Self {
        Matchmaker { hub, waiting: Vec::new() }
    }

    /// Serves tickets until the server goes away.
    pub(crate) async fn run(mut self, mut tickets: mpsc::Receiver<Ticket>) {
        let mut shutdown = self.hub.shutdown();
        let mut round = interval(self.hub.config().match_every);
        round.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                ticket = tickets.recv() => match ticket {
                    Some(Ticket::Wait { user, rule }) => self.wait(user, rule, Instant::now()),
                    Some(Ticket::Stop { user, outcome }) => self.stop(&user, outcome),
                    None => return,
                },
                _ = round.tick() => self.pair_all(Instant::now()),
                () = shutdown.wait() => return,
            }
        }
    }

    fn wait(&mut self, user: Arc<User>, rule: Rule, now: Instant) {
        // Asking twice keeps the older place, asking for the other rule moves over.
        let held = self.waiting.iter().any(|w| w.user.id() == user.id() && w.rule == rule);
        if !held {
            self.stop(&user, Outcome::Cancelled);
            let counted = metrics::MATCH_QUEUE.with(&ByRule { rule }).track_in_progress();
            user.tell(&ServerMessage::MatchWaiting { rule });
            self.waiting.push(Waiting { user, rule, since: now, _counted: counted });
        }
    }

    fn stop(&mut self, user: &User, outcome: Outcome) {
        if let Some(place) = self.waiting.iter().position(|w| w.user.id() == user.id()) {
            let gone = self.waiting.remove(place);
            count(gone.rule, outcome);
            if outcome == Outcome::Cancelled {
                gone.user.tell(&ServerMessage::MatchCancelled);
            }
        }
    }

    fn pair_all(&mut self, now: Instant) {
        while let Some((first, second)) = self.find_pair(now) {
            // `first` is the lower index, so removing the other one leaves it in place.
            let two = self.waiting.remove(second);
            let one = self.waiting.remove(first);
            self.seat(one, two, now);
        }
        let bot_after = self.hub.config().bot_after;
        let alone = |w: &Waiting| now.saturating_duration_since(w.since) >= bot_after;
        while let Some(place) = self.waiting.iter().position(alone) {
            let lone = self.waiting.remove(place);
            let level = if self.hub.config().hard_bots { Level::Hard } else { Level::Normal };
            let opened = self.hub.open_match(&[&lone.user], lone.rule, Some(level));
            settle(&lone, opened.map_or(Outcome::Cancelled, |()| Outcome::Bot), "bot", now);
        }
    }

    /// The two who have waited longest and fit.
    fn find_pair(&self, now: Instant) -> Option<(usize, usize)> {
        let indexes = 0..self.waiting.len();
        indexes.clone().flat_map(|a| indexes.clone().skip(a + 1).map(move |b| (a, b))).find(
            |(a, b)| {
                let (one, two) = (&self.waiting[*a], &self.waiting[*b]);
                let waited = now.saturating_duration_since(one.since.min(two.since));
                one.rule == two.rule && gap(one, two) <= window(waited)
            },
        )
    }

    fn seat(&self, one: Waiting, two: Waiting, now: Instant) {
        let opened = self.hub.open_match(&[&one.user, &two.user], one.rule, None);
        let outcome = opened.map_or(Outcome::Cancelled, |()| Outcome::Matched);
        if outcome == Outcome::Matched {
            metrics::RATING_GAP.with(&ByRule { rule: one.rule }).observe(gap(&one, &two));
        }
        settle(&one, outcome, &two.user.name(), now);
        settle(&two, outcome, &one.user.name(), now);
    }
}

/// Elo points between two players.
fn gap(one: &Waiting, two: &Waiting) -> f64 {
    (one.user.rating().points - two.user.rating().points).abs()
}

/// How far apart two ratings may be after a wait.
fn window(waited: Duration) -> f64 {
    100.0 + 100.0 * waited.as_secs_f64()
}

/// Ends a wait: counts it and tells the player.
fn settle(waiting: &Waiting, outcome: Outcome, opponent: &str, now: Instant) {
    count(waiting.rule, outcome);
    let by_rule = ByRule { rule: waiting.rule };
    let waited = now.saturating_duration_since(waiting.since);
    match (outcome, waiting.user.room()) {
        (Outcome::Matched | Outcome::Bot, Some(room)) => {
            metrics::MATCH_WAIT.with(&by_rule).observe_duration(waited);
            metrics::MATCH_DURATION.with(&by_rule).observe_duration(waited);
            waiting.user.tell(&ServerMessage::MatchFound { room: room.id(), opponent });
        }
        _ => waiting.user.tell(&ServerMessage::MatchCancelled),
    }
}

fn count(rule: Rule, outcome: Outcome) {
    metrics::MATCH_OUTCOMES.with(&ByOutcome { rule, outcome }).inc();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::rating::Rating;
    use crate::tasks::Shutdown;

    fn matchmaker() -> Matchmaker {
        let (_, shutdown) = Shutdown::new();
        Matchmaker::new(Hub::start(Arc::new(Config::default()), shutdown))
    }

    fn user(id: u64, points: f64) -> Arc<User> {
        let user = Arc::new(User::new(id, String::new()));
        user.set_rating(Rating { points, games: 0 });
        user
    }

    #[tokio::test]
    async fn equals_meet_at_once_and_strangers_after_a_while() {
        let (mut maker, start) = (matchmaker(), Instant::now());
        let (strong, weak, middle) = (user(1, 2_000.0), user(2, 1_500.0), user(3, 1_550.0));
        maker.wait(Arc::clone(&strong), Rule::General, start);
        maker.wait(Arc::clone(&weak), Rule::General, start);
        maker.pair_all(start);
        assert_eq!(maker.waiting.len(), 2);
        maker.wait(Arc::clone(&middle), Rule::General, start);
        maker.pair_all(start);
        assert_eq!(maker.waiting.len(), 1);
        assert!(strong.room().is_none());
        assert_eq!(weak.room().map(|r| r.id()), middle.room().map(|r| r.id()));
        assert!(window(Duration::from_secs(4)) >= 500.0);
    }

    #[tokio::test]
    async fn rules_do_not_mix_and_asking_twice_is_one_place() {
        let (mut maker, start) = (matchmaker(), Instant::now());
        let (one, two) = (user(1, 1_500.0), user(2, 1_500.0));
        maker.wait(Arc::clone(&one), Rule::General, start);
        maker.wait(Arc::clone(&one), Rule::General, start);
        maker.wait(Arc::clone(&two), Rule::Freestyle, start);
        maker.pair_all(start);
        assert_eq!(maker.waiting.len(), 2);
        maker.wait(one, Rule::Freestyle, start);
        maker.pair_all(start);
        assert!(maker.waiting.is_empty());
    }

    #[tokio::test]
    async fn the_bot_sits_down_with_whoever_waits_alone() {
        let (mut maker, start) = (matchmaker(), Instant::now());
        let lone = user(1, 1_500.0);
        maker.wait(Arc::clone(&lone), Rule::Freestyle, start);
        let bot_after = maker.hub.config().bot_after;
        maker.pair_all(start + bot_after / 2);
        assert!(lone.room().is_none());
        maker.pair_all(start + bot_after);
        assert!(lone.room().is_some() && maker.waiting.is_empty());
    }
}
