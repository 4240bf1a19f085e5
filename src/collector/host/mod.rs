//! The machine as the kernel sees it, in the words of node_exporter.
//!
//! The page of a machine has some hundreds of lines; `docs/metrics.md` of the repository lists the
//! families with their sources. Of what dashboards ask first:
//!
//! ```text
//! # HELP node_cpu_seconds_total Seconds the CPUs spent in each mode.
//! # TYPE node_cpu_seconds_total counter
//! node_cpu_seconds_total{cpu="0",mode="user"} 5106.36
//! node_cpu_seconds_total{cpu="0",mode="idle"} 88109.42
//! # HELP node_load1 1m load average.
//! # TYPE node_load1 gauge
//! node_load1 0.2
//! # HELP node_memory_MemAvailable_bytes Memory information field MemAvailable_bytes.
//! # TYPE node_memory_MemAvailable_bytes gauge
//! node_memory_MemAvailable_bytes 1.2884901888e+10
//! # HELP node_uname_info Labeled system information as provided by the uname system call.
//! # TYPE node_uname_info gauge
//! node_uname_info{sysname="Linux",release="6.1.0",version="#1 SMP",machine="x86_64",nodename="vm",domainname="(none)"} 1
//! ```
//!
//! Imports `model`, `error` and what collectors share. The idea to hold: each subject is a file
//! with its families, a parser that takes bytes and does no IO, and a function that reads and
//! yields; a subject that cannot be read costs its own families only, and each value is either right
//! or absent.

#[cfg_attr(not(any(target_os = "linux", target_os = "android")), path = "elsewhere.rs")]
mod linux;

use crate::error::CollectError;
use crate::model::{Collection, Collector, Descriptor};
use linux::Machine;
use std::path::PathBuf;
use std::time::Duration;

/// Yields the families of the machine that node_exporter calls `node_*`, so that a program can be
/// watched together with its machine, by the dashboards that there are, without another process.
///
/// | subject | families |
/// |---|---|
/// | processors | `node_cpu_seconds_total`, `node_cpu_guest_seconds_total`, `node_cpu_scaling_frequency_*` |
/// | kernel | `node_boot_time_seconds`, `node_context_switches_total`, `node_forks_total`, `node_intr_total`, `node_procs_*`, `node_load*`, `node_time_seconds`, `node_uname_info`, `node_os_info`, `node_filefd_*` |
/// | memory | `node_memory_*`, `node_vmstat_*` |
/// | pressure | `node_pressure_*_seconds_total` |
/// | disks | `node_disk_*`, `node_filesystem_*` |
/// | network | `node_network_*`, `node_netstat_*`, `node_sockstat_*` |
/// | the reading itself | `node_scrape_collector_success`, `node_scrape_collector_duration_seconds` |
///
/// Names, types, help, labels and meanings are those of node_exporter; `docs/metrics.md` of the
/// repository lists every one with its source. What differs: a value that cannot be read is left
/// out, where node_exporter may say 0, -1 or -125000.
///
/// # Not beside node_exporter
///
/// A machine needs one teller. Where node_exporter runs, or where several programs of one machine
/// could each register this, every query that sums over instances (`sum(node_memory_…)`,
/// `count(node_uname_info)`) counts the machine once for each. Nothing registers this by itself.
///
/// # In a container
///
/// The container's own `/proc` tells the processors and memory of its host, but the network
/// interfaces and mounts of the container. With the host's file systems mounted, for instance at
/// `/host`, it is the host that is told:
///
/// ```no_run
/// use nunchi::collector::HostCollector;
///
/// let host = HostCollector::new().procfs("/host/proc").sysfs("/host/sys").rootfs("/host");
/// nunchi::global().register(host)?;
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
///
/// The name of the machine in `node_uname_info` stays that of the container, unless it shares the
/// UTS namespace of its host.
///
/// # Disks that do not answer
///
/// A file system of a server that is gone, NFS for instance, may not answer a question ever. Those
/// that are not known to be local are asked on threads of their own, all at once; a scrape waits
/// until they have answered, [`mount_timeout`](Self::mount_timeout) at most. One that has not is
/// told as `node_filesystem_device_error` 1, with the label `device_error`, and is not asked again
/// until that thread has come back: there is at most one such thread per mount.
///
/// # Consistency
///
/// Each file is read at once; files are read one after the other. The processors' counters never
/// go down while a processor is there, though those of the kernel may, by a little.
///
/// # Performance
///
/// Half a millisecond or so on a machine of 16 processors (`cargo bench --features host --bench
/// host`), most of it the kernel's: about 20 files, one to three for each processor and 12 for each
/// network interface. No allocation after the first scrapes, but for mounts that are asked on threads.
/// Scrapes that overlap do not wait for each other.
///
/// # Examples
///
/// ```
/// use nunchi::collector::HostCollector;
///
/// let registry = nunchi::Registry::new();
/// registry.register(HostCollector::new())?;
///
/// let mut page = Vec::new();
/// nunchi::encode(&registry, nunchi::Format::Text, &mut page);
/// # #[cfg(target_os = "linux")]
/// assert!(String::from_utf8_lossy(&page).contains("node_uname_info{"));
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
///
/// Elsewhere than on Linux and Android it describes no family.
///
/// Source: node_exporter 1.5 and 1.12, its collectors that are on by default; `proc(5)`, `sysfs(5)`.
#[derive(Debug)]
pub struct HostCollector {
    roots: Roots,
    patience: Duration,
    machine: Machine,
}

