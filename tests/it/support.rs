//! What the tests of whole pages share.

use crate::parser::{parse, Page};
use nunchi::model::{Collection, Descriptor, Number};
use nunchi::{CollectError, Collector, Format, Registry};

/// The page as text.
pub(crate) fn page(registry: &Registry) -> String {
    page_in(Format::Text, registry)
}

/// The page in a format that is text.
pub(crate) fn page_in(format: Format, registry: &Registry) -> String {
    String::from_utf8(bytes_in(format, registry)).expect("a page is text")
}

/// The page in any format.
pub(crate) fn bytes_in(format: Format, registry: &Registry) -> Vec<u8> {
    let mut page = Vec::new();
    nunchi::encode(registry, format, &mut page);
    page
}

/// The page in chunks of this capacity, with names escaped like this.
#[cfg(feature = "utf8")]
pub(crate) fn escaped(
    registry: &Registry,
    (format, escaping): (Format, nunchi::Escaping),
    capacity: usize,
) -> Vec<u8> {
    let mut encoder = nunchi::Encoder::new(registry, format).escaping(escaping);
    let mut page = Vec::new();
    loop {
        let mut chunk = Vec::with_capacity(capacity);
        let more = encoder.next_chunk(&mut chunk);
        page.extend_from_slice(&chunk);
        if !more {
            return page;
        }
    }
}

/// The page as the strict parser of these tests reads it, once that of the library took it too.
pub(crate) fn parsed(registry: &Registry) -> Page {
    let page = page(registry);
    #[cfg(feature = "testing")]
    nunchi::testing::parse_text(page.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{page}"));
    parse(page.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{page}"))
}

/// Every format that there is.
pub(crate) const FORMATS: &[Format] = &[
    Format::Text,
    #[cfg(feature = "openmetrics")]
    Format::OpenMetrics,
    #[cfg(feature = "openmetrics2")]
    Format::OpenMetrics2,
    #[cfg(feature = "protobuf")]
    Format::Protobuf,
];

/// The page in OpenMetrics, and as the strict parser of the library reads it.
#[cfg(all(feature = "openmetrics", feature = "testing"))]
#[track_caller]
pub(crate) fn open_metrics(registry: &Registry) -> (String, nunchi::testing::Page) {
    let page = page_in(Format::OpenMetrics, registry);
    let parsed = nunchi::testing::parse_open_metrics(page.as_bytes());
    let parsed = parsed.unwrap_or_else(|error| panic!("{error}\n{page}"));
    (page, parsed)
}

/// The page in OpenMetrics 2.0, and as the strict parser of the library reads it.
#[cfg(all(feature = "openmetrics2", feature = "testing"))]
#[track_caller]
pub(crate) fn open_metrics2(registry: &Registry) -> (String, nunchi::testing::Page) {
    let page = page_in(Format::OpenMetrics2, registry);
    let parsed = nunchi::testing::parse_open_metrics2(page.as_bytes());
    let parsed = parsed.unwrap_or_else(|error| panic!("{error}\n{page}"));
    (page, parsed)
}

/// The page in protobuf, and as the strict parser of the library reads it.
#[cfg(all(feature = "protobuf", feature = "testing"))]
#[track_caller]
pub(crate) fn protobuf(registry: &Registry) -> (Vec<u8>, nunchi::testing::Page) {
    let page = bytes_in(Format::Protobuf, registry);
    let parsed = nunchi::testing::parse_protobuf(&page);
    let parsed = parsed.unwrap_or_else(|error| panic!("{error}\n{}", page.escape_ascii()));
    (page, parsed)
}

/// A collector that always yields the same.
pub(crate) struct Fixed {
    pub(crate) families: Vec<Descriptor>,
    pub(crate) points: Vec<Point>,
}

/// What a [`Fixed`] yields: a family, label values, and a value.
pub(crate) type Point = (String, Vec<String>, Value);

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Number(Number),
    Histogram(Vec<u64>, f64),
    Summary(Vec<f64>, u64, f64),
    States(Vec<String>),
}

impl Fixed {
    /// A family with one series.
    pub(crate) fn one(family: Descriptor, value: Value) -> Self {
        let labels = family.labels().map(str::to_owned).collect();
        let points = vec![(family.name().to_owned(), labels, value)];
        Self { families: vec![family], points }
    }

    /// A gauge without labels.
    pub(crate) fn gauge(name: &'static str) -> Self {
        let gauge = Descriptor::gauge(name, "Help.").expect("a valid name");
        Self::one(gauge, Value::Number(Number::U64(1)))
    }
}

impl Collector for Fixed {
    fn describe(&self) -> Vec<Descriptor> {
        self.families.clone()
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        for (family, labels, value) in &self.points {
            let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
            match value {
                Value::Number(number) => out.number(family, &labels, *number)?,
                Value::Histogram(counts, sum) => out.histogram(family, &labels, counts, *sum)?,
                Value::Summary(values, count, sum) => {
                    out.summary(family, &labels, values, *count, *sum)?;
                }
                Value::States(on) => {
                    let on: Vec<&str> = on.iter().map(String::as_str).collect();
                    out.state_set(family, &labels, &on)?;
                }
            }
        }
        Ok(())
    }
}

/// A collector made of a closure, with one gauge that it may yield.
pub(crate) fn collector<F>(gauge: &'static str, collect: F) -> impl Collector
where
    F: Fn(&mut Collection<'_>) -> Result<(), CollectError> + Send + Sync + 'static,
{
    Closure(gauge, collect)
}

struct Closure<F>(&'static str, F);

impl<F> Collector for Closure<F>
where
    F: Fn(&mut Collection<'_>) -> Result<(), CollectError> + Send + Sync + 'static,
{
    fn describe(&self) -> Vec<Descriptor> {
        vec![Descriptor::gauge(self.0, "Help.").expect("a valid name")]
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        (self.1)(out)
    }
}
