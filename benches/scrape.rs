//! What a scrape costs as a whole, and what it costs those who update meanwhile.
//!
//! `cargo bench --bench scrape`.

use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use nunchi::http::{respond, Request};
use nunchi::{encode, Encoder, Format, Registry};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

const SERIES: usize = 10_000;

fn registry() -> Registry {
    let registry = Registry::new();
    let builder = registry.counter("requests_total", "Requests.");
    let family = builder.labels(["instance"]).expect("valid names");
    for n in 0..SERIES {
        family.with_values(&[&format!("server-{n:06}")]).expect("one value").inc_by(n as u64);
    }
    registry
}

fn scrape(criterion: &mut Criterion) {
    let registry = registry();
    let mut group = criterion.benchmark_group("scrape/10,000 counters");
    group.sample_size(30).throughput(Throughput::Elements(SERIES as u64));
    let mut page = Vec::new();
    group.bench_function("whole page into memory", |bencher| {
        bencher.iter(|| {
            page.clear();
            encode(&registry, Format::Text, &mut page);
        });
    });
    let mut chunk = Vec::with_capacity(64 * 1024);
    group.bench_function("in chunks of 64 KiB", |bencher| {
        bencher.iter(|| {
            let mut encoder = Encoder::new(&registry, Format::Text);
            loop {
                chunk.clear();
                if !encoder.next_chunk(&mut chunk) {
                    break;
                }
            }
        });
    });
    group.bench_function("HTTP response", |bencher| {
        let request = Request::get();
        bencher.iter(|| respond(&registry, &request).body.len());
    });
    group.finish();
}

/// An update takes no lock that a scrape holds: it costs what it costs without one.
fn update_meanwhile(criterion: &mut Criterion) {
    let registry = registry();
    let held = registry.counter("held_total", "Held.").register().expect("a valid name");
    let builder = registry.counter("requests_total", "Requests.");
    let family = builder.labels(["instance"]).expect("the same family");
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut page = Vec::new();
            while !done.load(Ordering::Relaxed) {
                page.clear();
                encode(&registry, Format::Text, &mut page);
            }
        });
        let mut group = criterion.benchmark_group("scrape/meanwhile");
        group.bench_function("inc, held handle", |bencher| bencher.iter(|| held.inc()));
        group.bench_function("lookup and inc", |bencher| {
            bencher.iter(|| family.with_values(&["server-004096"]).expect("one value").inc());
        });
        group.finish();
        done.store(true, Ordering::Relaxed);
    });
}

criterion_group!(benches, scrape, update_meanwhile);
criterion_main!(benches);
