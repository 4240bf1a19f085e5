//! Atomics from `std`, or from `loom` when a model is checked (`--cfg nunchi_loom`).
//!
//! Algorithms of this crate name their atomics only through this module.

#[cfg(nunchi_loom)]
pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};
#[cfg(not(nunchi_loom))]
pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};
