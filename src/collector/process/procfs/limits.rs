//! `/proc/<pid>/limits`: a table of resource limits, whose names hold spaces.

use crate::collector::kernel::field;

/// Soft limits; `unlimited` is the greatest number, as in getrlimit(2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) open_files: Option<u64>,
    /// Bytes.
    pub(super) address_space: Option<u64>,
}

impl Limits {
    pub(super) fn parse(text: &[u8]) -> Self {
        Self {
            open_files: soft(text, b"Max open files "),
            address_space: soft(text, b"Max address space "),
        }
    }
}

/// The soft limit stands after the name; the hard limit and the unit follow it.
fn soft(text: &[u8], name: &[u8]) -> Option<u64> {
    match field::behind(name, text)? {
        b"unlimited" => Some(u64::MAX),
        limit => field::number(limit),
    }
}
