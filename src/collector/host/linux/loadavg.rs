//! `/proc/loadavg`: how many tasks ran or waited, on average.

use super::family::gauge;
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::collector::kernel::field;
use crate::model::Fact;
use std::str;

pub(super) static SUBJECT: Subject = Subject {
    name: "loadavg",
    source: "`/proc/loadavg`",
    absent: "the file cannot be read or understood",
    families: Families::Facts(&FACTS),
    collect,
};

static FACTS: [Fact; 3] = [
    gauge("node_load1", "1m load average.", &[]),
    gauge("node_load5", "5m load average.", &[]),
    gauge("node_load15", "15m load average.", &[]),
];

pub(super) fn parse(mut text: &[u8]) -> [Option<f64>; 3] {
    [(); 3].map(|()| decimal(field::next(&mut text)?))
}

/// Digits and a point: the words and exponents that `std` takes for floats are not the kernel's.
fn decimal(field: &[u8]) -> Option<f64> {
    let plain = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let value: f64 = str::from_utf8(field).ok()?.parse().ok()?;
    (field.iter().all(plain) && value.is_finite()).then_some(value)
}

fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    let averages = scrape.files.proc("loadavg").map(parse);
    for (fact, average) in FACTS.iter().zip(averages.unwrap_or_default()) {
        scrape.page.put(fact, &[], average);
    }
    Outcome::of(averages)
}
