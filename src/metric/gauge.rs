//! A value that goes up and down.

use super::instrument::{Instrument, Metric};
use crate::model::{LabelPieces, MetricType, Number, Scratch, Shape, Visitor};
use crate::sync::clock;
use crate::sync::float::add_to_bits;
use crate::sync::primitive::{AtomicU64, Ordering};
use crate::sync::slab::{Heat, Kind, CELL_LIMIT};
use parking_lot::Mutex;
use std::fmt;
use std::marker::PhantomData;
use std::time::UNIX_EPOCH;

/// A value that goes up and down, from 0: jobs waiting, bytes in use, a temperature.
///
/// `Gauge` holds an `f64`, `Gauge<i64>` an integer that stays exact over its whole range. NaN and
/// the infinities are values like any other. A reference to a gauge is a reference to its one
/// series.
///
/// # Performance
///
/// [`set`](Self::set) is one relaxed store. Adding is one `fetch_add` for `i64` and a
/// compare-and-swap loop for `f64`. A gauge that is added to more than some ten thousand times a
/// second, and not set in between, gets a cell in every thread that adds to it. Then adding is a
/// plain load, addition and store, whatever other threads do; setting it, should that happen after
/// all, and reading it takes a lock and a walk over the cells of all threads. Otherwise nothing here
/// locks, and nothing allocates, panics or fails; `i64` wraps around.
///
/// # Consistency
///
/// A concurrent scrape sees a value the gauge had at some moment of the scrape. The exception is a
/// gauge with cells that threads add to all the time, so that no two of a hundred walks over the
/// cells agree: what is added during one such walk, a microsecond or less, may be seen in part, one
/// thread's share without another's. Setting such a gauge takes the same walk, and is off by as much.
///
/// # Examples
///
/// ```
/// let waiting = nunchi::Gauge::<i64>::new();
/// waiting.set(3);
/// waiting.dec();
/// assert_eq!(waiting.get(), 2);
/// ```
pub struct Gauge<N: GaugeValue = f64> {
    /// The value, but for what threads keep in their cells.
    bits: AtomicU64,
    heat: Heat,
    number: PhantomData<N>,
}

impl<N: GaugeValue> Gauge<N> {
    /// A gauge at 0 that is in no registry.
    #[must_use]
    pub fn new() -> Self {
        // Zero bits are 0 and 0.0.
        Self { bits: AtomicU64::new(0), heat: Heat::cold(), number: PhantomData }
    }

    /// Replaces the value.
    #[inline]
    pub fn set(&self, value: impl Into<N>) {
        let bits = value.into().to_bits();
        if self.heat.is_calm() {
            self.bits.store(bits, Ordering::Relaxed); // Orders nothing else.
        } else {
            self.set_warm(bits);
        }
    }

    /// As [`set`](Self::set), for a gauge that threads add to so often that it has cells, or might
    /// get some soon. One that is set in between does not get any.
    #[inline(never)]
    fn set_warm(&self, bits: u64) {
        if self.heat.cool() {
            return self.bits.store(bits, Ordering::Relaxed); // Orders nothing else.
        }
        let _readers_wait = OFFSETS.lock();
        N::offset(&self.heat);
        self.bits.store(bits, Ordering::Relaxed); // Ordered by the lock.
    }

    /// Adds one.
    #[inline]
    pub fn inc(&self) {
        self.add(N::ONE);
    }

    /// Subtracts one.
    #[inline]
    pub fn dec(&self) {
        self.add(N::ONE.negative());
    }

    /// Adds `amount`, which may be negative.
    #[inline]
    pub fn inc_by(&self, amount: impl Into<N>) {
        self.add(amount.into());
    }

    /// Subtracts `amount`, which may be negative.
    #[inline]
    pub fn dec_by(&self, amount: impl Into<N>) {
        self.add(amount.into().negative());
    }

    #[inline]
    fn add(&self, amount: N) {
        if !amount.add_to_cell(&self.heat) {
            self.add_shared(amount);
        }
    }

    #[inline(never)]
    fn add_shared(&self, amount: N) {
        if self.heat.join() && amount.add_to_cell(&self.heat) {
            return;
        }
        amount.add_to(&self.bits);
        self.heat.warm(N::KIND);
    }

