//! What must not allocate, by counting what the allocator is asked for.
//!
//! A binary of its own: the allocator belongs to the whole process.

use nunchi::model::{Collection, Descriptor};
use nunchi::{
    counter, family, gauge, histogram, summary, CollectError, Collector, Counter, Encoder,
    Exemplar, Family, Format, Gauge, Histogram, Registry, Summary,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Of this thread only, so that tests do not see each other.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static HELD: Cell<i64> = const { Cell::new(0) };
    static MOST_HELD: Cell<i64> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call is handed on to the system's allocator unchanged; the thread-local cells need
// neither initialisation nor a destructor, so touching them does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        let held = HELD.with(Cell::get) + layout.size() as i64;
        HELD.with(|now| now.set(held));
        MOST_HELD.with(|most| most.set(most.get().max(held)));
        // SAFETY: the caller's promise about `layout` is the one that is asked for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        HELD.with(|held| held.set(held.get() - layout.size() as i64));
        // SAFETY: `memory` came from `alloc` above, that is from the system, with this layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// How often `body` allocated.
fn allocations(body: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.with(Cell::get);
    body();
    ALLOCATIONS.with(Cell::get) - before
}

/// How many bytes `body` leaves behind, and how many it held at most.
fn bytes(body: impl FnOnce()) -> (i64, i64) {
    let before = HELD.with(Cell::get);
    MOST_HELD.with(|most| most.set(before));
    body();
    (HELD.with(Cell::get) - before, MOST_HELD.with(Cell::get) - before)
}

/// What a second run of `body` allocates: the first may create, grow and warm up.
fn allocations_again(mut body: impl FnMut()) -> u64 {
    body();
    allocations(body)
}

#[test]
fn updates_through_a_handle() {
    let registry = Registry::new();
    let counter = registry.counter("a_total", "A.").register().expect("valid");
    let float = registry.gauge("b", "B.").register().expect("valid");
    let whole = registry.int_gauge("c", "C.").register().expect("valid");
    let histogram = registry.histogram("d", "D.").register().expect("valid");
    let plain = registry.summary("e", "E.").register().expect("valid");
    let phase = registry.state_set("f", "F.", ["up", "down"]).register().expect("valid");
    let made = allocations(|| {
        counter.inc();
        counter.inc_by(3);
        counter.inc_by(0.5);
        float.set(2.0);
        float.inc_by(0.25);
        float.set_to_current_time();
        float.start_timer().stop();
        drop(float.track_in_progress());
        whole.dec_by(7);
        [-1.0, 0.3, f64::NAN, f64::INFINITY].iter().for_each(|&value| histogram.observe(value));
        drop(histogram.start_timer());
        plain.observe(4.0);
        phase.set("down");
        phase.switch("up", true);
    });
    assert_eq!(made, 0);
}

/// But for the first of a series and of a bucket, which makes room.
#[test]
fn updates_with_exemplars() {
    let registry = Registry::new();
    let counter = registry.counter("a_total", "A.").register().expect("valid");
    let histogram = registry.histogram("b", "B.").register().expect("valid");
    let mut page = Vec::with_capacity(1 << 16);
    let made = allocations_again(|| {
        for number in 0..100_u64 {
            let id = [b'0' + (number % 10) as u8; 100];
            let id = std::str::from_utf8(&id).expect("digits");
            counter.inc_with_exemplar(&[("id", id)]);
            counter.inc_by_with_exemplar(0.5, Exemplar::trace(1, number));
            histogram.observe_with_exemplar(0.3, &[("id", id)]);
            histogram.observe_with_exemplar(number as f64, Exemplar::new(&[("_no", "1")]));
            for &format in FORMATS {
                page.clear();
                nunchi::encode(&registry, format, &mut page);
            }
        }
    });
    assert_eq!(made, 0);
}

/// Threads get their cells of series that become hot from the system.
#[cfg(target_os = "linux")]
#[test]
fn updates_on_the_way_to_hot_and_after() {
    let registry = Registry::new();
    let counter = registry.counter("a_total", "A.").register().expect("valid");
    let fraction = registry.counter("b_total", "B.").register().expect("valid");
    let level = registry.int_gauge("c", "C.").register().expect("valid");
    let float = registry.gauge("d", "D.").register().expect("valid");
    let histogram = registry.histogram("e", "E.").register().expect("valid");
    let summary = registry.summary("f", "F.").register().expect("valid");
    let count = allocations(|| {
        for n in 0..60_000 {
            counter.inc();
            fraction.inc_by(0.5);
            level.inc();
            float.inc_by(0.5);
            histogram.observe(f64::from(n));
            summary.observe(f64::from(n));
        }
    });
    assert_eq!(count, 0);
}

#[test]
fn observations_of_a_summary_with_quantiles() {
    let registry = Registry::new();
    let summary = registry.summary("a", "A.").quantiles([0.5, 0.99]).register().expect("valid");
    let made = allocations_again(|| (1..2000).for_each(|n| summary.observe(f64::from(n))));
    assert_eq!(made, 0);
}

#[cfg(feature = "protobuf")]
#[test]
fn observations_of_native_histograms() {
    let registry = Registry::new();
    let alone = registry.native_histogram("a", "A.").register().expect("valid");
    let both =
        registry.native_histogram("b", "B.").classic_buckets([1.0, 2.0]).register().expect("valid");
    let made = allocations_again(|| {
        for n in -1000..1000 {
            alone.observe(f64::from(n));
            both.observe(f64::from(n));
        }
        [f64::NAN, f64::INFINITY, 0.0, -0.0].iter().for_each(|value| alone.observe(*value));
    });
    assert_eq!(made, 0);
}

#[test]
fn lookups_that_hit() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["x", "y", "z"]).expect("valid");
    let lookup = |x, y, z| family.with_values(&[x, y, z]).map(Counter::inc);
    let made = allocations_again(|| {
        for (x, y, z) in [("GET", "200", ""), ("돌\"\\\n", "", ""), ("", "", "")] {
            lookup(x, y, z).expect("three");
        }
    });
    assert_eq!(made, 0);
}

