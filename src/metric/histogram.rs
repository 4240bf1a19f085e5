//! Observations in buckets with fixed upper bounds.

use super::exemplar::Places;
use super::instrument::{Instrument, Metric};
use super::timer::{Observe, Timer};
use crate::model::{
    Buckets, Exemplar, HistogramPoint, LabelPieces, MetricType, Scratch, Shape, Visitor,
};
use crate::sync::tally::Tally;
use std::sync::Arc;
use std::time::Duration;

/// A classic histogram: counts observations in buckets with fixed upper bounds, and their sum.
///
/// Durations are observed in seconds, sizes in bytes. A value on a bound belongs to the bucket of
/// that bound. NaN is counted in the last bucket and makes the sum NaN, as in every Prometheus
/// client; infinities are counted in the first or last bucket and make the sum infinite.
///
/// # Performance
///
/// One table look-up and one comparison, whatever the number of buckets, then three atomic
/// read-modify-writes. A histogram that is observed more than some ten thousand times a second gets
/// a shard in every thread that observes it; then an observation is four plain loads and stores,
/// whatever other threads do, and the sum keeps what rounding costs. Never allocates, locks, panics
/// or fails.
///
/// # Consistency
///
/// A scrape sees buckets, count and sum of the same observations; the count is always the sum of
/// the buckets, and never falls. If the scheduler stops a thread *inside* an observation for longer
/// than the scrape waits (tens of microseconds for each such thread), the scrape may see an older
/// such set, which lacks observations made since the scrape before. The first scrape that meets a
/// histogram in that state waits up to 250 ms; only if the thread is stopped for all of that may
/// the sum be ahead of the buckets, or behind them, by the observations in flight.
///
/// # Examples
///
/// ```
/// use nunchi::{Buckets, Histogram};
///
/// let sizes = Histogram::new(Buckets::new([100.0, 1000.0])?);
/// sizes.observe(99.0);
/// sizes.observe(100.0);
/// sizes.observe(5000.0);
/// assert_eq!((sizes.count(), sizes.sum()), (3, 5199.0));
/// # Ok::<(), nunchi::NameError>(())
/// ```
#[derive(Debug)]
pub struct Histogram {
    buckets: Arc<Buckets>,
    tally: Tally,
    exemplars: Places,
}

impl Histogram {
    /// An empty histogram that is in no registry.
    #[must_use]
    pub fn new(buckets: Buckets) -> Self {
        Self::with_buckets(Arc::new(buckets))
    }

    fn with_buckets(buckets: Arc<Buckets>) -> Self {
        let tally = Tally::new(buckets.texts().len());
        Self { buckets, tally, exemplars: Places::new() }
    }

    /// Counts one value.
    #[inline]
    pub fn observe(&self, value: f64) {
        self.tally.add(self.buckets.index(value), value);
    }

    /// Counts one duration, in seconds.
    #[inline]
    pub fn observe_duration(&self, duration: Duration) {
        self.observe(duration.as_secs_f64());
    }

