//! OpenMetrics 1.0.

use super::{open_metrics, open_metrics_refuses, Rule};
use crate::testing::{parse_open_metrics, Page};

fn rule(page: &[u8]) -> Option<Rule> {
    parse_open_metrics(page).err().map(|error| error.rule())
}

#[test]
fn o2_blanks_are_single_and_lines_full() {
    open_metrics_refuses(Rule::BlankLine, &[(2, "a 1\n\n")]);
    open_metrics_refuses(Rule::CarriageReturn, &[(1, "a 1\r\n"), (1, "# HELP a A.\r\n")]);
    open_metrics_refuses(Rule::ByteOrderMark, &[(1, "\u{feff}a 1\n")]);
    open_metrics_refuses(
        Rule::Value,
        &[(1, "a  1\n"), (1, "a\n"), (1, "a \n"), (1, "a 0x1\n"), (1, "a {} 1\n")],
    );
    open_metrics_refuses(Rule::MetricName, &[(1, " a 1\n"), (1, "a\t1\n")]);
    open_metrics_refuses(Rule::Blank, &[(1, "a 1\t\n"), (1, "a{x=\"1\"}1\n")]);
    open_metrics_refuses(Rule::Labels, &[(1, "a{x=\"1\",} 1\n"), (1, "a{x= \"1\"} 1\n")]);
    open_metrics_refuses(Rule::LabelName, &[(1, "a{ x=\"1\"} 1\n"), (1, "a{,x=\"1\"} 1\n")]);
    open_metrics_refuses(Rule::Trailing, &[(1, "a 1 1 1\n"), (1, "# TYPE a gauge \n")]);
    open_metrics_refuses(Rule::Quote, &[(1, "a{x=\"1} 1\n")]);
    assert_eq!(rule(b"a{x=\"\xff\"} 1\n# EOF\n"), Some(Rule::Utf8));
    assert_eq!(open_metrics("a{} 1\n").value("a", &[]), Some(1.0));
}

#[test]
fn o3_the_end_is_marked_and_is_the_end() {
    assert_eq!(parse_open_metrics(b"# EOF\n"), Ok(Page::default()));
    assert_eq!(parse_open_metrics(b"# EOF"), Ok(Page::default()));
    for page in [&b""[..], b"a 1\n", b"# TYPE a gauge\n"] {
        assert_eq!(rule(page), Some(Rule::EndMissing));
    }
    for page in [&b"# EOF\na 1\n"[..], b"# EOF\n\n", b"# EOF\n# EOF\n", b"# EOFa"] {
        assert_eq!(rule(page), Some(Rule::AfterEnd));
    }
    assert_eq!(rule(b"a 1"), Some(Rule::LastLine));
    assert_eq!(rule(b"# EOF \n"), Some(Rule::Comment));
}

#[test]
fn o4_no_other_line_begins_with_a_hash() {
    open_metrics_refuses(
        Rule::Comment,
        &[(1, "# note\n"), (1, "#\n"), (1, "#HELP a A.\n"), (1, "# help a A.\n"), (1, "#  HELP\n")],
    );
}

#[test]
fn o5_an_empty_help_has_its_blank() {
    let page = open_metrics("# HELP a \n# UNIT a \n");
    assert_eq!(page.family("a").map(|a| (a.help(), a.unit())), Some(("", "")));
    open_metrics_refuses(Rule::Metadata, &[(1, "# HELP a\n"), (1, "# TYPE\n"), (1, "# UNIT a\n")]);
    open_metrics_refuses(Rule::MetricName, &[(1, "# HELP \n"), (1, "# HELP a\tA.\n")]);
}

#[test]
fn o6_metadata_comes_once_and_first() {
    open_metrics_refuses(
        Rule::MetadataTwice,
        &[(2, "# HELP a \n# HELP a \n"), (2, "# UNIT a_s s\n# UNIT a_s s\n")],
    );
    open_metrics_refuses(Rule::MetadataAfterSamples, &[(2, "a 1\n# TYPE a gauge\n")]);
}

