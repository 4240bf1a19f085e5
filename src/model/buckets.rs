//! Upper bounds of a classic histogram, and the search among them.

use super::canonical_float;
use crate::error::NameError;
use std::fmt;

/// The upper bounds of a classic histogram, ascending; `+Inf` is always there and never listed.
///
/// Two histograms of one family have the same buckets for their whole life. Bounds are part of a
/// series' identity (`le`), so their text is rendered once, here, in canonical form.
///
/// # Examples
///
/// ```
/// use nunchi::Buckets;
///
/// let by_hand = Buckets::new([0.1, 1.0, 10.0])?;
/// let powers = Buckets::exponential(0.1, 10.0, 4)?; // 0.1, 1, 10 and +Inf
/// assert_eq!(by_hand, powers);
/// # Ok::<(), nunchi::NameError>(())
/// ```
#[derive(Clone)]
pub struct Buckets {
    /// The finite bounds, then one `+Inf`.
    bounds: Box<[f64]>,
    texts: Box<[String]>,
    search: Search,
}

/// The most bounds a histogram may have.
const MAX_BOUNDS: usize = 4096;

/// The bounds every client library uses when it is given none, in seconds.
const DEFAULT: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

impl Buckets {
    /// Bounds by hand: ascending, without NaN. A last `+Inf` may be given and adds nothing.
    ///
    /// # Errors
    ///
    /// If there is no finite bound, more than 4096, a NaN or `-Inf`, or one that is not greater
    /// than the one before it.
    pub fn new(bounds: impl IntoIterator<Item = f64>) -> Result<Self, NameError> {
        // Adding 0.0 turns -0.0, which would print as another bound, into 0.0.
        let mut bounds: Vec<f64> = bounds.into_iter().map(|bound| bound + 0.0).collect();
        if bounds.last() == Some(&f64::INFINITY) {
            bounds.pop();
        }
        let refuse = |value: String, why: &str| Err(NameError::new("buckets", value, why));
        if bounds.is_empty() || bounds.len() > MAX_BOUNDS {
            return refuse(
                format!("{} bounds", bounds.len()),
                "there must be 1 to 4096 finite bounds",
            );
        }
        if let Some(bound) = bounds.iter().find(|bound| !bound.is_finite()) {
            return refuse(canonical_float(*bound), "a bound must be finite");
        }
        if let Some(pair) = bounds.windows(2).find(|pair| pair[0] >= pair[1]) {
            let (bound, next) = (canonical_float(pair[0]), canonical_float(pair[1]));
            return refuse(format!("{next} after {bound}"), "bounds must ascend");
        }
        bounds.push(f64::INFINITY);
        let texts = bounds.iter().map(|&bound| canonical_float(bound)).collect();
        let search = Search::new(&bounds);
        Ok(Self { bounds: bounds.into(), texts, search })
    }

