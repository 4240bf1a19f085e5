use super::{family_name, prometheus, seconds, Kind, Pages, Updates, HELP};
use crate::measure::Subject;
use crate::operation::Operation;
use crate::workload::{self, Shape};
use prometric::prometheus::Registry;
use prometric::{Counter, Gauge, Histogram};
use std::collections::HashMap;

/// It has no held handles: what the others look up once, it looks up with every update.
pub struct Prometric;

const NAME: &str = "prometric";
const NONE: [&str; 0] = [];

impl Updates for Prometric {
    const NAME: &'static str = NAME;

    fn subjects(operation: Operation) -> Vec<Subject> {
        let (registry, none) = (Registry::new(), HashMap::new());
        let subject = match operation {
            Operation::Inc => {
                let counter = <Counter>::new(&registry, "held_total", HELP, &NONE, none);
                Subject::steps(NAME, counter, |counter| counter.inc(&NONE))
            }
            Operation::IncFloat => {
                let counter = Counter::<f64>::new(&registry, "held_total", HELP, &NONE, none);
                Subject::steps(NAME, counter, |counter| counter.inc_by(&NONE, 1.5))
            }
            Operation::Set => {
                let gauge = Gauge::<f64>::new(&registry, "held", HELP, &NONE, none);
                Subject::values(NAME, gauge, |gauge, value| gauge.set(&NONE, value))
            }
            Operation::AddInteger => {
                let gauge = Gauge::<i64>::new(&registry, "held", HELP, &NONE, none);
                Subject::steps(NAME, gauge, |gauge| gauge.add(&NONE, 3))
            }
            Operation::AddFloat => {
                let gauge = Gauge::<f64>::new(&registry, "held", HELP, &NONE, none);
                Subject::steps(NAME, gauge, |gauge| gauge.add(&NONE, 1.5))
            }
            Operation::Observe11 => observe(&registry, &workload::DEFAULT_BOUNDS),
            Operation::Observe50 => observe(&registry, &workload::fifty_bounds()),
            Operation::Pair => {
                let labels = ["method", "instance"];
                let family = <Counter>::new(&registry, "pair_total", HELP, &labels, none);
                Subject::pairs(NAME, family, |family, values| family.inc(&values))
            }
            Operation::Site | Operation::Summary | Operation::Choices => return Vec::new(),
        };
        vec![subject]
    }
}

fn observe(registry: &Registry, bounds: &[f64]) -> Subject {
    let bounds = Some(bounds.to_vec());
    let histogram = Histogram::new(registry, "held_seconds", HELP, &NONE, HashMap::new(), bounds);
    Subject::values(NAME, histogram, |histogram, value| histogram.observe(&NONE, value))
}

pub struct Page {
    registry: Registry,
    families: Families,
}

enum Families {
    Counters(Vec<Counter>),
    Histograms(Vec<Histogram>),
}

impl Pages for Prometric {
    const NAME: &'static str = NAME;

    type Page = Page;

    fn page(kind: Kind, shape: Shape) -> Page {
        let registry = Registry::new();
        let (labels, none) = (&workload::LABELS, HashMap::new);
        let names = (0..shape.families).map(|number| family_name(kind, number));
        let families = match kind {
            Kind::Counters => Families::Counters(
                names.map(|name| Counter::new(&registry, &name, HELP, labels, none())).collect(),
            ),
            Kind::Histograms => Families::Histograms(
                names
                    .map(|name| Histogram::new(&registry, &name, HELP, labels, none(), None))
                    .collect(),
            ),
        };
        Page { registry, families }
    }

    #[inline]
    fn touch(page: &Page, family: usize, values: [&'static str; 3], value: u64) {
        match &page.families {
            Families::Counters(families) => families[family].inc_by(&values, value),
            Families::Histograms(families) => families[family].observe(&values, seconds(value)),
        }
    }

    type Text = Vec<u8>;

    fn render(page: &Page, text: &mut Vec<u8>) {
        prometheus::render(&page.registry, text);
    }
}
