//! What a summary is asked for: its quantiles and the length of its window.
//!
//! Imports `error` and `float_text`; part of a descriptor, read by `metric::summary` and by the
//! encoders.

use crate::error::NameError;
use crate::model::canonical_float;
use std::time::Duration;

/// A validated list of quantiles, ascending and without duplicates, with the text of their labels.
///
/// # Examples
///
/// ```
/// use nunchi::model::Quantiles;
///
/// let quantiles = Quantiles::new([0.99, 0.5, 0.5, 1.0]).unwrap();
/// assert_eq!(quantiles.values(), [0.5, 0.99, 1.0]);
/// assert_eq!(quantiles.text(2), "1.0");
/// assert!(Quantiles::new([50.0]).is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quantiles {
    values: Box<[f64]>,
    texts: Box<[String]>,
}

impl Quantiles {
    /// Takes quantiles in any order; equal ones count once.
    ///
    /// # Errors
    ///
    /// When a value is not a number from 0 to 1; percentages such as 99 are refused, not guessed.
    pub fn new(quantiles: impl IntoIterator<Item = f64>) -> Result<Self, NameError> {
        let mut values = Vec::new();
        for quantile in quantiles {
            if !(0.0..=1.0).contains(&quantile) {
                let value = canonical_float(quantile);
                return Err(NameError::new(
                    "quantile",
                    value,
                    "a quantile is a number from 0 to 1",
                ));
            }
            // Adding positive zero turns -0.0, which is in the range, into 0.0.
            values.push(quantile + 0.0);
        }
        values.sort_by(f64::total_cmp);
        values.dedup();
        let texts = values.iter().map(|&value| canonical_float(value)).collect();
        Ok(Self { values: values.into(), texts })
    }

    /// The quantiles, ascending.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The value of the `quantile` label of the quantile at `index`, such as `0.5`; empty past the
    /// end.
    #[must_use]
    pub fn text(&self, index: usize) -> &str {
        self.texts.get(index).map_or("", String::as_str)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none: such a summary has only `_sum` and `_count`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// How a summary family looks at its observations.
///
/// The default has no quantiles, so the summary keeps only `_sum` and `_count`.
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryShape {
    quantiles: Quantiles,
    window: Duration,
}

impl SummaryShape {
    /// The window where none is asked for: ten minutes, as in the Go client.
    pub const DEFAULT_WINDOW: Duration = Duration::from_secs(600);

    /// The shortest window. A pane, a sixteenth of it, is then one millisecond, the unit of the
    /// clock.
    pub const SHORTEST_WINDOW: Duration = Duration::from_millis(16);

    /// The longest window, some 136 years, so that no sum of times overflows.
    pub const LONGEST_WINDOW: Duration = Duration::from_secs(u32::MAX as u64);

    /// Answers `quantiles` over the last `window` of time, which is brought between
    /// [`SHORTEST_WINDOW`](Self::SHORTEST_WINDOW) and [`LONGEST_WINDOW`](Self::LONGEST_WINDOW).
    #[must_use]
    pub fn new(quantiles: Quantiles, window: Duration) -> Self {
        Self { quantiles, window: window.clamp(Self::SHORTEST_WINDOW, Self::LONGEST_WINDOW) }
    }

    /// What is asked.
    #[must_use]
    pub fn quantiles(&self) -> &Quantiles {
        &self.quantiles
    }

    /// How far back the quantiles look.
    #[must_use]
    pub fn window(&self) -> Duration {
        self.window
    }
}

impl Default for SummaryShape {
    fn default() -> Self {
        Self::new(Quantiles::default(), Self::DEFAULT_WINDOW)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_sorted_unique_and_spelled_once() {
        let quantiles = Quantiles::new([1.0, 0.99, 0.5, 0.0, -0.0, 0.5]).unwrap();
        assert_eq!(quantiles.values(), [0.0, 0.5, 0.99, 1.0]);
        let texts: Vec<_> = (0..=quantiles.len()).map(|index| quantiles.text(index)).collect();
        assert_eq!(texts, ["0.0", "0.5", "0.99", "1.0", ""]);
        assert!(!quantiles.is_empty() && Quantiles::default().is_empty());
    }

    #[test]
    fn anything_but_a_number_from_0_to_1_is_refused() {
        for wrong in [-0.1, 1.5, 99.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = Quantiles::new([0.5, wrong]).unwrap_err();
            assert_eq!(error.value(), canonical_float(wrong));
        }
    }

    #[test]
    fn a_window_is_brought_into_range() {
        let window = |window| SummaryShape::new(Quantiles::default(), window).window();
        assert_eq!(window(Duration::ZERO), SummaryShape::SHORTEST_WINDOW);
        assert_eq!(window(Duration::MAX), SummaryShape::LONGEST_WINDOW);
        assert_eq!(window(Duration::from_secs(60)), Duration::from_secs(60));
        assert_eq!(SummaryShape::default().window(), Duration::from_secs(600));
    }
}
