//! References to parts of one owner, by position: each is set once and read by two loads.
//!
//! The slots are a memory beside an index that knows every part: an empty slot means *ask the
//! index*, and whoever did may keep the answer. So slots need no order among themselves, and two
//! threads that keep the same part at once do no harm.
//!
//! **Protocol.** The slots, and each part, are published by a Release store of the pointer that
//! leads to them and read behind an Acquire load of it. *If the store is first*, the reader sees
//! what is behind the pointer. *If the load is first*, it sees null and asks the index.

use super::needed::Needed;
use super::primitive::{AtomicPtr, Ordering};
use once_cell::race::OnceRef;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::sync::Arc;

/// How many positions there are, as a type: so that the compiler knows it where a position is
/// compared with it.
pub(crate) trait Extent {
    const LEN: usize;
}

/// An owner, and up to `E::LEN` references to parts of it.
pub(crate) struct Dense<O: 'static, T, E> {
    /// Null, or the first of `len` slots of an `Arc<[AtomicPtr<T>]>` of which we hold one count.
    slots: AtomicPtr<AtomicPtr<T>>,
    /// `E::LEN`, or 0: then there never are slots.
    len: usize,
    owner: Owner<O>,
    /// Gives out `&T` to any thread.
    gives: PhantomData<Arc<T>>,
    extent: PhantomData<fn(E) -> E>,
}

/// What keeps the parts alive.
enum Owner<O: 'static> {
    Counted(Arc<O>),
    /// Found later, and never dropped.
    Static(OnceRef<'static, O>),
}

impl<O, T, E> Dense<O, T, E> {
    /// An owner whose parts have no positions.
    pub(crate) fn open(owner: Arc<O>) -> Self {
        Self::of(Owner::Counted(owner), ptr::null_mut(), 0)
    }

    fn of(owner: Owner<O>, slots: *mut AtomicPtr<T>, len: usize) -> Self {
        let slots = AtomicPtr::new(slots);
        Self { slots, len, owner, gives: PhantomData, extent: PhantomData }
    }

    /// The owner, if it was found.
    #[inline]
    pub(crate) fn owner(&self) -> Option<&O> {
        match &self.owner {
            Owner::Counted(owner) => Some(owner),
            Owner::Static(found) => found.get(),
        }
    }

    /// The owner, found by `find` if it is still missing.
    #[inline]
    pub(crate) fn owner_or(&self, find: impl FnOnce() -> &'static O) -> &O {
        match &self.owner {
            Owner::Counted(owner) => owner,
            Owner::Static(found) => match found.get() {
                Some(owner) => owner,
                None => found.get_or_init(find),
            },
        }
    }
}

impl<O, T, E: Extent> Dense<O, T, E> {
    /// An owner and empty slots, which clones will share.
    pub(crate) fn new(owner: Arc<O>) -> Self {
        let dense = Self::of(Owner::Counted(owner), ptr::null_mut(), E::LEN);
        dense.make_slots();
        dense
    }

    /// For an owner that [`Self::owner_or`] finds. The slots are made when a part is kept.
    #[cfg(not(nunchi_loom))] // Atomics of loom are not made at compile time.
    pub(crate) const fn of_static() -> Self {
        Self {
            slots: AtomicPtr::new(ptr::null_mut()),
            len: E::LEN,
            owner: Owner::Static(OnceRef::new()),
            gives: PhantomData,
            extent: PhantomData,
        }
    }

    /// The part at this position, if one was kept there.
    #[inline]
    pub(crate) fn get(&self, position: usize) -> Option<&T> {
        // Acquire pairs with the Release in `make_slots`: the slots are there.
        let slots = self.slots.load(Ordering::Acquire);
        if slots.is_null() || position >= E::LEN {
            return None;
        }
        // SAFETY: not null, so there are `len` slots and `len` is E::LEN; they are freed when the
        // last of the clones that share them is dropped.
        let slot = unsafe { &*slots.add(position) };
        // Acquire pairs with the Release in `keep`: the part is there.
        let part = slot.load(Ordering::Acquire);
        // SAFETY: null, or borrowed by `keep` from the contents of our owner (clones that share
        // slots have one owner), for any lifetime of that borrow. The owner is alive as long as
        // `self`: counted by us, or never dropped. As in `Held`, its contents never move and
        // nobody in the crate takes them mutably.
        unsafe { part.as_ref() }
    }

