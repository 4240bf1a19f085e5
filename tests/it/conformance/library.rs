//! A: structure and programming interface.

use crate::support::{collector, page, parsed, Fixed};
use nunchi::metric::Observe;
use nunchi::model::{Collection, Descriptor};
use nunchi::{
    counter, family, gauge, histogram, summary, Buckets, CollectError, Collector, Counter, Family,
    Format, Gauge, Histogram, RegisterErrorKind, Registry,
};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

#[test]
fn a1_every_scrape_calls_every_collector_once() {
    let registry = Registry::new();
    let calls = Arc::new(AtomicU64::new(0));
    for name in ["first", "second"] {
        let calls = Arc::clone(&calls);
        let count = move |out: &mut Collection<'_>| {
            out.number(name, &[], calls.fetch_add(1, Ordering::Relaxed))
        };
        registry.register(collector(name, count)).expect("valid");
    }
    for scrapes in 1..=3 {
        parsed(&registry);
        assert_eq!(calls.load(Ordering::Relaxed), 2 * scrapes);
    }
}

#[test]
fn a2_a_collector_may_sit_in_several_registries() {
    struct Shared(Arc<AtomicU64>);
    impl Collector for Shared {
        fn describe(&self) -> Vec<Descriptor> {
            vec![Descriptor::gauge("shared", "Shared.").expect("valid")]
        }
        fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
            out.number("shared", &[], self.0.load(Ordering::Relaxed))
        }
    }
    let value = Arc::new(AtomicU64::new(7));
    let registries = [Registry::new(), Registry::new()];
    for registry in &registries {
        registry.register(Shared(Arc::clone(&value))).expect("valid");
    }
    for registry in &registries {
        assert_eq!(parsed(registry).value("shared", &[]), Some("7"));
    }
}

#[test]
fn a4_the_documented_names_mean_what_is_documented() {
    let counter = Counter::new();
    counter.inc();
    counter.inc_by(2);
    assert_eq!(counter.get(), 3.0);
    let gauge = Gauge::<f64>::new();
    gauge.set(5.0);
    gauge.inc();
    gauge.dec();
    gauge.inc_by(2.0);
    gauge.dec_by(4.0);
    assert_eq!(gauge.get(), 3.0);
    let histogram = Histogram::new(Buckets::default());
    histogram.observe(2.0);
    assert_eq!((histogram.count(), histogram.sum()), (1, 2.0));
}

#[test]
fn a5_counter_gauge_histogram_and_summary_are_there() {
    let registry = Registry::new();
    registry.counter("a_total", "A.").register().expect("valid");
    registry.gauge("b", "B.").register().expect("valid");
    registry.histogram("c", "C.").register().expect("valid");
    registry.summary("d", "D.").register().expect("valid");
    let kinds: Vec<_> = parsed(&registry).families.into_iter().map(|family| family.kind).collect();
    assert_eq!(kinds, ["counter", "gauge", "histogram", "summary"]);
}

static STATIC_COUNTER: Family<Counter> = family!("a6_static_total", "A static.");

#[test]
fn a6_metrics_are_statics_without_plumbing() {
    STATIC_COUNTER.with(&()).inc();
    let family = parsed(nunchi::global());
    assert_eq!(family.value("a6_static_total", &[]), Some("1"));
}

#[test]
fn a7_macros_register_in_the_default_registry_by_themselves() {
    counter!("a7_macro_total", "Help.", "kind" => "x").inc();
    gauge!(i64, "a7_macro_jobs", "Help.").set(2);
    histogram!("a7_macro_seconds", "Help.", buckets = [1.0]).observe(0.5);
    summary!("a7_macro_bytes", "Help.").observe(3.0);
    let page = parsed(nunchi::global());
    assert_eq!(page.value("a7_macro_total", &[("kind", "x")]), Some("1"));
    assert_eq!(page.value("a7_macro_jobs", &[]), Some("2"));
    assert_eq!(page.value("a7_macro_seconds_count", &[]), Some("1"));
    assert_eq!(page.value("a7_macro_bytes_sum", &[]), Some("3"));
}

#[test]
fn a7_a_registry_of_ones_own_is_not_the_default_one() {
    let registry = Registry::new();
    registry.gauge("a7_own", "Help.").register().expect("valid");
    assert!(parsed(nunchi::global()).family("a7_own").is_none());
    assert_eq!(parsed(&registry).families.len(), 1);
}

