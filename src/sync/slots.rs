//! Arrays that grow without moving what they hold, read without a lock.
//!
//! Elements lie in chunks that never move; [`Slots`] is the list of the chunks. When that list is
//! full its pointers are copied to one of twice the length, and the old one stays for whoever still
//! reads it: 16 bytes at most for a chunk of some kilobytes.

use super::needed::Needed;
use super::primitive::{AtomicPtr, AtomicUsize, Ordering};
use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};
use std::ptr;

/// A list of pointers to chunks. Does not own the chunks.
pub(crate) struct Slots {
    /// Slot 0 is the list that this one replaced; a pointer has the slot after its number.
    list: AtomicPtr<AtomicPtr<u8>>,
    /// Read and written by the pushing side only.
    len: AtomicUsize,
}

/// The slots of the first list.
const SHORTEST: usize = if cfg!(nunchi_loom) { 2 } else { 4 };

impl Slots {
    /// No pointers.
    pub(crate) fn new() -> Self {
        Self { list: AtomicPtr::new(ptr::null_mut()), len: AtomicUsize::new(0) }
    }

    /// How many pointers there are; for the side that pushes.
    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed) // Written by this side only.
    }

    /// Adds a pointer. Returns its number.
    ///
    /// # Safety
    ///
    /// Calls do not overlap.
    pub(crate) unsafe fn push(&self, pointer: *mut u8) -> usize {
        let at = self.len();
        let used = at + 1;
        let old = self.list.load(Ordering::Relaxed); // Written by this side only.
        if at == 0 || (used >= SHORTEST && used.is_power_of_two()) {
            let list = array(slots_for(used), 8, || AtomicPtr::new(ptr::null_mut()));
            for slot in 1..used {
                // SAFETY: both lists have more slots than `used`; the new one is ours alone.
                unsafe { (*list.add(slot)).store(pointer_in(old, slot), Ordering::Relaxed) };
            }
            // SAFETY: as above. Published by the next line.
            unsafe { (*list).store(old.cast(), Ordering::Relaxed) };
            self.list.store(list, PUBLISH.get()); // Pairs with `view`.
        }
        let list = self.list.load(Ordering::Relaxed);
        // SAFETY: the list has a slot for every number up to the next power of two. Relaxed: the
        // caller publishes the number, and nobody reads the slot before.
        unsafe { (*list.add(used)).store(pointer, Ordering::Relaxed) };
        self.len.store(used, Ordering::Relaxed); // Read by this side only.
        at
    }

    /// The list as it is now: has every pointer that this thread knows of.
    #[inline]
    pub(crate) fn view(&self) -> View<'_> {
        View { list: self.list.load(Ordering::Acquire), owner: self } // Pairs with `push`.
    }
}

/// The pointers that a list had.
#[derive(Clone, Copy)]
pub(crate) struct View<'s> {
    list: *mut AtomicPtr<u8>,
    #[allow(dead_code)] // Keeps the lists alive.
    owner: &'s Slots,
}

impl View<'_> {
    /// Pointer number `at`.
    ///
    /// # Safety
    ///
    /// The pointer was pushed before the view was taken, and the caller learnt of it by an Acquire
    /// load or is the one that pushed.
    #[inline]
    pub(crate) unsafe fn get(self, at: usize) -> *mut u8 {
        // SAFETY: the caller says that the list has the slot; lists live as long as their owner.
        unsafe { pointer_in(self.list, at + 1) }
    }
}

/// # Safety
///
/// The list is alive and has the slot.
#[inline]
unsafe fn pointer_in(list: *mut AtomicPtr<u8>, slot: usize) -> *mut u8 {
    // SAFETY: the caller's promise. Relaxed: who knows the number has acquired the pointer.
    unsafe { (*list.add(slot)).load(Ordering::Relaxed) }
}

/// How many slots a list has whose slot `used` is the last that is needed.
fn slots_for(used: usize) -> usize {
    (used + 1).next_power_of_two().max(SHORTEST)
}

