//! A clock cheap enough to be read at every observation.
//!
//! Imports nothing. On Linux the kernel keeps the time of its last timer tick in the page it
//! shares with every process; reading that copy costs about a seventh of an exact time stamp and
//! is one to four milliseconds old. Everything timed with it spans seconds or minutes.
//!
//! Code under test takes the time as an argument instead; only its public skin reads this clock.
//! Whatever time a metric shows is asked for here as well, so that tests of programs can replace it:
//! [`fake`], which is only there with the feature `testing`.

#[cfg(feature = "testing")]
pub(crate) mod fake;
#[cfg(not(feature = "testing"))]
#[path = "clock/no_fake.rs"]
mod fake;

use once_cell::race::OnceBox;
#[cfg(any(feature = "gc", feature = "openmetrics", feature = "protobuf"))]
use std::time::UNIX_EPOCH;
use std::time::{Instant, SystemTime};

/// Milliseconds since a fixed, arbitrary moment.
///
/// Never runs backwards within a thread, does not follow changes of the calendar clock, and on
/// Linux stands still while the machine sleeps. Resolution: the timer tick, 1 to 10 ms.
#[inline]
pub(crate) fn coarse_ms() -> u64 {
    tick::now_ms(fake::kernel_clock()).unwrap_or_else(fake::other_ms)
}

/// The same of the real clock, whatever a test has put in its place.
#[inline]
pub(crate) fn real_coarse_ms() -> u64 {
    tick::now_ms(tick::CLOCK).unwrap_or_else(elapsed_ms)
}

/// The exact time, for durations.
#[inline]
pub(crate) fn instant() -> Instant {
    fake::instant().unwrap_or_else(Instant::now)
}

/// The calendar clock.
#[inline]
pub(crate) fn time_of_day() -> SystemTime {
    fake::time_of_day().unwrap_or_else(SystemTime::now)
}

#[cfg(any(feature = "gc", feature = "openmetrics", feature = "protobuf"))]
/// The calendar clock in milliseconds since 1970, 0 before; on Linux as it was at the last tick.
#[inline]
pub(crate) fn coarse_time_of_day_ms() -> u64 {
    let tick = if is_fake() { None } else { tick::now_ms(tick::CALENDAR) };
    tick.unwrap_or_else(|| since_epoch_ms(time_of_day()))
}

#[cfg(any(feature = "gc", feature = "openmetrics", feature = "protobuf"))]
/// Milliseconds since 1970, 0 before.
pub(crate) fn since_epoch_ms(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Whether a test holds the clock of this thread: it may be moved on by hours between two updates.
#[inline]
pub(crate) fn is_fake() -> bool {
    fake::is_entered()
}

/// The portable reading: exact, and slower.
fn elapsed_ms() -> u64 {
    static START: OnceBox<Instant> = OnceBox::new();
    let elapsed = START.get_or_init(|| Box::new(Instant::now())).elapsed();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

/// The kernel's tick. `std` links the C library already, so the one function needed from it is
/// declared here; its argument has this layout wherever pointers have 64 bits.
#[cfg(all(target_os = "linux", target_pointer_width = "64", not(miri)))]
mod tick {
    use std::os::raw::{c_int, c_long};

    /// `CLOCK_MONOTONIC_COARSE`. Source: `include/uapi/linux/time.h`; the same number on every
    /// architecture.
    pub(super) const CLOCK: c_int = 6;
    /// `CLOCK_REALTIME_COARSE`, likewise.
    #[cfg(any(feature = "gc", feature = "openmetrics", feature = "protobuf"))]
    pub(super) const CALENDAR: c_int = 5;

    #[repr(C)]
    struct Timespec {
        seconds: i64,
        nanoseconds: c_long,
    }

    extern "C" {
        fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int;
    }

    /// `None` when the kernel refuses: because it knows no such clock, or because a system call
    /// filter makes it.
    #[inline]
    pub(super) fn now_ms(clock: c_int) -> Option<u64> {
        let mut time = Timespec { seconds: 0, nanoseconds: 0 };
        // SAFETY: `time` is a live, writable `struct timespec` of this target (two 64-bit fields,
        // checked by the `cfg` above), and the call writes nothing else, whatever number the clock
        // has.
        let status = unsafe { clock_gettime(clock, &mut time) };
        (status == 0).then(|| time.seconds as u64 * 1_000 + time.nanoseconds as u64 / 1_000_000)
    }
}

/// No coarse clock is known here.
#[cfg(not(all(target_os = "linux", target_pointer_width = "64", not(miri))))]
mod tick {
    use std::os::raw::c_int;

    pub(super) const CLOCK: c_int = 0;
    #[cfg(any(feature = "gc", feature = "openmetrics", feature = "protobuf"))]
    pub(super) const CALENDAR: c_int = 0;

    #[inline]
    pub(super) fn now_ms(_: c_int) -> Option<u64> {
        None
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_coarse_clock_keeps_pace_with_the_exact_one() {
        let (coarse, exact) = (coarse_ms(), Instant::now());
        while exact.elapsed() < Duration::from_millis(60) {
            std::thread::yield_now();
        }
        let passed = coarse_ms() - coarse;
        // One tick early at either end, and as late as a busy machine makes the second reading.
        assert!((40..5_000).contains(&passed), "{passed} ms instead of 60");
    }

    #[cfg(any(feature = "gc", feature = "openmetrics", feature = "protobuf"))]
    #[test]
    fn the_coarse_calendar_is_that_of_the_exact_one() {
        let [before, coarse, after] =
            [since_epoch_ms(time_of_day()), coarse_time_of_day_ms(), since_epoch_ms(time_of_day())];
        assert!(
            (before.saturating_sub(100)..=after).contains(&coarse),
            "{before} {coarse} {after}"
        );
    }

    #[test]
    fn time_never_runs_backwards() {
        let mut last = [coarse_ms(), elapsed_ms()];
        for _ in 0..1_000 {
            let now = [coarse_ms(), elapsed_ms()];
            assert!(last[0] <= now[0] && last[1] <= now[1]);
            last = now;
        }
    }
}
