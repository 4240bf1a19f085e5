//! Model of the slots: two threads that make and fill them, and see only what is whole.

use super::*;
use loom::cell::UnsafeCell;
use std::sync::atomic::{AtomicUsize as Count, Ordering as Std};

struct Two;

impl Extent for Two {
    const LEN: usize = 2;
}

/// A part that is written after the owner is known to all: loom reports a data race if a reader is
/// led to it without the Acquire/Release pair of the protocol.
struct Part(UnsafeCell<u32>);

// SAFETY: the cell is there for loom to watch, which checks each access itself.
unsafe impl Sync for Part {}

impl Part {
    fn write(&self, value: u32) {
        // SAFETY: as for `Part`.
        self.0.with_mut(|place| unsafe { *place = value });
    }

    fn read(&self) -> u32 {
        // SAFETY: as for `Part`.
        self.0.with(|place| unsafe { *place })
    }
}

struct Owned([Part; 2]);

/// One thread makes the slots and keeps a part that it has just written; the other one looks
/// for it, and may keep a part as well. Returns how many executions were explored.
fn explore(both_keep: bool) -> usize {
    let explored = Arc::new(Count::new(0));
    let counter = Arc::clone(&explored);
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(move || {
        counter.fetch_add(1, Std::Relaxed);
        let owner = Arc::new(Owned([0, 0].map(|value| Part(UnsafeCell::new(value)))));
        let owner = Owner::Counted(owner);
        let dense = Arc::new(Dense::<Owned, Part, Two>::of(owner, ptr::null_mut(), Two::LEN));
        let keep = |dense: &Dense<Owned, Part, Two>, at: usize| {
            let owner = || unreachable!("the owner is there");
            let write = |owner: &Owned| owner.0[at].write(at as u32 + 1);
            dense.owner().map(write);
            dense.keep(at, owner, |owner| (&owner.0[at], true));
            assert_eq!(dense.get(at).map(Part::read), Some(at as u32 + 1));
        };
        let look = |dense: &Dense<Owned, Part, Two>| {
            if let Some(part) = dense.get(0) {
                assert_eq!(part.read(), 1, "a part was found before its contents");
            }
        };
        let keeps = {
            let dense = Arc::clone(&dense);
            loom::thread::spawn(move || keep(&dense, 0))
        };
        let looks = {
            let dense = Arc::clone(&dense);
            loom::thread::spawn(move || {
                look(&dense);
                if both_keep {
                    keep(&dense, 1);
                }
                look(&dense);
            })
        };
        keeps.join().unwrap();
        looks.join().unwrap();
        assert_eq!(dense.get(0).map(Part::read), Some(1));
    });
    explored.load(Std::Relaxed)
}

#[test]
fn a_part_is_found_whole_or_not_at_all() {
    for (both_keep, least) in [(false, 5), (true, 50)] {
        let explored = explore(both_keep);
        assert!(explored >= least, "only {explored} executions: the model proves nothing");
    }
}
