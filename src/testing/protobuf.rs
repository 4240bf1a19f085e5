//! The delimited protobuf format, field by field.

use super::families::{Families, Fault, Metadata};
use super::native::{self, Native};
use super::number::Written;
use super::page::{Exemplar, Kind, Page, Sample};
use super::wire::{once, Message};
use super::{exemplar, sample, Dialect, ParseError, Rule};
use crate::model::canonical_float;

/// Reads a page in the delimited protobuf format: messages `MetricFamily` of `io.prometheus.client`,
/// each behind its length.
///
/// A metric becomes the samples that it has in the text format: of a histogram the buckets (with that
/// of infinity, which a message may leave out), `_sum` and `_count`. So the page is equal to that of
/// the text if the values are, but for the unit, which text has not. Messages about one family that
/// follow each other are one family. The exponential buckets of a native histogram are read and
/// checked beside that ([`Distribution::native`](super::Distribution::native)), unless they count in
/// floats. Fields that nobody knows are skipped, and so are times of creation.
///
/// Refuses what is no message of this kind, and what the text format would be refused for.
///
/// # Errors
///
/// The first rule that a message breaks, with the number of the message in place of that of a line.
/// Whatever the bytes are, it does not panic, and takes time and memory in proportion to what
/// the page would be as text.
///
/// # Examples
///
/// ```
/// use nunchi::testing::{parse_protobuf, Rule};
///
/// // 18 bytes: a name, the type 1, and a metric with a gauge of 3.0.
/// let page = b"\x12\x0a\x01a\x18\x01\x22\x0b\x12\x09\x09\x00\x00\x00\x00\x00\x00\x08\x40";
/// assert_eq!(parse_protobuf(page)?.value("a", &[]), Some(3.0));
///
/// let error = parse_protobuf(&page[..18]).unwrap_err();
/// assert_eq!((error.line(), error.rule()), (1, Rule::Truncated));
/// # Ok::<(), nunchi::testing::ParseError>(())
/// ```
pub fn parse_protobuf(page: &[u8]) -> Result<Page, ParseError> {
    parse(page).map_err(|Fault { line, rule }| {
        ParseError::of_message(line, &name_of_message(page, line).unwrap_or_default(), rule)
    })
}

/// The name of the family of the message with this number, from 1.
fn name_of_message(page: &[u8], number: usize) -> Option<String> {
    let mut messages = Message(page);
    for _ in 1..number {
        messages.delimited().ok()?;
    }
    let mut message = Message(messages.delimited().ok()?);
    while let Some((field, value)) = message.field().ok()? {
        if field == 1 {
            return value.text().ok();
        }
    }
    None
}

fn parse(page: &[u8]) -> Result<Page, Fault> {
    let mut families = Families::new(Dialect::Protobuf);
    let mut messages = Message(page);
    let mut last = None;
    let mut line = 0;
    while !messages.0.is_empty() {
        line += 1;
        let fault = |rule| Fault { line, rule };
        let message = messages.delimited().map_err(fault)?;
        let (head, metrics) = read_family(Message(message)).map_err(fault)?;
        match last.take() {
            Some(last) if last == head => {}
            Some(Head { name, .. }) if name == head.name => return Err(fault(Rule::MetadataTwice)),
            _ => head.tell(line, &mut families)?,
        }
        for metric in metrics {
            let Samples { done, native, labels, .. } = read_metric(metric, &head).map_err(fault)?;
            for sample in done {
                families.sample(line, sample)?;
            }
            if let Some(native) = native {
                families.native(labels, native);
            }
        }
        last = Some(head);
    }
    families.finish()
}

/// What a message says of its family.
#[derive(PartialEq)]
struct Head {
    name: String,
    help: Option<String>,
    kind: Kind,
    unit: Option<String>,
}

impl Head {
    fn tell(&self, line: usize, families: &mut Families) -> Result<(), Fault> {
        let mut tell = |metadata| families.tell(line, self.name.clone(), metadata);
        tell(Metadata::Type(self.kind))?;
        self.help.clone().map_or(Ok(()), |help| tell(Metadata::Help(help)))?;
        self.unit.clone().map_or(Ok(()), |unit| tell(Metadata::Unit(unit)))
    }
}

