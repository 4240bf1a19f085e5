//! What finding a series by its label values costs, when it is there and when it is new.
//!
//! `cargo bench --bench lookup --features derive`. The order is random; the series fit in the cache
//! in one group and do not in the other. Typed labels, which are found by position, are asked in a
//! group of their own, where the loop around them is the same for all.

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

#[cfg(feature = "derive")]
mod typed {
    use super::*;
    use nunchi::{family, LabelValue, Labels};
    use std::hint::black_box;

    #[derive(Clone, Copy, LabelValue)]
    #[label(rename_all = "UPPERCASE")]
    enum Method {
        Get,
        Head,
        Post,
        Put,
        Delete,
    }

    #[derive(Clone, Copy, LabelValue)]
    enum Endpoint {
        Page,
        Socket,
        Metrics,
        Health,
        Other,
    }

    #[derive(Clone, Copy, Labels)]
    struct Route {
        method: Method,
        endpoint: Endpoint,
        secure: bool,
    }

    /// As [`Route`], found by its texts.
    struct Hashed(Route);

    impl Labels for Hashed {
        type Borrowed<'b> = Self;
        const NAMES: &'static [&'static str] = Route::NAMES;

        #[inline]
        fn with_values<R>(&self, f: impl FnOnce(&[&str]) -> R) -> R {
            self.0.with_values(f)
        }
    }

    static STATIC: Family<Counter, Route> = family!("typed_total", "Typed.");
    static PLAIN: Family<Counter> = family!("plain_total", "Plain.");

    pub(super) fn hits(criterion: &mut Criterion) {
        let mut group = criterion.benchmark_group("lookup/typed hit and inc");
        group.throughput(Throughput::Elements(1));
        let route = Route { method: Method::Put, endpoint: Endpoint::Health, secure: true };
        let registry = Registry::new();
        let bare = registry.counter("bare_total", "Bare.").register().expect("valid");
        group.bench_function("no lookup", |bencher| {
            bencher.iter(|| {
                black_box(&route);
                bare.inc();
            });
        });
        group.bench_function("no labels, static family", |bencher| {
            bencher.iter(|| PLAIN.with(black_box(&())).inc());
        });
        group.bench_function("3 closed labels, static family", |bencher| {
            STATIC.init_all();
            bencher.iter(|| STATIC.with(black_box(&route)).inc());
        });
        let held = registry.counter("held_total", "Held.").family::<Route>().expect("valid");
        group.bench_function("3 closed labels, family in a registry", |bencher| {
            held.init_all();
            bencher.iter(|| held.with(black_box(&route)).inc());
        });
        let by_hash = registry.counter("hash_total", "Hash.").family::<Hashed>().expect("valid");
        let hashed = Hashed(route);
        group.bench_function("3 closed labels, by hash", |bencher| {
            bencher.iter(|| by_hash.with(black_box(&hashed)).inc());
        });
        group.finish();
    }
}

#[cfg(not(feature = "derive"))]
mod typed {
    pub(super) fn hits(_: &mut super::Criterion) {}
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

criterion_group!(benches, hits, typed::hits, first_touch);
criterion_main!(benches);
