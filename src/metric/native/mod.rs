//! A native histogram: observations in exponential buckets that appear where they are needed.
//!
//! Imports `sync` and `model`; made by families, read by their visitors. The idea to hold: an
//! observation is one increment of a counter on the grid that was asked for ([`place`], [`bins`]),
//! together with sum and count by the protocol of the classic histogram ([`count`]). Counters only
//! grow. What a page shows is made of them when it is written: coarser buckets, a wider zero bucket
//! and the time since everything started anew ([`limit`], [`reading`]).

mod bins;
mod count;
mod exemplars;
mod limit;
mod offer;
mod place;
mod reading;

use self::bins::Counter;
use self::count::{Common, Recorder};
use self::place::Places;
use self::reading::{Reader, Totals};
use super::exemplar;
use super::timer::Timer;
use crate::model::{NativePoint, NativeRoom, NativeShape};
use crate::sync::clock;
use crate::sync::primitive::{AtomicU32, Ordering};
use crate::sync::shard;
use crate::sync::slab::Shards;
use once_cell::race::OnceBox;
use parking_lot::Mutex;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A histogram whose buckets need not be chosen: each is a fixed factor wider than the one before, for
/// numbers of any size and both signs, and only those that have observations are kept and sent.
///
/// Durations are observed in seconds, sizes in bytes. Prometheus stores native histograms where it is
/// told to (`scrape_native_histograms: true`, or before 3.8 the flag
/// `--enable-feature=native-histograms`) and asks for protobuf then, which alone can carry them. In
/// the text formats only count, sum and the bucket of infinity are shown, as by other clients, and
/// the [classic buckets](NativeShape::with_classic_buckets) if there are any. Feature `protobuf`.
///
/// Pages of protobuf tell when a histogram was made. Prometheus 3.5 with the feature flag
/// `created-timestamp-zero-ingestion` ends itself at the first scrape of a native one that was made
/// an hour or more before (its issue 16318): leave that flag off for such a version.
///
/// # Buckets
///
/// A bucket of [schema](NativeShape::with_schema) s holds the magnitudes from 2^((i-1)/2^s) up to
/// and with 2^(i/2^s); the boundaries are those of Prometheus bit for bit. Negative numbers have the
/// mirrored ones.
///
/// | observation | where it counts |
/// |---|---|
/// | magnitude up to the [zero threshold](NativeShape::with_zero_threshold) | zero bucket |
/// | any other number | its bucket |
/// | +Inf, -Inf | the bucket after that of the greatest number; the sum becomes infinite, or NaN if both occur |
/// | NaN | no bucket but the classic one of infinity; the count grows, and the sum becomes NaN |
///
/// There are at most [160 buckets](NativeShape::with_max_buckets) on a page, unless something else is
/// asked for. More than that are made fewer when the page is written, which is also when everything
/// may [start anew](NativeShape::with_min_reset).
///
/// # Performance
///
/// An observation takes no lock and waits for nobody. Three atomic read-modify-writes, and one more
/// for classic buckets; a histogram that is observed more than some ten thousand times a second gets
/// counters in every thread that observes it, and then an observation is a few plain loads and
/// stores, whatever other threads do. The first observation of all and the first one in each group of
/// 32 neighbouring buckets allocate, once in the life of the histogram and once more in that of a
/// thread's counters.
///
/// A histogram that was never observed takes 160 bytes. One of schema 3 in use takes 5 to 10 KB for
/// values spread like response times, and as much for each thread that has counters: 1 KB for each
/// group of 32 buckets, and 3 KB more. Values that are spread as widely as there are numbers take 1 KB
/// for each bucket that may be shown (64 KB at least), and up to 600 KB beyond that: past so many
/// groups, observations count in buckets of schema 2, which is then the finest that is shown. Without
/// a limit of buckets it is up to 35 MB at schema 8.
///
/// # Consistency
///
/// A scrape sees buckets, count and sum of the same observations, native and classic; the count never
/// falls, but where everything starts anew. If the scheduler stops a thread *inside* an observation for
/// longer than the scrape waits (tens of microseconds for each such thread), the scrape sees an older
/// such set, which lacks observations made since the scrape before. Scrapes of one histogram wait for
/// each other.
///
/// # Examples
///
/// ```
/// use nunchi::NativeHistogram;
///
/// let sizes = NativeHistogram::default();
/// sizes.observe(99.0);
/// sizes.observe(-5000.0);
/// assert_eq!((sizes.count(), sizes.sum()), (2, -4901.0));
/// ```
///
/// Source: Prometheus native histograms specification.
pub struct NativeHistogram {
    places: Places,
    /// Everything that threads count together, from the first observation on.
    common: OnceBox<Common>,
    /// What threads count for themselves once the histogram is hot.
    recorders: Shards<Recorder>,
    /// The bank to write to.
    bank: AtomicU32,
    has_classic: bool,
    shape: Arc<NativeShape>,
    exemplars: exemplar::Places,
    reader: Mutex<Reader>,
}

