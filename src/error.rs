//! Everything that can fail, as three types: a name, a registration, an encoding.
//!
//! Imports `name`. Updates never fail, so nothing here is seen on a hot path.

use crate::name::{LabelName, MetricName, NameFault};
use std::convert::Infallible;
use std::fmt;

/// A name, a label set or a shape that cannot be exposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameError {
    subject: &'static str,
    value: String,
    requirement: String,
}

impl NameError {
    pub(crate) fn new(
        subject: &'static str,
        value: impl AsRef<str>,
        requirement: impl AsRef<str>,
    ) -> Self {
        Self::of_texts(subject, value.as_ref(), requirement.as_ref())
    }

    #[inline(never)]
    fn of_texts(subject: &'static str, value: &str, requirement: &str) -> Self {
        Self { subject, value: value.to_owned(), requirement: requirement.to_owned() }
    }

    pub(crate) fn metric(value: &str, fault: NameFault) -> Self {
        Self::new("metric name", value, fault.requirement())
    }

    pub(crate) fn label(value: &str, fault: NameFault) -> Self {
        Self::new("label name", value, fault.requirement())
    }

    /// The text that was refused.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid {} {:?}: {}", self.subject, self.value, self.requirement)
    }
}

impl std::error::Error for NameError {}

/// Names that were checked before convert without a fault.
impl From<Infallible> for NameError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

macro_rules! name_from_text {
    ($name:ident, $subject:ident) => {
        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                Self::try_from(text.as_str())
            }
        }

        impl TryFrom<&str> for $name {
            type Error = NameError;

            fn try_from(text: &str) -> Result<Self, NameError> {
                Self::new(text.to_owned()).map_err(|fault| NameError::$subject(text, fault))
            }
        }
    };
}

name_from_text!(MetricName, metric);
name_from_text!(LabelName, label);

/// Why a family or a collector was not registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterError {
    kind: RegisterErrorKind,
    family: String,
    detail: String,
}

/// The kinds of [`RegisterError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegisterErrorKind {
    /// A name, label, bucket or quantile is not valid.
    Invalid,
    /// The family is registered with another type, help, label names, buckets or quantiles.
    Conflict,
    /// Another family would expose a sample of the same name.
    Collision,
    /// The same series are registered already.
    Duplicate,
}

impl RegisterError {
    pub(crate) fn new(
        kind: RegisterErrorKind,
        family: impl AsRef<str>,
        detail: impl AsRef<str>,
    ) -> Self {
        Self::of_texts(kind, family.as_ref(), detail.as_ref())
    }

    #[inline(never)]
    fn of_texts(kind: RegisterErrorKind, family: &str, detail: &str) -> Self {
        Self { kind, family: family.to_owned(), detail: detail.to_owned() }
    }

    /// What went wrong, to match on.
    #[must_use]
    pub fn kind(&self) -> RegisterErrorKind {
        self.kind
    }

    /// The name of the family that was refused, as it was given.
    #[must_use]
    pub fn family(&self) -> &str {
        &self.family
    }
}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot register {:?}: {}", self.family, self.detail)
    }
}

impl std::error::Error for RegisterError {}

impl From<NameError> for RegisterError {
    fn from(error: NameError) -> Self {
        Self::new(RegisterErrorKind::Invalid, &error.value, format!("{error}"))
    }
}

impl RegisterError {
    /// The same error, said of a family.
    pub(crate) fn of(self, family: &str) -> Self {
        Self { family: family.to_owned(), ..self }
    }
}

/// A page that could not be written out: only the sink can fail.
#[derive(Debug)]
pub struct EncodeError(std::io::Error);

impl From<std::io::Error> for EncodeError {
    fn from(error: std::io::Error) -> Self {
        Self(error)
    }
}

impl From<EncodeError> for std::io::Error {
    fn from(error: EncodeError) -> Self {
        error.0
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write the page: {}", self.0)
    }
}

impl std::error::Error for EncodeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// What a [`Collector`](crate::model::Collector) returns when it cannot read its source. Any error
/// converts with `?`.
pub type CollectError = Box<dyn std::error::Error + Send + Sync>;
