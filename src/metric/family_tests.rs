use super::*;
use crate::metric::Counter;
use crate::model::Shape;
use proptest::prelude::*;
use std::ptr::NonNull;

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

/// Label values whose hashes are those of any others.
#[derive(Clone, Copy)]
struct Colliding<'a>(Labelled<'a>);

impl Key for Colliding<'_> {
    fn hash(self, _: u64) -> u32 {
        7
    }

    fn is(self, column: usize, text: Text<'_>) -> bool {
        self.0.key().is(column, text)
    }
}

impl NewKey for Colliding<'_> {
    type Key = Self;

    fn key(self) -> Self {
        self
    }

    fn hash_of(self, _: usize, _: u64) -> u32 {
        7
    }

    fn is_of(self, column: usize, piece: &str) -> bool {
        self.0.is_of(column, piece)
    }

    fn write(self, column: usize, draft: &mut String) -> bool {
        self.0.write(column, draft)
    }
}

/// Whether the piece of one value answers for another where their hashes are the same.
fn stands_for(stored: &str, value: &str) -> bool {
    let (table, names) = (Table::new(1, 0), ["path".to_owned()]);
    let key = Colliding(Labelled { names: &names, values: &[stored] });
    let missed = table.find(key).unwrap_err();
    table.insert(key, missed, 1, || ()).unwrap();
    table.find(Colliding(Labelled { names: &names, values: &[value] })).is_ok()
}

#[test]
fn a_value_of_two_labels_has_two_pieces_whatever_their_hashes() {
    let names = ["a", "b", "ab"].map(str::to_owned);
    let table = Table::new(3, 0);
    for values in [["x", "x", "x"], ["y", "x", "\n"], ["\n", "y", "x"], ["", "\n", "y"]] {
        let key = Colliding(Labelled { names: &names, values: &values });
        let missed = table.find(key).unwrap_err();
        table.insert(key, missed, 9, || ()).unwrap();
    }
    let mut pieces = Vec::new();
    table.visit(0, |columns, ()| {
        pieces.push(columns.texts().collect::<String>());
        true
    });
    let expected = [
        r#",a="x",b="x",ab="x""#,
        r#",a="y",b="x",ab="\n""#,
        r#",a="\n",b="y",ab="x""#,
        r#",b="\n",ab="y""#,
    ];
    assert_eq!(pieces, expected);
}

#[test]
fn a_piece_of_nothing_stands_for_nothing() {
    assert!(stands_for("", ""));
    assert!(!stands_for("", "a") && !stands_for("a", "") && !stands_for("ab", "b"));
    assert!(!stands_for("b", "path=\"b") && !stands_for("a\nb", "a\\nb"));
}

proptest! {
    #[test]
    fn a_piece_stands_for_its_value_only(
        left in r#"[ab\\"n\n]{0,12}"#,
        right in r#"[ab\\"n\n]{0,12}"#,
    ) {
        prop_assert!(stands_for(&left, &left));
        prop_assert_eq!(stands_for(&left, &right), left == right);
    }

    #[test]
    fn a_value_that_differs_anywhere_is_another(value in "[a-d]{1,50}", at in 0..50_usize) {
        let mut other = value.clone().into_bytes();
        let at = at % other.len();
        other[at] += 4;
        let other = String::from_utf8(other).unwrap();
        prop_assert!(stands_for(&value, &value));
        prop_assert!(!stands_for(&value, &other) && !stands_for(&other, &value));
        prop_assert!(!stands_for(&value, &value[at + 1..]) && !stands_for(&value[at + 1..], &value));
    }
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
    let core = FamilyCore::<Counter>::new(Descriptor::detached(Counter::TYPE, Shape::Plain), 10);
    core.with_values(&["a"]).inc();
    core.with_values(&["b", "c"]).inc();
    assert_eq!((core.len(), core.with_values(&[]).get()), (1, 2.0));
}

/// A label set that says of itself what the test wants, true or not.
struct Claims<const CARDINALITY: usize> {
    position: usize,
    values: &'static [&'static str],
}

impl<const CARDINALITY: usize> Labels for Claims<CARDINALITY> {
    type Borrowed<'b> = Self;
    const NAMES: &'static [&'static str] = &["x"];
    const CARDINALITY: usize = CARDINALITY;

    fn with_values<R>(&self, f: impl FnOnce(&[&str]) -> R) -> R {
        f(self.values)
    }

    fn position(&self) -> usize {
        self.position
    }

    fn with_values_at<R>(position: usize, f: impl FnOnce(&[&str]) -> R) -> Option<R> {
        (position < 50).then(|| f(&[&position.to_string()]))
    }
}

