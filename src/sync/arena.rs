//! Texts stored once, never moved and never freed before the arena.
//!
//! Whoever stores holds a lock, so the search among the texts is a plain hash table with chains; it
//! grows by one bucket a text (linear hashing), so no text pays for a resize of the table. What was
//! stored is read by anybody, through a pointer and without a lock.

use super::hash::hash_text;
use super::primitive::{AtomicU32, Ordering};
use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};
use std::mem::size_of;
use std::ptr::NonNull;

/// A stored text: this header, then the bytes.
#[repr(C)]
struct Text {
    /// The next text of the chain, as a [`Place`]. Atomic only because a reader may look at `word`
    /// meanwhile: read and written under the lock.
    next: AtomicU32,
    /// The length in bytes, and [`MARK`].
    word: u32,
}

/// The bit of `word` that carries the caller's mark.
const MARK: u32 = 1 << 31;

/// A shared pointer to a stored text.
#[derive(Clone, Copy)]
pub(crate) struct TextRef(NonNull<Text>);

impl TextRef {
    /// The text and its mark.
    ///
    /// # Safety
    ///
    /// The arena that made this reference is alive for `'a`.
    #[inline]
    pub(crate) unsafe fn get<'a>(self) -> (&'a str, bool) {
        // SAFETY: the caller says that the arena is alive; `word` was written before the reference
        // was made and is never written again.
        let word = unsafe { self.0.as_ref() }.word;
        let bytes = self.0.as_ptr().cast::<u8>().cast_const();
        // SAFETY: `Texts::store` wrote this many bytes of a `str` behind the header, in the same
        // allocation, from whose pointer `self.0` is derived.
        let text = unsafe {
            let bytes =
                std::slice::from_raw_parts(bytes.add(size_of::<Text>()), (word & !MARK) as usize);
            std::str::from_utf8_unchecked(bytes)
        };
        (text, word & MARK != 0)
    }
}

/// An append-only set of texts.
pub(crate) struct Texts {
    memory: Memory,
    /// The first text of each chain.
    heads: Vec<Place>,
    seed: u64,
}

/// Where a text is: the number of its chunk and the number of its word of four bytes in there.
type Place = u32;

/// The end of a chain.
const NOWHERE: Place = Place::MAX;

impl Texts {
    pub(crate) fn new(seed: u64) -> Self {
        Self { memory: Memory::new(), heads: vec![NOWHERE; 4], seed }
    }

    /// Whether no more can be stored: after some 16 GB.
    pub(crate) fn is_full(&self) -> bool {
        self.memory.chunks.len() >= MOST_CHUNKS
    }

    /// The stored copy of `text`, cut to 2^30 bytes; texts that differ in `mark` are different. To
    /// be called while it [is not full](Self::is_full).
    pub(crate) fn store(&mut self, text: &str, mark: bool) -> TextRef {
        let text = cut(text);
        let bucket = self.bucket_of(text);
        let mut at = self.heads[bucket];
        while at != NOWHERE {
            let known = self.memory.text(at);
            // SAFETY: in our memory, which is alive.
            if unsafe { known.get() } == (text, mark) {
                return known;
            }
            at = self.next(at).load(Ordering::Relaxed);
        }
        let (place, new) = self.memory.take(size_of::<Text>() + text.len());
        let new = new.cast::<Text>();
        let next = AtomicU32::new(self.heads[bucket]);
        let word = text.len() as u32 | if mark { MARK } else { 0 };
        // SAFETY: `new` has room for the header and the bytes, is aligned to the header and known
        // to nobody else; `text` cannot overlap fresh memory.
        unsafe {
            new.as_ptr().write(Text { next, word });
            let bytes = new.as_ptr().cast::<u8>().add(size_of::<Text>());
            bytes.copy_from_nonoverlapping(text.as_ptr(), text.len());
        }
        self.heads[bucket] = place;
        self.add_bucket();
        TextRef(new)
    }

    /// Modulo the next power of two, folded once if that bucket does not exist yet.
    fn bucket_of(&self, text: &str) -> usize {
        let mask = self.heads.len().next_power_of_two() - 1;
        let bucket = hash_text(self.seed, text) as usize & mask;
        if bucket < self.heads.len() {
            bucket
        } else {
            bucket & (mask >> 1)
        }
    }

    /// Adds a bucket and moves there what belongs to it, all from the chain of its parent.
    fn add_bucket(&mut self) {
        let new = self.heads.len();
        let parent = new ^ (1 << new.ilog2());
        let mut at = std::mem::replace(&mut self.heads[parent], NOWHERE);
        self.heads.push(NOWHERE);
        while at != NOWHERE {
            // SAFETY: in our memory, which is alive.
            let (text, _) = unsafe { self.memory.text(at).get() };
            let bucket = self.bucket_of(text);
            let next = self.next(at).load(Ordering::Relaxed);
            self.next(at).store(self.heads[bucket], Ordering::Relaxed);
            self.heads[bucket] = at;
            at = next;
        }
    }

