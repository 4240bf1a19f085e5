//! A source of families that are read at scrape time.

use super::{Collection, Descriptor};
use crate::error::CollectError;

/// Yields families whose values are read when a scrape asks.
///
/// # Contract
///
/// - [`describe`](Self::describe) is called once, at registration. The families it names are
///   checked against everything registered, and are the only ones `collect` may yield.
/// - [`collect`](Self::collect) is called once per scrape, before the first byte of the page is
///   written, from whatever thread serves the scrape; scrapes may overlap, so it may run on
///   several threads at once.
/// - No lock of this crate is held meanwhile: a collector may register metrics, update them and
///   look them up. What it registers appears on the same page or on the next.
/// - It builds its values anew at every call; it owns no metric that it would update.
/// - A value that cannot be read is left out: absent is better than wrong, and never 0 or NaN.
/// - It should not block: the scrape waits for it, and other scrapes of other threads do not.
/// - If it returns an error or panics, the families it described are left out of that page,
///   everything else is served, and `nunchi_collector_errors_total` counts it.
///
/// # Examples
///
/// ```
/// use nunchi::model::{Collection, Descriptor};
/// use nunchi::{CollectError, Collector, Registry};
///
/// struct Pool;
///
/// impl Collector for Pool {
///     fn describe(&self) -> Vec<Descriptor> {
///         let gauge = Descriptor::gauge("pool_connections", "Connections of the pool by state.");
///         gauge.and_then(|gauge| gauge.with_labels(["state"])).into_iter().collect()
///     }
///
///     fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
///         out.number("pool_connections", &["idle"], 3_u64)?;
///         out.number("pool_connections", &["busy"], 1_u64)
///     }
/// }
///
/// let registry = Registry::new();
/// registry.register(Pool)?;
/// let mut page = Vec::new();
/// nunchi::encode(&registry, nunchi::Format::Text, &mut page);
/// assert!(String::from_utf8_lossy(&page).contains("pool_connections{state=\"idle\"} 3\n"));
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
pub trait Collector: Send + Sync + 'static {
    /// What `nunchi_collector_errors_total` calls it; the name of its first family if this is
    /// empty, as it is by default. Called once, at registration.
    fn name(&self) -> &str {
        ""
    }

    /// The families this collector yields, each with a name of its own.
    fn describe(&self) -> Vec<Descriptor>;

    /// Reads the values of this moment into `out`.
    ///
    /// # Errors
    ///
    /// Whatever keeps the collector from answering; see the contract above for what happens then.
    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError>;
}
