//! The Prometheus text format, 0.0.4 and 1.0.0, as strictly as it is written down.

use super::families::{Families, Fault, Metadata};
use super::lexer::Lexer;
use super::page::{Kind, Page};
use super::{sample, Dialect, ParseError, Rule};

/// Reads a page in the text format 0.0.4, or 1.0.0, which differs in that names may be in quotes.
///
/// Refuses what the format forbids, and also what it leaves undefined or only implies: series that
/// come twice, counters that are negative, histograms whose buckets do not add up, reserved labels.
/// Takes what it merely tolerates: comments, blank lines, more blanks than needed, a comma after the
/// last label, names in quotes.
///
/// # Errors
///
/// The first rule that a line breaks. Whatever the bytes are, it does not panic, and takes time and
/// memory in proportion to their number.
///
/// # Examples
///
/// ```
/// use nunchi::testing::{parse_text, Rule};
///
/// let page = parse_text(b"# TYPE app_jobs gauge\napp_jobs{queue=\"a\"} 3\n")?;
/// assert_eq!(page.value("app_jobs", &[("queue", "a")]), Some(3.0));
///
/// let error = parse_text(b"app_jobs 3\napp_jobs 4\n").unwrap_err();
/// assert_eq!((error.line(), error.rule()), (2, Rule::SeriesTwice));
/// # Ok::<(), nunchi::testing::ParseError>(())
/// ```
pub fn parse_text(page: &[u8]) -> Result<Page, ParseError> {
    parse(page).map_err(|Fault { line, rule }| ParseError::new(page, line, rule))
}

fn parse(page: &[u8]) -> Result<Page, Fault> {
    let text = decode(page)?;
    let mut families = Families::new(Dialect::Text);
    let mut line = 0;
    for content in text.split_inclusive('\n') {
        line += 1;
        let fault = |rule| Fault { line, rule };
        let content = content.strip_suffix('\n').ok_or(fault(Rule::LastLine))?;
        let mut lexer = Lexer::new(content, Dialect::Text);
        lexer.skip_blanks();
        if lexer.is_at_end() {
            continue;
        }
        if !lexer.take("#") {
            families.sample(line, sample::sample(&mut lexer).map_err(fault)?)?;
        } else if let Some((name, told)) = metadata(&mut lexer).map_err(fault)? {
            families.tell(line, name, told)?;
        }
    }
    families.finish()
}

/// The page as text.
pub(super) fn decode(page: &[u8]) -> Result<&str, Fault> {
    let text = std::str::from_utf8(page).map_err(|error| {
        let before = page.iter().take(error.valid_up_to());
        Fault { line: before.filter(|byte| **byte == b'\n').count() + 1, rule: Rule::Utf8 }
    })?;
    if text.starts_with('\u{feff}') {
        return Err(Fault { line: 1, rule: Rule::ByteOrderMark });
    }
    Ok(text)
}

/// What stands behind `#`; nothing of interest in a comment.
fn metadata(line: &mut Lexer<'_>) -> Result<Option<(String, Metadata)>, Rule> {
    line.skip_blanks();
    let keyword = line.word();
    if !["HELP", "TYPE"].contains(&keyword) {
        return Ok(None);
    }
    line.skip_blanks();
    if line.is_at_end() {
        return Err(Rule::Metadata);
    }
    let name = line.family_name()?;
    if !line.blank() && !line.is_at_end() {
        return Err(Rule::MetricName);
    }
    if keyword == "HELP" {
        return Ok(Some((name, Metadata::Help(line.help()?))));
    }
    let kind = match line.word() {
        "counter" => Kind::Counter,
        "gauge" => Kind::Gauge,
        "histogram" => Kind::Histogram,
        "summary" => Kind::Summary,
        "untyped" => Kind::Unknown,
        "" => return Err(Rule::Metadata),
        _ => return Err(Rule::TypeWord),
    };
    line.skip_blanks();
    if line.is_at_end() {
        Ok(Some((name, Metadata::Type(kind))))
    } else {
        Err(Rule::Trailing)
    }
}