    fn next(&self, place: Place) -> &AtomicU32 {
        // SAFETY: `place` came from `take` and was written by `store`; the memory is alive.
        unsafe { &(*self.memory.text(place).0.as_ptr()).next }
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

/// Memory handed out front to back, freed all at once.
struct Memory {
    chunks: Vec<(NonNull<u8>, Layout)>,
    /// Bytes left at the end of the last chunk.
    free: usize,
}

const UNIT: usize = size_of::<u32>();
const SMALLEST_CHUNK: usize = 512;
const LARGEST_CHUNK: usize = 32 * 1024;
const UNITS: u32 = (LARGEST_CHUNK / UNIT) as u32;
const MOST_CHUNKS: usize = (u32::MAX / UNITS) as usize - 1024;

// SAFETY: plain memory; whoever holds a reference into it is checked where the reference is made.
unsafe impl Send for Memory {}
// SAFETY: as above; taking memory needs `&mut`.
unsafe impl Sync for Memory {}

impl Memory {
    fn new() -> Self {
        Self { chunks: Vec::new(), free: 0 }
    }

    fn take(&mut self, size: usize) -> (Place, NonNull<u8>) {
        let size = size.next_multiple_of(UNIT);
        if size > self.free {
            self.add_chunk(size);
        }
        let chunk = self.chunks.len() - 1;
        let (start, layout) = self.chunks[chunk];
        // Zero in a chunk that was made for one large text.
        let offset = layout.size() - self.free;
        self.free -= size;
        let place = chunk as u32 * UNITS + (offset / UNIT) as u32;
        // SAFETY: `offset + size` is at most the size of the chunk.
        (place, unsafe { NonNull::new_unchecked(start.as_ptr().add(offset)) })
    }

    fn text(&self, place: Place) -> TextRef {
        let (start, _) = self.chunks[(place / UNITS) as usize];
        let offset = (place % UNITS) as usize * UNIT;
        // SAFETY: `take` made the place from this chunk and this offset.
        TextRef(unsafe { NonNull::new_unchecked(start.as_ptr().add(offset).cast()) })
    }

    fn add_chunk(&mut self, size: usize) {
        let usual = (SMALLEST_CHUNK << self.chunks.len().min(6)).min(LARGEST_CHUNK);
        let Ok(layout) = Layout::from_size_align(size.max(usual), UNIT) else {
            unreachable!("a text is shorter than 2^31 bytes")
        };
        // SAFETY: the layout is not empty.
        let Some(start) = NonNull::new(unsafe { alloc(layout) }) else {
            handle_alloc_error(layout)
        };
        self.chunks.push((start, layout));
        self.free = layout.size();
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        for (start, layout) in self.chunks.drain(..) {
            // SAFETY: allocated with this layout in `add_chunk`, freed only here.
            unsafe { dealloc(start.as_ptr(), layout) };
        }
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_stored_once_and_marks_keep_them_apart() {
        let mut texts = Texts::new(1);
        let (one, same) = (texts.store("GET", false), texts.store("GET", false));
        let marked = texts.store("GET", true);
        assert_eq!(one.0, same.0);
        assert_ne!(one.0, marked.0);
        // SAFETY: `texts` is alive.
        assert_eq!(unsafe { (one.get(), marked.get()) }, (("GET", false), ("GET", true)));
    }

    #[test]
    fn texts_of_every_size_come_back() {
        let mut texts = Texts::new(2);
        let all = [0, 1, 7, 8, 9, 500, 513, 40_000, 1 << 20, 3];
        let sizes = if cfg!(miri) { &all[..7] } else { &all[..] };
        for _ in 0..2 {
            for &size in sizes {
                let (text, mark) = ("돌".repeat(size), size % 2 == 0);
                // SAFETY: `texts` is alive.
                assert_eq!(unsafe { texts.store(&text, mark).get() }, (text.as_str(), mark));
            }
        }
        assert_eq!(texts.heads.len() - 4, sizes.len());
    }

    #[test]
    fn every_text_is_found_however_many_there_are() {
        let mut texts = Texts::new(3);
        let count = if cfg!(miri) { 40 } else { 5000 };
        let stored: Vec<_> = (0..count).map(|n| texts.store(&n.to_string(), false).0).collect();
        for (n, text) in stored.into_iter().enumerate() {
            assert_eq!(texts.store(&n.to_string(), false).0, text);
        }
    }
}
