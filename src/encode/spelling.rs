//! Families with names outside the legacy set, where a page asks for another way to write them than
//! `underscores`.
//!
//! The names are escaped when a family begins. Its labels are kept and yielded with underscores: where a
//! label has another name than that, each series is told to the encoder of the format with the right one
//! in front of the value, which is the same in all schemes. The encoders themselves know of one thing
//! only: that a metric name in quotes stands inside the braces.

use super::chunk::Chunk;
#[cfg(feature = "openmetrics2")]
use super::composite::{OpenMetrics2, PointWriter};
#[cfg(feature = "openmetrics")]
use super::created::CreatedWriter;
#[cfg(feature = "openmetrics")]
use super::openmetrics::OpenMetrics;
use super::text::{Dialect, LineWriter, Text};
use super::Format;
use crate::label::piece;
#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
use crate::model::Kept;
use crate::model::{
    Buffers, Descriptor, HistogramPoint, LabelPieces, Number, Prepared, Scratch, Source, Spelling,
    StateSetPoint, SummaryPoint, Visitor,
};
use crate::name::{label_name_fault, Escaping};
use std::marker::PhantomData;

/// The media type with the name of the scheme behind it.
macro_rules! with_scheme {
    ($media:literal, $escaping:expr) => {
        match $escaping {
            $crate::name::Escaping::Underscores => concat!($media, "; escaping=underscores"),
            $crate::name::Escaping::AllowUtf8 => concat!($media, "; escaping=allow-utf-8"),
            $crate::name::Escaping::Dots => concat!($media, "; escaping=dots"),
            $crate::name::Escaping::Values => concat!($media, "; escaping=values"),
        }
    };
}

pub(crate) use with_scheme;

/// Whether the names of a family are others in this scheme than they are in its descriptor for the page.
#[inline]
pub(super) fn is_due(escaping: Escaping, descriptor: &Descriptor) -> bool {
    escaping != Escaping::Underscores
        && (descriptor.has_utf8_name() || descriptor.has_utf8_labels())
}

/// A dialect whose lines have the name of the metric in quotes, as the first thing inside the braces.
pub(super) struct Quoted<D>(PhantomData<D>);

impl<D: Dialect> Dialect for Quoted<D> {
    const POINTED: bool = D::POINTED;
    #[cfg(feature = "openmetrics")]
    const EXEMPLARS: bool = D::EXEMPLARS;

    /// The quote that is there already: the name ends with it, and the brace stands before the name.
    const OPENING: u8 = b'"';

    const SUFFIXED: bool = D::SUFFIXED;

    fn announce(name: &str, descriptor: &Descriptor, prepared: &mut Prepared) {
        D::announce(name, descriptor, prepared);
    }

    fn may_sum(sum: f64, prepared: &Prepared) -> bool {
        D::may_sum(sum, prepared)
    }

    fn ends(prepared: &Prepared) -> [&'static str; 2] {
        D::ends(prepared)
    }

    fn may_answer(value: Number) -> bool {
        D::may_answer(value)
    }
}

/// Begins a member of a family, and if `is_new` the family.
pub(super) fn begin(
    format: Format,
    escaping: Escaping,
    is_new: bool,
    descriptor: &Descriptor,
    buffers: &mut Buffers,
) {
    let Buffers { spelling, prepared, .. } = buffers;
    if is_new {
        spelling.family(escaping, descriptor);
    }
    spelling.member(escaping, descriptor);
    let is_quoted = is_quoted(escaping, descriptor);
    match format {
        Format::Text => {
            if is_new {
                prepared.respelt_family::<Text>(is_quoted, descriptor, spelling);
            }
        }
        #[cfg(feature = "openmetrics")]
        Format::OpenMetrics => {
            if is_new {
                prepared.respelt_family::<OpenMetrics>(is_quoted, descriptor, spelling);
            }
        }
        #[cfg(feature = "openmetrics2")]
        Format::OpenMetrics2 => {
            if is_new {
                prepared.respelt_family::<OpenMetrics2>(is_quoted, descriptor, spelling);
            }
        }
        #[cfg(feature = "protobuf")]
        Format::Protobuf => {
            let outline = &mut buffers.outline;
            if is_new {
                outline.family(descriptor, &spelling.name);
                if descriptor.has_utf8_labels() {
                    outline.keys.clear(); // They are for labels as the descriptor names them.
                }
            }
            return outline.member(&spelling.const_pieces);
        }
    }
    prepared.respelt_member(is_quoted, spelling);
}