/// Looks up what claims to be at a position and has a value, and says where it was found.
fn found_at<'f, const N: usize>(
    family: &'f Family<Counter, Claims<N>>,
    position: usize,
    values: &'static [&'static str],
) -> &'f Counter {
    family.with(&Claims { position, values })
}

#[test]
fn a_position_leads_to_the_series_that_its_values_have() {
    let core = counters(&["x"], 10);
    let family = Family::<_, Claims<3>>::typed(Arc::clone(&core));
    for (position, values) in [(1, &["b"]), (0, &["a"]), (1, &["b"])] {
        let series = found_at(&family, position, values);
        assert!(std::ptr::eq(series, core.with_values(values)));
    }
    assert_eq!((core.len(), family.core.get(2).is_none()), (2, true));
}

#[test]
fn labels_that_lie_about_their_position_get_a_series_all_the_same() {
    let core = counters(&["x"], 3);
    let family = Family::<_, Claims<2>>::typed(Arc::clone(&core));
    for position in [2, 3, 4096, usize::MAX] {
        assert!(std::ptr::eq(found_at(&family, position, &["a"]), core.with_values(&["a"])));
    }
    found_at(&family, 0, &["a"]).inc();
    found_at(&family, 0, &["b"]).inc();
    assert_eq!((core.with_values(&["a"]).get(), core.len()), (2.0, 1));
    for _ in 0..2 {
        found_at(&family, 1, &["a", "b"]).inc(); // One value too many, folded each time.
    }
    assert_eq!((core.folded(), core.with_values(&[OVERFLOW]).get()), (2, 2.0));
}

#[test]
fn what_was_folded_is_counted_at_every_lookup_and_never_remembered() {
    let core = counters(&["x"], 1);
    let family = Family::<_, Claims<3>>::typed(Arc::clone(&core));
    found_at(&family, 0, &["a"]);
    for _ in 0..3 {
        found_at(&family, 1, &["b"]).inc();
    }
    assert_eq!((core.folded(), core.len(), family.core.get(1).is_none()), (3, 2, true));
    assert_eq!(core.with_values(&[OVERFLOW]).get(), 3.0);
    // Who has the values of the overflow series by right is not folded.
    assert!(std::ptr::eq(found_at(&family, 2, &[OVERFLOW]), core.with_values(&[OVERFLOW])));
    assert_eq!((core.folded(), family.core.get(2).is_some()), (3, true));
}

#[test]
fn large_and_endless_sets_are_looked_up_by_hash() {
    fn is_hashed<const N: usize>() -> bool {
        let family = Family::<_, Claims<N>>::typed(counters(&["x"], 10));
        found_at(&family, 0, &["a"]);
        family.core.get(0).is_none()
    }
    assert!(is_hashed::<0>() && is_hashed::<4097>() && is_hashed::<{ usize::MAX }>());
    assert!(!is_hashed::<1>() && !is_hashed::<4096>());
}

#[test]
fn all_series_are_those_there_is_room_for() {
    let core = counters(&["x"], 4);
    Family::<_, Claims<3>>::typed(Arc::clone(&core)).init_all();
    assert_eq!((core.len(), core.folded()), (3, 0));
    let more = Family::<_, Claims<{ usize::MAX }>>::typed(Arc::clone(&core));
    more.init_all();
    assert_eq!((core.len(), core.folded()), (5, 1)); // "3" had room, "4" was folded.
    let core = counters(&["x"], 100);
    Family::<_, Claims<{ usize::MAX }>>::typed(Arc::clone(&core)).init_all();
    assert_eq!((core.len(), core.folded()), (50, 0)); // Which is where its texts end.
}

#[test]
fn a_clone_remembers_what_its_origin_found() {
    let family = Family::<_, Claims<3>>::typed(counters(&["x"], 10));
    let early = family.clone();
    let series = NonNull::from(found_at(&family, 1, &["b"]));
    let late = family.clone();
    drop(family);
    for clone in [&early, &late] {
        assert_eq!(clone.core.get(1).map(NonNull::from), Some(series));
    }
}
