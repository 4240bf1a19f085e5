//! What a custom collector writes into: staged first, checked, and only then shown to an encoder.

use super::{
    CollectorId, Descriptor, HistogramPoint, LabelPieces, MetricType, Number, Shape, StateSetPoint,
    SummaryPoint, Visitor,
};
use crate::error::CollectError;
use crate::label::piece;
use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

/// The values that a [`Collector`](super::Collector) yields in one scrape.
///
/// Every method checks what it is given against the descriptors of the collector and answers with
/// an error that says what was wrong, to be passed on with `?`.
#[derive(Debug)]
pub struct Collection<'a> {
    families: &'a [Descriptor],
    staged: &'a mut Staged,
}

/// The samples of one collector. Kept between scrapes for its capacity.
#[derive(Debug, Default)]
pub(crate) struct Staged {
    /// Who yielded them; `None` in a buffer that this scrape does not use.
    pub(crate) collector: Option<CollectorId>,
    series: Vec<Series>,
    pieces: String,
    counts: Vec<u64>,
    values: Vec<f64>,
    /// The numbers of the series in the order of the page.
    order: Vec<usize>,
}

#[derive(Debug)]
struct Series {
    family: usize,
    pieces: Range<usize>,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Number(Number),
    Histogram { counts: Range<usize>, sum: f64 },
    Summary { values: Range<usize>, count: u64, sum: f64 },
    States(u64),
}

impl<'a> Collection<'a> {
    pub(crate) fn new(families: &'a [Descriptor], staged: &'a mut Staged) -> Self {
        staged.clear();
        Self { families, staged }
    }

    /// Yields a sample of a counter, gauge, info (whose value must be 1) or unknown family. The
    /// label values stand in the order of the descriptor's label names.
    ///
    /// # Errors
    ///
    /// If the collector did not describe such a family, the number of label values is not that of
    /// its label names, or a counter's value is negative or NaN.
    pub fn number(
        &mut self,
        family: &str,
        label_values: &[&str],
        value: impl Into<Number>,
    ) -> Result<(), CollectError> {
        self.put_number(family, label_values, value.into())
    }

    fn put_number(
        &mut self,
        family: &str,
        label_values: &[&str],
        value: Number,
    ) -> Result<(), CollectError> {
        let (at, descriptor) = self.find(family, label_values)?;
        let fits = match descriptor.metric_type() {
            MetricType::Counter => value.as_f64() >= 0.0,
            MetricType::Gauge | MetricType::Unknown => true,
            MetricType::Info => value.as_f64() == 1.0,
            _ => false,
        };
        if !fits {
            let word = descriptor.metric_type().as_str();
            // Not by `Debug`: the float formatting of `std`, which nothing else here needs, would be
            // 20 KiB of every program.
            let mut buffer = ryu::Buffer::new();
            let value = buffer.format(value.as_f64());
            return Err(refused(format_args!("{value} is not a value of the {word} {family:?}")));
        }
        self.push((at, descriptor), label_values, Value::Number(value));
        Ok(())
    }

    /// Yields the state of a classic histogram or of a gauge histogram: observations per bucket (not
    /// cumulative), the `+Inf` bucket last, and their sum.
    ///
    /// # Errors
    ///
    /// If the collector did not describe such a family, the numbers of label values or of
    /// buckets are not those of the descriptor, or the counts add up to more than a `u64` holds.
    pub fn histogram(
        &mut self,
        family: &str,
        label_values: &[&str],
        counts: &[u64],
        sum: f64,
    ) -> Result<(), CollectError> {
        let (at, descriptor) = self.find(family, label_values)?;
        let Shape::Buckets(buckets) = descriptor.shape() else {
            return Err(refused(format_args!("{family:?} is not a histogram")));
        };
        if counts.len() != buckets.texts().len() {
            let wanted = buckets.texts().len();
            let given = counts.len();
            return Err(refused(format_args!("{family:?} has {wanted} buckets, not {given}")));
        }
        if counts.iter().try_fold(0_u64, |total, count| total.checked_add(*count)).is_none() {
            return Err(refused(format_args!(
                "the buckets of {family:?} add up to more than 2^64 - 1"
            )));
        }
        let start = self.staged.counts.len();
        self.staged.counts.extend_from_slice(counts);
        let counts = start..self.staged.counts.len();
        self.push((at, descriptor), label_values, Value::Histogram { counts, sum });
        Ok(())
    }

