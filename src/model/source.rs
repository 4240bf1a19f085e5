//! Series that can be walked at any time while a page is written.

use super::{CollectorId, Descriptor, Scratch, Visitor};
use std::any::Any;
use std::sync::Arc;

/// Implemented by `metric`'s families, whose series live in memory, and by [`Yielded`]. No user code
/// runs inside, so a source may be visited while its page is being written, and left and taken up
/// again.
pub(crate) trait Source: Send + Sync {
    /// What the series have in common.
    fn descriptor(&self) -> &Descriptor;

    /// Offers series number `from` and those after it, in creation order, until one is refused.
    /// Returns the number of the series to go on with, or `None` after the last.
    fn visit(&self, from: usize, scratch: &mut Scratch, visitor: &mut dyn Visitor)
        -> Option<usize>;

    /// How many lookups were answered with the overflow series because the family was full.
    fn folded(&self) -> u64 {
        0
    }

    /// The collector that yields the series.
    fn collector(&self) -> Option<CollectorId> {
        None
    }

    /// The source itself, to be recognised by whoever made it.
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

/// A family of a collector: its series are those that the collector left in the scratch.
pub(crate) struct Yielded {
    /// With the const labels of the scope under which the collector was registered.
    pub(crate) descriptor: Descriptor,
    pub(crate) collector: CollectorId,
    /// Its number among the families that the collector described.
    pub(crate) family: usize,
}

impl Source for Yielded {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn visit(
        &self,
        from: usize,
        scratch: &mut Scratch,
        visitor: &mut dyn Visitor,
    ) -> Option<usize> {
        let staged = scratch.staged_by(self.collector)?;
        staged.visit(self.family, &self.descriptor, from, visitor)
    }

    fn collector(&self) -> Option<CollectorId> {
        Some(self.collector)
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
