//! Hostile names, helps, label values and numbers: what is accepted reads back exactly.

use crate::parser::{self, parse};
use crate::support::{page, Fixed, Value};
use nunchi::model::{Descriptor, Number, Quantiles, SummaryShape};
use nunchi::{Buckets, LabelName, MetricName, NameError, RegisterErrorKind, Registry};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// One family as it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) help: String,
    labels: Vec<String>,
    const_labels: Vec<(String, String)>,
    /// Label values; cut or filled up to the number of labels.
    series: Vec<(Vec<String>, Vec<u64>)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    GaugeHistogram,
    IntGauge,
    Histogram,
    Info,
    NegativeHistogram,
    Summary,
    StateSet,
    Unknown,
}

fn text() -> impl Strategy<Value = String> {
    let nasty =
        vec!["\"", "\\", "\n", "\\n", "\0", "\r", "\t", "{", "}", ",", "=", "돌", "🪨", " ", "a"];
    prop_oneof![
        4 => prop::collection::vec(select(nasty), 0..6).prop_map(|parts| parts.concat()),
        2 => any::<String>(),
        1 => Just(String::new()),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-c]{1,2}(_total|_count|_sum|_bucket|_created|_info)?",
        2 => "[a-zA-Z:_][a-zA-Z0-9_:]{0,8}",
        2 => "[a.b:9_돌 \"\\\\\n]{0,5}",
        // What may be equal once it is escaped.
        2 => "(a[.]b|a b|a-b|a_dot_b|U__a_2e_b)(_|__)?(total|sum|count)?",
        1 => any::<String>(),
    ]
}

pub(crate) fn spec() -> impl Strategy<Value = Spec> {
    let kinds = select(vec![
        Kind::Counter,
        Kind::Gauge,
        Kind::GaugeHistogram,
        Kind::IntGauge,
        Kind::Histogram,
        Kind::Info,
        Kind::NegativeHistogram,
        Kind::Summary,
        Kind::StateSet,
        Kind::Unknown,
    ]);
    let label = prop_oneof![
        6 => "[x-z]",
        2 => "[a.b_돌]{1,3}",
        1 => "x[.:=\"\\\\\n,{}돌]{1,3}",
        1 => "(x[.]y|x y|x_dot_y|U__x_2e_y)",
        2 => Just("le".to_owned()),
    ];
    let labels = prop::collection::vec(label, 0..4);
    let const_label = prop_oneof![3 => "[v-x]", 1 => "v[.=\"]{1,2}"];
    let const_labels = prop::collection::vec((const_label, text()), 0..2);
    let values = prop::collection::vec(text(), 3);
    let series = prop::collection::vec((values, prop::collection::vec(any::<u64>(), 1..6)), 0..5);
    (kinds, name(), text(), labels, const_labels, series).prop_map(
        |(kind, name, help, labels, const_labels, series)| {
            let name = match kind {
                Kind::Counter => name + "_total",
                Kind::Info => name + "_info",
                _ => name,
            };
            Spec { kind, name, help: format!("H{help}"), labels, const_labels, series }
        },
    )
}

/// A float for these bits, with the odd ones as likely as the others.
fn float(bits: u64) -> f64 {
    let odd = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -0.0,
        5e-324,
        f64::MAX,
        9_007_199_254_740_993.0,
        1e21,
        0.1,
    ];
    let pick = (bits % 19) as usize;
    odd.get(pick).copied().unwrap_or_else(|| f64::from_bits(bits))
}

const BOUNDS: [f64; 3] = [0.0, 1e-7, 1e6];
const NEGATIVE_BOUNDS: [f64; 3] = [-1.0, 1e-7, 1e6];
const QUANTILES: [f64; 2] = [0.5, 0.999];
const STATES: [&str; 3] = ["up", "do\"wn\n", "\\"];

