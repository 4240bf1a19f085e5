//! A scrape as plain values: a [`Request`] goes in, a [`Response`] comes out.
//!
//! No framework type, no socket, no clock of its own beyond the scrape's duration: mounting the page
//! on any HTTP stack is copying four request fields in and three response fields out.
//! `nunchi::server` is one such stack. Imports `registry` and `encode`; never a metric type.

mod accept;

use crate::encode;
use crate::registry::Registry;
use crate::sync::clock;
use std::time::Duration;

/// What a scrape asked for, borrowed from whatever HTTP stack received it.
///
/// Start from [`Request::get`] and add what the stack knows; everything but the method is optional.
///
/// # Examples
///
/// ```
/// use nunchi::http::Request;
///
/// let accept: Option<&str> = Some("text/plain;version=0.0.4"); // from the stack's header map
/// let request = Request::get().accept(accept).query("name[]=up");
/// assert_eq!(request.method, "GET");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request<'a> {
    /// Request method, exactly as received; method names are case sensitive (RFC 9110 section 9.1).
    pub method: &'a str,
    /// Query of the request target, without the `?` and still percent-encoded. No effect yet.
    pub query: Option<&'a str>,
    /// Value of `Accept`; several header lines are joined with `, `. Decides the format: see
    /// [`respond`].
    pub accept: Option<&'a str>,
    /// Value of `Accept-Encoding`, joined likewise. No effect yet: the page is never compressed.
    pub accept_encoding: Option<&'a str>,
    /// How long the scraper waits (`X-Prometheus-Scrape-Timeout-Seconds`). No effect yet.
    pub timeout: Option<Duration>,
}

impl<'a> Request<'a> {
    /// A `GET` that states no preference.
    #[must_use]
    pub const fn get() -> Self {
        Self { method: "GET", query: None, accept: None, accept_encoding: None, timeout: None }
    }

    /// Replaces the method; pass it as received, without changing its case.
    #[must_use]
    pub fn method(mut self, method: &'a str) -> Self {
        self.method = method;
        self
    }

    /// Sets the query, without the `?`.
    #[must_use]
    pub fn query(mut self, query: impl Into<Option<&'a str>>) -> Self {
        self.query = query.into();
        self
    }

    /// Sets the value of `Accept`.
    #[must_use]
    pub fn accept(mut self, accept: impl Into<Option<&'a str>>) -> Self {
        self.accept = accept.into();
        self
    }

    /// Sets the value of `Accept-Encoding`.
    #[must_use]
    pub fn accept_encoding(mut self, accept_encoding: impl Into<Option<&'a str>>) -> Self {
        self.accept_encoding = accept_encoding.into();
        self
    }

    /// Sets how long the scraper waits for the answer.
    #[must_use]
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }
}

/// The same as [`Request::get`].
impl Default for Request<'_> {
    fn default() -> Self {
        Self::get()
    }
}

/// The answer to a scrape, for the HTTP stack to send as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Header names in lower case, each at most once, with their values; `content-length` is among
    /// them, and to a `HEAD` it states the length a `GET` would have had.
    pub headers: Vec<(&'static str, String)>,
    /// The page; empty for `HEAD`.
    pub body: Vec<u8>,
}

impl Response {
    /// Returns the value of the header called `name`, in whatever case it is asked for.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// An answer with a body of `content_type` that no cache keeps and no browser reinterprets.
    pub(crate) fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        let headers = vec![
            ("content-type", content_type.to_owned()),
            ("content-length", body.len().to_string()),
            ("cache-control", "no-store".to_owned()),
            ("x-content-type-options", "nosniff".to_owned()),
        ];
        Self { status, headers, body }
    }

    /// An answer that says in one line of plain text why there is no page.
    pub(crate) fn refusal(status: u16, why: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", format!("{status} {why}\n").into_bytes())
    }

    /// The refusal of a method other than `GET` and `HEAD`.
    pub(crate) fn method_not_allowed() -> Self {
        let why = "method not allowed: use GET or HEAD; method names are case sensitive";
        Self::refusal(405, why).with_header("allow", "GET, HEAD")
    }

    /// Adds a header that is not there yet.
    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The answer without its body, as `HEAD` wants it: the headers keep describing the body.
    pub(crate) fn without_body(mut self) -> Self {
        self.body = Vec::new();
        self
    }
}

