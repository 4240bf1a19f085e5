//! Each rule on a page that breaks it, and on one that is as close as it may be.

use super::super::tests::{open_metrics, text};
use super::*;

/// Asserts that exactly these families of a page break this rule, in the order of the page.
#[track_caller]
fn finds_in(page: &Page, rule: LintRule, metrics: &[&str]) {
    let findings = lint(page);
    let found: Vec<&str> =
        findings.iter().filter(|finding| finding.rule() == rule).map(Finding::metric).collect();
    assert_eq!(found, metrics, "{findings:?}");
}

#[track_caller]
fn finds(page: &str, rule: LintRule, metrics: &[&str]) {
    finds_in(&text(page), rule, metrics);
}

/// A gauge of each name, with a help.
fn gauges(names: &[&str]) -> Page {
    let gauge = |name: &&str| format!("# HELP {name} H.\n# TYPE {name} gauge\n{name} 1\n");
    text(&names.iter().map(gauge).collect::<String>())
}

#[test]
fn a_family_has_a_help() {
    let page = "# HELP a A.\na 1\n# HELP b\nb 1\n# HELP c  \nc 1\nd 1\n# TYPE e gauge\n";
    finds(page, LintRule::HelpMissing, &["b", "c", "d"]);
    finds_in(&open_metrics("# HELP a  \na 1\n"), LintRule::HelpMissing, &["a"]);
}

#[test]
fn counters_and_nothing_else_end_with_total() {
    let page = "# TYPE a counter\na 1\n# TYPE a_total counter\na_total 1\n\
                # TYPE a_created counter\na_created 1\n\
                # TYPE b_total gauge\nb_total 1\n# TYPE b gauge\nb 1\nc_total 1\nc 1\n";
    finds(page, LintRule::TotalSuffix, &["a", "a_created", "b_total"]);
    let page =
        open_metrics("# TYPE a counter\na_total 1\na_created 1\n# TYPE b_total gauge\nb_total 1\n");
    finds_in(&page, LintRule::TotalSuffix, &["b_total"]);
}

#[test]
fn suffixes_of_samples_are_of_their_types() {
    let histogram = |name: &str| {
        format!("# TYPE {name} histogram\n{name}_bucket{{le=\"+Inf\"}} 1\n{name}_sum 1\n{name}_count 1\n")
    };
    let summary = |name: &str| format!("# TYPE {name} summary\n{name}_sum 1\n{name}_count 1\n");
    let gauge = |name: &str| format!("# TYPE {name} gauge\n{name} 1\n");
    let page = [
        histogram("a_bucket"),
        histogram("a_count"),
        histogram("a_sum"),
        summary("b_bucket"),
        summary("b_count"),
        summary("b_sum"),
        gauge("c_bucket"),
        gauge("c_count"),
        gauge("c_sum"),
        gauge("c_sums"),
        "d_bucket 1\nd_sum 1\n".to_owned(),
    ];
    let found = ["b_bucket", "c_bucket", "c_count", "c_sum"];
    finds(&page.concat(), LintRule::ReservedSuffix, &found);
}

#[test]
fn labels_of_samples_are_of_their_types() {
    let page = "# TYPE a gauge\na{le=\"1\"} 1\na{le=\"2\"} 1\n# TYPE b counter\nb{quantile=\"1\"} 1\n\
                # TYPE c summary\nc{quantile=\"1\"} 1\nc_sum 1\nc_count 1\n# TYPE d histogram\n\
                d_bucket{quantile=\"1\",le=\"+Inf\"} 1\nd_count{quantile=\"1\"} 1\n\
                # TYPE e summary\ne_sum{le=\"1\"} 1\ne_count{le=\"1\"} 1\n\
                # TYPE f histogram\nf_bucket{le=\"+Inf\"} 1\nf_count 1\ng{le=\"1\",quantile=\"1\"} 1\n";
    finds(page, LintRule::ReservedLabel, &["a", "b", "d", "e"]);
}

#[test]
fn n16_units_are_base_units() {
    let page = gauges(&[
        "a_seconds",
        "a_minutes",
        "a_seconds_minutes",
        "a_minutes_seconds",
        "kilobytes_b",
        "a_millimetres",
        "a_millimeters",
        "a_kelvins",
        "a_kelvin",
        "a_nanorankine",
        "a_Minutes",
        "a_thermometers",
        "a_kilometres_b",
        "a_mebibytes",
        "a_mibibytes",
        "a_bits",
        "a_ratio",
    ]);
    let found = [
        "a_minutes",
        "a_minutes_seconds",
        "kilobytes_b",
        "a_millimetres",
        "a_millimeters",
        "a_kelvins",
        "a_nanorankine",
        "a_kilometres_b",
        "a_mibibytes",
        "a_bits",
    ];
    finds_in(&page, LintRule::BaseUnit, &found);
    let findings = lint(&gauges(&["a_kilometres"]));
    assert_eq!(findings[0].text(), "the unit is `kilometres`; the base unit is `metres`");
}

