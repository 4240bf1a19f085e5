//! A page that was read.

use super::native::Native;
use super::number::Written;
use std::fmt;

/// The families of a page, in its order.
///
/// Two pages are equal if they say the same in the same order, values by their spelling.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    pub(super) families: Vec<Family>,
}

/// A family on a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) help: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) samples: Vec<Sample>,
    /// Of native histograms, by their labels.
    pub(super) natives: Vec<(Vec<(String, String)>, Native)>,
}

/// A line with a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub(super) name: String,
    pub(super) labels: Vec<(String, String)>,
    pub(super) value: Written,
    pub(super) timestamp: Option<Written>,
    pub(super) exemplar: Option<Exemplar>,
    pub(super) created: Option<Written>,
}

/// What a sample of OpenMetrics refers to.
#[derive(Clone, Debug, PartialEq)]
pub struct Exemplar {
    pub(super) labels: Vec<(String, String)>,
    pub(super) value: Written,
    pub(super) timestamp: Option<Written>,
}

/// The types of both formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    GaugeHistogram,
    Histogram,
    Info,
    StateSet,
    Summary,
    Unknown,
}

impl Kind {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::GaugeHistogram => "gaugehistogram",
            Self::Histogram => "histogram",
            Self::Info => "info",
            Self::StateSet => "stateset",
            Self::Summary => "summary",
            Self::Unknown => "unknown",
        }
    }
}

impl Page {
    /// The families, in the order of the page.
    #[must_use]
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// The family of this name.
    #[must_use]
    pub fn family(&self, name: &str) -> Option<&Family> {
        self.families.iter().find(|family| family.name == name)
    }

    /// The same page with these families only, to look at or to compare with: say, without those that
    /// tell of the process.
    ///
    /// # Examples
    ///
    /// ```
    /// use nunchi::testing::{page, parse_text};
    ///
    /// let registry = nunchi::Registry::new();
    /// registry.register_self_metrics()?;
    /// registry.int_gauge("app_jobs", "Jobs waiting.").register()?.set(3);
    /// let own = page(&registry).only(|family| family.name().starts_with("app_"));
    /// let expected = "# HELP app_jobs Jobs waiting.\n# TYPE app_jobs gauge\napp_jobs 3\n";
    /// assert_eq!(parse_text(expected.as_bytes()).expect("a valid page").diff(&own), "");
    /// # Ok::<(), nunchi::RegisterError>(())
    /// ```
    #[must_use]
    pub fn only(mut self, mut keep: impl FnMut(&Family) -> bool) -> Self {
        self.families.retain(|family| keep(family));
        self
    }

    /// The first sample with this name and exactly these labels, in any order; those of buckets and
    /// quantiles count, as the numbers that they are. A label without a value is as good as none. The name is that of the line:
    /// `app_wait_seconds_count`, not that of the family. Looks through the whole page.
    ///
    /// # Examples
    ///
    /// ```
    /// let registry = nunchi::Registry::new();
    /// let wait = registry.histogram("app_wait_seconds", "Time in queue.").buckets([0.5]);
    /// wait.register()?.observe(0.25);
    /// let page = nunchi::testing::page(&registry);
    /// let bucket = page.sample("app_wait_seconds_bucket", &[("le", "0.50")]);
    /// assert_eq!(bucket.map(|bucket| bucket.written()), Some("1"));
    /// # Ok::<(), nunchi::RegisterError>(())
    /// ```
    #[must_use]
    pub fn sample(&self, name: &str, labels: &[(&str, &str)]) -> Option<&Sample> {
        let wanted = sorted(labels.iter().copied());
        let mut samples = self.families.iter().flat_map(|family| &family.samples);
        samples.find(|sample| sample.name == name && same(&sorted(sample.labels()), &wanted))
    }

    /// The value of that [`sample`](Self::sample).
    #[must_use]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        self.sample(name, labels).map(Sample::value)
    }
}

