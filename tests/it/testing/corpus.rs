//! Whole pages, and the same with one fault each.

use nunchi::testing::{parse_open_metrics, parse_text, Page, ParseError, Rule};

/// A valid page in the text format, with something of everything.
const TEXT: &str = r#"# HELP http_requests_total Requests "served", by code.\nAll of them.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"} 3 1395066363000
# TYPE files gauge
files{path="C:\\DIR\\FILE.TXT",error="not found:\n\"FILE.TXT\""} 1.458255915e9
# HELP wait_seconds Time in queue.
# TYPE wait_seconds histogram
wait_seconds_bucket{queue="a",le="0.05"} 24054
wait_seconds_bucket{queue="a",le="1"} 33444
wait_seconds_bucket{queue="a",le="+Inf"} 34320
wait_seconds_sum{queue="a"} 53423.5
wait_seconds_count{queue="a"} 34320
# TYPE rpc_seconds summary
rpc_seconds{quantile="0.5"} 4773
rpc_seconds{quantile="0.99"} NaN
rpc_seconds_sum 1.7560473e+07
rpc_seconds_count 2693

# A comment.
odd{problem="division by zero"} +Inf -3982045
"#;

/// What stands in [`TEXT`], what takes its place, and the rule that is broken then, if any.
const TEXT_CHANGES: &[(&str, &str, Option<Rule>)] = &[
    ("_total counter", "_total untyped", None),
    ("files{", "files {", None),
    ("} +Inf", "}\t+Inf", None),
    ("\"a\",le=\"1\"", "\"a\" , le=\"1\", ", None),
    ("# HELP wait_seconds Time in queue.\n", "", None),
    ("wait_seconds_sum{queue=\"a\"} 53423.5\n", "", None),
    ("1.458255915e9", "NaN", None),
    ("4773", "-4773", None),
    ("# A comment.", "# EOF", None),
    ("odd{", "{\"odd.name\",", None),
    (" -3982045\n", " -3982045", Some(Rule::LastLine)),
    ("# HELP http_requests_total", "\u{feff}# HELP http_requests_total", Some(Rule::ByteOrderMark)),
    ("summary\n", "summary\r\n", Some(Rule::TypeWord)),
    ("counter\n", "stateset\n", Some(Rule::TypeWord)),
    ("counter\n", "\n", Some(Rule::Metadata)),
    ("# TYPE files gauge", "# TYPE files gauge now", Some(Rule::Trailing)),
    ("# TYPE files gauge\n", "# TYPE files gauge\n# TYPE files gauge\n", Some(Rule::MetadataTwice)),
    ("# TYPE rpc", "# HELP files F.\n# TYPE rpc", Some(Rule::FamilyInPieces)),
    ("# TYPE rpc", "files 1\n# TYPE rpc", Some(Rule::FamilyInPieces)),
    (
        "# A comment.",
        "rpc_seconds{quantile=\"1\"} 1\n# HELP rpc_seconds R.",
        Some(Rule::MetadataAfterSamples),
    ),
    ("odd{", "wait_seconds_count{", Some(Rule::NameClash)),
    ("odd{", "odd-name{", Some(Rule::MetricName)),
    ("odd{", "7odd{", Some(Rule::MetricName)),
    ("{problem", "{prob-lem", Some(Rule::Labels)),
    ("{problem", "{7problem", Some(Rule::LabelName)),
    ("{problem", "{__problem", Some(Rule::LabelNameReserved)),
    ("{problem=", "{problem=\"\",problem=", Some(Rule::LabelTwice)),
    ("\"division by zero\"", "division", Some(Rule::Labels)),
    ("zero\"}", "zero}", Some(Rule::Quote)),
    ("by zero", "by\\tzero", Some(Rule::Escape)),
    ("All of", "All\\\"of", Some(Rule::Escape)),
    ("+Inf -3982045", "0x10 -3982045", Some(Rule::Value)),
    ("+Inf -3982045", "1_0 -3982045", Some(Rule::Value)),
    ("+Inf -3982045", "1e999 -3982045", Some(Rule::Value)),
    ("+Inf -3982045", "", Some(Rule::Value)),
    ("-3982045", "-39820.45", Some(Rule::Timestamp)),
    ("-3982045", "-3982045 # {} 1", Some(Rule::Trailing)),
    ("1027 ", "-1027 ", Some(Rule::CounterValue)),
    ("1027 ", "NaN ", Some(Rule::CounterValue)),
    ("code=\"400\"", "code=\"200\"", Some(Rule::SeriesTwice)),
    ("wait_seconds_bucket{queue=\"a\",le=\"1\"} 33444", "wait_seconds 1", Some(Rule::SampleOfType)),
    (",le=\"1\"", "", Some(Rule::Le)),
    (",le=\"1\"", ",le=\"one\"", Some(Rule::Le)),
    ("_count{queue", "_count{le=\"1\",queue", Some(Rule::Le)),
    ("le=\"1\"", "le=\"0.01\"", Some(Rule::BucketOrder)),
    ("33444", "34444", Some(Rule::BucketsCumulative)),
    ("33444", "33444.5", Some(Rule::CountValue)),
    ("33444", "-33444", Some(Rule::CountValue)),
    ("wait_seconds_bucket{queue=\"a\",le=\"+Inf\"} 34320\n", "", Some(Rule::BucketInfinity)),
    ("wait_seconds_count{queue=\"a\"} 34320\n", "", Some(Rule::CountMissing)),
    ("_count{queue=\"a\"} 34320", "_count{queue=\"a\"} 34321", Some(Rule::CountDiffers)),
    ("0.99", "0.4", Some(Rule::QuantileOrder)),
    ("0.99", "0.50", Some(Rule::QuantileTwice)),
    ("0.99", "1.99", Some(Rule::Quantile)),
    ("{quantile=\"0.99\"}", "{p=\"0.99\"}", Some(Rule::Quantile)),
];

