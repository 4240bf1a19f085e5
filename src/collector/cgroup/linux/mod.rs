//! The files of a control group. Each controller is of one version: v1 where it is mounted by
//! itself, else v2.

mod group;
mod place;

use super::family as f;
use crate::collector::kernel::text::Text;
use crate::model::{Fact, Number};
use group::{cores, cpu_max, max, quota, Group, Limit};
use place::Places;
use std::path::Path;

type Reading = [(&'static Fact, Option<Number>); f::LEN];

/// From here on v1 means no limit: half of what its counter of pages can hold.
const NO_LIMIT: u64 = 1 << 62;

/// Reads what can be read.
pub(super) fn read(procfs: &Path, rootfs: &Path) -> Reading {
    let own = procfs.join("self");
    let (mut groups, mut mounts) = (Text::default(), Text::default());
    let groups = groups.read(&own.join("cgroup")).unwrap_or_default();
    let mounts = mounts.read(&own.join("mountinfo")).unwrap_or_default();
    let places = Places { groups, mounts, rootfs };

    let group = |controller| Group::new(places.of(controller));
    let mut unified = group("");
    let cpu = match (places.of("cpu"), places.of("cpuacct")) {
        (None, None) => Cpu::unified(&mut unified),
        (cpu, accounting) => Cpu::separate(&mut Group::new(cpu), &mut Group::new(accounting)),
    };
    let memory = match places.of("memory") {
        None => Memory::unified(&mut unified),
        place => Memory::separate(&mut Group::new(place)),
    };
    let mut pids = match places.of("pids") {
        None => group(""),
        place => Group::new(place),
    };

    let whole = |value: Option<u64>| value.map(Number::U64);
    let float = |value: Option<f64>| value.map(Number::F64);
    let mut pressure = |name, tasks| float(unified.pressure(name, tasks));
    [
        (&f::CPU_USAGE_SECONDS_TOTAL, float(cpu.usage)),
        (&f::CPU_LIMIT_CORES, float(cpu.limit)),
        (&f::CPU_PERIODS_TOTAL, whole(cpu.periods)),
        (&f::CPU_THROTTLED_PERIODS_TOTAL, whole(cpu.throttled_periods)),
        (&f::CPU_THROTTLED_SECONDS_TOTAL, float(cpu.throttled)),
        (&f::MEMORY_USAGE_BYTES, whole(memory.usage)),
        (&f::MEMORY_WORKING_SET_BYTES, whole(memory.working_set())),
        (&f::MEMORY_LIMIT_BYTES, whole(memory.limit)),
        (&f::MEMORY_OOM_KILLS_TOTAL, whole(memory.oom_kills)),
        (&f::TASKS, whole(pids.number("pids.current"))),
        (&f::TASKS_LIMIT, whole(pids.least(|group| group.limit("pids.max", max)))),
        (&f::PRESSURE_CPU_WAITING_SECONDS_TOTAL, pressure("cpu.pressure", "some ")),
        (&f::PRESSURE_CPU_STALLED_SECONDS_TOTAL, pressure("cpu.pressure", "full ")),
        (&f::PRESSURE_IO_WAITING_SECONDS_TOTAL, pressure("io.pressure", "some ")),
        (&f::PRESSURE_IO_STALLED_SECONDS_TOTAL, pressure("io.pressure", "full ")),
        (&f::PRESSURE_MEMORY_WAITING_SECONDS_TOTAL, pressure("memory.pressure", "some ")),
        (&f::PRESSURE_MEMORY_STALLED_SECONDS_TOTAL, pressure("memory.pressure", "full ")),
    ]
}

/// In the units of the page.
struct Cpu {
    usage: Option<f64>,
    limit: Option<f64>,
    periods: Option<u64>,
    throttled_periods: Option<u64>,
    throttled: Option<f64>,
}

impl Cpu {
    fn unified(group: &mut Group) -> Self {
        let seconds = |microseconds: u64| microseconds as f64 / 1e6;
        Self {
            usage: group.line("cpu.stat", "usage_usec ").map(seconds),
            limit: group.least(|group| group.limit("cpu.max", cpu_max)),
            periods: group.line("cpu.stat", "nr_periods "),
            throttled_periods: group.line("cpu.stat", "nr_throttled "),
            throttled: group.line("cpu.stat", "throttled_usec ").map(seconds),
        }
    }

    fn separate(cpu: &mut Group, accounting: &mut Group) -> Self {
        let seconds = |nanoseconds: u64| nanoseconds as f64 / 1e9;
        Self {
            usage: accounting.number("cpuacct.usage").map(seconds),
            limit: cpu.least(|group| match group.limit("cpu.cfs_quota_us", quota)? {
                Limit::Unlimited => Some(Limit::Unlimited),
                Limit::At(quota) => cores(quota, group.number("cpu.cfs_period_us")?).map(Limit::At),
            }),
            periods: cpu.line("cpu.stat", "nr_periods "),
            throttled_periods: cpu.line("cpu.stat", "nr_throttled "),
            throttled: cpu.line("cpu.stat", "throttled_time ").map(seconds),
        }
    }
}

/// Bytes.
struct Memory {
    usage: Option<u64>,
    inactive_file: Option<u64>,
    limit: Option<u64>,
    oom_kills: Option<u64>,
}

impl Memory {
    fn unified(group: &mut Group) -> Self {
        Self {
            usage: group.number("memory.current"),
            inactive_file: group.line("memory.stat", "inactive_file "),
            limit: group.least(|group| group.limit("memory.max", max)),
            oom_kills: group.line("memory.events", "oom_kill "),
        }
    }

    fn separate(group: &mut Group) -> Self {
        let limit = group.line("memory.stat", "hierarchical_memory_limit ");
        Self {
            usage: group.number("memory.usage_in_bytes"),
            inactive_file: group.line("memory.stat", "total_inactive_file "),
            limit: limit.filter(|&limit| limit < NO_LIMIT),
            oom_kills: group.line("memory.oom_control", "oom_kill "),
        }
    }

    fn working_set(&self) -> Option<u64> {
        Some(self.usage?.saturating_sub(self.inactive_file?))
    }
}

#[cfg(test)]
mod tests;
