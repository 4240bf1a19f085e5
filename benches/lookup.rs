//! What finding a series by its label values costs, when it is there and when it is new.
//!
//! `cargo bench --bench lookup`. The order is random; the series fit in the cache in one group and
//! do not in the other.

use criterion::{criterion_group, criterion_main, BatchSize, Criterion, Throughput};
use nunchi::label::DynamicLabels;
use nunchi::{Counter, Family, Registry};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// The values of series number `n`, of three labels.
fn labels(n: usize) -> [String; 3] {
    let method = ["GET", "POST", "PUT", "DELETE", "PATCH"][n % 5].to_owned();
    [method, format!("/api/v1/rooms/{:03}/messages", n / 5 % 200), format!("server-{n:07}.example")]
}

/// Label values of `count` series, shuffled.
fn shuffled(count: usize) -> Vec<[String; 3]> {
    let mut values: Vec<_> = (0..count).map(labels).collect();
    let mut state = 42_u64;
    for at in (1..count).rev() {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        values.swap(at, (state >> 33) as usize % (at + 1));
    }
    values
}

fn family(names: &[&str]) -> Family<Counter, DynamicLabels> {
    let builder = Registry::new().counter("looked_up_total", "Looked up.").max_series(1 << 22);
    builder.labels(names.iter().copied()).expect("valid names")
}

fn hits(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lookup/hit and inc");
    group.throughput(Throughput::Elements(1));
    let values = shuffled(1000);
    let pair = family(&["method", "instance"]);
    let inc = |[method, _, instance]: &[String; 3]| {
        pair.with_values(&[method, instance]).expect("two values").inc();
    };
    let mut next = values.iter().cycle();
    group.bench_function("2 labels, 1,000 series", |bencher| {
        bencher.iter(|| inc(next.next().expect("a cycle has no end")));
    });
    group.bench_function("2 labels, 1,000 series, while another thread does", |bencher| {
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                for values in values.iter().rev().cycle() {
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                    inc(values);
                }
            });
            bencher.iter(|| inc(next.next().expect("a cycle has no end")));
            done.store(true, Ordering::Relaxed);
        });
    });
    let mut next = values.iter().cycle();
    group.bench_function("2 labels, 1,000 series, `counter!`", |bencher| {
        bencher.iter(|| {
            let [method, _, instance] = next.next().expect("a cycle has no end");
            nunchi::counter!(
                "macro_total", "Looked up by a macro.",
                "method" => method.as_str(), "instance" => instance.as_str(),
            )
            .inc();
        });
    });
    let values = shuffled(100_000);
    let triple = family(&["method", "path", "instance"]);
    let mut next = values.iter().cycle();
    group.bench_function("3 labels, 100,000 series, cold", |bencher| {
        bencher.iter(|| {
            let values = next.next().expect("a cycle has no end");
            let values: [&str; 3] = std::array::from_fn(|at| values[at].as_str());
            triple.with_values(&values).expect("three values").inc();
        });
    });
    group.finish();
}

fn first_touch(criterion: &mut Criterion) {
    const SERIES: usize = 10_000;
    let values: Vec<_> = (0..SERIES).map(labels).collect();
    let mut group = criterion.benchmark_group("lookup/first touch");
    group.sample_size(20).throughput(Throughput::Elements(SERIES as u64));
    group.bench_function("10,000 series, one value unique", |bencher| {
        bencher.iter_batched_ref(
            || family(&["method", "path", "instance"]),
            |family| {
                for values in &values {
                    let values: [&str; 3] = std::array::from_fn(|at| values[at].as_str());
                    family.with_values(&values).expect("three values").inc();
                }
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, hits, first_touch);
criterion_main!(benches);
