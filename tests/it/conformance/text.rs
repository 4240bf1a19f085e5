//! T: the text format 0.0.4.

use crate::support::{page, parsed, Fixed, Value};
use nunchi::model::{Descriptor, Number};
use nunchi::{Buckets, MetricName, Registry};

/// A registry with every type, odd values and odd texts.
pub(crate) fn everything() -> Registry {
    let registry = Registry::new();
    let scope = registry.scope("app_", [("zone", "a\"\\\n")]).expect("valid");
    let counter = scope.counter("a_total", "A \"quoted\" \\ help\nin two lines.");
    let counter = counter.labels(["x"]).expect("valid");
    for (value, amount) in [("", 0.5), ("돌\0", 1e300), ("\\n", 3.0)] {
        counter.with_values(&[value]).expect("one").inc_by(amount);
    }
    scope.gauge("b", "B.").register().expect("valid").set(f64::NAN);
    let histogram = scope.histogram("c", "C.").buckets([-1.0, 0.5, 1e6]);
    let histogram = histogram.labels(["x"]).expect("valid");
    for value in ["1", ""] {
        let series = histogram.with_values(&[value]).expect("one");
        [-2.0, 0.5, 7.0, f64::INFINITY].iter().for_each(|&value| series.observe(value));
    }
    let summary = scope.summary("d", "D.").quantiles([0.99, 0.5]).register().expect("valid");
    summary.observe(1.25);
    scope.summary("e", "E.").quantiles([0.5]).register().expect("valid");
    scope.info("f_info", "F.", [("version", "1")]).expect("valid");
    scope.state_set("g", "G.", ["up", "do\"wn"]).register().expect("valid").set("up");
    let unknown = Descriptor::unknown("h", "H.").expect("valid");
    scope.register(Fixed::one(unknown, Value::Number(Number::I64(i64::MIN)))).expect("valid");
    registry
}

#[test]
fn t1_lines_end_with_a_line_feed_and_nothing_else() {
    let page = page(&everything());
    assert!(page.ends_with('\n') && !page.contains('\r') && !page.contains("\n\n"));
}

#[test]
fn t1_an_empty_registry_is_an_empty_page() {
    assert_eq!(page(&Registry::new()), "");
}

#[test]
fn t2_types_are_the_five_words_of_the_format() {
    let page = parsed(&everything());
    let kinds: Vec<_> = page.families.iter().map(|family| family.kind.as_str()).collect();
    let expected =
        ["counter", "gauge", "histogram", "summary", "summary", "gauge", "gauge", "untyped"];
    assert_eq!(kinds, expected);
}

#[test]
fn t2_a_gauge_histogram_is_shown_as_a_histogram() {
    let registry = Registry::new();
    let buckets = Buckets::new([1.0]).expect("valid");
    let waiting = Descriptor::gauge_histogram("h", "H.", buckets).expect("valid");
    let value = Value::Histogram(vec![1, 2], 7.5);
    registry.register(Fixed::one(waiting, value)).expect("valid");
    let lines =
        ["# TYPE h histogram", "h_bucket{le=\"1.0\"} 1", "h_bucket{le=\"+Inf\"} 3", "h_sum 7.5"];
    let page = page(&registry);
    assert!(lines.iter().all(|line| page.lines().any(|other| other == *line)), "{page}");
    assert!(page.ends_with("\nh_count 3\n"));
}

#[test]
fn t3_help_and_type_stand_before_the_samples_and_once() {
    let page = page(&everything());
    for name in ["app_a_total", "app_c", "app_d"] {
        let help = page.find(&format!("# HELP {name} ")).expect("a help");
        let kind = page.find(&format!("# TYPE {name} ")).expect("a type");
        let first = page.find(&format!("\n{name}")).expect("a sample");
        assert!(help < kind && kind < first, "{page}");
        assert_eq!(page.matches(&format!("# TYPE {name} ")).count(), 1);
    }
}

