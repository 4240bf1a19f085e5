//! What a garbage collector pays to be measured.
//!
//! `cargo bench --bench gc --features gc`. "clocks" is the time that a cycle with a pause spends
//! on reading the exact clock.

use criterion::{criterion_group, criterion_main, Criterion};
use nunchi::gc::{Cause, GcStats, Gen, Heap, Total};
use nunchi::Registry;
use std::hint::black_box;
use std::time::Instant;

fn heap(totals: &[Total]) -> Heap {
    let stats = GcStats::builder("bench")
        .generations(["0", "1"])
        .causes(["reroot", "pressure"])
        .totals(totals.iter().copied())
        .register(&Registry::new());
    stats.expect("a new registry").heap()
}

fn cycles(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gc");
    group.bench_function("clocks", |bencher| {
        bencher.iter(|| {
            black_box([(); 3].map(|()| Instant::now()));
        });
    });
    let plain = heap(&[]);
    group.bench_function("begin, pause, finish", |bencher| {
        bencher.iter(|| {
            let mut cycle = plain.begin(Gen(0), Cause(0));
            drop(cycle.pause());
            cycle.finish();
        });
    });
    let told = heap(&[Total::FreedBytes, Total::FreedObjects, Total::PromotedBytes]);
    group.bench_function("begin, pause, tell, finish", |bencher| {
        let mut live = 0;
        bencher.iter(|| {
            live += 64;
            let mut cycle = told.begin(Gen(0), Cause(0));
            drop(cycle.pause());
            cycle.freed_bytes(64).freed_objects(1).promoted_bytes(64).live_bytes(live);
            cycle.finish();
        });
    });
    let allocating = heap(&[Total::AllocatedBytes, Total::AllocatedObjects]);
    group.bench_function("allocate", |bencher| {
        bencher.iter(|| black_box(&allocating).allocated_bytes(64).allocated_objects(1).used(64));
    });
    group.finish();
}

criterion_group!(benches, cycles);
criterion_main!(benches);
