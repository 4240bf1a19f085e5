//! Real Prometheus servers store native histograms, and answer what their observations say.

use crate::child::poll;
use crate::protobuf::serve;
use crate::server::{installed, Prometheus};
use crate::{has_no_complaint, say, PATIENCE};
use nunchi::{Buckets, Exemplar, NativeHistogram, Registry, Series};
use std::sync::Arc;

const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.9, 0.99];

#[test]
fn every_prometheus_stores_native_histograms() {
    let versions = installed();
    if versions.is_empty() {
        say("SKIP every_prometheus_stores_native_histograms: no prometheus found");
        return;
    }
    let registry = Arc::new(Registry::new());
    let values: Vec<f64> = (1..=1000).map(|n| f64::from(n * n % 997).sqrt() / 7.0 + 0.01).collect();
    let fine = registry.native_histogram("n_fine_seconds", "Fine.").schema(5).register();
    let both =
        registry.native_histogram("n_both_seconds", "Both.").classic_buckets(Buckets::default());
    let signs = registry.native_histogram("n_signs", "Of both signs.").register().expect("valid");
    let coarse = registry.native_histogram("n_coarse", "Few.").max_buckets(4).register();
    let empty = registry.native_histogram("n_empty", "Empty.").register().expect("valid");
    let (fine, both) = (fine.expect("valid"), both.register().expect("valid"));
    let coarse = coarse.expect("valid");
    for &value in &values {
        let all: [&Series<NativeHistogram>; 3] = [&fine, &both, &coarse];
        all.into_iter().for_each(|histogram| histogram.observe(value));
        signs.observe(value - 2.0);
    }
    let traced = registry.native_histogram("n_traced", "Traced.").register().expect("valid");
    let traced_both = registry.native_histogram("n_traced_both", "Both.").classic_buckets([1.0]);
    let traced_both = traced_both.register().expect("valid");
    for (number, value) in TRACED.iter().enumerate() {
        traced.observe_with_exemplar(*value, Exemplar::trace(7, number as u64));
        traced_both.observe_with_exemplar(*value, Exemplar::trace(8, number as u64));
    }
    traced.observe_with_exemplar(1e6, Exemplar::new(&[("id", "timeless")]).without_time());
    [0.0, -0.0, f64::INFINITY].iter().for_each(|value| signs.observe(*value));

    let (target, answers) = serve(Arc::clone(&registry), None).expect("a server");
    let jobs = [("native", target)];
    let start = versions.iter().map(|one| one.start_for_native(&jobs));
    let servers: Vec<_> = start.map(|server| server.expect("Prometheus starts")).collect();
    for server in &servers {
        poll(&format!("{} stores native histograms", server.version), PATIENCE, || {
            server.query("histogram_count(n_fine_seconds)")
        });
        let asked = |expression: &str| {
            server.query(expression).unwrap_or_else(|error| panic!("{}: {error}", server.version))
        };
        let same = |found: f64, wanted: f64, what: &str| {
            let is_same = found == wanted || ((found - wanted) / wanted).abs() < 1e-9;
            assert!(is_same, "{}: {what} is {found} and not {wanted}", server.version);
        };
        let sum: f64 = values.iter().sum();
        for (name, schema) in [("n_fine_seconds", 5), ("n_both_seconds", 3), ("n_coarse", -2)] {
            same(asked(&format!("histogram_count({name})")), 1000.0, name);
            same(asked(&format!("histogram_sum({name})")), sum, name);
            let buckets = buckets(&values, schema);
            for quantile in QUANTILES {
                let found = asked(&format!("histogram_quantile({quantile}, {name})"));
                let is_linear = server.version.starts_with("2.");
                let wanted = quantile_of(quantile, &buckets, is_linear);
                same(found, wanted, &format!("the {quantile}-quantile of {name}"));
            }
        }
        same(asked("histogram_count(n_signs)"), 1003.0, "n_signs");
        same(asked("histogram_sum(n_signs)"), f64::INFINITY, "n_signs");
        let below = values.iter().filter(|value| **value < 2.0).count() as f64;
        let fraction = asked("histogram_fraction(-Inf, -1e-9, n_signs)");
        assert!((fraction * 1003.0 - below).abs() < 1e-6, "{}: {fraction}", server.version);
        same(asked("histogram_count(n_empty)"), 0.0, "n_empty");
        // 2.42 knows none but of classic buckets, and takes one of a histogram.
        let wanted = if server.version.starts_with("2.42") {
            [Vec::new(), vec![TRACED[0]]]
        } else {
            [TRACED.to_vec(), vec![TRACED[0], TRACED[2]]]
        };
        for (name, wanted) in ["n_traced", "n_traced_both"].iter().zip(wanted) {
            let found = poll("exemplars are stored", PATIENCE, || {
                let found = exemplars(server, name)?;
                let is_there = found.len() >= wanted.len();
                is_there.then(|| found.clone()).ok_or_else(|| format!("{found:?} of {wanted:?}"))
            });
            assert_eq!(found, wanted, "{}: {name}", server.version);
        }
        has_no_complaint(server);
        say(&format!("Prometheus {} stores native histograms", server.version));
    }
    let answers = answers.lock().expect("nobody panics").clone();
    let wanted = nunchi::Format::Protobuf.content_type();
    assert_eq!(answers.iter().map(String::as_str).collect::<Vec<_>>(), [wanted]);
    drop(empty);
}

/// Of different powers of two. A classic bucket up to 1 has the first two, and shows the first.
const TRACED: [f64; 3] = [0.75, 1.0, 300.0];

/// The values of all exemplars of a series, ascending.
fn exemplars(server: &Prometheus, name: &str) -> Result<Vec<f64>, String> {
    let end = "9999999999";
    let asked = [("query", name), ("start", "0"), ("end", end)];
    let answer = server.api("query_exemplars", &asked)?;
    let mut found = Vec::new();
    for series in answer.as_array().into_iter().flatten() {
        for exemplar in series["exemplars"].as_array().into_iter().flatten() {
            let value = exemplar["value"].as_str().and_then(|value| value.parse::<f64>().ok());
            found.push(value.ok_or_else(|| exemplar.to_string())?);
        }
    }
    found.sort_by(f64::total_cmp);
    found.dedup();
    Ok(found)
}

/// Bounds and count of each bucket, ascending, of positive values none of which is near a bound.
fn buckets(values: &[f64], schema: i32) -> Vec<(f64, f64, f64)> {
    let growth = 2_f64.powi(-schema);
    let mut counts = std::collections::BTreeMap::<i32, f64>::new();
    for value in values {
        *counts.entry((value.log2() / growth).ceil() as i32).or_default() += 1.0;
    }
    let bound = |index: i32| (f64::from(index) * growth).exp2();
    counts.into_iter().map(|(index, count)| (bound(index - 1), bound(index), count)).collect()
}

/// The quantile between the bounds of its bucket: by the difference, or by the ratio.
fn quantile_of(quantile: f64, buckets: &[(f64, f64, f64)], is_linear: bool) -> f64 {
    let mut rank = quantile * buckets.iter().map(|bucket| bucket.2).sum::<f64>();
    for &(lower, upper, count) in buckets {
        if count >= rank {
            let share = rank / count;
            return if is_linear {
                lower + (upper - lower) * share
            } else {
                (lower.log2() + (upper.log2() - lower.log2()) * share).exp2()
            };
        }
        rank -= count;
    }
    f64::NAN
}
