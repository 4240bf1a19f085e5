//! The delimited protobuf format.

use super::Rule;
use crate::testing::{parse_protobuf, Family, Page};
use proptest::prelude::*;

/// A field with its tag and its length.
fn field(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    [&[tag, u8::try_from(content.len()).expect("a short field")], &*content].concat()
}

fn float(tag: u8, value: f64) -> Vec<u8> {
    [&[tag], &value.to_le_bytes()[..]].concat()
}

/// A message of the family `a` of this type.
fn message(kind: u8, fields: &[&[u8]]) -> Vec<u8> {
    let content = [&[0x0a, 1, b'a', 0x18, kind], &*fields.concat()].concat();
    // Of two bytes, which is more than most need.
    let length = [content.len() as u8 | 0x80, (content.len() >> 7) as u8];
    [&length[..], &content].concat()
}

fn gauge(value: f64) -> Vec<u8> {
    field(0x22, &[&field(0x12, &[&float(0x09, value)])])
}

fn label(name: &str, value: &str) -> Vec<u8> {
    let texts = [field(0x0a, &[name.as_bytes()]), field(0x12, &[value.as_bytes()])];
    field(0x0a, &[&texts.concat()])
}

#[track_caller]
fn takes(page: &[u8]) -> Page {
    parse_protobuf(page).unwrap_or_else(|error| panic!("{error}\n{}", page.escape_ascii()))
}

#[track_caller]
fn refuses(rule: Rule, page: &[u8]) {
    let error = parse_protobuf(page).expect_err("a bad page");
    assert_eq!(error.rule(), rule, "{error}\n{}", page.escape_ascii());
}

fn written(page: &Page) -> Vec<String> {
    let samples = page.families().iter().flat_map(Family::samples);
    samples.map(ToString::to_string).collect()
}

