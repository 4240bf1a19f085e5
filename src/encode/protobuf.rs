//! The delimited protobuf format: a `MetricFamily` of `io.prometheus.client` after the other.
//!
//! A message stands behind its length, and so do its parts. What can be known beforehand is counted
//! first; else a length gets as many bytes as the most that it can be needs, and what was too much is
//! cut out once the part is there. That is seldom: lengths of 128 and of 16 384 have one byte more than
//! those below.
//!
//! A family of any size would be a message of any size. It is ended at [`MESSAGE`] bytes, and what is
//! left of the family follows in a further message with the same head. Prometheus reads a family in
//! several messages as it reads one.

mod exemplar;
mod labels;
mod native;

use self::labels::Labels;
use super::buffer::Room;
use super::unit::unit;
use crate::model::{
    Descriptor, HistogramPoint, Kept, Key, LabelPieces, MetricType, Number, Outline, Shape,
    StateSetPoint, SummaryPoint, Visitor,
};

pub(super) const CONTENT_TYPE: &str = "application/vnd.google.protobuf; \
     proto=io.prometheus.client.MetricFamily; encoding=delimited";

/// How long a message may get, unless a single series needs more.
pub(super) const MESSAGE: usize = 1 << 20;

/// Field numbers and wire types (B3), of strings and messages, floats, and integers. A label, a point,
/// a metric are strings in this sense.
mod tag {
    pub(super) const FAMILY_NAME: u8 = 1 << 3 | 2;
    pub(super) const FAMILY_HELP: u8 = 2 << 3 | 2;
    pub(super) const FAMILY_TYPE: u8 = 3 << 3;
    pub(super) const FAMILY_METRIC: u8 = 4 << 3 | 2;
    pub(super) const FAMILY_UNIT: u8 = 5 << 3 | 2;
    pub(super) const LABEL: u8 = 1 << 3 | 2;
    pub(super) const LABEL_NAME: u8 = 1 << 3 | 2;
    pub(super) const LABEL_VALUE: u8 = 2 << 3 | 2;
    pub(super) const GAUGE: u8 = 2 << 3 | 2;
    pub(super) const COUNTER: u8 = 3 << 3 | 2;
    pub(super) const SUMMARY: u8 = 4 << 3 | 2;
    pub(super) const UNTYPED: u8 = 5 << 3 | 2;
    pub(super) const HISTOGRAM: u8 = 7 << 3 | 2;
    /// Of counters, gauges and those without a type.
    pub(super) const VALUE: u8 = 1 << 3 | 1;
    /// Of histograms and summaries.
    pub(super) const COUNT: u8 = 1 << 3;
    pub(super) const SUM: u8 = 2 << 3 | 1;
    pub(super) const ROW: u8 = 3 << 3 | 2;
    pub(super) const BUCKET_COUNT: u8 = 1 << 3;
    pub(super) const BUCKET_BOUND: u8 = 2 << 3 | 1;
    pub(super) const SCHEMA: u8 = 5 << 3;
    pub(super) const ZERO_THRESHOLD: u8 = 6 << 3 | 1;
    pub(super) const ZERO_COUNT: u8 = 7 << 3;
    pub(super) const NEGATIVE_SPAN: u8 = 9 << 3 | 2;
    pub(super) const NEGATIVE_DELTA: u8 = 10 << 3 | 2;
    pub(super) const POSITIVE_SPAN: u8 = 12 << 3 | 2;
    pub(super) const POSITIVE_DELTA: u8 = 13 << 3 | 2;
    pub(super) const SPAN_OFFSET: u8 = 1 << 3;
    pub(super) const SPAN_LENGTH: u8 = 2 << 3;
    pub(super) const QUANTILE: u8 = 1 << 3 | 1;
    pub(super) const QUANTILE_VALUE: u8 = 2 << 3 | 1;
    pub(super) const COUNTER_BIRTH: u8 = 3 << 3 | 2;
    pub(super) const SUMMARY_BIRTH: u8 = 4 << 3 | 2;
    pub(super) const HISTOGRAM_BIRTH: u8 = 15 << 3 | 2;
    /// Of a birth.
    pub(super) const SECONDS: u8 = 1 << 3;
}

/// A tag and a float.
const FLOAT: usize = 1 + 8;
/// The longest time of creation.
const BIRTH: usize = 8;
/// The longest integer, or length, and what its tag takes.
const LONGEST: usize = 1 + 10;

/// Keys and words are put as a whole, whatever of them counts.
const SLACK: usize = 32;

