//! Holds families and collectors, keeps their names apart, puts them in order.
//!
//! Imports `model`, `label`, `name`, `error`; knows neither metrics nor formats. The idea to hold:
//! everything that could make a page invalid is refused here, at registration, so that a scrape
//! cannot fail.
#![allow(clippy::let_and_return)] // Where a lock has to be given back before locals are dropped.

mod claims;
mod report;
mod scope;
mod shelf;

pub(crate) use report::Refusal;
pub use scope::Scope;

use crate::error::{RegisterError, RegisterErrorKind};
use crate::model::{
    Buffers, Collection, Collector, CollectorId, Descriptor, Gather, Page, Scratch, Source, Staged,
};
use parking_lot::Mutex;
use report::Report;
use shelf::Shelf;
use std::fmt;
use std::panic::{catch_unwind, AssertUnwindSafe};
#[cfg(feature = "openmetrics")]
use std::sync::atomic::AtomicBool;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;

/// A set of families and collectors that make one page.
///
/// A registry is a handle: clones share everything. [`Registry::new`] is empty; the registry that
/// the macros use is [`global`](crate::global).
///
/// # Consistency
///
/// Registering, updating and scraping may go on at the same time from any number of threads. A
/// page shows the families that were registered when it was begun.
///
/// # Examples
///
/// ```
/// use nunchi::{Format, Registry};
///
/// let registry = Registry::new();
/// let jobs = registry.gauge("app_jobs", "Jobs waiting.").register()?;
/// jobs.set(3);
/// let mut page = Vec::new();
/// nunchi::encode(&registry, Format::Text, &mut page);
/// assert_eq!(page, b"# HELP app_jobs Jobs waiting.\n# TYPE app_jobs gauge\napp_jobs 3\n");
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
#[derive(Clone, Default)]
pub struct Registry {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    shelf: Mutex<Shelf>,
    report: Report,
    /// Of earlier scrapes: as many as scrapes ever overlapped, up to [`KEPT_BUFFERS`]. Boxed to be
    /// handed over by a pointer.
    #[allow(clippy::vec_box)]
    buffers: Mutex<Vec<Box<Buffers>>>,
    /// Whether pages of OpenMetrics have lines of creation.
    #[cfg(feature = "openmetrics")]
    shows_created: AtomicBool,
}

const KEPT_BUFFERS: usize = 4;

/// The identifier of the next collector.
static NEXT_COLLECTOR: AtomicU64 = AtomicU64::new(0);

/// A registered collector and the families it may yield.
struct Registered {
    id: CollectorId,
    collector: Box<dyn Collector>,
    families: Vec<Descriptor>,
    /// What `nunchi_collector_errors_total` calls it.
    name: String,
    /// How often it failed or panicked.
    errors: AtomicU64,
}

impl Registry {
    /// A registry that holds nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a collector; its families appear on every page from the next on.
    ///
    /// # Errors
    ///
    /// If it describes no family, or one that collides with what is registered: see
    /// [`RegisterErrorKind`].
    pub fn register(&self, collector: impl Collector) -> Result<(), RegisterError> {
        self.register_with(Box::new(collector), &|_| Ok(()))
    }

    /// Registers a collector whose families `place` brings to where they belong.
    pub(crate) fn register_with(
        &self,
        collector: Box<dyn Collector>,
        place: &dyn Fn(&mut Descriptor) -> Result<(), RegisterError>,
    ) -> Result<(), RegisterError> {
        // User code: not under a lock.
        let (families, name) = (collector.describe(), collector.name().to_owned());
        let id = NEXT_COLLECTOR.fetch_add(1, Ordering::Relaxed); // Only has to be unique.
        let mut registered = Registered { id, collector, families, name, errors: 0.into() };
        let mut placed = registered.families.clone();
        for descriptor in &mut placed {
            place(descriptor)?;
        }
        let Some(first) = placed.first() else {
            let why = "the collector describes no family";
            return Err(RegisterError::new(RegisterErrorKind::Invalid, &registered.name, why));
        };
        if registered.name.is_empty() {
            registered.name.push_str(first.page_name());
        }
        let registered = Arc::new(registered);
        // A statement of its own: the lock is given back before a refused collector is dropped.
        let added = self.inner.shelf.lock().add_collector(&registered, &placed);
        added
    }