#[test]
fn b2_messages_are_as_long_as_they_say() {
    assert_eq!(takes(b""), Page::default());
    let page = message(1, &[&gauge(2.5)]);
    assert_eq!(written(&takes(&page)), ["a 2.5"]);
    for length in 1..page.len() {
        refuses(Rule::Truncated, &page[..length]);
    }
    refuses(Rule::Truncated, b"\x02\x0a\x01");
    refuses(Rule::Truncated, b"\x03\x0a\xff\x7f");
    refuses(Rule::Truncated, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01a");
    refuses(Rule::Varint, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02a");
    refuses(Rule::Varint, &[0x80; 20]);
    refuses(Rule::Utf8, b"\x03\x0a\x01\xff");
    refuses(Rule::MetricName, b"\x00");
    refuses(Rule::MetricName, b"\x02\x0a\x00");
    let error = parse_protobuf(&[page, message(1, &[&[0x10, 0x01]])].concat());
    let error = error.expect_err("no help is a number");
    assert_eq!((error.line(), error.text(), error.rule()), (2, "a", Rule::WireType));
    assert!(error.to_string().starts_with("message 2, \"a\": the rule is that a field has"));
}

#[test]
fn b3_fields_have_their_kinds_and_come_once() {
    for wrong in [&[0x21][..], &[0x20, 0], &[0x22], &[0x23], &[0x24], &[0x26, 0], &[0x00], &[0x2d]]
    {
        let page = message(1, &[wrong]);
        assert!(parse_protobuf(&page).is_err(), "{wrong:?}");
    }
    refuses(Rule::WireType, &message(1, &[&[0x20, 0]]));
    refuses(Rule::WireType, &message(1, &[&[0x23]]));
    refuses(Rule::WireType, &message(1, &[&[0x02, 0]]));
    refuses(Rule::WireType, &message(1, &[&field(0x22, &[&field(0x12, &[&[0x08, 1]])])]));
    refuses(Rule::FieldTwice, &message(1, &[&[0x18, 1]]));
    refuses(Rule::TypeWord, &message(6, &[]));
    refuses(
        Rule::FieldTwice,
        &message(1, &[&field(0x22, &[&field(0x12, &[]), &field(0x12, &[])])]),
    );
    refuses(Rule::PointOfType, &message(1, &[&field(0x22, &[])]));
    refuses(Rule::PointOfType, &message(1, &[&field(0x22, &[&field(0x1a, &[])])]));
    refuses(Rule::PointOfType, &message(0, &[&gauge(1.0)]));
    for unit in ["seconds per byte", "a\nb", "\u{6}", " "] {
        refuses(Rule::Unit, &message(1, &[&field(0x2a, &[unit.as_bytes()]), &gauge(1.0)]));
    }
    takes(&message(1, &[&field(0x2a, &[b"By/s"]), &gauge(1.0)]));
    // What nobody knows is skipped, of every kind.
    let unknown =
        [&[0xf8, 0x7f, 0x05][..], &[0xfd, 0x7f, 1, 2, 3, 4], &field(0x7a, &[b"\xff"])].concat();
    let point = field(0x12, &[&unknown, &float(0x09, 1.0), &float(0x79, 2.0)]);
    let page = message(1, &[&unknown, &field(0x22, &[&unknown, &point])]);
    assert_eq!(written(&takes(&page)), ["a 1"]);
    // What is not there is 0, or the first type.
    assert_eq!(written(&takes(&message(1, &[&field(0x22, &[&field(0x12, &[])])]))), ["a 0"]);
    assert_eq!(takes(b"\x03\x0a\x01a").families()[0].metric_type(), "counter");
}

#[test]
fn values_labels_and_series_are_as_in_text() {
    let metric =
        |labels: &[u8], value| field(0x22, &[labels, &field(0x12, &[&float(0x09, value)])]);
    let page = message(1, &[&metric(&label("x", "\n"), f64::NAN), &metric(&[], -0.0)]);
    assert_eq!(written(&takes(&page)), ["a{x=\"\\n\"} NaN", "a -0"]);
    refuses(Rule::SeriesTwice, &message(1, &[&gauge(1.0), &gauge(1.0)]));
    refuses(Rule::SeriesTwice, &message(1, &[&gauge(1.0), &metric(&label("x", ""), 1.0)]));
    refuses(Rule::LabelName, &message(1, &[&metric(&label("", "x"), 1.0)]));
    refuses(Rule::LabelNameReserved, &message(1, &[&metric(&label("__name__", "x"), 1.0)]));
    let twice = [label("x", "1"), label("x", "2")].concat();
    refuses(Rule::LabelTwice, &message(1, &[&metric(&twice, 1.0)]));
    let counter = |value| message(0, &[&field(0x22, &[&field(0x1a, &[&float(0x09, value)])])]);
    refuses(Rule::CounterValue, &counter(-1.0));
    refuses(Rule::CounterValue, &counter(f64::NAN));
    // A family in several messages, which say the same of it and stand together.
    let second = message(1, &[&metric(&label("x", "1"), 1.0)]);
    let page = takes(&[message(1, &[&gauge(1.0)]), second.clone()].concat());
    assert_eq!((page.families().len(), written(&page).len()), (1, 2));
    refuses(Rule::MetadataTwice, &[counter(1.0), second.clone()].concat());
    refuses(Rule::SeriesTwice, &[second.clone(), second.clone()].concat());
    refuses(Rule::FamilyInPieces, &[second.clone(), b"\x03\x0a\x01b".to_vec(), second].concat());
}

#[test]
fn distributions_become_their_lines() {
    let bucket = |count: u8, bound| field(0x1a, &[&[0x08, count], &float(0x11, bound)]);
    let histogram = |parts: &[&[u8]]| message(4, &[&field(0x22, &[&field(0x3a, parts)])]);
    let rest = [&[0x08, 3][..], &float(0x11, 4.5)].concat();
    let lines = ["a_bucket{le=\"1.0\"} 2", "a_bucket{le=\"+Inf\"} 3", "a_sum 4.5", "a_count 3"];
    assert_eq!(written(&takes(&histogram(&[&rest, &bucket(2, 1.0)]))), lines);
    let infinity = bucket(3, f64::INFINITY);
    assert_eq!(written(&takes(&histogram(&[&bucket(2, 1.0), &infinity, &rest]))), lines);
    refuses(Rule::BucketsCumulative, &histogram(&[&rest, &bucket(4, 1.0)]));
    refuses(Rule::BucketOrder, &histogram(&[&rest, &bucket(1, 1.0), &bucket(2, 0.5)]));
    refuses(Rule::SeriesTwice, &histogram(&[&rest, &bucket(1, 1.0), &bucket(1, 1.0)]));
    refuses(Rule::CountDiffers, &histogram(&[&rest, &bucket(2, f64::INFINITY)]));
    refuses(Rule::Le, &histogram(&[&rest, &bucket(2, f64::NAN)]));
    // Native buckets make no lines; what is left is the bucket of infinity.
    let span = field(0x62, &[&[0x08, 0, 0x10, 2]]);
    let native = |deltas: &[u8]| {
        [&[0x28, 0x06][..], &float(0x31, 0.1), &[0x38, 1], &span, &field(0x6a, &[deltas])].concat()
    };
    assert_eq!(written(&takes(&histogram(&[&rest, &native(&[2, 0])]))), lines[1..]);
    refuses(Rule::NativeSpans, &histogram(&[&rest, &native(&[2])]));

    let row = |quantile, value| field(0x1a, &[&float(0x09, quantile), &float(0x11, value)]);
    let summary = |parts: &[&[u8]]| message(2, &[&field(0x22, &[&field(0x22, parts)])]);
    let page = takes(&summary(&[&rest, &row(0.5, f64::NAN), &row(1.0, -1.0)]));
    assert_eq!(
        written(&page),
        ["a{quantile=\"0.5\"} NaN", "a{quantile=\"1.0\"} -1", "a_sum 4.5", "a_count 3"]
    );
    refuses(Rule::Quantile, &summary(&[&row(1.5, 1.0)]));
    refuses(Rule::QuantileOrder, &summary(&[&row(0.5, 1.0), &row(0.25, 1.0)]));
}

#[test]
fn h5_exponential_buckets_are_read_and_checked() {
    let page_of = |count: u8, sum: f64, parts: &[&[u8]]| {
        let rest = [&[0x08, count][..], &float(0x11, sum), &parts.concat()].concat();
        message(4, &[&field(0x22, &[&field(0x3a, &[&rest])])])
    };
    let span = |tag: u8, offset: u8, length: u8| field(tag, &[&[0x08, offset, 0x10, length]]);
    let (threshold, schema) = (float(0x31, 0.1), [0x28, 6]);
    let two = span(0x62, 3, 2);
    // Of -2 and -1: one and two observations, whether the deltas are packed or not.
    for deltas in [&[0x6a, 2, 2, 2][..], &[0x68, 2, 0x68, 2]] {
        let page = takes(&page_of(4, 4.5, &[&schema, &threshold, &[0x38, 1], &two, deltas]));
        assert_eq!(written(&page), ["a_bucket{le=\"+Inf\"} 4", "a_sum 4.5", "a_count 4"]);
        let found = page.distribution("a", &[]).and_then(|found| found.native().cloned());
        let native = found.expect("it is native");
        assert_eq!((native.schema(), native.zero_threshold(), native.zero_count()), (3, 0.1, 1));
        assert_eq!((native.positive(), native.negative()), (&[(-2, 1), (-1, 2)][..], &[][..]));
    }
    let deltas = [0x6a, 2, 2, 2];
    // Only NaN is in no bucket.
    takes(&page_of(4, f64::NAN, &[&two, &deltas]));
    refuses(Rule::NativeCount, &page_of(4, 4.5, &[&two, &deltas]));
    refuses(Rule::NativeCount, &page_of(2, f64::NAN, &[&two, &deltas]));
    refuses(Rule::NativeCount, &page_of(3, 4.5, &[&two, &[0x6a, 2, 2, 3]]));
    refuses(Rule::NativeSpans, &page_of(3, 4.5, &[&two, &[0x6a, 1, 6]]));
    refuses(Rule::NativeSpans, &page_of(3, 4.5, &[&span(0x62, 0, 1), &span(0x62, 1, 1), &deltas]));
    refuses(Rule::NativeSchema, &page_of(3, 4.5, &[&[0x28, 18], &two, &deltas]));
    refuses(Rule::NativeThreshold, &page_of(3, 4.5, &[&float(0x31, -1.0), &two, &deltas]));
    // Without spans, threshold and zeros it is a classic one.
    let page = takes(&page_of(3, 4.5, &[&schema]));
    assert!(page.distribution("a", &[]).is_some_and(|found| found.native().is_none()));
    let floats = takes(&page_of(0, 4.5, &[&two, &float(0x71, 3.0)]));
    assert!(floats.distribution("a", &[]).is_some_and(|found| found.native().is_none()));
}

#[test]
fn b7_a_timestamp_of_0_is_none() {
    let metric = |time: &[u8]| message(1, &[&field(0x22, &[&field(0x12, &[]), time])]);
    assert_eq!(written(&takes(&metric(&[0x30, 0]))), ["a 0"]);
    assert_eq!(written(&takes(&metric(&[0x30, 0xdc, 0x0b]))), ["a 0 1500"]);
    let before = [0x30, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    assert_eq!(written(&takes(&metric(&before))), ["a 0 -1"]);
}

#[test]
fn h10_exemplars_of_native_histograms_are_read_and_checked() {
    let native = field(0x62, &[&[0x08, 0, 0x10, 1]]);
    let deltas = [0x6a, 1, 2];
    let time = field(0x1a, &[&[0x08, 7]]);
    let exemplar = |parts: &[u8]| [&[0x82, 0x01, parts.len() as u8], parts].concat();
    let [one, two] = [1.0, 3.0].map(|value| {
        exemplar(&[label("id", &value.to_string()), float(0x11, value), time.clone()].concat())
    });
    let page_of = |parts: &[&[u8]]| {
        let point = field(0x3a, &[&[0x08, 1], &float(0x11, 1.0), &parts.concat()]);
        message(4, &[&field(0x22, &[&point])])
    };
    let page = takes(&page_of(&[&native, &deltas, &one, &two]));
    let found = page.distribution("a", &[]).and_then(|found| found.native().cloned());
    let found = found.expect("it is native");
    let told = found.exemplars().iter().map(|one| (one.value(), one.timestamp()));
    assert_eq!(told.collect::<Vec<_>>(), [(1.0, Some(7.0)), (3.0, Some(7.0))]);
    refuses(Rule::ExemplarPlace, &page_of(&[&one]));
    let timeless = exemplar(&float(0x11, 1.0));
    refuses(Rule::NativeExemplar, &page_of(&[&native, &deltas, &one, &timeless]));
}

#[test]
fn exemplars_are_read_and_checked() {
    let time = field(0x1a, &[&[0x08, 7, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01]]);
    let exemplar = [label("id", "7"), float(0x11, 1.0), time].concat();
    let counter = |exemplar: &[u8]| {
        let point = field(0x1a, &[&float(0x09, 3.0), &field(0x12, &[exemplar])]);
        message(0, &[&field(0x22, &[&point])])
    };
    let page = takes(&counter(&exemplar));
    let found = page.sample("a", &[]).and_then(|sample| sample.exemplar()).expect("an exemplar");
    assert_eq!((found.value(), found.timestamp()), (1.0, Some(7.5)));
    assert_eq!(found.labels().collect::<Vec<_>>(), [("id", "7")]);
    let text = "x".repeat(60);
    let long = [label("id", &text), label("other", &text), label("y", &text)].concat();
    refuses(Rule::ExemplarLength, &long_counter(&long));
    let high = field(0x1a, &[&float(0x11, 2.0)]);
    let bucket = field(0x1a, &[&[0x08, 3], &float(0x11, 1.0), &high]);
    let histogram = field(0x3a, &[&[0x08, 3], &bucket]);
    refuses(Rule::ExemplarRange, &message(4, &[&field(0x22, &[&histogram])]));
    let late = field(0x1a, &[&[0x10, 0xff, 0xff, 0xff, 0xff, 0x0f]]);
    refuses(Rule::Timestamp, &counter(&late));
}

/// A counter with an exemplar whose length takes two bytes.
fn long_counter(exemplar: &[u8]) -> Vec<u8> {
    let long = |tag: u8, content: &[u8]| {
        let length = content.len();
        [&[tag, length as u8 | 0x80, (length >> 7) as u8], content].concat()
    };
    message(0, &[&long(0x22, &long(0x1a, &long(0x12, exemplar)))])
}

proptest! {
    /// Random bytes rarely get far: here they replace some of a page.
    #[test]
    fn b2_no_bytes_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..80),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let _ = parse_protobuf(&bytes);
        let bucket = field(0x1a, &[&[0x08, 1], &float(0x11, 1.0)]);
        let histogram = field(0x3a, &[&[0x08, 1], &bucket]);
        let mut page = message(4, &[&field(0x22, &[&label("x", "y"), &histogram])]);
        prop_assert!(parse_protobuf(&page).is_ok());
        for (at, byte) in changes {
            *at.get_mut(&mut page) = byte;
        }
        if let Err(error) = parse_protobuf(&page) {
            prop_assert!((1..=page.len()).contains(&error.line()), "{}", error);
        }
    }
}
