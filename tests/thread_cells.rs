//! Series that are hot: each thread counts in cells of its own, and no count is lost.
//!
//! A binary of its own: slots and slabs belong to the whole process.

use nunchi::{Buckets, Counter, Format, Gauge, Histogram, Registry};
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

/// So many updates make a series hot, however the clock ticks.
const WARMING: u64 = 40_000;

fn hot_counter() -> &'static Counter {
    let counter: &'static Counter = Box::leak(Box::default());
    (0..WARMING).for_each(|_| counter.inc());
    counter
}

/// Increments when its thread's data is destroyed.
struct Late(&'static Counter, u64);

impl Drop for Late {
    fn drop(&mut self) {
        (0..self.1).for_each(|_| self.0.inc());
    }
}

thread_local! {
    // Both are there before the thread has cells, or only after: the system destroys them in an
    // order of its own, so one of them runs while the cells are there and one when they are gone.
    static EARLY: RefCell<Option<Late>> = const { RefCell::new(None) };
    static LATE: RefCell<Option<Late>> = const { RefCell::new(None) };
}

#[test]
fn a_thousand_short_threads_are_exact_also_in_their_destructors() {
    let (threads, updates, late) = (1_000, 10_000, 25);
    let counter = hot_counter();
    let mut started = 0;
    while started < threads {
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(move || {
                    EARLY.with(|cell| *cell.borrow_mut() = Some(Late(counter, late)));
                    (0..updates).for_each(|_| counter.inc());
                    LATE.with(|cell| *cell.borrow_mut() = Some(Late(counter, late)));
                });
                started += 1;
            }
        });
    }
    // A scope waits for the closures; the destructors of its threads may still be at it.
    let expected = (WARMING + threads * (updates + 2 * late)) as f64;
    for _ in 0..1_000 {
        if counter.get() == expected {
            break;
        }
        thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(counter.get(), expected);
}

#[test]
fn every_type_is_exact_while_it_is_scraped() {
    let updates: u64 = if cfg!(debug_assertions) { 200_000 } else { 2_000_000 };
    let registry = Registry::new();
    let whole = registry.counter("whole_total", "W.").register().unwrap();
    let fraction = registry.counter("fraction_total", "F.").register().unwrap();
    let level = registry.int_gauge("level", "L.").register().unwrap();
    let float = registry.gauge("float", "F.").register().unwrap();
    let sizes = registry.histogram("sizes", "S.").buckets([1.0, 2.0]).register().unwrap();
    let wait = registry.summary("wait", "W.").quantiles([0.5]).register().unwrap();
    let plain = registry.summary("plain", "P.").register().unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..4_u64)
            .map(|thread| {
                let series = (&whole, &fraction, &level, &float, &sizes, &wait, &plain);
                scope.spawn(move || {
                    let (whole, fraction, level, float, sizes, wait, plain) = series;
                    for n in 0..updates {
                        whole.inc_by(2);
                        fraction.inc_by(0.125);
                        level.inc_by(if thread % 2 == 0 { 3 } else { -3 });
                        float.inc_by(if thread % 2 == 0 { 0.1 } else { -0.1 });
                        let value = (n % 2) as f64 + 1.0;
                        sizes.observe(value);
                        wait.observe(value);
                        plain.observe(value);
                    }
                })
            })
            .collect();
        let (registry, done) = (&registry, &done);
        let scraper = scope.spawn(move || {
            let (mut last, mut pages) = (Page::default(), 0);
            while !done.load(Ordering::Relaxed) {
                let page = Page::of(registry);
                page.check();
                page.check_after(&last);
                last = page;
                pages += 1;
            }
            pages
        });
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        done.store(true, Ordering::Relaxed);
        assert!(scraper.join().unwrap() > 0);
    });
    let page = Page::of(&registry);
    let all = 4 * updates;
    assert_eq!(page.value("whole_total"), 2.0 * all as f64);
    assert_eq!(page.value("fraction_total"), 0.125 * all as f64);
    assert_eq!(page.value("level"), 0.0);
    // What was added before the gauge was hot was rounded every time.
    assert!(page.value("float").abs() < 1e-6, "{}", page.value("float"));
    for name in ["sizes", "wait", "plain"] {
        assert_eq!(page.value(&format!("{name}_count")), all as f64);
        assert_eq!(page.value(&format!("{name}_sum")), 1.5 * all as f64);
    }
}

/// The samples of a page, by name.
#[derive(Default)]
struct Page(std::collections::HashMap<String, f64>);

