//! Many threads at one histogram.

use super::*;
use std::sync::atomic::AtomicBool;
use std::thread;

/// Eight threads, so many that the histogram becomes hot on the way.
#[test]
fn totals_are_exact() {
    let (threads, rounds) = if cfg!(miri) { (3, 40_u32) } else { (8, 60_000) };
    let shape =
        NativeShape::default().with_classic_buckets(crate::model::Buckets::new([1.0]).unwrap());
    for histogram in [NativeHistogram::default(), NativeHistogram::with_shape(shape)] {
        thread::scope(|scope| {
            for thread in 0..threads {
                let histogram = &histogram;
                scope.spawn(move || {
                    for round in 0..rounds {
                        histogram.observe(f64::from((thread + round) % 7) - 3.0);
                    }
                });
            }
        });
        let wanted =
            (0..threads).flat_map(|thread| (0..rounds).map(move |round| (thread + round) % 7));
        let (mut counts, mut sum) = ([0; 7], 0.0);
        for value in wanted {
            counts[value as usize] += 1;
            sum += f64::from(value) - 3.0;
        }
        let (classic, shown) = scrape_both(&histogram, 0);
        assert_eq!((shown.count, f64::from_bits(shown.sum)), (u64::from(threads * rounds), sum));
        assert_eq!(shown.negative, [(0, counts[2]), (8, counts[1]), (13, counts[0])]);
        assert_eq!(shown.positive, [(0, counts[4]), (8, counts[5]), (13, counts[6])]);
        assert_eq!(shown.zero_count, counts[3]);
        if histogram.has_classic {
            let upper = counts[5] + counts[6];
            assert_eq!(classic, [shown.count - upper, upper]);
        }
        assert!(cfg!(miri) || histogram.recorders.is_hot());
    }
}

/// Each observation has a value from which its bucket follows, so any mixture of one observation's
/// bucket with another's sum shows; also while buckets appear.
#[test]
fn every_reading_is_one_set_while_writers_never_pause() {
    let readings = if cfg!(miri) { 3 } else { 3_000 };
    let shape = NativeShape::default().with_max_buckets(0);
    let shape = shape.with_classic_buckets(crate::model::Buckets::new([4.0, 1e6]).unwrap());
    let histogram = NativeHistogram::with_shape(shape);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for sign in [1.0, -1.0] {
            let (histogram, done) = (&histogram, &done);
            scope.spawn(move || {
                for power in (0..60_i32).cycle() {
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                    histogram.observe(sign * 2_f64.powi(power / 3));
                }
            });
        }
        let mut last = 0;
        for _ in 0..readings {
            let (classic, shown) = scrape_both(&histogram, 0);
            let sum = |side: &[(i32, u64)]| {
                side.iter().map(|(index, count)| 2_f64.powi(index / 8) * *count as f64).sum::<f64>()
            };
            let wanted = sum(&shown.positive) - sum(&shown.negative);
            assert_eq!(f64::from_bits(shown.sum), wanted, "a torn reading");
            let native: u64 =
                shown.positive.iter().chain(&shown.negative).map(|bucket| bucket.1).sum();
            let low: u64 =
                shown.positive.iter().filter(|bucket| bucket.0 <= 16).map(|bucket| bucket.1).sum();
            let negative: u64 = shown.negative.iter().map(|bucket| bucket.1).sum();
            assert_eq!((classic[0], shown.count), (low + negative, native), "a torn reading");
            assert!(shown.count >= last, "the count fell");
            last = shown.count;
        }
        done.store(true, Ordering::Relaxed);
    });
}
