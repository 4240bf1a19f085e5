//! The limit of buckets against the obvious twin.

use super::naive::Naive;
use super::*;
use proptest::prelude::*;

/// Values that lie close together, far apart, and in the corners.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (-8.0..8.0_f64).prop_map(f64::exp2),
        3 => (-8.0..8.0_f64).prop_map(|power| -power.exp2()),
        2 => (-60.0..60.0_f64).prop_map(f64::exp2),
        1 => prop::num::f64::ANY,
        1 => prop::sample::select(vec![0.0, -0.0, 1.0, f64::MAX, f64::INFINITY, f64::NAN, 5e-324]),
    ]
}

fn shape() -> impl Strategy<Value = NativeShape> {
    let thresholds = prop::sample::select(vec![0.0, 1e-300, 2_f64.powi(-128), 0.01, 0.25]);
    let reset = prop::option::of(0..50_u64);
    (-4..=8, prop_oneof![Just(0_usize), 1..40_usize], thresholds.clone(), thresholds, reset)
        .prop_map(|(schema, most, zero, most_zero, reset)| {
            let shape = NativeShape::default().with_max_buckets(most).with_schema(schema).unwrap();
            let shape = shape.with_zero_threshold(zero).unwrap();
            let shape = shape.with_max_zero_threshold(most_zero).unwrap();
            match reset {
                Some(reset) => shape.with_min_reset(Duration::from_millis(reset)),
                None => shape,
            }
        })
}

/// Sums differ by their rounding, which is that of the greatest value ever. If that is close to the
/// greatest number, they may have overflowed.
fn assert_same(found: &Shown, wanted: &Shown, greatest: f64) {
    let [sum, other] = [found.sum, wanted.sum].map(f64::from_bits);
    let is_close = found.sum == wanted.sum || (sum - other).abs() <= 1e-12 * greatest;
    assert!(is_close || greatest > 1e300, "{sum} for {other}");
    assert_eq!(found, &Shown { sum: found.sum, ..wanted.clone() });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else if cfg!(debug_assertions) { 256 } else { 4096 }))]

    #[test]
    fn h8_what_is_shown_is_what_the_obvious_twin_shows(
        shape in shape(),
        scrapes in prop::collection::vec((prop::collection::vec(value(), 0..12), 0..40_u64), 1..8),
    ) {
        let mut now = 1000;
        let mut naive = Naive::new(&shape, now);
        let histogram = NativeHistogram::new(&Arc::new(shape.clone()));
        *histogram.reader.lock() = Reader::new(&shape, || now);
        let mut greatest = 0.0_f64;
        for (values, passed) in scrapes {
            now += passed;
            for value in values {
                greatest = greatest.max(if value.is_finite() { value.abs() } else { 0.0 });
                histogram.observe(value);
                naive.observe(value);
            }
            let (found, wanted) = (scrape(&histogram, now), naive.scrape(now));
            assert_same(&found, &wanted, greatest);
            prop_assert_eq!(histogram.count(), wanted.count);
        }
    }
}

fn limited(most: usize) -> NativeShape {
    NativeShape::default().with_max_buckets(most)
}

#[test]
fn h8_neighbours_become_one_where_there_are_too_many() {
    let histogram = NativeHistogram::with_shape(limited(2));
    observe(&histogram, &[1.0, 1.05, 1.15]);
    let shown = scrape(&histogram, 0);
    assert_eq!((shown.schema, shown.positive), (2, vec![(0, 1), (1, 2)]));
    histogram.observe(4.0);
    let shown = scrape(&histogram, 0);
    assert_eq!((shown.schema, shown.positive), (-1, vec![(0, 1), (1, 3)]));
    // There is nothing left to give up.
    observe(&histogram, &[1e-30, 1e-20, 1e-10, 1e10]);
    let shown = scrape(&histogram, 0);
    assert_eq!((shown.schema, shown.positive.len()), (-4, 6));
}

#[test]
fn h8_the_zero_bucket_grows_first() {
    let shape = limited(2).with_max_zero_threshold(0.5).unwrap();
    let histogram = NativeHistogram::with_shape(shape);
    observe(&histogram, &[-0.01, 0.02, 0.3, 7.0]);
    let shown = scrape(&histogram, 0);
    assert_eq!((shown.schema, shown.zero_count), (3, 2));
    assert_eq!((shown.positive.len(), shown.negative.len()), (2, 0));
    let bound = histogram.places.fine.schema.bound(histogram.places.fine.schema.index(0.02));
    assert_eq!(shown.zero_threshold, bound);
    histogram.observe(-0.02);
    assert_eq!(scrape(&histogram, 0).zero_count, 3);
}

