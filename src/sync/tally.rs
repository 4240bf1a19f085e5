//! Counts per bucket together with the sum of what was counted, read as one consistent set.
//!
//! **The cell protocol.** A writer adds to the bucket (Relaxed), then to the sum (Release), then to
//! the count (Release). A reader loads the count (Acquire), then the sum (Acquire), then the
//! buckets, and accepts when the buckets add up to the count. The `c` writers behind the count are
//! wholly visible, because their last step was Release. Whoever else is in the sum has its bucket
//! visible, because that came before its sum; then the buckets add up to more than `c`. So on
//! acceptance the buckets, the sum and the count are of the same observations. Three
//! read-modify-writes and no ticket.
//!
//! **Two banks.** Writers that never pause would let a reader try for ever. After a few tries the
//! reader adds a second bank and makes it *hot*: writers go there, except those that had already
//! read which bank is hot. The other bank is now *cold* and quiet, and is accepted as soon as the
//! writers inside it are done. From then on every reading reads the cold bank, flips, and reads the
//! bank that was hot. Both are cumulative and hold different observations, so the two sets together
//! are one set. Only a writer stopped by the scheduler *inside* an observation can keep a cold bank
//! from being accepted. The reader waits for it some tens of microseconds and then answers with
//! what it accepted of that bank the last time: an older set, but one set, and never less than
//! before. Nothing was accepted of the second bank before it was there, so an empty set stands for
//! that. The first bank may have been shown before the flip, so the first flip of a tally waits
//! longer, up to [`FIRST_PATIENCE`]; only if a writer is stopped for all of that does the reader
//! answer with a sum that is ahead of its buckets, or behind them, by the observations in flight.
//!
//! **Thread cells.** Threads that observe a hot tally each write a [`Shard`] of their own, by the
//! same protocol and with both banks from the start. A reading then is that of the shared banks and
//! of all shards, one flip for all of them.

use super::float::{AtomicF64, Exact};
use super::needed::Needed;
use super::primitive::{AtomicPtr, AtomicU32, AtomicU64, Ordering};
use super::shard::{self, Shard};
use super::slab::{Heat, Kind};
use parking_lot::Mutex;
use std::fmt;
use std::ptr;
use std::time::{Duration, Instant};

/// Buckets and a sum that many threads add to.
pub(crate) struct Tally {
    first: Bank,
    /// Null until a reader found the first bank too busy.
    second: AtomicPtr<Bank>,
    /// 0 or 1: the bank that writers should use. Stored with Release after `second` was.
    hot: AtomicU32,
    heat: Heat,
    /// Held by the one reader that may flip; what was accepted last, once there are two banks.
    reader: Mutex<Option<Box<[Reading; 2]>>>,
}

/// What a reader accepted of a bank.
struct Reading {
    counts: Box<[u64]>,
    sum: f64,
}

impl Reading {
    fn empty(buckets: usize) -> Self {
        Self { counts: vec![0; buckets].into(), sum: 0.0 }
    }

    fn add_to(&self, totals: &mut [u64], sum: &mut Exact) {
        sum.add(self.sum);
        for (total, count) in totals.iter_mut().zip(self.counts.iter()) {
            *total = total.wrapping_add(*count);
        }
    }

    fn accept(&mut self, sum: f64, counts: &[u64]) {
        self.sum = sum;
        self.counts.copy_from_slice(counts);
    }
}

struct Bank {
    totals: Totals,
    buckets: Box<[AtomicU64]>,
}

/// The count and the sum of a bank: the steps of the protocol that come after the bucket's.
#[derive(Debug)]
pub(crate) struct Totals {
    count: AtomicU64,
    sum: AtomicF64,
}

/// Tries on a bank before the reader gives up waiting for a quiet moment.
const TRIES: usize = if cfg!(nunchi_loom) { 1 } else { 16 };
/// Tries on a cold bank, with a pause after each: some tens of microseconds.
pub(super) const COLD_TRIES: usize = if cfg!(nunchi_loom) { 2 } else { 256 };
/// How long the very first flip of a tally waits for writers that are stopped inside an observation.
const FIRST_PATIENCE: Duration = Duration::from_millis(if cfg!(nunchi_loom) { 0 } else { 250 });

