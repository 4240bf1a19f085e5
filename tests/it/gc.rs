//! Statistics of collectors: what is on the page is what happened, and nothing else.

use crate::parser::parse;
use crate::support::page;
use nunchi::gc::{Cause, GcSource, GcStats, GcTotals, Gen, Total};
use nunchi::{RegisterErrorKind, Registry};
use proptest::prelude::*;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const ALL: [Total; 6] = [
    Total::AllocatedBytes,
    Total::AllocatedObjects,
    Total::CpuSeconds,
    Total::FreedBytes,
    Total::FreedObjects,
    Total::PromotedBytes,
];

fn tree(registry: &Registry) -> GcStats {
    let builder = GcStats::builder("tree").generations(["0", "1"]).causes(["reroot", "pressure"]);
    builder.totals(ALL).register(registry).unwrap()
}

/// The page, once the strict parser took it.
fn page_of(registry: &Registry) -> String {
    let page = page(registry);
    parse(page.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{page}"));
    page
}

/// The sum of the samples of this name that have these labels; `None` if there is none.
fn sum(page: &str, name: &str, labels: &[&str]) -> Option<f64> {
    let samples = page.lines().filter(|line| !line.starts_with('#'));
    let values: Vec<f64> = samples
        .filter_map(|line| line.rsplit_once(' '))
        .filter(|(series, _)| series.split('{').next() == Some(name))
        .filter(|(series, _)| labels.iter().all(|label| series.contains(label)))
        .map(|(_, value)| value.parse().unwrap())
        .collect();
    (!values.is_empty()).then(|| values.iter().sum())
}

#[derive(Clone, Copy, Debug)]
struct Collection {
    gen: usize,
    cause: usize,
    allocated: u64,
    /// Of what is on the heap, in sixteenths.
    freed: u64,
    pauses: usize,
    is_finished: bool,
}

fn collection() -> impl Strategy<Value = Collection> {
    (0..2_usize, 0..2_usize, 0..10_000_u64, 0..=16_u64, 0..3_usize, prop::bool::ANY).prop_map(
        |(gen, cause, allocated, freed, pauses, is_finished)| Collection {
            gen,
            cause,
            allocated,
            freed,
            pauses,
            is_finished,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.min(48),
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_was_freed_and_lives_is_what_was_allocated(
        cycles in prop::collection::vec(collection(), 1..40),
    ) {
        let registry = Registry::new();
        let stats = tree(&registry);
        let (started, heap) = (Instant::now(), stats.heap());
        let (mut on_heap, mut pauses) = (0, 0);
        let mut finished = [[0; 2]; 2];
        for step in &cycles {
            heap.allocated_bytes(step.allocated).allocated_objects(step.allocated / 16);
            on_heap += step.allocated;
            let mut cycle = heap.begin(Gen(step.gen), Cause(step.cause));
            (0..step.pauses).for_each(|_| drop(cycle.pause()));
            pauses += step.pauses.max(1);
            let freed = on_heap * step.freed / 16;
            on_heap -= freed;
            cycle.freed_bytes(freed).live_bytes(on_heap).used(on_heap);
            if step.is_finished {
                cycle.finish();
                finished[step.gen][step.cause] += 1;
            }
        }
        let under_way = heap.begin(Gen(0), Cause(0));
        prop_assert_eq!(sum(&page_of(&registry), "gc_in_progress", &[]), Some(1.0));
        drop(under_way);
        pauses += 1;
        let wall = started.elapsed().as_secs_f64();
        let page = page_of(&registry);
        let value = |name| sum(&page, name, &[]).unwrap();
        let freed = value("gc_freed_bytes_total");
        prop_assert_eq!(freed + value("gc_heap_live_bytes"), value("gc_allocated_bytes_total"));
        prop_assert!(value("gc_pause_seconds_sum") <= wall);
        prop_assert_eq!(value("gc_pause_seconds_count"), pauses as f64);
        prop_assert_eq!(value("gc_in_progress"), 0.0);
        let all: i32 = finished.iter().flatten().sum();
        let aborted = cycles.len() as f64 + 1.0 - f64::from(all);
        prop_assert_eq!(value("gc_collections_aborted_total"), aborted);
        for (gen, causes) in finished.iter().enumerate() {
            for (cause, count) in ["reroot", "pressure"].iter().zip(causes) {
                let labels = [format!("generation=\"{gen}\""), format!("cause=\"{cause}\"")];
                let labels = labels.each_ref().map(|label| &**label);
                let shown = sum(&page, "gc_collections_total", &labels);
                prop_assert_eq!(shown, Some(f64::from(*count)));
            }
        }
        prop_assert_eq!(sum(&page, "gc_last_collection_timestamp_seconds", &[]).is_some(), all > 0);
    }
}

#[test]
fn every_series_that_is_known_is_there_from_the_start_and_nothing_else() {
    let registry = Registry::new();
    let stats = tree(&registry);
    let page = page_of(&registry);
    let count = |name: &str| page.lines().filter(|line| line.starts_with(name)).count();
    assert_eq!(count("gc_collections_total{"), 4);
    assert_eq!(count("gc_collections_aborted_total{"), 1);
    assert_eq!(count("gc_pause_seconds_count{"), 2);
    assert_eq!((count("gc_freed_bytes_total{"), count("gc_promoted_bytes_total{")), (2, 2));
    assert_eq!((count("gc_cpu_seconds_total{"), count("gc_in_progress{")), (1, 1));
    for unknown in ["gc_heap", "gc_last", "gc_pause_duration", "gc_cycle"] {
        assert_eq!(count(unknown), 0, "{unknown}\n{page}");
        assert!(!page.contains(&format!("TYPE {unknown}")), "{page}");
    }
    let heap = stats.heap();
    heap.used(0);
    assert_eq!(sum(&page_of(&registry), "gc_heap_used_bytes", &[]), Some(0.0));
    assert_eq!(sum(&page_of(&registry), "gc_heap_limit_bytes", &[]), None);
}

#[test]
fn what_was_not_declared_is_not_on_the_page() {
    let registry = Registry::new();
    let stats = GcStats::builder("rooms").totals([Total::FreedObjects]).register(&registry);
    let heap = stats.unwrap().heap();
    heap.allocated_bytes(5).allocated_objects(1).cpu_time(Duration::from_secs(1));
    heap.stop_the_world(Gen(0), Cause(0), |cycle| {
        cycle.freed_bytes(5).freed_objects(1).promoted_bytes(5).live_objects(0);
    });
    let page = page_of(&registry);
    for unknown in ["gc_allocated", "gc_cpu", "gc_freed_bytes", "gc_promoted", "gc_heap_live_bytes"]
    {
        assert!(!page.contains(unknown), "{unknown}\n{page}");
    }
    assert_eq!(sum(&page, "gc_freed_objects_total", &["generation=\"0\""]), Some(1.0));
    assert!(
        page.contains("gc_collections_total{collector=\"rooms\",generation=\"0\"} 1\n"),
        "{page}"
    );
}

#[test]
fn a_panic_aborts_a_cycle_and_ends_its_pause() {
    let registry = Registry::new();
    let heap = tree(&registry).heap();
    for is_marked in [true, false] {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            heap.stop_the_world(Gen(1), Cause(1), |cycle| {
                let _pause = is_marked.then(|| cycle.pause());
                panic!("the heap is broken");
            });
        }));
        assert!(panicked.is_err());
    }
    let page = page_of(&registry);
    assert_eq!(sum(&page, "gc_collections_aborted_total", &[]), Some(2.0));
    assert_eq!(sum(&page, "gc_collections_total", &[]), Some(0.0));
    assert_eq!(sum(&page, "gc_in_progress", &[]), Some(0.0));
    assert_eq!(sum(&page, "gc_pause_seconds_count", &["generation=\"1\""]), Some(2.0));
}

