//! Numbers as the text formats write them.

use super::buffer::Room;
use crate::model::Number;

/// The longest text of a number: `-2.2250738585072014e-308`, and `-9223372036854775808`.
pub(super) const LONGEST: usize = 24;

/// Floats below this in magnitude are integers exactly: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Writes a sample value (T7): integers as their digits, whole floats as integers, other floats as
/// the shortest digits that read back as the same float; `NaN`, `+Inf`, `-Inf`.
#[inline]
pub(super) fn put(value: Number, room: &mut Room<'_>) {
    match value {
        Number::U64(value) => room.put(itoa::Buffer::new().format(value).as_bytes()),
        Number::I64(value) => room.put(itoa::Buffer::new().format(value).as_bytes()),
        Number::F64(value) => put_f64(value, room),
    }
}

fn put_f64(value: f64, room: &mut Room<'_>) {
    if value.abs() < EXACT && value as i64 as f64 == value {
        if value == 0.0 && value.is_sign_negative() {
            room.put(b"-0");
        } else {
            room.put(itoa::Buffer::new().format(value as i64).as_bytes());
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(value: Number) -> String {
        let mut page = Vec::new();
        put(value, &mut Room::new(&mut page, LONGEST));
        String::from_utf8(page).unwrap()
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

    proptest! {
        #[test]
        fn floats_read_back_as_they_were(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(!value.is_nan());
            prop_assert_eq!(text(Number::F64(value)).parse::<f64>().unwrap().to_bits(), bits);
        }
    }
}
