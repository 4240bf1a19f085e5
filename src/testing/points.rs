//! What the types ask: of each sample, and of the samples with one label set together.

use super::families::Fault;
use super::number::Written;
use super::page::{sorted, Family, Kind, Sample};
use super::{Dialect, Rule};
use std::cmp::Ordering;
use std::collections::HashMap;

/// The label that tells samples of one label set apart.
fn own_label<'n>(kind: Kind, name: &'n str, suffix: &str) -> Option<&'n str> {
    match (kind, suffix) {
        (Kind::Histogram | Kind::GaugeHistogram, "_bucket") => Some("le"),
        (Kind::Summary, "") => Some("quantile"),
        (Kind::StateSet, _) => Some(name),
        _ => None,
    }
}

/// The labels of a sample without those that tell it apart from others of the same metric.
pub(super) fn group<'s>(
    kind: Kind,
    name: &str,
    suffix: &str,
    sample: &'s Sample,
) -> Vec<(&'s str, &'s str)> {
    let own = own_label(kind, name, suffix);
    sorted(sample.labels().filter(|(label, _)| Some(*label) != own))
}

/// A bound or a quantile as its label spells it; infinity in one way only.
fn label_number(sample: &Sample, label: &str) -> Option<f64> {
    let number = Written::number(sample.label(label)?)?;
    let is_plain = !number.value.is_infinite() || ["+Inf", "-Inf"].contains(&&*number.text);
    (is_plain && !number.value.is_nan()).then_some(number.value)
}

/// Checks labels and value of one sample.
pub(super) fn check_sample(
    kind: Kind,
    name: &str,
    suffix: &str,
    sample: &Sample,
    dialect: Dialect,
) -> Result<(), Rule> {
    use Kind::{Counter, GaugeHistogram, Histogram, Info, StateSet, Summary};
    check_labels(kind, name, suffix, sample)?;
    let (number, value) = (&sample.value, sample.value());
    let is_strict = dialect == Dialect::OpenMetrics;
    let (is_right, rule) = match (kind, suffix) {
        (_, "_created") => (value.is_finite(), Rule::Created),
        (Counter, _) => (value >= 0.0, Rule::CounterValue),
        (Histogram, "_bucket" | "_count")
        | (Summary, "_count")
        | (GaugeHistogram, "_bucket" | "_gcount") => (number.is_count(), Rule::CountValue),
        // Whether it may be negative depends on the buckets.
        (GaugeHistogram, "_gsum") => (!value.is_nan() || !is_strict, Rule::SumValue),
        // The other formats do not mind what was observed.
        (Histogram | Summary, "_sum") => (value >= 0.0 || !is_strict, Rule::SumValue),
        (Summary, _) => {
            let is_free = !dialect.has_times() || value.is_nan();
            (value >= 0.0 || is_free, Rule::QuantileValue)
        }
        (Info, _) => (value == 1.0, Rule::InfoValue),
        (StateSet, _) => (value == 0.0 || value == 1.0, Rule::StateValue),
        _ => (true, Rule::Value),
    };
    is_right.then_some(()).ok_or(rule)
}

fn check_labels(kind: Kind, name: &str, suffix: &str, sample: &Sample) -> Result<(), Rule> {
    let wanted = own_label(kind, name, suffix);
    let is_right = match kind {
        Kind::Histogram | Kind::GaugeHistogram if wanted.is_none() => sample.label("le").is_none(),
        Kind::Histogram | Kind::GaugeHistogram => label_number(sample, "le").is_some(),
        Kind::Summary if wanted.is_none() => sample.label("quantile").is_none(),
        Kind::Summary => {
            label_number(sample, "quantile").is_some_and(|at| (0.0..=1.0).contains(&at))
        }
        Kind::StateSet => sample.label(name).is_some(),
        _ => true,
    };
    is_right.then_some(()).ok_or(match kind {
        Kind::Summary => Rule::Quantile,
        Kind::StateSet => Rule::State,
        _ => Rule::Le,
    })
}

/// The samples of a family with one label set and one time.
#[derive(Default)]
struct Point<'s> {
    first_line: usize,
    /// Buckets or quantiles.
    rows: Vec<Row<'s>>,
    has_total: bool,
    count: Option<(usize, &'s Written)>,
    sum: Option<(usize, &'s Written)>,
}

/// A bucket or a quantile.
struct Row<'s> {
    line: usize,
    bound: f64,
    value: &'s Written,
}

