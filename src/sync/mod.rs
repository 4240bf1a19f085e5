//! The home of every atomics trick and of nearly all `unsafe`; knows nothing of metrics.
//!
//! Imports nothing of the crate; used by `metric`, and little of it by others. The idea to hold: everything here is
//! append-only. A node, once published, keeps its address and its contents until the whole
//! structure is dropped, so a reader needs no lock, no reference count and no epoch.
#![allow(unsafe_code)] // Each block argues its own site; miri and loom run over this module.

#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
pub(crate) mod annex;
pub(crate) mod arena;
pub(crate) mod clock;
pub(crate) mod dense;
#[cfg(all(test, nunchi_loom))]
pub(crate) mod explore;
pub(crate) mod float;
pub(crate) mod hash;
pub(crate) mod held;
pub(crate) mod index;
#[cfg(feature = "allocator")]
pub(crate) mod ledger;
pub(crate) mod needed;
#[cfg(not(nunchi_loom))]
pub(crate) mod pages;
pub(crate) mod pool;
pub(crate) mod primitive;
pub(crate) mod register;
pub(crate) mod seed;
pub(crate) mod shard;
#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
pub(crate) mod showcase;
pub(crate) mod slab;
pub(crate) mod slots;
pub(crate) mod table;
pub(crate) mod tally;
mod words;
