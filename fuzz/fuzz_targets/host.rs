//! Any bytes as one of the files of a machine: the page is valid, the rest of the machine is on it, and
//! no value is one that a machine cannot have.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nunchi::collector::HostCollector;
use nunchi::{testing, Registry};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

/// What the first byte of an input chooses from.
const FILES: [&str; 20] = [
    "proc/stat",
    "proc/loadavg",
    "proc/meminfo",
    "proc/vmstat",
    "proc/diskstats",
    "proc/pressure/io",
    "proc/sys/fs/file-nr",
    "proc/self/auxv",
    "proc/1/mountinfo",
    "proc/1/net/dev",
    "proc/1/net/snmp",
    "proc/1/net/netstat",
    "proc/1/net/snmp6",
    "proc/1/net/sockstat",
    "root/etc/os-release",
    "sys/class/net/eth0/flags",
    "sys/class/net/eth0/speed",
    "sys/class/net/eth0/ifalias",
    "sys/class/net/eth0/operstate",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq",
];

struct Machine {
    tree: PathBuf,
    /// What the files hold as long as no input says otherwise.
    contents: Vec<Vec<u8>>,
    registry: Registry,
}

static MACHINE: OnceLock<Machine> = OnceLock::new();

fuzz_target!(|input: &[u8]| {
    let Some((choice, bytes)) = input.split_first() else { return };
    let machine = MACHINE.get_or_init(Machine::new);
    let choice = usize::from(*choice) % FILES.len();
    let file = machine.tree.join(FILES[choice]);
    fs::write(&file, bytes).expect("a temporary file");
    let page = testing::page(&machine.registry);
    fs::write(&file, &machine.contents[choice]).expect("a temporary file");

    // Neither the collector nor another subject has failed.
    let read = page.family("node_scrape_collector_success").expect("how the reading went");
    let unread = read.samples().iter().filter(|sample| sample.value() == 0.0).count();
    assert!(read.samples().len() == 17 && unread <= 2, "{read:?}");
    for sample in page.families().iter().flat_map(testing::Family::samples) {
        let value = sample.value();
        assert!(value.is_finite() && value >= 0.0, "{sample}");
    }
});

impl Machine {
    fn new() -> Self {
        let tree = std::env::temp_dir().join(format!("nunchi-fuzz-host-{}", std::process::id()));
        let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/host/server-6.8");
        copy(Path::new(fixture), &tree);
        // Two processors are enough to find what there is.
        let stat = tree.join("proc/stat");
        let lines = fs::read_to_string(&stat).expect("a file of the fixture");
        let is_first = |line: &&str| {
            line.starts_with("cpu0") || line.starts_with("cpu1 ") || !line.starts_with("cpu")
        };
        fs::write(&stat, lines.split_inclusive('\n').filter(is_first).collect::<String>())
            .expect("writable");
        let contents = FILES.map(|file| fs::read(tree.join(file)).expect("a file of the fixture"));
        let collector = HostCollector::new()
            .procfs(tree.join("proc"))
            .sysfs(tree.join("sys"))
            .rootfs(tree.join("root"))
            .mount_timeout(Duration::from_secs(1));
        let registry = Registry::new();
        registry.register(collector).expect("valid families");
        Self { tree, contents: contents.into(), registry }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a temporary directory");
    for entry in fs::read_dir(from).expect("a directory").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("a copy");
        }
    }
}
