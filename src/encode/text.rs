//! The Prometheus text format 0.0.4, and the lines that OpenMetrics has in common with it.
//!
//! A family is written from fragments made when it is begun: the lines that announce it, the head of
//! a line (the name and the const labels), and for types with several lines a series the tails
//! (`,le="0.5"} `). Every label comes with a comma before it; where the labels of a line begin, the
//! comma is then overwritten by the brace. What the lines of a series have in common is written
//! once and copied from its first line.

use super::buffer::Room;
use super::number;
use crate::label::piece;
#[cfg(feature = "openmetrics")]
use crate::model::Kept;
use crate::model::{
    Descriptor, HistogramPoint, LabelPieces, MetricType, Number, Prepared, Shape, StateSetPoint,
    SummaryPoint, Visitor,
};
use std::marker::PhantomData;

/// What one text format has in its own way. Each has a copy of the code that writes lines, in which
/// the ways of the others are not even asked for.
pub(super) trait Dialect {
    /// Whether a float has a point or an exponent also where it is whole.
    const POINTED: bool = false;
    /// Whether totals and buckets may have exemplars.
    #[cfg(feature = "openmetrics")]
    const EXEMPLARS: bool = false;

    /// What stands where the labels of a line begin, in place of the comma of the first of them.
    const OPENING: u8 = b'{';

    /// Whether a family is called as its samples are, with the suffix that its type requires.
    const SUFFIXED: bool = true;

    /// Puts the lines that announce a family, whose name is shown like this.
    fn announce(name: &str, descriptor: &Descriptor, prepared: &mut Prepared);

    /// Whether a series may show this sum of its observations.
    fn may_sum(_sum: f64, _prepared: &Prepared) -> bool {
        true
    }

    /// The suffixes of the sum and the count of a histogram.
    fn ends(_prepared: &Prepared) -> [&'static str; 2] {
        ["_sum", "_count"]
    }

    /// Whether a summary may show this quantile.
    fn may_answer(_value: Number) -> bool {
        true
    }
}

/// Text 0.0.4.
pub(super) struct Text;

impl Dialect for Text {
    #[inline(always)]
    fn announce(name: &str, descriptor: &Descriptor, prepared: &mut Prepared) {
        let word = type_word(descriptor.metric_type());
        prepared.put(&["# HELP ", name, " "]);
        escape_help(descriptor.help(), &mut prepared.head);
        prepared.put(&["\n# TYPE ", name, " ", word, "\n"]);
    }
}

impl Prepared {
    /// Begins a family.
    pub(super) fn family<D: Dialect>(&mut self, descriptor: &Descriptor) {
        let name = if D::SUFFIXED { descriptor.page_name() } else { descriptor.stem() };
        self.family_called::<D>(name, descriptor, descriptor.page_name());
    }

    /// Begins a family whose name is shown like this, and the label of its states like that.
    #[inline(always)]
    pub(super) fn family_called<D: Dialect>(
        &mut self,
        name: &str,
        descriptor: &Descriptor,
        own_label: &str,
    ) {
        self.is_new = true;
        self.head.clear();
        D::announce(name, descriptor, self);
        self.name_at = self.head.len();
        self.make_tails(descriptor, own_label);
    }

    /// Begins a member of the family: series with the same const labels.
    pub(super) fn member(&mut self, descriptor: &Descriptor) {
        self.head.truncate(self.name_at);
        self.const_at = self.name_at + descriptor.page_name().len();
        self.put(&[descriptor.page_name(), descriptor.const_pieces()]);
    }

    /// Writes the lines that announce the family.
    #[cold]
    fn begin(&mut self, page: &mut Vec<u8>) {
        self.is_new = false;
        page.extend_from_slice(self.head.get(..self.name_at).unwrap_or_default());
    }

    #[inline(never)]
    pub(super) fn put(&mut self, texts: &[&str]) {
        for text in texts {
            self.head.extend_from_slice(text.as_bytes());
        }
    }

