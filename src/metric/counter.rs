//! A total that only grows.

use super::instrument::{Instrument, Metric};
use crate::model::{LabelPieces, MetricType, Number, Scratch, Shape, Visitor};
use crate::sync::float::AtomicF64;
use crate::sync::primitive::{AtomicU64, Ordering};

/// A total that only grows, from 0: requests served, bytes sent, seconds spent.
///
/// Whole numbers and fractions are kept apart, so whole numbers stay exact up to 2^64 whatever
/// else is added; past that the counter starts again at 0, which `rate()` reads as a restart. A
/// reference to a counter is a reference to its one series; it cannot be cloned away from it.
///
/// # Performance
///
/// [`inc`](Self::inc) and whole [`inc_by`](Self::inc_by) are one relaxed `fetch_add`; a fraction is
/// a compare-and-swap loop. Never allocates, locks, panics or fails.
///
/// # Consistency
///
/// A concurrent scrape sees a value the counter had at some moment of the scrape, and later scrapes
/// never see less.
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
    whole: AtomicU64,
    fraction: AtomicF64,
}

impl Counter {
    /// A counter at 0 that is in no registry.
    #[must_use]
    pub fn new() -> Self {
        Self { whole: AtomicU64::new(0), fraction: AtomicF64::zero() }
    }

    /// Adds one.
    #[inline]
    pub fn inc(&self) {
        self.whole.fetch_add(1, Ordering::Relaxed); // A count orders nothing else.
    }

    /// Adds a `u64` or an `f64`; a length is `len() as u64`. NaN, negative numbers and infinities are
    /// not additions to a total: they are ignored.
    #[inline]
    pub fn inc_by<V: CounterValue>(&self, amount: V) {
        amount.add_to(self);
    }

    /// The total, rounded to a float.
    #[must_use]
    pub fn get(&self) -> f64 {
        self.number().as_f64()
    }

    fn number(&self) -> Number {
        let whole = self.whole.load(Ordering::Relaxed);
        let fraction = self.fraction.load(Ordering::Relaxed);
        if fraction == 0.0 {
            Number::U64(whole)
        } else if whole >= LARGEST_EXACT as u64 && fraction < LARGEST_EXACT {
            // A float would round the whole part, perhaps below what a page showed before.
            Number::U64(whole.wrapping_add(fraction as u64))
        } else {
            Number::F64(whole as f64 + fraction)
        }
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
}

mod amount {
    pub trait Sealed {}
    impl Sealed for u64 {}
    impl Sealed for f64 {}
}

impl CounterValue for u64 {
    #[inline]
    fn add_to(self, counter: &Counter) {
        counter.whole.fetch_add(self, Ordering::Relaxed); // A count orders nothing else.
    }
}

/// Above this, adding one to a float can change nothing: 2^53.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

impl CounterValue for f64 {
    #[inline]
    fn add_to(self, counter: &Counter) {
        let whole = self as u64; // Saturates; NaN becomes 0.
        if whole as f64 == self && self <= LARGEST_EXACT {
            whole.add_to(counter);
        } else if self > 0.0 && self.is_finite() {
            counter.fraction.add(self, Ordering::Relaxed); // A total orders nothing else.
        }
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
        _: &mut Scratch,
        visitor: &mut dyn Visitor,
    ) -> bool {
        visitor.number(labels, self.number())
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a8_starts_at_zero_and_ignores_what_would_decrease_it() {
        let counter = Counter::new();
        assert_eq!(counter.number(), Number::U64(0));
        for ignored in [-1.0, -0.0, f64::NAN, f64::NEG_INFINITY, f64::INFINITY, -1e-300] {
            counter.inc_by(ignored);
            assert_eq!(counter.number(), Number::U64(0), "{ignored}");
        }
    }

    #[test]
    fn whole_numbers_stay_exact_beyond_2_to_the_53() {
        let counter = Counter::new();
        counter.inc_by((1 << 53) + 1);
        counter.inc_by(2.0);
        assert_eq!(counter.number(), Number::U64((1 << 53) + 3));
    }

    #[test]
    fn fractions_add_up_beside_whole_numbers() {
        let counter = Counter::new();
        counter.inc_by(0.25);
        counter.inc_by(3);
        counter.inc_by(1e300);
        assert_eq!(counter.number(), Number::F64(3.25 + 1e300));
    }

    #[test]
    fn a_counter_is_two_words() {
        assert_eq!(std::mem::size_of::<Counter>(), 16);
    }
}