#[test]
fn o7_a_help_escapes_quotes_too() {
    let page = open_metrics("# HELP a \\\"\\\\\\n\\d\n");
    assert_eq!(page.family("a").map(super::super::page::Family::help), Some("\"\\\n\\d"));
    open_metrics_refuses(Rule::Escape, &[(1, "# HELP a \"\n"), (1, "# HELP a \\\n")]);
}

#[test]
fn o8_types_are_eight_words() {
    for word in ["counter", "gauge", "gaugehistogram", "histogram", "info", "stateset", "summary"] {
        let page = open_metrics(&format!("# TYPE a {word}\n"));
        assert_eq!(page.family("a").map(super::super::page::Family::metric_type), Some(word));
    }
    assert_eq!(
        open_metrics("a 1\n").family("a").map(super::super::page::Family::metric_type),
        Some("unknown")
    );
    open_metrics_refuses(Rule::TypeWord, &[(1, "# TYPE a untyped\n"), (1, "# TYPE a Gauge\n")]);
}

#[test]
fn o9_a_counter_is_a_total() {
    let page = open_metrics("# TYPE a counter\na_total 17\na_created 1520430000.123\n");
    assert_eq!(page.value("a_total", &[]), Some(17.0));
    open_metrics_refuses(Rule::SampleOfType, &[(2, "# TYPE a counter\na 1\n")]);
    open_metrics_refuses(Rule::Total, &[(2, "# TYPE a counter\na_created 1\n")]);
    open_metrics_refuses(Rule::Created, &[(2, "# TYPE a counter\na_created NaN\n")]);
}

#[test]
fn o10_a_unit_ends_the_name() {
    let page = open_metrics("# TYPE a_seconds counter\n# UNIT a_seconds seconds\n");
    assert_eq!(page.family("a_seconds").map(super::super::page::Family::unit), Some("seconds"));
    open_metrics_refuses(Rule::UnitSuffix, &[(1, "# UNIT a seconds\n"), (1, "# UNIT as s\n")]);
    open_metrics_refuses(
        Rule::UnitOfType,
        &[(1, "# TYPE a_s info\n# UNIT a_s s\n"), (1, "# UNIT a_s s\n# TYPE a_s stateset\n")],
    );
}

#[test]
fn o11_a_counter_is_neither_negative_nor_nan() {
    for value in ["-1", "NaN"] {
        let page = format!("# TYPE a counter\na_total {value}\n");
        open_metrics_refuses(Rule::CounterValue, &[(2, &page)]);
    }
}

#[test]
fn o12_o16_a_histogram_adds_up() {
    let head = "# TYPE a histogram\n";
    open_metrics(&format!("{head}a_bucket{{le=\"-1\"}} 0\na_bucket{{le=\"+Inf\"}} 3.0\n"));
    let infinity = "a_bucket{le=\"+Inf\"} 1\n";
    for (rule, line, lines) in [
        (Rule::BucketInfinity, 2, "a_bucket{le=\"1\"} 1\n"),
        (Rule::BucketInfinity, 2, "a_sum 1\na_count 1\n"),
        (Rule::BucketOrder, 3, "a_bucket{le=\"2\"} 1\na_bucket{le=\"1\"} 1\n"),
        (Rule::BucketsCumulative, 3, "a_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\n"),
        (Rule::CountMissing, 3, &format!("{infinity}a_sum 1\n")),
        (Rule::CountMissing, 3, &format!("{infinity}a_count 1\n")),
        (Rule::CountDiffers, 4, &format!("{infinity}a_sum 1\na_count 2\n")),
        (
            Rule::NegativeBuckets,
            4,
            &format!("a_bucket{{le=\"-1\"}} 1\n{infinity}a_sum 1\na_count 1\n"),
        ),
        (Rule::SumValue, 3, &format!("{infinity}a_sum -1\n")),
        (Rule::SumValue, 3, &format!("{infinity}a_sum NaN\n")),
        (Rule::CountValue, 2, "a_bucket{le=\"+Inf\"} 0.5\n"),
        (Rule::CountValue, 2, "a_count +Inf\n"),
        (Rule::Le, 2, "a_bucket{le=\"NaN\"} 1\n"),
        (Rule::Le, 2, "a_sum{le=\"1\"} 1\n"),
    ] {
        open_metrics_refuses(rule, &[(line, &format!("{head}{lines}"))]);
    }
}

