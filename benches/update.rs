//! What an update through a held handle costs, beside the bare instruction.
//!
//! `cargo bench --bench update`, with `--features protobuf` also of native histograms.

use criterion::{criterion_group, criterion_main, Criterion};
#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
use nunchi::Exemplar;
use nunchi::{Buckets, Registry};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
use std::time::{Duration, Instant};

fn counter(criterion: &mut Criterion) {
    let registry = Registry::new();
    let held = registry.counter("held_total", "Held.").register().expect("a valid name");
    let bare = AtomicU64::new(0);
    let mut group = criterion.benchmark_group("update/counter");
    group.bench_function("limit: bare fetch_add", |bencher| {
        bencher.iter(|| bare.fetch_add(1, Ordering::Relaxed));
    });
    group.bench_function("inc, held handle", |bencher| bencher.iter(|| held.inc()));
    group.bench_function("inc_by a fraction, held handle", |bencher| {
        bencher.iter(|| held.inc_by(0.5));
    });
    group.bench_function("inc, literal call site", |bencher| {
        bencher.iter(|| nunchi::counter!("site_total", "Call site.", "kind" => "literal").inc());
    });
    group.bench_function("inc, while another thread does the same", |bencher| {
        beside(|| held.inc(), || bencher.iter(|| held.inc()));
    });
    group.finish();
}

/// Why a cell's address has to stand in a register: `inc` of one word in a row, by two ways to name it.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)] // The compiler would choose the addressing itself.
fn addressing(criterion: &mut Criterion) {
    use std::arch::asm;
    let words = [const { AtomicU64::new(0) }; 64];
    let (first, index) = (words.as_ptr(), black_box(7_usize));
    let word = words[index].as_ptr();
    let mut group = criterion.benchmark_group("update/addressing");
    group.bench_function("a register", |bencher| {
        // SAFETY: adds one to a word of `words`, which only this loop uses.
        bencher.iter(|| unsafe {
            asm!("inc qword ptr [{0}]", in(reg) word);
        });
    });
    group.bench_function("a register plus an index", |bencher| {
        // SAFETY: as above.
        bencher.iter(|| unsafe {
            asm!("inc qword ptr [{0} + {1} * 8]", in(reg) first, in(reg) index);
        });
    });
    group.finish();
}

#[cfg(not(target_arch = "x86_64"))]
fn addressing(_: &mut Criterion) {}

fn gauge(criterion: &mut Criterion) {
    let registry = Registry::new();
    let float = registry.gauge("float", "Float.").register().expect("a valid name");
    let integer = registry.int_gauge("integer", "Integer.").register().expect("a valid name");
    let mut group = criterion.benchmark_group("update/gauge");
    group.bench_function("set", |bencher| bencher.iter(|| float.set(black_box(2.5))));
    group.bench_function("inc_by, f64", |bencher| bencher.iter(|| float.inc_by(black_box(2.5))));
    group.bench_function("inc, i64", |bencher| bencher.iter(|| integer.inc()));
    group.finish();
}

fn histogram(criterion: &mut Criterion) {
    let registry = Registry::new();
    let fifty = Buckets::exponential(0.001, 1.2, 51).expect("valid buckets");
    let mut group = criterion.benchmark_group("update/histogram");
    for (name, buckets) in [("11 bounds", Buckets::default()), ("50 bounds", fifty)] {
        let family = format!("held_{}", name.replace(' ', "_"));
        let builder = registry.histogram(&family, "Times.").buckets(buckets);
        let held = builder.register().expect("a valid name");
        let mut value = values();
        group.bench_function(format!("observe, {name}"), |bencher| {
            bencher.iter(|| held.observe(value()));
        });
        group.bench_function(format!("observe, {name}, while another thread does"), |bencher| {
            beside(|| held.observe(0.07), || bencher.iter(|| held.observe(value())));
        });
    }
    group.finish();
}

