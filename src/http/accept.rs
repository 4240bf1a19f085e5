//! Which exposition format answers which `Accept` header.
//!
//! The one place to change when a further format arrives: callers pass the header and write whatever
//! [`Answer`] comes back, content type included.

use crate::encode::Format;

/// How a scrape is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) format: Format,
    pub(crate) content_type: &'static str,
}

impl Answer {
    const fn of(format: Format) -> Self {
        Self { format, content_type: format.content_type() }
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
    #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
    let wanted = accept.and_then(preference::best);
    #[cfg(not(any(feature = "openmetrics", feature = "protobuf")))]
    let wanted = accept.and(None); // There is nothing to choose from.
    wanted.unwrap_or(TEXT)
}

#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
mod preference;

#[cfg(test)]
mod tests;
