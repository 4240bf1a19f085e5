//! `nunchi::server`: real sockets on the loopback.

mod scrapes;

use nunchi::server::{serve, Builder, Server};
use nunchi::Registry;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Barrier, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

const GET: &str = "GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// No test waits longer for a byte.
const PATIENCE: Duration = Duration::from_secs(20);

/// A deadline of the server, short enough to wait for.
const SHORT: Duration = Duration::from_millis(300);

/// A registry with `series` series whose labels have `length` bytes.
fn registry(series: usize, length: usize) -> Registry {
    let registry = Registry::new();
    let family =
        registry.counter("server_test_total", "Help.").labels(["n"]).expect("a valid family");
    for n in 0..series {
        family.with_values(&[&format!("{n:0length$}")]).expect("a valid series").inc();
    }
    registry
}

fn start(builder: Builder) -> Server {
    builder.serve("127.0.0.1:0", registry(3, 1)).expect("loopback is there")
}

/// A server whose page, 16 MB, is more than the buffers of two sockets hold.
fn start_with_large_page(builder: Builder) -> Server {
    static LARGE: OnceLock<Registry> = OnceLock::new();
    let registry = LARGE.get_or_init(|| registry(LARGE_PAGE / 8000, 8000)).clone();
    builder.serve("127.0.0.1:0", registry).expect("loopback is there")
}

/// Bytes, at least.
const LARGE_PAGE: usize = 16_000_000;

fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).expect("the server listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("not zero");
    stream.set_write_timeout(Some(PATIENCE)).expect("not zero");
    stream.set_nodelay(true).expect("a socket");
    stream
}

/// Sends `bytes` and reads until the server closes.
fn exchange(addr: SocketAddr, bytes: impl AsRef<[u8]>) -> String {
    let mut stream = connect(addr);
    // The server may refuse and close before it has all of it.
    let _ = stream.write_all(bytes.as_ref());
    read_to_end(&mut stream)
}

fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        assert_ne!(error.kind(), ErrorKind::WouldBlock, "the server neither answers nor closes");
    }
    String::from_utf8(answer).expect("answers are text")
}

/// Sends `bytes` once the server's answer has begun, and reads that until an orderly close.
///
/// A server that closed right after its answer would reset the connection here.
fn exchange_after_answer(stream: &mut TcpStream, bytes: &str) -> String {
    stream.peek(&mut [0]).expect("an answer");
    thread::sleep(Duration::from_millis(20));
    stream.write_all(bytes.as_bytes()).expect("the server still listens");
    thread::sleep(Duration::from_millis(20));
    stream.shutdown(Shutdown::Write).expect("the server has not reset the connection");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the server has not reset the connection");
    answer
}

/// Reads one answer: its head and its body.
fn read_answer(stream: &mut TcpStream) -> (String, String) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("an answer");
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).expect("heads are text");
    let mut body = vec![0; content_length(&head)];
    stream.read_exact(&mut body).expect("all of the body");
    (head, String::from_utf8(body).expect("bodies are text"))
}

fn content_length(head: &str) -> usize {
    let line = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    line.and_then(|length| length.parse().ok()).expect("every answer states its length")
}

/// Fetches the page on a connection of its own and returns the status.
fn scrape(addr: SocketAddr) -> String {
    let answer = exchange(addr, "GET /metrics HTTP/1.0\r\n\r\n");
    answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).unwrap_or("").to_owned()
}

/// Waits until `condition` holds; what a server does after an answer takes it a moment.
fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        thread::yield_now();
    }
}

