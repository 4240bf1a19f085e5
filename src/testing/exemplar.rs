//! Exemplars: their grammar, and which samples may have one.

use super::lexer::Lexer;
use super::number::Written;
use super::page::{Exemplar, Kind, Sample};
use super::sample;
use super::{Dialect, Rule};

/// How many characters names and values of the labels of an exemplar have at most (O21).
const MOST_CHARACTERS: usize = 128;

/// Reads an exemplar to the end of the line; its `#` was taken.
pub(super) fn exemplar(line: &mut Lexer<'_>) -> Result<Exemplar, Rule> {
    if !line.take(" {") {
        return Err(Rule::ExemplarForm);
    }
    let (metric, labels) = sample::labels(line)?;
    if metric.is_some() {
        return Err(Rule::ExemplarForm);
    }
    check_length(&labels)?;
    if !line.take(" ") {
        return Err(Rule::ExemplarForm);
    }
    let value = Written::number(line.word()).ok_or(Rule::ExemplarForm)?;
    let mut exemplar = Exemplar { labels, value, timestamp: None };
    if line.take(" ") {
        exemplar.timestamp = Some(Written::finite(line.word()).ok_or(Rule::ExemplarForm)?);
    }
    if line.is_at_end() {
        Ok(exemplar)
    } else {
        Err(Rule::ExemplarForm)
    }
}

/// Reads an exemplar whose time has to be there, of which more may follow; its `#` was taken (P12).
pub(super) fn timed(line: &mut Lexer<'_>) -> Result<Exemplar, Rule> {
    if !line.take(" {") {
        return Err(Rule::ExemplarForm);
    }
    let (metric, labels) = sample::labels(line)?;
    if metric.is_some() || !line.take(" ") {
        return Err(Rule::ExemplarForm);
    }
    let value = Written::number(line.word()).ok_or(Rule::ExemplarForm)?;
    let time = line.take(" ").then(|| Written::finite(line.word())).flatten();
    let timestamp = Some(time.ok_or(Rule::ExemplarForm)?);
    Ok(Exemplar { labels, value, timestamp })
}

/// Checks that the labels of an exemplar are not too long.
pub(super) fn check_length(labels: &[(String, String)]) -> Result<(), Rule> {
    let characters: usize =
        labels.iter().map(|(name, value)| name.chars().count() + value.chars().count()).sum();
    (characters <= MOST_CHARACTERS).then_some(()).ok_or(Rule::ExemplarLength)
}

/// Checks that a sample of a family of this type, with this suffix, may have its exemplar (O20).
pub(super) fn check(
    kind: Kind,
    suffix: &str,
    sample: &Sample,
    dialect: Dialect,
) -> Result<(), Rule> {
    let Some(exemplar) = &sample.exemplar else { return Ok(()) };
    match (kind, suffix) {
        (Kind::Counter, "_total") => Ok(()),
        // There the name of the family is that of the sample.
        (Kind::Counter, _) if dialect != Dialect::OpenMetrics => Ok(()),
        (Kind::Histogram | Kind::GaugeHistogram, "_bucket") => {
            let bound = sample.label("le").and_then(Written::number);
            let is_inside = bound.is_some_and(|bound| exemplar.value.value <= bound.value);
            is_inside.then_some(()).ok_or(Rule::ExemplarRange)
        }
        _ => Err(Rule::ExemplarPlace),
    }
}
