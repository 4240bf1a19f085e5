//! What one run of the program was asked for, and what it has.

use crate::measure::Effort;
use crate::operation::Operation;
use crate::report::Report;
use crate::threads::Threads;
use crate::{memory, pages, series, stall};
use std::time::Instant;

pub struct Run {
    pub effort: Effort,
    pub is_quick: bool,
    pub threads: Threads,
    pub report: Report,
}

/// Groups of operations by the name of all of them.
const GROUPS: [(&str, &[Operation]); 2] =
    [("update", &Operation::UPDATES), ("lookup", &Operation::LOOKUPS)];

type Part = fn(&mut Run);

/// What is no single operation: its name and what prints its tables.
const PARTS: [(&str, Part); 5] = [
    ("cold", series::cold),
    ("encode", pages::encode),
    ("million", pages::million),
    ("memory", memory::memory),
    ("stall", stall::stall),
];

/// Everything that can be asked for.
pub fn names() -> impl Iterator<Item = &'static str> {
    let groups = GROUPS.iter().flat_map(|&(group, operations)| {
        std::iter::once(group).chain(operations.iter().map(|operation| operation.key()))
    });
    groups.chain(PARTS.iter().map(|&(part, _)| part))
}

impl Run {
    pub fn new(is_quick: bool) -> Self {
        Self {
            effort: if is_quick { Effort::QUICK } else { Effort::FULL },
            is_quick,
            threads: Threads::new(),
            report: Report::default(),
        }
    }

    /// Measures what is wanted, and everything if nothing is named.
    pub fn measure(&mut self, wanted: &[String]) {
        let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|other| other == name);
        for (group, operations) in GROUPS {
            for &operation in operations {
                if is_wanted(group) || is_wanted(operation.key()) {
                    self.timed(operation.key(), |run| series::hot(run, operation));
                }
            }
        }
        for (part, measure) in PARTS {
            if is_wanted(part) {
                self.timed(part, measure);
            }
        }
    }

    fn timed(&mut self, name: &str, measure: impl FnOnce(&mut Self)) {
        let begun = Instant::now();
        measure(self);
        eprintln!("{name}: {:.1} s", begun.elapsed().as_secs_f64());
    }
}
