//! A global allocator that counts while it is asked to.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

struct Counting;

static ON: AtomicBool = AtomicBool::new(false);
static LIVE: AtomicI64 = AtomicI64::new(0);
static CALLS: AtomicU64 = AtomicU64::new(0);

fn count(bytes: i64) {
    if ON.load(Relaxed) {
        LIVE.fetch_add(bytes, Relaxed);
        CALLS.fetch_add(u64::from(bytes > 0), Relaxed);
    }
}

// SAFETY: forwards to the system allocator and keeps counts beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a piece of work left allocated, and how often it allocated.
#[derive(Clone, Copy, Debug)]
pub struct Allocated {
    /// Requested bytes that are still live.
    pub bytes: i64,
    pub calls: u64,
}

/// Runs `work` and counts what it allocates.
pub fn counted<T>(work: impl FnOnce() -> T) -> (T, Allocated) {
    let before = (LIVE.load(Relaxed), CALLS.load(Relaxed));
    ON.store(true, Relaxed);
    let result = work();
    ON.store(false, Relaxed);
    let (bytes, calls) = (LIVE.load(Relaxed) - before.0, CALLS.load(Relaxed) - before.1);
    (result, Allocated { bytes, calls })
}
