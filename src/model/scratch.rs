//! Memory that one scrape needs and the next one uses again.

use super::{CollectorId, Staged};

/// Buffers that keep their capacity from scrape to scrape, so that a scrape allocates nothing once
/// it has seen the largest series of every kind.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
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

impl Scratch {
    /// What this collector yielded.
    pub(crate) fn staged_by(&self, collector: CollectorId) -> Option<&Staged> {
        self.staged.iter().find(|staged| staged.collector == Some(collector))
    }
}
