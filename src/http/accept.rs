//! Which exposition format answers which `Accept` header.
//!
//! The one place to change when a second format arrives: callers pass the header and write whatever
//! [`Format`] comes back, content type included.

use crate::encode::Format;

/// The format for a scrape that sent this `Accept`.
///
/// Text 0.0.4 is the only format there is, so every header ends there: a header that names it, one
/// that prefers another and takes text as a fallback, one that names nothing we have, a garbled
/// one, and none at all. Prometheus reads the answer's content type, not its own wish, and a scrape
/// that gets 406 is a gap in the data; so the header is not parsed and nothing is refused.
///
/// Source: Prometheus content negotiation (no match means text 0.0.4), RFC 9110 section 12.5.1
/// (a server may disregard the header).
pub(crate) fn negotiate(_accept: Option<&str>) -> Format {
    Format::Text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What scrapers send, by the release that sends it.
    const SCRAPERS: &[(&str, &str)] = &[
        ("Prometheus 2.5", "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
        ("Prometheus 2.37", "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
        ("Prometheus 2.40", "application/openmetrics-text;version=1.0.0;q=0.75,application/openmetrics-text;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
        ("Prometheus 2.42, native histograms", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
        ("Prometheus 2.49, q above 1", "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=2"),
        ("Prometheus 2.55, UTF-8 names", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;escaping=allow-utf-8;q=0.2"),
        ("Prometheus 3.0, escaping twice", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;escaping=allow-utf-8;q=0.2"),
        ("Prometheus 3.5", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"),
        ("Prometheus 3.5, native histograms", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1"),
        ("VictoriaMetrics", "text/plain;version=0.0.4;q=1,*/*;q=0.1"),
        ("curl", "*/*"),
        ("Firefox", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ("a client of JSON", "application/json"),
        ("a refusal of everything", "*/*;q=0"),
        ("nothing", ""),
        ("garbage", ";;q=,,\u{fffd}\"unclosed"),
    ];

    #[test]
    fn every_scraper_gets_text() {
        for (scraper, accept) in SCRAPERS {
            assert_eq!(negotiate(Some(accept)), Format::Text, "{scraper}");
        }
    }

    #[test]
    fn no_header_is_text() {
        assert_eq!(negotiate(None), Format::Text);
    }
}
