//! The slabs of this process, and the one that the calling thread has.

use super::memory::{self, Slab, Slabs};
use super::pool::{Kind, Pools};
use super::{NUMBERS, SUMMARIES, TALLIES};
use crate::sync::float::Exact;
use crate::sync::primitive::{AtomicU64, Ordering};
use crate::sync::register;
use std::cell::Cell;
use std::ptr::{self, NonNull};
use std::time::{Duration, Instant};

static ALL: Slabs = Slabs::new();
static POOLS: Pools = Pools::new();
/// How many slots were given back so far. Stored with Release before the slot can be taken again.
static RETIRED: AtomicU64 = AtomicU64::new(0);

/// A thread samples one of so many updates of cold series. A prime, so that a pattern in a
/// program's updates does not hide a series from it.
const PERIOD: u32 = if cfg!(miri) { 13 } else { 4093 };

/// What the calling thread knows of its slab. Nothing here is dropped, so where the target knows
/// thread-local data it can be used at any time in the life of a thread, and is reached without a
/// test whether it is there. Elsewhere a thread at its end may find it gone, and is cold then.
struct Here {
    slab: Cell<*const Slab>,
    /// How many slots the slab has; none without a slab.
    numbers: Cell<u32>,
    shards: Cell<u32>,
    /// Updates of cold series since the last sample.
    ticks: Cell<u32>,
    /// The thread was refused a slab or a shard.
    refused: Cell<bool>,
    /// The thread is changing slabs or slots. An allocator that counts with this crate comes by
    /// then, and must not wait for itself.
    inside: Cell<bool>,
}

thread_local! {
    static HERE: Here = const {
        Here {
            slab: Cell::new(ptr::null()),
            numbers: Cell::new(0),
            shards: Cell::new(0),
            ticks: Cell::new(0),
            refused: Cell::new(false),
            inside: Cell::new(false),
        }
    };
    static LEASE: Lease = const { Lease(Cell::new(None)) };
}

/// Gives the slab of a thread back when the thread ends.
struct Lease(Cell<Option<&'static Slab>>);

impl Drop for Lease {
    fn drop(&mut self) {
        here(|here| {
            here.numbers.set(0);
            here.shards.set(0);
            here.slab.set(ptr::null());
        });
        if let Some(slab) = self.0.get() {
            slab.release();
        }
    }
}

impl Here {
    /// The slab of this thread.
    ///
    /// # Safety
    ///
    /// `numbers` or `shards` is not 0.
    #[inline(always)]
    unsafe fn slab(&self) -> &'static Slab {
        // SAFETY: both are set together with the slab, which is never freed.
        unsafe { &*self.slab.get() }
    }
}

/// Asks what this thread knows; `T::default()` where that is gone, at the end of a thread.
#[inline(always)]
fn here<T: Default>(ask: impl FnOnce(&Here) -> T) -> T {
    HERE.try_with(ask).unwrap_or_default()
}

#[inline(always)]
pub(super) fn add(slot: u32, amount: u64) -> bool {
    here(|here| {
        let hot = slot < here.numbers.get();
        if hot {
            // SAFETY: `numbers` is more than 0, and no more than the slab has.
            let cell = unsafe { here.slab().numbers.get_unchecked(slot as usize) };
            memory::add(register::plain(cell), amount);
        }
        hot
    })
}

#[inline(always)]
pub(super) fn add_float(slot: u32, value: f64) -> bool {
    here(|here| {
        let hot = slot < here.numbers.get();
        if hot {
            // SAFETY: `numbers` is more than 0, and every slot below it has a neighbour.
            let cells = unsafe {
                let first = here.slab().numbers.as_ptr().add(slot as usize);
                &*first.cast::<[AtomicU64; 2]>()
            };
            memory::add_float(register::plain(cells), value);
        }
        hot
    })
}

#[inline(always)]
pub(super) fn shard(slot: u32) -> Option<NonNull<u8>> {
    here(|here| {
        if slot < here.shards.get() {
            // SAFETY: `shards` is more than 0, and no more than the slab has.
            let shard = unsafe { here.slab().shards.get_unchecked(slot as usize) };
            // Relaxed: stored by this thread, or by one whose slab this thread adopted.
            NonNull::new(shard.load(Ordering::Relaxed))
        } else {
            None
        }
    })
}

/// Gives this thread the shard that `make` makes; answers whether it has one now. The thread has a
/// slab, which may come from a thread that had a shard already. Where there is no memory for a
/// shard, not every update asks for it again.
pub(super) fn install(slot: u32, make: impl FnOnce() -> Option<NonNull<u8>>) -> bool {
    here(|here| {
        if slot >= here.shards.get() {
            return false;
        }
        // SAFETY: `shards` is more than 0.
        let Some(place) = unsafe { here.slab() }.shards.get(slot as usize) else { return false };
        if place.load(Ordering::Relaxed).is_null() {
            if here.refused.get() {
                return false;
            }
            let Some(shard) = alone(make) else {
                here.refused.set(true); // Until it is sampled next.
                return false;
            };
            place.store(shard.as_ptr(), Ordering::Release); // Pairs with `for_each_shard`.
        }
        true
    })
}

