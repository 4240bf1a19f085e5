//! One line, read from left to right.

use super::{Dialect, Rule};

/// What is left of a line.
pub(super) struct Lexer<'t> {
    rest: &'t str,
    dialect: Dialect,
}

/// Which characters are escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// Backslash and line feed.
    Help,
    /// These, and the double quote.
    Quoted,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(line: &'t str, dialect: Dialect) -> Self {
        Self { rest: line, dialect }
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes `wanted`, if it comes next.
    pub(super) fn take(&mut self, wanted: &str) -> bool {
        let after = self.rest.strip_prefix(wanted);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// Passes over blanks and tabs where the format does not mind them: nowhere in OpenMetrics (O2).
    pub(super) fn skip_blanks(&mut self) {
        if self.dialect == Dialect::Text {
            self.rest = self.rest.trim_start_matches(is_blank);
        }
    }

    /// Passes over what has to be between two words, or answers that it is not there.
    pub(super) fn blank(&mut self) -> bool {
        let is_there = match self.dialect {
            Dialect::Text | Dialect::Protobuf => self.rest.starts_with(is_blank),
            Dialect::OpenMetrics | Dialect::OpenMetrics2 => return self.take(" "),
        };
        self.skip_blanks();
        is_there
    }

    /// Everything up to the next blank.
    pub(super) fn word(&mut self) -> &'t str {
        self.up_to(is_blank)
    }

    /// The name of a family, in quotes if it has to be (T13).
    pub(super) fn family_name(&mut self) -> Result<String, Rule> {
        if self.take("\"") {
            let name = self.quoted()?;
            return self.checked_name(name);
        }
        self.metric_name()
    }

    /// The name of a metric that is not quoted.
    pub(super) fn metric_name(&mut self) -> Result<String, Rule> {
        let name = self.up_to(|c| !is_name_part(c) && c != ':');
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(Rule::MetricName);
        }
        self.checked_name(name.to_owned())
    }

    /// The name of a metric, if it may be one where it stands in quotes.
    pub(super) fn checked_name(&self, name: String) -> Result<String, Rule> {
        if name.is_empty() {
            return Err(Rule::MetricName);
        }
        if self.dialect == Dialect::OpenMetrics && name.starts_with('_') {
            return Err(Rule::MetricNameReserved);
        }
        Ok(name)
    }

    /// The name of a label that is not quoted.
    pub(super) fn label_name(&mut self) -> Result<String, Rule> {
        let name = self.up_to(|c| !is_name_part(c));
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(Rule::LabelName);
        }
        Ok(name.to_owned())
    }

    /// The text up to the closing quote; the opening one was taken.
    pub(super) fn quoted(&mut self) -> Result<String, Rule> {
        let mut is_escaped = false;
        let end = self.rest.bytes().position(|byte| {
            let closes = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            closes
        });
        // A quote is one byte and no part of another character.
        let (text, rest) = self.rest.split_at(end.ok_or(Rule::Quote)?);
        self.rest = rest.strip_prefix('"').unwrap_or(rest);
        unescape(text, Escapes::Quoted, self.dialect)
    }

    /// All that is left, as a help text.
    pub(super) fn help(&mut self) -> Result<String, Rule> {
        let escapes = match self.dialect {
            Dialect::Text | Dialect::Protobuf => Escapes::Help,
            Dialect::OpenMetrics | Dialect::OpenMetrics2 => Escapes::Quoted,
        };
        unescape(self.rest, escapes, self.dialect)
    }

    fn up_to(&mut self, ends: impl Fn(char) -> bool) -> &'t str {
        let (text, rest) = self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
        self.rest = rest;
        text
    }
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

fn is_name_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Text 0.0.4 knows no other escapes than those that it names (T4, T5). OpenMetrics takes others as
/// they stand, backslash included.
fn unescape(text: &str, escapes: Escapes, dialect: Dialect) -> Result<String, Rule> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        match next {
            '\\' => match rest.next().ok_or(Rule::Escape)? {
                'n' => plain.push('\n'),
                '\\' => plain.push('\\'),
                '"' if escapes == Escapes::Quoted => plain.push('"'),
                other if dialect == Dialect::OpenMetrics => plain.extend(['\\', other]),
                _ => return Err(Rule::Escape),
            },
            '"' if escapes == Escapes::Quoted => return Err(Rule::Escape),
            other => plain.push(other),
        }
    }
    Ok(plain)
}
