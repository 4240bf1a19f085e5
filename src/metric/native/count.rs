//! Who counts: one thread by itself, or all that share.
//!
//! Imports `sync` and the bins; used by the histogram. An observation is counted in its bucket, in
//! its classic bucket if there are any, then in the sum, then in the count, by the protocol of
//! [`tally`](crate::sync::tally) with two banks from the start. Both kinds of buckets come before
//! the sum, so what the protocol says of buckets holds for each.

use super::bins::{Bins, Counter};
use crate::sync::float::Exact;
use crate::sync::primitive::{AtomicU64, Ordering};
use crate::sync::shard::{words, Shard};
use crate::sync::slab::{Kind, Sharded};
use crate::sync::tally::Totals;

/// What threads count together.
#[derive(Debug)]
pub(super) struct Common {
    pub(super) bins: Bins,
    banks: [Totals; 2],
    /// The sums that were accepted last.
    accepted: [AtomicU64; 2],
}

impl Common {
    pub(super) fn new() -> Self {
        let accepted = std::array::from_fn(|_| AtomicU64::new(0));
        Self { bins: Bins::new(), banks: [Totals::new(), Totals::new()], accepted }
    }

    /// Counts a value in its counters.
    #[inline]
    pub(super) fn add(&self, bank: usize, [own, classic]: [Option<&Counter>; 2], value: f64) {
        for counter in [own, classic].into_iter().flatten() {
            counter[bank & 1].fetch_add(1, Ordering::Relaxed); // Ordered by what follows.
        }
        self.banks[bank & 1].add(summand(value));
    }

    pub(super) fn refresh(&self, bank: usize, room: &mut Vec<u64>) {
        if let Some(sum) = self.banks[bank].read(TRIES, || self.bins.copy(bank, room)) {
            self.bins.accept(bank, room);
            self.accepted[bank].store(sum.to_bits(), Ordering::Relaxed); // The reader's own.
        }
    }

    /// Takes out of the sums what was accepted of them, and adds it to `taken`: what is added to a
    /// sum is rounded as its size asks for, so it must not stay large when everything starts anew.
    pub(super) fn take_sums(&self, taken: &mut Exact) {
        for (bank, accepted) in self.banks.iter().zip(&self.accepted) {
            let sum = f64::from_bits(accepted.load(Ordering::Relaxed));
            if sum.is_finite() {
                bank.move_sum(-sum);
                accepted.store(0, Ordering::Relaxed);
                taken.add(sum);
            }
        }
    }

    pub(super) fn add_sum_to(&self, sum: &mut Exact) {
        for accepted in &self.accepted {
            sum.add(f64::from_bits(accepted.load(Ordering::Relaxed)));
        }
    }
}

/// What one thread counts of a hot histogram.
#[derive(Debug)]
#[repr(align(128))] // No line of it belongs to another thread as well.
pub(super) struct Recorder {
    totals: [AtomicU64; words(0)],
    pub(super) bins: Bins,
}

impl Sharded for Recorder {
    const KIND: Kind = Kind::Summary;
}

impl Recorder {
    pub(super) fn new() -> Self {
        Self { totals: std::array::from_fn(|_| AtomicU64::new(0)), bins: Bins::new() }
    }

    #[inline(always)]
    fn totals(&self) -> Shard<'_> {
        Shard::of(&self.totals, 0)
    }

    /// Counts a finite value in its counter.
    #[inline(always)]
    pub(super) fn add(&self, bank: usize, counter: &Counter, value: f64) {
        self.totals().add_in(bank, &counter[bank & 1], value);
    }

    /// Counts any value also in its classic counter.
    #[inline]
    pub(super) fn add_both(
        &self,
        bank: usize,
        counter: &Counter,
        classic: Option<&Counter>,
        value: f64,
    ) {
        if let Some(classic) = classic {
            let classic = &classic[bank & 1];
            // Relaxed: this thread's own, and ordered by what follows.
            classic.store(classic.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        }
        self.add(bank, counter, summand(value));
    }

    pub(super) fn refresh(&self, bank: usize, room: &mut Vec<u64>) {
        if self.totals().refresh_with(bank, TRIES, || self.bins.copy(bank, room)) {
            self.bins.accept(bank, room);
        }
    }

    pub(super) fn add_sum_to(&self, sum: &mut Exact) {
        self.totals().add_to(&mut [], sum);
    }
}

/// What a value adds to the sum. Those that are no finite numbers would stay in it for ever; they
/// are known by their buckets.
#[inline]
fn summand(value: f64) -> f64 {
    if value.is_finite() {
        value
    } else {
        0.0
    }
}

/// How often the reader tries to find nobody inside an observation, each time as long as it takes to
/// copy the counters: some tens of microseconds.
const TRIES: usize = if cfg!(nunchi_loom) { 2 } else { 64 };
