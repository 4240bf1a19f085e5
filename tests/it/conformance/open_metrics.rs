//! O: OpenMetrics 1.0, as it is written. The strict parser reads every page here; what it refuses is
//! tested beside it.

use super::text::everything;
use crate::support::{collector, open_metrics, page, Fixed, Value};
use nunchi::http::{respond, Request};
use nunchi::model::{Descriptor, Number, Quantiles, SummaryShape};
use nunchi::testing::Clock;
use nunchi::{Buckets, Encoder, Format, Registry};
use std::time::{Duration, UNIX_EPOCH};

fn lines_of(registry: &Registry) -> Vec<String> {
    open_metrics(registry).0.lines().map(str::to_owned).collect()
}

/// The lines of the samples of one family.
fn samples_of(family: Descriptor, value: Value) -> Vec<String> {
    let registry = Registry::new();
    registry.register(Fixed::one(family, value)).expect("valid");
    lines_of(&registry).into_iter().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn o1_the_media_type_is_the_one_that_was_asked_for() {
    let wanted = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(Format::OpenMetrics.content_type(), wanted);
    let request = Request::get().accept("application/openmetrics-text;version=1.0.0");
    let response = respond(&everything(), &request);
    assert_eq!(response.header("content-type"), Some(wanted));
    assert!(response.body.ends_with(b"# EOF\n"));
    let request = Request::get().accept("application/openmetrics-text;version=0.0.1");
    let old = respond(&everything(), &request);
    let wanted = "application/openmetrics-text; version=0.0.1; charset=utf-8";
    assert_eq!(old.header("content-type"), Some(wanted));
    assert_eq!(old.body, response.body);
}

#[test]
fn o2_nothing_is_blank_but_single_blanks() {
    let registry = everything();
    registry.gauge("cr", "A help that ends oddly.\r\r").register().expect("valid");
    let (text, page) = open_metrics(&registry);
    for line in text.lines() {
        assert!(!line.is_empty() && line.trim() == line && !line.contains("  "), "{line:?}");
        assert!(!line.contains(['\t', '\r']), "{line:?}");
    }
    assert_eq!(
        page.family("cr").map(nunchi::testing::Family::help),
        Some("A help that ends oddly.")
    );
    assert!(!text.starts_with('\u{feff}') && !text.contains("\n\n"));
}

#[test]
fn o3_the_page_ends_with_its_end_and_has_it_once() {
    let (text, _) = open_metrics(&everything());
    assert!(text.ends_with("\n# EOF\n"));
    assert_eq!(text.matches("# EOF").count(), 1);
    assert_eq!(open_metrics(&Registry::new()).0, "# EOF\n");
    let only_failing = Registry::new();
    only_failing.register(collector("a", |_| Err("no luck".into()))).expect("valid");
    assert_eq!(open_metrics(&only_failing).0, "# EOF\n");
}

#[test]
fn o4_type_unit_and_help_stand_in_this_order_and_nothing_else_has_a_hash() {
    let registry = everything();
    registry.counter("app_wait_seconds_total", "Wait.").register().expect("valid").inc();
    let lines = lines_of(&registry);
    let at = lines.iter().position(|line| line.contains("app_wait_seconds")).expect("it is there");
    assert_eq!(
        lines[at..at + 4],
        [
            "# TYPE app_wait_seconds counter",
            "# UNIT app_wait_seconds seconds",
            "# HELP app_wait_seconds Wait.",
            "app_wait_seconds_total 1",
        ]
    );
    for line in lines.iter().filter(|line| line.starts_with('#')) {
        let known = ["# TYPE ", "# UNIT ", "# HELP ", "# EOF"];
        assert!(known.iter().any(|known| line.starts_with(known)), "{line}");
    }
}

#[test]
fn o6_a_family_is_announced_once_before_its_samples() {
    let registry = Registry::new();
    for shard in ["1", "2"] {
        let scope = registry.scope("db_", [("shard", shard)]).expect("valid");
        scope.counter("rows_total", "Rows.").register().expect("valid");
    }
    assert_eq!(
        lines_of(&registry),
        [
            "# TYPE db_rows counter",
            "# HELP db_rows Rows.",
            "db_rows_total{shard=\"1\"} 0",
            "db_rows_total{shard=\"2\"} 0",
            "# EOF",
        ]
    );
}

#[test]
fn o7_help_escapes_quotes_as_well() {
    let registry = Registry::new();
    registry.gauge("a", "One \"two\"\nthree \\ four\\n.").register().expect("valid");
    let lines = lines_of(&registry);
    assert_eq!(lines[1], "# HELP a One \\\"two\\\"\\nthree \\\\ four\\\\n.");
}

#[test]
fn o8_types_are_the_words_of_the_standard() {
    let (_, page) = open_metrics(&everything());
    let types: Vec<_> = page.families().iter().map(nunchi::testing::Family::metric_type).collect();
    let expected =
        ["counter", "gauge", "histogram", "summary", "summary", "info", "stateset", "unknown"];
    assert_eq!(types, expected);
}

#[test]
fn o9_only_the_samples_of_a_counter_are_totals() {
    let (_, page) = open_metrics(&everything());
    let counter = page.family("app_a").expect("a counter");
    assert!(counter.samples().iter().all(|sample| sample.name() == "app_a_total"));
    assert_eq!(counter.samples().len(), 3);
}

#[test]
fn o10_the_unit_is_told_where_the_name_tells_it() {
    let registry = Registry::new();
    registry.histogram("a_seconds", "A.").register().expect("valid");
    registry.counter("b_bytes_total", "B.").register().expect("valid");
    registry.gauge("c_jobs", "C.").register().expect("valid");
    registry.info("d_bytes_info", "D.", [("x", "1")]).expect("valid");
    registry.state_set("e_ratio", "E.", ["on"]).register().expect("valid");
    let (text, page) = open_metrics(&registry);
    let units: Vec<_> = page.families().iter().map(nunchi::testing::Family::unit).collect();
    assert_eq!(units, ["seconds", "bytes", "", "", ""]);
    assert_eq!(text.matches("# UNIT").count(), 2);
}

#[test]
fn o11_a_collectors_counter_is_neither_negative_nor_not_a_number() {
    for wrong in [-1.0, f64::NAN, f64::NEG_INFINITY] {
        let counter = Descriptor::counter("a_total", "A.").expect("valid");
        assert_eq!(samples_of(counter, Value::Number(Number::F64(wrong))), [""; 0]);
    }
}

#[test]
fn o12_a_sum_that_is_no_counter_is_left_out() {
    let histogram = |bound: f64| {
        Descriptor::histogram("h", "H.", Buckets::new([bound]).expect("valid")).expect("valid")
    };
    for (bound, sum, lines) in
        [(0.5, 0.0, 4), (0.5, 1e9, 4), (0.5, -0.5, 2), (0.5, f64::NAN, 2), (-0.5, 3.0, 2)]
    {
        let found = samples_of(histogram(bound), Value::Histogram(vec![1, 2], sum));
        assert_eq!(found.len(), lines, "{found:?}");
        assert_eq!(found[1], "h_bucket{le=\"+Inf\"} 3");
    }
    for (sum, lines) in [(1.0, 2), (-1.0, 1), (f64::NAN, 1), (f64::INFINITY, 2)] {
        let summary = Descriptor::summary("s", "S.", SummaryShape::default()).expect("valid");
        let found = samples_of(summary, Value::Summary(vec![], 7, sum));
        assert_eq!(found.len(), lines, "{found:?}");
        assert_eq!(found[lines - 1], "s_count 7");
    }
}

#[test]
fn o13_o14_bounds_and_quantiles_are_spelt_once_for_all_formats() {
    let registry = Registry::new();
    let histogram = registry.histogram("h", "H.").buckets([0.0, 1e-9, 1.0, 1.7, 1e5, 1e6]);
    histogram.register().expect("valid");
    registry.summary("s", "S.").quantiles([0.0, 0.999, 1.0]).register().expect("valid");
    let labels = |text: &str| -> Vec<String> {
        let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
        text.lines().filter(|line| !line.starts_with('#')).filter_map(quoted).collect()
    };
    let wanted = ["0.0", "1e-09", "1.0", "1.7", "100000.0", "1e+06", "+Inf", "0.0", "0.999", "1.0"];
    assert_eq!(labels(&open_metrics(&registry).0), wanted);
    assert_eq!(labels(&page(&registry)), wanted);
}

#[test]
fn o15_integers_have_no_point_and_floats_have_one() {
    let registry = Registry::new();
    registry.counter("a_total", "A.").register().expect("valid").inc_by(u64::MAX);
    registry.counter("b_total", "B.").register().expect("valid").inc_by(2.5);
    registry.gauge("c", "C.").register().expect("valid").set(17.0);
    registry.int_gauge("d", "D.").register().expect("valid").set(i64::MIN);
    registry.histogram("e", "E.").buckets([1.0]).register().expect("valid").observe(2.0);
    let wanted = [
        "a_total 18446744073709551615",
        "b_total 2.5",
        "c 17.0",
        "d -9223372036854775808",
        "e_bucket{le=\"1.0\"} 0",
        "e_bucket{le=\"+Inf\"} 1",
        "e_sum 2.0",
        "e_count 1",
    ];
    let lines = lines_of(&registry);
    let samples: Vec<_> = lines.iter().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(samples, wanted);
}

#[test]
fn o16_buckets_ascend_and_nothing_is_interleaved() {
    let registry = Registry::new();
    let buckets = Buckets::new([2.0, 10.0]).expect("valid");
    let histograms = registry.histogram("h", "H.").buckets(buckets).labels(["x"]).expect("valid");
    for (x, value) in [("1", 1.0), ("2", 11.0), ("1", 5.0)] {
        histograms.with_values(&[x]).expect("one").observe(value);
    }
    let (text, _) = open_metrics(&registry); // The parser checks it.
    let counts: Vec<_> = text.lines().filter_map(|line| line.split_once("le=")).collect();
    let counts: Vec<_> = counts.iter().map(|(_, end)| *end).collect();
    let wanted =
        ["\"2.0\"} 1", "\"10.0\"} 2", "\"+Inf\"} 2", "\"2.0\"} 0", "\"10.0\"} 0", "\"+Inf\"} 1"];
    assert_eq!(counts, wanted);
}

#[test]
fn o17_quantiles_are_not_negative_and_not_a_number_without_observations() {
    let quantiles = Quantiles::new([0.25, 0.5, 1.0]).expect("valid");
    let shape = SummaryShape::new(quantiles, Duration::from_secs(60));
    let summary = Descriptor::summary("s", "S.", shape).expect("valid");
    let found = samples_of(summary, Value::Summary(vec![-3.0, -0.0, 2.0], 3, -1.0));
    assert_eq!(found, ["s{quantile=\"0.5\"} -0.0", "s{quantile=\"1.0\"} 2.0", "s_count 3"]);
    let (_, page) = open_metrics(&everything());
    let labels = [("zone", "a\"\\\n"), ("quantile", "0.5")];
    assert!(page.value("app_e", &labels).is_some_and(f64::is_nan));
}

#[test]
fn o18_infos_are_1_and_every_state_is_there() {
    let registry = Registry::new();
    registry.info("a_info", "A.", [("version", "1.0")]).expect("valid");
    registry.state_set("b", "B.", ["up", "down"]).register().expect("valid").set("down");
    let wanted = [
        "# TYPE a info",
        "# HELP a A.",
        "a_info{version=\"1.0\"} 1",
        "# TYPE b stateset",
        "# HELP b B.",
        "b{b=\"up\"} 0",
        "b{b=\"down\"} 1",
        "# EOF",
    ];
    assert_eq!(lines_of(&registry), wanted);
}

#[test]
fn o19_a_gauge_histogram_has_suffixes_of_its_own() {
    let described = |bounds: [f64; 2]| {
        let buckets = Buckets::new(bounds).expect("valid");
        Descriptor::gauge_histogram("h", "H.", buckets).expect("valid")
    };
    let shown = |bounds, sum| samples_of(described(bounds), Value::Histogram(vec![1, 0, 2], sum));
    let buckets = ["h_bucket{le=\"1.0\"} 1", "h_bucket{le=\"2.0\"} 1", "h_bucket{le=\"+Inf\"} 3"];
    let ends = ["h_gsum 7.5", "h_gcount 3"];
    assert_eq!(shown([1.0, 2.0], 7.5), [&buckets[..], &ends[..]].concat());
    assert_eq!(shown([1.0, 2.0], -7.5), buckets);
    assert_eq!(shown([-1.0, 2.0], -7.5)[3..], ["h_gsum -7.5", "h_gcount 3"]);
    assert_eq!(shown([-1.0, 2.0], f64::NAN).len(), 3);
    let registry = Registry::new();
    let value = Value::Histogram(vec![0, 0, 0], 0.0);
    registry.register(Fixed::one(described([1.0, 2.0]), value)).expect("valid");
    assert_eq!(lines_of(&registry)[0], "# TYPE h gaugehistogram");
    for taken in ["h_gsum", "h_gcount", "h_sum", "h_bucket"] {
        registry.gauge(taken, "A name of its samples.").register().expect_err("taken");
    }
}

/// A registry whose series were made at two times, and the lines of its page that tell them.
fn dated() -> (Registry, Vec<&'static str>) {
    let clock = Clock::stopped_at(UNIX_EPOCH + Duration::from_millis(1_700_000_000_900));
    let _inside = clock.enter();
    let registry = Registry::new();
    let scope = registry.scope("a_", [("zone", "1")]).expect("valid");
    let jobs = scope.counter("jobs_total", "J.").labels(["x"]).expect("valid");
    jobs.with_values(&["\n"]).expect("one").inc_by_with_exemplar(2, &[("id", "7")]);
    registry.gauge("b", "B.").register().expect("valid").set(1.0);
    let wait = registry.histogram("c", "C.").buckets([1.0]).register().expect("valid");
    wait.observe_with_exemplar(0.5, &[("id", "8")]);
    registry.histogram("d", "D.").buckets([-1.0]).register().expect("valid");
    registry.summary("e", "E.").quantiles([0.5]).register().expect("valid");
    registry.register(Fixed::gauge("g")).expect("valid");
    let collected = Descriptor::counter("h_total", "H.").expect("valid");
    registry.register(Fixed::one(collected, Value::Number(Number::U64(1)))).expect("valid");
    clock.advance(Duration::from_secs(100));
    jobs.with_values(&[""]).expect("one").inc();
    let created = vec![
        "a_jobs_created{zone=\"1\",x=\"\\n\"} 1700000000.0",
        "a_jobs_created{zone=\"1\"} 1700000100.0",
        "c_created 1700000000.0",
        "d_created 1700000000.0",
        "e_created 1700000000.0",
    ];
    (registry, created)
}

#[test]
fn o23_the_time_of_creation_follows_the_samples_of_its_labels() {
    let (registry, created) = dated();
    registry.show_created(true);
    let lines = lines_of(&registry);
    let found: Vec<_> = lines.iter().filter(|line| line.contains("_created")).collect();
    assert_eq!(found, created.iter().collect::<Vec<_>>());
    let before = |name: &str| {
        let at = lines.iter().position(|line| line.starts_with(name)).expect("a line");
        lines[at - 1].as_str()
    };
    assert!(before("a_jobs_created{zone=\"1\",x").starts_with("a_jobs_total{zone=\"1\",x"));
    assert!(before("a_jobs_created{zone=\"1\"} ").starts_with("a_jobs_total{zone=\"1\"} "));
    assert!(before("c_created").starts_with("c_count "));
    assert!(before("d_created").starts_with("d_bucket{le=\"+Inf\"}"));
    assert!(before("e_created").starts_with("e_count "));
}

#[test]
fn o23_a_series_and_its_time_of_creation_are_in_one_chunk() {
    let (registry, _) = dated();
    registry.show_created(true);
    let (whole, _) = open_metrics(&registry);
    for capacity in 0..whole.len() + 2 {
        let mut encoder = Encoder::new(&registry, Format::OpenMetrics);
        let (mut parts, mut more) = (Vec::new(), true);
        while more {
            let mut chunk = Vec::with_capacity(capacity);
            more = encoder.next_chunk(&mut chunk);
            let text = String::from_utf8_lossy(&chunk);
            assert!(!text.lines().next().is_some_and(|line| line.contains("_created")), "{text}");
            parts.extend(chunk);
        }
        assert_eq!(String::from_utf8_lossy(&parts), whole);
    }
}

#[cfg(feature = "utf8")]
#[test]
fn o23_names_in_quotes_and_exemplars_have_their_time_of_creation() {
    let clock = Clock::stopped_at(UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let _inside = clock.enter();
    let registry = Registry::new();
    registry.show_created(true);
    let jobs = registry.counter("my.jobs_total", "J.").utf8_names().labels(["a b"]);
    let jobs = jobs.expect("valid");
    jobs.with_values(&["1"]).expect("one").inc_with_exemplar(&[("id", "7")]);
    jobs.with_values(&[""]).expect("one").inc();
    let wait = registry.histogram("my.wait", "W.").buckets([1.0]).utf8_names().register();
    wait.expect("valid").observe_with_exemplar(0.5, &[("id", "8")]);
    let shown = |escaping| {
        let page = crate::support::escaped(&registry, (Format::OpenMetrics, escaping), 1 << 16);
        nunchi::testing::parse_open_metrics(&page).expect("a valid page");
        String::from_utf8(page).expect("UTF-8")
    };
    let quoted = shown(nunchi::Escaping::AllowUtf8);
    for line in [
        "{\"my.jobs_total\",\"a b\"=\"1\"} 1 # {id=\"7\"} 1.0 1700000000.000",
        "{\"my.jobs_created\",\"a b\"=\"1\"} 1700000000.0",
        "{\"my.jobs_created\"} 1700000000.0",
        "{\"my.wait_bucket\",le=\"1.0\"} 1 # {id=\"8\"} 0.5 1700000000.000",
        "{\"my.wait_created\"} 1700000000.0",
    ] {
        assert!(quoted.lines().any(|other| other == line), "{line}\n{quoted}");
    }
    let dots = shown(nunchi::Escaping::Dots);
    assert!(dots.contains("\nmy_dot_jobs__created 1700000000.0\n"), "{dots}");
    let underscores = shown(nunchi::Escaping::Underscores);
    assert!(underscores.contains("\nmy_jobs_created{a_b=\"1\"} 1700000000.0\n"), "{underscores}");
}

#[test]
fn o24_times_of_creation_are_there_for_those_who_ask() {
    let (registry, _) = dated();
    let text = page(&registry);
    let (without, _) = open_metrics(&registry);
    registry.show_created(true);
    let (with, _) = open_metrics(&registry);
    assert!(!without.contains("_created") && with.contains("_created"));
    let kept: Vec<_> = with.lines().filter(|line| !line.contains("_created")).collect();
    assert_eq!(kept, without.lines().collect::<Vec<_>>());
    assert_eq!(page(&registry), text);
    registry.show_created(false);
    assert_eq!(open_metrics(&registry).0, without);
}

#[test]
fn o22_o24_there_are_neither_timestamps_nor_times_of_creation() {
    let (text, page) = open_metrics(&everything());
    let mut samples = page.families().iter().flat_map(nunchi::testing::Family::samples);
    assert!(samples.all(|sample| sample.timestamp().is_none() && sample.exemplar().is_none()));
    assert!(!text.contains("_created"));
}

#[test]
fn o25_the_same_values_are_the_same_bytes_and_series_stay() {
    let registry = everything();
    let first = open_metrics(&registry).0;
    page(&registry); // A page of another format in between uses the same buffers.
    assert_eq!(open_metrics(&registry).0, first);
    let samples = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
    // But for the sums and counts of two histograms with a negative bound.
    assert_eq!(samples(&first) + 4, samples(&page(&registry)));
}