static TYPED: Family<Counter> = family!("alloc_typed_total", "Typed.");
static WAIT: Family<Histogram> = family!("alloc_wait_seconds", "Wait.", buckets = [0.1, 1.0]);

#[test]
fn lookups_of_static_families() {
    let made = allocations_again(|| {
        TYPED.with(&()).inc();
        WAIT.with(&()).observe(0.5);
    });
    assert_eq!(made, 0);
}

#[cfg(feature = "derive")]
#[test]
fn lookups_by_derived_labels() {
    #[derive(nunchi::LabelValue, Clone, Copy)]
    enum Method {
        Get,
    }
    #[derive(nunchi::Labels)]
    struct Route<'a> {
        method: Method,
        path: &'a str,
        code: u16,
        user: Option<&'a str>,
    }
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").family::<Route<'_>>().expect("valid");
    let path = String::from("/a/b");
    let route = || Route { method: Method::Get, path: &path, code: 404, user: None };
    let made = allocations_again(|| family.with(&route()).inc());
    assert_eq!(made, 0);
}

#[test]
fn macro_call_sites() {
    let (path, code) = (String::from("/a"), 200_u16);
    let made = allocations_again(|| {
        counter!("alloc_site_total", "Literal labels.", "method" => "GET").inc();
        counter!("alloc_sites_total", "Others.", "path" => path, "code" => code, "ok" => true)
            .inc();
        gauge!(i64, "alloc_site", "No labels.", "n" => i64::MIN).set(3);
        histogram!("alloc_site_seconds", "Histogram.", "path" => Some(&path)).observe(0.1);
        summary!("alloc_site_bytes", "Summary.", quantiles = [0.5], "path" => path).observe(7.0);
    });
    assert_eq!(made, 0);
}

/// A collector whose own code allocates nothing.
struct Pool;

