//! Panes: their times, their weights, and clocks that misbehave.

use super::naive::Naive;
use super::*;
use crate::metric::summary::pane::Pane;
use crate::metric::summary::window::PANES;
use proptest::prelude::*;

const QUANTILES: [f64; 6] = [0.0, 0.07, 0.5, 0.9, 0.99, 1.0];

/// Whether an answer stands for the exact value, by the table in the documentation of `Summary`.
fn stands_for(answer: f64, exact: f64) -> bool {
    let range = (-40_f64).exp2()..=40_f64.exp2();
    if exact.is_nan() || exact.is_infinite() {
        answer.to_bits() == exact.to_bits()
    } else if range.contains(&exact.abs()) {
        error(answer, exact) <= ALPHA
    } else if exact.abs() < 1.0 {
        answer.abs() <= *range.start()
    } else {
        answer.signum() == exact.signum() && answer.abs() >= *range.end()
    }
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => (-9.0..9.0_f64).prop_map(f64::exp),
        4 => (-9.0..9.0_f64).prop_map(|exponent| -exponent.exp()),
        1 => any::<f64>().prop_filter("NaN has no rank", |value| !value.is_nan()),
        1 => Just(0.0),
        1 => Just(f64::INFINITY),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 60 } else { 5_000 }))]

    /// Pauses run from none to several windows, so that panes are late, skipped and dropped.
    #[test]
    fn every_answer_agrees_with_the_exact_twin(
        steps in prop::collection::vec((any_value(), 0..4_u8, 0.0..1.0_f64), 1..300)
    ) {
        let (summary, mut naive) = (summary(1_600, &QUANTILES), Naive::new(1_600));
        let mut now = 0;
        for (value, pace, part) in steps {
            now += (part * [0.0, 5.0, 250.0, 4_000.0][usize::from(pace)]) as u64;
            summary.put(value, now);
            naive.put(value, now);
            if part > 0.7 {
                now += 37;
                naive.turn(now);
                let exact = naive.weighted(&QUANTILES, now);
                for (answer, exact) in summary.answers(now).into_iter().zip(exact) {
                    // Clamping answers with an observation, so extremes may be exact.
                    prop_assert!(answer == exact || stands_for(answer, exact), "{answer} {exact}");
                }
            }
        }
    }
}

#[test]
fn an_empty_window_answers_nan_and_totals_stay() {
    let summary = summary(1_600, &QUANTILES);
    assert!(summary.answers(0).iter().all(|answer| answer.is_nan()));
    summary.put(3.0, 100);
    assert_eq!(summary.answers(1_750), [3.0; 6]);
    assert!(summary.answers(1_900).iter().all(|answer| answer.is_nan()));
    assert_eq!((summary.count(), summary.sum()), (1, 3.0));
}

/// 0.07 * 100 is 7.000000000000001 in binary; it is the seventh of a hundred all the same.
#[test]
fn a_percentage_of_a_hundred_is_that_many() {
    let summary = summary(1_600, &[0.5]);
    (1..=100).for_each(|value| summary.put(f64::from(value), 5));
    for percent in 0..=100 {
        let (answer, exact) = (summary.quantile_at(f64::from(percent) / 100.0, 6), percent.max(1));
        assert!(error(answer, f64::from(exact)) <= ALPHA, "{percent} %: {answer}");
    }
}

#[test]
fn the_oldest_pane_counts_by_its_overlap() {
    let summary = summary(1_600, &[0.5]);
    (0..100).for_each(|now| summary.put(1.0, now));
    (0..40).for_each(|_| summary.put(1_000.0, 1_500));
    // Sixty of the old hundred milliseconds are inside, then thirty-nine.
    assert_eq!(summary.answers(1_640), [1.0]);
    assert!(error(summary.answers(1_661)[0], 1_000.0) <= ALPHA);
}

#[test]
fn a_pane_ends_in_time_even_if_it_is_sealed_late() {
    let summary = summary(1_600, &[1.0]);
    summary.put(1.0, 0);
    // Nobody comes by for a while; the pane is sealed at 1650 but ended at 100.
    summary.put(2.0, 1_650);
    let recent = summary.recent.get().unwrap();
    assert_eq!(recent.live.end(), 1_750);
    assert_eq!(summary.answers(1_690), [2.0]);
    assert_eq!(summary.quantile_at(0.0, 1_690), 1.0);
    assert_eq!(summary.quantile_at(0.0, 1_700), 2.0);
}

#[test]
fn a_leap_over_the_window_drops_everything_old() {
    let summary = summary(1_600, &[0.0, 1.0]);
    (0..3_000).for_each(|now| summary.put(1.0, now));
    summary.put(2.0, u64::MAX / 2);
    assert_eq!(summary.answers(u64::MAX / 2), [2.0; 2]);
    summary.put(3.0, u64::MAX);
    assert_eq!(summary.answers(u64::MAX), [3.0; 2]);
    assert_eq!((summary.count(), summary.sum()), (3_002, 3_005.0));
}

#[test]
fn a_clock_that_stops_or_runs_backwards_loses_nothing() {
    let summary = summary(1_600, &[0.0, 1.0]);
    for now in [5_000, 5_000, 100, 0, 4_999, 5_000, 5_101, 0, 5_202, 5_202] {
        summary.put(now as f64, now);
        assert_eq!(summary.answers(now)[1], summary.quantile_at(1.0, now));
    }
    assert_eq!(summary.answers(5_203), [0.0, 5_202.0]);
    assert_eq!(summary.count(), 10);
}

