//! Elapsed time into an instrument.

#[cfg(feature = "protobuf")]
use super::NativeHistogram;
use super::{Gauge, Histogram};
use crate::model::Exemplar;
use crate::sync::clock;
use std::fmt;
use std::time::{Duration, Instant};

/// An instrument that can be told how long something took. Implemented by
/// [`Histogram`](super::Histogram), `NativeHistogram` and [`Summary`](super::Summary), and by
/// [`Gauge`], which keeps the latest.
pub trait Observe: sealed::Sealed {
    /// Takes one value.
    fn observe(&self, value: f64);
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::metric::Histogram {}
    #[cfg(feature = "protobuf")]
    impl Sealed for crate::metric::NativeHistogram {}
    impl Sealed for crate::metric::Summary {}
    impl Sealed for crate::metric::Gauge {}
}

impl Observe for Gauge {
    #[inline]
    fn observe(&self, value: f64) {
        self.set(value);
    }
}

impl Gauge {
    /// Starts a timer that sets the gauge to the seconds until it is dropped or stopped.
    pub fn start_timer(&self) -> Timer<'_, Self> {
        Timer::start(self)
    }
}

/// Observes the seconds from its start to its end: once, when it is dropped or
/// [stopped](Self::stop), and never when it is [discarded](Self::discard). A panic or a cancelled
/// future drops it too.
///
/// # Units
///
/// Seconds of the monotonic clock.
///
/// # Examples
///
/// ```
/// use nunchi::{Buckets, Histogram};
///
/// let took = Histogram::new(Buckets::default());
/// let timer = took.start_timer();
/// let elapsed = timer.stop();
/// took.start_timer().discard();
/// assert_eq!(took.count(), 1);
/// assert_eq!(took.sum(), elapsed.as_secs_f64());
/// ```
#[must_use = "the time is observed when the timer is dropped"]
pub struct Timer<'m, M: Observe> {
    metric: Option<&'m M>,
    start: Instant,
}

impl<'m, M: Observe> Timer<'m, M> {
    pub(crate) fn start(metric: &'m M) -> Self {
        Self { metric: Some(metric), start: clock::instant() }
    }

    /// Observes the time so far and returns it.
    pub fn stop(mut self) -> Duration {
        self.finish()
    }

    /// Forgets the time.
    pub fn discard(mut self) {
        self.metric = None;
    }

    fn finish(&mut self) -> Duration {
        let elapsed = clock::instant().saturating_duration_since(self.start);
        if let Some(metric) = self.metric.take() {
            metric.observe(elapsed.as_secs_f64());
        }
        elapsed
    }
}

impl Timer<'_, Histogram> {
    /// Observes the time so far, with an exemplar, and returns it; see
    /// [`Histogram::observe_with_exemplar`].
    pub fn stop_with_exemplar<'e>(mut self, exemplar: impl Into<Exemplar<'e>>) -> Duration {
        let elapsed = clock::instant().saturating_duration_since(self.start);
        if let Some(histogram) = self.metric.take() {
            histogram.observe_with_exemplar(elapsed.as_secs_f64(), exemplar);
        }
        elapsed
    }
}

#[cfg(feature = "protobuf")]
impl Timer<'_, NativeHistogram> {
    /// Observes the time so far, with an exemplar, and returns it; see
    /// [`NativeHistogram::observe_with_exemplar`].
    pub fn stop_with_exemplar<'e>(mut self, exemplar: impl Into<Exemplar<'e>>) -> Duration {
        let elapsed = clock::instant().saturating_duration_since(self.start);
        if let Some(histogram) = self.metric.take() {
            histogram.observe_with_exemplar(elapsed.as_secs_f64(), exemplar);
        }
        elapsed
    }
}

impl<M: Observe> Drop for Timer<'_, M> {
    fn drop(&mut self) {
        self.finish();
    }
}

/// A moment from which time is measured, for whoever is above this layer.
#[cfg(feature = "gc")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

#[cfg(feature = "gc")]
impl Stopwatch {
    #[inline]
    pub(crate) fn start() -> Self {
        Self(clock::instant())
    }

    #[inline]
    pub(crate) fn elapsed(self) -> Duration {
        clock::instant().saturating_duration_since(self.0)
    }

    /// Milliseconds of the calendar clock since 1970, as of the last timer tick.
    #[inline]
    pub(crate) fn calendar_ms() -> u64 {
        clock::coarse_time_of_day_ms()
    }
}

impl<M: Observe> fmt::Debug for Timer<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").field("start", &self.start).finish_non_exhaustive()
    }
}