impl NativeHistogram {
    /// An empty histogram that is in no registry.
    #[must_use]
    pub fn with_shape(shape: NativeShape) -> Self {
        Self::new(&Arc::new(shape))
    }

    pub(crate) fn new(shape: &Arc<NativeShape>) -> Self {
        Self {
            places: Places::new(shape),
            common: OnceBox::new(),
            recorders: Shards::none(),
            bank: AtomicU32::new(0),
            has_classic: shape.classic_buckets().is_some(),
            reader: Mutex::new(Reader::new(shape, clock::coarse_ms)),
            shape: Arc::clone(shape),
            exemplars: exemplar::Places::new(),
        }
    }

    /// Counts one value.
    #[inline]
    pub fn observe(&self, value: f64) {
        match self.recorders.get() {
            Some(recorder) => {
                let usual = self.places.usual_slot(value);
                let is_negative = value.is_sign_negative();
                match usual.and_then(|slot| recorder.bins.known(slot, is_negative)) {
                    Some(counter) if !self.has_classic => recorder.add(self.bank(), counter, value),
                    Some(counter) => self.observe_both(recorder, counter, value),
                    None => self.observe_alone(recorder, value),
                }
            }
            None => self.observe_shared(value),
        }
    }

    /// The bank to write to. Relaxed: both are there from the start, so which one matters to nobody
    /// but the reader, and that finds out by the protocol.
    #[inline(always)]
    fn bank(&self) -> usize {
        self.bank.load(Ordering::Relaxed) as usize
    }

    /// An observation by a thread with counters of its own: any value, also in classic buckets.
    #[inline(never)]
    fn observe_alone(&self, recorder: &Recorder, value: f64) {
        // Finding a counter may allocate it, so that comes before the observation is in flight.
        self.observe_both(recorder, recorder.bins.counter(&self.places, value), value);
    }

    #[inline(never)]
    fn observe_both(&self, recorder: &Recorder, counter: &Counter, value: f64) {
        let classic = self.classic_bucket(value).map(|bucket| recorder.bins.classic(bucket));
        recorder.add_both(self.bank(), counter, classic, value);
    }

    #[inline(never)]
    fn observe_shared(&self, value: f64) {
        if let Some(recorder) = self.recorders.join(Recorder::new) {
            return self.observe_alone(recorder, value);
        }
        let common = self.common.get_or_init(|| Box::new(Common::new()));
        let counter: &Counter = common.bins.counter(&self.places, value);
        let classic = self.classic_bucket(value).map(|bucket| common.bins.classic(bucket));
        common.add(self.bank(), [Some(counter), classic], value);
        self.recorders.warm();
    }

    #[inline]
    fn classic_bucket(&self, value: f64) -> Option<usize> {
        self.has_classic.then(|| self.shape.classic().index(value))
    }

