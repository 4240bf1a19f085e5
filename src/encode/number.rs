//! Numbers as the text formats write them.

use super::buffer::Room;
use crate::model::Number;

/// The longest text of a number: `-2.2250738585072014e-308`, and `-9223372036854775808`.
pub(super) const LONGEST: usize = 24;

/// Floats below this in magnitude are integers exactly: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Writes a sample value (T7): integers as their digits, whole floats as integers, other floats as
/// the shortest digits that read back as the same float; `NaN`, `+Inf`, `-Inf`. With `pointed`, whole
/// floats have `.0` to tell them from integers (O15).
#[inline(always)]
pub(super) fn put(value: Number, pointed: bool, room: &mut Room<'_>) {
    match value {
        Number::U64(value) => put_u64(value, room),
        Number::I64(value) => put_i64(value, room),
        Number::F64(value) => put_float(value, pointed, room),
    }
}

/// As [`put`], without a copy of the digits' code.
#[inline]
pub(super) fn put_few(value: Number, pointed: bool, room: &mut Room<'_>) {
    match value {
        Number::U64(value) => put_digits(value, room),
        Number::I64(value) => put_i64(value, room),
        Number::F64(value) => put_float(value, pointed, room),
    }
}

const EIGHT_DIGITS: u64 = 100_000_000;

#[inline]
fn put_i64(value: i64, room: &mut Room<'_>) {
    if value < 0 {
        room.put(b"-");
    }
    put_digits(value.unsigned_abs(), room);
}

#[inline(never)]
fn put_digits(value: u64, room: &mut Room<'_>) {
    put_u64(value, room);
}

/// Writes eight digits at a time, computed side by side in one word, and cuts the leading zeros by
/// a shift: how many digits a count has is not a branch to be guessed.
#[inline(always)]
fn put_u64(value: u64, room: &mut Room<'_>) {
    if value < EIGHT_DIGITS {
        put_leading(value, room);
    } else if value < EIGHT_DIGITS * EIGHT_DIGITS {
        put_leading(value / EIGHT_DIGITS, room);
        room.put_word((digits(value % EIGHT_DIGITS) | ZEROS).to_le_bytes(), 8);
    } else {
        put_long(value, room);
    }
}

/// Writes a number of 17 to 20 digits.
#[cold]
fn put_long(value: u64, room: &mut Room<'_>) {
    put_digits(value / EIGHT_DIGITS, room);
    room.put_word((digits(value % EIGHT_DIGITS) | ZEROS).to_le_bytes(), 8);
}

/// `'0'` in every byte.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Writes a number below 10^8 without leading zeros.
#[inline]
fn put_leading(value: u64, room: &mut Room<'_>) {
    let digits = digits(value);
    let zeros = (digits.trailing_zeros() / 8).min(7); // The last digit is written in any case.
    room.put_word(((digits | ZEROS) >> (8 * zeros)).to_le_bytes(), 8 - zeros as usize);
}

/// The eight decimal digits of a number below 10^8, one in each byte, the first in the lowest.
/// Each step splits every lane in two; a quotient is a multiplication by a rounded-up reciprocal
/// that is exact for the values the lane can have.
#[inline]
fn digits(value: u64) -> u64 {
    let (high, low) = (value / 10_000, value % 10_000);
    let fours = high | low << 32;
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours - hundreds * 100) << 16;
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (twos - tens * 10) << 8
}

#[inline(always)] // `pointed` is a constant of the caller.
fn put_float(value: f64, pointed: bool, room: &mut Room<'_>) {
    put_f64(value, room);
    if pointed && is_small_and_whole(value) {
        room.put(b".0");
    }
}

#[inline(always)]
fn is_small_and_whole(value: f64) -> bool {
    value.abs() < EXACT && value as i64 as f64 == value
}

fn put_f64(value: f64, room: &mut Room<'_>) {
    if is_small_and_whole(value) {
        if value == 0.0 && value.is_sign_negative() {
            room.put(b"-0");
        } else {
            put_i64(value as i64, room);
        }
    } else if put_short(value, room) {
    } else if value.is_finite() {
        room.put(ryu::Buffer::new().format_finite(value).as_bytes());
    } else {
        room.put(if value.is_nan() {
            b"NaN"
        } else if value > 0.0 {
            b"+Inf"
        } else {
            b"-Inf"
        });
    }
}