const SUM_RELEASE: Needed<Ordering> = Needed::ordering("sum_release", Ordering::Release);
const COUNT_RELEASE: Needed<Ordering> = Needed::ordering("count_release", Ordering::Release);
const SUM_ACQUIRE: Needed<Ordering> = Needed::ordering("sum_acquire", Ordering::Acquire);
const COUNT_ACQUIRE: Needed<Ordering> = Needed::ordering("count_acquire", Ordering::Acquire);

impl Totals {
    /// Zero.
    pub(crate) fn new() -> Self {
        Self { count: AtomicU64::new(0), sum: AtomicF64::zero() }
    }

    /// Adds a value, which is in its bucket already.
    #[inline]
    pub(crate) fn add(&self, value: f64) {
        self.sum.add(value, SUM_RELEASE.get());
        self.count.fetch_add(1, COUNT_RELEASE.get());
    }

    /// Adds to the sum alone. The caller keeps in mind by how much the sum is off from then on.
    #[cfg(feature = "protobuf")]
    pub(crate) fn move_sum(&self, by: f64) {
        // Relaxed: an addition carries on the release of those before it.
        self.sum.add(by, Ordering::Relaxed);
    }

    /// Returns the sum, of the very observations that `copy` has found in the buckets and added up,
    /// if a quiet moment is found in so many tries.
    #[inline]
    pub(crate) fn read(&self, tries: usize, mut copy: impl FnMut() -> u64) -> Option<f64> {
        for _ in 0..tries {
            let count = self.count.load(COUNT_ACQUIRE.get());
            let sum = self.sum.load(SUM_ACQUIRE.get());
            if copy() == count {
                return Some(sum);
            }
            pause();
        }
        None
    }
}

impl Bank {
    fn new(buckets: usize) -> Self {
        let buckets = (0..buckets).map(|_| AtomicU64::new(0)).collect();
        Self { totals: Totals::new(), buckets }
    }

    #[inline]
    fn add(&self, bucket: usize, value: f64) {
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed); // Ordered by the two steps after it.
            self.totals.add(value);
        }
    }

    /// Copies the buckets to `into` and returns the sum, as one set, if a quiet moment is found in
    /// so many tries.
    fn read(&self, tries: usize, into: &mut [u64]) -> Option<f64> {
        self.totals.read(tries, || self.copy(into))
    }

    /// Brings the reading of a cold bank up to date if a quiet moment is found. `counts` is room to
    /// try in.
    fn refresh(&self, reading: &mut Reading, counts: &mut [u64]) {
        if let Some(sum) = self.read(COLD_TRIES, counts) {
            reading.accept(sum, counts);
        }
    }

    /// The first reading of a bank that may have been shown before, just after it became cold.
    #[cold]
    fn read_patiently(&self, reading: &mut Reading, counts: &mut [u64]) {
        let start = Instant::now();
        while start.elapsed() < FIRST_PATIENCE {
            if let Some(sum) = self.read(COLD_TRIES, counts) {
                return reading.accept(sum, counts);
            }
            std::thread::sleep(Duration::from_micros(100)); // Lets the stopped writers run.
        }
        self.copy(counts);
        reading.accept(self.totals.sum.load(Ordering::Acquire), counts); // Perhaps not of one set.
    }

    fn copy(&self, into: &mut [u64]) -> u64 {
        let mut seen = 0_u64;
        for (place, bucket) in into.iter_mut().zip(&*self.buckets) {
            *place = bucket.load(Ordering::Relaxed); // Ordered by the Acquires before it.
            seen = seen.wrapping_add(*place);
        }
        seen
    }
}

impl Tally {
    /// All zero.
    pub(crate) fn new(buckets: usize) -> Self {
        Self {
            first: Bank::new(buckets),
            second: AtomicPtr::new(ptr::null_mut()),
            hot: AtomicU32::new(0),
            heat: Heat::cold(),
            reader: Mutex::new(None),
        }
    }

