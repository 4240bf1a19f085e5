//! Exemplars, from the update to the page.

use crate::support::{open_metrics, page};
use nunchi::testing::{Clock, Exemplar as Shown, Page, Sample};
use nunchi::{Buckets, Counter, Encoder, Exemplar, Format, Histogram, Registry};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

/// The exemplars of a page by name and bound of their sample: labels, value, time.
type Found = BTreeMap<(String, String), (Vec<(String, String)>, f64, Option<f64>)>;

fn found(page: &Page) -> Found {
    let told = |exemplar: &Shown| {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        (exemplar.labels().map(owned).collect(), exemplar.value(), exemplar.timestamp())
    };
    let of = |sample: &Sample| {
        let key = (sample.name().to_owned(), sample.label("le").unwrap_or_default().to_owned());
        sample.exemplar().map(|exemplar| (key, told(exemplar)))
    };
    page.families().iter().flat_map(nunchi::testing::Family::samples).filter_map(of).collect()
}

/// Those that every format shows that shows any: a page changes nothing for the one after it.
fn exemplars_of(registry: &Registry) -> Found {
    let shown = found(&open_metrics(registry).1);
    #[cfg(feature = "protobuf")]
    assert!(found(&crate::support::protobuf(registry).1) == shown);
    shown
}

fn histogram(registry: &Registry) -> nunchi::Series<Histogram> {
    registry.histogram("wait", "W.").buckets([-1.0, 1.0, 5.0]).register().expect("valid")
}

#[test]
fn o20_lines_of_totals_and_buckets_end_with_their_exemplar() {
    let clock = Clock::stopped_at(UNIX_EPOCH + Duration::from_millis(1_520_879_607_089));
    let _in = clock.enter();
    let registry = Registry::new();
    let scope = registry.scope("", [("zone", "a")]).expect("valid");
    let jobs = scope.counter("jobs_total", "J.").register().expect("valid");
    let wait = scope.histogram("wait", "W.").buckets([1.0]).register().expect("valid");
    let before = [&jobs.get(), &wait.sum()].map(f64::to_string);
    jobs.inc_with_exemplar(&[("id", "a\"\\\n"), ("empty", ""), ("b", "돌")]);
    jobs.inc_by_with_exemplar(3, &[("id", "another page")]);
    wait.observe_with_exemplar(0.25, Exemplar::trace(0xfeed, 0xbeef));
    wait.observe_with_exemplar(7.0, Exemplar::new(&[]).without_time());
    let (text, _) = open_metrics(&registry);
    let lines: Vec<_> = text.lines().filter(|line| line.contains("{zone")).collect();
    let trace = "trace_id=\"0000000000000000000000000000feed\",span_id=\"000000000000beef\"";
    let wanted = [
        "jobs_total{zone=\"a\"} 4 # {id=\"a\\\"\\\\\\n\",b=\"돌\"} 1.0 1520879607.089".to_owned(),
        format!("wait_bucket{{zone=\"a\",le=\"1.0\"}} 1 # {{{trace}}} 0.25 1520879607.089"),
        "wait_bucket{zone=\"a\",le=\"+Inf\"} 2 # {} 7.0".to_owned(),
        "wait_sum{zone=\"a\"} 7.25".to_owned(),
        "wait_count{zone=\"a\"} 2".to_owned(),
    ];
    assert_eq!(lines, wanted, "after {before:?}");
}

#[cfg(feature = "protobuf")]
#[test]
fn b3_the_fields_of_exemplars_have_these_numbers() {
    let clock = nunchi::testing::Clock::stopped_at(UNIX_EPOCH);
    let _inside = clock.enter();
    let registry = Registry::new();
    let jobs = registry.counter("a_total", "A").register().expect("valid");
    let time = UNIX_EPOCH + Duration::from_millis(300_007);
    jobs.inc_by_with_exemplar(3, Exemplar::new(&[("b", "cd")]).at(time));
    let page = crate::support::protobuf(&registry).0;
    let exemplar = [
        b"\x0a\x07\x0a\x01b\x12\x02cd".as_slice(),
        b"\x11\x00\x00\x00\x00\x00\x00\x08\x40",     // 3.0
        b"\x1a\x08\x08\xac\x02\x10\xc0\x9f\xab\x03", // 300 s and 7 000 000 ns
    ];
    let metric =
        [b"\x22\x29\x1a\x27\x09\x00\x00\x00\x00\x00\x00\x08\x40\x12\x1c", &*exemplar.concat()];
    let whole = [b"\x39\x0a\x07a_total\x12\x01A\x18\x00".as_slice(), &metric.concat()].concat();
    assert_eq!(page.escape_ascii().to_string(), whole.escape_ascii().to_string());
}

