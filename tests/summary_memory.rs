//! The memory of a summary, by counting what the allocator is asked for.
//!
//! A binary of its own: the allocator belongs to the whole process.

use nunchi::metric::Summary;
use nunchi::model::{Quantiles, SummaryShape};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Allocations and bytes held by this thread, so that tests do not see each other.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static HELD: Cell<i64> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call is handed on to the system's allocator unchanged; the thread-local cells need
// neither initialisation nor a destructor, so touching them does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        HELD.with(|held| held.set(held.get() + layout.size() as i64));
        // SAFETY: the caller's promise about `layout` is the one that is asked for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        HELD.with(|held| held.set(held.get() - layout.size() as i64));
        // SAFETY: `memory` came from `alloc` above, that is from the system, with this layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

fn shape(quantiles: &[f64]) -> SummaryShape {
    let quantiles = Quantiles::new(quantiles.iter().copied()).unwrap();
    SummaryShape::new(quantiles, SummaryShape::DEFAULT_WINDOW)
}

/// Runs `body` and returns how often it allocated and what it still holds.
fn cost<R>(body: impl FnOnce() -> R) -> (u64, i64, R) {
    let before = (ALLOCATIONS.with(Cell::get), HELD.with(Cell::get));
    let result = body();
    (ALLOCATIONS.with(Cell::get) - before.0, HELD.with(Cell::get) - before.1, result)
}

/// Stand-alone, the shape is the summary's own; in a family it is shared by all series.
#[test]
fn a_summary_that_was_never_observed_takes_less_than_300_bytes() {
    let shape = shape(&[0.5, 0.9, 0.99]);
    let (_, held, summary) = cost(|| {
        let summary = Summary::with_shape(shape);
        assert!(summary.quantile(0.5).is_nan());
        assert_eq!(summary.count(), 0);
        summary
    });
    assert!(std::mem::size_of_val(&summary) as i64 + held < 300, "{held} bytes on the heap");
}

#[test]
fn a_summary_without_quantiles_never_allocates() {
    let summary = Summary::with_shape(shape(&[]));
    let (allocations, ..) = cost(|| (0..100_000).for_each(|n| summary.observe(f64::from(n))));
    assert_eq!(allocations, 0); // Hot or not.
}

#[test]
fn only_new_magnitudes_allocate() {
    let summary = Summary::with_shape(shape(&[0.5]));
    let values = || (-1_000..1_000).map(|n| f64::from(n) / 7.0);
    // Until the summary is hot, and each magnitude has been met by this thread's recorder.
    (0..30).for_each(|_| values().for_each(|value| summary.observe(value)));
    let (allocations, ..) =
        cost(|| (0..50).for_each(|_| values().for_each(|v| summary.observe(v))));
    assert_eq!(allocations, 0);
    let (allocations, held, ()) = cost(|| summary.observe(1e9));
    assert_eq!((allocations, held), (1, 512));
}

#[test]
fn everything_is_given_back() {
    let shape = shape(&[0.5]);
    let (_, held, ()) = cost(|| {
        let summary = Summary::with_shape(shape.clone());
        (-1_000..1_000).for_each(|n| summary.observe(f64::from(n)));
        let _ = summary.quantile(0.5);
    });
    assert_eq!(held, 0);
}
