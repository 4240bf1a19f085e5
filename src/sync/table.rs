//! An append-only concurrent map from a short list of texts to a value that never moves.
//!
//! Entries lie side by side in creation order, `[link | value | one text reference per column]`, in
//! chunks that never move; the texts of a column are shared between entries. A hit reads the index,
//! the entry and its texts, and writes nothing. A miss takes the writer lock, looks again and
//! appends. Nothing is removed before the table is dropped.

use super::arena::{TextRef, Texts};
use super::index::{Index, Link, Linked};
use super::primitive::{AtomicUsize, Ordering};
use super::slots::Slots;
use parking_lot::Mutex;
use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};
use std::marker::PhantomData;
use std::mem::{align_of, size_of};
use std::ptr::NonNull;

/// A map from `columns` texts to a `V`.
pub(crate) struct Table<V> {
    index: Index<Entry<V>>,
    chunks: Slots<u8>,
    /// Entries that can be read; stored with Release after the entry.
    len: AtomicUsize,
    shape: Shape,
    writer: Mutex<Writer>,
    owns: PhantomData<V>,
}

/// The part of an entry that has a fixed size; the text references follow.
#[repr(C)]
struct Entry<V> {
    link: Link<Entry<V>>,
    value: V,
}

// SAFETY: the link is a field.
unsafe impl<V> Linked for Entry<V> {
    fn link(&self) -> &Link<Self> {
        &self.link
    }
}

struct Writer {
    texts: Option<Box<Texts>>,
    /// Where a text is written before it is stored.
    draft: String,
}

/// How an entry lies in memory.
#[derive(Clone, Copy)]
struct Shape {
    columns: usize,
    stride: usize,
    align: usize,
}

/// The table is full: it has as many entries as the caller allows.
#[derive(Debug)]
pub(crate) struct Full;

/// What the table asks its caller about one key.
pub(crate) trait Key {
    /// Whether the stored text of `column` stands for this key.
    fn is(&self, column: usize, text: &str, mark: bool) -> bool;
    /// Writes the text of `column` into the empty `draft` and returns its mark.
    fn write(&self, column: usize, draft: &mut String) -> bool;
}

impl<V> Table<V> {
    /// Where the text references begin in an entry.
    const REFERENCES_AT: usize = size_of::<Entry<V>>().next_multiple_of(align_of::<TextRef>());

