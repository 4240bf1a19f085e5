//! Whole pages, byte for byte.

use nunchi::{Buckets, Format, Registry};

fn page(format: Format, registry: &Registry) -> String {
    let mut page = Vec::new();
    nunchi::encode(registry, format, &mut page);
    String::from_utf8(page).unwrap()
}

/// A registry with every type.
fn registry() -> Registry {
    let registry = Registry::new();
    let requests = registry.counter("app_requests_total", "Requests\nserved \\ \"quoted\".");
    let requests = requests.labels(["method", "code"]).unwrap();
    requests.with_values(&["GET", "200"]).unwrap().inc_by(3);
    requests.with_values(&["PO\"ST", ""]).unwrap().inc_by(0.5);
    registry.gauge("app_temperature_celsius", "Temperature.").register().unwrap().set(-3.25);
    let sizes = registry.histogram("app_size_bytes", "Sizes.").buckets([1.0, 10.0]);
    let sizes = sizes.labels(["dir"]).unwrap();
    for value in [0.5, 1.0, 5.0, 11.0] {
        sizes.with_values(&["in"]).unwrap().observe(value);
    }
    let took = registry.histogram("app_took_seconds", "Took.").buckets(Buckets::new([2.5]));
    took.register().unwrap().observe(3.0);
    let wait = registry.summary("app_wait_seconds", "Wait.").quantiles([0.5, 1.0]);
    wait.register().unwrap().observe(2.0);
    registry.summary("app_plain_seconds", "Plain.").register().unwrap();
    registry.info("app_build_info", "Build.", [("version", "1.2")]).unwrap();
    registry.state_set("app_phase", "Phase.", ["up", "down"]).register().unwrap().set("up");
    let drift = registry.histogram("app_drift_seconds", "Drift.").buckets([-0.5, 0.5]);
    drift.register().unwrap().observe(0.25);
    registry.gauge("app_requests_in_flight", "Now.").register().unwrap().set(17.0);
    registry
}

#[test]
fn every_type_has_its_lines() {
    assert_eq!(
        page(Format::Text, &registry()),
        r#"# HELP app_build_info Build.
# TYPE app_build_info gauge
app_build_info{version="1.2"} 1
# HELP app_drift_seconds Drift.
# TYPE app_drift_seconds histogram
app_drift_seconds_bucket{le="-0.5"} 0
app_drift_seconds_bucket{le="0.5"} 1
app_drift_seconds_bucket{le="+Inf"} 1
app_drift_seconds_sum 0.25
app_drift_seconds_count 1
# HELP app_phase Phase.
# TYPE app_phase gauge
app_phase{app_phase="up"} 1
app_phase{app_phase="down"} 0
# HELP app_plain_seconds Plain.
# TYPE app_plain_seconds summary
app_plain_seconds_sum 0
app_plain_seconds_count 0
# HELP app_requests_in_flight Now.
# TYPE app_requests_in_flight gauge
app_requests_in_flight 17
# HELP app_requests_total Requests\nserved \\ "quoted".
# TYPE app_requests_total counter
app_requests_total{method="GET",code="200"} 3
app_requests_total{method="PO\"ST"} 0.5
# HELP app_size_bytes Sizes.
# TYPE app_size_bytes histogram
app_size_bytes_bucket{dir="in",le="1.0"} 2
app_size_bytes_bucket{dir="in",le="10.0"} 3
app_size_bytes_bucket{dir="in",le="+Inf"} 4
app_size_bytes_sum{dir="in"} 17.5
app_size_bytes_count{dir="in"} 4
# HELP app_temperature_celsius Temperature.
# TYPE app_temperature_celsius gauge
app_temperature_celsius -3.25
# HELP app_took_seconds Took.
# TYPE app_took_seconds histogram
app_took_seconds_bucket{le="2.5"} 0
app_took_seconds_bucket{le="+Inf"} 1
app_took_seconds_sum 3
app_took_seconds_count 1
# HELP app_wait_seconds Wait.
# TYPE app_wait_seconds summary
app_wait_seconds{quantile="0.5"} 2
app_wait_seconds{quantile="1.0"} 2
app_wait_seconds_sum 2
app_wait_seconds_count 1
"#
    );
}

