//! What one thread observes of a hot summary.
//!
//! Imports `sync` and the bins; used by the summary. A recorder has a count and a sum, read as one by
//! the protocol of [`Shard`], and bins of its own, which only grow. Sweeping leaves them alone and
//! remembers beside each what it has taken.

use super::live::{Chunk, Live, Side};
use super::{place, FULL};
use crate::sync::float::Exact;
use crate::sync::primitive::{AtomicU32, AtomicU64, Ordering};
use crate::sync::shard::{words, Shard};
use crate::sync::slab::{Kind, Sharded};
use once_cell::race::OnceBox;

/// Written by one thread, but for what says otherwise.
#[repr(align(128))] // No line of it belongs to another thread as well.
pub(super) struct Recorder {
    totals: [AtomicU64; words(1)],
    /// How many values there were at the last sweep; written by the sweeper.
    swept: AtomicU64,
    /// The clock is read when the count has none of these bits: at every observation, or at one of
    /// [`RARELY`].
    pace: AtomicU64,
    /// When the pace was decided last, in clock milliseconds, and at which count.
    paced: AtomicU64,
    paced_count: AtomicU64,
    positive: Side<2>,
    negative: OnceBox<Side<2>>,
}

impl Sharded for Recorder {
    const KIND: Kind = Kind::Summary;
}

impl Recorder {
    pub(super) fn new() -> Self {
        Self {
            totals: std::array::from_fn(|_| AtomicU64::new(0)),
            swept: AtomicU64::new(0),
            pace: AtomicU64::new(0),
            paced: AtomicU64::new(0),
            paced_count: AtomicU64::new(0),
            positive: Side::default(),
            negative: OnceBox::new(),
        }
    }

    #[inline(always)]
    fn totals(&self) -> Shard<'_> {
        Shard::of(&self.totals, 1)
    }

    /// Adds to count and sum; answers whether it is time to look at the clock.
    #[inline(always)]
    pub(super) fn add(&self, bank: u32, value: f64) -> bool {
        let count = self.totals().add(bank as usize, 0, value);
        count & self.pace.load(Ordering::Relaxed) == 0 // This thread's own.
    }

    /// Decides from the time how often to read the clock: rarely while so many observations as are
    /// then made without it take no longer than a moment.
    pub(super) fn keep_pace(&self, now: u64) {
        // Relaxed throughout: this thread's own.
        let count = self.totals().count();
        if count.wrapping_sub(self.paced_count.load(Ordering::Relaxed)) >= RARELY {
            let moment = now.saturating_sub(self.paced.load(Ordering::Relaxed)) <= MOMENT_MS;
            self.pace.store(if moment { RARELY - 1 } else { 0 }, Ordering::Relaxed);
            self.paced.store(now, Ordering::Relaxed);
            self.paced_count.store(count, Ordering::Relaxed);
        }
    }

    /// Never reads the clock: there is no window.
    pub(super) fn ignore_time(&self) {
        self.pace.store(u64::MAX, Ordering::Relaxed);
    }

    /// Counts in a bin, if that is there and the value is none of the unusual ones.
    #[inline(always)]
    pub(super) fn count(&self, value: f64) -> bool {
        let Some(slot) = place::usual_slot(value) else { return false };
        let known = if value.is_sign_negative() {
            self.negative.get().and_then(|side| side.known_bin(slot))
        } else {
            self.positive.known_bin(slot)
        };
        known.map(count).is_some()
    }

    /// Counts any value; NaN has no bin. Allocates when the value is the first of its chunk in this
    /// thread.
    #[cold]
    pub(super) fn count_any(&self, value: f64, live: &Live) {
        let Some(slot) = place::slot(value) else { return };
        live.meet(slot, value.is_sign_negative());
        let side = if value.is_sign_negative() {
            self.negative.get_or_init(Box::default)
        } else {
            &self.positive
        };
        count(side.bin(slot));
    }

    /// Whether a bin might come round before the pane has ended.
    pub(super) fn is_full(&self) -> bool {
        self.totals().count().wrapping_sub(self.swept.load(Ordering::Relaxed)) >= u64::from(FULL)
    }

    /// Begins to count anew towards being full.
    pub(super) fn sweep(&self) {
        self.swept.store(self.totals().count(), Ordering::Relaxed);
    }

    /// Accepts the present count and sum of a bank.
    pub(super) fn refresh(&self, bank: usize) {
        self.totals().refresh(bank, &mut [0]);
    }

    /// Adds what was accepted.
    pub(super) fn add_to(&self, count: &mut u64, sum: &mut Exact) {
        self.totals().add_to(std::slice::from_mut(count), sum);
    }

    /// The bins of a chunk, and what was swept of each.
    pub(super) fn chunk(&self, index: usize, below: bool) -> Option<&Chunk<2>> {
        let side = if below { self.negative.get()? } else { &self.positive };
        side.chunks.get(index)?.get()
    }
}

#[inline(always)]
fn count(bin: &AtomicU32) {
    // Relaxed: quantiles may miss what is just being observed.
    bin.store(bin.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
}

/// How many observations a busy thread makes between two looks at the clock; a power of two.
pub(super) const RARELY: u64 = 64;

/// What counts as busy: so many observations within this time.
const MOMENT_MS: u64 = 50;
