//! B: the delimited protobuf format. The strict parser reads every page here; what it refuses is
//! tested beside it.

use super::text::everything;
use crate::support::{bytes_in, page, protobuf, Fixed, Value};
use nunchi::http::{respond, Request};
use nunchi::model::{Descriptor, Number};
use nunchi::testing::{parse_text, Clock, Family, Page};
use nunchi::{Buckets, Encoder, Format, Registry};
use std::time::{Duration, UNIX_EPOCH};

/// The page of one family.
fn message_of(family: Descriptor, value: Value) -> Vec<u8> {
    let registry = Registry::new();
    registry.register(Fixed::one(family, value)).expect("valid");
    protobuf(&registry).0
}

/// A field with its tag and its length.
fn field(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    assert!(content.len() < 128);
    [&[tag, content.len() as u8], &*content].concat()
}

fn float(tag: u8, value: f64) -> Vec<u8> {
    [&[tag], &value.to_le_bytes()[..]].concat()
}

#[test]
fn b1_the_media_type_is_the_one_that_was_asked_for() {
    let wanted = "application/vnd.google.protobuf; \
         proto=io.prometheus.client.MetricFamily; encoding=delimited";
    assert_eq!(Format::Protobuf.content_type(), wanted);
    let registry = everything();
    let response = respond(&registry, &Request::get().accept(wanted));
    assert_eq!(response.header("content-type"), Some(wanted));
    assert_eq!(response.body, bytes_in(Format::Protobuf, &registry));
}

#[test]
fn b2_a_page_is_messages_behind_their_lengths() {
    let registry = everything();
    let (bytes, parsed) = protobuf(&registry);
    let text = parse_text(page(&registry).as_bytes()).expect("a valid page");
    assert_eq!(parsed.families().len(), text.families().len());
    for (family, other) in parsed.families().iter().zip(text.families()) {
        assert_eq!((family.name(), family.help()), (other.name(), other.help()));
        assert_eq!(family.metric_type(), other.metric_type());
        assert_eq!(family.samples().len(), other.samples().len());
        for (sample, other) in family.samples().iter().zip(other.samples()) {
            assert!(sample.name() == other.name() && sample.labels().eq(other.labels()));
            // Whole numbers are rounded here.
            let (value, other) = (sample.value(), other.value());
            assert!(value == other || value.is_nan() && other.is_nan(), "{sample}");
        }
    }
    assert_eq!(bytes, bytes_in(Format::Protobuf, &registry));
    assert_eq!(bytes_in(Format::Protobuf, &Registry::new()), []);
}

#[test]
fn b3_fields_have_these_numbers() {
    let gauge = Descriptor::gauge("a_seconds", "A \"h\\elp\".").expect("valid");
    let gauge = gauge.with_const_label("c", "\n\"\\").and_then(|gauge| gauge.with_labels(["x"]));
    let label =
        |name: &[u8], value: &[u8]| field(0x0a, &[&field(0x0a, &[name]), &field(0x12, &[value])]);
    let family = [field(0x0a, &[b"a_seconds"]), field(0x12, &[b"A \"h\\elp\"."])].concat();
    let metric = field(
        0x22,
        &[&label(b"c", b"\n\"\\"), &label(b"x", b"x"), &field(0x12, &[&float(0x09, -2.5)])],
    );
    let message = [&*family, &[0x18, 1], &field(0x2a, &[b"seconds"]), &metric].concat();
    let found = message_of(gauge.expect("valid"), Value::Number(Number::F64(-2.5)));
    assert_eq!(found, [&[message.len() as u8], &*message].concat());

    let buckets = Buckets::new([0.5, 1.0]).expect("ascending");
    let histogram = Descriptor::histogram("h", "H", buckets).expect("valid");
    let bucket = |count: &[u8], bound| field(0x1a, &[&[0x08], count, &float(0x11, bound)]);
    let point = field(
        0x3a,
        &[&[0x08, 0xb0, 0x02], &float(0x11, 7.0), &bucket(&[1], 0.5), &bucket(&[0xad, 0x02], 1.0)],
    );
    let head = [field(0x0a, &[b"h"]), field(0x12, &[b"H"]), vec![0x18, 4]].concat();
    let message = [head, field(0x22, &[&point])].concat();
    let found = message_of(histogram, Value::Histogram(vec![1, 300, 3], 7.0));
    assert_eq!(found, [&[message.len() as u8], &*message].concat());
}