#[cfg(feature = "protobuf")]
#[test]
fn b5_the_bucket_of_infinity_is_there_for_its_exemplar() {
    let is_there = |registry: &Registry| {
        let page = crate::support::protobuf(registry).0;
        page.windows(8).any(|word| word == f64::INFINITY.to_le_bytes())
    };
    let registry = Registry::new();
    let wait = histogram(&registry);
    wait.observe(7.0);
    wait.observe_with_exemplar(0.0, &[("id", "1")]);
    assert!(!is_there(&registry));
    wait.observe_with_exemplar(7.0, &[("id", "2")]);
    assert!(is_there(&registry) && exemplars_of(&registry).len() == 2);
    assert_eq!(crate::support::protobuf(&registry).1.value("wait_count", &[]), Some(3.0));
}

#[test]
fn t12_text_has_none_and_does_not_count_as_having_shown_them() {
    let registry = Registry::new();
    let jobs = registry.counter("jobs_total", "J.").register().expect("valid");
    let wait = histogram(&registry);
    jobs.inc_with_exemplar(&[("id", "1")]);
    wait.observe_with_exemplar(3.0, &[("id", "1")]);
    let text = page(&registry);
    assert!(!text.contains(" # ") && text.contains("jobs_total 1\n"), "{text}");
    jobs.inc_with_exemplar(&[("id", "2")]);
    assert!(exemplars_of(&registry).values().all(|(labels, ..)| labels[0].1 == "1"));
}

#[test]
fn an_exemplar_stays_until_a_page_has_shown_it_and_then_until_the_next() {
    let registry = Registry::new();
    let jobs = registry.counter("jobs_total", "J.").register().expect("valid");
    let wait = histogram(&registry);
    let mut shown = Vec::new();
    for id in ["1", "2", "3", "4"] {
        jobs.inc_with_exemplar(&[("id", id)]);
        wait.observe_with_exemplar(0.0, &[("id", id)]);
        if id != "1" {
            let found = exemplars_of(&registry);
            assert_eq!(exemplars_of(&registry), found, "nothing came in between");
            let ids: Vec<_> = found.values().map(|(labels, ..)| labels[0].1.clone()).collect();
            assert!(ids.len() == 2 && ids[0] == ids[1], "{ids:?}");
            shown.push(ids[0].clone());
        }
    }
    assert_eq!(shown, ["1", "3", "4"]);
}

#[test]
fn o20_every_value_is_in_the_range_of_its_bucket() {
    let registry = Registry::new();
    let wait = histogram(&registry);
    let values = [-1.0, f64::NEG_INFINITY, -0.5, 1.0, 1.5, 5.0, 5.5, f64::INFINITY, f64::NAN];
    for value in values {
        // Another one each time, as each was shown.
        wait.observe_with_exemplar(value, &[("id", value.to_string().as_str())]);
        let found = exemplars_of(&registry);
        let of = |id: &str| found.values().any(|(labels, ..)| labels[0].1 == id);
        assert_eq!(of(&value.to_string()), !value.is_nan(), "{value}: {found:?}");
    }
    assert_eq!((wait.count(), exemplars_of(&registry).len()), (9, 4));
}

#[test]
fn what_a_counter_ignores_has_no_exemplar() {
    let registry = Registry::new();
    let jobs = registry.counter("jobs_total", "J.").register().expect("valid");
    for ignored in [-1.0, f64::NAN, f64::INFINITY, -1e-300] {
        jobs.inc_by_with_exemplar(ignored, &[("id", "1")]);
    }
    assert!(exemplars_of(&registry).is_empty());
    jobs.inc_by_with_exemplar(0.5, &[("id", "1")]);
    jobs.inc_by(0.25);
    jobs.inc_by(2);
    let found = exemplars_of(&registry);
    let key = ("jobs_total".to_owned(), String::new());
    assert_eq!((jobs.get(), found[&key].1), (2.75, 0.5));
}

#[test]
fn o21_what_is_not_valid_is_left_out_and_counted() {
    let registry = Registry::new();
    registry.register_self_metrics().expect("valid");
    let refused = || open_metrics(&registry).1.value("nunchi_exemplars_refused_total", &[]);
    let before = refused().unwrap_or(0.0);
    let jobs = registry.counter("jobs_total", "J.").register().expect("valid");
    let long = "x".repeat(127);
    for bad in [&[("id", long.as_str())], &[("_id", "1")], &[("a:b", "1")], &[("", "1")]] {
        let said = Exemplar::new(bad).check().expect_err("not valid").to_string();
        assert!(said.starts_with("invalid "), "{said}");
        jobs.inc_with_exemplar(bad);
    }
    jobs.inc_with_exemplar(&[("id", "1"), ("id", "2")]);
    // Other tests may have some refused as well.
    assert!(refused().is_some_and(|now| now >= before + 5.0));
    assert!(jobs.get() == 5.0 && exemplars_of(&registry).is_empty());
    jobs.inc_with_exemplar(&[("id", &long[1..])]);
    assert_eq!(exemplars_of(&registry).len(), 1);
}

