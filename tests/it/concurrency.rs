//! Eight threads at once: nothing is lost, and no scrape sees less than an earlier one.

use crate::parser::Page;
use crate::support::parsed;
use nunchi::Registry;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

const THREADS: u64 = 8;

/// Updates of each thread.
const ROUNDS: u64 = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };

/// Runs `update(thread, round)` in eight threads while this one scrapes until they are done.
/// Checks every page, and that the samples `grows` names never show less than before.
fn hammer(
    registry: &Registry,
    update: impl Fn(u64, u64) + Sync,
    grows: impl Fn(&str) -> bool + Sync,
    check: impl Fn(&Page) + Sync,
) -> Page {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let scraper = scope.spawn(|| {
            let mut last: BTreeMap<String, f64> = BTreeMap::new();
            while !done.load(Ordering::Relaxed) {
                let page = parsed(registry);
                check(&page);
                for sample in page.families.iter().flat_map(|family| &family.samples) {
                    if grows(&sample.name) {
                        let series = format!("{}{:?}", sample.name, sample.labels);
                        let before = last.insert(series, sample.float()).unwrap_or(0.0);
                        assert!(sample.float() >= before, "{sample:?} after {before}");
                    }
                }
                thread::yield_now();
            }
        });
        let writers: Vec<_> = (0..THREADS)
            .map(|thread| {
                let update = &update;
                scope.spawn(move || (0..ROUNDS).for_each(|round| update(thread, round)))
            })
            .collect();
        let writers: Vec<_> = writers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Relaxed);
        scraper.join().expect("every page was in order");
        assert!(writers.iter().all(Result::is_ok));
    });
    parsed(registry)
}

#[test]
fn counters_lose_no_whole_number_and_no_fraction() {
    let registry = Registry::new();
    let whole = registry.counter("whole_total", "Whole.").register().expect("valid");
    let mixed = registry.counter("mixed_total", "Mixed.").register().expect("valid");
    let update = |_, round| {
        whole.inc();
        mixed.inc_by(if round % 2 == 0 { 0.25 } else { 1.0 });
    };
    let page = hammer(&registry, update, |_| true, |_| ());
    let updates = THREADS * ROUNDS;
    assert_eq!(page.value("whole_total", &[]), Some(&*updates.to_string()));
    assert_eq!(
        page.family("mixed_total").expect("there").samples[0].float(),
        updates as f64 * 0.625
    );
}

#[test]
fn gauges_lose_no_addition() {
    let registry = Registry::new();
    let float = registry.gauge("float", "Float.").register().expect("valid");
    let whole = registry.int_gauge("whole", "Whole.").register().expect("valid");
    let update = |thread, _| {
        let sign = if thread % 2 == 0 { 1.0 } else { -0.5 };
        float.inc_by(sign);
        whole.dec_by(thread as i64);
    };
    let page = hammer(&registry, update, |_| false, |_| ());
    let rounds = ROUNDS as f64;
    assert_eq!(page.family("float").expect("there").samples[0].float(), rounds * 4.0 * 0.5);
    assert_eq!(page.value("whole", &[]), Some(&*(-28 * ROUNDS as i64).to_string()));
}

/// The parser checks every page: buckets cumulative, the last one the count.
#[test]
fn histograms_lose_no_observation_and_are_never_torn() {
    let registry = Registry::new();
    let histogram = registry.histogram("h", "H.").buckets([1.0, 2.0]).register().expect("valid");
    let (torn, pages) = (AtomicU64::new(0), AtomicU64::new(0));
    // Every observation of a bucket has the value of its bound.
    let check = |page: &Page| {
        let number = |at: usize| page.families[0].samples[at].float();
        let (one, two, all, sum) = (number(0), number(1), number(2), number(3));
        let expected = one + 2.0 * (two - one) + 4.0 * (all - two);
        pages.fetch_add(1, Ordering::Relaxed);
        torn.fetch_add(u64::from(sum != expected), Ordering::Relaxed);
    };
    let values = [1.0, 2.0, 4.0];
    let update = |thread, round| histogram.observe(values[((thread + round) % 3) as usize]);
    let page = hammer(&registry, update, |_| true, check);
    assert_eq!(page.value("h_count", &[]), Some(&*(THREADS * ROUNDS).to_string()));
    let sum: f64 = (0..THREADS)
        .flat_map(|thread| (0..ROUNDS).map(move |round| values[((thread + round) % 3) as usize]))
        .sum();
    assert_eq!(page.family("h").expect("there").samples[3].float(), sum);
    let (torn, pages) = (torn.into_inner(), pages.into_inner());
    assert_eq!(torn, 0, "{torn} of {pages} pages were torn");
}

