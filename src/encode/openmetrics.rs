//! OpenMetrics 1.0 in its text form: where it differs from text 0.0.4.

use super::text::Dialect;
use super::unit::unit;
use crate::model::{Descriptor, MetricType, Number, Prepared};

/// The last line of a page, by which a scraper knows that it has all of it (O3).
pub(super) const END: &str = "# EOF\n";

/// OpenMetrics 1.0.
pub(super) struct OpenMetrics;

impl Dialect for OpenMetrics {
    const POINTED: bool = true;
    const EXEMPLARS: bool = true;

    /// O9.
    const SUFFIXED: bool = false;

    /// TYPE, UNIT and HELP, of the name without the suffix of the samples (O4, O9).
    fn announce(name: &str, descriptor: &Descriptor, prepared: &mut Prepared) {
        // A unit has no quote, and so no other than that around the name is taken away.
        announce(name, name.trim_end_matches('"'), descriptor, prepared);
    }

    /// A sum is a counter: not where it is NaN or negative, nor beside a negative bound (O12). That of
    /// a gauge histogram may be negative where a bound is.
    fn may_sum(sum: f64, prepared: &Prepared) -> bool {
        // The first tail is that of the lowest bound; a quantile is not negative.
        let is_negative = |tail: &[u8]| tail.starts_with(b",le=\"-");
        let has_negative = prepared.tails().next().is_some_and(is_negative);
        if prepared.is_gauge && has_negative {
            !sum.is_nan()
        } else {
            sum >= 0.0 && !has_negative
        }
    }

    /// Those of a gauge histogram are its own (O19).
    fn ends(prepared: &Prepared) -> [&'static str; 2] {
        if prepared.is_gauge {
            ["_gsum", "_gcount"]
        } else {
            ["_sum", "_count"]
        }
    }

    /// A quantile is not negative (O17); states are neither.
    fn may_answer(value: Number) -> bool {
        !matches!(value, Number::F64(value) if value < 0.0)
    }
}

/// Puts the lines that announce a family, whose name is shown like this and tells its unit like that.
pub(super) fn announce(name: &str, stem: &str, descriptor: &Descriptor, prepared: &mut Prepared) {
    let metric_type = descriptor.metric_type();
    prepared.is_gauge = metric_type == MetricType::GaugeHistogram;
    prepared.is_counter = metric_type == MetricType::Counter;
    prepared.is_dated =
        matches!(metric_type, MetricType::Counter | MetricType::Histogram | MetricType::Summary);
    prepared.put(&["# TYPE ", name, " ", metric_type.as_str(), "\n"]);
    if let Some(unit) = unit(stem, metric_type) {
        prepared.put(&["# UNIT ", name, " ", unit, "\n"]);
    }
    prepared.put(&["# HELP ", name, " "]);
    // A carriage return at the end would seem to be part of the line's (O2).
    escape_help(descriptor.help().trim_end_matches('\r'), &mut prepared.head);
    prepared.put(&["\n"]);
}

/// Escapes `\`, line feed and, other than text 0.0.4, also `"` (O7).
fn escape_help(help: &str, out: &mut Vec<u8>) {
    for &byte in help.as_bytes() {
        if matches!(byte, b'\\' | b'\n' | b'"') {
            out.push(b'\\');
        }
        out.push(if byte == b'\n' { b'n' } else { byte });
    }
}
