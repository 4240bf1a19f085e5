//! P: OpenMetrics 2.0, as its release candidate is written. The strict parser reads every page here; what
//! it refuses is tested beside it.

use super::text::everything;
use crate::support::{open_metrics, open_metrics2, page, Fixed, Value};
use nunchi::http::{respond, Request};
use nunchi::model::{Descriptor, Number, Quantiles, SummaryShape};
use nunchi::testing::Clock;
use nunchi::{Buckets, Exemplar, Format, Registry};
use std::time::{Duration, UNIX_EPOCH};

/// At this time, no time of creation is shown.
fn no_time() -> Clock {
    Clock::stopped_at(UNIX_EPOCH)
}

fn lines_of(registry: &Registry) -> Vec<String> {
    open_metrics2(registry).0.lines().map(str::to_owned).collect()
}

/// The lines of the samples of one family.
fn samples_of(family: Descriptor, value: Value) -> Vec<String> {
    let registry = Registry::new();
    registry.register(Fixed::one(family, value)).expect("valid");
    lines_of(&registry).into_iter().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn p1_the_media_type_is_that_of_the_version_and_only_for_who_asks_for_it() {
    let wanted = "application/openmetrics-text; version=2.0.0; charset=utf-8";
    assert_eq!(Format::OpenMetrics2.content_type(), wanted);
    let answer = |accept| respond(&everything(), &Request::get().accept(accept));
    let response = answer("application/openmetrics-text;version=2.0.0");
    assert_eq!(response.header("content-type"), Some(wanted));
    assert!(response.body.ends_with(b"\n# EOF\n"));
    for accept in [
        "application/openmetrics-text",
        "application/openmetrics-text;version=1.0.0",
        "application/openmetrics-text;version=0.0.1",
        "application/openmetrics-text;version=2",
        "application/*",
        "*/*",
    ] {
        let response = answer(accept);
        let media = response.header("content-type").expect("there is one");
        assert!(!media.contains("version=2"), "{accept}: {media}");
    }
}

#[test]
fn p2_a_family_is_called_as_its_samples_are() {
    let registry = everything();
    let (text, page) = open_metrics2(&registry);
    for family in page.families() {
        let name = family.name();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let own = lines.filter(|line| {
            line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ']))
        });
        assert!(own.count() > 0, "{name}\n{text}");
    }
    let names: Vec<_> = page.families().iter().map(nunchi::testing::Family::name).collect();
    let text = nunchi::testing::parse_text(self::page(&registry).as_bytes()).expect("valid");
    let of_text: Vec<_> = text.families().iter().map(nunchi::testing::Family::name).collect();
    assert_eq!(names, of_text);
}

#[test]
fn p3_units_are_told_of_names_with_suffixes_too() {
    let _inside = no_time().enter();
    let registry = Registry::new();
    registry.counter("a_seconds_total", "A.").register().expect("valid");
    registry.info("b_info", "B.", [("version", "1")]).expect("valid");
    let wanted = "# TYPE a_seconds_total counter\n# UNIT a_seconds_total seconds\n\
                  # HELP a_seconds_total A.\na_seconds_total 0\n\
                  # TYPE b_info info\n# HELP b_info B.\nb_info{version=\"1\"} 1\n# EOF\n";
    assert_eq!(open_metrics2(&registry).0, wanted);
}

#[test]
fn p5_histograms_and_summaries_are_one_line_a_series() {
    let _inside = no_time().enter();
    let registry = Registry::new();
    let scope = registry.scope("s_", [("zone", "a\"")]).expect("valid");
    let histogram = scope.histogram("a", "A.").buckets([0.5]).labels(["x"]).expect("valid");
    let summary = scope.summary("b", "B.").quantiles([0.5]).labels(["x"]).expect("valid");
    for value in ["", "2"] {
        histogram.with_values(&[value]).expect("one").observe(1.0);
        summary.with_values(&[value]).expect("one").observe(1.5);
    }
    let lines = lines_of(&registry);
    let samples: Vec<_> = lines.iter().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        samples,
        [
            "s_a{zone=\"a\\\"\"} {count:1,sum:1.0,bucket:[0.5:0,+Inf:1]}",
            "s_a{zone=\"a\\\"\",x=\"2\"} {count:1,sum:1.0,bucket:[0.5:0,+Inf:1]}",
            "s_b{zone=\"a\\\"\"} {count:1,sum:1.5,quantile:[0.5:1.5]}",
            "s_b{zone=\"a\\\"\",x=\"2\"} {count:1,sum:1.5,quantile:[0.5:1.5]}",
        ]
    );
}

