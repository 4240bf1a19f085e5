//! What a header prefers, where there is more than one format.

use super::{Answer, TEXT};
use crate::encode::Format;
use crate::http::weight::thousandths;

#[cfg(feature = "openmetrics")]
pub(super) use open_metrics::{OPEN_METRICS, OPEN_METRICS_0_0_1, OPEN_METRICS_ESCAPED};

#[cfg(feature = "openmetrics")]
mod open_metrics {
    use super::{Answer, Format};

    pub(in super::super) const OPEN_METRICS: Answer = Answer::of(Format::OpenMetrics);

    /// The same bytes, to a scraper that knows of escaping schemes and is told which one this is (C4).
    pub(in super::super) const OPEN_METRICS_ESCAPED: Answer = Answer {
        content_type:
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
        ..OPEN_METRICS
    };

    /// The same bytes, as they are called by servers of before the standard.
    pub(in super::super) const OPEN_METRICS_0_0_1: Answer = Answer {
        content_type: "application/openmetrics-text; version=0.0.1; charset=utf-8",
        ..OPEN_METRICS
    };
}

#[cfg(feature = "protobuf")]
pub(super) use protobuf::{PROTOBUF, PROTOBUF_ESCAPED};

#[cfg(feature = "protobuf")]
mod protobuf {
    use super::{Answer, Format};

    pub(in super::super) const PROTOBUF: Answer = Answer::of(Format::Protobuf);

    /// The same bytes, to a scraper that is told the escaping scheme.
    pub(in super::super) const PROTOBUF_ESCAPED: Answer = Answer {
        content_type: "application/vnd.google.protobuf; \
             proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=underscores",
        ..PROTOBUF
    };
}

/// The answer that the header weighs highest; `None` if it names nothing that we have.
pub(super) fn best(accept: &str) -> Option<Answer> {
    let mut best = None;
    let mut highest = 0; // What weighs nothing is refused.
    for clause in split(accept, b',').filter_map(Clause::read) {
        if let Some(answer) = clause.answer().filter(|_| clause.weight > highest) {
            highest = clause.weight;
            best = Some(answer);
        }
    }
    best
}

/// One media range of the header, with the parameters that matter.
struct Clause<'a> {
    media: &'a str,
    version: Option<&'a str>,
    /// What a message is, and how messages follow each other.
    #[cfg_attr(not(feature = "protobuf"), allow(dead_code))]
    proto: Option<&'a str>,
    #[cfg_attr(not(feature = "protobuf"), allow(dead_code))]
    encoding: Option<&'a str>,
    names_escaping: bool,
    /// In thousandths.
    weight: u16,
}

impl<'a> Clause<'a> {
    /// `None` if the weight is none: Prometheus 2.49 sent `*/*;q=2` and meant its last choice.
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = split(text, b';');
        let media = parts.next()?.trim();
        let (mut version, mut proto, mut encoding) = (None, None, None);
        let (mut names_escaping, mut weight) = (false, None);
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            let (name, value) = (name.trim(), value.trim());
            let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
            if name.eq_ignore_ascii_case("version") {
                version = version.or(Some(value));
            } else if name.eq_ignore_ascii_case("proto") {
                proto = proto.or(Some(value));
            } else if name.eq_ignore_ascii_case("encoding") {
                encoding = encoding.or(Some(value));
            } else if name.eq_ignore_ascii_case("escaping") {
                names_escaping |= ESCAPING_SCHEMES.contains(&value);
            } else if name.eq_ignore_ascii_case("q") {
                weight = weight.or(Some(thousandths(value)?));
            }
        }
        let weight = weight.unwrap_or(1000);
        Some(Self { media, version, proto, encoding, names_escaping, weight })
    }

    /// Our answer to this wish alone.
    fn answer(&self) -> Option<Answer> {
        let is = |media| self.media.eq_ignore_ascii_case(media);
        #[cfg(feature = "protobuf")]
        if is("application/vnd.google.protobuf") {
            let is_ours = self.proto == Some("io.prometheus.client.MetricFamily")
                && self.encoding == Some("delimited");
            let answer = if self.names_escaping { PROTOBUF_ESCAPED } else { PROTOBUF };
            return is_ours.then_some(answer);
        }
        #[cfg(feature = "openmetrics")]
        if is("application/openmetrics-text") {
            return match self.version {
                Some("0.0.1") => Some(OPEN_METRICS_0_0_1),
                None | Some("1.0.0") if self.names_escaping => Some(OPEN_METRICS_ESCAPED),
                None | Some("1.0.0") => Some(OPEN_METRICS),
                Some(_) => None,
            };
        }
        // 1.0.0 differs from 0.0.4 in names that 0.0.4 cannot carry (C5).
        let is_text = match self.version {
            None | Some("0.0.4" | "1.0.0") => is("text/plain") || is("text/*"),
            Some(_) => false,
        };
        (is_text || is("*/*")).then_some(TEXT)
    }
}

/// What a scraper may ask for; names are escaped by `underscores` whichever it is.
const ESCAPING_SCHEMES: [&str; 4] = ["allow-utf-8", "underscores", "dots", "values"];

/// The parts between separators that are not inside quotes.
fn split(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |c: char| {
        let separates = c == char::from(separator) && !is_quoted;
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && is_quoted && !is_escaped;
        separates
    })
}