    /// An empty table.
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            index: Index::new(),
            chunks: Slots::new(),
            len: AtomicUsize::new(0),
            shape: Shape::of::<V>(columns),
            writer: Mutex::new(Writer { texts: None, draft: String::new() }),
            owns: PhantomData,
        }
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::Acquire) // Pairs with the Release in `append`.
    }

    /// The value of a key. Takes no lock, writes nothing, allocates nothing.
    #[inline]
    pub(crate) fn find(&self, hash: u32, key: &impl Key) -> Option<&V> {
        let columns = self.shape.columns;
        let entry = self.index.find(hash, |entry| {
            (0..columns).all(|column| {
                // SAFETY: `entry` is in our index, so it was written whole by `append`, and the
                // arena of its texts lives as long as `self`.
                let (text, mark) = unsafe { self.reference(entry, column).get() };
                key.is(column, text, mark)
            })
        })?;
        // SAFETY: written whole by `append`, shared from then on, alive as long as `self`.
        Some(unsafe { &(*entry.as_ptr()).value })
    }

    /// The value of a key, made by `make` if it is new.
    ///
    /// # Errors
    ///
    /// [`Full`] if the key is new and the table has `limit` entries.
    pub(crate) fn find_or_insert(
        &self,
        hash: u32,
        key: &impl Key,
        limit: usize,
        make: impl FnOnce() -> V,
    ) -> Result<&V, Full> {
        if let Some(value) = self.find(hash, key) {
            return Ok(value);
        }
        if self.index.len() >= limit {
            // Full for good, as nothing is removed. But this key may have come in meanwhile: then
            // it can be found now.
            return self.find(hash, key).ok_or(Full);
        }
        let value = make(); // Not under the lock, and before anything is changed.
        let mut writer = self.writer.lock();
        if let Some(value) = self.find(hash, key) {
            return Ok(value);
        }
        if self.len() >= limit || writer.texts.as_ref().is_some_and(|texts| texts.is_full()) {
            return Err(Full);
        }
        Ok(self.append(&mut writer, hash, key, value))
    }

    fn append(&self, writer: &mut Writer, hash: u32, key: &impl Key, value: V) -> &V {
        // Relaxed: written under the lock only.
        let at = self.len.load(Ordering::Relaxed);
        // SAFETY: the caller holds the lock; `at` is the number of entries.
        let entry = unsafe { self.place(at) };
        // SAFETY: `place` returned room for an entry that nobody knows yet.
        unsafe { entry.as_ptr().write(Entry { link: Link::new(hash), value }) };
        for column in 0..self.shape.columns {
            writer.draft.clear();
            let mark = key.write(column, &mut writer.draft);
            let texts = writer
                .texts
                .get_or_insert_with(|| Box::new(Texts::new(super::seed::process_seed())));
            let text = texts.store(&writer.draft, mark);
            // SAFETY: inside the room of the entry, aligned, known to nobody yet.
            unsafe { self.reference_at(entry, column).write(text) };
        }
        writer.draft.shrink_to(4096); // A single huge value must not keep its draft for ever.
                                      // First the walk, then the search: who found an entry finds it on a page begun afterwards.
                                      // Pairs with the Acquire in `len`.
        self.len.store(at + 1, Ordering::Release);
        // SAFETY: the lock keeps calls apart; the entry is whole and lives as long as `self`.
        unsafe { self.index.insert(hash, entry) };
        // SAFETY: shared from now on, alive as long as `self`.
        unsafe { &(*entry.as_ptr()).value }
    }

    /// Offers the texts and the value of entry number `from` and those after it, in creation order,
    /// until `each` answers that it did not take one. Returns the number of that entry, or the end.
    /// Sees the entries that were there at the call.
    pub(crate) fn visit<'t>(
        &'t self,
        from: usize,
        mut each: impl FnMut(Columns<'t>, &'t V) -> bool,
    ) -> usize {
        let end = self.len();
        let mut at = from;
        while at < end {
            let (chunk, mut offset) = chunk_of(at);
            let stop = (at + chunk_len(chunk) - offset).min(end);
            // SAFETY: entries below `len` exist, so their chunk was reserved and stored before the
            // Release that `len` acquired.
            let start = unsafe { self.chunks.get(chunk) }.load(Ordering::Acquire);
            while at < stop {
                // SAFETY: the chunk has room for `chunk_len(chunk)` entries.
                let entry = unsafe { start.add(offset * self.shape.stride) }.cast::<Entry<V>>();
                // SAFETY: below `len`: written whole, shared from then on.
                let (references, value) =
                    unsafe { (self.references(NonNull::new_unchecked(entry)), &(*entry).value) };
                if !each(Columns { references, owner: PhantomData }, value) {
                    return at;
                }
                at += 1;
                offset += 1;
            }
        }
        at
    }

    /// Room for entry number `at`, in a chunk that is added when the number is its first.
    ///
    /// # Safety
    ///
    /// Calls do not overlap, and `at` is the number of entries.
    unsafe fn place(&self, at: usize) -> NonNull<Entry<V>> {
        let (chunk, offset) = chunk_of(at);
        if offset == 0 {
            let layout = self.shape.chunk_layout(chunk);
            // SAFETY: the layout is not empty: an entry has a link.
            let start = unsafe { alloc(layout) };
            if start.is_null() {
                handle_alloc_error(layout);
            }
            self.chunks.reserve(chunk);
            // SAFETY: reserved on the line above. Published by the store to `len`.
            unsafe { self.chunks.get(chunk) }.store(start, Ordering::Release);
        }
        // SAFETY: the chunk of `at` was reserved by this call or by an earlier one (calls are kept
        // apart by the writer lock) and has room for `offset` more entries.
        unsafe {
            let start = self.chunks.get(chunk).load(Ordering::Relaxed);
            NonNull::new_unchecked(start.add(offset * self.shape.stride).cast())
        }
    }

    /// Where the reference to the text of a column is.
    ///
    /// # Safety
    ///
    /// The entry is from `place`, and the table has the column.
    #[inline]
    unsafe fn reference_at(&self, entry: NonNull<Entry<V>>, column: usize) -> *mut TextRef {
        debug_assert!(column < self.shape.columns);
        let start = entry.as_ptr().cast::<u8>();
        // SAFETY: an entry's room has `columns` references from REFERENCES_AT on, and `entry`
        // was derived from the pointer to its whole chunk.
        unsafe { start.add(Self::REFERENCES_AT).cast::<TextRef>().add(column) }
    }

    /// # Safety
    ///
    /// The entry was written whole by `append`.
    #[inline]
    unsafe fn reference(&self, entry: NonNull<Entry<V>>, column: usize) -> TextRef {
        // SAFETY: written by `append`, never changed.
        unsafe { *self.reference_at(entry, column) }
    }

    /// # Safety
    ///
    /// The entry was written whole by `append`.
    unsafe fn references(&self, entry: NonNull<Entry<V>>) -> &[TextRef] {
        // SAFETY: `append` wrote `columns` references from there on, aligned and never changed again.
        unsafe {
            let start = entry.as_ptr().cast::<u8>().add(Self::REFERENCES_AT);
            std::slice::from_raw_parts(start.cast::<TextRef>(), self.shape.columns)
        }
    }
}

