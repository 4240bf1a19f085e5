//! Exemplars of native histograms.
//!
//! Imports `model`; a part of the histogram. The idea to hold: there are few places,
//! and which of them a value may have follows from its exponent alone. So values of different sizes
//! do not compete, and nobody has to look at what the others keep.

use super::NativeHistogram;
use crate::model::{Exemplar, Kept, Visitor};

/// How many there are, as many as the Go client keeps by default.
const PLACES: usize = 10;

impl NativeHistogram {
    /// Counts one value, and keeps an exemplar of it if one is due: if a page has shown the last one
    /// that was kept in its place. No exemplar is kept of NaN.
    ///
    /// Without classic buckets there are 10 places. Magnitudes between the same two powers of two share
    /// one, and so do those that are 2^10 times as great: of durations from a millisecond to a second,
    /// each doubling has its own. Pages of protobuf show them, but for those [without a
    /// time](Exemplar::without_time), which a native histogram must not have. Text formats show
    /// none, and do not count as having shown them.
    ///
    /// With [classic buckets](crate::model::NativeShape::with_classic_buckets) there is a place for
    /// each of these, which shows it, as in [`Histogram`](crate::Histogram): in protobuf, and where
    /// OpenMetrics is asked for. Prometheus takes them from there for the native histogram as well.
    ///
    /// What is wrong with an exemplar never keeps the value from being counted; see [`Exemplar`].
    ///
    /// # Performance
    ///
    /// Two loads more than [`observe`](Self::observe) where none is due. Where one is, as
    /// [`Histogram::observe_with_exemplar`](crate::Histogram::observe_with_exemplar): never locks, and
    /// one that would have to wait for a scrape, or for another exemplar, is left out.
    ///
    /// # Consistency
    ///
    /// A page shows an exemplar whole or not at all, and in none whose buckets do not count it; but one
    /// may be of an observation from before everything [started
    /// anew](crate::model::NativeShape::with_min_reset).
    ///
    /// # Examples
    ///
    /// ```
    /// use nunchi::{histogram, Exemplar};
    ///
    /// let took = histogram!(native, "app_answer_duration_seconds", "Time to answer.");
    /// took.observe_with_exemplar(0.3, &[("request", "7319")]);
    /// took.observe_with_exemplar(7.1, Exemplar::trace(0xfeed, 0xbeef));
    /// ```
    ///
    /// Source: Prometheus native histograms specification, *Exemplars*.
    #[inline]
    pub fn observe_with_exemplar<'e>(&self, value: f64, exemplar: impl Into<Exemplar<'e>>) {
        self.observe(value);
        let place = self.classic_bucket(value).unwrap_or_else(|| place(value));
        if self.exemplars.is_due(place) {
            let places = if self.has_classic { self.shape.classic().texts().len() } else { PLACES };
            self.exemplars.keep(places, place, value, exemplar.into());
        }
    }

    /// Copies the exemplars that the page has a use for: those of the classic buckets, and those of
    /// none.
    pub(super) fn show_exemplars<'s>(
        &self,
        visitor: &dyn Visitor,
        into: &'s mut Vec<Kept>,
    ) -> [&'s [Kept]; 2] {
        if self.has_classic {
            [self.exemplars.show(visitor, into), &[]]
        } else if visitor.shows_native() {
            [&[], self.exemplars.show(visitor, into)]
        } else {
            [&[]; 2]
        }
    }
}

/// The place of a value that is in no classic bucket.
#[inline(always)]
fn place(value: f64) -> usize {
    (value.to_bits() >> 52) as usize % (1 << 11) % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h10_each_of_ten_powers_of_two_has_its_place() {
        let places = |from: i32| (from..from + 10).map(|power| place(1.5 * 2_f64.powi(power)));
        for from in [-1000, -10, 0, 7, 1000] {
            let mut sorted: Vec<_> = places(from).collect();
            sorted.sort_unstable();
            assert!(sorted.into_iter().eq(0..PLACES));
            assert!(places(from).eq(places(from + 10)));
        }
        assert_eq!(place(-3.0), place(2.0));
        let corners = [0.0, -0.0, 5e-324, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
        assert!(corners.iter().all(|corner| place(*corner) < PLACES));
    }
}
