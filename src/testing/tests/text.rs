//! The text format 0.0.4.

use super::{text, text_refuses, Rule};
use crate::testing::{parse_text, Page};

#[test]
fn t1_lines_end_with_a_line_feed() {
    text_refuses(Rule::LastLine, &[(1, "a 1"), (2, "a 1\n# TYPE b gauge")]);
    text_refuses(Rule::TypeWord, &[(1, "# TYPE a gauge\r\n")]);
    text_refuses(Rule::Value, &[(1, "a 1\r\n")]);
    text_refuses(Rule::ByteOrderMark, &[(1, "\u{feff}a 1\n")]);
    assert_eq!(parse_text(b""), Ok(Page::default()));
    assert_eq!(parse_text(b"a 1\n# HELP b \xff\n").map_err(|error| error.rule()), Err(Rule::Utf8));
}

#[test]
fn t2_types_are_five_words() {
    for (word, kind) in [("untyped", "unknown"), ("counter", "counter"), ("summary", "summary")] {
        let page = text(&format!("# TYPE a {word}\n"));
        assert_eq!(page.family("a").map(super::super::page::Family::metric_type), Some(kind));
    }
    for word in ["info", "stateset", "unknown", "gaugehistogram", "Gauge"] {
        text_refuses(Rule::TypeWord, &[(1, &format!("# TYPE a {word}\n"))]);
    }
    text_refuses(Rule::Metadata, &[(1, "# TYPE\n"), (1, "# TYPE a\n"), (1, "# HELP \n")]);
    text_refuses(Rule::Trailing, &[(1, "# TYPE a gauge b\n")]);
    text_refuses(Rule::MetricName, &[(1, "# TYPE a.b gauge\n"), (1, "# HELP 0a Help.\n")]);
}

#[test]
fn t3_type_comes_once_and_before_the_samples() {
    text_refuses(
        Rule::MetadataTwice,
        &[(2, "# TYPE a gauge\n# TYPE a gauge\n"), (2, "# HELP a A.\n# HELP a A.\na 1\n")],
    );
    text_refuses(
        Rule::MetadataAfterSamples,
        &[(2, "a 1\n# TYPE a gauge\n"), (3, "# TYPE a gauge\na 1\n# HELP a A.\n")],
    );
}

#[test]
fn t4_a_help_escapes_backslash_and_line_feed() {
    let page = text("# HELP a A \\\\ b\\nc \"d\" \n#HELP b\n# HELP c  \n");
    let help = |name| page.family(name).map(|family| family.help().to_owned());
    assert_eq!(help("a").as_deref(), Some("A \\ b\nc \"d\" "));
    assert_eq!((help("b").as_deref(), help("c").as_deref()), (Some(""), Some("")));
    text_refuses(
        Rule::Escape,
        &[(1, "# HELP a \\\"\n"), (1, "# HELP a \\t\n"), (1, "# HELP a \\\n")],
    );
}

#[test]
fn t5_a_label_value_escapes_the_quote_as_well() {
    let page = text("a{x=\"\\\"\\\\\\n,}\",y=\"\r\0돌\"} 1\n");
    assert_eq!(page.value("a", &[("y", "\r\0돌"), ("x", "\"\\\n,}")]), Some(1.0));
    text_refuses(Rule::Escape, &[(1, "a{x=\"\\t\"} 1\n"), (1, "a{x=\"\\돌\"} 1\n")]);
    text_refuses(Rule::Quote, &[(1, "a{x=\"1} 1\n"), (1, "a{x=\"1\\\"} 1\n")]);
}

