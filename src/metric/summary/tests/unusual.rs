//! Zero, negative, tiny, huge, infinite and undefined observations.

use super::*;

fn answers(values: &[f64]) -> Vec<f64> {
    let summary = summary(60_000, &[0.0, 0.25, 0.5, 0.75, 1.0]);
    values.iter().for_each(|&value| summary.put(value, 10));
    summary.answers(20)
}

#[test]
fn nan_is_counted_but_is_no_quantile() {
    let summary = summary(60_000, &[0.0, 0.5, 1.0]);
    summary.put(1.0, 10);
    assert_eq!(summary.sum(), 1.0);
    summary.put(f64::NAN, 10);
    summary.put(-f64::NAN, 10);
    assert!(summary.sum().is_nan());
    assert_eq!(summary.count(), 3);
    assert_eq!(summary.answers(11), [1.0; 3]);
    summary.put(1.0, 10);
    assert!(summary.sum().is_nan());
}

#[test]
fn nothing_but_nan_leaves_the_window_empty() {
    assert!(answers(&[f64::NAN]).iter().all(|answer| answer.is_nan()));
}

#[test]
fn infinities_are_answered_as_themselves() {
    let values = [f64::NEG_INFINITY, f64::NEG_INFINITY, 5.0, f64::INFINITY];
    let expected = [f64::NEG_INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY, 5.0, f64::INFINITY];
    for (answer, expected) in answers(&values).into_iter().zip(expected) {
        assert!(answer == expected || error(answer, expected) <= ALPHA, "{answer} {expected}");
    }
}

#[test]
fn infinities_make_the_sum_infinite() {
    let summary = summary(60_000, &[0.5]);
    summary.put(f64::INFINITY, 1);
    assert_eq!(summary.sum(), f64::INFINITY);
    summary.put(f64::NEG_INFINITY, 1);
    assert!(summary.sum().is_nan());
    assert_eq!(summary.count(), 2);
}

#[test]
fn zero_and_tiny_magnitudes_are_answered_as_zero() {
    let tiny = 0.5 / (1_u64 << 40) as f64;
    assert_eq!(answers(&[-1.0, -tiny, -0.0, tiny, 1.0])[1..4], [0.0; 3]);
}

#[test]
fn negative_values_come_before_positive_ones() {
    let found = answers(&[4.0, -1.0, 2.0, -8.0]);
    for (answer, expected) in found.into_iter().zip([-8.0, -8.0, -1.0, 2.0, 4.0]) {
        assert!(error(answer, expected) <= ALPHA, "{answer} {expected}");
    }
}

#[test]
fn huge_magnitudes_are_answered_as_the_last_bound() {
    let ceiling = (1_u64 << 40) as f64;
    assert_eq!(answers(&[1.0, 1e300, 2e300, 3e300])[2..4], [ceiling; 2]);
    assert_eq!(answers(&[-1.0, -1e300, -2e300, -3e300])[..3], [-3e300, -ceiling, -ceiling]);
    // All are out of range: the nearest observation is closer to the truth than the bound.
    assert_eq!(answers(&[1e300, 2e300, 3e300])[1..4], [1e300; 3]);
}

#[test]
fn sum_and_count_alone_need_no_window() {
    let summary = summary(60_000, &[]);
    summary.observe_at(1.5, || panic!("no clock is read"));
    summary.observe(f64::INFINITY);
    summary.observe_duration(Duration::from_millis(500));
    assert_eq!((summary.count(), summary.sum()), (3, f64::INFINITY));
    assert!(summary.quantile(0.5).is_nan());
    assert!(summary.answers(0).is_empty());
    assert!(summary.recent.get().is_none());
}

#[test]
fn durations_are_seconds() {
    let summary = summary(60_000, &[0.5]);
    summary.observe_duration(Duration::from_millis(250));
    assert_eq!((summary.count(), summary.sum(), summary.quantile(0.5)), (1, 0.25, 0.25));
}

#[test]
fn a_quantile_outside_0_to_1_is_nan() {
    let summary = summary(60_000, &[0.5]);
    summary.observe(1.0);
    for wrong in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        assert!(summary.quantile(wrong).is_nan());
    }
    assert_eq!(
        (summary.quantile(0.0), summary.quantile(0.3), summary.quantile(1.0)),
        (1.0, 1.0, 1.0)
    );
}
