//! Models of thread cells: promotion, the next owner of a slot, and the next owner of a slab.
//!
//! Each asserts how many executions it explored.

use super::heat::{PROMOTE, SLOT};
use super::memory::{add, Slabs};
use crate::sync::explore::explore;
use crate::sync::primitive::{AtomicU32, AtomicU64, Ordering};
use loom::sync::Arc;
use loom::thread;

const COLD: u32 = u32::MAX;

/// Slabs without owners. They are added under a lock that the model does not know, so that happens
/// before there are threads.
fn two_slabs() -> Slabs {
    let slabs = Slabs::new();
    let [first, second] = [slabs.adopt(2), slabs.adopt(2)];
    [first, second].into_iter().flatten().for_each(|slab| slab.release());
    slabs
}

/// A series as a counter keeps it, with the orderings of `Heat`.
struct Series {
    slabs: Slabs,
    slot: AtomicU32,
    shared: AtomicU64,
}

impl Series {
    fn cold() -> Arc<Self> {
        Arc::new(Self { slabs: two_slabs(), slot: AtomicU32::new(COLD), shared: AtomicU64::new(0) })
    }

    /// What a thread does that has a slab, if it finds the series hot.
    fn inc(&self) {
        let slot = self.slot.load(SLOT.get());
        if slot == COLD {
            self.shared.fetch_add(1, Ordering::Relaxed);
            return;
        }
        match self.slabs.adopt(2) {
            Some(slab) => {
                add(&slab.numbers[slot as usize], 1);
                slab.release();
            }
            None => drop(self.shared.fetch_add(1, Ordering::Relaxed)),
        }
    }

    fn total(&self) -> u64 {
        let shared = self.shared.load(Ordering::Relaxed);
        match self.slot.load(SLOT.get()) {
            COLD => shared,
            slot => shared + self.slabs.sum(slot as usize),
        }
    }
}

/// Two threads count while the series is promoted: nothing is lost, and a reader never sees less
/// than it saw before.
#[test]
fn no_count_is_lost_in_a_promotion() {
    explore(3, 1_000, || {
        let series = Series::cold();
        let counting = thread::spawn({
            let series = Arc::clone(&series);
            move || (0..2).for_each(|_| series.inc())
        });
        let promoting = thread::spawn({
            let series = Arc::clone(&series);
            move || {
                series.inc();
                let _ = series.slot.compare_exchange(COLD, 0, PROMOTE.get(), Ordering::Relaxed);
            }
        });
        let (first, second) = (series.total(), series.total());
        assert!(first <= second && second <= 3);
        counting.join().unwrap();
        promoting.join().unwrap();
        assert_eq!(series.total(), 3);
    });
}

/// A slot whose cells hold what an earlier series counted is wiped and handed out: the next series
/// never counts on from there.
#[test]
fn the_next_series_of_a_slot_starts_at_zero() {
    explore(3, 3, || {
        let series = Series::cold();
        if let Some(slab) = series.slabs.adopt(2) {
            add(&slab.numbers[1], 7); // Of an earlier series, which is dropped now.
            slab.release();
        }
        let counting = thread::spawn({
            let series = Arc::clone(&series);
            move || match series.slot.load(SLOT.get()) {
                COLD => 0,
                slot => {
                    let Some(slab) = series.slabs.adopt(2) else { return 0 };
                    let cell = &slab.numbers[slot as usize];
                    add(cell, 1);
                    let now = cell.load(Ordering::Relaxed);
                    slab.release();
                    now
                }
            }
        });
        series.slabs.wipe(1);
        let _ = series.slot.compare_exchange(COLD, 1, PROMOTE.get(), Ordering::Relaxed);
        assert!(counting.join().unwrap() <= 1, "a stale value");
    });
}

/// Two threads that live one after the other, or beside each other, count in the same slot: each
/// goes on where the other one stopped.
#[test]
fn no_count_is_lost_when_a_slab_changes_hands() {
    explore(3, 5, || {
        let slabs = Arc::new(Slabs::new());
        slabs.adopt(1).into_iter().for_each(|slab| slab.release());
        let work = |slabs: &Slabs| -> u64 {
            let Some(slab) = slabs.adopt(0) else { return 0 };
            add(&slab.numbers[0], 1);
            add(&slab.numbers[0], 1);
            slab.release();
            2
        };
        let other = thread::spawn({
            let slabs = Arc::clone(&slabs);
            move || work(&slabs)
        });
        let here = work(&slabs);
        let there = other.join().unwrap();
        assert!(here + there >= 2);
        assert_eq!(slabs.sum(0), here + there, "a count was lost");
    });
}