/// Takes series as [`Chunk::take`] does.
pub(super) fn take(
    format: Format,
    chunk: Chunk<'_>,
    source: &dyn Source,
    from: usize,
    buffers: &mut Buffers,
) -> Option<usize> {
    // Whether it is quoted was decided when the family began.
    let is_quoted = buffers.prepared.begins_with_brace();
    match format {
        Format::Text if is_quoted => take_in::<Quoted<Text>>(chunk, source, from, buffers),
        Format::Text => take_in::<Text>(chunk, source, from, buffers),
        #[cfg(feature = "openmetrics")]
        Format::OpenMetrics if is_quoted => {
            take_created_in::<Quoted<OpenMetrics>>(chunk, source, from, buffers)
        }
        #[cfg(feature = "openmetrics")]
        Format::OpenMetrics => take_created_in::<OpenMetrics>(chunk, source, from, buffers),
        #[cfg(feature = "openmetrics2")]
        Format::OpenMetrics2 if is_quoted => {
            take_points_in::<Quoted<OpenMetrics2>>(chunk, source, from, buffers)
        }
        #[cfg(feature = "openmetrics2")]
        Format::OpenMetrics2 => take_points_in::<OpenMetrics2>(chunk, source, from, buffers),
        #[cfg(feature = "protobuf")]
        Format::Protobuf => None, // Not in this way.
    }
}

fn take_in<D>(
    chunk: Chunk<'_>,
    source: &dyn Source,
    from: usize,
    buffers: &mut Buffers,
) -> Option<usize>
where
    for<'p> LineWriter<'p, D>: Visitor,
{
    let Chunk { page, start, limit } = chunk;
    let Buffers { prepared: state, scratch, spelling, .. } = buffers;
    let mut writer = LineWriter { dialect: PhantomData::<D>, state, page, start, limit };
    visit(source, from, scratch, spelling, &mut writer)
}

/// The same, each series with the line of its creation if that is to be told.
#[cfg(feature = "openmetrics")]
fn take_created_in<D: Dialect>(
    chunk: Chunk<'_>,
    source: &dyn Source,
    from: usize,
    buffers: &mut Buffers,
) -> Option<usize>
where
    for<'p> LineWriter<'p, D>: Visitor,
{
    if !buffers.prepared.tells_births {
        return take_in::<D>(chunk, source, from, buffers);
    }
    let Chunk { page, start, limit } = chunk;
    let Buffers { prepared: state, scratch, spelling, .. } = buffers;
    let lines = LineWriter { dialect: PhantomData::<D>, state, page, start, limit };
    visit(source, from, scratch, spelling, &mut CreatedWriter::over(lines))
}

/// The same of OpenMetrics 2.0.
#[cfg(feature = "openmetrics2")]
fn take_points_in<D: Dialect>(
    chunk: Chunk<'_>,
    source: &dyn Source,
    from: usize,
    buffers: &mut Buffers,
) -> Option<usize> {
    let Chunk { page, start, limit } = chunk;
    let Buffers { prepared: state, scratch, spelling, .. } = buffers;
    let lines = LineWriter { dialect: PhantomData::<D>, state, page, start, limit };
    visit(source, from, scratch, spelling, &mut PointWriter::over(lines))
}

/// Tells the series of a source to an encoder, with their labels named as is due.
fn visit(
    source: &dyn Source,
    from: usize,
    scratch: &mut Scratch,
    spelling: &mut Spelling,
    inner: &mut dyn Visitor,
) -> Option<usize> {
    let descriptor = source.descriptor();
    if !descriptor.has_utf8_labels() {
        return source.visit(from, scratch, inner);
    }
    source.visit(from, scratch, &mut Respelt { spelling, names: descriptor.page_labels(), inner })
}

/// As [`visit`] if it is due, for an encoder that takes series in its own way.
#[cfg(feature = "protobuf")]
pub(super) fn visit_if_due(
    escaping: Escaping,
    source: &dyn Source,
    from: usize,
    (scratch, spelling): (&mut Scratch, &mut Spelling),
    encoder: &mut dyn Visitor,
) -> Option<usize> {
    if is_due(escaping, source.descriptor()) {
        visit(source, from, scratch, spelling, encoder)
    } else {
        source.visit(from, scratch, encoder)
    }
}

fn is_quoted(escaping: Escaping, descriptor: &Descriptor) -> bool {
    escaping == Escaping::AllowUtf8 && descriptor.has_utf8_name()
}

impl Prepared {
    fn respelt_family<D: Dialect>(
        &mut self,
        is_quoted: bool,
        descriptor: &Descriptor,
        spelling: &mut Spelling,
    ) {
        let (name, metric_type) = (&*spelling.name, descriptor.metric_type());
        // A label of states is called as its family is, of which no suffix is required.
        let name = if D::SUFFIXED { name } else { metric_type.stem_of(name) };
        spelling.shown.clear();
        write_shown(name, is_quoted, &mut spelling.shown);
        self.family_called::<D>(&spelling.shown, descriptor, &spelling.shown);
    }

    /// A name in quotes has the brace before it, and the closing quote before the labels: between the two
    /// stands the suffix of a sample.
    fn respelt_member(&mut self, is_quoted: bool, spelling: &Spelling) {
        self.head.truncate(self.name_at);
        if is_quoted {
            // Of counters and infos, what is shown may be without the suffix.
            self.put(&["{\"", &spelling.escaped_name]);
            self.const_at = self.head.len();
            self.put(&["\""]);
        } else {
            self.put(&[&spelling.name]);
            self.const_at = self.head.len();
        }
        self.put(&[&spelling.const_pieces]);
    }

