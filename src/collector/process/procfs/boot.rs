//! `/proc/stat`: of the machine; here only when it booted.

use crate::collector::kernel::field;

/// The seconds from the epoch to the boot.
pub(super) fn parse(text: &[u8]) -> Option<u64> {
    field::number(field::behind(b"btime ", text)?)
}
