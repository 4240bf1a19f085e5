//! A value that something else already knows, read by a closure at every scrape.

use crate::error::{CollectError, NameError};
use crate::model::{Collection, Collector, Descriptor, Number};
use std::fmt;

/// A counter or gauge without labels whose value a closure reads at every scrape. The closure keeps
/// the contract of [`Collector::collect`]; a panic in it costs this family only.
///
/// # Examples
///
/// ```
/// use nunchi::Callback;
/// use std::sync::{Arc, Mutex};
///
/// let queue = Arc::new(Mutex::new(vec![1, 2, 3]));
/// let registry = nunchi::Registry::new();
/// let read = move || queue.lock().map_or(0, |queue| queue.len());
/// registry.register(Callback::gauge("app_queue_length", "Jobs waiting.", read)?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Callback {
    descriptor: Descriptor,
    read: Box<dyn Fn() -> Number + Send + Sync>,
}

impl Callback {
    /// A gauge.
    ///
    /// # Errors
    ///
    /// If the name is not valid or the help is empty.
    pub fn gauge<V: Into<Number>>(
        name: &str,
        help: &str,
        read: impl Fn() -> V + Send + Sync + 'static,
    ) -> Result<Self, NameError> {
        Ok(Self::new(Descriptor::gauge(name, help)?, read))
    }

    /// A counter. The closure must never answer less than before; a negative number or NaN counts
    /// as a failure of the collector.
    ///
    /// # Errors
    ///
    /// If the name is not valid for a counter or the help is empty.
    pub fn counter<V: Into<Number>>(
        name: &str,
        help: &str,
        read: impl Fn() -> V + Send + Sync + 'static,
    ) -> Result<Self, NameError> {
        Ok(Self::new(Descriptor::counter(name, help)?, read))
    }

    fn new<V: Into<Number>>(
        descriptor: Descriptor,
        read: impl Fn() -> V + Send + Sync + 'static,
    ) -> Self {
        Self { descriptor, read: Box::new(move || read().into()) }
    }
}

impl Collector for Callback {
    fn describe(&self) -> Vec<Descriptor> {
        vec![self.descriptor.clone()]
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        out.number(self.descriptor.name(), &[], (self.read)())
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback").field("descriptor", &self.descriptor).finish_non_exhaustive()
    }
}
