//! How hot a series is, and where its cells are once it is hot.

use super::{process, Kind};
use crate::sync::clock;
use crate::sync::float::Exact;
use crate::sync::needed::Needed;
use crate::sync::primitive::{AtomicU32, AtomicU64, Ordering};
use std::ptr::NonNull;

/// One word of a series: the slot of its cells, or how often it was sampled lately.
///
/// A thread samples the cold series that it is updating at one of every [`process::PERIOD`] of its
/// updates of cold series. A series that is sampled [`ENOUGH`] times with no more than [`WITHIN_MS`]
/// between two samples is promoted. So one that is updated a few thousand times a second stays cold,
/// and threads meet at its atomic no more often than that.
#[derive(Debug)]
pub(crate) struct Heat(AtomicU32);

/// Set while cold; then come the samples and the time of the last one.
const COLD: u32 = 1 << 31;
const SAMPLES: u32 = 27;
/// A part of the clock, in milliseconds: it comes round in 37 hours, and a series that was last
/// sampled that long ago may be promoted one sample early.
const TIME: u32 = (1 << SAMPLES) - 1;
/// Samples before a series is promoted, at most 15.
///
/// Where a thread updates many series it is chance which one is sampled. At 2000 updates a second the
/// chance of so many close samples in a row comes once in months, at 30 000 within seconds.
const ENOUGH: u32 = 8;
const WITHIN_MS: u32 = 250;

/// Publishes the slot, whose cells were zeroed before. Pairs with [`SLOT`].
pub(super) const PROMOTE: Needed<Ordering> = Needed::ordering("promote", Ordering::Release);

/// Pairs with [`PROMOTE`].
pub(super) const SLOT: Needed<Ordering> = Needed::ordering("slot", Ordering::Acquire);

impl Heat {
    /// Cold, and never sampled.
    pub(crate) fn cold() -> Self {
        Self(AtomicU32::new(COLD))
    }

    /// The slot, if hot. Whoever has it sees its cells as they were handed out, or later.
    #[inline]
    pub(super) fn slot(&self) -> Option<usize> {
        let word = self.word();
        (word < COLD).then_some(word as usize)
    }

    /// A word that is less than the number of slots of any slab if the series is hot, and greater
    /// if it is not.
    #[inline(always)]
    fn word(&self) -> u32 {
        self.0.load(SLOT.get())
    }

    /// Whether the series has no cells, and nothing was sampled since it was last
    /// [cooled](Self::cool).
    #[inline(always)]
    pub(crate) fn is_calm(&self) -> bool {
        self.word() == COLD
    }

    /// Whether the series has cells.
    pub(crate) fn is_hot(&self) -> bool {
        self.word() < COLD
    }

