//! `/proc/stat`: of the machine; here only when it booted.

use super::field;

/// The seconds from the epoch to the boot.
pub(super) fn parse(text: &[u8]) -> Option<u64> {
    let mut lines = text.split_inclusive(|&byte| byte == b'\n');
    let columns = lines.find_map(|line| line.strip_prefix(b"btime "))?;
    field::number(field::complete(columns).next()?)
}
