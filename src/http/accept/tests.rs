//! What scrapers send, and what they get.

use super::*;
use proptest::prelude::*;

#[cfg(feature = "openmetrics")]
use super::preference::{OPEN_METRICS, OPEN_METRICS_0_0_1, OPEN_METRICS_ESCAPED};

/// Without the feature, whoever asks for OpenMetrics gets text.
#[cfg(not(feature = "openmetrics"))]
use super::{TEXT as OPEN_METRICS, TEXT as OPEN_METRICS_0_0_1, TEXT as OPEN_METRICS_ESCAPED};

#[cfg(feature = "protobuf")]
use super::preference::{
    PROTOBUF, PROTOBUF as PROTOBUF_OR_OPEN_METRICS, PROTOBUF as PROTOBUF_OR_OPEN_METRICS_ESCAPED,
    PROTOBUF_ESCAPED,
};

/// Without the feature, whoever prefers protobuf gets what comes next.
#[cfg(not(feature = "protobuf"))]
use {
    super::{TEXT as PROTOBUF, TEXT as PROTOBUF_ESCAPED},
    OPEN_METRICS as PROTOBUF_OR_OPEN_METRICS,
    OPEN_METRICS_ESCAPED as PROTOBUF_OR_OPEN_METRICS_ESCAPED,
};

