//! A total that only grows.

use super::exemplar::Fraction;
use super::instrument::{Instrument, Metric};
use crate::model::{Exemplar, LabelPieces, MetricType, Number, Scratch, Shape, Visitor};
use crate::sync::primitive::{AtomicU64, Ordering};
use crate::sync::slab::{self, Heat, Kind, CELL_LIMIT};

/// A total that only grows, from 0: requests served, bytes sent, seconds spent.
///
/// Whole numbers and fractions are kept apart, so whole numbers stay exact up to 2^64 whatever
/// else is added; past that the counter starts again at 0, which `rate()` reads as a restart. A
/// reference to a counter is a reference to its one series; it cannot be cloned away from it.
///
/// # Performance
///
/// [`inc`](Self::inc) and whole [`inc_by`](Self::inc_by) are one relaxed `fetch_add`; a fraction is
/// a compare-and-swap loop. A counter that is updated more than some ten thousand times a second
/// gets a cell in every thread that updates it, and then an update is a plain load, addition and
/// store, whatever other threads do. Never allocates, locks, panics or fails.
///
/// # Consistency
///
/// A concurrent scrape sees a value between those that the counter had when the scrape began and
/// when it ended, and later scrapes never see less.
///
/// # Examples
///
/// ```
/// let served = nunchi::Counter::new();
/// served.inc();
/// served.inc_by(2);
/// served.inc_by(0.5);
/// assert_eq!(served.get(), 3.5);
/// ```
#[derive(Debug)]
pub struct Counter {
    /// What threads without a cell have added, whole numbers and fractions.
    whole: AtomicU64,
    fraction: Fraction,
    whole_heat: Heat,
    fraction_heat: Heat,
}

impl Counter {
    /// A counter at 0 that is in no registry.
    #[must_use]
    pub fn new() -> Self {
        Self {
            whole: AtomicU64::new(0),
            fraction: Fraction::zero(),
            whole_heat: Heat::cold(),
            fraction_heat: Heat::cold(),
        }
    }

    /// Adds one.
    #[inline]
    pub fn inc(&self) {
        self.add_whole(1);
    }

    /// Adds a `u64` or an `f64`; a length is `len() as u64`. NaN, negative numbers and infinities
    /// are not additions to a total: they are ignored.
    #[inline]
    pub fn inc_by<V: CounterValue>(&self, amount: V) {
        amount.add_to(self);
    }

