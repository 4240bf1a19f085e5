//! A pointer into a value together with the reference count that keeps the value alive.

use std::fmt;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;

/// An owner and a part of it: dereferences to the part in one load.
pub(crate) struct Held<O, T> {
    part: NonNull<T>,
    owner: Arc<O>,
}

impl<O, T> Held<O, T> {
    /// Holds the part of `owner` that `project` chooses.
    pub(crate) fn new(owner: Arc<O>, project: impl for<'o> FnOnce(&'o O) -> &'o T) -> Self {
        let part = NonNull::from(project(&owner));
        Self { part, owner }
    }

    pub(crate) fn owner(&self) -> &Arc<O> {
        &self.owner
    }
}

impl<O, T> Deref for Held<O, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: `part` was borrowed from the contents of `owner` for any lifetime of that
        // borrow. `owner` is alive as long as `self`, its contents never move, and nobody can
        // take them mutably: this module hands the `Arc` out by shared reference only, and no
        // caller in the crate uses `Arc::get_mut` or `Arc::try_unwrap` on it.
        unsafe { self.part.as_ref() }
    }
}

impl<O, T> Clone for Held<O, T> {
    fn clone(&self) -> Self {
        Self { part: self.part, owner: Arc::clone(&self.owner) }
    }
}

// SAFETY: a `Held` is an `Arc<O>` and a `&T`; both may cross threads when O and T are Send + Sync.
unsafe impl<O: Send + Sync, T: Send + Sync> Send for Held<O, T> {}
// SAFETY: as above; a shared `Held` only gives out `&T` and `&Arc<O>`.
unsafe impl<O: Send + Sync, T: Send + Sync> Sync for Held<O, T> {}

impl<O, T: fmt::Debug> fmt::Debug for Held<O, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_outlives_the_first_owner() {
        let owner = Arc::new((String::from("left"), 7_u64));
        let held = Held::new(Arc::clone(&owner), |pair| &pair.1);
        drop(owner);
        let copy = held.clone();
        drop(held);
        assert_eq!((*copy, copy.owner().0.as_str()), (7, "left"));
    }
}
