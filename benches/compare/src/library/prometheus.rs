use super::{family_name, seconds, Kind, Pages, Updates, HELP};
use crate::measure::Subject;
use crate::operation::Operation;
use crate::workload::{self, Shape};
use prometheus::core::Collector;
use prometheus::{
    Counter, Encoder, Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec,
    IntGauge, Opts, Registry, TextEncoder,
};
use prometheus_static_metric::make_static_metric;
use std::sync::LazyLock;

pub struct Prometheus;

const NAME: &str = "prometheus";
const LOCAL: &str = "prometheus `local`, flush left out";

make_static_metric! {
    pub label_enum Methods { get, post, put, delete, patch }
    pub label_enum Outcomes { answered, moved, refused, missing, failed, late }

    pub struct Chosen: IntCounter {
        "method" => Methods,
        "outcome" => Outcomes,
    }
}

const METHODS: [Methods; workload::CHOICES[0]] =
    [Methods::get, Methods::post, Methods::put, Methods::delete, Methods::patch];
const OUTCOMES: [Outcomes; workload::CHOICES[1]] = [
    Outcomes::answered,
    Outcomes::moved,
    Outcomes::refused,
    Outcomes::missing,
    Outcomes::failed,
    Outcomes::late,
];

static SITE: LazyLock<IntCounter> =
    LazyLock::new(|| counters("site_total", &["kind"]).with_label_values(&["literal"]));

fn counters(name: &str, labels: &[&str]) -> IntCounterVec {
    IntCounterVec::new(Opts::new(name, HELP), labels).expect("valid names")
}

impl Updates for Prometheus {
    const NAME: &'static str = NAME;

    fn subjects(operation: Operation) -> Vec<Subject> {
        match operation {
            Operation::Inc => {
                let counter = IntCounter::new("held_total", HELP).expect("a name");
                let local = [counter.local(), counter.local()];
                vec![
                    Subject::steps(NAME, counter, |counter| counter.inc()),
                    Subject::alone(LOCAL, local, |local, _| local.inc()),
                ]
            }
            Operation::Site => {
                vec![Subject::steps("prometheus `LazyLock`", (), |()| SITE.inc())]
            }
            Operation::IncFloat => {
                let counter = Counter::new("held_total", HELP).expect("a name");
                let local = [counter.local(), counter.local()];
                vec![
                    Subject::steps(NAME, counter, |counter| counter.inc_by(1.5)),
                    Subject::alone(LOCAL, local, |local, _| local.inc_by(1.5)),
                ]
            }
            Operation::Set => {
                let gauge = Gauge::new("held", HELP).expect("a name");
                vec![Subject::values(NAME, gauge, |gauge, value| gauge.set(value))]
            }
            Operation::AddInteger => {
                let gauge = IntGauge::new("held", HELP).expect("a name");
                vec![Subject::steps(NAME, gauge, |gauge| gauge.add(3))]
            }
            Operation::AddFloat => {
                let gauge = Gauge::new("held", HELP).expect("a name");
                vec![Subject::steps(NAME, gauge, |gauge| gauge.add(1.5))]
            }
            Operation::Observe11 => observe(&workload::DEFAULT_BOUNDS),
            Operation::Observe50 => observe(&workload::fifty_bounds()),
            Operation::Summary => Vec::new(),
            Operation::Pair => {
                let family = counters("pair_total", &["method", "instance"]);
                vec![Subject::pairs(NAME, family, |family, values| {
                    family.with_label_values(&values).inc();
                })]
            }
            Operation::Choices => {
                let chosen = Chosen::from(&counters("chosen_total", &["method", "outcome"]));
                let name = "prometheus static metric";
                vec![Subject::choices(name, chosen, |chosen, [method, outcome]| {
                    chosen.get(METHODS[method]).get(OUTCOMES[outcome]).inc();
                })]
            }
        }
    }
}

fn observe(bounds: &[f64]) -> Vec<Subject> {
    let options = HistogramOpts::new("held_seconds", HELP).buckets(bounds.to_vec());
    let histogram = Histogram::with_opts(options).expect("a name");
    let local = [histogram.local(), histogram.local()];
    vec![
        Subject::values(NAME, histogram, |histogram, value| histogram.observe(value)),
        Subject::alone(LOCAL, local, |local, value| local.observe(value)),
    ]
}

pub struct Page {
    registry: Registry,
    families: Families,
}

enum Families {
    Counters(Vec<IntCounterVec>),
    Histograms(Vec<HistogramVec>),
}

impl Pages for Prometheus {
    const NAME: &'static str = NAME;

    type Page = Page;

    fn page(kind: Kind, shape: Shape) -> Page {
        let registry = Registry::new();
        fn registered<C: Collector + Clone + 'static>(registry: &Registry, family: C) -> C {
            registry.register(Box::new(family.clone())).expect("new names");
            family
        }
        let names = (0..shape.families).map(|number| family_name(kind, number));
        let families = match kind {
            Kind::Counters => {
                let family =
                    |name: String| registered(&registry, counters(&name, &workload::LABELS));
                Families::Counters(names.map(family).collect())
            }
            Kind::Histograms => {
                let family = |name: String| {
                    let options = HistogramOpts::new(name, HELP);
                    let family = HistogramVec::new(options, &workload::LABELS);
                    registered(&registry, family.expect("valid names"))
                };
                Families::Histograms(names.map(family).collect())
            }
        };
        Page { registry, families }
    }

    #[inline]
    fn touch(page: &Page, family: usize, values: [&'static str; 3], value: u64) {
        match &page.families {
            Families::Counters(families) => {
                families[family].with_label_values(&values).inc_by(value);
            }
            Families::Histograms(families) => {
                families[family].with_label_values(&values).observe(seconds(value));
            }
        }
    }

    type Text = Vec<u8>;

    fn render(page: &Page, text: &mut Vec<u8>) {
        render(&page.registry, text);
    }
}

/// The page of a registry of this library, whoever filled it.
pub fn render(registry: &Registry, text: &mut Vec<u8>) {
    text.clear();
    TextEncoder::new().encode(&registry.gather(), text).expect("memory does not fail");
}
