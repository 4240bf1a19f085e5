//! A summary: sum, count, and quantiles over a sliding window.
//!
//! Imports `sync` and `model`; made by families, read by their visitors. The idea to hold: an
//! observation is one increment of a bin of a fixed exponential grid ([`live`]). Every sixteenth of
//! the window the bins are swept into a packed pane ([`pane`], [`window`]); panes on one grid add up
//! exactly, so a quantile over the window is a walk over their sum. [`totals`] keeps sum and count
//! in step with the bins.

mod live;
mod offer;
mod pane;
mod place;
mod recorder;
mod totals;
mod window;

use self::live::{Bins, Live};
use self::recorder::Recorder;
use self::totals::Totals;
use self::window::{Span, Window};
use crate::model::{Scratch, SummaryShape};
use crate::sync::clock;
use crate::sync::float::Exact;
use crate::sync::primitive::{AtomicU32, Ordering};
use crate::sync::shard;
use crate::sync::slab::Shards;
use once_cell::race::OnceBox;
use parking_lot::Mutex;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Observations with their sum and count since the start, and their quantiles over the last while.
///
/// Choose a summary when one process knows everything, because quantiles of several processes
/// cannot be combined on the server; choose a [`Histogram`](crate::metric::Histogram) otherwise.
///
/// # What a quantile is
///
/// The q-quantile of the n observations in the window is the one of rank max(1, ⌈q·n⌉), counted
/// from the least. The answer differs from it by at most **0.2708 %** of its magnitude, for any q,
/// any number of observations and any distribution, while magnitudes are between 2^-40 (about
/// 10^-12) and 2^40 (about 10^12). Answers never leave the range of the observations: a constant
/// stream is answered exactly, and the quantiles 0 and 1 are the exact least and greatest value.
///
/// | observation | `_count`, `_sum` | quantiles |
/// |---|---|---|
/// | magnitude within 2^-40 … 2^40, either sign | added | error at most 0.2708 % |
/// | zero, or a magnitude below 2^-40 | added | answered as 0, or the nearest value observed |
/// | finite magnitude above 2^40 | added | answered as ±2^40, or the nearest value observed |
/// | +Inf, -Inf | counted; the sum becomes infinite, or NaN if both occur | answered as itself |
/// | NaN | counted; the sum becomes and stays NaN, as in other Prometheus clients | ignored |
///
/// # The window
///
/// The window is kept as 16 panes. At its far edge one pane is in part too old; its observations
/// count by the share of it that is still inside, as if they had come evenly. Compared with the
/// exact window that misplaces at most the observations of one pane, about a sixteenth of the rank
/// at a steady rate, and nothing if arrivals within the pane are even in time and value. The least
/// and greatest value (quantiles 0 and 1) are those of the whole pane, so they may be a sixteenth
/// of the window older than it. With nothing in the window every quantile is NaN; `_sum` and
/// `_count` never forget.
///
/// # Performance
///
/// An observation takes no lock, waits for nobody and makes two atomic updates, of its bin and of
/// the sum; with quantiles it also reads a coarse clock. A summary that is observed more than some
/// ten thousand times a second gets a recorder in every thread that observes it. Then an observation
/// is a few plain loads and stores, whatever other threads do. While sixty-four of them take less than
/// 50 ms, only the last reads the clock. The others may count in the pane next to their own, and are
/// left out of the window if nobody has read the summary since that pane ended.
///
/// Two events cost more. The first observation of all, the first negative one and the first in each
/// half of a power of two allocate, once in the life of the summary and once more in that of a
/// recorder. The observation that finds a pane ended sweeps the bins, one to eight microseconds and
/// about one more for each recorder; whoever finds another one sweeping goes on at once.
///
/// A summary that was never observed takes 40 bytes. One in use takes 12 to 45 KB for values spread
/// like response times, depending on how many different ones a pane sees, not on how many; each
/// recorder adds 5 to 20 KB.
///
/// # Consistency
///
/// A scrape reads a sum and a count of the same observations, except that the sum may be ahead by
/// one observation of each thread that is just observing and has no recorder. If such threads never pause for as long as
/// a microsecond, the scrape does not wait for them: the sum may then be ahead by what was observed
/// in that microsecond. Scrapes of one summary wait for each other, and for a sweep under way.
pub struct Summary {
    shape: Arc<SummaryShape>,
    /// The totals of a summary without quantiles.
    plain: Totals,
    /// Everything of a summary with quantiles, from its first observation on.
    recent: OnceBox<Recent>,
    /// What threads observe for themselves once the summary is hot.
    recorders: Shards<Recorder>,
    /// The bank of their totals to write to.
    bank: AtomicU32,
}

