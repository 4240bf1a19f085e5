//! For tests: what is on a page, and what changed on it. Feature `testing`.
//!
//! Imports `registry`, `encode`, `model`, `name`, `error`, and of `sync` the clock; knows no metrics. The
//! idea to hold: a test looks at what a scraper would see. [`page`] encodes a registry and reads the page back with a
//! parser that refuses whatever the format forbids, so that a page that can be looked at is valid as
//! well. [`parse_text`], [`parse_open_metrics`], [`parse_open_metrics2`] and [`parse_protobuf`] read
//! pages from anywhere else.
//!
//! | to find out | there is |
//! |---|---|
//! | the value of a sample, by how much it goes up | [`assert_metric!`](crate::assert_metric), [`Page::value`], [`Page::change`] |
//! | count, sum, buckets, quantiles | [`Page::distribution`] |
//! | the exponential buckets of a native histogram | [`Distribution::native`] of a page in protobuf or OpenMetrics 2.0 |
//! | everything that changed, or is not as expected | [`Page::diff`], of the families that count: [`Page::only`] |
//! | whether names, labels and helps are as they should be | [`lint()`], [`assert_no_findings`] |
//! | what happens when a minute has passed | [`Clock`] |
//!
//! ```
//! use nunchi::{assert_metric, testing, Registry};
//!
//! let registry = Registry::new();
//! let served = registry.counter("app_requests_total", "Requests served.").labels(["code"])?;
//! let before = testing::page(&registry);
//! served.with_values(&["200"])?.inc_by(3);
//!
//! assert_metric!(registry, "app_requests_total", {"code" => 200} == 3);
//! assert_metric!(registry, "app_requests_total", {"code" => 500} is absent);
//! let page = testing::page(&registry);
//! assert_eq!(page.value("app_requests_total", &[("code", "200")]), Some(3.0));
//! assert!(before.diff(&page).contains("+ app_requests_total{code=\"200\"} 3\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod assert;
mod clock;
mod composite;
mod diff;
mod distribution;
mod exemplar;
mod families;
mod lexer;
mod lint;
mod native;
mod number;
mod open_metrics;
mod open_metrics2;
mod page;
mod points;
mod protobuf;
mod rule;
mod sample;
mod text;
mod wire;

#[doc(hidden)]
pub use assert::{Amount, Expected};
pub use clock::{Clock, InClock};
pub use distribution::Distribution;
pub use lint::{assert_no_findings, lint, Finding, LintRule};
pub use native::Native;
pub use open_metrics::parse_open_metrics;
pub use open_metrics2::parse_open_metrics2;
pub use page::{Exemplar, Family, Page, Sample};
pub use protobuf::parse_protobuf;
pub use rule::{ParseError, Rule};
pub use text::parse_text;

use crate::encode::{self, Format};
use crate::registry::Registry;

/// The page of a registry as a scraper would read it now.
///
/// Runs the collectors of the registry, as every scrape does, and costs what encoding and parsing
/// the whole page costs: for tests, not for programs that want a value of their own metrics.
///
/// # Panics
///
/// If the page breaks a rule of the text format 0.0.4. A registry keeps that from happening, so it
/// is a fault of this crate.
///
/// # Examples
///
/// ```
/// let registry = nunchi::Registry::new();
/// registry.int_gauge("app_jobs", "Jobs waiting.").register()?.set(3);
/// let page = nunchi::testing::page(&registry);
/// assert_eq!(page.value("app_jobs", &[]), Some(3.0));
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
#[must_use]
#[track_caller]
pub fn page(registry: &Registry) -> Page {
    let mut page = Vec::new();
    encode::append(registry.gatherer(), Format::Text, &mut page);
    match parse_text(&page) {
        Ok(page) => page,
        Err(error) => panic!("{error}\non the page:\n{}", String::from_utf8_lossy(&page)),
    }
}

/// Which of the formats is read, where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Text,
    OpenMetrics,
    /// Its lines are those of OpenMetrics. The samples that composite values are taken apart into are
    /// those of protobuf.
    OpenMetrics2,
    Protobuf,
}

impl Dialect {
    /// Whether there may be several samples of a series, each with a time, and series stay together.
    fn has_times(self) -> bool {
        matches!(self, Self::OpenMetrics | Self::OpenMetrics2)
    }
}

#[cfg(test)]
mod tests;