#[test]
fn t6_blanks_and_the_last_comma_are_a_matter_of_taste() {
    let page = text(" a\t { x = \"1\" , } \t 2  3 \n\t# TYPE  b   gauge \nb{} 1\nc{x=\"1\"}2\n");
    assert_eq!(page.value("a", &[("x", "1")]), Some(2.0));
    assert_eq!(
        page.sample("a", &[("x", "1")]).and_then(super::super::page::Sample::timestamp),
        Some(0.003)
    );
    assert_eq!((page.value("b", &[]), page.value("c", &[("x", "1")])), (Some(1.0), Some(2.0)));
    text_refuses(
        Rule::Labels,
        &[
            (1, "a{x} 1\n"),
            (1, "a{x=1} 1\n"),
            (1, "a{x='1'} 1\n"),
            (1, "a{x=\"1\"y=\"2\"} 1\n"),
            (1, "a{x=\"1\" 1\n"),
        ],
    );
    text_refuses(Rule::LabelName, &[(1, "a{,} 1\n"), (1, "a{1=\"\"} 1\n"), (1, "a{ 1\n")]);
    text_refuses(Rule::MetricName, &[(1, "a-b 1\n"), (1, "=\n"), (1, "{x=\"1\"} 1\n")]);
}

#[test]
fn t7_a_value_is_a_decimal_number() {
    for value in ["1E3", "+Inf", "inf", "nan", "-.5", "0042"] {
        assert!(text(&format!("a {value}\n")).value("a", &[]).is_some());
    }
    for value in ["0x1p-3", "1_0", "1e999", "a", "-NaN", "1,5"] {
        text_refuses(Rule::Value, &[(1, &format!("a {value}\n"))]);
    }
    text_refuses(Rule::Value, &[(1, "a\n"), (1, "a \n"), (1, "a{x=\"1\"}\n")]);
}

#[test]
fn t8_a_timestamp_is_whole_milliseconds() {
    let page = text("a 1 -1500\n");
    assert_eq!(page.sample("a", &[]).and_then(super::super::page::Sample::timestamp), Some(-1.5));
    text_refuses(Rule::Timestamp, &[(1, "a 1 1.5\n"), (1, "a 1 9223372036854775808\n")]);
    text_refuses(Rule::Trailing, &[(1, "a 1 2 3\n")]);
}

#[test]
fn t9_the_lines_of_a_family_are_together() {
    text_refuses(
        Rule::FamilyInPieces,
        &[
            (3, "a{x=\"1\"} 1\nb 1\na{x=\"2\"} 1\n"),
            (3, "# HELP a A.\n# HELP b B.\n# TYPE a gauge\n"),
        ],
    );
}

const HISTOGRAM: &str = "# TYPE h histogram\n";

#[test]
fn t10_a_histogram_is_cumulative_and_ends_with_its_count() {
    let buckets = "h_bucket{le=\"-1\"} 1\nh_bucket{le=\"1.0\"} 1\nh_bucket{le=\"+Inf\"} 3\n";
    let page = text(&format!("{HISTOGRAM}{buckets}h_sum -2\nh_count 3\n"));
    assert_eq!(page.value("h_bucket", &[("le", "1.0")]), Some(1.0));
    // Only the buckets have an order; a sum may be left out.
    text(&format!("{HISTOGRAM}h_count 3\n{buckets}"));
    let cases = [
        (Rule::BucketOrder, 3, "h_bucket{le=\"2\"} 1\nh_bucket{le=\"1\"} 1\n"),
        (Rule::BucketOrder, 3, "h_bucket{le=\"1\"} 1\nh_bucket{le=\"1.0\"} 1\n"),
        (Rule::BucketsCumulative, 3, "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_count 1\n"),
        (Rule::BucketInfinity, 2, "h_bucket{le=\"1\"} 1\nh_count 1\n"),
        (Rule::BucketInfinity, 2, "h_sum 1\nh_count 1\n"),
        (Rule::CountMissing, 3, "h_bucket{le=\"+Inf\"} 1\nh_sum 1\n"),
        (Rule::CountDiffers, 4, "h_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n"),
        (
            Rule::CountDiffers,
            3,
            "h_bucket{le=\"+Inf\"} 9007199254740993\nh_count 9007199254740992\n",
        ),
        (Rule::CountValue, 2, "h_bucket{le=\"+Inf\"} 1.5\n"),
        (Rule::CountValue, 2, "h_bucket{le=\"+Inf\"} -1\n"),
        (Rule::CountValue, 2, "h_count NaN\n"),
        (Rule::Le, 2, "h_bucket 1\n"),
        (Rule::Le, 2, "h_bucket{le=\"many\"} 1\n"),
        (Rule::Le, 2, "h_bucket{le=\"NaN\"} 1\n"),
        (Rule::Le, 2, "h_bucket{le=\"Inf\"} 1\n"),
        (Rule::Le, 2, "h_sum{le=\"1\"} 1\n"),
        (Rule::SampleOfType, 2, "h 1\n"),
    ];
    for (rule, line, lines) in cases {
        text_refuses(rule, &[(line, &format!("{HISTOGRAM}{lines}"))]);
    }
}

