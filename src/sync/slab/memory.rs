//! Slabs: whose they are, and what stands in them.

use super::{NUMBERS, SUMMARIES, TALLIES};
use crate::sync::float::{two_sum, Exact};
use crate::sync::needed::Needed;
#[cfg(not(nunchi_loom))]
use crate::sync::pages;
use crate::sync::primitive::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use parking_lot::Mutex;
use std::ptr;

/// The cells of one thread at a time. It starts on a page of its own, and with the cells, so that
/// their addresses are quickly computed.
#[repr(C)]
pub(super) struct Slab {
    /// Each written by the thread that owns the slab, or by whoever frees its slot.
    /// One more than there are slots, so that every slot has a neighbour.
    pub(super) numbers: [AtomicU64; NUMBERS + 1],
    /// Shards of histograms and summaries, installed by the thread that owns the slab and freed
    /// with their series.
    pub(super) shards: [AtomicPtr<u8>; TALLIES + SUMMARIES],
    /// 1 while a thread owns the slab.
    owned: AtomicU32,
}

/// Hands the cells of the last owner to the next one. Pairs with [`ADOPT`].
const RELEASE: Needed<Ordering> = Needed::ordering("slab_release", Ordering::Release);

/// Pairs with [`RELEASE`].
const ADOPT: Needed<Ordering> = Needed::ordering("slab_adopt", Ordering::Acquire);

impl Slab {
    /// Takes the slab if no thread owns it.
    fn adopt(&self) -> bool {
        self.owned.compare_exchange(0, 1, ADOPT.get(), Ordering::Relaxed).is_ok()
    }

    /// Gives the slab back as it is. The caller owns it and writes no more cells.
    pub(super) fn release(&self) {
        self.owned.store(0, RELEASE.get());
    }
}

/// Adds to a number cell without a read-modify-write.
///
/// The calling thread owns the cell: one that loses this race with itself would lose a count.
#[inline(always)]
pub(super) fn add(cell: &AtomicU64, amount: u64) {
    // Relaxed: a count orders nothing else, and readers add up cells in any order.
    cell.store(cell.load(Ordering::Relaxed).wrapping_add(amount), Ordering::Relaxed);
}

/// Adds to a float that two number cells keep: the rounded sum, and what rounding has cost so far.
/// Their sum does not drift, however many additions there were.
///
/// The calling thread owns the cells. A reader may see the first cell of one addition and the second
/// of another; it is then off by the rounding error of that addition, the last bit of the first.
#[inline(always)]
pub(super) fn add_float([high, low]: &[AtomicU64; 2], value: f64) {
    let rest = f64::from_bits(low.load(Ordering::Relaxed));
    let (sum, error) = two_sum(f64::from_bits(high.load(Ordering::Relaxed)), value);
    // Relaxed: the two are read without an order, see above.
    high.store(sum.to_bits(), Ordering::Relaxed);
    low.store((rest + error).to_bits(), Ordering::Relaxed);
}

/// All slabs of a process. They are added and never removed.
pub(super) struct Slabs {
    slabs: [AtomicPtr<Slab>; Slabs::MOST],
    /// Cells that belong to no thread but to the readers and setters of a series.
    aside: AtomicPtr<Slab>,
    /// How many there are; stored with Release after the slab.
    len: AtomicUsize,
    growing: Mutex<()>,
}

impl Slabs {
    pub(super) const MOST: usize = if cfg!(nunchi_loom) { 2 } else { 1024 };

    #[cfg(not(nunchi_loom))]
    pub(super) const fn new() -> Self {
        #[allow(clippy::declare_interior_mutable_const)] // Repeated, each a slot of its own.
        const NONE: AtomicPtr<Slab> = AtomicPtr::new(ptr::null_mut());
        let (len, growing) = (AtomicUsize::new(0), Mutex::new(()));
        Self { slabs: [NONE; Self::MOST], aside: NONE, len, growing }
    }

    #[cfg(nunchi_loom)]
    pub(super) fn new() -> Self {
        Self {
            slabs: std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
            aside: AtomicPtr::new(ptr::null_mut()),
            len: AtomicUsize::new(0),
            growing: Mutex::new(()),
        }
    }

    /// The slabs of threads, in the order in which they were added.
    #[inline]
    pub(super) fn iter(&self) -> impl Iterator<Item = &Slab> {
        let len = self.len.load(Ordering::Acquire); // Pairs with the Release in `add_slab`.
        self.slabs.iter().take(len).filter_map(|slab| self.follow(slab))
    }

    /// Cells that belong to no thread, once [`has_aside`](Self::has_aside) was asked.
    pub(super) fn aside(&self) -> Option<&Slab> {
        self.follow(&self.aside)
    }