    fn begins_with_brace(&self) -> bool {
        self.head.get(self.name_at) == Some(&b'{')
    }
}

impl Spelling {
    /// Begins a family.
    fn family(&mut self, escaping: Escaping, descriptor: &Descriptor) {
        self.name.clear();
        escaping.write_metric(descriptor.name(), &mut self.name);
        self.escaped_name.clear();
        piece::write_name(&self.name, &mut self.escaped_name);
        self.labels.clear();
        self.ends.clear();
        for label in descriptor.labels() {
            self.pieces.clear();
            write_label(escaping, label, &mut self.pieces, &mut self.labels);
            self.ends.push(self.labels.len());
        }
    }

    /// Begins a member of the family.
    fn member(&mut self, escaping: Escaping, descriptor: &Descriptor) {
        self.const_pieces.clear();
        for (label, value) in descriptor.const_labels() {
            self.shown.clear();
            self.pieces.clear();
            write_label(escaping, label, &mut self.pieces, &mut self.shown);
            piece::write(&self.shown, value, &mut self.const_pieces);
        }
    }

    /// Makes pieces of pieces: those of labels with these names, some of which may be absent.
    fn respell(&mut self, labels: LabelPieces<'_>, names: &[String]) {
        self.pieces.clear();
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let one_each = labels.0.len() == names.len();
        let mut names = names.iter().zip(starts.zip(&self.ends));
        if one_each {
            for (piece, (name, (start, end))) in labels.0.iter().zip(names) {
                // Of an absent label there is nothing.
                let value = piece.get(1 + name.len()..).zip(self.labels.get(start..*end));
                value.into_iter().for_each(|(value, name)| self.pieces.extend([",", name, value]));
            }
            return;
        }
        for pieces in labels.0 {
            let mut rest = *pieces;
            while let Some((name, value, after)) = split(rest) {
                let found = names.find(|(known, _)| *known == name);
                let respelt = found.and_then(|(_, (start, end))| self.labels.get(start..*end));
                self.pieces.extend([",", respelt.unwrap_or(name), value]);
                rest = after;
            }
        }
    }
}

/// The first of some pieces, without its comma, in two: the name, and `="value"`; and the rest.
fn split(pieces: &str) -> Option<(&str, &str, &str)> {
    let piece = pieces.strip_prefix(',')?;
    let (name, value) = piece.split_at(piece.find('=')?);
    let mut is_escaped = false;
    let closing = value.bytes().skip(2).position(|byte| {
        let closes = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        closes
    });
    let end = 2 + closing? + 1;
    Some((name, value.get(..end)?, value.get(end..)?))
}

fn write_label(escaping: Escaping, label: &str, room: &mut String, out: &mut String) {
    let is_quoted = escaping == Escaping::AllowUtf8 && label_name_fault(label).is_some();
    escaping.write_label(label, room);
    write_shown(room, is_quoted, out);
}

/// Writes a name, in quotes if it needs them.
fn write_shown(name: &str, is_quoted: bool, out: &mut String) {
    if is_quoted {
        out.push('"');
        piece::write_name(name, out);
        out.push('"');
    } else {
        out.push_str(name);
    }
}

/// Tells series to an encoder with other names of their labels.
struct Respelt<'p> {
    spelling: &'p mut Spelling,
    /// As the labels come.
    names: &'p [String],
    inner: &'p mut dyn Visitor,
}

impl Respelt<'_> {
    fn tell(
        &mut self,
        labels: LabelPieces<'_>,
        tell: impl FnOnce(&mut dyn Visitor, LabelPieces<'_>) -> bool,
    ) -> bool {
        self.spelling.respell(labels, self.names);
        tell(self.inner, LabelPieces(&[&self.spelling.pieces]))
    }
}

impl Visitor for Respelt<'_> {
    #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
    fn shows_exemplars(&self) -> bool {
        self.inner.shows_exemplars()
    }

    #[cfg(feature = "protobuf")]
    fn shows_native(&self) -> bool {
        self.inner.shows_native()
    }

    #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
    fn shows_births(&self) -> bool {
        self.inner.shows_births()
    }

    #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
    fn born(&mut self, seconds: u32) {
        self.inner.born(seconds);
    }

    #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
    fn counter(&mut self, labels: LabelPieces<'_>, value: Number, exemplar: &Kept) -> bool {
        self.tell(labels, |inner, labels| inner.counter(labels, value, exemplar))
    }

    fn number(&mut self, labels: LabelPieces<'_>, value: Number) -> bool {
        self.tell(labels, |inner, labels| inner.number(labels, value))
    }

    fn histogram(&mut self, labels: LabelPieces<'_>, point: HistogramPoint<'_>) -> bool {
        self.tell(labels, |inner, labels| inner.histogram(labels, point))
    }

    fn summary(&mut self, labels: LabelPieces<'_>, point: SummaryPoint<'_>) -> bool {
        self.tell(labels, |inner, labels| inner.summary(labels, point))
    }

    fn state_set(&mut self, labels: LabelPieces<'_>, point: StateSetPoint) -> bool {
        self.tell(labels, |inner, labels| inner.state_set(labels, point))
    }
}
