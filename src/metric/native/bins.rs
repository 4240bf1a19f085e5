//! Counters that appear where they are first touched.
//!
//! Imports `sync` and the places; used by those who count. A counter has a word for each of the two
//! banks, and two more for what the reader accepted of them last. Counters lie in chunks of 32
//! neighbours; chunks, once there, stay.

use super::place::{Places, Slots, SLOTS};
use crate::sync::primitive::{AtomicU64, AtomicUsize, Ordering};
use once_cell::race::OnceBox;

/// The counters of one thread, or those that the others share.
#[derive(Debug)]
pub(super) struct Bins {
    positive: Tree,
    negative: OnceBox<Tree>,
    /// In wider buckets.
    coarse: [OnceBox<Tree>; 2],
    /// Of the classic buckets, by their number.
    classic: OnceBox<Tree>,
    /// How many chunks of fine buckets there are.
    chunks: AtomicUsize,
}

/// What the counters are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Fine buckets, on the negative side or not.
    Fine(bool),
    /// Wider buckets, likewise.
    Coarse(bool),
    Classic,
}

/// By bank.
pub(super) type Counter = [AtomicU64; 2];

impl Bins {
    pub(super) fn new() -> Self {
        Self {
            positive: Tree::new(),
            negative: OnceBox::new(),
            coarse: std::array::from_fn(|_| OnceBox::new()),
            classic: OnceBox::new(),
            chunks: AtomicUsize::new(0),
        }
    }

    /// The counter of a slot of fine buckets, if it is there.
    #[inline(always)]
    pub(super) fn known(&self, slot: usize, is_negative: bool) -> Option<&Counter> {
        let side = if is_negative { self.negative.get()? } else { &self.positive };
        side.known(slot)
    }

    /// The counter of any value. Allocates if that is the first of its chunk.
    pub(super) fn counter(&self, places: &Places, value: f64) -> &Counter {
        let slot = places.slot(&places.fine, value);
        // Zeros are in one place, whatever their sign.
        let is_negative = slot > 0 && value < 0.0;
        if let Some(known) = self.known(slot, is_negative) {
            return known;
        }
        self.new_counter(places, value, (slot, is_negative))
    }

    #[cold]
    #[inline(never)]
    fn new_counter(
        &self,
        places: &Places,
        value: f64,
        (slot, is_negative): (usize, bool),
    ) -> &Counter {
        // Relaxed: threads that come here at the same time may make a chunk too many each. Those that
        // want the same one make one, and it counts once.
        if self.chunks.load(Ordering::Relaxed) < places.most_chunks {
            let negative = is_negative.then(|| self.negative.get_or_init(Tree::boxed));
            let side = negative.unwrap_or(&self.positive);
            self.chunks.fetch_add(usize::from(side.make(slot)), Ordering::Relaxed);
            return side.counter(slot);
        }
        let side = self.coarse[usize::from(is_negative)].get_or_init(Tree::boxed);
        side.counter(places.slot(&places.coarse, value))
    }

    /// The counter of a classic bucket. Allocates if that is the first of its chunk.
    #[inline]
    pub(super) fn classic(&self, bucket: usize) -> &Counter {
        match self.classic.get().and_then(|tree| tree.known(bucket)) {
            Some(known) => known,
            None => self.classic.get_or_init(Tree::boxed).counter(bucket),
        }
    }

    /// Copies the counters of a bank to `room` and adds them up. If there are classic buckets, they
    /// have to add up to the same; no count is as great as the answer if they do not.
    pub(super) fn copy(&self, bank: usize, room: &mut Vec<u64>) -> u64 {
        room.clear();
        let (mut native, mut classic) = (0_u64, 0_u64);
        self.each_tree(|part, tree| {
            let total = if part == Part::Classic { &mut classic } else { &mut native };
            tree.each_chunk(|number, chunk| {
                room.push(block(part, number));
                for counter in &chunk.counts {
                    // Relaxed: ordered by what the caller has loaded before.
                    let count = counter[bank].load(Ordering::Relaxed);
                    *total = total.wrapping_add(count);
                    room.push(count);
                }
            });
        });
        if self.classic.get().is_some() && classic != native {
            u64::MAX
        } else {
            native
        }
    }

    /// Accepts of a bank what [`copy`](Self::copy) left in `room`. Only the reader comes here.
    pub(super) fn accept(&self, bank: usize, room: &[u64]) {
        let mut blocks = room.chunks_exact(1 + CHUNK).peekable();
        self.each_tree(|part, tree| {
            tree.each_chunk(|number, chunk| {
                // Chunks that are there since then are not among those that were copied.
                let is_copied = |copied: &&[u64]| copied.first() == Some(&block(part, number));
                let Some(copied) = blocks.next_if(is_copied) else { return };
                for (accepted, count) in chunk.accepted.iter().zip(copied.iter().skip(1)) {
                    accepted[bank].store(*count, Ordering::Relaxed); // The reader's own.
                }
            });
        });
    }

