use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

const LIMIT: usize = 512;

fn parse(head: &str) -> Result<Option<Head<'_>>, HeadError> {
    parse_head(head.as_bytes(), LIMIT)
}

/// A request with these header lines, each ended by CR LF.
fn with(fields: &str) -> String {
    format!("GET /metrics HTTP/1.1\r\nhost: h\r\n{fields}\r\n")
}

/// Reads a request with these header lines and lets `look` at it.
fn looked_at<T>(fields: &str, look: impl FnOnce(Head<'_>) -> T) -> T {
    match parse(&with(fields)) {
        Ok(Some(head)) => look(head),
        other => panic!("{fields:?} gave {other:?}"),
    }
}

#[test]
fn a_scrape_is_read_field_by_field() {
    let text =
        "GET /metrics?name[]=up HTTP/1.1\r\nHost: localhost:9000\r\nUser-Agent: Prometheus/2\r\n\
        Accept: text/plain;version=0.0.4;q=1,*/*;q=0.1\r\nACCEPT-ENCODING:\t gzip \t\r\n\
        X-Prometheus-Scrape-Timeout-Seconds: 9.5\r\n\r\nGET";
    let head = parse(text).expect("valid").expect("complete");
    assert_eq!((head.method, head.target.query), ("GET", Some("name[]=up")));
    assert!(head.target.is("/metrics") && head.keep_alive && !head.has_body && !head.is_http_1_0);
    assert_eq!(head.accept.as_deref(), Some("text/plain;version=0.0.4;q=1,*/*;q=0.1"));
    assert_eq!(head.accept_encoding.as_deref(), Some("gzip"));
    assert_eq!(head.scrape_timeout(), Some(Duration::from_millis(9500)));
    assert_eq!(head.length, text.len() - "GET".len());
}

#[test]
fn lines_of_one_name_are_joined() {
    let accept = looked_at("accept: a\r\nx: y\r\nAccept: b;q=0\r\n", |head| {
        head.accept.as_deref().map(str::to_owned)
    });
    assert_eq!(accept.as_deref(), Some("a, b;q=0"));
}

#[test]
fn a_scrape_timeout_is_a_positive_finite_number() {
    for odd in ["0", "-1", "inf", "NaN", "1e300", "", "ten", "5, 5", "1e-30"] {
        let fields = format!("x-prometheus-scrape-timeout-seconds: {odd}\r\n");
        assert_eq!(looked_at(&fields, |head| head.scrape_timeout()), None, "{odd}");
    }
}

#[test]
fn the_connection_stays_open_as_the_version_and_the_header_say() {
    for (version, fields, stays) in [
        ("1.1", "", true),
        ("1.1", "connection: Close\r\n", false),
        ("1.1", "connection: foo ,CLOSE\r\n", false),
        ("1.1", "connection: keep-alive\r\nconnection: close\r\n", false),
        ("1.2", "", true),
        ("1.0", "", false),
        ("1.0", "connection: Keep-Alive\r\n", true),
        ("1.0", "connection: keep-alive, close\r\n", false),
    ] {
        let text = format!("GET / HTTP/{version}\r\nhost: h\r\n{fields}\r\n");
        let head = parse(&text).expect("valid").expect("complete");
        assert_eq!(head.keep_alive, stays, "{text:?}");
    }
}

#[test]
fn a_body_is_noticed_however_it_is_announced() {
    assert!(!looked_at("content-length: 000\r\n", |head| head.has_body));
    for fields in [
        "content-length: 1\r\n",
        "content-length: 99999999999999999999999999\r\n",
        "transfer-encoding: chunked\r\n",
        "transfer-encoding: identity\r\n",
    ] {
        assert!(looked_at(fields, |head| head.has_body), "{fields:?}");
    }
}

#[test]
fn malformed_fields_are_refused_for_their_reason() {
    for (fields, error) in [
        ("content-length: 0\r\ncontent-length: 0\r\n", HeadError::BodyLength),
        ("content-length: 0\r\ntransfer-encoding: chunked\r\n", HeadError::BodyLength),
        ("content-length: +5\r\n", HeadError::BodyLength),
        ("content-length: 5, 5\r\n", HeadError::BodyLength),
        ("content-length:\r\n", HeadError::BodyLength),
        ("x: a\0b\r\n", HeadError::ControlByte),
        ("x: a\x7f\r\n", HeadError::ControlByte),
        (" folded\r\n", HeadError::Folded),
        ("x: a\r\n\tfolded\r\n", HeadError::Folded),
        ("no colon\r\n", HeadError::HeaderField),
        (": no name\r\n", HeadError::HeaderField),
        ("content-length : 5\r\n", HeadError::HeaderField),
        ("na me: x\r\n", HeadError::HeaderField),
        ("näme: x\r\n", HeadError::HeaderField),
        ("host: h\r\n", HeadError::Host),
        ("x: a\n", HeadError::LineEnding),
        ("x: a\rb\r\n", HeadError::LineEnding),
        ("x: a\r\r\n", HeadError::LineEnding),
    ] {
        assert_eq!(parse(&with(fields)), Err(error), "{fields:?}");
    }
    assert_eq!(parse("GET / HTTP/1.1\r\n\r\n"), Err(HeadError::Host));
    assert_eq!(parse("GET / HTTP/1.1\r\nhost: a b\r\n\r\n"), Err(HeadError::Host));
    assert_eq!(
        parse("GET / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n"),
        Err(HeadError::BodyLength)
    );
}

#[test]
fn bytes_that_are_not_utf8_matter_only_where_they_are_read() {
    let head = |field: &[u8]| [b"GET / HTTP/1.0\r\n", field, b"\r\n\r\n"].concat();
    assert_eq!(parse_head(&head(b"accept: \xff"), LIMIT), Err(HeadError::HeaderText));
    assert!(matches!(parse_head(&head(b"user-agent: \xff"), LIMIT), Ok(Some(_))));
}

#[test]
fn malformed_request_lines_are_refused_for_their_reason() {
    for (line, error) in [
        ("GET /", HeadError::RequestLine),
        ("GET  / HTTP/1.1", HeadError::RequestLine),
        (" GET / HTTP/1.1", HeadError::RequestLine),
        ("GET / HTTP/1.1 ", HeadError::RequestLine),
        ("GET / http/1.1", HeadError::RequestLine),
        ("GET / HTTP/1.", HeadError::RequestLine),
        ("GET / HTTP/11", HeadError::RequestLine),
        ("G(T / HTTP/1.1", HeadError::RequestLine),
        ("SSH-2.0-OpenSSH_9.2", HeadError::RequestLine),
        ("GET metrics HTTP/1.1", HeadError::Target),
        ("GET /\u{e9} HTTP/1.1", HeadError::Target),
        ("GET /\t HTTP/1.1", HeadError::Target),
        ("GET / HTTP/2.0", HeadError::Version),
        ("GET / HTTP/0.9", HeadError::Version),
        ("PRI * HTTP/2.0", HeadError::Version),
    ] {
        assert_eq!(parse(&format!("{line}\r\n")), Err(error), "{line:?}");
    }
    assert_eq!(
        parse("\x16\x03\x01\x02"),
        Err(HeadError::ControlByte),
        "a TLS hello is not waited for"
    );
}

#[test]
fn a_head_ends_within_its_limit() {
    let exact = with(&format!("x: {}\r\n", "a".repeat(LIMIT - with("x: \r\n").len())));
    assert_eq!(exact.len(), LIMIT);
    assert!(matches!(parse(&exact), Ok(Some(_))));
    assert!(
        matches!(parse(&format!("{exact}GET")), Ok(Some(_))),
        "the next request is not counted"
    );
    assert_eq!(parse(&exact.replace("x:", "xx:")), Err(HeadError::TooLarge));
    assert_eq!(parse(&"a".repeat(LIMIT)), Err(HeadError::TargetTooLong));
    assert_eq!(parse(&"\r\n".repeat(LIMIT)), Err(HeadError::TargetTooLong));
    assert_eq!(parse(&"a".repeat(LIMIT - 1)), Ok(None));
}

/// Requests, some whole and some damaged, and whatever follows them.
fn request() -> impl Strategy<Value = Vec<u8>> {
    let word = |words: &'static [&'static str]| prop::sample::select(words);
    let line = (
        word(&["", "\r\n", "\r\n\r\n"]),
        word(&["GET", "HEAD", "OPTIONS", "p~st"]),
        word(&["/metrics", "/%6d?q", "*", "http://h/", "/", "%"]),
        word(&["HTTP/1.1", "HTTP/1.0", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0"]),
    );
    let line = line.prop_map(|(before, method, target, version)| {
        format!("{before}{method} {target} {version}\r\nhost: h\r\n")
    });
    let field = word(&[
        "accept: a/b\r\n",
        "accept:\t*/*;q=0.1 \r\n",
        "accept-encoding: gzip\r\n",
        "x-prometheus-scrape-timeout-seconds: 9.5\r\n",
        "connection: close, x\r\n",
        "connection: keep-alive\r\n",
        "user-agent: \u{e9}\r\n",
        "content-length: 0\r\n",
        "content-length: 17\r\n",
        "transfer-encoding: chunked\r\n",
        "host: h\r\n",
        "x: y\n",
        " folded\r\n",
    ]);
    let rest = word(&["\r\n", "\r\n", "\r\nGET / HTTP/1.1\r\n", "\r\n\0", "\r", ""]);
    // A quarter of the requests have one byte replaced.
    let damage = prop::option::weighted(0.25, (any::<prop::sample::Index>(), any::<u8>()));
    (line, vec(field, 0..4), rest, damage).prop_map(|(line, fields, rest, damage)| {
        let mut bytes = [&line, &*fields.concat(), rest].concat().into_bytes();
        if let Some((place, byte)) = damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes
    })
}

fn limit() -> impl Strategy<Value = usize> {
    prop_oneof![1_usize..200, Just(LIMIT)]
}

/// Without whole heads among its requests a property would say nothing about them.
#[test]
fn requests_are_whole_often_enough() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut verdict = || {
        let tree = request().new_tree(&mut runner).expect("nothing is filtered");
        let bytes = tree.current();
        parse_head(&bytes, LIMIT).map(|head| head.map(|head| head.length))
    };
    let verdicts: Vec<_> = (0..1000).map(|_| verdict()).collect();
    let count = |is: fn(&Result<Option<usize>, HeadError>) -> bool| {
        verdicts.iter().filter(|verdict| is(verdict)).count()
    };
    assert!(count(|verdict| matches!(verdict, Ok(Some(_)))) > 100);
    assert!(count(|verdict| matches!(verdict, Ok(None))) > 50);
    assert!(count(Result::is_err) > 100);
}

proptest! {
    /// The first prefix that gives a verdict gives the verdict of the whole.
    #[test]
    fn a_verdict_stands_whatever_follows(bytes in request(), limit in limit()) {
        let whole = parse_head(&bytes, limit);
        let first = (0..=bytes.len())
            .map(|end| parse_head(&bytes[..end], limit))
            .find(|verdict| !matches!(verdict, Ok(None)));
        prop_assert_eq!(first.unwrap_or(Ok(None)), whole);
    }

    #[test]
    fn a_head_says_no_more_than_its_own_bytes(bytes in request(), limit in limit()) {
        if let Ok(Some(head)) = parse_head(&bytes, limit) {
            prop_assert!(head.length <= limit && bytes[..head.length].ends_with(b"\r\n\r\n"));
            prop_assert_eq!(parse_head(&bytes[..head.length], limit), Ok(Some(head)));
        }
    }

    #[test]
    fn any_bytes_at_all_are_read(bytes in vec(any::<u8>(), 0..600), limit in 0_usize..700) {
        let _ = parse_head(&bytes, limit);
    }
}
