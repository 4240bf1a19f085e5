//! OpenMetrics 2.0: where it differs from 1.0. A series is one line, whatever its type, but for state
//! sets; of histograms and summaries it has a composite value (P5).

use super::buffer::Room;
use super::openmetrics::{announce, OpenMetrics};
use super::text::{Dialect, LineWriter, Lines};
use super::{exemplar, number};
use crate::model::{
    Descriptor, HistogramPoint, Kept, LabelPieces, Number, Prepared, StateSetPoint, SummaryPoint,
    Visitor,
};
#[cfg(feature = "protobuf")]
use native::Native;

#[cfg(feature = "protobuf")]
mod native;

/// OpenMetrics 2.0. A family is called as its samples are (P2).
pub(super) struct OpenMetrics2;

impl Dialect for OpenMetrics2 {
    const POINTED: bool = true;
    const EXEMPLARS: bool = true;

    fn announce(name: &str, descriptor: &Descriptor, prepared: &mut Prepared) {
        let stem = descriptor.metric_type().stem_of(name.trim_end_matches('"'));
        announce(name, stem, descriptor, prepared);
    }
}

/// Writes a series with the time of its start.
pub(super) struct PointWriter<'p, D> {
    lines: LineWriter<'p, D>,
    /// In seconds since 1970; 0 if it is not known.
    seconds: u32,
}

/// What a start takes: no time has more digits.
const START: usize = " st@4294967295.000".len();
/// What a composite value takes beside its rows and its exponential buckets.
const COMPOSITE: usize = "{gcount:,gsum:,quantile:[]}".len() + 2 * number::LONGEST;
/// What a row takes beside its bound or quantile.
const ROW: usize = ":,".len() + number::LONGEST;

impl<'p, D: Dialect> PointWriter<'p, D> {
    pub(super) fn over(lines: LineWriter<'p, D>) -> Self {
        Self { lines, seconds: 0 }
    }

    /// A line up to its value, with so much room for that and all behind it.
    fn begin<'s>(&'s mut self, labels: LabelPieces<'s>, room: usize) -> Option<Lines<'s, D>> {
        let mut lines = self.lines.lines_with(labels, 1, START + room)?;
        let labels_at = lines.put_start("");
        let room = &mut lines.room;
        if room.written() > labels_at {
            room.replace(labels_at, D::OPENING);
            room.put(b"}");
        }
        room.put(b" ");
        Some(lines)
    }

    fn start_ms(&self) -> u64 {
        u64::from(self.seconds) * 1000
    }

    fn rows(&self) -> usize {
        self.lines.state.bounds.len()
    }
}

/// Those of which the time is known, without which none may be shown (P12).
fn told(exemplars: &[Kept]) -> impl Iterator<Item = &Kept> {
    exemplars.iter().filter(|exemplar| exemplar.is_there && exemplar.time_ms > 0)
}

fn room_of(exemplars: &[Kept]) -> usize {
    told(exemplars).map(|exemplar| exemplar::LONGEST + exemplar.most_bytes()).sum()
}

/// Ends a line behind its value (P11).
#[inline(never)]
fn end(start_ms: u64, exemplars: &[Kept], room: &mut Room<'_>) {
    if start_ms > 0 {
        room.put(b" st@");
        if start_ms % 1000 == 0 {
            put_number(Number::U64(start_ms / 1000), room);
            room.put(b".0");
        } else {
            exemplar::put_time(start_ms, room);
        }
    }
    told(exemplars).for_each(|exemplar| exemplar::put(exemplar, room));
    room.put(b"\n");
}

#[inline(never)]
fn put_number(value: Number, room: &mut Room<'_>) {
    number::put_few(value, true, room);
}

/// Puts pairs of what the tails of the family tell apart and a value.
fn put_rows(state: &Prepared, values: impl Iterator<Item = Number>, room: &mut Room<'_>) {
    let mut comma: &[u8] = b"";
    let texts = state.tails().map(between_quotes);
    for (text, value) in texts.zip(values).filter(|(_, value)| OpenMetrics::may_answer(*value)) {
        room.put(comma);
        room.put(text);
        room.put(b":");
        put_number(value, room);
        comma = b",";
    }
}

/// The bound of `,le="0.5"} `: no bound and no quantile has a quote.
fn between_quotes(tail: &[u8]) -> &[u8] {
    tail.split(|byte| *byte == b'"').nth(1).unwrap_or_default()
}