    /// The part of the owner that `choose` chooses, and whether `choose` says that it stays: then
    /// it is kept at this position, if there is one. `find` is that of [`Self::owner_or`].
    #[inline]
    pub(crate) fn keep(
        &self,
        position: usize,
        find: impl FnOnce() -> &'static O,
        choose: impl for<'o> FnOnce(&'o O) -> (&'o T, bool),
    ) -> (&T, bool) {
        let (part, stays) = choose(self.owner_or(find));
        if stays && position < self.len {
            // SAFETY: `make_slots` returns `len` slots that live as long as `self`.
            let slot = unsafe { &*self.make_slots().add(position) };
            slot.store(NonNull::from(part).as_ptr(), KEEP.get()); // Pairs with that in `get`.
        }
        (part, stays)
    }

    /// The slots, made if they are not there; null if there are none to make.
    #[cold]
    fn make_slots(&self) -> *mut AtomicPtr<T> {
        // Acquire pairs with the Release below.
        let slots = self.slots.load(Ordering::Acquire);
        if !slots.is_null() || self.len == 0 {
            return slots;
        }
        let empty = || AtomicPtr::<T>::new(ptr::null_mut());
        let new: Arc<[_]> = (0..self.len).map(|_| empty()).collect();
        let new = Arc::into_raw(new).cast::<AtomicPtr<T>>().cast_mut();
        match self.slots.compare_exchange(ptr::null_mut(), new, MAKE.get(), Ordering::Acquire) {
            Ok(_) => new,
            Err(theirs) => {
                // SAFETY: of `len` slots, from `into_raw` just above, and known to nobody else.
                drop(unsafe { Arc::from_raw(ptr::slice_from_raw_parts(new, self.len)) });
                theirs
            }
        }
    }
}

impl<O, T, E> Clone for Dense<O, T, E> {
    fn clone(&self) -> Self {
        let (owner, found) = match &self.owner {
            Owner::Counted(owner) => (Owner::Counted(Arc::clone(owner)), true),
            Owner::Static(owner) => {
                let copy = OnceRef::new();
                let found = owner.get().is_some_and(|owner| copy.set(owner).is_ok());
                (Owner::Static(copy), found)
            }
        };
        let mut slots = self.slots.load(Ordering::Acquire); // As in `get`: the count is there.
        if !found {
            slots = ptr::null_mut(); // The clone may find another owner.
        }
        if !slots.is_null() {
            // SAFETY: of `len` slots, from `into_raw`, and `self` holds a count of them.
            unsafe { Arc::increment_strong_count(ptr::slice_from_raw_parts(slots, self.len)) };
        }
        Self::of(owner, slots, self.len)
    }
}

impl<O, T, E> Drop for Dense<O, T, E> {
    fn drop(&mut self) {
        let slots = self.slots.load(Ordering::Relaxed); // Nobody else has this handle.
        if !slots.is_null() {
            // SAFETY: of `len` slots, from `into_raw`, and the count is ours to give back.
            drop(unsafe { Arc::from_raw(ptr::slice_from_raw_parts(slots, self.len)) });
        }
    }
}

/// The orders of the stores that publish; a loom model weakens each to show that it is needed.
const MAKE: Needed<Ordering> = Needed::ordering("dense_make", Ordering::Release);
const KEEP: Needed<Ordering> = Needed::ordering("dense_keep", Ordering::Release);

#[cfg(all(test, not(nunchi_loom)))]
#[path = "dense_tests.rs"]
mod tests;

#[cfg(all(test, nunchi_loom))]
#[path = "dense_loom.rs"]
mod loom_model;
