//! Defects that were seen in other libraries, each shown not to be ours.

use crate::support::{collector, page, parsed, Fixed, Value};
use nunchi::model::{Collection, Descriptor, Number};
use nunchi::{
    counter, gauge, Buckets, Counter, EncodeError, Format, Histogram, LabelName, MetricName,
    RegisterErrorKind, Registry,
};
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// Nothing here takes long; whatever takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs `body` in a thread of its own and fails if it does not come back.
fn within_patience<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = channel();
    thread::spawn(move || sender.send(body()));
    receiver.recv_timeout(PATIENCE).expect("it came back, without a panic")
}

#[test]
fn label_values_that_concatenate_alike_are_two_series() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["x", "y"]).expect("valid");
    for (amount, values) in [
        (1, ["ab", "c"]),
        (2, ["a", "bc"]),
        (3, ["", "abc"]),
        (4, ["abc", ""]),
        (5, ["a\",y=\"b", "c"]),
    ] {
        family.with_values(&values).expect("two").inc_by(amount);
    }
    assert_eq!(family.cardinality(), 5);
    assert_eq!(family.with_values(&["ab", "c"]).map(Counter::get), Ok(1.0));
    assert_eq!(parsed(&registry).value("a_total", &[("x", "a"), ("y", "bc")]), Some("2"));
}

#[test]
fn a_text_and_its_escaped_spelling_are_two_series() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["x"]).expect("valid");
    let values = ["\n", "\\n", "\\\\n", "\\", "\\\\", "\"", "\\\""];
    for (at, value) in (1_u64..).zip(values) {
        family.with_values(&[value]).expect("one").inc_by(at);
    }
    let page = parsed(&registry);
    for (at, value) in (1_u64..).zip(values) {
        assert_eq!(page.value("a_total", &[("x", value)]), Some(&*at.to_string()), "{value:?}");
    }
}

#[test]
fn a_common_label_cannot_repeat_a_label_of_the_metric() {
    let scope = Registry::new().scope("", [("host", "a")]).expect("valid");
    assert!(scope.counter("a_total", "A.").labels(["host"]).is_err());
    let gauge = Descriptor::gauge("g", "G.").and_then(|g| g.with_labels(["host"]));
    assert!(scope
        .register(Fixed::one(gauge.expect("valid"), Value::Number(Number::U64(1))))
        .is_err());
}

#[test]
fn infinity_is_spelt_as_the_format_says() {
    let registry = Registry::new();
    registry.gauge("a", "A.").register().expect("valid").set(f64::INFINITY);
    registry.histogram("b", "B.").register().expect("valid").observe(f64::NEG_INFINITY);
    let page = page(&registry);
    assert!(page.contains("\na +Inf\n") && page.contains("\nb_sum -Inf\n"));
    assert!(page.contains("le=\"+Inf\"") && !page.contains("inf"), "{page}");
}

#[test]
fn a_huge_number_has_few_digits() {
    let registry = Registry::new();
    registry.counter("a_total", "A.").register().expect("valid").inc_by(1e300);
    registry.gauge("b", "B.").register().expect("valid").set(-f64::MAX);
    let buckets = Buckets::new([1e300]);
    registry.histogram("c", "C.").buckets(buckets).register().expect("valid");
    assert!(page(&registry).lines().all(|line| line.len() < 60));
}

#[test]
fn whole_numbers_beyond_2_to_the_53_are_not_rounded() {
    let registry = Registry::new();
    let odd = (1 << 60) + 1;
    registry.counter("a_total", "A.").register().expect("valid").inc_by(odd);
    registry.int_gauge("b", "B.").register().expect("valid").set(-(odd as i64));
    registry
        .register(Fixed::one(
            Descriptor::gauge("c", "C.").expect("valid"),
            Value::Number(Number::U64(odd)),
        ))
        .expect("valid");
    let page = page(&registry);
    assert_eq!(page.matches(" 1152921504606846977\n").count(), 2);
    assert_eq!(page.matches(" -1152921504606846977\n").count(), 1);
}

#[test]
fn a_gauge_below_zero_does_not_wrap() {
    let registry = Registry::new();
    registry.int_gauge("a", "A.").register().expect("valid").dec();
    assert!(page(&registry).ends_with("\na -1\n"));
}

#[test]
fn values_of_unknown_type_are_exposed() {
    let registry = Registry::new();
    let unknown = Descriptor::unknown("a", "A.").expect("valid");
    registry.register(Fixed::one(unknown, Value::Number(Number::F64(0.5)))).expect("valid");
    assert!(page(&registry).ends_with("# TYPE a untyped\na 0.5\n"));
}