fn read_family(mut message: Message<'_>) -> Result<(Head, Vec<Message<'_>>), Rule> {
    let (mut name, mut help, mut kind, mut unit) = (None, None, None, None);
    let mut metrics = Vec::new();
    while let Some((field, value)) = message.field()? {
        match field {
            1 => once(&mut name, value.text()?)?,
            2 => once(&mut help, value.text()?)?,
            3 => once(&mut kind, kind_of(value.integer()?)?)?,
            4 => metrics.push(value.message()?),
            5 => once(&mut unit, value.text()?)?,
            _ => {}
        }
    }
    let name = name.filter(|name| !name.is_empty()).ok_or(Rule::MetricName)?;
    if unit
        .as_deref()
        .is_some_and(|unit: &str| unit.contains(|c: char| c.is_whitespace() || c.is_control()))
    {
        return Err(Rule::Unit);
    }
    // The first type is that of who says none.
    let kind = kind.unwrap_or(Kind::Counter);
    Ok((Head { name, help, kind, unit }, metrics))
}

fn kind_of(number: u64) -> Result<Kind, Rule> {
    Ok(match number {
        0 => Kind::Counter,
        1 => Kind::Gauge,
        2 => Kind::Summary,
        3 => Kind::Unknown,
        4 => Kind::Histogram,
        5 => Kind::GaugeHistogram,
        _ => return Err(Rule::TypeWord),
    })
}

/// The samples of a metric.
fn read_metric<'h>(mut message: Message<'_>, head: &'h Head) -> Result<Samples<'h>, Rule> {
    let (mut labels, mut point, mut time) = (Vec::new(), None, None);
    while let Some((field, value)) = message.field()? {
        match field {
            1 => labels.push(read_label(value.message()?)?),
            2..=5 | 7 => once(&mut point, (field, value.message()?))?,
            6 => once(&mut time, value.integer()? as i64)?,
            _ => {}
        }
    }
    let (field, point) = point.ok_or(Rule::PointOfType)?;
    let (time, done) = (time.filter(|time| *time != 0), Vec::new());
    let mut samples = Samples { head, labels, time, created: None, done, native: None };
    match (head.kind, field) {
        (Kind::Gauge, 2) | (Kind::Counter, 3) | (Kind::Unknown, 5) => samples.number(point)?,
        (Kind::Summary, 4) => samples.summary(point)?,
        (Kind::Histogram | Kind::GaugeHistogram, 7) => samples.histogram(point)?,
        _ => return Err(Rule::PointOfType),
    }
    let created = samples.created.take();
    samples.done.iter_mut().for_each(|sample| sample.created.clone_from(&created));
    Ok(samples)
}

fn read_label(mut message: Message<'_>) -> Result<(String, String), Rule> {
    let (mut name, mut text) = (None, None);
    while let Some((field, value)) = message.field()? {
        match field {
            1 => once(&mut name, value.text()?)?,
            2 => once(&mut text, value.text()?)?,
            _ => {}
        }
    }
    let name = name.unwrap_or_default();
    sample::check_name(&name, Dialect::Protobuf)?;
    Ok((name, text.unwrap_or_default()))
}

/// The samples of a metric so far.
struct Samples<'h> {
    head: &'h Head,
    labels: sample::Labels,
    time: Option<i64>,
    created: Option<Written>,
    done: Vec<Sample>,
    native: Option<Native>,
}

