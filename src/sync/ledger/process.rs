//! The ledger of this process, and the page that the calling thread has.

use super::{Counts, Ledger, Own, Page, Pen, Shared};
use crate::sync::primitive::{AtomicU64, Ordering};
use crate::sync::register;
use std::cell::Cell;
use std::ptr;

static ALL: Ledger = Ledger::new();
static FAILURES: AtomicU64 = AtomicU64::new(0);

/// What the calling thread knows of its page. Nothing here is dropped, so where the target knows
/// thread-local data it can be used at any time in the life of a thread, and using it never allocates.
/// Elsewhere a thread at its end may find it gone, and counts with the others.
struct Here {
    page: Cell<*const Page>,
    /// The thread gets no page: it is getting one already, has given its own back, or was refused.
    is_closed: Cell<bool>,
}

thread_local! {
    static HERE: Here = const {
        Here { page: Cell::new(ptr::null()), is_closed: Cell::new(false) }
    };
    static LEASE: Lease = const { Lease(Cell::new(None)) };
}

/// Gives the page of a thread back when the thread ends.
struct Lease(Cell<Option<&'static Page>>);

impl Drop for Lease {
    fn drop(&mut self) {
        let _ = HERE.try_with(|here| {
            here.page.set(ptr::null());
            here.is_closed.set(true);
        });
        if let Some(page) = self.0.get() {
            page.release();
        }
    }
}

/// What is to be counted, in a page that is the thread's own or everybody's.
trait Entry: Copy {
    fn write<P: Pen>(self, page: &Page);
}

#[inline(always)]
fn enter(entry: impl Entry) {
    let page = HERE.try_with(|here| here.page.get()).unwrap_or(ptr::null());
    if page.is_null() {
        enter_without_page(entry);
    } else {
        // SAFETY: set to a page of `ALL`, which is never freed, while this thread owns it.
        entry.write::<Own>(register::plain(unsafe { &*page }));
    }
}

#[cold]
#[inline(never)]
fn enter_without_page(entry: impl Entry) {
    match HERE.try_with(join).unwrap_or(None) {
        Some(page) => entry.write::<Own>(page),
        None => entry.write::<Shared>(&ALL.shared),
    }
}

/// Gets the calling thread a page. To arrange that it is given back may allocate, which then finds the
/// thread closed.
fn join(here: &Here) -> Option<&'static Page> {
    if here.is_closed.replace(true) {
        return None;
    }
    let adopt = |lease: &Lease| {
        let page = ALL.adopt();
        lease.0.set(page);
        page
    };
    // Of a thread whose data is being destroyed the lease may be gone.
    let page = LEASE.try_with(adopt).unwrap_or(None)?;
    here.page.set(page);
    here.is_closed.set(false);
    Some(page)
}

#[derive(Clone, Copy)]
struct Allocated(u64);

impl Entry for Allocated {
    #[inline(always)]
    fn write<P: Pen>(self, page: &Page) {
        page.allocate::<P>(self.0);
    }
}

#[derive(Clone, Copy)]
struct Freed(u64);

impl Entry for Freed {
    #[inline(always)]
    fn write<P: Pen>(self, page: &Page) {
        page.free::<P>(self.0);
    }
}

#[derive(Clone, Copy)]
struct Reallocated(u64, u64);

impl Entry for Reallocated {
    #[inline(always)]
    fn write<P: Pen>(self, page: &Page) {
        page.reallocate::<P>(self.0, self.1);
    }
}

/// Counts a block. Never allocates, locks or panics, at any time in the life of a thread.
#[inline(always)]
pub(crate) fn allocated(bytes: usize) {
    enter(Allocated(bytes as u64));
}

/// Counts a block that goes. As [`allocated`].
#[inline(always)]
pub(crate) fn freed(bytes: usize) {
    enter(Freed(bytes as u64));
}

/// Counts a block that has another size now. As [`allocated`].
#[inline(always)]
pub(crate) fn reallocated(from: usize, to: usize) {
    enter(Reallocated(from as u64, to as u64));
}

/// Counts a block that was not to be had.
#[cold]
pub(crate) fn failed() {
    FAILURES.fetch_add(1, Ordering::Relaxed); // A count orders nothing else.
}

/// What all threads have counted.
pub(crate) fn read() -> Counts {
    Counts { failures: FAILURES.load(Ordering::Relaxed), ..ALL.read() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    /// Counts when its thread's data is destroyed.
    struct Late;

    impl Drop for Late {
        fn drop(&mut self) {
            (0..5).for_each(|_| freed(3));
        }
    }

    thread_local! {
        static EARLY: Cell<Option<Late>> = const { Cell::new(None) };
        static LATER: Cell<Option<Late>> = const { Cell::new(None) };
    }

    #[test]
    fn threads_that_come_and_go_lose_nothing() {
        let threads: u64 = if cfg!(miri) { 6 } else { 60 };
        let before = read();
        for _ in 0..threads / 2 {
            let work = || {
                EARLY.with(|cell| cell.set(Some(Late)));
                (0..10).for_each(|_| allocated(3));
                reallocated(3, 7);
                reallocated(7, 3);
                LATER.with(|cell| cell.set(Some(Late)));
            };
            let two = [thread::spawn(work), thread::spawn(work)];
            assert!(two.into_iter().all(|thread| thread.join().is_ok()));
        }
        failed();
        let after = read();
        assert_eq!(after.allocations - before.allocations, threads * 10);
        assert_eq!(after.frees - before.frees, threads * 10);
        assert_eq!(after.allocated_bytes - before.allocated_bytes, threads * 34);
        assert_eq!(after.freed_bytes - before.freed_bytes, threads * 34);
        assert_eq!(after.reallocations - before.reallocations, threads * 2);
        assert_eq!(after.failures - before.failures, 1);
    }
}
