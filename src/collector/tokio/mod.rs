//! A Tokio runtime as it sees itself.
//!
//! A runtime of two workers yields:
//!
//! ```text
//! # HELP tokio_global_queue_tasks Tasks in the queue that all workers of the runtime share.
//! # TYPE tokio_global_queue_tasks gauge
//! tokio_global_queue_tasks 0
//! # HELP tokio_tasks_alive Tasks of the runtime that have not ended.
//! # TYPE tokio_tasks_alive gauge
//! tokio_tasks_alive 17
//! # HELP tokio_worker_busy_seconds_total Time that a worker of the runtime was busy in seconds.
//! # TYPE tokio_worker_busy_seconds_total counter
//! tokio_worker_busy_seconds_total{worker="0"} 4.81
//! tokio_worker_busy_seconds_total{worker="1"} 5.02
//! # HELP tokio_worker_parks_total Times that a worker of the runtime had nothing to do and went to sleep.
//! # TYPE tokio_worker_parks_total counter
//! tokio_worker_parks_total{worker="0"} 20417
//! tokio_worker_parks_total{worker="1"} 19952
//! # HELP tokio_workers Workers of the runtime.
//! # TYPE tokio_workers gauge
//! tokio_workers 2
//! ```
//!
//! Imports `model` and `error`. No system call at a scrape. Only what Tokio promises to keep: its
//! unstable metrics are left aside.

mod family;

use crate::error::CollectError;
use crate::model::{Collection, Collector, Descriptor, Fact, Number};
use ::tokio::runtime::{Handle, RuntimeMetrics};
use std::fmt;

/// Yields what a Tokio runtime tells of itself.
///
/// | family | type | meaning |
/// |---|---|---|
/// | `tokio_workers` | gauge | workers of the runtime |
/// | `tokio_tasks_alive` | gauge | tasks that have not ended |
/// | `tokio_global_queue_tasks` | gauge | tasks in the queue that all workers share |
/// | `tokio_worker_busy_seconds_total{worker}` | counter | time that a worker was busy, in s |
/// | `tokio_worker_parks_total{worker}` | counter | times that a worker went to sleep |
///
/// `rate(tokio_worker_busy_seconds_total[1m])` near 1 on all workers, or a queue that grows, is a
/// runtime that needs more workers, or has a task that blocks.
///
/// A program with several runtimes registers one of these for each, in scopes that tell them apart:
/// see [`Registry::scope`](crate::Registry::scope). This one holds a handle of the runtime, and
/// does not keep it running.
///
/// # Consistency
///
/// Each value by itself. A worker adds the time that it was busy when it next has nothing to do: one
/// that is kept from that, by a task that blocks, seems to stand still until then.
///
/// # Performance
///
/// Some loads for each worker; no lock, no allocation after the first scrape, no system call.
///
/// # Examples
///
/// ```
/// use nunchi::collector::TokioCollector;
///
/// let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// let registry = nunchi::Registry::new();
/// registry.register(TokioCollector::new(runtime.handle()))?;
///
/// let mut page = Vec::new();
/// nunchi::encode(&registry, nunchi::Format::Text, &mut page);
/// assert!(String::from_utf8_lossy(&page).contains("tokio_workers 1\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: [`RuntimeMetrics`], what of it is stable in Tokio 1.45.
pub struct TokioCollector(RuntimeMetrics);

impl TokioCollector {
    /// Reads the runtime of this handle: `Handle::current()` is that of the code that runs.
    #[must_use]
    pub fn new(handle: &Handle) -> Self {
        Self(handle.metrics())
    }
}

impl fmt::Debug for TokioCollector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TokioCollector").finish_non_exhaustive()
    }
}

impl Collector for TokioCollector {
    fn name(&self) -> &str {
        "tokio"
    }

    fn describe(&self) -> Vec<Descriptor> {
        Fact::describe(&family::ALL)
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        let Self(runtime) = self;
        let workers = runtime.num_workers();
        let count = |count: usize| Some(Number::U64(count as u64));
        let values = [
            (&family::WORKERS, count(workers)),
            (&family::TASKS_ALIVE, count(runtime.num_alive_tasks())),
            (&family::GLOBAL_QUEUE_TASKS, count(runtime.global_queue_depth())),
        ];
        Fact::offer(&values, out)?;
        // Tokio counts the rest where a counter is one atomic.
        #[cfg(target_has_atomic = "64")]
        for worker in 0..workers {
            let mut buffer = itoa::Buffer::new();
            let labels = [buffer.format(worker)];
            let busy = runtime.worker_total_busy_duration(worker).as_secs_f64();
            out.number(family::WORKER_BUSY_SECONDS_TOTAL.name, &labels, busy)?;
            let parks = runtime.worker_park_count(worker);
            out.number(family::WORKER_PARKS_TOTAL.name, &labels, parks)?;
        }
        Ok(())
    }
}
