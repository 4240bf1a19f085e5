//! N1, N2, T13, C4, C5, C6: names outside the legacy set, as they are and escaped.

use crate::support::{bytes_in, escaped, Fixed, Value, FORMATS};
use nunchi::http::{respond, Request};
use nunchi::model::{Descriptor, Number};
use nunchi::{Escaping, Format, LabelName, MetricName, RegisterErrorKind, Registry};

const SCHEMES: [Escaping; 4] =
    [Escaping::Underscores, Escaping::AllowUtf8, Escaping::Dots, Escaping::Values];

/// A family of every shape with names outside the legacy set, in memory and of a collector, and some
/// whose names are legacy in part.
fn registry() -> Registry {
    let registry = Registry::new();
    let scope = registry.scope("", [("zone", "a\"b")]).expect("valid");
    let counter = scope.counter("http.sent_total", "Sent \"bytes\".").utf8_names();
    let counter = counter.labels(["http.code", "path", "k\"글"]).expect("valid");
    counter.with_values(&["200", "", "값"]).expect("three").inc_by(3);
    counter.with_values(&["500", "/a\"b\\", ""]).expect("three").inc();
    let histogram = scope.histogram("wait.seconds", "Wait.").utf8_names().buckets([0.5]);
    histogram.labels(["q.x"]).expect("valid").with_values(&["y"]).expect("one").observe(1.0);
    let summary = scope.summary("온도", "Heat.").utf8_names().quantiles([0.5]);
    summary.register().expect("valid").observe(2.0);
    scope.state_set("job.phase", "Phase.", ["up", "d\"n"]).utf8_names().register().expect("valid");
    scope.gauge("plain", "Plain.").utf8_names().labels(["k.x"]).expect("valid");
    let plain = scope.gauge("plain", "Plain.").utf8_names().labels(["k.x"]).expect("the same");
    plain.with_values(&["v"]).expect("one").set(1.0);
    let name = MetricName::utf8("build.x_info").expect("any text");
    let label = LabelName::utf8("v.w").expect("any text");
    let info = Descriptor::info(name, "Build.").and_then(|info| info.with_const_label(label, "1"));
    let one = Value::Number(Number::U64(1));
    scope.register(Fixed::one(info.expect("valid"), one)).expect("valid");
    registry
}

fn text(escaping: Escaping) -> String {
    let page = escaped(&registry(), (Format::Text, escaping), 1 << 16);
    String::from_utf8(page).expect("text")
}

#[test]
fn t13_names_outside_the_legacy_set_are_in_quotes_if_asked_for() {
    let wanted = r#"# HELP "build.x_info" Build.
# TYPE "build.x_info" gauge
{"build.x_info","v.w"="1",zone="a\"b"} 1
# HELP "http.sent_total" Sent "bytes".
# TYPE "http.sent_total" counter
{"http.sent_total",zone="a\"b","http.code"="200","k\"글"="값"} 3
{"http.sent_total",zone="a\"b","http.code"="500",path="/a\"b\\"} 1
# HELP "job.phase" Phase.
# TYPE "job.phase" gauge
{"job.phase",zone="a\"b","job.phase"="up"} 0
{"job.phase",zone="a\"b","job.phase"="d\"n"} 0
# HELP plain Plain.
# TYPE plain gauge
plain{zone="a\"b","k.x"="v"} 1
# HELP "wait.seconds" Wait.
# TYPE "wait.seconds" histogram
{"wait.seconds_bucket",zone="a\"b","q.x"="y",le="0.5"} 0
{"wait.seconds_bucket",zone="a\"b","q.x"="y",le="+Inf"} 1
{"wait.seconds_sum",zone="a\"b","q.x"="y"} 1
{"wait.seconds_count",zone="a\"b","q.x"="y"} 1
"#;
    let page = text(Escaping::AllowUtf8);
    let (heat, rest) = page.split_once("# HELP \"build").expect("the order is that of underscores");
    assert_eq!(format!("# HELP \"build{rest}"), wanted);
    let heat: Vec<_> = heat.lines().map(|line| line.split_once(' ').expect("a blank").0).collect();
    let name = "{\"온도";
    let lines = [
        "#".to_owned(),
        "#".to_owned(),
        format!("{name}\",zone=\"a\\\"b\",quantile=\"0.5\"}}"),
        format!("{name}_sum\",zone=\"a\\\"b\"}}"),
        format!("{name}_count\",zone=\"a\\\"b\"}}"),
    ];
    assert_eq!(heat, lines);
}

