//! A hash index read without locks: from 32 bits of a hash to the numbers filed under it.
//!
//! A cell holds a hash and a number in one word. Cells lie in lines of 64 bytes, so a search reads
//! one line of memory and follows only numbers whose whole hash is the one that is looked for. What
//! a line has no room for spills into short lines linked behind it. The lines grow by linear
//! hashing: with `n` lines a hash belongs to line `hash mod n`, rounded to powers of two, and line
//! `n` takes its cells from one parent. So no insert pays for a resize, no table is copied as a
//! whole, and nothing has to be retired.
//!
//! **Protocol.** There is one writer at a time. It publishes a cell by one Release store; a reader
//! loads cells with Acquire. A new line is filled with *copies* of the parent's cells before the
//! count of lines is stored, and what they were copied from is stale from then on: only later does
//! an insert overwrite it. So a reader with the old count meets the stale cell or something stored
//! after the count. *In the first case* the number is the one that it wants: numbers do not change
//! their meaning. *In the second* it has acquired the new count: after a search in vain it looks at
//! the count again, and searches the line that the hash has now. A cell that stays with the parent
//! does not move, but for the last one of a full line, which is copied behind the line before a link
//! takes its place.

use super::needed::Needed;
use super::primitive::{AtomicU64, AtomicUsize, Ordering};
use super::slots::{array, free_array, Chunks, Slots};

/// Cells of a line.
const LINE: usize = if cfg!(nunchi_loom) { 2 } else { 8 };
/// A number is filed in one of so many cells of its line, if one of them is free.
const NEAR: usize = LINE / 2;
/// The groups of so many cells in a line.
pub(crate) const GROUPS: usize = LINE / NEAR;
/// Cells of a line that others spill into.
const SPILL: usize = if cfg!(nunchi_loom) { 2 } else { 4 };
/// So many numbers belong to so many lines, on average. A line splits in turn, not when it is full:
/// those that wait longest for their turn hold twice as many as those that have just been split.
const FILL: (usize, usize) = if cfg!(nunchi_loom) { (1, 1) } else { (4, 1) };

/// An index of numbers by hash.
pub(crate) struct Index {
    /// The [`Extent`]; only grows. Stored with Release after the line that it covers was filled.
    extent: AtomicU64,
    /// Numbers that can be found. Stored with Release after the cell.
    len: AtomicUsize,
    main: Lines<LINE>,
    spill: Lines<SPILL>,
    /// Spill lines in use; written and read by the writer.
    spilled: AtomicUsize,
}

impl Index {
    /// The largest number that can be filed.
    pub(crate) const MOST: u32 = LINK - 2;

    pub(crate) fn new() -> Self {
        let main = Lines::new();
        // SAFETY: nobody else knows the index.
        unsafe { main.reserve(0) };
        let extent = AtomicU64::new(Extent::of(1).packed());
        let (len, spilled) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { extent, len, main, spill: Lines::new(), spilled }
    }