#[test]
fn a8_a_counter_never_shows_less_than_before() {
    let registry = Registry::new();
    let counter = registry.counter("seen_total", "Seen.").register().expect("valid");
    let mut last = 0.0;
    for amount in [0.5, 1.0, 1e9, -1.0, f64::NAN, -0.0, 1e-9, 2_f64.powi(53), 3.0, 0.25] {
        counter.inc_by(amount);
        let shown = parsed(&registry).families[0].samples[0].float();
        assert!(shown >= last, "{last} then {shown} after {amount}");
        last = shown;
    }
}

#[test]
fn a8_a_fraction_does_not_take_digits_from_a_large_whole_number() {
    let registry = Registry::new();
    let counter = registry.counter("seen_total", "Seen.").register().expect("valid");
    counter.inc_by((1_u64 << 53) + 1);
    let shown = || parsed(&registry).families[0].samples[0].value.clone();
    let digits = |text: &str| text.split('.').next().and_then(|whole| whole.parse::<u64>().ok());
    let before = digits(&shown()).expect("a whole number");
    counter.inc_by(0.25);
    let after = digits(&shown()).expect("still digits");
    assert!(after >= before, "the page shows {before}, then {after}");
}

#[test]
fn a12_a_timer_sets_a_gauge() {
    let gauge = Gauge::new();
    let elapsed = gauge.start_timer().stop();
    assert_eq!(gauge.get(), elapsed.as_secs_f64());
}

#[test]
fn a13_the_default_summary_is_sum_and_count_only() {
    let registry = Registry::new();
    registry.summary("wait_seconds", "Wait.").register().expect("valid").observe(2.0);
    let page = page(&registry);
    assert!(page.ends_with("summary\nwait_seconds_sum 2\nwait_seconds_count 1\n"), "{page}");
}

#[test]
fn a13_the_label_quantile_is_refused_on_summaries() {
    let registry = Registry::new();
    let refused = registry.summary("s", "S.").labels(["quantile"]).expect_err("reserved");
    assert_eq!(refused.kind(), RegisterErrorKind::Invalid);
}

#[test]
fn a13_timers_observe_seconds() {
    let registry = Registry::new();
    let wait = registry.summary("wait_seconds", "Wait.").register().expect("valid");
    wait.observe_duration(std::time::Duration::from_millis(1500));
    assert_eq!(wait.sum(), 1.5);
    let elapsed = wait.start_timer().stop();
    assert_eq!(wait.sum(), 1.5 + elapsed.as_secs_f64());
}

#[test]
fn a14_the_label_le_is_refused_on_histograms() {
    let registry = Registry::new();
    let refused = registry.histogram("h", "H.").labels(["le"]).expect_err("reserved");
    assert_eq!(refused.kind(), RegisterErrorKind::Invalid);
    let scope = registry.scope("p_", [("le", "1")]).expect("only a histogram minds");
    assert!(scope.histogram("h", "H.").register().is_err());
}

#[test]
fn a14_buckets_of_a_family_cannot_change() {
    let registry = Registry::new();
    registry.histogram("h", "H.").buckets([1.0, 2.0]).register().expect("valid");
    let other = registry.histogram("h", "H.").buckets([1.0, 3.0]).register();
    assert_eq!(other.expect_err("other buckets").kind(), RegisterErrorKind::Conflict);
    assert!(registry.histogram("h", "H.").register().is_ok(), "unsaid takes what is there");
}

#[test]
fn a14_durations_are_observed_in_seconds() {
    let histogram = Histogram::new(Buckets::default());
    histogram.observe_duration(std::time::Duration::from_millis(250));
    assert_eq!(histogram.sum(), 0.25);
}

#[test]
fn a15_the_first_scrape_shows_every_bucket_at_zero() {
    let registry = Registry::new();
    registry.histogram("h", "H.").register().expect("valid");
    let page = parsed(&registry);
    assert_eq!(page.families[0].samples.len(), 14);
    assert!(page.families[0].samples.iter().all(|sample| sample.value == "0"), "{page:?}");
}

#[test]
fn a16_other_label_names_under_one_name_are_refused() {
    let registry = Registry::new();
    registry.counter("a_total", "A.").labels(["x"]).expect("valid");
    for names in [vec!["y"], vec![], vec!["x", "y"]] {
        let refused = registry.counter("a_total", "A.").labels(names).expect_err("other labels");
        assert_eq!(refused.kind(), RegisterErrorKind::Conflict);
    }
}

