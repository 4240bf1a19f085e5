//! Pages: from the families of a registry to bytes.
//!
//! Imports `model`, `label`, `name`, `error`; knows neither metrics nor the registry. The idea to
//! hold: an encoder walks families and series by number, writes whole series into whatever room the
//! caller gives, and can stop and go on between any two of them. It holds no lock meanwhile.

mod buffer;
mod chunk;
mod number;
mod text;

pub use chunk::Encoder;

use crate::error::EncodeError;
use crate::model::Gather;
use std::io::Write;
use std::sync::Arc;

/// An exposition format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// The Prometheus text format 0.0.4, which every scraper understands.
    #[default]
    Text,
}

impl Format {
    /// The media type of a page in this format (T15).
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// How much of a page is put together before it is handed to a sink.
const CHUNK: usize = 64 * 1024;

pub(crate) fn append(registry: Arc<dyn Gather>, format: Format, page: &mut Vec<u8>) {
    Encoder::over(registry, format).append_all(page);
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
    let mut encoder = Encoder::over(registry, format);
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
