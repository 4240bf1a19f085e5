//! The canonical text of a float that is part of a series' identity (`le`, `quantile`).

/// The shortest digits that read back as the same float, in the layout of Go's `%g`: exponent form
/// below 1e-4 and from 1e+06 on, and `.0` behind an integer. OpenMetrics 1.0, "Canonical Numbers";
/// used in text 0.0.4 as well, so that negotiation never changes the identity of a series (O13,
/// O14).
pub(crate) fn canonical_float(value: f64) -> String {
    let mut text = String::new();
    if value.is_finite() {
        write_finite(value, &mut text);
    } else {
        text.push_str(if value.is_nan() {
            "NaN"
        } else if value > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        });
    }
    text
}

/// Digit by digit, from the highest power of ten to the lowest. `format!` with its widths would make
/// this twice as large.
fn write_finite(value: f64, text: &mut String) {
    let mut digits = [b'0'; ROOM];
    let (count, exponent) = shortest_digits(value.abs(), &mut digits);
    let in_exponent_form = !(-4..6).contains(&exponent);
    let (first, must_reach) = if in_exponent_form { (0, 0) } else { (exponent, -1) };
    let last = must_reach.min(first - count + 1);
    if value.is_sign_negative() {
        text.push('-');
    }
    for power in (last..=first.max(0)).rev() {
        if power == -1 {
            text.push('.');
        }
        let digit = usize::try_from(first - power).ok().and_then(|at| digits.get(at));
        text.push(char::from(digit.copied().unwrap_or(b'0')));
    }
    if in_exponent_form {
        text.push_str(if exponent < 0 { "e-" } else { "e+" });
        text.push_str(if exponent.abs() < 10 { "0" } else { "" });
        text.push_str(itoa::Buffer::new().format(u64::from(exponent.unsigned_abs())));
    }
}

/// At least what `ryu` writes of a positive number.
const ROOM: usize = 24;

/// Writes the significant digits; answers how many they are and the decimal exponent of the first.
/// Zero has none.
fn shortest_digits(value: f64, digits: &mut [u8; ROOM]) -> (i32, i32) {
    let mut buffer = ryu::Buffer::new();
    let mut bytes = buffer.format_finite(value).bytes();
    let (mut count, mut significant) = (0, 0);
    let mut exponent = -1;
    let mut is_fraction = false;
    for byte in bytes.by_ref() {
        match byte {
            b'.' => is_fraction = true,
            b'e' => break,
            b'0' if count == 0 => exponent -= i32::from(is_fraction),
            digit => {
                if let Some(room) = digits.get_mut(count) {
                    *room = digit;
                }
                count += 1;
                significant = if digit == b'0' { significant } else { count as i32 };
                exponent += i32::from(!is_fraction);
            }
        }
    }
    if count == 0 {
        return (0, 0);
    }
    let (mut shift, mut sign) = (0, 1);
    for byte in bytes {
        match byte {
            b'-' => sign = -1,
            digit => shift = shift * 10 + i32::from(digit.wrapping_sub(b'0')),
        }
    }
    (significant, exponent + sign * shift)
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
