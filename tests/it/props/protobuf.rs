//! Protobuf of hostile registries: the strict parser reads what was put in, and what is in the text.

use super::hostile::{expected_of_types, spec, spelling, underscored, Escape, Kind, Samples, Spec};
use crate::support::{bytes_in, page, protobuf, Fixed, Value};
use nunchi::model::Number;
use nunchi::testing::{parse_text, Family, Sample};
use nunchi::{Encoder, Format, Registry};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The type as the format calls it.
pub(super) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::GaugeHistogram => "gaugehistogram",
        Kind::Histogram | Kind::NegativeHistogram => "histogram",
        Kind::Summary => "summary",
        Kind::Unknown => "unknown",
        Kind::Gauge | Kind::IntGauge | Kind::Info | Kind::StateSet => "gauge",
    }
}

/// What was put in. Floats are all there is for numbers that are no counts.
pub(super) fn in_floats(spec: &Spec, fixed: &Fixed, escape: Escape) -> Samples {
    let mut points = fixed.points.clone();
    for (_, _, value) in &mut points {
        if let Value::Number(number) = value {
            *number = Number::F64(number.as_f64());
        }
    }
    expected_of_types(spec, &Fixed { families: fixed.families.clone(), points }, escape)
}

pub(super) fn found(family: &Family, like: &Samples) -> Samples {
    let sample = |sample: &Sample| {
        let labels = sample.labels().filter(|(_, value)| !value.is_empty());
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let key = (sample.name().to_owned(), labels.collect());
        let written = sample.written().to_owned();
        // Sixteen digits are the bits of a float, if they are not the number itself.
        let is_float = like.get(&key).is_some_and(|like| like.len() == 16 && *like != written);
        (key, if is_float { spelling(Number::F64(sample.value())) } else { written })
    };
    family.samples().iter().map(sample).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 192 } else { 4096 }))]

    #[test]
    fn whatever_is_accepted_reads_back_from_protobuf(
        specs in prop::collection::vec(spec(), 0..8),
        capacity in 0..600_usize,
    ) {
        let registry = Registry::new();
        let mut families = BTreeMap::new();
        for spec in &specs {
            if let Some(fixed) = spec.register(&registry).filter(|fixed| !fixed.points.is_empty()) {
                families.insert(underscored(&spec.name, true), (spec, fixed));
            }
        }
        let (bytes, parsed) = protobuf(&registry);
        let names: Vec<_> = parsed.families().iter().map(Family::name).collect();
        prop_assert_eq!(names, families.keys().collect::<Vec<_>>());
        for (family, (spec, fixed)) in parsed.families().iter().zip(families.values()) {
            prop_assert_eq!(family.metric_type(), word(spec.kind));
            prop_assert_eq!(family.help(), &spec.help);
            let wanted = in_floats(spec, fixed, underscored);
            prop_assert_eq!(found(family, &wanted), wanted);
        }
        prop_assert_eq!(&bytes, &bytes_in(Format::Protobuf, &registry));

        let mut encoder = Encoder::new(&registry, Format::Protobuf);
        let mut parts = Vec::new();
        loop {
            let mut chunk = Vec::with_capacity(capacity);
            let more = encoder.next_chunk(&mut chunk);
            parts.extend_from_slice(&chunk);
            if !more {
                break;
            }
        }
        prop_assert_eq!(parts, bytes);
    }

    /// The same through families in memory: the page is that of the text, sample by sample.
    #[test]
    fn families_in_memory_are_the_same_in_protobuf_and_text(
        rows in prop::collection::vec((nasty(), nasty(), any::<u32>()), 0..40),
        zone in nasty(),
    ) {
        let registry = Registry::new();
        let scope = registry.scope("s_", [("zone", zone.as_str())]).expect("valid");
        let counters = scope.counter("a_total", "A.").labels(["x", "y"]).expect("valid");
        let gauges = scope.gauge("b_seconds", "B.\n\\").labels(["x"]).expect("valid");
        let histograms = scope.histogram("c", "C.").buckets([-0.5, 1e3, 1e9]);
        let histograms = histograms.labels(["x", "y"]).expect("valid");
        let summaries = scope.summary("d", "D.").quantiles([0.5, 1.0]).labels(["y"]).expect("valid");
        let states = scope.state_set("e", "E.", ["up", "d\"n"]).labels(["x"]).expect("valid");
        for (x, y, amount) in rows {
            counters.with_values(&[&x, &y]).expect("two").inc_by(u64::from(amount));
            gauges.with_values(&[&x]).expect("one").set(f64::from_bits(u64::from(amount) << 32));
            histograms.with_values(&[&x, &y]).expect("two").observe(f64::from(amount));
            summaries.with_values(&[&y]).expect("one").observe(f64::from(amount) / 7.0);
            states.with_values(&[&x]).expect("one").set("up");
        }
        let parsed = protobuf(&registry).1;
        let text = page(&registry);
        let text = parse_text(text.as_bytes()).expect("a valid page");
        prop_assert_eq!(parsed.families().len(), text.families().len());
        for (family, other) in parsed.families().iter().zip(text.families()) {
            // Of some types the one also tells when they were made.
            prop_assert_eq!(lines(family), lines(other));
            let unit = if family.name() == "s_b_seconds" { "seconds" } else { "" };
            prop_assert_eq!((family.help(), family.unit()), (other.help(), unit));
            prop_assert_eq!(family.metric_type(), other.metric_type());
        }
    }
}

fn lines(family: &Family) -> Vec<String> {
    family.samples().iter().map(ToString::to_string).collect()
}

/// A label value with escapes, of lengths that take one byte and two.
fn nasty() -> impl Strategy<Value = String> {
    let parts = ["\"", "\\", "\n", "\\n", "\0", ",", "=", "돌", "a", "0123456789abcdef"];
    let parts = prop::collection::vec(prop::sample::select(parts.to_vec()), 0..12);
    prop_oneof![3 => parts.prop_map(|parts| parts.concat()), 1 => any::<String>()]
}
