//! `/proc/meminfo`: what memory is used for.

use super::family::gauge;
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::collector::kernel::field;
use crate::model::Fact;

pub(super) static SUBJECT: Subject = Subject {
    name: "meminfo",
    source: "`/proc/meminfo`, the line of that name, kB times 1024",
    absent: "the kernel does not tell it, for want of age, option or architecture",
    families: Families::Fields(&FIELDS),
    collect,
};

macro_rules! fields {
    ($($line:literal $name:literal)*) => {[$((
        $line,
        gauge(
            concat!("node_memory_", $name),
            concat!("Memory information field ", $name, "."),
            &[],
        ),
    )),*]};
}

/// Every line that a kernel up to 6.18 writes. Its name, without parentheses, is what follows
/// `node_memory_`, and what follows the number becomes the unit of the family.
static FIELDS: [(&str, Fact); 70] = fields! {
    "MemTotal" "MemTotal_bytes"
    "MemFree" "MemFree_bytes"
    "MemAvailable" "MemAvailable_bytes"
    "Buffers" "Buffers_bytes"
    "Cached" "Cached_bytes"
    "SwapCached" "SwapCached_bytes"
    "Active" "Active_bytes"
    "Inactive" "Inactive_bytes"
    "Active(anon)" "Active_anon_bytes"
    "Inactive(anon)" "Inactive_anon_bytes"
    "Active(file)" "Active_file_bytes"
    "Inactive(file)" "Inactive_file_bytes"
    "Unevictable" "Unevictable_bytes"
    "Mlocked" "Mlocked_bytes"
    "HighTotal" "HighTotal_bytes"
    "HighFree" "HighFree_bytes"
    "LowTotal" "LowTotal_bytes"
    "LowFree" "LowFree_bytes"
    "MmapCopy" "MmapCopy_bytes"
    "SwapTotal" "SwapTotal_bytes"
    "SwapFree" "SwapFree_bytes"
    "Zswap" "Zswap_bytes"
    "Zswapped" "Zswapped_bytes"
    "Dirty" "Dirty_bytes"
    "Writeback" "Writeback_bytes"
    "AnonPages" "AnonPages_bytes"
    "Mapped" "Mapped_bytes"
    "Shmem" "Shmem_bytes"
    "KReclaimable" "KReclaimable_bytes"
    "Slab" "Slab_bytes"
    "SReclaimable" "SReclaimable_bytes"
    "SUnreclaim" "SUnreclaim_bytes"
    "KernelStack" "KernelStack_bytes"
    "ShadowCallStack" "ShadowCallStack_bytes"
    "PageTables" "PageTables_bytes"
    "SecPageTables" "SecPageTables_bytes"
    "NFS_Unstable" "NFS_Unstable_bytes"
    "Bounce" "Bounce_bytes"
    "WritebackTmp" "WritebackTmp_bytes"
    "CommitLimit" "CommitLimit_bytes"
    "Committed_AS" "Committed_AS_bytes"
    "VmallocTotal" "VmallocTotal_bytes"
    "VmallocUsed" "VmallocUsed_bytes"
    "VmallocChunk" "VmallocChunk_bytes"
    "Percpu" "Percpu_bytes"
    "HardwareCorrupted" "HardwareCorrupted_bytes"
    "AnonHugePages" "AnonHugePages_bytes"
    "ShmemHugePages" "ShmemHugePages_bytes"
    "ShmemPmdMapped" "ShmemPmdMapped_bytes"
    "FileHugePages" "FileHugePages_bytes"
    "FilePmdMapped" "FilePmdMapped_bytes"
    "CmaTotal" "CmaTotal_bytes"
    "CmaFree" "CmaFree_bytes"
    "Unaccepted" "Unaccepted_bytes"
    "Balloon" "Balloon_bytes"
    "GPUActive" "GPUActive_bytes"
    "GPUReclaim" "GPUReclaim_bytes"
    "HugePages_Total" "HugePages_Total"
    "HugePages_Free" "HugePages_Free"
    "HugePages_Rsvd" "HugePages_Rsvd"
    "HugePages_Surp" "HugePages_Surp"
    "Hugepagesize" "Hugepagesize_bytes"
    "Hugetlb" "Hugetlb_bytes"
    "DirectMap4k" "DirectMap4k_bytes"
    "DirectMap64k" "DirectMap64k_bytes"
    "DirectMap1M" "DirectMap1M_bytes"
    "DirectMap2M" "DirectMap2M_bytes"
    "DirectMap4M" "DirectMap4M_bytes"
    "DirectMap1G" "DirectMap1G_bytes"
    "DirectMap2G" "DirectMap2G_bytes"
};

/// Name and value of each line, in bytes if it has a unit.
pub(super) fn parse(text: &[u8]) -> impl Iterator<Item = (&[u8], u64)> {
    text.split_inclusive(|&byte| byte == b'\n').filter(|line| line.ends_with(b"\n")).filter_map(
        |mut line| {
            let name = field::next(&mut line)?.strip_suffix(b":")?;
            let value = field::number(field::next(&mut line)?)?;
            match field::next(&mut line) {
                Some(b"kB") => Some((name, value.checked_mul(1024)?)),
                Some(_) => None,
                None => name.starts_with(b"HugePages_").then_some((name, value)),
            }
        },
    )
}

fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    let text = scrape.files.proc("meminfo");
    for (name, value) in text.into_iter().flat_map(parse) {
        if let Some((_, fact)) = FIELDS.iter().find(|(field, _)| field.as_bytes() == name) {
            scrape.page.put(fact, &[], Some(value));
        }
    }
    Outcome::of(text)
}
