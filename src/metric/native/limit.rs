//! From the buckets that are kept to those that are shown: no more than the limit.
//!
//! Imports the schemas; used by the histogram. Buckets are kept as fine as they were asked for, so
//! what is given up here is given up on the page only, and always from the same, exact counts.

use super::place::Places;
use crate::model::{NativePoint, NativeRoom, NativeShape, Schema};

/// How the buckets are shown. Resolution that was given up does not come back before everything
/// starts anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Resolution {
    pub(super) schema: Schema,
    pub(super) zero_threshold: f64,
}

impl Resolution {
    /// What was asked for.
    pub(super) fn of(shape: &NativeShape) -> Self {
        Self { schema: shape.grid(), zero_threshold: shape.zero_threshold() }
    }

    /// Makes `room.shown` of the buckets that are kept, without giving up more; returns how many
    /// observations are in none of them because they count as zero.
    pub(super) fn show(&mut self, places: &Places, room: &mut NativeRoom) -> u64 {
        if room.coarse.iter().any(|side| !side.is_empty()) {
            self.schema = self.schema.min(places.coarse.schema);
        }
        let mut zeros = 0_u64;
        let NativeRoom { fine, coarse, shown, .. } = room;
        for (shown, (fine, coarse)) in shown.iter_mut().zip(fine.iter().zip(coarse)) {
            shown.clear();
            for (kept, schema) in [(fine, places.fine.schema), (coarse, places.coarse.schema)] {
                for &(index, count) in kept {
                    if schema.bound(index) <= self.zero_threshold {
                        zeros = zeros.wrapping_add(count);
                    } else {
                        shown.push((schema.index_in(self.schema, index), count));
                    }
                }
            }
            merge(shown);
        }
        zeros
    }

    /// Whether there are more buckets than there may be.
    pub(super) fn is_exceeded(shape: &NativeShape, room: &NativeRoom) -> bool {
        let buckets: usize = room.shown.iter().map(Vec::len).sum();
        shape.max_buckets() > 0 && buckets > shape.max_buckets()
    }

    /// Gives up resolution until there are no more buckets than there may be, or nothing is left to
    /// give up (H8). `zeros` grows by what the zero bucket takes over.
    pub(super) fn reduce(&mut self, shape: &NativeShape, room: &mut NativeRoom, zeros: &mut u64) {
        while Self::is_exceeded(shape, room) && (self.widen(shape, room, zeros) || self.halve(room))
        {
        }
    }

    /// Lets the zero bucket take over what is next to it, on both sides.
    fn widen(&mut self, shape: &NativeShape, room: &mut NativeRoom, zeros: &mut u64) -> bool {
        let first = |side: &Vec<(i32, u64)>| side.first().map(|(index, _)| *index);
        let Some(nearest) = room.shown.iter().filter_map(first).min() else { return false };
        let threshold = self.schema.bound(nearest);
        if self.zero_threshold >= shape.max_zero_threshold()
            || threshold > shape.max_zero_threshold()
        {
            return false;
        }
        self.zero_threshold = threshold;
        for side in &mut room.shown {
            // More than one only among subnormal numbers, which share bounds.
            while first(side).is_some_and(|index| self.schema.bound(index) <= threshold) {
                *zeros = zeros.wrapping_add(side.remove(0).1);
            }
        }
        true
    }

    /// Makes one bucket of each two.
    fn halve(&mut self, room: &mut NativeRoom) -> bool {
        let Some(coarser) = self.schema.coarser() else { return false };
        for side in &mut room.shown {
            side.iter_mut().for_each(|(index, _)| *index = self.schema.index_in(coarser, *index));
            merge(side);
        }
        self.schema = coarser;
        true
    }

    pub(super) fn point<'r>(
        &self,
        since_ms: u64,
        zero_count: u64,
        room: &'r NativeRoom,
    ) -> NativePoint<'r> {
        let [positive, negative] = &room.shown;
        let (schema, zero_threshold) = (self.schema.number(), self.zero_threshold);
        NativePoint {
            since_ms,
            schema,
            zero_threshold,
            zero_count,
            positive,
            negative,
            exemplars: &[],
        }
    }
}

/// Sorts buckets, and makes one of those with the same number.
pub(super) fn merge(buckets: &mut Vec<(i32, u64)>) {
    if !buckets.windows(2).all(|pair| matches!(pair, [one, other] if one.0 <= other.0)) {
        buckets.sort_unstable_by_key(|(index, _)| *index);
    }
    buckets.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1 = kept.1.wrapping_add(next.1);
        }
        is_same
    });
}

/// Takes away the counts of `base`, which has no others and none that is greater. Both are sorted.
pub(super) fn subtract(buckets: &mut Vec<(i32, u64)>, base: &[(i32, u64)]) {
    let mut base = base.iter().peekable();
    buckets.retain_mut(|(index, count)| {
        while base.next_if(|(other, _)| other < index).is_some() {}
        if let Some((_, other)) = base.next_if(|(other, _)| other == index) {
            *count = count.wrapping_sub(*other);
        }
        *count > 0
    });
}
