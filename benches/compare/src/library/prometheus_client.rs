use super::{choices, family_name, owned_labels, seconds, Kind, Pages, Updates, HELP};
use crate::measure::Subject;
use crate::operation::Operation;
use crate::workload::{self, Shape};
use prometheus_client::encoding::{text, EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::atomic::AtomicU64;

pub struct PrometheusClient;

const NAME: &str = "prometheus-client";

choices!(EncodeLabelValue);
owned_labels!(EncodeLabelSet);

impl Updates for PrometheusClient {
    const NAME: &'static str = NAME;

    fn subjects(operation: Operation) -> Vec<Subject> {
        let subject = match operation {
            Operation::Inc => Subject::steps(NAME, <Counter>::default(), |counter| {
                counter.inc();
            }),
            Operation::Site | Operation::Summary => return Vec::new(),
            Operation::IncFloat => {
                let counter = Counter::<f64, AtomicU64>::default();
                Subject::steps(NAME, counter, |counter| {
                    counter.inc_by(1.5);
                })
            }
            Operation::Set => {
                let gauge = Gauge::<f64, AtomicU64>::default();
                Subject::values(NAME, gauge, |gauge, value| {
                    gauge.set(value);
                })
            }
            Operation::AddInteger => Subject::steps(NAME, <Gauge>::default(), |gauge| {
                gauge.inc_by(3);
            }),
            Operation::AddFloat => {
                let gauge = Gauge::<f64, AtomicU64>::default();
                Subject::steps(NAME, gauge, |gauge| {
                    gauge.inc_by(1.5);
                })
            }
            Operation::Observe11 => observe(&workload::DEFAULT_BOUNDS),
            Operation::Observe50 => observe(&workload::fifty_bounds()),
            Operation::Pair => {
                let family = Family::<Two, Counter>::default();
                Subject::pairs(NAME, family, |family, values| {
                    family.get_or_create(&Two::new(values)).inc();
                })
            }
            Operation::Choices => {
                let family = Family::<Chosen, Counter>::default();
                Subject::choices(NAME, family, |family, values| {
                    family.get_or_create(&Chosen::new(values)).inc();
                })
            }
        };
        vec![subject]
    }
}

fn observe(bounds: &[f64]) -> Subject {
    let histogram = Histogram::new(bounds.iter().copied());
    Subject::values(NAME, histogram, |histogram, value| histogram.observe(value))
}

pub struct Page {
    registry: Registry,
    families: Families,
}

type Histograms = Family<Three, Histogram, fn() -> Histogram>;

enum Families {
    Counters(Vec<Family<Three, Counter>>),
    Histograms(Vec<Histograms>),
}

impl Pages for PrometheusClient {
    const NAME: &'static str = NAME;

    type Page = Page;

    fn page(kind: Kind, shape: Shape) -> Page {
        let mut registry = Registry::default();
        let names = (0..shape.families).map(|number| family_name(kind, number));
        let families = match kind {
            Kind::Counters => {
                let family = |name: String| {
                    let family = Family::default();
                    // The encoder appends `_total` itself.
                    registry.register(name.trim_end_matches("_total"), HELP, family.clone());
                    family
                };
                Families::Counters(names.map(family).collect())
            }
            Kind::Histograms => {
                let family = |name: String| {
                    let family: Histograms =
                        Family::new_with_constructor(|| Histogram::new(workload::DEFAULT_BOUNDS));
                    registry.register(name, HELP, family.clone());
                    family
                };
                Families::Histograms(names.map(family).collect())
            }
        };
        Page { registry, families }
    }

    #[inline]
    fn touch(page: &Page, family: usize, values: [&'static str; 3], value: u64) {
        let labels = Three::new(values);
        match &page.families {
            Families::Counters(families) => {
                families[family].get_or_create(&labels).inc_by(value);
            }
            Families::Histograms(families) => {
                families[family].get_or_create(&labels).observe(seconds(value));
            }
        }
    }

    type Text = String;

    fn render(page: &Page, text: &mut String) {
        text.clear();
        text::encode(text, &page.registry).expect("memory does not fail");
    }
}
