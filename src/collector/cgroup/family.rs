//! The families, one constant each; its doc is the reference entry.

use crate::model::{Fact, MetricType};

const fn counter(name: &'static str, help: &'static str) -> Fact {
    Fact::new(MetricType::Counter, name, help)
}

const fn gauge(name: &'static str, help: &'static str) -> Fact {
    Fact::new(MetricType::Gauge, name, help)
}

pub(super) const LEN: usize = 17;

/// All of them, in the order in which they are described.
pub(super) static ALL: [&Fact; LEN] = [
    &CPU_USAGE_SECONDS_TOTAL,
    &CPU_LIMIT_CORES,
    &CPU_PERIODS_TOTAL,
    &CPU_THROTTLED_PERIODS_TOTAL,
    &CPU_THROTTLED_SECONDS_TOTAL,
    &MEMORY_USAGE_BYTES,
    &MEMORY_WORKING_SET_BYTES,
    &MEMORY_LIMIT_BYTES,
    &MEMORY_OOM_KILLS_TOTAL,
    &TASKS,
    &TASKS_LIMIT,
    &PRESSURE_CPU_WAITING_SECONDS_TOTAL,
    &PRESSURE_CPU_STALLED_SECONDS_TOTAL,
    &PRESSURE_IO_WAITING_SECONDS_TOTAL,
    &PRESSURE_IO_STALLED_SECONDS_TOTAL,
    &PRESSURE_MEMORY_WAITING_SECONDS_TOTAL,
    &PRESSURE_MEMORY_STALLED_SECONDS_TOTAL,
];

/// CPU time that the control group has used in seconds.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, seconds |
/// | Labels | none |
/// | Definition | all tasks, dead ones included |
/// | Source | v2 `cpu.stat` `usage_usec`; v1 `cpuacct.usage` |
/// | Absent | the controller is not mounted |
pub(super) static CPU_USAGE_SECONDS_TOTAL: Fact = counter(
    "cgroup_cpu_usage_seconds_total",
    "CPU time that the control group has used in seconds.",
);

/// Processors' worth of time that the control group may use.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, seconds a second |
/// | Labels | none |
/// | Definition | quota / period, the least on the way up |
/// | Source | v2 `cpu.max`; v1 `cpu.cfs_quota_us`, `cpu.cfs_period_us` |
/// | Absent | there is no limit |
pub(super) static CPU_LIMIT_CORES: Fact =
    gauge("cgroup_cpu_limit_cores", "Processors' worth of time that the control group may use.");

/// Periods in which the control group had a limit of CPU time and used some.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, periods |
/// | Labels | none |
/// | Definition | nr_periods |
/// | Source | `cpu.stat` |
/// | Absent | the controller is not mounted, or not for this group; without a limit it stays 0 |
pub(super) static CPU_PERIODS_TOTAL: Fact = counter(
    "cgroup_cpu_periods_total",
    "Periods in which the control group had a limit of CPU time and used some.",
);

/// Periods in which the control group hit its limit of CPU time.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, periods |
/// | Labels | none |
/// | Definition | nr_throttled |
/// | Source | `cpu.stat` |
/// | Absent | as `cgroup_cpu_periods_total` |
pub(super) static CPU_THROTTLED_PERIODS_TOTAL: Fact = counter(
    "cgroup_cpu_throttled_periods_total",
    "Periods in which the control group hit its limit of CPU time.",
);

/// Time for which tasks of the control group were held at its limit in seconds.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, seconds |
/// | Labels | none |
/// | Definition | throttled_usec, throttled_time |
/// | Source | `cpu.stat` |
/// | Absent | as `cgroup_cpu_periods_total` |
pub(super) static CPU_THROTTLED_SECONDS_TOTAL: Fact = counter(
    "cgroup_cpu_throttled_seconds_total",
    "Time for which tasks of the control group were held at its limit in seconds.",
);

/// Memory that the control group uses in bytes.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, bytes |
/// | Labels | none |
/// | Definition | the page cache included |
/// | Source | v2 `memory.current`; v1 `memory.usage_in_bytes` |
/// | Absent | the controller is not mounted, or the group is the root of v2 |
pub(super) static MEMORY_USAGE_BYTES: Fact =
    gauge("cgroup_memory_usage_bytes", "Memory that the control group uses in bytes.");

/// Memory of the control group that is not easily given back in bytes.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, bytes |
/// | Labels | none |
/// | Definition | usage less inactive file pages, as cAdvisor reckons |
/// | Source | v2 `memory.stat` `inactive_file`; v1 `total_inactive_file` |
/// | Absent | as `cgroup_memory_usage_bytes` |
pub(super) static MEMORY_WORKING_SET_BYTES: Fact = gauge(
    "cgroup_memory_working_set_bytes",
    "Memory of the control group that is not easily given back in bytes.",
);

