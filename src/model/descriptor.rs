//! What the series of a family have in common.

use super::{Buckets, SummaryShape};
use crate::error::NameError;
use crate::label::piece;
use crate::name::{ends_with, label_name_fault, LabelName, MetricName};
use std::fmt;
use std::sync::Arc;

/// The type of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetricType {
    /// A total that only grows.
    Counter,
    /// A value that goes up and down.
    Gauge,
    /// Observations in buckets with fixed upper bounds.
    Histogram,
    /// Labels that describe something, with the constant value 1.
    Info,
    /// States of which each is on or off.
    StateSet,
    /// Observations as quantiles over a sliding window.
    Summary,
    /// A value of which nothing is known.
    Unknown,
}

impl MetricType {
    /// The word of the data model.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Info => "info",
            Self::StateSet => "stateset",
            Self::Summary => "summary",
            Self::Unknown => "unknown",
        }
    }

    /// The suffix that names of this type end with: an exposition of any format can then be read
    /// back without guessing (O9, N16).
    #[must_use]
    pub const fn required_suffix(self) -> &'static str {
        match self {
            Self::Counter => "_total",
            Self::Info => "_info",
            _ => "",
        }
    }

    /// What is wrong with a name for this type, beyond its characters.
    pub(crate) const fn suffix_fault(self, name: &str) -> Option<&'static str> {
        match self {
            Self::Counter if !ends_with(name, "_total") => {
                Some("a counter's name must end with `_total`")
            }
            Self::Info if !ends_with(name, "_info") => Some("an info's name must end with `_info`"),
            _ if name.len() == self.required_suffix().len() => {
                Some("a name must not be a suffix alone")
            }
            _ => None,
        }
    }

    /// What is wrong with a label name for this type, beyond its characters.
    pub(crate) const fn label_fault(self, label: &str) -> Option<&'static str> {
        match self {
            Self::Histogram if crate::name::same_text(label, "le") => {
                Some("`le` is reserved on histograms")
            }
            Self::Summary if crate::name::same_text(label, "quantile") => {
                Some("`quantile` is reserved on summaries")
            }
            _ => None,
        }
    }
}

/// What only some types have.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Plain,
    Buckets(Arc<Buckets>),
    Summary(Arc<SummaryShape>),
    States(Arc<[String]>),
}

/// The name, help, type and label names of a family, checked.
///
/// # Examples
///
/// ```
/// use nunchi::model::Descriptor;
///
/// let descriptor = Descriptor::counter("app_requests_total", "Requests served.")?
///     .with_labels(["method", "code"])?;
/// assert_eq!(descriptor.name(), "app_requests_total");
/// assert!(Descriptor::counter("app_requests", "Requests served.").is_err()); // no `_total`
/// # Ok::<(), nunchi::NameError>(())
/// ```
///
/// Cheap to clone: clones share what they say.
#[derive(Clone, PartialEq)]
pub struct Descriptor(Arc<Facts>);

/// What a descriptor says.
#[derive(Clone, Debug, PartialEq)]
struct Facts {
    name: MetricName,
    page_name: String,
    help: String,
    metric_type: MetricType,
    labels: Vec<LabelName>,
    page_labels: Vec<String>,
    const_labels: Vec<LabelName>,
    const_values: Vec<String>,
    const_pieces: String,
    shape: Shape,
}