/// A valid page of OpenMetrics, with something of everything.
const OPEN_METRICS: &str = r#"# TYPE target info
# HELP target Target \"metadata\".
target_info{host="a",version="8.2.7"} 1
# TYPE http_requests counter
# HELP http_requests Requests served.
http_requests_total{code="200"} 17 # {trace_id="KOO5S4vxi0o"} 0.67 1520879607.789
http_requests_created{code="200"} 1520430000.123
http_requests_total{code="400"} 3.0
# TYPE wait_seconds histogram
# UNIT wait_seconds seconds
wait_seconds_bucket{queue="a",le="0.05"} 2 # {} 0.01
wait_seconds_bucket{queue="a",le="1.0"} 8
wait_seconds_bucket{queue="a",le="+Inf"} 9
wait_seconds_count{queue="a"} 9
wait_seconds_sum{queue="a"} 32478.5
wait_seconds_created{queue="a"} 1520430000
# TYPE depth gaugehistogram
depth_bucket{le="-1.0"} 1
depth_bucket{le="+Inf"} 4
depth_gcount 4
depth_gsum -2.5
# TYPE rpc_seconds summary
rpc_seconds{quantile="0.5"} 4773
rpc_seconds{quantile="0.99"} NaN
rpc_seconds_sum 1.7560473e+07
rpc_seconds_count 2693
# TYPE mode stateset
mode{entity="controller",mode="on"} 1
mode{entity="controller",mode="off"} 0
# TYPE load gauge
load 17.0 123
load 18.0 456
odd{problem="division by\nzero"} +Inf
# EOF
"#;

