//! A growing array of atomic pointers whose elements never move.
//!
//! Segment 0 holds the first few slots; each later segment doubles the total, so a slot is found by
//! one bit scan and two loads, and growing copies nothing.

use super::primitive::{AtomicPtr, Ordering};
use std::ptr;

/// Segment 0 has `1 << FIRST_BITS` slots.
const FIRST_BITS: u32 = if cfg!(nunchi_loom) { 0 } else { 2 };
pub(crate) const FIRST: usize = 1 << FIRST_BITS;
/// Enough for 2^32 slots.
const SEGMENTS: usize = 33 - FIRST_BITS as usize;

pub(crate) struct Slots<N> {
    segments: [AtomicPtr<AtomicPtr<N>>; SEGMENTS],
}

impl<N> Slots<N> {
    /// The first [`FIRST`] slots, all null.
    pub(crate) fn new() -> Self {
        let slots = Self { segments: std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())) };
        slots.reserve(0);
        slots
    }

    /// Makes the slot exist. Calls must not overlap: an overlapping call leaks a segment.
    pub(crate) fn reserve(&self, slot: usize) {
        let (segment, _) = place(slot);
        // Relaxed: written by this side only.
        if self.segments[segment].load(Ordering::Relaxed).is_null() {
            let heads = allocate(segment_len(segment));
            self.segments[segment].store(heads, Ordering::Release); // Pairs with `get`.
        }
    }

    /// The slot.
    ///
    /// # Safety
    ///
    /// `reserve` was called for this slot, and the caller knows it by an Acquire load or by being
    /// the one that called.
    #[inline]
    pub(crate) unsafe fn get(&self, slot: usize) -> &AtomicPtr<N> {
        let (segment, offset) = place(slot);
        debug_assert!(segment < SEGMENTS);
        // SAFETY: `place` yields a segment below SEGMENTS for every slot below 2^32, and more
        // were never reserved.
        let heads = unsafe { self.segments.get_unchecked(segment) }.load(Ordering::Acquire);
        // SAFETY: the segment was stored by `reserve` before the caller learnt of the slot; it has
        // more than `offset` elements and lives as long as `self`.
        unsafe { &*heads.add(offset) }
    }
}

#[inline]
fn place(slot: usize) -> (usize, usize) {
    if slot < FIRST {
        return (0, slot);
    }
    let top = slot.ilog2();
    ((top - FIRST_BITS + 1) as usize, slot ^ (1 << top))
}

fn segment_len(segment: usize) -> usize {
    FIRST << segment.saturating_sub(1)
}

impl<N> Drop for Slots<N> {
    fn drop(&mut self) {
        for (segment, heads) in self.segments.iter().enumerate() {
            let heads = heads.load(Ordering::Relaxed); // Nobody else is left.
            if !heads.is_null() {
                // SAFETY: allocated with this length by `reserve`, freed only here.
                unsafe { free(heads, segment_len(segment)) };
            }
        }
    }
}

/// Zeroed memory from the system costs nothing until it is touched, so the segment that doubles a
/// large array is as quick to add as the first.
#[cfg(not(nunchi_loom))]
fn allocate<N>(len: usize) -> *mut AtomicPtr<N> {
    use std::alloc::{alloc_zeroed, handle_alloc_error, Layout};
    let Ok(layout) = Layout::array::<AtomicPtr<N>>(len) else {
        unreachable!("a segment has at most 2^31 slots")
    };
    // SAFETY: the layout is not empty: `len` is at least `FIRST`.
    let heads = unsafe { alloc_zeroed(layout) }.cast::<AtomicPtr<N>>();
    if heads.is_null() {
        handle_alloc_error(layout);
    }
    heads // All zero bits are null pointers.
}

#[cfg(not(nunchi_loom))]
unsafe fn free<N>(heads: *mut AtomicPtr<N>, len: usize) {
    use std::alloc::{dealloc, Layout};
    if let Ok(layout) = Layout::array::<AtomicPtr<N>>(len) {
        // SAFETY: the caller passes what `allocate` returned for this length.
        unsafe { dealloc(heads.cast(), layout) };
    }
}

#[cfg(nunchi_loom)]
fn allocate<N>(len: usize) -> *mut AtomicPtr<N> {
    let heads: Box<[AtomicPtr<N>]> = (0..len).map(|_| AtomicPtr::new(ptr::null_mut())).collect();
    Box::into_raw(heads).cast()
}

#[cfg(nunchi_loom)]
unsafe fn free<N>(heads: *mut AtomicPtr<N>, len: usize) {
    // SAFETY: the caller passes what `allocate` returned for this length.
    drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(heads, len)) });
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    #[test]
    fn places_are_consecutive_and_fill_each_segment() {
        let mut expected = (0, 0);
        for slot in 0..5000 {
            assert_eq!(place(slot), expected, "slot {slot}");
            expected.1 += 1;
            if expected.1 == segment_len(expected.0) {
                expected = (expected.0 + 1, 0);
            }
        }
        assert_eq!(place(u32::MAX as usize).0, SEGMENTS - 1);
    }

    #[test]
    fn slots_start_null_and_keep_their_address() {
        let slots = Slots::<u64>::new();
        let mut seen = Vec::new();
        for slot in 0..100 {
            slots.reserve(slot);
            // SAFETY: reserved on the line above.
            let here = unsafe { slots.get(slot) };
            assert!(here.load(Ordering::Relaxed).is_null());
            seen.push(ptr::from_ref(here));
        }
        for (slot, address) in seen.into_iter().enumerate() {
            // SAFETY: reserved in the loop above.
            assert_eq!(ptr::from_ref(unsafe { slots.get(slot) }), address);
        }
    }
}
