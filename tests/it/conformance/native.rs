//! H: native histograms, on the page. What is inside of them is tested in `src/metric/native/tests`.

#[cfg(feature = "openmetrics")]
use crate::support::page_in;
use crate::support::{bytes_in, page, protobuf};
use nunchi::model::NativeShape;
use nunchi::testing::{Clock, Native, Page};
use nunchi::{Buckets, Exemplar, Format, NativeHistogram, RegisterErrorKind, Registry};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

#[track_caller]
fn native_of(page: &Page, labels: &[(&str, &str)]) -> Native {
    page.distribution("a", labels).and_then(|found| found.native().cloned()).expect("it is native")
}

/// The message of a family `a` without labels that has these values.
fn observed(shape: NativeShape, values: &[f64]) -> (Vec<u8>, Page) {
    // At this time, no time of creation is shown.
    let clock = Clock::stopped_at(UNIX_EPOCH);
    let _inside = clock.enter();
    let registry = Registry::new();
    let histogram = registry.native_histogram("a", "A.").shaped(shape).register().expect("valid");
    values.iter().for_each(|value| histogram.observe(*value));
    protobuf(&registry)
}

#[test]
fn h5_runs_of_buckets_are_spans_and_counts_are_deltas() {
    // Buckets 0, 1, 4 in one span, for the gap is two buckets; 8 is behind a gap of three.
    let shape = NativeShape::default().with_schema(0).expect("valid");
    let values = [1.0, 1.5, 1.5, 16.0, 16.0, 200.0, -0.25, 0.0];
    let (bytes, page) = observed(shape, &values);
    let wanted: &[&[u8]] = &[
        &[0x28, 0],                            // The schema.
        &[0x31, 0, 0, 0, 0, 0, 0, 0xf0, 0x37], // 2^-128.
        &[0x38, 1],                            // A zero.
        &[0x4a, 4, 0x08, 3, 0x10, 1],          // A span of one bucket at -2,
        &[0x52, 1, 2],                         // which has one observation.
        &[0x62, 4, 0x08, 0, 0x10, 5],          // A span of five buckets at 0,
        &[0x62, 4, 0x08, 6, 0x10, 1],          // and one of one bucket behind three.
        &[0x6a, 6, 2, 2, 3, 0, 4, 1],          // 1, 2, 0, 0, 2 and 1.
    ];
    let wanted = wanted.concat();
    assert!(bytes.ends_with(&wanted), "{}", bytes.escape_ascii());
    let native = native_of(&page, &[]);
    assert_eq!((native.schema(), native.zero_count()), (0, 1));
    assert_eq!(native.positive(), [(0, 1), (1, 2), (4, 2), (8, 1)]);
    assert_eq!(native.negative(), [(-2, 1)]);
}

#[test]
fn h6_a_histogram_without_observations_is_known_as_native() {
    for threshold in [0.0, 0.5] {
        let shape = NativeShape::default().with_zero_threshold(threshold).expect("valid");
        let (bytes, page) = observed(shape, &[]);
        assert!(bytes.ends_with(&[0x38, 0, 0x62, 4, 0x08, 0, 0x10, 0]), "{}", bytes.escape_ascii());
        let native = native_of(&page, &[]);
        assert_eq!((native.zero_threshold(), native.positive()), (threshold, &[][..]));
    }
}

#[test]
fn h7_classic_and_exponential_buckets_are_in_one_message() {
    let shape =
        NativeShape::default().with_classic_buckets(Buckets::new([1.0, 4.0]).expect("valid"));
    let (_, page) = observed(shape, &[0.5, 2.0, 1e9, f64::NAN]);
    let found = page.distribution("a", &[]).expect("it is there");
    assert_eq!([1.0, 4.0, f64::INFINITY].map(|bound| found.at_most(bound)), [1, 2, 4].map(Some));
    assert_eq!(found.native().expect("it is native").positive(), [(-8, 1), (8, 1), (240, 1)]);
}

