//! Random programs: a registry and its model are told the same and must show the same page.

use super::model::{Ask, Error, Kind, Model, Place};
use crate::support::{page, Fixed, Value};
use nunchi::model::{Descriptor, Number};
use nunchi::{
    Counter, DynamicLabels, Encoder, Family, Format, Gauge, Histogram, Registry, Summary,
};
use proptest::prelude::*;
use proptest::sample::select;

#[derive(Clone, Debug)]
enum Step {
    Ask(Ask),
    /// Which family of those at hand, label values, amount in quarters.
    Update(usize, [&'static str; 2], i64),
    Encode,
    /// Encode in chunks of this capacity, updating nothing meanwhile.
    Chunks(usize),
}

fn ask() -> impl Strategy<Value = Ask> {
    let kinds = vec![
        Kind::Counter,
        Kind::Counter,
        Kind::Gauge,
        Kind::IntGauge,
        Kind::Histogram,
        Kind::Summary,
        Kind::Collected,
    ];
    let names =
        vec!["a", "a_total", "a_count", "b", "b_total", "p_a", "c_seconds", "c_seconds_sum"];
    let labels: Vec<&'static [&'static str]> = vec![&[], &[], &["x"], &["x"], &["x", "y"]];
    let scopes = vec![("", None), ("", None), ("p_", None), ("p_", Some("1")), ("p_", Some("2"))];
    let buckets: Vec<Option<&'static [f64]>> = vec![None, Some(&[1.0, 2.5]), Some(&[0.5])];
    let helps = vec!["One.", "One.", "One.", "Two."];
    let parts = (
        select(kinds),
        select(names),
        select(helps),
        select(labels),
        select(scopes),
        select(buckets),
    );
    parts.prop_map(|(kind, name, help, labels, scope, buckets)| {
        // Counters mostly have names that counters may have.
        let name = match (kind, name) {
            (Kind::Counter, "a") => "a_total",
            (Kind::Counter, "b") => "b_total",
            (_, name) => name,
        };
        let buckets = buckets.filter(|_| kind == Kind::Histogram);
        Ask { kind, name, help, labels, scope, buckets }
    })
}

fn step() -> impl Strategy<Value = Step> {
    let value = select(vec!["", "1", "2", "\"", "\n", "\\n"]);
    prop_oneof![
        4 => ask().prop_map(Step::Ask),
        6 => (any::<prop::sample::Index>(), [value.clone(), value], -40_i64..200)
            .prop_map(|(at, labels, amount)| Step::Update(at.index(1 << 16), labels, amount)),
        1 => Just(Step::Encode),
        1 => (0_usize..600).prop_map(Step::Chunks),
    ]
}

/// A family at hand.
enum Handle {
    Counter(Family<Counter, DynamicLabels>),
    Gauge(Family<Gauge, DynamicLabels>),
    IntGauge(Family<Gauge<i64>, DynamicLabels>),
    Histogram(Family<Histogram, DynamicLabels>),
    Summary(Family<Summary, DynamicLabels>),
    Collected,
}

fn real_ask(registry: &Registry, ask: &Ask) -> Result<Handle, nunchi::RegisterError> {
    let scope = registry.scope(ask.scope.0, ask.scope.1.map(|shard| ("shard", shard)))?;
    let labels = ask.labels.iter().copied();
    Ok(match ask.kind {
        Kind::Counter => Handle::Counter(scope.counter(ask.name, ask.help).labels(labels)?),
        Kind::Gauge => Handle::Gauge(scope.gauge(ask.name, ask.help).labels(labels)?),
        Kind::IntGauge => Handle::IntGauge(scope.int_gauge(ask.name, ask.help).labels(labels)?),
        Kind::Histogram => {
            let mut builder = scope.histogram(ask.name, ask.help);
            if let Some(buckets) = ask.buckets {
                builder = builder.buckets(buckets.to_vec());
            }
            Handle::Histogram(builder.labels(labels)?)
        }
        Kind::Summary => Handle::Summary(scope.summary(ask.name, ask.help).labels(labels)?),
        Kind::Collected => {
            let gauge = Descriptor::gauge(ask.name, ask.help)?.with_labels(labels)?;
            let mut fixed = Fixed::one(gauge, Value::Number(Number::U64(1)));
            if !ask.labels.is_empty() {
                fixed.points.clear();
            }
            scope.register(fixed)?;
            Handle::Collected
        }
    })
}

fn real_update(handle: &Handle, labels: &[&str], quarters: i64) -> Result<(), nunchi::NameError> {
    let amount = quarters as f64 / 4.0;
    match handle {
        Handle::Counter(family) => family.with_values(labels)?.inc_by(amount),
        Handle::Gauge(family) => family.with_values(labels)?.set(amount),
        Handle::IntGauge(family) => family.with_values(labels)?.set(quarters / 4),
        Handle::Histogram(family) => family.with_values(labels)?.observe(amount),
        Handle::Summary(family) => family.with_values(labels)?.observe(amount),
        Handle::Collected => {}
    }
    Ok(())
}

fn chunked(registry: &Registry, capacity: usize) -> String {
    let mut encoder = Encoder::new(registry, Format::Text);
    let mut page = Vec::new();
    loop {
        let mut chunk = Vec::with_capacity(capacity);
        let more = encoder.next_chunk(&mut chunk);
        page.append(&mut chunk);
        if !more {
            return String::from_utf8(page).expect("a page is text");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 256 } else { 8192 }))]

    #[test]
    fn a_registry_is_its_model(steps in prop::collection::vec(step(), 1..60)) {
        let (registry, mut model) = (Registry::new(), Model::default());
        let mut handles: Vec<(Ask, Handle, Place)> = Vec::new();
        for step in steps {
            match step {
                Step::Ask(ask) => match (real_ask(&registry, &ask), model.ask(&ask)) {
                    (Ok(handle), Ok(place)) => handles.push((ask, handle, place)),
                    (Err(error), Err(right)) => {
                        prop_assert!(right.contains(&Error::from(error.kind())),
                            "{:?}: {} instead of {:?}", ask, error, right);
                        prop_assert!(!error.family().is_empty());
                    }
                    (real, model) => prop_assert!(false, "{:?}: {:?} but the model says {:?}",
                        ask, real.map(|_| "registered"), model),
                },
                Step::Update(at, labels, quarters) if !handles.is_empty() => {
                    let (ask, handle, place) = &handles[at % handles.len()];
                    let labels = &labels[..ask.labels.len()];
                    prop_assert!(real_update(handle, labels, quarters).is_ok());
                    if ask.kind != Kind::Collected {
                        model.update(place, labels, quarters);
                    }
                }
                Step::Update(..) => {}
                Step::Encode => prop_assert_eq!(page(&registry), model.page()),
                Step::Chunks(capacity) => {
                    prop_assert_eq!(chunked(&registry, capacity), model.page());
                }
            }
        }
        prop_assert_eq!(page(&registry), model.page());
    }
}
