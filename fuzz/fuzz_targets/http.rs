//! Any bytes on a connection: every answer is a well-formed HTTP/1.1 response, nothing follows the
//! one that closes, and more bytes never change what has been answered already.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nunchi::server::answer_bytes;
use nunchi::testing::Clock;
use nunchi::Registry;
use std::str;
use std::sync::OnceLock;

fuzz_target!(|bytes: &[u8]| {
    let Some((cut, bytes)) = bytes.split_first() else { return };
    // No scrape is late, however little its scraper is willing to wait.
    let _inside = Clock::stopped().enter();
    let all = answers(bytes);
    let start = &bytes[..bytes.len() * usize::from(*cut) / 255];
    let first = answers(start);
    assert_eq!(all.get(..first.len()), Some(&first[..]), "of {start:?}");
});

/// The answers to `bytes`, without their dates.
fn answers(bytes: &[u8]) -> Vec<Answer> {
    let sent = answer_bytes(registry(), bytes);
    let mut rest = sent.as_slice();
    let mut answers = Vec::<Answer>::new();
    while !rest.is_empty() {
        let closed = answers.last().is_some_and(|answer| answer.closes);
        assert!(!closed, "an answer after the last");
        let (answer, length) = Answer::read(rest, bytes);
        answers.push(answer);
        rest = &rest[length..];
    }
    answers
}

#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
    closes: bool,
}

impl Answer {
    /// Reads the answer at the start of `sent` and returns its length; `asked` is the requests.
    fn read(sent: &[u8], asked: &[u8]) -> (Self, usize) {
        let end = find(sent, b"\r\n\r\n").expect("a blank line");
        let head = str::from_utf8(&sent[..end]).expect("a head of text");
        let mut lines = head.split("\r\n");
        let line = lines.next().expect("a status line");
        let status = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.split(' ').next());
        let status: u16 = status.and_then(|code| code.parse().ok()).expect("a status code");
        assert!([200, 400, 404, 405, 413, 414, 431, 505].contains(&status), "{line}");
        let fields: Vec<_> = lines.map(field).collect();
        let get = |name: &str| {
            let mut values = fields.iter().filter(|(field, _)| field == name);
            (values.next().map(|(_, value)| value.as_str()), values.next())
        };
        assert!(matches!(get("date"), (Some(_), None)));
        assert!(matches!(get("content-type"), (Some(_), None)));
        let (Some(length), None) = get("content-length") else { panic!("one length: {head}") };
        let length: usize = length.parse().expect("a length");
        let closes = get("connection").0 == Some("close");
        assert!(closes || status < 406, "where the next request starts is not known");

        // The answer to HEAD has the length of the body but no body, and no body starts like this.
        let rest = &sent[end + 4..];
        let has_body = !rest.is_empty() && !rest.starts_with(b"HTTP/1.1 ");
        assert!(has_body || length == 0 || find(asked, b"HEAD").is_some(), "no body: {head}");
        let body = if has_body { &rest[..length] } else { &[] };
        let fields = fields.into_iter().filter(|(name, _)| name != "date").collect();
        (Self { status, fields, body: body.to_vec(), closes }, end + 4 + body.len())
    }
}

fn field(line: &str) -> (String, String) {
    let (name, value) = line.split_once(": ").expect("a header field");
    let is_token = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    assert!(!name.is_empty() && name.bytes().all(is_token), "{line}");
    assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{line}");
    (name.to_owned(), value.to_owned())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// A page that does not change.
fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY.get_or_init(|| {
        let registry = Registry::new();
        let served = registry.counter("served_total", "HTTP/1.1 200 OK\r\n").labels(["path"]);
        let served = served.expect("a valid family");
        served.with_values(&["\"\\\r\n돌"]).expect("a value").inc();
        registry
    })
}