    /// How many numbers were inserted and can be found.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::Acquire) // Pairs with the Release in `insert`.
    }

    /// A number under this hash, in one of the [`GROUPS`] of cells in a line: in group 0 most are,
    /// in the others half of the rest. Takes no lock and writes nothing.
    #[inline(always)] // Into the search of a table.
    pub(crate) fn find_in(&self, group: usize, hash: u32) -> Option<u32> {
        // SAFETY: below a count that was stored after the line was reserved.
        let cells = unsafe { self.main.get(self.extent().line_of(hash)) };
        let first = (favourite(hash) & !(NEAR - 1)) ^ (group * NEAR);
        // Which cell it is could not be predicted, so all are compared before the first branch: the
        // upper half of the least is zero if the hash is in one of them.
        let cells = (first..first + NEAR).map(|at| Cell(cells[at % LINE].load(FOLLOW.get())));
        Cell::number_without_hash(cells.map(|cell| cell.without(hash)).min().unwrap_or(u64::MAX))
    }

    /// What `at` finds at a number under this hash. Takes no lock and writes nothing.
    pub(crate) fn find<T>(&self, hash: u32, at: impl Fn(u32) -> Option<T>) -> Option<T> {
        let mut rest = Rest { line: self.extent().line_of(hash), cell: 0, spill: None };
        loop {
            let found = at(self.next(hash, &mut rest)?);
            if found.is_some() {
                return found;
            }
        }
    }

    /// The lines that can be searched.
    #[inline(always)]
    fn extent(&self) -> Extent {
        Extent::unpacked(self.extent.load(Ordering::Acquire)) // Pairs with the Release in `grow`.
    }

    /// The next number under this hash, of all cells of the line and all that it spilled; and of
    /// other lines, if the hash moves there meanwhile.
    fn next(&self, hash: u32, rest: &mut Rest) -> Option<u32> {
        loop {
            let cells: &[AtomicU64] = match rest.spill {
                // SAFETY: below a count that was stored after the line was reserved.
                None => unsafe { self.main.get(rest.line) },
                // SAFETY: the link was stored after the line was reserved and filled.
                Some(link) => unsafe { self.spill.get(link) },
            };
            let mut last = Cell::EMPTY;
            while let Some(cell) = cells.get(rest.cell) {
                rest.cell += 1;
                last = Cell(cell.load(FOLLOW.get())); // Pairs with the Release in `put`.
                let number = Cell::number_without_hash(last.without(hash));
                if number.is_some() {
                    return number;
                }
            }
            rest.cell = 0;
            rest.spill = last.link();
            if rest.spill.is_none() {
                // If a cell that we wanted was overwritten, its new contents brought us this count.
                let line = self.extent().line_of(hash);
                if line == rest.line || !LOOK_AGAIN.get() {
                    return None;
                }
                rest.line = line;
            }
        }
    }

    /// Files a number under a hash and splits lines as it becomes time for it.
    ///
    /// # Safety
    ///
    /// Calls do not overlap (the caller holds a lock).
    pub(crate) unsafe fn insert(&self, hash: u32, number: u32) {
        debug_assert!(number <= Self::MOST);
        // Written by this side only, as what follows.
        let extent = Extent::unpacked(self.extent.load(Ordering::Relaxed));
        let len = self.len.load(Ordering::Relaxed) + 1; // Written by this side only.
                                                        // SAFETY: the caller keeps calls apart, and the line exists.
        unsafe { self.put(extent.line_of(hash), extent, Cell::new(hash, number)) };
        self.len.store(len, Ordering::Release); // Pairs with the Acquire in `len`.
        if len * FILL.1 > extent.lines() * FILL.0 {
            // SAFETY: as above.
            unsafe { self.grow(extent.lines()) };
        }
    }

    /// Puts a cell where the line has nothing, or something that is stale with these lines.
    ///
    /// # Safety
    ///
    /// Calls do not overlap, and the line was reserved.
    unsafe fn put(&self, line: usize, extent: Extent, new: Cell) {
        // SAFETY: the caller says that the line exists.
        let mut cells: &[AtomicU64] = unsafe { self.main.get(line) };
        for at in 0..NEAR {
            let Some(place) = cells.get(favourite(new.hash()) ^ at) else { break };
            let cell = Cell(place.load(Ordering::Relaxed)); // Written by this side only.
            if cell.is_free(line, extent) {
                place.store(new.0, PUBLISH.get()); // Pairs with the loads of a search.
                return;
            }
        }
        loop {
            let mut last = None;
            for place in cells {
                let cell = Cell(place.load(Ordering::Relaxed)); // Written by this side only.
                if let Some(link) = cell.link() {
                    // SAFETY: as in `next`.
                    cells = unsafe { self.spill.get(link) };
                    last = None;
                    break;
                }
                if cell.is_free(line, extent) {
                    place.store(new.0, PUBLISH.get()); // Pairs with the loads of a search.
                    return;
                }
                last = Some((place, cell));
            }
            if let Some((place, cell)) = last {
                let number = self.spilled.load(Ordering::Relaxed); // Written by this side only.
                self.spilled.store(number + 1, Ordering::Relaxed);
                // SAFETY: calls do not overlap.
                unsafe { self.spill.reserve(number) };
                // SAFETY: reserved on the line above.
                let spill = unsafe { self.spill.get(number) };
                for (place, cell) in spill.iter().zip([cell, new]) {
                    place.store(cell.0, Ordering::Relaxed); // Published by the next store.
                }
                place.store(Cell::linking(number).0, PUBLISH.get()); // Pairs with the loads of a search.
                return;
            }
        }
    }

    /// Adds line number `lines` and copies there what belongs to it, all from its parent.
    ///
    /// # Safety
    ///
    /// Calls do not overlap.
    unsafe fn grow(&self, lines: usize) {
        if lines >= LINK as usize {
            return; // No hash has more bits to tell lines apart.
        }
        let parent = lines ^ (1 << lines.ilog2());
        let extent = Extent::of(lines + 1);
        // SAFETY: the caller keeps calls apart; the parent is below the count.
        let mut cells: &[AtomicU64] = unsafe {
            self.main.reserve(lines);
            self.main.get(parent)
        };
        loop {
            let mut link = None;
            for cell in cells {
                let cell = Cell(cell.load(Ordering::Relaxed)); // Written by this side only.
                link = cell.link();
                let is_cell = link.is_none() && cell != Cell::EMPTY;
                if is_cell && extent.line_of(cell.hash()) == lines {
                    // SAFETY: reserved above; calls do not overlap.
                    unsafe { self.put(lines, extent, cell) };
                }
            }
            match link {
                // SAFETY: as in `next`.
                Some(link) => cells = unsafe { self.spill.get(link) },
                None => break,
            }
        }
        self.extent.store(extent.packed(), COUNT.get()); // Pairs with the Acquire loads of a search.
    }
}

/// What is left of a search.
struct Rest {
    line: usize,
    cell: usize,
    spill: Option<usize>,
}

/// A hash in the upper half; in the lower half a number plus one, or [`LINK`] and the number of a
/// spill line, or zero.
#[derive(Clone, Copy, PartialEq)]
struct Cell(u64);

const LINK: u32 = 1 << 31;

impl Cell {
    const EMPTY: Self = Self(0);

