//! The bins that observations are counted in right now.
//!
//! Imports `sync` and the places; used by the summary and its window. Bins are 32-bit counters in
//! chunks of 64, half a power of two, which appear when they are first touched and then stay.

use super::place;
use super::recorder::{Recorder, RARELY};
use crate::sync::float::AtomicF64;
use crate::sync::needed::Needed;
use crate::sync::primitive::{AtomicU32, AtomicU64, Ordering};
use crate::sync::slab::Shards;
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
    positive: Side<1>,
    negative: OnceBox<Side<1>>,
    /// A bit for each chunk that some thread has of its own, on either side of zero.
    met: [[AtomicU64; CHUNKS.div_ceil(64)]; 2],
}

impl Live {
    pub(super) fn new(end: u64) -> Self {
        Self {
            end: AtomicU64::new(end),
            least: AtomicF64::new(f64::INFINITY),
            greatest: AtomicF64::new(f64::NEG_INFINITY),
            positive: Side::default(),
            negative: OnceBox::new(),
            met: std::array::from_fn(|_| std::array::from_fn(|_| AtomicU64::new(0))),
        }
    }

    /// Notes that a thread has the chunk of a slot for itself, so that whoever reads looks there.
    /// `Relaxed`: if that is seen late, what is counted there is read and swept the next time.
    pub(super) fn meet(&self, slot: usize, below: bool) {
        let chunk = slot / CHUNK;
        self.met[usize::from(below)][chunk / 64].fetch_or(1 << (chunk % 64), Ordering::Relaxed);
    }

    fn is_met(&self, chunk: usize, below: bool) -> bool {
        let bits = self.met[usize::from(below)][chunk / 64].load(Ordering::Relaxed);
        bits >> (chunk % 64) & 1 == 1
    }

    fn chunk(&self, chunk: usize, below: bool) -> Option<&Chunk<1>> {
        let side = if below { self.negative.get()? } else { &self.positive };
        side.chunks[chunk].get()
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

    /// How many observations the shared bins hold. Whoever reads a count here sees the sum it belongs to.
    pub(super) fn total(&self) -> u64 {
        let mut total = 0;
        self.each_chunk(|[bins]| {
            total += bins.iter().map(|bin| u64::from(counted(bin))).sum::<u64>();
        });
        total
    }

    /// The memory of the chunks.
    #[cfg(test)]
    pub(super) fn chunk_bytes(&self) -> usize {
        let mut bytes = 0;
        self.each_chunk(|chunk| bytes += std::mem::size_of_val(chunk));
        bytes
    }

    fn each_chunk(&self, f: impl FnMut(&Chunk<1>)) {
        let sides = [Some(&self.positive), self.negative.get()];
        sides
            .into_iter()
            .flatten()
            .flat_map(|side| &side.chunks)
            .filter_map(OnceBox::get)
            .for_each(f);
    }
}

/// The bins that all threads share, and those that each thread has.
#[derive(Clone, Copy)]
pub(super) struct Bins<'s> {
    pub(super) live: &'s Live,
    pub(super) recorders: &'s Shards<Recorder>,
}

