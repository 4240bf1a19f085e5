//! `nunchi::http`: a scrape as plain values.

use nunchi::http::{respond, Request};
use nunchi::Registry;
use std::time::Duration;

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
    let newer = "application/openmetrics-text;version=2.0.0,application/vnd.google.protobuf;q=0.5";
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
