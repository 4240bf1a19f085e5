//! What was observed since the start, or since everything started anew.
//!
//! Imports the limit; used by the histogram. Counters only grow. To start anew is to remember what
//! they had, and to take it away from what they have from then on. That is what the page before
//! showed: a page that had no room for the histogram, and asks again, is none.

use super::bins::{Bins, Part};
use super::limit::{merge, subtract, Resolution};
use super::place::{Held, Places};
use crate::model::{NativeRoom, NativeShape};
use crate::sync::clock;
use crate::sync::float::Exact;
use std::time::Duration;

/// Beside the buckets: of the same observations.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    zeros: u64,
    nans: u64,
    /// On the positive and on the negative side; they are in the buckets, too.
    infinities: [u64; 2],
    /// Of the finite values.
    sum: Exact,
}

impl Totals {
    /// None, and what was taken out of the sums before.
    pub(super) fn new(sum: Exact) -> Self {
        Self { sum, ..Self::default() }
    }

    /// Adds what was accepted of some counters.
    pub(super) fn add(
        &mut self,
        places: &Places,
        bins: &Bins,
        room: &mut NativeRoom,
        classic: &mut [u64],
    ) {
        bins.each_accepted(|part, slot, count| {
            let Some((slots, is_negative)) = part.slots(places) else {
                if let Some(bucket) = classic.get_mut(slot) {
                    *bucket = bucket.wrapping_add(count);
                }
                return;
            };
            let side = usize::from(is_negative);
            let buckets = match part {
                Part::Coarse(_) => &mut room.coarse[side],
                _ => &mut room.fine[side],
            };
            match slots.held(slot) {
                Held::Zero => self.zeros = self.zeros.wrapping_add(count),
                Held::Nan => self.nans = self.nans.wrapping_add(count),
                Held::Bucket(index) => buckets.push((index, count)),
                Held::Infinity(index) => {
                    self.infinities[side] = self.infinities[side].wrapping_add(count);
                    buckets.push((index, count));
                }
            }
        });
    }

    pub(super) fn sum_mut(&mut self) -> &mut Exact {
        &mut self.sum
    }

    fn subtract(&mut self, base: &Self) {
        self.zeros = self.zeros.wrapping_sub(base.zeros);
        self.nans = self.nans.wrapping_sub(base.nans);
        for (infinities, before) in self.infinities.iter_mut().zip(base.infinities) {
            *infinities = infinities.wrapping_sub(before);
        }
        let [high, low] = base.sum.parts();
        self.sum.add_both(-high, -low);
    }

    /// How many observations there were, with those in these buckets.
    pub(super) fn count(&self, room: &NativeRoom) -> u64 {
        let buckets = room.fine.iter().chain(&room.coarse).flatten();
        let outside = self.zeros.wrapping_add(self.nans);
        buckets.fold(outside, |count, bucket| count.wrapping_add(bucket.1))
    }

    /// Their sum, as additions of all of them would have left it (H4).
    pub(super) fn sum(&self) -> f64 {
        match (self.nans, self.infinities) {
            (0, [0, 0]) => self.sum.rounded(),
            (0, [_, 0]) => f64::INFINITY,
            (0, [0, _]) => f64::NEG_INFINITY,
            _ => f64::NAN,
        }
    }
}

/// What the one reader keeps from scrape to scrape.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) resolution: Resolution,
    /// Only of what starts anew at times.
    restarts: Option<Box<Restarts>>,
    /// What was taken out of the sums.
    pub(super) taken: Exact,
}

#[derive(Debug)]
struct Restarts {
    /// When that was done last, in clock milliseconds.
    last: u64,
    /// What there was then.
    base: Counted,
    /// What there was on the page before, if there was one.
    before: Counted,
    is_scraped: bool,
    /// What there is now, which may become that.
    present: Counted,
}

/// All that was ever counted, at some time.
#[derive(Debug, Default)]
struct Counted {
    totals: Totals,
    fine: [Vec<(i32, u64)>; 2],
    coarse: [Vec<(i32, u64)>; 2],
    classic: Vec<u64>,
    /// That time, in milliseconds since 1970.
    time_ms: u64,
}

impl Counted {
    fn remember(&mut self, totals: &Totals, room: &NativeRoom, classic: &[u64]) {
        self.totals = *totals;
        let to = self.fine.iter_mut().chain(&mut self.coarse);
        to.zip(room.fine.iter().chain(&room.coarse)).for_each(|(to, from)| to.clone_from(from));
        self.classic.clear();
        self.classic.extend_from_slice(classic);
        // Exact and rounded up, for a server that takes the time of its own sample before it asks has
        // to find this one after that.
        let time = clock::time_of_day().checked_add(Duration::from_nanos(999_999));
        self.time_ms = time.map_or(0, clock::since_epoch_ms);
    }