#[test]
fn t3_a_family_without_series_is_not_announced() {
    let registry = Registry::new();
    registry.counter("a_total", "A.").labels(["x"]).expect("valid");
    registry.register(Fixed { points: vec![], ..Fixed::gauge("g") }).expect("valid");
    assert_eq!(page(&registry), "");
}

#[test]
fn t4_help_escapes_backslash_and_line_feed_only() {
    let registry = Registry::new();
    registry.gauge("a", "One \"two\"\nthree \\ four\\n.").register().expect("valid");
    let page = page(&registry);
    assert!(page.starts_with("# HELP a One \"two\"\\nthree \\\\ four\\\\n.\n# TYPE "), "{page}");
}

#[test]
fn t5_label_values_escape_three_characters_on_the_page() {
    let registry = Registry::new();
    let family = registry.gauge("a", "A.").labels(["x"]).expect("valid");
    let _ = family.with_values(&["\"\\\n\t\r\0'{}"]);
    let page = page(&registry);
    assert!(page.ends_with("\na{x=\"\\\"\\\\\\n\t\r\0'{}\"} 0\n"), "{page:?}");
}

#[test]
fn t5_states_and_const_labels_are_escaped_as_well() {
    let page = parsed(&everything());
    let labels = [("zone", "a\"\\\n"), ("app_g", "do\"wn")];
    assert_eq!(page.value("app_g", &labels), Some("0"));
}

#[test]
fn t6_there_is_one_blank_and_no_trailing_comma() {
    let page = page(&everything());
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        assert!(!line.contains(",}") && !line.contains("{}") && !line.contains("} \t"), "{line}");
        assert_eq!(line.rsplit(' ').next().map(str::is_empty), Some(false), "{line}");
        assert!(!line.contains("  "), "{line}");
    }
}

#[test]
fn t7_values_read_back_exactly() {
    let registry = Registry::new();
    let gauge = registry.gauge("a", "A.").register().expect("valid");
    let odd = [0.1, -0.0, 5e-324, f64::MAX, f64::MIN_POSITIVE, 1e21, 2_f64.powi(53) + 2.0, 1e-7];
    for value in odd.into_iter().chain([f64::INFINITY, f64::NEG_INFINITY]) {
        gauge.set(value);
        let shown = parsed(&registry).families[0].samples[0].float();
        assert_eq!(shown.to_bits(), value.to_bits(), "{value}");
    }
    gauge.set(f64::NAN);
    assert!(page(&registry).ends_with("\na NaN\n"));
}

#[test]
fn t7_integers_are_exact_over_their_range() {
    let registry = Registry::new();
    registry.counter("a_total", "A.").register().expect("valid").inc_by(u64::MAX);
    registry.int_gauge("b", "B.").register().expect("valid").set(i64::MIN);
    let page = parsed(&registry);
    assert_eq!(page.value("a_total", &[]), Some("18446744073709551615"));
    assert_eq!(page.value("b", &[]), Some("-9223372036854775808"));
}

#[test]
fn t8_samples_carry_no_timestamp() {
    let page = parsed(&everything());
    let mut samples = page.families.iter().flat_map(|family| &family.samples);
    assert!(samples.all(|sample| sample.timestamp.is_none()));
}

#[test]
fn t9_a_family_is_in_one_piece_wherever_its_series_come_from() {
    let registry = Registry::new();
    for shard in ["1", "2", "3"] {
        let scope = registry.scope("db_", [("shard", shard)]).expect("valid");
        if shard == "2" {
            scope.register(Fixed::gauge("rows")).expect("valid");
        } else {
            scope.gauge("rows", "Help.").register().expect("valid");
        }
        registry.gauge(&format!("db_rows{shard}"), "Between.").register().expect("valid");
    }
    let page = parsed(&registry);
    assert_eq!(page.family("db_rows").map(|family| family.samples.len()), Some(3));
    assert_eq!(page.families.len(), 4);
}

