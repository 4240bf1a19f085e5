//! What a registry tells of itself.

use super::{Inner, Registered};
use crate::error::{CollectError, RegisterError};
#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
use crate::model::refused_exemplars;
use crate::model::{
    first_family, Collection, Collector, Descriptor, Fact, MetricType, Number, Sources,
};
use parking_lot::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// Counts kept for the self-metrics. Relaxed throughout: they order nothing else.
#[derive(Default)]
pub(super) struct Report {
    scrapes: AtomicU64,
    scrape_nanoseconds: AtomicU64,
    last_page_bytes: AtomicU64,
    /// By [`Refusal`].
    refusals: [AtomicU64; Refusal::REASONS.len()],
    registration_errors: AtomicU64,
    first_errors: Mutex<Vec<RegisterError>>,
}

/// Why a scrape got no page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refusal {
    /// There were too many already.
    Busy,
    /// The scraper would not have waited.
    Late,
}

impl Refusal {
    const REASONS: [&'static str; 2] = ["busy", "late"];
}

/// A program that fails to register in a loop must not fill memory with the reports of it.
const KEPT_ERRORS: usize = 16;

impl Report {
    pub(super) fn scraped(&self, elapsed: Duration, bytes: usize) {
        let nanoseconds = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
        self.scrape_nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
        self.last_page_bytes.store(bytes as u64, Ordering::Relaxed);
        self.scrapes.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn refused(&self, why: Refusal) {
        let [busy, late] = &self.refusals;
        let count = match why {
            Refusal::Busy => busy,
            Refusal::Late => late,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn last_page_bytes(&self) -> usize {
        usize::try_from(self.last_page_bytes.load(Ordering::Relaxed)).unwrap_or(0)
    }

    pub(super) fn registration_failed(&self, error: RegisterError) {
        self.registration_errors.fetch_add(1, Ordering::Relaxed);
        let mut first = self.first_errors.lock();
        if first.len() < KEPT_ERRORS {
            first.push(error);
        }
    }

    pub(super) fn registration_errors(&self) -> Vec<RegisterError> {
        self.first_errors.lock().clone()
    }
}

/// What the collector of the families below calls itself.
pub(super) const NAME: &str = "nunchi";

static COLLECTOR_ERRORS: Fact = Fact {
    name: "nunchi_collector_errors_total",
    help: "Scrapes in which a collector failed or panicked and its families were left out.",
    metric_type: MetricType::Counter,
    labels: &["collector"],
};

#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
static EXEMPLARS_REFUSED: Fact = Fact::new(
    MetricType::Counter,
    "nunchi_exemplars_refused_total",
    "Exemplars of this process that were left out because their labels are not valid.",
);

static FAMILIES: Fact =
    Fact::new(MetricType::Gauge, "nunchi_registered_families", "Metric families registered.");

static REGISTRATION_ERRORS: Fact = Fact::new(
    MetricType::Counter,
    "nunchi_registration_errors_total",
    "Metric families that a macro could not register.",
);

static SCRAPE_DURATION: Fact = Fact::new(
    MetricType::Summary,
    "nunchi_scrape_duration_seconds",
    "Time to put a page together, in seconds.",
);

static SCRAPE_SIZE: Fact =
    Fact::new(MetricType::Gauge, "nunchi_scrape_size_bytes", "Size of the last page, in bytes.");

static SCRAPES_REFUSED: Fact = Fact {
    name: "nunchi_scrapes_refused_total",
    help: "Scrapes that got no page: too many at once, or too late for the scraper.",
    metric_type: MetricType::Counter,
    labels: &["reason"],
};

static SERIES_FOLDED: Fact = Fact {
    name: "nunchi_series_folded_total",
    help: "Lookups answered with the overflow series because a family was full.",
    metric_type: MetricType::Counter,
    labels: &["family"],
};

static ALL: &[&Fact] = &[
    &COLLECTOR_ERRORS,
    #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
    &EXEMPLARS_REFUSED,
    &FAMILIES,
    &REGISTRATION_ERRORS,
    &SCRAPE_DURATION,
    &SCRAPE_SIZE,
    &SCRAPES_REFUSED,
    &SERIES_FOLDED,
];

/// Shows the report of a registry on its own page.
pub(super) struct SelfMetrics(Weak<Inner>);

impl SelfMetrics {
    pub(super) fn new(inner: &Arc<Inner>) -> Self {
        Self(Arc::downgrade(inner))
    }
}

impl Collector for SelfMetrics {
    fn name(&self) -> &str {
        NAME
    }

    fn describe(&self) -> Vec<Descriptor> {
        Fact::describe(ALL)
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        let Some(inner) = self.0.upgrade() else { return Ok(()) };
        let (page, collectors) = {
            let shelf = inner.shelf.lock();
            (shelf.page(), shelf.collectors())
        };
        collect(&inner.report, &collectors, &page, out)
    }
}

/// Apart from what holds the registry, so that an error has nothing to drop.
#[inline(never)]
fn collect(
    report: &Report,
    collectors: &[Arc<Registered>],
    page: &Sources,
    out: &mut Collection<'_>,
) -> Result<(), CollectError> {
    let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
    for registered in collectors {
        let mut of_name = collectors.iter().filter(|other| other.name == registered.name);
        if of_name.next().is_some_and(|first| Arc::ptr_eq(first, registered)) {
            let others: u64 = of_name.map(|other| load(&other.errors)).sum();
            let total = load(&registered.errors) + others;
            out.number(COLLECTOR_ERRORS.name, &[&registered.name], total)?;
        }
    }
    for (reason, count) in Refusal::REASONS.iter().zip(&report.refusals) {
        out.number(SCRAPES_REFUSED.name, &[reason], load(count))?;
    }
    let (mut rest, mut families) = (page, 0_u64);
    while let Some((family, others)) = first_family(rest) {
        let folded: u64 = family.iter().map(|source| source.folded()).sum();
        if let (Some(first), true) = (family.first(), folded > 0) {
            out.number(SERIES_FOLDED.name, &[first.descriptor().name()], folded)?;
        }
        rest = others;
        families += 1;
    }
    #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
    let refused = Some(refused_exemplars()).filter(|refused| *refused > 0);
    let values = [
        #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
        (&EXEMPLARS_REFUSED, refused.map(Number::U64)),
        (&FAMILIES, Some(Number::U64(families))),
        (&REGISTRATION_ERRORS, Some(Number::U64(load(&report.registration_errors)))),
        (&SCRAPE_SIZE, Some(Number::U64(load(&report.last_page_bytes)))),
    ];
    Fact::offer(&values, out)?;
    let seconds = load(&report.scrape_nanoseconds) as f64 / 1e9;
    out.summary(SCRAPE_DURATION.name, &[], &[], load(&report.scrapes), seconds)
}
