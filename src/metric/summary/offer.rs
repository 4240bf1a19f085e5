//! A summary as the series of a family.

use super::Summary;
use crate::metric::instrument::{Instrument, Metric};
use crate::metric::timer::{Observe, Timer};
use crate::model::{LabelPieces, MetricType, Scratch, Shape, SummaryPoint, SummaryShape, Visitor};
use std::sync::Arc;

impl Summary {
    /// Starts a timer that observes the seconds until it is dropped or stopped.
    pub fn start_timer(&self) -> Timer<'_, Self> {
        Timer::start(self)
    }
}

impl Observe for Summary {
    #[inline]
    fn observe(&self, value: f64) {
        Self::observe(self, value);
    }
}

impl Metric for Summary {
    const TYPE: MetricType = MetricType::Summary;
}

impl Instrument for Summary {
    fn create(shape: &Shape) -> Self {
        match shape {
            Shape::Summary(shape) => Self::new(shape),
            _ => Self::new(&Arc::new(SummaryShape::default())),
        }
    }

    fn offer(
        &self,
        _: &Shape,
        labels: LabelPieces<'_>,
        scratch: &mut Scratch,
        visitor: &mut dyn Visitor,
    ) -> bool {
        let totals = self.snapshot(scratch);
        let point = SummaryPoint { values: &scratch.values, count: totals.count, sum: totals.sum };
        visitor.summary(labels, point)
    }
}
