//! A part of the machine that is read by itself, and how the reading went.

use super::family::gauge;
use super::page::Page;
use super::Scrape;
use crate::model::Fact;
use std::time::Duration;

/// Families that come from the same files. Named as the collector of node_exporter.
pub(in crate::collector) struct Subject {
    pub(in crate::collector) name: &'static str,
    /// Where the values are from: for the reference, which a test writes.
    #[allow(dead_code)]
    pub(in crate::collector) source: &'static str,
    /// When there are none.
    #[allow(dead_code)]
    pub(in crate::collector) absent: &'static str,
    pub(super) families: Families,
    /// `None` for what is not a subject of its own.
    pub(super) collect: fn(&mut Scrape<'_, '_>) -> Option<Outcome>,
}

/// Whether the files that a subject cannot do without could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Read,
    Unreadable,
}

/// How the families of a subject are kept.
pub(super) enum Families {
    Facts(&'static [Fact]),
    /// Behind what they are called in the file.
    Fields(&'static [(&'static str, Fact)]),
    /// Behind the two words that they are called in the file.
    Pairs(&'static [(&'static str, &'static str, Fact)]),
}

impl Subject {
    pub(in crate::collector) fn families(&self) -> Box<dyn Iterator<Item = &'static Fact>> {
        match self.families {
            Families::Facts(facts) => Box::new(facts.iter()),
            Families::Fields(fields) => Box::new(fields.iter().map(|(_, fact)| fact)),
            Families::Pairs(pairs) => Box::new(pairs.iter().map(|(_, _, fact)| fact)),
        }
    }
}

impl Outcome {
    /// Whether something could be read.
    pub(super) fn of<T>(read: Option<T>) -> Option<Self> {
        Some(if read.is_some() { Self::Read } else { Self::Unreadable })
    }
}

pub(super) static SUBJECT: Subject = Subject {
    name: "scrape",
    source: "this collector, for each subject",
    absent: "never",
    families: Families::Facts(&FACTS),
    collect: |_| None,
};

static FACTS: [Fact; 2] = [
    gauge(
        "node_scrape_collector_success",
        "node_exporter: Whether a collector succeeded.",
        &["collector"],
    ),
    gauge(
        "node_scrape_collector_duration_seconds",
        "node_exporter: Duration of a collector scrape.",
        &["collector"],
    ),
];

/// Yields how the reading of a subject went.
pub(super) fn tell(subject: &Subject, outcome: Outcome, took: Duration, page: &mut Page<'_, '_>) {
    let [success, duration] = &FACTS;
    page.put(success, &[subject.name], Some(outcome == Outcome::Read));
    page.put(duration, &[subject.name], Some(took.as_secs_f64()));
}
