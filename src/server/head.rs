//! Reading a request head: the request line and the header fields before the blank line.
//!
//! A pure function on bytes. Its verdict depends only on the first byte that decides it: once a
//! prefix is refused or complete, no further byte changes that, so it does not matter how the
//! network cut the request into pieces. Strict where RFC 9112 allows leniency, because two readers
//! that forgive differently are how requests are smuggled.

use super::target::Target;
use std::borrow::Cow;
use std::time::Duration;

/// A complete request head, reduced to what an answer depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head<'a> {
    pub(super) method: &'a str,
    pub(super) target: Target<'a>,
    /// Is the client of HTTP/1.0? It must then be told that the connection stays open.
    pub(super) is_http_1_0: bool,
    /// Does the client want the connection to stay open?
    pub(super) keep_alive: bool,
    /// Does a body follow? There is no route for one.
    pub(super) has_body: bool,
    /// Header lines of one name are joined with `, `, as RFC 9110 section 5.3 defines.
    pub(super) accept: Option<Cow<'a, str>>,
    pub(super) accept_encoding: Option<Cow<'a, str>>,
    scrape_timeout: Option<Cow<'a, str>>,
    /// Bytes of the head, the blank line included.
    pub(super) length: usize,
}

impl Head<'_> {
    /// How long the scraper waits; a value that is not a positive finite number counts as none.
    pub(super) fn scrape_timeout(&self) -> Option<Duration> {
        let seconds: f64 = self.scrape_timeout.as_ref()?.parse().ok()?;
        Duration::try_from_secs_f64(seconds).ok().filter(|timeout| !timeout.is_zero())
    }
}

/// Why a request head is refused. The connection closes after the answer: where the next request
/// would start is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeadError {
    BodyLength,
    ControlByte,
    Folded,
    HeaderField,
    HeaderText,
    Host,
    LineEnding,
    RequestLine,
    Target,
    TargetTooLong,
    TooLarge,
    Version,
}

impl HeadError {
    /// The status code and the line of text that tell the client.
    pub(super) fn status_and_reason(self) -> (u16, &'static str) {
        match self {
            Self::BodyLength => (400, "bad request: contradictory or malformed body length"),
            Self::ControlByte => {
                (400, "bad request: control character; this port speaks plain HTTP/1")
            }
            Self::Folded => (400, "bad request: folded header line"),
            Self::HeaderField => (400, "bad request: malformed header field"),
            Self::HeaderText => (400, "bad request: header value is not UTF-8"),
            Self::Host => (400, "bad request: needs exactly one valid host header"),
            Self::LineEnding => (400, "bad request: lines end in CR LF"),
            Self::RequestLine => (400, "bad request: malformed request line"),
            Self::Target => (400, "bad request: malformed request target"),
            Self::TargetTooLong => (414, "request target too long"),
            Self::TooLarge => (431, "request header fields too large"),
            Self::Version => (505, "version not supported: this port speaks HTTP/1.0 and HTTP/1.1"),
        }
    }
}

/// Reads the head at the start of `bytes`, of which it may take at most `limit`.
///
/// `Ok(None)` while the blank line has not arrived; `bytes` may go on past it with the next request.
pub(super) fn parse_head(bytes: &[u8], limit: usize) -> Result<Option<Head<'_>>, HeadError> {
    let is_full = bytes.len() >= limit;
    let bytes = bytes.get(..limit).unwrap_or(bytes);
    let mut lines = Lines { bytes, at: 0 };
    // RFC 9112 section 2.2: some clients end a request with a line break too many.
    let request_line = loop {
        match lines.next()? {
            Some([]) => {}
            Some(line) => break line,
            None if is_full => return Err(HeadError::TargetTooLong),
            None => return Ok(None),
        }
    };
    let mut fields = Fields::new(RequestLine::parse(request_line)?);
    loop {
        match lines.next()? {
            Some([]) => return fields.finish(lines.at).map(Some),
            Some(line) => fields.take(line)?,
            None if is_full => return Err(HeadError::TooLarge),
            None => return Ok(None),
        }
    }
}

/// The lines of a head, split at CR LF.
struct Lines<'a> {
    bytes: &'a [u8],
    /// Where the next line starts.
    at: usize,
}

impl<'a> Lines<'a> {
    /// The next line without its ending; `None` if it has not all arrived.
    ///
    /// The first control byte decides, complete line or not, so that a TLS hello is refused when it
    /// arrives instead of when the deadline passes.
    fn next(&mut self) -> Result<Option<&'a [u8]>, HeadError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let is_decisive = |byte: &u8| byte.is_ascii_control() && *byte != b'\t';
        let Some(end) = rest.iter().position(is_decisive) else { return Ok(None) };
        let (line, ending) = rest.split_at(end);
        match ending {
            [b'\r', b'\n', ..] => {
                self.at += end + 2;
                Ok(Some(line))
            }
            [b'\r'] => Ok(None),
            [b'\r' | b'\n', ..] => Err(HeadError::LineEnding),
            _ => Err(HeadError::ControlByte),
        }
    }
}

/// `GET /metrics HTTP/1.1`.
struct RequestLine<'a> {
    method: &'a str,
    target: Target<'a>,
    is_http_1_0: bool,
}

