//! The same machine as told by node_exporter, in the same second.
//!
//! Without it the test says so and passes, unless `CI_REQUIRE_PROMETHEUS` is 1.

use super::registry_of;
use crate::parser::{parse, Family, Page};
use crate::support::page;
use nunchi::collector::HostCollector;
use nunchi::Registry;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

/// The defaults of node_exporter 1.9; Debian's 1.5 has others.
const FLAGS: [&str; 4] = [
    r"--collector.diskstats.device-exclude=^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$",
    "--collector.filesystem.mount-points-exclude=\
     ^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)",
    "--collector.netdev.device-exclude=^$",
    "--collector.netstat.fields=^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)\
     |Icmp6?_(InMsgs|OutMsgs)|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue\
     |TCPRcvQDrop)|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)\
     |Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$",
];

/// Families that only node_exporter has, by how their names begin, and why.
const ONLY_THEIRS: &[(&str, &str)] = &[
    ("go_", "its own runtime"),
    ("process_", "its own process; ours is the process collector's"),
    ("promhttp_", "its own endpoint"),
    ("node_exporter_build_info", "its own build"),
    ("node_arp_", "a collector that no dashboard row of ours asks for"),
    ("node_bonding_", "likewise"),
    ("node_cooling_device_", "likewise"),
    ("node_disk_info", "needs the database of udev"),
    ("node_disk_filesystem_info", "likewise"),
    ("node_disk_device_mapper_info", "likewise"),
    ("node_dmi_info", "a collector that no dashboard row of ours asks for"),
    ("node_edac_", "likewise"),
    ("node_entropy_", "likewise"),
    ("node_hwmon_", "likewise"),
    ("node_md_", "likewise"),
    ("node_cpu_core_throttles_total", "likewise"),
    ("node_cpu_package_throttles_total", "likewise"),
    ("node_cpu_frequency_", "the limits of the hardware: a slow file on some machines"),
    ("node_network_address_assign_type", "a file for each interface that no dashboard asks for"),
    ("node_network_carrier_down_changes_total", "likewise"),
    ("node_network_carrier_up_changes_total", "likewise"),
    ("node_network_device_id", "likewise"),
    ("node_network_dormant", "likewise"),
    ("node_network_iface_", "likewise"),
    ("node_network_name_assign_type", "likewise"),
    ("node_network_net_dev_group", "likewise"),
    ("node_network_protocol_type", "likewise"),
    ("node_network_speed_bytes", "-125000 where no interface has a speed; ours is absent"),
    ("node_nf_conntrack_", "a collector that no dashboard row of ours asks for"),
    ("node_nvme_", "likewise"),
    ("node_power_supply_", "likewise"),
    ("node_rapl_", "likewise"),
    ("node_schedstat_", "likewise"),
    ("node_selinux_", "likewise"),
    ("node_softnet_", "likewise"),
    ("node_textfile_", "likewise"),
    ("node_thermal_zone_temp", "likewise"),
    ("node_time_clocksource_", "likewise"),
    ("node_time_zone_offset_seconds", "the zone of a process, not of the machine"),
    ("node_timex_", "needs a system call that is not wrapped safely"),
    ("node_udp_queues", "a collector that no dashboard row of ours asks for"),
    ("node_xfs_", "likewise"),
    ("node_zfs_", "likewise"),
];

/// Families that only we have, and why.
const ONLY_OURS: &[(&str, &str)] =
    &[("node_pressure_irq_stalled_seconds_total", "node_exporter has it from 1.9 on")];

/// Samples that are in one page alone although the family is in both, and why.
fn is_different(name: &str, sample: &Sample) -> bool {
    match name {
        // Theirs -125000 for an interface that has no speed: -1 Mbit/s. Ours is absent.
        "node_network_speed_bytes" => sample.1 < 0.0,
        // The parts into which each divides its work.
        "node_scrape_collector_success" | "node_scrape_collector_duration_seconds" => true,
        _ => false,
    }
}

/// Labels that node_exporter 1.5 does not have yet.
const NEW_LABELS: &[&str] = &["adminstate"];

type Sample = (BTreeMap<String, String>, f64);

/// How far a gauge may be from what we told before or after.
fn tolerance(name: &str, value: f64) -> f64 {
    let is_fixed = ["_size_bytes", "_files", "Total_bytes", "_mtu_bytes", "boot_time_seconds"]
        .iter()
        .any(|end| name.ends_with(end));
    match name {
        _ if is_fixed => 0.0,
        "node_cpu_seconds_total" => 0.5, // The kernel's counters of idle time go back a little at times.
        "node_time_seconds" => 2.0,
        "node_procs_running" | "node_procs_blocked" => 64.0,
        "node_disk_io_now" => 1024.0,
        "node_filefd_allocated" => 4096.0,
        "node_filesystem_files_free" => 100_000.0,
        name if name.starts_with("node_sockstat") => 512.0 + value / 4.0,
        name if name.starts_with("node_memory") => f64::from(512 << 20) + value / 4.0,
        name if name.starts_with("node_filesystem") => f64::from(1 << 30),
        "node_netstat_Tcp_CurrEstab" => 512.0,
        name if name.starts_with("node_load") => 1.0 + value / 4.0,
        _ => value * 1e-12, // Milliseconds are a thousandth of a second, or a second times 0.001.
    }
}

