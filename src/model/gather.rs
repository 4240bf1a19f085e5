//! What an encoder asks of a registry.

use super::{Descriptor, Scratch, Source};
use std::sync::Arc;

/// One family as it will stand on the page. Its members have the same descriptor but for the
/// values of their const labels.
#[derive(Clone)]
pub(crate) struct PageFamily {
    pub(crate) descriptor: Descriptor,
    pub(crate) members: Vec<Member>,
}

/// Tells the collectors of a registry apart; never given twice.
pub(crate) type CollectorId = u64;

/// Where the series of a family come from.
#[derive(Clone)]
pub(crate) enum Member {
    /// From a family in memory.
    Live(Arc<dyn Source>),
    /// From what a collector left in the scratch, as its family number `family`.
    Staged {
        /// The descriptor, with the const labels of this member.
        descriptor: Descriptor,
        collector: CollectorId,
        family: usize,
    },
}

impl Member {
    /// The descriptor of this member.
    pub(crate) fn descriptor(&self) -> &Descriptor {
        match self {
            Self::Live(source) => source.descriptor(),
            Self::Staged { descriptor, .. } => descriptor,
        }
    }
}

/// Implemented by `registry`, taken by `encode`.
pub(crate) trait Gather: Send + Sync {
    /// Runs every collector into `scratch` and returns the families in the order of their names.
    fn gather(&self, scratch: &mut Scratch) -> Arc<Vec<PageFamily>>;

    /// Buffers of an earlier scrape, if there are any.
    fn take_scratch(&self) -> Scratch;

    /// Gives buffers back for the next scrape.
    fn keep_scratch(&self, scratch: Scratch);
}