/// In this order, so that the sum, which every observation writes, is on another cache line than
/// the directory of bins, which every observation reads.
#[repr(C)]
struct Recent {
    live: Live,
    window: Mutex<Window>,
    totals: Totals,
}

/// Count and sum of the same observations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SummaryTotals {
    pub(crate) count: u64,
    pub(crate) sum: f64,
}

impl Summary {
    /// Makes a summary that belongs to no registry, for tests and for libraries that expose it
    /// themselves.
    ///
    /// # Examples
    ///
    /// ```
    /// use nunchi::metric::Summary;
    /// use nunchi::model::{Quantiles, SummaryShape};
    ///
    /// let quantiles = Quantiles::new([0.5]).unwrap();
    /// let wait = Summary::with_shape(SummaryShape::new(quantiles, SummaryShape::DEFAULT_WINDOW));
    /// wait.observe(0.25);
    /// assert_eq!((wait.count(), wait.sum(), wait.quantile(0.5)), (1, 0.25, 0.25));
    /// ```
    #[must_use]
    pub fn with_shape(shape: SummaryShape) -> Self {
        Self::new(&Arc::new(shape))
    }

    pub(crate) fn new(shape: &Arc<SummaryShape>) -> Self {
        Self {
            shape: Arc::clone(shape),
            plain: Totals::new(),
            recent: OnceBox::new(),
            recorders: Shards::none(),
            bank: AtomicU32::new(0),
        }
    }

    /// Adds an observation.
    #[inline]
    pub fn observe(&self, value: f64) {
        self.observe_at(value, clock::coarse_ms);
    }

    /// Adds an observation at a time that is asked for only if it matters.
    #[inline(always)]
    fn observe_at(&self, value: f64, now: impl FnOnce() -> u64) {
        match self.recorders.get() {
            Some(recorder) => self.observe_alone(recorder, value, now),
            None => self.observe_shared(value, now),
        }
    }

    /// An observation of a thread that has a recorder.
    #[inline(always)]
    fn observe_alone(&self, recorder: &Recorder, value: f64, now: impl FnOnce() -> u64) {
        let recent = self.recent.get();
        if let Some(recent) = recent {
            recent.live.extend(value);
            if !recorder.count(value) {
                recorder.count_any(value, &recent.live);
            }
        }
        // Relaxed: which bank matters to nobody but the reader, and that finds out by the protocol.
        if recorder.add(self.bank.load(Ordering::Relaxed), value) {
            self.keep_up(recorder, now);
        }
    }

    /// Sweeps when a pane has ended, or a bin might come round.
    #[cold]
    #[inline(never)]
    fn keep_up(&self, recorder: &Recorder, now: impl FnOnce() -> u64) {
        let Some(recent) = self.recent.get() else { return recorder.ignore_time() };
        let now = now();
        recorder.keep_pace(now);
        let due = |live: &Live| now >= live.end() || recorder.is_full();
        if due(&recent.live) {
            self.try_turn(recent, now, due);
        }
    }

    #[inline(never)]
    fn observe_shared(&self, value: f64, now: impl FnOnce() -> u64) {
        if let Some(recorder) = self.recorders.join(Recorder::new) {
            return self.observe_alone(recorder, value, now);
        }
        match self.recent.get() {
            Some(recent) => self.observe_recent(recent, value, now()),
            None => self.observe_aside(value, now),
        }
        self.recorders.warm();
    }

    /// Adds a duration, in seconds.
    #[inline]
    pub fn observe_duration(&self, duration: Duration) {
        self.observe(duration.as_secs_f64());
    }

