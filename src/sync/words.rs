//! The bytes of a short text in two machine words, read without a loop or a call.

/// The longest text that two words hold.
pub(super) const MOST: usize = 16;

/// The last eight bytes of a text and the eight before them, as little-endian numbers whose lowest
/// bytes are zero where the text has none. Texts of one length are equal if their words are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Words {
    pub(super) before: u64,
    pub(super) last: u64,
}

impl Words {
    /// The words of a text that is not longer than [`MOST`]; those of a longer one are not all of it.
    #[inline(always)] // Into the search of a table, whatever calls it.
    pub(super) fn of(text: &[u8]) -> Self {
        let (start, len) = (text.as_ptr(), text.len());
        if len > 8 {
            // SAFETY: the first eight bytes and the last eight are inside the text.
            let (first, last) = unsafe { (long(start), long(start.add(len - 8))) };
            return Self { before: first << (Self::shift(len) % 64), last };
        }
        let last = if len >= 4 {
            // SAFETY: the first four bytes and the last four are inside the text.
            let (first, last) = unsafe { (word(start), word(start.add(len - 4))) };
            u64::from(last) << 32 | u64::from(first) << Self::shift(len)
        } else if len > 0 {
            // SAFETY: inside a text of one to three bytes, of which it is all.
            let [first, middle, last] =
                unsafe { [0, len / 2, len - 1].map(|at| u64::from(start.add(at).read())) };
            first << Self::shift(len) | middle << Self::shift(len - len / 2) | last << 56
        } else {
            0
        };
        Self { before: 0, last }
    }

    /// Whether a text of `len` bytes, at most [`MOST`], that ends at `end` has these words, which
    /// are those of a text of the same length that is not empty.
    ///
    /// # Safety
    ///
    /// The [`MOST`] bytes before `end` can be read, whatever they are.
    #[inline(always)] // As above.
    pub(super) unsafe fn end_at(self, end: *const u8, len: usize) -> bool {
        // SAFETY: the caller's promise, for this and the next.
        let last = unsafe { long(end.sub(8)) } ^ self.last;
        if len > 8 {
            // SAFETY: as above.
            let before = unsafe { long(end.sub(MOST)) } ^ self.before;
            return last | before >> (Self::shift(len) % 64) == 0;
        }
        last >> (Self::shift(len) % 64) == 0
    }

    /// The bits of a word, or of the first of two, that a text of so many bytes leaves empty.
    #[inline(always)]
    fn shift(len: usize) -> usize {
        if len > 8 {
            (MOST - len) * 8
        } else {
            (8 - len) * 8
        }
    }
}

/// # Safety
///
/// Eight bytes can be read there.
#[inline(always)]
pub(super) unsafe fn long(at: *const u8) -> u64 {
    // SAFETY: the caller's promise; no alignment is asked for.
    u64::from_le(unsafe { at.cast::<u64>().read_unaligned() })
}

/// # Safety
///
/// Four bytes can be read there.
#[inline(always)]
unsafe fn word(at: *const u8) -> u32 {
    // SAFETY: the caller's promise; no alignment is asked for.
    u32::from_le(unsafe { at.cast::<u32>().read_unaligned() })
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    /// The same by the definition.
    fn plain(text: &[u8]) -> Words {
        let mut bytes = [0; MOST];
        bytes[MOST - text.len()..].copy_from_slice(text);
        let [before, last] = [0, 8].map(|at| bytes[at..at + 8].try_into().unwrap());
        Words { before: u64::from_le_bytes(before), last: u64::from_le_bytes(last) }
    }

    #[test]
    fn the_words_are_the_bytes_from_the_end() {
        let bytes: Vec<u8> = (1..=40).map(|byte| byte * 6).collect();
        for start in 0..20 {
            for len in 0..=MOST {
                let text = &bytes[start..start + len];
                assert_eq!(Words::of(text), plain(text), "{len} bytes");
            }
        }
    }

    #[test]
    fn every_byte_of_a_text_is_compared_and_no_other() {
        for len in 1..=MOST {
            let stored: Vec<u8> = (0..40).collect();
            let text = stored[30 - len..30].to_vec();
            // SAFETY: 30 bytes before it.
            let same =
                |stored: &[u8]| unsafe { Words::of(&text).end_at(stored.as_ptr().add(30), len) };
            for at in 0..40 {
                let mut other = stored.clone();
                other[at] ^= 0x80;
                assert_eq!(same(&other), !(30 - len..30).contains(&at), "byte {at}, {len} bytes");
            }
        }
    }
}