#[test]
fn h14_text_has_no_exponential_buckets() {
    let registry = Registry::new();
    let alone = registry.native_histogram("a_seconds", "A.").register().expect("valid");
    let both =
        registry.native_histogram("b", "B.").classic_buckets([1.0]).register().expect("valid");
    [1.5, -2.5].iter().for_each(|value| alone.observe(*value));
    both.observe(1.0);
    let text = "# HELP a_seconds A.\n# TYPE a_seconds histogram\na_seconds_bucket{le=\"+Inf\"} 2\n\
                a_seconds_sum -1\na_seconds_count 2\n# HELP b B.\n# TYPE b histogram\n\
                b_bucket{le=\"1.0\"} 1\nb_bucket{le=\"+Inf\"} 1\nb_sum 1\nb_count 1\n";
    assert_eq!(page(&registry), text);
    #[cfg(feature = "openmetrics")]
    assert!(page_in(Format::OpenMetrics, &registry).contains("a_seconds_bucket{le=\"+Inf\"} 2\n# "));
}

#[test]
fn every_way_to_ask_for_one_gives_the_same() {
    let registry = Registry::new();
    let builder = || registry.native_histogram("a", "A.").schema(5);
    let family = builder().labels(["x"]).expect("valid");
    family.with_values(&["1"]).expect("one").observe(2.0);
    builder().labels(["x"]).expect("the same").with_values(&["1"]).expect("one").observe(2.0);
    registry.native_histogram("a", "A.").labels(["x"]).expect("whatever there is");
    let native = native_of(&protobuf(&registry).1, &[("x", "1")]);
    assert_eq!((native.schema(), native.positive()), (5, &[(32, 2)][..]));

    let refused = |error: nunchi::RegisterError| error.kind() == RegisterErrorKind::Conflict;
    let other = registry.native_histogram("a", "A.").schema(4).labels(["x"]);
    assert!(other.is_err_and(refused));
    let other = registry.histogram("a", "A.").labels(["x"]).expect_err("not a classic one");
    assert!(other.to_string().contains("another kind of buckets"), "{other}");
    assert!(registry.native_histogram("b", "B.").growth(0.5).register().is_err());
    assert!(registry.native_histogram("b", "B.").labels(["le"]).is_err());

    let site =
        nunchi::histogram!(native, "conformance_native_seconds", "N.", growth = 1.5, "x" => 1);
    let _: &'static NativeHistogram = site;
    site.observe_duration(Duration::from_secs(3));
    site.start_timer().stop();
    assert_eq!(site.count(), 2);
    static STATIC: nunchi::Family<NativeHistogram> = nunchi::family!(
        "conformance_native_bytes",
        "N.",
        schema = 0,
        classic_buckets = [1.0],
        max_buckets = 20
    );
    STATIC.with(&()).observe(3.0);
    assert_eq!(STATIC.with(&()).sum(), 3.0);
}

/// A shape that keeps all that it is asked for.
fn shape() -> impl Strategy<Value = NativeShape> {
    (-4..=8, 0..3_usize).prop_map(|(schema, threshold)| {
        let shape = NativeShape::default().with_schema(schema).expect("valid").with_max_buckets(0);
        shape.with_zero_threshold([0.0, 1e-3, 2_f64.powi(-128)][threshold]).expect("valid")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 256 } else { 4096 }))]

    #[test]
    fn h5_what_is_observed_reads_back_from_protobuf(
        shape in shape(),
        values in prop::collection::vec(
            prop_oneof![prop::num::f64::ANY, (-20.0..20.0_f64).prop_map(f64::exp2), -9.0..9.0_f64],
            0..80,
        ),
        capacity in 0..600_usize,
    ) {
        let (schema, threshold) = (shape.schema(), shape.zero_threshold());
        let registry = Registry::new();
        let family = registry.native_histogram("a", "A.").shaped(shape).labels(["x"]).expect("valid");
        let (mut zeros, mut sides) = (0, [BTreeMap::<i32, u64>::new(), BTreeMap::new()]);
        for &value in &values {
            family.with_values(&["돌\"\n"]).expect("one").observe(value);
            if value.abs() <= threshold {
                zeros += 1;
            } else if !value.is_nan() {
                *sides[usize::from(value < 0.0)].entry(index(schema, value.abs())).or_default() += 1;
            }
        }
        let (bytes, page) = protobuf(&registry);
        if !values.is_empty() {
            let native = native_of(&page, &[("x", "돌\"\n")]);
            let [positive, negative] = sides.map(|side| side.into_iter().collect::<Vec<_>>());
            prop_assert_eq!((native.schema(), native.zero_threshold()), (schema, threshold));
            prop_assert_eq!(native.zero_count(), zeros);
            prop_assert_eq!((native.positive(), native.negative()), (&*positive, &*negative));
            let found = page.distribution("a", &[("x", "돌\"\n")]).expect("it is there");
            prop_assert_eq!(found.count(), Some(values.len() as u64));
        }
        let mut encoder = nunchi::Encoder::new(&registry, Format::Protobuf);
        let mut parts = Vec::new();
        loop {
            let mut chunk = Vec::with_capacity(capacity);
            let more = encoder.next_chunk(&mut chunk);
            parts.extend_from_slice(&chunk);
            if !more {
                break;
            }
        }
        prop_assert_eq!(&parts, &bytes);
        prop_assert_eq!(bytes, bytes_in(Format::Protobuf, &registry));
    }
}

