//! Pages of fixture trees. Each is hand-made after the format of the kernel it is named for.

use super::{page, page_of};
use nunchi::collector::ProcessCollector;
use nunchi::Registry;
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> ProcessCollector {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/proc");
    ProcessCollector::with_procfs(root.join(name))
}

/// The samples of a page, without HELP and TYPE.
fn samples(collector: ProcessCollector) -> String {
    let page = page_of(collector);
    page.split_inclusive('\n').filter(|line| !line.starts_with('#')).collect()
}

/// A directory that goes away with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("nunchi-{name}-{}", std::process::id()));
        fs::create_dir_all(root.join("self")).expect("a temporary directory");
        Self(root)
    }

    fn write(&self, path: &str, content: &[u8]) {
        fs::write(self.0.join(path), content).expect("a temporary file");
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
#[cfg(all(target_pointer_width = "64", target_endian = "little"))]
fn a26_the_page_of_a_small_server() {
    assert_eq!(
        page_of(fixture("5.15-x86_64")),
        "# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.\n\
         # TYPE process_cpu_seconds_total counter\n\
         process_cpu_seconds_total 1.73\n\
         # HELP process_max_fds Maximum number of open file descriptors.\n\
         # TYPE process_max_fds gauge\n\
         process_max_fds 1024\n\
         # HELP process_open_fds Number of open file descriptors.\n\
         # TYPE process_open_fds gauge\n\
         process_open_fds 11\n\
         # HELP process_resident_memory_bytes Resident memory size in bytes.\n\
         # TYPE process_resident_memory_bytes gauge\n\
         process_resident_memory_bytes 6291456\n\
         # HELP process_start_time_seconds Start time of the process since unix epoch in seconds.\n\
         # TYPE process_start_time_seconds gauge\n\
         process_start_time_seconds 1718031204.16\n\
         # HELP process_threads Number of OS threads in the process.\n\
         # TYPE process_threads gauge\n\
         process_threads 5\n\
         # HELP process_virtual_memory_bytes Virtual memory size in bytes.\n\
         # TYPE process_virtual_memory_bytes gauge\n\
         process_virtual_memory_bytes 146092032\n\
         # HELP process_virtual_memory_max_bytes Maximum amount of virtual memory available in bytes.\n\
         # TYPE process_virtual_memory_max_bytes gauge\n\
         process_virtual_memory_max_bytes 18446744073709551615\n"
    );
}

#[test]
fn without_auxv_the_page_size_comes_from_statm() {
    assert_eq!(
        samples(fixture("3.10-x86_64")),
        "process_cpu_seconds_total 49.93\n\
         process_max_fds 1024\n\
         process_open_fds 7\n\
         process_resident_memory_bytes 52809728\n\
         process_start_time_seconds 1602861583.14\n\
         process_threads 9\n\
         process_virtual_memory_bytes 1261641728\n\
         process_virtual_memory_max_bytes 2147483648\n"
    );
}

#[test]
#[cfg(all(target_pointer_width = "64", target_endian = "little"))]
fn large_pages_and_a_strange_name() {
    assert_eq!(
        samples(fixture("6.8-aarch64-64k")),
        "process_cpu_seconds_total 1086747.57\n\
         process_max_fds 1048576\n\
         process_open_fds 4\n\
         process_resident_memory_bytes 20317601792\n\
         process_start_time_seconds 1735689611.04\n\
         process_threads 132\n\
         process_virtual_memory_bytes 81604378624\n\
         process_virtual_memory_max_bytes 18446744073709551615\n"
    );
}

#[test]
fn what_a_sandbox_does_not_show_is_left_out() {
    assert_eq!(
        samples(fixture("sandbox")),
        "process_cpu_seconds_total 0.15\n\
         process_start_time_seconds 1718028360.48\n\
         process_threads 3\n\
         process_virtual_memory_bytes 73400320\n"
    );
}

#[test]
#[cfg(all(target_pointer_width = "64", target_endian = "little"))]
fn another_process_is_read_by_its_number() {
    assert_eq!(
        samples(fixture("5.15-x86_64").pid(840)),
        "process_cpu_seconds_total 0.09\n\
         process_max_fds 20000\n\
         process_open_fds 3\n\
         process_resident_memory_bytes 3567616\n\
         process_start_time_seconds 1718031361\n\
         process_threads 1\n\
         process_virtual_memory_bytes 9375744\n\
         process_virtual_memory_max_bytes 18446744073709551615\n"
    );
    assert_eq!(samples(fixture("5.15-x86_64").pid(841)), "");
}

#[test]
fn what_cannot_be_understood_is_left_out_and_the_rest_stays() {
    assert_eq!(samples(fixture("broken/empty")), "");
    assert_eq!(samples(fixture("broken/directories")), "");
    assert_eq!(samples(fixture("broken/noise")), "");
    assert_eq!(samples(fixture("broken/huge")), "process_threads 5\n");
    let cut = "process_cpu_seconds_total 1.73\nprocess_threads 5\n";
    assert_eq!(samples(fixture("broken/cut")), cut);
}

#[test]
fn a_file_without_permission_is_left_out() {
    use std::os::unix::fs::PermissionsExt;

    let scratch = Scratch::new("permission");
    scratch.write("self/limits", b"Max open files            7   7   files\n");
    let limits = scratch.0.join("self/limits");
    fs::set_permissions(&limits, fs::Permissions::from_mode(0o000)).expect("it is ours");
    if fs::File::open(&limits).is_err() {
        assert_eq!(samples(ProcessCollector::with_procfs(&scratch.0)), "");
    } // Else the tests run as a user whom no permission stops.
}

#[test]
fn setting_the_clock_does_not_look_like_a_restart() {
    let scratch = Scratch::new("clock");
    scratch.write("self/stat", b"1 (x) S 0 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 250 4096 1 \n");
    scratch.write("stat", b"btime 1000\n");
    let registry = Registry::new();
    registry.register(ProcessCollector::with_procfs(&scratch.0)).expect("it describes families");
    let first = page(&registry);
    assert!(first.contains("process_start_time_seconds 1002.5\n"), "{first}");
    scratch.write("stat", b"btime 1001\n");
    assert_eq!(page(&registry), first);
}

#[test]
fn what_was_missing_at_first_is_read_later() {
    let scratch = Scratch::new("later");
    scratch.write("self/stat", b"1 (x) S 0 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 250 32768 2 \n");
    let registry = Registry::new();
    registry.register(ProcessCollector::with_procfs(&scratch.0)).expect("it describes families");
    let first = page(&registry);
    assert!(!first.contains("resident") && !first.contains("start_time"), "{first}");
    scratch.write("self/statm", b"2 2 1 1 0 1 0\n");
    scratch.write("stat", b"btime 1000\n");
    let second = page(&registry);
    assert!(second.contains("process_resident_memory_bytes 32768\n"), "{second}");
    assert!(second.contains("process_start_time_seconds 1002.5\n"), "{second}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_content_makes_a_valid_page(
        files in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 5),
        fields in prop::collection::vec(any::<u64>(), 40),
    ) {
        let scratch = Scratch::new("any");
        for (path, content) in ["self/statm", "self/limits", "self/auxv", "stat"].iter().zip(&files) {
            scratch.write(path, content);
        }
        let numbers: String = fields.iter().map(|field| format!(" {field}")).collect();
        let stat = [b"1 (", files[4].as_slice(), b") S", numbers.as_bytes(), b"\n"].concat();
        scratch.write("self/stat", &stat);
        let samples = samples(ProcessCollector::with_procfs(&scratch.0));
        prop_assert!(samples.contains("process_threads "), "{}", samples);
        for sample in samples.lines() {
            let value = sample.split_once(' ').and_then(|(_, value)| value.parse::<f64>().ok());
            prop_assert!(value.is_some_and(|value| value.is_finite() && value >= 0.0), "{}", sample);
        }
    }
}