impl Spec {
    fn descriptor(&self) -> Result<Descriptor, NameError> {
        let refuse = |_| Descriptor::gauge("", "").expect_err("an empty name");
        let name = MetricName::utf8(self.name.clone()).map_err(refuse)?;
        let help = self.help.clone();
        let mut descriptor = match self.kind {
            Kind::Counter => Descriptor::counter(name, help),
            Kind::Gauge | Kind::IntGauge => Descriptor::gauge(name, help),
            Kind::GaugeHistogram => Descriptor::gauge_histogram(name, help, Buckets::new(BOUNDS)?),
            Kind::Histogram => Descriptor::histogram(name, help, Buckets::new(BOUNDS)?),
            Kind::NegativeHistogram => {
                Descriptor::histogram(name, help, Buckets::new(NEGATIVE_BOUNDS)?)
            }
            Kind::Info => Descriptor::info(name, help),
            Kind::Summary => {
                let shape = SummaryShape::new(Quantiles::new(QUANTILES)?, Duration::from_secs(60));
                Descriptor::summary(name, help, shape)
            }
            Kind::StateSet => Descriptor::state_set(name, help, STATES),
            Kind::Unknown => Descriptor::unknown(name, help),
        }?;
        for (name, value) in &self.const_labels {
            let name = LabelName::utf8(name.clone()).map_err(refuse)?;
            descriptor = descriptor.with_const_label(name, value.as_str())?;
        }
        let labels: Result<Vec<_>, _> =
            self.labels.iter().map(|label| LabelName::utf8(label.clone())).collect();
        descriptor.with_labels(labels.map_err(refuse)?)
    }

    /// The value of a series from its random words.
    fn value(&self, words: &[u64]) -> Value {
        let word = words[0];
        match self.kind {
            Kind::Counter if word % 2 == 0 => Value::Number(Number::U64(word)),
            Kind::Counter => {
                let total = float(word / 2).abs();
                Value::Number(Number::F64(if total.is_nan() { 1.5 } else { total }))
            }
            Kind::IntGauge => Value::Number(Number::I64(word as i64)),
            Kind::Gauge | Kind::Unknown => Value::Number(Number::F64(float(word))),
            Kind::Info => Value::Number(Number::U64(1)),
            Kind::Histogram | Kind::NegativeHistogram | Kind::GaugeHistogram => {
                let counts = (0..=BOUNDS.len()).map(|at| words[at % words.len()] >> 3).collect();
                Value::Histogram(counts, float(word))
            }
            Kind::Summary => {
                let values =
                    (0..QUANTILES.len()).map(|at| float(words[at % words.len()])).collect();
                Value::Summary(values, word, float(word / 7))
            }
            Kind::StateSet => {
                let on = |(at, _): &(usize, &&str)| word >> at & 1 == 1;
                let states = STATES.iter().enumerate().filter(on);
                Value::States(states.map(|(_, state)| (*state).to_owned()).collect())
            }
        }
    }

    /// Whether the name on the page is not one that OpenMetrics reserves: where the first character
    /// is no letter it is shown as `_`. The strict parser refuses it; servers do not mind.
    #[cfg(all(any(feature = "openmetrics", feature = "protobuf"), feature = "testing"))]
    pub(crate) fn is_of_the_standard(&self) -> bool {
        !underscored(&self.name, true).starts_with('_')
    }

    fn label_values(&self, values: &[String]) -> Vec<String> {
        values.iter().take(self.labels.len()).cloned().collect()
    }

    /// Registers the family, with the first of equal series only. Refusals must have a reason.
    pub(crate) fn register(&self, registry: &Registry) -> Option<Fixed> {
        let Ok(descriptor) = self.descriptor() else { return None };
        let mut seen = BTreeSet::new();
        let points: Vec<_> = self
            .series
            .iter()
            .map(|(values, words)| (self.label_values(values), self.value(words)))
            .filter(|(values, _)| seen.insert(values.clone()))
            .map(|(values, value)| (self.name.clone(), values, value))
            .collect();
        let fixed = || Fixed { families: vec![descriptor.clone()], points: points.clone() };
        match registry.register(fixed()) {
            Ok(()) => Some(fixed()),
            Err(error) => {
                assert_ne!(error.kind(), RegisterErrorKind::Invalid, "{error}");
                None
            }
        }
    }
}