#[test]
fn c6_names_are_escaped_by_the_scheme_that_is_asked_for() {
    let underscores = text(Escaping::Underscores);
    assert_eq!(underscores.as_bytes(), bytes_in(Format::Text, &registry()));
    for (escaping, lines) in [
        (
            Escaping::Underscores,
            [
                "http_sent_total{zone=\"a\\\"b\",http_code=\"200\",k_글=\"값\"} 3",
                "wait_seconds_bucket{zone=\"a\\\"b\",q_x=\"y\",le=\"0.5\"} 0",
                "# TYPE job_phase gauge",
                "job_phase{zone=\"a\\\"b\",job_phase=\"up\"} 0",
                "build_x_info{v_w=\"1\",zone=\"a\\\"b\"} 1",
            ],
        ),
        (
            Escaping::Dots,
            [
                "http_dot_sent__total{zone=\"a\\\"b\",http_dot_code=\"200\",k_글=\"값\"} 3",
                "wait_dot_seconds_bucket{zone=\"a\\\"b\",q_dot_x=\"y\",le=\"0.5\"} 0",
                "# TYPE job_dot_phase gauge",
                "job_dot_phase{zone=\"a\\\"b\",job_dot_phase=\"up\"} 0",
                "build_dot_x__info{v_dot_w=\"1\",zone=\"a\\\"b\"} 1",
            ],
        ),
        (
            Escaping::Values,
            [
                "U__http_2e_sent__total{zone=\"a\\\"b\",U__http_2e_code=\"200\",k_글=\"값\"} 3",
                "U__wait_2e_seconds_bucket{zone=\"a\\\"b\",U__q_2e_x=\"y\",le=\"0.5\"} 0",
                "# TYPE U__job_2e_phase gauge",
                "U__job_2e_phase{zone=\"a\\\"b\",U__job_2e_phase=\"up\"} 0",
                "U__build_2e_x__info{U__v_2e_w=\"1\",zone=\"a\\\"b\"} 1",
            ],
        ),
    ] {
        let page = text(escaping);
        let label = LabelName::utf8("k\"글").expect("any text");
        for line in lines {
            let line = line.replace("k_글", &label.escaped(escaping));
            assert!(page.lines().any(|one| one == line), "{escaping:?}: {line}\n{page}");
        }
        assert!(page.contains("\n# TYPE plain gauge\nplain{zone="), "{page}");
    }
}

#[test]
fn c6_a_page_of_legacy_names_has_the_same_bytes_in_every_scheme() {
    let registry = Registry::new();
    let served = registry.counter("U__a_2e_b_total", "A.").utf8_names().labels(["a_dot_b"]);
    served.expect("valid").with_values(&["a.b"]).expect("one").inc();
    registry.histogram("b:c__d", "B.").register().expect("valid");
    for &format in FORMATS {
        for escaping in SCHEMES {
            assert_eq!(escaped(&registry, (format, escaping), 64), bytes_in(format, &registry));
        }
    }
}

#[test]
fn c4_c5_the_scrape_says_how_its_names_are_escaped() {
    let registry = registry();
    for (accept, content_type, line) in [
        (
            "text/plain;version=1.0.0;escaping=allow-utf-8",
            "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
            "\nplain{zone=\"a\\\"b\",\"k.x\"=\"v\"} 1\n",
        ),
        (
            "text/plain;version=0.0.4;escaping=allow-utf-8",
            "text/plain; version=0.0.4; charset=utf-8; escaping=allow-utf-8",
            "\nplain{zone=\"a\\\"b\",\"k.x\"=\"v\"} 1\n",
        ),
        (
            "text/plain;version=1.0.0;escaping=values",
            "text/plain; version=1.0.0; charset=utf-8; escaping=values",
            "\nplain{zone=\"a\\\"b\",U__k_2e_x=\"v\"} 1\n",
        ),
        (
            "text/plain;version=1.0.0",
            "text/plain; version=0.0.4; charset=utf-8",
            "\nplain{zone=\"a\\\"b\",k_x=\"v\"} 1\n",
        ),
    ] {
        let response = respond(&registry, &Request::get().accept(accept));
        assert_eq!(response.header("content-type"), Some(content_type));
        let page = String::from_utf8(response.body).expect("text");
        assert!(page.contains(line), "{page}");
    }
}

