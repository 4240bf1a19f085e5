//! Metric and label names, validated once.
//!
//! Imports nothing of the crate. The checks are `const fn`, so a name written in a macro is judged
//! by the compiler and a name made at run time by the same code.
//!
//! A name is *legacy* when it needs no quoting in any exposition format: letters, digits, `_` (and
//! `:` in metric names), not starting with a digit. Any other non-empty UTF-8 text is allowed by
//! the data model too, but only when asked for by [`MetricName::utf8`] or [`LabelName::utf8`]: a
//! typing error should not quietly become a name that has to be quoted in every query.

#[cfg(feature = "utf8")]
mod escaping;

#[cfg(feature = "utf8")]
pub use escaping::Escaping;

use std::borrow::Cow;
use std::fmt;

/// Why a text cannot be a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameFault {
    /// The text is empty.
    Empty,
    /// The text holds a character outside the legacy set.
    Character,
    /// The text starts with a digit.
    Digit,
    /// The text starts with `_`, which is reserved for the monitoring system itself.
    Reserved,
    /// The text is longer than 1024 bytes.
    Long,
}

/// The longest name accepted, in bytes. No server or dashboard shows more in a useful way, and a
/// bound keeps the head of every line bounded.
pub(crate) const MAX_NAME_BYTES: usize = 1024;

impl NameFault {
    /// What a valid name would have looked like, as the end of a sentence.
    #[must_use]
    pub const fn requirement(self) -> &'static str {
        match self {
            Self::Empty => "a name must not be empty",
            Self::Character => {
                "a name may hold only ASCII letters, digits and `_` (and `:` in metric names)"
            }
            Self::Digit => "a name must not start with a digit",
            Self::Reserved => "names starting with `_` are reserved",
            Self::Long => "a name must not be longer than 1024 bytes",
        }
    }
}

/// Judges a metric name against the legacy set `[a-zA-Z:][a-zA-Z0-9_:]*`.
#[must_use]
pub(crate) const fn metric_name_fault(name: &str) -> Option<NameFault> {
    fault(name, true)
}

/// Judges a label name against the legacy set `[a-zA-Z][a-zA-Z0-9_]*`.
#[must_use]
pub const fn label_name_fault(name: &str) -> Option<NameFault> {
    fault(name, false)
}

/// What remains of a fault when any UTF-8 text may be a name.
pub(crate) fn utf8_fault(fault: Option<NameFault>) -> Option<NameFault> {
    fault.filter(|fault| !matches!(fault, NameFault::Character | NameFault::Digit))
}

#[inline(never)]
const fn fault(name: &str, colon: bool) -> Option<NameFault> {
    let bytes = name.as_bytes();
    if bytes.is_empty() {
        return Some(NameFault::Empty);
    }
    if bytes.len() > MAX_NAME_BYTES {
        return Some(NameFault::Long);
    }
    if bytes[0] == b'_' {
        return Some(NameFault::Reserved);
    }
    if bytes[0].is_ascii_digit() {
        return Some(NameFault::Digit);
    }
    let mut at = 0;
    while at < bytes.len() {
        if !is_legacy(bytes[at], colon) {
            return Some(NameFault::Character);
        }
        at += 1;
    }
    None
}

const fn is_legacy(byte: u8, colon: bool) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || (colon && byte == b':')
}

