//! The prefixes of standard families.

use super::Family;

pub(super) fn check(family: &Family, find: &mut dyn FnMut(String)) {
    let name = family.name();
    if name.starts_with("scrape_") {
        find("`scrape_` is for what the server tells of a scrape".to_owned());
    }
    if let Some(rest) = name.strip_prefix("process_") {
        if !PROCESS.contains(&rest.strip_suffix("_total").unwrap_or(rest)) {
            find("`process_` is for the standard metrics of a process".to_owned());
        }
    }
}

/// The standard ones, without `process_` and `_total`, and the two that the Go client adds.
const PROCESS: &[&str] = &[
    "cpu_seconds",
    "heap_bytes",
    "max_fds",
    "network_receive_bytes",
    "network_transmit_bytes",
    "open_fds",
    "resident_memory_bytes",
    "start_time_seconds",
    "threads",
    "virtual_memory_bytes",
    "virtual_memory_max_bytes",
];