#[test]
fn h9_everything_starts_anew_with_what_was_on_no_page() {
    let shape = limited(2).with_min_reset(Duration::from_secs(10));
    let shape = shape.with_classic_buckets(crate::model::Buckets::new([1.0]).unwrap());
    let histogram = NativeHistogram::new(&Arc::new(shape.clone()));
    *histogram.reader.lock() = Reader::new(&shape, || 0);
    observe(&histogram, &[1.0, f64::NAN, f64::INFINITY]);
    assert_eq!(scrape(&histogram, 0).count, 3);
    observe(&histogram, &[2.0, 3.0]);
    // Too soon.
    let shown = scrape(&histogram, 9_999);
    assert!(shown.count == 5 && shown.schema < 3, "{shown:?}");
    histogram.observe(5.0);
    let (classic, shown) = scrape_both(&histogram, 10_000);
    assert_eq!((classic, shown.count, shown.sum), (vec![0, 1], 1, 5_f64.to_bits()));
    assert_eq!((shown.schema, shown.positive.len()), (3, 1));
    // Not again before ten more seconds, and then what is there fits.
    histogram.observe(6.0);
    assert_eq!(scrape(&histogram, 30_000).count, 2);
}

/// A page that has no room is followed by another, which asks again: nothing is lost meanwhile.
#[test]
fn h9_a_page_without_room_is_no_page() {
    for refused in [[false, false], [false, true], [true, false], [true, true]] {
        let shape = limited(2).with_min_reset(Duration::ZERO);
        let histogram = NativeHistogram::with_shape(shape);
        let refuse = |is_refused: bool| {
            if is_refused {
                let (mut counts, mut room) = (Vec::new(), NativeRoom::default());
                assert!(!histogram.snapshot_at(|| 0, &mut counts, &mut room, |_, _, _| false));
            }
        };
        refuse(refused[0]);
        histogram.observe(1.0);
        assert_eq!(scrape(&histogram, 0).count, 1);
        observe(&histogram, &[2.0, 8.0]);
        refuse(refused[1]);
        histogram.observe(4.0);
        refuse(refused[1]);
        assert_eq!(scrape(&histogram, 0).count, 3, "{refused:?}");
        histogram.observe(5.0);
        refuse(refused[1]);
        assert_eq!(scrape(&histogram, 0).count, 1, "{refused:?}");
    }
}

/// A great value of the past costs no digits of what comes after it.
#[test]
fn h9_a_sum_that_starts_anew_is_exact() {
    let shape = limited(1).with_min_reset(Duration::from_secs(1));
    let histogram = NativeHistogram::new(&Arc::new(shape.clone()));
    *histogram.reader.lock() = Reader::new(&shape, || 0);
    for value in [1e15, 1e-3] {
        observe(&histogram, &[value]);
        scrape(&histogram, 0);
    }
    assert_eq!(scrape(&histogram, 1_000).count, 0);
    (0..1000).for_each(|_| histogram.observe(1e-3));
    let sum = f64::from_bits(scrape(&histogram, 1_000).sum);
    assert!((sum - 1.0).abs() < 1e-12, "{sum}");
}

/// More chunks than there may be: what comes then counts in wider buckets, and nothing is lost.
#[test]
fn values_that_are_spread_too_widely_count_in_wider_buckets() {
    let shape = limited(70).with_schema(8).unwrap();
    let histogram = NativeHistogram::with_shape(shape);
    let values: Vec<f64> =
        (0..400).map(|n| f64::from(n % 200).exp2() * f64::from(1 - n % 3)).collect();
    values.iter().for_each(|value| histogram.observe(*value));
    let shown = scrape(&histogram, 0);
    assert_eq!(shown.count, 400);
    assert!(shown.schema <= 2 && shown.positive.len() + shown.negative.len() <= 70);
    let mut naive = Naive::new(&histogram.shape, 0);
    values.iter().for_each(|value| naive.observe(*value));
    assert_same(&shown, &naive.scrape(0), 1e60);
}
