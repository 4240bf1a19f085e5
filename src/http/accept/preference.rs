//! What a header prefers, where there is more than one format.

use super::media::{self, Scheme, TEXT_0_0_4, TEXT_1_0_0};
use super::Answer;
use crate::http::weight::thousandths;

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
    scheme: Option<Scheme>,
    /// In thousandths.
    weight: u16,
}

impl<'a> Clause<'a> {
    /// `None` if the weight is none: Prometheus 2.49 sent `*/*;q=2` and meant its last choice.
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = split(text, b';');
        let media = parts.next()?.trim();
        let (mut version, mut proto, mut encoding) = (None, None, None);
        let (mut scheme, mut weight) = (None, None);
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
                scheme = media::scheme(value).or(scheme);
            } else if name.eq_ignore_ascii_case("q") {
                weight = weight.or(Some(thousandths(value)?));
            }
        }
        let weight = weight.unwrap_or(1000);
        Some(Self { media, version, proto, encoding, scheme, weight })
    }

    /// Our answer to this wish alone.
    fn answer(&self) -> Option<Answer> {
        let is = |media| self.media.eq_ignore_ascii_case(media);
        let media = match self.version {
            #[cfg(feature = "protobuf")]
            _ if is("application/vnd.google.protobuf") => {
                let is_ours = self.proto == Some("io.prometheus.client.MetricFamily")
                    && self.encoding == Some("delimited");
                is_ours.then_some(media::PROTOBUF)?
            }
            #[cfg(feature = "openmetrics")]
            version if is("application/openmetrics-text") => match version {
                None | Some("1.0.0") => media::OPEN_METRICS,
                Some("0.0.1") => media::OPEN_METRICS_0_0_1,
                #[cfg(feature = "openmetrics2")]
                Some("2.0.0") => media::OPEN_METRICS_2,
                Some(_) => return None,
            },
            None | Some("0.0.4") if is("text/plain") || is("text/*") => TEXT_0_0_4,
            Some("1.0.0") if is("text/plain") || is("text/*") => TEXT_1_0_0,
            _ if is("*/*") => TEXT_0_0_4,
            _ => return None,
        };
        Some(media.answer(self.scheme))
    }
}

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