#[test]
fn o22_a_time_may_be_given_and_left_out() {
    let registry = Registry::new();
    let wait = registry.histogram("wait", "W.").buckets([1.0, 2.0, 3.0]).register().expect("valid");
    let none = Exemplar::new(&[]);
    let late = UNIX_EPOCH + Duration::from_nanos(1_700_000_000_123_999_999);
    wait.observe_with_exemplar(1.0, none.at(late));
    wait.observe_with_exemplar(2.0, none.without_time());
    wait.observe_with_exemplar(3.0, none.at(UNIX_EPOCH - Duration::from_secs(1)));
    wait.observe_with_exemplar(4.0, none.at(UNIX_EPOCH + Duration::from_millis(1)));
    let times: Vec<_> = exemplars_of(&registry).into_values().map(|(.., time)| time).collect();
    assert_eq!(times, [Some(0.001), Some(1_700_000_000.123), None, None]);
    let took = wait.start_timer().stop_with_exemplar(none);
    assert!(wait.count() == 5 && wait.sum() >= 10.0 + took.as_secs_f64());
}

#[test]
fn the_source_is_asked_only_for_what_is_kept_and_not_by_itself() {
    static ASKED: AtomicU64 = AtomicU64::new(0);
    let registry = Registry::new();
    let jobs = registry.counter("jobs_total", "J.").register().expect("valid");
    jobs.inc_with_exemplar(Exemplar::current());
    let source = || {
        static OWN: OnceLock<Counter> = OnceLock::new();
        OWN.get_or_init(Counter::new).inc_with_exemplar(Exemplar::current());
        match ASKED.fetch_add(1, Ordering::Relaxed) {
            0 => None,
            asked => Some(Exemplar::trace(asked.into(), 0)),
        }
    };
    assert!(Exemplar::set_source(source) && !Exemplar::set_source(source));
    for _ in 0..5 {
        jobs.inc_with_exemplar(Exemplar::current());
    }
    let found: Vec<_> = exemplars_of(&registry).into_values().collect();
    assert_eq!(ASKED.load(Ordering::Relaxed), 2);
    assert!(jobs.get() == 6.0 && found[0].0[0].1.ends_with("01"), "{found:?}");
}

#[test]
fn series_that_are_hot_keep_exemplars_and_lose_no_count() {
    let registry = Registry::new();
    let jobs = registry.counter("jobs_total", "J.").register().expect("valid");
    let wait = histogram(&registry);
    for n in 0..100_000_u32 {
        jobs.inc_by(0.5);
        jobs.inc_with_exemplar(&[("id", "1")]);
        wait.observe_with_exemplar(f64::from(n % 7), &[("id", "1")]);
    }
    assert_eq!((jobs.get(), wait.count()), (150_000.0, 100_000));
    assert_eq!(exemplars_of(&registry).len(), 4);
}

#[test]
fn a_hot_counter_has_counted_its_exemplar() {
    let registry = Registry::new();
    let counters = ["a_total", "b_total"]
        .map(|name| registry.counter(name, "A page of two chunks.").register().expect("valid"));
    for _ in 0..100_000 {
        counters.iter().for_each(|counter| counter.inc());
    }
    let mut encoder = Encoder::new(&registry, Format::OpenMetrics);
    let (mut page, mut chunk) = (Vec::new(), Vec::with_capacity(1));
    assert!(encoder.next_chunk(&mut page), "the sums of the page are taken");
    counters[1].inc_by_with_exemplar(7, &[("id", "1")]);
    while encoder.next_chunk(&mut chunk) {
        page.append(&mut chunk);
    }
    page.append(&mut chunk);
    let page = nunchi::testing::parse_open_metrics(&page).expect("valid");
    assert!(page.sample("b_total", &[]).is_some_and(|sample| sample.exemplar().is_some()));
    assert_eq!(page.value("b_total", &[]), Some(100_007.0));
}

