//! Without the feature `testing` there is no clock but the real one.

use super::{elapsed_ms, tick};
use std::os::raw::c_int;
use std::time::{Instant, SystemTime};

#[inline(always)]
pub(super) fn kernel_clock() -> c_int {
    tick::CLOCK
}

pub(super) fn other_ms() -> u64 {
    elapsed_ms()
}

#[inline(always)]
pub(super) fn is_entered() -> bool {
    false
}

#[inline(always)]
pub(super) fn instant() -> Option<Instant> {
    None
}

#[inline(always)]
pub(super) fn time_of_day() -> Option<SystemTime> {
    None
}
