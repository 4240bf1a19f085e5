//! The families, one constant each; its doc is the reference entry.

use crate::model::{Fact, MetricType};

const fn counter(name: &'static str, help: &'static str) -> Fact {
    Fact::new(MetricType::Counter, name, help)
}

const fn gauge(name: &'static str, help: &'static str) -> Fact {
    Fact::new(MetricType::Gauge, name, help)
}

/// All of them, in the order in which they are described.
pub(super) static ALL: [&Fact; 16] = [
    &CPU_USER_SECONDS_TOTAL,
    &CPU_SYSTEM_SECONDS_TOTAL,
    &MINOR_PAGEFAULTS_TOTAL,
    &MAJOR_PAGEFAULTS_TOTAL,
    &RESIDENT_MEMORY_ANON_BYTES,
    &RESIDENT_MEMORY_FILE_BYTES,
    &RESIDENT_MEMORY_SHARED_BYTES,
    &RESIDENT_MEMORY_PEAK_BYTES,
    &VIRTUAL_MEMORY_PEAK_BYTES,
    &IO_READ_BYTES_TOTAL,
    &IO_WRITTEN_BYTES_TOTAL,
    &IO_READ_SYSCALLS_TOTAL,
    &IO_WRITE_SYSCALLS_TOTAL,
    &IO_STORAGE_READ_BYTES_TOTAL,
    &IO_STORAGE_WRITTEN_BYTES_TOTAL,
    &CONTEXT_SWITCHES_TOTAL,
];

/// Total user CPU time spent in seconds.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, seconds |
/// | Labels | none |
/// | Definition | utime / CLK_TCK, of all threads, dead ones included |
/// | Source | `/proc/self/stat` field 14, proc(5) |
/// | Absent | when the file cannot be read or parsed |
pub(super) static CPU_USER_SECONDS_TOTAL: Fact =
    counter("process_cpu_user_seconds_total", "Total user CPU time spent in seconds.");

/// Total system CPU time spent in seconds.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, seconds |
/// | Labels | none |
/// | Definition | stime / CLK_TCK, of all threads, dead ones included |
/// | Source | `/proc/self/stat` field 15, proc(5) |
/// | Absent | when the file cannot be read or parsed |
pub(super) static CPU_SYSTEM_SECONDS_TOTAL: Fact =
    counter("process_cpu_system_seconds_total", "Total system CPU time spent in seconds.");

/// Page faults that needed no reading from storage.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, page faults |
/// | Labels | none |
/// | Definition | minflt |
/// | Source | `/proc/self/stat` field 10, proc(5) |
/// | Absent | when the file cannot be read or parsed |
pub(super) static MINOR_PAGEFAULTS_TOTAL: Fact =
    counter("process_minor_pagefaults_total", "Page faults that needed no reading from storage.");

/// Page faults that needed reading from storage.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, page faults |
/// | Labels | none |
/// | Definition | majflt |
/// | Source | `/proc/self/stat` field 12, proc(5) |
/// | Absent | when the file cannot be read or parsed |
pub(super) static MAJOR_PAGEFAULTS_TOTAL: Fact =
    counter("process_major_pagefaults_total", "Page faults that needed reading from storage.");

/// Resident anonymous memory in bytes.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, bytes |
/// | Labels | none |
/// | Definition | RssAnon: heap, stacks, and what is private of files once it was written |
/// | Source | `/proc/self/status` line `RssAnon`, Linux 4.5, proc(5) |
/// | Absent | when the file cannot be read or has no such line |
pub(super) static RESIDENT_MEMORY_ANON_BYTES: Fact =
    gauge("process_resident_memory_anon_bytes", "Resident anonymous memory in bytes.");

/// Resident memory that files are mapped to in bytes.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, bytes |
/// | Labels | none |
/// | Definition | RssFile |
/// | Source | `/proc/self/status` line `RssFile`, Linux 4.5, proc(5) |
/// | Absent | when the file cannot be read or has no such line |
pub(super) static RESIDENT_MEMORY_FILE_BYTES: Fact = gauge(
    "process_resident_memory_file_bytes",
    "Resident memory that files are mapped to in bytes.",
);

