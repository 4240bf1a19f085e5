//! The error bound, on the streams that other implementations fail.

use super::naive::{exact, Naive};
use super::*;

const QUANTILES: [f64; 7] = [0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 0.999_9];

const STREAM: usize = if cfg!(debug_assertions) { 30_000 } else { 1_000_000 };

/// Observes a stream at one moment, checks every quantile and returns the worst error.
fn worst(stream: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = stream.into_iter().collect();
    let summary = summary(600_000, &QUANTILES);
    values.iter().for_each(|&value| summary.put(value, 7));
    let exact = exact(&mut values, &QUANTILES);
    let errors = summary.answers(8).into_iter().zip(exact).map(|(answer, exact)| {
        assert!(error(answer, exact) <= ALPHA, "{answer} instead of {exact}");
        error(answer, exact)
    });
    errors.fold(0.0, f64::max)
}

fn generate(mut next: impl FnMut(&mut Random) -> f64) -> Vec<f64> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    (0..STREAM).map(|_| next(&mut random)).collect()
}

fn lognormal(mean: f64, deviation: f64) -> Vec<f64> {
    generate(|random| (mean + deviation * random.normal()).exp())
}

#[test]
fn lognormal_streams() {
    worst(lognormal(-5.0, 1.0));
    worst(lognormal(-5.0, 2.5));
    worst(lognormal(-5.0, 1.0).into_iter().map(|value| -value));
}

#[test]
fn heavy_tail() {
    worst(generate(|random| random.uniform().powf(-1.0 / 1.1)));
}

#[test]
fn two_modes() {
    worst(generate(|random| {
        let centre = if random.uniform() < 0.5 { 0.001 } else { 0.25 };
        centre * (1.0 + 0.05 * random.normal())
    }));
}

#[test]
fn sorted_streams() {
    let mut ascending = lognormal(-5.0, 1.0);
    ascending.sort_by(f64::total_cmp);
    worst(ascending.iter().copied());
    worst(ascending.into_iter().rev());
}

#[test]
fn values_at_the_edges_of_buckets() {
    let reached = worst(generate(|random| {
        let bound = crate::model::SCHEMA_7.bound((random.uniform() * 2_560.0) as i32 - 1_280);
        f64::from_bits(bound.to_bits() + u64::from(random.uniform() < 0.5))
    }));
    assert!(reached > 0.9 * ALPHA, "the stream is not adversarial: {reached}");
}

#[test]
fn constant_streams_are_answered_exactly() {
    for value in [0.1, -3.7, 1e-30, -1e-300, 1e300, 42.0, 0.0] {
        let summary = summary(60_000, &QUANTILES);
        (0..100_000).step_by(500).for_each(|now| summary.put(value, now));
        assert_eq!(summary.answers(100_000), [value; QUANTILES.len()]);
    }
}

#[test]
fn one_outlier_does_not_move_the_rest() {
    let summary = summary(600_000, &[0.0, 0.5, 0.9, 0.99, 1.0]);
    (0..1_000).for_each(|_| summary.put(0.001, 5));
    summary.put(10.0, 5);
    let [least, middle @ .., greatest] = &summary.answers(6)[..] else { panic!("no answers") };
    assert!(middle.iter().all(|&answer| error(answer, 0.001) <= ALPHA), "{middle:?}");
    assert_eq!((*least, *greatest), (0.001, 10.0));
}

/// Load that swells and falls by a factor of three in four minutes, seen through one minute. A
/// window that jumps by whole panes is several percent off here, whatever its sketch.
#[test]
fn the_window_follows_drifting_load() {
    const SECONDS: u64 = if cfg!(debug_assertions) { 150 } else { 1_200 };
    let quantiles = [0.5, 0.99];
    let (summary, mut naive) = (summary(60_000, &quantiles), Naive::new(60_000));
    let mut random = Random(42);
    let (mut errors, mut queries) = ([0.0; 2], 0.0);
    let mut query = 70_000;
    for tick in 0..SECONDS * 2_000 {
        let now = tick / 2;
        let phase = std::f64::consts::TAU * now as f64 / 240_000.0;
        let value = (-5.0 + random.normal() + 3_f64.ln() * phase.sin()).exp();
        summary.put(value, now);
        naive.put(value, now);
        if now >= query {
            let exact = naive.exact(&quantiles, now);
            for (sum, (answer, exact)) in
                errors.iter_mut().zip(summary.answers(now).into_iter().zip(exact))
            {
                *sum += error(answer, exact);
            }
            naive.forget(now);
            queries += 1.0;
            query += 5_300;
        }
    }
    let means = errors.map(|sum| sum / queries);
    assert!(means.iter().all(|&mean| mean <= 0.003), "mean errors {means:?}");
}
