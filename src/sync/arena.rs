//! Texts that never move and are not freed before the arena.
//!
//! A text is known by its place, a number of 32 bits. Whoever stores holds a lock; what was stored
//! is read by anybody, without one.

use super::index::Index;
use super::primitive::{AtomicUsize, Ordering};
use super::slots::{Slots, View};
use super::words;
use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};
use std::marker::PhantomData;
use std::mem::size_of;

/// Where a text is: the number of its chunk, and of its word of four bytes in there.
pub(crate) type Place = u32;

/// The bytes of texts, each behind its length.
pub(crate) struct Texts {
    /// A chunk begins with its size.
    chunks: Slots,
    /// Bytes left at the end of the last chunk; read and written by the storing side.
    free: AtomicUsize,
}

/// The length of a text in bytes, and [`MARK`].
type Word = u32;
/// The bit of a [`Word`] that carries the caller's mark.
const MARK: Word = 1 << 31;

const UNIT: usize = size_of::<Word>();
const SMALLEST_CHUNK: usize = 256;
const LARGEST_CHUNK: usize = 32 * 1024;
const UNITS: u32 = (LARGEST_CHUNK / UNIT) as u32;
/// With more chunks places would not be numbers that an [`Index`] can file. The last thousand are
/// for who stores although the arena is full.
const MOST_CHUNKS: usize = (Index::MOST / UNITS) as usize - 1024;

impl Texts {
    pub(crate) fn new() -> Self {
        Self { chunks: Slots::new(), free: AtomicUsize::new(0) }
    }

    /// Whether it is time to stop: after some 8 GB.
    pub(crate) fn is_full(&self) -> bool {
        self.chunks.len() >= MOST_CHUNKS
    }

    /// Stores a text, cut to 2^30 bytes, with a mark.
    ///
    /// # Safety
    ///
    /// Calls do not overlap (the caller holds a lock).
    pub(crate) unsafe fn store(&self, text: &str, mark: bool) -> Place {
        let text = cut(text);
        let size = (UNIT + text.len()).next_multiple_of(UNIT);
        let mut free = self.free.load(Ordering::Relaxed); // Written by this side only.
        if size > free {
            // SAFETY: the caller keeps calls apart.
            free = unsafe { self.add_chunk(size) };
        }
        let chunk = self.chunks.len() - 1;
        // SAFETY: this side has pushed the chunk; its size was written first.
        let (start, chunk_size) = unsafe {
            let start = self.chunks.view().get(chunk);
            (start, start.cast::<u32>().read() as usize)
        };
        let offset = chunk_size - free;
        let word = text.len() as Word | if mark { MARK } else { 0 };
        // SAFETY: `offset + size` is at most the size of the chunk, and nobody knows the end of it;
        // `offset` is a multiple of UNIT, which is what the chunk is aligned to.
        unsafe {
            let place = start.add(offset);
            place.cast::<Word>().write(word);
            place.add(UNIT).copy_from_nonoverlapping(text.as_ptr(), text.len());
        }
        self.free.store(free - size, Ordering::Relaxed); // Read by this side only.
                                                         // Less than UNITS: what is longer than the largest chunk stands first in one of its own.
        chunk as u32 * UNITS + (offset / UNIT) as u32
    }

    /// Adds a chunk with room for `size` bytes at least. Returns its room.
    ///
    /// # Safety
    ///
    /// Calls do not overlap.
    unsafe fn add_chunk(&self, size: usize) -> usize {
        let usual = (SMALLEST_CHUNK << self.chunks.len().min(7)).min(LARGEST_CHUNK);
        let size = usual.max(UNIT + size);
        let layout = chunk_layout(size);
        // SAFETY: the layout is not empty.
        let start = unsafe { alloc(layout) };
        if start.is_null() {
            handle_alloc_error(layout);
        }
        // SAFETY: at least UNIT bytes, aligned, and ours; the caller keeps calls apart.
        unsafe {
            start.cast::<u32>().write(size as u32);
            self.chunks.push(start);
        }
        size - UNIT
    }

    /// What can be read: every text whose place this thread knows.
    #[inline]
    pub(crate) fn read(&self) -> Reader<'_> {
        Reader(self.chunks.view())
    }
}