    /// How many observations there were since the start.
    ///
    /// Walks the bins, about a microsecond, and waits for a sweep or a scrape under way.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.read_at(0, &[], &mut Scratch::default()).count
    }

    /// The sum of all observations since the start.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.read_at(0, &[], &mut Scratch::default()).sum
    }

    /// Any quantile over the window, asked for in the shape or not.
    ///
    /// NaN if the window is empty, if `quantile` is not from 0 to 1, and if the shape has no
    /// quantiles at all, since then no window is kept.
    ///
    /// # Performance
    ///
    /// Tens of microseconds, and an allocation; meant for tests and for the program's own use of
    /// its figures. A scrape answers all quantiles in one walk and allocates nothing.
    #[must_use]
    pub fn quantile(&self, quantile: f64) -> f64 {
        self.quantile_at(quantile, clock::coarse_ms())
    }

    fn quantile_at(&self, quantile: f64, now: u64) -> f64 {
        let mut scratch = Scratch::default();
        if (0.0..=1.0).contains(&quantile) {
            self.read_at(now, &[quantile], &mut scratch);
        }
        scratch.values.first().copied().unwrap_or(f64::NAN)
    }

    /// Reads count and sum, and leaves the answers to the quantiles of the shape, in their order,
    /// in `scratch.values`. Allocates only what `scratch` lacks.
    pub(crate) fn snapshot(&self, scratch: &mut Scratch) -> SummaryTotals {
        self.snapshot_at(clock::coarse_ms(), scratch)
    }

    fn snapshot_at(&self, now: u64, scratch: &mut Scratch) -> SummaryTotals {
        self.read_at(now, self.shape.quantiles().values(), scratch)
    }

    fn read_at(&self, now: u64, quantiles: &[f64], scratch: &mut Scratch) -> SummaryTotals {
        let mut sum = Exact::default();
        let count = match self.recent.get() {
            Some(recent) => {
                let span = self.span();
                let mut window = recent.window.lock();
                if now >= recent.live.end() {
                    self.turn(recent, &mut window, now);
                }
                window.answer(self.bins(recent), now, span, quantiles, scratch);
                // Still under the lock, so no sweep moves observations out of the bins.
                let (count, shared) = recent.totals.read(|| recent.live.total());
                sum.add(shared);
                count + self.read_recorders(&mut sum)
            }
            None => {
                scratch.values.clear();
                scratch.values.resize(quantiles.len(), f64::NAN);
                let (count, shared) = self.plain.read(|| 0);
                sum.add(shared);
                let _one_at_a_time = self.recorders.is_hot().then(|| PLAIN_READERS.lock());
                count + self.read_recorders(&mut sum)
            }
        };
        SummaryTotals { count, sum: sum.rounded() }
    }

    /// Adds what the recorders have summed up, and returns how many observations that were. One
    /// caller at a time.
    fn read_recorders(&self, sum: &mut Exact) -> u64 {
        let mut count = 0;
        if self.recorders.is_hot() {
            shard::flip(&self.bank, |bank| {
                self.recorders.for_each(|recorder| recorder.refresh(bank));
            });
            self.recorders.for_each(|recorder| recorder.add_to(&mut count, sum));
        }
        count
    }

    #[inline(always)]
    fn observe_recent(&self, recent: &Recent, value: f64, now: u64) {
        let live = &recent.live;
        if now >= live.end() {
            self.try_turn(recent, now, |live| now >= live.end());
        }
        // Finding the bin may allocate it, so that comes before the observation is in flight.
        let Some(bin) = live.bin(value) else { return recent.totals.observe(value) };
        live.extend(value);
        recent.totals.add(value);
        if live::count(bin) >= FULL {
            self.try_turn(recent, now, |_| true);
        }
    }

    /// An observation without a recent past: the first, or any if there are no quantiles.
    #[inline(never)]
    fn observe_aside(&self, value: f64, now: impl FnOnce() -> u64) {
        if self.shape.quantiles().is_empty() {
            return self.plain.observe(value);
        }
        let now = now();
        let recent = self.recent.get_or_init(|| Box::new(Recent::new(now, self.span())));
        self.observe_recent(recent, value, now);
    }

    /// Sweeps the bins if they still are `due` and no other thread is at it. Whoever cannot have
    /// the lock goes on: its observation lands in one pane or the next.
    #[cold]
    #[inline(never)]
    fn try_turn(&self, recent: &Recent, now: u64, due: impl FnOnce(&Live) -> bool) {
        if let Some(mut window) = recent.window.try_lock() {
            if due(&recent.live) {
                self.turn(recent, &mut window, now);
            }
        }
    }

    /// Sweeps the bins into a pane.
    ///
    fn turn(&self, recent: &Recent, window: &mut Window, now: u64) {
        recent.totals.count(window.turn(self.bins(recent), now, self.span()));
    }

    fn bins<'s>(&'s self, recent: &'s Recent) -> Bins<'s> {
        Bins { live: &recent.live, recorders: &self.recorders }
    }

    fn span(&self) -> Span {
        Span::new(self.shape.window())
    }
}

impl Recent {
    fn new(now: u64, span: Span) -> Self {
        let live = Live::new(span.end(now));
        Self { live, window: Mutex::new(Window::new(now)), totals: Totals::new() }
    }
}

impl fmt::Debug for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Summary")
            .field("count", &self.count())
            .field("sum", &self.sum())
            .finish_non_exhaustive()
    }
}

/// Held while the recorders of a summary without a window are read.
static PLAIN_READERS: Mutex<()> = Mutex::new(());

/// A bin with this many observations is swept early, and so is a recorder that has made as many: long
/// before the 32 bits of a bin are used up.
const FULL: u32 = 1 << 31;

#[cfg(all(test, not(nunchi_loom)))]
mod tests;

#[cfg(all(test, nunchi_loom))]
mod loom;
