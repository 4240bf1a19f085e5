//! What can be said of a family beyond its name, help and labels.

#[cfg(feature = "protobuf")]
use super::NativeHistogram;
use super::{Histogram, Metric, Summary};
use crate::error::NameError;
#[cfg(feature = "protobuf")]
use crate::model::NativeShape;
use crate::model::{Buckets, Quantiles, Shape, SummaryShape};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

/// How many series a family may have when nothing else is said.
pub(crate) const DEFAULT_MAX_SERIES: usize = 10_000;

/// Optional properties of a family of `M`, each with a default. What is not valid is remembered and
/// reported when the family is registered.
#[must_use]
pub struct Settings<M> {
    pub(crate) max_series: usize,
    shape: Option<Result<Shape, NameError>>,
    window: Option<Duration>,
    of: PhantomData<fn() -> M>,
}

impl<M: Metric> Settings<M> {
    /// Every default.
    pub const fn new() -> Self {
        Self { max_series: DEFAULT_MAX_SERIES, shape: None, window: None, of: PhantomData }
    }

    /// The most series the family may have, 10 000 if nothing is said. Further label sets share
    /// one overflow series whose labels all have the value `__overflow__`, and
    /// `nunchi_series_folded_total` counts the lookups that went there.
    pub fn max_series(mut self, most: usize) -> Self {
        self.max_series = most;
        self
    }

    /// Whether anything was said that the series depend on.
    pub(crate) fn says_shape(&self) -> bool {
        self.shape.is_some() || self.window.is_some()
    }

    pub(crate) fn shape(&self) -> Result<Shape, NameError> {
        use crate::model::MetricType::{Histogram, StateSet, Summary};
        let shape = self.shape.clone().transpose()?;
        Ok(match M::TYPE {
            Histogram => shape.unwrap_or_else(M::default_shape),
            Summary => {
                let quantiles = match &shape {
                    Some(Shape::Summary(shape)) => shape.quantiles().clone(),
                    _ => Quantiles::default(),
                };
                let window = self.window.unwrap_or(SummaryShape::DEFAULT_WINDOW);
                Shape::Summary(Arc::new(SummaryShape::new(quantiles, window)))
            }
            StateSet => match shape {
                Some(shape) => shape,
                None => Shape::of_states([""; 0])?,
            },
            _ => Shape::Plain,
        })
    }

    pub(crate) fn with_states<'s>(mut self, states: impl IntoIterator<Item = &'s str>) -> Self {
        self.shape = Some(Shape::of_states(states));
        self
    }
}

impl Settings<Histogram> {
    /// The upper bounds: an array of floats or a [`Buckets`]. The default is
    /// [`Buckets::default`].
    pub fn buckets(mut self, buckets: impl IntoBuckets) -> Self {
        self.shape = Some(buckets.into_buckets().map(|buckets| Shape::Buckets(Arc::new(buckets))));
        self
    }
}

#[cfg(feature = "protobuf")]
impl Settings<NativeHistogram> {
    /// As all of a [`NativeShape`] together; what was said of it before is forgotten.
    pub fn shaped(mut self, shape: NativeShape) -> Self {
        self.shape = Some(Ok(Shape::Native(Arc::new(shape))));
        self
    }

    /// See [`NativeShape::with_schema`].
    pub fn schema(self, schema: i32) -> Self {
        self.native(|shape| shape.with_schema(schema))
    }

    /// See [`NativeShape::with_growth`].
    pub fn growth(self, factor: f64) -> Self {
        self.native(|shape| shape.with_growth(factor))
    }

    /// See [`NativeShape::with_max_buckets`].
    pub fn max_buckets(self, most: usize) -> Self {
        self.native(|shape| Ok(shape.with_max_buckets(most)))
    }

    /// See [`NativeShape::with_zero_threshold`].
    pub fn zero_threshold(self, threshold: f64) -> Self {
        self.native(|shape| shape.with_zero_threshold(threshold))
    }

    /// See [`NativeShape::with_max_zero_threshold`].
    pub fn max_zero_threshold(self, threshold: f64) -> Self {
        self.native(|shape| shape.with_max_zero_threshold(threshold))
    }

    /// See [`NativeShape::with_min_reset`]: a `Duration` or whole seconds.
    pub fn min_reset(self, duration: impl IntoWindow) -> Self {
        self.native(|shape| Ok(shape.with_min_reset(duration.into_window())))
    }

    /// See [`NativeShape::with_classic_buckets`]: an array of floats or a [`Buckets`].
    pub fn classic_buckets(self, buckets: impl IntoBuckets) -> Self {
        self.native(|shape| Ok(shape.with_classic_buckets(buckets.into_buckets()?)))
    }

    fn native(
        mut self,
        change: impl FnOnce(NativeShape) -> Result<NativeShape, NameError>,
    ) -> Self {
        let said = match self.shape.take() {
            Some(Ok(Shape::Native(shape))) => Ok(NativeShape::clone(&shape)),
            Some(Err(error)) => Err(error),
            _ => Ok(NativeShape::default()),
        };
        self.shape = Some(said.and_then(change).map(|shape| Shape::Native(Arc::new(shape))));
        self
    }
}

impl Settings<Summary> {
    /// The quantiles to answer, each from 0 to 1. The default is none: then only the sum and the
    /// count are exposed, and nothing else is kept.
    pub fn quantiles(mut self, quantiles: impl IntoIterator<Item = f64>) -> Self {
        let shape = |quantiles| SummaryShape::new(quantiles, SummaryShape::DEFAULT_WINDOW);
        let quantiles = Quantiles::new(quantiles);
        self.shape = Some(quantiles.map(|quantiles| Shape::Summary(Arc::new(shape(quantiles)))));
        self
    }

    /// How far the quantiles look back: a `Duration` or whole seconds. The default is ten minutes.
    pub fn window(mut self, window: impl IntoWindow) -> Self {
        self.window = Some(window.into_window());
        self
    }
}

impl<M: Metric> Default for Settings<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M> fmt::Debug for Settings<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("max_series", &self.max_series)
            .field("shape", &self.shape)
            .field("window", &self.window)
            .finish_non_exhaustive()
    }
}

/// What can stand for the buckets of a histogram.
pub trait IntoBuckets {
    #[doc(hidden)]
    fn into_buckets(self) -> Result<Buckets, NameError>;
}

impl IntoBuckets for Buckets {
    fn into_buckets(self) -> Result<Buckets, NameError> {
        Ok(self)
    }
}

impl IntoBuckets for Result<Buckets, NameError> {
    fn into_buckets(self) -> Self {
        self
    }
}

impl<const N: usize> IntoBuckets for [f64; N] {
    fn into_buckets(self) -> Result<Buckets, NameError> {
        Buckets::new(self)
    }
}

impl IntoBuckets for Vec<f64> {
    fn into_buckets(self) -> Result<Buckets, NameError> {
        Buckets::new(self)
    }
}

/// What can stand for the window of a summary, or another span of time.
pub trait IntoWindow {
    #[doc(hidden)]
    fn into_window(self) -> Duration;
}

impl IntoWindow for Duration {
    fn into_window(self) -> Duration {
        self
    }
}

impl IntoWindow for u64 {
    fn into_window(self) -> Duration {
        Duration::from_secs(self)
    }
}