    /// Makes the cells that belong to no thread if need be; answers whether there are any. Never
    /// waits.
    pub(super) fn has_aside(&self) -> bool {
        if self.aside().is_some() {
            return true;
        }
        let Some(_one_at_a_time) = self.growing.try_lock() else { return false };
        if self.aside().is_none() {
            let slab = allocate().unwrap_or(ptr::null_mut());
            self.aside.store(slab, Ordering::Release); // Pairs with `follow`.
        }
        self.aside().is_some()
    }

    #[inline]
    fn follow(&self, slab: &AtomicPtr<Slab>) -> Option<&Slab> {
        // SAFETY: null, or from `allocate`, whole before it was stored there, and freed by `drop`
        // only. The Acquire pairs with the Release of that store.
        unsafe { slab.load(Ordering::Acquire).as_ref() }
    }

    /// A slab that nobody owns, as its last owner left it, or a new one while there are fewer than
    /// `most` and nobody else adds one. The caller owns it. Never waits.
    pub(super) fn adopt(&self, most: usize) -> Option<&Slab> {
        self.iter().find(|slab| slab.adopt()).or_else(|| self.add_slab(most))
    }

    fn add_slab(&self, most: usize) -> Option<&Slab> {
        let _one_at_a_time = self.growing.try_lock()?;
        let len = self.len.load(Ordering::Relaxed); // Stored under this lock only.
        let place = self.slabs.get(len).filter(|_| len < most)?;
        let slab = allocate()?;
        // SAFETY: just allocated, known to nobody, all its fields valid when zero.
        let new = unsafe { &*slab };
        new.owned.store(1, Ordering::Relaxed); // Published by the next line.
        place.store(slab, Ordering::Release); // Pairs with `follow`.
        self.len.store(len + 1, Ordering::Release); // Pairs with `iter`.
        Some(new)
    }

    /// The sum over all slabs of a number slot.
    #[inline]
    pub(super) fn sum(&self, slot: usize) -> u64 {
        self.iter().filter_map(|slab| slab.numbers.get(slot)).fold(0, |sum, cell| {
            sum.wrapping_add(cell.load(Ordering::Relaxed)) // A count orders nothing else.
        })
    }

    /// The sum over all slabs of the float that starts at a number slot.
    pub(super) fn sum_float(&self, slot: usize) -> Exact {
        let mut sum = Exact::default();
        for slab in self.iter() {
            if let Some([high, low]) = slab.numbers.get(slot..slot + 2) {
                let cell = |cell: &AtomicU64| f64::from_bits(cell.load(Ordering::Relaxed));
                sum.add_both(cell(high), cell(low));
            }
        }
        sum
    }

    /// Zeroes a number slot in all slabs. The caller knows that no thread uses it.
    pub(super) fn wipe(&self, slot: usize) {
        for cell in self.iter().chain(self.aside()).filter_map(|slab| slab.numbers.get(slot)) {
            // The test keeps a page that was never touched untouched. Relaxed: the next user of the
            // slot learns of it with an Acquire.
            if cell.load(Ordering::Relaxed) != 0 {
                cell.store(0, Ordering::Relaxed);
            }
        }
    }

    /// Adds up every one of the first `into.len()` number slots, slab by slab, so that each slab is
    /// read from one end to the other.
    pub(super) fn fold(&self, into: &mut [u64]) {
        into.fill(0);
        for slab in self.iter() {
            for (sum, cell) in into.iter_mut().zip(&slab.numbers) {
                *sum = sum.wrapping_add(cell.load(Ordering::Relaxed));
            }
        }
    }
}

impl Drop for Slabs {
    fn drop(&mut self) {
        for slab in self.slabs.iter().chain([&self.aside]) {
            let slab = slab.load(Ordering::Relaxed); // Nobody else is left.
            if !slab.is_null() {
                // SAFETY: from `allocate`, freed only here.
                unsafe { free(slab) };
            }
        }
    }
}

/// A slab of zeroes, or `None` where there is no memory.
#[cfg(not(nunchi_loom))]
fn allocate() -> Option<*mut Slab> {
    Some(pages::map(std::alloc::Layout::new::<Slab>())?.as_ptr().cast())
}

#[cfg(not(nunchi_loom))]
unsafe fn free(slab: *mut Slab) {
    if let Some(slab) = ptr::NonNull::new(slab.cast()) {
        // SAFETY: the caller passes what `allocate` returned. A slab has nothing to drop.
        unsafe { pages::unmap(slab, std::alloc::Layout::new::<Slab>()) };
    }
}

#[cfg(nunchi_loom)]
fn allocate() -> Option<*mut Slab> {
    Some(Box::into_raw(Box::new(Slab {
        numbers: std::array::from_fn(|_| AtomicU64::new(0)),
        shards: std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
        owned: AtomicU32::new(0),
    })))
}

#[cfg(nunchi_loom)]
unsafe fn free(slab: *mut Slab) {
    // SAFETY: the caller passes what `allocate` returned.
    drop(unsafe { Box::from_raw(slab) });
}
