//! Pages: from the families of a registry to bytes.
//!
//! Imports `model`, `label`, `name`, `error`; knows neither metrics nor the registry. The idea to
//! hold: an encoder walks families and series by number, writes whole series into whatever room the
//! caller gives, and can stop and go on between any two of them. It holds no lock meanwhile.

mod buffer;
mod chunk;
#[cfg(feature = "openmetrics2")]
mod composite;
#[cfg(feature = "openmetrics")]
mod created;
#[cfg(feature = "protobuf")]
mod delimited;
#[cfg(feature = "openmetrics")]
mod exemplar;
mod number;
#[cfg(feature = "openmetrics")]
mod openmetrics;
#[cfg(feature = "protobuf")]
mod protobuf;
#[cfg(feature = "utf8")]
mod spelling;
mod text;
#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
mod unit;

pub use chunk::Encoder;
#[cfg(feature = "utf8")]
pub(crate) use spelling::with_scheme;

use crate::error::EncodeError;
use crate::model::Gather;
#[cfg(feature = "utf8")]
pub(crate) use crate::name::Escaping;
use std::io::Write;
use std::sync::Arc;

/// An exposition format.
///
/// A format is bytes of one kind. Versions whose bytes are the same are one format here, and only
/// their media types differ: `http::respond` names the one that was asked for. So text 1.0.0 is
/// [`Text`](Self::Text) whose names are escaped in a way that was asked for (feature `utf8`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// The Prometheus text format 0.0.4, which every scraper understands.
    #[default]
    Text,
    /// OpenMetrics 1.0 in its text form, which Prometheus asks for first; also valid as 0.0.1.
    ///
    /// Names, labels and values are those of [`Text`](Self::Text), so that a series is the same in
    /// both, and no line is there that text has not. Lines that the specification forbids are left
    /// out: the sum of a histogram or summary while it is negative or NaN, and that of a histogram
    /// with a negative bound; with the sum of a histogram also its count, which the last bucket
    /// repeats; quantiles that are negative. Totals and buckets have an
    /// [`Exemplar`](crate::Exemplar), if one was kept since the last page that shows them, or else
    /// that which it showed; pages of text have none.
    ///
    /// The unit of a family is told if its name ends with a base unit, such as `_seconds` or
    /// `_bytes_total`. There are no `_created` lines, which most servers store as further series.
    ///
    /// Source: OpenMetrics 1.0.
    #[cfg(feature = "openmetrics")]
    OpenMetrics,
    /// OpenMetrics 2.0 in its text form, as of its release candidate: given to who asks for just this
    /// version, which no server does yet.
    ///
    /// Names, labels and values are those of [`Text`](Self::Text), and so is the name of the family: that
    /// of its samples. A histogram or a summary is one line, which has all that was observed: count and
    /// sum whatever they are, buckets or quantiles, and of a native histogram the exponential buckets too
    /// (feature `protobuf`, which has native histograms). Only quantiles that are negative are left
    /// out. Counters, histograms and summaries tell when they were made, `st@` and the time, whatever
    /// [`Registry::show_created`](crate::Registry::show_created) is. Exemplars are those of
    /// [`OpenMetrics`](Self::OpenMetrics) that have a time; a histogram has one for each bucket. The
    /// unit is told as there.
    ///
    /// # Stability
    ///
    /// The specification is not final, and neither is what this writes.
    ///
    /// Source: OpenMetrics 2.0.0-rc0.
    #[cfg(feature = "openmetrics2")]
    OpenMetrics2,
    /// Protobuf: a `MetricFamily` of `io.prometheus.client` after the other, each behind its length.
    /// Prometheus asks for it first where it stores native histograms.
    ///
    /// Names, labels and values are those of [`Text`](Self::Text), so that a series is the same in
    /// both. Counts are exact; all other values are floats in this format, which round whole numbers
    /// above 2^53. Infos and state sets are gauges, as in text. The unit is told as in OpenMetrics, and
    /// so are exemplars. The bucket of infinity is left to the reader, who has the count, unless it has
    /// an exemplar.
    ///
    /// A message has at most 1 MiB, unless a single series needs more: a family that is larger comes as
    /// several messages with the same name. Prometheus takes them as one family.
    ///
    /// Source: Prometheus exposition formats.
    #[cfg(feature = "protobuf")]
    Protobuf,
}

impl Format {
    /// The media type of a page in this format (T15, O1, B1).
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            #[cfg(feature = "openmetrics")]
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            #[cfg(feature = "openmetrics2")]
            Self::OpenMetrics2 => "application/openmetrics-text; version=2.0.0; charset=utf-8",
            #[cfg(feature = "protobuf")]
            Self::Protobuf => protobuf::CONTENT_TYPE,
        }
    }

    /// The media type of a page in this format whose names are escaped like this: of text it is that of
    /// version 1.0.0, from which on a page may have names in quotes (C4, C5).
    #[cfg(feature = "utf8")]
    #[must_use]
    pub const fn content_type_with(self, escaping: Escaping) -> &'static str {
        match self {
            Self::Text => {
                spelling::with_scheme!("text/plain; version=1.0.0; charset=utf-8", escaping)
            }
            #[cfg(feature = "openmetrics")]
            Self::OpenMetrics => spelling::with_scheme!(
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
                escaping
            ),
            #[cfg(feature = "openmetrics2")]
            Self::OpenMetrics2 => spelling::with_scheme!(
                "application/openmetrics-text; version=2.0.0; charset=utf-8",
                escaping
            ),
            #[cfg(feature = "protobuf")]
            Self::Protobuf => spelling::with_scheme!(
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; \
                 encoding=delimited",
                escaping
            ),
        }
    }

    /// What a page ends with.
    const fn end(self) -> &'static str {
        match self {
            Self::Text => "",
            #[cfg(feature = "openmetrics")]
            Self::OpenMetrics => openmetrics::END,
            #[cfg(feature = "openmetrics2")]
            Self::OpenMetrics2 => openmetrics::END,
            #[cfg(feature = "protobuf")]
            Self::Protobuf => "",
        }
    }
}

/// How much of a page is put together before it is handed to a sink.
const CHUNK: usize = 64 * 1024;

pub(crate) fn append(registry: Arc<dyn Gather>, format: Format, page: &mut Vec<u8>) {
    Encoder::over(registry, format, &|_| true).append_all(page);
}

pub(crate) fn write(
    registry: Arc<dyn Gather>,
    format: Format,
    sink: &mut dyn Write,
) -> Result<(), EncodeError> {
    each_chunk(registry, format, &mut |chunk| Ok(sink.write_all(chunk)?))
}

#[cfg(feature = "bytes")]
pub(crate) fn put(registry: Arc<dyn Gather>, format: Format, sink: &mut dyn bytes::BufMut) {
    let put = each_chunk(registry, format, &mut |chunk| {
        sink.put_slice(chunk);
        Ok(())
    });
    debug_assert!(put.is_ok(), "only a sink can fail, and this one panics instead");
}

/// Hands the page to `take` chunk by chunk, until the end or an error.
fn each_chunk(
    registry: Arc<dyn Gather>,
    format: Format,
    take: &mut dyn FnMut(&[u8]) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let mut encoder = Encoder::over(registry, format, &|_| true);
    let mut chunk = encoder.take_chunk();
    loop {
        chunk.clear();
        let more = encoder.usual_chunk(&mut chunk);
        let taken = take(&chunk);
        if !more || taken.is_err() {
            encoder.keep_chunk(chunk);
            return taken;
        }
    }
}