#[test]
fn o13_only_infinity_has_one_spelling() {
    let buckets = "a_bucket{le=\"1.1e-4\"} 0\na_bucket{le=\"1\"} 0\na_bucket{le=\"+Inf\"} 0\n";
    open_metrics(&format!("# TYPE a histogram\n{buckets}"));
    for le in ["+INF", "Inf", "inf", "+infinity"] {
        let page = format!("# TYPE a histogram\na_bucket{{le=\"{le}\"}} 0\n");
        open_metrics_refuses(Rule::Le, &[(2, &page)]);
    }
}

#[test]
fn o16_neither_families_nor_metrics_nor_points_are_interleaved() {
    open_metrics_refuses(Rule::FamilyInPieces, &[(3, "a 1\nb 1\na{x=\"1\"} 1\n")]);
    let head = "# TYPE a summary\n";
    let in_pieces = "a_count{x=\"1\"} 0\na_count{x=\"2\"} 0\na_sum{x=\"1\"} 0\n";
    open_metrics_refuses(Rule::SeriesInPieces, &[(4, &format!("{head}{in_pieces}"))]);
    let in_pieces = "a_count 0 1\na_count 0 2\na_sum 0 1\n";
    open_metrics_refuses(Rule::TimestampOrder, &[(4, &format!("{head}{in_pieces}"))]);
    open_metrics(&format!("{head}a_count 0 1\na_sum 0 1\na_count 0 2\na_sum 0 2\n"));
}

#[test]
fn o17_quantiles_are_from_0_to_1_and_not_negative() {
    let head = "# TYPE a summary\n";
    open_metrics(&format!("{head}a{{quantile=\"1\"}} NaN\na{{quantile=\"0.5\"}} 1\na_sum 0\n"));
    for (rule, line, lines) in [
        (Rule::Quantile, 2, "a{quantile=\"1.01\"} 1\n"),
        (Rule::Quantile, 2, "a 1\n"),
        (Rule::QuantileValue, 2, "a{quantile=\"0.5\"} -1\n"),
        (
            Rule::QuantileTwice,
            4,
            "a{quantile=\"1\"} 1\na{quantile=\"0\"} 1\na{quantile=\"1.0\"} 1\n",
        ),
        (Rule::SumValue, 2, "a_sum -1\n"),
        (Rule::CountValue, 2, "a_count 1.5\n"),
    ] {
        open_metrics_refuses(rule, &[(line, &format!("{head}{lines}"))]);
    }
}

#[test]
fn o18_infos_are_1_and_states_0_or_1() {
    open_metrics(
        "# TYPE a stateset\na{a=\"on\"} 1.0\na{a=\"off\"} 0\n# TYPE b info\nb_info{x=\"\"} 1\n",
    );
    open_metrics_refuses(Rule::InfoValue, &[(2, "# TYPE a info\na_info 2\n")]);
    open_metrics_refuses(Rule::SampleOfType, &[(2, "# TYPE a info\na 1\n")]);
    open_metrics_refuses(Rule::StateValue, &[(2, "# TYPE a stateset\na{a=\"on\"} 2\n")]);
    open_metrics_refuses(Rule::State, &[(2, "# TYPE a stateset\na{b=\"on\"} 1\n")]);
}

