//! Model of the index: one writer, a reader that must find what it was told of.

use super::*;
use loom::cell::UnsafeCell;
use loom::sync::atomic::AtomicUsize as Told;
use loom::sync::Arc;
use std::sync::atomic::{AtomicUsize as Count, Ordering as Std};

struct Shared<const N: usize> {
    index: Index,
    told: Told,
    /// What the numbers stand for, in plain memory: loom reports a data race if a reader is led
    /// there without an Acquire/Release pair of the protocol.
    values: [UnsafeCell<u32>; N],
}

impl<const N: usize> Shared<N> {
    fn insert(&self, hashes: &[u32; N], number: usize) {
        // SAFETY: the number is filed below: nobody is led here yet.
        self.values[number].with_mut(|value| unsafe { *value = number as u32 + 1 });
        // SAFETY: one thread inserts.
        unsafe { self.index.insert(hashes[number], number as u32) };
        self.told.store(number + 1, Ordering::Release);
    }

    fn is_found(&self, hash: u32, number: usize) -> bool {
        let at = |other: u32| {
            let value = &self.values[other as usize];
            // SAFETY: loom checks that no write is concurrent: that is the model's point.
            let value = value.with(|value| unsafe { *value });
            assert_eq!(value, other + 1, "a number was found before what it stands for");
            (other as usize == number).then_some(())
        };
        // As a table searches.
        let favourite = (0..GROUPS).find_map(|group| self.index.find_in(group, hash).and_then(at));
        favourite.or_else(|| self.index.find(hash, at)).is_some()
    }
}

/// A writer inserts numbers with these hashes, the first `before` of them alone; a reader looks for
/// the numbers `sought`. Returns how many executions were explored.
fn explore<const N: usize>(hashes: [u32; N], before: usize, sought: &'static [usize]) -> usize {
    let explored = std::sync::Arc::new(Count::new(0));
    let counter = std::sync::Arc::clone(&explored);
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(move || {
        counter.fetch_add(1, Std::Relaxed);
        let values = [(); N].map(|()| UnsafeCell::new(0));
        let shared = Arc::new(Shared { index: Index::new(), told: Told::new(0), values });
        (0..before).for_each(|number| shared.insert(&hashes, number));
        let writer = {
            let shared = Arc::clone(&shared);
            loom::thread::spawn(move || {
                (before..N).for_each(|number| shared.insert(&hashes, number));
            })
        };
        let known = shared.told.load(Ordering::Acquire);
        for &number in sought {
            let found = shared.is_found(hashes[number], number);
            assert!(found || number >= known, "a number that was told of is missing");
        }
        writer.join().unwrap();
    });
    explored.load(Std::Relaxed)
}

fn check(explored: usize) {
    assert!(explored > 50, "only {explored} executions: the model proves nothing");
}

// A line has two cells here, and there are as many lines as numbers.

#[test]
fn a_reader_finds_every_number_it_was_told_of() {
    check(explore([0, 1, 3], 0, &[0, 1, 2]));
    check(explore([3, 1, 0], 0, &[0, 2]));
}

/// Both go to one line, the second moves to the next line, and what it leaves is overwritten.
#[test]
fn a_reader_finds_what_moves_to_another_line() {
    check(explore([0, 1, 2, 4], 1, &[0, 1]));
    check(explore([1, 3, 0, 2], 2, &[0, 1]));
    check(explore([1, 3, 5, 0, 2], 2, &[0, 1]));
}

/// Equal hashes stay in one line, which spills.
#[test]
fn a_reader_finds_what_spills() {
    check(explore([5, 5, 5], 1, &[0, 1, 2]));
    check(explore([5, 5, 5, 5], 2, &[0, 1, 2]));
}

/// A line that has spilt is split, and cells that were copied are written over.
#[test]
fn a_reader_finds_what_has_spilt_before_a_split() {
    check(explore([1, 1, 3, 3, 5, 1], 4, &[2, 3]));
    check(explore([1, 3, 1, 3, 1, 1], 4, &[1, 3]));
    check(explore([0, 2, 0, 4, 0, 0], 3, &[1, 3]));
    check(explore([3, 3, 3, 1, 1], 2, &[0, 1, 2]));
    check(explore([2, 6, 2, 0, 0, 0, 0], 4, &[0, 1, 2]));
}
