//! OpenMetrics whose counters, histograms and summaries also tell when they were made (O23).

use super::text::{Dialect, LineWriter};
use crate::model::{
    HistogramPoint, Kept, LabelPieces, Number, Prepared, StateSetPoint, SummaryPoint, Visitor,
};

/// Writes a series, and behind its lines the one of its creation.
pub(super) struct CreatedWriter<'p, D> {
    lines: LineWriter<'p, D>,
    /// In seconds since 1970; 0 if it is not known.
    seconds: u32,
}

/// What the line takes beside the name and the labels: no time has more digits.
const LONGEST: usize = "_created{} 4294967295.000\n".len();

impl<'p, D: Dialect> CreatedWriter<'p, D> {
    pub(super) fn over(lines: LineWriter<'p, D>) -> Self {
        Self { lines, seconds: 0 }
    }

    /// A series that `put` takes, and the line behind it: both or none.
    fn both(
        &mut self,
        labels: LabelPieces<'_>,
        put: impl FnOnce(&mut LineWriter<'p, D>) -> bool,
    ) -> bool {
        self.both_of((self.seconds, None), labels, put)
    }

    /// Likewise, of one that was made at this time: seconds, and milliseconds if they are known.
    fn both_of(
        &mut self,
        time: (u32, Option<u16>),
        labels: LabelPieces<'_>,
        put: impl FnOnce(&mut LineWriter<'p, D>) -> bool,
    ) -> bool {
        if time.0 == 0 {
            return put(&mut self.lines);
        }
        let pieces: usize = labels.0.iter().map(|piece| piece.len()).sum();
        let line = self.lines.state.head_with_const_labels().len() + pieces + LONGEST;
        let limit = self.lines.limit;
        self.lines.limit = limit.saturating_sub(line);
        let is_taken = put(&mut self.lines);
        self.lines.limit = limit;
        if is_taken {
            put_line::<D>(self.lines.page, self.lines.state, labels, time);
        }
        is_taken
    }
}

fn put_line<D: Dialect>(
    page: &mut Vec<u8>,
    state: &Prepared,
    labels: LabelPieces<'_>,
    (seconds, milliseconds): (u32, Option<u16>),
) {
    let name = state.name();
    page.extend_from_slice(
        name.strip_suffix(b"_total").filter(|_| state.is_counter).unwrap_or(name),
    );
    page.extend_from_slice(b"_created");
    let labels_at = page.len();
    page.extend_from_slice(state.const_labels());
    labels.0.iter().for_each(|piece| page.extend_from_slice(piece.as_bytes()));
    if let Some(comma) = page.get_mut(labels_at) {
        *comma = D::OPENING;
        page.push(b'}');
    }
    page.push(b' ');
    page.extend_from_slice(itoa::Buffer::new().format(seconds).as_bytes());
    match milliseconds {
        Some(rest) => {
            let digit = |unit| b'0' + (rest / unit % 10) as u8;
            page.extend_from_slice(&[b'.', digit(100), digit(10), digit(1), b'\n']);
        }
        None => page.extend_from_slice(b".0\n"),
    }
}

impl<'p, D: Dialect> Visitor for CreatedWriter<'p, D>
where
    LineWriter<'p, D>: Visitor,
{
    fn shows_exemplars(&self) -> bool {
        self.lines.shows_exemplars()
    }

    fn shows_births(&self) -> bool {
        self.lines.state.is_dated
    }

    fn born(&mut self, seconds: u32) {
        self.seconds = seconds;
    }

    fn counter(&mut self, labels: LabelPieces<'_>, value: Number, exemplar: &Kept) -> bool {
        self.both(labels, |lines| lines.counter(labels, value, exemplar))
    }

    fn number(&mut self, labels: LabelPieces<'_>, value: Number) -> bool {
        self.both(labels, |lines| lines.number(labels, value))
    }

    fn histogram(&mut self, labels: LabelPieces<'_>, point: HistogramPoint<'_>) -> bool {
        #[cfg(feature = "protobuf")]
        if let Some(since_ms) = point.native.map(|native| native.since_ms).filter(|ms| *ms > 0) {
            let seconds = u32::try_from(since_ms / 1000).unwrap_or(0);
            let time = (seconds, Some((since_ms % 1000) as u16));
            return self.both_of(time, labels, |lines| lines.histogram(labels, point));
        }
        self.both(labels, |lines| lines.histogram(labels, point))
    }

    fn summary(&mut self, labels: LabelPieces<'_>, point: SummaryPoint<'_>) -> bool {
        self.both(labels, |lines| lines.summary(labels, point))
    }

    fn state_set(&mut self, labels: LabelPieces<'_>, point: StateSetPoint) -> bool {
        self.lines.state_set(labels, point)
    }
}