/// Where the machine's file systems are mounted.
#[derive(Debug)]
#[cfg_attr(not(any(target_os = "linux", target_os = "android")), allow(dead_code))]
struct Roots {
    procfs: PathBuf,
    sysfs: PathBuf,
    rootfs: PathBuf,
    /// Whether the proc file system is somebody else's: what the kernel tells each process for
    /// itself, its network and its mounts, is then read of the first process.
    foreign: bool,
}

impl HostCollector {
    /// Reads `/proc`, `/sys` and the file systems that are mounted below `/`.
    #[must_use]
    pub fn new() -> Self {
        let roots = Roots {
            procfs: "/proc".into(),
            sysfs: "/sys".into(),
            rootfs: "/".into(),
            foreign: false,
        };
        Self { roots, patience: Duration::from_secs(5), machine: Machine::default() }
    }

    /// Reads a proc file system that is mounted at `root`, `/proc` by default. Network and mounts
    /// are then those of its first process, if they can be read.
    #[must_use]
    pub fn procfs(mut self, root: impl Into<PathBuf>) -> Self {
        self.roots.procfs = root.into();
        self.roots.foreign = true;
        self
    }

    /// Reads a sysfs that is mounted at `root`, `/sys` by default.
    #[must_use]
    pub fn sysfs(mut self, root: impl Into<PathBuf>) -> Self {
        self.roots.sysfs = root.into();
        self
    }

    /// Finds the machine's file systems below `root`, `/` by default, and tells their mount points
    /// without it. `etc/os-release` is read there, too.
    #[must_use]
    pub fn rootfs(mut self, root: impl Into<PathBuf>) -> Self {
        self.roots.rootfs = root.into();
        self
    }

    /// Waits so long for file systems that may not answer, 5 s by default: less than the timeout of
    /// the scrape, which is 10 s unless Prometheus is told otherwise.
    #[must_use]
    pub fn mount_timeout(mut self, timeout: Duration) -> Self {
        self.patience = timeout;
        self
    }
}

#[cfg(all(
    test,
    feature = "allocator",
    feature = "cgroup",
    feature = "jemalloc",
    feature = "process-extras",
    feature = "tokio",
    target_os = "linux"
))]
pub(super) use linux::subjects;

impl Default for HostCollector {
    fn default() -> Self {
        Self::new()
    }
}

impl Collector for HostCollector {
    fn name(&self) -> &str {
        "host"
    }

    fn describe(&self) -> Vec<Descriptor> {
        Machine::describe()
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        self.machine.collect(&self.roots, self.patience, out)
    }
}