impl Bins<'_> {
    /// Calls `f` with each occupied place, ascending, and its count. A place comes twice if it has
    /// more than 2^32 observations, zero also if numbers of either sign have come too close to it.
    pub(super) fn read(self, f: impl FnMut(i32, u32)) {
        self.visit(
            counted,
            |[bin, swept]| counted(bin).wrapping_sub(swept.load(Ordering::Relaxed)),
            f,
        );
    }

    /// As [`read`](Self::read), but takes the counts away: each is seen by one caller only. Returns
    /// how many of them the shared bins had. Calls must not overlap.
    pub(super) fn drain(self, f: impl FnMut(i32, u32)) -> u64 {
        self.recorders.for_each(Recorder::sweep);
        let mut shared = 0;
        let take = |bin: &AtomicU32| {
            let taken = take(bin);
            shared += u64::from(taken);
            taken
        };
        // Relaxed: `swept` belongs to whoever drains.
        let take_own = |[bin, swept]: [&AtomicU32; 2]| {
            let count = counted(bin);
            let before = swept.load(Ordering::Relaxed);
            if before != count {
                swept.store(count, Ordering::Relaxed);
            }
            count.wrapping_sub(before)
        };
        self.visit(take, take_own, f);
        shared
    }

    /// How many observations may have been made without a look at the clock.
    pub(super) fn unseen(self) -> u64 {
        let mut unseen = 0;
        self.recorders.for_each(|_| unseen += RARELY - 1);
        unseen
    }

    fn visit(
        self,
        mut shared: impl FnMut(&AtomicU32) -> u32,
        mut own: impl FnMut([&AtomicU32; 2]) -> u32,
        mut f: impl FnMut(i32, u32),
    ) {
        let negative = (0..CHUNKS).rev().map(|index| (index, true));
        for (index, below) in negative.chain((0..CHUNKS).map(|index| (index, false))) {
            let (common, met) = (self.live.chunk(index, below), self.live.is_met(index, below));
            if common.is_none() && !met {
                continue;
            }
            let mut first = (index * CHUNK) as i32;
            if below {
                first = 1 - first - CHUNK as i32;
            }
            if let (Some([bins]), false) = (common, met) {
                // The usual: most bins are empty, and no thread has others.
                let mirror = if below { CHUNK - 1 } else { 0 };
                for at in 0..CHUNK {
                    let count = shared(&bins[(at ^ mirror) % CHUNK]);
                    if count > 0 {
                        f(first + at as i32, count);
                    }
                }
                continue;
            }
            let mut counts = [0_u64; CHUNK];
            if let Some([bins]) = common {
                counts
                    .iter_mut()
                    .zip(bins)
                    .for_each(|(count, bin)| *count += u64::from(shared(bin)));
            }
            if met {
                self.recorders.for_each(|recorder| {
                    let Some([bins, swept]) = recorder.chunk(index, below) else { return };
                    for (count, pair) in counts.iter_mut().zip(bins.iter().zip(swept)) {
                        *count += u64::from(own([pair.0, pair.1]));
                    }
                });
            }
            if below {
                counts.reverse();
            }
            (first..).zip(counts).for_each(|(place, mut count)| {
                while count > 0 {
                    let part = u32::try_from(count).unwrap_or(u32::MAX);
                    f(place, part);
                    count -= u64::from(part);
                }
            });
        }
    }
}

/// Counts an observation and returns how many the bin had before.
#[inline(always)]
pub(super) fn count(bin: &AtomicU32) -> u32 {
    bin.fetch_add(1, COUNT.get())
}

/// Reads a bin.
pub(super) fn counted(bin: &AtomicU32) -> u32 {
    bin.load(COUNTED.get())
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
const COUNT: Needed<Ordering> = Needed::ordering("summary_bin_count", Ordering::Release);

/// Pairs with [`COUNT`].
const COUNTED: Needed<Ordering> = Needed::ordering("summary_bin_counted", Ordering::Acquire);

/// The bins on one side of zero, by slot; `TWINS` of each, of which the first counts.
#[derive(Debug)]
pub(super) struct Side<const TWINS: usize> {
    pub(super) chunks: [OnceBox<Chunk<TWINS>>; CHUNKS],
}

impl<const TWINS: usize> Side<TWINS> {
    /// The bin of a slot, if its chunk is there.
    #[inline(always)]
    pub(super) fn known_bin(&self, slot: usize) -> Option<&AtomicU32> {
        Some(&self.chunks[slot / CHUNK].get()?[0][slot % CHUNK])
    }

    #[inline(always)]
    pub(super) fn bin(&self, slot: usize) -> &AtomicU32 {
        let chunk = &self.chunks[slot / CHUNK];
        &chunk.get_or_init(new_chunk)[0][slot % CHUNK]
    }
}

impl<const TWINS: usize> Default for Side<TWINS> {
    fn default() -> Self {
        Self { chunks: std::array::from_fn(|_| OnceBox::new()) }
    }
}

pub(super) type Chunk<const TWINS: usize> = [[AtomicU32; CHUNK]; TWINS];

fn new_chunk<const TWINS: usize>() -> Box<Chunk<TWINS>> {
    Box::new(std::array::from_fn(|_| std::array::from_fn(|_| AtomicU32::new(0))))
}

/// Bins in a chunk: four cache lines.
pub(super) const CHUNK: usize = 64;

pub(super) const CHUNKS: usize = place::SLOTS.div_ceil(CHUNK);