    /// Adds one, and keeps an exemplar of it if one is due: if a page has shown the last one. Its
    /// value is 1.
    ///
    /// What is wrong with an exemplar never keeps the counter from counting; see [`Exemplar`].
    ///
    /// # Performance
    ///
    /// A few loads more than [`inc`](Self::inc) where none is due. Where one is, a compare-and-swap,
    /// a look at the coarse clock, and a copy of the labels. The first exemplar of a counter
    /// allocates, and so does one with more bytes of labels than any before; so an allocator must
    /// not count itself in this way. Never locks; an exemplar that would have to wait for a scrape,
    /// or for another exemplar, is left out.
    ///
    /// # Consistency
    ///
    /// A page shows an exemplar whole or not at all: value, time and labels are of one call.
    ///
    /// # Examples
    ///
    /// ```
    /// let failed = nunchi::counter!("app_failures_total", "Requests that failed.");
    /// failed.inc_with_exemplar(&[("request", "7319")]);
    /// assert_eq!(failed.get(), 1.0);
    /// ```
    #[inline]
    pub fn inc_with_exemplar<'e>(&self, exemplar: impl Into<Exemplar<'e>>) {
        self.inc();
        if self.fraction.is_due() {
            self.fraction.keep(1.0, exemplar.into());
        }
    }

    /// Adds a `u64` or an `f64`, as [`inc_by`](Self::inc_by), with an exemplar, as
    /// [`inc_with_exemplar`](Self::inc_with_exemplar); its value is what was added. No exemplar is
    /// kept of what is ignored.
    #[inline]
    pub fn inc_by_with_exemplar<'e, V: CounterValue>(
        &self,
        amount: V,
        exemplar: impl Into<Exemplar<'e>>,
    ) {
        amount.add_to(self);
        if self.fraction.is_due() {
            self.fraction.keep(amount.as_f64(), exemplar.into());
        }
    }

    /// Runs a block and counts one if it fails: if it answers `Err`, or panics. What it answers is
    /// passed on, and so is the panic.
    ///
    /// The counter is of errors only; count the attempts as well, or their share is not known.
    ///
    /// # Performance
    ///
    /// A block that succeeds does not touch the counter.
    ///
    /// # Examples
    ///
    /// ```
    /// let failed = nunchi::counter!("app_parse_failures_total", "Numbers that were none.");
    /// let parsed = failed.count_errors(|| "stone".parse::<u32>());
    /// assert!(parsed.is_err());
    /// assert_eq!(failed.get(), 1.0);
    /// ```
    pub fn count_errors<T, E>(&self, block: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let unwinding = Unwinding(self);
        let result = block();
        std::mem::forget(unwinding);
        if result.is_err() {
            self.inc();
        }
        result
    }

    /// The total, rounded to a float.
    #[must_use]
    pub fn get(&self) -> f64 {
        self.number(self.whole_heat.sum()).as_f64()
    }

    #[inline]
    fn add_whole(&self, amount: u64) {
        if !self.whole_heat.add(amount) {
            self.add_whole_shared(amount);
        }
    }

    #[inline(never)]
    fn add_whole_shared(&self, amount: u64) {
        if self.whole_heat.join() && self.whole_heat.add(amount) {
            return;
        }
        self.whole.fetch_add(amount, Ordering::Relaxed); // A count orders nothing else.
        self.whole_heat.warm(Kind::Count);
    }

    /// Adds what is not a whole number, if it is an addition at all.
    #[inline]
    fn add_fraction(&self, amount: f64) {
        // A cell must never become infinite, so what is absurdly large goes elsewhere.
        let fits = amount > 0.0 && amount <= CELL_LIMIT;
        if !(fits && self.fraction_heat.add_float(amount)) {
            self.add_fraction_shared(amount, fits);
        }
    }

    #[inline(never)]
    fn add_fraction_shared(&self, amount: f64, fits: bool) {
        if fits {
            if self.fraction_heat.join() && self.fraction_heat.add_float(amount) {
                return;
            }
        } else if !(amount > 0.0 && amount.is_finite()) {
            return;
        }
        self.fraction.add(amount);
        self.fraction_heat.warm(Kind::Float);
    }

    /// The total, of which threads keep `cells` in whole numbers.
    fn number(&self, cells: u64) -> Number {
        self.number_with(cells, self.fraction.load())
    }

    /// The same, `shared` being what threads without cells have added in fractions.
    #[inline(always)]
    fn number_with(&self, cells: u64, shared: f64) -> Number {
        let whole = self.whole.load(Ordering::Relaxed).wrapping_add(cells);
        let fraction = self.fraction(shared);
        if fraction == 0.0 {
            Number::U64(whole)
        } else if whole >= LARGEST_EXACT as u64 && fraction < LARGEST_EXACT {
            // A float would round the whole part, perhaps below what a page showed before.
            Number::U64(whole.wrapping_add(fraction as u64))
        } else {
            Number::F64(whole as f64 + fraction)
        }
    }

    /// What threads keep in whole numbers, from the sums of this page.
    #[inline]
    fn cells(&self, scratch: &mut Scratch) -> u64 {
        if !self.whole_heat.is_hot() {
            return 0;
        }
        let Scratch { cells, cells_as_of, .. } = scratch;
        let as_of = *cells_as_of.get_or_insert_with(|| slab::fold(cells));
        self.whole_heat.sum_folded(cells, as_of)
    }

    #[inline]
    fn fraction(&self, shared: f64) -> f64 {
        let Some((mut sum, [shown, _])) = self.fraction_heat.growing_float() else { return shared };
        sum.add(shared);
        // Of a thread that is just adding, the two cells may be out of step by a rounding error;
        // even so the total must not fall. Bits of positive floats compare as they do.
        let total = sum.rounded().to_bits();
        f64::from_bits(shown.fetch_max(total, Ordering::Relaxed).max(total))
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.whole_heat.retire(Kind::Count, |_| {});
        self.fraction_heat.retire(Kind::Float, |_| {});
    }
}

/// Counts one when it is dropped, which only a panic does.
struct Unwinding<'c>(&'c Counter);

impl Drop for Unwinding<'_> {
    fn drop(&mut self) {
        self.0.inc();
    }
}

impl Default for Counter {
    fn default() -> Self {
        Self::new()
    }
}