#[cfg(feature = "openmetrics")]
#[test]
fn every_type_has_its_lines_in_open_metrics() {
    assert_eq!(
        page(Format::OpenMetrics, &registry()),
        r#"# TYPE app_build info
# HELP app_build Build.
app_build_info{version="1.2"} 1
# TYPE app_drift_seconds histogram
# UNIT app_drift_seconds seconds
# HELP app_drift_seconds Drift.
app_drift_seconds_bucket{le="-0.5"} 0
app_drift_seconds_bucket{le="0.5"} 1
app_drift_seconds_bucket{le="+Inf"} 1
# TYPE app_phase stateset
# HELP app_phase Phase.
app_phase{app_phase="up"} 1
app_phase{app_phase="down"} 0
# TYPE app_plain_seconds summary
# UNIT app_plain_seconds seconds
# HELP app_plain_seconds Plain.
app_plain_seconds_sum 0.0
app_plain_seconds_count 0
# TYPE app_requests_in_flight gauge
# HELP app_requests_in_flight Now.
app_requests_in_flight 17.0
# TYPE app_requests counter
# HELP app_requests Requests\nserved \\ \"quoted\".
app_requests_total{method="GET",code="200"} 3
app_requests_total{method="PO\"ST"} 0.5
# TYPE app_size_bytes histogram
# UNIT app_size_bytes bytes
# HELP app_size_bytes Sizes.
app_size_bytes_bucket{dir="in",le="1.0"} 2
app_size_bytes_bucket{dir="in",le="10.0"} 3
app_size_bytes_bucket{dir="in",le="+Inf"} 4
app_size_bytes_sum{dir="in"} 17.5
app_size_bytes_count{dir="in"} 4
# TYPE app_temperature_celsius gauge
# UNIT app_temperature_celsius celsius
# HELP app_temperature_celsius Temperature.
app_temperature_celsius -3.25
# TYPE app_took_seconds histogram
# UNIT app_took_seconds seconds
# HELP app_took_seconds Took.
app_took_seconds_bucket{le="2.5"} 0
app_took_seconds_bucket{le="+Inf"} 1
app_took_seconds_sum 3.0
app_took_seconds_count 1
# TYPE app_wait_seconds summary
# UNIT app_wait_seconds seconds
# HELP app_wait_seconds Wait.
app_wait_seconds{quantile="0.5"} 2.0
app_wait_seconds{quantile="1.0"} 2.0
app_wait_seconds_sum 2.0
app_wait_seconds_count 1
# EOF
"#
    );
}

#[cfg(all(feature = "openmetrics2", feature = "testing"))]
#[test]
fn every_type_has_its_lines_in_open_metrics_2() {
    let made = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    let clock = nunchi::testing::Clock::stopped_at(made);
    let _inside = clock.enter();
    assert_eq!(
        page(Format::OpenMetrics2, &registry()),
        r#"# TYPE app_build_info info
# HELP app_build_info Build.
app_build_info{version="1.2"} 1
# TYPE app_drift_seconds histogram
# UNIT app_drift_seconds seconds
# HELP app_drift_seconds Drift.
app_drift_seconds {count:1,sum:0.25,bucket:[-0.5:0,0.5:1,+Inf:1]} st@1700000000.0
# TYPE app_phase stateset
# HELP app_phase Phase.
app_phase{app_phase="up"} 1
app_phase{app_phase="down"} 0
# TYPE app_plain_seconds summary
# UNIT app_plain_seconds seconds
# HELP app_plain_seconds Plain.
app_plain_seconds {count:0,sum:0.0,quantile:[]} st@1700000000.0
# TYPE app_requests_in_flight gauge
# HELP app_requests_in_flight Now.
app_requests_in_flight 17.0
# TYPE app_requests_total counter
# HELP app_requests_total Requests\nserved \\ \"quoted\".
app_requests_total{method="GET",code="200"} 3 st@1700000000.0
app_requests_total{method="PO\"ST"} 0.5 st@1700000000.0
# TYPE app_size_bytes histogram
# UNIT app_size_bytes bytes
# HELP app_size_bytes Sizes.
app_size_bytes{dir="in"} {count:4,sum:17.5,bucket:[1.0:2,10.0:3,+Inf:4]} st@1700000000.0
# TYPE app_temperature_celsius gauge
# UNIT app_temperature_celsius celsius
# HELP app_temperature_celsius Temperature.
app_temperature_celsius -3.25
# TYPE app_took_seconds histogram
# UNIT app_took_seconds seconds
# HELP app_took_seconds Took.
app_took_seconds {count:1,sum:3.0,bucket:[2.5:0,+Inf:1]} st@1700000000.0
# TYPE app_wait_seconds summary
# UNIT app_wait_seconds seconds
# HELP app_wait_seconds Wait.
app_wait_seconds {count:1,sum:2.0,quantile:[0.5:2.0,1.0:2.0]} st@1700000000.0
# EOF
"#
    );
}
