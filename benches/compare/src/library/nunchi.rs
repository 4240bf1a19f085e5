use super::{choices, family_name, seconds, Kind, Pages, Updates, HELP};
use crate::allocator::{counted, Allocated};
use crate::measure::Subject;
use crate::operation::Operation;
use crate::workload::{self, Shape};
use nunchi::{
    Buckets, Counter, DynamicLabels, Family, Format, Histogram, Registry, Series, Summary,
};

pub struct Nunchi;

const NAME: &str = "nunchi";
/// No limit for any row.
const MANY: usize = 1 << 22;

choices!(nunchi::LabelValue);

#[derive(nunchi::Labels)]
struct Chosen {
    method: Method,
    outcome: Outcome,
}

#[derive(nunchi::Labels)]
struct Two<'a> {
    method: &'a str,
    instance: &'a str,
}

static CHOSEN: Family<Counter, Chosen> = nunchi::family!("chosen_total", "Chosen.");
static TYPED: Family<Counter, Two<'static>> =
    nunchi::family!("typed_total", "Typed.", max_series = 2000);

impl Updates for Nunchi {
    const NAME: &'static str = NAME;

    fn subjects(operation: Operation) -> Vec<Subject> {
        let registry = Registry::new();
        match operation {
            Operation::Inc => {
                let counter = registry.counter("held_total", HELP).register().expect("a name");
                vec![Subject::steps(NAME, counter, |counter| counter.inc())]
            }
            Operation::Site => vec![Subject::steps(NAME, (), |()| {
                nunchi::counter!("site_total", "Call site.", "kind" => "literal").inc();
            })],
            Operation::IncFloat => {
                let counter = registry.counter("held_total", HELP).register().expect("a name");
                vec![Subject::steps(NAME, counter, |counter| counter.inc_by(1.5))]
            }
            Operation::Set => {
                let gauge = registry.gauge("held", HELP).register().expect("a name");
                vec![Subject::values(NAME, gauge, |gauge, value| gauge.set(value))]
            }
            Operation::AddInteger => {
                let gauge = registry.int_gauge("held", HELP).register().expect("a name");
                vec![Subject::steps(NAME, gauge, |gauge| gauge.inc_by(3))]
            }
            Operation::AddFloat => {
                let gauge = registry.gauge("held", HELP).register().expect("a name");
                vec![Subject::steps(NAME, gauge, |gauge| gauge.inc_by(1.5))]
            }
            Operation::Observe11 => vec![observe(workload::DEFAULT_BOUNDS)],
            Operation::Observe50 => vec![observe(workload::fifty_bounds())],
            Operation::Summary => {
                let builder = registry.summary("held_seconds", HELP);
                let summary: Series<Summary> =
                    builder.quantiles([0.5, 0.9, 0.99]).register().expect("a name");
                vec![Subject::values(NAME, summary, |summary, value| summary.observe(value))]
            }
            Operation::Pair => pair(&registry),
            Operation::Choices => vec![Subject::choices(NAME, (), |(), [method, outcome]| {
                CHOSEN.with(&Chosen { method: METHODS[method], outcome: OUTCOMES[outcome] }).inc();
            })],
        }
    }
}

fn observe<const N: usize>(bounds: [f64; N]) -> Subject {
    let buckets = Buckets::new(bounds).expect("valid bounds");
    let builder = Registry::new().histogram("held_seconds", HELP).buckets(buckets);
    let histogram = builder.register().expect("a name");
    Subject::values(NAME, histogram, |histogram: &Series<Histogram>, value| {
        histogram.observe(value);
    })
}

fn pair(registry: &Registry) -> Vec<Subject> {
    let builder = registry.counter("pair_total", HELP).max_series(MANY);
    let family = builder.labels(["method", "instance"]).expect("valid names");
    let dynamic = Subject::pairs(NAME, family, |family, values| {
        family.with_values(&values).expect("two values").inc();
    });
    let site = Subject::pairs("nunchi `counter!`", (), |(), [method, instance]| {
        nunchi::counter!(
            "macro_total", "Macro.", max_series = 2000,
            "method" => method, "instance" => instance,
        )
        .inc();
    });
    let typed = Subject::pairs("nunchi derived labels", (), |(), [method, instance]| {
        TYPED.with(&Two { method, instance }).inc();
    });
    vec![dynamic, site, typed]
}

pub struct Page {
    registry: Registry,
    families: Families,
}

enum Families {
    Counters(Vec<Family<Counter, DynamicLabels>>),
    Histograms(Vec<Family<Histogram, DynamicLabels>>),
}

impl Pages for Nunchi {
    const NAME: &'static str = NAME;

    type Page = Page;

    fn page(kind: Kind, shape: Shape) -> Page {
        let registry = Registry::new();
        let names = (0..shape.families).map(|number| family_name(kind, number));
        let families = match kind {
            Kind::Counters => {
                let family = |name: String| {
                    let builder = registry.counter(&name, HELP).max_series(MANY);
                    builder.labels(workload::LABELS).expect("valid names")
                };
                Families::Counters(names.map(family).collect())
            }
            Kind::Histograms => {
                let family = |name: String| {
                    let builder = registry.histogram(&name, HELP).max_series(MANY);
                    builder.labels(workload::LABELS).expect("valid names")
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
                families[family].with_values(&values).expect("three values").inc_by(value);
            }
            Families::Histograms(families) => {
                let series = families[family].with_values(&values).expect("three values");
                series.observe(seconds(value));
            }
        }
    }

    type Text = Vec<u8>;

    fn render(page: &Page, text: &mut Vec<u8>) {
        text.clear();
        nunchi::encode(&page.registry, Format::Text, text);
    }
}

/// Bytes a series of summaries: never observed, observed once, observed 101 times.
pub fn idle_summaries() -> [f64; 3] {
    const SERIES: usize = 10_000;
    let build = Registry::new().summary("waits_seconds", "Waits.").quantiles([0.5, 0.9, 0.99]);
    let family = build.max_series(SERIES).labels(["rule"]).expect("valid names");
    let names: Vec<String> = (0..SERIES).map(|n| format!("rule-{n:06}")).collect();
    let touch = |value: Option<f64>| {
        for name in &names {
            let series = family.with_values(&[name]).expect("one value");
            value.into_iter().for_each(|value| series.observe(value));
        }
    };
    let mut total = 0;
    let mut after = |values: &[Option<f64>]| {
        let ((), Allocated { bytes, .. }) = counted(|| values.iter().copied().for_each(touch));
        total += bytes;
        total as f64 / SERIES as f64
    };
    let more: Vec<Option<f64>> = workload::values()[..100].iter().copied().map(Some).collect();
    [after(&[None]), after(&[Some(0.01)]), after(&more)]
}
