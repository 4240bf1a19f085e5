//! The suffixes that OpenMetrics gives a meaning of their own.

use super::{Family, Kind};

pub(super) fn check(family: &Family, find: &mut dyn FnMut(String)) {
    let name = family.name();
    let reserved = ["_created", "_gcount", "_gsum"];
    if let Some(suffix) = reserved.into_iter().find(|suffix| name.ends_with(suffix)) {
        find(format!("`{suffix}` is reserved in OpenMetrics"));
    }
    // In text 0.0.4 an info is a gauge that is always 1.
    let is_gauge = matches!(family.kind, Kind::Gauge | Kind::Unknown);
    let is_info = is_gauge && family.samples().iter().all(|sample| sample.value() == 1.0);
    if name.ends_with("_info") && !is_info {
        find("`_info` is for a gauge that is always 1".to_owned());
    }
}
