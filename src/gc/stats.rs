//! The handle to a registered collector, and what stands behind it.

use super::{GcBuilder, Heap, Levels};
use crate::metric::{Counter, Gauge, Histogram, Metric, Series, Summary};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A generation: an index into the list that was given to
/// [`GcBuilder::generations`]. One past its end counts as the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Gen(pub usize);

/// What a collection was begun for: an index into the list that was given to [`GcBuilder::causes`].
/// One past its end counts as the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cause(pub usize);

/// The statistics of one garbage collector. Clones share them.
///
/// | family | type, labels | on the page |
/// |---|---|---|
/// | `gc_collections_total` | counter; generation, cause | from the start, every pair |
/// | `gc_collections_aborted_total` | counter | from the start |
/// | `gc_pause_seconds` | summary; generation | from the start |
/// | `gc_in_progress` | gauge | from the start |
/// | `gc_pause_duration_seconds`, `gc_cycle_duration_seconds` | histogram; generation | if asked for |
/// | `gc_freed_bytes_total`, `gc_freed_objects_total`, `gc_promoted_bytes_total` | counter; generation | if declared |
/// | `gc_allocated_bytes_total`, `gc_allocated_objects_total`, `gc_cpu_seconds_total` | counter | if declared |
/// | `gc_heap_live_bytes`, `gc_heap_live_objects` | gauge | once a heap told after a collection |
/// | `gc_heap_used_bytes`, `gc_heap_committed_bytes`, `gc_heap_limit_bytes` | gauge | once a heap told |
/// | `gc_last_collection_timestamp_seconds` | gauge | after the first |
///
/// All have the label `collector`, too. Collectors of one registry share the families; each is
/// registered once.
///
/// # Performance
///
/// To begin a cycle, mark a pause, tell what was freed and is alive, and finish takes some 130 ns, half
/// of it for reading the clock (`cargo bench --bench gc --features gc`). Nothing here locks or fails; what a [`Summary`] allocates, a first pause
/// in a range of values may.
///
/// # Consistency
///
/// A scrape sees each number by itself. Right after a cycle, what was freed and what is alive add up to
/// what was allocated, if the collector told the truth.
///
/// # Examples
///
/// ```
/// use nunchi::gc::{Cause, GcStats, Gen, Total};
///
/// let registry = nunchi::Registry::new();
/// let stats = GcStats::builder("tree")
///     .generations(["0", "1"])
///     .causes(["reroot", "pressure"])
///     .totals([Total::AllocatedBytes, Total::FreedBytes])
///     .register(&registry)?;
///
/// let heap = stats.heap();
/// heap.limit(1 << 20).allocated_bytes(4096);
/// let mut cycle = heap.begin(Gen(0), Cause(0));
/// let pause = cycle.pause();
/// // … trace and copy …
/// drop(pause);
/// cycle.freed_bytes(1024).live_bytes(3072);
/// cycle.finish();
/// drop(heap.begin(Gen(1), Cause(1))); // Given up.
///
/// let mut page = Vec::new();
/// nunchi::encode(&registry, nunchi::Format::Text, &mut page);
/// let page = String::from_utf8_lossy(&page);
/// for sample in [
///     r#"gc_collections_total{collector="tree",generation="0",cause="reroot"} 1"#,
///     r#"gc_collections_total{collector="tree",generation="1",cause="pressure"} 0"#,
///     r#"gc_collections_aborted_total{collector="tree"} 1"#,
///     r#"gc_pause_seconds_count{collector="tree",generation="0"} 1"#,
///     r#"gc_heap_live_bytes{collector="tree"} 3072"#,
/// ] {
///     assert!(page.lines().any(|line| line == sample), "{page}");
/// }
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
#[derive(Clone)]
pub struct GcStats(pub(super) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) name: String,
    /// How many causes there are.
    pub(crate) causes: usize,
    pub(crate) instruments: Instruments,
    pub(crate) levels: Arc<Levels>,
}

/// The series of a collector: a list has one for each generation, [`Self::collections`] one for each
/// cause of each generation. What is not on the page has an empty list.
pub(crate) struct Instruments {
    pub(crate) collections: Box<[Series<Counter>]>,
    pub(crate) aborted: Series<Counter>,
    pub(crate) in_progress: Series<Gauge<i64>>,
    pub(crate) pauses: Box<[Series<Summary>]>,
    pub(crate) pause_durations: Box<[Series<Histogram>]>,
    pub(crate) cycle_durations: Box<[Series<Histogram>]>,
    pub(crate) freed_bytes: Box<[Series<Counter>]>,
    pub(crate) freed_objects: Box<[Series<Counter>]>,
    pub(crate) promoted_bytes: Box<[Series<Counter>]>,
    pub(crate) allocated_bytes: Option<Series<Counter>>,
    pub(crate) allocated_objects: Option<Series<Counter>>,
    pub(crate) cpu: Option<Series<Counter>>,
}

impl GcStats {
    /// Describes a collector, whose name is the value of the label `collector`.
    pub fn builder(name: &str) -> GcBuilder {
        GcBuilder::new(name)
    }

    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// A heap of this collector. Gauges are sums over those that there are, and 0 when none is left;
    /// counters go on when one is dropped.
    #[must_use = "a heap is gone from the gauges when it is dropped"]
    pub fn heap(&self) -> Heap {
        Heap::new(self.clone())
    }
}

impl Inner {
    pub(super) fn collected(&self, gen: Gen, cause: Cause) {
        // As many lists of causes as there are generations.
        let (all, row) = (&self.instruments.collections, self.causes.max(1));
        let first = gen.0.min((all.len() / row).saturating_sub(1)) * row;
        if let Some(series) = all.get(first + cause.0.min(row - 1)) {
            series.inc();
        }
        self.levels.finished_now();
    }

    pub(super) fn paused(&self, gen: Gen, time: Duration) {
        let seconds = time.as_secs_f64();
        if let Some(series) = of(&self.instruments.pauses, gen) {
            series.observe(seconds);
        }
        if let Some(series) = of(&self.instruments.pause_durations, gen) {
            series.observe(seconds);
        }
    }
}

/// The series of a generation.
#[inline]
pub(super) fn of<M: Metric>(list: &[Series<M>], gen: Gen) -> Option<&Series<M>> {
    list.get(gen.0).or(list.last())
}

impl fmt::Debug for GcStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GcStats").field(&self.0.name).finish()
    }
}
