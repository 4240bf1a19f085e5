//! One collection, from its beginning to its end.

use super::stats::of;
use super::{Cause, Gen, Heap};
use crate::metric::{InProgress, Stopwatch};
use std::fmt;
use std::time::Duration;

/// One collection under way; made by [`Heap::begin`]. It counts when it is [finished](Self::finish). If
/// it is dropped instead, by a panic or an early return, it counts as aborted.
///
/// What is told of it counts at once, and stays true when it is aborted: what was freed is free. A cycle
/// in which no [pause](Self::pause) was marked is one pause as a whole, finished or not.
#[must_use = "a cycle that is dropped counts as aborted"]
pub struct Cycle<'h> {
    heap: &'h Heap,
    gen: Gen,
    cause: Cause,
    begun: Stopwatch,
    has_pauses: bool,
    is_finished: bool,
    _counted: InProgress<'h, i64>,
}

impl<'h> Cycle<'h> {
    pub(super) fn begin(heap: &'h Heap, gen: Gen, cause: Cause) -> Self {
        let counted = heap.stats.0.instruments.in_progress.track_in_progress();
        Cycle {
            heap,
            gen,
            cause,
            begun: Stopwatch::start(),
            has_pauses: false,
            is_finished: false,
            _counted: counted,
        }
    }

    /// Marks a part for which whom one collects for is stopped: until the answer is dropped. There may
    /// be several, one after the other.
    pub fn pause(&mut self) -> Pause<'_, 'h> {
        self.has_pauses = true;
        Pause { begun: Stopwatch::start(), cycle: self }
    }

    /// Counts a pause that was timed elsewhere.
    pub fn paused(&mut self, time: Duration) -> &mut Self {
        self.has_pauses = true;
        self.heap.stats.0.paused(self.gen, time);
        self
    }

    /// As [`Heap::freed_bytes`], of this generation.
    pub fn freed_bytes(&mut self, bytes: u64) -> &mut Self {
        self.heap.freed_bytes(self.gen, bytes);
        self
    }

    /// As [`Heap::freed_objects`], of this generation.
    pub fn freed_objects(&mut self, objects: u64) -> &mut Self {
        self.heap.freed_objects(self.gen, objects);
        self
    }

    /// As [`Heap::promoted_bytes`], of this generation.
    pub fn promoted_bytes(&mut self, bytes: u64) -> &mut Self {
        self.heap.promoted_bytes(self.gen, bytes);
        self
    }

    /// As [`Heap::cpu_time`].
    pub fn cpu_time(&mut self, time: Duration) -> &mut Self {
        self.heap.cpu_time(time);
        self
    }

    /// As [`Heap::live_bytes`].
    pub fn live_bytes(&mut self, bytes: u64) -> &mut Self {
        self.heap.live_bytes(bytes);
        self
    }

    /// As [`Heap::live_objects`].
    pub fn live_objects(&mut self, objects: u64) -> &mut Self {
        self.heap.live_objects(objects);
        self
    }

    /// As [`Heap::used`].
    pub fn used(&mut self, bytes: u64) -> &mut Self {
        self.heap.used(bytes);
        self
    }

    /// Ends the collection, which counts from now on.
    pub fn finish(mut self) {
        self.is_finished = true;
    }
}

impl Drop for Cycle<'_> {
    fn drop(&mut self) {
        let stats = &self.heap.stats.0;
        let cycles = of(&stats.instruments.cycle_durations, self.gen);
        if cycles.is_some() || !self.has_pauses {
            let took = self.begun.elapsed();
            if !self.has_pauses {
                stats.paused(self.gen, took);
            }
            if let Some(cycles) = cycles.filter(|_| self.is_finished) {
                cycles.observe_duration(took);
            }
        }
        if self.is_finished {
            stats.collected(self.gen, self.cause);
        } else {
            stats.instruments.aborted.inc();
        }
    }
}

impl fmt::Debug for Cycle<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { gen, cause, .. } = self;
        f.debug_struct("Cycle").field("gen", gen).field("cause", cause).finish_non_exhaustive()
    }
}

/// A part of a collection for which whom one collects for is stopped; made by [`Cycle::pause`]. It is
/// observed when it is dropped.
#[must_use = "the pause ends when it is dropped"]
#[derive(Debug)]
pub struct Pause<'c, 'h> {
    cycle: &'c mut Cycle<'h>,
    begun: Stopwatch,
}

impl Drop for Pause<'_, '_> {
    fn drop(&mut self) {
        self.cycle.heap.stats.0.paused(self.cycle.gen, self.begun.elapsed());
    }
}