#[test]
fn bounds_that_are_no_numbers_are_refused() {
    let registry = Registry::new();
    for bounds in [vec![f64::NAN], vec![1.0, f64::NAN], vec![2.0, 1.0], vec![]] {
        let refused = registry.histogram("h", "H.").buckets(bounds).register();
        assert_eq!(refused.expect_err("no bounds").kind(), RegisterErrorKind::Invalid);
    }
}

#[test]
fn a_histogram_and_a_gauge_called_like_its_count_cannot_coexist() {
    let registry = Registry::new();
    registry.histogram("h", "H.").register().expect("valid");
    let refused = registry.gauge("h_count", "G.").register().expect_err("a sample of h");
    assert_eq!(refused.kind(), RegisterErrorKind::Collision);
}

#[test]
fn a_help_cannot_smuggle_lines() {
    let registry = Registry::new();
    registry.gauge("a", "A.\nfake_total 1\n# TYPE b counter").register().expect("valid");
    let page = parsed(&registry);
    assert_eq!(page.families.len(), 1);
    assert_eq!(page.families[0].help, "A.\nfake_total 1\n# TYPE b counter");
}

#[test]
fn a_help_is_not_edited() {
    let registry = Registry::new();
    registry.gauge("a", "no full stop").register().expect("valid");
    assert!(page(&registry).starts_with("# HELP a no full stop\n"));
}

#[test]
fn a_label_value_cannot_smuggle_lines() {
    let registry = Registry::new();
    let family = registry.gauge("a", "A.").labels(["x"]).expect("valid");
    let hostile = "\"} 1\nfake_total{x=\"";
    let _ = family.with_values(&[hostile]);
    assert_eq!(parsed(&registry).value("a", &[("x", hostile)]), Some("0"));
}

#[test]
fn one_name_never_has_two_types() {
    let registry = Registry::new();
    registry.counter("a_total", "A.").register().expect("valid");
    let refused = registry.gauge("a_total", "A.").register().expect_err("another type");
    assert_eq!(refused.kind(), RegisterErrorKind::Conflict);
    assert_eq!(page(&registry).matches("# TYPE").count(), 1);
}

#[test]
fn names_that_become_one_on_the_page_are_not_merged() {
    let registry = Registry::new();
    registry.gauge("a_b", "A.").register().expect("valid");
    let dotted = MetricName::utf8("a.b").expect("any text");
    let dotted =
        Fixed::one(Descriptor::gauge(dotted, "A.").expect("valid"), Value::Number(Number::U64(1)));
    let refused = registry.register(dotted).expect_err("a_b is taken");
    assert_eq!(refused.kind(), RegisterErrorKind::Collision);
}

#[test]
fn labels_that_become_one_on_the_page_are_refused() {
    let labels = ["k.x", "k_x"].map(|name| LabelName::utf8(name).expect("any text"));
    assert!(Descriptor::gauge("a", "A.").and_then(|gauge| gauge.with_labels(labels)).is_err());
}

#[test]
fn registering_again_neither_panics_nor_duplicates() {
    let registry = Registry::new();
    let first = registry.counter("a_total", "A.").register().expect("valid");
    let again = registry.counter("a_total", "A.").register().expect("the same");
    first.inc();
    again.inc();
    assert!(page(&registry).ends_with("\na_total 2\n"));
}

#[test]
fn a_wrong_number_of_label_values_is_an_error() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["x", "y"]).expect("valid");
    for values in [&[][..], &["1"], &["1", "2", "3"]] {
        assert!(family.with_values(values).is_err() && family.series_with_values(values).is_err());
    }
    assert_eq!(family.cardinality(), 0);
}

#[test]
fn negative_observations_are_counted() {
    let histogram = Histogram::new(Buckets::default());
    histogram.observe(-3.0);
    assert_eq!((histogram.count(), histogram.sum()), (1, -3.0));
}

#[test]
fn not_a_number_does_not_poison_quantiles() {
    let registry = Registry::new();
    let summary = registry.summary("s", "S.").quantiles([0.5, 1.0]).register().expect("valid");
    [1.0, f64::NAN, 1.0].iter().for_each(|&value| summary.observe(value));
    let page = parsed(&registry);
    assert_eq!(page.value("s", &[("quantile", "0.5")]), Some("1"));
    assert_eq!(page.value("s", &[("quantile", "1.0")]), Some("1"));
    assert_eq!(page.value("s_count", &[]), Some("3"));
}

#[test]
fn the_order_of_the_page_does_not_depend_on_chance() {
    let make = |families: [&str; 4]| {
        let registry = Registry::new();
        for family in families {
            let family = registry.gauge(family, "Help.").labels(["n"]).expect("valid");
            (0..50).for_each(|n| family.with_values(&[&n.to_string()]).expect("one").set(1.0));
        }
        page(&registry)
    };
    assert_eq!(make(["a", "b", "c", "d"]), make(["d", "b", "a", "c"]));
}

