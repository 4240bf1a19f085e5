//! `nunchi::collector::ProcessExtras`: this very process, and trees that lack files.

use crate::parser::Sample;
use crate::support::parsed;
use nunchi::collector::{ProcessCollector, ProcessExtras};
use nunchi::Registry;
use std::path::Path;
use std::{fs, thread};

fn registry_of(extras: ProcessExtras) -> Registry {
    let registry = Registry::new();
    registry.register(extras).expect("the families are valid");
    registry
}

fn value(registry: &Registry, name: &str) -> f64 {
    let page = parsed(registry);
    let family = page.family(name).unwrap_or_else(|| panic!("no {name}"));
    family.samples.iter().map(Sample::float).sum()
}

#[test]
fn the_values_follow_the_process() {
    let registry = registry_of(ProcessExtras::new());
    registry.register(ProcessCollector::new()).expect("no family is in both");
    let first = |name: &str| value(&registry, name);

    let peak = first("process_resident_memory_peak_bytes");
    assert!(peak >= first("process_resident_memory_anon_bytes") && peak > 1e6, "{peak}");
    assert!(first("process_virtual_memory_peak_bytes") >= peak);

    let faults = first("process_minor_pagefaults_total");
    std::hint::black_box(vec![1_u8; 8 << 20]);
    let more = first("process_minor_pagefaults_total") - faults;
    assert!(more >= 1.0, "{more}");

    if parsed(&registry).family("process_io_read_bytes_total").is_some() {
        let (bytes, calls) =
            (first("process_io_read_bytes_total"), first("process_io_read_syscalls_total"));
        fs::read("/proc/self/stat").expect("a file");
        assert!(first("process_io_read_bytes_total") > bytes);
        assert!(first("process_io_read_syscalls_total") > calls);
    }

    let switches = first("process_context_switches_total");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                (0..20).for_each(|_| thread::sleep(std::time::Duration::from_micros(100)));
                value(&registry, "process_context_switches_total")
            });
        }
    });
    let later = first("process_context_switches_total");
    assert!(later >= switches + 20.0, "{switches}, then {later}");
}

#[test]
fn what_is_not_there_is_left_out() {
    let page = parsed(&registry_of(ProcessExtras::with_procfs("/no/such/directory")));
    assert!(page.families.is_empty());

    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/proc/5.15-x86_64");
    let page = parsed(&registry_of(ProcessExtras::with_procfs(tree))); // It has `stat` only.
    let samples: Vec<(&str, &str)> = page
        .families
        .iter()
        .flat_map(|family| &family.samples)
        .map(|sample| (sample.name.as_str(), sample.value.as_str()))
        .collect();
    assert_eq!(
        samples,
        [
            ("process_cpu_system_seconds_total", "0.32"),
            ("process_cpu_user_seconds_total", "1.41"),
            ("process_major_pagefaults_total", "12"),
            ("process_minor_pagefaults_total", "3310"),
        ]
    );
}