#[test]
fn a_full_bin_is_swept_before_its_time() {
    let summary = summary(1_600, &[0.5]);
    summary.put(1.0, 10);
    let recent = summary.recent.get().unwrap();
    recent.live.bin(1.0).unwrap().store(FULL, crate::sync::primitive::Ordering::Relaxed);
    summary.put(1.0, 11);
    assert_eq!(recent.live.total(), 0);
    assert_eq!(summary.count(), u64::from(FULL) + 1);
    (0..10).for_each(|_| summary.put(2.0, 12));
    assert_eq!(summary.answers(12), [1.0]);
}

/// After one window nothing allocates any more: not observing, not sweeping, not scraping.
#[test]
fn buffers_are_used_again() {
    let summary = summary(1_600, &QUANTILES);
    let mut scratch = Scratch::default();
    let mut observe = |range: std::ops::Range<u64>| {
        for now in range {
            summary.put(f64::from(now as u32 * 7 % 90), now);
            if now % 10 == 0 {
                summary.snapshot_at(now, &mut scratch);
            }
        }
        let capacities =
            [scratch.values.capacity(), scratch.bins.capacity(), scratch.counts.capacity()];
        (capacities, summary.recent.get().unwrap().window.lock().buffers())
    };
    let warm = observe(0..4_000);
    assert!(warm.1.len() > PANES as usize);
    assert_eq!(observe(4_000..12_000), warm);
}

/// The figures in the documentation of `Summary`, for lognormal values.
#[test]
fn memory_depends_on_the_spread_and_not_on_the_number_of_observations() {
    for (rate, expected) in [(1, 10..14), (10, 25..32), (100, 38..48)] {
        let summary = summary(160_000, &[0.5]);
        let mut random = Random(3);
        for now in 0..if rate == 100 && cfg!(debug_assertions) { 170_000 } else { 340_000 } {
            if rate == 100 || now % (100 / rate) == 0 {
                summary.put((random.normal() - 5.0).exp(), now);
            }
        }
        let recent = summary.recent.get().unwrap();
        let packed: usize = recent.window.lock().buffers().iter().map(|buffer| buffer.1).sum();
        let panes = (PANES as usize + 2) * std::mem::size_of::<Pane>();
        let all = std::mem::size_of::<Recent>() + recent.live.chunk_bytes() + panes + packed;
        assert!(expected.contains(&(all / 1_000)), "{all} bytes at {rate}");
    }
}

#[test]
fn a_summary_that_was_never_observed_is_small() {
    assert!(std::mem::size_of::<Summary>() <= 40);
    let summary = summary(600_000, &QUANTILES);
    let _ = summary.answers(5);
    assert!(summary.recent.get().is_none());
}

/// So many observations make a summary hot.
const HOT: u64 = if cfg!(miri) { 500 } else { 60_000 };

/// Recorders look at the clock rarely, but what they count belongs to the present.
#[test]
fn a_summary_that_was_hot_and_is_slow_now_keeps_its_window() {
    let summary = summary(1_600, &[0.5]);
    (0..HOT).for_each(|_| summary.observe_at(1.0, || 0));
    assert!(summary.recorders.is_hot());
    // Long after the pane has ended, and too few for the thread to look at the clock.
    assert!(summary.quantile_at(0.5, 9_000).is_nan());
    (0..10).for_each(|_| summary.observe_at(5.0, || 10_000));
    assert_eq!(summary.quantile_at(0.5, 10_000), 5.0);
    // And a slow thread looks each time.
    for now in (20_000..60_000).step_by(100) {
        summary.observe_at((now / 100) as f64, || now);
        let (least, greatest) = (summary.quantile_at(0.0, now), summary.quantile_at(1.0, now));
        assert_eq!(greatest, (now / 100) as f64);
        assert!(now < 22_000 || least >= greatest - 18.0, "{least} to {greatest}");
    }
}

/// Nobody reads in between, so up to sixty-three observations pass for old ones.
#[test]
fn a_hot_summary_that_nobody_reads_turns_within_sixty_four_observations() {
    let summary = summary(1_600, &[0.5]);
    (0..HOT).for_each(|_| summary.observe_at(1.0, || 0));
    (0..70).for_each(|_| summary.observe_at(5.0, || 10_000));
    assert_eq!(summary.quantile_at(0.5, 10_000), 5.0);
    assert_eq!(summary.count(), HOT + 70);
}

#[test]
fn a_hot_summary_is_exact_and_right() {
    let summary = summary(600_000, &[0.5]);
    for n in 0..HOT * 4 {
        summary.observe_at((n % 1_000 + 1) as f64, || n / 1_000);
        summary.observe_at(-1.0, || n / 1_000);
    }
    assert!(summary.recorders.is_hot());
    let totals = summary.snapshot_at(HOT * 4 / 1_000, &mut Scratch::default());
    assert_eq!(totals.count, HOT * 8);
    assert_eq!(totals.sum, (0..HOT * 4).map(|n| (n % 1_000) as f64).sum());
    for (quantile, exact) in [(0.25, -1.0), (0.75, 500.0), (0.995, 990.0)] {
        let answer = summary.quantile_at(quantile, HOT * 4 / 1_000);
        assert!((answer - exact).abs() <= 0.002_708 * exact.abs() + 1.0, "{quantile}: {answer}");
    }
}
