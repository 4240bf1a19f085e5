//! The labels that the server puts on every series.

use super::{label_names, Family};

pub(super) fn check(family: &Family, find: &mut dyn FnMut(String)) {
    for label in label_names(family).filter(|label| ["instance", "job"].contains(label)) {
        find(format!("the server sets the label `{label}`, and stores this as `exported_{label}`"));
    }
}
