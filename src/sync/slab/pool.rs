//! Which slots are free.

use super::{NUMBERS, SUMMARIES, TALLIES};
use parking_lot::Mutex;
use std::time::Duration;

/// How long whoever drops or reads a series waits for others who change the same lists.
pub(crate) const PATIENCE: Duration = Duration::from_millis(100);

/// What a hot series needs a slot for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A whole number that only grows: one number slot.
    Count,
    /// A whole number that can be set: one number slot, and the cell beside it that is nobody's.
    Level,
    /// A float: two number slots, side by side, and the cells that are nobody's.
    Float,
    /// The shards of a histogram.
    Tally,
    /// The shards of a summary.
    Summary,
}

/// The free slots of all kinds.
pub(super) struct Pools {
    pools: Mutex<[Pool; 3]>,
}

struct Pool {
    /// Slots from here on were never taken.
    next: u32,
    end: u32,
    /// Given back: single slots, and pairs by their first.
    singles: Vec<u32>,
    pairs: Vec<u32>,
}

impl Pool {
    const fn new(first: usize, slots: usize) -> Self {
        let (next, end) = (first as u32, (first + slots) as u32);
        Self { next, end, singles: Vec::new(), pairs: Vec::new() }
    }
}

impl Pools {
    pub(super) const fn new() -> Self {
        Self {
            pools: Mutex::new([
                Pool::new(0, NUMBERS),
                Pool::new(0, TALLIES),
                Pool::new(TALLIES, SUMMARIES),
            ]),
        }
    }

    /// A slot that nobody has; its cells are zero in every slab. Never waits: none while another
    /// thread takes or gives one.
    pub(super) fn take(&self, kind: Kind) -> Option<u32> {
        let mut pools = self.pools.try_lock()?;
        let pool = &mut pools[kind.pool()];
        let width = kind.width();
        pool.free(width).pop().or_else(|| {
            let slot = pool.next;
            (slot + width <= pool.end).then(|| {
                pool.next += width;
                slot
            })
        })
    }

    /// Gives a slot back. Its cells are zero in every slab.
    pub(super) fn give(&self, kind: Kind, slot: u32) {
        // In the child of a fork nobody may be left to unlock it. Then the slot is lost.
        if let Some(mut pools) = self.pools.try_lock_for(PATIENCE) {
            pools[kind.pool()].free(kind.width()).push(slot);
        }
    }

    /// How many number slots were ever taken, or all there are.
    pub(super) fn numbers(&self) -> usize {
        // A scrape in the child of a fork must not wait for ever either.
        self.pools.try_lock_for(PATIENCE).map_or(NUMBERS, |pools| pools[0].next as usize)
    }
}

impl Pool {
    fn free(&mut self, width: u32) -> &mut Vec<u32> {
        if width == 1 {
            &mut self.singles
        } else {
            &mut self.pairs
        }
    }
}

impl Kind {
    const fn pool(self) -> usize {
        match self {
            Self::Count | Self::Level | Self::Float => 0,
            Self::Tally => 1,
            Self::Summary => 2,
        }
    }

    /// Whether it uses the cells that are nobody's.
    pub(super) const fn has_aside(self) -> bool {
        matches!(self, Self::Level | Self::Float)
    }

    /// How many slots side by side it takes.
    pub(super) const fn width(self) -> u32 {
        match self {
            Self::Float => 2,
            _ => 1,
        }
    }
}
