//! `nunchi::http`: a scrape as plain values.

use crate::support::{collector, page};
use nunchi::http::{respond, Handler, Request, Response};
use nunchi::Registry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{mpsc, Arc};
use std::thread;
use std::time::{Duration, Instant};

fn registry() -> Registry {
    let registry = Registry::new();
    let family =
        registry.counter("http_test_total", "Help.").labels(["n"]).expect("a valid family");
    family.with_values(&["1"]).expect("a valid series").inc();
    registry
}

#[test]
fn the_page_is_whole_and_described() {
    let response = respond(&registry(), &Request::get());
    let page = String::from_utf8(response.body.clone()).expect("the page is text");
    assert!(
        page.starts_with("# HELP http_test_total Help.\n# TYPE http_test_total counter\n"),
        "{page}"
    );
    assert!(page.ends_with('\n'));
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert_eq!(response.header("content-length"), Some(&*page.len().to_string()));
    assert_eq!(response.header("content-encoding"), None);
}

#[test]
fn head_is_get_without_the_page() {
    let registry = registry();
    let head = respond(&registry, &Request::get().method("HEAD"));
    assert_eq!((head.status, head.body.len()), (200, 0));
    let get = respond(&registry, &Request::get());
    let names = |headers: &[(&'static str, String)]| {
        headers.iter().map(|(name, _)| *name).collect::<Vec<_>>()
    };
    assert_eq!(names(&head.headers), names(&get.headers));
    assert_ne!(head.header("content-length"), Some("0"));
}

#[test]
fn header_names_are_lower_case_and_unique() {
    for method in ["GET", "HEAD", "PUT"] {
        let response = respond(&registry(), &Request::get().method(method));
        let mut names: Vec<_> = response.headers.iter().map(|(name, _)| *name).collect();
        assert!(names.iter().all(|name| *name == name.to_ascii_lowercase()));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{method}");
    }
}

#[test]
fn wishes_never_cost_the_scrape() {
    let huge = "text/plain;q=0.1,".repeat(100_000);
    let newer = "application/openmetrics-text;version=3.0.0,application/vnd.google.protobuf;q=0.5";
    for accept in [newer, "*/*;q=2", "*/*;q=0", "\0;q=\"", &huge] {
        let request = Request::get()
            .accept(accept)
            .accept_encoding("br, gzip;q=0, *;q=9")
            .query("name[]=%zz&&=")
            .timeout(Duration::ZERO);
        let response = respond(&registry(), &request);
        assert_eq!(response.status, 200);
        assert_eq!(
            response.header("content-type"),
            Some("text/plain; version=0.0.4; charset=utf-8")
        );
    }
}

#[test]
fn what_a_scraper_prefers_is_what_it_gets_if_it_is_there() {
    let accept = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5";
    for method in ["GET", "HEAD"] {
        let response = respond(&registry(), &Request::get().method(method).accept(accept));
        let wanted = if cfg!(feature = "openmetrics") {
            "application/openmetrics-text; version=1.0.0; charset=utf-8"
        } else {
            "text/plain; version=0.0.4; charset=utf-8"
        };
        assert_eq!(response.header("content-type"), Some(wanted));
        assert_eq!(response.header("vary"), Some("Accept, Accept-Encoding"));
        let has_end = response.body.ends_with(b"\n# EOF\n");
        assert_eq!(has_end, method == "GET" && cfg!(feature = "openmetrics"));
    }
}

#[test]
fn other_methods_are_refused_in_words() {
    let response = respond(&registry(), &Request::get().method("DELETE"));
    assert_eq!(response.status, 405);
    assert_eq!(response.header("allow"), Some("GET, HEAD"));
    assert_eq!(response.header("content-type"), Some("text/plain; charset=utf-8"));
    assert!(String::from_utf8_lossy(&response.body).contains("GET or HEAD"));
}

#[test]
fn every_scrape_counts_but_no_refusal() {
    let registry = registry();
    registry.register_self_metrics().expect("nothing else has their names");
    for method in ["GET", "HEAD", "POST"] {
        let _ = respond(&registry, &Request::get().method(method));
    }
    let page = String::from_utf8(respond(&registry, &Request::get()).body).expect("text");
    assert!(page.contains("\nnunchi_scrape_duration_seconds_count 2\n"), "{page}");
}

fn text(response: Response) -> String {
    String::from_utf8(response.body).expect("text")
}

/// Collectors of a gauge each, and how often each was asked.
fn counted(names: [&'static str; 2], takes: Duration) -> (Registry, [Arc<AtomicU64>; 2]) {
    let registry = Registry::new();
    let asked = names.map(|name| {
        let asked = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&asked);
        let gauge = collector(name, move |out| {
            thread::sleep(takes);
            out.number(name, &[], count.fetch_add(1, Ordering::SeqCst) + 1)
        });
        registry.register(gauge).expect("valid");
        asked
    });
    (registry, asked)
}

#[test]
fn c9_a_query_names_the_families_it_wants() {
    let registry = registry();
    registry.gauge("a", "A.").register().expect("valid").set(1);
    registry.histogram("b_seconds", "B.").buckets([1.0]).register().expect("valid").observe(1.0);
    let of = |query| text(respond(&registry, &Request::get().query(query)));
    let a = "# HELP a A.\n# TYPE a gauge\na 1\n";
    let b = "# HELP b_seconds B.\n# TYPE b_seconds histogram\nb_seconds_bucket{le=\"1.0\"} 1\n\
             b_seconds_bucket{le=\"+Inf\"} 1\nb_seconds_sum 1\nb_seconds_count 1\n";
    assert_eq!(of("name[]=a"), a);
    assert_eq!(of("name%5B%5D=b_seconds_bucket&x=y"), b);
    assert_eq!(of("name[]=b_seconds_sum&name[]=a&name[]=b_seconds"), [a, b].concat());
    assert_eq!(of("name[]=c"), "");
    assert_eq!(of("name[]="), "");
    assert_eq!(of("x=y"), page(&registry));
}

#[test]
fn c9_a_page_of_nothing_is_valid_in_every_format() {
    for accept in ["text/plain", "application/openmetrics-text"] {
        let request = Request::get().accept(accept).accept_encoding("gzip").query("name[]=x");
        let response = respond(&registry(), &request);
        let end = response.header("content-type").is_some_and(|it| it.contains("openmetrics"));
        assert_eq!(response.status, 200);
        assert_eq!(text(response), if end { "# EOF\n" } else { "" });
    }
}

#[test]
fn c9_collectors_of_other_families_do_not_run() {
    let (registry, [first, second]) = counted(["first", "second"], Duration::ZERO);
    let page = text(respond(&registry, &Request::get().query("name[]=second")));
    assert_eq!(page, "# HELP second Help.\n# TYPE second gauge\nsecond 1\n");
    assert_eq!((first.load(Ordering::SeqCst), second.load(Ordering::SeqCst)), (0, 1));
    let page = text(respond(&registry, &Request::get()));
    assert!(page.contains("\nfirst 1\n") && page.contains("\nsecond 2\n"), "{page}");
}

#[test]
fn c9_a_partial_page_is_not_the_page_that_is_measured() {
    let registry = registry();
    registry.register_self_metrics().expect("once");
    let whole = respond(&registry, &Request::get()).body.len();
    let partial = Request::get().query("name[]=nunchi_scrape_size_bytes");
    for _ in 0..2 {
        let page = text(respond(&registry, &partial));
        assert!(page.ends_with(&format!("\nnunchi_scrape_size_bytes {whole}\n")), "{page}");
    }
    assert!(page(&registry).contains("\nnunchi_scrape_duration_seconds_count 3\n"));
}

#[cfg(feature = "openmetrics")]
#[test]
fn c9_a_browser_may_ask_for_a_format() {
    let of = |query| {
        let accept = "text/html,*/*;q=0.8";
        let response = respond(&registry(), &Request::get().accept(accept).query(query));
        let kind = response.header("content-type").map(str::to_owned);
        (kind.expect("a type"), text(response).ends_with("# EOF\n"))
    };
    let plain = "text/plain; charset=utf-8".to_owned();
    assert_eq!(of("debug=openmetrics"), (plain.clone(), true));
    assert_eq!(of("debug=text"), (plain, false));
    for query in ["debug=protobuf", "debug=1", "debug", ""] {
        let (kind, is_open_metrics) = of(query);
        assert!(kind.contains("version=0.0.4") && !is_open_metrics, "{query}");
    }
}

#[test]
fn hostile_requests_get_a_page_or_none_but_never_long_work() {
    let registry = registry();
    for n in 0..500 {
        let gauge = registry.gauge(&format!("hostile_{n:04}"), "Hostile.").register();
        gauge.expect("valid").set(n);
    }
    let names = "name[]=hostile_0007_bucket&".repeat(10_000) + "name[]=http_test";
    let escapes = "name[]=%68%74%74p_test&%%%=%&name[]=%ff%fe".repeat(5_000);
    for (query, families) in [
        (&*names, 1),
        (&escapes, 1),
        (&"name[]=%".repeat(50_000), 0),
        (&"&".repeat(1_000_000), 501),
        (&"=".repeat(1_000_000), 501),
        (&"name[]&".repeat(10_000), 0),
        ("name[]=\0\r\n\u{fffd}", 0),
    ] {
        let accept = "gzip;q=0.0001,\0,".repeat(10_000);
        let request = Request::get().query(query).accept(&*accept).accept_encoding(&*accept);
        let started = Instant::now();
        let response = respond(&registry, &request);
        assert!(started.elapsed() < Duration::from_secs(10));
        assert_eq!((response.status, response.header("content-encoding")), (200, None));
        let page = text(response);
        let shown = page.matches("# TYPE ").count();
        assert_eq!(shown, families, "{}", query.chars().take(40).collect::<String>());
    }
}

#[test]
fn c8_a_scrape_that_nobody_waits_for_is_refused_in_words() {
    let (registry, [first, second]) = counted(["first", "second"], Duration::from_millis(30));
    registry.register_self_metrics().expect("once");
    for (method, coding) in [("GET", "identity"), ("HEAD", "gzip"), ("GET", "gzip")] {
        let timeout = Duration::from_millis(20);
        let request = Request::get().method(method).accept_encoding(coding).timeout(timeout);
        let late = respond(&registry, &request);
        assert_eq!(late.status, 503);
        assert_eq!(late.header("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(late.header("content-encoding"), None);
        let wanted = if method == "GET" { "503 service unavailable: " } else { "" };
        assert!(text(late).starts_with(wanted));
    }
    let asked = [first.load(Ordering::SeqCst), second.load(Ordering::SeqCst)];
    assert_eq!(asked, [3, 0], "no collector runs once it is late");
    for timeout in [Duration::ZERO, Duration::from_secs(3600), Duration::MAX] {
        assert_eq!(respond(&registry, &Request::get().timeout(timeout)).status, 200);
    }
    let page = page(&registry);
    assert!(page.contains("\nnunchi_scrapes_refused_total{reason=\"late\"} 3\n"), "{page}");
    assert!(page.contains("\nnunchi_scrapes_refused_total{reason=\"busy\"} 0\n"));
    assert!(page.contains("\nnunchi_scrape_duration_seconds_count 3\n"));
}

#[test]
fn scrapes_beyond_the_limit_are_refused_while_others_are_under_way() {
    let registry = Registry::new();
    let (enter, entered) = mpsc::channel();
    let (leave, left) = mpsc::channel::<()>();
    let ends = std::sync::Mutex::new((enter, left));
    let blocking = collector("blocking", move |out| {
        let (enter, left) = &*ends.lock().map_err(|_| "poisoned")?;
        enter.send(())?;
        let _ = left.recv();
        out.number("blocking", &[], 1_u64)
    });
    registry.register(blocking).expect("valid");
    let handler = Handler::new(registry).max_scrapes(1);
    thread::scope(|scope| {
        let first = scope.spawn(|| handler.respond(&Request::get()));
        entered.recv().expect("the first scrape is under way");
        let busy = handler.clone().respond(&Request::get());
        assert_eq!((busy.status, busy.header("retry-after")), (503, Some("1")));
        assert!(text(busy).starts_with("503 service unavailable: too many scrapes"));
        drop(leave);
        assert_eq!(first.join().expect("no panic").status, 200);
    });
    drop(entered);
    let last = handler.respond(&Request::get());
    assert_eq!((last.status, last.body.len()), (200, 0), "without the collector, which fails now");
}