macro_rules! plain_constructors {
    ($($(#[$doc:meta])* $function:ident => $variant:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// If the name is not valid, lacks the suffix of its type, or the help is empty.
        pub fn $function<N>(name: N, help: impl Into<String>) -> Result<Self, NameError>
        where
            N: TryInto<MetricName>,
            NameError: From<N::Error>,
        {
            Self::new(name.try_into()?, help.into(), MetricType::$variant, Shape::Plain)
        }
    )*};
}

impl Descriptor {
    plain_constructors! {
        /// Describes a counter; its name ends with `_total`.
        counter => Counter;
        /// Describes a gauge.
        gauge => Gauge;
        /// Describes an info; its name ends with `_info`.
        info => Info;
        /// Describes values of which nothing is known; text 0.0.4 calls them `untyped`.
        unknown => Unknown;
    }

    /// Describes a classic histogram.
    ///
    /// # Errors
    ///
    /// If the name is not valid or the help is empty.
    pub fn histogram<N>(
        name: N,
        help: impl Into<String>,
        buckets: Buckets,
    ) -> Result<Self, NameError>
    where
        N: TryInto<MetricName>,
        NameError: From<N::Error>,
    {
        let shape = Shape::Buckets(Arc::new(buckets));
        Self::new(name.try_into()?, help.into(), MetricType::Histogram, shape)
    }

    /// Describes a summary.
    ///
    /// # Errors
    ///
    /// If the name is not valid or the help is empty.
    pub fn summary<N>(
        name: N,
        help: impl Into<String>,
        shape: SummaryShape,
    ) -> Result<Self, NameError>
    where
        N: TryInto<MetricName>,
        NameError: From<N::Error>,
    {
        let shape = Shape::Summary(Arc::new(shape));
        Self::new(name.try_into()?, help.into(), MetricType::Summary, shape)
    }

    /// Describes a state set of 1 to 64 distinct states.
    ///
    /// # Errors
    ///
    /// If the name or the list of states is not valid or the help is empty.
    pub fn state_set<N>(
        name: N,
        help: impl Into<String>,
        states: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, NameError>
    where
        N: TryInto<MetricName>,
        NameError: From<N::Error>,
    {
        let states: Vec<String> = states.into_iter().map(Into::into).collect();
        let shape = Shape::States(states.into());
        Self::new(name.try_into()?, help.into(), MetricType::StateSet, shape)
    }

    /// Describes a family by texts that are given as such.
    pub(crate) fn of_texts(
        (name, help): (&str, &str),
        labels: &[&str],
        metric_type: MetricType,
        shape: Shape,
    ) -> Result<Self, NameError> {
        let mut this = Self::new(name.try_into()?, help.to_owned(), metric_type, shape)?;
        for &label in labels {
            this.facts_mut().add_label(label.try_into()?)?;
        }
        Ok(this)
    }

    fn new(
        name: MetricName,
        help: String,
        metric_type: MetricType,
        shape: Shape,
    ) -> Result<Self, NameError> {
        let mut facts = Facts {
            page_name: String::new(),
            name,
            help,
            metric_type,
            labels: Vec::new(),
            page_labels: Vec::new(),
            const_labels: Vec::new(),
            const_values: Vec::new(),
            const_pieces: String::new(),
            shape,
        };
        facts.check_name()?;
        facts.check_states()?;
        if facts.help.chars().all(char::is_whitespace) {
            let why = "say in a sentence what the family counts or measures";
            return Err(NameError::new("help of", facts.name.as_str(), why));
        }
        Ok(Self(Arc::new(facts)))
    }

    /// What this descriptor says, to be changed: copied if another descriptor says the same.
    fn facts_mut(&mut self) -> &mut Facts {
        Arc::make_mut(&mut self.0)
    }

    /// Adds label names, in the order in which they stand on the page.
    ///
    /// # Errors
    ///
    /// If a name is not valid, reserved for the type, or there already (also after replacing the
    /// characters that the text format cannot carry).
    pub fn with_labels<N>(mut self, names: impl IntoIterator<Item = N>) -> Result<Self, NameError>
    where
        N: TryInto<LabelName>,
        NameError: From<N::Error>,
    {
        for name in names {
            self.facts_mut().add_label(name.try_into()?)?;
        }
        Ok(self)
    }

    /// Adds a label that every series of the family carries with the same value. An empty value
    /// is an absent label.
    ///
    /// # Errors
    ///
    /// As [`Self::with_labels`].
    pub fn with_const_label<N>(
        mut self,
        name: N,
        value: impl Into<String>,
    ) -> Result<Self, NameError>
    where
        N: TryInto<LabelName>,
        NameError: From<N::Error>,
    {
        self.facts_mut().add_const_label(name.try_into()?, value.into())?;
        Ok(self)
    }

    /// The same family with another shape.
    pub(crate) fn with_shape(mut self, shape: Shape) -> Self {
        self.facts_mut().shape = shape;
        self
    }

    /// The same family with its name behind a prefix.
    pub(crate) fn with_prefix(mut self, prefix: &str) -> Result<Self, NameError> {
        let name = format!("{prefix}{}", self.name());
        let refuse = |fault| NameError::metric(&name, fault);
        let facts = self.facts_mut();
        facts.name = MetricName::utf8(name.clone()).map_err(refuse)?;
        facts.check_name()?;
        Ok(self)
    }

    /// The name as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name.as_str()
    }

    /// The name as text 0.0.4 shows it.
    pub(crate) fn page_name(&self) -> &str {
        &self.0.page_name
    }

    /// The help, unescaped.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.0.help
    }

    /// The type.
    #[must_use]
    pub fn metric_type(&self) -> MetricType {
        self.0.metric_type
    }

    /// The names of the labels that differ from series to series, in page order.
    pub fn labels(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.labels.iter().map(LabelName::as_str)
    }

    /// The label names as text 0.0.4 shows them.
    pub(crate) fn page_labels(&self) -> &[String] {
        &self.0.page_labels
    }

    /// The labels that every series carries.
    pub fn const_labels(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        let names = self.0.const_labels.iter().map(LabelName::as_str);
        names.zip(self.0.const_values.iter().map(String::as_str))
    }

    /// The const labels as pieces.
    pub(crate) fn const_pieces(&self) -> &str {
        &self.0.const_pieces
    }

    pub(crate) fn shape(&self) -> &Shape {
        &self.0.shape
    }

    /// The first thing in which two descriptors of one name disagree. The values of const labels
    /// may differ: they keep the series apart. With `any_shape` the buckets, quantiles or window of
    /// `other` do not matter.
    pub(crate) fn disagreement(&self, other: &Self, any_shape: bool) -> Option<&'static str> {
        let agree = [
            ("name", self.0.name == other.0.name),
            ("type", self.0.metric_type == other.0.metric_type),
            ("help", self.0.help == other.0.help),
            ("label names", self.0.labels == other.0.labels),
            ("const label names", self.0.const_labels == other.0.const_labels),
            ("buckets, quantiles, window or states", any_shape || self.0.shape == other.0.shape),
        ];
        agree.iter().find(|(_, same)| !same).map(|(field, _)| *field)
    }

    /// A name that samples of both families could have. The names of a family are its own in every
    /// format, and those of its samples (N12).
    pub(crate) fn common_sample_name(&self, other: &Self) -> Option<String> {
        let (stem, other_stem) = (self.stem(), other.stem());
        if !stem.starts_with(other_stem) && !other_stem.starts_with(stem) {
            return None; // Most pairs of families.
        }
        for suffix in self.sample_suffixes() {
            let name = format!("{stem}{suffix}");
            let is_name = |other_suffix: &&str| name.strip_prefix(other_stem) == Some(other_suffix);
            if other.sample_suffixes().iter().any(is_name) {
                return Some(name);
            }
        }
        None
    }

    fn stem(&self) -> &str {
        let name = self.page_name();
        name.strip_suffix(self.metric_type().required_suffix()).unwrap_or(name)
    }

    fn sample_suffixes(&self) -> &'static [&'static str] {
        match self.metric_type() {
            MetricType::Counter => &["", "_total", "_created"],
            MetricType::Histogram => &["", "_bucket", "_count", "_sum", "_created"],
            MetricType::Summary => &["", "_count", "_sum", "_created"],
            MetricType::Info => &["", "_info"],
            MetricType::Gauge | MetricType::StateSet | MetricType::Unknown => &[""],
        }
    }
}