/// The name as the format can carry it: the rule of the data model, written once more.
pub(super) fn underscored(name: &str, colon: bool) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || (colon && c == ':');
    let keep = |(at, c): (usize, char)| fits(c) && !(at == 0 && c.is_ascii_digit());
    name.chars().enumerate().map(|at_c| if keep(at_c) { at_c.1 } else { '_' }).collect()
}

/// Every sample that a family must show, by name and labels, as the bits of its value.
pub(super) type Samples = BTreeMap<(String, Vec<(String, String)>), String>;

/// One spelling for each value, so that NaN and integers compare exactly.
pub(super) fn spelling(number: Number) -> String {
    match number {
        Number::U64(value) => value.to_string(),
        Number::I64(value) => value.to_string(),
        Number::F64(value) if value.is_nan() => "NaN".into(),
        Number::F64(value) => format!("{:016x}", value.to_bits()),
    }
}

pub(super) fn expected(spec: &Spec, fixed: &Fixed) -> Samples {
    expected_as(spec, fixed, underscored)
}

/// How a name is escaped. `true`: it may have a colon.
pub(super) type Escape = fn(&str, bool) -> String;

/// The same with names that are escaped in some way.
pub(super) fn expected_as(spec: &Spec, fixed: &Fixed, escape: Escape) -> Samples {
    let name = escape(&spec.name, true);
    let mut samples = Samples::new();
    for (_, values, value) in &fixed.points {
        let own = spec.labels.iter().map(|label| escape(label, false)).zip(values.clone());
        let common = spec.const_labels.iter();
        let common = common.map(|(label, value)| (escape(label, false), value.clone()));
        let labels: Vec<_> = common.chain(own).collect();
        let mut put = |suffix: &str, extra: Option<(&str, String)>, number: Number| {
            let mut labels: Vec<_> =
                labels.iter().filter(|(_, value)| !value.is_empty()).cloned().collect();
            labels.extend(extra.map(|(label, value)| (label.to_owned(), value)));
            samples.insert((format!("{name}{suffix}"), labels), spelling(number));
        };
        match value {
            Value::Number(number) => put("", None, *number),
            Value::Histogram(counts, sum) => {
                let mut total = 0;
                let first = if spec.kind == Kind::NegativeHistogram { "-1.0" } else { "0.0" };
                for (le, count) in [first, "1e-07", "1e+06", "+Inf"].iter().zip(counts) {
                    total += count;
                    put("_bucket", Some(("le", (*le).into())), Number::U64(total));
                }
                put("_sum", None, Number::F64(*sum));
                put("_count", None, Number::U64(total));
            }
            Value::Summary(answers, count, sum) => {
                for (quantile, answer) in QUANTILES.iter().zip(answers) {
                    put("", Some(("quantile", quantile.to_string())), Number::F64(*answer));
                }
                put("_sum", None, Number::F64(*sum));
                put("_count", None, Number::U64(*count));
            }
            Value::States(on) => {
                for state in STATES {
                    let is_on = on.iter().any(|other| other == state);
                    put("", Some((&name, state.into())), Number::U64(is_on.into()));
                }
            }
        }
    }
    samples
}

/// The same where the sum and the count of a gauge histogram have names of their own.
#[cfg(all(any(feature = "openmetrics", feature = "protobuf"), feature = "testing"))]
pub(super) fn expected_of_types(spec: &Spec, fixed: &Fixed, escape: Escape) -> Samples {
    let name = escape(&spec.name, true);
    let rename = |sample: String| match sample.strip_prefix(&name) {
        Some(end @ ("_sum" | "_count")) if spec.kind == Kind::GaugeHistogram => {
            format!("{name}_g{}", &end[1..])
        }
        _ => sample,
    };
    let samples = expected_as(spec, fixed, escape).into_iter();
    samples.map(|((sample, labels), value)| ((rename(sample), labels), value)).collect()
}

