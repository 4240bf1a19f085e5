//! What a native histogram is asked for: how fine its buckets are, and how many there may be.
//!
//! Imports `error`, the schemas and the classic buckets; part of a descriptor, read by
//! `metric::native` and by the encoders.

use super::{canonical_float, Buckets, Schema};
use crate::error::NameError;
use std::sync::Arc;
use std::time::Duration;

/// How a native histogram arranges its observations.
///
/// The defaults are those of the Go client: [schema](Self::with_schema) 3, and a
/// [zero bucket](Self::with_zero_threshold) up to 2^-128; but there are at most 160
/// [buckets](Self::with_max_buckets), as in the Java client.
///
/// # Examples
///
/// ```
/// use nunchi::model::NativeShape;
///
/// let shape = NativeShape::default().with_growth(1.05)?.with_max_buckets(100);
/// assert_eq!(shape.schema(), 4);
/// assert!(NativeShape::default().with_growth(1.0).is_err());
/// # Ok::<(), nunchi::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NativeShape {
    schema: Schema,
    max_buckets: usize,
    zero_threshold: f64,
    max_zero_threshold: f64,
    min_reset: Option<Duration>,
    classic: Arc<Buckets>,
}

impl NativeShape {
    /// How many buckets there may be where nothing else is said.
    pub const DEFAULT_MAX_BUCKETS: usize = 160;

    /// The magnitude up to which an observation counts as zero where nothing else is said: 2^-128
    /// (H3).
    pub const DEFAULT_ZERO_THRESHOLD: f64 = 1.0 / (1_u128 << 127) as f64 / 2.0;

    /// The same with buckets of this schema, from -4 to 8: each bound is 2^(2^-schema) times the one
    /// before. See [`with_growth`](Self::with_growth).
    ///
    /// # Errors
    ///
    /// If there is no such schema.
    pub fn with_schema(mut self, schema: i32) -> Result<Self, NameError> {
        let known = Schema::new(schema);
        let why = "the standard schemas are -4 to 8";
        self.schema =
            known.ok_or_else(|| NameError::new("schema", canonical_float(schema.into()), why))?;
        Ok(self)
    }

    /// The same with the widest buckets whose bounds grow by no more than this factor: 1.1 stands for
    /// schema 3, where a bound is 1.0905 times the one before (H2). A factor below 1.0027 is taken
    /// as that, which is schema 8, and one above 65 536 as that, schema -4.
    ///
    /// # Errors
    ///
    /// If the factor is not greater than 1.
    pub fn with_growth(mut self, factor: f64) -> Result<Self, NameError> {
        if factor.is_nan() || factor <= 1.0 {
            let why = "buckets grow by a factor that is greater than 1";
            return Err(NameError::new("growth", canonical_float(factor), why));
        }
        let mut schema = Schema::FINEST;
        while let Some(coarser) = schema.coarser().filter(|coarser| coarser.bound(1) <= factor) {
            schema = coarser;
        }
        self.schema = schema;
        Ok(self)
    }

    /// The same with at most so many buckets that are not empty, those on both sides of zero counted
    /// and the zero bucket not; 0 stands for no limit.
    ///
    /// More than that are made fewer when the histogram is scraped, by the first of these that is
    /// possible, until they are few enough (H8): everything [starts anew](Self::with_min_reset); the
    /// zero bucket [takes over](Self::with_max_zero_threshold) the bucket next to it; each two
    /// neighbours become one, which is a schema less, down to -4.
    #[must_use]
    pub fn with_max_buckets(mut self, most: usize) -> Self {
        self.max_buckets = most;
        self
    }

    /// The same with observations up to this magnitude in the zero bucket. With 0, only zero is.
    ///
    /// # Errors
    ///
    /// If it is negative, infinite or NaN.
    pub fn with_zero_threshold(mut self, threshold: f64) -> Result<Self, NameError> {
        self.zero_threshold = checked("zero threshold", threshold)?;
        Ok(self)
    }

    /// The same with a zero bucket that may grow up to this magnitude where there would be too many
    /// buckets; 0, as it is by default, does not let it grow.
    ///
    /// # Errors
    ///
    /// If it is negative, infinite or NaN.
    pub fn with_max_zero_threshold(mut self, threshold: f64) -> Result<Self, NameError> {
        self.max_zero_threshold = checked("greatest zero threshold", threshold)?;
        Ok(self)
    }