/// The texts of one entry.
#[derive(Clone, Copy)]
pub(crate) struct Columns<'t> {
    references: &'t [TextRef],
    owner: PhantomData<&'t ()>,
}

impl<'t> Columns<'t> {
    /// The texts in column order.
    #[inline]
    pub(crate) fn texts(self) -> impl Iterator<Item = &'t str> {
        // SAFETY: made by `visit`, whose table is borrowed for `'t` and owns the arena.
        self.references.iter().map(|text| unsafe { text.get() }.0)
    }
}

/// Chunk `c` has room for `4 << c` entries, up to 1024: small families stay small, and large ones
/// waste at most a thousandth.
fn chunk_len(chunk: usize) -> usize {
    4 << chunk.min(8)
}

fn chunk_of(at: usize) -> (usize, usize) {
    const SMALL: usize = 4 * 255; // Entries in the eight chunks before those of 1024.
    if at >= SMALL {
        return (8 + (at - SMALL) / 1024, (at - SMALL) % 1024);
    }
    let chunk = (at / 4 + 1).ilog2() as usize;
    (chunk, at - 4 * ((1 << chunk) - 1))
}

impl Shape {
    fn of<V>(columns: usize) -> Self {
        let align = align_of::<Entry<V>>().max(align_of::<TextRef>());
        let size = Table::<V>::REFERENCES_AT + columns * size_of::<TextRef>();
        Self { columns, stride: size.next_multiple_of(align), align }
    }

    fn chunk_layout(self, chunk: usize) -> Layout {
        match Layout::from_size_align(self.stride * chunk_len(chunk), self.align) {
            Ok(layout) => layout,
            Err(_) => unreachable!("1024 entries are far smaller than the address space"),
        }
    }
}

impl<V> Drop for Table<V> {
    fn drop(&mut self) {
        let len = self.len();
        let mut at = 0;
        while at < len {
            let (chunk, offset) = chunk_of(at);
            // SAFETY: below `len`, as in `visit`; nobody else is left, so the value may be dropped,
            // and the chunk freed after its last entry.
            unsafe {
                let start = self.chunks.get(chunk).load(Ordering::Relaxed);
                let entry = start.add(offset * self.shape.stride).cast::<Entry<V>>();
                std::ptr::drop_in_place(entry);
                at += 1;
                if at == len || chunk_of(at).0 != chunk {
                    dealloc(start, self.shape.chunk_layout(chunk));
                }
            }
        }
    }
}

// SAFETY: a table owns its values and texts, and gives out `&V` to any thread: it may be sent and
// shared when V is Send + Sync. The raw pointers inside lead to memory that only it owns.
unsafe impl<V: Send + Sync> Send for Table<V> {}
// SAFETY: as above; all writing goes through the writer lock or atomics.
unsafe impl<V: Send + Sync> Sync for Table<V> {}

#[cfg(all(test, not(nunchi_loom)))]
#[path = "table_tests.rs"]
mod tests;
