//! Leading underscores are reserved.

use super::{label_names, Family};

pub(super) fn check(family: &Family, find: &mut dyn FnMut(String)) {
    if family.name().starts_with('_') {
        find("names that begin with `_` are reserved in OpenMetrics".to_owned());
    }
    for label in label_names(family).filter(|label| label.starts_with('_')) {
        find(format!("the label `{label}` begins with `_`, which OpenMetrics reserves"));
    }
}
