//! What a compressed page costs, beside the page as it is and a copy of its bytes.
//!
//! `cargo bench --bench gzip --features gzip`. Throughput is of the text, whatever is sent.

use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use nunchi::http::{respond, Request};
use nunchi::{encode, Format, Registry};
use std::hint::black_box;
use std::io::Write;

const FAMILIES: usize = 10;

/// Counters of three labels and values of one to nine digits; `is_unique`: one of the labels is
/// another in every series.
fn registry(series: usize, is_unique: bool) -> Registry {
    let registry = Registry::new();
    for family in 0..FAMILIES {
        let name = format!("http_server_{family:04}_requests_total");
        let builder = registry.counter(&name, "Requests.").max_series(series);
        let family = builder.labels(["method", "path", "instance"]).expect("valid names");
        for n in 0..series / FAMILIES {
            let method = ["GET", "POST", "PUT", "DELETE", "PATCH"][n % 5];
            let path = format!("/api/v1/rooms/{:03}/messages", n / 5 % 20);
            let random = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
            let instance = match is_unique {
                true => format!("{random:011x}"),
                false => format!("server-{:03}", n / 100),
            };
            let series = family.with_values(&[method, &path, &instance]).expect("three values");
            series.inc_by(random % 10_u64.pow(random as u32 % 9 + 1));
        }
    }
    registry
}

fn pages(criterion: &mut Criterion) {
    for (name, series, is_unique) in [
        ("100 counters", 100, false),
        ("100,000 counters", 100_000, false),
        ("100,000 counters, one label unique", 100_000, true),
    ] {
        let registry = registry(series, is_unique);
        let plain = respond(&registry, &Request::get()).body;
        let packed = Request::get().accept_encoding("gzip");
        let sent = respond(&registry, &packed).body.len();
        let ratio = plain.len() as f64 / sent as f64;
        // Nobody listening is no reason to fail.
        let _ = writeln!(
            std::io::stderr(),
            "{name}: {} bytes, compressed {sent}: {ratio:.1} times fewer",
            plain.len()
        );
        let mut group = criterion.benchmark_group(format!("gzip/{name}"));
        group.sample_size(20).throughput(Throughput::Bytes(plain.len() as u64));
        let mut copy = Vec::with_capacity(plain.len());
        group.bench_function("limit: copy of the page", |bencher| {
            bencher.iter(|| {
                copy.clear();
                copy.extend_from_slice(black_box(&plain));
            });
        });
        group.bench_function("encode", |bencher| {
            bencher.iter(|| {
                copy.clear();
                encode(&registry, Format::Text, &mut copy);
            });
        });
        group.bench_function("HTTP response", |bencher| {
            bencher.iter(|| respond(&registry, &Request::get()).body.len());
        });
        group.bench_function("HTTP response, gzip", |bencher| {
            bencher.iter(|| respond(&registry, &packed).body.len());
        });
        group.finish();
    }
}

criterion_group!(benches, pages);
criterion_main!(benches);
