//! What the parsers refuse, by the requirement that the page breaks, and what they take.

mod open_metrics;
mod open_metrics2;
mod protobuf;
mod text;

use super::{parse_open_metrics, parse_text, Page, ParseError, Rule};
use proptest::prelude::*;

/// A page that is valid in the text format.
#[track_caller]
pub(super) fn text(page: &str) -> Page {
    parse_text(page.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{page}"))
}

/// A page that is valid in OpenMetrics, given without its end.
#[track_caller]
pub(super) fn open_metrics(page: &str) -> Page {
    let page = format!("{page}# EOF\n");
    parse_open_metrics(page.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{page}"))
}

/// Asserts that each page breaks this rule of the text format, in this line.
#[track_caller]
fn text_refuses(rule: Rule, pages: &[(usize, &str)]) {
    for (line, page) in pages {
        let error = parse_text(page.as_bytes()).expect_err(page);
        assert_eq!((error.rule(), error.line()), (rule, *line), "{page:?}: {error}");
    }
}

/// The same of pages of OpenMetrics, given without their end.
#[track_caller]
fn open_metrics_refuses(rule: Rule, pages: &[(usize, &str)]) {
    for (line, page) in pages {
        let page = format!("{page}# EOF\n");
        let error = parse_open_metrics(page.as_bytes()).expect_err(&page);
        assert_eq!((error.rule(), error.line()), (rule, *line), "{page:?}: {error}");
    }
}

#[test]
fn an_error_shows_where_and_why_in_little_space() {
    let page = format!("# fine\na {}\n", "돌".repeat(1 << 20));
    let error = parse_text(page.as_bytes()).expect_err("no number");
    assert_eq!((error.line(), error.rule()), (2, Rule::Value));
    assert!(error.text().starts_with("a 돌돌") && error.text().chars().count() == 121);
    let error = parse_text(b"a 1\nb \xff\n").expect_err("no UTF-8");
    assert_eq!((error.line(), error.text()), (2, "b \u{fffd}"));
    assert_eq!(error.to_string(), "line 2, \"b \u{fffd}\": the rule is that a page is valid UTF-8");
}

#[test]
fn every_rule_has_a_sentence_of_its_own() {
    let mut sentences: Vec<String> = Rule::ALL.iter().map(ToString::to_string).collect();
    sentences.sort();
    sentences.dedup();
    assert_eq!(sentences.len(), Rule::ALL.len());
}

/// Bytes that get far: the words and signs of both formats.
fn near_page() -> impl Strategy<Value = Vec<u8>> {
    let parts = [
        "# TYPE ",
        "# HELP ",
        "# UNIT ",
        "# EOF",
        "#",
        "\n",
        "\n",
        "\n",
        "\r",
        " ",
        " ",
        "\t",
        "a",
        "a",
        "a_total",
        "a_bucket",
        "a_sum",
        "a_count",
        "a_created",
        "a_info",
        "_x",
        "{",
        "}",
        "le=\"",
        "quantile=\"",
        "a=\"",
        "\"",
        "\"",
        ",",
        "\\",
        "\\n",
        "+Inf",
        "NaN",
        "0.5",
        "1",
        "1e999",
        "-1",
        " # {",
        "counter",
        "gauge",
        "histogram",
        "gaugehistogram",
        "summary",
        "info",
        "stateset",
        "unknown",
        "untyped",
        "돌",
        "\0",
    ];
    let part = prop_oneof![
        20 => prop::sample::select(parts.to_vec()).prop_map(|part| part.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

/// Lines that are mostly valid, so that what they say together counts.
fn near_lines() -> impl Strategy<Value = Vec<u8>> {
    let lines = [
        "# TYPE a counter",
        "# TYPE a histogram",
        "# TYPE a summary",
        "# TYPE a gauge",
        "# TYPE a_sum gauge",
        "# TYPE b stateset",
        "# HELP a A.",
        "# UNIT a a",
        "a 1",
        "a 2 5",
        "a_total 1",
        "a_total{x=\"1\"} 1",
        "a_total 1 # {} 1",
        "a_created 1",
        "a_sum 1",
        "a_count 1",
        "a_bucket{le=\"1\"} 1",
        "a_bucket{le=\"+Inf\"} 1",
        "a_bucket{le=\"+Inf\"} 2 # {} 1",
        "a{quantile=\"0.5\"} 1",
        "a{quantile=\"1\"} NaN",
        "b{b=\"1\"} 0",
        "b 1",
        "",
        "# EOF",
    ];
    let lines = prop::collection::vec(prop::sample::select(lines.to_vec()), 0..12);
    lines.prop_map(|lines| format!("{}\n", lines.join("\n")).into_bytes())
}

/// Reads with both parsers; a fault must be in a line that exists.
fn parse_both(page: &[u8]) -> Result<(), TestCaseError> {
    let lines = page.split(|byte| *byte == b'\n').count();
    let check = |parsed: Result<Page, ParseError>| {
        if let Err(error) = parsed {
            prop_assert!((1..=lines).contains(&error.line()), "{error}");
            prop_assert!(error.text().chars().count() <= 121);
        }
        Ok(())
    };
    check(parse_text(page))?;
    check(parse_open_metrics(page))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 512 } else { 20_000 }))]

    #[test]
    fn no_bytes_make_the_parsers_panic(page in prop::collection::vec(any::<u8>(), 0..200)) {
        parse_both(&page)?;
    }

    #[test]
    fn nothing_near_a_page_makes_the_parsers_panic(page in near_page()) {
        parse_both(&page)?;
    }

    #[test]
    fn no_order_of_lines_makes_the_parsers_panic(page in near_lines()) {
        parse_both(&page)?;
    }
}
