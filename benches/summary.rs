//! What an observation and a query of a `Summary` cost.
//!
//! `cargo bench --bench summary`. The streams are lognormal and much longer than what a branch
//! predictor can learn.

use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use nunchi::metric::Summary;
use nunchi::model::{Quantiles, SummaryShape};
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

fn summary(quantiles: &[f64]) -> Summary {
    let quantiles = Quantiles::new(quantiles.iter().copied()).expect("valid quantiles");
    Summary::with_shape(SummaryShape::new(quantiles, SummaryShape::DEFAULT_WINDOW))
}

/// Values around seven milliseconds that spread over four powers of ten.
fn stream() -> Vec<f64> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut uniform = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    let mut normal =
        move || (-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos();
    (0..1 << 16).map(|_| (normal() - 5.0).exp()).collect()
}

fn observe(criterion: &mut Criterion) {
    let values = stream();
    let mut group = criterion.benchmark_group("summary/observe");
    group.throughput(Throughput::Elements(1));
    for (name, quantiles) in [("windowed", &[0.5, 0.9, 0.99][..]), ("sum and count only", &[])] {
        let summary = summary(quantiles);
        let mut next = values.iter().cycle();
        group.bench_function(name, |bencher| {
            bencher.iter(|| summary.observe(*next.next().expect("a cycle has no end")));
        });
        group.bench_function(format!("{name}, two threads on one series"), |bencher| {
            bencher.iter_custom(|iterations| contended(&summary, &values, iterations));
        });
    }
    group.finish();
}

/// The time that `iterations` observations take in each of two threads that start together.
fn contended(summary: &Summary, values: &[f64], iterations: u64) -> Duration {
    let ready = AtomicU32::new(0);
    let run = || {
        ready.fetch_add(1, Ordering::SeqCst);
        while ready.load(Ordering::SeqCst) < 2 {
            std::hint::spin_loop();
        }
        let start = Instant::now();
        for (_, &value) in (0..iterations).zip(values.iter().cycle()) {
            summary.observe(value);
        }
        start.elapsed()
    };
    thread::scope(|scope| {
        let other = scope.spawn(run);
        run().max(other.join().expect("the other thread observes"))
    })
}

fn query(criterion: &mut Criterion) {
    let summary = summary(&[0.5]);
    stream().into_iter().for_each(|value| summary.observe(value));
    criterion.bench_function("summary/quantile of one pane", |bencher| {
        bencher.iter(|| black_box(summary.quantile(black_box(0.99))));
    });
}

criterion_group!(benches, observe, query);
criterion_main!(benches);
