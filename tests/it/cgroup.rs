//! `nunchi::collector::CgroupCollector`: groups of both versions as a container or a service sees them,
//! broken ones, and that of this process.

use crate::support::parsed;
use nunchi::collector::CgroupCollector;
use nunchi::Registry;
use std::fs;
use std::path::PathBuf;

/// A machine whose files these are. It goes away with the test.
struct Machine(PathBuf, Registry);

impl Machine {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let root =
            std::env::temp_dir().join(format!("nunchi-cgroup-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        let collector = CgroupCollector::new().procfs(root.join("proc")).rootfs(&root);
        let registry = Registry::new();
        registry.register(collector).expect("the families are valid");
        let this = Self(root, registry);
        files.iter().for_each(|(path, content)| this.write(path, content));
        this
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a temporary directory");
        fs::write(path, content).expect("a temporary file");
    }

    fn samples(&self) -> Vec<String> {
        let page = parsed(&self.1);
        let samples = page.families.iter().flat_map(|family| &family.samples);
        samples.map(|sample| format!("{} {}", sample.name, sample.value)).collect()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const PRESSURE: &str = "some avg10=0.00 avg60=0.00 avg300=0.00 total=2500000\n\
    full avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\n";

/// A pod, whose limit of memory is that of the group above it.
const UNIFIED: &[(&str, &str)] = &[
    ("proc/self/cgroup", "0::/pod/app\n"),
    ("proc/self/mountinfo", "29 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"),
    ("sys/fs/cgroup/pod/memory.max", "536870912\n"),
    ("sys/fs/cgroup/pod/cpu.max", "200000 100000\n"),
    ("sys/fs/cgroup/pod/app/memory.max", "max\n"),
    ("sys/fs/cgroup/pod/app/memory.current", "268435456\n"),
    ("sys/fs/cgroup/pod/app/memory.stat", "anon 1\ninactive_file 67108864\n"),
    ("sys/fs/cgroup/pod/app/memory.events", "low 0\nmax 7\noom 3\noom_kill 2\n"),
    ("sys/fs/cgroup/pod/app/cpu.max", "50000 100000\n"),
    (
        "sys/fs/cgroup/pod/app/cpu.stat",
        "usage_usec 12500000\nuser_usec 1\nnr_periods 100\nnr_throttled 9\nthrottled_usec 750000\n",
    ),
    ("sys/fs/cgroup/pod/app/pids.current", "17\n"),
    ("sys/fs/cgroup/pod/app/pids.max", "max\n"),
    ("sys/fs/cgroup/pod/app/memory.pressure", PRESSURE),
];

const OF_UNIFIED: &[&str] = &[
    "cgroup_cpu_limit_cores 0.5",
    "cgroup_cpu_periods_total 100",
    "cgroup_cpu_throttled_periods_total 9",
    "cgroup_cpu_throttled_seconds_total 0.75",
    "cgroup_cpu_usage_seconds_total 12.5",
    "cgroup_memory_limit_bytes 536870912",
    "cgroup_memory_oom_kills_total 2",
    "cgroup_memory_usage_bytes 268435456",
    "cgroup_memory_working_set_bytes 201326592",
    "cgroup_pressure_memory_stalled_seconds_total 1.5",
    "cgroup_pressure_memory_waiting_seconds_total 2.5",
    "cgroup_tasks 17",
];

#[test]
fn a_group_of_version_2() {
    assert_eq!(Machine::new("v2", UNIFIED).samples(), OF_UNIFIED);
}

#[test]
fn groups_of_version_1() {
    let machine = Machine::new(
        "v1",
        &[
            ("proc/self/cgroup", "9:pids:/a\n4:memory:/a\n3:cpu,cpuacct:/a\n1:name=systemd:/a\n"),
            (
                "proc/self/mountinfo",
                "30 23 0:27 /a /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
                 31 23 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n\
                 33 23 0:30 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n",
            ),
            ("sys/fs/cgroup/memory/memory.usage_in_bytes", "268435456\n"),
            (
                "sys/fs/cgroup/memory/memory.stat",
                "cache 5\ninactive_file 1\nhierarchical_memory_limit 9223372036854771712\n\
                 total_inactive_file 67108864\n",
            ),
            (
                "sys/fs/cgroup/memory/memory.oom_control",
                "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n",
            ),
            ("sys/fs/cgroup/cpu,cpuacct/a/cpuacct.usage", "12500000000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "-1\n"),
            ("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "150000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
            (
                "sys/fs/cgroup/cpu,cpuacct/a/cpu.stat",
                "nr_periods 0\nnr_throttled 0\nthrottled_time 250000000\n",
            ),
            ("sys/fs/cgroup/pids/a/pids.current", "3\n"),
            ("sys/fs/cgroup/pids/a/pids.max", "1024\n"),
        ],
    );
    assert_eq!(
        machine.samples(),
        [
            "cgroup_cpu_limit_cores 1.5",
            "cgroup_cpu_periods_total 0",
            "cgroup_cpu_throttled_periods_total 0",
            "cgroup_cpu_throttled_seconds_total 0.25",
            "cgroup_cpu_usage_seconds_total 12.5",
            "cgroup_memory_oom_kills_total 4",
            "cgroup_memory_usage_bytes 268435456",
            "cgroup_memory_working_set_bytes 201326592",
            "cgroup_tasks 3",
            "cgroup_tasks_limit 1024",
        ]
    );
}

#[test]
fn files_that_are_cut_short_or_missing_cost_what_they_would_have_said() {
    let machine = Machine::new("cut", UNIFIED);
    for (path, content) in UNIFIED {
        for end in 0..content.len() {
            machine.write(path, &content[..end]);
            for sample in machine.samples() {
                // Without its own limit the group has that of the one above.
                let is_known =
                    OF_UNIFIED.contains(&&*sample) || sample == "cgroup_cpu_limit_cores 2";
                assert!(is_known, "{path} up to {end}: {sample}");
            }
        }
        fs::remove_file(machine.0.join(path)).expect("a file");
        for sample in machine.samples() {
            // A group without a limit of its own has that of the one above.
            let is_known = OF_UNIFIED.contains(&&*sample) || sample == "cgroup_cpu_limit_cores 2";
            assert!(is_known, "without {path}: {sample}");
        }
        machine.write(path, content);
    }
    assert_eq!(machine.samples(), OF_UNIFIED);
}

#[test]
fn the_group_of_this_process_is_read_or_left_out() {
    let registry = Registry::new();
    registry.register(CgroupCollector::new()).expect("the families are valid");
    for family in parsed(&registry).families {
        for sample in family.samples {
            let value = sample.float();
            assert!((0.0..1e18).contains(&value), "{} {value}", sample.name);
        }
    }
}
