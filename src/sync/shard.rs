//! One thread's part of a [`Tally`](super::tally::Tally): counts per bucket and their sum.
//!
//! The protocol is that of the tally, with one writer: the thread whose slab the shard is in. So the
//! steps of an observation are loads and stores instead of read-modify-writes, and the sum keeps
//! what rounding costs. There are two banks from the start. The words of both stand in turn, so a
//! bank is chosen by an addition to the address, and next to each other on the same cache lines.
//! Behind them stands what was accepted of each bank last; that part belongs to the reader.

use super::float::{two_sum, Exact};
use super::needed::Needed;
#[cfg(not(nunchi_loom))]
use super::pages::PIECES;
use super::primitive::{AtomicU32, AtomicU64, Ordering};
use super::register;
use super::tally::{pause, COLD_TRIES};
use std::ptr::NonNull;

/// The words of a shard with a certain number of buckets.
#[derive(Clone, Copy)]
pub(crate) struct Shard<'s> {
    words: &'s [AtomicU64],
    buckets: usize,
}

const COUNT: usize = 0;
const HIGH: usize = 1;
const LOW: usize = 2;
const BUCKETS: usize = 3;

const SUM_RELEASE: Needed<Ordering> = Needed::ordering("shard_sum_release", Ordering::Release);
const COUNT_RELEASE: Needed<Ordering> = Needed::ordering("shard_count_release", Ordering::Release);
const SUM_ACQUIRE: Needed<Ordering> = Needed::ordering("shard_sum_acquire", Ordering::Acquire);
const COUNT_ACQUIRE: Needed<Ordering> = Needed::ordering("shard_count_acquire", Ordering::Acquire);

/// What the words of a shard need: two banks, and what was accepted of them.
pub(crate) const fn words(buckets: usize) -> usize {
    4 * (BUCKETS + buckets)
}

/// One bank, for its writer: every second word from here on.
#[derive(Clone, Copy)]
struct Bank<'s> {
    words: &'s [AtomicU64],
}

impl<'s> Bank<'s> {
    /// A word before the buckets, or of a bucket that the shard has.
    #[inline(always)]
    fn word(self, word: usize) -> &'s AtomicU64 {
        debug_assert!(2 * word < self.words.len());
        // SAFETY: the words are those of a shard, and no caller asks for a bucket it does not have.
        unsafe { self.words.get_unchecked(2 * word) }
    }

    /// Counts one value in `bucket`; returns the count of the bank.
    #[inline(always)]
    fn count(self, bucket: &AtomicU64, value: f64) -> u64 {
        // The loads are of what this thread stored.
        let bits = |word| self.word(word).load(Ordering::Relaxed);
        let (sum, error) = two_sum(f64::from_bits(bits(HIGH)), value);
        let low = f64::from_bits(bits(LOW)) + error;
        let counted = bits(COUNT).wrapping_add(1);
        let bucket = register::plain(bucket);
        let in_bucket = bucket.load(Ordering::Relaxed).wrapping_add(1);
        self.store(bucket, in_bucket, [sum, low], counted);
        counted
    }

    /// The steps of an observation, in their order.
    #[inline(always)]
    fn store(self, bucket: &AtomicU64, in_bucket: u64, [high, low]: [f64; 2], count: u64) {
        bucket.store(in_bucket, Ordering::Relaxed); // Ordered by what follows.
        self.word(HIGH).store(high.to_bits(), SUM_RELEASE.get());
        self.word(LOW).store(low.to_bits(), SUM_RELEASE.get());
        self.word(COUNT).store(count, COUNT_RELEASE.get());
    }
}

/// Makes the other bank the one to write to, and calls `refresh` with each bank while it is not:
/// first with the one that was not, then with the one that was. One caller at a time.
pub(crate) fn flip(hot: &AtomicU32, mut refresh: impl FnMut(usize)) {
    let was = hot.load(Ordering::Relaxed) & 1; // Stored by one reader at a time.
    refresh(1 - was as usize);
    // Release pairs with the Acquire of writers for whom a bank comes into being; see the tally.
    hot.store(1 - was, Ordering::Release);
    refresh(was as usize);
}

impl<'s> Shard<'s> {
    /// A new shard, all zero, to be freed by [`free`](Self::free), or `None` where there is no memory.
    #[cfg(not(nunchi_loom))]
    pub(crate) fn allocate(buckets: usize) -> Option<NonNull<u8>> {
        PIECES.take(words(buckets) * std::mem::size_of::<AtomicU64>())
    }

    #[cfg(nunchi_loom)]
    pub(crate) fn allocate(buckets: usize) -> Option<NonNull<u8>> {
        let shard: Box<[AtomicU64]> = (0..words(buckets)).map(|_| AtomicU64::new(0)).collect();
        Some(NonNull::from(Box::leak(shard)).cast())
    }

    /// The shard that `words` are, all zero at first: [`words`] of them.
    #[inline(always)]
    pub(crate) fn of(words_of: &'s [AtomicU64], buckets: usize) -> Self {
        assert!(words_of.len() == words(buckets));
        Self { words: words_of, buckets }
    }

    /// The shard at an address.
    ///
    /// # Safety
    ///
    /// It was returned by [`allocate`](Self::allocate) for so many buckets, and is not freed for `'s`.
    #[inline(always)]
    pub(crate) unsafe fn at(shard: NonNull<u8>, buckets: usize) -> Self {
        // SAFETY: `allocate` made room for so many words, zeroed, which is a valid atomic.
        let words = unsafe {
            std::slice::from_raw_parts(shard.as_ptr().cast::<AtomicU64>(), words(buckets))
        };
        Self { words, buckets }
    }

