//! The panes of the window: sealing the live one, dropping the old ones, answering quantiles.
//!
//! Imports `model` for the scratch space; used by the summary, under its lock.

use super::live::Bins;
use super::pane::Pane;
use super::place;
use crate::model::Scratch;
use std::collections::VecDeque;
use std::time::Duration;

/// How many panes a window has.
///
/// Weighting the oldest pane by its overlap leaves an error at the edge that falls with the square
/// of the length of a pane; at 16 it is below the error of the bins under ordinary drift.
pub(super) const PANES: u64 = 16;

/// The length of the window and of its panes, in clock milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    window: u64,
    pane: u64,
}

impl Span {
    pub(super) fn new(window: Duration) -> Self {
        let window = u64::try_from(window.as_millis()).unwrap_or(u64::MAX);
        Self { window, pane: (window / PANES).max(1) }
    }

    /// When a pane that begins at `now` ends.
    pub(super) fn end(self, now: u64) -> u64 {
        now.saturating_add(self.pane)
    }

    /// The far edge of the window.
    fn edge(self, now: u64) -> u64 {
        now.saturating_sub(self.window)
    }
}

/// The sealed panes, oldest first, and the beginning of the live one.
#[derive(Debug)]
pub(super) struct Window {
    start: u64,
    panes: VecDeque<Pane>,
    spare: Vec<Pane>,
}

impl Window {
    pub(super) fn new(now: u64) -> Self {
        Self { start: now, panes: VecDeque::new(), spare: Vec::new() }
    }

    /// Seals the live pane, begins another and drops the panes that have left the window. Returns
    /// how many observations of the shared bins were sealed.
    ///
    /// Late is legal: no recorder counts into a pane after its end without trying to seal it, so
    /// the pane ends when it should have ended, whatever the time is now. The exception are the few
    /// observations that threads with bins of their own make without a look at the clock. If there
    /// is nothing else, the pane ends now.
    pub(super) fn turn(&mut self, bins: Bins<'_>, now: u64, span: Span) -> u64 {
        let live = bins.live;
        let end = live.end().min(now).max(self.start.saturating_add(1));
        let mut pane = self.spare.pop().unwrap_or_else(Pane::new);
        pane.reset(self.start, end);
        let shared = bins.drain(|place, count| pane.push(place, count));
        pane.close(live.take_extremes());
        if pane.total <= bins.unseen() {
            pane.end = now.max(end);
        }
        if pane.total == 0 {
            self.spare.push(pane);
        } else {
            if self.panes.capacity() == 0 {
                // All that a window holds at a time: the whole panes, one in part, one just sealed.
                self.panes.reserve_exact(PANES as usize + 2);
            }
            self.panes.push_back(pane);
        }
        self.drop_old(span.edge(now));
        self.start = now;
        live.set_end(span.end(now));
        shared
    }

    fn drop_old(&mut self, edge: u64) {
        while self.panes.front().is_some_and(|pane| pane.end <= edge) {
            self.spare.extend(self.panes.pop_front());
        }
        // One is needed at each turn; the second covers a turn at which two panes leave after one
        // at which none did. The rest of the memory goes back, or an idle series would keep it.
        self.spare.truncate(2);
    }

