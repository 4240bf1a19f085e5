//! jemalloc as it sees itself.
//!
//! ```text
//! # HELP jemalloc_allocated_bytes Bytes that the program has of jemalloc.
//! # TYPE jemalloc_allocated_bytes gauge
//! jemalloc_allocated_bytes 3780741
//! # HELP jemalloc_purges_total Sweeps in which jemalloc gave pages back to the system.
//! # TYPE jemalloc_purges_total counter
//! jemalloc_purges_total{state="dirty"} 91
//! jemalloc_purges_total{state="muzzy"} 64
//! ```
//!
//! Imports `model` and `error`. The idea to hold: this crate does not link jemalloc. The program does,
//! and lends a reader of its numbers, which have a name each (`mallctl`, jemalloc(3)).

use crate::error::CollectError;
use crate::model::{Collection, Collector, Descriptor, Fact, MetricType};
use std::fmt;

/// Reads the numbers of the jemalloc that a program is linked with.
pub trait JemallocReader: Send + Sync + 'static {
    /// Has jemalloc bring its statistics up to date: writes to `epoch`. Called once per scrape, before
    /// anything is read.
    fn refresh(&self);

    /// The number with this name, such as `stats.allocated`; `None` if this jemalloc does not have it,
    /// which leaves it off the page. All names that are asked for are of eight bytes where pointers have
    /// 64 bits: `size_t` or `uint64_t`.
    fn read(&self, name: &str) -> Option<u64>;
}

/// Yields what jemalloc knows of the memory that it manages.
///
/// | family | type | number |
/// |---|---|---|
/// | `jemalloc_allocated_bytes` | gauge | `stats.allocated`: what the program has |
/// | `jemalloc_active_bytes` | gauge | `stats.active`: pages in which that lies |
/// | `jemalloc_metadata_bytes` | gauge | `stats.metadata`: what jemalloc needs itself |
/// | `jemalloc_resident_bytes` | gauge | `stats.resident`: at most so much of it is in RAM |
/// | `jemalloc_mapped_bytes` | gauge | `stats.mapped`: what is mapped |
/// | `jemalloc_retained_bytes` | gauge | `stats.retained`: addresses that are kept without memory |
/// | `jemalloc_purges_total` | counter; state | `stats.arenas.4096.dirty_npurge`, `muzzy_npurge` |
/// | `jemalloc_madvise_calls_total` | counter; state | `dirty_nmadvise`, `muzzy_nmadvise`, likewise |
/// | `jemalloc_purged_pages_total` | counter; state | `dirty_purged`, `muzzy_purged`, likewise |
/// | `jemalloc_background_threads` | gauge | `stats.background_thread.num_threads` |
/// | `jemalloc_background_thread_runs_total` | counter | `stats.background_thread.num_runs` |
///
/// To purge is to give *pages* back to the system that the program has freed before, first as `dirty`,
/// then, where that was lazy, as `muzzy`. It is no collection of garbage: nothing is found out about
/// objects.
///
/// # Performance
///
/// That of the reader: one refresh and fourteen reads for each scrape. Allocates nothing itself.
///
/// # Examples
///
/// With `tikv-jemalloc-ctl`:
///
/// ```ignore
/// use tikv_jemalloc_ctl::{epoch, raw};
///
/// struct Jemalloc;
///
/// impl nunchi::collector::JemallocReader for Jemalloc {
///     fn refresh(&self) {
///         let _ = epoch::advance();
///     }
///
///     fn read(&self, name: &str) -> Option<u64> {
///         let name = std::ffi::CString::new(name).ok()?;
///         // SAFETY: the numbers that are asked for have eight bytes.
///         unsafe { raw::read(name.as_bytes_with_nul()).ok() }
///     }
/// }
///
/// nunchi::global().register(nunchi::collector::JemallocCollector::new(Jemalloc))?;
/// ```
///
/// Source: jemalloc(3), section "MALLCTL NAMESPACE"; 4096 is `MALLCTL_ARENAS_ALL`.
pub struct JemallocCollector<R> {
    reader: R,
}