/// Writes a number of few decimals, as those that people and clocks give: an integer divided by a
/// power of ten. Answers whether it is one.
///
/// The division rounds correctly, so where it gives the value, the decimal reads back as the value.
/// Below 10^15 no other decimal of up to 15 digits does, so it is the shortest once its trailing
/// zeros are cut.
fn put_short(value: f64, room: &mut Room<'_>) -> bool {
    let magnitude = value.abs();
    // From 1e-5 on there is no exponent.
    let (unit, rest) = match magnitude {
        small if (1e-5..1e6).contains(&small) => (1_000_000_000, 1),
        large if (1e6..1e9).contains(&large) => (1_000_000, 1_000),
        _ => return false,
    };
    let parts = (magnitude * unit as f64 + 0.5) as u64;
    if parts as f64 / unit as f64 != magnitude {
        return false;
    }
    if value < 0.0 {
        room.put(b"-");
    }
    put_digits(parts / unit, room);
    let nanos = parts % unit * rest;
    let tenths = (nanos / EIGHT_DIGITS) as u8;
    room.put_word([b'.', b'0' + tenths, 0, 0, 0, 0, 0, 0], 2);
    let decimals = digits(nanos % EIGHT_DIGITS);
    room.put_word((decimals | ZEROS).to_le_bytes(), 8 - decimals.leading_zeros() as usize / 8);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(value: Number, pointed: bool) -> String {
        let mut page = Vec::new();
        put(value, pointed, &mut Room::new(&mut page, LONGEST));
        String::from_utf8(page).unwrap()
    }

    fn text(value: Number) -> String {
        written(value, false)
    }

    #[test]
    fn o15_a_float_is_told_from_an_integer() {
        for (value, expected) in [
            (Number::U64(u64::MAX), "18446744073709551615"),
            (Number::I64(-3), "-3"),
            (Number::F64(0.0), "0.0"),
            (Number::F64(-0.0), "-0.0"),
            (Number::F64(17.0), "17.0"),
            (Number::F64(-17.5), "-17.5"),
            (Number::F64(1e-7), "1e-7"),
            (Number::F64(-9_007_199_254_740_991.0), "-9007199254740991.0"),
            (Number::F64(9_007_199_254_740_992.0), "9007199254740992.0"),
            (Number::F64(1e16), "1e16"),
            (Number::F64(f64::MAX), "1.7976931348623157e308"),
            (Number::F64(f64::NAN), "NaN"),
            (Number::F64(f64::NEG_INFINITY), "-Inf"),
        ] {
            assert_eq!(written(value, true), expected);
            assert!(expected.len() <= LONGEST);
        }
    }

    #[test]
    fn t7_values_are_spelt_as_the_format_wants() {
        for (value, expected) in [
            (Number::U64(u64::MAX), "18446744073709551615"),
            (Number::U64((1 << 53) + 1), "9007199254740993"),
            (Number::I64(i64::MIN), "-9223372036854775808"),
            (Number::F64(f64::NAN), "NaN"),
            (Number::F64(-f64::NAN), "NaN"),
            (Number::F64(f64::INFINITY), "+Inf"),
            (Number::F64(f64::NEG_INFINITY), "-Inf"),
            (Number::F64(0.0), "0"),
            (Number::F64(-0.0), "-0"),
            (Number::F64(17.0), "17"),
            (Number::F64(-0.25), "-0.25"),
            (Number::F64(1e300), "1e300"),
            (Number::F64(f64::MIN_POSITIVE), "2.2250738585072014e-308"),
            (Number::F64(-f64::MIN_POSITIVE), "-2.2250738585072014e-308"),
        ] {
            assert_eq!(text(value), expected);
            assert!(expected.len() <= LONGEST);
        }
    }

    #[test]
    fn digits_are_those_of_the_library() {
        let powers = (0..64).flat_map(|power| [(1_u64 << power) - 1, 1 << power]);
        let tens = (0..20).flat_map(|power| {
            let ten = 10_u64.pow(power);
            [ten - 1, ten, ten + 1, ten.saturating_mul(9)]
        });
        for value in (0..30_000).chain(powers).chain(tens).chain([u64::MAX]) {
            assert_eq!(text(Number::U64(value)), itoa::Buffer::new().format(value));
        }
    }

    proptest! {
        #[test]
        fn digits_of_any_magnitude(value: u64, shift in 0..64_u32, negative: i64) {
            let value = value >> shift;
            prop_assert_eq!(text(Number::U64(value)), value.to_string());
            let signed = negative >> shift;
            prop_assert_eq!(text(Number::I64(signed)), signed.to_string());
        }

        #[test]
        fn short_decimals_are_those_of_the_library(parts: u64, shift in 12..64_u32, places in 0..11) {
            let value = (parts >> shift).max(1) as f64 / 10_f64.powi(places);
            for value in [value, -value, f64::from_bits(value.to_bits() + 1)] {
                let expected = ryu::Buffer::new().format(value).to_owned();
                let expected = expected.strip_suffix(".0").unwrap_or(&expected);
                prop_assert_eq!(text(Number::F64(value)), expected);
            }
        }

        #[test]
        fn floats_read_back_as_they_were(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(!value.is_nan());
            prop_assert_eq!(text(Number::F64(value)).parse::<f64>().unwrap().to_bits(), bits);
            let pointed = written(Number::F64(value), true);
            prop_assert_eq!(pointed.parse::<f64>().unwrap().to_bits(), bits);
            prop_assert!(pointed.contains(['.', 'e', 'I']) && pointed.len() <= LONGEST);
        }
    }
}
