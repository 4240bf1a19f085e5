//! What a family needs to know of the instrument it holds.

use crate::model::{LabelPieces, MetricType, Scratch, Shape, Visitor};

/// An instrument that can be the series of a [`Family`](super::Family): [`Counter`](super::Counter),
/// [`Gauge`](super::Gauge), [`Histogram`](super::Histogram), `NativeHistogram` (feature `protobuf`),
/// [`Summary`](super::Summary), [`Info`](super::Info), [`StateSet`](super::StateSet). Sealed: a metric
/// of another kind is a [`Collector`](crate::model::Collector).
pub trait Metric: Instrument + Send + Sync + Sized + 'static {
    /// The type that the page shows.
    const TYPE: MetricType;
}

/// The private half of [`Metric`].
pub trait Instrument {
    /// The shape of a family of which nothing is said, for types whose families have one by default.
    fn default_shape() -> Shape
    where
        Self: Sized,
    {
        Shape::Plain
    }

    /// A new instrument, at zero. `shape` is that of the family's descriptor.
    fn create(shape: &Shape) -> Self;

    /// Offers the present state to an encoder; answers whether it was taken.
    fn offer(
        &self,
        shape: &Shape,
        labels: LabelPieces<'_>,
        scratch: &mut Scratch,
        visitor: &mut dyn Visitor,
    ) -> bool;
}
