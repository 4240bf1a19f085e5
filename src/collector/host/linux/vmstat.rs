//! `/proc/vmstat`: pages that came and went.

use super::family::untyped;
use super::stat;
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::model::Fact;

pub(super) static SUBJECT: Subject = Subject {
    name: "vmstat",
    source: "`/proc/vmstat`, the line of that name; `pgpgin` and `pgpgout` in KiB, the others in pages, faults and kills",
    absent: "the kernel does not tell it; `oom_kill` from 4.13 on",
    families: Families::Fields(&FIELDS),
    collect,
};

macro_rules! fields {
    ($($name:literal)*) => {[$((
        concat!($name, " "),
        untyped(
            concat!("node_vmstat_", $name),
            concat!("/proc/vmstat information field ", $name, "."),
        ),
    )),*]};
}

static FIELDS: [(&str, Fact); 7] =
    fields!["oom_kill" "pgfault" "pgmajfault" "pgpgin" "pgpgout" "pswpin" "pswpout"];

fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    let text = scrape.files.proc("vmstat");
    for (name, fact) in &FIELDS {
        scrape.page.put(fact, &[], text.and_then(|text| stat::parse(name, text)));
    }
    Outcome::of(text)
}