/// Resident shared memory in bytes.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, bytes |
/// | Labels | none |
/// | Definition | RssShmem: System V, tmpfs and anonymous shared mappings |
/// | Source | `/proc/self/status` line `RssShmem`, Linux 4.5, proc(5) |
/// | Absent | when the file cannot be read or has no such line |
pub(super) static RESIDENT_MEMORY_SHARED_BYTES: Fact =
    gauge("process_resident_memory_shared_bytes", "Resident shared memory in bytes.");

/// Largest resident memory size so far in bytes.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, bytes |
/// | Labels | none |
/// | Definition | VmHWM |
/// | Source | `/proc/self/status` line `VmHWM`, proc(5) |
/// | Absent | when the file cannot be read or has no such line |
pub(super) static RESIDENT_MEMORY_PEAK_BYTES: Fact =
    gauge("process_resident_memory_peak_bytes", "Largest resident memory size so far in bytes.");

/// Largest virtual memory size so far in bytes.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, bytes |
/// | Labels | none |
/// | Definition | VmPeak |
/// | Source | `/proc/self/status` line `VmPeak`, proc(5) |
/// | Absent | when the file cannot be read or has no such line |
pub(super) static VIRTUAL_MEMORY_PEAK_BYTES: Fact =
    gauge("process_virtual_memory_peak_bytes", "Largest virtual memory size so far in bytes.");

/// Bytes that the process read, from storage or not.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, bytes |
/// | Labels | none |
/// | Definition | rchar: files, pipes, sockets, the page cache included |
/// | Source | `/proc/self/io` line `rchar`, proc(5) |
/// | Absent | when the file cannot be read: the kernel does not account for tasks, or the process may not be traced |
pub(super) static IO_READ_BYTES_TOTAL: Fact =
    counter("process_io_read_bytes_total", "Bytes that the process read, from storage or not.");

/// Bytes that the process wrote, to storage or not.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, bytes |
/// | Labels | none |
/// | Definition | wchar |
/// | Source | `/proc/self/io` line `wchar`, proc(5) |
/// | Absent | as `process_io_read_bytes_total` |
pub(super) static IO_WRITTEN_BYTES_TOTAL: Fact =
    counter("process_io_written_bytes_total", "Bytes that the process wrote, to storage or not.");

/// System calls by which the process read.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, system calls |
/// | Labels | none |
/// | Definition | syscr |
/// | Source | `/proc/self/io` line `syscr`, proc(5) |
/// | Absent | as `process_io_read_bytes_total` |
pub(super) static IO_READ_SYSCALLS_TOTAL: Fact =
    counter("process_io_read_syscalls_total", "System calls by which the process read.");

/// System calls by which the process wrote.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, system calls |
/// | Labels | none |
/// | Definition | syscw |
/// | Source | `/proc/self/io` line `syscw`, proc(5) |
/// | Absent | as `process_io_read_bytes_total` |
pub(super) static IO_WRITE_SYSCALLS_TOTAL: Fact =
    counter("process_io_write_syscalls_total", "System calls by which the process wrote.");

/// Bytes that the process caused to be read from storage.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, bytes |
/// | Labels | none |
/// | Definition | read_bytes |
/// | Source | `/proc/self/io` line `read_bytes`, proc(5) |
/// | Absent | as `process_io_read_bytes_total` |
pub(super) static IO_STORAGE_READ_BYTES_TOTAL: Fact = counter(
    "process_io_storage_read_bytes_total",
    "Bytes that the process caused to be read from storage.",
);

/// Bytes that the process caused to be written to storage.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, bytes |
/// | Labels | none |
/// | Definition | write_bytes: counted when pages become dirty |
/// | Source | `/proc/self/io` line `write_bytes`, proc(5) |
/// | Absent | as `process_io_read_bytes_total` |
pub(super) static IO_STORAGE_WRITTEN_BYTES_TOTAL: Fact = counter(
    "process_io_storage_written_bytes_total",
    "Bytes that the process caused to be written to storage.",
);

/// Context switches of the threads of the process by kind.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, context switches |
/// | Labels | `kind`: `voluntary`, `involuntary` |
/// | Definition | voluntary_ctxt_switches and nonvoluntary_ctxt_switches of every thread, added up from scrape to scrape |
/// | Source | `/proc/self/task/*/status`, proc(5) |
/// | Absent | when no thread can be read |
pub(super) static CONTEXT_SWITCHES_TOTAL: Fact = Fact {
    name: "process_context_switches_total",
    help: "Context switches of the threads of the process by kind.",
    metric_type: MetricType::Counter,
    labels: &["kind"],
};
