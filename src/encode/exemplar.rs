//! Lines with an exemplar behind their value, as OpenMetrics has them (O20).

use super::buffer::Room;
use super::number;
use super::text::{Dialect, LineWriter};
use crate::model::{HistogramPoint, Kept, LabelPieces, Number};

/// What an exemplar takes at most on a line beside its labels.
pub(super) const LONGEST: usize =
    " # {} ".len() + number::LONGEST + ".0 ".len() + number::LONGEST + 4;

impl<D: Dialect> LineWriter<'_, D> {
    /// A counter with an exemplar.
    #[inline]
    pub(super) fn put_counter(
        &mut self,
        labels: LabelPieces<'_>,
        value: Number,
        exemplar: &Kept,
    ) -> bool {
        let room = LONGEST + exemplar.most_bytes();
        let Some(mut lines) = self.lines_with(labels, 1, room) else { return false };
        let labels_at = lines.put_start("");
        lines.close(labels_at);
        number::put_few(value, D::POINTED, &mut lines.room);
        put(exemplar, &mut lines.room);
        lines.room.put(b"\n");
        true
    }

    /// A histogram of which buckets have exemplars.
    #[cold]
    #[inline(never)]
    pub(super) fn put_histogram_with_exemplars(
        &mut self,
        labels: LabelPieces<'_>,
        point: HistogramPoint<'_>,
    ) -> bool {
        let there = point.exemplars.iter().filter(|exemplar| exemplar.is_there);
        let room = there.map(|exemplar| LONGEST + exemplar.most_bytes()).sum();
        let Some(mut lines) = self.lines_with(labels, point.counts.len() + 2, room) else {
            return false;
        };
        let mut cumulative = 0_u64;
        let buckets = point.counts.iter().zip(point.exemplars);
        for (tail, (count, exemplar)) in lines.state.tails().zip(buckets) {
            cumulative = cumulative.wrapping_add(*count);
            let labels_at = lines.put_start("_bucket");
            lines.room.put(tail);
            lines.room.replace(labels_at, D::OPENING);
            number::put_few(Number::U64(cumulative), D::POINTED, &mut lines.room);
            if exemplar.is_there {
                put(exemplar, &mut lines.room);
            }
            lines.room.put(b"\n");
        }
        lines.totals(point.sum, cumulative);
        true
    }
}

/// Writes what stands between a value and the end of its line: ` # {labels} value timestamp`.
#[inline(never)]
pub(super) fn put(exemplar: &Kept, room: &mut Room<'_>) {
    room.put(b" # {");
    let mut comma: &[u8] = b"";
    for (name, value) in exemplar.labels() {
        room.put(comma);
        room.put(name);
        room.put(b"=\"");
        put_escaped(value, room);
        room.put(b"\"");
        comma = b",";
    }
    room.put(b"} ");
    number::put_few(Number::F64(exemplar.value), true, room);
    if exemplar.time_ms > 0 {
        room.put(b" ");
        put_time(exemplar.time_ms, room);
    }
}

/// Puts seconds, never with an exponent (O22), and their thousandths.
pub(super) fn put_time(ms: u64, room: &mut Room<'_>) {
    number::put_few(Number::U64(ms / 1000), true, room);
    let rest = (ms % 1000) as u16;
    let digit = |unit| b'0' + (rest / unit % 10) as u8;
    room.put(&[b'.', digit(100), digit(10), digit(1)]);
}

/// As [`piece::write`](crate::label::piece::write) has it.
fn put_escaped(value: &[u8], room: &mut Room<'_>) {
    let mut rest = value;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'\\' | b'"' | b'\n')) {
        let (plain, special) = rest.split_at(at);
        room.put(plain);
        room.put(match special.first() {
            Some(b'\n') => b"\\n",
            Some(b'"') => b"\\\"",
            _ => b"\\\\",
        });
        rest = special.get(1..).unwrap_or_default();
    }
    room.put(rest);
}