impl Page {
    fn of(registry: &Registry) -> Self {
        let mut text = Vec::new();
        nunchi::encode(registry, Format::Text, &mut text);
        let text = String::from_utf8(text).unwrap();
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        Self(
            samples
                .map(|line| line.rsplit_once(' ').unwrap())
                .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
                .collect(),
        )
    }

    fn value(&self, name: &str) -> f64 {
        self.0.get(name).copied().unwrap_or(0.0)
    }

    /// Values are 1 and 2 in turn, so a sum that is not of the observations counted shows.
    fn check(&self) {
        let ones = self.value("sizes_bucket{le=\"1.0\"}");
        let twos = self.value("sizes_bucket{le=\"2.0\"}") - ones;
        assert_eq!(ones + twos, self.value("sizes_count"));
        assert_eq!(ones + 2.0 * twos, self.value("sizes_sum"), "a torn histogram");
    }

    fn check_after(&self, last: &Self) {
        for name in ["whole_total", "fraction_total", "sizes_count", "sizes_sum", "wait_count"] {
            assert!(self.value(name) >= last.value(name), "{name} went down");
        }
    }
}

#[test]
fn a_hot_gauge_can_be_set_exactly() {
    let float = Gauge::<f64>::new();
    let whole = Gauge::<i64>::new();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..WARMING {
                    float.inc_by(0.1);
                    whole.inc();
                }
            });
        }
    });
    assert_eq!(whole.get(), 3 * WARMING as i64);
    assert!((float.get() - 0.3 * WARMING as f64).abs() < 1e-6);
    for value in [0.1, -7.25, f64::INFINITY, 0.3, f64::NAN, 0.0] {
        float.set(value);
        assert!(float.get() == value || value.is_nan() && float.get().is_nan());
    }
    float.inc_by(f64::INFINITY);
    assert_eq!(float.get(), f64::INFINITY);
    float.set(2.5);
    float.inc_by(1.0);
    whole.set(-5);
    whole.dec();
    assert_eq!((float.get(), whole.get()), (3.5, -6));
}

/// Work that one thread begins and another ends: never less than none, never more than there is.
#[test]
fn a_hot_gauge_shows_values_it_had() {
    const PLACES: usize = 8;
    let rounds = if cfg!(debug_assertions) { 100_000 } else { 500_000 };
    let in_progress = Gauge::<i64>::new();
    let (begun, ended) = std::sync::mpsc::sync_channel::<()>(PLACES - 2);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let (in_progress, done) = (&in_progress, &done);
        scope.spawn(move || {
            for _ in 0..rounds {
                in_progress.inc();
                if begun.send(()).is_err() {
                    return;
                }
            }
        });
        let ender = scope.spawn(move || ended.iter().for_each(|()| in_progress.dec()));
        let reader = scope.spawn(move || {
            let mut wrong = 0;
            while !done.load(Ordering::Relaxed) {
                wrong += usize::from(!(0..=PLACES as i64).contains(&in_progress.get()));
            }
            wrong
        });
        ender.join().unwrap();
        done.store(true, Ordering::Relaxed);
        assert_eq!(reader.join().unwrap(), 0, "values that the gauge never had");
    });
    assert_eq!(in_progress.get(), 0);
}

#[test]
fn threads_that_come_after_each_other_go_on_where_the_last_one_stopped() {
    let registry = Registry::new();
    let sizes = registry.histogram("sizes", "S.").buckets([1.0, 2.0]).register().unwrap();
    let wait = registry.summary("wait", "W.").quantiles([0.5]).register().unwrap();
    let plain = registry.summary("plain", "P.").register().unwrap();
    let fraction = registry.counter("fraction_total", "F.").register().unwrap();
    let threads = 6;
    for _ in 0..threads {
        thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..WARMING {
                    sizes.observe(1.5);
                    wait.observe(1.5);
                    plain.observe(1.5);
                    fraction.inc_by(1.5);
                }
            });
        });
    }
    let (count, sum) = (threads * WARMING, 1.5 * (threads * WARMING) as f64);
    assert_eq!((sizes.count(), sizes.sum()), (count, sum));
    assert_eq!((wait.count(), wait.sum(), wait.quantile(0.5)), (count, sum, 1.5));
    assert_eq!((plain.count(), plain.sum(), fraction.get()), (count, sum, sum));
}

