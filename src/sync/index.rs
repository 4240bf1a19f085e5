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

use super::primitive::{AtomicU64, AtomicUsize, Ordering};
use super::slots::{array, free_array, Chunks, Slots};

/// Cells of a line.
const LINE: usize = if cfg!(nunchi_loom) { 2 } else { 8 };
/// A number is filed in one of so many cells of its line, if one of them is free.
const NEAR: usize = LINE / 2;
/// Cells of a line that others spill into.
const SPILL: usize = if cfg!(nunchi_loom) { 2 } else { 4 };
/// So many numbers belong to so many lines, on average. A line splits in turn, not when it is full:
/// those that wait longest for their turn hold twice as many as those that have just been split.
const FILL: (usize, usize) = if cfg!(nunchi_loom) { (1, 1) } else { (4, 1) };

/// An index of numbers by hash.
pub(crate) struct Index {
    /// Lines in use; only grows. Stored with Release after the line that it covers was filled.
    lines: AtomicUsize,
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
        let (lines, len) = (AtomicUsize::new(1), AtomicUsize::new(0));
        Self { lines, len, main, spill: Lines::new(), spilled: AtomicUsize::new(0) }
    }

    /// How many numbers were inserted and can be found.
    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::Acquire) // Pairs with the Release in `insert`.
    }

    /// What `at` finds at a number under this hash. Takes no lock and writes nothing.
    #[inline]
    pub(crate) fn find<T>(&self, hash: u32, mut at: impl FnMut(u32) -> Option<T>) -> Option<T> {
        let lines = self.lines.load(Ordering::Acquire); // Pairs with the Release in `grow`.
        let line = line_of(hash, lines);
        // SAFETY: below a count that was stored after the line was reserved.
        let cells = unsafe { self.main.get(line) };
        // Which cell it is could not be predicted: those that most are in are compared all before
        // the first branch.
        let mut near = Cell::EMPTY;
        for at in 0..NEAR {
            let cell =
                cells.get(favourite(hash) ^ at).map_or(Cell::EMPTY, |cell| Cell(cell.load(FOLLOW)));
            near = if cell.hash() == hash { cell } else { near };
        }
        let mut number = near.number_of(hash);
        let mut rest = Rest { line, cell: 0, spill: None };
        loop {
            let candidate = match number.take() {
                Some(number) => number,
                None => self.next(hash, &mut rest)?,
            };
            if let Some(found) = at(candidate) {
                return Some(found);
            }
        }
    }

    /// The next number under this hash, of all cells of the line and all that it spilled; and of
    /// other lines, if the hash moves there meanwhile.
    #[inline(never)]
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
                last = Cell(cell.load(FOLLOW)); // Pairs with the Release in `put`.
                let number = last.number_of(hash);
                if number.is_some() {
                    return number;
                }
            }
            rest.cell = 0;
            rest.spill = last.link();
            if rest.spill.is_none() {
                // If a cell that we wanted was overwritten, its new contents brought us this count.
                let now = self.lines.load(Ordering::Acquire); // Pairs with the Release in `grow`.
                if line_of(hash, now) == rest.line || !LOOK_AGAIN {
                    return None;
                }
                rest.line = line_of(hash, now);
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
        let lines = self.lines.load(Ordering::Relaxed); // Written by this side only.
        let len = self.len.load(Ordering::Relaxed) + 1; // Written by this side only.
                                                        // SAFETY: the caller keeps calls apart, and the line exists.
        unsafe { self.put(line_of(hash, lines), lines, Cell::new(hash, number)) };
        self.len.store(len, Ordering::Release); // Pairs with the Acquire in `len`.
        if len * FILL.1 > lines * FILL.0 {
            // SAFETY: as above.
            unsafe { self.grow(lines) };
        }
    }

    /// Puts a cell where the line has nothing, or something that is stale with this many lines.
    ///
    /// # Safety
    ///
    /// Calls do not overlap, and the line was reserved.
    unsafe fn put(&self, line: usize, lines: usize, new: Cell) {
        // SAFETY: the caller says that the line exists.
        let mut cells: &[AtomicU64] = unsafe { self.main.get(line) };
        for at in 0..NEAR {
            let Some(place) = cells.get(favourite(new.hash()) ^ at) else { break };
            let cell = Cell(place.load(Ordering::Relaxed)); // Written by this side only.
            if cell.is_free(line, lines) {
                place.store(new.0, PUBLISH); // Pairs with the loads of a search.
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
                if cell.is_free(line, lines) {
                    place.store(new.0, PUBLISH); // Pairs with the loads of a search.
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
                place.store(Cell::linking(number).0, PUBLISH); // Pairs with the loads of a search.
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
                if link.is_none() && cell != Cell::EMPTY && line_of(cell.hash(), lines + 1) == lines
                {
                    // SAFETY: reserved above; calls do not overlap.
                    unsafe { self.put(lines, lines + 1, cell) };
                }
            }
            match link {
                // SAFETY: as in `next`.
                Some(link) => cells = unsafe { self.spill.get(link) },
                None => break,
            }
        }
        self.lines.store(lines + 1, COUNT); // Pairs with the Acquire loads of a search.
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

    /// The number, if it is filed under this hash.
    #[inline]
    fn number_of(self, hash: u32) -> Option<u32> {
        let number = self.0 as u32;
        (self.hash() == hash && number & LINK == 0).then(|| number.checked_sub(1)).flatten()
    }

    #[inline]
    fn link(self) -> Option<usize> {
        let low = self.0 as u32;
        (low & LINK != 0).then_some((low ^ LINK) as usize)
    }

    /// Whether it is empty, or stale in this line of so many.
    fn is_free(self, line: usize, lines: usize) -> bool {
        self == Self::EMPTY || (self.link().is_none() && line_of(self.hash(), lines) != line)
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

/// The line of a hash among `lines`: modulo the next power of two, folded once if that line does not
/// exist yet.
#[inline]
fn line_of(hash: u32, lines: usize) -> usize {
    let mask = u32::MAX.checked_shr((lines as u32 - 1).leading_zeros()).unwrap_or(0);
    let line = (hash & mask) as usize;
    if line < lines {
        line
    } else {
        (hash & (mask >> 1)) as usize
    }
}

// The orders of the protocol, and its second look; loom models weaken them to show that they are
// needed.
const PUBLISH: Ordering =
    if cfg!(nunchi_loom_weak = "publish") { Ordering::Relaxed } else { Ordering::Release };
const FOLLOW: Ordering =
    if cfg!(nunchi_loom_weak = "follow") { Ordering::Relaxed } else { Ordering::Acquire };
const COUNT: Ordering =
    if cfg!(nunchi_loom_weak = "count") { Ordering::Relaxed } else { Ordering::Release };
const LOOK_AGAIN: bool = !cfg!(nunchi_loom_weak = "look_again");

#[cfg(all(test, nunchi_loom))]
#[path = "index_loom.rs"]
mod loom_model;
#[cfg(all(test, not(nunchi_loom)))]
#[path = "index_tests.rs"]
mod tests;
