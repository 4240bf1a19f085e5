//! `/proc/stat`, the other lines: what the kernel did since it booted.

use super::family::{counter, gauge};
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::collector::kernel::field;
use crate::model::Fact;

pub(super) static SUBJECT: Subject = Subject {
    name: "stat",
    source:
        "`/proc/stat`, lines `btime`, `ctxt`, `processes`, `intr`, `procs_running`, `procs_blocked`",
    absent: "the line is missing",
    families: Families::Fields(&FIELDS),
    collect,
};

static FIELDS: [(&str, Fact); 6] = [
    ("btime ", gauge("node_boot_time_seconds", "Node boot time, in unixtime.", &[])),
    ("ctxt ", counter("node_context_switches_total", "Total number of context switches.", &[])),
    ("processes ", counter("node_forks_total", "Total number of forks.", &[])),
    ("intr ", counter("node_intr_total", "Total number of interrupts serviced.", &[])),
    ("procs_running ", gauge("node_procs_running", "Number of processes in runnable state.", &[])),
    (
        "procs_blocked ",
        gauge(
            "node_procs_blocked",
            "Number of processes blocked waiting for I/O to complete.",
            &[],
        ),
    ),
];

/// The number behind this beginning of a line.
pub(super) fn parse(name: &str, text: &[u8]) -> Option<u64> {
    field::number(field::behind(name.as_bytes(), text)?)
}

/// Goes on with the file that was read for the processors.
fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    let text = scrape.files.room.text.content();
    for (name, fact) in &FIELDS {
        scrape.page.put(fact, &[], parse(name, text));
    }
    Outcome::of(text.first())
}