#[test]
fn c9_a_family_is_asked_for_by_its_name_in_any_scheme() {
    let registry = registry();
    for name in ["http.sent_total", "http.sent", "http_sent_total", "U__http_2e_sent__total"] {
        let query = format!("name[]={name}");
        let response = respond(&registry, &Request::get().query(&*query));
        let page = String::from_utf8(response.body).expect("text");
        assert!(page.starts_with("# HELP http_sent_total ") && !page.contains("plain"), "{page}");
    }
    let response = respond(&registry, &Request::get().query("name[]=http.sent_"));
    assert_eq!(response.body, b"");
}

#[test]
fn n1_n2_names_of_families_need_to_be_asked_for() {
    let registry = Registry::new();
    let kind = |result: Result<_, nunchi::RegisterError>| result.err().map(|error| error.kind());
    let gauge = |name: &str| registry.gauge(name, "Help.");
    assert_eq!(kind(gauge("a.b").labels(["x"])), Some(RegisterErrorKind::Invalid));
    assert_eq!(kind(gauge("a").labels(["x.y"])), Some(RegisterErrorKind::Invalid));
    for name in ["", "_a.b", &"a.".repeat(513)] {
        assert_eq!(kind(gauge(name).utf8_names().labels(["x"])), Some(RegisterErrorKind::Invalid));
        let labels = gauge("a").utf8_names().labels([name]);
        assert_eq!(kind(labels), Some(RegisterErrorKind::Invalid));
    }
    assert_eq!(kind(gauge("a.b").utf8_names().labels(["x.y"])), None);
    assert_eq!(kind(gauge("a b").utf8_names().labels(["x"])), Some(RegisterErrorKind::Collision));
}

#[test]
fn n12_no_two_families_have_a_name_in_common_in_any_scheme() {
    let refused = |one: &str, other: &str| {
        let registry = Registry::new();
        registry.gauge(one, "Help.").utf8_names().register().expect("valid");
        let other = registry.histogram(other, "Help.").utf8_names().register();
        other.err().map(|error| error.kind())
    };
    for (one, other) in [
        ("a_dot_b_sum", "a.b"),
        ("U__a_2e_b_count", "a.b"),
        ("a.b_dot_sum", "a.b"),
        ("a.b_sum", "a.b"),
        ("a-b", "a b"),
    ] {
        let expected = (one != "a.b_dot_sum").then_some(RegisterErrorKind::Collision);
        assert_eq!(refused(one, other), expected, "{one} {other}");
    }
}

#[cfg(all(feature = "openmetrics", feature = "testing"))]
#[test]
fn t13_open_metrics_has_names_in_quotes_as_well() {
    let page = escaped(&registry(), (Format::OpenMetrics, Escaping::AllowUtf8), 0);
    let read = nunchi::testing::parse_open_metrics(&page).expect("a valid page");
    let page = String::from_utf8(page).expect("text");
    assert!(
        page.contains("# TYPE \"http.sent\" counter\n# HELP \"http.sent\" Sent \\\"bytes\\\".\n")
    );
    let labels = [("zone", "a\"b"), ("http.code", "500"), ("path", "/a\"b\\")];
    assert_eq!(read.value("http.sent_total", &labels), Some(1.0));
    // The name does not end with `_seconds`, as it does where it is escaped.
    assert!(!page.contains("# UNIT"), "{page}");
    let page = escaped(&registry(), (Format::OpenMetrics, Escaping::Values), 0);
    let read = nunchi::testing::parse_open_metrics(&page).expect("a valid page");
    assert_eq!(
        read.family("U__wait_2e_seconds").map(nunchi::testing::Family::unit),
        Some("seconds")
    );
    assert!(read.family("U__http_2e_sent_").is_some() && read.family("U__build_2e_x_").is_some());
}

#[cfg(all(feature = "protobuf", feature = "testing"))]
#[test]
fn c6_protobuf_has_names_as_they_are_or_escaped() {
    for escaping in SCHEMES {
        let page = escaped(&registry(), (Format::Protobuf, escaping), 0);
        let read = nunchi::testing::parse_protobuf(&page).expect("a valid page");
        let metric =
            |name| MetricName::utf8(name).expect("any text").escaped(escaping).into_owned();
        let label = |name| LabelName::utf8(name).expect("any text").escaped(escaping).into_owned();
        let labels = ["zone", "http.code", "k\"글"].map(label);
        let values = ["a\"b", "200", "값"];
        let labels: Vec<_> = labels.iter().map(String::as_str).zip(values).collect();
        assert_eq!(read.value(&metric("http.sent_total"), &labels), Some(3.0), "{escaping:?}");
        let phase = metric("job.phase");
        assert_eq!(read.value(&phase, &[("zone", "a\"b"), (&phase, "d\"n")]), Some(0.0));
    }
}
