//! Zeroed memory from the system, past the program's allocator.
//!
//! Imports nothing; used for thread cells. An update must not call the allocator: some programs
//! forbid it on certain threads or count every call, and an allocator may itself be instrumented
//! with this crate. On Linux pages are mapped instead; they cost nothing until they are touched.
//! Elsewhere, and under miri, the allocator serves.

use super::slab::PATIENCE;
use parking_lot::Mutex;
use std::alloc::Layout;
use std::ptr::{self, NonNull};

/// Zeroed memory of this layout, or `None` where there is no more. For large pieces that are kept.
pub(crate) fn map(layout: Layout) -> Option<NonNull<u8>> {
    debug_assert!(layout.align() <= GRAIN);
    NonNull::new(system::map(layout))
}

/// Gives memory back.
///
/// # Safety
///
/// It was returned by [`map`] for this layout, and nobody uses it.
pub(crate) unsafe fn unmap(memory: NonNull<u8>, layout: Layout) {
    // SAFETY: the caller's promise.
    unsafe { system::unmap(memory.as_ptr(), layout) };
}

/// Every piece has this alignment and a multiple of this size: two cache lines, which processors
/// fetch as one.
const GRAIN: usize = 128;
/// The largest piece that is cut from a mapping; a larger one is a mapping.
const LARGEST: usize = 64 * GRAIN;
/// From how much memory pieces are cut.
const MAPPING: usize = if cfg!(miri) { LARGEST } else { 32 * LARGEST };

/// The most bytes that are with takers at a time: 64 MiB. Whoever gets no more uses what all threads
/// share.
const BUDGET: usize = 64 << 20;

/// Small pieces of memory: cut from mappings, given back to lists by size, used again.
pub(crate) struct Pieces(Mutex<State>);

/// Where shards come from.
pub(crate) static PIECES: Pieces = Pieces::new();

struct State {
    /// The first free piece of each size; each holds the address of the next.
    free: [*mut u8; LARGEST / GRAIN + 1],
    /// What is left of the last mapping.
    rest: *mut u8,
    left: usize,
    /// How many bytes are with takers.
    taken: usize,
}

// SAFETY: the pointers lead to memory that nobody else knows of.
unsafe impl Send for State {}

impl Pieces {
    pub(crate) const fn new() -> Self {
        let free = [ptr::null_mut(); LARGEST / GRAIN + 1];
        Self(Mutex::new(State { free, rest: ptr::null_mut(), left: 0, taken: 0 }))
    }

    /// A zeroed piece of at least so many bytes, or `None` when the budget or the memory is used up.
    /// Never waits: none while another thread takes or gives one.
    pub(crate) fn take(&self, bytes: usize) -> Option<NonNull<u8>> {
        let layout = layout(bytes)?;
        let mut state = self.0.try_lock()?;
        let taken = state.taken.checked_add(layout.size()).filter(|taken| *taken <= BUDGET)?;
        let piece = state.take(layout)?;
        state.taken = taken;
        Some(piece)
    }

    /// Gives a piece back.
    ///
    /// # Safety
    ///
    /// It was returned by [`take`](Self::take) for so many bytes, and nobody uses it.
    pub(crate) unsafe fn give(&self, piece: NonNull<u8>, bytes: usize) {
        let Some(layout) = layout(bytes) else { return };
        // In the child of a fork nobody may be left to unlock it. Then the piece is lost.
        let Some(mut state) = self.0.try_lock_for(PATIENCE) else { return };
        state.taken -= layout.size();
        if layout.size() > LARGEST {
            // SAFETY: then it was mapped with this layout.
            return unsafe { unmap(piece, layout) };
        }
        let first = &mut state.free[layout.size() / GRAIN];
        // SAFETY: the piece is ours, aligned, and large enough for an address.
        unsafe { piece.as_ptr().cast::<*mut u8>().write(*first) };
        *first = piece.as_ptr();
    }
}

impl State {
    fn take(&mut self, layout: Layout) -> Option<NonNull<u8>> {
        if layout.size() > LARGEST {
            return map(layout);
        }
        let first = &mut self.free[layout.size() / GRAIN];
        if let Some(piece) = NonNull::new(*first) {
            // SAFETY: a free piece holds the address of the next, and is large enough for it; from
            // now on it is the caller's, to whom it must look new.
            unsafe {
                *first = piece.as_ptr().cast::<*mut u8>().read();
                piece.as_ptr().write_bytes(0, layout.size());
            }
            return Some(piece);
        }
        if self.left < layout.size() {
            // What is left is less than the piece at hand, and is lost.
            self.rest = map(Layout::from_size_align(MAPPING, GRAIN).ok()?)?.as_ptr();
            self.left = MAPPING;
        }
        let piece = self.rest;
        // SAFETY: so much is left.
        self.rest = unsafe { piece.add(layout.size()) };
        self.left -= layout.size();
        NonNull::new(piece)
    }
}

