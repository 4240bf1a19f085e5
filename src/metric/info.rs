//! Labels that describe something.

use super::instrument::{Instrument, Metric};
use crate::model::{LabelPieces, MetricType, Number, Scratch, Shape, Visitor};

/// Labels that describe something and do not change: a version, a build. The value is always 1, so
/// that a query can multiply by it to bring the labels to another series.
///
/// There is nothing to update: a series exists once its labels were given to
/// [`Family::with`](super::Family::with).
#[derive(Debug, Default)]
pub struct Info(());

impl Metric for Info {
    const TYPE: MetricType = MetricType::Info;
}

impl Instrument for Info {
    fn create(_: &Shape) -> Self {
        Self(())
    }

    fn offer(
        &self,
        _: &Shape,
        labels: LabelPieces<'_>,
        _: &mut Scratch,
        visitor: &mut dyn Visitor,
    ) -> bool {
        visitor.number(labels, Number::U64(1))
    }
}