#[test]
fn a_scraper_gets_the_page() {
    let server = start(Builder::new());
    let (head, body) = {
        let mut stream = connect(server.local_addr());
        stream.write_all(GET.as_bytes()).expect("it listens");
        read_answer(&mut stream)
    };
    assert!(head.starts_with("HTTP/1.1 200 OK\r\ndate: "), "{head}");
    assert!(head.contains("\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    assert!(!head.contains("connection:"));
    assert!(body.starts_with("# HELP server_test_total Help.\n"));
    assert!(body.ends_with('\n'));
}

#[test]
fn routes_and_methods_are_answered_as_documented() {
    let server = start(Builder::new());
    for (line, status) in [
        ("GET /metrics?name[]=x", "200 OK"),
        ("GET http://example.org:80/metrics", "200 OK"),
        ("GET /%6Detrics", "200 OK"),
        ("GET /", "200 OK"),
        ("HEAD /", "200 OK"),
        ("GET /metrics/", "404 Not Found"),
        ("POST /elsewhere", "404 Not Found"),
        ("POST /metrics", "405 Method Not Allowed"),
        ("get /metrics", "405 Method Not Allowed"),
        ("DELETE /", "405 Method Not Allowed"),
        ("OPTIONS *", "405 Method Not Allowed"),
        ("CONNECT example.org:443", "405 Method Not Allowed"),
    ] {
        let request = format!("{line} HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n");
        let answer = exchange(server.local_addr(), request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{line}: {answer}");
        assert!(answer.contains("\r\nconnection: close\r\n"), "{line}");
        assert_eq!(
            answer.contains("\r\nallow: GET, HEAD\r\n"),
            status.starts_with("405"),
            "{line}"
        );
    }
}

#[test]
fn the_landing_page_links_to_the_page() {
    let server = start(Builder::new());
    let answer = exchange(server.local_addr(), "GET / HTTP/1.0\r\n\r\n");
    assert!(answer.contains("\r\ncontent-type: text/html; charset=utf-8\r\n"));
    assert!(answer.contains("<a href=\"metrics\">/metrics</a>"));
}

#[cfg(feature = "openmetrics")]
#[test]
fn an_openmetrics_scraper_gets_its_format_from_the_listener() {
    let server = start(Builder::new());
    let accept = "accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5";
    let request = format!("GET /metrics HTTP/1.0\r\n{accept}\r\n\r\n");
    let answer = exchange(server.local_addr(), request);
    let wanted = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert!(answer.contains(&format!("\r\ncontent-type: {wanted}\r\n")), "{answer}");
    assert!(answer.ends_with("\n# EOF\n"));
}

#[test]
fn head_has_the_length_of_the_page_and_no_body() {
    let server = start(Builder::new());
    let ask = |method: &str| {
        let request = format!("{method} /metrics HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n");
        let answer = exchange(server.local_addr(), request);
        let (head, body) = answer.split_once("\r\n\r\n").expect("a whole head");
        (content_length(head), body.len())
    };
    let (length, body) = ask("GET");
    assert_eq!(length, body);
    assert_eq!(ask("HEAD"), (length, 0));
}

#[test]
fn a_connection_is_used_again() {
    let server = start(Builder::new());
    let mut stream = connect(server.local_addr());
    for _ in 0..3 {
        stream.write_all(GET.as_bytes()).expect("the connection stays open");
        assert!(read_answer(&mut stream).0.starts_with("HTTP/1.1 200"));
    }
    stream.write_all(b"HEAD / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n").expect("still");
    let mut head = [0; 2048];
    let count = stream.read(&mut head).expect("an answer");
    assert!(String::from_utf8_lossy(&head[..count]).contains("\r\nconnection: keep-alive\r\n"));
}

#[test]
fn a_connection_ends_after_its_last_request() {
    let server = start(Builder::new().max_requests(2));
    let answers = exchange(server.local_addr(), GET.repeat(3));
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2);
    assert_eq!(answers.matches("\r\nconnection: close\r\n").count(), 1);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = start(Builder::new());
    let last = "GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n";
    let requests = format!("{GET}{}{}{last}", GET.replace("/metrics", "/x"), GET.repeat(300));
    let answers = exchange(server.local_addr(), requests);
    let statuses: Vec<_> =
        answers.lines().filter_map(|line| line.strip_prefix("HTTP/1.1 ")).collect();
    assert_eq!(statuses.len(), 303);
    assert_eq!(statuses[..3], ["200 OK", "404 Not Found", "200 OK"]);
    assert!(answers.ends_with("</html>\n"));
}

#[test]
fn a_request_may_come_in_any_pieces() {
    let server = start(Builder::new());
    let mut stream = connect(server.local_addr());
    for split in 0..=GET.len() {
        let (first, second) = GET.split_at(split);
        stream.write_all(first.as_bytes()).expect("open");
        thread::sleep(Duration::from_millis(1));
        stream.write_all(second.as_bytes()).expect("open");
        assert!(read_answer(&mut stream).0.starts_with("HTTP/1.1 200"), "split at {split}");
    }
    for byte in GET.as_bytes() {
        stream.write_all(&[*byte]).expect("open");
    }
    assert!(read_answer(&mut stream).0.starts_with("HTTP/1.1 200"), "byte by byte");
}

#[test]
fn who_sends_a_byte_at_a_time_is_cut_at_the_deadline() {
    let server = start(Builder::new().head_timeout(SHORT));
    let cut = || {
        let mut stream = connect(server.local_addr());
        stream.set_read_timeout(Some(Duration::from_millis(20))).expect("not zero");
        let started = Instant::now();
        let mut answer = Vec::new();
        let mut buffer = [0; 1024];
        loop {
            // A byte every 20 ms would keep a deadline per read alive for ever.
            let _ = stream.write(b"G");
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => answer.extend_from_slice(&buffer[..count]),
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => break,
            }
            assert!(started.elapsed() < PATIENCE, "never cut");
        }
        assert!(started.elapsed() >= SHORT, "cut too early");
        answer
    };
    // On a busy machine this client may come to read only when the server has stopped waiting for it
    // to close its side, and its last bytes have reset the connection.
    let answer = (0..5).map(|_| cut()).find(|answer| !answer.is_empty());
    assert!(answer.is_some_and(|answer| answer.starts_with(b"HTTP/1.1 408 Request Timeout\r\n")));
}

#[test]
fn silent_connections_are_closed_without_a_word() {
    let server = start(Builder::new().head_timeout(SHORT).idle_timeout(SHORT));
    assert_eq!(exchange(server.local_addr(), ""), "");
    let mut stream = connect(server.local_addr());
    stream.write_all(GET.as_bytes()).expect("open");
    read_answer(&mut stream);
    assert_eq!(read_to_end(&mut stream), "", "idle between two requests");
}

#[test]
fn a_flood_of_header_is_cut_at_the_limit() {
    let server = start(Builder::new());
    let flood = "x: y\r\n".repeat(100_000);
    let answer = exchange(server.local_addr(), format!("GET / HTTP/1.0\r\n{flood}"));
    assert!(answer.starts_with("HTTP/1.1 431 ") || answer.is_empty(), "{answer}");
    let answer = exchange(server.local_addr(), "x".repeat(8192));
    assert!(answer.starts_with("HTTP/1.1 414 URI Too Long\r\n"), "{answer}");
    let head = format!("GET / HTTP/1.0\r\nx: {}\r\n\r\n", "y".repeat(8192));
    let answer = exchange(server.local_addr(), head);
    assert!(answer.starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\n"), "{answer}");
    assert_eq!(scrape(server.local_addr()), "200");
}

#[test]
fn fifty_scrapers_at_once_all_get_the_page() {
    let server = serve("127.0.0.1:0", registry(500, 100)).expect("loopback is there");
    let addr = server.local_addr();
    let start = Barrier::new(50);
    thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                start.wait();
                let mut stream = connect(addr);
                stream.write_all(GET.as_bytes()).expect("open");
                let (head, body) = read_answer(&mut stream);
                assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
                assert_eq!(body.lines().count(), 502);
            });
        }
    });
}

