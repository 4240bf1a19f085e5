//! A page compressed while it is put together.
//!
//! Of the page as it is there is never more than one chunk. What the compressor needs is kept for
//! later scrapes, of whatever registry.

use crate::encode::Encoder;
use parking_lot::Mutex;
use std::fmt;
use zlib_rs::{crc32::crc32, Deflate, DeflateFlush, Status};

/// What became of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is compressed; this is its length as it was.
    Compressed { page: Vec<u8>, length: usize },
    /// It is better off as it is.
    Incompressible,
    /// There was no time for all of it.
    Late,
}

/// Compresses the page of `encoder`, as long as there is time: `is_late` is asked now and then.
pub(super) fn compress(encoder: &mut Encoder, is_late: &dyn Fn() -> bool) -> Outcome {
    let idle = IDLE.lock().pop();
    let mut compressor = idle.unwrap_or_default();
    let mut chunk = encoder.take_chunk();
    let outcome = compressor.take(encoder, &mut chunk, is_late);
    encoder.keep_chunk(chunk);
    let mut idle = IDLE.lock();
    if idle.len() < KEPT {
        idle.push(compressor);
    }
    outcome
}

/// Compressors of earlier scrapes; one takes some 340 KiB.
static IDLE: Mutex<Vec<Compressor>> = Mutex::new(Vec::new());

/// As many as servers usually scrape the same target.
const KEPT: usize = 2;

/// The fastest. A page is mostly repetition, of which the higher levels find little more than this
/// one for several times the work; it crosses a network that is quicker than either.
const LEVEL: i32 = 1;

/// A page up to this size is one packet on most networks, compressed or not.
const WORTH_IT: usize = 1024;

/// Magic number, deflate, no flags, no time, fastest algorithm, unknown system (RFC 1952).
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255];

/// The state of a compressor and the room for what it gives.
struct Compressor {
    deflate: Deflate,
    given: Vec<u8>,
    /// The length of the last page, compressed.
    usual: usize,
}

impl Default for Compressor {
    fn default() -> Self {
        const LARGEST_WINDOW: u8 = 15;
        let deflate = Deflate::new(LEVEL, false, LARGEST_WINDOW);
        Self { deflate, given: vec![0; 32 * 1024], usual: 0 }
    }
}

impl Compressor {
    /// Takes a page chunk by chunk.
    fn take(
        &mut self,
        encoder: &mut Encoder,
        chunk: &mut Vec<u8>,
        is_late: &dyn Fn() -> bool,
    ) -> Outcome {
        let mut more = encoder.usual_chunk(chunk);
        if !more && chunk.len() < WORTH_IT {
            return Outcome::Incompressible;
        }
        self.deflate.reset();
        let mut page = Vec::with_capacity(self.usual / 8 * 9);
        page.extend_from_slice(&HEADER);
        let (mut checksum, mut length) = (0, 0);
        loop {
            checksum = crc32(checksum, chunk);
            length += chunk.len();
            let flush = if more { DeflateFlush::NoFlush } else { DeflateFlush::Finish };
            if !self.deflate(chunk, flush, &mut page) {
                return Outcome::Incompressible;
            }
            if !more {
                break;
            }
            if is_late() {
                return Outcome::Late;
            }
            chunk.clear();
            more = encoder.usual_chunk(chunk);
        }
        page.extend_from_slice(&checksum.to_le_bytes());
        // Modulo 2^32, as the format has it.
        page.extend_from_slice(&(length as u32).to_le_bytes());
        self.usual = page.len();
        if page.len() < length {
            Outcome::Compressed { page, length }
        } else {
            Outcome::Incompressible
        }
    }

    /// Appends `text` compressed, of which some may come only with what follows. Answers whether it
    /// was all taken, which nothing but a fault of the library prevents.
    fn deflate(&mut self, mut text: &[u8], flush: DeflateFlush, page: &mut Vec<u8>) -> bool {
        loop {
            let before = (self.deflate.total_in(), self.deflate.total_out());
            let status = self.deflate.compress(text, &mut self.given, flush);
            let taken = (self.deflate.total_in() - before.0) as usize;
            let given = (self.deflate.total_out() - before.1) as usize;
            text = text.get(taken..).unwrap_or_default();
            page.extend_from_slice(self.given.get(..given).unwrap_or_default());
            match status {
                Ok(Status::StreamEnd) => return true,
                _ if text.is_empty() && flush == DeflateFlush::NoFlush => return true,
                Ok(_) if taken > 0 || given > 0 => {}
                _ => return false,
            }
        }
    }
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compressor").field("usual", &self.usual).finish_non_exhaustive()
    }
}
