//! The families of collectors, one constant each; its doc is the reference entry. Every one has the
//! label `collector`, which is the name given to [`GcStats::builder`](super::GcStats::builder).

use crate::model::{Fact, MetricType};

const GENERATION: &[&str] = &["generation"];

const fn fact(
    metric_type: MetricType,
    name: &'static str,
    help: &'static str,
    labels: &'static [&'static str],
) -> Fact {
    Fact { name, help, metric_type, labels }
}

/// Collections that were finished.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, collections |
/// | Labels | generation, cause: every pair that was declared, from the start |
/// | Absent | never; of a source, what it does not tell |
/// | See also | `rate(gc_collections_total[5m])`; one that was aborted is only in `gc_collections_aborted_total` |
pub(crate) static COLLECTIONS: Fact = fact(
    MetricType::Counter,
    "gc_collections_total",
    "Collections that were finished.",
    &["generation", "cause"],
);

/// Collections that were begun and given up, by a panic for example.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, collections |
/// | Labels | none |
/// | Absent | never; of a source, until it tells |
pub(crate) static ABORTED: Fact = fact(
    MetricType::Counter,
    "gc_collections_aborted_total",
    "Collections that were begun and not finished.",
    &[],
);

/// Time for which a collector stopped whom it collects for.
///
/// | | |
/// |---|---|
/// | Type, unit | summary, seconds of the monotonic clock; quantiles and window as asked for |
/// | Labels | generation |
/// | Definition | each stop by itself; a cycle without a marked pause is one pause as a whole |
/// | Absent | never; of a source, until it tells of one |
/// | See also | `rate(gc_pause_seconds_sum[5m])` is the share of time that was lost |
pub(crate) static PAUSE: Fact = fact(
    MetricType::Summary,
    "gc_pause_seconds",
    "Time for which a collector stopped whom it collects for.",
    GENERATION,
);

/// The same pauses as a histogram, which can be summed over servers; only if asked for.
pub(crate) static PAUSE_DURATION: Fact = fact(
    MetricType::Histogram,
    "gc_pause_duration_seconds",
    "Time for which a collector stopped whom it collects for, in buckets.",
    GENERATION,
);

/// Whole collections, what ran beside the program included; only if asked for.
pub(crate) static CYCLE_DURATION: Fact = fact(
    MetricType::Histogram,
    "gc_cycle_duration_seconds",
    "Time from the beginning of a collection to its end.",
    GENERATION,
);

/// CPU time that collections took; only if declared.
pub(crate) static CPU: Fact =
    fact(MetricType::Counter, "gc_cpu_seconds_total", "CPU time that collections took.", &[]);

/// Bytes that collections freed; only if declared.
pub(crate) static FREED_BYTES: Fact =
    fact(MetricType::Counter, "gc_freed_bytes_total", "Bytes that collections freed.", GENERATION);

/// Objects that collections freed; only if declared.
pub(crate) static FREED_OBJECTS: Fact = fact(
    MetricType::Counter,
    "gc_freed_objects_total",
    "Objects that collections freed.",
    GENERATION,
);

/// Bytes that collections moved to an older generation, by the generation that they left; only if
/// declared.
pub(crate) static PROMOTED_BYTES: Fact = fact(
    MetricType::Counter,
    "gc_promoted_bytes_total",
    "Bytes that collections moved to an older generation.",
    GENERATION,
);

/// Bytes that were allocated on the heaps of a collector; only if declared. Less what was freed, it is
/// what the heaps use.
pub(crate) static ALLOCATED_BYTES: Fact = fact(
    MetricType::Counter,
    "gc_allocated_bytes_total",
    "Bytes that were allocated on collected heaps.",
    &[],
);

/// Objects that were allocated on the heaps of a collector; only if declared.
pub(crate) static ALLOCATED_OBJECTS: Fact = fact(
    MetricType::Counter,
    "gc_allocated_objects_total",
    "Objects that were allocated on collected heaps.",
    &[],
);

/// Collections that are under way.
pub(crate) static IN_PROGRESS: Fact =
    fact(MetricType::Gauge, "gc_in_progress", "Collections that are under way.", &[]);

/// What was alive after the last collection of each heap; absent until one told.
pub(crate) static LIVE_BYTES: Fact = Fact::new(
    MetricType::Gauge,
    "gc_heap_live_bytes",
    "Bytes that the last collection of each heap left alive.",
);

/// What was alive after the last collection of each heap; absent until one told.
pub(crate) static LIVE_OBJECTS: Fact = Fact::new(
    MetricType::Gauge,
    "gc_heap_live_objects",
    "Objects that the last collection of each heap left alive.",
);

/// Garbage included; absent until told.
pub(crate) static USED_BYTES: Fact =
    Fact::new(MetricType::Gauge, "gc_heap_used_bytes", "Bytes of heaps in use, garbage included.");

/// What the heaps hold of the system's memory, used or not; absent until told.
pub(crate) static COMMITTED_BYTES: Fact = Fact::new(
    MetricType::Gauge,
    "gc_heap_committed_bytes",
    "Bytes of memory that heaps hold, in use or not.",
);

/// What the heaps may use at most; absent where there is no limit.
pub(crate) static LIMIT_BYTES: Fact =
    Fact::new(MetricType::Gauge, "gc_heap_limit_bytes", "Bytes that heaps may use at most.");

/// When a collection was finished last, to some milliseconds; absent until one was.
pub(crate) static LAST_COLLECTION: Fact = Fact::new(
    MetricType::Gauge,
    "gc_last_collection_timestamp_seconds",
    "Time at which a collection was finished last.",
);