    fn make_tails(&mut self, descriptor: &Descriptor, own_label: &str) {
        self.tails.clear();
        self.bounds.clear();
        match descriptor.shape() {
            Shape::Plain => {}
            Shape::Buckets(buckets) => {
                buckets.texts().iter().for_each(|bound| self.push_tail("le", bound));
            }
            // Its classic buckets, if it has more than that of infinity (H14).
            #[cfg(feature = "protobuf")]
            Shape::Native(shape) => {
                let texts = shape.classic().texts();
                texts.iter().for_each(|bound| self.push_tail("le", bound));
            }
            Shape::Summary(shape) => {
                let quantiles = shape.quantiles();
                (0..quantiles.len()).for_each(|at| self.push_tail("quantile", quantiles.text(at)));
            }
            Shape::States(states) => {
                states.iter().for_each(|state| self.push_tail(own_label, state));
            }
        }
    }

    #[inline(never)]
    fn push_tail(&mut self, label: &str, value: &str) {
        let start = self.tails.len();
        piece::write(label, value, &mut self.tails);
        self.tails.push_str("} ");
        self.bounds.push((start, self.tails.len()));
    }

    pub(super) fn tails<'s>(&'s self) -> impl Iterator<Item = &'s [u8]> + 's {
        let tails = self.tails.as_bytes();
        self.bounds.iter().map(|&(start, end)| tails.get(start..end).unwrap_or_default())
    }

    pub(super) fn name(&self) -> &[u8] {
        self.head.get(self.name_at..self.const_at).unwrap_or_default()
    }

    pub(super) fn head_with_const_labels(&self) -> &[u8] {
        self.head.get(self.name_at..).unwrap_or_default()
    }

    pub(super) fn const_labels(&self) -> &[u8] {
        self.head.get(self.const_at..).unwrap_or_default()
    }
}

/// The word of a TYPE line (T2).
fn type_word(metric_type: MetricType) -> &'static str {
    match metric_type {
        MetricType::Info | MetricType::StateSet => "gauge",
        MetricType::GaugeHistogram => "histogram",
        MetricType::Unknown => "untyped",
        known => known.as_str(),
    }
}

/// Escapes `\` and line feed, and leaves `"` alone (T4).
fn escape_help(help: &str, out: &mut Vec<u8>) {
    for byte in help.as_bytes() {
        out.extend_from_slice(match byte {
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            plain => std::slice::from_ref(plain),
        });
    }
}

/// Writes series into a page.
pub(super) struct LineWriter<'p, D> {
    pub(super) dialect: PhantomData<D>,
    pub(super) state: &'p mut Prepared,
    pub(super) page: &'p mut Vec<u8>,
    /// Where this chunk began.
    pub(super) start: usize,
    /// How long the page may get, unless a single series needs more.
    pub(super) limit: usize,
}

/// What a line needs at most beside its name, labels, tail and value.
const LINE: usize = "_bucket{,} \n".len();

impl<D: Dialect> LineWriter<'_, D> {
    /// The lines of one series, with room for `count` of them; `None` if the chunk has not that
    /// much left. Those that announce the family come first where they are due.
    #[inline(always)] // Returned through memory, the parts would be read while still being stored.
    fn lines<'s>(&'s mut self, labels: LabelPieces<'s>, count: usize) -> Option<Lines<'s, D>> {
        self.lines_with(labels, count, 0)
    }

    /// The same, with so much room for exemplars.
    #[inline(always)]
    pub(super) fn lines_with<'s>(
        &'s mut self,
        labels: LabelPieces<'s>,
        count: usize,
        exemplars: usize,
    ) -> Option<Lines<'s, D>> {
        let state = &mut *self.state;
        let pieces: usize = labels.0.iter().map(|piece| piece.len()).sum();
        let line = state.head.len() - state.name_at + pieces + LINE + number::LONGEST;
        let header = if state.is_new { state.name_at } else { 0 };
        let bytes = state.tails.len() + count * line + exemplars;
        if self.page.len() > self.start && self.page.len() + header + bytes > self.limit {
            return None;
        }
        if state.is_new {
            state.begin(self.page);
        }
        let room = Room::new(self.page, bytes);
        Some(Lines { state, labels, room, written: None, dialect: PhantomData })
    }

    /// A series of `tails` lines with these values, then perhaps a sum and a count: one way for all
    /// types but those that pages consist of, which have their loops inlined.
    fn few(
        &mut self,
        labels: LabelPieces<'_>,
        tails: usize,
        values: &mut dyn Iterator<Item = Number>,
        ends: &[(&str, Number)],
    ) -> bool {
        let Some(mut lines) = self.lines(labels, tails + ends.len()) else { return false };
        for (tail, value) in lines.state.tails().zip(values) {
            if !D::may_answer(value) {
                continue;
            }
            let labels_at = lines.put_start("");
            lines.room.put_one_of_many(tail);
            lines.room.replace(labels_at, D::OPENING);
            lines.end(value);
        }
        lines.bare(ends);
        true
    }
}