    /// Yields the state of a summary: one value per quantile of the descriptor (NaN where there
    /// is none), the number of observations and their sum.
    ///
    /// # Errors
    ///
    /// If the collector did not describe such a summary, or the numbers of label values or of
    /// quantiles are not those of the descriptor.
    pub fn summary(
        &mut self,
        family: &str,
        label_values: &[&str],
        values: &[f64],
        count: u64,
        sum: f64,
    ) -> Result<(), CollectError> {
        let (at, descriptor) = self.find(family, label_values)?;
        let Shape::Summary(shape) = descriptor.shape() else {
            return Err(refused(format_args!("{family:?} is not a summary")));
        };
        if values.len() != shape.quantiles().len() {
            let wanted = shape.quantiles().len();
            let given = values.len();
            return Err(refused(format_args!("{family:?} has {wanted} quantiles, not {given}")));
        }
        let start = self.staged.values.len();
        self.staged.values.extend_from_slice(values);
        let values = start..self.staged.values.len();
        self.push((at, descriptor), label_values, Value::Summary { values, count, sum });
        Ok(())
    }

    /// Yields the state of a state set: the states that are on.
    ///
    /// # Errors
    ///
    /// If the collector did not describe such a state set or one of the states.
    pub fn state_set(
        &mut self,
        family: &str,
        label_values: &[&str],
        on: &[&str],
    ) -> Result<(), CollectError> {
        let (at, descriptor) = self.find(family, label_values)?;
        let Shape::States(states) = descriptor.shape() else {
            return Err(refused(format_args!("{family:?} is not a state set")));
        };
        let mut bits = 0;
        for state in on {
            match states.iter().position(|known| known == state) {
                Some(known) => bits |= 1 << known,
                None => return Err(refused(format_args!("{family:?} has no state {state:?}"))),
            }
        }
        self.push((at, descriptor), label_values, Value::States(bits));
        Ok(())
    }

    #[inline(never)]
    fn find(
        &self,
        family: &str,
        label_values: &[&str],
    ) -> Result<(usize, &'a Descriptor), CollectError> {
        let mut described = self.families.iter().enumerate();
        let Some(found) = described.find(|(_, descriptor)| descriptor.name() == family) else {
            return Err(refused(format_args!(
                "the collector did not describe a family {family:?}"
            )));
        };
        let (wanted, given) = (found.1.page_labels().len(), label_values.len());
        if wanted != given {
            return Err(refused(format_args!("{family:?} has {wanted} labels, not {given}")));
        }
        Ok(found)
    }

    #[inline(never)]
    fn push(
        &mut self,
        (family, descriptor): (usize, &Descriptor),
        label_values: &[&str],
        value: Value,
    ) {
        let start = self.staged.pieces.len();
        for (name, label_value) in descriptor.page_labels().iter().zip(label_values) {
            piece::write(name, label_value, &mut self.staged.pieces);
        }
        let pieces = start..self.staged.pieces.len();
        self.staged.series.push(Series { family, pieces, value });
    }

    /// Brings the series of a family together, in the order in which they were yielded.
    ///
    /// # Errors
    ///
    /// If a series was yielded twice: an ingester would keep one of the two values and say
    /// nothing (N14).
    pub(crate) fn finish(self) -> Result<(), CollectError> {
        let Staged { series, pieces, order, .. } = self.staged;
        let key = |at: usize| {
            let series = series.get(at)?;
            Some((series.family, pieces.get(series.pieces.clone())?))
        };
        order.clear();
        order.extend(0..series.len());
        sort(order, &|left, right| key(left).cmp(&key(right)));
        if let Some(pair) = order.windows(2).find(|pair| key(pair[0]) == key(pair[1])) {
            let (family, labels) = key(pair[0]).unwrap_or_default();
            let family = self.families.get(family).map_or("", Descriptor::name);
            let labels = labels.strip_prefix(',').unwrap_or_default();
            return Err(refused(format_args!("the series {family}{{{labels}}} was yielded twice")));
        }
        let family = |at: usize| series.get(at).map(|series| series.family);
        sort(order, &|left, right| (family(left), left).cmp(&(family(right), right)));
        Ok(())
    }
}

#[inline(never)]
fn refused(why: fmt::Arguments<'_>) -> CollectError {
    fmt::format(why).into()
}