#[test]
fn collectors_share_the_families_and_heaps_add_up() {
    let registry = Registry::new();
    let (tree, rooms) = (tree(&registry), GcStats::builder("rooms").register(&registry).unwrap());
    let heaps: Vec<_> = (1..=3).map(|n| (n * 100, tree.heap())).collect();
    for (bytes, heap) in &heaps {
        heap.used(1).used(*bytes).limit(1000);
    }
    rooms.heap().live_objects(7);
    let page = page_of(&registry);
    assert_eq!(sum(&page, "gc_heap_used_bytes", &["collector=\"tree\""]), Some(600.0));
    assert_eq!(sum(&page, "gc_heap_limit_bytes", &[]), Some(3000.0));
    assert_eq!(page.matches("# TYPE gc_collections_total").count(), 1);
    assert_eq!(sum(&page, "gc_collections_total", &["collector=\"rooms\""]), Some(0.0));
    let twice = GcStats::builder("tree").register(&registry).unwrap_err();
    assert_eq!(twice.kind(), RegisterErrorKind::Duplicate);
    let other = GcStats::builder("other").pause_quantiles([0.5], 60_u64).register(&registry);
    assert_eq!(other.unwrap_err().kind(), RegisterErrorKind::Conflict);
    drop(heaps);
    assert_eq!(sum(&page_of(&registry), "gc_heap_used_bytes", &["collector=\"tree\""]), Some(0.0));
}

