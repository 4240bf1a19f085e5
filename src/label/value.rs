//! One label value as text.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

/// A value that can stand in a label.
///
/// Implemented for strings, integers, `bool`, `char` and `Option` of those (`None` is the absent
/// label), and derived for enums whose variants are the possible values.
///
/// # Examples
///
/// ```
/// use nunchi::label::{LabelText, LabelValue};
///
/// struct Shard(u16);
///
/// impl LabelValue for Shard {
///     fn text(&self) -> LabelText<'_> {
///         self.0.text()
///     }
/// }
/// assert_eq!(Shard(7).text().as_str(), "7");
/// assert_eq!(Some("x").text().as_str(), "x");
/// ```
pub trait LabelValue {
    /// The value as it stands between the quotes, before escaping. Called for every lookup, so it
    /// should not allocate. The empty text means that the label is absent.
    fn text(&self) -> LabelText<'_>;
}

/// A closed set of label values, implemented by `#[derive(LabelValue)]` on enums.
pub trait LabelChoices: LabelValue + Sized + 'static {
    /// Every value, in declaration order: to create all series of a family before the first event.
    const ALL: &'static [Self];
}

/// The text of a label value: borrowed, or a number kept inline, or owned.
#[derive(Clone)]
pub struct LabelText<'a>(Repr<'a>);

#[derive(Clone)]
enum Repr<'a> {
    Borrowed(&'a str),
    Owned(String),
    Inline(Inline),
}

/// Up to 40 bytes of ASCII or one character; every 128-bit integer fits. Filled from the back.
#[derive(Clone, Copy)]
struct Inline {
    bytes: [u8; Inline::ROOM],
    start: u8,
}

impl Inline {
    const ROOM: usize = 40;

    #[inline]
    fn new(text: &str) -> Self {
        let mut bytes = [0; Self::ROOM];
        let start = Self::ROOM - text.len().min(Self::ROOM);
        bytes[start..].copy_from_slice(&text.as_bytes()[..Self::ROOM - start]);
        Self { bytes, start: start as u8 }
    }

    #[inline]
    fn as_str(&self) -> &str {
        let text = self.bytes.get(usize::from(self.start)..).unwrap_or(&[]);
        std::str::from_utf8(text).unwrap_or("")
    }
}

impl<'a> LabelText<'a> {
    /// A text that lives elsewhere.
    #[inline]
    #[must_use]
    pub const fn borrowed(text: &'a str) -> Self {
        Self(Repr::Borrowed(text))
    }

    /// A text made for the occasion. Allocating it is the caller's cost, at every lookup.
    #[inline]
    #[must_use]
    pub const fn owned(text: String) -> Self {
        Self(Repr::Owned(text))
    }

    /// The text.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Borrowed(text) => text,
            Repr::Owned(text) => text,
            Repr::Inline(inline) => inline.as_str(),
        }
    }
}

impl fmt::Debug for LabelText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl LabelValue for str {
    #[inline]
    fn text(&self) -> LabelText<'_> {
        LabelText::borrowed(self)
    }
}

impl LabelValue for String {
    #[inline]
    fn text(&self) -> LabelText<'_> {
        LabelText::borrowed(self)
    }
}

impl LabelValue for Cow<'_, str> {
    #[inline]
    fn text(&self) -> LabelText<'_> {
        LabelText::borrowed(self)
    }
}

impl LabelValue for bool {
    #[inline]
    fn text(&self) -> LabelText<'_> {
        LabelText::borrowed(if *self { "true" } else { "false" })
    }
}

impl LabelValue for char {
    #[inline]
    fn text(&self) -> LabelText<'_> {
        LabelText(Repr::Inline(Inline::new(self.encode_utf8(&mut [0; 4]))))
    }
}

impl<T: LabelValue + ?Sized> LabelValue for &T {
    #[inline]
    fn text(&self) -> LabelText<'_> {
        (**self).text()
    }
}

macro_rules! pointers {
    ($($pointer:ty)*) => {$(
        impl<T: LabelValue + ?Sized> LabelValue for $pointer {
            #[inline]
            fn text(&self) -> LabelText<'_> {
                (**self).text()
            }
        }
    )*};
}

pointers! { Box<T> Rc<T> Arc<T> }

impl<T: LabelValue> LabelValue for Option<T> {
    #[inline]
    fn text(&self) -> LabelText<'_> {
        self.as_ref().map_or(LabelText::borrowed(""), T::text)
    }
}

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl LabelValue for $integer {
            #[inline]
            fn text(&self) -> LabelText<'_> {
                LabelText(Repr::Inline(Inline::new(itoa::Buffer::new().format(*self))))
            }
        }
    )*};
}

integers! { u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_they_print() {
        assert_eq!(0_u8.text().as_str(), "0");
        assert_eq!(i128::MIN.text().as_str(), i128::MIN.to_string());
        assert_eq!(u128::MAX.text().as_str(), u128::MAX.to_string());
        assert_eq!(true.text().as_str(), "true");
        assert_eq!('돌'.text().as_str(), "돌");
        assert_eq!(String::from("a").text().as_str(), "a");
        assert_eq!(Cow::Borrowed("b").text().as_str(), "b");
        assert_eq!((&&"c").text().as_str(), "c");
        assert_eq!(Arc::<str>::from("e").text().as_str(), "e");
        assert_eq!(LabelText::owned("d".into()).as_str(), "d");
    }

    #[test]
    fn none_is_the_empty_text() {
        assert_eq!(None::<u16>.text().as_str(), "");
        assert_eq!(Some(404_u16).text().as_str(), "404");
    }
}
