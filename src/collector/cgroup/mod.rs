//! The control group of the process: what its container may use, and what it does use.
//!
//! In a container with half a processor and 512 MiB:
//!
//! ```text
//! # HELP cgroup_cpu_limit_cores Processors' worth of time that the control group may use.
//! # TYPE cgroup_cpu_limit_cores gauge
//! cgroup_cpu_limit_cores 0.5
//! # HELP cgroup_memory_limit_bytes Memory that the control group may use in bytes.
//! # TYPE cgroup_memory_limit_bytes gauge
//! cgroup_memory_limit_bytes 536870912
//! # HELP cgroup_memory_working_set_bytes Memory of the control group that is not easily given back in bytes.
//! # TYPE cgroup_memory_working_set_bytes gauge
//! cgroup_memory_working_set_bytes 201326592
//! ```
//!
//! A scrape reads `/proc/self/cgroup`, `/proc/self/mountinfo` and about 15 files of the group.
//!
//! Imports `model` and `error`. The idea to hold: of each controller the group is found anew at every
//! scrape, as a process may be moved; a limit is the tightest on the way up to what is visible.

mod family;
#[cfg_attr(not(any(target_os = "linux", target_os = "android")), path = "elsewhere.rs")]
mod linux;

use crate::error::CollectError;
use crate::model::{Collection, Collector, Descriptor, Fact};
use std::path::PathBuf;

/// Yields limits and usage of the control group that the process is in, usually its container:
/// cgroup v2 and v1.
///
/// | family | type | meaning |
/// |---|---|---|
/// | `cgroup_cpu_usage_seconds_total` | counter | CPU time used |
/// | `cgroup_cpu_limit_cores` | gauge | CPU time that may be used, per second |
/// | `cgroup_cpu_periods_total`, `cgroup_cpu_throttled_periods_total`, `cgroup_cpu_throttled_seconds_total` | counter | periods, those in which the limit was hit, and how long tasks were then held |
/// | `cgroup_memory_usage_bytes`, `cgroup_memory_working_set_bytes` | gauge | memory used, and that without file pages that are not in use |
/// | `cgroup_memory_limit_bytes` | gauge | memory that may be used |
/// | `cgroup_memory_oom_kills_total` | counter | processes killed for want of memory |
/// | `cgroup_tasks`, `cgroup_tasks_limit` | gauge | threads, and how many there may be |
/// | `cgroup_pressure_{cpu,io,memory}_{waiting,stalled}_seconds_total` | counter | how long some or all tasks waited (v2, PSI) |
///
/// What share of its limit a container uses:
///
/// ```text
/// cgroup_memory_working_set_bytes / cgroup_memory_limit_bytes
/// rate(cgroup_cpu_usage_seconds_total[5m]) / cgroup_cpu_limit_cores
/// ```
///
/// Where there is no limit its family is absent, never 0 or infinite. A limit of a group further up
/// counts as well, as far as it can be seen: usually the container sees its own group and no other.
/// The names are not those of cAdvisor, so that a query over both does not count twice.
///
/// A value that cannot be read or understood is left out, and the others stay. Elsewhere than on
/// Linux and Android the families are described but none has a value. Nothing registers this by
/// itself.
///
/// # Performance
///
/// About 20 small files, 100 µs or so. Allocates for their paths and contents.
///
/// # Examples
///
/// ```
/// use nunchi::collector::CgroupCollector;
///
/// let registry = nunchi::Registry::new();
/// registry.register(CgroupCollector::new())?;
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
///
/// Source: `cgroups(7)`; `Documentation/admin-guide/cgroup-v2.rst` and `cgroup-v1/` of Linux.
#[derive(Clone, Debug)]
pub struct CgroupCollector {
    procfs: PathBuf,
    rootfs: PathBuf,
}

impl CgroupCollector {
    /// Reads the group of this process.
    #[must_use]
    pub fn new() -> Self {
        Self { procfs: "/proc".into(), rootfs: "/".into() }
    }

    /// Reads a proc file system that is mounted at `root`, `/proc` by default.
    #[must_use]
    pub fn procfs(mut self, root: impl Into<PathBuf>) -> Self {
        self.procfs = root.into();
        self
    }

    /// Finds what the proc file system says is mounted below `root`, `/` by default.
    #[must_use]
    pub fn rootfs(mut self, root: impl Into<PathBuf>) -> Self {
        self.rootfs = root.into();
        self
    }
}

impl Default for CgroupCollector {
    fn default() -> Self {
        Self::new()
    }
}

impl Collector for CgroupCollector {
    fn name(&self) -> &str {
        "cgroup"
    }

    fn describe(&self) -> Vec<Descriptor> {
        Fact::describe(&family::ALL)
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        Fact::offer(&linux::read(&self.procfs, &self.rootfs), out)
    }
}
