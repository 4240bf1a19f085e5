//! Many threads, rotation and scrapes at once: nothing is lost.

use super::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

const THREADS: u64 = 8;

const EACH: u64 = match (cfg!(miri), cfg!(debug_assertions)) {
    (true, _) => 60,
    (_, true) => 50_000,
    _ => 1_000_000,
};

#[test]
fn every_observation_is_counted_once_across_rotation() {
    let summary = summary(160_000, &[0.0, 0.5, 1.0]);
    let clock = AtomicU64::new(0);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let recorders: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (summary, clock) = (&summary, &clock);
                scope.spawn(move || {
                    for step in 0..EACH {
                        let now = clock.fetch_add(1, Ordering::Relaxed);
                        let value = (1 + (step + thread) % 1_000) as f64;
                        // One in ten is negative: both sides of zero are swept.
                        summary.put(if step % 10 == 0 { -value } else { value }, now);
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            let mut scratch = Scratch::default();
            let mut count = 0;
            while !done.load(Ordering::Relaxed) {
                let totals = summary.snapshot_at(clock.load(Ordering::Relaxed), &mut scratch);
                assert!(totals.count >= count, "the count went back");
                count = totals.count;
                assert_eq!(scratch.values.len(), 3);
            }
        });
        recorders.into_iter().for_each(|recorder| recorder.join().unwrap());
        done.store(true, Ordering::Relaxed);
    });
    let expected: f64 = (0..THREADS)
        .flat_map(|thread| (0..EACH).map(move |step| (step, (1 + (step + thread) % 1_000) as f64)))
        .map(|(step, value)| if step % 10 == 0 { -value } else { value })
        .sum();
    let totals = summary.snapshot_at(clock.load(Ordering::Relaxed), &mut Scratch::default());
    assert_eq!(totals, SummaryTotals { count: THREADS * EACH, sum: expected });
    assert_eq!((summary.count(), summary.sum()), (THREADS * EACH, expected));
}

#[test]
fn sum_and_count_belong_together() {
    for quantiles in [&[0.5][..], &[]] {
        let summary = summary(16, quantiles);
        let clock = AtomicU64::new(0);
        thread::scope(|scope| {
            let recorder = scope.spawn(|| {
                for now in 0..EACH {
                    summary.put(1.0, now / 64);
                    clock.store(now / 64, Ordering::Relaxed);
                    if now % 16 == 0 {
                        thread::yield_now();
                    }
                }
            });
            let mut scratch = Scratch::default();
            while !recorder.is_finished() {
                let totals = summary.snapshot_at(clock.load(Ordering::Relaxed), &mut scratch);
                // The sum is ahead by the observation in flight, or by a few if the recorder left
                // no gap during any attempt; it is never behind.
                assert!(totals.sum >= totals.count as f64, "{totals:?}");
            }
        });
        let totals = summary.snapshot_at(EACH, &mut Scratch::default());
        assert_eq!(totals, SummaryTotals { count: EACH, sum: EACH as f64 });
    }
}
