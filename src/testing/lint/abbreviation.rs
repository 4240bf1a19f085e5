//! Units are spelt out.

use super::{parts, Family};

pub(super) fn check(family: &Family, find: &mut dyn FnMut(String)) {
    let name = family.name().to_lowercase();
    // The first part is what the program is called.
    let unit = parts(&name).skip(1).find(|part| ABBREVIATIONS.contains(part));
    if let Some(unit) = unit {
        find(format!("the unit `{unit}` is not spelt out"));
    }
}

const ABBREVIATIONS: &[&str] =
    &["s", "ms", "us", "ns", "sec", "m", "h", "d", "b", "kb", "mb", "gb", "tb", "pb"];
