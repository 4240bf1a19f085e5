//! `/proc/sys/fs/file-nr`: open files of the whole machine.

use super::family::gauge;
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::collector::kernel::field;
use crate::model::Fact;

pub(super) static SUBJECT: Subject = Subject {
    name: "filefd",
    source: "`/proc/sys/fs/file-nr`, first and third number",
    absent: "the file cannot be read or understood",
    families: Families::Facts(&FACTS),
    collect,
};

static FACTS: [Fact; 2] = [
    gauge("node_filefd_allocated", "File descriptor statistics: allocated.", &[]),
    gauge("node_filefd_maximum", "File descriptor statistics: maximum.", &[]),
];

/// The number between is 0 since Linux 2.6.
pub(super) fn parse(mut text: &[u8]) -> [Option<u64>; 2] {
    let [allocated, _, maximum] = [(); 3].map(|()| field::number(field::next(&mut text)?));
    [allocated, maximum]
}

fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    let counts = scrape.files.proc("sys/fs/file-nr").map(parse);
    for (fact, count) in FACTS.iter().zip(counts.unwrap_or_default()) {
        scrape.page.put(fact, &[], count);
    }
    Outcome::of(counts)
}
