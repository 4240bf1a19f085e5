//! Shares are ratios.

use super::{parts, Family};

pub(super) fn check(family: &Family, find: &mut dyn FnMut(String)) {
    let words = ["percent", "percents", "percentage"];
    if let Some(word) = parts(family.name()).find(|part| words.contains(part)) {
        find(format!("`{word}` is not a base unit; `ratio` is, from 0 to 1"));
    }
}
