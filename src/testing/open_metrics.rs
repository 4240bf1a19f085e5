//! OpenMetrics 1.0 in its text form.

use super::families::{Families, Fault, Metadata};
use super::lexer::Lexer;
use super::page::{Kind, Page};
use super::{sample, text, Dialect, ParseError, Rule};

/// What takes a line with a value.
type TakeSample = fn(&mut Families, usize, &mut Lexer<'_>) -> Result<(), Fault>;

/// Reads a page in the text form of OpenMetrics 1.0.
///
/// Refuses what the specification forbids, with "must not" or by its grammar; takes what it only
/// advises against. Names in quotes, which came after the specification, are taken where Prometheus
/// takes them: that of a metric as the first thing inside the braces.
///
/// # Errors
///
/// The first rule that a line breaks. Whatever the bytes are, it does not panic, and takes time and
/// memory in proportion to their number.
///
/// # Examples
///
/// ```
/// use nunchi::testing::{parse_open_metrics, Rule};
///
/// let page = parse_open_metrics(b"# TYPE app_jobs counter\napp_jobs_total 3 # {id=\"7\"} 1\n# EOF\n")?;
/// let jobs = page.sample("app_jobs_total", &[]).expect("it is there");
/// assert_eq!(jobs.exemplar().map(|exemplar| exemplar.value()), Some(1.0));
///
/// let error = parse_open_metrics(b"# TYPE app_jobs counter\napp_jobs_total 3\n").unwrap_err();
/// assert_eq!(error.rule(), Rule::EndMissing);
/// # Ok::<(), nunchi::testing::ParseError>(())
/// ```
pub fn parse_open_metrics(page: &[u8]) -> Result<Page, ParseError> {
    parse(page, Dialect::OpenMetrics, |families, line, lexer| {
        let sample = sample::sample(lexer).map_err(|rule| Fault { line, rule })?;
        families.sample(line, sample)
    })
}

/// Reads a page of either version, whose samples are those of `dialect`.
pub(super) fn parse(page: &[u8], dialect: Dialect, take: TakeSample) -> Result<Page, ParseError> {
    lines(page, dialect, take).map_err(|Fault { line, rule }| ParseError::new(page, line, rule))
}

fn lines(page: &[u8], dialect: Dialect, take: TakeSample) -> Result<Page, Fault> {
    let text = text::decode(page)?;
    let mut families = Families::new(dialect);
    let mut line = 0;
    let mut has_ended = false;
    for content in text.split_inclusive('\n') {
        line += 1;
        let fault = |rule| Fault { line, rule };
        if has_ended {
            return Err(fault(Rule::AfterEnd));
        }
        let Some(content) = content.strip_suffix('\n') else {
            // The line feed after the end may be missing, no other.
            has_ended = content == "# EOF";
            let rule = if content.starts_with("# EOF") { Rule::AfterEnd } else { Rule::LastLine };
            if has_ended {
                continue;
            }
            return Err(fault(rule));
        };
        if content.is_empty() {
            return Err(fault(Rule::BlankLine));
        }
        if content.ends_with('\r') {
            return Err(fault(Rule::CarriageReturn));
        }
        let mut lexer = Lexer::new(content, Dialect::OpenMetrics);
        if content == "# EOF" {
            has_ended = true;
        } else if lexer.take("#") {
            let (name, told) = metadata(&mut lexer).map_err(fault)?;
            families.tell(line, name, told)?;
        } else {
            take(&mut families, line, &mut lexer)?;
        }
    }
    if !has_ended {
        return Err(Fault { line: line.max(1), rule: Rule::EndMissing });
    }
    families.finish()
}

/// What stands behind `#`.
fn metadata(line: &mut Lexer<'_>) -> Result<(String, Metadata), Rule> {
    if !line.take(" ") {
        return Err(Rule::Comment);
    }
    let keyword = line.word();
    if !["HELP", "TYPE", "UNIT"].contains(&keyword) {
        return Err(Rule::Comment);
    }
    if !line.take(" ") {
        return Err(Rule::Metadata);
    }
    let name = line.family_name()?;
    if !line.take(" ") {
        return Err(if line.is_at_end() { Rule::Metadata } else { Rule::MetricName });
    }
    if keyword == "HELP" {
        return Ok((name, Metadata::Help(line.help()?)));
    }
    let word = line.word();
    if !line.is_at_end() {
        return Err(Rule::Trailing);
    }
    let told = match (keyword, word) {
        ("UNIT", unit) => Metadata::Unit(unit.to_owned()),
        (_, "counter") => Metadata::Type(Kind::Counter),
        (_, "gauge") => Metadata::Type(Kind::Gauge),
        (_, "gaugehistogram") => Metadata::Type(Kind::GaugeHistogram),
        (_, "histogram") => Metadata::Type(Kind::Histogram),
        (_, "info") => Metadata::Type(Kind::Info),
        (_, "stateset") => Metadata::Type(Kind::StateSet),
        (_, "summary") => Metadata::Type(Kind::Summary),
        (_, "unknown") => Metadata::Type(Kind::Unknown),
        _ => return Err(Rule::TypeWord),
    };
    Ok((name, told))
}
