//! What tests of users do with a clock of their own, and what it leaves alone.

use nunchi::http::{respond, Request};
use nunchi::testing::{page, Clock};
use nunchi::{assert_metric, Gauge, Registry, Series, Summary};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant, UNIX_EPOCH};

const WINDOW: Duration = Duration::from_secs(160);
/// When even the oldest part of a window is gone.
const ALL_OF_IT: Duration = Duration::from_secs(170);

fn summary(registry: &Registry) -> Series<Summary> {
    let summary = registry.summary("app_wait_seconds", "Time in queue.").quantiles([0.0, 0.5, 1.0]);
    summary.window(WINDOW).register().expect("a valid family")
}

fn quantile(registry: &Registry, quantile: f64) -> f64 {
    let page = page(registry);
    let wait = page.distribution("app_wait_seconds", &[]).expect("it is there");
    wait.quantile(quantile).expect("it is asked for")
}

#[test]
fn a_window_moves_on_without_waiting() {
    let clock = Clock::stopped();
    let _inside = clock.enter();
    let (registry, start) = (Registry::new(), Instant::now());
    let wait = summary(&registry);
    for minute in 0..5 {
        wait.observe(f64::from(minute));
        clock.advance(Duration::from_secs(60));
    }
    // Those of 300, 240 and 180 seconds ago have left, those of 120 and 60 have not.
    assert_eq!([0.0, 0.5, 1.0].map(|at| quantile(&registry, at)), [3.0, 3.0, 4.0]);
    clock.advance(ALL_OF_IT);
    assert!(quantile(&registry, 0.5).is_nan());
    wait.observe(9.0);
    assert_eq!(quantile(&registry, 0.5), 9.0);
    assert_metric!(registry, "app_wait_seconds_count" == 6);
    assert!(start.elapsed() < Duration::from_secs(20));
}

/// Elsewhere such a summary would have a recorder in the thread, which looks at the clock rarely.
#[test]
fn a_busy_summary_counts_in_the_right_pane() {
    let clock = Clock::stopped();
    let _inside = clock.enter();
    let registry = Registry::new();
    let wait = summary(&registry);
    for _ in 0..300_000 {
        wait.observe(1.0);
    }
    for value in [2.0, 3.0, 4.0] {
        clock.advance(ALL_OF_IT);
        wait.observe(value);
        assert_eq!([0.0, 0.5, 1.0].map(|at| quantile(&registry, at)), [value; 3]);
    }
    clock.advance(ALL_OF_IT);
    assert!(quantile(&registry, 0.5).is_nan());
}

#[test]
fn timers_of_every_type_measure_the_clock() {
    let clock = Clock::stopped();
    let _inside = clock.enter();
    let registry = Registry::new();
    let wait = summary(&registry);
    let took = registry.histogram("app_took_seconds", "Time to answer.").buckets([1.0, 5.0]);
    let took = took.register().expect("a valid family");
    let last: Series<Gauge> =
        registry.gauge("app_last_seconds", "Time of the last.").register().expect("valid");
    let timers = (wait.start_timer(), took.start_timer(), last.start_timer());
    let idle = took.start_timer();
    clock.advance(Duration::from_millis(2500));
    drop(timers);
    assert_metric!(registry, "app_wait_seconds_sum" == 2.5);
    assert_metric!(registry, "app_took_seconds_bucket", {"le" => 1} == 0);
    assert_metric!(registry, "app_took_seconds_bucket", {"le" => 5} == 1);
    assert_metric!(registry, "app_last_seconds" == 2.5);
    assert_eq!(idle.stop(), Duration::from_millis(2500));
}

#[test]
fn the_time_of_day_is_as_it_was_set() {
    let clock = Clock::stopped_at(UNIX_EPOCH + Duration::from_secs(1_000_000_000));
    let registry = Registry::new();
    let done = registry.gauge("app_done_timestamp_seconds", "When it was done.").register();
    let done = done.expect("a valid family");
    let inside = clock.enter();
    clock.advance(Duration::from_secs(7));
    done.set_to_current_time();
    assert_metric!(registry, "app_done_timestamp_seconds" == 1_000_000_007);
    assert_eq!(clock.time_of_day(), UNIX_EPOCH + Duration::from_secs(1_000_000_007));
    drop(inside);
    done.set_to_current_time();
    assert_metric!(registry, "app_done_timestamp_seconds" > 1_700_000_000);
}

#[test]
fn a_scrape_takes_no_time() {
    let _inside = Clock::stopped().enter();
    let registry = Registry::new();
    registry.register_self_metrics().expect("once");
    for _ in 0..3 {
        assert_eq!(respond(&registry, &Request::get()).status, 200);
    }
    assert_metric!(registry, "nunchi_scrape_duration_seconds_count" == 3);
    assert_metric!(registry, "nunchi_scrape_duration_seconds_sum" == 0);
}

#[test]
fn threads_that_enter_share_the_clock_and_others_do_not() {
    let clock = Clock::stopped_at(UNIX_EPOCH);
    let (tell, told) = mpsc::channel::<()>();
    let worker = thread::spawn({
        let clock = clock.clone();
        move || {
            let seen = Gauge::<f64>::new();
            seen.set_to_current_time();
            let before = seen.get();
            let _inside = clock.enter();
            told.recv().expect("it is told");
            seen.set_to_current_time();
            (before, seen.get())
        }
    });
    clock.advance(Duration::from_secs(3600));
    tell.send(()).expect("it listens");
    let (before, after) = worker.join().expect("no panic");
    assert!(before > 1_700_000_000.0);
    assert_eq!(after, 3600.0);
}

#[test]
fn a_metric_outlives_the_clock() {
    let registry = Registry::new();
    let wait = summary(&registry);
    wait.observe(1.0);
    let clock = Clock::stopped();
    let inside = clock.enter();
    clock.advance(ALL_OF_IT * 10);
    wait.observe(2.0);
    assert_eq!(quantile(&registry, 0.0), 2.0);
    drop(inside);
    wait.observe(3.0);
    assert_eq!(quantile(&registry, 1.0), 3.0);
    assert_metric!(registry, "app_wait_seconds_count" == 3);
    assert_metric!(registry, "app_wait_seconds_sum" == 6);
}