#[test]
fn beyond_the_limit_clients_are_told_to_come_back() {
    let server = start_with_large_page(Builder::new().max_connections(2));
    let addr = server.local_addr();
    let mut busy: Vec<_> = (0..2).map(|_| connect(addr)).collect();
    for stream in &mut busy {
        stream.write_all(GET.as_bytes()).expect("open");
        // The answer has begun and cannot end: nobody reads the rest.
        stream.read_exact(&mut [0; 16]).expect("an answer");
    }
    for _ in 0..5 {
        let started = Instant::now();
        let answer = exchange(addr, GET);
        assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
        assert!(answer.contains("\r\nretry-after: 1\r\n"));
        assert!(started.elapsed() < Duration::from_secs(5), "slow to say no");
    }
    let answer = exchange_after_answer(&mut connect(addr), GET);
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    drop(busy);
    eventually("room comes back", || scrape(addr) == "200");
}

#[test]
fn a_refusal_is_not_lost_when_the_client_is_still_sending() {
    let server = start(Builder::new());
    let mut stream = connect(server.local_addr());
    stream.write_all(format!("BAD\r\n{GET}").as_bytes()).expect("open");
    let answer = exchange_after_answer(&mut stream, &GET.repeat(200));
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.ends_with("malformed request line\n"), "{answer}");
}

#[test]
fn idle_connections_make_room_for_new_ones() {
    let server = start(Builder::new().max_connections(8));
    let addr = server.local_addr();
    let mut idle = Vec::new();
    for _ in 0..8 {
        let mut stream = connect(addr);
        stream.write_all(GET.as_bytes()).expect("open");
        read_answer(&mut stream);
        idle.push(stream);
    }
    for _ in 0..20 {
        eventually("an idle connection makes room", || scrape(addr) == "200");
    }
    assert_eq!(read_to_end(&mut idle[0]), "", "the oldest has been closed");
}