    /// Takes a family off every page from the next on, and with it the whole collector that yields
    /// it. Answers whether there was one. Whoever still holds a handle to its series may go on
    /// updating them unseen, call sites of macros included; registering the name again makes a new
    /// family.
    pub fn unregister(&self, name: &str) -> bool {
        let page_name = crate::name::MetricName::utf8(name.to_owned())
            .map(|name| name.normalised().into_owned())
            .unwrap_or_default();
        // A statement of its own: the lock is given back before a collector, which is user code, is
        // dropped.
        let removed = self.inner.shelf.lock().remove(&page_name);
        !removed.sources.is_empty()
    }

    /// The source of the family with this descriptor, made by `make` if there is none.
    ///
    /// `any_shape`: the caller did not say which buckets, quantiles or window it wants, and takes
    /// what is there.
    pub(crate) fn get_or_register(
        &self,
        descriptor: Descriptor,
        any_shape: bool,
        make: &dyn Fn(Descriptor) -> Arc<dyn Source>,
    ) -> Result<Arc<dyn Source>, RegisterError> {
        self.inner.shelf.lock().get_or_add(descriptor, any_shape, make)
    }

    /// A view that puts `prefix` before every name and adds const labels to every series.
    ///
    /// # Errors
    ///
    /// If the prefix or a label name is not valid.
    pub fn scope<'l>(
        &self,
        prefix: &str,
        const_labels: impl IntoIterator<Item = (&'l str, &'l str)>,
    ) -> Result<Scope, RegisterError> {
        Scope::new(self.clone(), prefix, const_labels)
    }

    /// Registers the families in which the registry reports on itself:
    /// `nunchi_scrape_duration_seconds` (with the number of scrapes as its `_count`),
    /// `nunchi_scrape_size_bytes`, `nunchi_scrapes_refused_total`, `nunchi_collector_errors_total`,
    /// `nunchi_series_folded_total`, `nunchi_registered_families` and
    /// `nunchi_registration_errors_total`. The [`global`](crate::global) registry has them.
    /// Scrapes are those answered by [`http::respond`](crate::http::respond).
    ///
    /// # Errors
    ///
    /// If it was called before.
    pub fn register_self_metrics(&self) -> Result<(), RegisterError> {
        self.register(report::SelfMetrics::new(&self.inner))
    }

    /// Sets whether pages of OpenMetrics tell when each counter, histogram and summary was made: a line
    /// `app_requests_created` behind the lines of each series. It is not done unless asked for, since a
    /// server stores these lines as further series, but for a Prometheus 3 with the feature flag
    /// `created-timestamp-zero-ingestion`. Pages of protobuf tell it in any case, and those of text never.
    ///
    /// A series is made by the first lookup of its labels, one without labels by its registration. The
    /// time is in seconds since 1970, rounded down, and not known of what a collector yields. Pages that
    /// were begun before the call are not changed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use nunchi::Format;
    /// let registry = nunchi::Registry::new();
    /// registry.counter("app_requests_total", "Requests served.").register()?;
    /// registry.show_created(true);
    /// let mut page = Vec::new();
    /// nunchi::encode(&registry, Format::OpenMetrics, &mut page);
    /// let page = String::from_utf8_lossy(&page);
    /// assert!(page.contains("app_requests_total 0\napp_requests_created 1"));
    /// # Ok::<(), nunchi::RegisterError>(())
    /// ```
    ///
    /// Source: OpenMetrics 1.0, *Counter*; Prometheus, *Feature flags*.
    #[cfg(feature = "openmetrics")]
    pub fn show_created(&self, is_shown: bool) {
        self.inner.shows_created.store(is_shown, Ordering::Relaxed); // It orders nothing else.
    }

    /// What an encoder asks.
    pub(crate) fn gatherer(&self) -> Arc<dyn Gather> {
        Arc::clone(&self.inner) as Arc<dyn Gather>
    }

    /// The collectors that yield any of the families that `is_wanted` picks.
    pub(crate) fn collectors_of(
        &self,
        is_wanted: &dyn Fn(&Descriptor) -> bool,
    ) -> Vec<CollectorId> {
        let page = self.inner.shelf.lock().page();
        let wanted = page.iter().filter(|source| is_wanted(source.descriptor()));
        wanted.filter_map(|source| source.collector()).collect()
    }

    /// The size of the page that was served last, in bytes.
    pub(crate) fn last_page_bytes(&self) -> usize {
        self.inner.report.last_page_bytes()
    }

    /// Remembers that somebody could not register: counted in `nunchi_registration_errors_total`,
    /// the first few kept for [`Self::registration_errors`].
    pub(crate) fn report(&self, error: RegisterError) {
        self.inner.report.registration_failed(error);
    }

    /// The first registrations that a macro, which cannot return an error, failed to make; at most
    /// sixteen. Such a macro goes on with a metric that is on no page.
    #[must_use]
    pub fn registration_errors(&self) -> Vec<RegisterError> {
        self.inner.report.registration_errors()
    }

    /// Takes note of a page that was served.
    #[doc(hidden)]
    pub fn record_scrape(&self, elapsed: Duration, bytes: usize) {
        self.inner.report.scraped(elapsed, bytes);
    }

    /// Takes note of a scrape that got no page.
    pub(crate) fn record_refusal(&self, why: Refusal) {
        self.inner.report.refused(why);
    }
}

