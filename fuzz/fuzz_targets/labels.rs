//! Any names, help texts, label sets and values: what is registered is on the page, and a strict
//! reader gets back exactly what was put in.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use nunchi::metric::Metric;
use nunchi::{DynamicLabels, Encoder, Family, Format, RegisterError, Registry};
use std::collections::BTreeMap;

#[allow(dead_code, unused_imports)] // Its own tests do not run here.
#[path = "../../tests/it/parser.rs"]
mod parser;

#[derive(Arbitrary, Debug)]
struct Declared<'a> {
    kind: Kind,
    name: Name<'a>,
    help: &'a str,
    labels: Vec<Name<'a>>,
    series: Vec<(Vec<&'a str>, i16)>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
    Summary,
}

/// A name that is often valid, and often the same as another.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Name<'a> {
    Any(&'a str),
    Known(u8),
}

impl Name<'_> {
    fn text(self) -> String {
        const KNOWN: &[&str] =
            &["a", "b_total", "c_sum", "c", "le", "quantile", "d_count", "d", "e:f", "a_bucket"];
        match self {
            Self::Any(text) => text.into(),
            Self::Known(at) => KNOWN[usize::from(at) % KNOWN.len()].into(),
        }
    }
}

/// What a page must say: the help of each family, and each sample by its name and its labels, of
/// which the empty ones are left out.
#[derive(Default)]
struct Expected {
    helps: BTreeMap<String, String>,
    samples: Samples,
}

type Samples = BTreeMap<(String, BTreeMap<String, String>), f64>;

fuzz_target!(|input: (Vec<Declared>, u16)| {
    let (declared, room) = input;
    let registry = Registry::new();
    let mut expected = Expected::default();
    for family in &declared {
        expected.declare(&registry, family);
    }

    let mut page = Vec::new();
    nunchi::encode(&registry, Format::Text, &mut page);
    assert_eq!(page, in_chunks(&registry, room.into()), "chunks of {room}");
    nunchi::testing::parse_text(&page).unwrap_or_else(|error| panic!("{error}"));
    let page = parser::parse(&page).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(told(&page), expected.samples);
    for family in &page.families {
        assert_eq!(
            Some(&family.help),
            expected.helps.get(&family.name),
            "the help of {}",
            family.name
        );
    }
});

impl Expected {
    fn declare(&mut self, registry: &Registry, family: &Declared) {
        let (name, help) = (&family.name.text(), family.help);
        let labels: Vec<String> = family.labels.iter().map(|name| name.text()).collect();
        let names = || labels.iter().map(String::as_str);
        match family.kind {
            Kind::Counter => {
                let made = registry.counter(name, help).labels(names());
                self.fill(made, family, &labels, &[""], |counter, amount| {
                    let amount = amount.unsigned_abs();
                    counter.inc_by(u64::from(amount));
                    vec![f64::from(amount)]
                });
            }
            Kind::Gauge => {
                let made = registry.gauge(name, help).labels(names());
                self.fill(made, family, &labels, &[""], |gauge, amount| {
                    gauge.inc_by(f64::from(amount));
                    vec![f64::from(amount)]
                });
            }
            Kind::Histogram => {
                let made = registry.histogram(name, help).labels(names());
                self.fill(made, family, &labels, &["_count", "_sum"], |histogram, amount| {
                    histogram.observe(f64::from(amount));
                    vec![1.0, f64::from(amount)]
                });
            }
            Kind::Summary => {
                let made = registry.summary(name, help).labels(names());
                self.fill(made, family, &labels, &["_count", "_sum"], |summary, amount| {
                    summary.observe(f64::from(amount));
                    vec![1.0, f64::from(amount)]
                });
            }
        }
    }

    /// Updates every series of a family, if it was accepted, and notes what that adds to the samples
    /// with these suffixes.
    fn fill<M: Metric>(
        &mut self,
        made: Result<Family<M, DynamicLabels>, RegisterError>,
        declared: &Declared,
        names: &[String],
        suffixes: &[&str],
        update: impl Fn(&M, i16) -> Vec<f64>,
    ) {
        let Ok(family) = made else { return };
        let name = declared.name.text();
        self.helps.entry(name.clone()).or_insert_with(|| declared.help.into());
        if names.is_empty() {
            // The only series of a family without labels is there from the start.
            for suffix in suffixes {
                self.samples.entry((format!("{name}{suffix}"), BTreeMap::new())).or_default();
            }
        }
        for (values, amount) in &declared.series {
            let Ok(series) = family.with_values(values) else {
                assert_ne!(values.len(), names.len(), "a value for every name");
                continue;
            };
            let pairs = names.iter().zip(values).filter(|(_, value)| !value.is_empty());
            let labels: BTreeMap<_, _> =
                pairs.map(|(name, value)| (name.clone(), (*value).to_owned())).collect();
            for (suffix, added) in suffixes.iter().zip(update(series, *amount)) {
                let sample = (format!("{name}{suffix}"), labels.clone());
                *self.samples.entry(sample).or_default() += added;
            }
        }
    }
}

/// The samples of a page without buckets and quantiles: that those agree with the count, the reader
/// has checked.
fn told(page: &parser::Page) -> Samples {
    let mut samples = Samples::new();
    for family in &page.families {
        let skipped = match family.kind.as_str() {
            "histogram" => format!("{}_bucket", family.name),
            "summary" => family.name.clone(),
            _ => String::new(),
        };
        for sample in family.samples.iter().filter(|sample| sample.name != skipped) {
            let labels = sample.labels.iter().cloned().collect();
            samples.insert((sample.name.clone(), labels), sample.float());
        }
    }
    samples
}

/// The page, written into chunks of this size.
fn in_chunks(registry: &Registry, room: usize) -> Vec<u8> {
    let mut encoder = Encoder::new(registry, Format::Text);
    let (mut page, mut chunk) = (Vec::new(), Vec::with_capacity(room));
    loop {
        chunk.clear();
        let more = encoder.next_chunk(&mut chunk);
        page.extend_from_slice(&chunk);
        if !more {
            return page;
        }
    }
}
