//! `assert_metric!`: one sentence about one sample.

use super::page::{write_series, Page};
use crate::registry::Registry;
use std::fmt::Write;

/// Asserts something about one sample of a registry.
///
/// The arguments are the registry (or a reference to one), the name of the sample as it is on the
/// page, its labels in braces, if there are any, and what is claimed:
///
/// | claim | holds if |
/// |---|---|
/// | `== 3`, `!= 3`, `< 3`, `<= 3`, `> 3`, `>= 3` | the sample is there, and its value compares so; NaN equals NaN |
/// | `is near 0.3` | the sample is there, and its value differs by a billionth of it at most, as sums of fractions may; by 10⁻⁹ below 1 |
/// | `is near 0.3, within 0.05` | the same, with this tolerance |
/// | `is present`, `is absent` | the sample is there, or is not |
/// | `+= 2, block`, `-= 2, block` | the value goes up or down by 2 while the block runs; a sample that is not there counts as 0 |
/// | `+= 2, within 0.05, block`, `-= …` | the same, give or take so much |
///
/// A label value is anything with `Display`. The labels have to be all that the sample has, `le` and
/// `quantile` included, which may be numbers; in any order. Values are compared as `f64`. A claim about a block evaluates
/// to what the block does; updates by other threads count as well.
///
/// # Panics
///
/// If the claim does not hold, with the samples of that name that are there; and as
/// [`testing::page`](crate::testing::page) does.
///
/// # Examples
///
/// ```
/// use nunchi::{assert_metric, Registry};
///
/// let registry = Registry::new();
/// let served = registry.counter("app_requests_total", "Requests served.").labels(["code"])?;
/// let jobs = registry.int_gauge("app_jobs", "Jobs waiting.").register()?;
///
/// served.with_values(&["200"])?.inc_by(3);
/// assert_metric!(registry, "app_requests_total", {"code" => 200} == 3);
/// assert_metric!(registry, "app_requests_total", {"code" => 500} is absent);
/// assert_metric!(registry, "app_jobs" <= 0);
///
/// let load = registry.gauge("app_load", "Load.").register()?;
/// load.set(0.1 + 0.2);
/// assert_metric!(registry, "app_load" is near 0.3);
///
/// let wait = registry.summary("app_wait_seconds", "Time in queue.").quantiles([0.5]).register()?;
/// assert_metric!(registry, "app_wait_seconds_sum" += 0.7, within 0.1, wait.observe(0.75));
/// assert_metric!(registry, "app_wait_seconds", {"quantile" => 0.5} is near 0.7, within 0.1);
///
/// let answer = assert_metric!(registry, "app_jobs" += 2, {
///     jobs.inc();
///     jobs.inc();
///     "done"
/// });
/// assert_eq!(answer, "done");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[macro_export]
macro_rules! assert_metric {
    ($registry:expr, $name:expr, {$($label:expr => $value:expr),* $(,)?} $($claim:tt)+) => {
        $crate::__claim!(
            $crate::testing::Expected {
                registry: &$registry,
                name: $name,
                labels: &[$(($label, &*::std::string::ToString::to_string(&$value))),*],
            },
            $($claim)+
        )
    };
    ($registry:expr, $name:literal $($claim:tt)+) => {
        $crate::__claim!(
            $crate::testing::Expected { registry: &$registry, name: $name, labels: &[] },
            $($claim)+
        )
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __claim {
    ($sample:expr, is present) => {
        $sample.is_present(true)
    };
    ($sample:expr, is absent) => {
        $sample.is_present(false)
    };
    ($sample:expr, is near $value:expr $(,)?) => {
        $sample.is_near($value, ::std::option::Option::None)
    };
    ($sample:expr, is near $value:expr, within $tolerance:expr $(,)?) => {
        $sample.is_near(
            $value,
            ::std::option::Option::Some($crate::testing::Amount::amount($tolerance)),
        )
    };
    ($sample:expr, == $value:expr) => {
        $sample.compares("==", $value)
    };
    ($sample:expr, != $value:expr) => {
        $sample.compares("!=", $value)
    };
    ($sample:expr, < $value:expr) => {
        $sample.compares("<", $value)
    };
    ($sample:expr, <= $value:expr) => {
        $sample.compares("<=", $value)
    };
    ($sample:expr, > $value:expr) => {
        $sample.compares(">", $value)
    };
    ($sample:expr, >= $value:expr) => {
        $sample.compares(">=", $value)
    };
    ($sample:expr, += $by:expr, within $tolerance:expr, $block:expr) => {
        $sample.moves(1.0, $by, $tolerance, || $block)
    };
    ($sample:expr, -= $by:expr, within $tolerance:expr, $block:expr) => {
        $sample.moves(-1.0, $by, $tolerance, || $block)
    };
    ($sample:expr, += $by:expr, $block:expr) => {
        $sample.moves(1.0, $by, 0, || $block)
    };
    ($sample:expr, -= $by:expr, $block:expr) => {
        $sample.moves(-1.0, $by, 0, || $block)
    };
}

/// What `assert_metric!` expands to.
#[doc(hidden)]
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Expected<'a> {
    pub registry: &'a Registry,
    pub name: &'a str,
    pub labels: &'a [(&'a str, &'a str)],
}

/// A number that a sample is compared with.
#[doc(hidden)]
#[allow(missing_docs)]
pub trait Amount {
    fn amount(self) -> f64;
}

macro_rules! amounts {
    ($($number:ty)*) => {
        $(impl Amount for $number {
            #[allow(clippy::cast_lossless, trivial_numeric_casts)] // Of some of them.
            fn amount(self) -> f64 {
                self as f64
            }
        })*
    };
}

amounts!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64);