/// The lines of one series.
pub(super) struct Lines<'s, D> {
    pub(super) state: &'s Prepared,
    labels: LabelPieces<'s>,
    pub(super) room: Room<'s>,
    /// Where the labels stand on the first line, once it is written.
    written: Option<(usize, usize)>,
    dialect: PhantomData<D>,
}

impl<D: Dialect> Lines<'_, D> {
    /// The only line of a series that has one.
    #[inline(always)]
    fn only(mut self, value: Number) {
        let labels_at = self.room.written() + (self.state.const_at - self.state.name_at);
        self.room.put(self.state.head_with_const_labels());
        self.put_pieces();
        self.close(labels_at);
        self.put_value(value);
    }

    /// Lines that differ in their tails.
    #[inline]
    fn each(&mut self, suffix: &str, values: impl Iterator<Item = Number>) {
        let mut common = None;
        for (tail, value) in self.state.tails().zip(values) {
            let from = self.room.written();
            let labels_at = if let Some((first, length, to)) = common {
                self.room.repeat(first, to);
                from + length
            } else {
                let labels_at = self.put_start(suffix);
                common = Some((from, labels_at - from, self.room.written()));
                labels_at
            };
            self.room.put(tail);
            self.room.replace(labels_at, D::OPENING);
            self.put_value(value);
        }
    }

    /// Lines without a tail.
    #[inline(never)]
    pub(super) fn bare(&mut self, ends: &[(&str, Number)]) {
        for &(suffix, value) in ends {
            let labels_at = self.put_start(suffix);
            self.close(labels_at);
            self.end(value);
        }
    }

    /// The sum of a histogram and its count.
    #[inline(always)]
    pub(super) fn totals(&mut self, sum: f64, count: u64) {
        // A count without a sum is not allowed where a sum may be missing; the last bucket has it.
        if D::may_sum(sum, self.state) {
            let [sum_of, count_of] = D::ends(self.state);
            self.bare(&[(sum_of, Number::F64(sum)), (count_of, Number::U64(count))]);
        }
    }

    /// Writes the name and the labels of a line; answers where the labels begin.
    #[inline(never)]
    pub(super) fn put_start(&mut self, suffix: &str) -> usize {
        self.room.put_one_of_many(self.state.name());
        self.room.put_one_of_many(suffix.as_bytes());
        let labels_at = self.room.written();
        if let Some((from, to)) = self.written {
            self.room.repeat(from, to);
        } else {
            self.room.put_one_of_many(self.state.const_labels());
            for piece in self.labels.0 {
                self.room.put_one_of_many(piece.as_bytes());
            }
            self.written = Some((labels_at, self.room.written()));
        }
        labels_at
    }

    #[inline]
    fn put_pieces(&mut self) {
        for piece in self.labels.0 {
            self.room.put(piece.as_bytes());
        }
    }

    /// Ends the labels that begin at `labels_at`, if there are any.
    #[inline]
    pub(super) fn close(&mut self, labels_at: usize) {
        if self.room.written() > labels_at {
            self.room.replace(labels_at, D::OPENING);
            self.room.put(b"} ");
        } else {
            self.room.put(b" ");
        }
    }

    /// As [`Self::put_value`], for lines that are few.
    #[inline(never)]
    fn end(&mut self, value: Number) {
        number::put_few(value, D::POINTED, &mut self.room);
        self.room.put(b"\n");
    }

    #[inline(always)]
    fn put_value(&mut self, value: Number) {
        number::put(value, D::POINTED, &mut self.room);
        self.room.put(b"\n");
    }
}

