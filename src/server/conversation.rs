//! The requests and answers of one connection, without the connection: bytes in, answers out.
//!
//! Requests that arrive in one piece are answered one after the other in their order; a request in
//! many pieces is answered when its last byte is here.

use super::head::{parse_head, Head, HeadError};
use super::limits::Limits;

/// What a client has sent and has not been answered yet.
#[derive(Debug)]
pub(super) struct Conversation {
    /// Never longer than the longest head.
    unanswered: Vec<u8>,
    max_head: usize,
    /// How many requests may still come, the one being received included.
    requests_left: u32,
}

impl Conversation {
    pub(super) fn new(limits: &Limits) -> Self {
        let Limits { max_head, max_requests, .. } = *limits;
        Self { unanswered: Vec::new(), max_head, requests_left: max_requests }
    }

    /// Takes as much of `bytes` as there is room for and returns how much that was.
    ///
    /// There is always room after [`answer_next`](Self::answer_next) has returned `None`.
    pub(super) fn receive(&mut self, bytes: &[u8]) -> usize {
        let taken = bytes.get(..self.room()).unwrap_or(bytes);
        self.unanswered.extend_from_slice(taken);
        taken.len()
    }

    /// How many bytes [`receive`](Self::receive) takes.
    pub(super) fn room(&self) -> usize {
        self.max_head.saturating_sub(self.unanswered.len())
    }

    /// Has nothing arrived of the next request?
    pub(super) fn is_idle(&self) -> bool {
        self.unanswered.is_empty()
    }

    /// Answers the next request if all of it is here, or if what is here can be no request.
    ///
    /// `answer` gets the request and whether the connection must end with it. What follows a
    /// request that ends the connection is not a request: do not call this again then.
    pub(super) fn answer_next<T>(
        &mut self,
        answer: impl FnOnce(Result<&Head<'_>, HeadError>, bool) -> T,
    ) -> Option<T> {
        let request = match parse_head(&self.unanswered, self.max_head) {
            Ok(None) => return None,
            Ok(Some(request)) => request,
            Err(error) => return Some(answer(Err(error), true)),
        };
        self.requests_left = self.requests_left.saturating_sub(1);
        let answer = answer(Ok(&request), self.requests_left == 0);
        let length = request.length;
        self.unanswered.drain(..length);
        Some(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Handler;
    use crate::registry::Registry;
    use crate::server::answer::Answer;
    use crate::server::answer_bytes;

    /// The status codes of the answers to `bytes`, in order.
    fn statuses(bytes: &[u8]) -> Vec<u16> {
        let answers = answer_bytes(&Registry::new(), bytes);
        let answers = String::from_utf8(answers).expect("answers are text");
        let lines = answers.lines().filter_map(|line| line.strip_prefix("HTTP/1.1 "));
        lines.filter_map(|line| line.get(..3)?.parse().ok()).collect()
    }

    #[test]
    fn pipelined_requests_are_answered_in_order() {
        let get = |path| format!("GET {path} HTTP/1.1\r\nhost: h\r\n\r\n");
        let all = [get("/metrics"), get("/nowhere"), get("/")].concat();
        assert_eq!(statuses(all.as_bytes()), [200, 404, 200]);
        let many = get("/metrics").repeat(500);
        assert_eq!(statuses(many.as_bytes()).len(), 500, "more than one buffer of requests");
    }

    #[test]
    fn nothing_after_a_closing_request_is_answered() {
        let next = "GET /metrics HTTP/1.1\r\nhost: h\r\n\r\n";
        for (first, status) in [
            ("GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n", 200),
            ("GET / HTTP/1.0\r\n\r\n", 200),
            ("POST /metrics HTTP/1.1\r\nhost: h\r\ncontent-length: 36\r\n\r\n", 413),
            ("GET / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n", 413),
            ("GET /\r\n", 400),
        ] {
            assert_eq!(statuses(format!("{first}{next}").as_bytes()), [status], "{first:?}");
        }
    }

    #[test]
    fn the_last_request_of_a_connection_closes_it() {
        let limits = Limits { max_requests: 2, ..Limits::default() };
        let mut conversation = Conversation::new(&limits);
        let handler = Handler::new(Registry::new());
        let request = b"GET / HTTP/1.1\r\nhost: h\r\n\r\n";
        let mut ask = || {
            conversation.receive(request);
            let answer = conversation
                .answer_next(|request, is_last| Answer::new(&handler, request, is_last));
            answer.map(|answer| answer.closes)
        };
        assert_eq!([ask(), ask()], [Some(false), Some(true)]);
    }

    #[test]
    fn an_unfinished_request_waits() {
        assert_eq!(statuses(b"GET /metrics HTTP/1.1\r\nhost: h\r\n\r"), [0; 0]);
        assert_eq!(statuses(b"\r\n\r\nGET / HTTP/1.0\r\n\r\n"), [200], "stray line breaks first");
    }
}
