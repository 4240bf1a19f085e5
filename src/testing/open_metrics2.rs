//! OpenMetrics 2.0 in its text form, as of its release candidate.

use super::composite::{self, Samples};
use super::exemplar;
use super::families::{Families, Fault};
use super::lexer::Lexer;
use super::number::Written;
use super::open_metrics;
use super::page::{Exemplar, Kind, Page};
use super::sample;
use super::{Dialect, ParseError, Rule};

/// Reads a page in the text form of OpenMetrics 2.0.
///
/// A line becomes the samples that it would be in the text format: a histogram the buckets (that of
/// infinity, if it has only exponential ones), `_sum` and `_count`; the exponential buckets are beside
/// that ([`Distribution::native`](super::Distribution::native)). So the page is equal to that of the text
/// if the values are, but for the unit, which text has not. An exemplar of a histogram is that of the
/// first bucket that has its value. Where there are several for one sample, it has the first.
///
/// Refuses what the specification forbids, with "must not" or by its grammar; takes what it only
/// advises against, and a summary whose sum is NaN or negative, because it has to tell one. Does not read
/// composite values of families without a type, exponential buckets that count in fractions, nor
/// exemplars of summaries.
///
/// # Errors
///
/// The first rule that a line breaks. Whatever the bytes are, it does not panic, and takes time and
/// memory in proportion to their number.
///
/// # Examples
///
/// ```
/// use nunchi::testing::{parse_open_metrics2, Rule};
///
/// let page = b"# TYPE app_wait histogram\napp_wait {count:3,sum:2.5,bucket:[1.0:2,+Inf:3]} st@17.0\n# EOF\n";
/// let wait = parse_open_metrics2(page)?.distribution("app_wait", &[]).expect("it is there");
/// assert_eq!((wait.count(), wait.at_most(1.0)), (Some(3), Some(2)));
///
/// let error = parse_open_metrics2(b"# TYPE app_wait histogram\napp_wait 3\n# EOF\n").unwrap_err();
/// assert_eq!(error.rule(), Rule::Composite);
/// # Ok::<(), nunchi::testing::ParseError>(())
/// ```
pub fn parse_open_metrics2(page: &[u8]) -> Result<Page, ParseError> {
    open_metrics::parse(page, Dialect::OpenMetrics2, take)
}

/// Takes a line with a value.
fn take(families: &mut Families, line: usize, lexer: &mut Lexer<'_>) -> Result<(), Fault> {
    let fault = |rule| Fault { line, rule };
    let (name, labels) = sample::series(lexer).map_err(fault)?;
    let kind = families.kind_of(&name).map_err(fault)?;
    let value = lexer.word();
    let rest = Rest::read(lexer, kind).map_err(fault)?;
    let Rest { timestamp, created, exemplars } = rest;
    let mut samples = Samples { name, labels, timestamp, created, done: Vec::new(), native: None };
    let is_composite = matches!(kind, Kind::Histogram | Kind::GaugeHistogram | Kind::Summary);
    if is_composite != value.starts_with('{') {
        return Err(fault(Rule::Composite));
    }
    if is_composite {
        composite::read(value, kind, &mut samples).map_err(fault)?;
    } else {
        let value = Written::number(value).ok_or(fault(Rule::Value))?;
        samples.put("", None, value).map_err(fault)?;
    }
    for exemplar in exemplars {
        samples.refer(exemplar).map_err(fault)?;
    }
    for sample in samples.done {
        families.sample(line, sample)?;
    }
    if let Some(native) = samples.native {
        families.native(samples.labels, native);
    }
    Ok(())
}

/// What stands behind the value (P11).
struct Rest {
    timestamp: Option<Written>,
    created: Option<Written>,
    exemplars: Vec<Exemplar>,
}

impl Rest {
    fn read(line: &mut Lexer<'_>, kind: Kind) -> Result<Self, Rule> {
        let mut this = Self { timestamp: None, created: None, exemplars: Vec::new() };
        let mut is_first = true;
        while !line.is_at_end() {
            if !line.blank() {
                return Err(Rule::Blank);
            }
            if line.take("#") {
                this.exemplars.push(exemplar::timed(line)?);
            } else if !this.exemplars.is_empty() || this.created.is_some() {
                return Err(Rule::Trailing);
            } else if line.take("st@") {
                let has_start = matches!(kind, Kind::Counter | Kind::Histogram | Kind::Summary);
                let time = Written::finite(line.word()).filter(|_| has_start);
                this.created = Some(time.ok_or(Rule::Start)?);
            } else if is_first {
                this.timestamp = Some(Written::finite(line.word()).ok_or(Rule::Timestamp)?);
            } else {
                return Err(Rule::Trailing);
            }
            is_first = false;
        }
        let may_refer = matches!(kind, Kind::Counter | Kind::Histogram | Kind::GaugeHistogram);
        if !may_refer && !this.exemplars.is_empty() {
            return Err(Rule::ExemplarPlace);
        }
        Ok(this)
    }
}