#[test]
fn t10_each_label_set_is_a_histogram_of_its_own() {
    text(&format!(
        "{HISTOGRAM}h_bucket{{x=\"1\",le=\"1\"}} 9\nh_bucket{{le=\"+Inf\",x=\"2\"}} 1\n\
         h_count{{x=\"2\"}} 1\nh_bucket{{x=\"1\",le=\"+Inf\"}} 9\nh_count{{x=\"1\"}} 9\n"
    ));
    let lines = "h_bucket{x=\"1\",le=\"+Inf\"} 1\nh_count{x=\"1\"} 1\nh_count{x=\"2\"} 1\n";
    text_refuses(Rule::BucketInfinity, &[(4, &format!("{HISTOGRAM}{lines}"))]);
}

#[test]
fn t11_quantiles_ascend_from_0_to_1() {
    let head = "# TYPE s summary\n";
    let page =
        text(&format!("{head}s{{quantile=\"0.5\"}} NaN\ns{{quantile=\"1\"}} -3\ns_sum -3\n"));
    assert!(page.value("s", &[("quantile", "0.5")]).is_some_and(f64::is_nan));
    for (rule, line, lines) in [
        (Rule::QuantileOrder, 3, "s{quantile=\"0.9\"} 1\ns{quantile=\"0.5\"} 1\n"),
        (Rule::QuantileTwice, 3, "s{quantile=\"0.5\"} 1\ns{quantile=\"0.50\"} 1\n"),
        (Rule::Quantile, 2, "s{quantile=\"1.1\"} 1\n"),
        (Rule::Quantile, 2, "s{quantile=\"-0.1\"} 1\n"),
        (Rule::Quantile, 2, "s{quantile=\"NaN\"} 1\n"),
        (Rule::Quantile, 2, "s 1\n"),
        (Rule::Quantile, 2, "s_sum{quantile=\"0.5\"} 1\n"),
        (Rule::CountValue, 2, "s_count 1.5\n"),
    ] {
        text_refuses(rule, &[(line, &format!("{head}{lines}"))]);
    }
}

#[test]
fn t12_exemplars_and_the_end_mean_nothing_here() {
    text_refuses(Rule::Timestamp, &[(1, "a_total 1 # {} 1\n")]);
    text_refuses(Rule::Trailing, &[(1, "a_total 1 2 # {} 1\n")]);
    let page = text("# TYPE a_seconds gauge\n# UNIT a_seconds seconds\n# EOF\na_seconds 1\n");
    assert_eq!(page.family("a_seconds").map(super::super::page::Family::unit), Some(""));
}

