//! The canonical text of a float that is part of a series' identity (`le`, `quantile`).

/// The shortest digits that read back as the same float, in the layout of Go's `%g`: exponent form
/// below 1e-4 and from 1e+06 on, and `.0` behind an integer. OpenMetrics 1.0, "Canonical Numbers";
/// used in text 0.0.4 as well, so that negotiation never changes the identity of a series (O13,
/// O14).
pub(crate) fn canonical_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.into();
    }
    let (digits, exponent) = shortest_digits(value.abs());
    let minus = if value.is_sign_negative() { "-" } else { "" };
    if !(-4..6).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{minus}{first}{point}{rest}e{sign}{:02}", exponent.abs());
    }
    if exponent < 0 {
        let width = digits.len() + (-exponent - 1) as usize;
        return format!("{minus}0.{digits:0>width$}");
    }
    let whole = exponent as usize + 1;
    let digits = format!("{digits:0<whole$}");
    let (whole, fraction) = digits.split_at(whole);
    format!("{minus}{whole}.{}", if fraction.is_empty() { "0" } else { fraction })
}

/// The significant digits and the decimal exponent of the first of them.
fn shortest_digits(value: f64) -> (String, i32) {
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(value);
    let mut digits = String::new();
    let (mut exponent, mut shift) = (-1, 0);
    let mut is_fraction = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'.' => is_fraction = true,
            b'e' => {
                shift = text[at + 1..].parse().unwrap_or(0);
                break;
            }
            b'0' if digits.is_empty() => exponent -= i32::from(is_fraction),
            _ => {
                digits.push_str(&text[at..=at]);
                exponent += i32::from(!is_fraction);
            }
        }
    }
    while digits.ends_with('0') {
        digits.pop();
    }
    if digits.is_empty() {
        return ("0".into(), 0);
    }
    (digits, exponent + shift)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn o13_canonical_numbers() {
        for (value, text) in [
            (0.0, "0.0"),
            (0.001, "0.001"),
            (1.0, "1.0"),
            (1.7, "1.7"),
            (10.0, "10.0"),
            (1e-10, "1e-10"),
            (1e-9, "1e-09"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (100_000.0, "100000.0"),
            (1e6, "1e+06"),
            (1e10, "1e+10"),
            (123_456.0, "123456.0"),
            (1_234_567.0, "1.234567e+06"),
            (0.000_123_45, "0.00012345"),
            (250.25, "250.25"),
            (-2.5, "-2.5"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(canonical_float(value), text);
        }
    }

    proptest! {
        #[test]
        fn the_text_reads_back_as_the_same_float(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            let text = canonical_float(value);
            prop_assert!(text.contains(['.', 'e']), "{}", text);
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), bits);
        }
    }
}
