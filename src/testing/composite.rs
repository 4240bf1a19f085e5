//! Composite values of OpenMetrics 2.0, taken apart into samples (P5).

use super::native::{Fields, Native};
use super::number::Written;
use super::page::{Exemplar, Kind, Sample};
use super::sample::{self, Labels};
use super::Rule;

/// The samples of a line so far.
pub(super) struct Samples {
    pub(super) name: String,
    pub(super) labels: Labels,
    pub(super) timestamp: Option<Written>,
    pub(super) created: Option<Written>,
    pub(super) done: Vec<Sample>,
    pub(super) native: Option<Native>,
}

impl Samples {
    pub(super) fn put(
        &mut self,
        suffix: &str,
        row: Option<(&str, &str)>,
        value: Written,
    ) -> Result<(), Rule> {
        let mut labels = self.labels.clone();
        labels.extend(row.map(|(label, bound)| (label.to_owned(), bound.to_owned())));
        sample::check_twice(&labels)?;
        let name = format!("{}{suffix}", self.name);
        let (timestamp, created) = (self.timestamp.clone(), self.created.clone());
        self.done.push(Sample { name, labels, value, timestamp, exemplar: None, created });
        Ok(())
    }

    /// Adds an exemplar, to the first bucket that has its value.
    pub(super) fn refer(&mut self, exemplar: Exemplar) -> Result<(), Rule> {
        let value = exemplar.value.value;
        let is_inside = |sample: &&mut Sample| match sample.label("le").and_then(Written::number) {
            Some(bound) => value <= bound.value,
            None => true,
        };
        let place = self.done.iter_mut().find(is_inside).ok_or(Rule::ExemplarRange)?;
        place.exemplar.get_or_insert(exemplar);
        Ok(())
    }
}

/// Reads the value of a family of this type, braces included.
pub(super) fn read(value: &str, kind: Kind, samples: &mut Samples) -> Result<(), Rule> {
    let inner = value.strip_prefix('{').and_then(|value| value.strip_suffix('}'));
    let mut fields = Left(inner.ok_or(Rule::Composite)?);
    let [count_of, sum_of] = match kind {
        Kind::GaugeHistogram => ["gcount", "gsum"],
        _ => ["count", "sum"],
    };
    let count = fields.field(count_of, "")?.number()?;
    let sum = fields.field(sum_of, ",")?.number()?;
    if kind == Kind::Summary {
        fields.field("quantile", ",")?;
        fields.list(|row| {
            let (quantile, answer) = row.split_once(':').ok_or(Rule::Composite)?;
            let answer = Written::number(answer).ok_or(Rule::Value)?;
            samples.put("", Some(("quantile", real(quantile)?)), answer)
        })?;
    } else {
        let native = fields.has("schema", ",").then(|| native(&mut fields)).transpose()?;
        if native.is_none() || !fields.0.is_empty() {
            fields.field("bucket", ",")?;
            fields.list(|row| {
                let (bound, count) = row.split_once(':').ok_or(Rule::Composite)?;
                let bound = if ["+Inf", "-Inf"].contains(&bound) { bound } else { real(bound)? };
                let count = Written::number(count).ok_or(Rule::Value)?;
                samples.put("_bucket", Some(("le", bound)), count)
            })?;
        } else {
            samples.put("_bucket", Some(("le", "+Inf")), count.clone())?;
        }
        let whole = count.text.parse().ok();
        let check = |native: Fields| native.checked(whole, sum.value);
        samples.native = native.map(check).transpose()?;
    }
    if !fields.0.is_empty() {
        return Err(Rule::Composite);
    }
    samples.put(&format!("_{sum_of}"), None, sum)?;
    samples.put(&format!("_{count_of}"), None, count)
}

/// The fields of exponential buckets, of which the first is open already (P8).
fn native(fields: &mut Left<'_>) -> Result<Fields, Rule> {
    let schema = fields.up_to(",").parse().map_err(|_| Rule::NativeSchema)?;
    let zero_threshold = fields.field("zero_threshold", ",")?.up_to(",");
    let zero_threshold = Written::finite(real(zero_threshold)?).ok_or(Rule::NativeThreshold)?;
    let zero_count = whole(fields.field("zero_count", ",")?.up_to(","))?;
    let mut sides = [(Vec::new(), Vec::new()), (Vec::new(), Vec::new())];
    let names = [("negative_spans", "negative_buckets"), ("positive_spans", "positive_buckets")];
    for ((spans_of, buckets_of), (spans, buckets)) in names.into_iter().zip(&mut sides) {
        if !fields.has(spans_of, ",") {
            continue;
        }
        fields.list(|span| {
            let (offset, length) = span.split_once(':').ok_or(Rule::Composite)?;
            let offset = offset.parse().map_err(|_| Rule::NativeSpans)?;
            let length = length.parse().map_err(|_| Rule::NativeSpans)?;
            spans.push((offset, length));
            Ok(())
        })?;
        fields.field(buckets_of, ",")?;
        fields.list(|count| {
            buckets.push(whole(count)?);
            Ok(())
        })?;
    }
    Fields::counted(schema, zero_threshold.value, zero_count, sides)
}

fn whole(count: &str) -> Result<u64, Rule> {
    count.parse().map_err(|_| Rule::NativeCount)
}

/// A number that is written with digits.
fn real(text: &str) -> Result<&str, Rule> {
    Written::finite(text).map(|_| text).ok_or(Rule::Value)
}

/// What is left of a composite value.
struct Left<'t>(&'t str);

impl<'t> Left<'t> {
    /// Opens a field, if it comes next behind this separator.
    fn has(&mut self, name: &str, separator: &str) -> bool {
        let rest = self.0.strip_prefix(separator).and_then(|rest| rest.strip_prefix(name));
        let rest = rest.and_then(|rest| rest.strip_prefix(':'));
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Opens a field that has to come next.
    fn field(&mut self, name: &str, separator: &str) -> Result<&mut Self, Rule> {
        self.has(name, separator).then_some(self).ok_or(Rule::Composite)
    }

    fn up_to(&mut self, end: &str) -> &'t str {
        let (text, rest) = self.0.split_at(self.0.find(end).unwrap_or(self.0.len()));
        self.0 = rest;
        text
    }

    fn number(&mut self) -> Result<Written, Rule> {
        Written::number(self.up_to(",")).ok_or(Rule::Value)
    }

    /// Takes a list and hands out its parts.
    fn list(&mut self, each: impl FnMut(&'t str) -> Result<(), Rule>) -> Result<(), Rule> {
        self.0 = self.0.strip_prefix('[').ok_or(Rule::Composite)?;
        let parts = self.up_to("]");
        self.0 = self.0.strip_prefix(']').ok_or(Rule::Composite)?;
        let parts = (!parts.is_empty()).then(|| parts.split(','));
        parts.into_iter().flatten().try_for_each(each)
    }
}