impl Collector for Pool {
    fn describe(&self) -> Vec<Descriptor> {
        let labelled = |gauge: Descriptor| gauge.with_labels(["state"]);
        let gauge = Descriptor::gauge("pool_connections", "Connections.").and_then(labelled);
        let histogram =
            Descriptor::histogram("pool_wait_seconds", "Wait.", nunchi::Buckets::default());
        let states = Descriptor::state_set("pool_phase", "Phase.", ["up", "down"]);
        [gauge, histogram, states].into_iter().map(|family| family.expect("valid")).collect()
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        out.number("pool_connections", &["idle"], 3_u64)?;
        out.number("pool_connections", &["bu\"sy"], 4.5)?;
        out.histogram("pool_wait_seconds", &[], &[1; 12], 3.5)?;
        out.state_set("pool_phase", &[], &["up"])
    }
}

/// One registry for each kind, so that a failure says which kind allocates.
fn registries() -> Vec<(&'static str, Registry)> {
    let make = |fill: &dyn Fn(&Registry)| {
        let registry = Registry::new();
        fill(&registry);
        registry
    };
    vec![
        (
            "counters",
            make(&|registry| {
                let family = registry.counter("a_total", "A.").labels(["x"]).expect("valid");
                (0..100_u64).for_each(|n| {
                    family.with_values(&[&n.to_string()]).expect("one").inc_by(n * n);
                });
                registry.counter("b_total", "B.").register().expect("valid").inc_by(0.1);
            }),
        ),
        (
            "gauges",
            make(&|registry| {
                let family = registry.gauge("a", "A.").labels(["x"]).expect("valid");
                for value in [1.5e300, f64::NAN, -0.0, 5e-324] {
                    family.with_values(&[&value.to_string()]).expect("one").set(value);
                }
            }),
        ),
        (
            "histograms",
            make(&|registry| {
                let family = registry.histogram("a", "A.").labels(["x"]).expect("valid");
                (0..100).for_each(|n| {
                    family.with_values(&[&n.to_string()]).expect("one").observe(f64::from(n));
                });
            }),
        ),
        #[cfg(feature = "protobuf")]
        (
            "native histograms",
            make(&|registry| {
                let alone = registry.native_histogram("a", "A.").labels(["x"]).expect("valid");
                let both = registry.native_histogram("b", "B.").classic_buckets([0.1, 10.0]);
                let both = both.max_buckets(7).labels(["x"]).expect("valid");
                let anew = registry.native_histogram("c", "C.").min_reset(3600).max_buckets(9);
                let anew = anew.labels(["x"]).expect("valid");
                (-500..500).for_each(|n| {
                    for family in [&alone, &both, &anew] {
                        let series = family.with_values(&[&(n % 7).to_string()]).expect("one");
                        series.observe(f64::from(n) * f64::from(n).abs());
                    }
                });
                // What starts anew keeps two readings in turn.
                nunchi::encode(registry, Format::Protobuf, &mut Vec::new());
            }),
        ),
        (
            "summaries",
            make(&|registry| {
                let family = registry.summary("a", "A.").quantiles([0.5, 0.99]).labels(["x"]);
                let family = family.expect("valid");
                (1..1000).for_each(|n| {
                    let series = family.with_values(&[&(n % 10).to_string()]).expect("one");
                    series.observe(f64::from(n));
                });
            }),
        ),
        (
            "state sets",
            make(&|registry| {
                let phase = registry.state_set("a", "A.", ["up", "down"]).register();
                phase.expect("valid").set("up");
            }),
        ),
        (
            "infos",
            make(&|registry| {
                registry.info("a_info", "A.", [("version", "1"), ("b", "2")]).expect("valid");
            }),
        ),
        (
            "very many labels",
            make(&|registry| {
                let names: Vec<String> = (0..40).map(|n| format!("l{n}")).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let family = registry.histogram("a", "A.").labels(names.clone()).expect("valid");
                family.with_values(&names).expect("forty").observe(1.0);
            }),
        ),
        (
            "exemplars",
            make(&|registry| {
                let family = registry.histogram("a", "A.").labels(["x"]).expect("valid");
                let counter = registry.counter("b_total", "B.").register().expect("valid");
                (0..100).for_each(|n| {
                    let series = family.with_values(&[&n.to_string()]).expect("one");
                    series.observe_with_exemplar(f64::from(n), Exemplar::trace(1, 2));
                    counter.inc_with_exemplar(&[("id", "\"\n\\돌")]);
                });
            }),
        ),
        ("scopes", {
            make(&|registry| {
                for shard in ["1", "2"] {
                    let scope = registry.scope("p_", [("shard", shard)]).expect("valid");
                    scope.histogram("a", "A.").register().expect("valid").observe(1.0);
                }
            })
        }),
        ("collectors", make(&|registry| registry.register(Pool).expect("valid"))),
        #[cfg(all(feature = "host", target_os = "linux"))]
        ("a machine", {
            make(&|registry| {
                let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
                let tree = folder.join("tests/fixtures/host/old-3.10"); // All its mounts are local.
                let host = nunchi::collector::HostCollector::new().procfs(tree.join("proc"));
                let host = host.sysfs(tree.join("sys")).rootfs(tree.join("root"));
                registry.register(host).expect("valid");
            })
        }),
        ("self-metrics", make(&|registry| registry.register_self_metrics().expect("valid"))),
    ]
}