fn chunk_layout(size: usize) -> Layout {
    match Layout::from_size_align(size, UNIT) {
        Ok(layout) => layout,
        Err(_) => unreachable!("a text is shorter than 2^31 bytes"),
    }
}

/// The longest part of a text of at most 2^30 bytes: the length must leave room for the mark.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(1 << 30);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Reads texts.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a>(View<'a>);

impl<'a> Reader<'a> {
    /// The text at a place.
    ///
    /// # Safety
    ///
    /// `store` of the same arena returned the place before the reader was made, and this thread
    /// learnt of it by an Acquire load or is the one that stored.
    #[inline(always)] // Into the search of a table.
    pub(crate) unsafe fn get(self, place: Place) -> Text<'a> {
        // SAFETY: `store` made the place from this chunk and this offset, and wrote the word there.
        let (start, word) = unsafe {
            let start = self.0.get((place / UNITS) as usize);
            let start = start.add((place % UNITS) as usize * UNIT).cast_const();
            (start.add(UNIT), start.cast::<Word>().read())
        };
        Text { start, word, arena: PhantomData }
    }
}

/// A stored text.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    start: *const u8,
    word: Word,
    arena: PhantomData<&'a Texts>,
}

impl<'a> Text<'a> {
    /// The mark that it was stored with.
    #[inline(always)]
    pub(crate) fn mark(self) -> bool {
        self.word & MARK != 0
    }

    #[inline(always)]
    fn len(self) -> usize {
        (self.word & !MARK) as usize
    }

    #[inline(always)]
    fn bytes(self) -> &'a [u8] {
        // SAFETY: `store` wrote as many bytes there and never writes there again. The chunk lives
        // for `'a`, as the arena is borrowed.
        unsafe { std::slice::from_raw_parts(self.start, self.len()) }
    }

    /// The text as it was stored.
    #[inline]
    pub(crate) fn as_str(self) -> &'a str {
        // SAFETY: the bytes are those of a `str`.
        unsafe { std::str::from_utf8_unchecked(self.bytes()) }
    }

    /// Whether this is the empty text, if `value` is; or else one that ends with a quote, `value`
    /// and one byte more.
    #[inline(always)] // Into the search of a table.
    pub(crate) fn encloses(self, value: &str) -> bool {
        let value = value.as_bytes();
        let (len, all) = (value.len(), self.len());
        if all < len + 2 || len == 0 {
            return all == 0 && len == 0;
        }
        let start = all - len - 1;
        // SAFETY: there are two bytes more than `len`, so what is read is in the text.
        unsafe {
            let start = self.start.add(start);
            start.sub(1).read() == b'"' && words::are(start, value)
        }
    }
}

impl Drop for Texts {
    fn drop(&mut self) {
        for chunk in 0..self.chunks.len() {
            // SAFETY: made by `add_chunk` with the size that it wrote; nobody else is left.
            unsafe {
                let start = self.chunks.view().get(chunk);
                dealloc(start, chunk_layout(start.cast::<u32>().read() as usize));
            }
        }
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_size_come_back() {
        let texts = Texts::new();
        let all = [0, 1, 7, 8, 9, 500, 513, 40_000, 1 << 20, 3];
        let sizes = if cfg!(miri) { &all[..7] } else { &all[..] };
        let mut stored = Vec::new();
        for (at, &size) in sizes.iter().chain(sizes).enumerate() {
            let text = ["x", "돌"][at % 2].repeat(size);
            // SAFETY: one thread.
            let place = unsafe { texts.store(&text, size % 2 == 0) };
            stored.push((place, text, size % 2 == 0));
        }
        for (place, text, mark) in stored {
            // SAFETY: stored above.
            let stored = unsafe { texts.read().get(place) };
            assert_eq!((stored.as_str(), stored.mark()), (text.as_str(), mark));
        }
    }

    #[test]
    fn no_place_is_given_twice() {
        let texts = Texts::new();
        let count = if cfg!(miri) { 200 } else { 50_000 };
        // SAFETY: one thread.
        let places: Vec<_> = (0..count).map(|_| unsafe { texts.store("abcd", false) }).collect();
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
