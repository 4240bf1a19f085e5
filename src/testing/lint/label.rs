//! `le` and `quantile` mean buckets and quantiles.

use super::{label_names, Family, Kind};

pub(super) fn check(family: &Family, find: &mut dyn FnMut(String)) {
    use Kind::{GaugeHistogram, Histogram, Summary, Unknown};
    let kind = family.kind;
    for label in label_names(family) {
        let users = match label {
            "le" => [Histogram, GaugeHistogram, Unknown],
            "quantile" => [Summary, Summary, Unknown],
            _ => continue,
        };
        if !users.contains(&kind) {
            find(format!("the label `{label}` is for other types, and this is a {}", kind.word()));
        }
    }
}