impl fmt::Debug for Descriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Facts {
    fn check_name(&mut self) -> Result<(), NameError> {
        if let Some(why) = self.metric_type.suffix_fault(self.name.as_str()) {
            return Err(NameError::new("metric name", self.name.as_str(), why));
        }
        self.page_name = self.name.normalised().into_owned();
        if self.metric_type != MetricType::StateSet {
            return Ok(());
        }
        let refuse = |why: &str| Err(NameError::new("metric name", self.name.as_str(), why));
        if label_name_fault(&self.page_name).is_some() {
            return refuse(
                "a state set shows its states in a label of its own name, which this cannot be",
            );
        }
        let is_const = |name: &LabelName| name.normalised() == self.page_name;
        if self.page_labels.contains(&self.page_name) || self.const_labels.iter().any(is_const) {
            return refuse("its states need the label of this name");
        }
        Ok(())
    }

    fn check_states(&self) -> Result<(), NameError> {
        let Shape::States(states) = &self.shape else { return Ok(()) };
        let repeated = states.iter().enumerate().any(|(at, state)| states[..at].contains(state));
        if repeated || !(1..=64).contains(&states.len()) || states.iter().any(String::is_empty) {
            let why = "a state set has 1 to 64 distinct, non-empty states";
            let mut list = String::new();
            for state in states.iter() {
                list.push_str(if list.is_empty() { "" } else { "," });
                list.push_str(state);
            }
            return Err(NameError::new("states", list, why));
        }
        Ok(())
    }

    fn add_label(&mut self, name: LabelName) -> Result<(), NameError> {
        let page_name = self.check_label(&name)?;
        self.labels.push(name);
        self.page_labels.push(page_name);
        Ok(())
    }

    fn add_const_label(&mut self, name: LabelName, value: String) -> Result<(), NameError> {
        let page_name = self.check_label(&name)?;
        piece::write(&page_name, &value, &mut self.const_pieces);
        self.const_labels.push(name);
        self.const_values.push(value);
        Ok(())
    }

    fn check_label(&self, name: &LabelName) -> Result<String, NameError> {
        let refuse = |why: &str| Err(NameError::new("label name", name.as_str(), why));
        let page_name = name.normalised().into_owned();
        let is_state_label =
            self.metric_type == MetricType::StateSet && page_name == self.page_name;
        if page_name.starts_with('_') {
            let why = "names that start with `_` on the page are reserved";
            return refuse(why);
        }
        if let Some(why) = self.metric_type.label_fault(&page_name) {
            return refuse(why);
        }
        if is_state_label {
            return refuse("a state set shows its states in this label");
        }
        let is_const = self.const_labels.iter().any(|other| other.normalised() == page_name);
        if is_const || self.page_labels.contains(&page_name) {
            return refuse("the family has a label of this name");
        }
        Ok(page_name)
    }
}

#[cfg(test)]
#[path = "descriptor_tests.rs"]
mod tests;
