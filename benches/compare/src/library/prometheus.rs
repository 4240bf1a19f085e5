use super::{family_name, Kind, Library, CALL_SITE, HELP};
use crate::measure::Subject;
use crate::workload;
use prometheus::{
    Counter, Encoder, Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec,
    Opts, Registry, TextEncoder,
};
use std::sync::LazyLock;

pub struct Prometheus;

pub struct Page {
    registry: Registry,
    families: Families,
    text: Vec<u8>,
}

enum Families {
    Counters(Vec<IntCounterVec>),
    Histograms(Vec<HistogramVec>),
}

const NAME: &str = "prometheus 0.14";

impl Library for Prometheus {
    const NAME: &'static str = NAME;

    type Counter = IntCounter;

    fn counter() -> IntCounter {
        IntCounter::new("held_total", HELP).expect("a valid name")
    }

    #[inline]
    fn inc(counter: &IntCounter) {
        counter.inc();
    }

    type Gauge = Gauge;

    fn gauge() -> Gauge {
        Gauge::new("held", HELP).expect("a valid name")
    }

    #[inline]
    fn set(gauge: &Gauge, value: f64) {
        gauge.set(value);
    }

    #[inline]
    fn add(gauge: &Gauge, value: f64) {
        gauge.add(value);
    }

    type Histogram<const N: usize> = Histogram;

    fn histogram<const N: usize>(bounds: [f64; N]) -> Histogram {
        let options = HistogramOpts::new("held_seconds", HELP).buckets(bounds.to_vec());
        Histogram::with_opts(options).expect("a valid name")
    }

    #[inline]
    fn observe<const N: usize>(histogram: &Histogram, value: f64) {
        histogram.observe(value);
    }

    type Pair = IntCounterVec;

    fn pair() -> IntCounterVec {
        IntCounterVec::new(Opts::new("pair_total", HELP), &["method", "instance"])
            .expect("valid names")
    }

    #[inline]
    fn inc_pair(pair: &IntCounterVec, values: [&str; 2]) {
        pair.with_label_values(&values).inc();
    }

    type Page = Page;

    fn page(kind: Kind, families: usize) -> Page {
        let registry = Registry::new();
        let names = (0..families).map(|number| family_name(kind, number));
        let families = match kind {
            Kind::Counters => Families::Counters(
                names
                    .map(|name| {
                        let family = IntCounterVec::new(Opts::new(name, HELP), &workload::LABELS)
                            .expect("valid names");
                        registry.register(Box::new(family.clone())).expect("new names");
                        family
                    })
                    .collect(),
            ),
            Kind::Histograms => Families::Histograms(
                names
                    .map(|name| {
                        let family =
                            HistogramVec::new(HistogramOpts::new(name, HELP), &workload::LABELS)
                                .expect("valid names");
                        registry.register(Box::new(family.clone())).expect("new names");
                        family
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
                families[family].with_label_values(&values).inc_by(value);
            }
            Families::Histograms(families) => {
                families[family].with_label_values(&values).observe(value as f64 / 1e6);
            }
        }
    }

    fn encode(page: &mut Page) -> usize {
        page.text.clear();
        let families = page.registry.gather();
        TextEncoder::new().encode(&families, &mut page.text).expect("memory does not fail");
        page.text.len()
    }

    fn more() -> Vec<(&'static str, Subject)> {
        static SITE: LazyLock<IntCounter> = LazyLock::new(|| {
            let family = IntCounterVec::new(Opts::new("site_total", HELP), &["kind"]);
            family.expect("valid names").with_label_values(&["literal"])
        });
        static FLOAT: LazyLock<Counter> =
            LazyLock::new(|| Counter::new("float_total", HELP).expect("a valid name"));
        let site = |_, count| {
            for _ in 0..count {
                SITE.inc();
            }
        };
        let float = |_, count| {
            for _ in 0..count {
                FLOAT.inc();
            }
        };
        vec![
            (CALL_SITE, Subject::new(NAME, site)),
            (CALL_SITE, Subject::new("prometheus 0.14, default `f64`", float)),
        ]
    }
}
