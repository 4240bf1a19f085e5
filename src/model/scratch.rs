//! Memory that one scrape needs and the next one uses again.

use super::{CollectorId, Staged};

/// Buffers that keep their capacity from scrape to scrape, so that a scrape allocates nothing once
/// it has seen the largest series of every kind.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Sums of the thread cells of all hot counters, taken once for a page.
    pub(crate) cells: Vec<u64>,
    /// Tells whether `cells` is still to be trusted; `None` before they are taken.
    pub(crate) cells_as_of: Option<u64>,
    /// Bucket counts of the histogram at hand.
    pub(crate) counts: Vec<u64>,
    /// Quantile answers of the summary at hand.
    pub(crate) values: Vec<f64>,
    /// Weighted bins of the summary at hand.
    pub(crate) bins: Vec<f64>,
    /// The labels of a series that has very many.
    pub(crate) body: String,
    /// Texts that the encoder prepares for the family at hand.
    pub(crate) head: Vec<u8>,
    /// More of them, one after the other.
    pub(crate) tails: String,
    /// Where each text in `tails` starts and ends.
    pub(crate) bounds: Vec<(usize, usize)>,
    /// Room for a part of a page on its way to a sink.
    pub(crate) chunk: Vec<u8>,
    /// What each collector yielded.
    pub(crate) staged: Vec<Staged>,
}

/// Room for so many sums is there from the first page on, long before any counter is hot.
const FIRST_CELLS: usize = 1024;

impl Scratch {
    /// Empty buffers, one of them with room.
    pub(crate) fn with_room() -> Self {
        Self { cells: Vec::with_capacity(FIRST_CELLS), ..Self::default() }
    }

    /// What this collector yielded.
    pub(crate) fn staged_by(&self, collector: CollectorId) -> Option<&Staged> {
        self.staged.iter().find(|staged| staged.collector == Some(collector))
    }
}
