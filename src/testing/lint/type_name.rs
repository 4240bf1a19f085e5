//! The type of a metric is not in its name.

use super::{parts, Family, Kind};

pub(super) fn check(family: &Family, find: &mut dyn FnMut(String)) {
    let word = family.kind.word();
    let name = family.name().to_lowercase();
    // The first part is what the program is called, or whatever is measured.
    if family.kind != Kind::Unknown && parts(&name).skip(1).any(|part| part == word) {
        find(format!("the name tells the type, `{word}`"));
    }
}
