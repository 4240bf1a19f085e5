//! A scrape as plain values: a [`Request`] goes in, a [`Response`] comes out.
//!
//! No framework type, no socket, no clock of its own beyond the scrape's duration: mounting the page
//! on any HTTP stack is copying five request fields in and three response fields out.
//! `nunchi::server` is one such stack. Imports `registry` and `encode`; never a metric type.

mod accept;
#[cfg(feature = "gzip")]
mod coding;
#[cfg(feature = "gzip")]
mod gzip;
mod handler;
pub(crate) mod query;
#[cfg(any(feature = "gzip", feature = "openmetrics", feature = "protobuf", feature = "utf8"))]
mod weight;

pub use handler::{respond, Handler};

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
    /// Query of the request target, without the `?` and still percent-encoded. `name[]` in it asks
    /// for some of the families: see [`respond`].
    pub query: Option<&'a str>,
    /// Value of `Accept`; several header lines are joined with `, `. Decides the format: see
    /// [`respond`].
    pub accept: Option<&'a str>,
    /// Value of `Accept-Encoding`, joined likewise. Decides whether the page is compressed: see
    /// [`respond`].
    pub accept_encoding: Option<&'a str>,
    /// How long the scraper waits (`X-Prometheus-Scrape-Timeout-Seconds`): no longer than that is a
    /// page worked on. Zero counts as none.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Registry;

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
