//! What is special about requests for the page.

use super::{connect, eventually, exchange, read_answer, start, GET, PATIENCE, SHORT};
use crate::support::collector;
use nunchi::server::Builder;
use nunchi::Registry;
use std::io::Write;
use std::sync::{mpsc, Mutex};
use std::thread;

/// Asks for the page with these header fields.
fn get(fields: &str) -> String {
    format!("GET /metrics HTTP/1.0\r\n{fields}\r\n\r\n")
}

#[test]
fn one_scrape_too_many_is_told_when_to_come_back() {
    let registry = Registry::new();
    let (enter, entered) = mpsc::channel();
    let (leave, left) = mpsc::channel::<()>();
    let ends = Mutex::new((enter, left));
    let blocking = collector("blocking", move |out| {
        let (enter, left) = &*ends.lock().map_err(|_| "poisoned")?;
        let _ = enter.send(());
        let _ = left.recv();
        out.number("blocking", &[], 1_u64)
    });
    registry.register(blocking).expect("valid");
    let server = Builder::new().max_scrapes(1).serve("127.0.0.1:0", registry).expect("loopback");
    let mut first = connect(server.local_addr());
    first.write_all(GET.as_bytes()).expect("it listens");
    entered.recv_timeout(PATIENCE).expect("the first scrape is under way");

    let mut second = connect(server.local_addr());
    for _ in 0..2 {
        second.write_all(GET.as_bytes()).expect("it listens");
        let (head, body) = read_answer(&mut second);
        assert!(head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{head}");
        assert!(head.contains("\r\nretry-after: 1\r\n"), "{head}");
        assert!(head.contains("\r\ncontent-type: text/plain; charset=utf-8\r\n"), "{head}");
        assert!(!head.contains("\r\nconnection: close"), "it may try again: {head}");
        assert_eq!(body, "503 service unavailable: too many scrapes at once\n");
    }
    second.write_all(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n").expect("it listens");
    assert!(read_answer(&mut second).0.starts_with("HTTP/1.1 200 "), "no scrape");

    drop(leave);
    assert!(read_answer(&mut first).0.starts_with("HTTP/1.1 200 "));
    eventually("the next scrape is answered", || {
        second.write_all(GET.as_bytes()).expect("it listens");
        read_answer(&mut second).0.starts_with("HTTP/1.1 200 ")
    });
}

#[test]
fn a_scraper_that_would_not_wait_gets_no_page() {
    let registry = Registry::new();
    let slow = collector("slow", |out| {
        thread::sleep(SHORT);
        out.number("slow", &[], 1_u64)
    });
    registry.register(slow).expect("valid");
    let server = Builder::new().serve("127.0.0.1:0", registry).expect("loopback");
    let ask = |seconds: &str| {
        let field = format!("x-prometheus-scrape-timeout-seconds: {seconds}");
        exchange(server.local_addr(), get(&field))
    };
    for seconds in ["0.1", "1e-9", "0.100000000000000000000000000001"] {
        let answer = ask(seconds);
        assert!(answer.starts_with("HTTP/1.1 503 "), "{seconds}: {answer}");
        assert!(answer.ends_with(
            "\r\n\r\n503 service unavailable: the page takes longer than the scraper waits\n"
        ));
    }
    for seconds in ["60", "NaN", "inf", "-1", "0", "1e999", "", "0.1, 0.1", "0,1", "\u{221e}"] {
        let answer = ask(seconds);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{seconds}: {answer}");
        assert!(answer.ends_with("\nslow 1\n"));
    }
}

#[test]
fn queries_and_codings_arrive() {
    let server = start(Builder::new());
    let ask =
        |target: &str| exchange(server.local_addr(), format!("GET {target} HTTP/1.0\r\n\r\n"));
    let page = ask("/metrics?name%5B%5D=server_test_total");
    assert!(page.contains("\r\n\r\n# HELP server_test_total "), "{page}");
    for target in ["/metrics?name[]=x", "/metrics?name[]=%zz&name[]=%ff", "/metrics?name[]"] {
        let page = ask(target);
        assert!(page.starts_with("HTTP/1.1 200 ") && page.ends_with("\r\n\r\n"), "{page}");
    }
    // The page is too small to gain from it.
    let plain = exchange(server.local_addr(), get("accept-encoding: gzip"));
    assert!(plain.contains("\r\nvary: Accept, Accept-Encoding\r\n"), "{plain}");
    assert!(!plain.contains("content-encoding"), "{plain}");
}

#[cfg(feature = "gzip")]
#[test]
fn c7_the_page_is_sent_compressed() {
    use std::io::Read;
    let registry = super::registry(1000, 20);
    let server = Builder::new().serve("127.0.0.1:0", registry.clone()).expect("loopback");
    let mut stream = connect(server.local_addr());
    stream
        .write_all(get("accept-encoding: br,\r\naccept-encoding: gzip").as_bytes())
        .expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an orderly close");
    let end = answer.windows(4).position(|end| end == b"\r\n\r\n").expect("a head") + 4;
    let (head, body) = answer.split_at(end);
    let head = String::from_utf8_lossy(head);
    assert!(head.contains("\r\ncontent-encoding: gzip\r\n"), "{head}");
    assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())), "{head}");
    assert_eq!(crate::gzip::unpacked(body), crate::support::page(&registry).into_bytes());
}
