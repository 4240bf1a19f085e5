//! Texts stored once, never moved and never freed before the arena.

use super::hash::hash_text;
use super::index::{Index, Link, Linked};
use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};
use std::mem::size_of;
use std::ptr::NonNull;

/// A stored text: this header, then the bytes.
#[repr(C)]
pub(crate) struct Text {
    /// `spare` holds the length in bytes, and [`MARK`].
    link: Link<Text>,
}

/// The bit of the length word that carries the caller's mark.
const MARK: u32 = 1 << 31;
/// The longest text that can be stored; the caller cuts longer ones.
pub(crate) const MAX_TEXT: usize = (MARK - 1) as usize;

// SAFETY: the link is a field.
unsafe impl Linked for Text {
    fn link(&self) -> &Link<Self> {
        &self.link
    }
}

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
        // SAFETY: the caller says that the arena is alive; the header was written before the
        // reference was made and is never written again.
        let word = unsafe { self.0.as_ref() }.link.spare;
        let bytes = self.0.as_ptr().cast::<u8>().cast_const();
        // SAFETY: `Texts::store` wrote this many bytes of a `str` behind the header, in the same
        // allocation, from whose pointer `self.0` is derived.
        let text = unsafe {
            let start = bytes.add(size_of::<Text>());
            std::str::from_utf8_unchecked(std::slice::from_raw_parts(
                start,
                (word & !MARK) as usize,
            ))
        };
        (text, word & MARK != 0)
    }
}

/// An append-only set of texts. Used under the caller's lock; what it stored is read by anybody.
pub(crate) struct Texts {
    memory: Memory,
    index: Index<Text>,
    seed: u64,
}

impl Texts {
    pub(crate) fn new(seed: u64) -> Self {
        Self { memory: Memory::new(), index: Index::new(), seed }
    }

    /// The stored copy of `text`; texts that differ in `mark` are different.
    pub(crate) fn store(&mut self, text: &str, mark: bool) -> TextRef {
        let hash = hash_text(self.seed, text);
        let known = self.index.find(hash, |other| {
            // SAFETY: in the index of `self`, so in its memory, which is alive.
            unsafe { TextRef(other).get() == (text, mark) }
        });
        if let Some(known) = known {
            return TextRef(known);
        }
        debug_assert!(text.len() <= MAX_TEXT);
        let size = size_of::<Text>() + text.len();
        let place = self.memory.take(size).cast::<Text>();
        let word = text.len() as u32 | if mark { MARK } else { 0 };
        // SAFETY: `place` has room for the header and the bytes, is aligned to 8 and is known to
        // nobody else; `text` cannot overlap fresh memory.
        unsafe {
            place.as_ptr().write(Text { link: Link::new(hash, word) });
            let start = place.as_ptr().cast::<u8>().add(size_of::<Text>());
            start.copy_from_nonoverlapping(text.as_ptr(), text.len());
        }
        // SAFETY: `&mut self` keeps calls apart; the memory lives as long as the index.
        unsafe { self.index.insert(hash, place) };
        TextRef(place)
    }
}

/// Memory handed out front to back in 8-byte units, freed all at once.
struct Memory {
    chunks: Vec<(NonNull<u8>, Layout)>,
    free: usize,
}

const SMALLEST_CHUNK: usize = 512;
const LARGEST_CHUNK: usize = 32 * 1024;

// SAFETY: plain memory; whoever holds a reference into it is checked where the reference is made.
unsafe impl Send for Memory {}
// SAFETY: as above; taking memory needs `&mut`.
unsafe impl Sync for Memory {}

impl Memory {
    fn new() -> Self {
        Self { chunks: Vec::new(), free: 0 }
    }

    fn take(&mut self, size: usize) -> NonNull<u8> {
        let size = size.next_multiple_of(8);
        if size > self.free {
            self.add_chunk(size);
        }
        let (start, layout) = self.chunks[self.chunks.len() - 1];
        let offset = layout.size() - self.free;
        self.free -= size;
        // SAFETY: `offset + size` is at most the size of the chunk.
        unsafe { NonNull::new_unchecked(start.as_ptr().add(offset)) }
    }

    fn add_chunk(&mut self, size: usize) {
        let usual = SMALLEST_CHUNK << self.chunks.len().min(6);
        let wanted = size.max(usual.min(LARGEST_CHUNK));
        let Ok(layout) = Layout::from_size_align(wanted, 8) else {
            unreachable!("a text is shorter than 2^31 bytes")
        };
        // SAFETY: the layout is not empty.
        let Some(start) = NonNull::new(unsafe { alloc(layout) }) else {
            handle_alloc_error(layout)
        };
        self.chunks.push((start, layout));
        self.free = wanted;
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
        let all = [0, 1, 7, 8, 9, 500, 513, 40_000, 1 << 20];
        let sizes = if cfg!(miri) { &all[..7] } else { &all[..] };
        let stored: Vec<_> =
            sizes.iter().map(|&size| texts.store(&"돌".repeat(size), size % 2 == 0)).collect();
        for (text, size) in stored.into_iter().zip(sizes) {
            // SAFETY: `texts` is alive.
            assert_eq!(unsafe { text.get() }, ("돌".repeat(*size).as_str(), size % 2 == 0));
        }
    }
}
