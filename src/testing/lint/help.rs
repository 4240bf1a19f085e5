//! Every family says what it is.

use super::Family;

pub(super) fn check(family: &Family, find: &mut dyn FnMut(String)) {
    if family.help().trim().is_empty() {
        find("it has no help".to_owned());
    }
}
