use super::{family_name, seconds, Kind, Pages, Updates, HELP};
use crate::measure::Subject;
use crate::operation::Operation;
use crate::workload::{self, Shape};
use bytes::Bytes;
use measured::metric::group::Encoding;
use measured::metric::histogram::Thresholds;
use measured::metric::name::MetricName;
use measured::metric::MetricFamilyEncoding;
use measured::text::BufferedTextEncoder;
use measured::{
    Counter, CounterVec, FixedCardinalityLabel, FloatGauge, Gauge, Histogram, HistogramVec,
    LabelGroup,
};
use paracord::ParaCord;

pub struct Measured;

const NAME: &str = "measured";

// Written out: the derive does not work on what `choices!` makes.
#[derive(Clone, Copy, PartialEq, Debug, FixedCardinalityLabel)]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
    Patch,
}

#[derive(Clone, Copy, PartialEq, Debug, FixedCardinalityLabel)]
pub enum Outcome {
    Answered,
    Moved,
    Refused,
    Missing,
    Failed,
    Late,
}

const METHODS: [Method; workload::CHOICES[0]] =
    [Method::Get, Method::Post, Method::Put, Method::Delete, Method::Patch];
const OUTCOMES: [Outcome; workload::CHOICES[1]] = [
    Outcome::Answered,
    Outcome::Moved,
    Outcome::Refused,
    Outcome::Missing,
    Outcome::Failed,
    Outcome::Late,
];

#[derive(Clone, Copy, PartialEq, Debug, LabelGroup)]
#[label(set = ChosenSet)]
pub struct Chosen {
    method: Method,
    outcome: Outcome,
}

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

impl Updates for Measured {
    const NAME: &'static str = NAME;

    fn subjects(operation: Operation) -> Vec<Subject> {
        let subject = match operation {
            Operation::Inc => Subject::steps(NAME, Counter::new(), |counter| counter.inc()),
            Operation::Set => Subject::values(NAME, FloatGauge::new(), |gauge, value| {
                gauge.get_metric().set(value);
            }),
            Operation::AddInteger => {
                Subject::steps(NAME, Gauge::new(), |gauge| gauge.get_metric().inc_by(3))
            }
            Operation::AddFloat => {
                Subject::steps(NAME, FloatGauge::new(), |gauge| gauge.get_metric().inc_by(1.5))
            }
            Operation::Observe11 => observe(workload::DEFAULT_BOUNDS),
            Operation::Observe50 => observe(workload::fifty_bounds()),
            Operation::Pair => {
                let set = TwoSet { method: ParaCord::default(), instance: ParaCord::default() };
                let family = CounterVec::with_label_set(set);
                Subject::pairs(NAME, family, |family, [method, instance]| {
                    family.inc(Two { method, instance });
                })
            }
            Operation::Choices => {
                let family = CounterVec::<ChosenSet>::dense();
                Subject::choices(NAME, family, |family, [method, outcome]| {
                    family.inc(Chosen { method: METHODS[method], outcome: OUTCOMES[outcome] });
                })
            }
            Operation::Site | Operation::IncFloat | Operation::Summary => return Vec::new(),
        };
        vec![subject]
    }
}

fn observe<const N: usize>(bounds: [f64; N]) -> Subject {
    let histogram = Histogram::with_metadata(Thresholds::with_buckets(bounds));
    Subject::values(NAME, histogram, |histogram: &Histogram<N>, value| histogram.observe(value))
}

pub struct Page {
    names: Vec<String>,
    families: Families,
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

#[derive(Default)]
pub struct Text {
    encoder: BufferedTextEncoder,
    page: Bytes,
}

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        &self.page
    }
}

impl Pages for Measured {
    const NAME: &'static str = NAME;

    type Page = Page;

    fn page(kind: Kind, shape: Shape) -> Page {
        let count = 0..shape.families;
        let names = count.clone().map(|number| family_name(kind, number)).collect();
        let families = match kind {
            Kind::Counters => {
                Families::Counters(count.map(|_| CounterVec::with_label_set(three())).collect())
            }
            Kind::Histograms => {
                let family = |_| {
                    let thresholds = Thresholds::with_buckets(workload::DEFAULT_BOUNDS);
                    HistogramVec::with_label_set_and_metadata(three(), thresholds)
                };
                Families::Histograms(count.map(family).collect())
            }
        };
        Page { names, families }
    }

    #[inline]
    fn touch(page: &Page, family: usize, [method, path, instance]: [&'static str; 3], value: u64) {
        let labels = Three { method, path, instance };
        match &page.families {
            Families::Counters(families) => families[family].inc_by(labels, value),
            Families::Histograms(families) => families[family].observe(labels, seconds(value)),
        }
    }

    type Text = Text;

    fn render(page: &Page, text: &mut Text) {
        text.page = Bytes::new(); // The encoder takes its memory back if nobody else holds it.
        let encoder = &mut text.encoder;
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
        text.page = encoder.finish();
    }
}
