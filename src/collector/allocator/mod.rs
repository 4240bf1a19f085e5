//! What a program allocates, counted by a wrapper around its allocator.
//!
//! ```text
//! # HELP alloc_allocated_bytes_total Bytes of memory that were allocated.
//! # TYPE alloc_allocated_bytes_total counter
//! alloc_allocated_bytes_total 73891032
//! # HELP alloc_allocations_total Blocks of memory that were allocated.
//! # TYPE alloc_allocations_total counter
//! alloc_allocations_total 612043
//! # HELP alloc_deallocated_bytes_total Bytes of memory that were freed.
//! # TYPE alloc_deallocated_bytes_total counter
//! alloc_deallocated_bytes_total 70110291
//! # HELP alloc_deallocations_total Blocks of memory that were freed.
//! # TYPE alloc_deallocations_total counter
//! alloc_deallocations_total 598822
//! # HELP alloc_failures_total Blocks of memory that were not to be had.
//! # TYPE alloc_failures_total counter
//! alloc_failures_total 0
//! # HELP alloc_live_bytes Bytes of memory that are allocated now.
//! # TYPE alloc_live_bytes gauge
//! alloc_live_bytes 3780741
//! # HELP alloc_reallocations_total Blocks of memory that got another size.
//! # TYPE alloc_reallocations_total counter
//! alloc_reallocations_total 20381
//! ```
//!
//! Imports `model`, `error` and `sync`, whose ledger keeps the counts. No system call at a scrape. The
//! idea to hold: an allocator is asked at any time, before `main` and while a thread's data is being
//! destroyed, so counting uses nothing that could allocate.
#![allow(unsafe_code)] // `GlobalAlloc` is an unsafe trait: its contract is passed through.

mod family;

use crate::error::CollectError;
use crate::model::{Collection, Collector, Descriptor, Fact, Number};
use crate::sync::ledger;
use std::alloc::{GlobalAlloc, Layout};

/// An allocator that counts, around any other.
///
/// All of a process count together: there is one of these, the global allocator. What
/// [`AllocatorCollector`] yields of it is exact, however many threads there were, and whenever they
/// allocate: before `main`, in destructors of thread-local data, in the child of a fork. Only a signal
/// handler that allocates, which is not allowed to, may lose a count.
///
/// # Performance
///
/// A thread counts in memory of its own: two plain additions for each call, and no locked instruction.
/// `cargo bench --bench allocator --features allocator` compares with the bare allocator. Of more than
/// 1024 threads at a time, the others share theirs, and pay two atomic additions. It takes 128 KiB of
/// addresses, of which the touched pages are memory.
///
/// # Examples
///
/// ```
/// use nunchi::collector::{AllocatorCollector, Counting};
/// use std::alloc::System;
///
/// #[global_allocator]
/// static ALLOCATOR: Counting<System> = Counting::new(System);
///
/// let registry = nunchi::Registry::new();
/// registry.register(AllocatorCollector::new())?;
/// let mut page = Vec::new();
/// nunchi::encode(&registry, nunchi::Format::Text, &mut page);
/// assert!(String::from_utf8_lossy(&page).contains("\nalloc_live_bytes "));
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Counting<A> {
    inner: A,
}

impl<A> Counting<A> {
    /// Counts what `inner` allocates.
    #[must_use]
    pub const fn new(inner: A) -> Self {
        Self { inner }
    }
}

// SAFETY: every call is passed on as it is, and its answer given as it is. Counting does not unwind.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Counting<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract, which is the same.
        counted(layout, unsafe { self.inner.alloc(layout) })
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        counted(layout, unsafe { self.inner.alloc_zeroed(layout) })
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        ledger::freed(layout.size());
        // SAFETY: the block came from `inner`, through one of the other methods.
        unsafe { self.inner.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: as in `dealloc`.
        let moved = unsafe { self.inner.realloc(block, layout, new_size) };
        if moved.is_null() {
            ledger::failed();
        } else {
            ledger::reallocated(layout.size(), new_size);
        }
        moved
    }
}

#[inline(always)]
fn counted(layout: Layout, block: *mut u8) -> *mut u8 {
    if block.is_null() {
        ledger::failed();
    } else {
        ledger::allocated(layout.size());
    }
    block
}

/// Yields what [`Counting`] counted; nothing in a program whose allocator it is not.
///
/// | family | type | meaning |
/// |---|---|---|
/// | `alloc_allocations_total` | counter | blocks allocated |
/// | `alloc_deallocations_total` | counter | blocks freed |
/// | `alloc_reallocations_total` | counter | blocks that got another size |
/// | `alloc_allocated_bytes_total` | counter | bytes allocated; of a block that grew, by how much |
/// | `alloc_deallocated_bytes_total` | counter | bytes freed; of a block that shrank, by how much |
/// | `alloc_live_bytes` | gauge | bytes allocated and not freed |
/// | `alloc_failures_total` | counter | blocks that were not to be had |
///
/// Sizes are those that were asked for; what the allocator adds is not counted.
///
/// # Consistency
///
/// Each number is of a moment of the scrape, and no page shows more freed than allocated. What threads
/// allocate during the scrape may be in one number and not in the other.
///
/// # Performance
///
/// Reads five numbers for each thread that was counting at the busiest time. Allocates nothing itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct AllocatorCollector {}

impl AllocatorCollector {
    /// Reads the counts of this process.
    #[must_use]
    pub const fn new() -> Self {
        Self {}
    }
}

impl Collector for AllocatorCollector {
    fn name(&self) -> &str {
        "allocator"
    }

    fn describe(&self) -> Vec<Descriptor> {
        Fact::describe(&family::ALL)
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        let counts = ledger::read();
        if counts.allocations == 0 {
            return Ok(()); // No program runs without: nobody counts.
        }
        let live = counts.allocated_bytes.saturating_sub(counts.freed_bytes);
        let known = |fact, count: u64| (fact, Some(Number::U64(count)));
        Fact::offer(
            &[
                known(&family::ALLOCATIONS, counts.allocations),
                known(&family::DEALLOCATIONS, counts.frees),
                known(&family::REALLOCATIONS, counts.reallocations),
                known(&family::ALLOCATED_BYTES, counts.allocated_bytes),
                known(&family::DEALLOCATED_BYTES, counts.freed_bytes),
                known(&family::LIVE_BYTES, live),
                known(&family::FAILURES, counts.failures),
            ],
            out,
        )
    }
}