/// The NaN that Prometheus stores for a value. There is another by which it marks the end of a series.
const NAN: u64 = 0x7ff8_0000_0000_0001;

/// How many bytes an integer takes.
#[inline]
fn length_of(value: u64) -> usize {
    (70 - (value | 1).leading_zeros() as usize) / 7
}

/// Puts an integer.
fn extend(mut value: u64, out: &mut Vec<u8>) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Puts the length of a message into the bytes that were left for it at `start`, which become as many
/// as it takes.
pub(super) fn put_length(page: &mut Vec<u8>, start: usize, left: usize) {
    let from = start + left;
    let length = (page.len() - from) as u64;
    let width = length_of(length);
    let (to, end) = (start + width, page.len());
    page.resize(end.max(end + width - left), 0);
    page.copy_within(from..end, to);
    page.truncate(end + width - left);
    let mut rest = length;
    for byte in page.iter_mut().skip(start).take(width) {
        *byte = rest as u8 | 0x80;
        rest >>= 7;
    }
    if let Some(last) = page.get_mut(to - 1) {
        *last &= 0x7f;
    }
}

fn extend_with_text(tag: u8, text: &str, out: &mut Vec<u8>) {
    out.push(tag);
    extend(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

/// What a label with a name and a value of these lengths takes, tag and length not counted.
#[inline]
fn label_length(name: usize, value: usize) -> usize {
    2 + length_of(name as u64) + name + length_of(value as u64) + value
}

impl Outline {
    /// Begins a family of this name.
    pub(super) fn family(&mut self, descriptor: &Descriptor, name: &str) {
        let metric_type = descriptor.metric_type();
        // What has no type here is shown as in text (B6); names are whole (B4).
        let (number, point, birth) = match metric_type {
            MetricType::Counter => (0, tag::COUNTER, tag::COUNTER_BIRTH),
            MetricType::Gauge | MetricType::Info | MetricType::StateSet => (1, tag::GAUGE, 0),
            MetricType::Summary => (2, tag::SUMMARY, tag::SUMMARY_BIRTH),
            MetricType::Unknown => (3, tag::UNTYPED, 0),
            MetricType::Histogram => (4, tag::HISTOGRAM, tag::HISTOGRAM_BIRTH),
            MetricType::GaugeHistogram => (5, tag::HISTOGRAM, 0),
        };
        self.birth = birth;
        self.point = point;
        self.head.clear();
        extend_with_text(tag::FAMILY_NAME, name, &mut self.head);
        extend_with_text(tag::FAMILY_HELP, descriptor.help(), &mut self.head);
        self.head.extend_from_slice(&[tag::FAMILY_TYPE, number]);
        if let Some(unit) = unit(metric_type.stem_of(name), metric_type) {
            extend_with_text(tag::FAMILY_UNIT, unit, &mut self.head);
        }
        self.make_keys(descriptor);
        self.make_rows(descriptor, name);
    }

    /// Begins a member of the family: series with these const labels.
    pub(super) fn member(&mut self, const_pieces: &str) {
        self.const_labels.clear();
        for (name, value) in Labels(const_pieces) {
            let length = label_length(name.length, value.length);
            let key = self.const_labels.len();
            self.const_labels.push(tag::LABEL);
            extend(length as u64, &mut self.const_labels);
            self.const_labels.push(tag::LABEL_NAME);
            extend(name.length as u64, &mut self.const_labels);
            name.parts().for_each(|part| self.const_labels.extend_from_slice(part.as_bytes()));
            self.const_labels.push(tag::LABEL_VALUE);
            extend(value.length as u64, &mut self.const_labels);
            value.parts().for_each(|part| self.const_labels.extend_from_slice(part.as_bytes()));
            debug_assert_eq!(self.const_labels.len() - key, 1 + length_of(length as u64) + length);
        }
    }

    fn make_keys(&mut self, descriptor: &Descriptor) {
        self.keys.clear();
        for name in descriptor.page_labels() {
            let (mut text, name) = ([0; 32], name.as_bytes());
            let length = name.len() + 6;
            let parts =
                [&[tag::LABEL, 0, tag::LABEL_NAME, name.len() as u8], name, &[tag::LABEL_VALUE]];
            let mut bytes = text.iter_mut();
            parts.iter().copied().flatten().for_each(|part| {
                if let Some(byte) = bytes.next() {
                    *byte = *part;
                }
            });
            let length = if length <= text.len() { length } else { Key::TOO_LONG };
            self.keys.push(Key { text, length, name: name.len() });
        }
    }

    fn make_rows(&mut self, descriptor: &Descriptor, name: &str) {
        self.bounds.clear();
        self.states.clear();
        self.state_ends.clear();
        match descriptor.shape() {
            Shape::Plain => {}
            Shape::Buckets(buckets) => self.bounds.extend_from_slice(buckets.bounds()),
            Shape::Native(shape) => self.bounds.extend_from_slice(shape.classic().bounds()),
            Shape::Summary(shape) => self.bounds.extend_from_slice(shape.quantiles().values()),
            Shape::States(states) => {
                for state in states.iter() {
                    self.states.push(tag::LABEL);
                    extend(label_length(name.len(), state.len()) as u64, &mut self.states);
                    extend_with_text(tag::LABEL_NAME, name, &mut self.states);
                    extend_with_text(tag::LABEL_VALUE, state, &mut self.states);
                    self.state_ends.push(self.states.len());
                }
            }
        }
    }
}

/// Writes metrics into a message.
pub(super) struct MetricWriter<'p> {
    pub(super) outline: &'p Outline,
    pub(super) page: &'p mut Vec<u8>,
    /// Where the message begins.
    pub(super) start: usize,
    /// Nothing stands there yet.
    pub(super) is_empty: bool,
    pub(super) birth: Birth,
}

/// The time of creation of the series that are offered, as the last field of their points.
#[derive(Clone, Copy, Default)]
pub(super) struct Birth {
    /// Tag, length, and the seconds behind their own tag.
    bytes: [u8; BIRTH],
    /// How many of the bytes count.
    length: usize,
}

impl Birth {
    #[cold]
    fn of(tag: u8, seconds: u32) -> Self {
        if seconds == 0 {
            return Self::default();
        }
        let width = length_of(seconds.into());
        let mut bytes = [tag, 1 + width as u8, tag::SECONDS, 0, 0, 0, 0, 0];
        let mut rest = seconds;
        for byte in bytes.iter_mut().skip(3).take(width) {
            *byte = rest as u8 | 0x80;
            rest >>= 7;
        }
        if let Some(last) = bytes.get_mut(2 + width) {
            *last &= 0x7f;
        }
        Self { bytes, length: 3 + width }
    }

    #[inline(always)]
    fn put(self, room: &mut Room<'_>) {
        if self.length > 0 {
            room.put_word(self.bytes, self.length);
        }
    }
}

impl MetricWriter<'_> {
    /// Whether the message has this much left. It has for its first series.
    #[inline(always)]
    fn has_room(&self, bytes: usize) -> bool {
        self.is_empty || self.page.len() - self.start + bytes <= MESSAGE
    }

    /// What a metric takes at most, with a state and a point of these lengths.
    #[inline(always)]
    fn most_of(&self, labels: LabelPieces<'_>, state: usize, point: usize) -> usize {
        self.outline.const_labels.len() + most_of(labels, self.outline) + state + point
    }

    /// A metric if the message has room for it.
    #[inline(always)]
    fn try_metric<'s>(&'s mut self, labels: LabelPieces<'s>, point: usize) -> Option<Metric<'s>> {
        let most = self.most_of(labels, 0, point);
        self.has_room(LONGEST + most + SLACK).then(|| self.metric(labels, &[], most))
    }

    /// A metric with these labels, of `most` bytes at most. What is said of the family comes first
    /// where it is due.
    #[inline(always)] // Returned through memory, the parts would be read while still being stored.
    fn metric<'s>(&'s mut self, labels: LabelPieces<'_>, state: &[u8], most: usize) -> Metric<'s> {
        let outline = self.outline;
        if self.is_empty {
            self.is_empty = false;
            self.page.extend_from_slice(&outline.head);
        }
        let bytes = 1 + length_of(most as u64) + most;
        let mut room = Room::new(self.page, bytes + SLACK);
        let length = Length::open(tag::FAMILY_METRIC, most, &mut room);
        if !outline.const_labels.is_empty() {
            room.put(&outline.const_labels);
        }
        put_labels(labels, outline, &mut room);
        if !state.is_empty() {
            room.put(state);
        }
        Metric { room, length, birth: self.birth }
    }
}

