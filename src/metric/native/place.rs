//! Where an observation is kept.
//!
//! Imports the schemas; used by the other files of this folder. The buckets on one side of zero are
//! numbered from 0, their *slots*: 0 holds zeros, then come those of the schema from the lowest
//! magnitude to infinity, and the last one holds what is in no bucket, NaN.

use crate::model::{NativeShape, Schema};

/// What finding the slot of an observation takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    pub(super) fine: Slots,
    /// Wider buckets, for what comes when there is no room for more of the fine ones.
    pub(super) coarse: Slots,
    zero_threshold: f64,
    /// The bits of the least magnitude that is above the zero bucket, has a bucket and is a normal
    /// number; and how many there are from there to infinity.
    usual: [u64; 2],
    /// How many chunks of fine buckets there may be.
    pub(super) most_chunks: usize,
}

/// The slots of one schema.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slots {
    pub(super) schema: Schema,
    /// The bucket whose slot would be 0.
    before: i32,
    /// How many buckets of the finest schema one of these is, as a power of two; and what to add to
    /// the number of one of those for the slot of this.
    step: (u32, i32),
}

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    Zero,
    Bucket(i32),
    Infinity(i32),
    Nan,
}

/// The schema of the wider buckets. All of them on one side of zero are 8394, so that they need no
/// bound.
const COARSE: i32 = 2;
/// However few buckets may be shown, so many chunks may be kept.
const FEW_CHUNKS: usize = 64;

impl Places {
    pub(super) fn new(shape: &NativeShape) -> Self {
        let fine = shape.grid();
        let coarse = Schema::new(COARSE).unwrap_or(fine).min(fine);
        let zero_threshold = shape.zero_threshold();
        let usual = zero_threshold.max(f64::MIN_POSITIVE).to_bits() + 1;
        let is_bounded = fine > coarse && shape.max_buckets() > 0;
        Self {
            fine: Slots::new(fine),
            coarse: Slots::new(coarse),
            zero_threshold,
            usual: [usual, f64::INFINITY.to_bits() - usual],
            most_chunks: if is_bounded { shape.max_buckets().max(FEW_CHUNKS) } else { usize::MAX },
        }
    }

    /// The slot of a value that is none of the unusual ones: zero, subnormal, or no finite number.
    #[inline(always)]
    pub(super) fn usual_slot(&self, value: f64) -> Option<usize> {
        let [least, many] = self.usual;
        (value.abs().to_bits().wrapping_sub(least) < many).then(|| self.fine.slot_of_normal(value))
    }

    /// The slot of any value among these.
    pub(super) fn slot(&self, slots: &Slots, value: f64) -> usize {
        if value.is_nan() {
            slots.nan()
        } else if value.abs() <= self.zero_threshold {
            0
        } else {
            (slots.schema.index(value) - slots.before) as usize
        }
    }
}

impl Slots {
    fn new(schema: Schema) -> Self {
        let (before, pairings) = (schema.lowest() - 1, schema.pairings());
        let step = (pairings, (1 << pairings) - 1 - (before << pairings));
        Self { schema, before, step }
    }

    /// As [`Schema::index_of_normal`], the slot.
    #[inline(always)]
    fn slot_of_normal(&self, value: f64) -> usize {
        let (pairings, offset) = self.step;
        ((Schema::FINEST.index_of_normal(value) + offset) >> pairings) as usize
    }

    fn nan(&self) -> usize {
        (self.schema.infinity() - self.before) as usize + 1
    }

    /// What a slot holds.
    pub(super) fn held(&self, slot: usize) -> Held {
        let index = slot as i32 + self.before;
        match (slot, index - self.schema.infinity()) {
            (0, _) => Held::Zero,
            (_, 0) => Held::Infinity(index),
            (_, 1..) => Held::Nan,
            _ => Held::Bucket(index),
        }
    }
}

/// More slots than any side has.
pub(super) const SLOTS: usize = (1074 + 1024 + 1) << 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_a_slot_that_stands_for_it() {
        for schema in -4..=8 {
            let shape = NativeShape::default().with_schema(schema).unwrap();
            for threshold in [0.0, f64::MIN_POSITIVE, shape.zero_threshold(), 0.3] {
                let shape = shape.clone().with_zero_threshold(threshold).unwrap();
                let places = Places::new(&shape);
                let slots = [places.fine, places.coarse];
                for value in
                    [5e-324, 1e-310, f64::MIN_POSITIVE, 1e-9, 0.1, 1.0, 3.0, 1e300, f64::MAX]
                {
                    for slots in slots {
                        let slot = places.slot(&slots, value);
                        let index = slots.schema.index(value);
                        let held =
                            if value <= threshold { Held::Zero } else { Held::Bucket(index) };
                        assert_eq!((slots.held(slot), places.slot(&slots, -value)), (held, slot));
                        assert!(slot < SLOTS);
                    }
                    if let Some(slot) = places.usual_slot(-value) {
                        assert_eq!(slot, places.slot(&places.fine, value));
                    }
                }
                for slots in slots {
                    let held = |value| slots.held(places.slot(&slots, value));
                    assert_eq!([0.0, -0.0].map(held), [Held::Zero; 2]);
                    let infinity = Held::Infinity(slots.schema.infinity());
                    assert_eq!([f64::INFINITY, f64::NEG_INFINITY].map(held), [infinity; 2]);
                    assert_eq!(held(f64::NAN), Held::Nan);
                    assert!(slots.nan() < SLOTS);
                }
                let unusual = [0.0, threshold, 5e-324, f64::INFINITY, f64::NAN];
                assert!(unusual.iter().all(|value| places.usual_slot(*value).is_none()));
            }
        }
    }
}
