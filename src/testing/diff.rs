//! What changed between two pages.

use super::page::{sorted, write_series, Family, Page, Sample};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

/// A line of a page: what it is about, and what it says of that.
type Entry = (String, String);

impl Page {
    /// What `after` says otherwise than this page, a line each, by families; empty if nothing.
    ///
    /// A line begins with `-` where something is gone, with `+` where something is new, and with a
    /// blank where its value changed: `  app_jobs 3 -> 5 (+2)`. The order of families, of samples
    /// and of labels does not matter, nor do exemplars. The form is for readers and may change.
    ///
    /// # Examples
    ///
    /// ```
    /// use nunchi::testing::page;
    ///
    /// let registry = nunchi::Registry::new();
    /// let jobs = registry.int_gauge("app_jobs", "Jobs waiting.").register()?;
    /// jobs.set(3);
    /// let before = page(&registry);
    /// jobs.inc_by(2);
    /// assert_eq!(before.diff(&page(&registry)), "  app_jobs 3 -> 5 (+2)\n");
    /// # Ok::<(), nunchi::RegisterError>(())
    /// ```
    #[must_use]
    pub fn diff(&self, after: &Self) -> String {
        let (mut before, mut now) = (by_name(self), by_name(after));
        let names: BTreeSet<&str> = before.keys().chain(now.keys()).copied().collect();
        let mut diff = String::new();
        for name in names {
            let before = before.remove(name).unwrap_or_default();
            write_changes(&before, &now.remove(name).unwrap_or_default(), &mut diff);
        }
        diff
    }
}

impl Page {
    /// By how much the value of a sample went up from this page to `after`, NaN if it became that. A
    /// sample that is not on one of the pages counts as 0 there. For more than one claim about one
    /// block; a single one is `assert_metric!(…, += 2, block)`.
    ///
    /// # Examples
    ///
    /// ```
    /// use nunchi::testing::page;
    ///
    /// let registry = nunchi::Registry::new();
    /// let served = registry.counter("app_requests_total", "Requests served.").register()?;
    /// let failed = registry.counter("app_failures_total", "Requests that failed.").register()?;
    /// let before = page(&registry);
    /// served.inc_by(2_u64);
    /// let after = page(&registry);
    /// assert_eq!(before.change(&after, "app_requests_total", &[]), 2.0);
    /// assert_eq!(before.change(&after, "app_failures_total", &[]), 0.0);
    /// # drop(failed);
    /// # Ok::<(), nunchi::RegisterError>(())
    /// ```
    #[must_use]
    pub fn change(&self, after: &Self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let value = |page: &Self| page.value(name, labels).unwrap_or(0.0);
        value(after) - value(self)
    }
}

fn by_name(page: &Page) -> HashMap<&str, Vec<Entry>> {
    page.families.iter().map(|family| (family.name.as_str(), entries(family))).collect()
}

fn entries(family: &Family) -> Vec<Entry> {
    let name = &family.name;
    let metadata = [
        ("HELP", family.help().to_owned()),
        ("TYPE", family.metric_type().to_owned()),
        ("UNIT", family.unit().to_owned()),
    ];
    let metadata = metadata.into_iter().filter(|(_, text)| !text.is_empty());
    let mut entries: Vec<_> =
        metadata.map(|(keyword, text)| (format!("# {keyword} {name}"), text)).collect();
    // Samples at several times differ in their number.
    let mut seen: HashMap<String, usize> = HashMap::new();
    for sample in &family.samples {
        let mut series = series(sample);
        let times = seen.entry(series.clone()).or_default();
        *times += 1;
        if *times > 1 {
            let _infallible = write!(series, " #{times}");
        }
        entries.push((series, sample.written().to_owned()));
    }
    entries
}

fn series(sample: &Sample) -> String {
    let mut series = String::new();
    let labels = sorted(sample.labels());
    let _infallible = write_series(&mut series, &sample.name, labels.into_iter());
    series
}

fn write_changes(before: &[Entry], after: &[Entry], diff: &mut String) {
    let map = |entries: &[Entry]| -> HashMap<String, String> { entries.iter().cloned().collect() };
    let (old, new) = (map(before), map(after));
    for (subject, text) in before.iter().filter(|(subject, _)| !new.contains_key(subject)) {
        let _infallible = writeln!(diff, "- {subject} {text}");
    }
    for (subject, text) in after {
        let _infallible = match old.get(subject) {
            None => writeln!(diff, "+ {subject} {text}"),
            Some(same) if same == text => Ok(()),
            Some(other) => {
                let step = step(other, text).unwrap_or_default();
                writeln!(diff, "  {subject} {other} -> {text}{step}")
            }
        };
    }
}

/// By how much a value changed, if both are finite.
fn step(before: &str, after: &str) -> Option<String> {
    let step = after.parse::<f64>().ok()? - before.parse::<f64>().ok()?;
    step.is_finite().then(|| format!(" ({step:+})"))
}
