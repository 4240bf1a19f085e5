//! The families of the allocator, one constant each; its doc is the reference entry. None has labels,
//! and all are absent where nobody counts.

use crate::model::{Fact, MetricType};

const fn counter(name: &'static str, help: &'static str) -> Fact {
    Fact::new(MetricType::Counter, name, help)
}

/// All of them, in the order in which they are described.
pub(super) static ALL: [&Fact; 7] = [
    &ALLOCATIONS,
    &DEALLOCATIONS,
    &REALLOCATIONS,
    &ALLOCATED_BYTES,
    &DEALLOCATED_BYTES,
    &LIVE_BYTES,
    &FAILURES,
];

/// Blocks that the allocator gave, zeroed ones included. `rate(alloc_allocations_total[5m])` is what
/// allocation costs grow with.
pub(super) static ALLOCATIONS: Fact =
    counter("alloc_allocations_total", "Blocks of memory that were allocated.");

/// Blocks that the allocator got back.
pub(super) static DEALLOCATIONS: Fact =
    counter("alloc_deallocations_total", "Blocks of memory that were freed.");

/// Blocks that got another size, whether they had to move or not. They stay one block.
pub(super) static REALLOCATIONS: Fact =
    counter("alloc_reallocations_total", "Blocks of memory that got another size.");

/// Bytes that were asked for; what a block grew by is among them.
pub(super) static ALLOCATED_BYTES: Fact =
    counter("alloc_allocated_bytes_total", "Bytes of memory that were allocated.");

/// Bytes of blocks that went; what a block shrank by is among them.
pub(super) static DEALLOCATED_BYTES: Fact =
    counter("alloc_deallocated_bytes_total", "Bytes of memory that were freed.");

/// `alloc_allocated_bytes_total - alloc_deallocated_bytes_total` at this moment. Less than
/// `process_resident_memory_bytes` by what the allocator keeps, and by code, stacks and mappings.
pub(super) static LIVE_BYTES: Fact =
    Fact::new(MetricType::Gauge, "alloc_live_bytes", "Bytes of memory that are allocated now.");

/// Blocks that the allocator refused, also those that should have got another size.
pub(super) static FAILURES: Fact =
    counter("alloc_failures_total", "Blocks of memory that were not to be had.");
