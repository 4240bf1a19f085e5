//! `/proc/<pid>/fd`: a directory with an entry for every open descriptor.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The number of open descriptors. `is_own` says whether the process is the one that reads: the
/// descriptor by which it lists the directory is then among the entries.
pub(super) fn count(path: &Path, is_own: &dyn Fn() -> bool) -> Option<u64> {
    let metadata = fs::metadata(path).ok()?;
    if is_counted(&metadata) {
        return Some(metadata.len());
    }
    let mut entries = 0_u64;
    for entry in fs::read_dir(path).ok()? {
        entry.ok()?;
        entries += 1;
    }
    entries.checked_sub(u64::from(is_own()))
}

/// Whether the size of the directory is the number of its entries, as on Linux 6.2 and later
/// (`proc_fd_getattr` in `fs/proc/fd.c`). Before, it is 0. A directory that is not of the kernel's
/// proc file system, as that of a sandbox, tells its size in bytes; what gives the kernel's away
/// is the block size of 1024 (`proc_fill_super` in `fs/proc/root.c`) without a block in use.
fn is_counted(metadata: &Metadata) -> bool {
    metadata.is_dir() && metadata.len() > 0 && metadata.blksize() == 1024 && metadata.blocks() == 0
}
