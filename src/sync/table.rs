//! An append-only concurrent map from a short list of texts to a value that never moves.
//!
//! Entries lie side by side in creation order, `[value | the place of a text per column | the time of
//! creation]`, in chunks that never move; the texts of a column are shared between entries. A hit reads a line of the
//! index, the entry and its texts, and writes nothing. A miss takes the writer lock, looks again if
//! anything was inserted meanwhile, and appends. Nothing is removed before the table is dropped.

use super::arena::{Place, Reader, Text, Texts};
use super::index::{Index, GROUPS};
use super::pool::Pool;
use super::primitive::{AtomicUsize, Ordering};
use super::slots::{Chunks, Slots};
use parking_lot::{Mutex, MutexGuard};
use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};
use std::marker::PhantomData;
use std::mem::{align_of, size_of};
use std::ptr::NonNull;

/// A map from `columns` texts to a `V`.
pub(crate) struct Table<V> {
    core: Core,
    owns: PhantomData<V>,
}

/// A table that does not know the type of its values, so that there is one code for all.
struct Core {
    index: Index,
    chunks: Slots,
    texts: Texts,
    /// Entries that can be read; stored with Release after the entry.
    len: AtomicUsize,
    shape: Shape,
    seed: u64,
    /// `None` before the first text.
    writer: Mutex<Option<Box<Pool>>>,
}

/// How an entry lies in memory: the value, then from `places_at` on a [`Place`] per column, and the
/// birth where there are formats that show it.
#[derive(Clone, Copy)]
struct Shape {
    columns: usize,
    places_at: usize,
    stride: usize,
    align: usize,
}

/// Chunks of entries: small families stay small, and large ones waste at most a thousandth.
type InChunks = Chunks<2, LAST>;
/// The largest have so many entries, as a power of two.
const LAST: u32 = 10;
/// So many entries have a place that an index can file: all chunks before the last are as large.
const MOST: usize = (Index::MOST >> LAST << LAST) as usize - (8 << LAST);

/// When an entry was made, in seconds since 1970.
#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
pub(crate) type Birth = u32;

/// How many words of an entry hold its birth.
const BIRTHS: usize = cfg!(any(feature = "openmetrics", feature = "protobuf")) as usize;

/// The table is full: it has as many entries as the caller allows.
#[derive(Debug)]
pub(crate) struct Full;

/// What the table asks its caller about one key.
pub(crate) trait Key: Copy {
    /// The hash that the key has with this seed.
    fn hash(self, seed: u64) -> u32;
    /// Whether the stored text of `column` stands for this key.
    fn is(self, column: usize, text: Text<'_>) -> bool;
    /// The same, not inlined where it is asked for: once for all that is rare.
    #[inline(never)]
    fn is_after_all(self, column: usize, text: Text<'_>) -> bool {
        self.is(column, text)
    }
}

/// What a table needs to store a key.
pub(crate) trait NewKey: Copy {
    type Key: Key;

    fn key(self) -> Self::Key;
    /// The hash of one text with this seed.
    fn hash_of(self, column: usize, seed: u64) -> u32;
    /// Whether a stored text that [is](Key::is) the key's is one of this column, and not of another.
    fn is_of(self, column: usize, text: &str) -> bool;
    /// Writes the text of `column` into the empty `draft` and returns its mark.
    fn write(self, column: usize, draft: &mut String) -> bool;
}

/// What is known of a key that was not found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Missed {
    hash: u32,
    /// It was not there when so many entries could be found.
    seen: u32,
}

/// An entry of a [`Core`]: where its value is.
type Entry = NonNull<u8>;

impl<V> Table<V> {
    /// An empty table whose keys are hashed with this seed.
    pub(crate) fn new(columns: usize, seed: u64) -> Self {
        Self { core: Core::new(Shape::of::<V>(columns), seed), owns: PhantomData }
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.core.len()
    }

    /// How many texts a key has.
    #[inline(always)]
    pub(crate) fn columns(&self) -> usize {
        self.core.shape.columns
    }