    /// Answers `quantiles`, ascending, into `scratch.values`: NaN for each if the window is empty.
    pub(super) fn answer(
        &self,
        live_bins: Bins<'_>,
        now: u64,
        span: Span,
        quantiles: &[f64],
        scratch: &mut Scratch,
    ) {
        scratch.values.clear();
        if quantiles.is_empty() {
            return;
        }
        let edge = span.edge(now);
        let panes = || self.panes.iter().filter(|pane| pane.end > edge);

        let mut range = Range::EMPTY;
        for pane in panes() {
            range.include(pane.first, pane.last, (pane.least, pane.greatest));
        }
        let counts = &mut scratch.counts;
        counts.clear();
        live_bins
            .read(|place, count| counts.push(u64::from(place as u32) << 32 | u64::from(count)));
        if let (Some(&first), Some(&last)) = (counts.first(), counts.last()) {
            let (first, last) = ((first >> 32) as i32, (last >> 32) as i32);
            let (least, greatest) = live_bins.live.extremes();
            let extremes = (place::confine(least, first), place::confine(greatest, last));
            range.include(first, last, extremes);
        }

        if range.first > range.last {
            scratch.values.resize(quantiles.len(), f64::NAN);
            return;
        }
        let bins = &mut scratch.bins;
        bins.clear();
        bins.resize((range.last - range.first) as usize + 1, 0.0);
        let mut total = 0.0;
        let mut add = |place: i32, weight: f64| {
            total += weight;
            if let Some(bin) = bins.get_mut((place - range.first) as usize) {
                *bin += weight;
            }
        };
        for pane in panes() {
            let weight = overlap(pane, edge);
            pane.read(|place, count| add(place, f64::from(count) * weight));
        }
        for &packed in counts.iter() {
            add((packed >> 32) as i32, f64::from(packed as u32));
        }
        range.walk(bins, total, quantiles, &mut scratch.values);
    }
}

/// The share of a pane that lies inside the window, as if its observations came evenly.
fn overlap(pane: &Pane, edge: u64) -> f64 {
    if pane.start >= edge {
        1.0
    } else {
        (pane.end - edge) as f64 / (pane.end - pane.start) as f64
    }
}

/// The places and values that the window covers.
struct Range {
    first: i32,
    last: i32,
    least: f64,
    greatest: f64,
}

impl Range {
    const EMPTY: Self =
        Self { first: i32::MAX, last: i32::MIN, least: f64::INFINITY, greatest: f64::NEG_INFINITY };

    fn include(&mut self, first: i32, last: i32, (least, greatest): (f64, f64)) {
        self.first = self.first.min(first);
        self.last = self.last.max(last);
        self.least = self.least.min(least);
        self.greatest = self.greatest.max(greatest);
    }

    /// Walks the weighted bins once and answers each quantile when its rank is reached.
    fn walk(&self, bins: &[f64], total: f64, quantiles: &[f64], answers: &mut Vec<f64>) {
        let mut quantiles = quantiles.iter().copied().peekable();
        while quantiles.next_if(|&quantile| quantile <= 0.0).is_some() {
            answers.push(self.least);
        }
        let next = |quantile: Option<&f64>| match quantile {
            Some(&quantile) if quantile < 1.0 => rank(quantile, total),
            _ => f64::INFINITY,
        };
        let mut wanted = next(quantiles.peek());
        let mut passed = 0.0;
        for (bin, place) in bins.iter().zip(self.first..) {
            passed += bin;
            while passed >= wanted {
                quantiles.next();
                // Not `clamp`, which panics where this merely returns one of the two.
                answers.push(place::value(place).max(self.least).min(self.greatest));
                wanted = next(quantiles.peek());
            }
        }
        answers.extend(quantiles.map(|_| self.greatest));
    }
}

/// The rank that answers a quantile, as a real number.
///
/// Ranks are whole where weights are, and then the comparison with a whole number rounds up. The
/// product is taken down by a trifle because 0.07 * 100 is 7.000000000000001, which would ask for
/// the eighth of a hundred.
fn rank(quantile: f64, total: f64) -> f64 {
    quantile * total * (1.0 - 1e-12)
}

#[cfg(test)]
impl Window {
    /// Where the packed counts are, and how much room they have, sealed and spare.
    pub(super) fn buffers(&self) -> Vec<(*const u8, usize)> {
        let panes = self.panes.iter().chain(&self.spare);
        let mut buffers: Vec<_> =
            panes.map(|pane| (pane.packed.as_ptr(), pane.packed.capacity())).collect();
        buffers.sort_unstable();
        buffers
    }
}
