//! `/proc/pressure`: how long tasks waited for what they lacked.

use super::family::counter;
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::collector::kernel::pressure::total;
use crate::model::Fact;

pub(super) static SUBJECT: Subject = Subject {
    name: "pressure",
    source: "`/proc/pressure/{cpu,io,memory,irq}`, `total` of the lines `some` (waiting) and `full` (stalled), in \u{b5}s",
    absent: "the kernel does not account for pressure (PSI), or not of interrupts (6.1)",
    families: Families::Pairs(&PAIRS),
    collect,
};

/// What is lacking, which tasks wait for it, and the family.
static PAIRS: [(&str, &str, Fact); 6] = [
    (
        "pressure/cpu",
        "some ",
        counter(
            "node_pressure_cpu_waiting_seconds_total",
            "Total time in seconds that processes have waited for CPU time",
            &[],
        ),
    ),
    (
        "pressure/io",
        "some ",
        counter(
            "node_pressure_io_waiting_seconds_total",
            "Total time in seconds that processes have waited due to IO congestion",
            &[],
        ),
    ),
    (
        "pressure/io",
        "full ",
        counter(
            "node_pressure_io_stalled_seconds_total",
            "Total time in seconds no process could make progress due to IO congestion",
            &[],
        ),
    ),
    (
        "pressure/memory",
        "some ",
        counter(
            "node_pressure_memory_waiting_seconds_total",
            "Total time in seconds that processes have waited for memory",
            &[],
        ),
    ),
    (
        "pressure/memory",
        "full ",
        counter(
            "node_pressure_memory_stalled_seconds_total",
            "Total time in seconds no process could make progress due to memory congestion",
            &[],
        ),
    ),
    (
        "pressure/irq",
        "full ",
        counter(
            "node_pressure_irq_stalled_seconds_total",
            "Total time in seconds no process could make progress due to IRQ congestion",
            &[],
        ),
    ),
];

fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    let mut read = None;
    for (name, tasks, fact) in &PAIRS {
        let Some(text) = scrape.files.proc(name) else { continue };
        read = Some(());
        scrape.page.put(fact, &[], total(tasks, text));
    }
    Outcome::of(read)
}
