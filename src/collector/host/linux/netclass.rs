//! `/sys/class/net`: what the network interfaces are.

use super::family::{counter, gauge};
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::collector::kernel::field;
use crate::model::Fact;
use std::{mem, str};

pub(super) static SUBJECT: Subject = Subject {
    name: "netclass",
    source: "`/sys/class/net/<device>`, the file of that name, of the interfaces in `/proc/net/dev`; speed in Mbit/s",
    absent: "the file cannot be read: the speed of a virtual interface, the carrier of one that is down",
    families: Families::Fields(&FIELDS),
    collect,
};

/// The first two are made of several files.
static FIELDS: [(&str, Fact); 8] = [
    (
        "operstate",
        gauge("node_network_up", "Value is 1 if operstate is 'up', 0 otherwise.", DEVICE),
    ),
    (
        "address",
        gauge(
            "node_network_info",
            "Non-numeric data from /sys/class/net/<iface>, value is always 1.",
            &["device", "address", "broadcast", "duplex", "operstate", "adminstate", "ifalias"],
        ),
    ),
    ("carrier", gauge("node_network_carrier", "Network device property: carrier", DEVICE)),
    (
        "carrier_changes",
        counter(
            "node_network_carrier_changes_total",
            "Network device property: carrier_changes_total",
            DEVICE,
        ),
    ),
    ("flags", gauge("node_network_flags", "Network device property: flags", DEVICE)),
    ("mtu", gauge("node_network_mtu_bytes", "Network device property: mtu_bytes", DEVICE)),
    ("speed", gauge("node_network_speed_bytes", "Network device property: speed_bytes", DEVICE)),
    (
        "tx_queue_len",
        gauge(
            "node_network_transmit_queue_length",
            "Network device property: transmit_queue_length",
            DEVICE,
        ),
    ),
];

const DEVICE: &[&str] = &["device"];

/// Files of words; what is administered, and so said of `flags`, comes between.
const WORDS: [&str; 5] = ["operstate", "address", "broadcast", "duplex", "ifalias"];

/// `flags` of an interface that somebody wants to be up (`linux/if.h`).
const IFF_UP: u64 = 1;

/// Bytes a second of a Mbit/s.
const MEGABIT: u64 = 125_000;

/// A file that holds a number alone, in any notation of the kernel. Below 0 is none.
pub(super) fn whole(mut text: &[u8]) -> Option<u64> {
    let field = field::next(&mut text)?;
    match field.strip_prefix(b"0x") {
        Some(digits) if !digits.starts_with(b"+") => {
            u64::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
        }
        Some(_) => None,
        None => field::number(field),
    }
}

/// A file that is a line of words; nothing if it is cut short.
pub(super) fn word(text: &[u8], into: &mut String) {
    into.clear();
    if let Some(line) = text.strip_suffix(b"\n") {
        into.push_str(&String::from_utf8_lossy(line));
    }
}

/// Goes on with the interfaces that were found.
fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    let interfaces = mem::take(&mut scrape.files.room.interfaces);
    let mut words = mem::take(&mut scrape.files.room.labels);
    let mut read = None;
    for device in interfaces.lines() {
        for (name, word_of) in WORDS.iter().zip(&mut words) {
            word_of.clear();
            if let Some(text) = scrape.files.sys(&["class/net", device, name]) {
                word(text, word_of);
            }
        }
        let [operstate, address, broadcast, duplex, ifalias, ..] = &words;
        if operstate.is_empty() {
            continue; // The interface is not in this sysfs.
        }
        read = Some(());
        let [(_, up), (_, info), numbers @ ..] = &FIELDS;
        scrape.page.put(up, &[device], Some(operstate == "up"));
        let mut admin = "unknown";
        for (name, fact) in numbers {
            let mut value = scrape.files.sys(&["class/net", device, name]).and_then(whole);
            match *name {
                "speed" => value = value.and_then(|speed| speed.checked_mul(MEGABIT)),
                "flags" => {
                    let is_up = value.map(|flags| flags & IFF_UP > 0);
                    admin = is_up.map_or(admin, |is_up| if is_up { "up" } else { "down" });
                }
                _ => {}
            }
            scrape.page.put(fact, &[device], value);
        }
        let labels = [device, address, broadcast, duplex, operstate, admin, ifalias];
        scrape.page.put(info, &labels, Some(1_u64));
    }
    scrape.files.room.labels = words;
    scrape.files.room.interfaces = interfaces;
    Outcome::of(read)
}