#[test]
fn a17_a_family_may_have_no_labels_or_a_hundred() {
    let registry = Registry::new();
    let names: Vec<String> = (0..100).map(|n| format!("l{n}")).collect();
    let values: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let wide = registry.counter("wide_total", "Wide.").labels(names).expect("valid");
    wide.with_values(&values).expect("a hundred").inc();
    let tall = registry.histogram("tall", "Tall.").labels(["a"; 0]).expect("valid");
    tall.with_values(&[]).expect("none").observe(1.0);
    let page = parsed(&registry);
    let wide = &page.family("wide_total").expect("there").samples[0];
    assert!(wide.labels.iter().map(|(_, value)| value).eq(&values), "{wide:?}");
    assert!(wide.labels.len() == 100 && page.value("tall_count", &[]) == Some("1"));
}

#[test]
fn a18_a_lookup_returns_a_handle_that_can_be_kept() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["x"]).expect("valid");
    let kept = family.series_with_values(&["1"]).expect("one label");
    drop(family);
    thread::spawn(move || kept.inc()).join().expect("no panic");
    assert_eq!(parsed(&registry).value("a_total", &[("x", "1")]), Some("1"));
}

#[test]
fn a20_looking_a_series_up_puts_it_on_the_page_at_zero() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["x"]).expect("valid");
    let _ = family.with_values(&["1"]).expect("one label");
    assert_eq!(parsed(&registry).value("a_total", &[("x", "1")]), Some("0"));
}

#[test]
fn a20_metrics_without_labels_are_there_from_the_start() {
    let registry = Registry::new();
    registry.counter("a_total", "A.").register().expect("valid");
    registry.gauge("b", "B.").labels([]).expect("valid");
    assert!(page(&registry).ends_with("\nb 0\n"));
    assert_eq!(parsed(&registry).value("a_total", &[]), Some("0"));
}

static DECLARED: Family<Gauge> = family!("a20_declared", "Declared only.");

#[test]
fn a20_a_static_family_is_there_once_it_is_initialised() {
    DECLARED.init();
    assert_eq!(parsed(nunchi::global()).value("a20_declared", &[]), Some("0"));
}

#[test]
fn a21_a_help_that_says_nothing_is_refused() {
    let registry = Registry::new();
    for help in ["", " ", "\n\t"] {
        let refused = registry.gauge("a", help).register().expect_err(help);
        assert_eq!(refused.kind(), RegisterErrorKind::Invalid);
    }
    assert!(Descriptor::counter("a_total", " ").is_err());
}

#[test]
fn a21_every_family_of_the_crate_has_a_sentence_as_help() {
    gauge!("a21_touch", "Brings the global registry up.").set(0.0);
    let mut families = parsed(nunchi::global()).families;
    families.retain(|family| family.name.starts_with("nunchi_"));
    #[cfg(feature = "gc")]
    {
        let registry = Registry::new();
        nunchi::gc::GcStats::builder("a21").register(&registry).expect("valid");
        families.extend(parsed(&registry).families);
    }
    for family in families {
        assert!(family.help.contains(' ') && family.help.ends_with('.'), "{family:?}");
    }
}

#[test]
fn a22_a_scope_puts_namespace_and_subsystem_before_a_name() {
    let registry = Registry::new();
    let none: [(&str, &str); 0] = [];
    let subsystem = registry.scope("app_", none).and_then(|app| app.scope("db_", none));
    subsystem.expect("valid").gauge("rows", "Rows.").register().expect("valid");
    assert_eq!(parsed(&registry).families[0].name, "app_db_rows");
}

#[test]
fn a25_equal_values_give_equal_bytes() {
    let registry = Registry::new();
    for name in ["b", "a", "c"] {
        let family = registry.gauge(name, "Help.").labels(["n"]).expect("valid");
        for value in ["3", "1", "2"] {
            family.with_values(&[value]).expect("one label").set(1.5);
        }
    }
    let summary = registry.summary("s", "S.").quantiles([0.5]).register().expect("valid");
    summary.observe(4.0);
    registry.register(Fixed::gauge("d")).expect("valid");
    assert_eq!(page(&registry), page(&registry));
}

