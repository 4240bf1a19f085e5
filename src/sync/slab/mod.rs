//! Thread cells: memory of one thread each, where the series that are updated most are counted with
//! plain loads and stores.
//!
//! Imports the rest of `sync`; used by the metrics. The idea to hold: a series starts *cold*, as
//! one shared atomic. When threads sample it often enough it is *promoted*: it gets a slot, the same
//! in the slab of every thread, and each thread counts in its own slab at that slot. A reader adds
//! up the shared atomic and the slot in all slabs. No promotion needs a handshake, because whoever
//! has not seen it yet goes on with the shared atomic, which counts as before.
//!
//! Nothing is ever moved out of a slab. A thread that ends gives its slab back with the counts in
//! it, and the next thread that needs one goes on counting there. A thread that gets no slab, or is
//! past the destructors of its thread-local data, uses the shared atomics. So does one that would
//! have to wait for another to get a slab, a slot or a shard; it asks again some thousand updates
//! later. An update never waits, in the child of a fork neither, and never calls the allocator on
//! Linux.
//!
//! | what | at most |
//! |---|---|
//! | slabs, one for each thread that updates hot series at a time | 1024 |
//! | hot numbers: counters, gauges, twice for fractions | [`NUMBERS`], 8 bytes each in every slab |
//! | hot histograms | [`TALLIES`], a shard each in the slab of every thread that observes |
//! | hot summaries and native histograms | [`SUMMARIES`], likewise |
//! | shards of all threads | 64 MiB; the bins of a summary's, and the buckets of a native histogram's, come on top as values ask for them |
//!
//! On Linux a slab is mapped memory, of which the system provides what is touched; elsewhere it is
//! allocated, 148 KiB. There is no way back to cold: a slot, and the shards in it, are free again
//! when their series is dropped.
//!
//! What a signal handler adds to a hot series may be lost if the thread was just adding to it too;
//! on x86 a whole number never is, since there adding is one instruction.

mod heat;
mod memory;
mod pool;
#[cfg(not(nunchi_loom))]
mod process;
#[cfg(nunchi_loom)]
#[path = "process_loom.rs"]
mod process;
mod shards;

pub(crate) use heat::Heat;
pub(crate) use pool::{Kind, PATIENCE};
pub(crate) use process::fold;
use process::folded_since;
pub(crate) use shards::{Sharded, Shards};

/// Number slots in a slab.
const NUMBERS: usize = if cfg!(nunchi_loom) {
    2
} else if cfg!(miri) {
    64
} else {
    1 << 14
};
/// The largest number to be added to a float cell. So many of them that a cell becomes infinite
/// would take a thread longer than the universe has lasted.
pub(crate) const CELL_LIMIT: f64 = 8.45e270; // 2^900
/// Slots for shards of histograms, the first ones among the shards.
const TALLIES: usize = if cfg!(nunchi_loom) { 1 } else { 1 << 11 };
/// Slots for shards of summaries, behind those of histograms.
const SUMMARIES: usize = if cfg!(nunchi_loom) { 1 } else { 1 << 9 };

#[cfg(all(test, nunchi_loom))]
#[path = "models.rs"]
mod loom;

#[cfg(all(test, not(nunchi_loom)))]
mod tests;