impl<D: Dialect> Visitor for PointWriter<'_, D> {
    fn shows_exemplars(&self) -> bool {
        true
    }

    #[cfg(feature = "protobuf")]
    fn shows_native(&self) -> bool {
        true
    }

    fn shows_births(&self) -> bool {
        self.lines.state.is_dated
    }

    fn born(&mut self, seconds: u32) {
        self.seconds = seconds;
    }

    fn counter(&mut self, labels: LabelPieces<'_>, value: Number, exemplar: &Kept) -> bool {
        let (start, exemplars) = (self.start_ms(), std::slice::from_ref(exemplar));
        let Some(mut line) = self.begin(labels, room_of(exemplars)) else { return false };
        put_number(value, &mut line.room);
        end(start, exemplars, &mut line.room);
        true
    }

    fn number(&mut self, labels: LabelPieces<'_>, value: Number) -> bool {
        let start = self.start_ms();
        let Some(mut line) = self.begin(labels, 0) else { return false };
        put_number(value, &mut line.room);
        end(start, &[], &mut line.room);
        true
    }

    fn histogram(&mut self, labels: LabelPieces<'_>, point: HistogramPoint<'_>) -> bool {
        let start = self.start_ms();
        let room = COMPOSITE + self.rows() * ROW + room_of(point.exemplars);
        #[cfg(feature = "protobuf")]
        let (native, room) = {
            let native = point.native.as_ref().map(Native);
            let most = native.as_ref().map_or(0, Native::most);
            (native, room + most)
        };
        // What has started anew says since when it counts.
        #[cfg(feature = "protobuf")]
        let start = native.as_ref().map_or(0, Native::since_ms).max(start);
        let Some(mut line) = self.begin(labels, room) else { return false };
        let (state, room) = (line.state, &mut line.room);
        let count = point.counts.iter().fold(0_u64, |sum, count| sum.wrapping_add(*count));
        let [count_of, sum_of]: [&[u8]; 2] =
            if state.is_gauge { [b"{gcount:", b",gsum:"] } else { [b"{count:", b",sum:"] };
        room.put(count_of);
        put_number(Number::U64(count), room);
        room.put(sum_of);
        put_number(Number::F64(point.sum), room);
        #[cfg(feature = "protobuf")]
        native.iter().for_each(|native| native.put(room));
        // That of infinity alone says nothing of a native histogram.
        #[cfg(feature = "protobuf")]
        let is_classic = native.is_none() || point.counts.len() > 1;
        #[cfg(not(feature = "protobuf"))]
        let is_classic = true;
        if is_classic {
            let mut cumulative = 0_u64;
            let counts = point.counts.iter().map(|count| {
                cumulative = cumulative.wrapping_add(*count);
                Number::U64(cumulative)
            });
            room.put(b",bucket:[");
            put_rows(state, counts, room);
            room.put(b"]");
        }
        room.put(b"}");
        // Those of a native histogram are its classic buckets', or its own.
        #[cfg(feature = "protobuf")]
        let exemplars = native.map_or(&[][..], |native| native.exemplars());
        #[cfg(feature = "protobuf")]
        let exemplars = if exemplars.is_empty() { point.exemplars } else { exemplars };
        #[cfg(not(feature = "protobuf"))]
        let exemplars = point.exemplars;
        end(start, exemplars, room);
        true
    }

    fn summary(&mut self, labels: LabelPieces<'_>, point: SummaryPoint<'_>) -> bool {
        let start = self.start_ms();
        let room = COMPOSITE + self.rows() * ROW;
        let Some(mut line) = self.begin(labels, room) else { return false };
        let (state, room) = (line.state, &mut line.room);
        room.put(b"{count:");
        put_number(Number::U64(point.count), room);
        room.put(b",sum:");
        put_number(Number::F64(point.sum), room);
        room.put(b",quantile:[");
        put_rows(state, point.values.iter().map(|value| Number::F64(*value)), room);
        room.put(b"]}");
        end(start, &[], room);
        true
    }

    fn state_set(&mut self, labels: LabelPieces<'_>, point: StateSetPoint) -> bool {
        let Some(mut lines) = self.lines.lines_with(labels, point.states, 0) else { return false };
        for (at, tail) in lines.state.tails().enumerate() {
            let labels_at = lines.put_start("");
            lines.room.put(tail);
            lines.room.replace(labels_at, D::OPENING);
            lines.room.put(if point.on >> at & 1 == 1 { b"1\n" } else { b"0\n" });
        }
        true
    }
}