impl Drop for Slots {
    fn drop(&mut self) {
        let mut list = self.list.load(Ordering::Relaxed); // Nobody else is left.
        let mut slots = slots_for(self.len());
        while !list.is_null() {
            // SAFETY: slot 0 is the list before; each was made by `push` with half as many slots
            // as the next, and is freed here only.
            unsafe {
                let before = (*list).load(Ordering::Relaxed);
                free_array(list, slots, 8);
                list = before.cast();
            }
            slots /= 2;
        }
    }
}

/// The order of the store that publishes a list; a loom model weakens it to show that it is needed.
const PUBLISH: Needed<Ordering> = Needed::ordering("slots", Ordering::Release);

/// Elements in chunks that double from `1 << FIRST` elements up to `1 << LAST`: a short array stays
/// small, and a long one wastes little.
pub(crate) struct Chunks<const FIRST: u32, const LAST: u32>;

impl<const FIRST: u32, const LAST: u32> Chunks<FIRST, LAST> {
    /// The chunk of element `at`, and its place in there.
    #[inline]
    pub(crate) fn of(at: usize) -> (usize, usize) {
        let at = at + (1 << FIRST);
        if at >> LAST != 0 {
            return ((at >> LAST) + (LAST - FIRST) as usize - 1, at & ((1 << LAST) - 1));
        }
        let top = at.ilog2();
        ((top - FIRST) as usize, at ^ (1 << top))
    }

    /// How many elements a chunk has.
    #[inline]
    pub(crate) fn len(chunk: usize) -> usize {
        1 << (FIRST as usize + chunk).min(LAST as usize)
    }
}

/// A new array of `len` elements, aligned to `align` bytes at least.
pub(super) fn array<T>(len: usize, align: usize, element: impl Fn() -> T) -> *mut T {
    let layout = array_layout::<T>(len, align);
    // SAFETY: the layout is not empty: nobody asks for an empty array.
    let start = unsafe { alloc(layout) }.cast::<T>();
    if start.is_null() {
        handle_alloc_error(layout);
    }
    for at in 0..len {
        // SAFETY: the memory has room for `len` elements and is ours alone.
        unsafe { start.add(at).write(element()) };
    }
    start
}

/// # Safety
///
/// `start` came from `array` with these numbers, and nobody uses it any more.
pub(super) unsafe fn free_array<T>(start: *mut T, len: usize, align: usize) {
    // SAFETY: `array` wrote all elements, and allocated with this layout.
    unsafe {
        ptr::slice_from_raw_parts_mut(start, len).drop_in_place();
        dealloc(start.cast(), array_layout::<T>(len, align));
    }
}

fn array_layout<T>(len: usize, align: usize) -> Layout {
    match Layout::array::<T>(len).and_then(|layout| layout.align_to(align)) {
        Ok(layout) => layout,
        Err(_) => unreachable!("chunks and their lists are far smaller than the address space"),
    }
}

// SAFETY: a list of plain pointers; whoever follows one is checked where it is followed.
unsafe impl Send for Slots {}
// SAFETY: as above; all access is by atomics.
unsafe impl Sync for Slots {}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    #[test]
    fn elements_are_consecutive_and_fill_each_chunk() {
        fn check<const FIRST: u32, const LAST: u32>() {
            let mut expected = (0, 0);
            for at in 0..if cfg!(miri) { 500 } else { 5000 } {
                assert_eq!(Chunks::<FIRST, LAST>::of(at), expected, "element {at}");
                expected.1 += 1;
                if expected.1 == Chunks::<FIRST, LAST>::len(expected.0) {
                    expected = (expected.0 + 1, 0);
                }
            }
        }
        check::<0, 6>();
        check::<2, 10>();
        check::<3, 3>();
    }

    #[test]
    fn an_old_view_keeps_what_it_had() {
        let mut cells = [0_u8; 70];
        let start = cells.as_mut_ptr();
        let slots = Slots::new();
        let mut views = Vec::new();
        for at in 0..70 {
            // SAFETY: one thread; inside the array.
            assert_eq!(unsafe { slots.push(start.wrapping_add(at)) }, at);
            views.push(slots.view());
        }
        for (at, view) in views.into_iter().enumerate() {
            for earlier in 0..=at {
                // SAFETY: pushed before the view was taken, by this thread.
                assert_eq!(unsafe { view.get(earlier) }, start.wrapping_add(earlier));
            }
        }
    }
}