#[test]
fn t10_buckets_are_cumulative_and_end_with_the_count() {
    let page = parsed(&everything()); // The parser checks order, sums and the last bucket.
    let labels = |le| [("zone", "a\"\\\n"), ("x", "1"), ("le", le)];
    let counts = ["-1.0", "0.5", "1e+06", "+Inf"].map(|le| page.value("app_c_bucket", &labels(le)));
    assert_eq!(counts, [Some("1"), Some("2"), Some("3"), Some("4")]);
    assert_eq!(page.value("app_c_sum", &labels("")[..2]), Some("+Inf"));
}

#[test]
fn t10_a_collectors_buckets_add_up_or_are_left_out() {
    let registry = Registry::new();
    let buckets = nunchi::Buckets::new([1.0]).expect("valid");
    let histogram = Descriptor::histogram("h", "H.", buckets).expect("valid");
    let value = Value::Histogram(vec![u64::MAX, 1], 1.0);
    registry.register(Fixed::one(histogram, value)).expect("valid");
    parsed(&registry);
}

#[test]
fn t11_quantiles_ascend_before_sum_and_count() {
    let page = page(&everything());
    let from = page.find("app_d{").expect("a quantile");
    let lines: Vec<_> =
        page[from..].lines().take(4).map(|l| l.replace("a\\\"\\\\\\n", "Z")).collect();
    assert_eq!(
        lines,
        [
            "app_d{zone=\"Z\",quantile=\"0.5\"} 1.25",
            "app_d{zone=\"Z\",quantile=\"0.99\"} 1.25",
            "app_d_sum{zone=\"Z\"} 1.25",
            "app_d_count{zone=\"Z\"} 1",
        ]
    );
}

#[test]
fn t11_an_empty_window_answers_not_a_number() {
    let page = parsed(&everything());
    assert_eq!(page.value("app_e", &[("zone", "a\"\\\n"), ("quantile", "0.5")]), Some("NaN"));
}

#[test]
fn t12_nothing_of_openmetrics_is_on_the_page() {
    let page = page(&everything());
    for foreign in ["# EOF", "# UNIT", "_created", " # {"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
}

#[test]
fn t13_names_are_never_quoted() {
    let registry = Registry::new();
    for name in ["a.b", "돌.c", "9lives", "a\"b\n"] {
        let name = MetricName::utf8(name).expect("any text");
        let gauge = Descriptor::gauge(name, "Help.").expect("valid");
        registry.register(Fixed::one(gauge, Value::Number(Number::U64(1)))).expect("valid");
    }
    let names: Vec<_> = parsed(&registry).families.into_iter().map(|f| f.name).collect();
    assert_eq!(names, ["__c", "_lives", "a_b", "a_b_"]);
}

#[test]
fn t13_a_state_set_whose_name_is_no_label_name_makes_a_valid_page() {
    let registry = Registry::new();
    if registry.state_set("job:phase", "Phase.", ["up"]).register().is_ok() {
        parsed(&registry); // The name of the family is also the name of a label here.
    }
}

#[test]
fn t14_every_line_is_help_type_or_a_sample() {
    for line in page(&everything()).lines() {
        let known = line.starts_with("# HELP ") || line.starts_with("# TYPE ");
        assert!(known || line.starts_with("app_"), "{line:?}");
    }
}

#[test]
fn t15_the_media_type_has_its_version_and_charset() {
    let response = nunchi::http::respond(&Registry::new(), &nunchi::http::Request::get());
    let wanted = "text/plain; version=0.0.4; charset=utf-8";
    assert_eq!(response.header("content-type"), Some(wanted));
    assert_eq!(nunchi::Format::Text.content_type(), wanted);
}

#[test]
fn t16_lines_stand_in_the_order_of_the_go_client() {
    let registry = Registry::new();
    let histogram = registry.histogram("h", "H.").buckets([0.5]).register().expect("valid");
    histogram.observe(0.25);
    let golden = "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"0.5\"} 1\n\
                  h_bucket{le=\"+Inf\"} 1\nh_sum 0.25\nh_count 1\n";
    assert_eq!(page(&registry), golden);
}