#[test]
fn o19_a_gauge_histogram_has_suffixes_of_its_own() {
    let head = "# TYPE a gaugehistogram\n";
    let negative = "a_bucket{le=\"-1\"} 1\na_bucket{le=\"+Inf\"} 1\na_gsum -2\na_gcount 1\n";
    open_metrics(&format!("{head}{negative}"));
    let infinity = "a_bucket{le=\"+Inf\"} 1\n";
    for (rule, line, lines) in [
        (Rule::SumValue, 3, "a_gsum -1\na_gcount 1\n"),
        (Rule::SumValue, 3, "a_gsum NaN\n"),
        (Rule::CountMissing, 3, "a_gcount 1\n"),
        (Rule::CountValue, 3, "a_gcount -1\n"),
    ] {
        open_metrics_refuses(rule, &[(line, &format!("{head}{infinity}{lines}"))]);
    }
}

#[test]
fn o20_exemplars_are_on_totals_and_buckets() {
    let page = open_metrics("# TYPE a counter\na_total 1 5 # {id=\"7 # \"} 0.5 1.5\n");
    let total = page.sample("a_total", &[]).expect("a total");
    let exemplar = total.exemplar().expect("an exemplar");
    assert_eq!(exemplar.labels().collect::<Vec<_>>(), [("id", "7 # ")]);
    assert_eq!((exemplar.value(), exemplar.timestamp()), (0.5, Some(1.5)));
    assert_eq!(total.timestamp(), Some(5.0));
    for lines in ["gauge\na", "histogram\na_sum", "summary\na_count", "counter\na_created"] {
        let page = format!("# TYPE a {lines} 1 # {{}} 1\n");
        open_metrics_refuses(Rule::ExemplarPlace, &[(2, &page)]);
    }
    let head = "# TYPE a counter\na_total 1";
    for exemplar in [" #", " #{} 1", " # {}1", " # {} 1 ", " # {} x", " # {} 1 NaN", " # {} 1 1 1"]
    {
        open_metrics_refuses(Rule::ExemplarForm, &[(2, &format!("{head}{exemplar}\n"))]);
    }
    open_metrics_refuses(Rule::LabelTwice, &[(2, &format!("{head} # {{a=\"\",a=\"\"}} 1\n"))]);
    let bucket = "# TYPE a histogram\na_bucket{le=\"1\"} 1 # {} 1.5\n";
    open_metrics_refuses(Rule::ExemplarRange, &[(2, bucket)]);
}

#[test]
fn o21_exemplars_have_128_characters_at_most() {
    let page = |characters: usize| {
        let value = "돌".repeat(characters - 2);
        format!("# TYPE a counter\na_total 1 # {{id=\"{value}\"}} 1\n")
    };
    open_metrics(&page(128));
    open_metrics_refuses(Rule::ExemplarLength, &[(2, &page(129))]);
}

#[test]
fn o22_timestamps_are_seconds_and_do_not_go_back() {
    let page = open_metrics("a 1 1520879607.789\na 2 1520879608\n");
    assert_eq!(
        page.sample("a", &[]).and_then(super::super::page::Sample::timestamp),
        Some(1520879607.789)
    );
    open_metrics_refuses(Rule::Timestamp, &[(1, "a 1 NaN\n"), (1, "a 1 \n"), (1, "a 1 +Inf\n")]);
    open_metrics_refuses(Rule::TimestampOrder, &[(2, "a 1 2\na 1 1\n")]);
    open_metrics_refuses(Rule::TimestampMixed, &[(2, "a 1 2\na 1\n"), (2, "a 1\na 1 2\n")]);
}

#[test]
fn n3_leading_underscores_are_reserved() {
    open_metrics_refuses(Rule::LabelNameReserved, &[(1, "a{_x=\"1\"} 1\n")]);
    open_metrics_refuses(Rule::MetricNameReserved, &[(1, "_a 1\n"), (1, "# TYPE _a gauge\n")]);
}

