//! The answer to one request: routes, refusals, and the bytes of a response.

use super::date::http_date;
use super::head::{Head, HeadError};
use crate::http::{Handler, Request, Response};
use std::time::SystemTime;

/// A response ready to be sent.
#[derive(Debug)]
pub(super) struct Answer {
    /// Status line and header fields, with the blank line.
    pub(super) head: Vec<u8>,
    /// What follows them.
    pub(super) body: Vec<u8>,
    /// Does the connection end here?
    pub(super) closes: bool,
}

impl Answer {
    /// Answers what a client sent; `closes` if the server wants the connection to end here.
    pub(super) fn new(
        handler: &Handler,
        request: Result<&Head<'_>, HeadError>,
        closes: bool,
    ) -> Self {
        let request = match request {
            Ok(request) => request,
            Err(error) => {
                let (status, reason) = error.status_and_reason();
                return Self::refusal(status, reason);
            }
        };
        let response = if request.has_body {
            Response::refusal(413, "content too large: this server takes no request bodies")
        } else {
            route(handler, request)
        };
        let response = if request.method == "HEAD" { response.without_body() } else { response };
        // Where an unread body ends is not this server's business, so nothing may follow it.
        let connection = if closes || request.has_body || !request.keep_alive {
            Connection::Close
        } else if request.is_http_1_0 {
            Connection::KeepAliveSaid
        } else {
            Connection::KeepAlive
        };
        Self::assemble(response, connection)
    }

    /// The refusal of a head that did not arrive in time.
    pub(super) fn late() -> Self {
        Self::refusal(408, "request timeout: the request head took too long")
    }

    /// The refusal of a head that ends before its blank line.
    pub(super) fn cut_short() -> Self {
        Self::refusal(400, "bad request: ended before the blank line")
    }

    /// The refusal of a connection beyond the limit.
    pub(super) fn busy() -> Self {
        let response = Response::refusal(503, "service unavailable: too many connections");
        Self::assemble(response.with_header("retry-after", "1"), Connection::Close)
    }

    /// The apology for a page that could not be made.
    pub(super) fn failed() -> Self {
        Self::refusal(500, "internal server error: the page could not be encoded")
    }

    fn refusal(status: u16, why: &str) -> Self {
        Self::assemble(Response::refusal(status, why), Connection::Close)
    }

    fn assemble(response: Response, connection: Connection) -> Self {
        let Response { status, headers, body } = response;
        let mut head = format!("HTTP/1.1 {status} {}\r\n", phrase(status));
        let mut add = |name: &str, value: &str| {
            for part in [name, ": ", value, "\r\n"] {
                head.push_str(part);
            }
        };
        if let Some(date) = http_date(SystemTime::now()) {
            add("date", &date);
        }
        for (name, value) in &headers {
            add(name, value);
        }
        match connection {
            Connection::Close => add("connection", "close"),
            Connection::KeepAlive => {}
            Connection::KeepAliveSaid => add("connection", "keep-alive"),
        }
        head.push_str("\r\n");
        let closes = matches!(connection, Connection::Close);
        Self { head: head.into_bytes(), body, closes }
    }
}

/// What happens to the connection after an answer.
#[derive(Clone, Copy)]
enum Connection {
    Close,
    /// Stays open, as HTTP/1.1 takes for granted.
    KeepAlive,
    /// Stays open, as HTTP/1.0 must be told.
    KeepAliveSaid,
}

/// The one table of routes.
fn route(handler: &Handler, request: &Head<'_>) -> Response {
    let target = &request.target;
    if target.is("/metrics") {
        let scrape = Request::get()
            .method(request.method)
            .query(target.query)
            .accept(request.accept.as_deref())
            .accept_encoding(request.accept_encoding.as_deref())
            .timeout(request.scrape_timeout());
        handler.respond(&scrape)
    } else if target.is("/") && matches!(request.method, "GET" | "HEAD") {
        Response::new(200, "text/html; charset=utf-8", LANDING_PAGE.into())
    } else if target.is("/") || target.is("*") {
        Response::method_not_allowed()
    } else {
        Response::refusal(404, "not found: the metrics are at /metrics")
    }
}

/// The reason phrase of a status that this server sends.
fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        414 => "URI Too Long",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        // A reason phrase may be empty (RFC 9112 section 4).
        _ => "",
    }
}

/// Says where the metrics are. The link is relative, for a proxy that mounts the server in a folder.
const LANDING_PAGE: &str =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Metrics</title></head>\n\
    <body><p>Prometheus metrics: <a href=\"metrics\">/metrics</a></p></body>\n</html>\n";
