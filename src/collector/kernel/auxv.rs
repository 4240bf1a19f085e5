//! `/proc/self/auxv`: pairs of machine words that the kernel gave to the program at its start.

use std::mem::size_of;

/// The constants of the machine that the other files count in; `None` unless plausible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::collector) struct Auxv {
    /// Bytes.
    pub(in crate::collector) page_size: Option<u64>,
    /// Per second.
    pub(in crate::collector) clock_ticks: Option<u64>,
}

// From `linux/auxvec.h`.
const AT_NULL: usize = 0;
const AT_PAGESZ: usize = 6;
const AT_CLKTCK: usize = 17;

impl Auxv {
    pub(in crate::collector) fn parse(bytes: &[u8]) -> Self {
        let mut auxv = Self::default();
        for pair in bytes.chunks_exact(2 * size_of::<usize>()) {
            let (key, value) = pair.split_at(size_of::<usize>());
            let value = word(value) as u64;
            match word(key) {
                AT_NULL => break,
                AT_PAGESZ => auxv.page_size = Some(value).filter(|size| size.is_power_of_two()),
                AT_CLKTCK => auxv.clock_ticks = Some(value).filter(|&ticks| ticks > 0),
                _ => {}
            }
        }
        auxv
    }
}

fn word(bytes: &[u8]) -> usize {
    bytes.try_into().map_or(0, usize::from_ne_bytes)
}