/// One that is due is kept: the page in between, which shows it, is not measured.
#[cfg(feature = "openmetrics")]
fn exemplars(criterion: &mut Criterion) {
    const SERIES: u64 = 100;
    let registry = Registry::new();
    let counters = registry.counter("traced_total", "Traced.").labels(["n"]).expect("valid");
    let histograms = registry.histogram("traced_seconds", "Traced.").labels(["n"]);
    let histograms = histograms.expect("valid");
    let names: Vec<String> = (0..SERIES).map(|n| n.to_string()).collect();
    let counters: Vec<_> =
        names.iter().map(|name| counters.with_values(&[name]).expect("one")).collect();
    let histograms: Vec<_> =
        names.iter().map(|name| histograms.with_values(&[name]).expect("one")).collect();
    let bare = AtomicU64::new(0);
    let mut page = Vec::new();
    let mut show = || {
        page.clear();
        nunchi::encode(&registry, nunchi::Format::OpenMetrics, &mut page);
    };
    let mut timed = |iterations: u64, update: &dyn Fn(usize)| {
        let mut time = Duration::ZERO;
        for _ in 0..iterations.div_ceil(SERIES) {
            show();
            let start = Instant::now();
            (0..SERIES as usize).for_each(update);
            time += start.elapsed();
        }
        time.mul_f64(iterations as f64 / (iterations.div_ceil(SERIES) * SERIES) as f64)
    };
    let [id, span] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"].map(black_box);
    let mut group = criterion.benchmark_group("update/exemplar");
    group.bench_function("limit: bare fetch_add", |bencher| {
        bencher.iter(|| bare.fetch_add(1, Ordering::Relaxed));
    });
    group.bench_function("counter inc, one of many", |bencher| {
        bencher.iter_custom(|iterations| timed(iterations, &|n| counters[n].inc()));
    });
    group.bench_function("counter inc, one of many, ids kept", |bencher| {
        bencher.iter_custom(|iterations| {
            timed(iterations, &|n| {
                counters[n].inc_with_exemplar(&[("trace_id", id), ("span_id", span)]);
            })
        });
    });
    group.bench_function("counter inc, one of many, numbers kept", |bencher| {
        let trace = black_box(0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c);
        bencher.iter_custom(|iterations| {
            timed(iterations, &|n| counters[n].inc_with_exemplar(Exemplar::trace(trace, n as u64)))
        });
    });
    group.bench_function("histogram observe, one of many", |bencher| {
        bencher.iter_custom(|iterations| timed(iterations, &|n| histograms[n].observe(0.3)));
    });
    group.bench_function("histogram observe, one of many, ids kept", |bencher| {
        bencher.iter_custom(|iterations| {
            timed(iterations, &|n| {
                histograms[n].observe_with_exemplar(0.3, &[("trace_id", id), ("span_id", span)]);
            })
        });
    });
    let (counter, histogram) = (counters[0], histograms[0]);
    group.bench_function("counter inc", |bencher| bencher.iter(|| counter.inc()));
    group.bench_function("counter inc, none due", |bencher| {
        bencher.iter(|| counter.inc_with_exemplar(&[("trace_id", id), ("span_id", span)]));
    });
    group.bench_function("histogram observe", |bencher| bencher.iter(|| histogram.observe(0.3)));
    group.bench_function("histogram observe, none due", |bencher| {
        bencher.iter(|| {
            histogram.observe_with_exemplar(0.3, &[("trace_id", id), ("span_id", span)]);
        });
    });
    group.finish();
}

#[cfg(not(feature = "openmetrics"))]
fn exemplars(_: &mut Criterion) {}

/// A native histogram, and one that has classic buckets as well, beside a summary that keeps bins of
/// its own.
#[cfg(feature = "protobuf")]
fn native(criterion: &mut Criterion) {
    const SERIES: u64 = 100;
    let registry = Registry::new();
    let alone = registry.native_histogram("held", "Times.").register().expect("a valid name");
    let builder = registry.native_histogram("both", "Times.").classic_buckets(Buckets::default());
    let both = builder.register().expect("a valid name");
    let traced = registry.native_histogram("traced", "Times.").register().expect("a valid name");
    let builder = registry.summary("summary", "Times.").quantiles([0.5, 0.99]);
    let summary = builder.register().expect("a valid name");
    let many = Registry::new();
    let family = many.native_histogram("kept", "Times.").labels(["n"]).expect("valid");
    let one = |n: u64| family.with_values(&[&n.to_string()]).expect("one");
    let kept: Vec<_> = (0..SERIES).map(one).collect();
    let mut page = Vec::new();
    let mut value = values();
    let mut group = criterion.benchmark_group("update/native histogram");
    group.bench_function("observe", |bencher| bencher.iter(|| alone.observe(value())));
    group.bench_function("observe, while another thread does", |bencher| {
        beside(|| alone.observe(0.07), || bencher.iter(|| alone.observe(value())));
    });
    group.bench_function("observe, classic buckets as well", |bencher| {
        bencher.iter(|| both.observe(value()));
    });
    group.bench_function("observe, an exemplar with it, none due", |bencher| {
        bencher.iter(|| traced.observe_with_exemplar(value(), Exemplar::trace(1, 2)));
    });
    group.bench_function("observe, an exemplar with it, kept", |bencher| {
        bencher.iter_custom(|iterations| {
            let mut time = Duration::ZERO;
            for _ in 0..iterations.div_ceil(SERIES) {
                page.clear();
                nunchi::encode(&many, nunchi::Format::Protobuf, &mut page);
                let start = Instant::now();
                for one in &kept {
                    one.observe_with_exemplar(0.3, Exemplar::trace(1, 2));
                }
                time += start.elapsed();
            }
            time.mul_f64(iterations as f64 / (iterations.div_ceil(SERIES) * SERIES) as f64)
        });
    });
    group.bench_function("of a summary", |bencher| bencher.iter(|| summary.observe(value())));
    group.finish();
}

#[cfg(not(feature = "protobuf"))]
fn native(_: &mut Criterion) {}

/// Seconds that spread over four powers of ten, in an order that no predictor learns.
fn values() -> impl FnMut() -> f64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        10_f64.powf((state >> 40) as f64 / f64::from(1 << 22) - 3.0)
    };
    let values: Vec<f64> = (0..1 << 14).map(|_| next()).collect();
    let mut at = 0_usize;
    move || {
        at = at.wrapping_add(1);
        values[at % (1 << 14)]
    }
}

/// Runs `measured` while another thread repeats `update`.
fn beside(update: impl Fn() + Sync, measured: impl FnOnce()) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                update();
            }
        });
        measured();
        done.store(true, Ordering::Relaxed);
    });
}

criterion_group!(benches, counter, addressing, gauge, histogram, exemplars, native);
criterion_main!(benches);
