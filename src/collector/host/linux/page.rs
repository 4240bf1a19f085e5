//! Where the values go.

use crate::model::{Collection, Fact, Number};
use std::collections::hash_map::DefaultHasher;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};

/// The part of the page that is the machine's.
pub(super) struct Page<'s, 'c> {
    pub(super) out: &'s mut Collection<'c>,
    /// What stands on it: hashes of names and labels.
    pub(super) seen: &'s mut HashSet<u64>,
}

impl Page<'_, '_> {
    /// Yields a value that is known. What a broken file says twice counts once, as it said it first:
    /// one series too many would cost the page all the others.
    pub(super) fn put(&mut self, fact: &Fact, labels: &[&str], value: Option<impl Into<Number>>) {
        let Some(value) = value else { return };
        let mut hasher = DefaultHasher::new();
        (fact.name, labels).hash(&mut hasher);
        if self.seen.insert(hasher.finish()) {
            let taken = self.out.number(fact.name, labels, value);
            debug_assert!(taken.is_ok(), "{taken:?}");
        }
    }
}
