//! OpenMetrics of hostile registries: the strict parser takes the page, and reads what was put in.

use super::hostile::{expected_of_types, spec, spelling, underscored, Escape, Kind, Samples, Spec};
use crate::support::{open_metrics, Fixed};
use nunchi::model::Number;
use nunchi::testing::{Family, Sample};
use nunchi::Registry;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The type as the format calls it, and what the names of samples have beyond that of the family.
pub(super) fn words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Counter => ("counter", "_total"),
        Kind::Gauge | Kind::IntGauge => ("gauge", ""),
        Kind::GaugeHistogram => ("gaugehistogram", ""),
        Kind::Histogram | Kind::NegativeHistogram => ("histogram", ""),
        Kind::Info => ("info", "_info"),
        Kind::Summary => ("summary", ""),
        Kind::StateSet => ("stateset", ""),
        Kind::Unknown => ("unknown", ""),
    }
}

/// What the format lets a family show of what it has.
pub(super) fn allowed(spec: &Spec, fixed: &Fixed, escape: Escape) -> Samples {
    let mut samples = expected_of_types(spec, fixed, escape);
    let name = escape(&spec.name, true);
    let number = |text: &String| match text.len() {
        16 => u64::from_str_radix(text, 16).map(f64::from_bits).unwrap_or(f64::NAN),
        _ => text.parse().unwrap_or(f64::NAN),
    };
    let is_low = |text: &String| number(text) < 0.0;
    let sums: BTreeMap<_, _> = samples
        .iter()
        .filter(|((sample, _), _)| matches!(sample.strip_prefix(&name), Some("_sum" | "_gsum")))
        .map(|((_, labels), sum)| (labels.clone(), is_low(sum) || number(sum).is_nan()))
        .collect();
    let is_bad_sum = |labels: &Vec<(String, String)>| sums.get(labels).copied().unwrap_or(false);
    samples.retain(|(sample, labels), value| match (spec.kind, sample.strip_prefix(&name)) {
        (Kind::NegativeHistogram, Some("_sum" | "_count")) => false,
        (Kind::Histogram, Some("_sum" | "_count")) => !is_bad_sum(labels),
        (Kind::GaugeHistogram, Some("_gsum" | "_gcount")) => !is_bad_sum(labels),
        (Kind::Summary, Some("_sum")) => !is_bad_sum(labels),
        (Kind::Summary, Some("")) => !is_low(value),
        _ => true,
    });
    samples
}

pub(super) fn found(family: &Family, like: &Samples) -> Samples {
    let sample = |sample: &Sample| {
        let labels = sample.labels().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let key = (sample.name().to_owned(), labels.collect());
        let written = sample.written().to_owned();
        let is_float = written.contains(['.', 'e', 'f']);
        let wanted = like.get(&key).filter(|wanted| is_float && wanted.len() == 16);
        let value = wanted.map_or(written, |_| spelling(Number::F64(sample.value())));
        (key, value)
    };
    family.samples().iter().map(sample).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 192 } else { 4096 }))]

    #[test]
    fn whatever_is_accepted_reads_back_from_open_metrics(
        specs in prop::collection::vec(spec(), 0..8),
    ) {
        let registry = Registry::new();
        let mut families = BTreeMap::new();
        for spec in &specs {
            let accepted = spec.is_of_the_standard().then(|| spec.register(&registry)).flatten();
            if let Some(fixed) = accepted.filter(|fixed| !fixed.points.is_empty()) {
                families.insert(underscored(&spec.name, true), (spec, fixed));
            }
        }
        let (text, page) = open_metrics(&registry);
        prop_assert_eq!(page.families().len(), families.len(), "{}", text);
        for (family, (name, (spec, fixed))) in page.families().iter().zip(&families) {
            let (word, suffix) = words(spec.kind);
            prop_assert_eq!(family.metric_type(), word);
            prop_assert_eq!(&format!("{}{suffix}", family.name()), name);
            prop_assert_eq!(family.help(), spec.help.trim_end_matches('\r'));
            let wanted = allowed(spec, fixed, underscored);
            prop_assert_eq!(found(family, &wanted), wanted, "{}", text);
        }
        prop_assert_eq!(text, open_metrics(&registry).0);
    }
}
