//! What the series of a family have in common.

use super::{Buckets, SummaryShape};
use crate::error::NameError;
use crate::label::piece;
use crate::name::{ends_with, label_name_fault, LabelName, MetricName};
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
#[derive(Clone, Debug, PartialEq)]
pub struct Descriptor {
    name: MetricName,
    page_name: String,
    help: String,
    metric_type: MetricType,
    labels: Vec<LabelName>,
    page_labels: Vec<String>,
    const_labels: Vec<(LabelName, String)>,
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

    pub(crate) fn new(
        name: MetricName,
        help: String,
        metric_type: MetricType,
        shape: Shape,
    ) -> Result<Self, NameError> {
        let mut this = Self {
            page_name: String::new(),
            name,
            help,
            metric_type,
            labels: Vec::new(),
            page_labels: Vec::new(),
            const_labels: Vec::new(),
            const_pieces: String::new(),
            shape,
        };
        this.check_name()?;
        this.check_states()?;
        if this.help.trim().is_empty() {
            let why = "say in a sentence what the family counts or measures";
            return Err(NameError::new("help of", this.name.as_str(), why));
        }
        Ok(this)
    }

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
        let is_const = |(name, _): &(LabelName, String)| name.normalised() == self.page_name;
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
            return Err(NameError::new("states", states.join(","), why));
        }
        Ok(())
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
            let name = name.try_into()?;
            let page_name = self.check_label(&name)?;
            self.labels.push(name);
            self.page_labels.push(page_name);
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
        let (name, value) = (name.try_into()?, value.into());
        let page_name = self.check_label(&name)?;
        piece::write(&page_name, &value, &mut self.const_pieces);
        self.const_labels.push((name, value));
        Ok(self)
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
        let is_const = self.const_labels.iter().any(|(other, _)| other.normalised() == page_name);
        if is_const || self.page_labels.contains(&page_name) {
            return refuse("the family has a label of this name");
        }
        Ok(page_name)
    }

    /// The same family with another shape.
    pub(crate) fn with_shape(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }

    /// The same family with its name behind a prefix.
    pub(crate) fn with_prefix(mut self, prefix: &str) -> Result<Self, NameError> {
        let name = format!("{prefix}{}", self.name.as_str());
        let refuse = |fault| NameError::metric(&name, fault);
        self.name = MetricName::utf8(name.clone()).map_err(refuse)?;
        self.check_name()?;
        Ok(self)
    }

    /// The name as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The name as text 0.0.4 shows it.
    pub(crate) fn page_name(&self) -> &str {
        &self.page_name
    }

    /// The help, unescaped.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }

    /// The type.
    #[must_use]
    pub fn metric_type(&self) -> MetricType {
        self.metric_type
    }

    /// The names of the labels that differ from series to series, in page order.
    pub fn labels(&self) -> impl ExactSizeIterator<Item = &str> {
        self.labels.iter().map(LabelName::as_str)
    }

    /// The label names as text 0.0.4 shows them.
    pub(crate) fn page_labels(&self) -> &[String] {
        &self.page_labels
    }

    /// The labels that every series carries.
    pub fn const_labels(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.const_labels.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The const labels as pieces.
    pub(crate) fn const_pieces(&self) -> &str {
        &self.const_pieces
    }

    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The first thing in which two descriptors of one name disagree. The values of const labels
    /// may differ: they keep the series apart. With `any_shape` the buckets, quantiles or window of
    /// `other` do not matter.
    pub(crate) fn disagreement(&self, other: &Self, any_shape: bool) -> Option<&'static str> {
        let const_names = |descriptor: &Self| -> Vec<String> {
            descriptor.const_labels.iter().map(|(name, _)| name.as_str().to_owned()).collect()
        };
        let agree = [
            ("name", self.name == other.name),
            ("type", self.metric_type == other.metric_type),
            ("help", self.help == other.help),
            ("label names", self.labels == other.labels),
            ("const label names", const_names(self) == const_names(other)),
            ("buckets, quantiles, window or states", any_shape || self.shape == other.shape),
        ];
        agree.iter().find(|(_, same)| !same).map(|(field, _)| *field)
    }

    /// The names that only this family may use: its own in every format, and those of its samples
    /// (N12).
    pub(crate) fn claimed_names(&self) -> Vec<String> {
        let suffixes: &[&str] = match self.metric_type {
            MetricType::Counter => &["", "_total", "_created"],
            MetricType::Histogram => &["", "_bucket", "_count", "_sum", "_created"],
            MetricType::Summary => &["", "_count", "_sum", "_created"],
            MetricType::Info => &["", "_info"],
            MetricType::Gauge | MetricType::StateSet | MetricType::Unknown => &[""],
        };
        let suffix = self.metric_type.required_suffix();
        let stem = self.page_name.strip_suffix(suffix).unwrap_or(&self.page_name);
        suffixes.iter().map(|suffix| format!("{stem}{suffix}")).collect()
    }
}

#[cfg(test)]
#[path = "descriptor_tests.rs"]
mod tests;