/// Every format that there is.
const FORMATS: &[Format] = &[
    Format::Text,
    #[cfg(feature = "openmetrics")]
    Format::OpenMetrics,
    #[cfg(feature = "openmetrics2")]
    Format::OpenMetrics2,
    #[cfg(feature = "protobuf")]
    Format::Protobuf,
];

/// The kinds and formats whose second page allocated.
fn guilty(mut encode: impl FnMut(&Registry, Format)) -> Vec<(&'static str, Format, u64)> {
    let mut guilty = Vec::new();
    for &format in FORMATS {
        for (kind, registry) in registries() {
            encode(&registry, format);
            let made = allocations(|| encode(&registry, format));
            if made > 0 {
                guilty.push((kind, format, made));
            }
        }
    }
    guilty
}

#[test]
fn pages_into_a_vector() {
    let mut page = Vec::with_capacity(1 << 20);
    let guilty = guilty(|registry, format| {
        page.clear();
        nunchi::encode(registry, format, &mut page);
        assert!(!page.is_empty());
    });
    assert_eq!(guilty, []);
}

#[test]
fn pages_into_a_sink() {
    let guilty = guilty(|registry, format| {
        nunchi::encode_to(registry, format, &mut std::io::sink()).expect("it takes all");
    });
    assert_eq!(guilty, []);
}

#[test]
fn pages_in_chunks() {
    let mut chunk = Vec::with_capacity(4096);
    let guilty = guilty(|registry, format| {
        let mut encoder = Encoder::new(registry, format);
        chunk.clear();
        while encoder.next_chunk(&mut chunk) {
            chunk.clear();
        }
    });
    assert_eq!(guilty, []);
}

/// Also where names have to be escaped, in memory and of collectors.
#[cfg(feature = "utf8")]
#[test]
fn pages_in_every_escaping_scheme() {
    use nunchi::Escaping;
    let registry = Registry::new();
    let scope = registry.scope("", [("zone", "a\"b")]).expect("valid");
    let counter = scope.counter("a.b_total", "A.").utf8_names().labels(["x.y", "z"]);
    counter.expect("valid").with_values(&["1", "2"]).expect("two").inc();
    let histogram = scope.histogram("c.d", "C.").utf8_names().labels(["x\"y"]).expect("valid");
    histogram.with_values(&["1"]).expect("one").observe(1.0);
    scope.state_set("e.f", "E.", ["on"]).utf8_names().register().expect("valid");
    let mut chunk = Vec::with_capacity(4096);
    for &format in FORMATS {
        for escaping in [Escaping::AllowUtf8, Escaping::Dots, Escaping::Values] {
            let mut encode = || {
                let mut encoder = Encoder::new(&registry, format).escaping(escaping);
                chunk.clear();
                while encoder.next_chunk(&mut chunk) {
                    chunk.clear();
                }
            };
            encode();
            assert_eq!(allocations(encode), 0, "{format:?} {escaping:?}");
        }
    }
}