#[test]
fn levels_that_many_threads_tell_add_up() {
    let registry = Registry::new();
    let stats = tree(&registry);
    let shared = stats.heap();
    let own: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4_u64)
            .map(|thread| {
                let (stats, shared) = (&stats, &shared);
                scope.spawn(move || {
                    let heap = stats.heap();
                    for n in 0..10_000 {
                        heap.used(n * thread);
                        shared.used(n);
                    }
                    shared.used(5);
                    heap
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let expected = 5 + 9_999 * (1 + 2 + 3);
    assert_eq!(sum(&page_of(&registry), "gc_heap_used_bytes", &[]), Some(f64::from(expected)));
    drop(own);
    assert_eq!(sum(&page_of(&registry), "gc_heap_used_bytes", &[]), Some(5.0));
}

#[test]
fn slices_are_pauses_and_the_last_one_counts() {
    let registry = Registry::new();
    let builder = GcStats::builder("script").pause_buckets([0.5]).cycle_buckets([0.5]);
    let heap = builder.register(&registry).unwrap().heap();
    for step in 1..=4 {
        heap.slice(Gen(0), Cause(0), Duration::from_millis(250), step == 4);
    }
    let page = page_of(&registry);
    assert_eq!(sum(&page, "gc_pause_seconds_sum", &[]), Some(1.0));
    assert_eq!(sum(&page, "gc_pause_duration_seconds_count", &[]), Some(4.0));
    assert_eq!(sum(&page, "gc_collections_total", &[]), Some(1.0));
    let mut cycle = heap.begin(Gen(7), Cause(7)); // Past the lists: the last of them.
    cycle.paused(Duration::from_secs(1));
    cycle.finish();
    let page = page_of(&registry);
    assert_eq!(sum(&page, "gc_collections_total", &[]), Some(2.0));
    assert_eq!(sum(&page, "gc_pause_seconds_sum", &[]), Some(2.0));
    assert_eq!(sum(&page, "gc_cycle_duration_seconds_count", &[]), Some(1.0));
}

/// What the next scrape is told.
#[derive(Clone, Default)]
struct Script(Arc<Mutex<Told>>);

#[derive(Default)]
struct Told {
    collections: Option<u64>,
    used: Option<u64>,
    pause: Option<Duration>,
    panics: bool,
}

impl GcSource for Script {
    fn read(&mut self, totals: &mut GcTotals<'_>) {
        let told = std::mem::take(&mut *self.0.lock().unwrap());
        told.collections
            .map(|total| totals.collections(Gen(0), Cause(0), total).freed_objects(Gen(0), total));
        told.used.map(|bytes| totals.used(bytes));
        told.pause.map(|time| totals.pause(Gen(0), time));
        assert!(!told.panics, "the source is broken");
    }
}

#[test]
fn a_source_is_asked_at_each_scrape_and_may_begin_again() {
    let registry = Registry::new();
    tree(&registry);
    let script = Script::default();
    GcStats::builder("script").poll(script.clone(), &registry).unwrap();
    let value = |name: &str| sum(&page_of(&registry), name, &["collector=\"script\""]);
    let tell = |told| *script.0.lock().unwrap() = told;
    assert_eq!(value("gc_collections_total"), None);
    for (total, shown) in [(5, 5), (7, 7), (2, 9), (2, 9), (3, 10)] {
        tell(Told { collections: Some(total), used: Some(total), ..Told::default() });
        let page = page_of(&registry);
        let value = |name| sum(&page, name, &["collector=\"script\""]);
        assert_eq!(value("gc_collections_total"), Some(f64::from(shown)));
        assert_eq!(value("gc_freed_objects_total"), Some(f64::from(shown)));
        assert_eq!(value("gc_heap_used_bytes"), Some(total as f64));
    }
    assert_eq!(value("gc_collections_total"), None, "what is not told is not there");
    tell(Told { pause: Some(Duration::from_secs(2)), ..Told::default() });
    assert_eq!(value("gc_pause_seconds_sum"), Some(2.0));
    tell(Told { collections: Some(4), panics: true, ..Told::default() });
    assert_eq!(value("gc_pause_seconds_sum"), None);
    tell(Told { collections: Some(4), ..Told::default() });
    assert_eq!(value("gc_collections_total"), Some(11.0));
}

#[cfg(feature = "testing")]
#[test]
fn time_is_that_of_the_test() {
    use nunchi::testing::Clock;
    let clock = Clock::stopped_at(std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000));
    let _inside = clock.enter();
    let registry = Registry::new();
    let heap = tree(&registry).heap();
    let mut cycle = heap.begin(Gen(0), Cause(0));
    clock.advance(Duration::from_secs(1)); // Beside the program.
    let pause = cycle.pause();
    clock.advance(Duration::from_millis(250));
    drop(pause);
    cycle.finish();
    heap.stop_the_world(Gen(1), Cause(0), |_| clock.advance(Duration::from_secs(2)));
    let page = page_of(&registry);
    let paused = |gen| sum(&page, "gc_pause_seconds_sum", &[gen]);
    assert_eq!(paused("generation=\"0\""), Some(0.25));
    assert_eq!(paused("generation=\"1\""), Some(2.0));
    assert_eq!(sum(&page, "gc_last_collection_timestamp_seconds", &[]), Some(1_000_000_003.25));
}
