//! The samples of a histogram or a summary, taken together.

use super::native::Native;
use super::number::Written;
use super::page::{sorted, Kind, Page, Sample};

/// The distribution of what was observed: count, sum, and buckets or quantiles, of one label set.
///
/// Bounds and quantiles are numbers here, however the page spells them.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    count: Option<u64>,
    sum: Option<f64>,
    rows: Vec<(f64, f64)>,
    is_summary: bool,
    native: Option<Native>,
}

impl Page {
    /// The histogram or summary of this name with exactly these labels, `le` and `quantile` apart; the
    /// name is that of the family. `None` if there is none on the page.
    ///
    /// # Examples
    ///
    /// ```
    /// let registry = nunchi::Registry::new();
    /// let wait = registry.histogram("app_wait_seconds", "Time in queue.").buckets([0.5, 1.0]);
    /// let wait = wait.labels(["queue"])?;
    /// wait.with_values(&["a"])?.observe(0.75);
    /// let page = nunchi::testing::page(&registry);
    /// let waited = page.distribution("app_wait_seconds", &[("queue", "a")]).expect("observed");
    /// assert_eq!((waited.count(), waited.sum()), (Some(1), Some(0.75)));
    /// assert_eq!((waited.at_most(0.5), waited.at_most(1.0)), (Some(0), Some(1)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn distribution(&self, name: &str, labels: &[(&str, &str)]) -> Option<Distribution> {
        let family = self.family(name)?;
        let (own_label, is_summary) = match family.kind {
            Kind::Histogram | Kind::GaugeHistogram => ("le", false),
            Kind::Summary => ("quantile", true),
            _ => return None,
        };
        let wanted = sorted(labels.iter().copied());
        let others = |sample: &Sample| {
            sorted(sample.labels().filter(|(label, _)| *label != own_label)) == wanted
        };
        let mut samples = family.samples.iter().filter(|sample| others(sample)).peekable();
        samples.peek()?;
        let mut found =
            Distribution { count: None, sum: None, rows: Vec::new(), is_summary, native: None };
        let mut natives = family.natives.iter();
        let labels_of = |labels: &[(String, String)]| {
            sorted(labels.iter().map(|(name, value)| (&**name, &**value))) == wanted
        };
        found.native = natives.find(|(labels, _)| labels_of(labels)).map(|found| found.1.clone());
        for sample in samples {
            match sample.name.strip_prefix(name) {
                Some("_count" | "_gcount") => found.count = Some(count(&sample.value)),
                Some("_sum" | "_gsum") => found.sum = Some(sample.value()),
                Some("_bucket" | "") => {
                    let bound = sample.label(own_label).and_then(Written::number);
                    found.rows.extend(bound.map(|bound| (bound.value, sample.value())));
                }
                _ => {}
            }
        }
        Some(found)
    }
}

impl Distribution {
    /// How many observations there were, if the page says; in a histogram also by its last bucket.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        self.count.or_else(|| self.at_most(f64::INFINITY))
    }

    /// Their sum, if the page says.
    #[must_use]
    pub fn sum(&self) -> Option<f64> {
        self.sum
    }

    /// How many observations were at most this, which has to be the bound of a bucket; `None` if it is
    /// not.
    #[must_use]
    pub fn at_most(&self, bound: f64) -> Option<u64> {
        self.row(bound).filter(|_| !self.is_summary).map(|count| count as u64)
    }

    /// The answer to a quantile that the summary has; `None` if it has not. NaN if its window is
    /// empty.
    #[must_use]
    pub fn quantile(&self, quantile: f64) -> Option<f64> {
        self.row(quantile).filter(|_| self.is_summary)
    }

    /// The exponential buckets, which only a page in protobuf or OpenMetrics 2.0 has.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "protobuf")] {
    /// let registry = nunchi::Registry::new();
    /// let wait = registry.native_histogram("app_wait_seconds", "Time in queue.").register()?;
    /// wait.observe(2.0);
    /// let mut page = Vec::new();
    /// nunchi::encode(&registry, nunchi::Format::Protobuf, &mut page);
    /// let page = nunchi::testing::parse_protobuf(&page).expect("a valid page");
    /// let waited = page.distribution("app_wait_seconds", &[]).expect("registered");
    /// let native = waited.native().expect("in protobuf");
    /// assert_eq!((native.schema(), native.positive()), (3, &[(8, 1)][..]));
    /// # }
    /// # Ok::<(), nunchi::RegisterError>(())
    /// ```
    #[must_use]
    pub fn native(&self) -> Option<&Native> {
        self.native.as_ref()
    }

    fn row(&self, at: f64) -> Option<f64> {
        self.rows.iter().find(|(bound, _)| *bound == at).map(|(_, value)| *value)
    }
}

/// A count, exactly if it is written as an integer.
fn count(written: &Written) -> u64 {
    written.text.parse().unwrap_or(written.value as u64)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{open_metrics, text};

    #[test]
    fn a_histogram_has_its_buckets_and_a_summary_its_quantiles() {
        let page = open_metrics(
            "# TYPE a histogram\na_bucket{x=\"1\",le=\"1.0\"} 2\na_bucket{x=\"1\",le=\"+Inf\"} 3\n\
             # TYPE b gaugehistogram\nb_bucket{le=\"+Inf\"} 4\nb_gcount 4\nb_gsum 2.5\n",
        );
        let a = page.distribution("a", &[("x", "1")]).expect("it is there");
        assert_eq!((a.count(), a.sum(), a.at_most(1.0)), (Some(3), None, Some(2)));
        assert_eq!((a.at_most(2.0), a.quantile(1.0)), (None, None));
        assert_eq!(page.distribution("a", &[]), None);
        let b = page.distribution("b", &[]).expect("it is there");
        assert_eq!((b.count(), b.sum()), (Some(4), Some(2.5)));
        let page = text(
            "# TYPE c summary\nc{quantile=\"0.50\"} 7\nc_sum 7\nc_count 18446744073709551615\n\
             c_sum{d=\"1\"} 1\nc_count{d=\"1\"} 1\n# TYPE e gauge\ne 1\n",
        );
        let c = page.distribution("c", &[("d", "")]).expect("it is there");
        assert_eq!((c.count(), c.sum(), c.quantile(0.5)), (Some(u64::MAX), Some(7.0), Some(7.0)));
        assert_eq!((c.at_most(0.5), c.quantile(0.9)), (None, None));
        let other = page.distribution("c", &[("d", "1")]).expect("it is there");
        assert_eq!((other.count(), other.quantile(0.5)), (Some(1), None));
        assert!(page.distribution("e", &[]).is_none() && page.distribution("f", &[]).is_none());
    }
}
