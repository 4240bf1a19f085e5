//! Colons are for the results of recording rules.

use super::Family;

pub(super) fn check(family: &Family, find: &mut dyn FnMut(String)) {
    if family.name().contains(':') {
        find("`:` is for recording rules".to_owned());
    }
}
