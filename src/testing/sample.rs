//! The grammar of a line with a value.

use super::exemplar;
use super::lexer::Lexer;
use super::number::Written;
use super::page::Sample;
use super::{Dialect, Rule};

pub(super) type Labels = Vec<(String, String)>;

/// Reads a line to its end.
pub(super) fn sample(line: &mut Lexer<'_>) -> Result<Sample, Rule> {
    let (name, labels) = series(line)?;
    let value = Written::number(line.word()).ok_or(Rule::Value)?;
    let mut sample = Sample { name, labels, value, timestamp: None, exemplar: None, created: None };
    match line.dialect() {
        Dialect::Text | Dialect::OpenMetrics2 | Dialect::Protobuf => {
            line.skip_blanks();
            if !line.is_at_end() {
                let time = Written::milliseconds(line.word()).ok_or(Rule::Timestamp)?;
                sample.timestamp = Some(time);
                line.skip_blanks();
            }
        }
        Dialect::OpenMetrics => {
            for is_first in [true, false] {
                if line.is_at_end() {
                    break;
                }
                if !line.blank() {
                    return Err(Rule::Blank);
                }
                if line.take("#") {
                    sample.exemplar = Some(exemplar::exemplar(line)?);
                    break;
                }
                if is_first {
                    let time = Written::finite(line.word()).ok_or(Rule::Timestamp)?;
                    sample.timestamp = Some(time);
                }
            }
        }
    }
    if line.is_at_end() {
        Ok(sample)
    } else {
        Err(Rule::Trailing)
    }
}

/// Name and labels, and what separates them from the value.
pub(super) fn series(line: &mut Lexer<'_>) -> Result<(String, Labels), Rule> {
    if line.take("{") {
        let (name, labels) = labels(line)?;
        let name = line.checked_name(name.ok_or(Rule::MetricName)?)?;
        let has_blank = line.blank();
        // In text a brace and a number cannot merge.
        return if has_blank || line.dialect() == Dialect::Text {
            Ok((name, labels))
        } else {
            Err(Rule::Blank)
        };
    }
    let name = line.metric_name()?;
    let has_blank = line.dialect() == Dialect::Text && line.blank();
    if line.take("{") {
        let (inner, labels) = labels(line)?;
        if inner.is_some() {
            return Err(Rule::Labels); // A second name.
        }
        let has_blank = line.blank();
        // In text 0.0.4 a brace and a number cannot merge.
        return if has_blank || line.dialect() == Dialect::Text {
            Ok((name, labels))
        } else {
            Err(Rule::Blank)
        };
    }
    if has_blank || line.blank() {
        Ok((name, Labels::new()))
    } else {
        Err(if line.is_at_end() { Rule::Value } else { Rule::MetricName })
    }
}

/// A label set up to its closing brace; the opening one was taken. The name of the metric may come
/// first, in quotes.
pub(super) fn labels(line: &mut Lexer<'_>) -> Result<(Option<String>, Labels), Rule> {
    let (mut metric, mut labels) = (None, Labels::new());
    loop {
        line.skip_blanks();
        if line.take("}") {
            break;
        }
        let is_quoted = line.take("\"");
        let name = if is_quoted { line.quoted()? } else { line.label_name()? };
        line.skip_blanks();
        if line.take("=") {
            check_name(&name, line.dialect())?;
            line.skip_blanks();
            if !line.take("\"") {
                return Err(Rule::Labels);
            }
            labels.push((name, line.quoted()?));
        } else if is_quoted && metric.is_none() && labels.is_empty() && !name.is_empty() {
            metric = Some(name);
        } else {
            return Err(Rule::Labels);
        }
        line.skip_blanks();
        if line.take("}") {
            break;
        }
        if !line.take(",") {
            return Err(Rule::Labels);
        }
        if line.dialect() == Dialect::OpenMetrics && line.take("}") {
            return Err(Rule::Labels);
        }
    }
    check_twice(&labels)?;
    Ok((metric, labels))
}

/// Checks that no label comes twice.
pub(super) fn check_twice(labels: &[(String, String)]) -> Result<(), Rule> {
    let mut names: Vec<&str> = labels.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Rule::LabelTwice);
    }
    Ok(())
}

pub(super) fn check_name(name: &str, dialect: Dialect) -> Result<(), Rule> {
    let reserved = match dialect {
        Dialect::Text | Dialect::Protobuf => "__",
        Dialect::OpenMetrics | Dialect::OpenMetrics2 => "_",
    };
    if name.is_empty() {
        Err(Rule::LabelName)
    } else if name.starts_with(reserved) {
        Err(Rule::LabelNameReserved)
    } else {
        Ok(())
    }
}
