//! How many instructions an operation takes, which is the same on a busy machine and an idle one.
//!
//! `ci/instructions.sh` runs this under a tool that counts, and compares with `instructions.txt`. By
//! itself it only shows that everything here still runs. The few instructions of the loop around an
//! operation are counted with it. Most are counted twice: cold, as a metric is that was never busy, and
//! hot, when the thread has cells of its own.

use nunchi::label::DynamicLabels;
use nunchi::{
    encode, Buckets, Counter, Exemplar, Family, Format, Histogram, LabelValue, Labels, Registry,
    Series,
};
use std::hint::black_box;
use std::time::Duration;

/// How often each operation runs. A thread that updates cold series samples too rarely to make one
/// hot by so many updates.
const TIMES: usize = 10_000;
/// As many updates make a series hot five times over, also where a busy machine stretches them.
const HEAT: usize = 100_000;
/// Series of a family that is looked up, or on a page.
const SERIES: usize = 1_000;
const LABELS: [&str; 3] = ["method", "path", "instance"];

fn main() {
    println!("times {TIMES}");
    counters();
    gauges();
    histograms();
    #[cfg(feature = "protobuf")]
    native_histograms();
    summaries();
    lookups();
    typed_lookups();
    pages();
}

/// The tool writes down what it counted since the last time, each time this function ends.
#[inline(never)]
fn end_of_count() {
    black_box(());
}

/// Counts an operation that is run `times` times, as a whole and never inlined, so that the code
/// around it makes no difference to its own.
#[inline(never)]
fn count_run(name: &str, times: usize, mut operation: impl FnMut(usize)) {
    println!("operation {name}");
    end_of_count();
    for n in 0..times {
        operation(n);
        black_box(()); // Nothing that was read may be kept for the next.
    }
    end_of_count();
}

fn count(name: &str, operation: impl FnMut(usize)) {
    count_run(name, TIMES, operation);
}

/// Counts twice, with updates in between that make the metric hot.
fn count_cold_and_hot(name: &str, mut operation: impl FnMut(usize)) {
    operation(0); // The first may allocate.
    count(&format!("{name}, cold"), &mut operation);
    (0..HEAT).for_each(&mut operation);
    count(&format!("{name}, hot"), &mut operation);
}

fn counters() {
    let registry = Registry::new();
    let values = values();
    let counter = registry.counter("held_total", "Held.").register().expect("a valid name");
    count_cold_and_hot("counter inc", |_| counter.inc());
    count_cold_and_hot("counter inc_by f64", |n| counter.inc_by(values[n % values.len()]));
    count_cold_and_hot("counter inc at a literal call site", |_| {
        nunchi::counter!("site_total", "Call site.", "kind" => "literal").inc();
    });
    let traced = registry.counter("traced_total", "Traced.").register().expect("a valid name");
    count_cold_and_hot("counter inc with an exemplar, none due", |n| {
        traced.inc_with_exemplar(Exemplar::trace(1, n as u64));
    });
}

fn gauges() {
    let registry = Registry::new();
    let values = values();
    let float = registry.gauge("float", "Float.").register().expect("a valid name");
    let integer = registry.int_gauge("integer", "Integer.").register().expect("a valid name");
    count("gauge set", |n| float.set(values[n % values.len()]));
    count_cold_and_hot("gauge inc i64", |_| integer.inc());
    count_cold_and_hot("gauge inc_by f64", |n| float.inc_by(values[n % values.len()]));
}

/// Values that spread over four powers of ten.
fn values() -> [f64; 1 << 10] {
    std::array::from_fn(|n| 10_f64.powf(random(n) as f64 / f64::from(1 << 30) - 3.0))
}