/// What the labels take at most.
#[inline(always)]
fn most_of(labels: LabelPieces<'_>, outline: &Outline) -> usize {
    let pieces = labels.0;
    // As text a label has four characters more than its name and its value, and here six bytes, or
    // more where it is long.
    let (mut most, mut bits) = (2 * pieces.len(), 0);
    for piece in pieces {
        most += piece.len();
        bits |= piece.len();
    }
    if bits > 63 {
        most += 3 * LONGEST * pieces.len();
    }
    if pieces.len() == outline.keys.len() {
        most
    } else {
        // Each of several labels has six characters, and two bytes more than that.
        3 * most
    }
}

#[inline(always)]
fn put_labels(labels: LabelPieces<'_>, outline: &Outline, room: &mut Room<'_>) {
    if labels.0.len() != outline.keys.len() {
        return labels.0.iter().for_each(|pieces| put_each(pieces, room));
    }
    for (piece, key) in labels.0.iter().zip(&outline.keys) {
        // `,name="value"`
        let value = piece.as_bytes().get(key.name + 3..piece.len().wrapping_sub(1));
        let Some(value) = value else { continue };
        // A label's own tag and length do not count.
        let length = key.length - 2 + value.len();
        if length > 0x7f || !room.put_plain(&key.text, key.length, length as u8, value) {
            put_each(piece, room);
        }
    }
}

