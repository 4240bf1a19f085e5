//! Shards of one type, one for each thread that updates a hot series.

use super::{Heat, Kind};
#[cfg(not(nunchi_loom))]
use crate::sync::pages::PIECES;
use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

/// What can be a thread's part of a series.
pub(crate) trait Sharded: Sync + Send {
    /// What kind of slot it stands in.
    const KIND: Kind;
}

/// The shards of one series. All of them live as long as this does.
pub(crate) struct Shards<S: Sharded> {
    heat: Heat,
    owns: PhantomData<S>,
}

impl<S: Sharded> Shards<S> {
    /// None; the series is cold.
    pub(crate) fn none() -> Self {
        debug_assert!(matches!(S::KIND, Kind::Tally | Kind::Summary));
        Self { heat: Heat::cold(), owns: PhantomData }
    }

    /// The shard of this thread.
    #[inline(always)]
    pub(crate) fn get(&self) -> Option<&S> {
        let shard = self.heat.shard()?.cast::<S>();
        // SAFETY: our slot has values of `S` that `join` installed, dropped by `drop` only.
        Some(unsafe { &*shard.as_ptr() })
    }

    /// To be called by an update that found no shard: the shard of this thread, made by `make`, if
    /// the series is hot and the thread can have one.
    #[inline]
    pub(crate) fn join(&self, make: impl FnOnce() -> S) -> Option<&S> {
        if self.heat.join() && self.heat.install(|| place(make())) {
            self.get()
        } else {
            None
        }
    }

    /// Samples the series; see [`Heat::warm`].
    #[inline]
    pub(crate) fn warm(&self) {
        self.heat.warm(S::KIND);
    }

    /// Whether threads may have shards.
    pub(crate) fn is_hot(&self) -> bool {
        self.heat.is_hot()
    }

    #[cfg(all(test, not(nunchi_loom)))]
    pub(super) fn heat(&self) -> &Heat {
        &self.heat
    }

    /// Calls `each` with the shard of every thread, in the same order each time.
    pub(crate) fn for_each(&self, mut each: impl FnMut(&S)) {
        self.heat.for_each_shard(|shard| {
            // SAFETY: as in `get`.
            each(unsafe { &*shard.cast::<S>().as_ptr() });
        });
    }
}

/// Moves a shard to memory that no allocator was asked for.
#[cfg(not(nunchi_loom))]
fn place<S>(shard: S) -> Option<NonNull<u8>> {
    let piece = PIECES.take(std::mem::size_of::<S>())?;
    debug_assert!(piece.as_ptr() as usize % std::mem::align_of::<S>() == 0);
    // SAFETY: the piece is ours, large enough, and aligned as no type here exceeds.
    unsafe { piece.as_ptr().cast::<S>().write(shard) };
    Some(piece)
}

/// # Safety
///
/// The shard was placed by [`place`], and nobody uses it.
#[cfg(not(nunchi_loom))]
unsafe fn displace<S>(shard: NonNull<u8>) {
    // SAFETY: the caller's promise.
    unsafe {
        std::ptr::drop_in_place(shard.as_ptr().cast::<S>());
        PIECES.give(shard, std::mem::size_of::<S>());
    }
}

#[cfg(nunchi_loom)]
fn place<S>(_: S) -> Option<NonNull<u8>> {
    None
}

#[cfg(nunchi_loom)]
unsafe fn displace<S>(_: NonNull<u8>) {}

impl<S: Sharded> Drop for Shards<S> {
    fn drop(&mut self) {
        self.heat.retire(S::KIND, |shard| {
            // SAFETY: `join` installed it; nobody uses it, and the slot forgets it.
            unsafe { displace::<S>(shard) };
        });
    }
}

impl<S: Sharded> fmt::Debug for Shards<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.heat.fmt(f)
    }
}