/// Gets a slab for a thread that has none; answers whether it has one now.
#[cold]
pub(super) fn join() -> bool {
    here(|here| {
        if here.numbers.get() > 0 {
            return true;
        }
        if here.refused.get() {
            return false;
        }
        let joined = alone(|| {
            let lease = |lease: &Lease| {
                // It has one if this thread has forgotten what it knew.
                let slab = lease.0.get().or_else(|| ALL.adopt(Slabs::MOST))?;
                lease.0.set(Some(slab));
                Some(slab)
            };
            // An error says that the destructors of this thread are past the lease.
            let slab = LEASE.try_with(lease).ok().flatten()?;
            here.slab.set(slab);
            here.numbers.set(NUMBERS as u32);
            here.shards.set((TALLIES + SUMMARIES) as u32);
            Some(())
        });
        if joined.is_none() && !here.inside.get() {
            here.refused.set(true); // Until it is sampled next.
        }
        joined.is_some()
    })
}

/// Runs `change` unless this thread is in such a change already.
fn alone<T>(change: impl FnOnce() -> Option<T>) -> Option<T> {
    here(|here| {
        if here.inside.replace(true) {
            return None;
        }
        let changed = change();
        here.inside.set(false);
        changed
    })
}

/// Counts an update of a cold series; answers whether to sample it.
#[inline(always)]
pub(super) fn tick() -> bool {
    here(|here| {
        let ticks = here.ticks.get() + 1;
        let due = ticks >= PERIOD;
        here.ticks.set(if due { 0 } else { ticks });
        due
    })
}

/// Lets a thread that was refused a slab or a shard ask again.
pub(super) fn reconsider() {
    here(|here| here.refused.set(false));
}

pub(super) fn take(kind: Kind) -> Option<u32> {
    alone(|| {
        if kind.has_aside() && !ALL.has_aside() {
            return None; // No memory, or somebody else is at it.
        }
        POOLS.take(kind)
    })
}

pub(super) fn give(kind: Kind, slot: u32) {
    // Inside another change the slot is lost, and nothing else.
    alone(|| {
        POOLS.give(kind, slot);
        Some(())
    });
}

/// Gives a slot back: number cells are zeroed, shards go to `free`.
#[cold]
#[inline(never)]
pub(super) fn retire(kind: Kind, slot: u32, free: &mut dyn FnMut(NonNull<u8>)) {
    match kind {
        Kind::Count | Kind::Level | Kind::Float => {
            (slot..slot + kind.width()).for_each(|slot| ALL.wipe(slot as usize));
        }
        Kind::Tally | Kind::Summary => {
            for place in ALL.iter().filter_map(|slab| slab.shards.get(slot as usize)) {
                // Acquire pairs with `install`: what is freed was written.
                let shard = place.swap(ptr::null_mut(), Ordering::Acquire);
                NonNull::new(shard).into_iter().for_each(&mut *free);
            }
        }
    }
    RETIRED.fetch_add(1, Ordering::Release); // Pairs with the Acquire in `folded_since`.
    give(kind, slot);
}

#[inline(never)]
pub(super) fn sum(slot: usize) -> u64 {
    ALL.sum(slot)
}

/// The sum of a number slot at one moment; see [`settled`].
#[inline(never)]
pub(super) fn settled_sum(slot: usize) -> u64 {
    settled(|| ALL.sum(slot))
}

/// The sum of a float slot over all threads.
#[inline(never)]
pub(super) fn sum_float(slot: usize) -> Exact {
    ALL.sum_float(slot)
}

/// The sum of a float slot at one moment; see [`settled`].
#[inline(never)]
pub(super) fn settled_sum_float(slot: usize) -> Exact {
    settled(|| ALL.sum_float(slot))
}

/// What two walks over the cells agree on: then no cell has changed in between, so it is a sum that
/// the cells had. If they are changed all the time, the walk that was least disturbed: the one that
/// took the least time.
fn settled<T: Copy + PartialEq>(walk: impl Fn() -> T) -> T {
    let mut last = walk();
    // Looking at the clock takes as long as a walk, so the first ones do without.
    for _ in 0..WALKS {
        let next = walk();
        if next == last {
            return next;
        }
        last = next;
    }
    let mut least = Duration::MAX;
    let mut best = last;
    for _ in 0..WALKS {
        let begun = Instant::now();
        let next = walk();
        let took = begun.elapsed();
        if next == last {
            return next;
        }
        if took < least {
            (least, best) = (took, next);
        }
        last = next;
    }
    best
}

/// Walks in search of two that agree, and once more as many.
const WALKS: u32 = 64;

/// The cell at a number slot that belongs to no thread.
pub(super) fn aside(slot: usize) -> Option<&'static AtomicU64> {
    ALL.aside()?.numbers.get(slot)
}

pub(super) fn for_each_shard(slot: usize, mut each: impl FnMut(NonNull<u8>)) {
    for place in ALL.iter().filter_map(|slab| slab.shards.get(slot)) {
        // Acquire pairs with the Release in `install`.
        NonNull::new(place.load(Ordering::Acquire)).into_iter().for_each(&mut each);
    }
}

/// Leaves the sums of all number slots in `sums`; returns how many slots were given back before.
#[cold]
pub(crate) fn fold(sums: &mut Vec<u64>) -> u64 {
    let retired = RETIRED.load(Ordering::Acquire); // Pairs with `retire`.
    sums.clear();
    sums.resize(POOLS.numbers(), 0);
    ALL.fold(sums);
    retired
}

/// Whether what [`fold`] left is still about the series that have the slots now.
pub(super) fn folded_since(retired: u64) -> bool {
    // Pairs with the Release in `retire`: whoever sees a slot with its next owner sees this too,
    // because the slot was taken after it was given back.
    RETIRED.load(Ordering::Acquire) == retired
}

/// Tells the slab of this thread from those of others.
#[cfg(test)]
pub(super) fn slab_address() -> usize {
    here(|here| here.slab.get() as usize)
}