    /// `count` buckets, `+Inf` included, whose bounds start at `start` and are `width` apart.
    ///
    /// `count` includes `+Inf` as the guidelines for client libraries say; `client_golang` does
    /// not count it.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn linear(start: f64, width: f64, count: usize) -> Result<Self, NameError> {
        let finite = count.saturating_sub(1).min(MAX_BOUNDS + 1);
        Self::new((0..finite).map(|n| start + width * n as f64))
    }

    /// `count` buckets, `+Inf` included, whose bounds start at `start` and grow by `factor`.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn exponential(start: f64, factor: f64, count: usize) -> Result<Self, NameError> {
        let finite = count.saturating_sub(1).min(MAX_BOUNDS + 1);
        Self::new(std::iter::successors(Some(start), |bound| Some(bound * factor)).take(finite))
    }

    /// 100 µs to 10 s in steps of 1, 2.5 and 5: for requests that are usually quick, in seconds.
    #[must_use]
    pub fn latency() -> Self {
        let decades = [1e-4, 1e-3, 1e-2, 1e-1, 1.0];
        let bounds = decades.iter().flat_map(|&decade| [decade, decade * 2.5, decade * 5.0]);
        Self::of(bounds.chain([10.0]))
    }

    /// 64 B to 16 MiB in powers of four: for sizes of messages and bodies, in bytes.
    #[must_use]
    pub fn sizes() -> Self {
        Self::of((3..13).map(|power| 4_f64.powi(power)))
    }

    /// The finite bounds.
    #[must_use]
    pub fn bounds(&self) -> &[f64] {
        &self.bounds[..self.bounds.len() - 1]
    }

    /// The text of every `le`, `+Inf` included.
    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The bucket of a value: the first whose bound is not below it. NaN is in the last.
    #[inline]
    pub(crate) fn index(&self, value: f64) -> usize {
        if value.is_nan() {
            return self.bounds.len() - 1;
        }
        match &self.search {
            Search::Table { shift, first, last, candidates } => {
                // `clamp` would check that `first <= last`.
                let key = (ordered(value) >> shift).max(*first).min(*last) - first;
                let candidate = candidates.get(key as usize).copied().unwrap_or(0) as usize;
                let beyond = self.bounds.get(candidate).is_some_and(|&bound| value > bound);
                candidate + usize::from(beyond)
            }
            Search::Bisect => self.bounds.partition_point(|&bound| bound < value),
        }
    }

    /// No bound but `+Inf`, as histograms have without classic buckets.
    #[cfg(feature = "protobuf")]
    pub(crate) fn none() -> Self {
        let bounds = [f64::INFINITY];
        let texts = bounds.iter().map(|&bound| canonical_float(bound)).collect();
        Self { bounds: bounds.into(), texts, search: Search::Bisect }
    }

    /// Bounds known to be valid.
    fn of(bounds: impl IntoIterator<Item = f64>) -> Self {
        Self::new(bounds).unwrap_or_default()
    }
}

impl Default for Buckets {
    fn default() -> Self {
        match Self::new(DEFAULT) {
            Ok(buckets) => buckets,
            Err(_) => unreachable!("the default bounds ascend"),
        }
    }
}

impl PartialEq for Buckets {
    fn eq(&self, other: &Self) -> bool {
        self.bounds == other.bounds
    }
}

impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Buckets").field(&self.bounds()).finish()
    }
}

/// How a value finds its bucket.
///
/// The float's bits, ordered, are cut to their top bits so far that no two bounds share a cell.
/// Then a table from cell to first candidate and one comparison decide, whatever the number of
/// buckets, without a branch that depends on the value. Bounds that lie too close together for a
/// small table are bisected.
#[derive(Clone)]
enum Search {
    Table { shift: u32, first: u64, last: u64, candidates: Box<[u16]> },
    Bisect,
}

/// The largest table: 8 KiB.
const MAX_CELLS: u64 = 4096;

impl Search {
    /// `bounds` ends with `+Inf`.
    fn new(bounds: &[f64]) -> Self {
        let finite = &bounds[..bounds.len() - 1];
        // The comparison after the table also decides at the outermost bounds, so the table need
        // not reach them: bounds like 0, 1, 2, … would stretch it over every exponent below 1.
        let inner = if finite.len() > 2 { &finite[1..finite.len() - 1] } else { finite };
        for shift in (0..=52).rev() {
            let cell = |bound: f64| ordered(bound) >> shift;
            let (first, last) = (cell(inner[0]) - 1, cell(inner[inner.len() - 1]) + 1);
            if last - first >= MAX_CELLS {
                break;
            }
            if finite.windows(2).any(|pair| cell(pair[0]) == cell(pair[1])) {
                continue;
            }
            let candidate = |key| match key {
                lowest if lowest == first => 0,
                key => finite.partition_point(|&bound| cell(bound) < key) as u16,
            };
            let candidates = (first..=last).map(candidate).collect();
            return Self::Table { shift, first, last, candidates };
        }
        Self::Bisect
    }
}

