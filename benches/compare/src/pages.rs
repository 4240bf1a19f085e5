//! Rows of operations on whole pages: cold lookups, rendering, creation, memory.

use crate::allocator::{counted, Allocated};
use crate::library::{
    measured::Measured, metrics::Metrics, nunchi::Nunchi, prometheus::Prometheus,
    prometheus_client::PrometheusClient, Kind, Library,
};
use crate::measure::{take_turns, Subject, Time};
use crate::report::{self, number, Row};
use crate::workload::{requests, value, Request, Shape};
use crate::{limit, workload};
use std::time::Instant;

const POOLED: Shape = Shape { families: 100, series: 1000, unique: false };
const UNIQUE: Shape = Shape { families: 1, series: 100_000, unique: true };

/// Makes every series of `requests` and gives it a value.
fn fill<L: Library>(kind: Kind, shape: Shape, requests: &[Request]) -> L::Page {
    let page = L::page(kind, shape.families);
    for (series, request) in requests.iter().enumerate() {
        L::touch(&page, request.family, request.values, value(series));
    }
    page
}

pub fn cold() {
    for (name, shape) in [
        ("cold lookup of 3 labels + inc, 100,000 series in 100 families, pooled values", POOLED),
        ("cold lookup of 3 labels + inc, 100,000 series in one family, one value unique", UNIQUE),
    ] {
        let (ordered, shuffled) = (requests(shape, false), requests(shape, true));
        let mut subjects = vec![limit::cache_miss()];
        fn subject<L: Library>(
            shape: Shape,
            ordered: &[Request],
            shuffled: &'static [Request],
        ) -> Subject {
            let page = fill::<L>(Kind::Counters, shape, ordered);
            Subject::new(L::NAME, move |start, count| {
                let rest = &shuffled[start % shuffled.len()..];
                for request in rest.iter().chain(shuffled.iter().cycle()).take(count) {
                    L::touch(&page, request.family, request.values, 1);
                }
            })
        }
        subjects.push(subject::<Nunchi>(shape, ordered, shuffled));
        subjects.push(subject::<Prometheus>(shape, ordered, shuffled));
        subjects.push(subject::<PrometheusClient>(shape, ordered, shuffled));
        subjects.push(subject::<Metrics>(shape, ordered, shuffled));
        subjects.push(subject::<Measured>(shape, ordered, shuffled));
        let rows: Vec<Row> = take_turns(&subjects)
            .into_iter()
            .zip(&subjects)
            .map(|((one, two), subject)| Row {
                library: subject.library.into(),
                one,
                two,
                allocations: None,
                note: String::new(),
            })
            .collect();
        report::print(name, "ns", &rows);
    }
}

/// Something that renders a page and says how long it is.
type Render = Box<dyn FnMut() -> usize>;

pub fn encode() {
    for (name, kind, shape, rounds) in [
        (
            "encode 100 counters",
            Kind::Counters,
            Shape { families: 10, series: 10, unique: false },
            300,
        ),
        ("encode 10,000 counters", Kind::Counters, Shape { families: 10, ..POOLED }, 40),
        (
            "encode 10,000 histograms of 14 lines",
            Kind::Histograms,
            Shape { families: 10, ..POOLED },
            12,
        ),
    ] {
        let requests = requests(shape, false);
        fn renderer<L: Library>(kind: Kind, shape: Shape, requests: &[Request]) -> Render {
            let mut page = fill::<L>(kind, shape, requests);
            Box::new(move || L::encode(&mut page))
        }
        let mut ours = renderer::<Nunchi>(kind, shape, requests);
        let length = ours();
        let mut copy = limit::copy(length);
        let mut digits = limit::digits(shape.total());
        let mut subjects: Vec<(&str, Render)> = vec![
            (
                "limit: copy of the page",
                Box::new(move || {
                    copy();
                    length
                }),
            ),
            (
                "limit: itoa of one value",
                Box::new(move || {
                    digits();
                    0
                }),
            ),
            (Nunchi::NAME, ours),
            (Prometheus::NAME, renderer::<Prometheus>(kind, shape, requests)),
            (PrometheusClient::NAME, renderer::<PrometheusClient>(kind, shape, requests)),
            (Metrics::NAME, renderer::<Metrics>(kind, shape, requests)),
            (Measured::NAME, renderer::<Measured>(kind, shape, requests)),
        ];
        let rows = render_in_turns(&mut subjects, shape.total(), rounds);
        report::print(name, "ns a series", &rows);
    }
}

/// Renders all pages in turns.
fn render_in_turns(subjects: &mut [(&str, Render)], series: usize, rounds: usize) -> Vec<Row> {
    let mut samples = vec![Vec::new(); subjects.len()];
    for _ in 0..rounds {
        for (at, (_, render)) in subjects.iter_mut().enumerate() {
            if series < 1000 {
                render(); // Warm again after the others.
            }
            let begun = Instant::now();
            render();
            samples[at].push(begun.elapsed().as_nanos() as f64 / series as f64);
        }
    }
    samples
        .into_iter()
        .zip(subjects)
        .map(|(samples, (library, render))| {
            let (bytes, allocated) = counted(render);
            Row {
                library: library.to_string(),
                one: Time::of(samples),
                two: None,
                allocations: Some(allocated.calls as f64),
                note: format!("{} bytes a series", bytes / series),
            }
        })
        .collect()
}