impl Family {
    /// The name: in OpenMetrics that of a counter is without `_total`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type, as OpenMetrics calls it: `counter`, `gauge`, `gaugehistogram`, `histogram`, `info`,
    /// `stateset`, `summary`, or `unknown` for none and for the `untyped` of text 0.0.4.
    #[must_use]
    pub fn metric_type(&self) -> &'static str {
        self.kind.word()
    }

    /// The help, without escapes; empty if there is none.
    #[must_use]
    pub fn help(&self) -> &str {
        self.help.as_deref().unwrap_or_default()
    }

    /// The unit; empty if there is none, as in text 0.0.4.
    #[must_use]
    pub fn unit(&self) -> &str {
        self.unit.as_deref().unwrap_or_default()
    }

    /// The samples, in the order of the page.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }
}

impl Sample {
    /// The name on the line, with the suffix that the type gives it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Names and values of the labels, without escapes, in the order of the page.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.labels)
    }

    /// The value of a label; `None` if it is not there.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// The value. Whole numbers above 2⁵³ lose digits: [`written`](Self::written) has them.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value.value
    }

    /// The value as it is spelt.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.value.text
    }

    /// The time of the sample in seconds since 1970, whatever the unit of the format.
    #[must_use]
    pub fn timestamp(&self) -> Option<f64> {
        self.timestamp.as_ref().map(|time| time.value)
    }

    /// When the series was made, in seconds since 1970, if the page is one of protobuf or OpenMetrics 2.0.
    /// OpenMetrics 1.0 has a sample for it, whose name ends with `_created`.
    #[must_use]
    pub fn created(&self) -> Option<f64> {
        self.created.as_ref().map(|time| time.value)
    }

    /// The exemplar; none in text 0.0.4.
    #[must_use]
    pub fn exemplar(&self) -> Option<&Exemplar> {
        self.exemplar.as_ref()
    }
}

impl Exemplar {
    /// Names and values of the labels, without escapes, in the order of the page.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.labels)
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value.value
    }

    /// The time in seconds since 1970.
    #[must_use]
    pub fn timestamp(&self) -> Option<f64> {
        self.timestamp.as_ref().map(|time| time.value)
    }
}

/// The sample as a line of the page, without its exemplar.
impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_series(f, &self.name, self.labels())?;
        write!(f, " {}", self.value.text)?;
        self.timestamp.as_ref().map_or(Ok(()), |time| write!(f, " {}", time.text))
    }
}

/// `name{label="value"}`, or `{"name",label="value"}` if the name has to be quoted.
pub(super) fn write_series<'l>(
    f: &mut impl fmt::Write,
    name: &str,
    labels: impl Iterator<Item = (&'l str, &'l str)>,
) -> fmt::Result {
    let mut before = '{';
    if is_plain(&name.replace(':', "_")) {
        f.write_str(name)?;
    } else {
        write!(f, "{{\"{}\"", escaped(name))?;
        before = ',';
    }
    for (label, value) in labels {
        let quote = if is_plain(label) { "" } else { "\"" };
        let (label, value) = (escaped(label), escaped(value));
        write!(f, "{before}{quote}{label}{quote}=\"{value}\"")?;
        before = ',';
    }
    f.write_str(if before == ',' { "}" } else { "" })
}

fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.starts_with(|c: char| !c.is_ascii_digit())
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// A label set to compare: sorted, without the labels that say nothing (N8).
pub(super) fn sorted<'l>(
    labels: impl Iterator<Item = (&'l str, &'l str)>,
) -> Vec<(&'l str, &'l str)> {
    let mut labels: Vec<_> = labels.filter(|(_, value)| !value.is_empty()).collect();
    labels.sort_unstable();
    labels
}

/// Whether two sorted label sets are the same, however they spell bounds and quantiles.
fn same(one: &[(&str, &str)], other: &[(&str, &str)]) -> bool {
    let number = |(name, value): (&str, &str)| {
        let is_number = ["le", "quantile"].contains(&name);
        is_number.then(|| Written::number(value)).flatten().map(|number| number.value)
    };
    let same = |one: (&str, &str), other: (&str, &str)| {
        one == other || (one.0 == other.0 && number(one).is_some_and(|n| number(other) == Some(n)))
    };
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(*one, *other))
}

fn pairs(labels: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    labels.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}
