//! A view of a registry that adds a prefix and const labels.

use super::Registry;
use crate::error::{NameError, RegisterError};
use crate::model::{Collector, Descriptor};
use crate::name::{LabelName, MetricName};

/// A view of a [`Registry`] that puts a prefix before every name and adds const labels to every
/// series: what a library takes, so that its host decides how its metrics are called.
///
/// Two scopes with the same prefix and different values of the same const labels may register the
/// same families: on the page they are one family.
///
/// # Examples
///
/// ```
/// use nunchi::{Format, Registry};
///
/// let registry = Registry::new();
/// for shard in ["a", "b"] {
///     let scope = registry.scope("db_", [("shard", shard)])?;
///     scope.gauge("connections", "Open connections.").register()?.set(1);
/// }
/// let mut page = Vec::new();
/// nunchi::encode(&registry, Format::Text, &mut page);
/// let page = String::from_utf8_lossy(&page);
/// assert!(page.ends_with("db_connections{shard=\"a\"} 1\ndb_connections{shard=\"b\"} 1\n"));
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scope {
    registry: Registry,
    prefix: String,
    const_labels: Vec<(LabelName, String)>,
}

impl Scope {
    pub(super) fn new<'l>(
        registry: Registry,
        prefix: &str,
        const_labels: impl IntoIterator<Item = (&'l str, &'l str)>,
    ) -> Result<Self, RegisterError> {
        if !prefix.is_empty() {
            MetricName::try_from(prefix)?;
        }
        let label = |(name, value): (&str, &str)| {
            Ok::<_, NameError>((LabelName::try_from(name)?, value.to_owned()))
        };
        let const_labels = const_labels.into_iter().map(label).collect::<Result<_, _>>()?;
        Ok(Self { registry, prefix: prefix.to_owned(), const_labels })
    }

    /// A scope inside this one: its prefix and labels come after those of this one.
    ///
    /// # Errors
    ///
    /// If the prefix or a label name is not valid.
    pub fn scope<'l>(
        &self,
        prefix: &str,
        const_labels: impl IntoIterator<Item = (&'l str, &'l str)>,
    ) -> Result<Self, RegisterError> {
        let mut inner = Self::new(self.registry.clone(), prefix, const_labels)?;
        inner.prefix.insert_str(0, &self.prefix);
        inner.const_labels.splice(0..0, self.const_labels.iter().cloned());
        Ok(inner)
    }

    /// Registers a collector under this scope.
    ///
    /// # Errors
    ///
    /// As [`Registry::register`].
    pub fn register(&self, collector: impl Collector) -> Result<(), RegisterError> {
        self.registry.register_with(Box::new(collector), &|descriptor| self.place(descriptor))
    }

    /// The registry behind the scope.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Makes of a descriptor what this scope exposes.
    pub(crate) fn place(&self, descriptor: &mut Descriptor) -> Result<(), RegisterError> {
        if !self.prefix.is_empty() {
            descriptor.add_prefix(&self.prefix)?;
        }
        for (name, value) in &self.const_labels {
            descriptor.add_const_label(name.as_str(), value)?;
        }
        Ok(())
    }
}

impl From<&Registry> for Scope {
    /// The scope that adds nothing.
    fn from(registry: &Registry) -> Self {
        Self { registry: registry.clone(), prefix: String::new(), const_labels: Vec::new() }
    }
}
