//! What one scrape read.

/// The values of one moment, in the units of the page. `None` is a value that is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Reading {
    pub(super) cpu_seconds: Option<f64>,
    pub(super) open_fds: Option<u64>,
    pub(super) max_fds: Option<u64>,
    pub(super) virtual_bytes: Option<u64>,
    pub(super) virtual_max_bytes: Option<u64>,
    pub(super) resident_bytes: Option<u64>,
    pub(super) start_time_seconds: Option<f64>,
    pub(super) threads: Option<u64>,
}