    /// The same, but everything starts anew where there are too many buckets, if that has not
    /// happened for so long; and it does so after that time where resolution had to be given up
    /// meanwhile. Then sum, count and all buckets are of what was observed since the scrape before,
    /// so that a server that saw that misses nothing; and that is then the time of creation, by which
    /// the server knows (H9). A sum that had gone beyond the greatest number is NaN from then on. Off
    /// by default; an hour is usual.
    #[must_use]
    pub fn with_min_reset(mut self, duration: Duration) -> Self {
        self.min_reset = Some(duration);
        self
    }

    /// The same with classic buckets as well, which are all that text formats can show (H7).
    #[must_use]
    pub fn with_classic_buckets(mut self, buckets: Buckets) -> Self {
        self.classic = Arc::new(buckets);
        self
    }

    /// The schema, unless the limit of buckets asks for a coarser one.
    #[must_use]
    pub fn schema(&self) -> i32 {
        self.schema.number()
    }

    /// How many buckets there may be; 0 stands for no limit.
    #[must_use]
    pub fn max_buckets(&self) -> usize {
        self.max_buckets
    }

    /// Up to which magnitude an observation counts as zero.
    #[must_use]
    pub fn zero_threshold(&self) -> f64 {
        self.zero_threshold
    }

    /// Up to which magnitude the zero bucket may grow.
    #[must_use]
    pub fn max_zero_threshold(&self) -> f64 {
        self.max_zero_threshold
    }

    /// How long it takes at least before everything starts anew; `None` if it never does.
    #[must_use]
    pub fn min_reset(&self) -> Option<Duration> {
        self.min_reset
    }

    /// The classic buckets, if there are any.
    #[must_use]
    pub fn classic_buckets(&self) -> Option<&Buckets> {
        Some(&*self.classic).filter(|buckets| !buckets.bounds().is_empty())
    }

    /// The classic buckets, or the one of infinity.
    pub(crate) fn classic(&self) -> &Buckets {
        &self.classic
    }

    pub(crate) fn grid(&self) -> Schema {
        self.schema
    }
}

impl Default for NativeShape {
    fn default() -> Self {
        let shape = Self {
            schema: Schema::FINEST,
            max_buckets: Self::DEFAULT_MAX_BUCKETS,
            zero_threshold: Self::DEFAULT_ZERO_THRESHOLD,
            max_zero_threshold: 0.0,
            min_reset: None,
            classic: Arc::new(Buckets::none()),
        };
        shape.clone().with_schema(3).unwrap_or(shape)
    }
}

fn checked(what: &'static str, threshold: f64) -> Result<f64, NameError> {
    if threshold >= 0.0 && threshold.is_finite() {
        return Ok(threshold + 0.0); // -0.0 becomes 0.0.
    }
    let why = "a threshold is a finite number that is not negative";
    Err(NameError::new(what, canonical_float(threshold), why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h2_a_factor_stands_for_the_widest_buckets_within_it() {
        let table = [
            (1e300, -4),
            (65_536.0, -4),
            (65_535.0, -3),
            (256.0, -3),
            (16.0, -2),
            (4.0, -1),
            (2.0, 0),
            (1.99, 1),
            (1.5, 1),
            (1.2, 2),
            (1.1, 3),
            (1.05, 4),
            (1.03, 5),
            (1.02, 6),
            (1.01, 7),
            (1.005, 8),
            (1.000_1, 8),
        ];
        for (factor, schema) in table {
            let shape = NativeShape::default().with_growth(factor).unwrap();
            assert_eq!(shape.schema(), schema, "{factor}");
        }
        for wrong in [1.0, 0.5, -2.0, f64::NAN, f64::NEG_INFINITY] {
            assert!(NativeShape::default().with_growth(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn h3_the_zero_bucket_ends_at_a_bound() {
        let shape = NativeShape::default();
        assert_eq!(shape.zero_threshold(), 2.938735877055719e-39);
        assert_eq!(shape.grid().bound(-128 << 3), shape.zero_threshold());
        assert_eq!((shape.schema(), shape.max_buckets()), (3, 160));
        assert!(shape.classic_buckets().is_none() && shape.min_reset().is_none());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for wrong in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(NativeShape::default().with_zero_threshold(wrong).is_err());
            assert!(NativeShape::default().with_max_zero_threshold(wrong).is_err());
        }
        let zero = NativeShape::default().with_zero_threshold(-0.0).unwrap();
        assert!(zero.zero_threshold().is_sign_positive());
        assert_eq!(NativeShape::default().with_schema(9).unwrap_err().value(), "9.0");
        assert!(NativeShape::default().with_schema(-5).is_err());
    }
}
