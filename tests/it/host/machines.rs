//! Pages of fixture trees. Each is made by hand after the files of such a machine.

use super::registry_of;
use crate::support::{page, parsed};
use nunchi::collector::HostCollector;
use nunchi::Registry;
use std::path::{Path, PathBuf};
use std::{env, fs};

pub(super) fn tree(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/host").join(name)
}

pub(super) fn collector_of(tree: &Path) -> HostCollector {
    HostCollector::new().procfs(tree.join("proc")).sysfs(tree.join("sys")).rootfs(tree.join("root"))
}

/// The lines of the page that depend on the fixture alone.
pub(super) fn lines_of(registry: &Registry) -> Vec<String> {
    const OF_THIS_MACHINE: [&str; 4] = [
        "node_uname_info",
        "node_time_seconds",
        "node_scrape_collector_duration",
        "node_filesystem_",
    ];
    let of_fixture = |line: &&str| {
        let is_told = line.starts_with("node_filesystem_device_error")
            || line.starts_with("node_filesystem_readonly");
        !line.starts_with('#')
            && (is_told || !OF_THIS_MACHINE.iter().any(|name| line.starts_with(name)))
    };
    page(registry).lines().filter(of_fixture).map(str::to_owned).collect()
}

fn is_as_recorded(name: &str) {
    let told = lines_of(&registry_of(collector_of(&tree(name)))).join("\n") + "\n";
    let file = tree(name).join("page.txt");
    if env::var_os("UPDATE").is_some() {
        fs::write(&file, &told).expect("the fixture is writable");
    }
    let expected = fs::read_to_string(&file).expect("the page of the fixture");
    let differs = told.lines().zip(expected.lines()).find(|(told, expected)| told != expected);
    assert_eq!(differs, None, "of {name}; UPDATE=1 accepts what is told");
    assert_eq!(told.lines().count(), expected.lines().count());
}

#[test]
#[cfg(all(target_pointer_width = "64", target_endian = "little"))] // Its `auxv` is.
fn a_server_of_16_processors() {
    is_as_recorded("server-6.8");
}

#[test]
fn an_old_machine_tells_less() {
    is_as_recorded("old-3.10");
}

#[test]
fn a_sandbox_tells_little() {
    is_as_recorded("sandbox");
}

type Labels = &'static [(&'static str, &'static str)];

/// What dashboards calculate with, said here once more by hand.
#[test]
fn units_are_those_of_the_page() {
    let page = parsed(&registry_of(collector_of(&tree("server-6.8"))));
    let cases: [(&str, Labels, &str); 16] = [
        ("node_cpu_seconds_total", &[("cpu", "0"), ("mode", "idle")], "88109.42"),
        ("node_cpu_seconds_total", &[("cpu", "15"), ("mode", "user")], "5108.01"),
        ("node_cpu_guest_seconds_total", &[("cpu", "2"), ("mode", "user")], "0.42"),
        ("node_memory_MemAvailable_bytes", &[], "42949672960"),
        ("node_memory_HugePages_Free", &[], "9"),
        ("node_memory_Active_anon_bytes", &[], "8589934592"),
        ("node_disk_read_bytes_total", &[("device", "sda")], "73569874944"),
        ("node_disk_io_time_weighted_seconds_total", &[("device", "sda")], "12857.299"),
        ("node_network_receive_bytes_total", &[("device", "bond0")], "18446744073709551615"),
        ("node_network_speed_bytes", &[("device", "eth0")], "1250000000"),
        ("node_pressure_cpu_waiting_seconds_total", &[], "12621.440072"),
        ("node_pressure_irq_stalled_seconds_total", &[], "2.5"),
        ("node_cpu_scaling_frequency_hertz", &[("cpu", "1")], "1800001000"),
        ("node_boot_time_seconds", &[], "1718028360"),
        ("node_filefd_maximum", &[], "9223372036854775807"),
        ("node_netstat_Tcp_CurrEstab", &[], "5"),
    ];
    for (name, labels, expected) in cases {
        assert_eq!(page.value(name, labels), Some(expected), "{name}{labels:?}");
    }
    let absent: [(&str, Labels); 4] = [
        ("node_network_speed_bytes", &[("device", "bond0")]),
        ("node_network_carrier", &[("device", "bond0")]),
        ("node_disk_io_now", &[("device", "sda1")]),
        ("node_netstat_Tcp_MaxConn", &[]),
    ];
    for (name, labels) in absent {
        assert_eq!(page.value(name, labels), None, "{name}{labels:?}");
    }
}

#[test]
fn every_query_of_the_top_rows_has_what_it_asks_for() {
    let page = parsed(&registry_of(collector_of(&tree("server-6.8"))));
    let names = "node_uname_info node_cpu_seconds_total node_load1 node_memory_MemTotal_bytes \
        node_memory_MemAvailable_bytes node_memory_MemFree_bytes node_memory_Cached_bytes \
        node_memory_Buffers_bytes node_memory_SReclaimable_bytes node_memory_SwapTotal_bytes \
        node_memory_SwapFree_bytes node_network_receive_bytes_total \
        node_network_transmit_bytes_total node_time_seconds node_boot_time_seconds \
        node_pressure_cpu_waiting_seconds_total node_pressure_memory_waiting_seconds_total \
        node_pressure_io_waiting_seconds_total node_pressure_irq_stalled_seconds_total \
        node_load5 node_load15 node_disk_read_bytes_total node_disk_written_bytes_total \
        node_disk_reads_completed_total node_disk_writes_completed_total \
        node_disk_read_time_seconds_total node_disk_write_time_seconds_total \
        node_disk_io_time_seconds_total node_disk_io_time_weighted_seconds_total \
        node_disk_io_now node_filefd_allocated node_filefd_maximum node_context_switches_total \
        node_network_info node_netstat_Tcp_CurrEstab node_sockstat_TCP_tw \
        node_filesystem_size_bytes node_filesystem_avail_bytes node_filesystem_free_bytes \
        node_filesystem_files node_filesystem_files_free";
    for name in names.split_whitespace() {
        assert!(page.family(name).is_some_and(|family| !family.samples.is_empty()), "{name}");
    }
    // What is mounted at `/` is found below the root of the fixture.
    let root = [("device", "/dev/sda1"), ("mountpoint", "/"), ("fstype", "ext4")];
    assert!(page.value("node_filesystem_size_bytes", &root).is_some());
}