fn layout(bytes: usize) -> Option<Layout> {
    let size = bytes.max(1).checked_next_multiple_of(GRAIN)?;
    Layout::from_size_align(size, GRAIN).ok()
}

#[cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    not(any(target_arch = "mips64", target_arch = "mips64r6", target_arch = "sparc64")),
    not(miri)
))]
mod system {
    use std::alloc::Layout;
    use std::os::raw::{c_int, c_void};
    use std::ptr;

    // Source: `include/uapi/asm-generic/mman-common.h`; the architectures with other numbers are
    // left out above.
    const READ_AND_WRITE: c_int = 1 | 2;
    const PRIVATE_AND_ANONYMOUS: c_int = 2 | 0x20;

    // `std` links the C library already. The offset is of 64 bits on these targets.
    extern "C" {
        fn mmap(
            at: *mut c_void,
            len: usize,
            may: c_int,
            how: c_int,
            file: c_int,
            offset: i64,
        ) -> *mut c_void;
        fn munmap(at: *mut c_void, len: usize) -> c_int;
    }

    pub(super) fn map(layout: Layout) -> *mut u8 {
        // SAFETY: new private memory at an address that the kernel chooses touches nothing else.
        let memory = unsafe {
            mmap(ptr::null_mut(), layout.size(), READ_AND_WRITE, PRIVATE_AND_ANONYMOUS, -1, 0)
        };
        if memory as usize == usize::MAX {
            ptr::null_mut()
        } else {
            memory.cast()
        }
    }

    pub(super) unsafe fn unmap(memory: *mut u8, layout: Layout) {
        // SAFETY: the caller passes a whole mapping of this length. A failure leaks it.
        unsafe { munmap(memory.cast(), layout.size()) };
    }
}

#[cfg(not(all(
    target_os = "linux",
    target_pointer_width = "64",
    not(any(target_arch = "mips64", target_arch = "mips64r6", target_arch = "sparc64")),
    not(miri)
)))]
mod system {
    use std::alloc::{alloc_zeroed, dealloc, Layout};

    pub(super) fn map(layout: Layout) -> *mut u8 {
        // SAFETY: no caller asks for nothing.
        unsafe { alloc_zeroed(layout) }
    }

    pub(super) unsafe fn unmap(memory: *mut u8, layout: Layout) {
        // SAFETY: the caller passes what `map` returned for this layout.
        unsafe { dealloc(memory, layout) };
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_zero_apart_and_used_again() {
        static PIECES: Pieces = Pieces::new(); // Its mappings are kept.
        let pieces = &PIECES;
        let mut taken = Vec::new();
        // Each byte is looked at: an interpreter gets few, and no more of a huge piece than it takes.
        let (huge, pieces_of_all) = if cfg!(miri) { (8_300, 12) } else { (100_000, 60) };
        for bytes in [1, 128, 129, 8192, 8193, huge].into_iter().cycle().take(pieces_of_all) {
            let piece = pieces.take(bytes).unwrap();
            // SAFETY: so many bytes are ours.
            let bytes_of = unsafe { std::slice::from_raw_parts_mut(piece.as_ptr(), bytes) };
            assert!(bytes_of.iter().all(|byte| *byte == 0) && piece.as_ptr() as usize % GRAIN == 0);
            bytes_of.fill(0xff);
            taken.push((piece, bytes));
        }
        let mut ends: Vec<_> =
            taken.iter().map(|(piece, bytes)| (piece.as_ptr() as usize, *bytes)).collect();
        ends.sort_unstable();
        assert!(ends.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0));
        let small = taken[0].0;
        // SAFETY: taken above with these sizes, not used afterwards.
        taken.into_iter().rev().for_each(|(piece, bytes)| unsafe { pieces.give(piece, bytes) });
        assert_eq!(pieces.take(100), Some(small));
        // SAFETY: all of its bytes were ours before, and are again.
        assert!((0..128).all(|n| unsafe { small.as_ptr().add(n).read() } == 0));
    }
}
