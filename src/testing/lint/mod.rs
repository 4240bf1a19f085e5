//! What is valid on a page, but not as others expect it.
//!
//! Imports nothing but the page. One rule a file: a function that is shown a family and finds
//! sentences. What they agree with promtool about is shown by promtool (`tests/it/testing`).

mod abbreviation;
mod camel_case;
mod colon;
mod help;
mod label;
mod open_metrics;
mod percent;
mod prefix;
mod suffix;
mod target;
mod total;
mod type_name;
mod underscore;
mod unit;

use super::page::{Family, Kind, Page, Sample};
use std::collections::BTreeSet;
use std::fmt;

/// What a page can be blamed for although it is valid.
///
/// Those up to [`UnitAbbreviation`](Self::UnitAbbreviation) are the rules of
/// `promtool check metrics`; the rest goes [beyond](Self::is_extra) it. Its remaining rule, that no
/// series comes twice, is one that the parser has: such a page cannot be looked at.
///
/// Source: Prometheus, *Metric and label naming* and *Writing exporters*; OpenMetrics 1.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LintRule {
    /// A family has no help.
    HelpMissing,
    /// A counter is without `_total`, or something else is with it.
    TotalSuffix,
    /// `_bucket`, `_count` or `_sum` at the end of a type that has no such samples.
    ReservedSuffix,
    /// The label `le` or `quantile` on a type that has no buckets or quantiles.
    ReservedLabel,
    /// The unit is not a base unit: minutes, milliseconds, kilobytes, bits.
    BaseUnit,
    /// The type is part of the name.
    TypeInName,
    /// There is a colon in the name.
    Colon,
    /// The name of a metric or of a label is in camelCase.
    CamelCase,
    /// A unit is abbreviated: `ms`, `kb`.
    UnitAbbreviation,
    /// Beyond promtool: `_created`, `_gcount`, `_gsum`, or `_info` on what is no info (N11).
    OpenMetricsSuffix,
    /// Beyond promtool: a metric or a label begins with `_` (N3).
    LeadingUnderscore,
    /// Beyond promtool: a name begins with `scrape_`, or with `process_` and is no standard metric
    /// of a process (N10).
    ReservedPrefix,
    /// Beyond promtool: a label `job` or `instance`, which the server renames (N18).
    TargetLabel,
    /// Beyond promtool: percent instead of a ratio (N16).
    Percent,
}

/// Shows a rule a family.
type Check = fn(&Family, &mut dyn FnMut(String));

const CHECKS: &[(LintRule, Check)] = &[
    (LintRule::HelpMissing, help::check),
    (LintRule::TotalSuffix, total::check),
    (LintRule::ReservedSuffix, suffix::check),
    (LintRule::ReservedLabel, label::check),
    (LintRule::BaseUnit, unit::check),
    (LintRule::TypeInName, type_name::check),
    (LintRule::Colon, colon::check),
    (LintRule::CamelCase, camel_case::check),
    (LintRule::UnitAbbreviation, abbreviation::check),
    (LintRule::OpenMetricsSuffix, open_metrics::check),
    (LintRule::LeadingUnderscore, underscore::check),
    (LintRule::ReservedPrefix, prefix::check),
    (LintRule::TargetLabel, target::check),
    (LintRule::Percent, percent::check),
];

impl LintRule {
    /// Whether promtool does not have this rule.
    #[must_use]
    pub fn is_extra(self) -> bool {
        self > Self::UnitAbbreviation
    }
}

/// What a rule finds wrong with a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    metric: String,
    rule: LintRule,
    text: String,
}

impl Finding {
    /// The name of the family.
    #[must_use]
    pub fn metric(&self) -> &str {
        &self.metric
    }

    /// The rule.
    #[must_use]
    pub fn rule(&self) -> LintRule {
        self.rule
    }

    /// What is wrong, for readers; the wording may change.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({:?})", self.metric, self.text, self.rule)
    }
}

/// What is valid on a page, but breaks a convention: the findings of `promtool check metrics`, and
/// some [more](LintRule::is_extra). In the order of the page, then of the rules; each once.
///
/// Families without samples are left out, as no scraper sees them. Of the type of a metric in its name
/// it finds what promtool finds since Prometheus 3, not the names of other types.
///
/// # Examples
///
/// ```
/// use nunchi::testing::{lint, page, LintRule};
///
/// let registry = nunchi::Registry::new();
/// registry.int_gauge("app_wait_ms", "Time in queue.").register()?;
/// let findings = lint(&page(&registry));
/// assert_eq!(findings[0].rule(), LintRule::UnitAbbreviation);
/// assert_eq!(findings[0].to_string(), "app_wait_ms: the unit `ms` is not spelt out (UnitAbbreviation)");
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
#[must_use]
pub fn lint(page: &Page) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for family in page.families().iter().filter(|family| !family.samples().is_empty()) {
        for (rule, check) in CHECKS {
            check(family, &mut |text| {
                findings.push(Finding { metric: family.name().to_owned(), rule: *rule, text });
            });
        }
    }
    findings
}

/// Asserts that [`lint`] finds nothing.
///
/// A program that has reasons for a name looks at the findings itself, or leaves the family out with
/// [`Page::only`].
///
/// # Panics
///
/// If there are findings; with all of them.
///
/// # Examples
///
/// ```
/// use nunchi::testing::{assert_no_findings, page};
///
/// let registry = nunchi::Registry::new();
/// registry.counter("app_requests_total", "Requests served.").register()?;
/// assert_no_findings(&page(&registry));
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
#[track_caller]
pub fn assert_no_findings(page: &Page) {
    let findings = lint(page);
    let lines: String = findings.iter().map(|finding| format!("\n    {finding}")).collect();
    assert!(findings.is_empty(), "the page is valid, but not as it should be:{lines}");
}

/// The words of a name.
fn parts(name: &str) -> impl Iterator<Item = &str> {
    name.split('_')
}

/// The names of all labels of a family, each once.
fn label_names(family: &Family) -> impl Iterator<Item = &str> {
    let labels = family.samples().iter().flat_map(Sample::labels);
    labels.map(|(name, _)| name).collect::<BTreeSet<_>>().into_iter()
}

#[cfg(test)]
mod tests;
