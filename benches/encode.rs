//! What rendering a page costs, beside a copy of the same bytes.
//!
//! `cargo bench --bench encode`, with `--features openmetrics,protobuf` for those formats beside text.

use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use nunchi::{encode, Format, Registry};
use std::hint::black_box;

const FAMILIES: usize = 10;
const LABELS: [&str; 3] = ["method", "path", "instance"];

/// The label values of series number `n` of a family.
fn labels(n: usize) -> [String; 3] {
    let method = ["GET", "POST", "PUT", "DELETE", "PATCH"][n % 5].to_owned();
    [method, format!("/api/v1/rooms/{:03}/messages", n / 5 % 20), format!("server-{:03}", n / 100)]
}

/// Values of one to nine digits.
fn value(n: usize) -> u64 {
    let random = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    random % 10_u64.pow(random as u32 % 9 + 1)
}

fn counters(series: usize) -> Registry {
    let registry = Registry::new();
    for family in 0..FAMILIES {
        let name = format!("http_server_{family:04}_requests_total");
        let family = registry.counter(&name, "Requests.").labels(LABELS).expect("valid names");
        for n in 0..series / FAMILIES {
            let values = labels(n);
            let values: [&str; 3] = std::array::from_fn(|at| values[at].as_str());
            family.with_values(&values).expect("three values").inc_by(value(n));
        }
    }
    registry
}

fn histograms(series: usize) -> Registry {
    let registry = Registry::new();
    for family in 0..FAMILIES {
        let name = format!("http_server_{family:04}_duration_seconds");
        let family = registry.histogram(&name, "Times.").labels(LABELS).expect("valid names");
        for n in 0..series / FAMILIES {
            let values = labels(n);
            let values: [&str; 3] = std::array::from_fn(|at| values[at].as_str());
            family.with_values(&values).expect("three values").observe(value(n) as f64 / 1e6);
        }
    }
    registry
}

/// Floats, of which some are whole.
fn gauges(series: usize) -> Registry {
    let registry = Registry::new();
    for family in 0..FAMILIES {
        let name = format!("http_server_{family:04}_load");
        let family = registry.gauge(&name, "Load.").labels(LABELS).expect("valid names");
        for n in 0..series / FAMILIES {
            let values = labels(n);
            let values: [&str; 3] = std::array::from_fn(|at| values[at].as_str());
            family.with_values(&values).expect("three values").set(value(n) as f64 / 4.0);
        }
    }
    registry
}

/// Every format that there is.
const FORMATS: &[(&str, Format)] = &[
    ("text", Format::Text),
    #[cfg(feature = "openmetrics")]
    ("OpenMetrics", Format::OpenMetrics),
    #[cfg(feature = "protobuf")]
    ("protobuf", Format::Protobuf),
];

fn pages(criterion: &mut Criterion) {
    for (name, series, registry) in [
        ("100 counters", 100, counters(100)),
        ("10,000 counters", 10_000, counters(10_000)),
        ("10,000 gauges", 10_000, gauges(10_000)),
        ("10,000 histograms of 14 lines", 10_000, histograms(10_000)),
    ] {
        let mut page = Vec::new();
        encode(&registry, Format::Text, &mut page);
        let mut copy = Vec::with_capacity(page.len());
        let mut group = criterion.benchmark_group(format!("encode/{name}"));
        group.sample_size(30).throughput(Throughput::Elements(series));
        group.bench_function("limit: copy of the page", |bencher| {
            bencher.iter(|| {
                copy.clear();
                copy.extend_from_slice(black_box(&page));
            });
        });
        let mut out = Vec::with_capacity(page.len());
        for &(name, format) in FORMATS {
            group.bench_function(name, |bencher| {
                bencher.iter(|| {
                    out.clear();
                    encode(&registry, format, &mut out);
                });
            });
        }
        group.finish();
    }
}

fn digits(criterion: &mut Criterion) {
    let values: Vec<u64> = (0..10_000).map(value).collect();
    let mut group = criterion.benchmark_group("encode/limit");
    group.throughput(Throughput::Elements(values.len() as u64));
    group.bench_function("itoa of 10,000 values", |bencher| {
        bencher.iter(|| {
            for &value in &values {
                black_box(itoa::Buffer::new().format(value));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, pages, digits);
criterion_main!(benches);
