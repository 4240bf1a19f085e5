mod concurrency;
mod limits;
mod naive;

use self::naive::{bits, Shown};
use super::*;

/// What a scrape at this time shows, and what it shows of classic buckets.
fn scrape_both(histogram: &NativeHistogram, now: u64) -> (Vec<u64>, Shown) {
    let (mut counts, mut room) = (Vec::new(), NativeRoom::default());
    let mut found = None;
    let is_shown = histogram.snapshot_at(
        || now,
        &mut counts,
        &mut room,
        |counts, sum, point| {
            let buckets = point.positive.iter().chain(point.negative);
            let shown = Shown {
                count: counts.iter().sum(),
                sum: bits(sum),
                schema: point.schema,
                zero_threshold: point.zero_threshold,
                zero_count: point.zero_count,
                positive: point.positive.into(),
                negative: point.negative.into(),
            };
            let in_buckets = buckets.fold(point.zero_count, |count, bucket| count + bucket.1);
            assert!(in_buckets <= shown.count && (in_buckets == shown.count || sum.is_nan()));
            found = Some((counts.to_vec(), shown));
            true
        },
    );
    assert!(is_shown);
    found.unwrap()
}

fn observe(histogram: &NativeHistogram, values: &[f64]) {
    values.iter().for_each(|value| histogram.observe(*value));
}

fn scrape(histogram: &NativeHistogram, now: u64) -> Shown {
    scrape_both(histogram, now).1
}

fn observed(values: &[f64]) -> Shown {
    let histogram = NativeHistogram::default();
    observe(&histogram, values);
    scrape(&histogram, 0)
}

#[test]
fn a15_everything_starts_at_zero() {
    let shown = observed(&[]);
    assert_eq!((shown.count, shown.sum, shown.schema), (0, 0, 3));
    assert_eq!(shown.zero_threshold, NativeShape::DEFAULT_ZERO_THRESHOLD);
}

#[test]
fn h1_observations_are_in_their_buckets_on_both_sides() {
    let shown = observed(&[1.0, 1.01, 2.0, -1.0, -1.0, 1e-300, f64::MAX, f64::MIN]);
    assert_eq!(shown.positive, [(0, 1), (1, 1), (8, 1), (8192, 1)]);
    assert_eq!((shown.negative, shown.zero_count), (vec![(0, 2), (8192, 1)], 1));
}

#[test]
fn h3_the_zero_bucket_is_closed() {
    let threshold = NativeShape::DEFAULT_ZERO_THRESHOLD;
    let above = f64::from_bits(threshold.to_bits() + 1);
    let shown = observed(&[0.0, -0.0, threshold, -threshold, 5e-324, above]);
    assert_eq!((shown.zero_count, shown.positive), (5, vec![(-128 * 8 + 1, 1)]));
    let shape = NativeShape::default().with_zero_threshold(0.0).unwrap();
    let histogram = NativeHistogram::with_shape(shape);
    observe(&histogram, &[0.0, -0.0, 5e-324, -5e-324]);
    let shown = scrape(&histogram, 0);
    assert_eq!((shown.zero_count, shown.count), (2, 4));
    assert_eq!([shown.positive, shown.negative], [[(-1074 * 8, 1)], [(-1074 * 8, 1)]]);
}

#[test]
fn h4_what_is_no_number_has_one_meaning() {
    let shown = observed(&[f64::NAN, 1.0, -f64::NAN]);
    assert_eq!((shown.count, shown.positive, shown.zero_count), (3, vec![(0, 1)], 0));
    assert_eq!(shown.sum, bits(f64::NAN));
    let shown = observed(&[f64::INFINITY, 1.0]);
    assert_eq!((shown.sum, shown.positive), (bits(f64::INFINITY), vec![(0, 1), (8193, 1)]));
    let shown = observed(&[f64::NEG_INFINITY]);
    assert_eq!((shown.sum, shown.negative), (bits(f64::NEG_INFINITY), vec![(8193, 1)]));
    assert_eq!(observed(&[f64::NEG_INFINITY, f64::INFINITY]).sum, bits(f64::NAN));
}

#[test]
fn h7_classic_buckets_are_of_the_same_observations() {
    let shape = NativeShape::default()
        .with_classic_buckets(crate::model::Buckets::new([1.0, 2.0]).unwrap());
    let histogram = NativeHistogram::with_shape(shape);
    observe(&histogram, &[1.0, 2.0, 2.0, 7.0, f64::NAN, -3.0]);
    let (classic, shown) = scrape_both(&histogram, 0);
    assert_eq!((classic, shown.count), (vec![2, 2, 2], 6));
    assert_eq!((histogram.count(), bits(histogram.sum())), (6, bits(f64::NAN)));
}

#[test]
fn what_is_documented_of_memory_holds() {
    assert!(std::mem::size_of::<NativeHistogram>() <= 160);
    let values = |spread: f64| (0..2000).map(move |n| (f64::from(n) / 2000.0 * spread).exp2());
    let bytes = |schema, spread: f64| {
        let shape = NativeShape::default().with_schema(schema).unwrap();
        let histogram = NativeHistogram::with_shape(shape);
        values(spread).for_each(|value| histogram.observe(value / 1e3));
        histogram.common.get().map_or(0, |common| common.bins.bytes())
    };
    let usual = bytes(3, 10.0);
    assert!((5_000..10_000).contains(&usual), "{usual}");
    let wide = if cfg!(miri) { 0 } else { bytes(8, 1000.0) };
    assert!(wide < 600_000, "{wide}");
}