    /// Calls `each` with every counter of which something was accepted: by part, ascending.
    pub(super) fn each_accepted(&self, mut each: impl FnMut(Part, usize, u64)) {
        self.each_tree(|part, tree| {
            tree.each_chunk(|number, chunk| {
                for (slot, accepted) in (number * CHUNK..).zip(&chunk.accepted) {
                    let [one, other] =
                        [0, 1].map(|bank: usize| accepted[bank].load(Ordering::Relaxed));
                    if one | other != 0 {
                        each(part, slot, one.wrapping_add(other));
                    }
                }
            });
        });
    }

    fn each_tree(&self, mut each: impl FnMut(Part, &Tree)) {
        let [coarse, coarse_negative] = &self.coarse;
        let parts = [
            (Part::Fine(false), Some(&self.positive)),
            (Part::Fine(true), self.negative.get()),
            (Part::Coarse(false), coarse.get()),
            (Part::Coarse(true), coarse_negative.get()),
            (Part::Classic, self.classic.get()),
        ];
        parts.into_iter().for_each(|(part, tree)| {
            if let Some(tree) = tree {
                each(part, tree);
            }
        });
    }

    /// The memory of the chunks.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        let mut bytes = 0;
        self.each_tree(|_, tree| {
            bytes += std::mem::size_of::<Tree>();
            bytes += std::mem::size_of::<Branch>() * tree.0.iter().filter_map(OnceBox::get).count();
            tree.each_chunk(|_, _| bytes += std::mem::size_of::<Chunk>());
        });
        bytes
    }
}

impl Part {
    /// The slots that the counters are of, and whether these are on the negative side.
    pub(super) fn slots(self, places: &Places) -> Option<(&Slots, bool)> {
        match self {
            Self::Fine(is_negative) => Some((&places.fine, is_negative)),
            Self::Coarse(is_negative) => Some((&places.coarse, is_negative)),
            Self::Classic => None,
        }
    }
}

/// What stands before the counts of a chunk.
fn block(part: Part, chunk: usize) -> u64 {
    let part = match part {
        Part::Fine(is_negative) => u64::from(is_negative),
        Part::Coarse(is_negative) => 2 + u64::from(is_negative),
        Part::Classic => 4,
    };
    part << 32 | chunk as u64
}

/// Chunks by their number.
#[derive(Debug)]
struct Tree([OnceBox<Branch>; BRANCHES]);

#[derive(Debug)]
struct Branch([OnceBox<Chunk>; FORK]);

#[derive(Debug)]
struct Chunk {
    counts: [Counter; CHUNK],
    /// Apart from what the writers touch.
    accepted: [Counter; CHUNK],
}

impl Tree {
    fn new() -> Self {
        Self(std::array::from_fn(|_| OnceBox::new()))
    }

    fn boxed() -> Box<Self> {
        Box::new(Self::new())
    }

    #[inline(always)]
    fn known(&self, slot: usize) -> Option<&Counter> {
        let branch = self.0.get(slot / (CHUNK * FORK))?.get()?;
        Some(&branch.0[slot / CHUNK % FORK].get()?.counts[slot % CHUNK])
    }

    fn counter(&self, slot: usize) -> &Counter {
        &self.place(slot).get_or_init(Chunk::boxed).counts[slot % CHUNK]
    }

    /// Makes the chunk of a slot; answers whether nobody else has.
    fn make(&self, slot: usize) -> bool {
        let place = self.place(slot);
        place.get().is_none() && place.set(Chunk::boxed()).is_ok()
    }

    fn place(&self, slot: usize) -> &OnceBox<Chunk> {
        // No slot is beyond the last branch.
        let branch = self.0[(slot / (CHUNK * FORK)).min(BRANCHES - 1)].get_or_init(Branch::boxed);
        &branch.0[slot / CHUNK % FORK]
    }

    /// Calls `each` with the number of each chunk and the chunk, ascending.
    fn each_chunk(&self, mut each: impl FnMut(usize, &Chunk)) {
        for (at, branch) in self.0.iter().enumerate() {
            let Some(branch) = branch.get() else { continue };
            for (number, chunk) in (at * FORK..).zip(&branch.0) {
                if let Some(chunk) = chunk.get() {
                    each(number, chunk);
                }
            }
        }
    }
}

impl Branch {
    fn boxed() -> Box<Self> {
        Box::new(Self(std::array::from_fn(|_| OnceBox::new())))
    }
}

impl Chunk {
    fn boxed() -> Box<Self> {
        let counters = || std::array::from_fn(|_| std::array::from_fn(|_| AtomicU64::new(0)));
        Box::new(Self { counts: counters(), accepted: counters() })
    }
}

/// Counters in a chunk.
const CHUNK: usize = 32;
/// Chunks in a branch.
const FORK: usize = 128;
/// Branches for all slots of the finest schema, and for all classic buckets there may be.
const BRANCHES: usize = SLOTS.div_ceil(CHUNK * FORK);