/// Answers a scrape of `registry`.
///
/// | method | status | body |
/// |---|---|---|
/// | `GET` | 200 | the page |
/// | `HEAD` | 200 | none; the headers of the page |
/// | any other, `get` included | 405, with `allow` | one line that says so |
///
/// The page is in the format that `accept` weighs highest among those there are: OpenMetrics 1.0 (also
/// as 0.0.1) with the feature `openmetrics`, and text 0.0.4. It is text for `*/*`, without the header,
/// and whatever else the header says; never a 406. It is complete before the response is returned, so
/// a 200 never carries half a page.
///
/// # Performance
///
/// Encodes every family once, `HEAD` included, into a buffer that becomes the body. The scrape is
/// counted, with its duration and size, in the registry's own metrics where those are registered.
///
/// # Consistency
///
/// As for `nunchi::encode`: updates go on meanwhile and are on this page or the next. The scrape's
/// own duration and size are on the next page.
///
/// # Examples
///
/// ```
/// use nunchi::http::{respond, Request};
///
/// let registry = nunchi::Registry::new();
/// let response = respond(&registry, &Request::get());
/// assert_eq!(response.status, 200);
/// assert_eq!(response.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
/// assert_eq!(respond(&registry, &Request::get().method("POST")).status, 405);
/// ```
///
/// Source: Prometheus exposition formats and content negotiation, RFC 9110 sections 9.3 and 15.5.6.
#[must_use]
pub fn respond(registry: &Registry, request: &Request<'_>) -> Response {
    match request.method {
        "GET" => page(registry, request),
        "HEAD" => page(registry, request).without_body(),
        _ => Response::method_not_allowed(),
    }
}

/// The page of `registry` in the format that `request` asks for.
fn page(registry: &Registry, request: &Request<'_>) -> Response {
    let accept::Answer { format, content_type } = accept::negotiate(request.accept);
    let started = clock::instant();
    // Pages of one registry are of much the same size: room for the last one and a little more.
    let mut body = Vec::with_capacity(registry.last_page_bytes() / 8 * 9);
    encode::append(registry.gatherer(), format, &mut body);
    let elapsed = clock::instant().saturating_duration_since(started);
    registry.record_scrape(elapsed, body.len());
    Response::new(200, content_type, body).with_header("vary", "Accept, Accept-Encoding")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(method: &str) -> Response {
        respond(&Registry::new(), &Request::get().method(method))
    }

    #[test]
    fn get_answers_the_page() {
        let response = ask("GET");
        assert_eq!(response.status, 200);
        assert_eq!(response.header("Content-Length"), Some(&*response.body.len().to_string()));
        assert_eq!(response.header("vary"), Some("Accept, Accept-Encoding"));
        assert_eq!(response.header("cache-control"), Some("no-store"));
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(response.header("etag"), None);
    }

    #[test]
    fn head_answers_the_headers_of_get() {
        let head = ask("HEAD");
        assert_eq!(head.headers, ask("GET").headers);
        assert_eq!(head.status, 200);
        assert!(head.body.is_empty());
    }

    #[test]
    fn other_methods_are_told_what_is_allowed() {
        for method in ["POST", "get", "Head", "", "OPTIONS", "GET "] {
            let response = ask(method);
            assert_eq!(response.status, 405, "{method:?}");
            assert_eq!(response.header("allow"), Some("GET, HEAD"));
            assert!(response.body.starts_with(b"405 method not allowed"));
        }
    }

    #[test]
    fn setters_take_a_value_or_an_option() {
        let wait = Duration::from_secs(9);
        let request = Request::default()
            .query("a=b")
            .accept(None)
            .accept_encoding(Some("gzip"))
            .timeout(wait);
        assert_eq!(request.method, "GET");
        assert_eq!((request.query, request.accept), (Some("a=b"), None));
        assert_eq!((request.accept_encoding, request.timeout), (Some("gzip"), Some(wait)));
    }
}
