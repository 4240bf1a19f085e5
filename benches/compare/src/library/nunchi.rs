use super::{family_name, Kind, Library, CALL_SITE, HELP, PAIR, SUMMARY};
use crate::measure::Subject;
use crate::workload;
use nunchi::{Buckets, Counter, DynamicLabels, Family, Format, Gauge, Histogram, Registry, Series};

pub struct Nunchi;

pub struct Page {
    registry: Registry,
    families: Families,
    text: Vec<u8>,
}

enum Families {
    Counters(Vec<Family<Counter, DynamicLabels>>),
    Histograms(Vec<Family<Histogram, DynamicLabels>>),
}

const NAME: &str = "nunchi";
/// No limit for any row.
const MANY: usize = 1 << 22;

impl Library for Nunchi {
    const NAME: &'static str = NAME;

    type Counter = Series<Counter>;

    fn counter() -> Self::Counter {
        Registry::new().counter("held_total", HELP).register().expect("a valid name")
    }

    #[inline]
    fn inc(counter: &Self::Counter) {
        counter.inc();
    }

    type Gauge = Series<Gauge>;

    fn gauge() -> Self::Gauge {
        Registry::new().gauge("held", HELP).register().expect("a valid name")
    }

    #[inline]
    fn set(gauge: &Self::Gauge, value: f64) {
        gauge.set(value);
    }

    #[inline]
    fn add(gauge: &Self::Gauge, value: f64) {
        gauge.inc_by(value);
    }

    type Histogram<const N: usize> = Series<Histogram>;

    fn histogram<const N: usize>(bounds: [f64; N]) -> Self::Histogram<N> {
        let buckets = Buckets::new(bounds).expect("valid bounds");
        let builder = Registry::new().histogram("held_seconds", HELP).buckets(buckets);
        builder.register().expect("a valid name")
    }

    #[inline]
    fn observe<const N: usize>(histogram: &Self::Histogram<N>, value: f64) {
        histogram.observe(value);
    }

    type Pair = Family<Counter, DynamicLabels>;

    fn pair() -> Self::Pair {
        let builder = Registry::new().counter("pair_total", HELP).max_series(MANY);
        builder.labels(["method", "instance"]).expect("valid names")
    }

    #[inline]
    fn inc_pair(pair: &Self::Pair, values: [&str; 2]) {
        pair.with_values(&values).expect("two values").inc();
    }

    type Page = Page;

    fn page(kind: Kind, families: usize) -> Page {
        let registry = Registry::new();
        let names = (0..families).map(|number| family_name(kind, number));
        let families = match kind {
            Kind::Counters => Families::Counters(
                names
                    .map(|name| {
                        let builder = registry.counter(&name, HELP).max_series(MANY);
                        builder.labels(workload::LABELS).expect("valid names")
                    })
                    .collect(),
            ),
            Kind::Histograms => Families::Histograms(
                names
                    .map(|name| {
                        let builder = registry.histogram(&name, HELP).max_series(MANY);
                        builder.labels(workload::LABELS).expect("valid names")
                    })
                    .collect(),
            ),
        };
        Page { registry, families, text: Vec::new() }
    }

    #[inline]
    fn touch(page: &Page, family: usize, values: [&'static str; 3], value: u64) {
        match &page.families {
            Families::Counters(families) => {
                families[family].with_values(&values).expect("three values").inc_by(value);
            }
            Families::Histograms(families) => {
                let series = families[family].with_values(&values).expect("three values");
                series.observe(value as f64 / 1e6);
            }
        }
    }

    fn encode(page: &mut Page) -> usize {
        page.text.clear();
        nunchi::encode(&page.registry, Format::Text, &mut page.text);
        page.text.len()
    }

    fn more() -> Vec<(&'static str, Subject)> {
        #[derive(nunchi::Labels)]
        struct Labels<'a> {
            method: &'a str,
            instance: &'a str,
        }
        static TYPED: Family<Counter, Labels<'static>> =
            nunchi::family!("typed_total", "Typed.", max_series = 2000);

        let pairs = workload::pairs();
        let durations = workload::durations();
        let summary = Registry::new()
            .summary("held_seconds", HELP)
            .quantiles([0.5, 0.9, 0.99])
            .register()
            .expect("a valid name");
        let site = |_, count| {
            for _ in 0..count {
                nunchi::counter!("site_total", "Call site.", "kind" => "literal").inc();
            }
        };
        let macro_lookup = move |start, count| {
            for at in start..start + count {
                let [method, instance] = pairs[at & (pairs.len() - 1)];
                nunchi::counter!(
                    "macro_total", "Macro.", max_series = 2000,
                    "method" => method, "instance" => instance,
                )
                .inc();
            }
        };
        let typed = move |start, count| {
            for at in start..start + count {
                let [method, instance] = pairs[at & (pairs.len() - 1)];
                TYPED.with(&Labels { method, instance }).inc();
            }
        };
        let observe = move |start, count| {
            for at in start..start + count {
                summary.observe(durations[at & (durations.len() - 1)]);
            }
        };
        vec![
            (CALL_SITE, Subject::new(NAME, site)),
            (PAIR, Subject::new("nunchi `counter!`", macro_lookup)),
            (PAIR, Subject::new("nunchi derived labels", typed)),
            (SUMMARY, Subject::new(NAME, observe)),
        ]
    }
}
