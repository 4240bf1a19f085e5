//! `/proc/diskstats`: what block devices did.

use super::family::{counter, gauge};
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::collector::kernel::field;
use crate::model::{Fact, Number};

pub(super) static SUBJECT: Subject = Subject {
    name: "diskstats",
    source: "`/proc/diskstats`; sectors of 512 bytes, times in ms; partitions, loop, RAM and floppy devices are left out",
    absent: "the kernel does not count it: discards from 4.18 on, flushes from 5.5 on",
    families: Families::Facts(&FACTS),
    collect,
};

/// In the order of the file.
static FACTS: [Fact; LEN] = [
    counter(
        "node_disk_reads_completed_total",
        "The total number of reads completed successfully.",
        DEVICE,
    ),
    counter("node_disk_reads_merged_total", "The total number of reads merged.", DEVICE),
    counter("node_disk_read_bytes_total", "The total number of bytes read successfully.", DEVICE),
    counter(
        "node_disk_read_time_seconds_total",
        "The total number of seconds spent by all reads.",
        DEVICE,
    ),
    counter(
        "node_disk_writes_completed_total",
        "The total number of writes completed successfully.",
        DEVICE,
    ),
    counter("node_disk_writes_merged_total", "The number of writes merged.", DEVICE),
    counter(
        "node_disk_written_bytes_total",
        "The total number of bytes written successfully.",
        DEVICE,
    ),
    counter(
        "node_disk_write_time_seconds_total",
        "This is the total number of seconds spent by all writes.",
        DEVICE,
    ),
    gauge("node_disk_io_now", "The number of I/Os currently in progress.", DEVICE),
    counter("node_disk_io_time_seconds_total", "Total seconds spent doing I/Os.", DEVICE),
    counter(
        "node_disk_io_time_weighted_seconds_total",
        "The weighted # of seconds spent doing I/Os.",
        DEVICE,
    ),
    counter(
        "node_disk_discards_completed_total",
        "The total number of discards completed successfully.",
        DEVICE,
    ),
    counter("node_disk_discards_merged_total", "The total number of discards merged.", DEVICE),
    counter(
        "node_disk_discarded_sectors_total",
        "The total number of sectors discarded successfully.",
        DEVICE,
    ),
    counter(
        "node_disk_discard_time_seconds_total",
        "This is the total number of seconds spent by all discards.",
        DEVICE,
    ),
    counter(
        "node_disk_flush_requests_total",
        "The total number of flush requests completed successfully",
        DEVICE,
    ),
    counter(
        "node_disk_flush_requests_time_seconds_total",
        "This is the total number of seconds spent by all flush requests.",
        DEVICE,
    ),
];

const DEVICE: &[&str] = &["device"];

/// In what the kernel counts.
#[derive(Clone, Copy, Debug)]
enum Unit {
    Count,
    Sectors,
    Milliseconds,
}

use Unit::{Count, Milliseconds, Sectors};

/// Of each family.
const UNITS: [Unit; LEN] = [
    Count,
    Count,
    Sectors,
    Milliseconds,
    Count,
    Count,
    Sectors,
    Milliseconds,
    Count,
    Milliseconds,
    Milliseconds,
    Count,
    Count,
    Count,
    Milliseconds,
    Count,
    Milliseconds,
];

const LEN: usize = 17;

const SECTOR: u64 = 512;

/// A line.
#[derive(Debug, PartialEq)]
pub(super) struct Disk<'t> {
    pub(super) device: &'t [u8],
    pub(super) values: [Option<Number>; LEN],
}

pub(super) fn parse(text: &[u8]) -> impl Iterator<Item = Disk<'_>> {
    text.split_inclusive(|&byte| byte == b'\n').filter_map(|mut line| {
        for _ in ["major", "minor"] {
            field::number(field::next(&mut line)?)?;
        }
        let device = field::next(&mut line)?;
        let values = UNITS.map(|unit| unit.read(field::number(field::next(&mut line)?)?));
        (!is_left_out(device)).then_some(Disk { device, values })
    })
}

impl Unit {
    fn read(self, value: u64) -> Option<Number> {
        Some(match self {
            Self::Count => Number::U64(value),
            Self::Sectors => Number::U64(value.checked_mul(SECTOR)?),
            Self::Milliseconds => Number::F64(value as f64 / 1000.0),
        })
    }
}

/// Whether node_exporter leaves the device out: a part of another one, or of memory. That is, by
/// name, `ram0`, `zram0`, `loop0`, `fd0`, `sda1` and `nvme0n1p1`.
fn is_left_out(device: &[u8]) -> bool {
    let Some(stem) = without_number(device) else { return false };
    match stem {
        b"ram" | b"zram" | b"loop" | b"fd" => true,
        [b'h' | b's' | b'v', b'd', letter] | [b'x', b'v', b'd', letter] => {
            letter.is_ascii_lowercase()
        }
        _ => is_nvme(stem).is_some(),
    }
}

/// Whether this is a name such as `nvme0n1p`.
fn is_nvme(stem: &[u8]) -> Option<()> {
    let namespace = without_number(stem.strip_suffix(b"p")?)?;
    let controller = without_number(namespace.strip_suffix(b"n")?)?;
    (controller == b"nvme").then_some(())
}

/// The name before the digits at its end, if there are any.
fn without_number(name: &[u8]) -> Option<&[u8]> {
    let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then(|| name.get(..name.len() - digits))?
}

fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    let text = scrape.files.proc("diskstats");
    for disk in text.into_iter().flat_map(parse) {
        let device = String::from_utf8_lossy(disk.device);
        for (fact, value) in FACTS.iter().zip(disk.values) {
            scrape.page.put(fact, &[&device], value);
        }
    }
    Outcome::of(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_and_memory_are_left_out() {
        for name in ["ram0", "zram1", "loop12", "fd0", "sda1", "hdb2", "xvdz15", "nvme10n1p2"] {
            assert!(is_left_out(name.as_bytes()), "{name}");
        }
        for name in
            ["sda", "sdaa1", "nvme0n1", "nvmen1p2", "dm-0", "md127", "mmcblk0p1", "sr0", "1", ""]
        {
            assert!(!is_left_out(name.as_bytes()), "{name}");
        }
    }
}
