//! A native histogram as the series of a family.

use super::NativeHistogram;
use crate::metric::instrument::{Instrument, Metric};
use crate::metric::timer::Observe;
use crate::model::{HistogramPoint, LabelPieces, MetricType, NativePoint, Scratch, Shape, Visitor};
use std::sync::Arc;

impl Observe for NativeHistogram {
    #[inline]
    fn observe(&self, value: f64) {
        Self::observe(self, value);
    }
}

impl Metric for NativeHistogram {
    const TYPE: MetricType = MetricType::Histogram;
}

impl Instrument for NativeHistogram {
    fn default_shape() -> Shape {
        Shape::Native(Arc::default())
    }

    fn create(shape: &Shape) -> Self {
        match shape {
            Shape::Native(shape) => Self::new(shape),
            _ => Self::default(),
        }
    }

    fn offer(
        &self,
        _: &Shape,
        labels: LabelPieces<'_>,
        scratch: &mut Scratch,
        visitor: &mut dyn Visitor,
    ) -> bool {
        // Before the counts, so that these have counted them.
        let [exemplars, own] = self.show_exemplars(visitor, &mut scratch.exemplars);
        self.snapshot(&mut scratch.counts, &mut scratch.native, |counts, sum, native| {
            let native = Some(NativePoint { exemplars: own, ..native });
            visitor.histogram(labels, HistogramPoint { counts, sum, exemplars, native })
        })
    }
}