/// Labels, value and time of an exemplar of one observation tell the same number.
#[test]
fn no_page_shows_parts_of_two_exemplars() {
    let registry = Registry::new();
    let jobs = registry.counter("jobs_total", "J.").register().expect("valid");
    let wait = histogram(&registry);
    let done = AtomicBool::new(false);
    let pages = if cfg!(debug_assertions) { 2_000 } else { 20_000 };
    thread::scope(|scope| {
        for thread in 0..3_u32 {
            let (jobs, wait, done) = (&jobs, &wait, &done);
            scope.spawn(move || {
                for round in 1.. {
                    let number = round * 3 + thread;
                    let text = format!("{number:0width$}", width = 8 + number as usize % 90);
                    let labels = [("id", text.as_str()), ("thread", &text[text.len() - 8..])];
                    let time = UNIX_EPOCH + Duration::from_secs(number.into());
                    let exemplar = Exemplar::new(&labels).at(time);
                    wait.observe_with_exemplar(f64::from(number), exemplar);
                    jobs.inc_by_with_exemplar(u64::from(number), exemplar);
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
        }
        let scrape = |_: usize| {
            let mut different = BTreeMap::new();
            for page in 0..pages {
                let shown = match page % 2 {
                    #[cfg(feature = "protobuf")]
                    1 => found(&crate::support::protobuf(&registry).1),
                    _ => found(&open_metrics(&registry).1),
                };
                for ((sample, _), (labels, value, time)) in shown {
                    let told: Vec<f64> =
                        labels.iter().map(|(_, value)| value.parse().expect("a number")).collect();
                    assert_eq!((told, time), (vec![value; 2], Some(value)), "{sample}");
                    different.insert(value.to_bits(), ());
                }
            }
            different.len()
        };
        let other = scope.spawn(move || scrape(1));
        let different = scrape(0) + other.join().expect("every exemplar was whole");
        done.store(true, Ordering::Relaxed);
        assert!(different > 100, "only {different} were seen");
    });
}

/// A value, the labels of its exemplar, and a time in milliseconds.
pub(crate) type Event = (f64, Vec<(String, String)>, Option<u64>);

pub(crate) fn events() -> impl Strategy<Value = Vec<Event>> {
    let name = prop_oneof![9 => "[a-zA-Z][a-zA-Z0-9_]{0,9}", 1 => ".{0,3}"];
    let value =
        prop_oneof!["\\PC{0,40}", "[\\\\\"\n,={}# ]{0,20}", "[0-9a-f]{32}", any::<String>()];
    let number = prop_oneof![-10.0..10.0, any::<f64>(), Just(1.0)];
    let time = prop::option::of(prop_oneof![0..4_102_444_800_000_u64, Just(1)]);
    let labels = prop::collection::vec((name, value), 0..5);
    prop::collection::vec((number, labels, time), 0..12)
}

/// Plays events on a counter and a histogram; returns what pages have to show.
pub(crate) fn play(registry: &Registry, events: &[Event]) -> Found {
    let bounds = [-3.0, 0.5, 1.0, 4.0];
    let buckets = Buckets::new(bounds).expect("valid");
    let wait = registry.histogram("wait", "W.").buckets(buckets).register().expect("valid");
    let jobs = registry.counter("jobs_total", "J.").register().expect("valid");
    let mut wanted = Found::new();
    for (value, labels, time) in events {
        let pairs: Vec<(&str, &str)> =
            labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let exemplar = match time {
            Some(ms) => Exemplar::new(&pairs).at(UNIX_EPOCH + Duration::from_millis(*ms)),
            None => Exemplar::new(&pairs).without_time(),
        };
        wait.observe_with_exemplar(*value, exemplar);
        jobs.inc_by_with_exemplar(*value, exemplar);
        if exemplar.check().is_err() {
            continue;
        }
        let labels = pairs.iter().filter(|(_, value)| !value.is_empty());
        let labels = labels.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let time = time.filter(|ms| *ms > 0).map(|ms| ms as f64 / 1000.0);
        let told = (labels.collect::<Vec<_>>(), *value, time);
        if !value.is_nan() {
            let bound = bounds.into_iter().find(|bound| value <= bound);
            let bound = bound.map_or("+Inf".to_owned(), |bound| format!("{bound:?}"));
            wanted.entry(("wait_bucket".into(), bound)).or_insert_with(|| told.clone());
        }
        if *value >= 0.0 && value.is_finite() {
            wanted.entry(("jobs_total".into(), String::new())).or_insert(told);
        }
    }
    wanted
}

proptest! {
    #[test]
    fn o20_what_is_put_in_is_read_back(events in events()) {
        let registry = Registry::new();
        let wanted = play(&registry, &events);
        prop_assert_eq!(exemplars_of(&registry), wanted);
        let text = page(&registry);
        prop_assert!(text.lines().skip(2).all(|line| line.starts_with('#') || !line.contains(" # ")));
    }
}