    /// Counts one duration, in seconds.
    #[inline]
    pub fn observe_duration(&self, duration: Duration) {
        self.observe(duration.as_secs_f64());
    }

    /// Starts a timer that observes the seconds until it is dropped or stopped.
    pub fn start_timer(&self) -> Timer<'_, Self> {
        Timer::start(self)
    }

    /// How many values were observed, since everything started anew if it did. Allocates: for tests,
    /// not for hot paths.
    #[must_use]
    pub fn count(&self) -> u64 {
        let mut room = NativeRoom::default();
        self.look(&mut room).count(&room)
    }

    /// The sum of these values. Allocates: for tests, not for hot paths.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.look(&mut NativeRoom::default()).sum()
    }

    fn look(&self, room: &mut NativeRoom) -> Totals {
        let reader = self.reader.lock();
        let mut classic = vec![0; self.shape.classic().texts().len()];
        let mut totals = self.read(&reader, room, &mut classic);
        reader.look(&mut totals, room, &mut classic);
        totals
    }

    /// Leaves the counts of the classic buckets in `counts`, and calls `show` with the sum and the
    /// native buckets of the same observations; answers as that does, whether a page has them now.
    fn snapshot(
        &self,
        counts: &mut Vec<u64>,
        room: &mut NativeRoom,
        show: impl FnOnce(&[u64], f64, NativePoint<'_>) -> bool,
    ) -> bool {
        self.snapshot_at(clock::coarse_ms, counts, room, show)
    }

    fn snapshot_at(
        &self,
        now: impl FnOnce() -> u64,
        counts: &mut Vec<u64>,
        room: &mut NativeRoom,
        show: impl FnOnce(&[u64], f64, NativePoint<'_>) -> bool,
    ) -> bool {
        counts.clear();
        counts.resize(self.shape.classic().texts().len(), 0);
        let mut reader = self.reader.lock();
        let mut totals = self.read(&reader, room, counts);
        let (zeros, is_new) =
            reader.show((&self.shape, &self.places), &mut totals, room, counts, now);
        if let (true, Some(common)) = (is_new, self.common.get()) {
            common.take_sums(&mut reader.taken);
        }
        let (resolution, since_ms) = (reader.resolution, reader.since_ms());
        // Else nobody has to wait for the page.
        let reader = reader.minds_pages().then_some(reader);
        if let ([infinity], false) = (&mut counts[..], self.has_classic) {
            *infinity = totals.count(room);
        }
        let is_shown = show(counts, totals.sum(), resolution.point(since_ms, zeros, room));
        if let (true, Some(mut reader)) = (is_shown, reader) {
            reader.is_shown();
        }
        is_shown
    }

    /// Reads all that was ever counted. The caller is the one that may.
    fn read(&self, reader: &Reader, room: &mut NativeRoom, classic: &mut [u64]) -> Totals {
        let common = self.common.get();
        shard::flip(&self.bank, |bank| {
            if let Some(common) = common {
                common.refresh(bank, &mut room.seen);
            }
            self.recorders.for_each(|recorder| recorder.refresh(bank, &mut room.seen));
        });
        let mut totals = Totals::new(reader.taken);
        room.fine.iter_mut().chain(&mut room.coarse).for_each(Vec::clear);
        if let Some(common) = common {
            totals.add(&self.places, &common.bins, room, classic);
            common.add_sum_to(totals.sum_mut());
        }
        self.recorders.for_each(|recorder| {
            totals.add(&self.places, &recorder.bins, room, classic);
            recorder.add_sum_to(totals.sum_mut());
        });
        totals
    }
}

impl Default for NativeHistogram {
    fn default() -> Self {
        Self::with_shape(NativeShape::default())
    }
}

impl fmt::Debug for NativeHistogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeHistogram")
            .field("count", &self.count())
            .field("sum", &self.sum())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests;