#[test]
fn node_exporter_tells_the_same() {
    let Some(program) = installed() else {
        let is_required = env::var("CI_REQUIRE_PROMETHEUS").is_ok_and(|value| value == "1");
        assert!(!is_required, "no node_exporter found");
        say("SKIP node_exporter_tells_the_same: no node_exporter found");
        return;
    };
    let exporter = Exporter::start(&program);
    let registry = registry_of(HostCollector::new());
    exporter.page();
    // A machine that is busy with other tests may change more than is tolerated, once or twice.
    let mut faults = Vec::new();
    for _ in 0..5 {
        faults.clear();
        let (families, series) = compare_pages(&exporter, &registry, &mut faults);
        if faults.is_empty() {
            assert!(families > 150 && series > 250, "only {families} families, {series} series");
            say(&format!("node_exporter tells the same of {families} families, {series} series"));
            return;
        }
    }
    panic!("{}", faults.join("\n"));
}

/// How many families and series are in both pages.
fn compare_pages(
    exporter: &Exporter,
    registry: &Registry,
    faults: &mut Vec<String>,
) -> (usize, usize) {
    let read = |text: &str| parse(text.as_bytes()).unwrap_or_else(|why| panic!("{why}"));
    let before = read(&page(registry));
    let theirs = read(&exporter.page());
    let after = read(&page(registry));

    let names = |page: &Page| -> BTreeSet<String> {
        page.families.iter().map(|family| family.name.clone()).collect()
    };
    let (of_ours, of_theirs) = (names(&after), names(&theirs));
    for (whose, only, list) in [
        ("theirs", of_theirs.difference(&of_ours), ONLY_THEIRS),
        ("ours", of_ours.difference(&of_theirs), ONLY_OURS),
    ] {
        let unlisted = only.filter(|name| !list.iter().any(|(begin, _)| name.starts_with(begin)));
        faults.extend(unlisted.map(|name| format!("{name}: only {whose}")));
    }
    let (mut families, mut series) = (0, 0);
    for theirs in &theirs.families {
        let [Some(before), Some(after)] = [&before, &after].map(|page| family(page, &theirs.name))
        else {
            continue;
        };
        families += 1;
        series += compare(theirs, before, after, faults);
    }
    (families, series)
}

fn family<'p>(page: &'p Page, name: &str) -> Option<&'p Family> {
    page.families.iter().find(|family| family.name == name)
}

/// How many series are in both.
fn compare(theirs: &Family, before: &Family, after: &Family, faults: &mut Vec<String>) -> usize {
    let name = &theirs.name;
    if (&theirs.kind, &theirs.help) != (&after.kind, &after.help) {
        faults.push(format!("{name}: {} {:?}", theirs.kind, theirs.help));
        faults.push(format!("    not {} {:?}", after.kind, after.help));
    }
    let [theirs, before, after] = [theirs, before, after].map(samples);
    let mut both = 0;
    for (labels, value) in &theirs {
        let [Some(low), Some(high)] = [before.get(labels), after.get(labels)] else {
            if !is_different(name, &(labels.clone(), *value)) {
                faults.push(format!("{name}{labels:?}: only theirs"));
            }
            continue;
        };
        if name == "node_scrape_collector_duration_seconds" {
            continue;
        }
        both += 1;
        let (low, high) = (low.min(*high), low.max(*high));
        let slack = tolerance(name, *value);
        if !(low - slack..=high + slack).contains(value) {
            faults.push(format!("{name}{labels:?}: {value}, not {low} to {high}"));
        }
    }
    for (labels, value) in &after {
        if !theirs.contains_key(labels) && !is_different(name, &(labels.clone(), *value)) {
            faults.push(format!("{name}{labels:?}: only ours"));
        }
    }
    both
}

/// An empty label is one that is not there.
fn samples(family: &Family) -> BTreeMap<BTreeMap<String, String>, f64> {
    let labels = |labels: &[(String, String)]| -> BTreeMap<String, String> {
        let is_kept = |(name, value): &&(String, String)| {
            !value.is_empty() && !NEW_LABELS.contains(&name.as_str())
        };
        labels.iter().filter(is_kept).cloned().collect()
    };
    family.samples.iter().map(|sample| (labels(&sample.labels), sample.float())).collect()
}

fn installed() -> Option<PathBuf> {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("build/prometheus/bookworm/prometheus-node-exporter");
    let path = env::var_os("PATH").unwrap_or_default();
    let elsewhere = env::split_paths(&path)
        .flat_map(|folder| ["prometheus-node-exporter", "node_exporter"].map(|n| folder.join(n)));
    [ours].into_iter().chain(elsewhere).find(|program| program.is_file())
}

/// Ends with the test.
struct Exporter(Child, SocketAddr);

impl Exporter {
    fn start(program: &Path) -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = free.local_addr().expect("its address");
        drop(free);
        let mut command = Command::new(program);
        command.arg(format!("--web.listen-address={address}")).args(FLAGS);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        let this = Self(child, address);
        let until = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < until, "node_exporter does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        this
    }

    fn page(&self) -> String {
        let mut stream = TcpStream::connect(self.1).expect("it listens");
        stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(head.contains(" 200 "), "{head}");
        body.to_owned()
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Past the capture of the test harness, so that it is seen.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
