//! Where an observation is kept, and what a place stands for.
//!
//! Imports the grid; used by the other files of this folder. Places number the real line from the
//! left: 0 holds what is too small to matter, `1..=BINS` are buckets of the exponential grid, then
//! come one place for the finite numbers beyond them and one for infinity; negative numbers have
//! the mirror image. The magnitude of a place is its *slot*.

use crate::model::SCHEMA_7;

/// Slots on one side of zero, zero included.
pub(super) const SLOTS: usize = INFINITE + 1;

/// Buckets on one side of zero: 80 powers of two, 128 buckets each.
const BINS: usize = 80 << 7;

/// Finite magnitudes above [`CEILING`].
const ABOVE: usize = BINS + 1;

/// Infinity.
const INFINITE: usize = BINS + 2;

/// Below this magnitude, 2^-40, everything counts as zero.
const FLOOR: f64 = 1.0 / CEILING;

/// The greatest magnitude with a bucket of its own, 2^40.
const CEILING: f64 = (1_u64 << 40) as f64;

/// The bucket that starts at [`FLOOR`].
const LOWEST: i32 = (-40 << 7) + 1;

/// 2^(1/128), the ratio of neighbouring boundaries.
const RATIO: f64 = 1.005_429_901_112_802_7;

/// The slot of a value, or `None` for NaN, which has no place among the numbers.
#[inline(always)]
pub(super) fn slot(value: f64) -> Option<usize> {
    slot_of(SCHEMA_7.index(value)).or_else(|| unusual(value.abs()))
}

/// The slot of a value whose magnitude has a bucket of its own.
#[inline(always)]
pub(super) fn usual_slot(value: f64) -> Option<usize> {
    slot_of(SCHEMA_7.index_of_normal(value))
}

#[inline(always)]
fn slot_of(index: i32) -> Option<usize> {
    // One comparison refuses everything unusual: below the lowest bucket the difference wraps.
    let bin = index.wrapping_sub(LOWEST) as u32 as usize;
    (bin < BINS).then_some(bin + 1)
}

#[cold]
fn unusual(magnitude: f64) -> Option<usize> {
    if magnitude.is_nan() {
        None
    } else if magnitude == f64::INFINITY {
        Some(INFINITE)
    } else if magnitude > CEILING {
        Some(ABOVE)
    } else {
        // The floor itself belongs to the bucket below the lowest one, upper bounds being
        // inclusive; the lowest one answers it within the error just as well.
        Some(usize::from(magnitude >= FLOOR))
    }
}

/// The number that stands for all observations of a place.
///
/// In a bucket it is the harmonic mean of the two boundaries, whose relative distance to either is
/// the same: (r - 1) / (r + 1) for the ratio r, here 0.2708 %. Beyond the buckets it is the
/// magnitude that is certainly reached.
pub(super) fn value(place: i32) -> f64 {
    let (least, greatest) = magnitudes(place);
    let magnitude = match place.unsigned_abs() as usize {
        0 => 0.0,
        1..=BINS => greatest * (2.0 / (1.0 + RATIO)),
        _ => least,
    };
    if place < 0 {
        -magnitude
    } else {
        magnitude
    }
}

/// Brings `value` into the closed range of a place; NaN becomes one of its ends.
pub(super) fn confine(value: f64, place: i32) -> f64 {
    let (least, greatest) = match (place, magnitudes(place)) {
        (0, (_, greatest)) => (-greatest, greatest),
        (1.., range) => range,
        (_, (least, greatest)) => (-greatest, -least),
    };
    value.max(least).min(greatest)
}

/// The least and the greatest magnitude in a place.
fn magnitudes(place: i32) -> (f64, f64) {
    let slot = place.unsigned_abs() as usize;
    match slot {
        0 => (0.0, FLOOR),
        1..=BINS => {
            let index = LOWEST + slot as i32 - 1;
            (SCHEMA_7.bound(index - 1), SCHEMA_7.bound(index))
        }
        ABOVE => (CEILING, f64::MAX),
        _ => (f64::INFINITY, f64::INFINITY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bound that the documentation of `Summary` promises.
    const ALPHA: f64 = 0.002_708;

    #[test]
    fn every_value_in_range_is_answered_within_the_error() {
        let mut value_in = FLOOR;
        while value_in <= CEILING {
            for value_in in [value_in, value_in.next(), value_in * 1.000_9] {
                let place = slot(value_in).unwrap() as i32;
                if value_in > FLOOR && value_in <= CEILING {
                    assert_eq!(usual_slot(value_in), slot(value_in));
                }
                let error = (value(place) - value_in).abs() / value_in;
                assert!(error <= ALPHA || value_in > CEILING, "{value_in:e}: {error}");
                assert_eq!(value(-place), -value(place));
                assert_eq!(confine(value_in, place), value_in);
                assert_eq!(confine(-value_in, -place), -value_in);
            }
            value_in *= 1.001_3;
        }
    }

    #[test]
    fn the_edges_of_the_range_belong_to_it() {
        assert_eq!((slot(FLOOR), slot(-FLOOR)), (Some(1), Some(1)));
        assert_eq!((slot(CEILING), slot(CEILING.next())), (Some(BINS), Some(ABOVE)));
        assert!((value(1) - FLOOR).abs() <= ALPHA * FLOOR);
        assert!((value(BINS as i32) - CEILING).abs() <= ALPHA * CEILING);
    }

    #[test]
    fn unusual_values_have_places_of_their_own() {
        for tiny in [0.0, -0.0, f64::MIN_POSITIVE, 5e-324, FLOOR / 2.0] {
            assert_eq!((slot(tiny), slot(-tiny)), (Some(0), Some(0)));
        }
        assert_eq!(value(0), 0.0);
        assert_eq!((slot(f64::MAX), slot(f64::MIN)), (Some(ABOVE), Some(ABOVE)));
        assert_eq!(value(ABOVE as i32), CEILING);
        assert_eq!(
            (slot(f64::INFINITY), slot(f64::NEG_INFINITY)),
            (Some(INFINITE), Some(INFINITE))
        );
        assert_eq!(value(-(INFINITE as i32)), f64::NEG_INFINITY);
        assert_eq!((slot(f64::NAN), slot(-f64::NAN)), (None, None));
        for unusual in [0.0, 5e-324, 1e-310, FLOOR / 2.0, f64::MAX, f64::INFINITY, f64::NAN] {
            assert_eq!((usual_slot(unusual), usual_slot(-unusual)), (None, None), "{unusual}");
        }
    }

    #[test]
    fn confining_brings_anything_into_the_place() {
        assert_eq!(confine(f64::INFINITY, 0), FLOOR);
        assert_eq!(confine(f64::NEG_INFINITY, 0), -FLOOR);
        assert_eq!(slot(confine(f64::NEG_INFINITY, 77).next()), Some(77));
        assert_eq!(slot(confine(f64::NEG_INFINITY, -77)), Some(77));
        assert_eq!(confine(0.0, INFINITE as i32), f64::INFINITY);
    }

    trait Next {
        fn next(self) -> Self;
    }

    impl Next for f64 {
        fn next(self) -> Self {
            f64::from_bits(self.to_bits() + 1)
        }
    }
}
