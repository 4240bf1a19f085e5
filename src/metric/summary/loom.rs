//! All interleavings of observing, scraping and sweeping, on the real [`Totals`] and the real
//! operations on a bin.
//!
//! Each model asserts how many executions it explored, because a model that explores one proves
//! nothing.

use super::live;
use super::totals::Totals;
use crate::sync::primitive::AtomicU32;
use loom::sync::{Arc, Mutex};
use loom::thread;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Totals, one bin, and the lock that scrapes and sweeps hold.
struct Model {
    totals: Totals,
    bin: AtomicU32,
    lock: Mutex<()>,
}

impl Model {
    fn observe(&self) {
        self.totals.add(1.0);
        live::count(&self.bin);
    }

    fn sweep(&self) {
        let _held = self.lock.lock();
        self.totals.count(u64::from(live::take(&self.bin)));
    }

    /// The pair, unless the counts differ.
    fn scrape(&self) -> Option<(u64, f64)> {
        let _held = self.lock.lock();
        let binned = || u64::from(live::counted(&self.bin));
        self.totals.attempt(self.totals.counted(binned), binned).ok()
    }
}

/// Runs `body` through every interleaving and checks how many there were, and how many of the
/// scrapes were accepted.
fn explore(least: usize, body: impl Fn(&Arc<Model>) -> Option<(u64, f64)> + Sync + Send + 'static) {
    static SERIAL: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one_at_a_time = SERIAL.lock();
    static EXPLORED: AtomicUsize = AtomicUsize::new(0);
    static ACCEPTED: AtomicUsize = AtomicUsize::new(0);
    EXPLORED.store(0, Ordering::Relaxed);
    ACCEPTED.store(0, Ordering::Relaxed);
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(4);
    builder.check(move || {
        EXPLORED.fetch_add(1, Ordering::Relaxed);
        let model =
            Arc::new(Model { totals: Totals::new(), bin: AtomicU32::new(0), lock: Mutex::new(()) });
        if let Some((count, sum)) = body(&model) {
            ACCEPTED.fetch_add(1, Ordering::Relaxed);
            assert!(sum >= count as f64, "the count, {count}, is ahead of the sum, {sum}");
            assert!(
                sum <= count as f64 + 1.0,
                "the sum, {sum}, is far ahead of the count, {count}"
            );
        }
    });
    let (explored, accepted) = (EXPLORED.load(Ordering::Relaxed), ACCEPTED.load(Ordering::Relaxed));
    println!("{explored} executions, {accepted} scrapes accepted");
    assert!(explored > least && accepted > least / 10, "{explored} explored, {accepted} accepted");
}

/// One thread observes twice; the pair is off by one observation at most.
#[test]
fn a_scrape_is_off_by_one_observation_of_a_thread() {
    explore(100, |model| {
        let recorder = thread::spawn({
            let model = Arc::clone(model);
            move || (0..2).for_each(|_| model.observe())
        });
        let pair = model.scrape();
        recorder.join().unwrap();
        assert_eq!(model.scrape(), Some((2, 2.0)));
        pair
    });
}

/// The same where observations are counted without a bin.
#[test]
fn so_is_a_scrape_of_a_summary_without_bins() {
    explore(100, |model| {
        let recorder = thread::spawn({
            let model = Arc::clone(model);
            move || (0..2).for_each(|_| model.totals.observe(1.0))
        });
        let pair = model.scrape();
        recorder.join().unwrap();
        assert_eq!(model.scrape(), Some((2, 2.0)));
        pair
    });
}

/// A sweep between two observations and beside a scrape: nothing is lost, nothing counted twice,
/// and the scrape is as good as without it.
#[test]
fn a_sweep_loses_nothing() {
    explore(1_000, |model| {
        let recorder = thread::spawn({
            let model = Arc::clone(model);
            move || (0..2).for_each(|_| model.observe())
        });
        let sweeper = thread::spawn({
            let model = Arc::clone(model);
            move || model.sweep()
        });
        let pair = model.scrape();
        recorder.join().unwrap();
        sweeper.join().unwrap();
        assert_eq!(model.scrape(), Some((2, 2.0)));
        pair
    });
}

/// Two threads observe; each addition is kept and published whichever comes second.
#[test]
fn two_threads_lose_nothing() {
    explore(1_000, |model| {
        let recorder = thread::spawn({
            let model = Arc::clone(model);
            move || model.observe()
        });
        let scraper = thread::spawn({
            let model = Arc::clone(model);
            move || model.scrape()
        });
        model.observe();
        recorder.join().unwrap();
        let pair = scraper.join().unwrap();
        assert_eq!(model.scrape(), Some((2, 2.0)));
        // Each of the two may be in flight, so only one side of the bound is asserted.
        pair.map(|(count, sum)| (count, sum.min(count as f64 + 1.0)))
    });
}
