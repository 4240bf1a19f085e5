//! The families of the process, one constant each; its doc is the reference entry. Names and help
//! are those of the guidelines for client libraries, to the letter: some receivers compare them.

use crate::model::{Fact, MetricType};

const fn gauge(name: &'static str, help: &'static str) -> Fact {
    Fact::new(MetricType::Gauge, name, help)
}

/// All of them, in the order in which they are described.
pub(super) static ALL: [&Fact; 8] = [
    &CPU_SECONDS_TOTAL,
    &OPEN_FDS,
    &MAX_FDS,
    &VIRTUAL_MEMORY_BYTES,
    &VIRTUAL_MEMORY_MAX_BYTES,
    &RESIDENT_MEMORY_BYTES,
    &START_TIME_SECONDS,
    &THREADS,
];

/// Total user and system CPU time spent in seconds.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, seconds (resolution 1/CLK_TCK, normally 10 ms) |
/// | Labels | none |
/// | Definition | (utime + stime) / CLK_TCK, of all threads, dead ones included; children are not |
/// | Source | `/proc/self/stat` fields 14 and 15, proc(5) |
/// | Absent | when the file cannot be read or parsed |
/// | Cost | one open and read, shared with the other `stat` families |
/// | See also | `rate(process_cpu_seconds_total[5m])` is the number of cores in use |
pub(super) static CPU_SECONDS_TOTAL: Fact = Fact::new(
    MetricType::Counter,
    "process_cpu_seconds_total",
    "Total user and system CPU time spent in seconds.",
);

/// Number of open file descriptors.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, file descriptors |
/// | Labels | none |
/// | Definition | the size of the directory (Linux 6.2), else its number of entries less the one that lists it |
/// | Source | `/proc/self/fd`, proc(5) |
/// | Absent | when the directory cannot be read, as that of another user's process |
/// | Cost | one statx; before Linux 6.2 a listing, in proportion to the descriptors |
/// | See also | `process_max_fds`; `process_open_fds / process_max_fds > 0.8` is worth an alert |
pub(super) static OPEN_FDS: Fact = gauge("process_open_fds", "Number of open file descriptors.");

/// Maximum number of open file descriptors.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, file descriptors |
/// | Labels | none |
/// | Definition | the soft limit `RLIMIT_NOFILE`; `unlimited` is 2^64 - 1 |
/// | Source | `/proc/self/limits`, line `Max open files`, proc(5), getrlimit(2) |
/// | Absent | when the file cannot be read or has no such line |
/// | Cost | one open and read, shared with `process_virtual_memory_max_bytes` |
/// | See also | `process_open_fds` |
pub(super) static MAX_FDS: Fact =
    gauge("process_max_fds", "Maximum number of open file descriptors.");

/// Virtual memory size in bytes.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, bytes |
/// | Labels | none |
/// | Definition | vsize: all mappings, whether memory stands behind them or not |
/// | Source | `/proc/self/stat` field 23, proc(5) |
/// | Absent | when the file cannot be read or parsed |
/// | Cost | shared with the other `stat` families |
/// | See also | `process_resident_memory_bytes` is what costs memory |
pub(super) static VIRTUAL_MEMORY_BYTES: Fact =
    gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.");

/// Maximum amount of virtual memory available in bytes.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, bytes |
/// | Labels | none |
/// | Definition | the soft limit `RLIMIT_AS`; `unlimited` is 2^64 - 1 |
/// | Source | `/proc/self/limits`, line `Max address space`, proc(5), getrlimit(2) |
/// | Absent | when the file cannot be read or has no such line |
/// | Cost | shared with `process_max_fds` |
/// | See also | `process_virtual_memory_bytes`; the limit of a container is another one |
pub(super) static VIRTUAL_MEMORY_MAX_BYTES: Fact = gauge(
    "process_virtual_memory_max_bytes",
    "Maximum amount of virtual memory available in bytes.",
);

/// Resident memory size in bytes.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, bytes |
/// | Labels | none |
/// | Definition | rss pages times the page size; the kernel may lag by some pages a thread |
/// | Source | `/proc/self/stat` field 24; `/proc/self/auxv` AT_PAGESZ, else vsize over `/proc/self/statm` |
/// | Absent | when the file cannot be read or parsed, or the page size is not to be had |
/// | Cost | shared with the other `stat` families; the page size is read once |
/// | See also | `process_virtual_memory_bytes` |
pub(super) static RESIDENT_MEMORY_BYTES: Fact =
    gauge("process_resident_memory_bytes", "Resident memory size in bytes.");

/// Start time of the process since unix epoch in seconds.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, seconds since the epoch (resolution 1/CLK_TCK; as exact as the machine's boot time, a second) |
/// | Labels | none |
/// | Definition | btime + starttime / CLK_TCK |
/// | Source | `/proc/stat` line `btime`, read once so that setting the clock does not look like a restart; `/proc/self/stat` field 22 |
/// | Absent | when one of the files cannot be read or parsed |
/// | Cost | shared with the other `stat` families |
/// | See also | `changes(process_start_time_seconds[1h])` counts restarts |
pub(super) static START_TIME_SECONDS: Fact =
    gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.");

/// Number of OS threads in the process.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, threads |
/// | Labels | none |
/// | Definition | num_threads |
/// | Source | `/proc/self/stat` field 20, proc(5) |
/// | Absent | when the file cannot be read or parsed |
/// | Cost | shared with the other `stat` families |
/// | See also | `process_cpu_seconds_total` |
pub(super) static THREADS: Fact = gauge("process_threads", "Number of OS threads in the process.");