/// A number below 2^32 that looks random.
fn random(n: usize) -> u64 {
    (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}

fn histograms() {
    let registry = Registry::new();
    let values = values();
    let fifty = Buckets::exponential(0.001, 1.2, 51).expect("valid buckets");
    for (bounds, buckets) in [(11, Buckets::default()), (50, fifty)] {
        assert_eq!(buckets.bounds().len(), bounds);
        let builder = registry.histogram(&format!("held_{bounds}"), "Times.").buckets(buckets);
        let held: Series<Histogram> = builder.register().expect("a valid name");
        count_cold_and_hot(&format!("histogram observe, {bounds} bounds"), |n| {
            held.observe(values[n % values.len()]);
        });
    }
    let builder = registry.histogram("traced", "Times.");
    let traced = builder.register().expect("a valid name");
    let mut observe = |n: usize| {
        traced.observe_with_exemplar(values[n % values.len()], Exemplar::trace(1, n as u64));
    };
    (0..values.len()).for_each(&mut observe); // One in every bucket.
    count_cold_and_hot("histogram observe with an exemplar, none due", observe);
}

#[cfg(feature = "protobuf")]
fn native_histograms() {
    let registry = Registry::new();
    let values = values();
    let alone = registry.native_histogram("held_native", "Times.");
    let both = registry.native_histogram("held_both", "Times.").classic_buckets(Buckets::default());
    for (name, builder) in [("native histogram", alone), ("native and classic histogram", both)] {
        let held = builder.register().expect("a valid name");
        values.iter().for_each(|&value| held.observe(value)); // Allocates all buckets.
        count_cold_and_hot(&format!("{name} observe"), |n| held.observe(values[n % values.len()]));
    }
    let traced = registry.native_histogram("traced_native", "Times.").register();
    let traced = traced.expect("a valid name");
    let mut observe = |n: usize| {
        traced.observe_with_exemplar(values[n % values.len()], Exemplar::trace(1, n as u64));
    };
    (0..values.len()).for_each(&mut observe); // Allocates all buckets, and one in every place.
    count_cold_and_hot("native histogram observe with an exemplar, none due", observe);
}

fn summaries() {
    let registry = Registry::new();
    let values = values();
    let day = Duration::from_secs(86_400); // So that no pane ends meanwhile.
    let builder = registry.summary("held", "Times.").window(day);
    let held = builder.quantiles([0.5, 0.9, 0.99]).register().expect("a valid name");
    values.iter().for_each(|&value| held.observe(value)); // Allocates all bins.
    count_cold_and_hot("summary observe, 3 quantiles", |n| {
        held.observe(values[n % values.len()]);
    });
}

/// The values of the three labels of series number `n`.
fn labels(n: usize) -> [String; 3] {
    let method = ["GET", "POST", "PUT", "DELETE", "PATCH"][n % 5].to_owned();
    [method, format!("/api/v1/rooms/{:03}/messages", n / 5 % 20), format!("server-{n:05}")]
}

fn lookups() {
    let values: Vec<_> = (0..TIMES).map(labels).collect();
    let values: Vec<[&str; 3]> =
        values.iter().map(|values| [0, 1, 2].map(|at| values[at].as_str())).collect();
    // As many series as lookups, so that it makes little difference what a seed lets collide.
    let registry = Registry::new();
    let builder = registry.counter("pair_total", "Two labels.");
    let pair = builder.labels([LABELS[0], LABELS[2]]).expect("valid names");
    let inc = |n: usize| {
        let [method, _, instance] = values[n % TIMES];
        pair.with_values(&[method, instance]).expect("two values").inc();
    };
    (0..TIMES).for_each(inc);
    count("lookup of 2 labels and inc", inc);
    let inc = |n: usize| {
        let [method, _, instance] = values[n % TIMES];
        nunchi::counter!(
            "macro_total", "Two labels.", "method" => method, "instance" => instance
        )
        .inc();
    };
    (0..TIMES).for_each(inc);
    count("lookup of 2 labels by `counter!` and inc", inc);
    let builder = registry.counter("triple_total", "Three labels.");
    let triple = builder.max_series(TIMES).labels(LABELS).expect("valid names");
    let inc = |n: usize| triple.with_values(&values[n % TIMES]).expect("three values").inc();
    count("first touch of 3 labels and inc", inc);
    count("lookup of 3 labels and inc", inc);
}

#[derive(Clone, Copy, LabelValue)]
enum Method {
    Get,
    Post,
    Delete,
}

#[derive(Clone, Copy, LabelValue)]
enum Endpoint {
    Page,
    Socket,
    Health,
}

#[derive(Clone, Copy, Labels)]
struct Route {
    method: Method,
    endpoint: Endpoint,
}

static TYPED: Family<Counter, Route> = nunchi::family!("typed_total", "Typed.");

fn typed_lookups() {
    let route = |method, endpoint| Route { method, endpoint };
    let routes = [
        route(Method::Get, Endpoint::Page),
        route(Method::Post, Endpoint::Socket),
        route(Method::Delete, Endpoint::Health),
        route(Method::Post, Endpoint::Page),
    ];
    let registry = Registry::new();
    let family = registry.counter("typed_total", "Typed.").family::<Route>().expect("valid names");
    TYPED.init_all();
    family.init_all();
    count("lookup of 2 enums and inc, static family", |n| TYPED.with(&routes[n % 4]).inc());
    count("lookup of 2 enums and inc, held family", |n| family.with(&routes[n % 4]).inc());
}

/// Every format that there is, and what is said of its pages.
const FORMATS: &[(&str, Format)] = &[
    ("", Format::Text),
    #[cfg(feature = "openmetrics")]
    (" of OpenMetrics", Format::OpenMetrics),
    #[cfg(feature = "protobuf")]
    (" in protobuf", Format::Protobuf),
];

/// Counts the pages of a registry with one family of [`SERIES`] series, so that the count is that of
/// a series.
fn count_pages(name: &str, registry: &Registry) {
    for (of_format, format) in FORMATS {
        let mut page = Vec::new();
        let mut encode = || {
            page.clear();
            encode(registry, *format, &mut page);
        };
        encode(); // Allocates.
        count_run(&format!("{name}{of_format}"), TIMES / SERIES, |_| encode());
    }
}

fn pages() {
    let registry = Registry::new();
    let builder = registry.counter("http_server_requests_total", "Requests.");
    let family: Family<Counter, DynamicLabels> = builder.labels(LABELS).expect("valid names");
    // Values of one to nine digits.
    each_series(|n, values| {
        let value = random(n) % 10_u64.pow(n as u32 % 9 + 1);
        family.with_values(values).expect("three values").inc_by(value);
    });
    count_pages("counter on a page", &registry);

    let registry = Registry::new();
    let family = registry.gauge("http_server_load", "Load.").labels(LABELS).expect("valid names");
    // Floats of few decimals, every fourth of them whole.
    each_series(|n, values| {
        family.with_values(values).expect("three values").set(random(n) as f64 / 4.0);
    });
    count_pages("float gauge on a page", &registry);

    let registry = Registry::new();
    let builder = registry.histogram("http_server_duration_seconds", "Times.");
    let family = builder.labels(LABELS).expect("valid names");
    let times = values();
    each_series(|n, values| {
        let series = family.with_values(values).expect("three values");
        times.iter().skip(n % 7).step_by(50).for_each(|&time| series.observe(time));
    });
    count_pages("histogram of 14 lines on a page", &registry);

    #[cfg(feature = "protobuf")]
    {
        let registry = Registry::new();
        let builder = registry.native_histogram("http_server_duration_seconds", "Times.");
        let family = builder.labels(LABELS).expect("valid names");
        each_series(|n, values| {
            let series = family.with_values(values).expect("three values");
            times.iter().skip(n % 7).step_by(50).for_each(|&time| series.observe(time));
        });
        count_pages("native histogram on a page", &registry);
    }

    let registry = Registry::new();
    let builder = registry.summary("http_server_wait_seconds", "Times.");
    let builder = builder.quantiles([0.5, 0.9, 0.99]).window(Duration::from_secs(86_400));
    let family = builder.labels(LABELS).expect("valid names");
    each_series(|n, values| {
        let series = family.with_values(values).expect("three values");
        times.iter().skip(n % 7).step_by(50).for_each(|&time| series.observe(time));
    });
    count_pages("summary of 5 lines on a page", &registry);
}

fn each_series(mut each: impl FnMut(usize, &[&str; 3])) {
    for n in 0..SERIES {
        let values = labels(n);
        each(n, &[0, 1, 2].map(|at| values[at].as_str()));
    }
}
