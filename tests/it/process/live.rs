//! This process, as it burns time, opens a file and starts a thread. Other tests do the same at
//! the same time, so these run in a process of their own.

use super::page;
use nunchi::collector::ProcessCollector;
use nunchi::Registry;
use std::collections::BTreeMap;
use std::fs::File;
use std::hint::black_box;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

fn live() -> Registry {
    let registry = Registry::new();
    registry.register(ProcessCollector::new()).expect("it describes families");
    registry
}

fn values(registry: &Registry) -> BTreeMap<String, f64> {
    let page = page(registry);
    let samples = page.lines().filter(|line| !line.starts_with('#'));
    let parsed = samples.filter_map(|line| {
        let (name, value) = line.split_once(' ')?;
        Some((name.strip_prefix("process_")?.to_owned(), value.parse().ok()?))
    });
    parsed.collect()
}

#[test]
fn the_values_follow_the_process() {
    let output = Command::new(std::env::current_exe().expect("the test binary"))
        .args(["process::live::alone", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .output()
        .expect("the test binary runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("1 passed"), "{text}");
}

#[test]
#[ignore = "to be alone in its process, it is run by `the_values_follow_the_process`"]
fn alone() {
    let registry = live();
    let first = values(&registry);
    assert_eq!(first.len(), 8, "{first:?}");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after the epoch").as_secs_f64();
    let age = now - first["start_time_seconds"];
    assert!((-2.0..60.0).contains(&age), "{age}"); // The boot time is a whole second.
    assert!(first["resident_memory_bytes"] > 1e6, "{first:?}");
    assert!(first["virtual_memory_bytes"] >= first["resident_memory_bytes"], "{first:?}");
    assert!(first["virtual_memory_max_bytes"] > first["virtual_memory_bytes"], "{first:?}");
    assert!(first["max_fds"] >= first["open_fds"], "{first:?}");
    let entries = std::fs::read_dir("/proc/self/fd").expect("a directory").count() as f64;
    assert_eq!(first["open_fds"], entries - 1.0); // It listed its own descriptor.

    let file = File::open("/proc/self/stat").expect("a file");
    assert_eq!(values(&registry)["open_fds"], first["open_fds"] + 1.0);
    drop(file);
    assert_eq!(values(&registry)["open_fds"], first["open_fds"]);

    let (go, wait) = mpsc::channel::<()>();
    let sleeper = thread::spawn(move || wait.recv().is_err());
    assert_eq!(values(&registry)["threads"], first["threads"] + 1.0);
    drop(go);
    assert!(sleeper.join().expect("no panic"));

    let memory = vec![1_u8; 32 << 20];
    black_box(&memory);
    let grown = values(&registry)["resident_memory_bytes"] - first["resident_memory_bytes"];
    assert!(grown > f64::from(24 << 20), "{grown}");
    drop(memory);

    burn(&registry, first["cpu_seconds_total"] + 0.05);
    let second = values(&registry);
    assert_eq!(second["start_time_seconds"], first["start_time_seconds"]);
}

/// Computes until the CPU time is there, and fails if that takes unlikely long.
fn burn(registry: &Registry, until: f64) {
    for _ in 0..100_000 {
        black_box((0..100_000_u64).fold(0, |sum, number| black_box(sum ^ number)));
        if values(registry)["cpu_seconds_total"] >= until {
            return;
        }
    }
    panic!("the CPU time stands still");
}

#[test]
fn the_number_of_the_process_reads_the_same_process() {
    let registry = Registry::new();
    let own = ProcessCollector::new().pid(std::process::id());
    registry.register(own).expect("it describes families");
    let by_number = values(&registry);
    let by_link = values(&live());
    for name in ["start_time_seconds", "max_fds", "virtual_memory_max_bytes"] {
        assert_eq!(by_number[name], by_link[name], "{name}");
    }
    assert_eq!(by_number.len(), 8, "{by_number:?}");
}

#[test]
fn scrapes_may_overlap() {
    let registry = live();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert_eq!(values(&registry).len(), 8);
                }
            });
        }
    });
}
