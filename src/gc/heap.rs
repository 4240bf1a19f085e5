//! One heap of a collector: what is told of it, and how its collections begin.

use super::level::{Level, Told};
use super::stats::of;
use super::{Cause, Cycle, GcStats, Gen};
use std::time::Duration;

/// One heap of a collector; made by [`GcStats::heap`]. A collector of many small heaps has one of these
/// for each, and the page shows their sums; when one is dropped, its share of them goes.
///
/// What is told here of a total that was not [declared](super::GcBuilder::totals) is ignored.
///
/// # Performance
///
/// To tell an amount is one update of a counter; to tell a level is two read-modify-writes of memory
/// that heaps share only if their number changed.
#[derive(Debug)]
pub struct Heap {
    pub(super) stats: GcStats,
    told: Told,
}

impl Heap {
    pub(super) fn new(stats: GcStats) -> Self {
        Self { stats, told: Told::nothing() }
    }

    /// Begins a collection. To be [finished](Cycle::finish); otherwise it counts as aborted.
    pub fn begin(&self, gen: Gen, cause: Cause) -> Cycle<'_> {
        Cycle::begin(self, gen, cause)
    }

    /// A collection that is one pause: begins it, lets `collect` do the work and tell about it, and
    /// finishes it. If `collect` panics, it was aborted.
    pub fn stop_the_world<R>(
        &self,
        gen: Gen,
        cause: Cause,
        collect: impl FnOnce(&mut Cycle<'_>) -> R,
    ) -> R {
        let mut cycle = self.begin(gen, cause);
        let answer = collect(&mut cycle);
        cycle.finish();
        answer
    }

    /// A step of a collection that is made in steps, each of which is a pause. Only the one that is
    /// the last counts a collection.
    pub fn slice(&self, gen: Gen, cause: Cause, took: Duration, is_last: bool) -> &Self {
        self.stats.0.paused(gen, took);
        if is_last {
            self.stats.0.collected(gen, cause);
        }
        self
    }

    /// Counts bytes that were allocated.
    #[inline]
    pub fn allocated_bytes(&self, bytes: u64) -> &Self {
        if let Some(total) = &self.stats.0.instruments.allocated_bytes {
            total.inc_by(bytes);
        }
        self
    }

    /// Counts objects that were allocated.
    #[inline]
    pub fn allocated_objects(&self, objects: u64) -> &Self {
        if let Some(total) = &self.stats.0.instruments.allocated_objects {
            total.inc_by(objects);
        }
        self
    }

    /// Counts bytes that a collection freed.
    pub fn freed_bytes(&self, gen: Gen, bytes: u64) -> &Self {
        if let Some(total) = of(&self.stats.0.instruments.freed_bytes, gen) {
            total.inc_by(bytes);
        }
        self
    }

    /// Counts objects that a collection freed.
    pub fn freed_objects(&self, gen: Gen, objects: u64) -> &Self {
        if let Some(total) = of(&self.stats.0.instruments.freed_objects, gen) {
            total.inc_by(objects);
        }
        self
    }

    /// Counts bytes that a collection of `gen` moved to an older generation.
    pub fn promoted_bytes(&self, gen: Gen, bytes: u64) -> &Self {
        if let Some(total) = of(&self.stats.0.instruments.promoted_bytes, gen) {
            total.inc_by(bytes);
        }
        self
    }

    /// Counts CPU time that a collection took, of all threads that had a part in it.
    pub fn cpu_time(&self, time: Duration) -> &Self {
        if let Some(total) = &self.stats.0.instruments.cpu {
            total.inc_by(time.as_secs_f64());
        }
        self
    }

    /// Says how many bytes the last collection left alive.
    pub fn live_bytes(&self, bytes: u64) -> &Self {
        self.tell(Level::LiveBytes, bytes)
    }

    /// Says how many objects the last collection left alive.
    pub fn live_objects(&self, objects: u64) -> &Self {
        self.tell(Level::LiveObjects, objects)
    }

    /// Says how many bytes are in use, garbage included.
    pub fn used(&self, bytes: u64) -> &Self {
        self.tell(Level::UsedBytes, bytes)
    }

    /// Says how many bytes of memory the heap holds, in use or not.
    pub fn committed(&self, bytes: u64) -> &Self {
        self.tell(Level::CommittedBytes, bytes)
    }

    /// Says how many bytes may be in use at most. A heap without a limit says nothing.
    pub fn limit(&self, bytes: u64) -> &Self {
        self.tell(Level::LimitBytes, bytes)
    }

    fn tell(&self, level: Level, value: u64) -> &Self {
        self.stats.0.levels.tell(&self.told, level, value);
        self
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        self.stats.0.levels.forget(&self.told);
    }
}
