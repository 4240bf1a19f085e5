//! What the series of a family have in common.

mod facts;
#[cfg(feature = "utf8")]
mod spelling;

use self::facts::check_states;
#[cfg(feature = "protobuf")]
use super::NativeShape;
use super::{Buckets, SummaryShape};
use crate::error::NameError;
use crate::label::piece;
use crate::name::{
    ends_with, label_name_fault, metric_name_fault, page_label, page_name, utf8_fault, LabelName,
    MetricName,
};
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
    /// Things that are there now, in buckets with fixed upper bounds.
    GaugeHistogram,
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
            Self::GaugeHistogram => "gaugehistogram",
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

    /// A name of this type without the suffix.
    pub(crate) fn stem_of(self, name: &str) -> &str {
        name.strip_suffix(self.required_suffix()).unwrap_or(name)
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
            Self::Histogram | Self::GaugeHistogram if crate::name::same_text(label, "le") => {
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
    #[cfg(feature = "protobuf")]
    Native(Arc<NativeShape>),
    Summary(Arc<SummaryShape>),
    States(Arc<[String]>),
}

impl Shape {
    /// That of 1 to 64 distinct states.
    ///
    /// Checked here, so that only programs with a state set have the code.
    pub(crate) fn of_states(
        states: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, NameError> {
        let states: Arc<[String]> = states.into_iter().map(Into::into).collect();
        check_states(&states).map(|()| Self::States(states))
    }
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

/// What a descriptor says. Names are checked before they come here, and plain texts from then on.
#[derive(Clone, Debug, PartialEq)]
struct Facts {
    name: String,
    page_name: String,
    help: String,
    metric_type: MetricType,
    labels: Vec<String>,
    page_labels: Vec<String>,
    /// Names and values in turn.
    const_labels: Vec<String>,
    const_pieces: String,
    shape: Shape,
    /// Some label is named otherwise than on the page.
    #[cfg(feature = "utf8")]
    has_utf8_labels: bool,
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
            Self::new(name.try_into()?.as_str(), &help.into(), MetricType::$variant, Shape::Plain)
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
        Self::new(name.try_into()?.as_str(), &help.into(), MetricType::Histogram, shape)
    }

    /// Describes a gauge histogram: what is there now by size, age or the like, such as the jobs of a
    /// queue by how long they have waited. Its buckets go up and down; [`Collection::histogram`]
    /// yields it. Only OpenMetrics and protobuf have the type: text 0.0.4 calls it a histogram.
    ///
    /// # Errors
    ///
    /// As [`Self::histogram`].
    ///
    /// [`Collection::histogram`]: super::Collection::histogram
    pub fn gauge_histogram<N>(
        name: N,
        help: impl Into<String>,
        buckets: Buckets,
    ) -> Result<Self, NameError>
    where
        N: TryInto<MetricName>,
        NameError: From<N::Error>,
    {
        let shape = Shape::Buckets(Arc::new(buckets));
        Self::new(name.try_into()?.as_str(), &help.into(), MetricType::GaugeHistogram, shape)
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
        Self::new(name.try_into()?.as_str(), &help.into(), MetricType::Summary, shape)
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
        let (name, shape) = (name.try_into()?, Shape::of_states(states)?);
        Self::new(name.as_str(), &help.into(), MetricType::StateSet, shape)
    }

    /// Describes a family by texts that are given as such.
    pub(crate) fn of_texts(
        (name, help): (&str, &str),
        labels: &[&str],
        metric_type: MetricType,
        shape: Shape,
    ) -> Result<Self, NameError> {
        if let Some(fault) = metric_name_fault(name) {
            return Err(NameError::metric(name, fault));
        }
        let mut this = Self::new(name, help, metric_type, shape)?;
        for &label in labels {
            if let Some(fault) = label_name_fault(label) {
                return Err(NameError::label(label, fault));
            }
            this.add_label(label)?;
        }
        Ok(this)
    }

    /// Describes a family that no registry knows.
    pub(crate) fn detached(metric_type: MetricType, shape: Shape) -> Self {
        let name = format!("detached{}", metric_type.required_suffix());
        Self::unchecked(&name, "Not registered.", metric_type, shape)
    }

    fn new(
        name: &str,
        help: &str,
        metric_type: MetricType,
        shape: Shape,
    ) -> Result<Self, NameError> {
        let this = Self::unchecked(name, help, metric_type, shape);
        this.0.check()?;
        Ok(this)
    }

    #[inline(never)]
    fn unchecked(name: &str, help: &str, metric_type: MetricType, shape: Shape) -> Self {
        Self(Arc::new(Facts {
            name: name.to_owned(),
            page_name: page_name(name),
            help: help.to_owned(),
            metric_type,
            labels: Vec::new(),
            page_labels: Vec::new(),
            const_labels: Vec::new(),
            const_pieces: String::new(),
            shape,
            #[cfg(feature = "utf8")]
            has_utf8_labels: false,
        }))
    }

    /// What this descriptor says, to be changed: copied if another descriptor says the same.
    #[inline(never)]
    fn facts_mut(&mut self) -> &mut Facts {
        Arc::make_mut(&mut self.0)
    }

    fn add_label(&mut self, name: &str) -> Result<(), NameError> {
        self.add(name, None)
    }

    /// Adds a const label, whose name is valid, to this descriptor.
    pub(crate) fn add_const_label(&mut self, name: &str, value: &str) -> Result<(), NameError> {
        self.add(name, Some(value))
    }

    /// Adds a label, const if it has a value.
    #[inline(never)]
    fn add(&mut self, name: &str, value: Option<&str>) -> Result<(), NameError> {
        let page_name = page_label(name);
        if let Some(why) = self.0.label_fault(&page_name) {
            return Err(NameError::new("label name", name, why));
        }
        #[cfg(feature = "utf8")]
        if let Some(why) = self.0.escaped_label_fault(name) {
            return Err(NameError::new("label name", name, why));
        }
        let facts = self.facts_mut();
        #[cfg(feature = "utf8")]
        {
            facts.has_utf8_labels |= page_name != name;
        }
        let (names, second) = match value {
            Some(value) => {
                piece::write(&page_name, value, &mut facts.const_pieces);
                (&mut facts.const_labels, value.to_owned())
            }
            None => (&mut facts.labels, page_name),
        };
        names.push(name.to_owned());
        let seconds = if value.is_some() { names } else { &mut facts.page_labels };
        seconds.push(second);
        Ok(())
    }

    /// Puts the name of this descriptor behind a prefix.
    pub(crate) fn add_prefix(&mut self, prefix: &str) -> Result<(), NameError> {
        let mut name = prefix.to_owned();
        name.push_str(self.name());
        if let Some(fault) = utf8_fault(metric_name_fault(&name)) {
            return Err(NameError::metric(&name, fault));
        }
        let facts = self.facts_mut();
        facts.page_name = page_name(&name);
        facts.name = name;
        facts.check()
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
            self.add_label(name.try_into()?.as_str())?;
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
        self.add_const_label(name.try_into()?.as_str(), &value.into())?;
        Ok(self)
    }

    /// The same family with another shape.
    pub(crate) fn with_shape(mut self, shape: Shape) -> Self {
        self.facts_mut().shape = shape;
        self
    }

    /// The name as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
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
        self.0.labels.iter().map(String::as_str)
    }

    /// The label names as text 0.0.4 shows them.
    pub(crate) fn page_labels(&self) -> &[String] {
        &self.0.page_labels
    }

    /// The labels that every series carries.
    pub fn const_labels(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.const_labels.chunks_exact(2).map(|pair| (pair[0].as_str(), pair[1].as_str()))
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
        let (one, two) = (&*self.0, &*other.0);
        let mut const_names = self.const_labels().zip(other.const_labels());
        Some(if one.name != two.name {
            "name"
        } else if one.metric_type != two.metric_type {
            "type"
        } else if one.help != two.help {
            "help"
        } else if one.labels != two.labels {
            "label names"
        } else if one.const_labels.len() != two.const_labels.len()
            || const_names.any(|(one, two)| one.0 != two.0)
        {
            "const label names"
        } else if !any_shape && one.shape != two.shape {
            "buckets, quantiles, window or states"
        } else {
            return None;
        })
    }

    /// A name that samples of both families could have. The names of a family are its own in every
    /// format, and those of its samples (N12).
    #[inline(never)]
    pub(crate) fn common_sample_name(&self, other: &Self) -> Option<String> {
        let (stem, other_stem) = (self.stem(), other.stem());
        if stem.len() < other_stem.len() {
            return other.common_sample_name(self);
        }
        // What the suffix of the other begins with, if the names are the same.
        #[cfg(feature = "utf8")]
        let Some(rest) = stem.strip_prefix(other_stem) else {
            return self.common_escaped_name(other);
        };
        #[cfg(not(feature = "utf8"))]
        let rest = stem.strip_prefix(other_stem)?;
        let suffixes = other.sample_suffixes().iter().filter_map(|other| other.strip_prefix(rest));
        for suffix in suffixes {
            if self.sample_suffixes().contains(&suffix) {
                return Some(format!("{stem}{suffix}"));
            }
        }
        #[cfg(feature = "utf8")]
        return self.common_escaped_name(other);
        #[cfg(not(feature = "utf8"))]
        None
    }

    /// Whether this is the name of the family in some format, or of its samples.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let suffix = name.strip_prefix(self.stem());
        let is_called = suffix.is_some_and(|suffix| self.sample_suffixes().contains(&suffix));
        #[cfg(feature = "utf8")]
        let is_called = is_called || self.is_called_in_some_scheme(name);
        is_called
    }

    /// The name as the page shows it, without the suffix that its type requires.
    pub(crate) fn stem(&self) -> &str {
        self.metric_type().stem_of(self.page_name())
    }

    fn sample_suffixes(&self) -> &'static [&'static str] {
        match self.metric_type() {
            MetricType::Counter => &["", "_total", "_created"],
            MetricType::Histogram => &["", "_bucket", "_count", "_sum", "_created"],
            MetricType::GaugeHistogram => &["", "_bucket", "_count", "_sum", "_gcount", "_gsum"],
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

#[cfg(test)]
#[path = "descriptor_tests.rs"]
mod tests;
