//! More of the process than the standard families: what it spends its time, memory and requests on.
//!
//! A small server yields:
//!
//! ```text
//! # HELP process_context_switches_total Context switches of the threads of the process by kind.
//! # TYPE process_context_switches_total counter
//! process_context_switches_total{kind="voluntary"} 20417
//! process_context_switches_total{kind="involuntary"} 311
//! # HELP process_cpu_user_seconds_total Total user CPU time spent in seconds.
//! # TYPE process_cpu_user_seconds_total counter
//! process_cpu_user_seconds_total 1.41
//! # HELP process_io_storage_written_bytes_total Bytes that the process caused to be written to storage.
//! # TYPE process_io_storage_written_bytes_total counter
//! process_io_storage_written_bytes_total 409600
//! # HELP process_resident_memory_anon_bytes Resident anonymous memory in bytes.
//! # TYPE process_resident_memory_anon_bytes gauge
//! process_resident_memory_anon_bytes 4194304
//! ```
//!
//! A scrape reads `/proc/self/stat`, `/proc/self/status` and `/proc/self/io`, lists `/proc/self/task`
//! and reads the `status` of each thread in it.
//!
//! Imports `model` and `error`. The idea to hold is that of the standard families: a value is right
//! or absent.

mod family;
#[cfg_attr(not(any(target_os = "linux", target_os = "android")), path = "elsewhere.rs")]
mod linux;

use crate::error::CollectError;
use crate::model::{Collection, Collector, Descriptor, Fact};
use linux::Process;
use std::path::PathBuf;

/// Yields families of the process beyond the standard ones of
/// [`ProcessCollector`](super::ProcessCollector).
///
/// | family | type | meaning |
/// |---|---|---|
/// | `process_cpu_user_seconds_total`, `process_cpu_system_seconds_total` | counter | CPU time by who spent it, in s; resolution 10 ms |
/// | `process_context_switches_total{kind}` | counter | how often threads gave way: `voluntary`, to wait, and `involuntary` |
/// | `process_minor_pagefaults_total`, `process_major_pagefaults_total` | counter | page faults without and with reading from storage |
/// | `process_resident_memory_{anon,file,shared}_bytes` | gauge | resident memory by what is behind it |
/// | `process_resident_memory_peak_bytes`, `process_virtual_memory_peak_bytes` | gauge | the most that it ever was |
/// | `process_io_{read,written}_bytes_total`, `process_io_{read,write}_syscalls_total` | counter | what was read and written, sockets and pipes included, and in how many calls |
/// | `process_io_storage_{read,written}_bytes_total` | counter | what of it storage had to do |
///
/// A value that cannot be read or understood is left out, and the others stay. Elsewhere than on
/// Linux and Android the families are described but none has a value. Nothing registers this by
/// itself.
///
/// # Consistency
///
/// The kernel counts context switches by thread and forgets those of a thread that ends. They are
/// added up from scrape to scrape: the counter never goes down, and lacks what a thread did between
/// the last scrape that saw it and its end.
///
/// # Performance
///
/// Three files, and one more for each thread: 10 µs or so each. Allocates a little for each thread.
/// Scrapes that overlap wait for each other while threads are read.
///
/// # Examples
///
/// ```
/// use nunchi::collector::{ProcessCollector, ProcessExtras};
///
/// let registry = nunchi::Registry::new();
/// registry.register(ProcessCollector::new())?;
/// registry.register(ProcessExtras::new())?;
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
///
/// Source: `proc(5)`.
#[derive(Debug)]
pub struct ProcessExtras(Process);

impl ProcessExtras {
    /// Reads this process from `/proc`.
    #[must_use]
    pub fn new() -> Self {
        Self::with_procfs("/proc")
    }

    /// Reads this process from a proc file system that is mounted at `root`.
    #[must_use]
    pub fn with_procfs(root: impl Into<PathBuf>) -> Self {
        Self(Process::new(root.into().join("self")))
    }
}

impl Default for ProcessExtras {
    fn default() -> Self {
        Self::new()
    }
}

impl Collector for ProcessExtras {
    fn name(&self) -> &str {
        "process_extras"
    }

    fn describe(&self) -> Vec<Descriptor> {
        Fact::describe(&family::ALL)
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        self.0.collect(out)
    }
}