#[test]
fn silent_clients_do_not_lock_scrapers_out() {
    let server = start(Builder::new().max_connections(4).head_timeout(PATIENCE * 2));
    let addr = server.local_addr();
    let mut silent: Vec<_> = (0..4).map(|_| connect(addr)).collect();
    silent[3].write_all(b"GET /").expect("open");
    eventually("a silent connection makes room", || scrape(addr) == "200");
}

#[test]
fn who_never_reads_holds_nobody_up_and_is_cut() {
    let server = start_with_large_page(Builder::new().write_timeout(SHORT));
    let addr = server.local_addr();
    let mut deaf = connect(addr);
    deaf.write_all(GET.as_bytes()).expect("open");
    deaf.read_exact(&mut [0; 16]).expect("an answer");
    assert!(exchange(addr, "GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200"));
    thread::sleep(SHORT * 2);
    let mut rest = Vec::new();
    let _ = deaf.read_to_end(&mut rest);
    assert!(rest.len() < LARGE_PAGE, "the answer was cut, {} bytes came", rest.len());
}

#[test]
fn half_closed_clients_get_their_answer() {
    let server = start(Builder::new());
    let mut stream = connect(server.local_addr());
    stream.write_all(GET.as_bytes()).expect("open");
    stream.shutdown(Shutdown::Write).expect("open");
    assert!(read_answer(&mut stream).0.starts_with("HTTP/1.1 200"));
    assert_eq!(read_to_end(&mut stream), "", "and then the connection ends");

    let mut stream = connect(server.local_addr());
    stream.write_all(b"GET /met").expect("open");
    stream.shutdown(Shutdown::Write).expect("open");
    assert!(read_to_end(&mut stream).starts_with("HTTP/1.1 400"));
}

#[test]
fn shutdown_closes_idle_connections_and_frees_the_address() {
    let server = start(Builder::new());
    let addr = server.local_addr();
    let mut idle = connect(addr);
    idle.write_all(GET.as_bytes()).expect("open");
    read_answer(&mut idle);
    let mut halfway = connect(addr);
    halfway.write_all(b"GET /").expect("open");
    let started = Instant::now();
    server.shutdown();
    assert!(started.elapsed() < Duration::from_secs(4), "nothing was being answered");
    assert_eq!(read_to_end(&mut idle), "");
    assert_eq!(read_to_end(&mut halfway), "");
    assert!(TcpStream::connect(addr).is_err());
}

#[test]
fn shutdown_lets_answers_finish() {
    let server = start_with_large_page(Builder::new());
    let mut stream = connect(server.local_addr());
    stream.write_all(GET.as_bytes()).expect("open");
    let mut first = [0; 1];
    stream.read_exact(&mut first).expect("an answer");
    let stopping = thread::spawn(move || server.shutdown());
    let answer = read_to_end(&mut stream);
    let (head, body) = answer.split_once("\r\n\r\n").expect("a whole head");
    assert_eq!(body.len(), content_length(head));
    stopping.join().expect("shutdown does not panic");
}

#[test]
fn shutdown_does_not_wait_for_who_never_reads() {
    let server = start_with_large_page(Builder::new().write_timeout(SHORT));
    let mut deaf = connect(server.local_addr());
    deaf.write_all(GET.as_bytes()).expect("open");
    deaf.read_exact(&mut [0; 16]).expect("an answer");
    let started = Instant::now();
    server.shutdown();
    assert!(started.elapsed() < PATIENCE);
}

#[test]
fn a_server_on_every_address_can_be_stopped() {
    let server = serve("0.0.0.0:0", Registry::new()).expect("a free port");
    let addr = SocketAddr::from(([127, 0, 0, 1], server.local_addr().port()));
    assert_eq!(scrape(addr), "200");
    server.shutdown();
    assert!(TcpStream::connect(addr).is_err());
}

#[test]
fn dropping_a_server_stops_it_without_waiting() {
    let server = start_with_large_page(Builder::new().write_timeout(PATIENCE));
    let addr = server.local_addr();
    let mut busy = connect(addr);
    busy.write_all(GET.as_bytes()).expect("open");
    busy.read_exact(&mut [0; 16]).expect("an answer");
    let started = Instant::now();
    drop(server);
    assert!(started.elapsed() < PATIENCE / 2);
    eventually("nobody listens", || TcpStream::connect(addr).is_err());
}

