//! Gauges that are the sum of what the heaps that there are told, and absent until one of them did.

use super::family;
use crate::error::CollectError;
use crate::metric::Stopwatch;
use crate::model::{Collection, Collector, Descriptor, Fact, Number};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;

/// What a heap can tell of itself, by its place in [`FACTS`].
#[derive(Clone, Copy)]
pub(super) enum Level {
    LiveBytes,
    LiveObjects,
    UsedBytes,
    CommittedBytes,
    LimitBytes,
}

pub(super) const LEVELS: usize = 5;

pub(super) static FACTS: [&Fact; LEVELS + 1] = [
    &family::LIVE_BYTES,
    &family::LIVE_OBJECTS,
    &family::USED_BYTES,
    &family::COMMITTED_BYTES,
    &family::LIMIT_BYTES,
    &family::LAST_COLLECTION,
];

/// Nothing was told. A heap of so many bytes does not fit into memory.
const UNTOLD: u64 = u64::MAX;

/// The sums over the heaps of a collector, and when it finished last.
#[derive(Debug)]
pub(crate) struct Levels {
    sums: [Sum; LEVELS],
    /// Milliseconds since the epoch; 0 until the first.
    last: AtomicU64,
}

#[derive(Debug, Default)]
struct Sum {
    total: AtomicU64,
    /// Whether any heap ever had a share in it: that there are none left makes it 0, not unknown.
    is_told: AtomicBool,
}

/// What one heap told.
#[derive(Debug)]
pub(super) struct Told([AtomicU64; LEVELS]);

impl Levels {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { sums: Default::default(), last: AtomicU64::new(0) })
    }

    pub(super) fn finished_now(&self) {
        self.last.store(Stopwatch::calendar_ms(), Ordering::Relaxed); // Orders nothing else.
    }

    /// Replaces the share of a heap.
    pub(super) fn tell(&self, told: &Told, level: Level, value: u64) {
        let (Some(share), Some(sum)) = (told.0.get(level as usize), self.sums.get(level as usize))
        else {
            return;
        };
        let value = value.min(UNTOLD - 1);
        // Relaxed: shares are exchanged one after the other, so their differences add up to the last
        // ones in whatever order they come, and nothing else depends on them.
        let old = share.swap(value, Ordering::Relaxed);
        let before = if old == UNTOLD { 0 } else { old };
        if value != before {
            sum.total.fetch_add(value.wrapping_sub(before), Ordering::Relaxed);
        }
        if old == UNTOLD {
            sum.is_told.store(true, Ordering::Relaxed);
        }
    }

    /// Takes the shares of a heap that is no more out of the sums.
    pub(super) fn forget(&self, told: &Told) {
        for (share, sum) in told.0.iter().zip(&self.sums) {
            let old = share.swap(UNTOLD, Ordering::Relaxed); // As above.
            if old != UNTOLD {
                sum.total.fetch_sub(old, Ordering::Relaxed);
            }
        }
    }

    fn read(&self) -> impl Iterator<Item = Option<Number>> + '_ {
        let sums = self.sums.iter().map(|sum| {
            let is_told = sum.is_told.load(Ordering::Relaxed); // As above.
            is_told.then(|| Number::U64(sum.total.load(Ordering::Relaxed)))
        });
        let last = Some(self.last.load(Ordering::Relaxed)).filter(|last| *last > 0);
        let last = last.map(|milliseconds| Number::F64(milliseconds as f64 / 1e3));
        sums.chain([last])
    }
}

impl Told {
    pub(super) fn nothing() -> Self {
        Self([UNTOLD; LEVELS].map(AtomicU64::new))
    }
}

/// Puts the levels on the page.
#[derive(Debug)]
pub(crate) struct LevelsCollector(pub(crate) Arc<Levels>);

impl Collector for LevelsCollector {
    fn name(&self) -> &str {
        "gc"
    }

    fn describe(&self) -> Vec<Descriptor> {
        Fact::describe(&FACTS)
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        for (fact, value) in FACTS.iter().zip(self.0.read()) {
            Fact::offer(&[(*fact, value)], out)?;
        }
        Ok(())
    }
}
