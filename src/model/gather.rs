//! What an encoder asks of a registry.

use super::{Buffers, Scratch, Source};
use std::sync::Arc;

/// What stands on a page, in the order of the page names. Neighbours of one name are one family:
/// they have the same descriptor but for the values of their const labels.
pub(crate) type Page = Arc<Vec<Arc<dyn Source>>>;

/// A part of a page.
pub(crate) type Sources = [Arc<dyn Source>];

/// Splits the first family off.
pub(crate) fn first_family(sources: &Sources) -> Option<(&Sources, &Sources)> {
    let name = sources.first()?.descriptor().page_name();
    let len = sources.iter().take_while(|source| source.descriptor().page_name() == name).count();
    Some(sources.split_at(len))
}

/// Tells the collectors of a process apart; never given twice.
pub(crate) type CollectorId = u64;

/// Implemented by `registry`, taken by `encode`.
pub(crate) trait Gather: Send + Sync {
    /// Runs the collectors that `runs` says to run, which it is asked right before each, into
    /// `scratch` and returns the page. On it the families of the others are empty.
    fn gather(&self, scratch: &mut Scratch, runs: &dyn Fn(CollectorId) -> bool) -> Page;

    /// Buffers of an earlier scrape, if there are any.
    fn take_buffers(&self) -> Box<Buffers>;

    /// Gives buffers back for the next scrape.
    fn keep_buffers(&self, buffers: Box<Buffers>);
}
