//! Which build is running.
//!
//! ```text
//! # HELP app_build_info Build of the running program.
//! # TYPE app_build_info gauge
//! app_build_info{version="1.4.0",revision="9f2c1ab",rustc="1.75.0"} 1
//! ```
//!
//! Imports `model`, `name` and `error`. No system call at a scrape.

use crate::error::{CollectError, NameError};
use crate::model::{Collection, Collector, Descriptor};
use crate::name::LabelName;

/// Yields `<prefix>_build_info`: which version, revision and whatever else of a program runs, as
/// labels of a series that is always 1.
///
/// A query multiplies by it to bring the version to another series:
/// `rate(app_requests_total[5m]) * on (instance) group_left (version) app_build_info`.
///
/// Values do not change while the program runs. A label whose value is empty is not on the page.
///
/// # Performance
///
/// A scrape allocates once, for the list of the values; it reads nothing.
///
/// # Examples
///
/// ```
/// use nunchi::collector::BuildInfo;
///
/// let registry = nunchi::Registry::new();
/// let build = BuildInfo::new("app", "1.4.0")?.revision("9f2c1ab").label("profile", "release")?;
/// registry.register(build)?;
///
/// let mut page = Vec::new();
/// nunchi::encode(&registry, nunchi::Format::Text, &mut page);
/// let sample = "app_build_info{version=\"1.4.0\",revision=\"9f2c1ab\",profile=\"release\"} 1\n";
/// assert!(String::from_utf8_lossy(&page).ends_with(sample));
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
///
/// The version is usually `env!("CARGO_PKG_VERSION")`; what else a build should know of itself, a
/// build script passes on with `cargo:rustc-env=…`.
#[derive(Clone, Debug)]
pub struct BuildInfo {
    descriptor: Descriptor,
    /// The values of the descriptor's labels: version, revision, and those that were added.
    values: Vec<String>,
}

const HELP: &str = "Build of the running program.";
/// Where the revision stands in [`BuildInfo::values`].
const REVISION: usize = 1;

impl BuildInfo {
    /// Describes the build of the program whose names begin with `prefix`.
    ///
    /// # Errors
    ///
    /// If the prefix is empty or does not begin a valid name.
    pub fn new(prefix: &str, version: impl Into<String>) -> Result<Self, NameError> {
        if prefix.is_empty() {
            let why = "say whose build it is: the first word of the program's metric names";
            return Err(NameError::new("prefix", prefix, why));
        }
        let descriptor = Descriptor::info(format!("{prefix}_build_info"), HELP)?
            .with_labels(["version", "revision"])?;
        Ok(Self { descriptor, values: vec![version.into(), String::new()] })
    }

    /// Says from which revision of the source it was built, replacing what was said before.
    #[must_use]
    pub fn revision(mut self, revision: impl Into<String>) -> Self {
        if let Some(value) = self.values.get_mut(REVISION) {
            *value = revision.into();
        }
        self
    }

    /// Adds a label, after those that are there.
    ///
    /// # Errors
    ///
    /// If the name is not valid or there already; `version` and `revision` always are.
    pub fn label<N>(mut self, name: N, value: impl Into<String>) -> Result<Self, NameError>
    where
        N: TryInto<LabelName>,
        NameError: From<N::Error>,
    {
        self.descriptor = self.descriptor.with_labels([name])?;
        self.values.push(value.into());
        Ok(self)
    }
}

impl Collector for BuildInfo {
    fn describe(&self) -> Vec<Descriptor> {
        vec![self.descriptor.clone()]
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        let values: Vec<&str> = self.values.iter().map(String::as_str).collect();
        out.number(self.descriptor.name(), &values, 1_u64)
    }
}