/// Puts labels that have to be told apart, or have escapes.
#[inline(never)]
fn put_each(pieces: &str, room: &mut Room<'_>) {
    for (name, value) in Labels(pieces) {
        room.put_byte(tag::LABEL);
        put_varint(label_length(name.length, value.length) as u64, room);
        room.put_byte(tag::LABEL_NAME);
        put_varint(name.length as u64, room);
        name.put(room);
        room.put_byte(tag::LABEL_VALUE);
        put_varint(value.length as u64, room);
        value.put(room);
    }
}

#[inline(always)]
fn put_varint(value: u64, room: &mut Room<'_>) {
    if value < 0x80 {
        room.put_byte(value as u8);
    } else {
        put_long_varint(value, room);
    }
}

#[inline(never)]
fn put_long_varint(mut value: u64, room: &mut Room<'_>) {
    while value > 0x7f {
        room.put_byte(value as u8 | 0x80);
        value >>= 7;
    }
    room.put_byte(value as u8);
}

#[inline(always)]
fn put_float(tag: u8, value: f64, room: &mut Room<'_>) {
    room.put_byte(tag);
    put_f64(value, room);
}

#[inline(always)]
fn put_f64(value: f64, room: &mut Room<'_>) {
    let bits = if value.is_nan() { NAN } else { value.to_bits() };
    room.put_word(bits.to_le_bytes(), 8);
}

/// The length of what is being put.
struct Length {
    at: usize,
    width: usize,
}

impl Length {
    /// Puts a tag, and leaves room for the length of what has this many bytes at most.
    #[inline(always)]
    fn open(tag: u8, most: usize, room: &mut Room<'_>) -> Self {
        let (at, width) = (room.written() + 1, length_of(most as u64));
        room.put_word([tag, 0, 0, 0, 0, 0, 0, 0], (1 + width).min(8));
        Self { at, width }
    }

    /// Puts the length of what was put since.
    #[inline(always)]
    fn close(self, room: &mut Room<'_>) {
        if self.width == 1 {
            room.replace(self.at, (room.written() - self.at - 1) as u8);
        } else {
            self.close_long(room);
        }
    }

    #[inline(never)]
    fn close_long(self, room: &mut Room<'_>) {
        let mut length = (room.written() - self.at - self.width) as u64;
        let width = length_of(length);
        if width < self.width {
            room.cut(self.at, self.width - width);
        }
        let mut at = self.at;
        while length > 0x7f {
            room.replace(at, length as u8 | 0x80);
            length >>= 7;
            at += 1;
        }
        room.replace(at, length as u8);
    }
}

/// A metric that lacks its point.
struct Metric<'s> {
    room: Room<'s>,
    length: Length,
    birth: Birth,
}

impl Metric<'_> {
    #[inline(always)]
    fn number(mut self, point: u8, value: f64) {
        let length = (FLOAT + self.birth.length) as u8;
        self.room.put_word([point, length, tag::VALUE, 0, 0, 0, 0, 0], 3);
        put_f64(value, &mut self.room);
        self.birth.put(&mut self.room);
        self.length.close(&mut self.room);
    }

    /// A histogram or a summary, of `most` bytes at most.
    #[inline(always)]
    fn distribution(
        mut self,
        point: u8,
        most: usize,
        (count, sum): (u64, f64),
        put_rows: impl FnOnce(&mut Room<'_>),
    ) {
        let room = &mut self.room;
        let length = Length::open(point, most, room);
        room.put_byte(tag::COUNT);
        put_varint(count, room);
        put_float(tag::SUM, sum, room);
        put_rows(room);
        self.birth.put(room);
        length.close(room);
        self.length.close(room);
    }
}

