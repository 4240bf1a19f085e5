//! Models of a shard: whatever the reader accepts of a bank is one set of observations.

use super::*;
use crate::sync::explore::explore;
use loom::sync::Arc;

/// The words of a shard with two buckets, and which bank is hot.
struct Words(Vec<AtomicU64>, AtomicU32);

impl Words {
    fn new() -> Arc<Self> {
        Arc::new(Self((0..words(2)).map(|_| AtomicU64::new(0)).collect(), AtomicU32::new(0)))
    }

    fn shard(&self) -> Shard<'_> {
        Shard::of(&self.0, 2)
    }

    /// An observation of value `bucket + 1`.
    fn observe(&self, bucket: usize) {
        let bank = self.1.load(Ordering::Relaxed) as usize;
        self.shard().add(bank, bucket, bucket as f64 + 1.0);
    }
}

fn check_set([high, low]: [u64; 2], counts: &[u64]) {
    let sum = f64::from_bits(high) + f64::from_bits(low);
    assert_eq!(sum, counts[0] as f64 + 2.0 * counts[1] as f64, "a torn reading");
}

/// The writer keeps in mind what it stored: a model in which it loads that from the words explores
/// one execution and proves nothing.
#[test]
fn an_accepted_reading_is_one_set() {
    explore(4, 1_000, || {
        let words = Words::new();
        let writer = loom::thread::spawn({
            let words = Arc::clone(&words);
            move || {
                let bank = words.shard().bank(0);
                let [first, second] = [BUCKETS, BUCKETS + 1].map(|word| bank.word(word));
                bank.store(first, 1, [1.0, 0.0], 1);
                bank.store(second, 1, [2.0, 1.0], 2);
                bank.store(first, 2, [4.0, 0.0], 3);
            }
        });
        let mut counts = [0; 2];
        if let Some(sum) = words.shard().read(0, &mut counts) {
            check_set(sum, &counts);
        }
        writer.join().unwrap();
        let sum = words.shard().read(0, &mut counts).unwrap();
        assert_eq!(counts, [2, 1]);
        check_set(sum, &counts);
    });
}

/// A reader flips while the writer goes on: both banks together are one set at any time, and in the
/// end nothing is missing.
#[test]
fn no_observation_is_lost_between_the_banks() {
    explore(4, 100, || {
        let words = Words::new();
        let writer = loom::thread::spawn({
            let words = Arc::clone(&words);
            move || [0, 1, 0].map(|bucket| words.observe(bucket))
        });
        let read = || {
            let (mut counts, mut sum) = ([0; 2], Exact::default());
            flip(&words.1, |bank| words.shard().refresh(bank, &mut [0; 2]));
            words.shard().add_to(&mut counts, &mut sum);
            assert_eq!(sum.rounded(), counts[0] as f64 + 2.0 * counts[1] as f64, "a torn reading");
            counts
        };
        read();
        writer.join().unwrap();
        assert_eq!(read(), [2, 1]);
    });
}

/// As a native histogram has it: buckets, and classic buckets beside them, are words elsewhere.
#[test]
fn an_accepted_reading_of_buckets_elsewhere_is_one_set() {
    explore(3, 1_000, || {
        let words: Arc<Vec<_>> = Arc::new((0..words(0) + 3).map(|_| AtomicU64::new(0)).collect());
        let writer = loom::thread::spawn({
            let words = Arc::clone(&words);
            move || {
                let (own, elsewhere) = words.split_at(super::words(0));
                let bank = Shard::of(own, 0).bank(0);
                elsewhere[2].store(1, Ordering::Relaxed);
                bank.store(&elsewhere[0], 1, [1.0, 0.0], 1);
                elsewhere[2].store(2, Ordering::Relaxed);
                bank.store(&elsewhere[1], 1, [2.0, 1.0], 2);
            }
        });
        let (own, elsewhere) = words.split_at(super::words(0));
        let mut counts = [0; 2];
        let read = |counts: &mut [u64; 2]| {
            Shard::of(own, 0).read_with(0, || {
                *counts = [0, 1].map(|at: usize| elsewhere[at].load(Ordering::Relaxed));
                let classic = elsewhere[2].load(Ordering::Relaxed);
                let all = counts[0] + counts[1];
                if all == classic {
                    all
                } else {
                    u64::MAX
                }
            })
        };
        if let Some(sum) = read(&mut counts) {
            check_set(sum, &counts);
        }
        writer.join().unwrap();
        let sum = read(&mut counts).unwrap();
        assert_eq!(counts, [1, 1]);
        check_set(sum, &counts);
    });
}
