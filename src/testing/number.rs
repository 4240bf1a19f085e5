//! Numbers as pages spell them.

use std::cmp::Ordering;

/// A number, and how it is written.
///
/// Equal if the spelling is: `1` and `1.0` are different pages, and NaN is itself.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) value: f64,
}

impl PartialEq for Written {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Written {
    /// A number of either format: decimal, or one of the words for what is not finite, in any case.
    pub(super) fn number(text: &str) -> Option<Self> {
        let value = float(text)?;
        Some(Self { text: text.to_owned(), value })
    }

    /// A number that is neither NaN nor infinite: a time in seconds.
    pub(super) fn finite(text: &str) -> Option<Self> {
        Self::number(text).filter(|number| number.value.is_finite())
    }

    /// A whole number of milliseconds in 64 bits; the value is in seconds.
    pub(super) fn milliseconds(text: &str) -> Option<Self> {
        let milliseconds: i64 = text.parse().ok()?;
        Some(Self { text: text.to_owned(), value: milliseconds as f64 / 1000.0 })
    }

    /// An integer.
    pub(super) fn integer(value: u64) -> Self {
        Self { text: value.to_string(), value: value as f64 }
    }

    /// A float in the spelling of this crate's text. It is not put together as there, so that nothing of
    /// the encoder is compiled in another way where this is.
    pub(super) fn float(value: f64) -> Self {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let text = if value.is_nan() {
            "NaN".to_owned()
        } else if value.is_infinite() {
            if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
        } else if value.abs() < EXACT && value.fract() == 0.0 {
            format!("{value}")
        } else {
            // Of two shortest spellings that are equally close, `std` takes the other.
            ryu::Buffer::new().format_finite(value).to_owned()
        };
        Self { text, value }
    }

    pub(super) fn is_count(&self) -> bool {
        self.value.is_finite() && self.value >= 0.0 && self.value.fract() == 0.0
    }

    /// The order of two counts: of integers exactly, beyond what a float can tell apart.
    pub(super) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self.text.parse::<u64>(), other.text.parse::<u64>()) {
            (Ok(own), Ok(other)) => Some(own.cmp(&other)),
            _ => self.value.partial_cmp(&other.value),
        }
    }
}

/// The value of a number of this spelling, which `std` alone would take too generously: it knows a
/// signed NaN, and rounds to infinity what is too large.
fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_infinity =
        ["inf", "infinity"].into_iter().any(|word| unsigned.eq_ignore_ascii_case(word));
    if is_infinity || text.eq_ignore_ascii_case("nan") {
        return text.parse().ok();
    }
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    let has_digits = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let value: f64 = (has_digits && text.chars().all(is_part)).then(|| text.parse().ok())??;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::Written;
    use crate::encode::{self, Format};
    use crate::registry::Registry;
    use proptest::prelude::*;

    #[test]
    fn t7_what_go_parses_is_a_number() {
        let value = |text| Written::number(text).map(|number| number.value);
        for (text, number) in
            [("1", 1.0), ("+1", 1.0), ("-.5", -0.5), ("5.", 5.0), ("1E3", 1000.0), ("0042", 42.0)]
        {
            assert_eq!(value(text), Some(number), "{text}");
        }
        for text in ["Inf", "+inf", "-INFINITY"] {
            assert!(value(text).is_some_and(f64::is_infinite), "{text}");
        }
        assert!(value("nan").is_some_and(f64::is_nan));
        for text in
            ["", ".", "-", "e5", "1e", "0x1p-3", "1_0", "-NaN", "+nan", "1e999", "infi", "1 ", "١"]
        {
            assert_eq!(value(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn floats_are_spelt_as_the_encoder_does(bits: u64, small: f32, power in -12..24) {
            let [any, scaled] = [f64::from_bits(bits), f64::from(small) * 10_f64.powi(power)];
            for value in [any, scaled, 10_f64.powi(power), scaled.round()] {
                prop_assume!(!value.is_nan());
                let text = Written::float(value).text;
                let registry = Registry::new();
                registry.gauge("a", "A.").register().expect("valid").set(value);
                let mut page = Vec::new();
                encode::append(registry.gatherer(), Format::Text, &mut page);
                let line = format!("\na {text}\n");
                prop_assert!(page.ends_with(line.as_bytes()), "{}", page.escape_ascii());
            }
        }
    }

    #[test]
    fn counts_beyond_the_precision_of_a_float_keep_their_order() {
        let count = |text| Written::number(text).expect("a number");
        let (less, more) = (count("9007199254740992"), count("9007199254740993"));
        assert_eq!(less.value.to_bits(), more.value.to_bits());
        assert_eq!(less.order(&more), Some(std::cmp::Ordering::Less));
        assert_eq!(count("2.0").order(&count("2")), Some(std::cmp::Ordering::Equal));
    }

    #[test]
    fn t8_timestamps_are_whole_milliseconds() {
        let seconds = |text| Written::milliseconds(text).map(|time| time.value);
        assert_eq!(seconds("-1500"), Some(-1.5));
        for text in ["1.5", "1e3", "9223372036854775808", "", "0x1"] {
            assert_eq!(seconds(text), None, "{text:?}");
        }
    }
}