/// What a point of one value takes at most, its own tag and length not counted.
const NUMBER: usize = FLOAT + BIRTH;
/// What another takes beside its rows.
const DISTRIBUTION: usize = LONGEST + FLOAT + BIRTH;
/// A bucket: tag, length, count and bound.
const BUCKET: usize = 2 + LONGEST + FLOAT;
/// A quantile: tag, length, quantile and value.
const QUANTILE: usize = 2 + 2 * FLOAT;

#[inline(always)]
fn put_buckets(bounds: &[f64], counts: &[u64], room: &mut Room<'_>) {
    let mut cumulative = 0_u64;
    for (bound, count) in bounds.iter().zip(counts) {
        cumulative = cumulative.wrapping_add(*count);
        let length = 1 + length_of(cumulative) + FLOAT;
        room.put_word([tag::ROW, length as u8, tag::BUCKET_COUNT, 0, 0, 0, 0, 0], 3);
        put_varint(cumulative, room);
        put_float(tag::BUCKET_BOUND, *bound, room);
    }
}

impl Visitor for MetricWriter<'_> {
    fn shows_exemplars(&self) -> bool {
        true
    }

    fn shows_native(&self) -> bool {
        true
    }

    fn shows_births(&self) -> bool {
        self.outline.birth != 0
    }

    fn born(&mut self, seconds: u32) {
        self.birth = Birth::of(self.outline.birth, seconds);
    }

    fn counter(&mut self, labels: LabelPieces<'_>, value: Number, exemplar: &Kept) -> bool {
        self.put_counter(labels, value, exemplar)
    }

    fn number(&mut self, labels: LabelPieces<'_>, value: Number) -> bool {
        let point = self.outline.point;
        let metric = self.try_metric(labels, 2 + NUMBER);
        metric.map(|metric| metric.number(point, value.as_f64())).is_some()
    }

    /// The bucket of infinity is the count, and not told by itself (B5).
    fn histogram(&mut self, labels: LabelPieces<'_>, point: HistogramPoint<'_>) -> bool {
        if point.native.is_some() {
            return self.native_histogram(labels, point);
        }
        if !point.exemplars.is_empty() {
            return self.put_histogram_with_exemplars(labels, point);
        }
        let outline = self.outline;
        let most = DISTRIBUTION + outline.bounds.len() * BUCKET;
        let Some(metric) = self.try_metric(labels, LONGEST + most) else { return false };
        let count = point.counts.iter().fold(0_u64, |sum, count| sum.wrapping_add(*count));
        metric.distribution(outline.point, most, (count, point.sum), |room| {
            put_buckets(&outline.bounds, point.counts, room);
        });
        true
    }

    fn summary(&mut self, labels: LabelPieces<'_>, point: SummaryPoint<'_>) -> bool {
        let outline = self.outline;
        let most = DISTRIBUTION + point.values.len() * QUANTILE;
        let Some(metric) = self.try_metric(labels, LONGEST + most) else { return false };
        metric.distribution(outline.point, most, (point.count, point.sum), |room| {
            for (quantile, value) in outline.bounds.iter().zip(point.values) {
                let length = 2 * FLOAT as u8;
                room.put_word([tag::ROW, length, tag::QUANTILE, 0, 0, 0, 0, 0], 3);
                put_f64(*quantile, room);
                put_float(tag::QUANTILE_VALUE, *value, room);
            }
        });
        true
    }

    /// A metric for each state. A message does not end between them: a series is refused as a whole.
    fn state_set(&mut self, labels: LabelPieces<'_>, point: StateSetPoint) -> bool {
        let outline = self.outline;
        let one = LONGEST + self.most_of(labels, 0, 2 + NUMBER);
        if !self.has_room(point.states * one + outline.states.len() + SLACK) {
            return false;
        }
        let mut start = 0;
        for (at, &end) in outline.state_ends.iter().enumerate() {
            let state = outline.states.get(start..end).unwrap_or_default();
            start = end;
            let most = self.most_of(labels, state.len(), 2 + NUMBER);
            self.metric(labels, state, most).number(outline.point, (point.on >> at & 1) as f64);
        }
        true
    }
}