/// The bucket by logarithms, put right where these are rounded.
fn index(schema: i32, magnitude: f64) -> i32 {
    if magnitude.is_infinite() {
        return index(schema, f64::MAX) + 1;
    }
    let steps = magnitude.log2() * 2_f64.powi(schema);
    let near = steps.round();
    // Close to a bound, only that of a whole power of two is known without rounding.
    if (steps - near).abs() < 1e-6 {
        let power = near / 2_f64.powi(schema);
        if power.fract() == 0.0 && power >= -1074.0 {
            let half = (power / 2.0).floor();
            let bound = half.exp2() * (power - half).exp2();
            return near as i32 + i32::from(magnitude > bound);
        }
    }
    steps.ceil() as i32
}

/// What starts anew has been counted since the page before, and says so in every format that tells of
/// creation.
#[test]
fn h9_the_time_of_creation_is_that_of_the_new_start() {
    let clock = Clock::stopped_at(UNIX_EPOCH + Duration::from_millis(1_700_000_000_250));
    let _inside = clock.enter();
    let registry = Registry::new();
    let builder = || registry.native_histogram("a", "A.").max_buckets(1);
    let minute = Duration::from_secs(60);
    let starts = builder().min_reset(minute).labels(["x"]).expect("valid");
    let histogram = starts.with_values(&["1"]).expect("one");
    let page = || {
        let (_, page) = protobuf(&registry);
        let count = page.sample("a_count", &[("x", "1")]).expect("it is there");
        (count.value(), count.created())
    };
    [1.0, 9.0].iter().for_each(|value| histogram.observe(*value));
    assert_eq!(page(), (2.0, Some(1_700_000_000.0)));
    clock.advance(Duration::from_millis(59_500));
    histogram.observe(9.0);
    assert_eq!(page(), (3.0, Some(1_700_000_000.0)));
    clock.advance(Duration::from_millis(700));
    histogram.observe(9.0);
    // Observed since the page before, which was 700 milliseconds ago.
    assert_eq!(page(), (1.0, Some(1_700_000_059.75)));
    clock.advance(Duration::from_secs(5));
    histogram.observe(9.0);
    assert_eq!(page(), (2.0, Some(1_700_000_059.75)));
    // Of a series without a limit in force, and of a new one, it is that of the first lookup.
    starts.with_values(&["2"]).expect("one").observe(1.0);
    let (_, other) = protobuf(&registry);
    let created = other.sample("a_count", &[("x", "2")]).expect("it is there").created();
    assert_eq!(created, Some(1_700_000_065.0));
    #[cfg(feature = "openmetrics")]
    {
        registry.show_created(true);
        let text = page_in(Format::OpenMetrics, &registry);
        assert!(text.contains("\na_created{x=\"1\"} 1700000059.750\n"), "{text}");
        assert!(text.contains("\na_created{x=\"2\"} 1700000065.0\n"), "{text}");
    }
}

/// Value, time and labels.
type Told = (f64, Option<f64>, Vec<(String, String)>);

/// The exemplars of a native histogram.
fn exemplars_of(registry: &Registry) -> Vec<Told> {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let native = native_of(&protobuf(registry).1, &[]);
    let told = native.exemplars().iter();
    told.map(|one| (one.value(), one.timestamp(), one.labels().map(owned).collect())).collect()
}

