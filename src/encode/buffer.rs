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

    /// As [`Self::put`], where it would be one place more that has all its code.
    #[inline(never)]
    pub(super) fn put_one_of_many(&mut self, bytes: &[u8]) {
        self.put(bytes);
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

    /// Appends one byte.
    #[cfg(feature = "protobuf")]
    #[inline]
    pub(super) fn put_byte(&mut self, byte: u8) {
        if self.left() == 0 {
            debug_assert!(false, "a bound was too small");
            return;
        }
        // SAFETY: a byte is left behind `at`.
        unsafe {
            self.at.write(byte);
            self.at = self.at.add(1);
        }
    }

    /// Appends the first bytes of a key, the second of them being `total` and the last the length of the
    /// value, and the value, which has less than 128 bytes; nothing if there is a backslash in it.
    /// Answers whether there is none. Room must be left for the whole key.
    #[cfg(feature = "protobuf")]
    #[inline(always)]
    pub(super) fn put_plain(
        &mut self,
        key: &[u8; 32],
        length: usize,
        total: u8,
        value: &[u8],
    ) -> bool {
        if self.left() < key.len() + value.len() || !(2..=key.len()).contains(&length) {
            debug_assert!(false, "a bound was too small");
            return true;
        }
        // SAFETY: room for the key and the value is left behind `at`, and the value begins inside the
        // key or at its end. It is spare capacity of a vector that is borrowed mutably, so both are
        // elsewhere. What is written beyond the value is spare capacity still.
        unsafe {
            self.at.cast::<[u8; 32]>().write_unaligned(*key);
            self.at.add(1).write(total);
            self.at.add(length - 1).write(value.len() as u8);
            let at = self.at.add(length);
            let is_plain = copy_plain(value.as_ptr(), at, value.len());
            self.at = if is_plain { at.add(value.len()) } else { self.at };
            is_plain
        }
    }

    /// Takes `len` bytes out of what was put, those from `at` on.
    #[cfg(feature = "protobuf")]
    #[cold]
    pub(super) fn cut(&mut self, at: usize, len: usize) {
        let behind = self.written().checked_sub(at).and_then(|put| put.checked_sub(len));
        let Some(behind) = behind else { return };
        // SAFETY: `at + len + behind` bytes were put, so that all of them are inside the room and
        // initialised; the moved ones may overlap, which this copy allows.
        unsafe {
            let to = self.start.add(at);
            to.copy_from(to.add(len), behind);
            self.at = self.at.sub(len);
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

/// Copies `len` bytes, and answers whether there is no backslash in them.
///
/// # Safety
///
/// As of [`copy_short`].
#[cfg(feature = "protobuf")]
#[inline(always)]
unsafe fn copy_plain(from: *const u8, to: *mut u8, len: usize) -> bool {
    const ONES: u64 = u64::MAX / 255;
    // A high bit is set if and only if one of the eight bytes is a backslash.
    let find = |word: u64| {
        let zero = word ^ (ONES * 0x5c);
        zero.wrapping_sub(ONES) & !zero
    };
    // SAFETY: in each arm all moves lie within `len`.
    let found = unsafe {
        if len >= 8 {
            let copy_word = |at: usize| {
                let word = from.add(at).cast::<u64>().read_unaligned();
                to.add(at).cast::<u64>().write_unaligned(word);
                find(word)
            };
            let (mut at, mut found) = (0, copy_word(len - 8));
            while at < len - 8 {
                found |= copy_word(at);
                at += 8;
            }
            found
        } else if len >= 4 {
            let copy_half = |at: usize| {
                let half = from.add(at).cast::<u32>().read_unaligned();
                to.add(at).cast::<u32>().write_unaligned(half);
                u64::from(half)
            };
            find(copy_half(0) | copy_half(len - 4) << 32)
        } else if len > 0 {
            let copy_byte = |at: usize| {
                let byte = from.add(at).read();
                to.add(at).write(byte);
                u64::from(byte)
            };
            find(copy_byte(0) | copy_byte(len / 2) << 8 | copy_byte(len - 1) << 16)
        } else {
            0
        }
    };
    found & (ONES << 7) == 0
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

    #[cfg(feature = "protobuf")]
    #[test]
    fn a_value_is_put_unless_it_has_a_backslash() {
        for len in (0..20).chain([31, 32, 33, 100_usize]) {
            let plain: Vec<u8> = (0..len).map(|n| [0xdc, b']', b'[', 0][n % 4]).collect();
            for at in 0..=len {
                let mut value = plain.clone();
                let is_plain = at == len;
                if !is_plain {
                    value[at] = b'\\';
                }
                let mut page = vec![255];
                let mut room = Room::new(&mut page, 32 + len);
                let key = *b"abcdefghijklmnopqrstuvwxyz123456";
                assert_eq!(room.put_plain(&key, 4, 9, &value), is_plain, "{at} of {len}");
                drop(room);
                let put = [b"a\x09c", &[len as u8][..], &value].concat();
                assert_eq!(page, [&[255], &put[..if is_plain { 4 + len } else { 0 }]].concat());
            }
        }
    }

    #[cfg(feature = "protobuf")]
    #[test]
    fn what_is_cut_out_closes_behind_it() {
        let mut page = b"before".to_vec();
        let mut room = Room::new(&mut page, 9);
        room.put(b"abcdefgh");
        room.put_byte(b'i');
        room.cut(2, 3);
        room.cut(0, 1);
        room.cut(4, 1);
        room.cut(4, 1); // More than there is.
        drop(room);
        assert_eq!(page, b"beforebfgh");
    }
}
