//! The standard schemas of native histograms.
//!
//! Imports the grid; used by the native histogram and what describes it. The idea to hold: a bucket
//! of one schema is a pair of neighbours of the next finer one, number `n` of it those with the
//! numbers `2n - 1` and `2n`. So the finest grid and a shift are all that any schema needs.

use super::grid::SCHEMA_8;

/// How wide buckets are: each bound is `2^(2^-schema)` times the one before, from a schema of -4
/// (65 536 times) to one of 8 (1.0027 times).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Schema(i32);

impl Schema {
    pub(crate) const COARSEST: Self = Self(-4);
    pub(crate) const FINEST: Self = Self(8);

    /// The schema with this number, if there is one.
    pub(crate) fn new(number: i32) -> Option<Self> {
        (Self::COARSEST.0..=Self::FINEST.0).contains(&number).then_some(Self(number))
    }

    pub(crate) const fn number(self) -> i32 {
        self.0
    }

    /// The next coarser one.
    pub(crate) fn coarser(self) -> Option<Self> {
        Self::new(self.0 - 1)
    }

    /// How often buckets of the finest schema are paired for this one.
    #[inline(always)]
    pub(crate) const fn pairings(self) -> u32 {
        (Self::FINEST.0 - self.0) as u32
    }

    /// The bucket of a magnitude that is greater than the smallest normal number; the sign does not
    /// count. Infinity is in that of the greatest finite numbers.
    #[inline(always)]
    pub(crate) fn index_of_normal(self, value: f64) -> i32 {
        paired(SCHEMA_8.index_of_normal(value), self.pairings())
    }

    /// The bucket of a number that is neither zero nor NaN; the sign does not count (H1).
    pub(crate) fn index(self, value: f64) -> i32 {
        if value.is_infinite() {
            self.infinity()
        } else {
            paired(SCHEMA_8.index(value), self.pairings())
        }
    }

    /// The bucket of the smallest magnitude.
    pub(crate) fn lowest(self) -> i32 {
        paired(-1074 << Self::FINEST.0, self.pairings())
    }

    /// The bucket of infinity, which is above all others.
    pub(crate) fn infinity(self) -> i32 {
        paired(1024 << Self::FINEST.0, self.pairings()) + 1
    }

    /// The bucket of a coarser schema that has this bucket in it.
    pub(crate) fn index_in(self, coarser: Self, index: i32) -> i32 {
        paired(index, (self.0 - coarser.0).unsigned_abs())
    }

    /// The greatest magnitude in a bucket: the greatest finite one where the exact bound is beyond
    /// that, and infinity in the bucket of infinity.
    pub(crate) fn bound(self, index: i32) -> f64 {
        // Far from the ends, so that the bound is a normal number, and then moved without rounding
        // but for that of subnormal numbers.
        const FAR: i32 = 256;
        if index >= self.infinity() {
            return f64::INFINITY;
        }
        let index = index << self.pairings();
        if index >= 1024 << Self::FINEST.0 {
            f64::MAX
        } else if index < -1000 << Self::FINEST.0 {
            SCHEMA_8.bound(index + (FAR << Self::FINEST.0)) * 2_f64.powi(-FAR)
        } else {
            SCHEMA_8.bound(index)
        }
    }
}

/// The bucket that has bucket `index` in it after so many pairings.
#[inline(always)]
fn paired(index: i32, times: u32) -> i32 {
    (index + (1 << times) - 1) >> times
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all() -> impl Iterator<Item = Schema> {
        (-4..=8).filter_map(Schema::new)
    }

    /// The bucket by a search among all bounds; of very small numbers as if these were greater by
    /// many powers of two, since their bounds would be rounded.
    fn searched(schema: Schema, value: f64) -> i32 {
        if value.abs() < 2_f64.powi(-900) {
            let (by, pairings) = (256 << 8, schema.pairings());
            return searched(schema, value * 2_f64.powi(256)) - (by >> pairings);
        }
        let (mut below, mut at) = (schema.lowest() - 1, schema.infinity());
        while at - below > 1 {
            let middle = below + (at - below) / 2;
            if value.abs() <= schema.bound(middle) {
                at = middle;
            } else {
                below = middle;
            }
        }
        at
    }

    fn check(value: f64) {
        for schema in all() {
            let index = schema.index(value);
            assert_eq!(index, searched(schema, value), "{value:e} at {schema:?}");
            assert_eq!(index, schema.index(-value));
            if value.abs() > f64::MIN_POSITIVE && value.is_finite() {
                assert_eq!(index, schema.index_of_normal(value));
            }
            if let Some(coarser) = schema.coarser() {
                assert_eq!(coarser.index(value), schema.index_in(coarser, index), "{value:e}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 20_000 }))]

        #[test]
        fn h1_the_bucket_is_the_one_that_a_search_finds(bits in 1..=f64::INFINITY.to_bits()) {
            check(f64::from_bits(bits));
        }

        #[test]
        fn h1_the_bucket_is_the_one_that_a_search_finds_of_subnormals(bits in 1_u64..1 << 52) {
            check(f64::from_bits(bits));
        }
    }

    #[test]
    fn h1_bounds_close_their_buckets() {
        let powers =
            (-1074..=1023).map(|power| 2_f64.powi(power / 2) * 2_f64.powi(power - power / 2));
        for power in powers.step_by(if cfg!(miri) { 99 } else { 1 }) {
            let neighbour = |by| f64::from_bits(power.to_bits().wrapping_add_signed(by));
            [-1, 0, 1].map(neighbour).into_iter().filter(|value| *value > 0.0).for_each(check);
        }
        [f64::MAX, f64::INFINITY, f64::MIN_POSITIVE, 5e-324, 0.1, 3.0].into_iter().for_each(check);
        for schema in all() {
            // 1 is a bound of every schema, and its bucket has the number 0.
            assert_eq!((schema.index(1.0), schema.bound(0)), (0, 1.0));
            assert_eq!(schema.bound(schema.index(f64::MAX)), f64::MAX);
            assert_eq!(schema.index(f64::INFINITY), schema.index(f64::MAX) + 1);
            assert_eq!(schema.index(5e-324), schema.lowest());
            let bounds = (schema.lowest()..=schema.infinity()).map(|index| schema.bound(index));
            let bounds: Vec<_> = bounds.step_by(if cfg!(miri) { 999 } else { 1 }).collect();
            assert!(bounds.windows(2).all(|pair| pair[0] <= pair[1]));
        }
    }

    /// As the documentation of native histograms and client_golang have them.
    #[test]
    fn h1_known_buckets_have_these_numbers() {
        let of = |number, value| Schema::new(number).unwrap().index(value);
        assert_eq!([0, 1, 2, 3].map(|number| of(number, 3.0)), [2, 4, 7, 13]);
        assert_eq!([-4, -3, -2, -1].map(|number| of(number, 3.0)), [1; 4]);
        assert_eq!([-4, -1, 0, 8].map(|number| of(number, 0.25)), [0, -1, -2, -512]);
        assert!(Schema::new(-5).is_none() && Schema::new(9).is_none());
    }
}