#[test]
fn t13_names_outside_the_legacy_set_are_quoted() {
    let page = text("# TYPE \"a.b\" gauge\n{\"a.b\",\"x y\"=\"1\",z=\"2\"} 1\n{\"a.b\"} 2\n");
    assert_eq!(page.value("a.b", &[("x y", "1"), ("z", "2")]), Some(1.0));
    assert_eq!(page.family("a.b").map(super::super::page::Family::metric_type), Some("gauge"));
    let lines: Vec<_> = page.families()[0].samples().iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["{\"a.b\",\"x y\"=\"1\",z=\"2\"} 1", "{\"a.b\"} 2"]);
    text_refuses(Rule::MetricName, &[(1, "{} 1\n"), (1, "# TYPE \"\" gauge\n")]);
    text_refuses(Rule::LabelName, &[(1, "{\"a\",\"\"=\"1\"} 1\n")]);
    text_refuses(Rule::Labels, &[(1, "a{\"b\"} 1\n"), (1, "{\"a\",\"b\"} 1\n"), (1, "{\"\"} 1\n")]);
    text_refuses(Rule::Labels, &[(1, "{x=\"1\",\"a\"} 1\n"), (1, "{\"a\" \"b\"} 1\n")]);
    text_refuses(Rule::MetricName, &[(1, "\"a\" 1\n"), (1, "\"a\"{x=\"1\"} 1\n")]);
    text_refuses(Rule::MetricName, &[(1, "# TYPE \"a.b\"gauge\n"), (1, "{\"x\"=\"1\"} 1\n")]);
    text_refuses(Rule::Quote, &[(1, "# TYPE \"a.b gauge\n"), (1, "{\"a.b} 1\n")]);
    text_refuses(Rule::Escape, &[(1, "# TYPE \"a\\tb\" gauge\n"), (1, "{\"a\\.b\"} 1\n")]);
    text_refuses(Rule::LabelTwice, &[(1, "{\"a\",\"x\"=\"1\",x=\"2\"} 1\n")]);
    text_refuses(Rule::LabelNameReserved, &[(1, "{\"a\",\"__x\"=\"1\"} 1\n")]);
    text_refuses(Rule::SeriesTwice, &[(2, "a{x=\"1\"} 1\n{\"a\",\"x\"=\"1\"} 1\n")]);
}

#[test]
fn t14_blank_lines_and_comments_are_passed_over() {
    let page = text("\n \n# a comment\n#\n# TYPEa b\n# UNIT x y\na 1\n");
    assert_eq!(page.families().len(), 1);
}

#[test]
fn n3_labels_with_two_underscores_are_reserved() {
    text_refuses(Rule::LabelNameReserved, &[(1, "a{__x=\"1\"} 1\n"), (1, "a{__name__=\"b\"} 1\n")]);
    text("a{_x=\"1\"} 1\n");
}

#[test]
fn n7_a_label_comes_once() {
    text_refuses(
        Rule::LabelTwice,
        &[(1, "a{x=\"1\",x=\"2\"} 1\n"), (1, "a{y=\"\",x=\"\",y=\"\"} 1\n")],
    );
}

#[test]
fn n12_no_sample_belongs_to_two_families() {
    text_refuses(Rule::NameClash, &[(2, "h_count 1\n# TYPE h histogram\n")]);
    text_refuses(Rule::NameClash, &[(2, "# TYPE s summary\n# TYPE s_sum gauge\ns_sum 1\n")]);
    text_refuses(Rule::NameClash, &[(3, "# TYPE s summary\nb 1\ns_sum 1\n")]);
    text("# TYPE a gauge\na 1\na_count 1\n");
}

#[test]
fn n14_n8_a_series_comes_once_whatever_is_empty() {
    text_refuses(
        Rule::SeriesTwice,
        &[
            (2, "a 1\na 2\n"),
            (2, "a{x=\"\"} 1\na 2\n"),
            (2, "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1\n"),
            (2, "a 1 1\na 2 2\n"),
        ],
    );
}

#[test]
fn a8_a_counter_is_a_number_from_zero_on() {
    for value in ["-1", "NaN", "-Inf"] {
        text_refuses(Rule::CounterValue, &[(2, &format!("# TYPE a counter\na {value}\n"))]);
    }
    text("# TYPE a counter\na -0\n");
}
