//! What a protocol does not hold without; a model leaves it out, to prove that.

use super::primitive::Ordering;

/// An ordering, or a step, of a protocol. It costs nothing: only in models (`--cfg nunchi_loom`)
/// does it look at the environment, so that one program can prove all of them. There the one whose
/// name is in `NUNCHI_LOOM_WEAK` is weak, and some model must fail; `ci/loom.sh` goes through them.
#[derive(Clone, Copy)]
pub(crate) struct Needed<T> {
    whole: T,
    #[cfg(nunchi_loom)]
    weak: T,
    #[cfg(nunchi_loom)]
    name: &'static str,
}

#[cfg_attr(not(nunchi_loom), allow(unused_variables))]
impl<T: Copy> Needed<T> {
    const fn new(name: &'static str, whole: T, weak: T) -> Self {
        Self {
            whole,
            #[cfg(nunchi_loom)]
            weak,
            #[cfg(nunchi_loom)]
            name,
        }
    }

    #[cfg(not(nunchi_loom))]
    #[inline(always)]
    pub(crate) const fn get(self) -> T {
        self.whole
    }

    #[cfg(nunchi_loom)]
    pub(crate) fn get(self) -> T {
        static WEAK: std::sync::OnceLock<String> = std::sync::OnceLock::new();
        let weak = WEAK.get_or_init(|| std::env::var("NUNCHI_LOOM_WEAK").unwrap_or_default());
        if weak == self.name {
            self.weak
        } else {
            self.whole
        }
    }
}

impl Needed<Ordering> {
    /// An ordering, relaxed where it is weak.
    pub(crate) const fn ordering(name: &'static str, ordering: Ordering) -> Self {
        Self::new(name, ordering, Ordering::Relaxed)
    }
}

impl Needed<bool> {
    /// Whether to take a step, which is left out where it is weak.
    pub(crate) const fn step(name: &'static str) -> Self {
        Self::new(name, true, false)
    }
}