#[allow(missing_docs)]
impl Expected<'_> {
    #[track_caller]
    pub fn is_present(&self, wanted: bool) {
        let page = super::page(self.registry);
        match page.sample(self.name, self.labels) {
            Some(sample) if !wanted => panic!("there is a sample {sample}"),
            None if wanted => panic!("{}", self.missing(&page)),
            _ => {}
        }
    }

    #[track_caller]
    pub fn compares(&self, operator: &str, value: impl Amount) {
        let wanted = value.amount();
        let page = super::page(self.registry);
        let Some(sample) = page.sample(self.name, self.labels) else {
            panic!("{}", self.missing(&page))
        };
        let found = sample.value();
        let is_same = found == wanted || (found.is_nan() && wanted.is_nan());
        let holds = match operator {
            "==" => is_same,
            "!=" => !is_same,
            "<" => found < wanted,
            "<=" => found <= wanted,
            ">" => found > wanted,
            _ => found >= wanted,
        };
        let (series, found) = (self.series(), sample.written());
        assert!(holds, "expected {series} {operator} {wanted}, found {found}");
    }

    #[track_caller]
    pub fn is_near(&self, value: impl Amount, tolerance: Option<f64>) {
        let wanted = value.amount();
        let page = super::page(self.registry);
        let Some(sample) = page.sample(self.name, self.labels) else {
            panic!("{}", self.missing(&page))
        };
        let found = sample.value();
        let tolerance = tolerance.unwrap_or_else(|| 1e-9 * wanted.abs().max(1.0));
        // Infinities are equal, and have no difference.
        let is_same = found == wanted || (found.is_nan() && wanted.is_nan());
        let holds = is_same || (wanted.is_finite() && (found - wanted).abs() <= tolerance);
        let (series, found) = (self.series(), sample.written());
        assert!(holds, "expected {series} near {wanted}, within {tolerance}, found {found}");
    }

    #[track_caller]
    pub fn moves<T>(
        &self,
        sign: f64,
        by: impl Amount,
        tolerance: impl Amount,
        block: impl FnOnce() -> T,
    ) -> T {
        let (by, tolerance) = (sign * by.amount(), tolerance.amount());
        let value = || super::page(self.registry).value(self.name, self.labels).unwrap_or(0.0);
        let before = value();
        let answer = block();
        let after = value();
        // Either form may be the one that rounds.
        let is_same = before + by == after || after - before == by;
        let holds = is_same || (after - before - by).abs() <= tolerance;
        let series = self.series();
        let within = if tolerance == 0.0 { String::new() } else { format!(", within {tolerance}") };
        assert!(
            holds,
            "expected {series} to change by {by}{within}, found {before} before, {after} after"
        );
        answer
    }

    fn series(&self) -> String {
        let mut series = String::new();
        let _infallible = write_series(&mut series, self.name, self.labels.iter().copied());
        series
    }

    /// That the sample is not on the page, and what is there instead.
    fn missing(&self, page: &Page) -> String {
        let mut text = format!("there is no sample {}", self.series());
        let samples = page.families().iter().flat_map(super::Family::samples);
        let mut of_name = samples.filter(|sample| sample.name() == self.name).peekable();
        text += match of_name.peek() {
            Some(_) => "; of this name there are:",
            None => ", and none of this name",
        };
        for sample in of_name.by_ref().take(MOST_SHOWN) {
            let _infallible = write!(text, "\n    {sample}");
        }
        match of_name.count() {
            0 => text,
            more => text + &format!("\n    and {more} more"),
        }
    }
}

/// How many samples a message shows.
const MOST_SHOWN: usize = 20;
