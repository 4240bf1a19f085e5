//! OpenMetrics 2.0 of hostile registries: the strict parser takes the page, and reads what was put in.

use super::hostile::{expected_of_types, spec, underscored, Kind};
use super::open_metrics::found;
use crate::support::{bytes_in, open_metrics2};
use nunchi::testing::Family;
use nunchi::{Encoder, Format, Registry};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The type as the format calls it.
fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Info => "info",
        Kind::StateSet => "stateset",
        kind => super::open_metrics::words(kind).0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 192 } else { 4096 }))]

    #[test]
    fn whatever_is_accepted_reads_back_from_open_metrics_2(
        specs in prop::collection::vec(spec(), 0..8),
        capacity in 0..600_usize,
    ) {
        let registry = Registry::new();
        let mut families = BTreeMap::new();
        for spec in &specs {
            let accepted = spec.is_of_the_standard().then(|| spec.register(&registry)).flatten();
            if let Some(fixed) = accepted.filter(|fixed| !fixed.points.is_empty()) {
                families.insert(underscored(&spec.name, true), (spec, fixed));
            }
        }
        let (text, page) = open_metrics2(&registry);
        let names: Vec<_> = page.families().iter().map(Family::name).collect();
        prop_assert_eq!(names, families.keys().collect::<Vec<_>>());
        for (family, (name, (spec, fixed))) in page.families().iter().zip(&families) {
            prop_assert_eq!(family.metric_type(), word(spec.kind));
            prop_assert_eq!(family.help(), spec.help.trim_end_matches('\r'));
            let mut wanted = expected_of_types(spec, fixed, underscored);
            // All but quantiles that are negative.
            let is_low = |bits: &String| {
                u64::from_str_radix(bits, 16).is_ok_and(|bits| f64::from_bits(bits) < 0.0)
            };
            wanted.retain(|(sample, _), value| {
                spec.kind != Kind::Summary || sample != name || !is_low(value)
            });
            prop_assert_eq!(found(family, &wanted), wanted, "{}", text);
        }

        let mut encoder = Encoder::new(&registry, Format::OpenMetrics2);
        let mut parts = Vec::new();
        loop {
            let mut chunk = Vec::with_capacity(capacity);
            let more = encoder.next_chunk(&mut chunk);
            parts.extend_from_slice(&chunk);
            if !more {
                break;
            }
        }
        prop_assert_eq!(parts, bytes_in(Format::OpenMetrics2, &registry));
    }
}

/// What a page says of a family but for its type and unit.
#[cfg(feature = "protobuf")]
fn lines(family: &Family) -> Vec<String> {
    family.samples().iter().map(ToString::to_string).collect()
}

#[cfg(feature = "protobuf")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 256 } else { 4096 }))]

    /// What was observed is the same as in protobuf, with classic buckets beside or without.
    #[test]
    fn p8_native_histograms_read_back_as_from_protobuf(
        schema in -4..=8_i32,
        threshold in prop::sample::select(vec![0.0, 1e-3, 2_f64.powi(-128)]),
        is_classic: bool,
        values in prop::collection::vec(
            prop_oneof![
                4 => -8.0..8.0,
                2 => any::<f64>(),
                1 => prop::sample::select(vec![0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
            ],
            0..60,
        ),
    ) {
        let registry = Registry::new();
        let histogram = registry.native_histogram("a", "A.").schema(schema);
        let histogram = histogram.zero_threshold(threshold).max_buckets(0);
        let histogram = if is_classic { histogram.classic_buckets([-1.0, 1.0]) } else { histogram };
        let histogram = histogram.register().expect("valid");
        values.iter().for_each(|value| histogram.observe(*value));
        let (text, page) = open_metrics2(&registry);
        let other = crate::support::protobuf(&registry).1;
        let own = page.distribution("a", &[]).expect("it is there");
        let like = other.distribution("a", &[]).expect("it is there");
        prop_assert_eq!(own.native(), like.native(), "{}", text);
        prop_assert!(own.native().is_some());
        prop_assert_eq!((own.count(), own.at_most(1.0)), (like.count(), like.at_most(1.0)));
        let bits = |sum: Option<f64>| sum.map(|sum| if sum.is_nan() { 0 } else { sum.to_bits() });
        prop_assert_eq!(bits(own.sum()), bits(like.sum()));
        prop_assert_eq!(text.contains("bucket:["), is_classic);
        // Sums are spelt in another way: the buckets are compared.
        let buckets = |family: &Family| lines(family).into_iter().filter(|line| line.contains("le="));
        let found: Vec<_> = page.family("a").into_iter().flat_map(buckets).collect();
        let wanted: Vec<_> = other.family("a").into_iter().flat_map(buckets).collect();
        prop_assert_eq!(found, wanted);
    }
}
