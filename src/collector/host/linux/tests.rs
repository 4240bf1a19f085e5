//! Every parser on files that are cut short at every byte, and on noise.

use super::*;
use crate::collector::kernel::mount::{self, unescape};
use crate::model::Number;
use proptest::prelude::*;
use std::fmt::Debug;
use std::fs;
use std::path::Path;

/// What a parser finds, each value by itself.
type Found = Vec<String>;

fn found<T: Debug>(values: impl IntoIterator<Item = T>) -> Found {
    values.into_iter().map(|value| format!("{value:?}")).collect()
}

fn all<K: Debug, T: Debug>(name: K, values: impl IntoIterator<Item = Option<T>>) -> Found {
    let known = values.into_iter().enumerate().filter_map(|(at, value)| Some((at, value?)));
    found(known.map(|value| (&name, value)))
}

type Parser = fn(&[u8]) -> Found;

/// Parsers by the files that they read.
const PARSERS: &[(&str, Parser)] = &[
    ("proc/stat", |text| cpu::parse(text).flat_map(|cpu| all(cpu.number, cpu.ticks)).collect()),
    ("proc/stat", |text| {
        ["btime ", "ctxt ", "intr "]
            .iter()
            .flat_map(|name| all(name, [stat::parse(name, text)]))
            .collect()
    }),
    ("proc/vmstat", |text| all("", [stat::parse("pgfault ", text)])),
    ("proc/loadavg", |text| all("", loadavg::parse(text))),
    ("proc/sys/fs/file-nr", |text| all("", filefd::parse(text))),
    ("proc/meminfo", |text| found(meminfo::parse(text))),
    ("proc/diskstats", |text| {
        diskstats::parse(text).flat_map(|disk| all(disk.device, disk.values)).collect()
    }),
    ("proc/1/mountinfo", |text| found(mount::parse(text))),
    ("proc/1/net/dev", |text| {
        netdev::parse(text).flat_map(|interface| all(interface.name, interface.values)).collect()
    }),
    ("proc/1/net/snmp", |text| found(netstat::parse(text))),
    ("proc/1/net/netstat", |text| found(netstat::parse(text))),
    ("proc/1/net/snmp6", |text| found(netstat::parse6(text))),
    ("proc/1/net/sockstat", |text| found(sockstat::parse(text))),
    ("sys/class/net/eth0/flags", |text| all("", [netclass::whole(text)])),
    ("sys/class/net/eth0/mtu", |text| all("", [netclass::whole(text)])),
    ("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", |text| {
        all("", [cpufreq::parse(text)])
    }),
];

fn file(name: &str) -> Vec<u8> {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/host/server-6.8");
    fs::read(tree.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn a_file_that_is_cut_short_says_less_and_nothing_else() {
    for (name, parse) in PARSERS {
        let text = file(name);
        let whole = parse(&text);
        assert_ne!(whole, Found::new(), "{name}");
        for end in 0..text.len() {
            let part = parse(&text[..end]);
            let other = part.iter().find(|value| !whole.contains(value));
            assert_eq!(other, None, "{name} up to {end}");
        }
        assert_eq!(parse(b""), Found::new(), "{name}");
    }
}

proptest! {
    #[test]
    fn noise_is_no_reason_to_panic(
        at in 0..PARSERS.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        noise in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let (name, parse) = PARSERS[at];
        let mut text = file(name);
        for (at, byte) in edits {
            let at = at.index(text.len());
            text[at] = byte;
        }
        parse(&text);
        parse(&noise);
        let mut into = <[String; 12]>::default();
        os::parse(&noise, &mut into);
        netclass::word(&noise, &mut into[0]);
        unescape(&noise, &mut text);
    }
}

#[test]
fn numbers_that_do_not_fit_are_none() {
    const HUGE: &[u8] = b"cpu0 18446744073709551616 99999999999999999999 3 \n";
    let cpu = cpu::parse(HUGE).next().expect("a line");
    assert_eq!(cpu.ticks[..4], [None, None, Some(3), None]);
    assert_eq!(cpu::parse(b"cpu99999999999999999999 1 2\n").next(), None);
    assert_eq!(meminfo::parse(b"MemFree: 18446744073709551615 kB\n").next(), None);
    assert_eq!(cpufreq::parse(b"18446744073709551615\n"), None);
    assert_eq!(loadavg::parse(b"nan inf 1e3 \n"), [None; 3]);
    assert_eq!(netclass::whole(b"-1\n"), None);
    assert_eq!(netclass::whole(b"0x+1\n"), None);
    assert_eq!(netclass::whole(b"0x1003\n"), Some(0x1003));
    let disk = b" 8 0 sda 18446744073709551615 2 18446744073709551615 1500 \n";
    let disk = diskstats::parse(disk).next().expect("a line");
    assert_eq!(disk.values[0], Some(Number::U64(u64::MAX)));
    assert_eq!(disk.values[2], None);
    assert_eq!(disk.values[3], Some(Number::F64(1.5)));
}
