//! The obvious twin: remembers every observation, and does with them what client_golang does with its
//! maps of buckets.

use crate::model::{NativeShape, Schema};
use std::collections::BTreeMap;

/// What is to be shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Shown {
    pub(super) count: u64,
    pub(super) sum: u64,
    pub(super) schema: i32,
    pub(super) zero_threshold: f64,
    pub(super) zero_count: u64,
    pub(super) positive: Vec<(i32, u64)>,
    pub(super) negative: Vec<(i32, u64)>,
}

pub(super) struct Naive {
    shape: NativeShape,
    values: Vec<f64>,
    /// How many of them were there at the scrape before.
    scraped: Option<usize>,
    last_reset: u64,
    schema: i32,
    zero_threshold: f64,
}

impl Naive {
    pub(super) fn new(shape: &NativeShape, now: u64) -> Self {
        Self {
            values: Vec::new(),
            scraped: None,
            last_reset: now,
            schema: shape.schema(),
            zero_threshold: shape.zero_threshold(),
            shape: shape.clone(),
        }
    }

    pub(super) fn observe(&mut self, value: f64) {
        self.values.push(value);
    }

    pub(super) fn scrape(&mut self, now: u64) -> Shown {
        let asked_for = (self.shape.schema(), self.shape.zero_threshold());
        let is_due = self.is_exceeded() || (self.schema, self.zero_threshold) != asked_for;
        if let (true, Some(least), Some(scraped)) = (is_due, self.shape.min_reset(), self.scraped) {
            if u128::from(now - self.last_reset) >= least.as_millis() {
                self.values.drain(..scraped);
                (self.schema, self.zero_threshold) = asked_for;
                self.last_reset = now;
            }
        }
        while self.is_exceeded() && (self.widen() || self.halve()) {}
        self.scraped = Some(self.values.len());
        self.shown()
    }

    fn is_exceeded(&self) -> bool {
        let shown = self.shown();
        let most = self.shape.max_buckets();
        most > 0 && shown.positive.len() + shown.negative.len() > most
    }

    fn widen(&mut self) -> bool {
        let shown = self.shown();
        let keys = shown.positive.iter().chain(&shown.negative).map(|bucket| bucket.0);
        let Some(nearest) = keys.min() else { return false };
        let threshold = Schema::new(self.schema).unwrap().bound(nearest);
        let most = self.shape.max_zero_threshold();
        let may = self.zero_threshold < most && threshold <= most;
        if may {
            self.zero_threshold = threshold;
        }
        may
    }

    fn halve(&mut self) -> bool {
        let may = self.schema > -4;
        self.schema -= i32::from(may);
        may
    }

    fn shown(&self) -> Shown {
        let mut sides = [BTreeMap::new(), BTreeMap::new()];
        let (mut zero_count, mut sum) = (0, 0.0);
        for &value in &self.values {
            sum += value;
            if value.is_nan() {
                continue;
            }
            if value.abs() <= self.zero_threshold {
                zero_count += 1;
            } else {
                let index = index(self.schema, value.abs());
                *sides[usize::from(value < 0.0)].entry(index).or_default() += 1;
            }
        }
        let [positive, negative] = sides.map(|side| side.into_iter().collect());
        let (schema, zero_threshold) = (self.schema, self.zero_threshold);
        let (count, sum) = (self.values.len() as u64, bits(sum));
        Shown { count, sum, schema, zero_threshold, zero_count, positive, negative }
    }
}

/// The bucket from fraction and exponent, as client_golang finds it.
fn index(schema: i32, magnitude: f64) -> i32 {
    let (magnitude, beyond) = if magnitude.is_infinite() { (f64::MAX, 1) } else { (magnitude, 0) };
    let (mut fraction, mut exponent) = (magnitude, 0);
    while fraction >= 1.0 {
        fraction /= 2.0;
        exponent += 1;
    }
    while fraction < 0.5 {
        fraction *= 2.0;
        exponent -= 1;
    }
    if schema <= 0 {
        let power = exponent - i32::from(fraction == 0.5);
        return ((power + (1 << -schema) - 1) >> -schema) + beyond;
    }
    let buckets = 1 << schema;
    let finer = Schema::new(schema).unwrap();
    let bounds: Vec<f64> = (0..buckets).map(|at| finer.bound(at - buckets)).collect();
    let at = bounds.partition_point(|bound| *bound < fraction) as i32;
    at + (exponent - 1) * buckets + beyond
}

/// All NaN are the same.
pub(super) fn bits(value: f64) -> u64 {
    if value.is_nan() {
        f64::NAN.to_bits()
    } else {
        value.to_bits()
    }
}