    /// Counts one value in a bucket: four loads and stores in a shard of this thread if the tally is
    /// hot, else three read-modify-writes. Lock-free, and wait-free in the shard.
    #[inline]
    pub(crate) fn add(&self, bucket: usize, value: f64) {
        match self.shard() {
            // Relaxed: a shard has both banks, so which one matters to nobody but the reader, and
            // that finds out by the protocol.
            Some(shard) => {
                shard.add(self.hot.load(Ordering::Relaxed) as usize, bucket, value);
            }
            None => self.add_shared(bucket, value),
        }
    }

    /// The shard of this thread.
    #[inline(always)]
    fn shard(&self) -> Option<Shard<'_>> {
        let shard = self.heat.shard()?;
        // SAFETY: our slot has shards that `add_shared` made for as many buckets, freed by `drop`.
        Some(unsafe { Shard::at(shard, self.first.buckets.len()) })
    }

    #[inline(never)]
    fn add_shared(&self, bucket: usize, value: f64) {
        let buckets = self.first.buckets.len();
        if self.heat.join() && self.heat.install(|| Shard::allocate(buckets)) {
            return self.add(bucket, value);
        }
        // Acquire pairs with the Release in `flip`: the second bank is there.
        if self.hot.load(Ordering::Acquire) == 0 {
            self.first.add(bucket, value);
        } else {
            self.second().unwrap_or(&self.first).add(bucket, value);
        }
        self.heat.warm(Kind::Tally);
    }

    /// Leaves the counts of all buckets in `counts`, one per bucket, and returns the sum of the
    /// very observations that are counted there. Waits for a concurrent reader of the same tally,
    /// and for each writer that is stopped inside an observation some tens of microseconds. Allocates to grow `counts`, and
    /// once when it finds writers that do not pause.
    pub(crate) fn read(&self, counts: &mut Vec<u64>) -> f64 {
        let buckets = self.first.buckets.len();
        counts.clear();
        counts.resize(2 * buckets, 0);
        let (totals, room) = counts.split_at_mut(buckets);
        let mut sum = Exact::default();
        let mut reader = self.reader.lock();
        // Without a second bank and without shards, one quiet moment is all that is needed.
        let shared = if reader.is_none() { self.first.read(TRIES, totals) } else { None };
        if let Some(shared) = shared {
            sum.add(shared);
            if self.heat.is_hot() {
                self.flip(None, room);
            }
        } else {
            let readings = reader.get_or_insert_with(|| self.add_bank(room));
            self.flip(Some(readings), room);
            totals.fill(0);
            for reading in readings.iter() {
                reading.add_to(totals, &mut sum);
            }
        }
        self.for_each_shard(|shard| shard.add_to(totals, &mut sum));
        counts.truncate(buckets);
        sum.rounded()
    }

    /// Reads the cold banks, flips, and reads the banks that were hot: of all shards, and the shared
    /// ones if there are two.
    fn flip(&self, readings: Option<&mut [Reading; 2]>, room: &mut [u64]) {
        let mut shared = readings.zip(self.second().map(|second| [&self.first, second]));
        shard::flip(&self.hot, |bank| {
            if let Some((readings, banks)) = &mut shared {
                banks[bank].refresh(&mut readings[bank], room);
            }
            self.for_each_shard(|shard| shard.refresh(bank, room));
        });
    }

    fn for_each_shard(&self, mut each: impl FnMut(Shard<'_>)) {
        self.heat.for_each_shard(|shard| {
            // SAFETY: our slot has shards that `add_shared` made for as many buckets, freed by `drop`.
            each(unsafe { Shard::at(shard, self.first.buckets.len()) });
        });
    }

    #[inline]
    fn second(&self) -> Option<&Bank> {
        // Acquire pairs with the Release in `add_bank`.
        let bank = self.second.load(Ordering::Acquire);
        // SAFETY: null, or from `Box::into_raw` in `add_bank` and freed by `drop` only.
        unsafe { bank.as_ref() }
    }

    /// Adds the second bank, makes it hot, and reads the first. The caller holds `reader` and found
    /// no second bank.
    #[cold]
    fn add_bank(&self, room: &mut [u64]) -> Box<[Reading; 2]> {
        let bank = Box::into_raw(Box::new(Bank::new(self.first.buckets.len())));
        self.second.store(bank, Ordering::Release); // Pairs with the Acquire in `second`.
        self.hot.store(1, Ordering::Release); // Pairs with the Acquire in `add_shared`.
        let mut readings = Box::new([(); 2].map(|()| Reading::empty(room.len())));
        self.first.read_patiently(&mut readings[0], room);
        readings
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        let buckets = self.first.buckets.len();
        self.heat.retire(Kind::Tally, |shard| {
            // SAFETY: made by `add_shared` of this tally, which nobody uses any more; the slot forgets it.
            unsafe { Shard::free(shard, buckets) };
        });
        let bank = self.second.load(Ordering::Relaxed); // Nobody else is left.
        if !bank.is_null() {
            // SAFETY: from `Box::into_raw` in `add_bank`, freed only here.
            drop(unsafe { Box::from_raw(bank) });
        }
    }
}

impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut counts = Vec::new();
        let sum = self.read(&mut counts);
        f.debug_struct("Tally").field("counts", &counts).field("sum", &sum).finish()
    }
}

#[cfg(not(nunchi_loom))]
pub(super) fn pause() {
    std::hint::spin_loop();
}

#[cfg(nunchi_loom)]
pub(super) fn pause() {
    loom::thread::yield_now();
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn totals_are_exact() {
        let (threads, rounds) = if cfg!(miri) { (3, 30) } else { (8, 50_000) };
        let tally = Tally::new(3);
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let tally = &tally;
                scope.spawn(move || {
                    for round in 0..rounds {
                        tally.add((thread + round) % 3, 1.0);
                    }
                });
            }
        });
        let mut counts = Vec::new();
        let sum = tally.read(&mut counts);
        assert_eq!(counts.iter().sum::<u64>(), (threads * rounds) as u64);
        assert_eq!(sum, (threads * rounds) as f64);
    }

    /// Threads that come after each other get each other's slabs, shards included.
    #[test]
    fn a_shard_passes_from_thread_to_thread_with_its_counts() {
        let (threads, rounds) = if cfg!(miri) { (6_u32, 100_u32) } else { (40, 20_000) };
        let tally = Tally::new(1);
        for _ in 0..threads / 2 {
            std::thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| (0..rounds).for_each(|_| tally.add(0, 1.0)));
                }
            });
        }
        let mut counts = Vec::new();
        assert_eq!(tally.read(&mut counts), f64::from(threads * rounds));
        assert_eq!(counts, [u64::from(threads * rounds)]);
        assert!(tally.heat.is_hot());
    }

    /// Each observation of bucket `n` has the value `n + 1`, so any mixture of one observation's
    /// bucket with another's sum shows.
    #[test]
    fn every_reading_is_one_set_while_writers_never_pause() {
        let readings = if cfg!(miri) { 5 } else { 20_000 };
        let tally = Tally::new(2);
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for bucket in [0, 1] {
                let (tally, done) = (&tally, &done);
                scope.spawn(move || {
                    while !done.load(Ordering::Relaxed) {
                        tally.add(bucket, bucket as f64 + 1.0);
                    }
                });
            }
            let (mut counts, mut last, mut torn) = (Vec::new(), 0.0, 0);
            for _ in 0..readings {
                let sum = tally.read(&mut counts);
                torn += usize::from(sum != counts[0] as f64 + 2.0 * counts[1] as f64);
                assert!(sum >= last, "the sum of positive values went down");
                last = sum;
            }
            done.store(true, Ordering::Relaxed);
            assert_eq!(torn, 0, "{torn} of {readings} readings were torn");
        });
    }

    #[test]
    fn a_bucket_out_of_range_is_ignored() {
        let tally = Tally::new(1);
        tally.add(1, 5.0);
        let mut counts = Vec::new();
        assert_eq!((tally.read(&mut counts), counts), (0.0, vec![0]));
    }
}

#[cfg(all(test, nunchi_loom))]
#[path = "tally_loom.rs"]
mod loom_model;