#[test]
fn h10_exemplars_are_of_the_histogram_as_a_whole() {
    let clock = Clock::stopped_at(UNIX_EPOCH + Duration::from_millis(1_700_000_000_250));
    let _inside = clock.enter();
    let registry = Registry::new();
    let histogram = registry.native_histogram("a", "A.").register().expect("valid");
    assert!(exemplars_of(&registry).is_empty());
    let label = [("id", "돌\"\\\n")];
    histogram.observe_with_exemplar(1.5, &label);
    histogram.observe_with_exemplar(1.25, &[("id", "the place is taken")]);
    histogram.observe_with_exemplar(f64::NAN, &[("id", "nothing")]);
    histogram.observe_with_exemplar(100.0, &[("_", "not valid")]);
    histogram.observe_with_exemplar(200.0, Exemplar::new(&[]).without_time());
    histogram.observe_with_exemplar(-9.0, Exemplar::trace(1, 2));
    assert_eq!(histogram.count(), 6);
    // What shows none has not shown them.
    let text = page(&registry);
    assert!(!text.contains('#') || text.lines().all(|line| !line.contains(" # {")), "{text}");
    #[cfg(feature = "openmetrics")]
    assert!(!page_in(Format::OpenMetrics, &registry).contains(" # {"));
    histogram.observe_with_exemplar(1.75, &[("id", "no page has shown the first")]);
    let time = Some(1_700_000_000.25);
    let of = |value: f64, labels: &[(&str, &str)]| {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        (value, time, labels.iter().map(owned).collect::<Vec<_>>())
    };
    let sorted = || {
        let mut found = exemplars_of(&registry);
        found.sort_by(|one, other| one.0.total_cmp(&other.0));
        found
    };
    let traced =
        [("trace_id", "00000000000000000000000000000001"), ("span_id", "0000000000000002")];
    assert_eq!(sorted(), [of(-9.0, &traced), of(1.5, &label)]);
    // What was shown stays until another comes, in its place alone.
    histogram.observe_with_exemplar(1.75, &[("id", "new")]);
    histogram.start_timer().stop_with_exemplar(&[("id", "no time at all")]);
    let zero = of(0.0, &[("id", "no time at all")]);
    assert_eq!(sorted(), [of(-9.0, &traced), zero, of(1.75, &[("id", "new")])]);
    for power in -20..20 {
        histogram.observe_with_exemplar(2_f64.powi(power), &[("id", "x")]);
    }
    exemplars_of(&registry);
    for power in -20..20 {
        histogram.observe_with_exemplar(2_f64.powi(power), &[("id", "y")]);
    }
    assert_eq!(exemplars_of(&registry).len(), 10);
}

#[test]
fn h10_classic_buckets_show_theirs() {
    let registry = Registry::new();
    let histogram = registry.native_histogram("a", "A.").classic_buckets([1.0, 4.0]);
    let histogram = histogram.register().expect("valid");
    histogram.observe_with_exemplar(0.5, &[("id", "1")]);
    histogram.observe_with_exemplar(0.25, &[("id", "2")]);
    histogram.observe_with_exemplar(9.0, Exemplar::new(&[("id", "3")]).without_time());
    let shown = |page: &Page| {
        let of = |bound| page.sample("a_bucket", &[("le", bound)]).expect("it is there").exemplar();
        ["1.0", "4.0", "+Inf"].map(|bound| of(bound).map(nunchi::testing::Exemplar::value))
    };
    let (_, page) = protobuf(&registry);
    assert_eq!(shown(&page), [Some(0.5), None, Some(9.0)]);
    let native = native_of(&page, &[]);
    assert!(native.exemplars().is_empty() && native.positive().len() == 3);
    #[cfg(feature = "openmetrics")]
    assert_eq!(shown(&crate::support::open_metrics(&registry).1), [Some(0.5), None, Some(9.0)]);
}

/// However long exemplars are and wherever a message ends, every page is whole.
#[test]
fn h10_exemplars_of_every_length_are_whole() {
    for length in (0..110).chain([117, 118, 119]) {
        let registry = Registry::new();
        let both = registry.native_histogram("b", "B.").classic_buckets([1.0]);
        let both = both.register().expect("valid");
        let alone = registry.native_histogram("a", "A.").register().expect("valid");
        let text = "\u{1f631}".repeat(length);
        for power in 0..12 {
            let labels = [("id", text.as_str()), ("power", "0")];
            alone.observe_with_exemplar(2_f64.powi(power * 3), &labels);
            both.observe_with_exemplar(2_f64.powi(power), &labels);
        }
        let found = exemplars_of(&registry);
        assert_eq!(found.len(), 10);
        let whole =
            found.iter().all(|one| one.2.iter().any(|(_, value)| *value == text) || length == 0);
        assert!(whole, "{length}");
    }
}