impl<'a> RequestLine<'a> {
    fn parse(line: &'a [u8]) -> Result<Self, HeadError> {
        let mut words = line.split(|byte| *byte == b' ');
        let (Some(method), Some(target), Some(version), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(HeadError::RequestLine);
        };
        let method = token(method).ok_or(HeadError::RequestLine)?;
        // Before the target, so that the preface of HTTP/2 hears about its version.
        let is_http_1_0 = match version {
            b"HTTP/1.0" => true,
            // A later minor version is spoken to in ours (RFC 9110 section 2.5).
            [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'1'..=b'9'] => false,
            [b'H', b'T', b'T', b'P', b'/', b'0'..=b'9', b'.', b'0'..=b'9'] => {
                return Err(HeadError::Version);
            }
            _ => return Err(HeadError::RequestLine),
        };
        let target = Target::parse(method, target).ok_or(HeadError::Target)?;
        Ok(Self { method, target, is_http_1_0 })
    }
}

/// The header fields read so far.
struct Fields<'a> {
    line: RequestLine<'a>,
    has_host: bool,
    wants_close: bool,
    wants_keep_alive: bool,
    content_length: Option<&'a str>,
    has_transfer_encoding: bool,
    accept: Option<Cow<'a, str>>,
    accept_encoding: Option<Cow<'a, str>>,
    scrape_timeout: Option<Cow<'a, str>>,
}

impl<'a> Fields<'a> {
    fn new(line: RequestLine<'a>) -> Self {
        Self {
            line,
            has_host: false,
            wants_close: false,
            wants_keep_alive: false,
            content_length: None,
            has_transfer_encoding: false,
            accept: None,
            accept_encoding: None,
            scrape_timeout: None,
        }
    }

    /// Reads one header line; a field that no answer depends on is checked for its form only.
    fn take(&mut self, line: &'a [u8]) -> Result<(), HeadError> {
        if matches!(line, [b' ' | b'\t', ..]) {
            return Err(HeadError::Folded);
        }
        let colon = line.iter().position(|byte| *byte == b':').ok_or(HeadError::HeaderField)?;
        let (name, value) = line.split_at(colon);
        let name = token(name).ok_or(HeadError::HeaderField)?;
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let text = || match std::str::from_utf8(value) {
            Ok(value) => Ok(value.strip_prefix(':').unwrap_or(value).trim_matches([' ', '\t'])),
            Err(_) => Err(HeadError::HeaderText),
        };

        if is("accept") {
            join(&mut self.accept, text()?);
        } else if is("accept-encoding") {
            join(&mut self.accept_encoding, text()?);
        } else if is("x-prometheus-scrape-timeout-seconds") {
            join(&mut self.scrape_timeout, text()?);
        } else if is("connection") {
            for option in text()?.split(',').map(|option| option.trim_matches([' ', '\t'])) {
                self.wants_close |= option.eq_ignore_ascii_case("close");
                self.wants_keep_alive |= option.eq_ignore_ascii_case("keep-alive");
            }
        } else if is("host") {
            if self.has_host || !is_host(text()?) {
                return Err(HeadError::Host);
            }
            self.has_host = true;
        } else if is("content-length") {
            let length = text()?;
            let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
            if self.content_length.is_some() || !is_number {
                return Err(HeadError::BodyLength);
            }
            self.content_length = Some(length);
        } else if is("transfer-encoding") {
            self.has_transfer_encoding = true;
        }
        Ok(())
    }

    /// Checks what only the whole head can tell.
    fn finish(self, length: usize) -> Result<Head<'a>, HeadError> {
        let RequestLine { method, target, is_http_1_0 } = self.line;
        if !self.has_host && !is_http_1_0 {
            return Err(HeadError::Host);
        }
        // RFC 9112 section 6.1: the two together, or a coding that HTTP/1.0 does not have, are how
        // a request hides in the body of another.
        if self.has_transfer_encoding && (self.content_length.is_some() || is_http_1_0) {
            return Err(HeadError::BodyLength);
        }
        let has_length =
            self.content_length.is_some_and(|digits| digits.bytes().any(|d| d != b'0'));
        Ok(Head {
            method,
            target,
            is_http_1_0,
            keep_alive: !self.wants_close && (self.wants_keep_alive || !is_http_1_0),
            has_body: has_length || self.has_transfer_encoding,
            accept: self.accept,
            accept_encoding: self.accept_encoding,
            scrape_timeout: self.scrape_timeout,
            length,
        })
    }
}

/// Adds a header line to those of the same name before it.
fn join<'a>(joined: &mut Option<Cow<'a, str>>, value: &'a str) {
    match joined {
        None => *joined = Some(Cow::Borrowed(value)),
        Some(before) => {
            let before = before.to_mut();
            before.push_str(", ");
            before.push_str(value);
        }
    }
}

/// `bytes` as a token of RFC 9110 section 5.6.2: a method or a field name.
fn token(bytes: &[u8]) -> Option<&str> {
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    let text = std::str::from_utf8(bytes).ok()?;
    (!bytes.is_empty() && bytes.iter().all(is_token)).then_some(text)
}

/// Has `host` only characters that an authority may have? Empty is valid (RFC 9110 section 7.2).
fn is_host(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(&byte))
}

#[cfg(test)]
mod tests;
