//! Under a model no thread has a slab of the process: models make their own.

use super::pool::Kind;
use crate::sync::float::Exact;
use crate::sync::primitive::AtomicU64;
use std::ptr::NonNull;

pub(super) fn add(_: u32, _: u64) -> bool {
    false
}

pub(super) fn add_float(_: u32, _: f64) -> bool {
    false
}

pub(super) fn shard(_: u32) -> Option<NonNull<u8>> {
    None
}

pub(super) fn install(_: u32, _: impl FnOnce() -> Option<NonNull<u8>>) -> bool {
    false
}

pub(super) fn join() -> bool {
    false
}

pub(super) fn tick() -> bool {
    false
}

pub(super) fn reconsider() {}

pub(super) fn take(_: Kind) -> Option<u32> {
    None
}

pub(super) fn give(_: Kind, _: u32) {}

pub(super) fn retire(_: Kind, _: u32, _: &mut dyn FnMut(NonNull<u8>)) {}

pub(super) fn sum(_: usize) -> u64 {
    0
}

pub(super) fn settled_sum(_: usize) -> u64 {
    0
}

pub(super) fn settled_sum_float(_: usize) -> Exact {
    Exact::default()
}

pub(super) fn sum_float(_: usize) -> Exact {
    Exact::default()
}

pub(super) fn aside(_: usize) -> Option<&'static AtomicU64> {
    None
}

pub(super) fn for_each_shard(_: usize, _: impl FnMut(NonNull<u8>)) {}

pub(crate) fn fold(_: &mut Vec<u64>) -> u64 {
    0
}

pub(super) fn folded_since(_: u64) -> bool {
    false
}