#[test]
fn an_address_in_use_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = taken.local_addr().expect("it is bound");
    let error = serve(addr, Registry::new()).expect_err("it is taken");
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
}

#[test]
fn malformed_requests_are_refused_and_the_server_lives() {
    let server = start(Builder::new().head_timeout(SHORT));
    let addr = server.local_addr();
    for (bytes, status) in HOSTILE {
        let answer = exchange(addr, bytes);
        let expected = format!("HTTP/1.1 {status} ");
        assert!(
            answer.starts_with(&expected),
            "{:?} got {answer:?}",
            bytes.escape_ascii().to_string()
        );
        assert!(answer.contains("\r\nconnection: close\r\n"));
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "one answer, then the connection ends");
        assert_eq!(scrape(addr), "200");
    }
}

/// What broken and hostile clients send, and the status that tells them.
const HOSTILE: &[(&[u8], u16)] = &[
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400), // a TLS hello
    (b"\x80\x2e\x01\x00\x02", 400),                         // one of SSL 2
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),             // the preface of HTTP/2
    (b"GET / HTTP/3.0\r\n\r\n", 505),
    (b"GET / HTTP/0.9\r\n\r\n", 505),
    (b"GET /\r\n", 400), // HTTP/0.9 as it was
    (b"GET / HTTP/1.1\n\n", 400),
    (b"GET / HTTP/1.1\r\nhost: h\n\r\n", 400),
    (b"GET / HTTP/1.1\rhost: h\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nhost: a/../b\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nhost: h\r\n folded: x\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nhost: h\r\nx: a\r\n\tb\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nhost: h\r\nx y: z\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nhost : h\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nhost\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n: h\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nhost: h\r\nx: \0\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nhost: h\r\nx: \x1b[2J\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nhost: h\r\naccept: \xff\xfe\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nhost: h\r\n\xc3\xa9: x\r\n\r\n", 400),
    (b"GET /\0 HTTP/1.1\r\nhost: h\r\n\r\n", 400),
    (b"GET /\xff HTTP/1.1\r\nhost: h\r\n\r\n", 400),
    (b"GET /% HTTP/1.1\r\nhost: h\r\n\r\n", 400),
    (b"GET /%g0 HTTP/1.1\r\nhost: h\r\n\r\n", 400),
    (b"GET /a b HTTP/1.1\r\nhost: h\r\n\r\n", 400),
    (b"GET /#top HTTP/1.1\r\nhost: h\r\n\r\n", 400),
    (b"GET ../etc/passwd HTTP/1.1\r\nhost: h\r\n\r\n", 400),
    (b"GET file:///metrics HTTP/1.1\r\nhost: h\r\n\r\n", 400),
    (b"GET http:///metrics HTTP/1.1\r\nhost: h\r\n\r\n", 400),
    (b"GET * HTTP/1.1\r\nhost: h\r\n\r\n", 400),
    (b" GET / HTTP/1.1\r\nhost: h\r\n\r\n", 400),
    (b"GET / HTTP/1.1 \r\nhost: h\r\n\r\n", 400),
    (b"GET / HTTP/1.1x\r\nhost: h\r\n\r\n", 400),
    (b"G\"T / HTTP/1.1\r\nhost: h\r\n\r\n", 400),
    (b"\r\n \r\n", 400),
    (b"POST /metrics HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\nGET /", 413),
    (b"GET /metrics HTTP/1.1\r\nhost: h\r\ncontent-length: 37\r\n\r\nGET / HTTP/1.0\r\n\r\n", 413),
    (b"GET / HTTP/1.1\r\nhost: h\r\ncontent-length: -1\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nhost: h\r\ncontent-length: 0x5\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nhost: h\r\ncontent-length: 0, 5\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\ncontent-length: 5\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nhost: h\r\ncontent-length: 18446744073709551616\r\n\r\n", 413),
    (b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.0\r\n\r\n", 413),
    (b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: x\r\ncontent-length: 4\r\n\r\n", 400),
    (b"POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n", 400),
    (b"SSH-2.0-OpenSSH_9.2\r\n", 400),
    (b"*1\r\n$4\r\nPING\r\n", 400),          // Redis
    (b"EHLO mail.example.org\r\n", 400),     // mail
    (b"GET /metrics HTTP/1.1\r\nhost", 408), // and then nothing
];
