//! Counters end with `_total`, and nothing else does.

use super::{Family, Kind, Sample};

pub(super) fn check(family: &Family, find: &mut dyn FnMut(String)) {
    let (kind, name) = (family.kind, family.name());
    if kind == Kind::Counter {
        // In OpenMetrics it is a sample that has the suffix.
        let mut names = family.samples().iter().map(Sample::name).chain([name]);
        if !names.any(|name| name.ends_with("_total")) {
            find("a counter ends with `_total`".to_owned());
        }
    } else if kind != Kind::Unknown && name.ends_with("_total") {
        find(format!("`_total` is for counters, and this is a {}", kind.word()));
    }
}
