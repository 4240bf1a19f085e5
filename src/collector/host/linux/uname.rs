//! `uname(2)`: which machine this is, and which kernel runs.

use super::family::gauge;
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::model::Fact;
use rustix::system::uname;

pub(super) static SUBJECT: Subject = Subject {
    name: "uname",
    source: "`uname(2)`; the names are those of the UTS namespace",
    absent: "never",
    families: Families::Facts(&FACTS),
    collect,
};

static FACTS: [Fact; 1] = [gauge(
    "node_uname_info",
    "Labeled system information as provided by the uname system call.",
    &["sysname", "release", "version", "machine", "nodename", "domainname"],
)];

fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    let uname = uname();
    let texts = [
        uname.sysname(),
        uname.release(),
        uname.version(),
        uname.machine(),
        uname.nodename(),
        uname.domainname(),
    ]
    .map(|text| text.to_string_lossy());
    let [sysname, release, version, machine, nodename, domainname] = &texts;
    let labels: [&str; 6] = [sysname, release, version, machine, nodename, domainname];
    scrape.page.put(&FACTS[0], &labels, Some(1_u64));
    Some(Outcome::Read)
}
