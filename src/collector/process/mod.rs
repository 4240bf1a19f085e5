//! The process as the kernel sees it.
//!
//! A small server yields:
//!
//! ```text
//! # HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.
//! # TYPE process_cpu_seconds_total counter
//! process_cpu_seconds_total 1.73
//! # HELP process_max_fds Maximum number of open file descriptors.
//! # TYPE process_max_fds gauge
//! process_max_fds 1024
//! # HELP process_open_fds Number of open file descriptors.
//! # TYPE process_open_fds gauge
//! process_open_fds 11
//! # HELP process_resident_memory_bytes Resident memory size in bytes.
//! # TYPE process_resident_memory_bytes gauge
//! process_resident_memory_bytes 6291456
//! # HELP process_start_time_seconds Start time of the process since unix epoch in seconds.
//! # TYPE process_start_time_seconds gauge
//! process_start_time_seconds 1718031204.16
//! # HELP process_threads Number of OS threads in the process.
//! # TYPE process_threads gauge
//! process_threads 5
//! # HELP process_virtual_memory_bytes Virtual memory size in bytes.
//! # TYPE process_virtual_memory_bytes gauge
//! process_virtual_memory_bytes 146092032
//! # HELP process_virtual_memory_max_bytes Maximum amount of virtual memory available in bytes.
//! # TYPE process_virtual_memory_max_bytes gauge
//! process_virtual_memory_max_bytes 18446744073709551615
//! ```
//!
//! A scrape makes nine system calls on Linux 6.2 and later:
//!
//! | path | calls |
//! |---|---|
//! | `/proc/self/stat` | open, read, read (nothing more), close |
//! | `/proc/self/limits` | open, read, read (nothing more), close |
//! | `/proc/self/fd` | statx: its size is the number of descriptors |
//!
//! Before 6.2 the directory `fd` is listed instead, which allocates and takes time in proportion
//! to the number of descriptors. The first scrape also reads `/proc/self/auxv` (the units of
//! `stat`) and `/proc/stat` (when the machine booted).
//!
//! Imports `model` and `error`. The idea to hold: every value is read by itself and is either
//! right or absent, so each parser answers with an `Option` per value, and takes a number only if
//! something follows it: a file that was cut short loses its last number instead of a digit of it.

#[cfg(feature = "process-extras")]
mod extras;
mod family;
#[cfg_attr(not(any(target_os = "linux", target_os = "android")), path = "elsewhere.rs")]
mod procfs;
mod reading;

#[cfg(feature = "process-extras")]
pub use extras::ProcessExtras;

use crate::error::CollectError;
use crate::model::{Collection, Collector, Descriptor, Fact};
use procfs::Procfs;
use std::path::PathBuf;

/// Yields the standard `process_*` families: what the process uses of the machine.
///
/// | family | type | meaning |
/// |---|---|---|
/// | `process_cpu_seconds_total` | counter | user and system CPU time; resolution 10 ms |
/// | `process_open_fds` | gauge | open file descriptors |
/// | `process_max_fds` | gauge | soft limit of open file descriptors |
/// | `process_virtual_memory_bytes` | gauge | size of the address space |
/// | `process_virtual_memory_max_bytes` | gauge | soft limit of the address space |
/// | `process_resident_memory_bytes` | gauge | memory that is in RAM |
/// | `process_start_time_seconds` | gauge | when the process started, since the epoch |
/// | `process_threads` | gauge | threads of the operating system |
///
/// Names and help are those of the guidelines for Prometheus client libraries (A26). Of their
/// table `process_heap_bytes` is left out: the kernel does not know it. `VmData`, which stands in
/// for it elsewhere, is address space, and counts the stacks of threads.
///
/// A limit of `unlimited` is 2^64 - 1, which is what `getrlimit(2)` calls infinity and what an
/// ingester stores as 1.8446744073709552e+19.
///
/// A value that cannot be read or understood is left out, and the others stay. Elsewhere than on
/// Linux and Android the families are described but none has a value.
///
/// The [`global`](crate::global) registry has one of these.
///
/// # Consistency
///
/// CPU time, threads and memory are of one moment; limits and descriptors are read right after.
/// The descriptors and memory that the reading takes are not counted.
///
/// # Performance
///
/// Nine system calls and, after the first scrape, no allocation on Linux 6.2 and later. Takes no
/// lock.
///
/// # Examples
///
/// ```
/// use nunchi::collector::ProcessCollector;
///
/// let registry = nunchi::Registry::new();
/// registry.register(ProcessCollector::new())?;
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
///
/// Source: `proc(5)`; `man 2 getrlimit`.
#[derive(Debug)]
pub struct ProcessCollector {
    root: PathBuf,
    procfs: Procfs,
}

impl ProcessCollector {
    /// Reads this process from `/proc`.
    #[must_use]
    pub fn new() -> Self {
        Self::with_procfs("/proc")
    }

    /// Reads this process from a proc file system that is mounted at `root`.
    #[must_use]
    pub fn with_procfs(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self { procfs: Procfs::new(&root, None), root }
    }

    /// Reads the process with this number instead. Its values are absent while there is none, and
    /// those of another process when the number was given anew. The descriptors of a process of
    /// another user may be unreadable.
    #[must_use]
    pub fn pid(self, pid: u32) -> Self {
        Self { procfs: Procfs::new(&self.root, Some(pid)), root: self.root }
    }
}

impl Default for ProcessCollector {
    fn default() -> Self {
        Self::new()
    }
}

impl Collector for ProcessCollector {
    fn name(&self) -> &str {
        "process"
    }

    fn describe(&self) -> Vec<Descriptor> {
        Fact::describe(&family::ALL)
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        Fact::offer(&self.procfs.read(), out)
    }
}