    /// The value.
    #[inline]
    #[must_use]
    pub fn get(&self) -> N {
        if self.heat.is_hot() {
            let _setters_wait = OFFSETS.lock();
            N::total(&self.bits, &self.heat)
        } else {
            N::from_bits(self.bits.load(Ordering::Relaxed))
        }
    }

    /// Adds one now and subtracts one when the guard is dropped: also when the code between
    /// panics, returns early, or is a future that is dropped half way.
    ///
    /// # Examples
    ///
    /// ```
    /// let running = nunchi::Gauge::<i64>::new();
    /// let guard = running.track_in_progress();
    /// assert_eq!(running.get(), 1);
    /// drop(guard);
    /// assert_eq!(running.get(), 0);
    /// ```
    pub fn track_in_progress(&self) -> InProgress<'_, N> {
        self.inc();
        InProgress { gauge: self }
    }
}

impl Gauge<f64> {
    /// Sets the gauge to the time of day, in seconds since 1970-01-01 UTC. For families whose name
    /// ends with `_timestamp_seconds`.
    pub fn set_to_current_time(&self) {
        let since = clock::time_of_day().duration_since(UNIX_EPOCH);
        self.set(since.map_or_else(|before| -before.duration().as_secs_f64(), |d| d.as_secs_f64()));
    }
}

impl<N: GaugeValue> Drop for Gauge<N> {
    fn drop(&mut self) {
        self.heat.retire(N::KIND, |_| {});
    }
}

/// Held while the value of a gauge with cells is replaced or read. Setting it stores the negative of
/// what the cells hold beside them, and the new value; who reads needs both.
static OFFSETS: Mutex<()> = Mutex::new(());

impl<N: GaugeValue> Default for Gauge<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<N: GaugeValue> fmt::Debug for Gauge<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gauge").field(&self.get()).finish()
    }
}

/// One unit of work in progress; see [`Gauge::track_in_progress`].
#[must_use = "the work counts as done when the guard is dropped"]
#[derive(Debug)]
pub struct InProgress<'g, N: GaugeValue = f64> {
    gauge: &'g Gauge<N>,
}

impl<N: GaugeValue> Drop for InProgress<'_, N> {
    fn drop(&mut self) {
        self.gauge.dec();
    }
}

/// What a gauge can hold: `f64` and `i64`.
pub trait GaugeValue: Copy + fmt::Debug + number::Sealed + Send + Sync + 'static {
    #[doc(hidden)]
    const ONE: Self;
    #[doc(hidden)]
    fn to_bits(self) -> u64;
    #[doc(hidden)]
    fn from_bits(bits: u64) -> Self;
    #[doc(hidden)]
    fn negative(self) -> Self;
    #[doc(hidden)]
    fn number(self) -> Number;
}

mod number {
    use super::{AtomicU64, Heat, Kind};

    /// How a number is kept.
    pub trait Sealed: Sized {
        const KIND: Kind;
        fn add_to(self, bits: &AtomicU64);
        /// Adds to this thread's cell; answers whether there is one.
        fn add_to_cell(self, heat: &Heat) -> bool;
        /// Makes all cells of a hot gauge count as nothing.
        fn offset(heat: &Heat);
        /// The value of a hot gauge.
        fn total(bits: &AtomicU64, heat: &Heat) -> Self;
    }
}

impl GaugeValue for i64 {
    const ONE: Self = 1;

    #[inline]
    fn to_bits(self) -> u64 {
        self as u64
    }

    #[inline]
    fn from_bits(bits: u64) -> Self {
        bits as Self
    }

    #[inline]
    fn negative(self) -> Self {
        self.wrapping_neg()
    }

    fn number(self) -> Number {
        Number::I64(self)
    }
}

impl number::Sealed for i64 {
    const KIND: Kind = Kind::Level;

    #[inline]
    fn add_to(self, bits: &AtomicU64) {
        bits.fetch_add(self as u64, Ordering::Relaxed); // Orders nothing else.
    }

    #[inline]
    fn add_to_cell(self, heat: &Heat) -> bool {
        heat.add(self as u64)
    }

    fn offset(heat: &Heat) {
        if let Some((sum, offset)) = heat.number() {
            offset.store(sum.wrapping_neg(), Ordering::Relaxed); // Ordered by the lock.
        }
    }