    /// The value of a key. Takes no lock, writes nothing, allocates nothing.
    #[inline(always)] // Only the call of what is one for all.
    pub(crate) fn find(&self, key: impl Key) -> Result<&V, Missed> {
        let mut missed = Missed { hash: 0, seen: 0 };
        match self.core.find(key, &mut missed) {
            // SAFETY: an entry that was found begins with the `V` that was written into it; it is
            // shared from then on and alive as long as `self`.
            Some(entry) => Ok(unsafe { entry.cast::<V>().as_ref() }),
            None => Err(missed),
        }
    }

    /// The value of a key that was missed: made by `make`, unless it has come in since then.
    ///
    /// # Errors
    ///
    /// [`Full`] if the key is new and the table has `limit` entries. `usize::MAX` is no limit.
    pub(crate) fn insert(
        &self,
        key: impl NewKey,
        missed: Missed,
        limit: usize,
        make: impl FnOnce() -> V,
    ) -> Result<&V, Full> {
        if missed.seen as usize >= limit {
            return Err(Full); // For good, as nothing is removed.
        }
        let value = make(); // Not under the lock, and before anything is changed.
        let entry = match self.core.begin(key.key(), missed, limit)? {
            Begun::Found(entry) => entry,
            Begun::New(entry, mut pool) => {
                // SAFETY: room for a `V`, aligned to it, that nobody knows yet.
                unsafe { entry.cast::<V>().as_ptr().write(value) };
                // SAFETY: begun above, under the lock that `pool` holds.
                unsafe { self.core.finish(key, missed.hash, entry, &mut pool) };
                entry
            }
        };
        // SAFETY: as in `find`.
        Ok(unsafe { entry.cast::<V>().as_ref() })
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
        let texts = self.core.texts.read();
        let mut at = from;
        while at < end {
            let (chunk, mut offset) = InChunks::of(at);
            let stop = (at + InChunks::len(chunk) - offset).min(end);
            // SAFETY: entries below `len` exist, so their chunk was pushed before the Release that
            // `len` acquired.
            let start = unsafe { self.core.chunks.view().get(chunk) };
            while at < stop {
                // SAFETY: the chunk has room for so many entries; those below `len` were written
                // whole, with a `V`, and are shared from then on.
                let (words, value) = unsafe {
                    let entry = start.add(offset * self.core.shape.stride);
                    (self.core.shape.words(entry), &*entry.cast::<V>())
                };
                if !each(Columns { words, texts }, value) {
                    return at;
                }
                at += 1;
                offset += 1;
            }
        }
        at
    }
}

/// What an insertion found when it had the lock.
enum Begun<'t> {
    Found(Entry),
    /// Room for the next entry.
    New(Entry, MutexGuard<'t, Option<Box<Pool>>>),
}

impl Core {
    fn new(shape: Shape, seed: u64) -> Self {
        Self {
            index: Index::new(),
            chunks: Slots::new(),
            texts: Texts::new(),
            len: AtomicUsize::new(0),
            shape,
            seed,
            writer: Mutex::new(None),
        }
    }

    fn len(&self) -> usize {
        self.len.load(Ordering::Acquire) // Pairs with the Release in `finish`.
    }

    #[inline(never)] // Much code, and nothing in it depends on where it is called.
    fn find<K: Key>(&self, key: K, missed: &mut Missed) -> Option<Entry> {
        let seen = self.index.len() as u32; // Before the search.
        let hash = key.hash(self.seed);
        for group in 0..GROUPS {
            if let Some(place) = self.index.find_in(group, hash) {
                // SAFETY: the place is in our index.
                let entry = unsafe { self.entry_if(place, |column, text| key.is(column, text)) };
                if entry.is_some() {
                    return entry;
                }
            }
        }
        *missed = Missed { hash, seen };
        self.find_elsewhere(hash, key)
    }

    #[inline(never)] // Rare, for a key that is there.
    fn find_elsewhere<K: Key>(&self, hash: u32, key: K) -> Option<Entry> {
        let is = |column, text: Text<'_>| key.is_after_all(column, text);
        // SAFETY: the places are in our index.
        self.index.find(hash, |place| unsafe { self.entry_if(place, is) })
    }

