//! Real Prometheus servers store names outside the legacy set: a new one as they are, or escaped as it
//! was told to ask for, and an old one with underscores.

use crate::child::poll;
use crate::protobuf::serve;
use crate::server::{installed, Installed, Prometheus};
use crate::{has_no_complaint, say, PATIENCE};
use nunchi::Registry;
use std::sync::Arc;

/// What a server is told, what it then asks for, and what the names are there.
struct Case {
    name: &'static str,
    settings: &'static str,
    content_type: &'static str,
    names: [&'static str; 3],
}

const AS_THEY_ARE: [&str; 3] = [
    r#"{"app.requests_total","http.method"="GET",plain="a\"b"}"#,
    r#"{"app.wait.seconds_bucket",le="+Inf","q\"\\ \n돌"="y"}"#,
    r#"{"온도"}"#,
];

const UNDERSCORED: [&str; 3] = [
    r#"app_requests_total{http_method="GET",plain="a\"b"}"#,
    r#"app_wait_seconds_bucket{le="+Inf",q_____="y"}"#,
    "__",
];

/// Of servers from 3.0 on.
const NEW: [Case; 5] = [
    Case {
        name: "told-nothing",
        settings: "",
        content_type: "application/openmetrics-text; version=1.0.0; charset=utf-8; \
                       escaping=allow-utf-8",
        names: AS_THEY_ARE,
    },
    Case {
        name: "told-text",
        settings: ", scrape_protocols: [PrometheusText1.0.0]",
        content_type: "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
        names: AS_THEY_ARE,
    },
    Case {
        name: "told-values",
        settings: ", metric_name_escaping_scheme: values",
        content_type: "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=values",
        names: [
            r#"U__app_2e_requests__total{U__http_2e_method="GET",plain="a\"b"}"#,
            r#"U__app_2e_wait_2e_seconds_bucket{le="+Inf",U__q_22__5c__20__a__b3cc_="y"}"#,
            "U___c628__b3c4_",
        ],
    },
    Case {
        name: "told-dots",
        settings: ", metric_name_escaping_scheme: dots, scrape_protocols: [PrometheusText1.0.0]",
        content_type: "text/plain; version=1.0.0; charset=utf-8; escaping=dots",
        names: [
            r#"app_dot_requests__total{http_dot_method="GET",plain="a\"b"}"#,
            r#"app_dot_wait_dot_seconds_bucket{le="+Inf",q__________="y"}"#,
            "____",
        ],
    },
    // It names no scheme where it asks for this.
    Case {
        name: "told-protobuf",
        settings: ", scrape_protocols: [PrometheusProto]",
        content_type: "application/vnd.google.protobuf; \
                       proto=io.prometheus.client.MetricFamily; encoding=delimited",
        names: UNDERSCORED,
    },
];

const OLD: [Case; 1] = [Case {
    name: "old",
    settings: "",
    content_type: "application/openmetrics-text; version=1.0.0; charset=utf-8",
    names: UNDERSCORED,
}];

#[test]
fn every_prometheus_stores_utf8_names_as_it_can() {
    let versions = installed();
    if versions.is_empty() {
        say("SKIP every_prometheus_stores_utf8_names_as_it_can: no prometheus found");
        return;
    }
    let registry = Arc::new(registry());
    let start = |version: &Installed, case: &'static Case| {
        let (address, answers) = serve(Arc::clone(&registry), None).expect("a server");
        let server = version.start_told(&[("utf8", address)], case.name, case.settings);
        (server.expect("Prometheus starts"), answers, case)
    };
    let servers = versions.iter().flat_map(|version| {
        let cases = if version.version.starts_with("2.") { &OLD[..] } else { &NEW };
        cases.iter().map(|case| start(version, case)).collect::<Vec<_>>()
    });
    for (server, answers, case) in servers.collect::<Vec<_>>() {
        stores(&server, case);
        let answers = answers.lock().expect("nobody panics").clone();
        assert_eq!(answers.iter().collect::<Vec<_>>(), [case.content_type], "{}", server.version);
        has_no_complaint(&server);
        let (version, content_type) = (&server.version, case.content_type);
        say(&format!("Prometheus {version} stores UTF-8 names from {content_type}"));
    }
}

fn stores(server: &Prometheus, case: &Case) {
    for (name, value) in case.names.iter().zip([3.0, 1.0, 36.6]) {
        poll(&format!("{} has {name}", server.version), PATIENCE, || match server.query(name)? {
            found if found == value => Ok(()),
            found => Err(format!("{name} is {found}")),
        });
    }
}

fn registry() -> Registry {
    let registry = Registry::new();
    let requests = registry.counter("app.requests_total", "Requests.").utf8_names();
    let requests = requests.labels(["http.method", "plain"]).expect("valid");
    requests.with_values(&["GET", "a\"b"]).expect("two").inc_by(3);
    let wait = registry.histogram("app.wait.seconds", "Wait.").utf8_names();
    let wait = wait.labels(["q\"\\ \n돌"]).expect("valid");
    wait.with_values(&["y"]).expect("one").observe(0.2);
    registry.gauge("온도", "Degrees.").utf8_names().register().expect("valid").set(36.6);
    registry
}
