//! `/proc/net/dev`: what went through the network interfaces.

use super::family::counter;
use super::netclass::whole;
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::collector::kernel::field;
use crate::model::Fact;
use std::mem;

pub(super) static SUBJECT: Subject = Subject {
    name: "netdev",
    source: "`/proc/net/dev`, of the network namespace; `nohandler`: `/sys/class/net/<device>/statistics/rx_nohandler`",
    absent: "the interface is not there any more",
    families: Families::Facts(&FACTS),
    collect,
};

macro_rules! facts {
    ($($direction:literal $name:literal)*) => {[$(
        counter(
            concat!("node_network_", $direction, "_", $name, "_total"),
            concat!("Network device statistic ", $direction, "_", $name, "."),
            &["device"],
        )
    ),*]};
}

/// In the order of the file; the last one is not in it.
static FACTS: [Fact; COLUMNS + 1] = facts! {
    "receive" "bytes"
    "receive" "packets"
    "receive" "errs"
    "receive" "drop"
    "receive" "fifo"
    "receive" "frame"
    "receive" "compressed"
    "receive" "multicast"
    "transmit" "bytes"
    "transmit" "packets"
    "transmit" "errs"
    "transmit" "drop"
    "transmit" "fifo"
    "transmit" "colls"
    "transmit" "carrier"
    "transmit" "compressed"
    "receive" "nohandler"
};

const COLUMNS: usize = 16;

/// A line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Interface<'t> {
    pub(super) name: &'t [u8],
    pub(super) values: [Option<u64>; COLUMNS],
}

pub(super) fn parse(text: &[u8]) -> impl Iterator<Item = Interface<'_>> {
    text.split_inclusive(|&byte| byte == b'\n').filter_map(|line| {
        // An alias has a colon in its name.
        let colon = line.iter().rposition(|&byte| byte == b':')?;
        let (name, mut rest) = (line.get(..colon)?, line.get(colon + 1..)?);
        let start = name.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let name = name.get(start..)?;
        let values = [(); COLUMNS].map(|()| field::number(field::next(&mut rest)?));
        Some(Interface { name, values })
    })
}

fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    let mut interfaces = mem::take(&mut scrape.files.room.interfaces);
    interfaces.clear();
    let text = scrape.files.own("net/dev");
    for interface in text.into_iter().flat_map(parse) {
        let name = String::from_utf8_lossy(interface.name);
        for (fact, value) in FACTS.iter().zip(interface.values) {
            scrape.page.put(fact, &[&name], value);
        }
        interfaces.push_str(&name);
        interfaces.push('\n');
    }
    let outcome = Outcome::of(text);
    for name in interfaces.lines() {
        let received = scrape.files.sys(&["class/net", name, "statistics/rx_nohandler"]);
        scrape.page.put(&FACTS[COLUMNS], &[name], received.and_then(whole));
    }
    scrape.files.room.interfaces = interfaces;
    outcome
}
