//! What a collector is, before it is registered.

use crate::error::NameError;
use crate::metric::{IntoBuckets, IntoWindow};
use crate::model::{Buckets, SummaryShape};
use std::time::Duration;

/// A total that a collector may know. What it does not know is on no page, instead of a zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Total {
    /// `gc_allocated_bytes_total`.
    AllocatedBytes,
    /// `gc_allocated_objects_total`.
    AllocatedObjects,
    /// `gc_cpu_seconds_total`.
    CpuSeconds,
    /// `gc_freed_bytes_total`.
    FreedBytes,
    /// `gc_freed_objects_total`.
    FreedObjects,
    /// `gc_promoted_bytes_total`.
    PromotedBytes,
}

/// Describes a collector; made by [`GcStats::builder`](super::GcStats::builder).
#[derive(Clone, Debug)]
#[must_use = "nothing is on a page before it is registered"]
pub struct GcBuilder {
    pub(crate) name: String,
    pub(crate) generations: Vec<String>,
    pub(crate) causes: Vec<String>,
    pub(crate) totals: Vec<Total>,
    pub(crate) quantiles: Vec<f64>,
    pub(crate) window: Duration,
    pub(crate) pause_buckets: Option<Result<Buckets, NameError>>,
    pub(crate) cycle_buckets: Option<Result<Buckets, NameError>>,
}

impl GcBuilder {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            generations: vec!["0".to_owned()],
            causes: vec![String::new()],
            totals: Vec::new(),
            quantiles: vec![0.0, 0.5, 0.9, 0.99, 1.0],
            window: SummaryShape::DEFAULT_WINDOW,
            pause_buckets: None,
            cycle_buckets: None,
        }
    }

    /// The generations, youngest first: values of the label `generation`, to which a
    /// [`Gen`](super::Gen) is the index. The default, also of an empty list, is one, `0`.
    pub fn generations<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.generations = list(names, "0");
        self
    }

    /// What collections are begun for: values of the label `cause`, to which a
    /// [`Cause`](super::Cause) is the index. The default, also of an empty list, is one without a name,
    /// and then the label is not on the page.
    pub fn causes<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.causes = list(names, "");
        self
    }

    /// Which totals the collector knows. They are on the page at 0 from the start; what is told of
    /// others is ignored.
    pub fn totals(mut self, known: impl IntoIterator<Item = Total>) -> Self {
        self.totals.extend(known);
        self
    }

    /// The quantiles of pauses and how far they look back. The default is the least, the median, 90 %,
    /// 99 % and the longest of the last ten minutes. Collectors of one registry have the same.
    pub fn pause_quantiles(
        mut self,
        quantiles: impl IntoIterator<Item = f64>,
        window: impl IntoWindow,
    ) -> Self {
        self.quantiles = quantiles.into_iter().collect();
        self.window = window.into_window();
        self
    }

    /// Asks for pauses as a histogram as well, `gc_pause_duration_seconds`, with these upper bounds.
    /// Collectors of one registry that ask for it have the same.
    pub fn pause_buckets(mut self, buckets: impl IntoBuckets) -> Self {
        self.pause_buckets = Some(buckets.into_buckets());
        self
    }

    /// Asks for whole collections as a histogram, `gc_cycle_duration_seconds`: worth it where much of a
    /// collection runs beside the program. Collectors of one registry that ask for it have the same
    /// upper bounds.
    pub fn cycle_buckets(mut self, buckets: impl IntoBuckets) -> Self {
        self.cycle_buckets = Some(buckets.into_buckets());
        self
    }

    pub(crate) fn knows(&self, total: Total) -> bool {
        self.totals.contains(&total)
    }
}

fn list<'n>(names: impl IntoIterator<Item = &'n str>, otherwise: &str) -> Vec<String> {
    let mut list: Vec<String> = names.into_iter().map(str::to_owned).collect();
    if list.is_empty() {
        list.push(otherwise.to_owned());
    }
    list
}
