//! `/proc/<pid>/statm`: sizes in pages, which beside the same size in bytes give the page size.
//! Everybody may read it, where `auxv` is for the owner of a process alone.

use crate::collector::kernel::field;

/// The page size, given the size of the address space in bytes. `None` when the process mapped
/// memory between the two readings, which shows in a quotient that is no power of two.
pub(super) fn page_size(virtual_bytes: u64, mut text: &[u8]) -> Option<u64> {
    let pages = field::number(field::next(&mut text)?)?;
    let size = virtual_bytes.checked_div(pages)?;
    (size.is_power_of_two() && size.checked_mul(pages) == Some(virtual_bytes)).then_some(size)
}