/// What a million series cost to make, to hold and to render. One library after the other, because
/// together they would fill the memory of a small machine; ours comes first and last.
pub fn million() {
    for (name, shape) in [
        ("in 1,000 families, pooled values", Shape { families: 1000, ..POOLED }),
        ("in one family, one value unique", Shape { series: 1_000_000, ..UNIQUE }),
    ] {
        let requests = requests(shape, false);
        let mut rendered = Vec::new();
        println!("| 1,000,000 counters {name} | first touch, ns | longest, µs | bytes a series | allocations a series |");
        println!("|---|--:|--:|--:|--:|");
        let length = one_million::<Nunchi>(shape, requests, 7, &mut rendered);
        let mut limits: Vec<(&str, Render)> = Vec::new();
        let (mut copy, mut digits) = (limit::copy(length), limit::digits(shape.total()));
        limits.push((
            "limit: copy of the page",
            Box::new(move || {
                copy();
                length
            }),
        ));
        limits.push((
            "limit: itoa of one value",
            Box::new(move || {
                digits();
                0
            }),
        ));
        rendered.splice(0..0, render_in_turns(&mut limits, shape.total(), 9));
        drop(limits);
        one_million::<Prometheus>(shape, requests, 2, &mut rendered);
        one_million::<PrometheusClient>(shape, requests, 4, &mut rendered);
        one_million::<Metrics>(shape, requests, 1, &mut rendered);
        one_million::<Measured>(shape, requests, 5, &mut rendered);
        one_million::<Nunchi>(shape, requests, 7, &mut rendered);
        println!();
        report::print(&format!("encode 1,000,000 counters {name}"), "ns a series", &rendered);
    }
}

fn one_million<L: Library>(
    shape: Shape,
    requests: &[Request],
    rounds: usize,
    rendered: &mut Vec<Row>,
) -> usize {
    let (page, made) = counted(|| fill::<L>(Kind::Counters, shape, requests));
    drop(page);
    // Again for the time alone: counting costs something too.
    let begun = Instant::now();
    let page = L::page(Kind::Counters, shape.families);
    for (series, request) in requests.iter().enumerate() {
        L::touch(&page, request.family, request.values, value(series));
    }
    let took = begun.elapsed().as_nanos() as f64;
    drop(page);
    // And again with a clock around each creation.
    let mut longest = 0;
    let mut page = L::page(Kind::Counters, shape.families);
    for (series, request) in requests.iter().enumerate() {
        let value = value(series);
        let begun = Instant::now();
        L::touch(&page, request.family, request.values, value);
        longest = longest.max(begun.elapsed().as_nanos());
    }
    let series = shape.total() as f64;
    println!(
        "| {} | {} | {} | {} | {} |",
        L::NAME,
        number(took / series),
        number(longest as f64 / 1e3),
        number(made.bytes as f64 / series),
        number(made.calls as f64 / series),
    );
    let render: Render = Box::new(move || L::encode(&mut page));
    let mut subjects = [(L::NAME, render)];
    let length = subjects[0].1();
    rendered.extend(render_in_turns(&mut subjects, shape.total(), rounds));
    length
}

pub fn memory() {
    let histograms = Shape { families: 10, ..POOLED };
    let shapes = [
        ("counter, pooled values", Kind::Counters, POOLED),
        ("counter, one value unique", Kind::Counters, UNIQUE),
        ("histogram of 11 bounds, pooled values", Kind::Histograms, histograms),
    ];
    println!("| bytes a series (allocations) | {} |", shapes.map(|(name, ..)| name).join(" | "));
    println!("|---|--:|--:|--:|");
    fn line<L: Library>(shapes: &[(&str, Kind, Shape)]) {
        print!("| {} |", L::NAME);
        for &(_, kind, shape) in shapes {
            let requests = requests(shape, false);
            let (page, Allocated { bytes, calls }) = counted(|| fill::<L>(kind, shape, requests));
            drop(page);
            let series = shape.total() as f64;
            print!(" {} ({}) |", number(bytes as f64 / series), number(calls as f64 / series));
        }
        println!();
    }
    line::<Nunchi>(&shapes);
    line::<Prometheus>(&shapes);
    line::<PrometheusClient>(&shapes);
    line::<Metrics>(&shapes);
    line::<Measured>(&shapes);
    println!();
    idle_summaries();
}

/// Summaries that were made and never observed, and such that were observed once.
fn idle_summaries() {
    const SERIES: usize = 10_000;
    let registry = nunchi::Registry::new();
    let build = registry.summary("waits_seconds", "Waits.").quantiles([0.5, 0.9, 0.99]);
    let family = build.max_series(SERIES).labels(["rule"]).expect("valid names");
    let names: Vec<String> = (0..SERIES).map(|n| format!("rule-{n:06}")).collect();
    let each = |bytes: i64| number(bytes as f64 / SERIES as f64);
    let touch = |value: Option<f64>| {
        for name in &names {
            let series = family.with_values(&[name]).expect("one value");
            value.map(|value| series.observe(value));
        }
    };
    let ((), idle) = counted(|| touch(None));
    let ((), used) = counted(|| touch(Some(0.01)));
    let ((), more) = counted(|| {
        workload::durations().iter().take(100).for_each(|&value| touch(Some(value)));
    });
    println!("| nunchi summary, bytes a series | |\n|---|--:|");
    println!("| idle | {} |", each(idle.bytes));
    println!("| observed once | {} |", each(idle.bytes + used.bytes));
    let total = idle.bytes + used.bytes + more.bytes;
    println!("| observed 101 times over four powers of ten | {} |\n", each(total));
}
