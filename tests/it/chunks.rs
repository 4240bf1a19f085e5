//! A page in parts is the same page.

use crate::parser::parse;
use crate::support::{bytes_in, page, Fixed, FORMATS};
use nunchi::{Encoder, Exemplar, Format, Registry};

fn registry() -> Registry {
    let registry = Registry::new();
    let scope = registry.scope("app_", [("zone", "a\"")]).expect("valid");
    let counter = scope.counter("a_total", "A.").labels(["x", "y"]).expect("valid");
    for n in 0..7_u64 {
        counter.with_values(&[&n.to_string(), ""]).expect("two").inc_by(n * 1_000_003);
    }
    let histogram = scope.histogram("b", "B.").buckets([0.5, 1.0]).labels(["x"]).expect("valid");
    for value in ["1", "22", "333"] {
        histogram.with_values(&[value]).expect("one").observe(0.7);
    }
    let exemplar = Exemplar::trace(7, 8).without_time();
    histogram.with_values(&["4444"]).expect("one").observe_with_exemplar(0.7, exemplar);
    counter.with_values(&["4444", ""]).expect("two").inc_with_exemplar(exemplar);
    let summary = scope.summary("c", "C.").quantiles([0.5]).register().expect("valid");
    summary.observe(3.25);
    scope.state_set("d", "D.", ["up", "down"]).register().expect("valid").set("up");
    scope.register(Fixed::gauge("e")).expect("valid");
    registry
}

/// The page in chunks of this capacity, and how many there were.
fn chunked(registry: &Registry, format: Format, capacity: usize) -> (Vec<u8>, usize) {
    let mut encoder = Encoder::new(registry, format);
    let (mut page, mut chunks) = (Vec::new(), 0);
    loop {
        let mut chunk = Vec::with_capacity(capacity);
        let more = encoder.next_chunk(&mut chunk);
        chunks += 1;
        page.extend_from_slice(&chunk);
        if !more {
            return (page, chunks);
        }
        let is_whole = format.content_type().starts_with("application/vnd.google.protobuf")
            || chunk.ends_with(b"\n");
        assert!(!chunk.is_empty() && is_whole, "capacity {capacity}");
    }
}

#[test]
fn chunks_of_every_size_make_the_same_page() {
    let registry = registry();
    parse(page(&registry).as_bytes()).expect("a valid page");
    for &format in FORMATS {
        let whole = bytes_in(format, &registry);
        for capacity in 0..=whole.len() + 1 {
            assert!(chunked(&registry, format, capacity).0 == whole, "capacity {capacity}");
        }
        let chunks = chunked(&registry, format, 0).1;
        match format.content_type().split(';').next() {
            Some("application/vnd.google.protobuf") => assert!(chunks > whole.len() / 64),
            Some("text/plain") => assert_eq!(chunks, 8 + 4 + 3),
            _ => assert_eq!(chunks, 8 + 4 + 3 + 1, "the end is one more"),
        }
    }
}

#[test]
fn a_chunk_grows_for_a_single_series_only() {
    let registry = registry();
    let mut encoder = Encoder::new(&registry, Format::Text);
    let mut chunk = Vec::with_capacity(1024);
    let capacity = chunk.capacity();
    while encoder.next_chunk(&mut chunk) {
        assert_eq!(chunk.capacity(), capacity, "every series here is smaller");
        chunk.clear();
    }
}

#[test]
fn a_finished_encoder_has_nothing_more() {
    let registry = registry();
    for &format in FORMATS {
        let mut encoder = Encoder::new(&registry, format);
        let mut page = Vec::with_capacity(1 << 20);
        assert!(!encoder.next_chunk(&mut page));
        let length = page.len();
        assert!(!encoder.next_chunk(&mut page) && !encoder.next_chunk(&mut Vec::new()));
        assert_eq!(page.len(), length);
    }
}

#[test]
fn what_was_in_the_buffer_before_stays() {
    let registry = registry();
    for &format in FORMATS {
        let mut buffer = b"before".to_vec();
        nunchi::encode(&registry, format, &mut buffer);
        assert_eq!(buffer, [b"before".as_slice(), &bytes_in(format, &registry)].concat());
    }
}

#[test]
fn every_way_of_writing_gives_the_same_bytes() {
    let registry = registry();
    for &format in FORMATS {
        let mut written = Vec::new();
        nunchi::encode_to(&registry, format, &mut written).expect("a vector takes all");
        assert_eq!(written, bytes_in(format, &registry));
        let request = nunchi::http::Request::get().accept(format.content_type());
        let response = nunchi::http::respond(&registry, &request);
        assert_eq!(response.body, written);
        #[cfg(feature = "bytes")]
        {
            let mut buffer = bytes::BytesMut::new();
            nunchi::encode_buf(&registry, format, &mut buffer);
            assert_eq!(buffer, written);
        }
    }
}

#[test]
fn a_page_of_many_chunks_is_written_in_its_order() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["n"]).expect("valid");
    for n in 0..9000 {
        family.with_values(&[&format!("{n:030}")]).expect("one").inc_by(n);
    }
    for &format in FORMATS {
        let mut written = Vec::new();
        nunchi::encode_to(&registry, format, &mut written).expect("a vector takes all");
        assert_eq!(written, bytes_in(format, &registry));
    }
}

#[test]
fn creation_between_chunks_neither_tears_nor_repeats() {
    for capacity in [1, 60, 200, 1000] {
        let registry = registry();
        let before = page(&registry);
        let counters = registry.scope("app_", [("zone", "a\"")]).expect("valid");
        let counters = counters.counter("a_total", "A.").labels(["x", "y"]).expect("the same");
        let mut encoder = Encoder::new(&registry, Format::Text);
        let (mut whole, mut round) = (Vec::new(), 0);
        loop {
            let mut chunk = Vec::with_capacity(capacity);
            let more = encoder.next_chunk(&mut chunk);
            whole.extend_from_slice(&chunk);
            if !more {
                break;
            }
            if round < 30 {
                counters.with_values(&["new", &round.to_string()]).expect("two").inc();
                registry.gauge(&format!("app_aa{round}"), "New.").register().expect("valid");
                let _ = registry.register(Fixed::gauge(["f0", "f1"][round % 2]));
            }
            round += 1;
        }
        let page = parse(&whole).expect("a valid page");
        for line in before.lines() {
            assert!(whole.split(|&byte| byte == b'\n').any(|other| other == line.as_bytes()));
        }
        assert!(page.families.iter().all(|family| !family.name.starts_with("app_aa")));
    }
}

#[test]
fn concurrent_creation_leaves_every_page_whole() {
    let registry = registry();
    let family = registry.counter("z_total", "Z.").labels(["n"]).expect("valid");
    std::thread::scope(|scope| {
        let family = &family;
        let writer = scope.spawn(move || {
            (0..3000).for_each(|n| family.with_values(&[&n.to_string()]).expect("one").inc());
        });
        let (mut most, mut is_last) = (0, false);
        while !is_last {
            is_last = writer.is_finished();
            let page = parse(&chunked(&registry, Format::Text, 500).0).expect("a valid page");
            let now = page.family("z_total").map_or(0, |family| family.samples.len());
            assert!(now >= most);
            most = now;
        }
        assert_eq!(most, 3000);
    });
}