    /// Forgets the samples of a cold series; answers whether it is cold.
    pub(crate) fn cool(&self) -> bool {
        let mut word = self.word();
        while word >= COLD {
            match self.0.compare_exchange_weak(word, COLD, Ordering::Relaxed, SLOT.get()) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// Adds to this thread's cell of a hot series; answers whether there is one.
    #[inline(always)]
    pub(crate) fn add(&self, amount: u64) -> bool {
        process::add(self.word(), amount)
    }

    /// Adds to this thread's cells of a hot float; answers whether there are any.
    #[inline(always)]
    pub(crate) fn add_float(&self, value: f64) -> bool {
        process::add_float(self.word(), value)
    }

    /// This thread's shard of a hot series. Its owner is the calling thread.
    #[inline(always)]
    pub(crate) fn shard(&self) -> Option<NonNull<u8>> {
        process::shard(self.word())
    }

    /// To be called by an update that found no cell: whether it should try again, because the series
    /// is hot and this thread has got a slab now.
    #[inline]
    pub(crate) fn join(&self) -> bool {
        self.word() < COLD && process::join()
    }

    /// Gives this thread the shard that `make` makes, unless it has one; answers whether it has one
    /// now. The thread has joined.
    pub(crate) fn install(&self, make: impl FnOnce() -> Option<NonNull<u8>>) -> bool {
        process::install(self.word(), make)
    }

    /// Samples the series, at one of many calls, and promotes it if it is hot.
    #[inline]
    pub(crate) fn warm(&self, kind: Kind) {
        if process::tick() {
            self.sample(kind, clock::real_coarse_ms());
        }
    }

    #[cold]
    pub(super) fn sample(&self, kind: Kind, now: u64) {
        let now = now as u32 & TIME;
        let word = self.0.load(Ordering::Relaxed); // Checked by the exchange.
        if word < COLD {
            return process::reconsider(); // Hot, but this thread got no slab, or no shard.
        }
        if clock::is_fake() {
            return; // A hot summary looks at the clock too rarely for one that jumps.
        }
        let (samples, last) = ((word & !COLD) >> SAMPLES, word & TIME);
        let soon = samples > 0 && now.wrapping_sub(last) & TIME <= WITHIN_MS;
        let samples = if soon { samples + 1 } else { 1 };
        if samples >= ENOUGH && self.promote(word, kind) {
            return;
        }
        let word_now = COLD | samples.min(ENOUGH) << SAMPLES | now;
        // Whoever comes first has sampled it as well.
        let _ = self.0.compare_exchange(word, word_now, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Gives a cold series a slot, if there is one and nobody else was faster.
    fn promote(&self, word: u32, kind: Kind) -> bool {
        let Some(slot) = process::take(kind) else { return false };
        let promoted =
            self.0.compare_exchange(word, slot, PROMOTE.get(), Ordering::Relaxed).is_ok();
        if !promoted {
            process::give(kind, slot);
        }
        promoted
    }

    /// The sum of all threads' cells.
    #[inline]
    pub(crate) fn sum(&self) -> u64 {
        self.slot().map_or(0, process::sum)
    }

    /// The sum of all threads' cells, from what [`fold`](super::fold) left in `sums` when it
    /// returned `retired`, or afresh if that is no longer to be trusted.
    #[inline]
    pub(crate) fn sum_folded(&self, sums: &[u64], retired: u64) -> u64 {
        let Some(slot) = self.slot() else { return 0 };
        // In this order: see `folded_since`.
        if super::folded_since(retired) {
            sums.get(slot).copied().unwrap_or(0) // A slot that was taken since has counted since.
        } else {
            process::sum(slot)
        }
    }

    /// The sum of all threads' cells at one moment, if they leave one, and the cell of this series
    /// that belongs to no thread.
    pub(crate) fn number(&self) -> Option<(u64, &AtomicU64)> {
        let slot = self.slot()?;
        Some((process::settled_sum(slot), process::aside(slot)?))
    }

    /// The float sum of all threads' cells at one moment, if they leave one, and the two cells of
    /// this series that belong to no thread.
    pub(crate) fn float(&self) -> Option<(Exact, [&AtomicU64; 2])> {
        let slot = self.slot()?;
        Some((process::settled_sum_float(slot), Self::aside(slot)?))
    }

    /// As [`float`](Self::float), for cells that only grow: a sum between those at the beginning and
    /// at the end of the call.
    pub(crate) fn growing_float(&self) -> Option<(Exact, [&AtomicU64; 2])> {
        let slot = self.slot()?;
        Some((process::sum_float(slot), Self::aside(slot)?))
    }

    fn aside<'c>(slot: usize) -> Option<[&'c AtomicU64; 2]> {
        Some([process::aside(slot)?, process::aside(slot + 1)?])
    }

    /// The shards of all threads, in the order of their slabs.
    pub(crate) fn for_each_shard(&self, each: impl FnMut(NonNull<u8>)) {
        if let Some(slot) = self.slot() {
            process::for_each_shard(slot, each);
        }
    }

    /// Gives the slot back, with all shards to `free`. The series is being dropped: no thread
    /// uses its cells any more.
    #[inline]
    pub(crate) fn retire(&mut self, kind: Kind, mut free: impl FnMut(NonNull<u8>)) {
        let word = self.word();
        if word < COLD {
            self.0.store(COLD, Ordering::Relaxed); // Exclusive.
            process::retire(kind, word, &mut free);
        }
    }
}
