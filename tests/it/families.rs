//! Families whose labels are types: that they find by position what they would find by hash.

use crate::support::{page, parsed};
use nunchi::label::{ClosedSet, LabelChoices, LabelText};
use nunchi::{
    counter, family, Counter, DynamicLabels, Family, Gauge, LabelValue, Labels, Registry,
};
use proptest::prelude::*;
use std::marker::PhantomData;

#[derive(Clone, Copy, Debug, LabelValue)]
#[label(rename_all = "UPPERCASE")]
enum Method {
    Get,
    Post,
    #[label(rename = "\"odd\"\n")]
    Odd,
}

/// The order of declaration counts, not the numbers.
#[derive(Clone, Copy, Debug, LabelValue)]
enum Code {
    NotFound = 404,
    Ok = 200,
}

#[derive(Clone, Copy, Debug, LabelValue)]
struct Answer(Option<Code>);

#[derive(Clone, Debug, Labels)]
struct Request<'a> {
    method: Method,
    #[label(skip)]
    #[allow(dead_code)]
    note: String,
    #[label(rename = "tls")]
    secure: bool,
    answer: &'a Option<Answer>,
}

/// As [`Request`], without positions.
#[derive(Clone, Debug)]
struct Hashed<'a>(Request<'a>);

impl Labels for Hashed<'_> {
    type Borrowed<'b> = Hashed<'b>;
    const NAMES: &'static [&'static str] = Request::NAMES;

    fn with_values<R>(&self, f: impl FnOnce(&[&str]) -> R) -> R {
        self.0.with_values(f)
    }
}

const METHODS: &[Method] = Method::ALL;
const ANSWERS: &[Option<Answer>] =
    &[None, Some(Answer(None)), Some(Answer(Some(Code::NotFound))), Some(Answer(Some(Code::Ok)))];

/// Fewer than label sets: two of the answers have no text, so both are the absent label.
const SERIES: usize = 3 * 2 * 3;

/// Every label set, in the order of nested loops.
fn all() -> Vec<Request<'static>> {
    let mut all = Vec::new();
    for &method in METHODS {
        for secure in [false, true] {
            for answer in ANSWERS {
                all.push(Request { method, note: format!("note {}", all.len()), secure, answer });
            }
        }
    }
    all
}

fn texts(labels: &impl Labels) -> Vec<String> {
    labels.with_values(|values| values.iter().copied().map(str::to_owned).collect())
}

#[test]
fn a_position_is_that_of_nested_loops_and_leads_back_to_the_texts() {
    let all = all();
    assert_eq!(Request::CARDINALITY, all.len());
    for (position, labels) in all.iter().enumerate() {
        assert_eq!(labels.position(), position);
        let back = Request::with_values_at(position, |values| values.join("|"));
        assert_eq!(back, Some(texts(labels).join("|")));
    }
    assert_eq!(Request::with_values_at(all.len(), |_| ()), None);
}

#[test]
fn sets_are_as_large_as_their_labels_say() {
    #[derive(Labels)]
    #[allow(dead_code)]
    struct Open {
        method: Method,
        path: &'static str,
    }
    #[derive(LabelValue)]
    struct Status(u16);
    #[derive(Labels)]
    #[allow(dead_code)]
    struct OpenInside {
        status: Option<Status>,
        tls: bool,
    }
    #[derive(Labels)]
    struct Nothing;
    #[derive(Labels)]
    #[allow(dead_code)]
    struct Generic<T, U: ClosedSet, S> {
        open: T,
        closed: U,
        #[label(skip)]
        skipped: PhantomData<S>,
    }
    #[derive(Labels)]
    #[allow(dead_code)]
    struct OnlyClosed<U: ClosedSet> {
        closed: U,
    }
    assert_eq!((Open::CARDINALITY, OpenInside::CARDINALITY, Status::CARDINALITY), (0, 0, 0));
    assert_eq!((Nothing::CARDINALITY, Nothing.position(), <()>::CARDINALITY), (1, 0, 1));
    // What is only known to be a `LabelValue` may be anything.
    assert_eq!(Generic::<bool, bool, ()>::CARDINALITY, 0);
    assert_eq!(OnlyClosed::<Option<bool>>::CARDINALITY, 3);
    assert_eq!(OnlyClosed { closed: Some(true) }.position(), 2);
    let open = Open { method: Method::Post, path: "/" };
    assert_eq!((open.position(), Open::with_values_at(0, |_| ())), (usize::MAX, None));
    assert_eq!(OpenInside { status: None, tls: true }.position(), usize::MAX);
    assert_eq!(Status(1).text().as_str(), "1");
}

