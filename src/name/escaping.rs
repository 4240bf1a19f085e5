//! How names outside the legacy set are shown to scrapers that cannot take them as they are.

use super::{fault, is_legacy};
use std::borrow::Cow;
use std::fmt::Write as _;

/// A way of writing names outside the legacy set on a page. Names of the legacy set are the same in
/// all of them.
///
/// A scraper asks for one by the parameter `escaping` of its `Accept` header, and
/// [`http::respond`](crate::http::respond) does as it says. What names a registry takes is such that
/// no page has two series of one name, whichever way it is written.
///
/// | | `http.method_count` | `온도` |
/// |---|---|---|
/// | [`Underscores`](Self::Underscores) | `http_method_count` | `__` |
/// | [`AllowUtf8`](Self::AllowUtf8) | `"http.method_count"` | `"온도"` |
/// | [`Dots`](Self::Dots) | `http_dot_method__count` | `____` |
/// | [`Values`](Self::Values) | `U__http_2e_method__count` | `U___c628__b3c4_` |
///
/// # Examples
///
/// ```
/// use nunchi::{Escaping, MetricName};
///
/// let name = MetricName::utf8("http.method_count")?;
/// assert_eq!(name.escaped(Escaping::Dots), "http_dot_method__count");
/// assert_eq!(name.escaped(Escaping::AllowUtf8), name.as_str());
/// # Ok::<(), nunchi::NameFault>(())
/// ```
///
/// Source: Prometheus escaping schemes; where they and the code of Prometheus differ, the code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Escaping {
    /// Every character outside the legacy set becomes `_`. What scrapers get that ask for nothing.
    #[default]
    Underscores,
    /// Names are as they are, on pages of text in quotes. Prometheus 3 asks for it, and older ones
    /// cannot read it.
    AllowUtf8,
    /// `.` becomes `_dot_`, `_` becomes `__`, and so does everything else outside the legacy set.
    Dots,
    /// Behind `U__`, a character outside the legacy set becomes its number in hexadecimal between
    /// two `_`, and `_` becomes `__`. The name can be read back.
    Values,
}

impl Escaping {
    /// Every scheme.
    pub(crate) const ALL: [Self; 4] =
        [Self::Underscores, Self::AllowUtf8, Self::Dots, Self::Values];

    /// The word of the `Accept` header.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Underscores => "underscores",
            Self::AllowUtf8 => "allow-utf-8",
            Self::Dots => "dots",
            Self::Values => "values",
        }
    }

    pub(super) fn escaped(self, name: &str, colon: bool) -> Cow<'_, str> {
        if self == Self::AllowUtf8 || fault(name, colon).is_none() {
            return Cow::Borrowed(name);
        }
        let mut escaped = String::new();
        self.write(name, colon, &mut escaped);
        Cow::Owned(escaped)
    }

    /// Appends a metric name.
    pub(crate) fn write_metric(self, name: &str, out: &mut String) {
        self.write(name, true, out);
    }

    /// Appends a label name. A colon is no part of one, though Prometheus's own code leaves it there.
    pub(crate) fn write_label(self, name: &str, out: &mut String) {
        self.write(name, false, out);
    }

    fn write(self, name: &str, colon: bool, out: &mut String) {
        if self == Self::AllowUtf8 || fault(name, colon).is_none() {
            return out.push_str(name);
        }
        if self == Self::Values {
            out.push_str("U__");
        }
        for (at, c) in name.char_indices() {
            let fits = u8::try_from(c).is_ok_and(|byte| is_legacy(byte, colon));
            match self {
                Self::Dots | Self::Values if c == '_' => out.push_str("__"),
                _ if fits && !(at == 0 && c.is_ascii_digit()) => out.push(c),
                Self::Underscores | Self::AllowUtf8 => out.push('_'),
                Self::Dots => out.push_str(if c == '.' { "_dot_" } else { "__" }),
                Self::Values => {
                    let _ = write!(out, "_{:x}_", u32::from(c)); // A text takes everything.
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "escaping_tests.rs"]
mod tests;
