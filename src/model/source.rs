//! A family whose series live in memory and can be walked at any time.

use super::{Descriptor, Scratch, Visitor};
use std::any::Any;
use std::sync::Arc;

/// Implemented by `metric`'s families. No user code runs inside, so a source may be visited while
/// its page is being written, and left and taken up again.
pub(crate) trait Source: Send + Sync {
    /// What the series have in common.
    fn descriptor(&self) -> &Descriptor;

    /// Offers series number `from` and those after it, in creation order, until one is refused.
    /// Returns the number of the series to go on with, or `None` after the last.
    fn visit(&self, from: usize, scratch: &mut Scratch, visitor: &mut dyn Visitor)
        -> Option<usize>;

    /// How many lookups were answered with the overflow series because the family was full.
    fn folded(&self) -> u64;

    /// The source itself, to be recognised by whoever made it.
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}