/// What a counter can be increased by: `u64` and `f64`.
pub trait CounterValue: Copy + amount::Sealed {
    #[doc(hidden)]
    fn add_to(self, counter: &Counter);
    #[doc(hidden)]
    fn as_f64(self) -> f64;
}

mod amount {
    pub trait Sealed {}
    impl Sealed for u64 {}
    impl Sealed for f64 {}
}

impl CounterValue for u64 {
    #[inline]
    fn add_to(self, counter: &Counter) {
        counter.add_whole(self);
    }

    #[inline]
    fn as_f64(self) -> f64 {
        self as f64
    }
}

/// Above this, adding one to a float can change nothing: 2^53.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

impl CounterValue for f64 {
    #[inline]
    fn add_to(self, counter: &Counter) {
        let whole = self as i64; // Saturates; NaN becomes 0.
        if whole as f64 == self && (0..=LARGEST_EXACT as i64).contains(&whole) {
            counter.add_whole(whole as u64);
        } else {
            counter.add_fraction(self);
        }
    }

    #[inline]
    fn as_f64(self) -> f64 {
        self
    }
}

impl Metric for Counter {
    const TYPE: MetricType = MetricType::Counter;
}

impl Instrument for Counter {
    fn create(_: &Shape) -> Self {
        Self::new()
    }

    fn offer(
        &self,
        _: &Shape,
        labels: LabelPieces<'_>,
        scratch: &mut Scratch,
        visitor: &mut dyn Visitor,
    ) -> bool {
        #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
        return match self.fraction.alone() {
            Some(shared) => visitor.number(labels, self.number_with(self.cells(scratch), shared)),
            None => self.offer_with_exemplar(labels, scratch, visitor),
        };
        #[cfg(not(any(feature = "openmetrics", feature = "protobuf")))]
        visitor.number(labels, self.number(self.cells(scratch)))
    }
}

#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
impl Counter {
    #[cold]
    #[inline(never)]
    fn offer_with_exemplar(
        &self,
        labels: LabelPieces<'_>,
        scratch: &mut Scratch,
        visitor: &mut dyn Visitor,
    ) -> bool {
        let mut exemplars = std::mem::take(&mut scratch.exemplars);
        // Before the total, so that this has counted it; the sums of the page may be older.
        let is_taken = match self.fraction.show(visitor, &mut exemplars) {
            Some(exemplar) => visitor.counter(labels, self.number(self.whole_heat.sum()), exemplar),
            None => visitor.number(labels, self.number(self.cells(scratch))),
        };
        scratch.exemplars = exemplars;
        is_taken
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a8_starts_at_zero_and_ignores_what_would_decrease_it() {
        let counter = Counter::new();
        assert_eq!(counter.number(0), Number::U64(0));
        for ignored in [-1.0, -0.0, f64::NAN, f64::NEG_INFINITY, f64::INFINITY, -1e-300] {
            counter.inc_by(ignored);
            assert_eq!(counter.number(0), Number::U64(0), "{ignored}");
        }
    }

    #[test]
    fn a9_a_block_that_fails_or_panics_is_counted() {
        let counter = Counter::new();
        assert_eq!(counter.count_errors(|| Ok::<_, ()>(7)), Ok(7));
        assert_eq!(counter.get(), 0.0);
        assert_eq!(counter.count_errors(|| Err::<(), _>("no")), Err("no"));
        assert_eq!(counter.get(), 1.0);
        let panics = || counter.count_errors(|| -> Result<(), ()> { panic!("counted") });
        let panics = std::panic::AssertUnwindSafe(panics);
        assert!(std::panic::catch_unwind(panics).is_err());
        assert_eq!(counter.get(), 2.0);
    }

    #[test]
    fn whole_numbers_stay_exact_beyond_2_to_the_53() {
        let counter = Counter::new();
        counter.inc_by((1 << 53) + 1);
        counter.inc_by(2.0);
        assert_eq!(counter.number(0), Number::U64((1 << 53) + 3));
    }

    #[test]
    fn fractions_add_up_beside_whole_numbers() {
        let counter = Counter::new();
        counter.inc_by(0.25);
        counter.inc_by(3);
        counter.inc_by(1e300);
        assert_eq!(counter.number(0), Number::F64(3.25 + 1e300));
    }

    #[test]
    fn a_counter_is_three_words() {
        assert_eq!(std::mem::size_of::<Counter>(), 24);
    }
}
