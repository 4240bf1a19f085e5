//! The exponential buckets of a native histogram, as a message or a composite value has them.

use super::page::Exemplar;
use super::protobuf::read_exemplar;
use super::wire::{once, Message, Value};
use super::Rule;

/// The exponential buckets of a histogram on a page in protobuf or OpenMetrics 2.0.
///
/// Bucket `i` of schema `s` has the magnitudes from 2^((i-1)/2^s), which is not in it, up to and with
/// 2^(i/2^s). The buckets and [`zero_count`](Self::zero_count) add up to the count of the histogram,
/// but for NaN, which is in none.
#[derive(Clone, Debug, PartialEq)]
pub struct Native {
    schema: i32,
    zero_threshold: f64,
    zero_count: u64,
    positive: Vec<(i32, u64)>,
    negative: Vec<(i32, u64)>,
    exemplars: Vec<Exemplar>,
}

impl Native {
    /// How wide the buckets are.
    #[must_use]
    pub fn schema(&self) -> i32 {
        self.schema
    }

    /// Up to which magnitude an observation counts as zero.
    #[must_use]
    pub fn zero_threshold(&self) -> f64 {
        self.zero_threshold
    }

    /// How many observations count as zero.
    #[must_use]
    pub fn zero_count(&self) -> u64 {
        self.zero_count
    }

    /// Number and count of each positive bucket that is not empty, ascending.
    #[must_use]
    pub fn positive(&self) -> &[(i32, u64)] {
        &self.positive
    }

    /// Number and count of each negative bucket that is not empty, by magnitude.
    #[must_use]
    pub fn negative(&self) -> &[(i32, u64)] {
        &self.negative
    }

    /// The exemplars of the histogram as a whole; those of its classic buckets are of
    /// [`Sample`](super::Sample)s.
    #[must_use]
    pub fn exemplars(&self) -> &[Exemplar] {
        &self.exemplars
    }
}

/// The spans of one side and the counts of their buckets.
pub(super) type Side = (Vec<(i32, u32)>, Vec<u64>);

/// The fields of a histogram that only native ones have.
#[derive(Default)]
pub(super) struct Fields {
    schema: Option<i32>,
    zero_threshold: Option<f64>,
    zero_count: Option<u64>,
    /// Of the negative and of the positive buckets.
    spans: [Vec<(i32, u32)>; 2],
    deltas: [Vec<i64>; 2],
    exemplars: Vec<Exemplar>,
    /// Counts that are floats, which are not read.
    is_float: bool,
}

impl Fields {
    /// Takes a field of a histogram, if it is one of these.
    pub(super) fn take(&mut self, field: u64, value: Value<'_>) -> Result<(), Rule> {
        match field {
            5 => once(&mut self.schema, int32(unzigzag(value.integer()?))?)?,
            6 => once(&mut self.zero_threshold, value.float()?)?,
            7 => once(&mut self.zero_count, value.integer()?)?,
            9 => self.spans[0].push(read_span(value.message()?)?),
            10 => read_deltas(value, &mut self.deltas[0])?,
            12 => self.spans[1].push(read_span(value.message()?)?),
            13 => read_deltas(value, &mut self.deltas[1])?,
            8 | 11 | 14 => self.is_float = true,
            16 => self.exemplars.push(read_exemplar(value.message()?)?),
            _ => {}
        }
        Ok(())
    }

    /// Fields that are there whole, with counts in place of deltas (P8).
    pub(super) fn counted(
        schema: i32,
        zero_threshold: f64,
        zero_count: u64,
        sides: [Side; 2],
    ) -> Result<Self, Rule> {
        let (schema, zero_threshold) = (Some(schema), Some(zero_threshold));
        let mut this =
            Self { schema, zero_threshold, zero_count: Some(zero_count), ..Self::default() };
        for (at, (spans, counts)) in sides.into_iter().enumerate() {
            let mut last = 0;
            for count in counts {
                let count = i64::try_from(count).map_err(|_| Rule::NativeCount)?;
                this.deltas[at].push(count - last);
                last = count;
            }
            this.spans[at] = spans;
        }
        Ok(this)
    }