/// The points of the types, as [`Visitor`] has them.
impl<D: Dialect> LineWriter<'_, D> {
    #[inline(always)]
    fn put_number(&mut self, labels: LabelPieces<'_>, value: Number) -> bool {
        self.lines(labels, 1).map(|lines| lines.only(value)).is_some()
    }

    #[inline(always)]
    fn put_histogram(&mut self, labels: LabelPieces<'_>, point: HistogramPoint<'_>) -> bool {
        #[cfg(feature = "openmetrics")]
        if D::EXEMPLARS && !point.exemplars.is_empty() {
            return self.put_histogram_with_exemplars(labels, point);
        }
        let Some(mut lines) = self.lines(labels, point.counts.len() + 2) else { return false };
        let mut cumulative = 0_u64;
        lines.each(
            "_bucket",
            point.counts.iter().map(|count| {
                cumulative = cumulative.wrapping_add(*count);
                Number::U64(cumulative)
            }),
        );
        lines.totals(point.sum, cumulative);
        true
    }

    #[inline(always)]
    fn put_summary(&mut self, labels: LabelPieces<'_>, point: SummaryPoint<'_>) -> bool {
        let mut values = point.values.iter().map(|value| Number::F64(*value));
        let ends = [("_sum", Number::F64(point.sum)), ("_count", Number::U64(point.count))];
        let ends = if D::may_sum(point.sum, self.state) { &ends[..] } else { &ends[1..] };
        self.few(labels, point.values.len(), &mut values, ends)
    }

    #[inline(always)]
    fn put_state_set(&mut self, labels: LabelPieces<'_>, point: StateSetPoint) -> bool {
        let mut values = (0..point.states).map(|at| Number::U64(point.on >> at & 1));
        self.few(labels, point.states, &mut values, &[])
    }
}

/// Makes an encoder of the lines of a dialect.
///
/// One `impl` for all dialects would be generic. Another crate might then have to compile it, and so
/// whatever it calls would be kept in a form for others to call: larger and slower by some bytes and
/// an instruction or two for each function.
macro_rules! encoders {
    ($($(#[$when:meta])* $dialect:ty;)*) => {$(
        $(#[$when])*
        impl Visitor for LineWriter<'_, $dialect> {
            #[cfg(feature = "openmetrics")]
            fn shows_exemplars(&self) -> bool {
                <$dialect>::EXEMPLARS
            }

            #[cfg(feature = "openmetrics")]
            fn counter(&mut self, labels: LabelPieces<'_>, value: Number, exemplar: &Kept) -> bool {
                if <$dialect>::EXEMPLARS {
                    self.put_counter(labels, value, exemplar)
                } else {
                    self.number(labels, value)
                }
            }

            fn number(&mut self, labels: LabelPieces<'_>, value: Number) -> bool {
                self.put_number(labels, value)
            }

            fn histogram(&mut self, labels: LabelPieces<'_>, point: HistogramPoint<'_>) -> bool {
                self.put_histogram(labels, point)
            }

            fn summary(&mut self, labels: LabelPieces<'_>, point: SummaryPoint<'_>) -> bool {
                self.put_summary(labels, point)
            }

            fn state_set(&mut self, labels: LabelPieces<'_>, point: StateSetPoint) -> bool {
                self.put_state_set(labels, point)
            }
        }
    )*};
}

encoders! {
    Text;
    #[cfg(feature = "openmetrics")]
    super::openmetrics::OpenMetrics;
    #[cfg(feature = "utf8")]
    super::spelling::Quoted<Text>;
    #[cfg(all(feature = "utf8", feature = "openmetrics"))]
    super::spelling::Quoted<super::openmetrics::OpenMetrics>;
}