#[test]
fn values_without_a_number_reach_a_hot_histogram() {
    let histogram = Histogram::new(Buckets::new([1.0, 2.0]).unwrap());
    (0..WARMING).for_each(|_| histogram.observe(1.0));
    histogram.observe(f64::INFINITY);
    assert_eq!((histogram.sum(), histogram.count()), (f64::INFINITY, WARMING + 1));
    histogram.observe(5.0);
    assert_eq!(histogram.sum(), f64::INFINITY);
    histogram.observe(f64::NAN);
    assert!(histogram.sum().is_nan());
    assert_eq!(histogram.count(), WARMING + 3);
}

#[test]
fn sums_of_hot_series_do_not_drift() {
    let updates = 10 * WARMING;
    let (counter, histogram) = (Counter::new(), Histogram::new(Buckets::default()));
    for _ in 0..updates {
        counter.inc_by(0.1);
        histogram.observe(0.1);
    }
    let exact = 0.1 * updates as f64;
    // What was added before they were hot was rounded every time.
    assert!((counter.get() - exact).abs() < 1e-8, "{} instead of {exact}", counter.get());
    assert!((histogram.sum() - exact).abs() < 1e-8, "{} instead of {exact}", histogram.sum());
}

#[test]
fn series_that_come_and_go_never_inherit_a_value() {
    let rounds = if cfg!(debug_assertions) { 30 } else { 300 };
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..rounds {
                    let counter = Counter::new();
                    let histogram = Histogram::new(Buckets::new([1.0]).unwrap());
                    assert_eq!((counter.get(), histogram.count()), (0.0, 0));
                    for _ in 0..WARMING {
                        counter.inc();
                        counter.inc_by(0.5);
                        histogram.observe(1.0);
                    }
                    assert_eq!(counter.get(), 1.5 * WARMING as f64);
                    assert_eq!((histogram.count(), histogram.sum()), (WARMING, WARMING as f64));
                }
            });
        }
    });
}

/// A page that was begun before a series was dropped and another took its slot.
#[test]
fn a_page_under_way_does_not_mix_series_up() {
    let registry = Registry::new();
    let family = registry.counter("kept_total", "K.").labels(["n"]).unwrap();
    for n in 0..200 {
        family.with_values(&[&n.to_string()]).unwrap().inc_by(1);
    }
    let kept = family.series_with_values(&["0"]).unwrap();
    (0..WARMING).for_each(|_| kept.inc());
    let other = Counter::new();
    (0..WARMING).for_each(|_| other.inc());
    let mut encoder = nunchi::Encoder::new(&registry, Format::Text);
    let (mut page, mut chunk) = (String::new(), Vec::with_capacity(512));
    let mut more = encoder.next_chunk(&mut chunk);
    page.push_str(std::str::from_utf8(&chunk).unwrap());
    drop(other); // Its slot is free now, and its count is among the sums of the page.
    let late = family.series_with_values(&["150"]).unwrap();
    (0..WARMING).for_each(|_| late.inc());
    while more {
        chunk.clear();
        more = encoder.next_chunk(&mut chunk);
        page.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    let line = page.lines().find(|line| line.contains("n=\"150\"")).unwrap();
    let value: u64 = line.rsplit(' ').next().unwrap().parse().unwrap();
    assert!((1..=1 + WARMING).contains(&value), "{line}");
}

/// Memory that this process has touched, in bytes.
#[cfg(target_os = "linux")]
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// More series than there are slots become hot and then idle: those that find no slot go on with
/// what all threads share, and a thread's cells stay within what the documentation says.
#[cfg(target_os = "linux")]
#[test]
#[cfg_attr(debug_assertions, ignore = "two thousand million updates: run it with --release")]
fn a_hundred_thousand_hot_series_stay_within_the_bound() {
    const SERIES: usize = 100_000;
    let counters: Vec<Counter> = (0..SERIES).map(|_| Counter::new()).collect();
    let before = resident();
    let updates = AtomicU64::new(0);
    thread::scope(|scope| {
        for half in counters.chunks(SERIES / 2) {
            let updates = &updates;
            scope.spawn(move || {
                for counter in half {
                    (0..WARMING / 2).for_each(|_| counter.inc());
                }
                updates.fetch_add(half.len() as u64 * (WARMING / 2), Ordering::Relaxed);
            });
        }
    });
    let grown = resident().saturating_sub(before);
    let total: f64 = counters.iter().map(Counter::get).sum();
    assert_eq!(total, updates.into_inner() as f64);
    // Two slabs, the stacks of two threads, and what the other tests do meanwhile.
    assert!(grown < 4 << 20, "{grown} bytes for the cells of two threads");
}
