//! The families, one constant each; its doc is the reference entry.

use crate::model::{Fact, MetricType};

/// All of them, in the order in which they are described.
pub(super) static ALL: [&Fact; 5] =
    [&WORKERS, &TASKS_ALIVE, &GLOBAL_QUEUE_TASKS, &WORKER_BUSY_SECONDS_TOTAL, &WORKER_PARKS_TOTAL];

/// Workers of the runtime.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, threads |
/// | Labels | none |
/// | Definition | fixed when the runtime is built; 1 for one of the current thread |
/// | Source | `RuntimeMetrics::num_workers` |
/// | Absent | never |
pub(super) static WORKERS: Fact =
    Fact::new(MetricType::Gauge, "tokio_workers", "Workers of the runtime.");

/// Tasks of the runtime that have not ended.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, tasks |
/// | Labels | none |
/// | Definition | spawned and not yet complete, running or waiting |
/// | Source | `RuntimeMetrics::num_alive_tasks` |
/// | Absent | never |
/// | See also | one that only grows is a leak of tasks |
pub(super) static TASKS_ALIVE: Fact =
    Fact::new(MetricType::Gauge, "tokio_tasks_alive", "Tasks of the runtime that have not ended.");

/// Tasks in the queue that all workers of the runtime share.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, tasks |
/// | Labels | none |
/// | Definition | ready, spawned or woken from outside of the runtime or too many for a worker's own queue |
/// | Source | `RuntimeMetrics::global_queue_depth` |
/// | Absent | never |
pub(super) static GLOBAL_QUEUE_TASKS: Fact = Fact::new(
    MetricType::Gauge,
    "tokio_global_queue_tasks",
    "Tasks in the queue that all workers of the runtime share.",
);

/// Time that a worker of the runtime was busy in seconds.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, seconds |
/// | Labels | `worker`: its number, from 0 |
/// | Definition | between waking and having nothing to do; added at the end of it |
/// | Source | `RuntimeMetrics::worker_total_busy_duration` |
/// | Absent | where the processor has no atomics of 64 bits |
/// | See also | `rate(…[1m])` is the share of the time |
pub(super) static WORKER_BUSY_SECONDS_TOTAL: Fact = Fact {
    name: "tokio_worker_busy_seconds_total",
    help: "Time that a worker of the runtime was busy in seconds.",
    metric_type: MetricType::Counter,
    labels: &["worker"],
};

/// Times that a worker of the runtime had nothing to do and went to sleep.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, times |
/// | Labels | `worker`: its number, from 0 |
/// | Definition | of a thread, or of the loop of a runtime of the current thread |
/// | Source | `RuntimeMetrics::worker_park_count` |
/// | Absent | where the processor has no atomics of 64 bits |
pub(super) static WORKER_PARKS_TOTAL: Fact = Fact {
    name: "tokio_worker_parks_total",
    help: "Times that a worker of the runtime had nothing to do and went to sleep.",
    metric_type: MetricType::Counter,
    labels: &["worker"],
};