    /// # Safety
    ///
    /// The shard was returned by [`allocate`](Self::allocate) for so many buckets, and nobody uses it.
    #[cfg(not(nunchi_loom))]
    pub(crate) unsafe fn free(shard: NonNull<u8>, buckets: usize) {
        // SAFETY: taken for so many words.
        unsafe { PIECES.give(shard, words(buckets) * std::mem::size_of::<AtomicU64>()) };
    }

    /// # Safety
    ///
    /// As above.
    #[cfg(nunchi_loom)]
    pub(crate) unsafe fn free(shard: NonNull<u8>, buckets: usize) {
        let words = std::ptr::slice_from_raw_parts_mut(shard.as_ptr().cast(), words(buckets));
        // SAFETY: a leaked box of so many words.
        drop(unsafe { Box::<[AtomicU64]>::from_raw(words) });
    }

    fn word(self, bank: usize, word: usize) -> &'s AtomicU64 {
        debug_assert!(bank < 2 && word < BUCKETS + self.buckets);
        &self.words[2 * word + bank]
    }

    /// Word number `word` of what was accepted of a bank. Only the reader comes here.
    fn accepted(self, bank: usize, word: usize) -> &'s AtomicU64 {
        debug_assert!(bank < 2 && word < BUCKETS + self.buckets);
        &self.words[2 * (BUCKETS + self.buckets) + 2 * word + bank]
    }

    /// Counts one value in a bucket of a bank; returns the count of that bank. The caller is the
    /// only writer.
    #[inline(always)]
    pub(crate) fn add(self, bank: usize, bucket: usize, value: f64) -> u64 {
        if bucket >= self.buckets {
            return 0;
        }
        let bank = self.bank(bank & 1);
        bank.count(bank.word(BUCKETS + bucket), value)
    }

    /// As [`add`](Self::add), of a value whose bucket is somewhere else: `bucket` belongs to this
    /// bank of this shard as its own ones do, and whoever reads finds it.
    #[cfg(feature = "protobuf")]
    #[inline(always)]
    pub(crate) fn add_in(self, bank: usize, bucket: &AtomicU64, value: f64) {
        self.bank(bank & 1).count(bucket, value);
    }

    #[inline(always)]
    fn bank(self, bank: usize) -> Bank<'s> {
        debug_assert!(bank < 2);
        // SAFETY: a shard has more than two words.
        let words = unsafe { self.words.get_unchecked(bank..) };
        Bank { words: register::plain_slice(words) }
    }

    /// How many values the only writer has counted, in both banks, as far as the caller can see.
    pub(crate) fn count(self) -> u64 {
        let of = |bank| self.word(bank, COUNT).load(Ordering::Relaxed);
        of(0) + of(1)
    }

    /// Accepts the present state of a bank if its writer is found outside an observation. `room` has
    /// a place for each bucket.
    pub(crate) fn refresh(self, bank: usize, room: &mut [u64]) {
        for _ in 0..COLD_TRIES {
            if let Some(sum) = self.read(bank, room) {
                return self.accept(bank, sum, room);
            }
            pause();
        }
    }

    /// As [`refresh`](Self::refresh), of a shard whose buckets are somewhere else: `copy` finds and
    /// adds them up. Answers whether what it has copied was accepted, in so many tries.
    #[cfg(feature = "protobuf")]
    pub(crate) fn refresh_with(
        self,
        bank: usize,
        tries: usize,
        mut copy: impl FnMut() -> u64,
    ) -> bool {
        for _ in 0..tries {
            if let Some(sum) = self.read_with(bank, &mut copy) {
                self.accept(bank, sum, &[]);
                return true;
            }
            pause();
        }
        false
    }

    fn read(self, bank: usize, room: &mut [u64]) -> Option<[u64; 2]> {
        self.read_with(bank, || {
            let mut seen = 0_u64;
            for (place, bucket) in room.iter_mut().zip(0..self.buckets) {
                // Relaxed: ordered by the Acquires before it.
                *place = self.word(bank, BUCKETS + bucket).load(Ordering::Relaxed);
                seen = seen.wrapping_add(*place);
            }
            seen
        })
    }

    #[inline]
    fn read_with(self, bank: usize, copy: impl FnOnce() -> u64) -> Option<[u64; 2]> {
        let count = self.word(bank, COUNT).load(COUNT_ACQUIRE.get());
        let low = self.word(bank, LOW).load(SUM_ACQUIRE.get());
        let high = self.word(bank, HIGH).load(SUM_ACQUIRE.get());
        (copy() == count).then_some([high, low])
    }

    fn accept(self, bank: usize, [high, low]: [u64; 2], counts: &[u64]) {
        let keep = |word, bits| self.accepted(bank, word).store(bits, Ordering::Relaxed);
        keep(HIGH, high);
        keep(LOW, low);
        (BUCKETS..).zip(counts).for_each(|(word, count)| keep(word, *count));
    }

    /// Adds what was accepted of both banks.
    pub(crate) fn add_to(self, counts: &mut [u64], sum: &mut Exact) {
        for bank in [0, 1] {
            let accepted = |word: usize| self.accepted(bank, word).load(Ordering::Relaxed);
            for (count, word) in counts.iter_mut().zip(BUCKETS..BUCKETS + self.buckets) {
                *count = count.wrapping_add(accepted(word));
            }
            sum.add_both(f64::from_bits(accepted(HIGH)), f64::from_bits(accepted(LOW)));
        }
    }
}

#[cfg(all(test, nunchi_loom))]
#[path = "shard_loom.rs"]
mod loom_model;