/// Sorts numbers; linear where they are in order already. Much smaller than a sort of `std`, which
/// every program would carry once for each order: an insertion sort of numbers that lie apart, and
/// closer and closer together.
#[inline(never)]
fn sort(numbers: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    let is_after = |left: usize, right: usize| compare(left, right) == Ordering::Greater;
    let is_sorted = |pair: &[usize]| !matches!(pair, [left, right] if is_after(*left, *right));
    let mut gap = if numbers.windows(2).all(is_sorted) { 0 } else { numbers.len() };
    while gap > 1 {
        gap = (gap * 5 / 11) | 1; // Steps by which few comparisons are made; the last one is 1.
        for end in gap..numbers.len() {
            let mut at = end;
            while let Some(before) = at.checked_sub(gap) {
                match (numbers.get(before), numbers.get(at)) {
                    (Some(&left), Some(&right)) if is_after(left, right) => {}
                    _ => break,
                }
                numbers.swap(before, at);
                at = before;
            }
        }
    }
}

impl Staged {
    pub(crate) fn clear(&mut self) {
        self.collector = None;
        self.series.clear();
        self.order.clear();
        self.pieces.clear();
        self.counts.clear();
        self.values.clear();
    }

    /// As [`Source::visit`](super::Source::visit), for the family with this number and descriptor.
    pub(crate) fn visit(
        &self,
        family: usize,
        descriptor: &Descriptor,
        from: usize,
        visitor: &mut dyn Visitor,
    ) -> Option<usize> {
        let is_before =
            |at: &usize| self.series.get(*at).is_some_and(|series| series.family < family);
        let first = self.order.partition_point(is_before);
        let of_family = self
            .order
            .iter()
            .skip(first + from)
            .filter_map(|at| self.series.get(*at))
            .take_while(|series| series.family == family);
        for (at, series) in of_family.enumerate() {
            let pieces = [self.pieces.get(series.pieces.clone()).unwrap_or_default()];
            let labels = LabelPieces(&pieces);
            if !self.offer(labels, &series.value, descriptor.shape(), visitor) {
                return Some(from + at);
            }
        }
        None
    }

    fn offer(
        &self,
        labels: LabelPieces<'_>,
        value: &Value,
        shape: &Shape,
        visitor: &mut dyn Visitor,
    ) -> bool {
        match (value, shape) {
            (Value::Number(number), _) => visitor.number(labels, *number),
            (Value::Histogram { counts, sum }, Shape::Buckets(_)) => {
                let counts = self.counts.get(counts.clone()).unwrap_or_default();
                let point = HistogramPoint {
                    counts,
                    sum: *sum,
                    #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
                    exemplars: &[],
                    #[cfg(feature = "protobuf")]
                    native: None,
                };
                visitor.histogram(labels, point)
            }
            (Value::Summary { values, count, sum }, Shape::Summary(_)) => {
                let values = self.values.get(values.clone()).unwrap_or_default();
                let point = SummaryPoint { values, count: *count, sum: *sum };
                visitor.summary(labels, point)
            }
            (Value::States(on), Shape::States(states)) => {
                visitor.state_set(labels, StateSetPoint { states: states.len(), on: *on })
            }
            _ => true, // `Collection` pairs every value with a family of its shape.
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cell::Cell;

    proptest! {
        #[test]
        fn numbers_are_sorted_as_std_sorts_them(keys in prop::collection::vec(0..40_u8, 0..300)) {
            let compare = |left: usize, right: usize| (keys[left], left).cmp(&(keys[right], right));
            let mut numbers: Vec<usize> = (0..keys.len()).collect();
            let mut expected = numbers.clone();
            sort(&mut numbers, &compare);
            expected.sort_by(|left, right| compare(*left, *right));
            prop_assert_eq!(numbers, expected);
        }
    }

    #[test]
    fn many_numbers_take_few_comparisons() {
        const LEN: usize = 100_000;
        let mixed = |at: usize| at.wrapping_mul(0x9e37_79b9) % 65_536;
        let keys: [&dyn Fn(usize) -> usize; 3] = [&|at| at, &|at| LEN - at, &mixed];
        for (key, most) in keys.into_iter().zip([1, 25, 35]) {
            let comparisons = Cell::new(0);
            let compare = |left: usize, right: usize| {
                comparisons.set(comparisons.get() + 1);
                key(left).cmp(&key(right))
            };
            let mut numbers: Vec<usize> = (0..LEN).collect();
            sort(&mut numbers, &compare);
            assert!(comparisons.get() < most * LEN, "{comparisons:?}");
        }
    }
}