impl<R: JemallocReader> JemallocCollector<R> {
    /// Yields what `reader` reads.
    #[must_use]
    pub const fn new(reader: R) -> Self {
        Self { reader }
    }
}

impl<R: JemallocReader> Collector for JemallocCollector<R> {
    fn name(&self) -> &str {
        "jemalloc"
    }

    fn describe(&self) -> Vec<Descriptor> {
        Fact::describe(&ALL.iter().map(|(fact, _)| fact).collect::<Vec<_>>())
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        self.reader.refresh();
        for (fact, numbers) in &ALL {
            for (state, name) in *numbers {
                if let Some(value) = self.reader.read(name) {
                    let states = [*state];
                    out.number(fact.name, states.get(..fact.labels.len()).unwrap_or(&[]), value)?;
                }
            }
        }
        Ok(())
    }
}

impl<R> fmt::Debug for JemallocCollector<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JemallocCollector").finish_non_exhaustive()
    }
}

/// The numbers of a family, each with the value of the label `state` if the family has it.
type Numbers = &'static [(&'static str, &'static str)];

const fn gauge(name: &'static str, help: &'static str, numbers: Numbers) -> (Fact, Numbers) {
    (Fact::new(MetricType::Gauge, name, help), numbers)
}

const fn by_state(name: &'static str, help: &'static str, numbers: Numbers) -> (Fact, Numbers) {
    (Fact { name, help, metric_type: MetricType::Counter, labels: &["state"] }, numbers)
}

static ALL: [(Fact, Numbers); 11] = [
    gauge(
        "jemalloc_allocated_bytes",
        "Bytes that the program has of jemalloc.",
        &[("", "stats.allocated")],
    ),
    gauge(
        "jemalloc_active_bytes",
        "Bytes of pages in which something is allocated.",
        &[("", "stats.active")],
    ),
    gauge(
        "jemalloc_metadata_bytes",
        "Bytes that jemalloc needs for itself.",
        &[("", "stats.metadata")],
    ),
    gauge(
        "jemalloc_resident_bytes",
        "Bytes of memory that jemalloc keeps in RAM at most.",
        &[("", "stats.resident")],
    ),
    gauge("jemalloc_mapped_bytes", "Bytes that jemalloc has mapped.", &[("", "stats.mapped")]),
    gauge(
        "jemalloc_retained_bytes",
        "Bytes of addresses that jemalloc keeps without memory behind them.",
        &[("", "stats.retained")],
    ),
    by_state(
        "jemalloc_purges_total",
        "Sweeps in which jemalloc gave pages back to the system.",
        &[("dirty", "stats.arenas.4096.dirty_npurge"), ("muzzy", "stats.arenas.4096.muzzy_npurge")],
    ),
    by_state(
        "jemalloc_madvise_calls_total",
        "Calls by which jemalloc gave pages back to the system.",
        &[
            ("dirty", "stats.arenas.4096.dirty_nmadvise"),
            ("muzzy", "stats.arenas.4096.muzzy_nmadvise"),
        ],
    ),
    by_state(
        "jemalloc_purged_pages_total",
        "Pages that jemalloc gave back to the system.",
        &[("dirty", "stats.arenas.4096.dirty_purged"), ("muzzy", "stats.arenas.4096.muzzy_purged")],
    ),
    gauge(
        "jemalloc_background_threads",
        "Threads of jemalloc that purge beside the program.",
        &[("", "stats.background_thread.num_threads")],
    ),
    (
        Fact::new(
            MetricType::Counter,
            "jemalloc_background_thread_runs_total",
            "Runs of the threads that purge beside the program.",
        ),
        &[("", "stats.background_thread.num_runs")],
    ),
];