#[test]
fn the_type_is_not_in_the_name() {
    let page = gauges(&["a_gauge", "a_GAUGE_b", "gauge_a", "a_gauges", "a_counter", "agauge"]);
    finds_in(&page, LintRule::TypeInName, &["a_gauge", "a_GAUGE_b"]);
    finds("a_unknown 1\na_untyped 1\n", LintRule::TypeInName, &[]);
}

#[test]
fn n6_colons_are_for_recording_rules() {
    finds_in(&gauges(&["a:b", "a_b"]), LintRule::Colon, &["a:b"]);
}

#[test]
fn names_are_in_snake_case() {
    let page = gauges(&["a:b", "a_b", "aB", "Ab", "AB_c", "a1B"]);
    finds_in(&page, LintRule::CamelCase, &["aB"]);
    let page = "a{bC=\"1\",d=\"1\"} 1\na{bC=\"2\"} 1\na{eF=\"2\"} 1\na2{b_C=\"dE\",Fg=\"1\"} 1\n";
    finds(page, LintRule::CamelCase, &["a", "a"]);
}

#[test]
fn n16_units_are_spelt_out() {
    let page = gauges(&["a_ms", "ms_a", "a_S_b", "a_m_s", "a_mss", "a_sec", "a_gb_total", "a_gib"]);
    let found = ["a_ms", "a_S_b", "a_m_s", "a_sec", "a_gb_total"];
    finds_in(&page, LintRule::UnitAbbreviation, &found);
}

#[test]
fn n11_suffixes_of_openmetrics_are_reserved() {
    let names = ["a_created", "a_gcount", "a_gsum", "a_info", "a_inform"];
    finds_in(&gauges(&names), LintRule::OpenMetricsSuffix, &names[..3]);
    let page = "# TYPE a_info gauge\na_info{b=\"1\"} 1\na_info{b=\"2\"} 2\n\
                # TYPE b_info counter\nb_info 1\nc_info 1\n";
    finds(page, LintRule::OpenMetricsSuffix, &["a_info", "b_info"]);
    finds_in(&open_metrics("# TYPE a info\na_info 1\n"), LintRule::OpenMetricsSuffix, &[]);
}

#[test]
fn n3_leading_underscores_are_reserved() {
    finds("_a 1\nb{_c=\"1\"} 1\nd_{e_=\"1\"} 1\n", LintRule::LeadingUnderscore, &["_a", "b"]);
}

#[test]
fn n10_prefixes_of_standard_families_are_reserved() {
    let names = [
        "process_threads",
        "process_cpu_seconds_total",
        "process_jobs",
        "scrape_a",
        "a_scrape_b",
        "a_process_b",
        "processes",
    ];
    finds_in(&gauges(&names), LintRule::ReservedPrefix, &["process_jobs", "scrape_a"]);
}

#[test]
fn n18_labels_of_the_server_are_found() {
    let page = "a{job=\"1\"} 1\nb{instance=\"1\"} 1\nc{jobs=\"1\",type=\"1\"} 1\n";
    finds(page, LintRule::TargetLabel, &["a", "b"]);
}

#[test]
fn n16_shares_are_ratios() {
    let page = gauges(&["a_percent", "a_percent_total", "a_percentile", "a_ratio"]);
    finds_in(&page, LintRule::Percent, &["a_percent", "a_percent_total"]);
}

#[test]
fn rules_are_in_the_order_of_their_checks_and_those_of_promtool_come_first() {
    let rules: Vec<LintRule> = CHECKS.iter().map(|(rule, _)| *rule).collect();
    assert!(rules.windows(2).all(|pair| pair[0] < pair[1]), "{rules:?}");
    assert_eq!(rules.iter().filter(|rule| !rule.is_extra()).count(), 9);
}

#[test]
#[should_panic(expected = "not as it should be:\n    a_ms: the unit `ms` is not spelt out (")]
fn the_assertion_lists_what_it_finds() {
    assert_no_findings(&gauges(&["a_seconds"]));
    assert_no_findings(&gauges(&["a_ms"]));
}