    fn copy(&mut self, other: &Self) {
        self.totals = other.totals;
        let to = self.fine.iter_mut().chain(&mut self.coarse);
        to.zip(other.fine.iter().chain(&other.coarse)).for_each(|(to, from)| to.clone_from(from));
        self.classic.clone_from(&other.classic);
        self.time_ms = other.time_ms;
    }

    fn recall(&self, totals: &mut Totals, room: &mut NativeRoom, classic: &mut [u64]) {
        *totals = self.totals;
        let to = room.fine.iter_mut().chain(&mut room.coarse);
        to.zip(self.fine.iter().chain(&self.coarse)).for_each(|(to, from)| to.clone_from(from));
        classic.iter_mut().zip(&self.classic).for_each(|(to, from)| *to = *from);
    }

    /// Takes away what there was at this time.
    fn leave(&self, totals: &mut Totals, room: &mut NativeRoom, classic: &mut [u64]) {
        totals.subtract(&self.totals);
        let from = room.fine.iter_mut().chain(&mut room.coarse);
        from.zip(self.fine.iter().chain(&self.coarse))
            .for_each(|(from, base)| subtract(from, base));
        for (count, base) in classic.iter_mut().zip(&self.classic) {
            *count = count.wrapping_sub(*base);
        }
    }
}

impl Reader {
    pub(super) fn new(shape: &NativeShape, now: impl FnOnce() -> u64) -> Self {
        let restarts = shape.min_reset().map(|_| {
            Box::new(Restarts {
                last: now(),
                base: Counted::default(),
                before: Counted::default(),
                is_scraped: false,
                present: Counted::default(),
            })
        });
        Self { resolution: Resolution::of(shape), restarts, taken: Exact::default() }
    }

    /// Leaves of all that was ever counted what there is since everything started anew.
    pub(super) fn look(&self, totals: &mut Totals, room: &mut NativeRoom, classic: &mut [u64]) {
        room.fine.iter_mut().chain(&mut room.coarse).for_each(merge);
        if let Some(restarts) = &self.restarts {
            restarts.base.leave(totals, room, classic);
        }
    }

    /// Since when everything has been observed, in milliseconds since 1970; 0 if it never started anew.
    pub(super) fn since_ms(&self) -> u64 {
        self.restarts.as_ref().map_or(0, |restarts| restarts.base.time_ms)
    }

    /// Whether it matters if a page has shown what [`show`](Self::show) made.
    pub(super) fn minds_pages(&self) -> bool {
        self.restarts.is_some()
    }

    /// A page has shown it.
    pub(super) fn is_shown(&mut self) {
        if let Some(restarts) = &mut self.restarts {
            std::mem::swap(&mut restarts.before, &mut restarts.present);
            restarts.is_scraped = true;
        }
    }

    /// As [`look`](Self::look), and makes of it what a scrape shows; returns the count of zeros, and
    /// whether everything has started anew. `now` is asked for only if it matters.
    pub(super) fn show(
        &mut self,
        (shape, places): (&NativeShape, &Places),
        totals: &mut Totals,
        room: &mut NativeRoom,
        classic: &mut [u64],
        now: impl FnOnce() -> u64,
    ) -> (u64, bool) {
        room.fine.iter_mut().chain(&mut room.coarse).for_each(merge);
        if let Some(restarts) = &mut self.restarts {
            restarts.present.remember(totals, room, classic);
        }
        self.look(totals, room, classic);
        let (mut zeros, mut is_new) = (self.resolution.show(places, room), false);
        if let Some(restarts) = &mut self.restarts {
            let asked_for = Resolution::of(shape);
            let is_due = self.resolution != asked_for || Resolution::is_exceeded(shape, room);
            is_new = is_due && restarts.start_anew(shape, now);
            if is_new {
                restarts.present.recall(totals, room, classic);
                restarts.base.leave(totals, room, classic);
                self.resolution = asked_for;
                zeros = self.resolution.show(places, room);
            }
        }
        self.resolution.reduce(shape, room, &mut zeros);
        (zeros.wrapping_add(totals.zeros), is_new)
    }
}

impl Restarts {
    /// Starts anew from the page before, so that what is on no page yet is not lost (H9), if that
    /// was not done for long enough.
    fn start_anew(&mut self, shape: &NativeShape, now: impl FnOnce() -> u64) -> bool {
        let Some(least) = shape.min_reset().filter(|_| self.is_scraped) else { return false };
        let now = now();
        let is_time = u128::from(now.saturating_sub(self.last)) >= least.as_millis();
        if is_time {
            self.last = now;
            let last = self.base.time_ms;
            self.base.copy(&self.before);
            // Whoever reads pages knows a new start by its time (H9), also within a millisecond, and
            // where the calendar was set back.
            if last > 0 {
                self.base.time_ms = self.base.time_ms.max(last + 1);
            }
        }
        is_time
    }
}
