//! Copies into reserved room.
#![allow(unsafe_code)] // The encoder's inner loop: short copies without a call each.

use std::marker::PhantomData;

/// Room at the end of a page, large enough for what will be put there.
///
/// Every `put` compares with what is left: a bound that is too small cuts the text (and fails a
/// debug build) instead of writing elsewhere.
pub(super) struct Room<'p> {
    page: *mut Vec<u8>,
    start: *mut u8,
    at: *mut u8,
    end: *mut u8,
    borrow: PhantomData<&'p mut Vec<u8>>,
}

impl<'p> Room<'p> {
    /// Room for `bytes` more.
    #[inline]
    pub(super) fn new(page: &'p mut Vec<u8>, bytes: usize) -> Self {
        page.reserve(bytes);
        let free = page.spare_capacity_mut();
        let (start, free) = (free.as_mut_ptr().cast::<u8>(), free.len());
        // SAFETY: one past the end of the spare capacity.
        let end = unsafe { start.add(free) };
        Self { page, start, at: start, end, borrow: PhantomData }
    }

    /// Appends bytes.
    #[inline]
    pub(super) fn put(&mut self, bytes: &[u8]) {
        let len = bytes.len();
        if self.left() < len {
            debug_assert!(false, "a bound was too small");
            return;
        }
        // SAFETY: `len` bytes are left behind `at`; they are spare capacity of a vector that is
        // borrowed mutably, so `bytes` is elsewhere.
        unsafe {
            copy_short(bytes.as_ptr(), self.at, len);
            self.at = self.at.add(len);
        }
    }

    /// Appends the first `len` bytes of `word`, at most 8. Room for 8 must be left.
    #[inline]
    pub(super) fn put_word(&mut self, word: [u8; 8], len: usize) {
        if self.left() < word.len() {
            debug_assert!(false, "a bound was too small");
            return;
        }
        // SAFETY: 8 bytes are left behind `at`; what is written beyond `len` is spare capacity.
        unsafe {
            self.at.cast::<[u8; 8]>().write_unaligned(word);
            self.at = self.at.add(len.min(word.len()));
        }
    }

    /// Replaces one byte of what was put.
    #[inline]
    pub(super) fn replace(&mut self, at: usize, byte: u8) {
        if at < self.written() {
            // SAFETY: before `at`, so inside the room and initialised.
            unsafe { self.start.add(at).write(byte) };
        }
    }

    /// Appends a copy of what was put from `from` to `to`.
    #[inline]
    pub(super) fn repeat(&mut self, from: usize, to: usize) {
        let len = to.saturating_sub(from);
        if to > self.written() || self.left() < len {
            debug_assert!(false, "a bound was too small");
            return;
        }
        // SAFETY: the source is initialised and ends at or before `at`; `len` bytes are left
        // behind `at`.
        unsafe {
            copy_short(self.start.add(from), self.at, len);
            self.at = self.at.add(len);
        }
    }

    /// How much was put so far.
    #[inline]
    pub(super) fn written(&self) -> usize {
        self.at as usize - self.start as usize
    }

    #[inline]
    fn left(&self) -> usize {
        self.end as usize - self.at as usize
    }
}

impl Drop for Room<'_> {
    #[inline]
    fn drop(&mut self) {
        let written = self.written();
        // SAFETY: `page` is the vector borrowed for `'p`; nobody else touched it meanwhile, and
        // `written` bytes behind its length are initialised and inside its capacity.
        unsafe {
            let page = &mut *self.page;
            page.set_len(page.len() + written);
        }
    }
}

/// Copies `len` bytes. Up to 64 take two overlapping moves of a fixed size instead of a call.
///
/// # Safety
///
/// `from` is readable and `to` writable for `len` bytes, and they do not overlap.
#[inline]
unsafe fn copy_short(from: *const u8, to: *mut u8, len: usize) {
    // SAFETY: in each arm both moves lie within `len`.
    unsafe {
        if len > 64 {
            to.copy_from_nonoverlapping(from, len);
        } else if len > 32 {
            to.copy_from_nonoverlapping(from, 32);
            to.add(len - 32).copy_from_nonoverlapping(from.add(len - 32), 32);
        } else if len >= 16 {
            to.copy_from_nonoverlapping(from, 16);
            to.add(len - 16).copy_from_nonoverlapping(from.add(len - 16), 16);
        } else if len >= 8 {
            to.copy_from_nonoverlapping(from, 8);
            to.add(len - 8).copy_from_nonoverlapping(from.add(len - 8), 8);
        } else if len >= 4 {
            to.copy_from_nonoverlapping(from, 4);
            to.add(len - 4).copy_from_nonoverlapping(from.add(len - 4), 4);
        } else if len > 0 {
            to.write(from.read());
            to.add(len / 2).write(from.add(len / 2).read());
            to.add(len - 1).write(from.add(len - 1).read());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_copied_whole() {
        let text: Vec<u8> = (0..100).collect();
        for len in 0..=text.len() {
            let mut page = vec![255];
            let mut room = Room::new(&mut page, 2 * len);
            room.put(&text[..len]);
            room.repeat(0, len);
            assert_eq!(room.written(), 2 * len);
            drop(room);
            assert_eq!(page, [&[255], &text[..len], &text[..len]].concat());
        }
    }
}
