//! Models of the ledger: a page that changes hands, and a block that does.

use super::{Ledger, Own, Shared};
use crate::sync::explore::explore;
use crate::sync::primitive::{AtomicU32, Ordering};
use loom::sync::Arc;
use loom::thread;

/// Counts two blocks of a byte, in a page of its own if there is one.
fn work(ledger: &Ledger) {
    match ledger.adopt() {
        Some(page) => {
            (0..2).for_each(|_| page.allocate::<Own>(1));
            page.release();
        }
        None => (0..2).for_each(|_| ledger.shared.allocate::<Shared>(1)),
    }
}

#[test]
fn no_count_is_lost_when_a_page_changes_hands() {
    explore(3, 5, || {
        let ledger = Arc::new(Ledger::new());
        let other = thread::spawn({
            let ledger = Arc::clone(&ledger);
            move || work(&ledger)
        });
        work(&ledger);
        other.join().unwrap();
        let counts = ledger.read();
        assert_eq!((counts.allocations, counts.allocated_bytes), (4, 4), "a count was lost");
    });
}

/// One thread allocates a block and passes it on, another one frees it, a third one reads.
#[test]
fn nobody_finds_more_freed_than_allocated() {
    explore(3, 5, || {
        let ledger = Arc::new(Ledger::new());
        let passed = Arc::new(AtomicU32::new(0));
        let allocating = thread::spawn({
            let (ledger, passed) = (Arc::clone(&ledger), Arc::clone(&passed));
            move || {
                if let Some(page) = ledger.adopt() {
                    page.allocate::<Own>(1);
                    passed.store(1, Ordering::Release);
                }
            }
        });
        let freeing = thread::spawn({
            let (ledger, passed) = (Arc::clone(&ledger), Arc::clone(&passed));
            move || {
                if passed.load(Ordering::Acquire) == 1 {
                    ledger.shared.free::<Shared>(1);
                }
            }
        });
        let counts = ledger.read();
        assert!(counts.frees <= counts.allocations, "{counts:?}");
        assert!(counts.freed_bytes <= counts.allocated_bytes, "{counts:?}");
        allocating.join().unwrap();
        freeing.join().unwrap();
    });
}