/// A sink whose first write does not return before it is told to.
struct Stuck {
    inside: Sender<()>,
    leave: Receiver<()>,
    page: Vec<u8>,
}

impl Write for Stuck {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.page.is_empty() {
            self.inside.send(()).expect("the test waits");
            let told = self.leave.recv_timeout(PATIENCE);
            told.map_err(|late| io::Error::new(io::ErrorKind::TimedOut, late))?;
        }
        self.page.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_slow_sink_stalls_nobody() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["n"]).expect("valid");
    (0..5000).for_each(|n| family.with_values(&[&n.to_string()]).expect("one").inc());
    let histogram = registry.histogram("h", "H.").register().expect("valid");
    let summary = registry.summary("s", "S.").quantiles([0.5]).register().expect("valid");
    let (inside, is_inside) = channel();
    let (leave, may_leave) = channel();
    let scraped = registry.clone();
    let scrape = thread::spawn(move || {
        let mut sink = Stuck { inside, leave: may_leave, page: Vec::new() };
        nunchi::encode_to(&scraped, Format::Text, &mut sink).map(|()| sink.page)
    });
    is_inside.recv_timeout(PATIENCE).expect("the scrape has begun to write");
    within_patience(move || {
        family.with_values(&["17"]).expect("one").inc(); // An old series.
        family.with_values(&["new"]).expect("one").inc(); // A new one in the family at hand.
        histogram.observe(1.0);
        summary.observe(1.0);
        registry.gauge("z", "Z.").register().expect("valid").set(1.0); // A new family.
        registry.register(Fixed::gauge("y")).expect("valid"); // A collector.
        parsed(&registry); // Another scrape.
    });
    leave.send(()).expect("the sink waits");
    let page = scrape.join().expect("no panic").expect("all written");
    let page = crate::parser::parse(&page).expect("a valid page");
    assert!(page.family("z").is_none(), "the page is of the families it began with");
}

#[test]
fn an_error_of_the_sink_ends_the_page() {
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            self.0 += 1;
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["n"]).expect("valid");
    (0..9000).for_each(|n| family.with_values(&[&n.to_string()]).expect("one").inc());
    let mut sink = Full(0);
    let failed: Result<(), EncodeError> = nunchi::encode_to(&registry, Format::Text, &mut sink);
    assert!(failed.is_err() && sink.0 == 1);
    parsed(&registry);
}

#[test]
fn registering_while_gathering_does_not_hang() {
    let registry = Registry::new();
    let inner = registry.clone();
    let rounds = AtomicUsize::new(0);
    let collect = move |out: &mut Collection<'_>| {
        let round = rounds.fetch_add(1, Ordering::Relaxed);
        let name = format!("made_{round}_total");
        inner.counter(&name, "Made during a scrape.").register()?.inc();
        inner.gauge("found", "Found.").labels(["n"])?.with_values(&[&name])?.set(1.0);
        if round == 0 {
            inner.register(Fixed::gauge("late"))?;
        }
        out.number("busy", &[], round)
    };
    registry.register(collector("busy", collect)).expect("valid");
    within_patience(move || {
        let first = parsed(&registry);
        assert_eq!(first.value("busy", &[]), Some("0"));
        assert_eq!(first.value("made_0_total", &[]), Some("1"), "{first:?}");
        let second = parsed(&registry);
        assert_eq!(second.value("late", &[]), Some("1"));
        assert_eq!(second.family("found").map(|family| family.samples.len()), Some(2));
    });
}

#[test]
fn references_to_series_do_not_lock_their_family() {
    within_patience(|| {
        let registry = Registry::new();
        let family = registry.gauge("a", "A.").labels(["n"]).expect("valid");
        let one = family.with_values(&["1"]).expect("one");
        let same = family.with_values(&["1"]).expect("one");
        let two = family.with_values(&["2"]).expect("one"); // A new series while one is held.
        thread::scope(|scope| {
            scope.spawn(|| family.with_values(&["3"]).expect("one").set(3.0));
        });
        one.inc();
        same.inc();
        two.set(one.get());
        assert_eq!(parsed(&registry).value("a", &[("n", "2")]), Some("2"));
    });
}

#[test]
fn a_collector_may_look_series_up_that_are_on_the_page() {
    let registry = Registry::new();
    let family = registry.gauge("a", "A.").labels(["n"]).expect("valid");
    let own = family.clone();
    let collect = move |out: &mut Collection<'_>| {
        let held = own.with_values(&["1"])?;
        own.with_values(&["2"])?.inc();
        out.number("b", &[], held.get())
    };
    registry.register(collector("b", collect)).expect("valid");
    let page = within_patience(move || parsed(&registry));
    assert_eq!(page.value("a", &[("n", "2")]), Some("1"));
}