/// Memory that the control group may use in bytes.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, bytes |
/// | Labels | none |
/// | Definition | the least on the way up |
/// | Source | v2 `memory.max`; v1 `memory.stat` `hierarchical_memory_limit` |
/// | Absent | there is no limit |
pub(super) static MEMORY_LIMIT_BYTES: Fact =
    gauge("cgroup_memory_limit_bytes", "Memory that the control group may use in bytes.");

/// Processes of the control group that were killed for want of memory.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, processes |
/// | Labels | none |
/// | Definition | oom_kill |
/// | Source | v2 `memory.events`; v1 `memory.oom_control` |
/// | Absent | the kernel does not count it, or as `cgroup_memory_usage_bytes` |
pub(super) static MEMORY_OOM_KILLS_TOTAL: Fact = counter(
    "cgroup_memory_oom_kills_total",
    "Processes of the control group that were killed for want of memory.",
);

/// Threads in the control group.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, threads |
/// | Labels | none |
/// | Definition | processes and threads alike |
/// | Source | `pids.current` |
/// | Absent | the controller is not mounted, or the group is the root of v2 |
pub(super) static TASKS: Fact = gauge("cgroup_tasks", "Threads in the control group.");

/// Threads that may be in the control group.
///
/// | | |
/// |---|---|
/// | Type, unit | gauge, threads |
/// | Labels | none |
/// | Definition | the least on the way up |
/// | Source | `pids.max` |
/// | Absent | there is no limit |
pub(super) static TASKS_LIMIT: Fact =
    gauge("cgroup_tasks_limit", "Threads that may be in the control group.");

/// Time for which some tasks of the control group waited for CPU time in seconds.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, seconds |
/// | Labels | none |
/// | Definition | `some` `total` |
/// | Source | v2 `cpu.pressure` |
/// | Absent | v1, or the kernel does not account for pressure (PSI) |
pub(super) static PRESSURE_CPU_WAITING_SECONDS_TOTAL: Fact = counter(
    "cgroup_pressure_cpu_waiting_seconds_total",
    "Time for which some tasks of the control group waited for CPU time in seconds.",
);

/// Time for which all tasks of the control group waited for CPU time in seconds.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, seconds |
/// | Labels | none |
/// | Definition | `full` `total` |
/// | Source | v2 `cpu.pressure` |
/// | Absent | v1, or the kernel does not account for pressure (PSI) |
pub(super) static PRESSURE_CPU_STALLED_SECONDS_TOTAL: Fact = counter(
    "cgroup_pressure_cpu_stalled_seconds_total",
    "Time for which all tasks of the control group waited for CPU time in seconds.",
);

/// Time for which some tasks of the control group waited for I/O in seconds.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, seconds |
/// | Labels | none |
/// | Definition | `some` `total` |
/// | Source | v2 `io.pressure` |
/// | Absent | v1, or the kernel does not account for pressure (PSI) |
pub(super) static PRESSURE_IO_WAITING_SECONDS_TOTAL: Fact = counter(
    "cgroup_pressure_io_waiting_seconds_total",
    "Time for which some tasks of the control group waited for I/O in seconds.",
);

/// Time for which all tasks of the control group waited for I/O in seconds.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, seconds |
/// | Labels | none |
/// | Definition | `full` `total` |
/// | Source | v2 `io.pressure` |
/// | Absent | v1, or the kernel does not account for pressure (PSI) |
pub(super) static PRESSURE_IO_STALLED_SECONDS_TOTAL: Fact = counter(
    "cgroup_pressure_io_stalled_seconds_total",
    "Time for which all tasks of the control group waited for I/O in seconds.",
);

/// Time for which some tasks of the control group waited for memory in seconds.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, seconds |
/// | Labels | none |
/// | Definition | `some` `total` |
/// | Source | v2 `memory.pressure` |
/// | Absent | v1, or the kernel does not account for pressure (PSI) |
pub(super) static PRESSURE_MEMORY_WAITING_SECONDS_TOTAL: Fact = counter(
    "cgroup_pressure_memory_waiting_seconds_total",
    "Time for which some tasks of the control group waited for memory in seconds.",
);

/// Time for which all tasks of the control group waited for memory in seconds.
///
/// | | |
/// |---|---|
/// | Type, unit | counter, seconds |
/// | Labels | none |
/// | Definition | `full` `total` |
/// | Source | v2 `memory.pressure` |
/// | Absent | v1, or the kernel does not account for pressure (PSI) |
pub(super) static PRESSURE_MEMORY_STALLED_SECONDS_TOTAL: Fact = counter(
    "cgroup_pressure_memory_stalled_seconds_total",
    "Time for which all tasks of the control group waited for memory in seconds.",
);
