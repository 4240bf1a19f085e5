//! `/proc/net/{snmp,netstat,snmp6}`: what the protocols of the network did.

use super::family::untyped;
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::collector::kernel::field;
use crate::model::Fact;

pub(super) static SUBJECT: Subject = Subject {
    name: "netstat",
    source: "`/proc/net/snmp`, `/proc/net/netstat`, `/proc/net/snmp6`, of the network namespace",
    absent: "the kernel does not count it, or has no IPv6",
    families: Families::Pairs(&PAIRS),
    collect,
};

macro_rules! pairs {
    ($($protocol:literal $name:literal)*) => {[$((
        $protocol,
        $name,
        untyped(
            concat!("node_netstat_", $protocol, "_", $name),
            concat!("Statistic ", $protocol, $name, "."),
        ),
    )),*]};
}

/// Those that node_exporter exposes unless it is told otherwise.
static PAIRS: [(&str, &str, Fact); 42] = pairs! {
    "Icmp" "InErrors"
    "Icmp" "InMsgs"
    "Icmp" "OutMsgs"
    "Icmp6" "InErrors"
    "Icmp6" "InMsgs"
    "Icmp6" "OutMsgs"
    "Ip" "Forwarding"
    "Ip6" "InOctets"
    "Ip6" "OutOctets"
    "IpExt" "InOctets"
    "IpExt" "OutOctets"
    "Tcp" "ActiveOpens"
    "Tcp" "CurrEstab"
    "Tcp" "InErrs"
    "Tcp" "InSegs"
    "Tcp" "OutRsts"
    "Tcp" "OutSegs"
    "Tcp" "PassiveOpens"
    "Tcp" "RetransSegs"
    "TcpExt" "ListenDrops"
    "TcpExt" "ListenOverflows"
    "TcpExt" "SyncookiesFailed"
    "TcpExt" "SyncookiesRecv"
    "TcpExt" "SyncookiesSent"
    "TcpExt" "TCPOFOQueue"
    "TcpExt" "TCPRcvQDrop"
    "TcpExt" "TCPSynRetrans"
    "TcpExt" "TCPTimeouts"
    "Udp" "InDatagrams"
    "Udp" "InErrors"
    "Udp" "NoPorts"
    "Udp" "OutDatagrams"
    "Udp" "RcvbufErrors"
    "Udp" "SndbufErrors"
    "Udp6" "InDatagrams"
    "Udp6" "InErrors"
    "Udp6" "NoPorts"
    "Udp6" "OutDatagrams"
    "Udp6" "RcvbufErrors"
    "Udp6" "SndbufErrors"
    "UdpLite" "InErrors"
    "UdpLite6" "InErrors"
};

/// Protocol, name and value of what two lines tell: `Tcp: InSegs OutSegs` and `Tcp: 5 4`.
pub(super) fn parse(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8], u64)> {
    let mut lines = text.split_inclusive(|&byte| byte == b'\n');
    let mut names: &[u8] = &[];
    let mut values: &[u8] = &[];
    let mut protocol: &[u8] = &[];
    std::iter::from_fn(move || loop {
        if let (Some(name), Some(value)) = (field::next(&mut names), field::next(&mut values)) {
            match field::number(value) {
                Some(value) => return Some((protocol, name, value)),
                None => continue,
            }
        }
        names = lines.next()?;
        protocol = field::next(&mut names).unwrap_or_default();
        values = lines.next()?;
        if field::next(&mut values) != Some(protocol) {
            values = &[];
        }
        protocol = protocol.strip_suffix(b":").unwrap_or_default();
    })
}

/// The same of lines such as `Ip6InOctets 5`, where the protocol ends with a 6.
pub(super) fn parse6(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8], u64)> {
    text.split_inclusive(|&byte| byte == b'\n').filter_map(|mut line| {
        let name = field::next(&mut line)?;
        let (protocol, name) = name.split_at(name.iter().position(|&byte| byte == b'6')? + 1);
        Some((protocol, name, field::number(field::next(&mut line)?)?))
    })
}

fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    let Scrape { files, page, .. } = scrape;
    let mut put = |(protocol, name, value): (&[u8], &[u8], u64)| {
        let is_it = |(of, field, _): &&(&str, &str, Fact)| {
            field.as_bytes() == name && of.as_bytes() == protocol
        };
        if let Some((.., fact)) = PAIRS.iter().find(is_it) {
            page.put(fact, &[], Some(value));
        }
    };
    let mut read = None;
    for name in ["net/snmp", "net/netstat"] {
        let text = files.own(name);
        text.into_iter().flat_map(parse).for_each(&mut put);
        read = read.or(text.map(|_| ()));
    }
    files.own("net/snmp6").into_iter().flat_map(parse6).for_each(put);
    Outcome::of(read)
}