/// The bits of a float as an integer that sorts like the float.
#[inline]
fn ordered(value: f64) -> u64 {
    let bits = value.to_bits();
    bits ^ (((bits as i64) >> 63) as u64 | 1 << 63)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The obvious search.
    fn naive(buckets: &Buckets, value: f64) -> usize {
        let last = buckets.bounds().len();
        buckets.bounds().iter().position(|&bound| value <= bound).unwrap_or(last)
    }

    #[test]
    fn a14_defaults_and_counts_are_everybodys() {
        assert_eq!(Buckets::default().bounds(), DEFAULT);
        assert_eq!(Buckets::linear(1.0, 2.0, 4).unwrap().bounds(), [1.0, 3.0, 5.0]);
        assert_eq!(Buckets::exponential(1.0, 4.0, 4).unwrap().bounds(), [1.0, 4.0, 16.0]);
        assert_eq!(Buckets::latency().bounds().len(), 16);
        assert_eq!(Buckets::sizes().bounds().last(), Some(&16_777_216.0));
    }

    #[test]
    fn bounds_that_cannot_be_exposed_are_refused() {
        for bounds in [
            vec![],
            vec![f64::INFINITY],
            vec![f64::NAN],
            vec![f64::NEG_INFINITY, 1.0],
            vec![1.0, 1.0],
            vec![2.0, 1.0],
            vec![0.0, -0.0],
            vec![f64::INFINITY, 1.0],
        ] {
            assert!(Buckets::new(bounds.clone()).is_err(), "{bounds:?}");
        }
        assert!(Buckets::linear(0.0, 1.0, usize::MAX).is_err());
        assert!(Buckets::exponential(0.0, 2.0, 5).is_err());
        assert!(Buckets::exponential(1.0, 1e300, 5).is_err());
    }

    #[test]
    fn an_infinite_last_bound_adds_nothing() {
        assert_eq!(Buckets::new([1.0, f64::INFINITY]).unwrap(), Buckets::new([1.0]).unwrap());
    }

    #[test]
    fn usual_layouts_have_small_tables() {
        for buckets in
            [Buckets::default(), Buckets::latency(), Buckets::linear(0.0, 1.0, 51).unwrap()]
        {
            let Search::Table { candidates, .. } = &buckets.search else { panic!("no table") };
            assert!(candidates.len() <= 4096, "{}", candidates.len());
        }
        let close =
            Buckets::new([-1.0, 0.5, 1.0, f64::from_bits(1.0_f64.to_bits() + 1), 1e300]).unwrap();
        assert!(matches!(close.search, Search::Bisect));
    }

    /// Every bound and its neighbours, and the values at the ends of the line.
    fn edges(buckets: &Buckets) -> Vec<f64> {
        let mut values = vec![0.0, -0.0, f64::MIN, f64::MAX, f64::INFINITY, f64::NEG_INFINITY];
        values.extend([5e-324, -5e-324, f64::MIN_POSITIVE, f64::NAN, -f64::NAN]);
        for &bound in buckets.bounds() {
            let bits = bound.to_bits();
            values.extend([bits.wrapping_sub(1), bits, bits.wrapping_add(1)].map(f64::from_bits));
        }
        values
    }

    #[test]
    fn the_search_is_right_at_every_edge() {
        for buckets in [
            Buckets::default(),
            Buckets::latency(),
            Buckets::new([0.0]).unwrap(),
            Buckets::new([-5.0, -1.0, 0.0, 5e-324, 1.0]).unwrap(),
            Buckets::new([f64::MIN, f64::MAX]).unwrap(),
            Buckets::linear(-10.0, 0.5, 50).unwrap(),
        ] {
            for value in edges(&buckets) {
                assert_eq!(buckets.index(value), naive(&buckets, value), "{value} in {buckets:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_search_agrees_with_the_obvious_one(
            mut bounds in prop::collection::vec(prop::num::f64::ANY, 1..40),
            values in prop::collection::vec(prop::num::f64::ANY, 40),
        ) {
            bounds.retain(|bound| bound.is_finite());
            bounds.sort_by(f64::total_cmp);
            bounds.dedup_by(|left, right| left == right);
            prop_assume!(!bounds.is_empty());
            let buckets = Buckets::new(bounds).unwrap();
            for value in values.into_iter().chain(edges(&buckets)) {
                prop_assert_eq!(buckets.index(value), naive(&buckets, value), "{}", value);
            }
        }
    }
}