/// What stands in [`OPEN_METRICS`], what takes its place, and the rule that is broken then, if any.
const OPEN_METRICS_CHANGES: &[(&str, &str, Option<Rule>)] = &[
    ("# EOF\n", "# EOF", None),
    ("target_info{host=\"a\",version=\"8.2.7\"}", "target_info{}", None),
    ("by\\nzero", "by\\tzero", None),
    ("18.0 456", "18.0 123", None),
    ("# UNIT wait_seconds seconds", "# UNIT wait_seconds ", None),
    ("le=\"0.05\"", "le=\"5e-2\"", None),
    ("+Inf\n# EOF", "inf\n# EOF", None),
    ("# TYPE load", "\n# TYPE load", Some(Rule::BlankLine)),
    ("load gauge\n", "load gauge\r\n", Some(Rule::CarriageReturn)),
    ("# TYPE target", "\u{feff}# TYPE target", Some(Rule::ByteOrderMark)),
    ("# EOF\n", "", Some(Rule::EndMissing)),
    ("\n# EOF\n", "", Some(Rule::LastLine)),
    ("# EOF\n", "# EOF\nload 1\n", Some(Rule::AfterEnd)),
    ("# TYPE load", "# Comment.\n# TYPE load", Some(Rule::Comment)),
    (" Target \\\"metadata\\\".", "", Some(Rule::Metadata)),
    ("gauge\n", "untyped\n", Some(Rule::TypeWord)),
    ("gauge\n", "gauge \n", Some(Rule::Trailing)),
    ("# HELP http_requests", "# TYPE http_requests counter\n# HELP http_requests", Some(Rule::MetadataTwice)),
    ("odd{", "# HELP load L.\nodd{", Some(Rule::MetadataAfterSamples)),
    ("odd{", "depth_gcount ", Some(Rule::Value)),
    ("odd{", "rpc_seconds_count{", Some(Rule::NameClash)),
    ("# TYPE load gauge", "# TYPE depth gauge", Some(Rule::FamilyInPieces)),
    ("# TYPE load gauge\n", "# TYPE rpc_seconds_created gauge\n", Some(Rule::NameClash)),
    ("# UNIT wait_seconds seconds", "# UNIT wait_seconds minutes", Some(Rule::UnitSuffix)),
    ("# HELP target Target", "# UNIT target info\n# HELP target Target", Some(Rule::UnitOfType)),
    ("odd{", "odd.name{", Some(Rule::MetricName)),
    ("odd{", "_odd{", Some(Rule::MetricNameReserved)),
    ("{problem", "{7", Some(Rule::LabelName)),
    ("{problem", "{_problem", Some(Rule::LabelNameReserved)),
    ("{problem=", "{problem=\"\",problem=", Some(Rule::LabelTwice)),
    ("zero\"}", "zero\",}", Some(Rule::Labels)),
    ("zero\"}", "zero}", Some(Rule::Quote)),
    ("\\\"metadata", "\"metadata", Some(Rule::Escape)),
    ("+Inf\n# EOF", "0x1\n# EOF", Some(Rule::Value)),
    ("+Inf\n# EOF", "+Inf\t\n# EOF", Some(Rule::Blank)),
    ("18.0 456", "18.0 NaN", Some(Rule::Timestamp)),
    ("18.0 456", "18.0 45", Some(Rule::TimestampOrder)),
    ("18.0 456", "18.0", Some(Rule::TimestampMixed)),
    ("http_requests_total{code=\"400\"}", "http_requests{code=\"400\"}", Some(Rule::SampleOfType)),
    ("http_requests_total{code=\"400\"} 3.0", "http_requests_created{code=\"400\"} 3.0", Some(Rule::Total)),
    ("_created{code=\"200\"} 1520430000.123", "_created{code=\"200\"} NaN", Some(Rule::Created)),
    ("} 3.0", "} -3.0", Some(Rule::CounterValue)),
    ("} 3.0", "} NaN", Some(Rule::CounterValue)),
    ("code=\"400\"} 3.0", "code=\"200\"} 3.0", Some(Rule::SeriesTwice)),
    ("http_requests_total{code=\"400\"} 3.0", "http_requests_total{code=\"400\"} 3.0\nhttp_requests_total{code=\"200\",x=\"\"} 3.0", Some(Rule::SeriesTwice)),
    ("http_requests_created{code=\"200\"} 1520430000.123\nhttp_requests_total{code=\"400\"} 3.0", "http_requests_total{code=\"400\"} 3.0\nhttp_requests_created{code=\"200\"} 1520430000.123", Some(Rule::SeriesInPieces)),
    (",le=\"1.0\"", "", Some(Rule::Le)),
    ("le=\"+Inf\"} 9", "le=\"Inf\"} 9", Some(Rule::Le)),
    ("_sum{queue", "_sum{le=\"1\",queue", Some(Rule::Le)),
    ("le=\"1.0\"", "le=\"0.04\"", Some(Rule::BucketOrder)),
    ("le=\"1.0\"} 8", "le=\"1.0\"} 10", Some(Rule::BucketsCumulative)),
    ("le=\"1.0\"} 8", "le=\"1.0\"} 8.5", Some(Rule::CountValue)),
    ("wait_seconds_bucket{queue=\"a\",le=\"+Inf\"} 9\n", "", Some(Rule::BucketInfinity)),
    ("wait_seconds_count{queue=\"a\"} 9\n", "", Some(Rule::CountMissing)),
    ("wait_seconds_sum{queue=\"a\"} 32478.5\n", "", Some(Rule::CountMissing)),
    ("wait_seconds_count{queue=\"a\"} 9", "wait_seconds_count{queue=\"a\"} 10", Some(Rule::CountDiffers)),
    ("32478.5", "-32478.5", Some(Rule::SumValue)),
    ("32478.5", "NaN", Some(Rule::SumValue)),
    ("le=\"0.05\"} 2 # {} 0.01", "le=\"-0.05\"} 2", Some(Rule::NegativeBuckets)),
    ("le=\"-1.0\"", "le=\"1.0\"", Some(Rule::SumValue)),
    ("# {} 0.01", "# {} 0.06", Some(Rule::ExemplarRange)),
    ("# {} 0.01", "#{} 0.01", Some(Rule::ExemplarForm)),
    ("KOO5S4vxi0o", "KOO5S4vxi0oKOO5S4vxi0oKOO5S4vxi0oKOO5S4vxi0oKOO5S4vxi0oKOO5S4vxi0oKOO5S4vxi0oKOO5S4vxi0oKOO5S4vxi0oKOO5S4vxi0oKOO5S4vxi0o", Some(Rule::ExemplarLength)),
    ("rpc_seconds_count 2693", "rpc_seconds_count 2693 # {} 1", Some(Rule::ExemplarPlace)),
    ("0.99", "1.99", Some(Rule::Quantile)),
    ("0.99", "0.50", Some(Rule::QuantileTwice)),
    ("4773", "-4773", Some(Rule::QuantileValue)),
    ("version=\"8.2.7\"} 1", "version=\"8.2.7\"} 0", Some(Rule::InfoValue)),
    ("mode=\"off\"} 0", "mode=\"off\"} 0.5", Some(Rule::StateValue)),
    (",mode=\"off\"", "", Some(Rule::State)),
];

/// What a parser must say of each page: that it is valid, or the rule that it breaks.
pub(super) fn pages(
    page: &'static str,
    changes: &'static [(&str, &str, Option<Rule>)],
) -> impl Iterator<Item = (String, Option<Rule>)> {
    let changed = changes.iter().map(move |(from, to, rule)| {
        assert_eq!(page.matches(from).count().min(1), 1, "{from:?} is on the page");
        (page.replacen(from, to, 1), *rule)
    });
    std::iter::once((page.to_owned(), None)).chain(changed)
}

fn check(
    parse: fn(&[u8]) -> Result<Page, ParseError>,
    pages: impl Iterator<Item = (String, Option<Rule>)>,
) {
    for (page, rule) in pages {
        let error = parse(page.as_bytes()).err();
        assert_eq!(error.as_ref().map(ParseError::rule), rule, "{error:?}\n{page}");
    }
}

#[test]
fn one_fault_in_a_page_of_text_is_found() {
    check(parse_text, pages(TEXT, TEXT_CHANGES));
}

#[test]
fn one_fault_in_a_page_of_open_metrics_is_found() {
    check(parse_open_metrics, pages(OPEN_METRICS, OPEN_METRICS_CHANGES));
}
