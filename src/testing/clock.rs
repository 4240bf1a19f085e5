//! Time under control of a test.

use crate::sync::clock::fake::{self, Fake};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A clock that stands still until it is moved, so that a test of what metrics make of time need not
/// wait, and finds the same each time.
///
/// It is the clock of every thread that has [entered](Self::enter) it, for the panes of a
/// [`Summary`](crate::Summary), for [`Timer`](crate::Timer), for
/// [`set_to_current_time`](crate::Gauge::set_to_current_time) and for
/// `nunchi_scrape_duration_seconds`. Other threads keep the real time, those of tests that run at the
/// same time among them: a thread that a test starts has to enter as well. So has the one that
/// scrapes, if a page is fetched from a server. Clones are the same clock.
///
/// In such a thread no series becomes hot: each observation of a summary looks at the clock. Of one
/// that is hot already, the first few observations after a move may count in the pane before it.
///
/// The timeouts of `server` and what
/// the process collector tells stay real.
///
/// # Performance
///
/// With the feature `testing`, reading the real clock costs a timer some two instructions more, and an
/// observation of a summary none. Without it, nothing.
///
/// # Examples
///
/// ```
/// use nunchi::{assert_metric, testing::Clock, Registry};
/// use std::time::{Duration, UNIX_EPOCH};
///
/// let clock = Clock::stopped_at(UNIX_EPOCH + Duration::from_secs(1_700_000_000));
/// let _inside = clock.enter();
///
/// let registry = Registry::new();
/// let wait = registry.summary("app_wait_seconds", "Time in queue.").quantiles([0.5]);
/// let wait = wait.window(Duration::from_secs(60)).register()?;
/// let timer = wait.start_timer();
/// clock.advance(Duration::from_millis(1500));
/// drop(timer);
/// assert_metric!(registry, "app_wait_seconds", {"quantile" => 0.5} == 1.5);
/// assert_metric!(registry, "app_wait_seconds_sum" == 1.5);
///
/// // All has left a window once it has passed, and a sixteenth of it.
/// clock.advance(Duration::from_secs(64));
/// assert_metric!(registry, "app_wait_seconds", {"quantile" => 0.5} == f64::NAN);
/// assert_metric!(registry, "app_wait_seconds_count" == 1);
///
/// let last = registry.gauge("app_last_run_timestamp_seconds", "When it ran last.").register()?;
/// last.set_to_current_time();
/// assert_metric!(registry, "app_last_run_timestamp_seconds" == 1_700_000_065.5);
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Clock {
    fake: Arc<Fake>,
}

impl Clock {
    /// A clock that has stopped at the present.
    #[must_use]
    pub fn stopped() -> Self {
        Self::stopped_at(SystemTime::now())
    }

    /// A clock that has stopped at this time of day.
    #[must_use]
    pub fn stopped_at(time_of_day: SystemTime) -> Self {
        Self { fake: Arc::new(Fake::new(time_of_day)) }
    }

    /// Makes this the clock of the current thread, until the guard is dropped. If a thread is in
    /// several, it is the one entered last. The guard stays in its thread, so an asynchronous test
    /// needs a runtime of one thread.
    ///
    /// Metrics that live on, in a `static` for instance, see time jump back when the guard is dropped.
    /// They lose nothing, but what is observed then may stay in a window for as long as the clock was
    /// ahead.
    pub fn enter(&self) -> InClock {
        InClock { _entered: self.fake.enter() }
    }

    /// Moves the clock on, for every thread in it.
    pub fn advance(&self, by: Duration) {
        self.fake.advance(by);
    }

    /// The time of day.
    #[must_use]
    pub fn time_of_day(&self) -> SystemTime {
        self.fake.time_of_day()
    }
}

/// As long as it lives, its thread has the time of a [`Clock`].
#[must_use = "the thread leaves the clock when the guard is dropped"]
#[derive(Debug)]
pub struct InClock {
    _entered: fake::Entered,
}
