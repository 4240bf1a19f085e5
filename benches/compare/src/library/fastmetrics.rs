use super::{choices, family_name, owned_labels, seconds, Kind, Pages, Updates, HELP};
use crate::measure::Subject;
use crate::operation::Operation;
use crate::workload::{self, Shape};
use fastmetrics::derive::{EncodeLabelValue, LabelSet};
use fastmetrics::format::text::{self, TextProfile};
use fastmetrics::metrics::counter::Counter;
use fastmetrics::metrics::family::Family;
use fastmetrics::metrics::gauge::Gauge;
use fastmetrics::metrics::histogram::Histogram;
use fastmetrics::registry::Registry;

pub struct Fastmetrics;

const NAME: &str = "fastmetrics";

choices!(EncodeLabelValue);
owned_labels!(LabelSet);

impl Updates for Fastmetrics {
    const NAME: &'static str = NAME;

    fn subjects(operation: Operation) -> Vec<Subject> {
        let subject = match operation {
            Operation::Inc => Subject::steps(NAME, <Counter>::default(), |counter| counter.inc()),
            Operation::IncFloat => {
                Subject::steps(NAME, Counter::<f64>::default(), |counter| counter.inc_by(1.5))
            }
            Operation::Set => {
                Subject::values(NAME, Gauge::<f64>::default(), |gauge, value| gauge.set(value))
            }
            Operation::AddInteger => {
                Subject::steps(NAME, <Gauge>::default(), |gauge| gauge.inc_by(3))
            }
            Operation::AddFloat => {
                Subject::steps(NAME, Gauge::<f64>::default(), |gauge| gauge.inc_by(1.5))
            }
            Operation::Observe11 => observe(&workload::DEFAULT_BOUNDS),
            Operation::Observe50 => observe(&workload::fifty_bounds()),
            Operation::Pair => {
                let family = Family::<Two, Counter>::default();
                Subject::pairs(NAME, family, |family, values| {
                    family.with_or_new(&Two::new(values), Counter::inc);
                })
            }
            Operation::Choices => {
                let family = Family::<Chosen, Counter>::default();
                Subject::choices(NAME, family, |family, values| {
                    family.with_or_new(&Chosen::new(values), Counter::inc);
                })
            }
            Operation::Site | Operation::Summary => return Vec::new(),
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

enum Families {
    Counters(Vec<Family<Three, Counter>>),
    Histograms(Vec<Family<Three, Histogram>>),
}

impl Pages for Fastmetrics {
    const NAME: &'static str = NAME;

    type Page = Page;

    fn page(kind: Kind, shape: Shape) -> Page {
        let mut registry = Registry::default();
        let names = (0..shape.families).map(|number| family_name(kind, number));
        let families = match kind {
            Kind::Counters => {
                let family = |name: String| {
                    let family = Family::default();
                    registry.register(name, HELP, Family::clone(&family)).expect("a new name");
                    family
                };
                Families::Counters(names.map(family).collect())
            }
            Kind::Histograms => {
                let family = |name: String| {
                    let family = Family::new(|| Histogram::new(workload::DEFAULT_BOUNDS));
                    registry.register(name, HELP, Family::clone(&family)).expect("a new name");
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
                families[family].with_or_new(&labels, |counter| counter.inc_by(value));
            }
            Families::Histograms(families) => {
                families[family].with_or_new(&labels, |series| series.observe(seconds(value)));
            }
        }
    }

    type Text = String;

    fn render(page: &Page, text: &mut String) {
        text.clear();
        text::encode(text, &page.registry, TextProfile::PrometheusV0_0_4)
            .expect("memory does not fail");
    }
}
