//! What was observed since the start, or since everything started anew.
//!
//! Imports the limit; used by the histogram. Counters only grow. To start anew is to remember what
//! they had, and to take it away from what they have from then on.

use super::bins::{Bins, Part};
use super::limit::{merge, subtract, Resolution};
use super::place::{Held, Places};
use crate::model::{NativeRoom, NativeShape};
use crate::sync::float::Exact;

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
    /// What there was at the scrape before, if there was one.
    before: Counted,
    is_scraped: bool,
    /// What there is now.
    present: Counted,
}

/// All that was ever counted, at some time.
#[derive(Debug, Default)]
struct Counted {
    totals: Totals,
    fine: [Vec<(i32, u64)>; 2],
    coarse: [Vec<(i32, u64)>; 2],
    classic: Vec<u64>,
}

impl Counted {
    fn remember(&mut self, totals: &Totals, room: &NativeRoom, classic: &[u64]) {
        self.totals = *totals;
        let to = self.fine.iter_mut().chain(&mut self.coarse);
        to.zip(room.fine.iter().chain(&room.coarse)).for_each(|(to, from)| to.clone_from(from));
        self.classic.clear();
        self.classic.extend_from_slice(classic);
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
            std::mem::swap(&mut restarts.before, &mut restarts.present);
            restarts.is_scraped = true;
        }
        self.resolution.reduce(shape, room, &mut zeros);
        (zeros.wrapping_add(totals.zeros), is_new)
    }
}

impl Restarts {
    /// Starts anew from the scrape before, so that what is on no page yet is not lost (H9), if that
    /// was not done for long enough.
    fn start_anew(&mut self, shape: &NativeShape, now: impl FnOnce() -> u64) -> bool {
        let Some(least) = shape.min_reset().filter(|_| self.is_scraped) else { return false };
        let now = now();
        let is_time = u128::from(now.saturating_sub(self.last)) >= least.as_millis();
        if is_time {
            self.last = now;
            std::mem::swap(&mut self.base, &mut self.before);
        }
        is_time
    }
}
