//! The exponential buckets of a native histogram, as spans and deltas (H5).
//!
//! A span is a run of buckets behind a gap; of each bucket, the difference from the one before it is
//! told. Gaps of one or two buckets are buckets of 0: another span would take more.

use super::super::buffer::Room;
use super::{
    exemplar, length_of, put_buckets, put_float, put_varint, tag, MetricWriter, BUCKET,
    DISTRIBUTION, FLOAT, LONGEST,
};
use crate::model::{HistogramPoint, LabelPieces, NativePoint};

/// What a point takes beside its spans and deltas at most: schema, threshold and count of zeros, the
/// span that has nothing, and the time since when it counts.
const REST: usize = 3 * LONGEST + FLOAT + 2 + 2 * LONGEST;
/// A span: tag, length, offset and length.
const SPAN: usize = 2 + 2 * (1 + 5);
/// The widest gap that is filled.
const GAP: u32 = 2;

/// A native histogram, and how long its parts are.
struct Parts<'p> {
    point: &'p NativePoint<'p>,
    sides: [Side<'p>; 2],
}

struct Side<'p> {
    buckets: &'p [(i32, u64)],
    spans: usize,
    /// Of all deltas.
    bytes: usize,
}

impl<'p> Parts<'p> {
    #[inline(never)]
    fn new(point: &'p NativePoint<'p>) -> Self {
        Self { point, sides: [point.negative, point.positive].map(Side::new) }
    }

    /// How many bytes it takes at most.
    fn most(&self) -> usize {
        let of = |side: &Side<'_>| side.spans * SPAN + LONGEST + side.bytes;
        let exemplars = exemplar::length_of_native(self.point.exemplars);
        REST + self.sides.iter().map(of).sum::<usize>() + exemplars
    }

    /// Since when everything has been observed, if not since the series was made.
    fn since(&self) -> Option<(u64, u64)> {
        exemplar::time_of(self.point.since_ms)
    }

    /// Puts it, in the order of the fields.
    #[inline(never)]
    fn put(&self, room: &mut Room<'_>) {
        let NativePoint { schema, zero_threshold, zero_count, .. } = *self.point;
        room.put_byte(tag::SCHEMA);
        put_varint(zigzag(schema.into()), room);
        put_float(tag::ZERO_THRESHOLD, zero_threshold, room);
        room.put_byte(tag::ZERO_COUNT);
        put_varint(zero_count, room);
        let [negative, positive] = &self.sides;
        negative.put(tag::NEGATIVE_SPAN, tag::NEGATIVE_DELTA, room);
        if negative.spans + positive.spans == 0 {
            // A histogram without anything else would be taken for a classic one (H6).
            put_span(tag::POSITIVE_SPAN, 0, 0, room);
        }
        positive.put(tag::POSITIVE_SPAN, tag::POSITIVE_DELTA, room);
    }

    /// Puts the exemplars, which come last.
    fn put_exemplars(&self, room: &mut Room<'_>) {
        if !self.point.exemplars.is_empty() {
            exemplar::put_native(self.point.exemplars, room);
        }
    }
}

impl<'p> Side<'p> {
    fn new(buckets: &'p [(i32, u64)]) -> Self {
        let mut this = Self { buckets, spans: 0, bytes: 0 };
        let (mut spans, mut bytes) = (0, 0);
        this.each_span(|_, _| spans += 1);
        this.each_delta(|delta| bytes += length_of(zigzag(delta)));
        (this.spans, this.bytes) = (spans, bytes);
        this
    }

    fn put(&self, span: u8, delta: u8, room: &mut Room<'_>) {
        self.each_span(|offset, length| put_span(span, offset, length, room));
        if self.bytes > 0 {
            room.put_byte(delta);
            put_varint(self.bytes as u64, room);
            self.each_delta(|delta| put_varint(zigzag(delta), room));
        }
    }

    /// Calls `each` with the gap before each span, and its length.
    fn each_span(&self, mut each: impl FnMut(i32, u32)) {
        let mut span = None;
        let mut next = 0;
        for &(index, _) in self.buckets {
            let gap = index.wrapping_sub(next);
            span = match span {
                Some((offset, length)) if gap.unsigned_abs() <= GAP => {
                    Some((offset, length + gap.unsigned_abs() + 1))
                }
                before => {
                    if let Some((offset, length)) = before {
                        each(offset, length);
                    }
                    Some((gap, 1))
                }
            };
            next = index.wrapping_add(1);
        }
        if let Some((offset, length)) = span {
            each(offset, length);
        }
    }

    /// Calls `each` with the delta of each bucket in the spans.
    fn each_delta(&self, mut each: impl FnMut(i64)) {
        let (mut next, mut last) = (None, 0);
        for &(index, count) in self.buckets {
            let gap = next.map_or(0, |next| index.wrapping_sub(next).unsigned_abs());
            for _ in 0..if gap <= GAP { gap } else { 0 } {
                each(0_u64.wrapping_sub(last) as i64);
                last = 0;
            }
            each(count.wrapping_sub(last) as i64);
            (next, last) = (Some(index.wrapping_add(1)), count);
        }
    }
}

impl MetricWriter<'_> {
    /// A histogram with exponential buckets, behind the classic ones if there are any (H7).
    #[inline(never)]
    pub(super) fn native_histogram(
        &mut self,
        labels: LabelPieces<'_>,
        point: HistogramPoint<'_>,
    ) -> bool {
        let outline = self.outline;
        let Some(native) = point.native.as_ref().map(Parts::new) else { return true };
        // One more, for infinity may have an exemplar.
        let buckets =
            (outline.bounds.len() + 1) * BUCKET + exemplar::most_of_buckets(point.exemplars);
        let most = DISTRIBUTION + buckets + native.most();
        let Some(mut metric) = self.try_metric(labels, LONGEST + most) else { return false };
        let birth = std::mem::take(&mut metric.birth);
        let since = native.since().filter(|_| outline.birth != 0);
        let count = point.counts.iter().fold(0_u64, |sum, count| sum.wrapping_add(*count));
        metric.distribution(outline.point, most, (count, point.sum), |room| {
            if point.exemplars.is_empty() {
                put_buckets(&outline.bounds, point.counts, room);
            } else {
                exemplar::put_buckets_with_exemplars(&outline.bounds, &point, room);
            }
            native.put(room);
            match since {
                Some(since) => exemplar::put_time(outline.birth, since, room),
                None => birth.put(room),
            }
            native.put_exemplars(room);
        });
        true
    }
}

#[inline(never)]
fn put_span(span: u8, offset: i32, length: u32, room: &mut Room<'_>) {
    let (offset, length) = (zigzag(offset.into()), u64::from(length));
    room.put_byte(span);
    room.put_byte((2 + length_of(offset) + length_of(length)) as u8);
    room.put_byte(tag::SPAN_OFFSET);
    put_varint(offset, room);
    room.put_byte(tag::SPAN_LENGTH);
    put_varint(length, room);
}

/// A signed integer as one that is short where its magnitude is small.
fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}
