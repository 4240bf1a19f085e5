//! The subjects, one a file, and what they have in common.

mod cpu;
mod cpufreq;
mod diskstats;
mod family;
mod filefd;
mod files;
mod filesystem;
mod loadavg;
mod meminfo;
mod mount;
mod netclass;
mod netdev;
mod netstat;
mod os;
mod page;
mod pressure;
mod remote;
mod sockstat;
mod stat;
mod subject;
mod time;
mod uname;
mod vmstat;

use super::Roots;
use crate::error::CollectError;
use crate::model::{Collection, Descriptor, Fact};
use files::{Files, Room};
use page::Page;
use parking_lot::Mutex;
use std::time::{Duration, Instant};
use subject::Subject;

/// In the order in which they are read: some go on with what the one before has read.
static SUBJECTS: [&Subject; 18] = [
    &cpu::SUBJECT,
    &stat::SUBJECT,
    &cpufreq::SUBJECT,
    &netdev::SUBJECT,
    &netclass::SUBJECT,
    &diskstats::SUBJECT,
    &filesystem::SUBJECT,
    &meminfo::SUBJECT,
    &loadavg::SUBJECT,
    &pressure::SUBJECT,
    &filefd::SUBJECT,
    &vmstat::SUBJECT,
    &netstat::SUBJECT,
    &sockstat::SUBJECT,
    &time::SUBJECT,
    &uname::SUBJECT,
    &os::SUBJECT,
    &subject::SUBJECT,
];

/// For the reference.
#[cfg(all(
    test,
    feature = "allocator",
    feature = "cgroup",
    feature = "jemalloc",
    feature = "process-extras",
    feature = "tokio",
    target_os = "linux"
))]
pub(in crate::collector) fn subjects() -> [&'static Subject; 18] {
    SUBJECTS
}

/// What outlives a scrape.
#[derive(Debug, Default)]
pub(super) struct Machine {
    processors: Mutex<cpu::Memory>,
    remote: remote::Remote,
    /// Rooms that no scrape uses: as many as scrapes overlapped.
    rooms: Mutex<Vec<Room>>,
}

/// What a subject works with.
struct Scrape<'s, 'c> {
    machine: &'s Machine,
    files: Files<'s>,
    page: Page<'s, 'c>,
    /// How long file systems may take to answer.
    patience: Duration,
}

impl Machine {
    pub(super) fn describe() -> Vec<Descriptor> {
        let facts: Vec<&Fact> = SUBJECTS.iter().flat_map(|subject| subject.families()).collect();
        Fact::describe(&facts)
    }

    pub(super) fn collect(
        &self,
        roots: &Roots,
        patience: Duration,
        out: &mut Collection<'_>,
    ) -> Result<(), CollectError> {
        let mut room = self.rooms.lock().pop().unwrap_or_default();
        let Room { files, seen } = &mut room;
        seen.clear();
        let page = Page { out, seen };
        let mut scrape =
            Scrape { machine: self, files: Files { roots, room: files }, page, patience };
        for subject in SUBJECTS {
            let begun = Instant::now();
            if let Some(outcome) = (subject.collect)(&mut scrape) {
                subject::tell(subject, outcome, begun.elapsed(), &mut scrape.page);
            }
        }
        self.rooms.lock().push(room);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
