//! Which exposition format answers which `Accept` header.
//!
//! The one place to change when a further format arrives: callers pass the header and write whatever
//! [`Answer`] comes back, content type included.

#[cfg(feature = "utf8")]
use crate::encode::Escaping;
use crate::encode::Format;

/// How a scrape is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) format: Format,
    pub(crate) content_type: &'static str,
    /// How names outside the legacy set are shown.
    #[cfg(feature = "utf8")]
    pub(crate) escaping: Escaping,
}

impl Answer {
    const fn of(format: Format) -> Self {
        Self::called(format, format.content_type())
    }

    /// The page of a format under this media type.
    pub(crate) const fn called(format: Format, content_type: &'static str) -> Self {
        Self {
            format,
            content_type,
            #[cfg(feature = "utf8")]
            escaping: Escaping::Underscores,
        }
    }
}

const TEXT: Answer = Answer::of(Format::Text);

/// The answer to a scrape that sent this `Accept`.
///
/// Of what we have it is that with the highest weight, and of equals the first. Where nothing is
/// asked for that we have, it is text 0.0.4: whatever the header is, a scrape that gets 406 is a gap
/// in the data. So are `*/*` and `text/*`, by which nobody asks for another format.
///
/// Source: Prometheus content negotiation, RFC 9110 section 12.5.1 (a server may disregard the
/// header).
pub(crate) fn negotiate(accept: Option<&str>) -> Answer {
    #[cfg(any(feature = "openmetrics", feature = "protobuf", feature = "utf8"))]
    let wanted = accept.and_then(preference::best);
    #[cfg(not(any(feature = "openmetrics", feature = "protobuf", feature = "utf8")))]
    let wanted = accept.and(None); // There is nothing to choose from.
    wanted.unwrap_or(TEXT)
}

#[cfg(any(feature = "openmetrics", feature = "protobuf", feature = "utf8"))]
mod media;
#[cfg(any(feature = "openmetrics", feature = "protobuf", feature = "utf8"))]
mod preference;

#[cfg(test)]
mod tests;