    fn total(bits: &AtomicU64, heat: &Heat) -> Self {
        let shared = bits.load(Ordering::Relaxed);
        let cells = heat.number().map_or(0, |(sum, offset)| {
            sum.wrapping_add(offset.load(Ordering::Relaxed)) // Ordered by the lock.
        });
        shared.wrapping_add(cells) as Self
    }
}

impl GaugeValue for f64 {
    const ONE: Self = 1.0;

    #[inline]
    fn to_bits(self) -> u64 {
        Self::to_bits(self)
    }

    #[inline]
    fn from_bits(bits: u64) -> Self {
        Self::from_bits(bits)
    }

    #[inline]
    fn negative(self) -> Self {
        -self
    }

    fn number(self) -> Number {
        Number::F64(self)
    }
}

impl number::Sealed for f64 {
    const KIND: Kind = Kind::Float;

    #[inline]
    fn add_to(self, bits: &AtomicU64) {
        add_to_bits(bits, self, Ordering::Relaxed); // Orders nothing else.
    }

    #[inline]
    fn add_to_cell(self, heat: &Heat) -> bool {
        // A cell that is infinite or NaN could not be offset.
        self.abs() <= CELL_LIMIT && heat.add_float(self)
    }

    fn offset(heat: &Heat) {
        let Some((sum, offset)) = heat.float() else { return };
        for (cell, part) in offset.into_iter().zip(sum.parts()) {
            cell.store((-part).to_bits(), Ordering::Relaxed); // Ordered by the lock.
        }
    }

    fn total(bits: &AtomicU64, heat: &Heat) -> Self {
        let shared = Self::from_bits(bits.load(Ordering::Relaxed));
        let Some((mut sum, offset)) = heat.float() else { return shared };
        let [high, low] = offset.map(|cell| Self::from_bits(cell.load(Ordering::Relaxed)));
        sum.add_both(high, low); // Before anything else, so that what is offset leaves nothing.
        sum.add(shared);
        sum.rounded()
    }
}

impl<N: GaugeValue> Metric for Gauge<N> {
    const TYPE: MetricType = MetricType::Gauge;
}

impl<N: GaugeValue> Instrument for Gauge<N> {
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
        visitor.number(labels, self.get().number())
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a10_both_kinds_start_at_zero_and_move_both_ways() {
        let float = Gauge::<f64>::new();
        float.set(2.5);
        float.inc_by(1);
        float.dec_by(0.5);
        float.dec();
        assert_eq!(float.get(), 2.0);
        let whole = Gauge::<i64>::new();
        whole.set(i64::MAX - 1);
        whole.inc();
        assert_eq!(whole.get(), i64::MAX);
        whole.inc();
        assert_eq!(whole.get(), i64::MIN);
    }

    #[test]
    fn a11_the_current_time_is_in_seconds() {
        let gauge = Gauge::new();
        gauge.set_to_current_time();
        let now = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
        assert!((now - gauge.get()).abs() < 60.0);
    }

    #[test]
    fn a12_work_in_progress_ends_with_a_panic() {
        let gauge = Gauge::<i64>::new();
        let work = std::panic::AssertUnwindSafe(|| {
            let _guard = gauge.track_in_progress();
            assert_eq!(gauge.get(), 1);
            panic!("the work failed");
        });
        assert!(std::panic::catch_unwind(work).is_err());
        assert_eq!(gauge.get(), 0);
    }

    #[test]
    fn a12_work_in_progress_ends_with_a_cancelled_future() {
        use std::future::Future;
        let gauge = Gauge::<i64>::new();
        let mut work = Box::pin(async {
            let _guard = gauge.track_in_progress();
            std::future::pending::<()>().await;
        });
        struct Idle;
        impl std::task::Wake for Idle {
            fn wake(self: std::sync::Arc<Self>) {}
        }
        let waker = std::sync::Arc::new(Idle).into();
        let mut context = std::task::Context::from_waker(&waker);
        assert!(work.as_mut().poll(&mut context).is_pending());
        assert_eq!(gauge.get(), 1);
        drop(work);
        assert_eq!(gauge.get(), 0);
    }
}
