//! Short words for families.

use crate::model::{Fact, MetricType};

pub(super) const fn counter(
    name: &'static str,
    help: &'static str,
    labels: &'static [&'static str],
) -> Fact {
    Fact { name, help, metric_type: MetricType::Counter, labels }
}

pub(super) const fn gauge(
    name: &'static str,
    help: &'static str,
    labels: &'static [&'static str],
) -> Fact {
    Fact { name, help, metric_type: MetricType::Gauge, labels }
}

/// What node_exporter exposes without a type.
pub(super) const fn untyped(name: &'static str, help: &'static str) -> Fact {
    Fact { name, help, metric_type: MetricType::Unknown, labels: &[] }
}