#[test]
fn a28_a_program_gets_four_crates_at_most() {
    let manifest = include_str!("../../../Cargo.toml");
    let table = manifest.split("\n[dependencies]\n").nth(1).expect("a table");
    let table = table.split("\n[").next().unwrap_or(table);
    let required: Vec<_> = table
        .lines()
        .filter(|line| line.contains('=') && !line.contains("optional = true"))
        .map(|line| line.split([' ', '=']).next().unwrap_or_default())
        .collect();
    assert_eq!(required, ["itoa", "once_cell", "parking_lot", "ryu"]);
}

#[test]
fn a29_updates_go_on_while_a_page_is_half_written() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["n"]).expect("valid");
    for n in 0..100 {
        family.with_values(&[&n.to_string()]).expect("one label");
    }
    let mut encoder = nunchi::Encoder::new(&registry, Format::Text);
    let mut chunk = Vec::with_capacity(100);
    assert!(encoder.next_chunk(&mut chunk));
    let writer = thread::spawn(move || {
        (0..200).for_each(|n| family.with_values(&[&n.to_string()]).expect("one label").inc());
    });
    writer.join().expect("the writer finishes while the page is held open");
    while encoder.next_chunk(&mut chunk) {}
    assert_eq!(String::from_utf8_lossy(&chunk).matches("\na_total{").count(), 200);
}

#[test]
fn a32_labelled_and_unlabelled_series_do_not_share_a_name() {
    let registry = Registry::new();
    let scope = registry.scope("", [("shard", "1")]).expect("valid");
    scope.gauge("rows", "Rows.").register().expect("valid");
    let bare = registry.gauge("rows", "Rows.").register().expect_err("a total beside its parts");
    assert_eq!(bare.kind(), RegisterErrorKind::Conflict);
}

#[test]
fn a33_concurrent_scrapes_do_not_see_each_others_collected_values() {
    let registry = Registry::new();
    let meeting = Arc::new(Barrier::new(2));
    let collect = {
        let meeting = Arc::clone(&meeting);
        move |out: &mut Collection<'_>| {
            let token = format!("{:?}", thread::current().id());
            let token = token.trim_matches(|c: char| !c.is_ascii_digit()).parse::<u64>()?;
            out.number("token", &[], token)?;
            meeting.wait(); // Both scrapes are inside their collection now.
            Ok(())
        }
    };
    registry.register(collector("token", collect)).expect("valid");
    let scrape = || parsed(&registry).families[0].samples[0].value.clone();
    let (one, other) = thread::scope(|scope| {
        let one = scope.spawn(scrape);
        let other = scope.spawn(scrape);
        (one.join().expect("a page"), other.join().expect("a page"))
    });
    assert_ne!(one, other);
}

#[test]
fn a34_a_registry_tells_of_its_own_scrapes() {
    let registry = Registry::new();
    registry.register_self_metrics().expect("valid");
    registry.register(collector("bad", |_| Err("unreadable".into()))).expect("valid");
    let _ = nunchi::http::respond(&registry, &nunchi::http::Request::get());
    let page = parsed(&registry);
    let errors = page.value("nunchi_collector_errors_total", &[("collector", "bad")]);
    assert_eq!(errors, Some("2"));
    assert_eq!(page.value("nunchi_scrape_duration_seconds_count", &[]), Some("1"));
    assert!(page.family("bad").is_none());
}

#[test]
fn a35_a_library_needs_nothing_from_its_host() {
    // Nobody set anything up and nobody ever scrapes this.
    counter!("a35_used_total", "Used.").inc_by(4);
    assert_eq!(counter!("a35_used_total", "Used.").get(), 4.0);
}

#[test]
fn a36_series_known_in_advance_are_exported_as_zero() {
    let registry = Registry::new();
    let family = registry.counter("jobs_total", "Jobs.").labels(["outcome"]).expect("valid");
    for outcome in ["done", "failed"] {
        let _ = family.with_values(&[outcome]);
    }
    assert!(parsed(&registry).families[0].samples.iter().all(|sample| sample.value == "0"));
}

#[test]
fn a11_the_time_of_day_is_written_in_full() {
    let registry = Registry::new();
    let gauge = registry.gauge("start_timestamp_seconds", "Start.").register().expect("valid");
    gauge.set_to_current_time();
    let shown = parsed(&registry).families[0].samples[0].float();
    assert_eq!(shown, gauge.get());
    assert!(shown > 1.7e9);
    Observe::observe(&*gauge, 1.0);
    assert_eq!(gauge.get(), 1.0);
}
