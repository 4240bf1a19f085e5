//! Memory that one scrape needs and the next one uses again.

#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
use super::Kept;
use super::{CollectorId, Staged};

/// Buffers that keep their capacity from scrape to scrape, so that a scrape allocates nothing once
/// it has seen the largest series of every kind.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    /// What sources and collectors need.
    pub(crate) scratch: Scratch,
    /// What an encoder needs.
    pub(crate) prepared: Prepared,
    /// Room for a part of a page on its way to a sink.
    pub(crate) chunk: Vec<u8>,
    /// What an encoder of messages needs.
    #[cfg(feature = "protobuf")]
    pub(crate) outline: Outline,
    /// What an encoder needs for names outside the legacy set.
    #[cfg(feature = "utf8")]
    pub(crate) spelling: Spelling,
    /// The message of which parts are on their way.
    #[cfg(feature = "protobuf")]
    pub(crate) message: Vec<u8>,
}

/// Texts that an encoder prepares for the family at hand.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    /// The HELP and TYPE lines, the name, and the const labels, each with a comma before it.
    pub(crate) head: Vec<u8>,
    pub(crate) name_at: usize,
    pub(crate) const_at: usize,
    /// Nothing of the family is on the page yet: HELP and TYPE come with the first series, and a
    /// family without series is left out.
    pub(crate) is_new: bool,
    /// The family is a gauge histogram.
    #[cfg(feature = "openmetrics")]
    pub(crate) is_gauge: bool,
    /// The family is a counter.
    #[cfg(feature = "openmetrics")]
    pub(crate) is_counter: bool,
    /// The type is one whose times of creation are told.
    #[cfg(feature = "openmetrics")]
    pub(crate) is_dated: bool,
    /// They are to be told.
    #[cfg(feature = "openmetrics")]
    pub(crate) tells_births: bool,
    /// What distinguishes the lines of a series, closing brace included, one after the other.
    pub(crate) tails: String,
    /// Where each of them starts and ends.
    pub(crate) bounds: Vec<(usize, usize)>,
}

/// The names of the family at hand as they are in the escaping scheme of the page.
#[cfg(feature = "utf8")]
#[derive(Debug, Default)]
pub(crate) struct Spelling {
    /// The name of the family.
    pub(crate) name: String,
    /// The same as it stands between quotes.
    pub(crate) escaped_name: String,
    /// The name at hand, in quotes if it needs them.
    pub(crate) shown: String,
    /// The const labels as pieces.
    pub(crate) const_pieces: String,
    /// The names of the other labels, in quotes if they need them, one after the other.
    pub(crate) labels: String,
    /// Where each of them ends.
    pub(crate) ends: Vec<usize>,
    /// The labels of the series at hand as pieces.
    pub(crate) pieces: String,
}

/// Fields of messages that an encoder prepares for the family at hand.
#[cfg(feature = "protobuf")]
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// What a message says of the family before its first metric.
    pub(crate) head: Vec<u8>,
    /// The tag of the point of a metric.
    pub(crate) point: u8,
    /// The tag of the time of creation in there; 0 if the type has none.
    pub(crate) birth: u8,
    /// The const labels.
    pub(crate) const_labels: Vec<u8>,
    pub(crate) keys: Vec<Key>,
    /// The labels of the states of a state set.
    pub(crate) states: Vec<u8>,
    /// Where each of them ends.
    pub(crate) state_ends: Vec<usize>,
    /// Bounds, without infinity, or quantiles.
    pub(crate) bounds: Vec<f64>,
}

/// What stands before the value of a label: tag and length of the label, its name, and tag and length
/// of the value. Both lengths are still to be put in.
#[cfg(feature = "protobuf")]
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) text: [u8; 32],
    /// How much of it counts, or [`Self::TOO_LONG`].
    pub(crate) length: usize,
    /// How long the name is.
    pub(crate) name: usize,
}

#[cfg(feature = "protobuf")]
impl Key {
    /// More than the length of a label takes one byte for.
    pub(crate) const TOO_LONG: usize = 256;
}

/// What sources and collectors need while they are read.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Sums of the thread cells of all hot counters, taken once for a page.
    pub(crate) cells: Vec<u64>,
    /// Tells whether `cells` is still to be trusted; `None` before they are taken.
    pub(crate) cells_as_of: Option<u64>,
    /// Bucket counts of the histogram at hand.
    pub(crate) counts: Vec<u64>,
    /// Exemplars of the series at hand.
    #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
    pub(crate) exemplars: Vec<Kept>,
    /// Quantile answers of the summary at hand.
    pub(crate) values: Vec<f64>,
    /// Weighted bins of the summary at hand.
    pub(crate) bins: Vec<f64>,
    /// The native histogram at hand.
    #[cfg(feature = "protobuf")]
    pub(crate) native: NativeRoom,
    /// The labels of a series that has very many.
    pub(crate) body: String,
    /// What each collector yielded.
    pub(crate) staged: Vec<Staged>,
}

/// Room to read a native histogram.
#[cfg(feature = "protobuf")]
#[derive(Debug, Default)]
pub(crate) struct NativeRoom {
    /// What was seen of a bank that may still change.
    pub(crate) seen: Vec<u64>,
    /// Buckets that are not empty and their counts, on either side of zero: as they are kept,
    pub(crate) fine: [Vec<(i32, u64)>; 2],
    /// and those that are kept in wider buckets,
    pub(crate) coarse: [Vec<(i32, u64)>; 2],
    /// and all of them as they are shown.
    pub(crate) shown: [Vec<(i32, u64)>; 2],
}

/// Room for so many sums is there from the first page on, long before any counter is hot.
const FIRST_CELLS: usize = 1024;

impl Scratch {
    /// Forgets what was of another page.
    pub(crate) fn begin_page(&mut self) {
        self.cells_as_of = None;
        self.cells.clear();
        self.cells.reserve(FIRST_CELLS);
    }

    /// What this collector yielded.
    pub(crate) fn staged_by(&self, collector: CollectorId) -> Option<&Staged> {
        self.staged.iter().find(|staged| staged.collector == Some(collector))
    }
}