proptest! {
    /// The twin of the lookup by position is the one by hash.
    #[test]
    fn what_is_found_by_position_is_what_is_found_by_hash(
        lookups in prop::collection::vec((0_usize..24, 0_usize..3), 1..200),
        max_series in 0_usize..30,
    ) {
        let all = all();
        let [by_position, by_hash] = [Registry::new(), Registry::new()];
        for registry in [&by_position, &by_hash] {
            registry.register_self_metrics().unwrap();
        }
        let builder = |registry: &Registry| {
            registry.counter("asked_total", "Asked.").max_series(max_series)
        };
        let typed = builder(&by_position).family::<Request<'static>>().unwrap();
        let again = builder(&by_position).family::<Request<'static>>().unwrap();
        let clone = typed.clone();
        let hashed = builder(&by_hash).family::<Hashed<'static>>().unwrap();
        for (at, handle) in lookups {
            let labels = all[at].clone();
            [&typed, &again, &clone][handle].with(&labels).inc();
            hashed.with(&Hashed(labels)).inc();
        }
        prop_assert_eq!(typed.cardinality(), hashed.cardinality());
        let counted = |registry: &Registry| -> Vec<String> {
            let is_counted =
                |line: &&str| line.contains("asked_total") || line.contains("series_folded");
            page(registry).lines().filter(is_counted).map(str::to_owned).collect()
        };
        prop_assert_eq!(counted(&by_position), counted(&by_hash));
    }
}

#[test]
fn typed_dynamic_and_macro_lookups_share_series() {
    static TYPED: Family<Counter, Request<'static>> = family!("shared_total", "Shared.");
    let dynamic: Family<Counter, DynamicLabels> = nunchi::global()
        .counter("shared_total", "Shared.")
        .labels(["method", "tls", "answer"])
        .unwrap();
    let other = nunchi::global().counter("shared_total", "Shared.").family::<Hashed>().unwrap();
    for (at, labels) in all().into_iter().enumerate() {
        let (method, secure, answer) = (labels.method, labels.secure, labels.answer);
        let of_macro = || {
            counter!(
                "shared_total", "Shared.",
                "method" => method, "tls" => secure, "answer" => answer,
            )
        };
        let texts = texts(&labels);
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        // Whoever comes first makes the series, and the others find it.
        let by_text = || dynamic.with_values(&texts).unwrap();
        let first: &Counter = match at % 3 {
            0 => TYPED.with(&labels),
            1 => of_macro(),
            _ => by_text(),
        };
        for found in [TYPED.with(&labels), TYPED.with(&labels), of_macro(), by_text()] {
            assert!(std::ptr::eq(found, first), "{labels:?}");
        }
        assert!(std::ptr::eq(other.with(&Hashed(labels.clone())), first));
        assert!(std::ptr::eq(&*TYPED.series(&labels), first));
    }
    // A label set that counts otherwise has its own positions.
    let reordered = TYPED.clone();
    assert!(std::ptr::eq(reordered.with(&all()[7]), TYPED.with(&all()[7])));
    assert!(nunchi::global().registration_errors().is_empty());
}

#[test]
fn one_family_may_have_handles_that_count_differently() {
    #[derive(Clone, Copy, LabelValue)]
    enum Forward {
        A,
        B,
        C,
    }
    #[derive(Clone, Copy, LabelValue)]
    enum Backward {
        C,
        B,
        A,
    }
    #[derive(Labels)]
    struct ByForward {
        x: Forward,
    }
    #[derive(Labels)]
    struct ByBackward {
        x: Backward,
    }
    let registry = Registry::new();
    let builder = || registry.int_gauge("x", "X.");
    let forward = builder().family::<ByForward>().unwrap();
    let backward = builder().family::<ByBackward>().unwrap();
    for _ in 0..2 {
        for (x, reversed) in
            [(Forward::A, Backward::A), (Forward::B, Backward::B), (Forward::C, Backward::C)]
        {
            let (one, other) = (ByForward { x }, ByBackward { x: reversed });
            assert_eq!(one.position(), 2 - other.position());
            assert!(std::ptr::eq(forward.with(&one), backward.with(&other)));
        }
    }
    assert_eq!(forward.cardinality(), 3);
}