#[test]
fn b3_the_time_of_creation_is_that_of_the_first_lookup() {
    let clock = Clock::stopped_at(UNIX_EPOCH + Duration::from_millis(1_700_000_000_900));
    let _inside = clock.enter();
    let registry = Registry::new();
    let served = registry.counter("b3_total", "B.").labels(["x"]).expect("valid");
    registry.histogram("b3_histogram", "B.").register().expect("valid");
    registry.gauge("b3_gauge", "B.").register().expect("valid");
    clock.advance(Duration::from_secs(5));
    served.with_values(&["1"]).expect("one").inc();
    registry.summary("b3_summary", "B.").quantiles([0.5]).register().expect("valid");
    clock.advance(Duration::from_secs(60));
    served.with_values(&["1"]).expect("one").inc();
    served.with_values(&["2"]).expect("one").inc();
    let (bytes, page) = protobuf(&registry);
    let born = |name: &str, labels: &[(&str, &str)]| {
        page.sample(name, labels).expect("a sample").created()
    };
    assert_eq!(born("b3_total", &[("x", "1")]), Some(1_700_000_005.0));
    assert_eq!(born("b3_total", &[("x", "2")]), Some(1_700_000_065.0));
    assert_eq!(born("b3_histogram_count", &[]), Some(1_700_000_000.0));
    assert_eq!(born("b3_summary", &[("quantile", "0.5")]), Some(1_700_000_005.0));
    assert_eq!(born("b3_gauge", &[]), None);
    // Tag, length, tag of the seconds, and these in five bytes.
    let field = [0x1a, 6, 8, 0x85, 0xe2, 0xcf, 0xaa, 6];
    assert!(bytes.windows(field.len()).any(|bytes| bytes == field));
}

#[test]
fn b3_what_was_made_before_1970_is_of_no_known_time() {
    let clock = Clock::stopped_at(UNIX_EPOCH - Duration::from_secs(1));
    let _inside = clock.enter();
    let registry = Registry::new();
    registry.counter("b3_total", "B.").register().expect("valid");
    let (_, page) = protobuf(&registry);
    assert_eq!(page.sample("b3_total", &[]).expect("a sample").created(), None);
    clock.advance(Duration::from_secs(2));
    registry.counter("b3_later_total", "B.").register().expect("valid");
    let (_, page) = protobuf(&registry);
    assert_eq!(page.sample("b3_later_total", &[]).expect("a sample").created(), Some(1.0));
}

/// Names and values of every length up to where lengths take two bytes.
#[test]
fn b3_labels_of_every_length_are_whole() {
    let registry = Registry::new();
    for name in (1..40).chain(90..140) {
        let family = registry.gauge(&format!("a{name}"), "A.").labels([&*"n".repeat(name)]);
        let family = family.expect("valid");
        for value in (0..12).chain(70..135) {
            family.with_values(&[&"v".repeat(value)]).expect("one").set(value as f64);
        }
    }
    let parsed = protobuf(&registry).1;
    let text = parse_text(page(&registry).as_bytes()).expect("a valid page");
    assert_eq!(parsed.families(), text.families());
}

#[test]
fn b4_a_counter_keeps_its_suffix() {
    let registry = Registry::new();
    registry.counter("a_bytes_total", "A.").register().expect("valid").inc_by(3);
    let page = protobuf(&registry).1;
    assert_eq!(page.value("a_bytes_total", &[]), Some(3.0));
    assert_eq!(page.family("a_bytes_total").map(Family::unit), Some("bytes"));
}

