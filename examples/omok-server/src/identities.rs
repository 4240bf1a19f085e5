//! Resume tokens: who may take which seat again, and until when.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::{distr::Alphanumeric, Rng};

use crate::user::User;

/// Most expired tokens remembered, so that "too late" can be told from "never heard of".
const MAX_EXPIRED: usize = 10_000;

#[derive(Debug)]
enum Entry {
    Live(Arc<User>),
    Parked { user: Arc<User>, until: Instant },
    Expired,
}

/// Every player the server knows, by resume token.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    entries: HashMap<String, Entry>,
    expired: usize,
    next_id: u64,
}

/// What a token is worth.
#[derive(Debug)]
pub(crate) enum Claim {
    /// Welcome back; the token is live again.
    Known(Arc<User>),
    Expired,
    Unknown,
}

impl Identities {
    /// A new player with a new token.
    pub(crate) fn create(&mut self) -> Arc<User> {
        self.next_id += 1;
        let token: String =
            rand::rng().sample_iter(Alphanumeric).take(32).map(char::from).collect();
        let user = Arc::new(User::new(self.next_id, token.clone()));
        self.entries.insert(token, Entry::Live(Arc::clone(&user)));
        user
    }

    /// Looks a token up. A player who is still connected is taken over.
    pub(crate) fn resume(&mut self, token: &str, now: Instant) -> Claim {
        match self.entries.get_mut(token) {
            None => Claim::Unknown,
            Some(Entry::Expired) => Claim::Expired,
            Some(Entry::Parked { until, .. }) if *until <= now => Claim::Expired,
            Some(entry) => {
                let user = match entry {
                    Entry::Live(user) | Entry::Parked { user, .. } => Arc::clone(user),
                    Entry::Expired => return Claim::Expired,
                };
                *entry = Entry::Live(Arc::clone(&user));
                Claim::Known(user)
            }
        }
    }

    /// Keeps the identity of a lost connection for a while.
    pub(crate) fn park(&mut self, user: &Arc<User>, now: Instant, keep: Duration) {
        if let Some(entry) = self.entries.get_mut(user.token()) {
            *entry = Entry::Parked { user: Arc::clone(user), until: now + keep };
        }
    }

    /// How many players are known, those who may still come back included.
    pub(crate) fn players(&self) -> usize {
        self.entries.len() - self.expired
    }

    /// Forgets players whose time is over, and says how many they were. Linear in the number of
    /// players; call it seldom.
    pub(crate) fn sweep(&mut self, now: Instant) -> usize {
        let before = self.expired;
        for entry in self.entries.values_mut() {
            if matches!(entry, Entry::Parked { until, .. } if *until <= now) {
                *entry = Entry::Expired;
                self.expired += 1;
            }
        }
        let forgotten = self.expired - before;
        if self.expired > MAX_EXPIRED {
            self.entries.retain(|_, entry| !matches!(entry, Entry::Expired));
            self.expired = 0;
        }
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_token_works_until_it_expires() {
        let start = Instant::now();
        let mut identities = Identities::default();
        let user = identities.create();
        identities.park(&user, start, MINUTE);
        let token = user.token().to_owned();
        assert!(matches!(identities.resume(&token, start + MINUTE / 2), Claim::Known(_)));
        // Live again: no clock runs.
        identities.sweep(start + MINUTE * 9);
        assert!(matches!(identities.resume(&token, start + MINUTE * 9), Claim::Known(_)));
        identities.park(&user, start, MINUTE);
        assert!(matches!(identities.resume(&token, start + MINUTE), Claim::Expired));
        identities.sweep(start + MINUTE);
        assert!(matches!(identities.resume(&token, start), Claim::Expired));
        assert!(matches!(identities.resume("guess", start), Claim::Unknown));
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let mut identities = Identities::default();
        let (one, two) = (identities.create(), identities.create());
        assert_eq!(one.token().len(), 32);
        assert_ne!(one.token(), two.token());
        assert_ne!(one.id(), two.id());
    }

    #[test]
    fn expired_tokens_are_not_kept_for_ever() {
        let start = Instant::now();
        let mut identities = Identities::default();
        for _ in 0..=MAX_EXPIRED {
            let user = identities.create();
            identities.park(&user, start, Duration::ZERO);
        }
        identities.sweep(start);
        assert!(identities.entries.is_empty());
    }
}