    /// The entry at a place, if its texts are those that are looked for.
    ///
    /// # Safety
    ///
    /// The place is in the index.
    #[inline(always)] // Into the one search.
    unsafe fn entry_if(&self, place: u32, is: impl Fn(usize, Text<'_>) -> bool) -> Option<Entry> {
        // SAFETY: `finish` wrote the entry whole before it filed its place; so for the next.
        let entry = unsafe { self.entry(place) };
        // SAFETY: as above.
        let places = unsafe { self.shape.places(entry.as_ptr()) };
        let texts = self.texts.read();
        for (column, &place) in places.iter().enumerate() {
            // SAFETY: the places in an entry are those of stored texts.
            if !is(column, unsafe { texts.get(place) }) {
                return None;
            }
        }
        Some(entry)
    }

    /// Takes the lock, and finds what came in since the key was missed, or room for a new entry.
    fn begin(&self, key: impl Key, missed: Missed, limit: usize) -> Result<Begun<'_>, Full> {
        let writer = self.writer.lock();
        if self.index.len() != missed.seen as usize {
            if let Some(entry) = self.find_elsewhere(missed.hash, key) {
                return Ok(Begun::Found(entry));
            }
        }
        let most = if limit == usize::MAX { limit } else { limit.min(MOST) };
        if self.len() >= most || (self.texts.is_full() && limit != usize::MAX) {
            return Err(Full);
        }
        // SAFETY: under the lock.
        Ok(Begun::New(unsafe { self.add_entry() }, writer))
    }

    /// Room for the next entry, in a chunk that is added if the entry is its first.
    ///
    /// # Safety
    ///
    /// Calls do not overlap.
    unsafe fn add_entry(&self) -> Entry {
        let at = self.len.load(Ordering::Relaxed); // Written under the lock only.
        let (chunk, _) = InChunks::of(at);
        // It is there already if the last attempt to fill it panicked.
        if chunk == self.chunks.len() {
            let layout = self.shape.chunk_layout(chunk);
            // SAFETY: the layout is not empty: `Shape::of` sees to it.
            let start = unsafe { alloc(layout) };
            if start.is_null() {
                handle_alloc_error(layout);
            }
            // SAFETY: the caller keeps calls apart.
            unsafe { self.chunks.push(start) };
        }
        // SAFETY: the chunk was pushed by this side.
        unsafe { self.entry(place_of(at)) }
    }

    /// Completes an entry whose value is there, and publishes it.
    ///
    /// # Safety
    ///
    /// `entry` is from `begin`, whose lock is still held: `pool` is behind it.
    unsafe fn finish(
        &self,
        key: impl NewKey,
        hash: u32,
        entry: Entry,
        pool: &mut Option<Box<Pool>>,
    ) {
        let columns = self.shape.columns;
        if columns > 0 {
            let pool = pool.get_or_insert_with(|| Box::new(Pool::new(columns)));
            for column in 0..columns {
                let hash = key.hash_of(column, self.seed);
                let is = |text: Text<'_>| key.key().is_after_all(column, text);
                let is_of = |text: &str| key.is_of(column, text);
                let write = |draft: &mut String| key.write(column, draft);
                // SAFETY: under the lock of this pool, the only one of these texts; and inside the
                // room of the entry, aligned, known to nobody yet.
                unsafe {
                    let place = pool.store(&self.texts, column, hash, is, is_of, write);
                    let places = entry.as_ptr().add(self.shape.places_at).cast::<Place>();
                    places.add(column).write(place);
                }
            }
        }
        #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
        {
            let birth = super::clock::coarse_time_of_day_ms() / 1000;
            // SAFETY: the word behind the places is in the room of the entry, too.
            unsafe {
                let words = entry.as_ptr().add(self.shape.places_at).cast::<Birth>();
                words.add(columns).write(Birth::try_from(birth).unwrap_or(0));
            }
        }
        let at = self.len.load(Ordering::Relaxed); // Written under the lock only.
                                                   // First the walk, then the search: who found an entry finds it on a page begun afterwards.
        self.len.store(at + 1, Ordering::Release); // Pairs with the Acquire in `len`.
                                                   // SAFETY: the lock keeps calls apart.
        unsafe { self.index.insert(hash, place_of(at)) };
    }