#[test]
fn summaries_lose_no_observation() {
    let registry = Registry::new();
    let bare = registry.summary("bare", "Bare.").register().expect("valid");
    let full = registry.summary("full", "Full.").quantiles([0.0, 0.5, 1.0]);
    let full = full.register().expect("valid");
    let update = |thread, round| {
        bare.observe(0.5);
        full.observe(((thread + round) % 4 + 1) as f64);
    };
    // The sum may be ahead of the count by one observation of each thread.
    let check = |page: &Page| {
        let bare = &page.families[0].samples;
        let ahead = bare[0].float() * 2.0 - bare[1].float();
        assert!((0.0..=8.0).contains(&ahead), "{ahead}");
    };
    let grows = |name: &str| name.ends_with("_count") || name.ends_with("_sum");
    let page = hammer(&registry, update, grows, check);
    let updates = THREADS * ROUNDS;
    assert_eq!(page.value("bare_count", &[]), Some(&*updates.to_string()));
    assert_eq!(page.value("bare_sum", &[]), Some(&*(updates / 2).to_string()));
    assert_eq!(page.value("full_count", &[]), Some(&*updates.to_string()));
    let full = page.family("full").expect("there");
    assert_eq!(full.samples[3].float(), updates as f64 * 2.5);
    assert_eq!((full.samples[0].float(), full.samples[2].float()), (1.0, 4.0));
}

#[test]
fn lookups_create_each_series_once_and_lose_nothing() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["x", "y"]).expect("valid");
    let update = |thread: u64, round: u64| {
        let (x, y) = ((round % 97).to_string(), (thread % 3).to_string());
        family.with_values(&[&x, &y]).expect("two").inc();
    };
    let page = hammer(&registry, update, |_| true, |_| ());
    let samples = &page.families[0].samples;
    assert_eq!((samples.len(), family.cardinality()), (97 * 3, 97 * 3));
    let total: f64 = samples.iter().map(crate::parser::Sample::float).sum();
    assert_eq!(total, (THREADS * ROUNDS) as f64);
}

#[test]
fn threads_that_register_the_same_family_get_the_same_family() {
    let registry = Registry::new();
    let update = |thread: u64, round: u64| {
        if round % 64 == 0 {
            let name = format!("a{}_total", round / 64 % 40);
            let family = registry.counter(&name, "A.").labels(["thread"]).expect("valid");
            family.with_values(&[&thread.to_string()]).expect("one").inc();
        }
    };
    let page = hammer(&registry, update, |_| true, |_| ());
    assert_eq!(page.families.len(), 40);
    let samples = || page.families.iter().flat_map(|family| &family.samples);
    assert_eq!(samples().count(), 40 * THREADS as usize);
    let total: f64 = samples().map(crate::parser::Sample::float).sum();
    assert_eq!(total, (THREADS * ROUNDS.div_ceil(64)) as f64);
}

#[test]
fn a_limit_holds_while_many_threads_create() {
    let registry = Registry::new();
    registry.register_self_metrics().expect("valid");
    let family = registry.counter("a_total", "A.").max_series(100).labels(["n"]).expect("valid");
    let update = |thread: u64, round: u64| {
        if round % 16 == 0 {
            family.with_values(&[&format!("{thread}-{round}")]).expect("one").inc();
        }
    };
    let page = hammer(&registry, update, |_| true, |_| ());
    assert_eq!(family.cardinality(), 101);
    let total: f64 = page
        .family("a_total")
        .expect("there")
        .samples
        .iter()
        .map(crate::parser::Sample::float)
        .sum();
    assert_eq!(total, (THREADS * ROUNDS.div_ceil(16)) as f64);
    let folded = page.value("nunchi_series_folded_total", &[("family", "a_total")]);
    assert_eq!(folded, Some(&*(THREADS * ROUNDS.div_ceil(16) - 100).to_string()));
}

#[test]
fn state_sets_show_one_state_whatever_moment_it_is() {
    let registry = Registry::new();
    let states = ["a", "b", "c", "d"];
    let phase = registry.state_set("phase", "Phase.", states).register().expect("valid");
    phase.set("a");
    let update = |thread, round| {
        phase.set(states[((thread + round) % 4) as usize]);
    };
    let check = |page: &Page| {
        let on = page.families[0].samples.iter().filter(|sample| sample.value == "1").count();
        assert_eq!(on, 1, "{page:?}");
    };
    hammer(&registry, update, |_| false, check);
}
