use super::{family_name, Kind, Library, HELP};
use crate::workload::DEFAULT_BOUNDS;
use measured::metric::group::Encoding;
use measured::metric::histogram::Thresholds;
use measured::metric::name::MetricName;
use measured::metric::MetricFamilyEncoding;
use measured::text::BufferedTextEncoder;
use measured::{Counter, CounterVec, FloatGauge, Histogram, HistogramVec, LabelGroup};
use paracord::ParaCord;

pub struct Measured;

#[derive(Clone, Copy, PartialEq, Debug, LabelGroup)]
#[label(set = TwoSet)]
pub struct Two<'a> {
    #[label(dynamic_with = ParaCord)]
    method: &'a str,
    #[label(dynamic_with = ParaCord)]
    instance: &'a str,
}

#[derive(Clone, Copy, PartialEq, Debug, LabelGroup)]
#[label(set = ThreeSet)]
pub struct Three<'a> {
    #[label(dynamic_with = ParaCord)]
    method: &'a str,
    #[label(dynamic_with = ParaCord)]
    path: &'a str,
    #[label(dynamic_with = ParaCord)]
    instance: &'a str,
}

pub struct Page {
    names: Vec<String>,
    families: Families,
    encoder: BufferedTextEncoder,
}

enum Families {
    Counters(Vec<CounterVec<ThreeSet>>),
    Histograms(Vec<HistogramVec<ThreeSet, 11>>),
}

fn three() -> ThreeSet {
    ThreeSet {
        method: ParaCord::default(),
        path: ParaCord::default(),
        instance: ParaCord::default(),
    }
}

impl Library for Measured {
    const NAME: &'static str = "measured 0.0.25";

    type Counter = Counter;

    fn counter() -> Counter {
        Counter::new()
    }

    #[inline]
    fn inc(counter: &Counter) {
        counter.inc();
    }

    type Gauge = FloatGauge;

    fn gauge() -> FloatGauge {
        FloatGauge::new()
    }

    #[inline]
    fn set(gauge: &FloatGauge, value: f64) {
        gauge.get_metric().set(value);
    }

    #[inline]
    fn add(gauge: &FloatGauge, value: f64) {
        gauge.get_metric().inc_by(value);
    }

    type Histogram<const N: usize> = Histogram<N>;

    fn histogram<const N: usize>(bounds: [f64; N]) -> Histogram<N> {
        Histogram::with_metadata(Thresholds::with_buckets(bounds))
    }

    #[inline]
    fn observe<const N: usize>(histogram: &Histogram<N>, value: f64) {
        histogram.observe(value);
    }

    type Pair = CounterVec<TwoSet>;

    fn pair() -> Self::Pair {
        CounterVec::with_label_set(TwoSet {
            method: ParaCord::default(),
            instance: ParaCord::default(),
        })
    }

    #[inline]
    fn inc_pair(pair: &Self::Pair, [method, instance]: [&str; 2]) {
        pair.inc(Two { method, instance });
    }

    type Page = Page;

    fn page(kind: Kind, families: usize) -> Page {
        let names = (0..families).map(|number| family_name(kind, number)).collect();
        let count = 0..families;
        let families = match kind {
            Kind::Counters => {
                Families::Counters(count.map(|_| CounterVec::with_label_set(three())).collect())
            }
            Kind::Histograms => Families::Histograms(
                count
                    .map(|_| {
                        let thresholds = Thresholds::with_buckets(DEFAULT_BOUNDS);
                        HistogramVec::with_label_set_and_metadata(three(), thresholds)
                    })
                    .collect(),
            ),
        };
        Page { names, families, encoder: BufferedTextEncoder::new() }
    }

    #[inline]
    fn touch(page: &Page, family: usize, [method, path, instance]: [&'static str; 3], value: u64) {
        let labels = Three { method, path, instance };
        match &page.families {
            Families::Counters(families) => families[family].inc_by(labels, value),
            Families::Histograms(families) => {
                families[family].observe(labels, value as f64 / 1e6);
            }
        }
    }

    fn encode(page: &mut Page) -> usize {
        let encoder = &mut page.encoder;
        for (number, name) in page.names.iter().enumerate() {
            let name = MetricName::try_from_str(name).expect("a valid name");
            let Ok(()) = encoder.write_help(name, HELP);
            let Ok(()) = match &page.families {
                Families::Counters(families) => families[number].collect_family_into(name, encoder),
                Families::Histograms(families) => {
                    families[number].collect_family_into(name, encoder)
                }
            };
        }
        encoder.finish().len()
    }
}
