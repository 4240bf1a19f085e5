//! Exemplars, and metrics that have them; their lengths are counted before they are written.

use super::{
    label_length, length_of, put_f64, put_float, put_varint, tag, Length, MetricWriter, BUCKET,
    DISTRIBUTION, FLOAT, LONGEST,
};
use crate::encode::buffer::Room;
use crate::model::{HistogramPoint, Kept, LabelPieces, Number};

/// Field numbers and wire types (B3).
mod own {
    pub(super) const OF_COUNTER: u8 = 2 << 3 | 2;
    pub(super) const OF_BUCKET: u8 = 3 << 3 | 2;
    /// Of a native histogram, in two bytes (H10).
    pub(super) const OF_NATIVE: [u8; 2] = [(16 << 3 | 2) as u8 | 0x80, 16 >> 4];
    pub(super) const VALUE: u8 = 2 << 3 | 1;
    pub(super) const TIME: u8 = 3 << 3 | 2;
    pub(super) const SECONDS: u8 = 1 << 3;
    pub(super) const NANOSECONDS: u8 = 2 << 3;
}

/// What a part takes with its tag and its length.
fn framed(length: usize) -> usize {
    1 + length_of(length as u64) + length
}

/// Of an exemplar, without its own tag and length.
fn length_of_exemplar(exemplar: &Kept) -> usize {
    let labels = exemplar.labels();
    let labels: usize =
        labels.map(|(name, value)| framed(label_length(name.len(), value.len()))).sum();
    labels + FLOAT + time(exemplar).map_or(0, |time| framed(length_of_time(time)))
}

fn time(exemplar: &Kept) -> Option<(u64, u64)> {
    time_of(exemplar.time_ms)
}

/// Whole seconds, and the nanoseconds that are left; nothing if it is not known.
pub(super) fn time_of(ms: u64) -> Option<(u64, u64)> {
    (ms > 0).then_some((ms / 1000, ms % 1000 * 1_000_000))
}

fn length_of_time((seconds, nanoseconds): (u64, u64)) -> usize {
    2 + length_of(seconds) + length_of(nanoseconds)
}

/// An exemplar of this length.
fn put(tag: u8, exemplar: &Kept, length: usize, room: &mut Room<'_>) {
    room.put_byte(tag);
    put_varint(length as u64, room);
    for (name, value) in exemplar.labels() {
        room.put_byte(tag::LABEL);
        put_varint(label_length(name.len(), value.len()) as u64, room);
        for (tag, text) in [(tag::LABEL_NAME, name), (tag::LABEL_VALUE, value)] {
            room.put_byte(tag);
            put_varint(text.len() as u64, room);
            room.put(text);
        }
    }
    put_float(own::VALUE, exemplar.value, room);
    if let Some(time) = time(exemplar) {
        put_time(own::TIME, time, room);
    }
}

/// Whole seconds and nanoseconds.
pub(super) fn put_time(tag: u8, time: (u64, u64), room: &mut Room<'_>) {
    room.put_byte(tag);
    put_varint(length_of_time(time) as u64, room);
    room.put_byte(own::SECONDS);
    put_varint(time.0, room);
    room.put_byte(own::NANOSECONDS);
    put_varint(time.1, room);
}

/// What the exemplars of buckets make these longer by, at most.
pub(super) fn most_of_buckets(exemplars: &[Kept]) -> usize {
    let there = exemplars.iter().filter(|exemplar| exemplar.is_there);
    // The length of a bucket may take more than the one byte that is counted in.
    there.map(|exemplar| LONGEST + framed(length_of_exemplar(exemplar))).sum()
}

/// Buckets of which some have an exemplar.
pub(super) fn put_buckets_with_exemplars(
    bounds: &[f64],
    point: &HistogramPoint<'_>,
    room: &mut Room<'_>,
) {
    let mut cumulative = 0_u64;
    let bounds = bounds.iter().copied().map(Some).chain([None]);
    for (bound, (count, exemplar)) in bounds.zip(point.counts.iter().zip(point.exemplars)) {
        cumulative = cumulative.wrapping_add(*count);
        let own = exemplar.is_there.then(|| length_of_exemplar(exemplar));
        if bound.is_none() && own.is_none() {
            continue;
        }
        let bucket = 1 + length_of(cumulative) + FLOAT + own.map_or(0, framed);
        room.put_byte(tag::ROW);
        put_varint(bucket as u64, room);
        room.put_byte(tag::BUCKET_COUNT);
        put_varint(cumulative, room);
        put_float(tag::BUCKET_BOUND, bound.unwrap_or(f64::INFINITY), room);
        if let Some(own) = own {
            put(own::OF_BUCKET, exemplar, own, room);
        }
    }
}

/// Those that a native histogram may have: Prometheus passes over one without a time (H10).
fn of_native(exemplars: &[Kept]) -> impl Iterator<Item = &Kept> {
    exemplars.iter().filter(|exemplar| exemplar.is_there && exemplar.time_ms > 0)
}

/// What they take.
pub(super) fn length_of_native(exemplars: &[Kept]) -> usize {
    of_native(exemplars).map(|exemplar| 1 + framed(length_of_exemplar(exemplar))).sum()
}

/// Those of a native histogram as a whole.
pub(super) fn put_native(exemplars: &[Kept], room: &mut Room<'_>) {
    let [first, last] = own::OF_NATIVE;
    for exemplar in of_native(exemplars) {
        room.put_byte(first);
        put(last, exemplar, length_of_exemplar(exemplar), room);
    }
}

impl MetricWriter<'_> {
    #[cold]
    #[inline(never)]
    pub(super) fn put_counter(
        &mut self,
        labels: LabelPieces<'_>,
        value: Number,
        exemplar: &Kept,
    ) -> bool {
        let point = self.outline.point;
        let own = length_of_exemplar(exemplar);
        let length = FLOAT + framed(own) + self.birth.length;
        let Some(mut metric) = self.try_metric(labels, framed(length)) else { return false };
        let room = &mut metric.room;
        room.put_byte(point);
        put_varint(length as u64, room);
        room.put_byte(tag::VALUE);
        put_f64(value.as_f64(), room);
        put(own::OF_COUNTER, exemplar, own, room);
        metric.birth.put(room);
        metric.length.close(room);
        true
    }

    /// The bucket of infinity is told if it has an exemplar, and then only (B5).
    #[cold]
    #[inline(never)]
    pub(super) fn put_histogram_with_exemplars(
        &mut self,
        labels: LabelPieces<'_>,
        point: HistogramPoint<'_>,
    ) -> bool {
        let outline = self.outline;
        let most = DISTRIBUTION + point.counts.len() * BUCKET + most_of_buckets(point.exemplars);
        let Some(mut metric) = self.try_metric(labels, LONGEST + most) else { return false };
        let room = &mut metric.room;
        let length = Length::open(outline.point, most, room);
        let count = point.counts.iter().fold(0_u64, |sum, count| sum.wrapping_add(*count));
        room.put_byte(tag::COUNT);
        put_varint(count, room);
        put_float(tag::SUM, point.sum, room);
        put_buckets_with_exemplars(&outline.bounds, &point, room);
        metric.birth.put(room);
        length.close(room);
        metric.length.close(room);
        true
    }
}