    fn new(hash: u32, number: u32) -> Self {
        Self(u64::from(hash) << 32 | u64::from(number + 1))
    }

    /// The link to a spill line.
    fn linking(line: usize) -> Self {
        Self(u64::from(LINK | line as u32))
    }

    #[inline]
    fn hash(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// The cell with the difference between its hash and this one in the upper half.
    #[inline(always)]
    fn without(self, hash: u32) -> u64 {
        self.0 ^ u64::from(hash) << 32
    }

    /// The number, if there is no difference, and a number.
    #[inline(always)]
    fn number_without_hash(cell: u64) -> Option<u32> {
        (1..u64::from(LINK)).contains(&cell).then(|| cell as u32 - 1)
    }

    #[inline]
    fn link(self) -> Option<usize> {
        let low = self.0 as u32;
        (low & LINK != 0).then_some((low ^ LINK) as usize)
    }

    /// Whether it is empty, or stale in this line of so many.
    fn is_free(self, line: usize, extent: Extent) -> bool {
        self == Self::EMPTY || (self.link().is_none() && extent.line_of(self.hash()) != line)
    }
}

/// Lines of `CELLS` cells that never move.
struct Lines<const CELLS: usize> {
    chunks: Slots,
}

/// Chunks of lines: the pages of a large index are its own, which spares misses in the page tables.
type InChunks = Chunks<0, 10>;

impl<const CELLS: usize> Lines<CELLS> {
    fn new() -> Self {
        Self { chunks: Slots::new() }
    }

    /// A chunk that is longer than one line begins with a line of the cache.
    fn align(chunk: usize) -> usize {
        if chunk == 0 {
            8
        } else {
            64
        }
    }

    /// Makes a line exist: the next one, or one that exists.
    ///
    /// # Safety
    ///
    /// Calls do not overlap.
    unsafe fn reserve(&self, line: usize) {
        let (chunk, _) = InChunks::of(line);
        if chunk == self.chunks.len() {
            let empty = || [(); CELLS].map(|()| AtomicU64::new(Cell::EMPTY.0));
            let cells = array(InChunks::len(chunk), Self::align(chunk), empty);
            // SAFETY: the caller keeps calls apart.
            unsafe { self.chunks.push(cells.cast()) };
        }
    }

    /// The cells of a line.
    ///
    /// # Safety
    ///
    /// The line was reserved, and the caller knows it by an Acquire load or reserved it.
    #[inline]
    unsafe fn get(&self, line: usize) -> &[AtomicU64; CELLS] {
        let (chunk, offset) = InChunks::of(line);
        // SAFETY: `reserve` pushed the chunk, which has room for the line and lives as long as
        // `self`.
        unsafe { &*self.chunks.view().get(chunk).cast::<[AtomicU64; CELLS]>().add(offset) }
    }
}

impl<const CELLS: usize> Drop for Lines<CELLS> {
    fn drop(&mut self) {
        for chunk in 0..self.chunks.len() {
            // SAFETY: made by `reserve` with these numbers; nobody else is left.
            unsafe {
                let cells = self.chunks.view().get(chunk).cast::<[AtomicU64; CELLS]>();
                free_array(cells, InChunks::len(chunk), Self::align(chunk));
            }
        }
    }
}

/// The cell of its line that a hash is put in if that is free.
#[inline]
fn favourite(hash: u32) -> usize {
    (hash >> (32 - LINE.ilog2())) as usize
}

/// How many lines are in use, and the bits of a hash that choose one: in one word, so that a search
/// need not find out.
#[derive(Clone, Copy)]
struct Extent {
    lines: u32,
    mask: u32,
}

impl Extent {
    fn of(lines: usize) -> Self {
        let lines = lines as u32; // At most LINK.
        Self { lines, mask: u32::MAX.checked_shr((lines - 1).leading_zeros()).unwrap_or(0) }
    }

    fn packed(self) -> u64 {
        u64::from(self.mask) << 32 | u64::from(self.lines)
    }

    #[inline(always)]
    fn unpacked(word: u64) -> Self {
        Self { lines: word as u32, mask: (word >> 32) as u32 }
    }

    fn lines(self) -> usize {
        self.lines as usize
    }

    /// The line of a hash: modulo the next power of two, folded once if that line does not exist yet.
    #[inline(always)]
    fn line_of(self, hash: u32) -> usize {
        let (line, parent) = (hash & self.mask, hash & self.mask >> 1);
        (if line < self.lines { line } else { parent }) as usize
    }
}

// The orders of the protocol, and its second look; loom models weaken them to show that they are
// needed.
const PUBLISH: Needed<Ordering> = Needed::ordering("publish", Ordering::Release);
const FOLLOW: Needed<Ordering> = Needed::ordering("follow", Ordering::Acquire);
const COUNT: Needed<Ordering> = Needed::ordering("count", Ordering::Release);
const LOOK_AGAIN: Needed<bool> = Needed::step("look_again");

#[cfg(all(test, nunchi_loom))]
#[path = "index_loom.rs"]
mod loom_model;
#[cfg(all(test, not(nunchi_loom)))]
#[path = "index_tests.rs"]
mod tests;
