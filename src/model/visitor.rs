//! What a family tells an encoder, one series at a time.

#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
use super::Kept;
use super::Number;

/// The labels of one series as pieces (`,name="value"`, escaped) in the order of the descriptor's
/// label names. Const labels are not among them: they are in the descriptor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LabelPieces<'a>(pub(crate) &'a [&'a str]);

/// The state of a histogram.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HistogramPoint<'a> {
    /// Observations per bucket of the descriptor, not cumulative, the `+Inf` bucket last.
    pub(crate) counts: &'a [u64],
    pub(crate) sum: f64,
    /// Those of the buckets that have one; none at all, or as many places as buckets.
    #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
    pub(crate) exemplars: &'a [Kept],
    /// The same observations in exponential buckets, if it has them.
    #[cfg(feature = "protobuf")]
    pub(crate) native: Option<NativePoint<'a>>,
}

/// Observations in exponential buckets. They add up to those of the [`HistogramPoint`] but for NaN,
/// which is in none of these.
#[cfg(feature = "protobuf")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct NativePoint<'a> {
    /// Since when they have been observed, in milliseconds since 1970, if everything has started anew
    /// after the series was made; else 0.
    pub(crate) since_ms: u64,
    pub(crate) schema: i32,
    pub(crate) zero_threshold: f64,
    pub(crate) zero_count: u64,
    /// The number and the count of each bucket that is not empty, ascending.
    pub(crate) positive: &'a [(i32, u64)],
    /// Likewise, by magnitude.
    pub(crate) negative: &'a [(i32, u64)],
    /// Those that are not of a classic bucket.
    pub(crate) exemplars: &'a [Kept],
}

/// The state of a summary.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SummaryPoint<'a> {
    /// One answer per quantile of the descriptor; NaN for an empty window.
    pub(crate) values: &'a [f64],
    pub(crate) count: u64,
    pub(crate) sum: f64,
}

/// The state of a state set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StateSetPoint {
    /// How many states the descriptor has.
    pub(crate) states: usize,
    /// Bit `n` is set when state `n` is on.
    pub(crate) on: u64,
}

/// Implemented by encoders. Every method that takes a series answers whether it took it: `false`
/// means that the current chunk has no room, and that the same series must be offered again when
/// the next chunk is there.
pub(crate) trait Visitor {
    /// Whether the page shows exemplars; who offers a series need not look for them otherwise.
    #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
    fn shows_exemplars(&self) -> bool {
        false
    }
    /// Whether the page shows exponential buckets, and exemplars that are of no other bucket.
    #[cfg(feature = "protobuf")]
    fn shows_native(&self) -> bool {
        false
    }
    /// A counter with an exemplar, where the page shows them.
    #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
    #[must_use]
    fn counter(&mut self, labels: LabelPieces<'_>, value: Number, _: &Kept) -> bool {
        self.number(labels, value)
    }
    /// Whether the page shows when series of the family were made; who offers one need not tell it
    /// otherwise.
    #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
    fn shows_births(&self) -> bool {
        false
    }
    /// The series that are offered next were made at this time, in seconds since 1970; 0 if that is not
    /// known.
    #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
    fn born(&mut self, _seconds: u32) {}
    /// A counter, gauge, info (always 1) or unknown: one sample.
    #[must_use]
    fn number(&mut self, labels: LabelPieces<'_>, value: Number) -> bool;
    /// A histogram.
    #[must_use]
    fn histogram(&mut self, labels: LabelPieces<'_>, point: HistogramPoint<'_>) -> bool;
    /// A summary.
    #[must_use]
    fn summary(&mut self, labels: LabelPieces<'_>, point: SummaryPoint<'_>) -> bool;
    /// A state set.
    #[must_use]
    fn state_set(&mut self, labels: LabelPieces<'_>, point: StateSetPoint) -> bool;
}
