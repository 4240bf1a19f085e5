//! The exponential buckets of a native histogram, as spans and counts (P8).
//!
//! A gap of one bucket is a bucket of 0: another span would take more.

use super::super::buffer::Room;
use super::super::number;
use super::{put_number, room_of};
use crate::model::{Kept, NativePoint, Number};

/// What it takes beside spans and buckets.
const REST: usize = ",schema:,zero_threshold:,zero_count:".len()
    + 3 * number::LONGEST
    + ",negative_spans:[],negative_buckets:[],positive_spans:[],positive_buckets:[]".len();
/// What a bucket takes at most: a span of its own, and an empty bucket before it.
const BUCKET: usize = "-2147483648:1,".len() + "0,".len() + number::LONGEST + ",".len();

/// What a native histogram has beside count, sum and classic buckets.
pub(super) struct Native<'p>(pub(super) &'p NativePoint<'p>);

impl<'p> Native<'p> {
    /// How many bytes it takes at most, with its exemplars.
    pub(super) fn most(&self) -> usize {
        let buckets = self.0.negative.len() + self.0.positive.len();
        REST + buckets * BUCKET + room_of(self.0.exemplars)
    }

    /// Since when it counts, if it has started anew; else 0.
    pub(super) fn since_ms(&self) -> u64 {
        self.0.since_ms
    }

    /// Those that are not of a classic bucket.
    pub(super) fn exemplars(&self) -> &'p [Kept] {
        self.0.exemplars
    }

    /// Puts the fields, each behind a comma.
    #[inline(never)]
    pub(super) fn put(&self, room: &mut Room<'_>) {
        let NativePoint { schema, zero_threshold, zero_count, negative, positive, .. } = *self.0;
        room.put(b",schema:");
        put_number(Number::I64(schema.into()), room);
        room.put(b",zero_threshold:");
        put_number(Number::F64(zero_threshold), room);
        room.put(b",zero_count:");
        put_number(Number::U64(zero_count), room);
        if !negative.is_empty() {
            room.put(b",negative_spans:[");
            put_spans(negative, room);
            room.put(b"],negative_buckets:[");
            put_counts(negative, room);
            room.put(b"]");
        }
        if !positive.is_empty() {
            room.put(b",positive_spans:[");
            put_spans(positive, room);
            room.put(b"],positive_buckets:[");
            put_counts(positive, room);
            room.put(b"]");
        }
    }
}

/// Whether there is just one empty bucket before this one.
fn is_filled(next: i32, index: i32) -> bool {
    index.wrapping_sub(next) == 1
}

fn put_spans(buckets: &[(i32, u64)], room: &mut Room<'_>) {
    // Where the next bucket of the span would be, and the offset and the length of the span.
    let mut span: Option<(i32, i32, u32)> = None;
    let mut put = |(_, offset, length): (i32, i32, u32), separator: &[u8]| {
        put_number(Number::I64(offset.into()), room);
        room.put(b":");
        put_number(Number::U64(length.into()), room);
        room.put(separator);
    };
    for &(index, _) in buckets {
        let after = index.wrapping_add(1);
        span = Some(match span {
            None => (after, index, 1),
            Some((next, offset, length)) if next == index => (after, offset, length + 1),
            Some((next, offset, length)) if is_filled(next, index) => (after, offset, length + 2),
            Some(span) => {
                put(span, b",");
                (after, index.wrapping_sub(span.0), 1)
            }
        });
    }
    span.into_iter().for_each(|span| put(span, b""));
}

fn put_counts(buckets: &[(i32, u64)], room: &mut Room<'_>) {
    let mut next = None;
    for &(index, count) in buckets {
        if let Some(next) = next {
            room.put(if is_filled(next, index) { b",0," } else { b"," });
        }
        put_number(Number::U64(count), room);
        next = Some(index.wrapping_add(1));
    }
}
