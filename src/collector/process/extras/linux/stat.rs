//! `/proc/<pid>/stat`: fields that the standard families leave aside.

use crate::collector::kernel::{field, USER_HZ};

/// Each by itself, in the units of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Stat {
    pub(super) minor_faults: Option<u64>,
    pub(super) major_faults: Option<u64>,
    pub(super) user_seconds: Option<f64>,
    pub(super) system_seconds: Option<f64>,
}

impl Stat {
    /// The fields after the name, which may hold anything, begin with number 3 of proc(5).
    pub(super) fn parse(text: &[u8]) -> Self {
        let name_end = text.iter().rposition(|&byte| byte == b')');
        let mut rest = name_end.and_then(|at| text.get(at + 1..)).unwrap_or_default();
        let fields = [(); 13].map(|()| field::next(&mut rest).and_then(field::number));
        let [_, _, _, _, _, _, _, minor, _, major, _, user, system] = fields;
        let seconds = |ticks: u64| ticks as f64 / USER_HZ as f64;
        Self {
            minor_faults: minor,
            major_faults: major,
            user_seconds: user.map(seconds),
            system_seconds: system.map(seconds),
        }
    }
}
