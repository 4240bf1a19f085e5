//! Families that are known when the crate is compiled.

use super::{Collection, Descriptor, MetricType, Number, Shape};
use crate::error::CollectError;
use std::sync::Arc;

/// What is fixed about a family of a collector of this crate.
pub(crate) struct Fact {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) metric_type: MetricType,
    pub(crate) labels: &'static [&'static str],
}

impl Fact {
    /// A family without labels.
    pub(crate) const fn new(
        metric_type: MetricType,
        name: &'static str,
        help: &'static str,
    ) -> Self {
        Self { name, help, metric_type, labels: &[] }
    }

    /// The descriptors; a summary has no quantiles.
    pub(crate) fn describe(facts: &[&Self]) -> Vec<Descriptor> {
        let mut described = Vec::with_capacity(facts.len());
        for fact in facts {
            let shape = match fact.metric_type {
                MetricType::Summary => Shape::Summary(Arc::default()),
                _ => Shape::Plain,
            };
            let texts = (fact.name, fact.help);
            if let Ok(family) = Descriptor::of_texts(texts, fact.labels, fact.metric_type, shape) {
                described.push(family);
            }
        }
        described
    }

    /// Yields the values that are known, of families without labels.
    pub(crate) fn offer(
        values: &[(&Self, Option<Number>)],
        out: &mut Collection<'_>,
    ) -> Result<(), CollectError> {
        for (fact, value) in values {
            if let Some(value) = *value {
                out.number(fact.name, &[], value)?;
            }
        }
        Ok(())
    }
}