fn summary(values: Vec<f64>, sum: f64) -> Vec<String> {
    let quantiles = Quantiles::new([0.0, 0.5, 1.0]).expect("valid");
    let shape = SummaryShape::new(quantiles, Duration::from_secs(60));
    let family = Descriptor::summary("a", "A.", shape).expect("valid");
    samples_of(family, Value::Summary(values, u64::MAX, sum))
}

#[test]
fn p6_a_summary_has_count_sum_and_quantiles_that_are_not_negative() {
    let max = u64::MAX;
    let all = format!("a {{count:{max},sum:2.5,quantile:[0.0:-0.0,0.5:NaN,1.0:+Inf]}}");
    assert_eq!(summary(vec![-0.0, f64::NAN, f64::INFINITY], 2.5), [all]);
    let some = format!("a {{count:{max},sum:NaN,quantile:[0.5:1e300]}}");
    assert_eq!(summary(vec![-1.0, 1e300, f64::NEG_INFINITY], f64::NAN), [some]);
    assert_eq!(summary(vec![-1.0; 3], -3.0), [format!("a {{count:{max},sum:-3.0,quantile:[]}}")]);
}

#[test]
fn p7_all_classic_buckets_are_there_and_counts_are_exact() {
    let buckets = Buckets::new([-1.0, 0.0, 1e-5, 1e6]).expect("ascending");
    let family = Descriptor::histogram("a", "A.", buckets).expect("valid");
    let counts = vec![0, (1 << 53) + 1, 0, 0, 1];
    assert_eq!(
        samples_of(family, Value::Histogram(counts, -0.25)),
        ["a {count:9007199254740994,sum:-0.25,bucket:[-1.0:0,0.0:9007199254740993,\
          1e-05:9007199254740993,1e+06:9007199254740993,+Inf:9007199254740994]}"]
    );
}

#[cfg(feature = "protobuf")]
#[test]
fn p8_p9_exponential_buckets_are_spans_and_counts_before_the_classic_ones() {
    let _inside = no_time().enter();
    let registry = Registry::new();
    let builder = |name| registry.native_histogram(name, "A.").schema(0);
    let both = builder("a").classic_buckets([1.0]).register().expect("valid");
    let alone = builder("b").zero_threshold(0.5).register().expect("valid");
    builder("c").register().expect("valid");
    // Buckets 0, 1 and 3 in one span, for the gap is one bucket; 8 is behind a gap of four.
    for value in [1.0, 1.5, 1.5, 8.0, 8.0, 200.0, -0.25, 0.0] {
        both.observe(value);
    }
    alone.observe(0.25);
    alone.observe(-3.0);
    let lines = lines_of(&registry);
    let samples: Vec<_> = lines.iter().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        samples,
        [
            "a {count:8,sum:219.75,schema:0,zero_threshold:2.938735877055719e-39,zero_count:1,\
             negative_spans:[-2:1],negative_buckets:[1],positive_spans:[0:4,4:1],\
             positive_buckets:[1,2,0,2,1],bucket:[1.0:3,+Inf:8]}",
            "b {count:2,sum:-2.75,schema:0,zero_threshold:0.5,zero_count:1,\
             negative_spans:[2:1],negative_buckets:[1]}",
            "c {count:0,sum:0.0,schema:0,zero_threshold:2.938735877055719e-39,zero_count:0}",
        ]
    );
}

#[test]
fn p10_a_gauge_histogram_has_its_own_fields_and_no_start() {
    let buckets = Buckets::new([0.5]).expect("ascending");
    let family = Descriptor::gauge_histogram("a", "A.", buckets).expect("valid");
    let lines = samples_of(family, Value::Histogram(vec![1, 2], f64::NEG_INFINITY));
    assert_eq!(lines, ["a {gcount:3,gsum:-Inf,bucket:[0.5:1,+Inf:3]}"]);
}