/// Checks every point of a family; `lines` are those of its samples.
pub(super) fn check(family: &Family, lines: &[usize], dialect: Dialect) -> Result<(), Fault> {
    let (kind, name) = (family.kind, family.name.as_str());
    let label = match kind {
        Kind::Histogram | Kind::GaugeHistogram => "le",
        Kind::Summary => "quantile",
        Kind::Counter if dialect == Dialect::OpenMetrics => "",
        _ => return Ok(()),
    };
    let mut points: Vec<Point<'_>> = Vec::new();
    let mut places = HashMap::new();
    for (sample, &line) in family.samples.iter().zip(lines) {
        let suffix = sample.name.strip_prefix(name).unwrap_or_default();
        let time = sample.timestamp.as_ref().filter(|_| dialect.has_times());
        let key = (group(kind, name, suffix, sample), time.map(|time| time.text.as_str()));
        let at = *places.entry(key).or_insert(points.len());
        if at == points.len() {
            points.push(Point { first_line: line, ..Point::default() });
        }
        let (point, value) = (&mut points[at], &sample.value);
        match suffix {
            "_bucket" | "" => {
                let bound = label_number(sample, label).unwrap_or(f64::NAN);
                point.rows.push(Row { line, bound, value });
            }
            "_count" | "_gcount" => point.count = Some((line, value)),
            "_sum" | "_gsum" => point.sum = Some((line, value)),
            "_total" => point.has_total = true,
            _ => {}
        }
    }
    points.into_iter().try_for_each(|mut point| match kind {
        Kind::Counter if point.has_total => Ok(()),
        Kind::Counter => Err(Fault { line: point.first_line, rule: Rule::Total }),
        Kind::Summary => point.check_summary(dialect),
        _ => point.check_histogram(kind, dialect),
    })
}

impl Point<'_> {
    fn check_histogram(&self, kind: Kind, dialect: Dialect) -> Result<(), Fault> {
        let fault = |line, rule| Err(Fault { line, rule });
        for (bucket, next) in self.rows.iter().zip(self.rows.iter().skip(1)) {
            if bucket.bound >= next.bound {
                return fault(next.line, Rule::BucketOrder);
            }
            if bucket.value.order(next.value) == Some(Ordering::Greater) {
                return fault(next.line, Rule::BucketsCumulative);
            }
        }
        let last = self.rows.last();
        let Some(infinity) = last.filter(|row| row.bound == f64::INFINITY) else {
            return fault(last.map_or(self.first_line, |row| row.line), Rule::BucketInfinity);
        };
        let is_strict = dialect == Dialect::OpenMetrics;
        match (self.count, self.sum) {
            (None, Some((line, _))) => return fault(line, Rule::CountMissing),
            (None, None) if !is_strict => return fault(infinity.line, Rule::CountMissing),
            (Some((line, _)), None) if is_strict => return fault(line, Rule::CountMissing),
            (Some((line, count)), _) if count.order(infinity.value) != Some(Ordering::Equal) => {
                return fault(line, Rule::CountDiffers);
            }
            _ => {}
        }
        let has_negative = self.rows.first().is_some_and(|row| row.bound < 0.0);
        match (kind, self.sum) {
            (Kind::Histogram, Some((line, _))) if is_strict && has_negative => {
                fault(line, Rule::NegativeBuckets)
            }
            (Kind::GaugeHistogram, Some((line, sum)))
                if is_strict && sum.value < 0.0 && !has_negative =>
            {
                fault(line, Rule::SumValue)
            }
            _ => Ok(()),
        }
    }

    fn check_summary(&mut self, dialect: Dialect) -> Result<(), Fault> {
        if dialect == Dialect::OpenMetrics {
            self.rows.sort_by(|row, next| row.bound.total_cmp(&next.bound)); // Any order.
        }
        for (row, next) in self.rows.iter().zip(self.rows.iter().skip(1)) {
            if row.bound >= next.bound {
                let is_same = row.bound == next.bound;
                let rule = if is_same { Rule::QuantileTwice } else { Rule::QuantileOrder };
                return Err(Fault { line: row.line.max(next.line), rule });
            }
        }
        Ok(())
    }
}
