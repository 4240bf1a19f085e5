//! The parsers on files that are cut short at every byte, and on noise.

use super::*;
use proptest::prelude::*;

const STAT: &[u8] =
    b"731 (a) b) c) S 1 731 731 0 -1 4194560 3310 9 12 8 141 32 0 0 20 0 5 0 284416 \n";
const STATUS_TEXT: &[u8] =
    b"Name:\tserver\nVmPeak:\t  142668 kB\nVmHWM:\t 6144 kB\nRssAnon:\t4096 kB\n\
    RssFile:\t2048 kB\nRssShmem:\t0 kB\nvoluntary_ctxt_switches:\t20417\n\
    nonvoluntary_ctxt_switches:\t311\n";
const IO_TEXT: &[u8] = b"rchar: 6976\nwchar: 5\nsyscr: 10\nsyscw: 1\nread_bytes: 4096\n\
    write_bytes: 409600\ncancelled_write_bytes: 0\n";

fn found(text: &[u8]) -> Vec<Option<Number>> {
    let Stat { minor_faults, major_faults, user_seconds, system_seconds } = Stat::parse(text);
    let mut values = vec![
        minor_faults.map(Number::U64),
        major_faults.map(Number::U64),
        user_seconds.map(Number::F64),
        system_seconds.map(Number::F64),
    ];
    values.extend(STATUS.map(|(name, _)| lines::bytes(name, text)));
    values.extend(IO.map(|(name, _)| lines::number(name, text)));
    let switches = tasks::parse(text);
    values.extend([0, 1].map(|at| Some(Number::U64(switches?[at]))));
    values
}

#[test]
fn values_are_in_the_units_of_the_page() {
    let stat = Stat {
        minor_faults: Some(3310),
        major_faults: Some(12),
        user_seconds: Some(1.41),
        system_seconds: Some(0.32),
    };
    assert_eq!(Stat::parse(STAT), stat);
    assert_eq!(lines::bytes("VmHWM:", STATUS_TEXT), Some(Number::U64(6_291_456)));
    assert_eq!(lines::number("write_bytes: ", IO_TEXT), Some(Number::U64(409_600)));
    assert_eq!(tasks::parse(STATUS_TEXT), Some([20_417, 311]));
    assert_eq!(lines::bytes("VmHWM:", b"VmHWM: 18446744073709551615 kB\n"), None);
}

#[test]
fn a_file_that_is_cut_short_says_less_and_nothing_else() {
    for text in [STATUS_TEXT, IO_TEXT] {
        let whole = found(text);
        for end in 0..text.len() {
            for (part, whole) in found(&text[..end]).iter().zip(&whole) {
                assert!(part.is_none() || part == whole, "up to {end}");
            }
        }
    }
    // A name in parentheses may end anywhere.
    let whole = Stat::parse(STAT);
    let start = STAT.iter().rposition(|&byte| byte == b')').expect("a name");
    for end in start..STAT.len() {
        let part = Stat::parse(&STAT[..end]);
        assert!(part.minor_faults.is_none() || part.minor_faults == whole.minor_faults);
        assert!(part.system_seconds.is_none() || part.system_seconds == whole.system_seconds);
    }
}

proptest! {
    #[test]
    fn noise_is_no_reason_to_panic(noise in prop::collection::vec(any::<u8>(), 0..300)) {
        found(&noise);
        found(&[STAT, &noise].concat());
    }
}

#[test]
fn nothing_to_read_is_nothing_said() {
    assert_eq!(found(b""), vec![None; 17]);
}
