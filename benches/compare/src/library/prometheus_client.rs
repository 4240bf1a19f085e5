use super::{family_name, Kind, Library, HELP};
use prometheus_client::encoding::{text, EncodeLabelSet};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::atomic::AtomicU64;

pub struct PrometheusClient;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Two {
    method: String,
    instance: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Three {
    method: String,
    path: String,
    instance: String,
}

pub struct Page {
    registry: Registry,
    families: Families,
    text: String,
}

type Histograms = Family<Three, Histogram, fn() -> Histogram>;

enum Families {
    Counters(Vec<Family<Three, Counter>>),
    Histograms(Vec<Histograms>),
}

fn default_histogram() -> Histogram {
    Histogram::new(crate::workload::DEFAULT_BOUNDS)
}

impl Library for PrometheusClient {
    const NAME: &'static str = "prometheus-client 0.25";

    type Counter = Counter;

    fn counter() -> Counter {
        Counter::default()
    }

    #[inline]
    fn inc(counter: &Counter) {
        counter.inc();
    }

    type Gauge = Gauge<f64, AtomicU64>;

    fn gauge() -> Self::Gauge {
        Gauge::default()
    }

    #[inline]
    fn set(gauge: &Self::Gauge, value: f64) {
        gauge.set(value);
    }

    #[inline]
    fn add(gauge: &Self::Gauge, value: f64) {
        gauge.inc_by(value);
    }

    type Histogram<const N: usize> = Histogram;

    fn histogram<const N: usize>(bounds: [f64; N]) -> Histogram {
        Histogram::new(bounds)
    }

    #[inline]
    fn observe<const N: usize>(histogram: &Histogram, value: f64) {
        histogram.observe(value);
    }

    type Pair = Family<Two, Counter>;

    fn pair() -> Self::Pair {
        Family::default()
    }

    #[inline]
    fn inc_pair(pair: &Self::Pair, [method, instance]: [&str; 2]) {
        pair.get_or_create(&Two { method: method.to_owned(), instance: instance.to_owned() }).inc();
    }

    type Page = Page;

    fn page(kind: Kind, families: usize) -> Page {
        let mut registry = Registry::default();
        let names = (0..families).map(|number| family_name(kind, number));
        let families = match kind {
            Kind::Counters => Families::Counters(
                names
                    .map(|name| {
                        let family = Family::default();
                        // The encoder appends `_total` itself.
                        registry.register(name.trim_end_matches("_total"), HELP, family.clone());
                        family
                    })
                    .collect(),
            ),
            Kind::Histograms => Families::Histograms(
                names
                    .map(|name| {
                        let family: Histograms = Family::new_with_constructor(default_histogram);
                        registry.register(name, HELP, family.clone());
                        family
                    })
                    .collect(),
            ),
        };
        Page { registry, families, text: String::new() }
    }

    #[inline]
    fn touch(page: &Page, family: usize, [method, path, instance]: [&'static str; 3], value: u64) {
        let labels = Three {
            method: method.to_owned(),
            path: path.to_owned(),
            instance: instance.to_owned(),
        };
        match &page.families {
            Families::Counters(families) => {
                families[family].get_or_create(&labels).inc_by(value);
            }
            Families::Histograms(families) => {
                families[family].get_or_create(&labels).observe(value as f64 / 1e6);
            }
        }
    }

    fn encode(page: &mut Page) -> usize {
        page.text.clear();
        text::encode(&mut page.text, &page.registry).expect("memory does not fail");
        page.text.len()
    }
}
