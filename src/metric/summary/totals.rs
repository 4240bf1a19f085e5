//! Sum and count over the whole life of a summary, read as one.
//!
//! Imports `sync`; used by the summary only.

use crate::sync::float::AtomicF64;
use crate::sync::needed::Needed;
use crate::sync::primitive::{AtomicU64, Ordering};

/// The sum of all observations, and the count of those that no bin counts.
///
/// A recorder adds to the sum, then counts: in a bin, or here. A reader counts, reads the sum, and
/// counts again, until the two counts agree. Counts only grow while a reader is at it, so when they
/// agree both have seen the same observations, E. Let S be the observations that the sum includes.
///
/// - E ⊆ S. Counting is a `Release` and reading a count an `Acquire`, so a sum that is read after a
///   count includes what was counted. The count never runs ahead of the sum.
/// - S \ E holds at most one observation of each thread. Adding is a `Release`, reading the sum an
///   `Acquire`, and additions are read-modify-writes, so a later one carries the release of the
///   earlier. If a thread has added its second observation to the sum that was read, it had counted
///   its first one before, and the second reading of the counts sees that.
///
/// So the pair is exact unless a recorder is between its two steps, a few nanoseconds apart, and
/// then it is off by that recorder's one observation. One more atomic update per observation, a
/// count of those begun, would let the reader see that and try again; it was measured to cost a
/// third of the whole observation, and three times as much under contention, so it is not there.
#[derive(Debug)]
pub(super) struct Totals {
    sum: AtomicF64,
    counted: AtomicU64,
}

impl Totals {
    pub(super) fn new() -> Self {
        Self { sum: AtomicF64::zero(), counted: AtomicU64::new(0) }
    }

    /// First step of an observation.
    #[inline(always)]
    pub(super) fn add(&self, value: f64) {
        self.sum.add(value, ADD.get());
    }

    /// Second step, for observations that are in no bin, or no longer.
    #[inline]
    pub(super) fn count(&self, observations: u64) {
        self.counted.fetch_add(observations, COUNT.get());
    }

    /// Both steps, for an observation that no bin takes.
    #[inline]
    pub(super) fn observe(&self, value: f64) {
        self.add(value);
        self.count(1);
    }

    /// The sum of the observations so far.
    pub(super) fn sum(&self) -> f64 {
        self.sum.load(SUM.get())
    }

    /// Reads count and sum as one. `binned` counts the observations in bins, with `Acquire`;
    /// nothing may move from there to here meanwhile.
    ///
    /// If recorders leave no gap as long as a call of `binned`, about a microsecond, the reader
    /// gives up after 16 attempts. The sum then also includes observations added during one call.
    pub(super) fn read(&self, mut binned: impl FnMut() -> u64) -> (u64, f64) {
        let mut before = self.counted(&mut binned);
        for _ in 0..ATTEMPTS {
            match self.attempt(before, &mut binned) {
                Ok(pair) => return pair,
                Err(after) => before = after,
            }
        }
        (before, self.sum())
    }

    /// Reads the sum, and returns the pair if the count is still `before`, else the count.
    pub(super) fn attempt(
        &self,
        before: u64,
        binned: impl FnMut() -> u64,
    ) -> Result<(u64, f64), u64> {
        let sum = self.sum();
        let after = self.counted(binned);
        if after == before {
            Ok((after, sum))
        } else {
            Err(after)
        }
    }

    /// All observations counted, here and in bins.
    pub(super) fn counted(&self, mut binned: impl FnMut() -> u64) -> u64 {
        self.counted.load(COUNTED.get()) + binned()
    }
}

/// How often a reader tries to find the recorders pausing. At a million observations a second an
/// attempt fails two times in three; sixteen in a row fail once in a thousand scrapes.
const ATTEMPTS: u32 = 16;

/// Publishes what the thread has counted before. Pairs with [`SUM`].
const ADD: Needed<Ordering> = Needed::ordering("summary_add", Ordering::Release);

/// Pairs with [`ADD`].
const SUM: Needed<Ordering> = Needed::ordering("summary_sum", Ordering::Acquire);

/// Publishes the addition. Pairs with [`COUNTED`].
const COUNT: Needed<Ordering> = Needed::ordering("summary_count", Ordering::Release);

/// Pairs with [`COUNT`].
const COUNTED: Needed<Ordering> = Needed::ordering("summary_counted", Ordering::Acquire);

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    /// Reads while `busy` more observations are made, one during each count.
    fn read_while_observed(busy: u64) -> (u64, (u64, f64)) {
        let totals = Totals::new();
        let mut counts = 0;
        let pair = totals.read(|| {
            counts += 1;
            if counts <= busy {
                totals.observe(1.0);
            }
            0
        });
        (counts, pair)
    }

    #[test]
    fn a_reader_waits_for_two_equal_counts() {
        assert_eq!(read_while_observed(0), (2, (0, 0.0)));
        assert_eq!(read_while_observed(5), (7, (5, 5.0)));
    }

    #[test]
    fn a_reader_gives_up_in_the_end() {
        let (counts, (count, sum)) = read_while_observed(u64::MAX);
        assert_eq!(counts, u64::from(ATTEMPTS) + 1);
        assert_eq!((count + 1) as f64, sum);
    }

    #[test]
    fn what_is_binned_counts_as_well() {
        let totals = Totals::new();
        totals.add(2.5);
        totals.observe(1.5);
        totals.count(3);
        assert_eq!(totals.read(|| 10), (14, 4.0));
    }
}
