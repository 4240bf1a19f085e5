use super::*;
use crate::metric::Counter;

fn counters(labels: &[&'static str], max_series: usize) -> Arc<FamilyCore<Counter>> {
    let descriptor = Descriptor::counter("a_total", "Help.").unwrap();
    let descriptor = descriptor.with_labels(labels.iter().copied()).unwrap();
    FamilyCore::new(descriptor, max_series)
}

#[test]
fn values_are_compared_in_full_and_apart() {
    let family = counters(&["x", "y"], 100);
    family.with_values(&["ab", "c"]).inc();
    assert_eq!(family.with_values(&["a", "bc"]).get(), 0.0);
    assert_eq!(family.with_values(&["ab", "c"]).get(), 1.0);
}

#[test]
fn n8_an_empty_value_is_an_absent_label_and_one_series() {
    let family = counters(&["x", "y"], 100);
    family.with_values(&["", "a"]).inc();
    family.with_values(&["a", ""]).inc();
    assert_eq!((family.with_values(&["", "a"]).get(), family.len()), (1.0, 2));
}

#[test]
fn a20_a_family_without_labels_has_its_series_from_the_start() {
    assert_eq!((counters(&[], 0).len(), counters(&["x"], 0).len()), (1, 0));
}

#[test]
fn a_full_family_folds_into_one_series_and_counts() {
    let family = counters(&["x"], 2);
    for value in ["a", "b", "c", "d", "c"] {
        family.with_values(&[value]).inc();
    }
    assert_eq!((family.len(), family.folded()), (3, 3));
    assert_eq!(family.with_values(&[OVERFLOW]).get(), 3.0);
    assert_eq!(family.with_values(&["b"]).get(), 1.0);
}

#[test]
#[cfg_attr(miri, ignore = "interpreting 17 MB of text takes minutes")]
fn a_value_beyond_all_reason_is_folded() {
    let family = counters(&["x"], 10);
    family.with_values(&[&"x".repeat(MAX_VALUE_BYTES + 1)]).inc();
    family.with_values(&[&"x".repeat(1 << 20)]).inc();
    assert_eq!((family.folded(), family.with_values(&[OVERFLOW]).get(), family.len()), (1, 1.0, 2));
}

#[test]
fn a_handle_keeps_its_family_alive() {
    let family: Family<Counter> = Family::shared(counters(&[], 1));
    let series = family.series(&());
    drop(family);
    series.inc();
    assert_eq!(series.get(), 1.0);
}

#[test]
fn labels_that_contradict_their_names_are_folded() {
    struct Wrong;
    impl Labels for Wrong {
        type Borrowed<'b> = Wrong;
        const NAMES: &'static [&'static str] = &["x"];
        fn with_values<R>(&self, f: impl FnOnce(&[&str]) -> R) -> R {
            f(&["a", "b"])
        }
    }
    let core = counters(&["x"], 10);
    let family: Family<Counter, Wrong> = Family::shared(Arc::clone(&core));
    family.with(&Wrong).inc();
    assert_eq!((core.folded(), core.with_values(&[OVERFLOW]).get()), (1, 1.0));
}

#[test]
fn a_detached_family_has_one_series_for_all() {
    let core = FamilyCore::<Counter>::detached();
    core.with_values(&["a"]).inc();
    core.with_values(&["b", "c"]).inc();
    assert_eq!((core.len(), core.with_values(&[]).get()), (1, 2.0));
}
