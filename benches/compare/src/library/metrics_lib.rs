use super::{family_name, seconds, Kind, Pages, Updates, HELP};
use crate::measure::Subject;
use crate::operation::Operation;
use crate::workload::{self, Shape};
use metrics_lib::exporters::prometheus;
use metrics_lib::{
    Counter, Gauge, Histogram, LabelSet, Registry, ShardedCounter, Summary, Unit, UpDownCounter,
};

pub struct MetricsLib;

const NAME: &str = "metrics-lib";

#[inline]
fn labels<const N: usize>(names: [&'static str; N], values: [&str; N]) -> LabelSet {
    names.into_iter().zip(values.map(str::to_owned)).collect()
}

impl Updates for MetricsLib {
    const NAME: &'static str = NAME;

    fn subjects(operation: Operation) -> Vec<Subject> {
        let subject = match operation {
            Operation::Inc => {
                let sharded =
                    Subject::steps("metrics-lib `ShardedCounter`", ShardedCounter::new(), |c| {
                        c.inc();
                    });
                let plain = Subject::steps(NAME, Counter::new(), |counter| counter.inc());
                return vec![plain, sharded];
            }
            Operation::Site => Subject::steps(NAME, (), |()| {
                metrics_lib::counter!("site_total", "kind" => "literal").inc();
            }),
            Operation::Set => Subject::values(NAME, Gauge::new(), |gauge, value| gauge.set(value)),
            Operation::AddInteger => {
                Subject::steps(NAME, UpDownCounter::new(), |gauge| gauge.add(3))
            }
            Operation::AddFloat => Subject::steps(NAME, Gauge::new(), |gauge| gauge.add(1.5)),
            Operation::Observe11 => observe(&workload::DEFAULT_BOUNDS),
            Operation::Observe50 => observe(&workload::fifty_bounds()),
            Operation::Summary => {
                Subject::values(NAME, Summary::new(), |summary, value| summary.observe(value))
            }
            Operation::Pair => Subject::pairs(NAME, Registry::new(), |registry, values| {
                let labels = labels(["method", "instance"], values);
                registry.counter_with("pair_total", &labels).inc();
            }),
            Operation::IncFloat | Operation::Choices => return Vec::new(),
        };
        vec![subject]
    }
}

fn observe(bounds: &[f64]) -> Subject {
    let histogram = Histogram::with_buckets(bounds.iter().copied());
    Subject::values(NAME, histogram, |histogram, value| histogram.observe(value))
}

pub struct Page {
    registry: Registry,
    names: Vec<String>,
    kind: Kind,
}

impl Pages for MetricsLib {
    const NAME: &'static str = NAME;

    type Page = Page;

    fn page(kind: Kind, shape: Shape) -> Page {
        let registry = Registry::with_cardinality_cap(2 * shape.total());
        let names: Vec<String> =
            (0..shape.families).map(|number| family_name(kind, number)).collect();
        for name in &names {
            let described = match kind {
                Kind::Counters => registry.describe_counter(name, HELP, Unit::None),
                Kind::Histograms => registry
                    .describe_histogram(name, HELP, Unit::None)
                    .and_then(|()| registry.configure_histogram(name, workload::DEFAULT_BOUNDS)),
            };
            described.expect("a valid name");
        }
        Page { registry, names, kind }
    }

    #[inline]
    fn touch(page: &Page, family: usize, values: [&'static str; 3], value: u64) {
        let (name, labels) = (&page.names[family], labels(workload::LABELS, values));
        match page.kind {
            Kind::Counters => page.registry.counter_with(name, &labels).add(value),
            Kind::Histograms => page.registry.histogram_with(name, &labels).observe(seconds(value)),
        }
    }

    type Text = String;

    fn render(page: &Page, text: &mut String) {
        text.clear();
        prometheus::render_into(text, &page.registry);
    }
}
