//! What answers are called, with and without the name of an escaping scheme.

use super::{Answer, TEXT};
#[cfg(feature = "utf8")]
use crate::encode::Escaping;
#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
use crate::encode::Format;

/// A media type that answers have.
#[derive(Clone, Copy)]
pub(super) struct Media {
    /// To a scraper that named no scheme, and gets no scheme named (O1).
    plain: Answer,
    /// Under the name of each scheme, in their order (C4).
    #[cfg(feature = "utf8")]
    escaped: fn(Escaping) -> &'static str,
    /// Where there is but one scheme, and a scraper that named any is told so.
    #[cfg(not(feature = "utf8"))]
    escaped: &'static str,
}

impl Media {
    /// The answer to a scraper that asked for this scheme.
    #[cfg(feature = "utf8")]
    pub(super) fn answer(self, scheme: Option<Scheme>) -> Answer {
        scheme.map_or(self.plain, |escaping| Answer {
            content_type: (self.escaped)(escaping),
            escaping,
            ..self.plain
        })
    }

    /// The answer to a scraper that asked for some scheme.
    #[cfg(not(feature = "utf8"))]
    pub(super) fn answer(self, scheme: Option<Scheme>) -> Answer {
        scheme.map_or(self.plain, |Named| Answer::called(self.plain.format, self.escaped))
    }
}

/// What a scraper may ask for.
#[cfg(feature = "utf8")]
pub(super) type Scheme = Escaping;

/// That a scraper named a scheme that there is.
#[cfg(not(feature = "utf8"))]
#[derive(Clone, Copy)]
pub(super) struct Named;

#[cfg(not(feature = "utf8"))]
pub(super) type Scheme = Named;

/// The scheme of this name.
pub(super) fn scheme(name: &str) -> Option<Scheme> {
    #[cfg(feature = "utf8")]
    return Escaping::ALL.into_iter().find(|escaping| escaping.as_str() == name);
    #[cfg(not(feature = "utf8"))]
    ["underscores", "allow-utf-8", "dots", "values"].contains(&name).then_some(Named)
}

/// `$plain`, and under the name of a scheme `$media`.
macro_rules! media {
    ($plain:expr, $media:literal) => {
        Media {
            plain: $plain,
            #[cfg(feature = "utf8")]
            escaped: |escaping| crate::encode::with_scheme!($media, escaping),
            #[cfg(not(feature = "utf8"))]
            escaped: concat!($media, "; escaping=underscores"),
        }
    };
}

#[cfg(feature = "utf8")]
pub(super) const TEXT_0_0_4: Media = media!(TEXT, "text/plain; version=0.0.4; charset=utf-8");

/// Asked for without a scheme it is 0.0.4, of which it would have the same bytes (C5).
#[cfg(feature = "utf8")]
pub(super) const TEXT_1_0_0: Media = media!(TEXT, "text/plain; version=1.0.0; charset=utf-8");

/// All versions have the same bytes, and in 0.0.4 no scheme has a name.
#[cfg(not(feature = "utf8"))]
pub(super) const TEXT_0_0_4: Media = Media { plain: TEXT, escaped: TEXT.content_type };
#[cfg(not(feature = "utf8"))]
pub(super) const TEXT_1_0_0: Media = TEXT_0_0_4;

#[cfg(feature = "openmetrics")]
pub(super) const OPEN_METRICS: Media = media!(
    Answer::of(Format::OpenMetrics),
    "application/openmetrics-text; version=1.0.0; charset=utf-8"
);

/// The same bytes, as they are called by servers of before the standard.
#[cfg(feature = "openmetrics")]
pub(super) const OPEN_METRICS_0_0_1: Media = {
    const CALLED: &str = "application/openmetrics-text; version=0.0.1; charset=utf-8";
    let plain = Answer::called(Format::OpenMetrics, CALLED);
    #[cfg(feature = "utf8")]
    let media = media!(plain, "application/openmetrics-text; version=0.0.1; charset=utf-8");
    #[cfg(not(feature = "utf8"))]
    let media = Media { plain, escaped: CALLED };
    media
};

#[cfg(feature = "openmetrics2")]
pub(super) const OPEN_METRICS_2: Media = media!(
    Answer::of(Format::OpenMetrics2),
    "application/openmetrics-text; version=2.0.0; charset=utf-8"
);

#[cfg(feature = "protobuf")]
pub(super) const PROTOBUF: Media = media!(
    Answer::of(Format::Protobuf),
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
);
