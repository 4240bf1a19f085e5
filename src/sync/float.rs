//! A double that many threads add to.
//!
//! Imports `primitive`; used by every metric that keeps a fractional value. There is no atomic
//! float instruction, so an addition is a compare-and-swap on the bits, repeated while other
//! threads get there first: lock-free, and each addition is applied exactly once.

use crate::sync::primitive::{AtomicU64, Ordering};

/// An `f64` with atomic operations.
///
/// A read-modify-write takes the ordering of its write. The read it starts from is `Relaxed`: the
/// swap fails unless that read is still current, so nothing is decided on an old value.
#[derive(Debug)]
pub(crate) struct AtomicF64(AtomicU64);

/// Adds to a float that is kept as its bits.
#[inline]
pub(crate) fn add_to_bits(cell: &AtomicU64, value: f64, ordering: Ordering) {
    let mut bits = cell.load(Ordering::Relaxed);
    while let Err(current) = cell.compare_exchange_weak(
        bits,
        (f64::from_bits(bits) + value).to_bits(),
        ordering,
        Ordering::Relaxed,
    ) {
        bits = current;
    }
}

/// The rounded sum of two numbers and the rounding error, which a float can always hold. With
/// infinities and NaN the error is NaN and says nothing.
///
/// Source: D. E. Knuth, *The Art of Computer Programming* 2, section 4.2.2, theorem B.
#[inline(always)]
pub(crate) fn two_sum(left: f64, right: f64) -> (f64, f64) {
    let sum = left + right;
    let added = sum - left;
    (sum, (left - (sum - added)) + (right - added))
}

/// A sum that keeps what rounding has cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Exact {
    high: f64,
    low: f64,
}

impl Exact {
    pub(crate) fn add(&mut self, value: f64) {
        let (sum, error) = two_sum(self.high, value);
        self.high = sum;
        self.low += error;
    }

    /// Adds a sum and what rounding has cost it.
    pub(crate) fn add_both(&mut self, high: f64, low: f64) {
        self.add(high);
        self.low += low;
    }

    /// Two numbers that add up to the sum.
    pub(crate) fn parts(self) -> [f64; 2] {
        [self.high, self.low]
    }

    /// The sum, rounded once.
    pub(crate) fn rounded(self) -> f64 {
        if self.high.is_finite() {
            self.high + self.low
        } else {
            self.high
        }
    }
}

impl AtomicF64 {
    /// Holds zero; usable in a static.
    #[cfg(not(nunchi_loom))]
    pub(crate) const fn zero() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Holds zero.
    #[cfg(nunchi_loom)]
    pub(crate) fn zero() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Holds `value`.
    pub(crate) fn new(value: f64) -> Self {
        Self(AtomicU64::new(value.to_bits()))
    }

    #[inline]
    pub(crate) fn load(&self, ordering: Ordering) -> f64 {
        f64::from_bits(self.0.load(ordering))
    }

    /// Leaves `value` behind and returns what was there.
    #[inline]
    pub(crate) fn swap(&self, value: f64, ordering: Ordering) -> f64 {
        f64::from_bits(self.0.swap(value.to_bits(), ordering))
    }

    /// Adds `value`.
    #[inline]
    pub(crate) fn add(&self, value: f64, ordering: Ordering) {
        add_to_bits(&self.0, value, ordering);
    }

    /// Lowers the value to `value` if that is less. NaN changes nothing. A value that is not beaten
    /// costs one load.
    #[inline]
    pub(crate) fn lower(&self, value: f64, ordering: Ordering) {
        self.replace_while(value, ordering, |current| value < current);
    }

    /// Raises the value to `value` if that is greater. NaN changes nothing. A value that is not
    /// beaten costs one load.
    #[inline]
    pub(crate) fn raise(&self, value: f64, ordering: Ordering) {
        self.replace_while(value, ordering, |current| value > current);
    }

    #[inline]
    fn replace_while(&self, value: f64, ordering: Ordering, beats: impl Fn(f64) -> bool) {
        let mut bits = self.0.load(Ordering::Relaxed);
        while beats(f64::from_bits(bits)) {
            match self.0.compare_exchange_weak(bits, value.to_bits(), ordering, Ordering::Relaxed) {
                Ok(_) => return,
                Err(current) => bits = current,
            }
        }
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;
    use std::thread;

    const RELAXED: Ordering = Ordering::Relaxed;

    #[test]
    fn concurrent_additions_are_each_applied_once() {
        const ADDITIONS: u32 = if cfg!(miri) { 50 } else { 20_000 };
        let sum = AtomicF64::zero();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..ADDITIONS).for_each(|_| sum.add(0.5, RELAXED)));
            }
        });
        assert_eq!(sum.load(RELAXED), f64::from(ADDITIONS) * 2.0);
    }

    #[test]
    fn extremes_move_outwards_only() {
        let least = AtomicF64::new(f64::INFINITY);
        let greatest = AtomicF64::new(f64::NEG_INFINITY);
        for value in [3.0, f64::NAN, -2.0, 1.0] {
            least.lower(value, RELAXED);
            greatest.raise(value, RELAXED);
        }
        assert_eq!((least.load(RELAXED), greatest.load(RELAXED)), (-2.0, 3.0));
    }

    #[test]
    fn every_bit_is_kept() {
        let cell = AtomicF64::new(-0.0);
        let odd = f64::from_bits(0x7ff8_dead_beef_0001);
        assert!(cell.swap(odd, RELAXED).is_sign_negative());
        assert_eq!(cell.load(RELAXED).to_bits(), odd.to_bits());
    }
}
