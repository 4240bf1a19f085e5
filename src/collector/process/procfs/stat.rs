//! `/proc/<pid>/stat`: one line of fields, numbered from 1 in proc(5).
//!
//! The second field is the name of the program in parentheses. It may hold white space, line
//! feeds, parentheses and bytes that are not UTF-8, so the fields after it are counted from the
//! last closing parenthesis of the file; those are letters and numbers.

use crate::collector::kernel::field;

/// What the page takes from it, in the units of the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) cpu_ticks: Option<u64>,
    pub(super) threads: Option<u64>,
    /// Since the machine booted.
    pub(super) start_ticks: Option<u64>,
    pub(super) virtual_bytes: Option<u64>,
    pub(super) resident_pages: Option<u64>,
}

const FIRST_AFTER_NAME: usize = 3;
const UTIME: usize = 14;
const STIME: usize = 15;
const NUM_THREADS: usize = 20;
const STARTTIME: usize = 22;
const VSIZE: usize = 23;
const RSS: usize = 24;

impl Stat {
    pub(super) fn parse(text: &[u8]) -> Self {
        let after_name =
            text.iter().rposition(|&byte| byte == b')').map_or(text.len(), |at| at + 1);
        let mut rest = text.get(after_name..).unwrap_or_default();
        let mut values = [None; RSS + 1];
        let mut at = FIRST_AFTER_NAME;
        while let Some(field) = field::next(&mut rest) {
            if let Some(value) = values.get_mut(at) {
                *value = field::number(field);
            }
            at += 1;
        }
        Self {
            cpu_ticks: values[UTIME]
                .zip(values[STIME])
                .and_then(|(user, system): (u64, u64)| user.checked_add(system)),
            threads: values[NUM_THREADS],
            start_ticks: values[STARTTIME],
            virtual_bytes: values[VSIZE],
            resident_pages: values[RSS],
        }
    }
}
