//! What is registered, encoded and parsed is what was put in.

use crate::parser;
use crate::support::{Fixed, Value};
use nunchi::model::{Descriptor, Number};
use nunchi::testing::{page, parse_text, Page};
use nunchi::{assert_metric, Buckets, Format, Registry};
use proptest::prelude::*;

/// A help and label values that need every escape.
fn nasty() -> impl Strategy<Value = String> {
    let parts = ["\"", "\\", "\n", "\\n", "\0", "\t", "{", "}", ",", "=", "돌", " ", "a", "#"];
    let parts = prop::collection::vec(prop::sample::select(parts.to_vec()), 0..6);
    prop_oneof![3 => parts.prop_map(|parts| parts.concat()), 1 => any::<String>()]
}

/// What is put into a registry: of each family, label values and amounts.
#[derive(Clone, Debug)]
struct Told {
    help: String,
    counters: Vec<(String, String, u64)>,
    gauges: Vec<(String, f64)>,
    observations: Vec<(String, f64)>,
}

fn told() -> impl Strategy<Value = Told> {
    let counters = prop::collection::vec((nasty(), nasty(), any::<u64>()), 0..8);
    let gauges = prop::collection::vec((nasty(), any::<f64>()), 0..8);
    let observations = prop::collection::vec((nasty(), -4.0..4.0), 0..20);
    (nasty(), counters, gauges, observations).prop_map(|(help, counters, gauges, observations)| {
        Told { help: format!("H{help}"), counters, gauges, observations }
    })
}

impl Told {
    fn register(&self) -> Registry {
        let registry = Registry::new();
        let help = &self.help;
        let counters = registry.counter("c_total", help).labels(["x", "y"]).expect("valid");
        for (x, y, amount) in &self.counters {
            counters.with_values(&[x, y]).expect("two values").inc_by(amount >> 16);
        }
        let gauges = registry.gauge("g", help).labels(["x"]).expect("valid");
        for (x, value) in &self.gauges {
            gauges.with_values(&[x]).expect("a value").set(*value);
        }
        let buckets = Buckets::new([-1.0, 0.5]).expect("ascending");
        let histograms = registry.histogram("h", help).buckets(buckets).labels(["x"]);
        let summaries = registry.summary("s", help).quantiles([0.5, 0.9]).labels(["x"]);
        let (histograms, summaries) = (histograms.expect("valid"), summaries.expect("valid"));
        for (x, value) in &self.observations {
            histograms.with_values(&[x]).expect("a value").observe(*value);
            summaries.with_values(&[x]).expect("a value").observe(*value);
        }
        registry
    }
}

/// The page as the parser of these tests, written without knowing the other one, reads it: each
/// family, then each of its samples.
fn as_read_by_twin(text: &str) -> Vec<String> {
    let page = parser::parse(text.as_bytes()).expect("a valid page");
    let tell = |family: &parser::Family| {
        let sample = |sample: &parser::Sample| {
            let (name, labels) = (&sample.name, &sample.labels);
            format!("{name} {labels:?} {} {:?}", sample.value, sample.float().to_bits())
        };
        let head = format!("{} {} {}", family.name, family.kind, family.help);
        std::iter::once(head).chain(family.samples.iter().map(sample)).collect::<Vec<_>>()
    };
    page.families.iter().flat_map(tell).collect()
}

fn as_read(page: &Page) -> Vec<String> {
    let tell = |family: &nunchi::testing::Family| {
        let sample = |sample: &nunchi::testing::Sample| {
            let labels: Vec<_> = sample.labels().collect();
            let bits = sample.value().to_bits();
            format!("{} {labels:?} {} {bits:?}", sample.name(), sample.written())
        };
        let word = family.metric_type().replace("unknown", "untyped");
        let head = format!("{} {word} {}", family.name(), family.help());
        std::iter::once(head).chain(family.samples().iter().map(sample)).collect::<Vec<_>>()
    };
    page.families().iter().flat_map(tell).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 128 } else { 4096 }))]

    #[test]
    fn a27_what_is_put_in_is_read_back(told in told()) {
        let registry = told.register();
        let mut text = Vec::new();
        nunchi::encode(&registry, Format::Text, &mut text);
        let read = page(&registry);
        prop_assert_eq!(parse_text(&text), Ok(read.clone()));
        prop_assert_eq!(as_read(&read), as_read_by_twin(&String::from_utf8_lossy(&text)));

        for (x, y, _) in &told.counters {
            let same = told.counters.iter().filter(|(a, b, _)| (a, b) == (x, y));
            let total: u64 = same.map(|(_, _, amount)| amount >> 16).sum();
            let sample = read.sample("c_total", &[("x", x), ("y", y)]).map(nunchi::testing::Sample::written);
            prop_assert_eq!(sample, Some(&*total.to_string()));
        }
        for (x, _) in &told.gauges {
            let last = told.gauges.iter().rfind(|(other, _)| other == x).map(|(_, value)| *value);
            let value = read.value("g", &[("x", x)]);
            prop_assert_eq!(value.map(f64::to_bits), last.map(f64::to_bits));
        }
        for (x, _) in &told.observations {
            let own = told.observations.iter().filter(|(other, _)| other == x);
            let below = own.clone().filter(|(_, value)| *value <= 0.5).count();
            let labels = [("x", x.as_str()), ("le", "0.5")];
            prop_assert_eq!(read.value("h_bucket", &labels), Some(below as f64));
            let count = Some(own.count() as f64);
            prop_assert_eq!(read.value("h_count", &[("x", x)]), count);
            prop_assert_eq!(read.value("s_count", &[("x", x)]), count);
        }
        for family in read.families() {
            prop_assert_eq!(family.help(), &told.help);
        }
    }

    /// A difference is empty only between pages that say the same.
    #[test]
    fn what_differs_is_told(one in told(), other in told()) {
        let (one, other) = (page(&one.register()), page(&other.register()));
        prop_assert_eq!(one.diff(&one), "");
        prop_assert_eq!(one.diff(&other).is_empty(), other.diff(&one).is_empty());
        let gone = one.diff(&other).lines().filter(|line| line.starts_with("- ")).count();
        let new = other.diff(&one).lines().filter(|line| line.starts_with("+ ")).count();
        prop_assert_eq!(gone, new);
    }
}

#[test]
fn the_page_of_a_collector_can_be_looked_at() {
    let registry = Registry::new();
    let gauge = Descriptor::gauge("a", "A.").expect("a valid name");
    registry.register(Fixed::one(gauge, Value::Number(Number::U64(u64::MAX)))).expect("valid");
    assert_metric!(registry, "a" == u64::MAX);
    let page = page(&registry);
    assert_eq!(
        page.sample("a", &[]).map(nunchi::testing::Sample::written),
        Some("18446744073709551615")
    );
}