impl Gather for Inner {
    fn gather(&self, scratch: &mut Scratch, runs: &dyn Fn(CollectorId) -> bool) -> Page {
        let collectors = self.shelf.lock().collectors();
        scratch.staged.resize_with(collectors.len().max(scratch.staged.len()), Default::default);
        for staged in &mut scratch.staged {
            staged.clear();
        }
        // What reports on the others comes last, so that the page tells of its own failures.
        for last in [false, true] {
            for (registered, staged) in collectors.iter().zip(&mut scratch.staged) {
                if last == (registered.name == report::NAME) && runs(registered.id) {
                    registered.stage(staged);
                }
            }
        }
        // After the collectors ran: what they registered is on this page already. A statement of
        // its own: the lock is given back before `collectors` may drop one that was unregistered.
        let page = self.shelf.lock().page();
        page
    }

    fn take_buffers(&self) -> Box<Buffers> {
        let mut buffers = self.buffers.lock().pop().unwrap_or_default();
        buffers.scratch.begin_page();
        #[cfg(feature = "openmetrics")]
        {
            buffers.prepared.tells_births = self.shows_created.load(Ordering::Relaxed);
        }
        buffers
    }

    fn keep_buffers(&self, buffers: Box<Buffers>) {
        let mut kept = self.buffers.lock();
        if kept.len() < KEPT_BUFFERS {
            kept.push(buffers);
        }
    }
}

impl Registered {
    /// Lets the collector fill the buffer, or counts a failure and leaves it empty.
    #[inline(never)]
    fn stage(&self, staged: &mut Staged) {
        if self.collect(staged) {
            staged.collector = Some(self.id);
        } else {
            staged.clear();
            self.errors.fetch_add(1, Ordering::Relaxed); // Orders nothing else.
        }
    }

    /// Whether the collector answered, and answered validly.
    fn collect(&self, staged: &mut Staged) -> bool {
        // Unwind safe: whatever a panic leaves in `staged` is cleared before it is used again, and
        // the collector's own state is its own affair, as its contract says. An error is dropped
        // inside, because its `drop` is user code too.
        let attempt = AssertUnwindSafe(|| {
            let mut collection = Collection::new(&self.families, staged);
            self.collector.collect(&mut collection).and_then(|()| collection.finish()).is_ok()
        });
        catch_unwind(attempt).unwrap_or_else(|payload| {
            // So is the `drop` of a panic's payload, and it may panic as well. Then it is enough.
            let dropped = catch_unwind(AssertUnwindSafe(|| drop(payload)));
            dropped.unwrap_or_else(std::mem::forget);
            false
        })
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let families = shelf::count(&self.inner.shelf.lock().page());
        f.debug_struct("Registry").field("families", &families).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