    /// What they say, of a histogram with this count and sum; nothing of a classic one (H6).
    pub(super) fn finish(self, count: Option<u64>, sum: f64) -> Result<Option<Native>, Rule> {
        let zero_threshold = self.zero_threshold.unwrap_or_default();
        let zero_count = self.zero_count.unwrap_or_default();
        let is_native = self.spans.iter().any(|spans| !spans.is_empty())
            || zero_threshold > 0.0
            || zero_count > 0;
        if !is_native && !self.exemplars.is_empty() {
            return Err(Rule::ExemplarPlace);
        }
        if self.exemplars.iter().any(|exemplar| exemplar.timestamp.is_none()) {
            return Err(Rule::NativeExemplar);
        }
        if !is_native || self.is_float {
            return Ok(None);
        }
        self.checked(count, sum).map(Some)
    }

    /// The same of a histogram that is native.
    pub(super) fn checked(self, count: Option<u64>, sum: f64) -> Result<Native, Rule> {
        let zero_threshold = self.zero_threshold.unwrap_or_default();
        let zero_count = self.zero_count.unwrap_or_default();
        let schema = self.schema.unwrap_or_default();
        if !(-4..=8).contains(&schema) {
            return Err(Rule::NativeSchema);
        }
        if !(zero_threshold >= 0.0 && zero_threshold.is_finite()) {
            return Err(Rule::NativeThreshold);
        }
        let [negative, positive] =
            [0, 1].map(|side| buckets(&self.spans[side], &self.deltas[side]));
        let (negative, positive) = (negative?, positive?);
        let mut total = zero_count;
        for (_, bucket) in negative.iter().chain(&positive) {
            total = total.checked_add(*bucket).ok_or(Rule::NativeCount)?;
        }
        let count = count.unwrap_or_default();
        if total > count || (total < count && !sum.is_nan()) {
            return Err(Rule::NativeCount);
        }
        let exemplars = self.exemplars;
        Ok(Native { schema, zero_threshold, zero_count, positive, negative, exemplars })
    }
}

/// The buckets of one side that are not empty (H5).
fn buckets(spans: &[(i32, u32)], deltas: &[i64]) -> Result<Vec<(i32, u64)>, Rule> {
    let length: u64 = spans.iter().map(|span| u64::from(span.1)).sum();
    if length != deltas.len() as u64 || spans.iter().skip(1).any(|span| span.0 < 0) {
        return Err(Rule::NativeSpans);
    }
    let (mut buckets, mut index, mut count) = (Vec::new(), 0_i64, 0_i64);
    let mut deltas = deltas.iter();
    for &(offset, length) in spans {
        index += i64::from(offset);
        for delta in deltas.by_ref().take(length as usize) {
            count =
                count.checked_add(*delta).filter(|count| *count >= 0).ok_or(Rule::NativeCount)?;
            if count > 0 {
                let index = i32::try_from(index).map_err(|_| Rule::NativeSpans)?;
                buckets.push((index, count.unsigned_abs()));
            }
            index += 1;
        }
    }
    Ok(buckets)
}

fn read_span(mut message: Message<'_>) -> Result<(i32, u32), Rule> {
    let (mut offset, mut length) = (None, None);
    while let Some((field, value)) = message.field()? {
        match field {
            1 => once(&mut offset, int32(unzigzag(value.integer()?))?)?,
            2 => {
                let value = u32::try_from(value.integer()?).map_err(|_| Rule::Varint)?;
                once(&mut length, value)?;
            }
            _ => {}
        }
    }
    Ok((offset.unwrap_or_default(), length.unwrap_or_default()))
}

/// One number, or several that are packed into one field.
fn read_deltas(value: Value<'_>, into: &mut Vec<i64>) -> Result<(), Rule> {
    match value {
        Value::Bytes(bytes) => {
            let mut packed = Message(bytes);
            while !packed.0.is_empty() {
                into.push(unzigzag(packed.varint()?));
            }
        }
        one => into.push(unzigzag(one.integer()?)),
    }
    Ok(())
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

fn int32(value: i64) -> Result<i32, Rule> {
    i32::try_from(value).map_err(|_| Rule::Varint)
}