fn found(family: &parser::Family, like: &Samples) -> Samples {
    let sample = |sample: &parser::Sample| {
        let key = (sample.name.clone(), sample.labels.clone());
        // A whole float is written as an integer: compare with the form that was put in.
        let is_bits =
            like.get(&key).is_some_and(|wanted| wanted.len() == 16 && *wanted != sample.value);
        let value =
            if is_bits { spelling(Number::F64(sample.float())) } else { sample.value.clone() };
        (key, value)
    };
    family.samples.iter().map(sample).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 192 } else { 4096 }))]

    #[test]
    fn whatever_is_accepted_reads_back_exactly(specs in prop::collection::vec(spec(), 0..8)) {
        let registry = Registry::new();
        let mut families = BTreeMap::new();
        for spec in &specs {
            if let Some(fixed) = spec.register(&registry) {
                if !fixed.points.is_empty() {
                    families.insert(underscored(&spec.name, true), (spec, fixed));
                }
            }
        }
        let text = page(&registry);
        #[cfg(feature = "testing")]
        prop_assert_eq!(nunchi::testing::parse_text(text.as_bytes()).err(), None, "{}", text);
        let page = parse(text.as_bytes());
        prop_assert!(page.is_ok(), "{:?}\n{}", page, text);
        let page = page.unwrap_or_default();
        let names: Vec<_> = page.families.iter().map(|family| &family.name).collect();
        prop_assert_eq!(names, families.keys().collect::<Vec<_>>());
        for (family, (spec, fixed)) in page.families.iter().zip(families.values()) {
            prop_assert_eq!(&family.help, &spec.help);
            let wanted = expected(spec, fixed);
            prop_assert_eq!(found(family, &wanted), wanted, "{}", text);
        }
        prop_assert_eq!(text, self::page(&registry));
    }

    /// The same through families in memory, whose labels are stored in another way.
    #[test]
    fn label_values_in_memory_read_back_exactly(
        rows in prop::collection::vec((text(), text(), any::<u64>()), 0..40),
    ) {
        let registry = Registry::new();
        let family = registry.counter("a_total", "A.").labels(["x", "y"]).expect("valid");
        let mut model: BTreeMap<(String, String), u64> = BTreeMap::new();
        for (x, y, amount) in rows {
            let amount = amount >> 8;
            family.with_values(&[&x, &y]).expect("two").inc_by(amount);
            *model.entry((x, y)).or_default() += amount;
        }
        prop_assert_eq!(family.cardinality(), model.len());
        let text = page(&registry);
        let page = parse(text.as_bytes());
        prop_assert!(page.is_ok(), "{:?}\n{}", page, text);
        for ((x, y), total) in model {
            let labels = [("x", x.as_str()), ("y", y.as_str())];
            let labels: Vec<_> = labels.into_iter().filter(|(_, value)| !value.is_empty()).collect();
            let shown = page.as_ref().ok().and_then(|page| page.value("a_total", &labels));
            prop_assert_eq!(shown, Some(&*total.to_string()));
        }
    }
}

#[test]
fn a_label_value_of_a_megabyte_is_carried_whole() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["x"]).expect("valid");
    let huge = "돌\"\\\n".repeat(1 << 18);
    family.with_values(&[&huge]).expect("one").inc();
    family.with_values(&[&huge]).expect("one").inc();
    let page = parse(page(&registry).as_bytes()).expect("a valid page");
    assert_eq!(page.value("a_total", &[("x", &huge)]), Some("2"));
}

#[test]
fn a_label_value_beyond_reason_goes_to_the_overflow_series() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["x"]).expect("valid");
    family.with_values(&[&"x".repeat((16 << 20) + 1)]).expect("one").inc();
    let page = parse(page(&registry).as_bytes()).expect("a valid page");
    assert_eq!(page.value("a_total", &[("x", "__overflow__")]), Some("1"));
}
