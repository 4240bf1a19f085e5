//! The bins that observations are counted in right now.
//!
//! Imports `sync` and the places; used by the summary and its window. Bins are 32-bit counters in
//! chunks of 64, half a power of two, which appear when they are first touched and then stay.

use super::place;
use crate::sync::float::AtomicF64;
use crate::sync::primitive::{AtomicU32, AtomicU64, Ordering};
use once_cell::race::OnceBox;

/// The pane under way: counts by place, and the extremes.
///
/// Recorders and the thread that seals the pane meet here without a lock. A bin only ever grows,
/// except that sealing swaps it to zero, so each count ends up in exactly one pane. The extremes
/// of an observation may land in the pane next to the one that got its count; [`place::confine`]
/// puts that right when a pane is read.
#[derive(Debug)]
pub(super) struct Live {
    /// When the pane is to be sealed, in clock milliseconds. `Relaxed` throughout: who reads an
    /// old value tries to seal, and finds out under the lock that it was done.
    end: AtomicU64,
    least: AtomicF64,
    greatest: AtomicF64,
    positive: Side,
    negative: OnceBox<Side>,
}

impl Live {
    pub(super) fn new(end: u64) -> Self {
        Self {
            end: AtomicU64::new(end),
            least: AtomicF64::new(f64::INFINITY),
            greatest: AtomicF64::new(f64::NEG_INFINITY),
            positive: Side::default(),
            negative: OnceBox::new(),
        }
    }

    /// When the pane is to be sealed.
    #[inline(always)]
    pub(super) fn end(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    pub(super) fn set_end(&self, end: u64) {
        self.end.store(end, Ordering::Relaxed);
    }

    /// Finds the bin of a value, or `None` for NaN. Allocates when the value is the first of its
    /// chunk, once in the life of the summary.
    #[inline]
    pub(super) fn bin(&self, value: f64) -> Option<&AtomicU32> {
        let slot = place::slot(value)?;
        let side = if value.is_sign_negative() {
            self.negative.get_or_init(Box::default)
        } else {
            &self.positive
        };
        Some(side.bin(slot))
    }

    /// Moves the extremes out to `value`.
    #[inline]
    pub(super) fn extend(&self, value: f64) {
        // Relaxed: the extremes order nothing and are confined to the bins when they are read.
        self.least.lower(value, Ordering::Relaxed);
        self.greatest.raise(value, Ordering::Relaxed);
    }

    /// The least and greatest value since the pane began.
    pub(super) fn extremes(&self) -> (f64, f64) {
        (self.least.load(Ordering::Relaxed), self.greatest.load(Ordering::Relaxed))
    }

    /// Returns the extremes and starts them afresh.
    pub(super) fn take_extremes(&self) -> (f64, f64) {
        (
            self.least.swap(f64::INFINITY, Ordering::Relaxed),
            self.greatest.swap(f64::NEG_INFINITY, Ordering::Relaxed),
        )
    }

    /// How many observations the bins hold. Whoever reads a count here sees the sum it belongs to.
    pub(super) fn total(&self) -> u64 {
        let mut total = 0;
        self.visit(|_, bin| total += u64::from(counted(bin)));
        total
    }

    /// Calls `f` with each occupied place, ascending, and its count. Zero comes twice if numbers of
    /// either sign have come too close to it.
    pub(super) fn read(&self, mut f: impl FnMut(i32, u32)) {
        self.visit(|place, bin| match counted(bin) {
            0 => {}
            count => f(place, count),
        });
    }

    /// As [`read`](Self::read), but takes the counts away: each is seen by one caller only.
    pub(super) fn drain(&self, mut f: impl FnMut(i32, u32)) {
        self.visit(|place, bin| match take(bin) {
            0 => {}
            count => f(place, count),
        });
    }

    /// The memory of the chunks.
    #[cfg(test)]
    pub(super) fn chunk_bytes(&self) -> usize {
        let mut bytes = 0;
        self.visit(|_, bin| bytes += std::mem::size_of_val(bin));
        bytes
    }

    fn visit(&self, mut f: impl FnMut(i32, &AtomicU32)) {
        if let Some(side) = self.negative.get() {
            for (index, chunk) in side.chunks.iter().enumerate().rev() {
                let Some(chunk) = chunk.get() else { continue };
                for (offset, bin) in chunk.iter().enumerate().rev() {
                    f(-((index * CHUNK + offset) as i32), bin);
                }
            }
        }
        for (index, chunk) in self.positive.chunks.iter().enumerate() {
            let Some(chunk) = chunk.get() else { continue };
            for (offset, bin) in chunk.iter().enumerate() {
                f((index * CHUNK + offset) as i32, bin);
            }
        }
    }
}

/// Counts an observation and returns how many the bin had before.
#[inline(always)]
pub(super) fn count(bin: &AtomicU32) -> u32 {
    bin.fetch_add(1, COUNT)
}

/// Reads a bin.
pub(super) fn counted(bin: &AtomicU32) -> u32 {
    bin.load(COUNTED)
}

/// Empties a bin. The test comes first because most bins are empty, and a load does not take the
/// line away from the recorders.
///
/// Relaxed: being a read-modify-write, the swap carries on the release of the counts it takes away,
/// and a scrape reads every bin with [`COUNTED`] before it reads the sum.
pub(super) fn take(bin: &AtomicU32) -> u32 {
    if bin.load(Ordering::Relaxed) == 0 {
        0
    } else {
        bin.swap(0, Ordering::Relaxed)
    }
}

/// Publishes the addition to the sum, the first step of an observation. Pairs with [`COUNTED`].
const COUNT: Ordering = if cfg!(nunchi_loom_weak = "summary_bin_count") {
    Ordering::Relaxed
} else {
    Ordering::Release
};

/// Pairs with [`COUNT`].
const COUNTED: Ordering = if cfg!(nunchi_loom_weak = "summary_bin_counted") {
    Ordering::Relaxed
} else {
    Ordering::Acquire
};

/// The bins on one side of zero, by slot.
#[derive(Debug)]
struct Side {
    chunks: [OnceBox<Chunk>; CHUNKS],
}

impl Side {
    #[inline(always)]
    fn bin(&self, slot: usize) -> &AtomicU32 {
        let chunk = &self.chunks[slot / CHUNK];
        &chunk.get_or_init(new_chunk)[slot % CHUNK]
    }
}

impl Default for Side {
    fn default() -> Self {
        Self { chunks: std::array::from_fn(|_| OnceBox::new()) }
    }
}

type Chunk = [AtomicU32; CHUNK];

fn new_chunk() -> Box<Chunk> {
    Box::new(std::array::from_fn(|_| AtomicU32::new(0)))
}

/// Bins in a chunk: four cache lines.
const CHUNK: usize = 64;

const CHUNKS: usize = place::SLOTS.div_ceil(CHUNK);