#[test]
fn init_all_puts_every_series_on_the_page_at_zero() {
    let registry = Registry::new();
    let family = registry.int_gauge("all", "All.").family::<Request<'static>>().unwrap();
    family.with(&all()[5]).set(3);
    family.init_all();
    family.init_all();
    assert_eq!(family.cardinality(), SERIES);
    let lines: Vec<String> =
        page(&registry).lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    assert!(lines[0].ends_with(" 3") && lines[1..].iter().all(|line| line.ends_with(" 0")));
    assert!(lines[1].starts_with(r#"all{method="GET",tls="false"}"#), "{}", lines[1]);
    parsed(&registry);
    for labels in all() {
        assert!(std::ptr::eq(family.with(&labels), &*family.series(&labels)));
    }
    assert_eq!(family.cardinality(), SERIES);
}

#[test]
fn init_all_registers_a_static_family() {
    static PLAIN: Family<Gauge> = family!("all_plain", "Plain.");
    static FLAGS: Family<Gauge<i64>, Flags> = family!("all_flags", "Flags.");
    #[derive(Labels)]
    struct Flags {
        one: bool,
        two: Option<bool>,
    }
    PLAIN.init_all();
    FLAGS.init_all();
    let page = page(nunchi::global());
    assert!(page.contains("\nall_plain 0\n"));
    let lines = "all_flags{one=\"false\"} 0\nall_flags{one=\"false\",two=\"false\"} 0\n\
                 all_flags{one=\"false\",two=\"true\"} 0\nall_flags{one=\"true\"} 0\n";
    assert!(page.contains(lines), "{page}");
    assert_eq!(Flags { one: true, two: Some(false) }.position(), 4);
}

#[test]
fn a_closed_set_by_hand_is_as_good_as_a_derived_one() {
    #[derive(Clone, Copy)]
    struct Digit(u8);
    const DIGITS: [&str; 4] = ["0", "1", "2", "3"];
    impl LabelValue for Digit {
        fn text(&self) -> LabelText<'_> {
            LabelText::borrowed(DIGITS.get(usize::from(self.0)).copied().unwrap_or("many"))
        }
    }
    impl ClosedSet for Digit {
        const CARDINALITY: usize = 4;
        fn position(&self) -> usize {
            self.0.into()
        }
        fn text_at(position: usize) -> Option<LabelText<'static>> {
            DIGITS.get(position).map(|text| LabelText::borrowed(text))
        }
    }
    #[derive(Labels)]
    struct Number {
        tens: Digit,
        ones: Digit,
    }
    let registry = Registry::new();
    let family = registry.counter("n_total", "N.").family::<Number>().unwrap();
    family.init_all();
    assert_eq!((Number::CARDINALITY, family.cardinality()), (16, 16));
    // A digit that its set does not know must not be taken for another number.
    for (tens, ones) in [(0, 7), (1, 200), (9, 0), (1, 3)] {
        let labels = Number { tens: Digit(tens), ones: Digit(ones) };
        family.with(&labels).inc();
        assert_eq!(family.series(&labels).get(), 1.0);
    }
    assert_eq!(family.cardinality(), 19);
}

#[test]
fn threads_that_look_up_at_once_find_the_same_series() {
    for _ in 0..20 {
        let registry = Registry::new();
        let family = registry.counter("raced_total", "Raced.").family::<Request>().unwrap();
        std::thread::scope(|scope| {
            for start in 0..4 {
                let clone = family.clone();
                scope.spawn(move || {
                    let all = all();
                    for at in 0..2 * all.len() {
                        clone.with(&all[(at + 5 * start) % all.len()]).inc();
                    }
                });
            }
        });
        assert_eq!(family.cardinality(), SERIES);
        for labels in all() {
            let sets =
                if labels.answer.as_ref().and_then(|answer| answer.0).is_some() { 1 } else { 2 };
            assert_eq!(family.with(&labels).get(), f64::from(8 * sets));
        }
    }
}
