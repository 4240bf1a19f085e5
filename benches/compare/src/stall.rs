//! How long a single update may take while others scrape and create.

use crate::library::{self, Kind, Pages, Visit};
use crate::limit;
use crate::pages::fill;
use crate::report::number;
use crate::run::Run;
use crate::threads;
use crate::workload::{requests, Random, Request, Shape};
use hdrhistogram::Histogram;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

const EXISTING: usize = 100_000;
/// More than appear in a round, at one a millisecond.
const NEW: usize = 20_000;

pub fn stall(run: &mut Run) {
    let shape = Shape { families: 1, series: EXISTING + NEW, unique: true };
    let requests = requests(shape, false);
    let (rounds, time) = if run.is_quick { (1, 500) } else { (5, 1000) };
    let time = Duration::from_millis(time);
    let mut stalls = Stalls { shape, requests, time, rows: Vec::new() };
    for _ in 0..rounds {
        stalls.limit();
        library::visit_pages(&mut stalls);
    }
    run.report.head(&[
        "lookup + inc of a random series of 100,000 while the page is rendered all the time and one \
         series a millisecond appears",
        "median, ns",
        "p99, ns",
        "p99.9, ns",
        "longest, µs",
        "longest of the calmest round, µs",
        "% of the time in updates over 100 µs",
        "pages a second",
        "new series a second",
    ]);
    for row in stalls.rows {
        let seconds = row.elapsed.as_secs_f64();
        let mut cells = vec![row.library.to_owned()];
        cells.extend([0.5, 0.99, 0.999].map(|q| number(row.latency.value_at_quantile(q) as f64)));
        cells.push(number(row.latency.max() as f64 / 1e3));
        cells.push(number(row.calmest as f64 / 1e3));
        cells.push(number(waiting(&row.latency).as_secs_f64() / seconds * 100.0));
        cells.push(number(row.pages as f64 / seconds));
        cells.push(number(row.created as f64 / seconds));
        run.report.line(&format!("| {} |", cells.join(" | ")));
    }
    run.report.line("");
}

/// The time of all long updates, which a quantile of updates hides: few of them fit into it.
fn waiting(latency: &Histogram<u64>) -> Duration {
    let long = latency.iter_recorded().filter(|step| step.value_iterated_to() > 100_000);
    let nanoseconds = long.map(|step| step.value_iterated_to() * step.count_at_value());
    Duration::from_nanos(nanoseconds.sum())
}

struct Row {
    library: &'static str,
    /// Of single updates, in nanoseconds, two clock readings included.
    latency: Histogram<u64>,
    /// The longest update of the round in which that was least.
    calmest: u64,
    pages: usize,
    created: usize,
    /// How long updates ran.
    elapsed: Duration,
}

struct Stalls {
    shape: Shape,
    requests: &'static [Request],
    time: Duration,
    rows: Vec<Row>,
}

impl Stalls {
    /// Bare cells by index, while the other thread copies as much memory as a page has.
    fn limit(&mut self) {
        let cells = limit::Cells::new(EXISTING);
        let mut copy = limit::copy(12_000_000);
        let render = move || {
            copy();
        };
        self.round("limit: shared fetch_add by index", render, |at| cells.inc(at % EXISTING));
    }

    /// One round: one processor updates series 0 to [`EXISTING`], the other renders and
    /// touches one further series a millisecond.
    fn round(
        &mut self,
        library: &'static str,
        mut render: impl FnMut() + Send,
        touch: impl Fn(usize) + Sync,
    ) {
        let (is_over, pages, created) =
            (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
        let (latency, elapsed) = std::thread::scope(|scope| {
            scope.spawn(|| {
                threads::pin(1);
                while !is_over.load(Relaxed) {
                    render();
                    pages.fetch_add(1, Relaxed);
                }
            });
            scope.spawn(|| {
                threads::pin(1);
                while !is_over.load(Relaxed) {
                    std::thread::sleep(Duration::from_millis(1));
                    touch(EXISTING + created.fetch_add(1, Relaxed) % NEW);
                }
            });
            let update = scope.spawn(|| {
                threads::pin(0);
                self.update(&touch)
            });
            let updated = update.join().expect("an update does not panic");
            is_over.store(true, Relaxed);
            updated
        });
        let (pages, created) = (pages.into_inner(), created.into_inner());
        match self.rows.iter_mut().find(|row| row.library == library) {
            Some(row) => {
                row.calmest = row.calmest.min(latency.max());
                row.latency.add(latency).expect("the same digits");
                row.pages += pages;
                row.created += created;
                row.elapsed += elapsed;
            }
            None => {
                let calmest = latency.max();
                self.rows.push(Row { library, latency, calmest, pages, created, elapsed });
            }
        }
    }

    fn update(&self, touch: &impl Fn(usize)) -> (Histogram<u64>, Duration) {
        let mut latency = Histogram::new_with_bounds(1, 1 << 40, 3).expect("valid bounds");
        let (mut random, begun) = (Random(19), Instant::now());
        while begun.elapsed() < self.time {
            let at = random.below(EXISTING);
            let start = Instant::now();
            touch(at);
            latency.saturating_record(start.elapsed().as_nanos() as u64);
        }
        (latency, begun.elapsed())
    }
}

impl Visit for Stalls {
    fn visit<L: Pages>(&mut self) {
        let requests = self.requests;
        let page = fill::<L>(Kind::Counters, self.shape, &requests[..EXISTING]);
        let mut text = L::Text::default();
        self.round(
            L::NAME,
            || L::render(&page, &mut text),
            |at| {
                let request = &requests[at];
                L::touch(&page, request.family, request.values, 1);
            },
        );
    }
}