/// Whether there is nothing but white space, in `const` context.
pub(crate) const fn is_blank(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_whitespace() {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether two texts are equal; `==` on `str` is not `const`.
pub(crate) const fn same_text(left: &str, right: &str) -> bool {
    ends_with(left, right) && left.len() == right.len()
}

/// Whether `text` ends with `suffix`, in `const` context.
pub(crate) const fn ends_with(text: &str, suffix: &str) -> bool {
    let (text, suffix) = (text.as_bytes(), suffix.as_bytes());
    if text.len() < suffix.len() {
        return false;
    }
    let skipped = text.len() - suffix.len();
    let mut at = 0;
    while at < suffix.len() {
        if text[skipped + at] != suffix[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The name of a metric family, for example `app_requests_total`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetricName(Cow<'static, str>);

/// The name of a label, for example `method`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelName(Cow<'static, str>);

macro_rules! name_type {
    ($name:ident, $fault:ident, $colon:literal) => {
        impl $name {
            /// Accepts a legacy name.
            ///
            /// # Errors
            ///
            /// The [`NameFault`] of a text that is not one.
            pub fn new(text: impl Into<Cow<'static, str>>) -> Result<Self, NameFault> {
                let text = text.into();
                match $fault(&text) {
                    None => Ok(Self(text)),
                    Some(fault) => Err(fault),
                }
            }

            /// Accepts any UTF-8 name. Scrapers that do not ask for it as it is get
            /// [`Self::normalised`], or what they ask for: see the feature `utf8`.
            ///
            /// # Errors
            ///
            /// [`NameFault::Empty`], [`NameFault::Reserved`] or [`NameFault::Long`].
            pub fn utf8(text: impl Into<Cow<'static, str>>) -> Result<Self, NameFault> {
                let text = text.into();
                match utf8_fault($fault(&text)) {
                    None => Ok(Self(text)),
                    Some(fault) => Err(fault),
                }
            }

            /// The name as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The name with every character outside the legacy set replaced by `_`: the
            /// `underscores` escaping scheme of the Prometheus data model, and what every scraper
            /// gets that asks for no other.
            #[must_use]
            pub fn normalised(&self) -> Cow<'_, str> {
                normalised(&self.0, $colon)
            }

            /// The name as a page of this scheme has it, without the quotes that it may need there.
            /// A name of the legacy set is the same in all of them.
            #[cfg(feature = "utf8")]
            #[must_use]
            pub fn escaped(&self, escaping: Escaping) -> Cow<'_, str> {
                escaping.escaped(&self.0, $colon)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

#[inline(never)]
fn normalised(name: &str, colon: bool) -> Cow<'_, str> {
    if fault(name, colon).is_none() {
        return Cow::Borrowed(name);
    }
    let legacy = |(at, c): (usize, char)| {
        let fits = u8::try_from(c).is_ok_and(|byte| is_legacy(byte, colon));
        if fits && !(at == 0 && c.is_ascii_digit()) {
            c
        } else {
            '_'
        }
    };
    Cow::Owned(name.char_indices().map(legacy).collect())
}

/// How a valid metric name is spelt on the page.
pub(crate) fn page_name(name: &str) -> String {
    normalised(name, true).into_owned()
}

/// How a valid label name is spelt on the page.
pub(crate) fn page_label(name: &str) -> String {
    normalised(name, false).into_owned()
}

name_type!(MetricName, metric_name_fault, true);
name_type!(LabelName, label_name_fault, false);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legacy_names_are_accepted_as_they_are() {
        for name in ["a", "A9_", "node:cpu:rate5m", "app_requests_total"] {
            assert_eq!(MetricName::new(name).unwrap().normalised(), name);
        }
        assert_eq!(LabelName::new("le").unwrap().as_str(), "le");
    }

    #[test]
    fn each_fault_is_named() {
        assert_eq!(metric_name_fault(""), Some(NameFault::Empty));
        assert_eq!(metric_name_fault("9lives"), Some(NameFault::Digit));
        assert_eq!(metric_name_fault("_hidden"), Some(NameFault::Reserved));
        assert_eq!(metric_name_fault("a b"), Some(NameFault::Character));
        assert_eq!(metric_name_fault("돌"), Some(NameFault::Character));
        assert_eq!(label_name_fault("a:b"), Some(NameFault::Character));
        assert_eq!(label_name_fault("__name__"), Some(NameFault::Reserved));
        assert_eq!(metric_name_fault(&"a".repeat(1025)), Some(NameFault::Long));
    }

    #[test]
    fn utf8_names_normalise_to_underscores() {
        let normalised =
            |name: &'static str| MetricName::utf8(name).unwrap().normalised().into_owned();
        assert_eq!(normalised("no:escaping_required"), "no:escaping_required");
        assert_eq!(normalised("http.status:sum"), "http_status:sum");
        assert_eq!(normalised("label with 😱"), "label_with__");
        assert_eq!(normalised("花火"), "__");
        assert_eq!(normalised("9.lives"), "__lives");
        assert_eq!(LabelName::utf8("a:b").unwrap().normalised(), "a_b");
    }

    #[test]
    fn utf8_names_keep_the_other_rules() {
        assert_eq!(MetricName::utf8("").unwrap_err(), NameFault::Empty);
        assert_eq!(LabelName::utf8("__돌").unwrap_err(), NameFault::Reserved);
    }
}
