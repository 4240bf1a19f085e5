//! Atomics from `std`, or from `loom` when a model is checked (`--cfg nunchi_loom`).
//!
//! Algorithms of this crate name their atomics only through this module.

#[cfg(all(nunchi_loom, any(feature = "openmetrics", feature = "protobuf")))]
pub(crate) use loom::cell::UnsafeCell as Place;
#[cfg(nunchi_loom)]
pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};
#[cfg(not(nunchi_loom))]
pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// A place that threads take in turns, and no atomic. That of loom notices when they do not.
#[cfg(all(not(nunchi_loom), any(feature = "openmetrics", feature = "protobuf")))]
pub(crate) struct Place<T>(std::cell::UnsafeCell<T>);

#[cfg(all(not(nunchi_loom), any(feature = "openmetrics", feature = "protobuf")))]
impl<T> Place<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    #[inline(always)]
    pub(crate) fn with<R>(&self, read: impl FnOnce(*const T) -> R) -> R {
        read(self.0.get())
    }

    #[inline(always)]
    pub(crate) fn with_mut<R>(&self, write: impl FnOnce(*mut T) -> R) -> R {
        write(self.0.get())
    }
}