#[test]
fn b5_the_bucket_of_infinity_is_the_count() {
    let registry = Registry::new();
    let histogram = registry.histogram("a", "A.").buckets([1.0]).register().expect("valid");
    [0.5, 2.0, f64::NAN].iter().for_each(|&value| histogram.observe(value));
    let (bytes, page) = protobuf(&registry);
    assert!(!bytes.windows(8).any(|word| word == f64::INFINITY.to_le_bytes()));
    assert_eq!(page.value("a_bucket", &[("le", "+Inf")]), Some(3.0));
    // The NaN that ends a series in Prometheus is another.
    assert!(bytes.windows(8).any(|word| word == 0x7ff8_0000_0000_0001_u64.to_le_bytes()));
}

#[test]
fn b6_types_that_are_not_there_are_gauges() {
    let registry = everything();
    let types = |name: &str| {
        protobuf(&registry).1.family(name).map(|family| family.metric_type().to_owned())
    };
    registry.info("b6_info", "I.", [("version", "1")]).expect("valid");
    registry.state_set("b6_state", "S.", ["up"]).register().expect("valid");
    let unknown = Descriptor::unknown("b6_unknown", "U.").expect("valid");
    registry.register(Fixed::one(unknown, Value::Number(Number::U64(1)))).expect("valid");
    assert_eq!(types("b6_info").as_deref(), Some("gauge"));
    assert_eq!(types("b6_state").as_deref(), Some("gauge"));
    assert_eq!(types("b6_unknown").as_deref(), Some("unknown"));
    let buckets = Buckets::new([1.0]).expect("valid");
    let waiting = Descriptor::gauge_histogram("b6_waiting", "W.", buckets).expect("valid");
    registry.register(Fixed::one(waiting, Value::Histogram(vec![1, 2], 3.0))).expect("valid");
    assert_eq!(types("b6_waiting").as_deref(), Some("gaugehistogram"));
}

/// The lengths of the messages of a page, with those of their lengths.
fn messages(mut page: &[u8]) -> Vec<usize> {
    let mut lengths = Vec::new();
    while !page.is_empty() {
        let width = page.iter().position(|byte| *byte < 0x80).expect("a whole length") + 1;
        let add = |length: usize, byte: &u8| length << 7 | usize::from(byte & 0x7f);
        let length = page[..width].iter().rev().fold(0, add) + width;
        lengths.push(length);
        page = &page[length..];
    }
    lengths
}

#[test]
fn b8_a_large_family_is_several_messages_of_bounded_size() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").max_series(30_000).labels(["n"]);
    let family = family.expect("valid");
    for n in 0..30_000_u64 {
        family.with_values(&[&format!("{n:060}")]).expect("one").inc_by(n);
    }
    let wide = registry.gauge("b", "B.").labels(["x"]).expect("valid");
    for (size, letter) in [(3 << 20, "a"), (10, "b"), (2 << 20, "c")] {
        wide.with_values(&[&letter.repeat(size)]).expect("one").set(1.0);
    }
    let (bytes, parsed) = protobuf(&registry);
    let lengths = messages(&bytes);
    // Three of the counter, and one for each of the gauges: small ones do not wait for huge ones.
    assert_eq!(lengths.len(), 3 + 3, "{lengths:?}");
    assert!(lengths[..3].iter().all(|length| *length <= (1 << 20) + 3), "{lengths:?}");
    assert_eq!(parsed.families().len(), 2);
    let text = parse_text(page(&registry).as_bytes()).expect("a valid page");
    let samples = |page: &Page| -> Vec<String> {
        let samples = page.families().iter().flat_map(Family::samples);
        samples.map(ToString::to_string).collect()
    };
    assert!(samples(&parsed) == samples(&text));
    for capacity in [100_000, 1 << 20, 5 << 20] {
        let mut encoder = Encoder::new(&registry, Format::Protobuf);
        let (mut parts, mut chunk) = (Vec::new(), Vec::with_capacity(capacity));
        let capacity = chunk.capacity();
        loop {
            chunk.clear();
            let more = encoder.next_chunk(&mut chunk);
            assert_eq!(chunk.capacity(), capacity, "it never grows");
            parts.extend_from_slice(&chunk);
            if !more {
                break;
            }
        }
        assert!(parts == bytes);
    }
}
