//! Rows of operations on a few series that stay in the cache.

use crate::allocator::counted;
use crate::library::{
    measured::Measured, metrics::Metrics, nunchi::Nunchi, prometheus::Prometheus,
    prometheus_client::PrometheusClient, Library, CALL_SITE, PAIR, SUMMARY,
};
use crate::measure::{take_turns, Subject};
use crate::report::{self, Row};
use crate::{limit, workload};
use std::hint::black_box;
use std::sync::Arc;

const COUNTER: &str = "counter inc, held handle";
const GAUGE_SET: &str = "gauge set, held handle";
const GAUGE_ADD: &str = "gauge add, held handle";
const OBSERVE_11: &str = "histogram observe, 11 bounds";
const OBSERVE_50: &str = "histogram observe, 50 bounds";

pub fn update() {
    let mut rows = Rows::default();
    rows.add(COUNTER, limit::fetch_add());
    rows.add(CALL_SITE, limit::fetch_add());
    rows.add(GAUGE_SET, limit::store());
    rows.add(GAUGE_ADD, limit::float_sum());
    rows.add(OBSERVE_11, limit::bucket_and_sum());
    rows.add(OBSERVE_11, limit::bucket_sum_and_count());
    rows.add(OBSERVE_50, limit::bucket_and_sum());
    rows.add(OBSERVE_50, limit::bucket_sum_and_count());
    rows.add(SUMMARY, limit::bucket_and_sum());
    held::<Nunchi>(&mut rows);
    held::<Prometheus>(&mut rows);
    held::<PrometheusClient>(&mut rows);
    held::<Metrics>(&mut rows);
    held::<Measured>(&mut rows);
    rows.print(|operation| operation != PAIR);
}

pub fn lookup() {
    let mut rows = Rows::default();
    rows.add(PAIR, limit::fetch_add());
    pair::<Nunchi>(&mut rows);
    pair::<Prometheus>(&mut rows);
    pair::<PrometheusClient>(&mut rows);
    pair::<Metrics>(&mut rows);
    pair::<Measured>(&mut rows);
    rows.print(|operation| operation == PAIR);
}

/// Subjects by operation.
#[derive(Default)]
struct Rows(Vec<(&'static str, Vec<Subject>)>);

impl Rows {
    fn add(&mut self, operation: &'static str, subject: Subject) {
        match self.0.iter_mut().find(|(known, _)| *known == operation) {
            Some((_, subjects)) => subjects.push(subject),
            None => self.0.push((operation, vec![subject])),
        }
    }

    fn print(self, is_wanted: impl Fn(&str) -> bool) {
        for (operation, subjects) in self.0.iter().filter(|(operation, _)| is_wanted(operation)) {
            let rows: Vec<Row> = take_turns(subjects)
                .into_iter()
                .zip(subjects)
                .map(|((one, two), subject)| Row {
                    library: subject.library.into(),
                    one,
                    two,
                    allocations: Some(allocations(subject)),
                    note: String::new(),
                })
                .collect();
            report::print(operation, "ns", &rows);
        }
    }
}

fn allocations(subject: &Subject) -> f64 {
    const COUNT: usize = 4000;
    counted(|| (subject.run)(0, COUNT)).1.calls as f64 / COUNT as f64
}

fn held<L: Library>(rows: &mut Rows) {
    let counter = L::counter();
    rows.add(
        COUNTER,
        Subject::new(L::NAME, move |_, count| {
            let counter = black_box(&counter);
            for _ in 0..count {
                L::inc(counter);
            }
        }),
    );
    let (set, add) = (L::gauge(), L::gauge());
    rows.add(
        GAUGE_SET,
        Subject::new(L::NAME, move |_, count| {
            let gauge = black_box(&set);
            for at in 0..count {
                L::set(gauge, at as f64);
            }
        }),
    );
    rows.add(
        GAUGE_ADD,
        Subject::new(L::NAME, move |_, count| {
            let gauge = black_box(&add);
            for _ in 0..count {
                L::add(gauge, 1.5);
            }
        }),
    );
    observe::<L, 11>(OBSERVE_11, workload::DEFAULT_BOUNDS, rows);
    observe::<L, 50>(OBSERVE_50, workload::fifty_bounds(), rows);
    for (operation, subject) in L::more() {
        rows.add(operation, subject);
    }
}

fn observe<L: Library, const N: usize>(operation: &'static str, bounds: [f64; N], rows: &mut Rows) {
    let histogram = Arc::new(L::histogram(bounds));
    let durations = workload::durations();
    let observed = Arc::clone(&histogram);
    let mut subject = Subject::new(L::NAME, move |start, count| {
        let histogram = black_box(&*observed);
        for at in start..start + count {
            L::observe(histogram, durations[at & (durations.len() - 1)]);
        }
    });
    subject.settle = Some(Box::new(move || L::settle(&histogram)));
    rows.add(operation, subject);
}

fn pair<L: Library>(rows: &mut Rows) {
    let (pair, pairs) = (L::pair(), workload::pairs());
    rows.add(
        PAIR,
        Subject::new(L::NAME, move |start, count| {
            for at in start..start + count {
                L::inc_pair(&pair, pairs[at & (pairs.len() - 1)]);
            }
        }),
    );
    for (operation, subject) in L::more() {
        rows.add(operation, subject);
    }
}
