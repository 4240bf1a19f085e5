//! The clock.

use super::family::gauge;
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::model::Fact;
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) static SUBJECT: Subject = Subject {
    name: "time",
    source: "the clock of the machine",
    absent: "the clock stands before 1970",
    families: Families::Facts(&FACTS),
    collect,
};

static FACTS: [Fact; 1] =
    [gauge("node_time_seconds", "System time in seconds since epoch (1970).", &[])];

fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    scrape.page.put(&FACTS[0], &[], now.map(|now| now.as_secs_f64()));
    Outcome::of(now)
}