#[test]
fn p11_the_start_is_behind_the_value_and_before_exemplars() {
    let clock = Clock::stopped_at(UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let _inside = clock.enter();
    let registry = Registry::new();
    registry.counter("a_total", "A.").register().expect("valid").inc_with_exemplar(&[("id", "7")]);
    registry.gauge("b", "B.").register().expect("valid").set(1.0);
    registry.summary("c", "C.").register().expect("valid");
    registry.histogram("d", "D.").buckets([1.0]).register().expect("valid");
    clock.advance(Duration::from_secs(3));
    let late = registry.counter("e_total", "E.").labels(["x"]).expect("valid");
    late.with_values(&["1"]).expect("one").inc();
    let lines = lines_of(&registry);
    let samples: Vec<_> = lines.iter().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        samples,
        [
            "a_total 1 st@1700000000.0 # {id=\"7\"} 1.0 1700000000.000",
            "b 1.0",
            "c {count:0,sum:0.0,quantile:[]} st@1700000000.0",
            "d {count:0,sum:0.0,bucket:[1.0:0,+Inf:0]} st@1700000000.0",
            "e_total{x=\"1\"} 1 st@1700000003.0",
        ]
    );
    let page = open_metrics2(&registry).1;
    let made = |name| page.sample(name, &[]).and_then(nunchi::testing::Sample::created);
    assert_eq!([made("a_total"), made("c_count")], [Some(1.7e9); 2]);
    assert!(!open_metrics(&registry).0.contains("st@"));
}

#[test]
fn p12_a_histogram_has_an_exemplar_for_each_bucket_with_its_time_or_none() {
    let clock = Clock::stopped_at(UNIX_EPOCH + Duration::from_millis(1_700_000_000_125));
    let _inside = clock.enter();
    let registry = Registry::new();
    let histogram = registry.histogram("a", "A.").buckets([1.0, 2.0]).register().expect("valid");
    histogram.observe_with_exemplar(0.5, Exemplar::trace(7, 8));
    histogram.observe_with_exemplar(1.5, Exemplar::trace(9, 9).without_time());
    histogram.observe_with_exemplar(17.0, &[("id", "\"\n\\돌")]);
    registry
        .counter("b_total", "B.")
        .register()
        .expect("valid")
        .inc_with_exemplar(Exemplar::trace(7, 8).without_time());
    let (text, page) = open_metrics2(&registry);
    let line = "a {count:3,sum:19.0,bucket:[1.0:1,2.0:2,+Inf:3]} st@1700000000.0 \
                # {trace_id=\"00000000000000000000000000000007\",span_id=\"0000000000000008\"} 0.5 \
                1700000000.125 # {id=\"\\\"\\n\\\\돌\"} 17.0 1700000000.125\n";
    assert!(text.contains(line), "{text}");
    assert!(text.contains("\nb_total 1 st@1700000000.0\n"), "{text}");
    let exemplar = |le: &str| page.sample("a_bucket", &[("le", le)]).and_then(|s| s.exemplar());
    assert!(exemplar("1.0").is_some() && exemplar("2.0").is_none() && exemplar("+Inf").is_some());
}

#[cfg(feature = "utf8")]
#[test]
fn p13_names_in_quotes_stand_inside_the_braces() {
    use nunchi::Escaping;
    let _inside = no_time().enter();
    let registry = Registry::new();
    let wait = registry.histogram("my.wait.seconds", "W.").buckets([1.0]).utf8_names();
    let wait = wait.labels(["a b", "c"]).expect("valid");
    wait.with_values(&["x", "y"]).expect("two").observe(0.5);
    let jobs = registry.counter("my.jobs_seconds_total", "J.").utf8_names().register();
    jobs.expect("valid").inc();
    let states = registry.state_set("my.phase", "P.", ["up"]).utf8_names().register();
    states.expect("valid").set("up");
    let shown = |escaping| {
        let format = (Format::OpenMetrics2, escaping);
        for capacity in 0..300 {
            let whole = crate::support::escaped(&registry, format, 1 << 16);
            assert_eq!(crate::support::escaped(&registry, format, capacity), whole);
        }
        let page = crate::support::escaped(&registry, format, 1 << 16);
        let text = String::from_utf8(page).expect("UTF-8");
        let parsed = nunchi::testing::parse_open_metrics2(text.as_bytes());
        assert!(parsed.is_ok(), "{parsed:?}\n{text}");
        text
    };
    assert_eq!(
        shown(Escaping::AllowUtf8),
        r#"# TYPE "my.jobs_seconds_total" counter
# UNIT "my.jobs_seconds_total" seconds
# HELP "my.jobs_seconds_total" J.
{"my.jobs_seconds_total"} 1
# TYPE "my.phase" stateset
# HELP "my.phase" P.
{"my.phase","my.phase"="up"} 1
# TYPE "my.wait.seconds" histogram
# HELP "my.wait.seconds" W.
{"my.wait.seconds","a b"="x",c="y"} {count:1,sum:0.5,bucket:[1.0:1,+Inf:1]}
# EOF
"#
    );
    let dots = shown(Escaping::Dots);
    assert!(dots.contains("\nmy_dot_wait_dot_seconds{a__b=\"x\",c=\"y\"} {count:1,"), "{dots}");
    let underscores = shown(Escaping::Underscores);
    assert!(underscores.contains("\nmy_wait_seconds{a_b=\"x\",c=\"y\"} {count:1,"));
}