    /// Counts one value, and keeps an exemplar of it for the bucket that counts it, if one is due
    /// there: if a page has shown the last one. No exemplar is kept of NaN.
    ///
    /// What is wrong with an exemplar never keeps the value from being counted; see [`Exemplar`].
    ///
    /// # Performance
    ///
    /// A few loads more than [`observe`](Self::observe) where none is due. Where one is, a
    /// compare-and-swap, a look at the coarse clock, and a copy of the labels. The first exemplar
    /// of a histogram allocates a place for each bucket, the first of a bucket room for its labels,
    /// and so does one with more bytes of labels than any before; so an allocator must not observe
    /// itself in this way. Never locks; an exemplar that would have to wait for a scrape, or for
    /// another exemplar, is left out.
    ///
    /// # Consistency
    ///
    /// A page shows an exemplar whole or not at all: value, time and labels are of one observation.
    ///
    /// # Examples
    ///
    /// ```
    /// use nunchi::{histogram, Exemplar};
    ///
    /// let took = histogram!("app_request_duration_seconds", "Time to answer.");
    /// took.observe_with_exemplar(0.3, &[("request", "7319")]);
    /// took.observe_with_exemplar(7.1, Exemplar::trace(0xfeed, 0xbeef));
    /// ```
    #[inline]
    pub fn observe_with_exemplar<'e>(&self, value: f64, exemplar: impl Into<Exemplar<'e>>) {
        let bucket = self.buckets.index(value);
        self.tally.add(bucket, value);
        if self.exemplars.is_due(bucket) {
            self.exemplars.keep(self.buckets.texts().len(), bucket, value, exemplar.into());
        }
    }

    /// Starts a timer that observes the seconds until it is dropped or stopped.
    pub fn start_timer(&self) -> Timer<'_, Self> {
        Timer::start(self)
    }

    /// How many values were observed. Allocates: for tests, not for hot paths.
    #[must_use]
    pub fn count(&self) -> u64 {
        let mut counts = Vec::new();
        self.tally.read(&mut counts);
        counts.iter().fold(0, |total, count| total.wrapping_add(*count))
    }

    /// The sum of the observed values. Allocates: for tests, not for hot paths.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.tally.read(&mut Vec::new())
    }
}

impl Observe for Histogram {
    #[inline]
    fn observe(&self, value: f64) {
        Self::observe(self, value);
    }
}

impl Metric for Histogram {
    const TYPE: MetricType = MetricType::Histogram;
}

impl Instrument for Histogram {
    fn default_shape() -> Shape {
        Shape::Buckets(Arc::default())
    }

    fn create(shape: &Shape) -> Self {
        match shape {
            Shape::Buckets(buckets) => Self::with_buckets(Arc::clone(buckets)),
            _ => Self::new(Buckets::default()),
        }
    }

    fn offer(
        &self,
        _: &Shape,
        labels: LabelPieces<'_>,
        scratch: &mut Scratch,
        visitor: &mut dyn Visitor,
    ) -> bool {
        // Before the counts, so that a bucket with an exemplar has counted it.
        #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
        let exemplars = self.exemplars.show(visitor, &mut scratch.exemplars);
        let counts = &mut scratch.counts;
        let sum = self.tally.read(counts);
        let point = HistogramPoint {
            counts,
            sum,
            #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
            exemplars,
            #[cfg(feature = "protobuf")]
            native: None,
        };
        visitor.histogram(labels, point)
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    fn observed(values: &[f64]) -> (Vec<u64>, f64) {
        let histogram = Histogram::new(Buckets::new([1.0, 2.0]).unwrap());
        for &value in values {
            histogram.observe(value);
        }
        let mut counts = Vec::new();
        let sum = histogram.tally.read(&mut counts);
        (counts, sum)
    }

    #[test]
    fn room_for_exemplars_takes_one_word() {
        let without = std::mem::size_of::<Arc<Buckets>>() + std::mem::size_of::<Tally>();
        let has_room = cfg!(any(feature = "openmetrics", feature = "protobuf"));
        let room = if has_room { std::mem::size_of::<usize>() } else { 0 };
        assert_eq!(std::mem::size_of::<Histogram>(), without + room);
    }

    #[test]
    fn a15_everything_starts_at_zero() {
        assert_eq!(observed(&[]), (vec![0, 0, 0], 0.0));
    }

    #[test]
    fn values_on_a_bound_belong_to_it() {
        assert_eq!(observed(&[1.0, 2.0, 2.5, -7.0]), (vec![2, 1, 1], -1.5));
    }

    #[test]
    fn values_that_are_no_numbers_have_one_meaning() {
        let (counts, sum) = observed(&[f64::NAN]);
        assert!(sum.is_nan() && counts == [0, 0, 1]);
        assert_eq!(observed(&[f64::INFINITY]), (vec![0, 0, 1], f64::INFINITY));
        assert_eq!(observed(&[f64::NEG_INFINITY]), (vec![1, 0, 0], f64::NEG_INFINITY));
    }
}
