//! The bytes of a text in machine words that overlap as far as it is shorter than they are together:
//! read without a loop or a call.

/// The longest text that is read so.
pub(super) const MOST: usize = 2 * HALF;
/// The longest text that two words hold.
const HALF: usize = 16;

/// Two words that hold a text of up to [`HALF`] bytes, if its length is known as well.
#[inline(always)] // Into the search of a table, whatever calls it; so all of these.
pub(super) fn two(text: &[u8]) -> [u64; 2] {
    let (start, len) = (text.as_ptr(), text.len());
    debug_assert!(len <= HALF);
    // SAFETY: the first and the last eight, four or one of at least as many bytes.
    unsafe {
        if len >= 8 {
            [eight(start), eight(start.add(len - 8))]
        } else if len >= 4 {
            [four(start), four(start.add(len - 4))]
        } else if len > 0 {
            [one(start) << 8 | one(start.add(len / 2)), one(start.add(len - 1))]
        } else {
            [0, 0]
        }
    }
}

/// Four words that hold a text of [`HALF`] to [`MOST`] bytes, if its length is known as well.
#[inline(always)]
pub(super) fn twice_two(text: &[u8]) -> [[u64; 2]; 2] {
    let (start, len) = (text.as_ptr(), text.len());
    assert!(len >= HALF); // The caller has asked that.
    debug_assert!(len <= MOST);
    // SAFETY: the first and the last sixteen of at least as many bytes.
    unsafe {
        [
            [eight(start), eight(start.add(8))],
            [eight(start.add(len - 16)), eight(start.add(len - 8))],
        ]
    }
}

/// Whether `len` bytes at one place are those of a text of that length.
///
/// # Safety
///
/// So many bytes can be read at `start`.
#[inline(always)]
pub(super) unsafe fn are(start: *const u8, text: &[u8]) -> bool {
    let (other, len) = (text.as_ptr(), text.len());
    // SAFETY: the first and the last eight, four or one of at least as many bytes of both.
    unsafe {
        let by_one = |at| one(start.add(at)) ^ one(other.add(at));
        let by_four = |at| four(start.add(at)) ^ four(other.add(at));
        let by_eight = |at| eight(start.add(at)) ^ eight(other.add(at));
        match len {
            8..=HALF => by_eight(0) | by_eight(len - 8) == 0,
            4..=7 => by_four(0) | by_four(len - 4) == 0,
            1..=3 => by_one(0) | by_one(len / 2) | by_one(len - 1) == 0,
            17..=MOST => by_eight(0) | by_eight(8) | by_eight(len - 16) | by_eight(len - 8) == 0,
            _ => std::slice::from_raw_parts(start, len) == text,
        }
    }
}

/// # Safety
///
/// A byte can be read there.
#[inline(always)]
unsafe fn one(at: *const u8) -> u64 {
    // SAFETY: the caller's promise.
    u64::from(unsafe { at.read() })
}

/// # Safety
///
/// Four bytes can be read there.
#[inline(always)]
unsafe fn four(at: *const u8) -> u64 {
    // SAFETY: the caller's promise; no alignment is asked for.
    u64::from(u32::from_le(unsafe { at.cast::<u32>().read_unaligned() }))
}

/// # Safety
///
/// Eight bytes can be read there.
#[inline(always)]
unsafe fn eight(at: *const u8) -> u64 {
    // SAFETY: the caller's promise; no alignment is asked for.
    u64::from_le(unsafe { at.cast::<u64>().read_unaligned() })
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    fn words(text: &[u8]) -> [[u64; 2]; 2] {
        if text.len() <= HALF {
            [two(text), [0; 2]]
        } else {
            twice_two(text)
        }
    }

    #[test]
    fn every_byte_is_in_the_words_and_is_compared() {
        for len in 0..=MOST + 9 {
            let text: Vec<u8> = (7..).take(len).collect();
            // SAFETY: of the same length.
            assert!(unsafe { are(text.clone().as_ptr(), &text) });
            for at in 0..len {
                let mut other = text.clone();
                other[at] ^= 0x80;
                // SAFETY: as above.
                assert!(!unsafe { are(other.as_ptr(), &text) }, "byte {at} of {len}");
                assert!(len > MOST || words(&other) != words(&text), "byte {at} of {len}");
            }
        }
    }
}
