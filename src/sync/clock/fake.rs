//! A clock that a test moves by hand, for the threads that have entered it.
//!
//! Feature `testing`; `no_fake.rs` is its twin without. The idea to hold: a thread that has entered
//! one asks the kernel for a clock that there is not, by a number that it keeps for itself. The
//! kernel refuses, and the reading takes the way that it has for refusals anyway. So nothing is added
//! to a reading of the real clock: where it loaded a constant, it loads a variable.

use super::{real_coarse_ms, tick};
use parking_lot::Mutex;
use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::os::raw::c_int;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// A number that no kernel gives a clock: theirs are small, and those of files negative.
const NO_CLOCK: c_int = c_int::MAX;

thread_local! {
    /// Which clock of the kernel this thread reads. Has no destructor, so that it costs no check.
    static KERNEL_CLOCK: Cell<c_int> = const { Cell::new(tick::CLOCK) };
    /// The clocks that this thread has entered and not left; it is the last that counts.
    static ENTERED: RefCell<Vec<Arc<Fake>>> = const { RefCell::new(Vec::new()) };
}

/// A clock that stands still unless it is moved.
#[derive(Debug)]
pub(crate) struct Fake {
    /// What the clocks show when nothing has passed.
    ms: u64,
    instant: Instant,
    time_of_day: SystemTime,
    passed: Mutex<Duration>,
}

/// For as long as it lives, the thread is in the clock.
#[derive(Debug)]
pub(crate) struct Entered {
    clock: Arc<Fake>,
    /// Belongs to the thread.
    not_send: PhantomData<*const ()>,
}

impl Fake {
    pub(crate) fn new(time_of_day: SystemTime) -> Self {
        let (ms, instant) = (real_coarse_ms(), Instant::now());
        Self { ms, instant, time_of_day, passed: Mutex::new(Duration::ZERO) }
    }

    pub(crate) fn advance(&self, by: Duration) {
        let mut passed = self.passed.lock();
        *passed = passed.saturating_add(by);
    }

    fn passed(&self) -> Duration {
        *self.passed.lock()
    }

    fn ms(&self) -> u64 {
        let passed = u64::try_from(self.passed().as_millis()).unwrap_or(u64::MAX);
        self.ms.saturating_add(passed)
    }

    fn instant(&self) -> Instant {
        self.instant.checked_add(self.passed()).unwrap_or(self.instant)
    }

    pub(crate) fn time_of_day(&self) -> SystemTime {
        self.time_of_day.checked_add(self.passed()).unwrap_or(self.time_of_day)
    }

    pub(crate) fn enter(self: &Arc<Self>) -> Entered {
        // Where the thread is being taken down already, it stays with the real clock.
        let _ended = ENTERED.try_with(|entered| {
            entered.borrow_mut().push(Arc::clone(self));
            KERNEL_CLOCK.with(|clock| clock.set(NO_CLOCK));
        });
        Entered { clock: Arc::clone(self), not_send: PhantomData }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let _ended = ENTERED.try_with(|entered| {
            let mut entered = entered.borrow_mut();
            // Guards may go in any order.
            let own = entered.iter().rposition(|clock| Arc::ptr_eq(clock, &self.clock));
            let _left = own.map(|at| entered.remove(at));
            if entered.is_empty() {
                KERNEL_CLOCK.with(|clock| clock.set(tick::CLOCK));
            }
        });
    }
}

/// What to ask the kernel for.
#[inline(always)]
pub(super) fn kernel_clock() -> c_int {
    KERNEL_CLOCK.with(Cell::get)
}

#[inline(always)]
pub(super) fn is_entered() -> bool {
    kernel_clock() != tick::CLOCK
}

/// The clock of this thread where the kernel has refused to tell.
#[cold]
#[inline(never)]
pub(super) fn other_ms() -> u64 {
    read(Fake::ms).unwrap_or_else(real_coarse_ms)
}

#[inline]
pub(super) fn instant() -> Option<Instant> {
    is_entered().then(|| read(Fake::instant)).flatten()
}

#[inline]
pub(super) fn time_of_day() -> Option<SystemTime> {
    is_entered().then(|| read(Fake::time_of_day)).flatten()
}

#[cold]
fn read<T>(ask: impl FnOnce(&Fake) -> T) -> Option<T> {
    ENTERED.try_with(|entered| entered.borrow().last().map(|clock| ask(clock))).ok().flatten()
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::super::{coarse_ms, instant, is_fake, time_of_day};
    use super::*;
    use std::time::UNIX_EPOCH;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn every_clock_of_the_thread_stands_still_and_moves_by_hand() {
        let clock = Arc::new(Fake::new(UNIX_EPOCH + HOUR));
        let entered = clock.enter();
        let (ms, at) = (coarse_ms(), instant());
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!((coarse_ms(), instant(), time_of_day()), (ms, at, UNIX_EPOCH + HOUR));
        clock.advance(HOUR);
        let hours = (coarse_ms(), instant(), time_of_day());
        assert_eq!(hours, (ms + 3_600_000, at + HOUR, UNIX_EPOCH + 2 * HOUR));
        assert!(real_coarse_ms() < ms + 3_600_000);
        drop(entered);
        assert!(
            !is_fake() && coarse_ms() < ms + 3_600_000 && time_of_day() > UNIX_EPOCH + 3 * HOUR
        );
    }

    #[test]
    fn the_clock_that_was_entered_last_counts_whatever_is_left_first() {
        let [early, late] = [0, 9].map(|hour| Arc::new(Fake::new(UNIX_EPOCH + hour * HOUR)));
        let in_early = early.enter();
        let in_late = late.enter();
        assert_eq!(time_of_day(), UNIX_EPOCH + 9 * HOUR);
        drop(in_early);
        assert_eq!(time_of_day(), UNIX_EPOCH + 9 * HOUR);
        let again = early.enter();
        assert_eq!(time_of_day(), UNIX_EPOCH);
        drop(in_late);
        assert_eq!(time_of_day(), UNIX_EPOCH);
        drop(again);
        assert!(!is_fake());
    }

    #[test]
    fn other_threads_keep_the_real_time_unless_they_enter() {
        let clock = Arc::new(Fake::new(UNIX_EPOCH));
        let _entered = clock.enter();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                assert!(!is_fake() && time_of_day() > UNIX_EPOCH + HOUR);
                let _entered = clock.enter();
                assert_eq!(time_of_day(), UNIX_EPOCH);
            });
        });
    }

    #[test]
    fn no_step_is_too_far() {
        let clock = Arc::new(Fake::new(UNIX_EPOCH));
        let _entered = clock.enter();
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert_eq!((coarse_ms(), time_of_day()), (u64::MAX, UNIX_EPOCH));
        let _some_moment = instant();
    }
}