#[cfg(feature = "bytes")]
#[test]
fn pages_into_bytes() {
    let mut buffer = bytes::BytesMut::with_capacity(1 << 20);
    let guilty = guilty(|registry, format| {
        buffer.clear();
        nunchi::encode_buf(registry, format, &mut buffer);
    });
    assert_eq!(guilty, []);
}

#[cfg(feature = "gc")]
#[test]
fn collections_of_a_garbage_collector_and_their_page() {
    use nunchi::gc::{Cause, GcStats, Gen, Total};
    let registry = Registry::new();
    let builder = GcStats::builder("tree").totals([Total::AllocatedBytes, Total::FreedBytes]);
    let heap = builder.register(&registry).expect("valid").heap();
    let collect = || {
        heap.allocated_bytes(64).used(64);
        let mut cycle = heap.begin(Gen(0), Cause(0));
        // A time of one's own, since another magnitude may take memory for its bins.
        cycle.paused(std::time::Duration::from_micros(3)).freed_bytes(64).live_bytes(0);
        cycle.finish();
    };
    let mut page = Vec::with_capacity(1 << 16);
    let mut scrape = || {
        page.clear();
        nunchi::encode(&registry, Format::Text, &mut page);
    };
    for _ in 0..2 {
        collect();
        scrape();
    }
    assert_eq!(allocations(collect), 0);
    assert_eq!(allocations(scrape), 0);
}

#[cfg(feature = "allocator")]
#[test]
fn what_an_allocator_counted() {
    let registry = Registry::new();
    registry.register(nunchi::collector::AllocatorCollector::new()).expect("valid");
    let mut page = Vec::with_capacity(1 << 16);
    let mut scrape = || {
        page.clear();
        nunchi::encode(&registry, Format::Text, &mut page);
    };
    (0..2).for_each(|_| scrape());
    assert_eq!(allocations(scrape), 0);
    assert_eq!(page, [], "this allocator is another one");
}

#[cfg(feature = "gzip")]
#[test]
fn a_compressed_page_needs_only_itself_once_warm() {
    use nunchi::http::{respond, Request};
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").max_series(50_000).labels(["x"]);
    let family = family.expect("valid");
    for n in 0..50_000 {
        family.with_values(&[&format!("{n:020}")]).expect("one").inc();
    }
    let packed = Request::get().accept_encoding("gzip");
    let plain = respond(&registry, &Request::get());
    for _ in 0..2 {
        assert!(respond(&registry, &packed).body.len() < plain.body.len() / 4);
    }
    let as_it_is = allocations(|| drop(respond(&registry, &Request::get())));
    let (mut answer, mut made) = (None, 0);
    let (_, most) = bytes(|| made = allocations(|| answer = Some(respond(&registry, &packed))));
    let length = answer.map_or(0, |answer| answer.body.len()) as i64;
    assert!(most < length / 8 * 9 + 400 * 1024, "{most} bytes for {length}");
    assert!(most < plain.body.len() as i64, "{most} bytes of {}", plain.body.len());
    // One more header.
    assert!(made <= as_it_is + 1, "{made} allocations, {as_it_is} for the page as it is");
}

#[test]
fn a31_a_page_is_streamed_in_bounded_memory() {
    let registry = Registry::new();
    let series = if cfg!(debug_assertions) { 20_000 } else { 100_000 };
    let family = registry.counter("a_total", "A.").max_series(series).labels(["x"]);
    let family = family.expect("valid");
    for n in 0..series {
        family.with_values(&[&format!("{n:020}")]).expect("one").inc();
    }
    for &format in FORMATS {
        let (left, most) = bytes(|| {
            nunchi::encode_to(&registry, format, &mut std::io::sink()).expect("it takes all");
        });
        // A message of protobuf is put together before it is sent: 1 MiB, and what it grew from.
        let is_lines = format.content_type().contains("text");
        let limit = if is_lines { 256 * 1024 } else { 7 << 18 };
        assert!(most < limit && left < limit, "{most} bytes, {left} of them kept");
    }
}

#[path = "alloc_free/bounds.rs"]
mod bounds;
