//! `/proc/net/{sockstat,sockstat6}`: sockets that are there.

use super::family::gauge;
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::collector::kernel::auxv::Auxv;
use crate::collector::kernel::field;
use crate::model::Fact;

pub(super) static SUBJECT: Subject = Subject {
    name: "sockstat",
    source: "`/proc/net/sockstat`, `/proc/net/sockstat6`; memory in pages, `_bytes` the same times the page size of `/proc/self/auxv`",
    absent: "the kernel does not tell it, or has no IPv6",
    families: Families::Pairs(&PAIRS),
    collect,
};

macro_rules! pairs {
    ($($protocol:literal $state:literal)*) => {[
        ("sockets", "used", gauge("node_sockstat_sockets_used", "Number of IPv4 sockets in use.", &[])),
        $((
            $protocol,
            $state,
            gauge(
                concat!("node_sockstat_", $protocol, "_", $state),
                concat!("Number of ", $protocol, " sockets in state ", $state, "."),
                &[],
            ),
        )),*
    ]};
}

static PAIRS: [(&str, &str, Fact); 20] = pairs! {
    "TCP" "inuse"
    "TCP" "orphan"
    "TCP" "tw"
    "TCP" "alloc"
    "TCP" "mem"
    "UDP" "inuse"
    "UDP" "mem"
    "UDPLITE" "inuse"
    "RAW" "inuse"
    "FRAG" "inuse"
    "FRAG" "memory"
    "TCP6" "inuse"
    "UDP6" "inuse"
    "UDPLITE6" "inuse"
    "RAW6" "inuse"
    "FRAG6" "inuse"
    "FRAG6" "memory"
    "TCP" "mem_bytes"
    "UDP" "mem_bytes"
};

/// Protocol, state and number of what lines such as `TCP: inuse 5 orphan 0` tell.
pub(super) fn parse(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8], u64)> {
    text.split_inclusive(|&byte| byte == b'\n').flat_map(|mut line| {
        let protocol = field::next(&mut line).and_then(|name| name.strip_suffix(b":"));
        std::iter::from_fn(move || {
            let state = field::next(&mut line)?;
            Some((protocol?, state, field::number(field::next(&mut line)?)?))
        })
    })
}

fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    // Of this process always: it is the same for all.
    let auxv = scrape.files.proc_of("self", "auxv").map(Auxv::parse).unwrap_or_default();
    let mut read = None;
    for name in ["net/sockstat", "net/sockstat6"] {
        let text = scrape.files.own(name);
        for (protocol, state, value) in text.into_iter().flat_map(parse) {
            let mut put = |state: &[u8], value: Option<u64>| {
                let is_it = |(of, field, _): &&(&str, &str, Fact)| {
                    of.as_bytes() == protocol && field.as_bytes() == state
                };
                if let Some((.., fact)) = PAIRS.iter().find(is_it) {
                    scrape.page.put(fact, &[], value);
                }
            };
            put(state, Some(value));
            if state == b"mem" {
                put(b"mem_bytes", auxv.page_size.and_then(|size| size.checked_mul(value)));
            }
        }
        read = read.or(text.map(|_| ()));
    }
    Outcome::of(read)
}
