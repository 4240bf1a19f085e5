//! A token bucket: how often something may happen, with room for a burst.

use std::time::Instant;

/// The rate a bucket is filled at and how much it holds.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Tokens added each second.
    pub per_second: f64,
    /// Tokens a full bucket holds: the largest burst.
    pub burst: f64,
}

/// Starts full; each use takes one token.
#[derive(Debug)]
pub(crate) struct TokenBucket {
    rate: Rate,
    tokens: f64,
    filled: Instant,
}

impl TokenBucket {
    pub(crate) fn new(rate: Rate, now: Instant) -> Self {
        TokenBucket { rate, tokens: rate.burst, filled: now }
    }

    /// Takes a token if there is one.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + elapsed * self.rate.per_second).min(self.rate.burst);
        self.filled = now;
        let allowed = self.tokens >= 1.0;
        if allowed {
            self.tokens -= 1.0;
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn bucket_allows_a_burst_then_the_rate() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(Rate { per_second: 2.0, burst: 3.0 }, start);
        assert_eq!((0..5).filter(|_| bucket.take(start)).count(), 3);
        let later = start + Duration::from_millis(1_100);
        assert_eq!((0..5).filter(|_| bucket.take(later)).count(), 2);
        let much_later = start + Duration::from_secs(3_600);
        assert_eq!((0..9).filter(|_| bucket.take(much_later)).count(), 3);
    }

    #[test]
    fn bucket_survives_a_clock_that_steps_back() {
        let start = Instant::now() + Duration::from_secs(10);
        let mut bucket = TokenBucket::new(Rate { per_second: 1.0, burst: 1.0 }, start);
        assert!(bucket.take(start));
        assert!(!bucket.take(start - Duration::from_secs(5)));
    }
}