    /// Where an entry is.
    ///
    /// # Safety
    ///
    /// The chunk was pushed, and this thread knows it by an Acquire load or pushed it.
    #[inline]
    unsafe fn entry(&self, place: u32) -> Entry {
        let (chunk, offset) = (place >> LAST, place & ((1 << LAST) - 1));
        // SAFETY: the caller says that the chunk is there; it has room for `offset` more entries.
        unsafe {
            let start = self.chunks.view().get(chunk as usize);
            NonNull::new_unchecked(start.add(offset as usize * self.shape.stride))
        }
    }
}

/// The place of entry number `at`: its chunk and its number in there, as an index files it, so that
/// a search need not find out.
fn place_of(at: usize) -> u32 {
    let (chunk, offset) = InChunks::of(at);
    (chunk << LAST | offset) as u32
}

/// The texts of one entry, and its birth.
#[derive(Clone, Copy)]
pub(crate) struct Columns<'t> {
    words: &'t [u32],
    texts: Reader<'t>,
}

impl<'t> Columns<'t> {
    /// The texts in column order.
    #[inline]
    pub(crate) fn texts(self) -> impl Iterator<Item = &'t str> {
        let places = self.words.get(..self.words.len() - BIRTHS).unwrap_or_default();
        // SAFETY: made by `visit` from an entry and the texts of the same table, in this order.
        places.iter().map(move |&place| unsafe { self.texts.get(place) }.as_str())
    }

    /// When the entry was made; 0 if that is not known.
    #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
    #[inline]
    pub(crate) fn birth(self) -> Birth {
        self.words.last().copied().unwrap_or(0)
    }
}

impl Shape {
    fn of<V>(columns: usize) -> Self {
        let align = align_of::<V>().max(align_of::<Place>());
        let places_at = size_of::<V>().next_multiple_of(align_of::<Place>());
        let size = (places_at + (columns + BIRTHS) * size_of::<Place>()).max(1);
        Self { columns, places_at, stride: size.next_multiple_of(align), align }
    }

    /// The places of an entry's texts.
    ///
    /// # Safety
    ///
    /// `finish` wrote the entry, and it is alive for `'t`.
    #[inline]
    unsafe fn places<'t>(self, entry: *const u8) -> &'t [Place] {
        // SAFETY: `finish` wrote `columns` places from there on, aligned and never changed again.
        unsafe {
            std::slice::from_raw_parts(entry.add(self.places_at).cast::<Place>(), self.columns)
        }
    }

    /// The places of an entry's texts, and its birth.
    ///
    /// # Safety
    ///
    /// As of `places`.
    #[inline]
    unsafe fn words<'t>(self, entry: *const u8) -> &'t [u32] {
        // SAFETY: `finish` wrote so many words, as above.
        unsafe {
            let words = entry.add(self.places_at).cast();
            std::slice::from_raw_parts(words, self.columns + BIRTHS)
        }
    }

    /// A chunk of many entries begins with a line of the cache, so that none is on more of them than
    /// it must.
    fn chunk_layout(self, chunk: usize) -> Layout {
        let size = self.stride * InChunks::len(chunk);
        match Layout::from_size_align(
            size,
            if size < 1024 { self.align } else { self.align.max(64) },
        ) {
            Ok(layout) => layout,
            Err(_) => unreachable!("1024 entries are far smaller than the address space"),
        }
    }
}

impl<V> Drop for Table<V> {
    fn drop(&mut self) {
        if std::mem::needs_drop::<V>() {
            for at in 0..self.len() {
                // SAFETY: below `len`: it has a `V`, which nobody else can reach any more.
                unsafe { self.core.entry(place_of(at)).cast::<V>().as_ptr().drop_in_place() };
            }
        }
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        for chunk in 0..self.chunks.len() {
            // SAFETY: allocated with this layout by `add_entry`; nobody else is left.
            unsafe { dealloc(self.chunks.view().get(chunk), self.shape.chunk_layout(chunk)) };
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