/// Headers by who sends them, and the answers.
#[rustfmt::skip] // A row a line.
const SCRAPERS: &[(&str, &str, Answer)] = &[
    ("Prometheus 2.5", "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OPEN_METRICS_0_0_1),
    ("Prometheus 2.37", "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OPEN_METRICS),
    ("Prometheus 2.40", "application/openmetrics-text;version=1.0.0;q=0.75,application/openmetrics-text;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OPEN_METRICS),
    ("Prometheus 2.42, native histograms", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", PROTOBUF_OR_OPEN_METRICS),
    ("Prometheus 2.49, q above 1", "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=2", OPEN_METRICS),
    ("Prometheus 2.53", "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", OPEN_METRICS),
    ("Prometheus 2.53, native histograms", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,application/openmetrics-text;version=0.0.1;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1", PROTOBUF_OR_OPEN_METRICS),
    ("Prometheus 2.55, UTF-8 names", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;escaping=allow-utf-8;q=0.2", OPEN_METRICS_ESCAPED),
    ("Prometheus 3.0, escaping twice", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;escaping=allow-utf-8;q=0.2", OPEN_METRICS_ESCAPED),
    ("Prometheus 3.5", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", OPEN_METRICS_ESCAPED),
    ("Prometheus 3.5, native histograms", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1", PROTOBUF_OR_OPEN_METRICS_ESCAPED),
    ("Prometheus 3.5, names escaped as values", "application/openmetrics-text;version=1.0.0;escaping=values;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=values;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", OPEN_METRICS_ESCAPED),
    ("Prometheus 3.5, text only", "text/plain;version=0.0.4;q=0.6,*/*;q=0.5", TEXT),
    ("Prometheus 3.5, text before OpenMetrics", "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.4", TEXT),
    ("VictoriaMetrics", "text/plain;version=0.0.4;q=1,*/*;q=0.1", TEXT),
    ("curl", "*/*", TEXT),
    ("Firefox", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", TEXT),
    ("a client of JSON", "application/json", TEXT),
    ("a refusal of everything", "*/*;q=0", TEXT),
    ("nothing", "", TEXT),
    ("garbage", ";;q=,,\u{fffd}\"unclosed", TEXT),
    ("garbage before a wish", ";=;q,\"a,b\";,;;application/openmetrics-text;;version;q=;charset=,application/openmetrics-text;version=0.0.1", OPEN_METRICS_0_0_1),
    ("upper case, blanks and quotes", "Application/OpenMetrics-Text ; Version = \"1.0.0\" ;\tQ = 0.5 , text/plain;q=0.4", OPEN_METRICS),
    ("no version", "application/openmetrics-text", OPEN_METRICS),
    ("versions to come", "application/openmetrics-text;version=2.0.0,application/openmetrics-text;version=9;q=0.9,text/plain;q=0.1", TEXT),
    ("a version to come, and one that is there", "application/openmetrics-text;version=2.0.0,application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.1", OPEN_METRICS),
    ("equal weights, text first", "text/plain,application/openmetrics-text", TEXT),
    ("equal weights, text last", "application/openmetrics-text,*/*", OPEN_METRICS),
    ("anything rather than OpenMetrics", "application/openmetrics-text;q=0.5,*/*;q=0.501", TEXT),
    ("OpenMetrics refused", "application/openmetrics-text;q=0.000", TEXT),
    ("text refused", "text/plain;q=0,application/openmetrics-text;q=0.001", OPEN_METRICS),
    ("a wish inside quotes", "text/html;a=\",application/openmetrics-text,\"", TEXT),
    ("an unknown escaping scheme", "application/openmetrics-text;version=1.0.0;escaping=\"\r\nx: y\"", OPEN_METRICS),
    ("Prometheus 3.5, protobuf only", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,*/*;q=0.5", PROTOBUF),
    ("Prometheus 3.0, protobuf, escaping everywhere", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.5", PROTOBUF_ESCAPED),
    ("protobuf in upper case, with blanks and quotes", "Application/Vnd.Google.Protobuf ; Proto = \"io.prometheus.client.MetricFamily\" ; ENCODING = delimited", PROTOBUF),
    ("protobuf without parameters", "application/vnd.google.protobuf", TEXT),
    ("protobuf of something else", "application/vnd.google.protobuf;proto=io.prometheus.write.v2.Request;encoding=delimited", TEXT),
    ("protobuf as text", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text,application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=compact-text", TEXT),
    ("protobuf without an encoding", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily", TEXT),
    ("protobuf refused", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0,text/plain;q=0.1", TEXT),
    ("text rather than protobuf", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.5,text/plain;q=0.6", TEXT),
];

#[test]
fn c1_c2_c3_every_scraper_gets_what_it_prefers_of_what_there_is() {
    for (scraper, accept, answer) in SCRAPERS {
        assert_eq!(negotiate(Some(accept)), *answer, "{scraper}");
    }
    assert_eq!(negotiate(None), TEXT);
}

#[test]
fn c4_content_types_are_these() {
    let of = |accept| negotiate(Some(accept)).content_type;
    assert_eq!(of("*/*"), "text/plain; version=0.0.4; charset=utf-8");
    if cfg!(feature = "protobuf") {
        let protobuf = "application/vnd.google.protobuf; \
             proto=io.prometheus.client.MetricFamily; encoding=delimited";
        assert_eq!(of(protobuf), protobuf);
        let escaped = format!("{protobuf}; escaping=underscores");
        let asked = format!("{protobuf}; escaping=allow-utf-8");
        assert_eq!(negotiate(Some(&asked)).content_type, escaped);
    }
    if cfg!(feature = "openmetrics") {
        let open_metrics = "application/openmetrics-text";
        assert_eq!(of(open_metrics), format!("{open_metrics}; version=1.0.0; charset=utf-8"));
        assert_eq!(
            of("application/openmetrics-text;version=0.0.1;escaping=dots"),
            format!("{open_metrics}; version=0.0.1; charset=utf-8")
        );
        assert_eq!(
            of("application/openmetrics-text;version=1.0.0;escaping=dots"),
            format!("{open_metrics}; version=1.0.0; charset=utf-8; escaping=underscores")
        );
    }
}

#[test]
fn weights_are_from_0_to_1() {
    let wins =
        |weight| negotiate(Some(&format!("application/openmetrics-text;q={weight}"))) != TEXT;
    for weight in ["1", "1.0", "1.000", "1.0004", "0.001", "0.5", "0.0010000000000000000000000000"]
    {
        assert_eq!(wins(weight), cfg!(feature = "openmetrics"), "{weight}");
    }
    for weight in
        ["", ".", ".5", "0", "0.", "0.0009", "1.001", "2", "-1", "1e-1", "NaN", "99999999", "१"]
    {
        assert!(!wins(weight), "{weight}");
    }
}

proptest! {
    /// Also none that is made of what scrapers send.
    #[test]
    fn every_header_has_an_answer(
        random: String,
        parts in prop::collection::vec((0..SCRAPERS.len(), 0..300_usize, 0..40_usize), 0..6),
    ) {
        let of_scrapers = |(row, from, len): (usize, usize, usize)| {
            SCRAPERS[row].1.chars().skip(from).take(len).collect::<String>()
        };
        let pieced: String = parts.into_iter().map(of_scrapers).collect();
        for accept in [random, pieced] {
            let answer = negotiate(Some(&accept));
            let open_metrics = [OPEN_METRICS, OPEN_METRICS_0_0_1, OPEN_METRICS_ESCAPED];
            let media = if answer == TEXT {
                ""
            } else if [PROTOBUF, PROTOBUF_ESCAPED].contains(&answer) {
                "vnd.google.protobuf"
            } else {
                prop_assert!(open_metrics.contains(&answer), "{}", accept);
                "openmetrics-text"
            };
            prop_assert!(accept.to_lowercase().contains(media), "{}", accept);
        }
    }
}

#[test]
fn no_header_takes_long_or_panics() {
    for part in
        ["application/openmetrics-text;q=0.1,", ";", ",", "\"", "\\", "q=", "\u{1F642}=\",", "\0"]
    {
        let _ = negotiate(Some(&part.repeat(1 << 16)));
    }
}