impl Samples<'_> {
    fn put(
        &mut self,
        suffix: &str,
        row: Option<(&str, f64)>,
        value: Written,
        exemplar: Option<Exemplar>,
    ) -> Result<(), Rule> {
        let mut labels = self.labels.clone();
        labels.extend(row.map(|(label, bound)| (label.to_owned(), canonical_float(bound))));
        sample::check_twice(&labels)?;
        let name = format!("{}{suffix}", self.head.name);
        let timestamp = self.time.map(|time| time.to_string());
        let timestamp = timestamp.and_then(|time| Written::milliseconds(&time));
        self.done.push(Sample { name, labels, value, timestamp, exemplar, created: None });
        Ok(())
    }

    fn number(&mut self, mut message: Message<'_>) -> Result<(), Rule> {
        let (mut number, mut exemplar) = (None, None);
        while let Some((field, value)) = message.field()? {
            match field {
                1 => once(&mut number, value.float()?)?,
                2 if self.head.kind == Kind::Counter => {
                    once(&mut exemplar, read_exemplar(value.message()?)?)?;
                }
                3 if self.head.kind == Kind::Counter => {
                    once(&mut self.created, read_time(value.message()?)?)?;
                }
                _ => {}
            }
        }
        self.put("", None, Written::float(number.unwrap_or_default()), exemplar)
    }

    fn summary(&mut self, mut message: Message<'_>) -> Result<(), Rule> {
        let (mut count, mut sum) = (None, None);
        while let Some((field, value)) = message.field()? {
            match field {
                1 => once(&mut count, value.integer()?)?,
                2 => once(&mut sum, value.float()?)?,
                3 => {
                    let (mut quantile, mut answer) = (None, None);
                    let mut row = value.message()?;
                    while let Some((field, value)) = row.field()? {
                        match field {
                            1 => once(&mut quantile, value.float()?)?,
                            2 => once(&mut answer, value.float()?)?,
                            _ => {}
                        }
                    }
                    let row = Some(("quantile", quantile.unwrap_or_default()));
                    self.put("", row, Written::float(answer.unwrap_or_default()), None)?;
                }
                4 => once(&mut self.created, read_time(value.message()?)?)?,
                _ => {}
            }
        }
        self.put("_sum", None, Written::float(sum.unwrap_or_default()), None)?;
        self.put("_count", None, Written::integer(count.unwrap_or_default()), None)
    }

    fn histogram(&mut self, mut message: Message<'_>) -> Result<(), Rule> {
        let (mut count, mut sum) = (Count::default(), None);
        let (mut has_infinity, mut native) = (false, native::Fields::default());
        while let Some((field, value)) = message.field()? {
            match field {
                1 => once(&mut count.integer, value.integer()?)?,
                2 => once(&mut sum, value.float()?)?,
                3 => has_infinity |= self.bucket(value.message()?)?,
                4 => once(&mut count.float, value.float()?)?,
                15 => once(&mut self.created, read_time(value.message()?)?)?,
                _ => native.take(field, value)?,
            }
        }
        self.native = native.finish(count.integer, sum.unwrap_or_default())?;
        let (is_gauge, count) = (self.head.kind == Kind::GaugeHistogram, count.written());
        if !has_infinity {
            self.put("_bucket", Some(("le", f64::INFINITY)), count.clone(), None)?;
        }
        let sum = Written::float(sum.unwrap_or_default());
        self.put(if is_gauge { "_gsum" } else { "_sum" }, None, sum, None)?;
        self.put(if is_gauge { "_gcount" } else { "_count" }, None, count, None)
    }

    /// Answers whether it is the bucket of infinity.
    fn bucket(&mut self, mut message: Message<'_>) -> Result<bool, Rule> {
        let (mut count, mut bound, mut exemplar) = (Count::default(), None, None);
        while let Some((field, value)) = message.field()? {
            match field {
                1 => once(&mut count.integer, value.integer()?)?,
                2 => once(&mut bound, value.float()?)?,
                3 => once(&mut exemplar, read_exemplar(value.message()?)?)?,
                4 => once(&mut count.float, value.float()?)?,
                _ => {}
            }
        }
        let bound = bound.unwrap_or_default();
        self.put("_bucket", Some(("le", bound)), count.written(), exemplar)?;
        Ok(bound == f64::INFINITY)
    }
}

/// A count, which is a float where it is not whole.
#[derive(Default)]
struct Count {
    integer: Option<u64>,
    float: Option<f64>,
}

impl Count {
    fn written(self) -> Written {
        match self.float.filter(|float| *float != 0.0) {
            Some(float) => Written::float(float),
            None => Written::integer(self.integer.unwrap_or_default()),
        }
    }
}

pub(super) fn read_exemplar(mut message: Message<'_>) -> Result<Exemplar, Rule> {
    let (mut labels, mut number, mut timestamp) = (Vec::new(), None, None);
    while let Some((field, value)) = message.field()? {
        match field {
            1 => labels.push(read_label(value.message()?)?),
            2 => once(&mut number, value.float()?)?,
            3 => once(&mut timestamp, read_time(value.message()?)?)?,
            _ => {}
        }
    }
    sample::check_twice(&labels)?;
    exemplar::check_length(&labels)?;
    Ok(Exemplar { labels, value: Written::float(number.unwrap_or_default()), timestamp })
}

/// Seconds since 1970, and billionths that are added to them.
fn read_time(mut message: Message<'_>) -> Result<Written, Rule> {
    let (mut seconds, mut nanos) = (None, None);
    while let Some((field, value)) = message.field()? {
        match field {
            1 => once(&mut seconds, value.integer()? as i64)?,
            2 => once(&mut nanos, value.integer()?)?,
            _ => {}
        }
    }
    let nanos = nanos.unwrap_or_default();
    if nanos >= 1_000_000_000 {
        return Err(Rule::Timestamp);
    }
    let time = i128::from(seconds.unwrap_or_default()) * 1_000_000_000 + i128::from(nanos);
    let sign = if time < 0 { "-" } else { "" };
    let time = time.unsigned_abs();
    let text = format!("{sign}{}.{:09}", time / 1_000_000_000, time % 1_000_000_000);
    Written::finite(&text).ok_or(Rule::Timestamp)
}