#[cfg(feature = "protobuf")]
#[test]
fn p14_nan_is_counted_in_the_last_classic_bucket_and_in_no_exponential_one() {
    let _inside = no_time().enter();
    let registry = Registry::new();
    let a = registry.native_histogram("a", "A.").schema(0).classic_buckets([1.0]);
    let a = a.register().expect("valid");
    [f64::NAN, 1.0].iter().for_each(|value| a.observe(*value));
    let (text, _) = open_metrics2(&registry);
    let line = "\na {count:2,sum:NaN,schema:0,zero_threshold:2.938735877055719e-39,zero_count:0,\
                positive_spans:[0:1],positive_buckets:[1],bucket:[1.0:1,+Inf:2]}\n";
    assert!(text.contains(line), "{text}");
}

#[test]
fn p14_numbers_that_are_none_are_told_of_all_types() {
    let gauge = Descriptor::gauge("a", "A.").expect("valid");
    for (value, text) in [(f64::NAN, "a NaN"), (f64::INFINITY, "a +Inf"), (17.0, "a 17.0")] {
        assert_eq!(samples_of(gauge.clone(), Value::Number(Number::F64(value))), [text]);
    }
}

#[cfg(feature = "protobuf")]
#[test]
fn p15_what_starts_anew_has_a_new_start() {
    let clock = Clock::stopped_at(UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let _inside = clock.enter();
    let registry = Registry::new();
    let a = registry.native_histogram("a", "A.").schema(0).classic_buckets([1.0]);
    let a = a.max_buckets(2).min_reset(Duration::from_secs(10)).register().expect("valid");
    let line = || lines_of(&registry).into_iter().find(|line| line.starts_with("a ")).expect("a");
    [1.0, 1000.0].iter().for_each(|value| a.observe(*value));
    clock.advance(Duration::from_secs(7));
    let before = line();
    assert!(before.starts_with("a {count:2,sum:1001.0,"), "{before}");
    assert!(before.ends_with(",bucket:[1.0:1,+Inf:2]} st@1700000000.0"), "{before}");
    clock.advance(Duration::from_secs(20));
    // It is on the new page alone, whose observations are those since the one before.
    a.observe(1e6);
    assert_eq!(
        line(),
        "a {count:1,sum:1000000.0,schema:0,zero_threshold:2.938735877055719e-39,zero_count:0,\
         positive_spans:[20:1],positive_buckets:[1],bucket:[1.0:0,+Inf:1]} st@1700000007.0"
    );
    let created = crate::support::protobuf(&registry).1;
    let created = created.sample("a_count", &[]).and_then(nunchi::testing::Sample::created);
    assert_eq!(created, Some(1_700_000_007.0));
    registry.show_created(true);
    assert_eq!(open_metrics(&registry).1.value("a_created", &[]), Some(1_700_000_007.0));
}

#[cfg(feature = "protobuf")]
#[test]
fn p12_exemplars_of_exponential_buckets_are_on_the_line() {
    let clock = Clock::stopped_at(UNIX_EPOCH + Duration::from_millis(1_700_000_000_250));
    let _inside = clock.enter();
    let registry = Registry::new();
    let a = registry.native_histogram("a", "A.").schema(0).register().expect("valid");
    a.observe_with_exemplar(1.0, &[("id", "1")]);
    a.observe_with_exemplar(4.0, &[("id", "\"2")]);
    let line = lines_of(&registry).into_iter().find(|line| line.starts_with("a ")).expect("a");
    for exemplar in [r#" # {id="1"} 1.0 1700000000.250"#, r#" # {id="\"2"} 4.0 1700000000.250"#] {
        assert!(line.contains(exemplar), "{line}");
    }
    assert!(line.starts_with("a {count:2,sum:5.0,schema:0,"), "{line}");
}