#[test]
fn n12_no_two_families_could_have_a_sample_of_one_name() {
    open_metrics_refuses(
        Rule::NameClash,
        &[
            (2, "# TYPE a_created gauge\n# TYPE a counter\n"),
            (2, "# TYPE a counter\n# TYPE a_total gauge\n"),
        ],
    );
}

#[test]
fn n14_n8_a_series_comes_once() {
    open_metrics_refuses(Rule::SeriesTwice, &[(2, "a 1\na 1\n"), (2, "a 1\na{x=\"\"} 1\n")]);
    open_metrics("a 1 1\na 1 1\n"); // Times that a float cannot tell apart.
}

#[test]
fn t13_names_outside_the_legacy_set_are_quoted() {
    let page = open_metrics(
        "# TYPE \"a.b\" counter\n# HELP \"a.b\" A.\n{\"a.b_total\",\"x\\\"y\"=\"1\",z=\"2\"} 1\n\
         {\"a.b_total\"} 2 # {\"x y\"=\"1\"} 1\na{\"x.y\"=\"1\"} 3\n",
    );
    assert_eq!(page.value("a.b_total", &[("x\"y", "1"), ("z", "2")]), Some(1.0));
    assert_eq!(page.value("a", &[("x.y", "1")]), Some(3.0));
    open_metrics("# TYPE \"a.b_seconds\" gauge\n# UNIT \"a.b_seconds\" seconds\n");
    let lines: Vec<_> = page.families()[0].samples().iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["{\"a.b_total\",\"x\\\"y\"=\"1\",z=\"2\"} 1", "{\"a.b_total\"} 2"]);
    open_metrics_refuses(
        Rule::MetricName,
        &[
            (1, "{} 1\n"),
            (1, "# TYPE \"\" gauge\n"),
            (1, "# TYPE \"a.b\"gauge\n"),
            (1, "\"a.b\" 1\n"),
            (1, "\"a.b\"{x=\"1\"} 1\n"),
            (1, "{x=\"1\"} 1\n"),
        ],
    );
    open_metrics_refuses(
        Rule::Labels,
        &[
            (1, "a{\"b\"} 1\n"),
            (1, "{\"a\",\"b\"} 1\n"),
            (1, "{\"\"} 1\n"),
            (1, "{x=\"1\",\"a\"} 1\n"),
            (1, "{\"a\",} 1\n"),
            (1, "{\"a\" ,x=\"1\"} 1\n"),
            (1, "{\"a\",\"x\"= \"1\"} 1\n"),
        ],
    );
    open_metrics_refuses(Rule::LabelName, &[(1, "{\"a\",\"\"=\"1\"} 1\n"), (1, "{ \"a\"} 1\n")]);
    open_metrics_refuses(Rule::Blank, &[(1, "{\"a\"}1\n"), (1, "{\"a\"}\t1\n")]);
    open_metrics_refuses(Rule::Value, &[(1, "{\"a\"}  1\n")]);
    open_metrics_refuses(Rule::Quote, &[(1, "# TYPE \"a.b gauge\n"), (1, "{\"a.b} 1\n")]);
    open_metrics_refuses(
        Rule::MetricNameReserved,
        &[(1, "# TYPE \"_a.b\" gauge\n"), (1, "{\"_a.b\"} 1\n")],
    );
    open_metrics_refuses(Rule::LabelNameReserved, &[(1, "{\"a\",\"_x\"=\"1\"} 1\n")]);
    open_metrics_refuses(Rule::UnitSuffix, &[(1, "# UNIT \"a.seconds\" seconds\n")]);
    open_metrics_refuses(Rule::ExemplarForm, &[(1, "a_total 1 # {\"x\"} 1\n")]);
    open_metrics_refuses(
        Rule::ExemplarForm,
        &[(2, "# TYPE a counter\na_total 1 # {\"x\",y=\"1\"} 1\n")],
    );
}