#[test]
fn a_panic_in_a_collector_costs_its_families_only() {
    let registry = Registry::new();
    registry.register_self_metrics().expect("valid");
    registry.register(Fixed::gauge("good")).expect("valid");
    let collect = |out: &mut Collection<'_>| {
        out.number("bad", &[], 1_u64)?;
        std::panic::panic_any("on purpose");
    };
    registry.register(collector("bad", collect)).expect("valid");
    for scrapes in 1..=3_u64 {
        let page = parsed(&registry);
        assert!(page.family("bad").is_none() && page.family("good").is_some());
        let errors = page.value("nunchi_collector_errors_total", &[("collector", "bad")]);
        assert_eq!(errors, Some(&*scrapes.to_string()));
    }
}

#[test]
fn a_panic_whose_payload_panics_is_isolated_too() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            if !thread::panicking() {
                panic!("the payload");
            }
        }
    }
    let registry = Registry::new();
    registry.register(Fixed::gauge("good")).expect("valid");
    registry.register(collector("bad", |_| std::panic::panic_any(Bomb))).expect("valid");
    let page = thread::spawn(move || page(&registry)).join();
    assert!(page.expect("the scrape survives").contains("\ngood 1\n"));
}

#[test]
fn an_error_of_a_collector_leaves_no_half_family() {
    let registry = Registry::new();
    let collect = |out: &mut Collection<'_>| {
        out.number("bad", &[], 1_u64)?;
        Err("the second read failed".into())
    };
    registry.register(collector("bad", collect)).expect("valid");
    assert_eq!(page(&registry), "");
}

#[test]
fn a_family_over_its_limit_says_so() {
    let registry = Registry::new();
    registry.register_self_metrics().expect("valid");
    let family = registry.counter("a_total", "A.").max_series(2).labels(["n"]).expect("valid");
    for n in 0..10 {
        family.with_values(&[&n.to_string()]).expect("one").inc();
    }
    family.with_values(&["0"]).expect("one").inc(); // What was there before goes on.
    let page = parsed(&registry);
    assert_eq!(page.value("a_total", &[("n", "0")]), Some("2"));
    assert_eq!(page.value("a_total", &[("n", "__overflow__")]), Some("8"));
    assert_eq!(page.value("nunchi_series_folded_total", &[("family", "a_total")]), Some("8"));
    assert_eq!(family.cardinality(), 3);
}

#[test]
fn more_than_two_thousand_series_are_not_folded_silently() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["n"]).expect("valid");
    (0..5000).for_each(|n| family.with_values(&[&n.to_string()]).expect("one").inc());
    assert_eq!(parsed(&registry).families[0].samples.len(), 5000);
}

#[test]
fn a_contradicting_macro_is_reported_and_harms_nobody() {
    counter!("peers_macro_total", "The help.").inc();
    counter!("peers_macro_total", "Another help.").inc_by(100);
    counter!("peers_macro_total", "The help.", "x" => String::from("1")).inc_by(100);
    gauge!("peers_macro_gauge", "Help.").set(1.0);
    gauge!(i64, "peers_macro_gauge", "Help.").set(2);
    let page = parsed(nunchi::global());
    assert_eq!(page.value("peers_macro_total", &[]), Some("1"));
    assert_eq!(page.value("peers_macro_gauge", &[]), Some("1"));
    let errors = nunchi::global().registration_errors();
    let of = |name: &str| errors.iter().filter(|error| error.family() == name).count();
    assert_eq!((of("peers_macro_total"), of("peers_macro_gauge")), (2, 1));
}

/// Eight observers on few cores are stopped inside observations all the time.
#[test]
fn a_scrape_does_not_wait_for_observers_that_do_not_run() {
    let registry = Registry::new();
    let histogram = registry.histogram("h", "H.").register().expect("valid");
    let stop = Arc::new(AtomicUsize::new(0));
    let observers: Vec<_> = (0..8)
        .map(|_| {
            let (histogram, stop) = (histogram.clone(), Arc::clone(&stop));
            thread::spawn(move || {
                while stop.load(Ordering::Relaxed) == 0 {
                    histogram.observe(0.3);
                }
            })
        })
        .collect();
    let mut longest = Duration::ZERO;
    for _ in 0..100 {
        let start = Instant::now();
        page(&registry);
        longest = start.elapsed().max(longest);
    }
    stop.store(1, Ordering::Relaxed);
    observers.into_iter().for_each(|observer| observer.join().expect("no panic"));
    // A scrape that waited for a thread to be scheduled, again and again, would take seconds.
    assert!(longest < Duration::from_secs(2), "{longest:?}");
}
