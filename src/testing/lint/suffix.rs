//! The suffixes of histograms and summaries are on nothing else.

use super::{Family, Kind};

pub(super) fn check(family: &Family, find: &mut dyn FnMut(String)) {
    use Kind::{GaugeHistogram, Histogram, Summary, Unknown};
    let kind = family.kind;
    let users: &[(&str, &[Kind])] = &[
        ("_bucket", &[Histogram, GaugeHistogram, Unknown]),
        ("_count", &[Histogram, GaugeHistogram, Summary, Unknown]),
        ("_sum", &[Histogram, GaugeHistogram, Summary, Unknown]),
    ];
    for (suffix, users) in users {
        if family.name().ends_with(suffix) && !users.contains(&kind) {
            find(format!("`{suffix}` is made by other types, and this is a {}", kind.word()));
        }
    }
}
