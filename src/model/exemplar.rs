//! What one observation tells of itself beside its value.
//!
//! The functions are `#[inline]` so that a program compiles only those that it calls: in a build
//! without a format that shows exemplars, nothing is left of them.

use crate::error::NameError;
use crate::name::{label_name_fault, NameFault};
use once_cell::race::OnceBox;
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// Labels that lead from a counted event to something outside of the metrics: the trace of the
/// request that took so long.
///
/// Given to [`Counter::inc_with_exemplar`](crate::Counter::inc_with_exemplar),
/// [`Histogram::observe_with_exemplar`](crate::Histogram::observe_with_exemplar) and their like; a
/// slice or an array of names and values is one as well. The value is that of the observation, and
/// the time that at which it was made, unless [`at`](Self::at) or
/// [`without_time`](Self::without_time) says otherwise.
///
/// A valid exemplar has label names of letters, digits and `_` that begin with a letter and are
/// different from each other, and at most 128 characters in all names and values together. Labels
/// with an empty value are as if they were not there. What comes with an exemplar that is not valid
/// is counted all the same; the exemplar is left out, and `nunchi_exemplars_refused_total` counts
/// it. [`check`](Self::check) says what is wrong with one.
///
/// Shown by `Format::OpenMetrics` and `Format::Protobuf`, and by no format that does not know
/// exemplars. In a build without such a format none is kept, nor judged.
///
/// # Examples
///
/// ```
/// use nunchi::{Buckets, Counter, Exemplar, Histogram};
///
/// let (trace_id, span_id) = (0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128, 0xb7ad_6b71_6920_3331);
/// let took = Histogram::new(Buckets::default());
/// took.observe_with_exemplar(0.012, Exemplar::trace(trace_id, span_id));
///
/// let failed = Counter::new();
/// failed.inc_with_exemplar(&[("order", "7319")]);
/// assert_eq!((took.count(), failed.get()), (1, 1.0));
/// ```
///
/// Source: OpenMetrics 1.0, *Exemplars*.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Exemplar<'a> {
    labels: LabelsOf<'a>,
    pub(crate) time: Time,
}

#[derive(Clone, Copy, Debug)]
enum LabelsOf<'a> {
    Pairs(&'a [(&'a str, &'a str)]),
    Trace(u128, u64),
    Source,
}

/// When it was.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Time {
    Now,
    At(SystemTime),
    Unknown,
}

/// The most characters that names and values may have together (O21).
const MOST_CHARACTERS: usize = 128;

/// Tells the exemplar of the work that the calling thread is at.
enum Source {
    Answers(fn() -> Option<Exemplar<'static>>),
    #[cfg(feature = "tracing")]
    Calls(CallingSource),
}

/// Calls with the exemplar, if there is one, which lives no longer than the call.
#[cfg(feature = "tracing")]
type CallingSource = fn(&mut dyn FnMut(Exemplar<'_>));

static SOURCE: OnceBox<Source> = OnceBox::new();

thread_local! {
    /// Whether this thread is asking the source. Has no destructor, so it is there to the end.
    static IS_ASKING: Cell<bool> = const { Cell::new(false) };
}

/// For as long as it lives, the thread is asking the source.
struct Asking;

impl Asking {
    /// None if it is already: a source that updates metrics itself would be asked for ever.
    #[inline]
    fn begin() -> Option<Self> {
        (!IS_ASKING.with(|is_asking| is_asking.replace(true))).then(|| Self)
    }
}

impl Drop for Asking {
    #[inline]
    fn drop(&mut self) {
        IS_ASKING.with(|is_asking| is_asking.set(false));
    }
}

/// How many were not valid. Relaxed throughout: it orders nothing else.
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// How many exemplars of this process were not valid so far.
pub(crate) fn refused_exemplars() -> u64 {
    REFUSED.load(Ordering::Relaxed)
}

/// As [`Exemplar::set_source`], of one that does not own what it tells.
#[cfg(feature = "tracing")]
pub(crate) fn set_calling_source(source: CallingSource) -> bool {
    SOURCE.set(Box::new(Source::Calls(source))).is_ok()
}

impl<'a> Exemplar<'a> {
    /// Names and values.
    #[inline]
    pub const fn new(labels: &'a [(&'a str, &'a str)]) -> Self {
        Self { labels: LabelsOf::Pairs(labels), time: Time::Now }
    }

    /// `trace_id` and `span_id` in lowercase hexadecimal, as the W3C Trace Context has them. They are
    /// spelt out only if the exemplar is kept.
    #[inline]
    pub const fn trace(trace_id: u128, span_id: u64) -> Self {
        Self { labels: LabelsOf::Trace(trace_id, span_id), time: Time::Now }
    }

    /// What the function that was given to [`set_source`](Self::set_source) answers; no exemplar if
    /// none was set or it answers `None`. It is asked only if the exemplar is kept; whether the update
    /// waits for something is then up to the function.
    #[inline]
    pub const fn current() -> Self {
        Self { labels: LabelsOf::Source, time: Time::Now }
    }

    /// Sets, once for the process, what [`current`](Self::current) asks: a function that knows the
    /// span that the calling thread is in. Answers whether it was the first.
    ///
    /// The function is called inside of updates, on their thread, and not under any lock. It must
    /// not panic. While it runs, `current` of its own updates is no exemplar. With the feature
    /// `tracing`, `nunchi::tracing::ExemplarLayer` sets one for programs that record the ids on their
    /// spans.
    ///
    /// # Examples
    ///
    /// ```
    /// use nunchi::Exemplar;
    /// use std::cell::Cell;
    ///
    /// thread_local! { static TRACE: Cell<(u128, u64)> = Cell::new((0, 0)); }
    ///
    /// // With `opentelemetry`: `Context::current().span().span_context()`, if it is sampled; with
    /// // `tracing-opentelemetry` the context is `Span::current().context()`.
    /// Exemplar::set_source(|| {
    ///     let (trace_id, span_id) = TRACE.with(Cell::get);
    ///     (trace_id != 0).then(|| Exemplar::trace(trace_id, span_id))
    /// });
    /// nunchi::counter!("app_orders_total", "Orders.").inc_with_exemplar(Exemplar::current());
    /// ```
    #[inline]
    pub fn set_source(source: fn() -> Option<Exemplar<'static>>) -> bool {
        SOURCE.set(Box::new(Source::Answers(source))).is_ok()
    }

    /// The same, of another time. Pages show milliseconds since 1970, and no time before that.
    #[inline]
    pub const fn at(mut self, time: SystemTime) -> Self {
        self.time = Time::At(time);
        self
    }

    /// The same without a time: the server takes that of its scrape.
    #[inline]
    pub const fn without_time(mut self) -> Self {
        self.time = Time::Unknown;
        self
    }

    /// Whether the exemplar is valid.
    ///
    /// # Errors
    ///
    /// The first label that makes it invalid.
    #[inline]
    pub fn check(&self) -> Result<(), NameError> {
        let LabelsOf::Pairs(pairs) = self.labels else { return Ok(()) };
        match fault(pairs) {
            None => Ok(()),
            Some(Fault::Name(name, fault)) => Err(NameError::label(name, fault)),
            Some(Fault::Twice(name)) => {
                Err(NameError::new("exemplar", name, "a label must not be given twice"))
            }
            Some(Fault::Long(name)) => Err(NameError::new(
                "exemplar",
                name,
                "names and values must have at most 128 characters together",
            )),
        }
    }

    /// Labels that are valid. That they are not is counted.
    #[inline]
    pub(crate) fn judged(self) -> Option<Judged<'a>> {
        match self.labels {
            LabelsOf::Pairs(pairs) if fault(pairs).is_some() => {
                REFUSED.fetch_add(1, Ordering::Relaxed);
                None
            }
            LabelsOf::Pairs(pairs) => Some(Judged::Pairs(pairs)),
            LabelsOf::Trace(trace_id, span_id) => Some(Judged::Trace(trace_id, span_id)),
            LabelsOf::Source => None,
        }
    }

    /// Calls `take` with the exemplar itself, or with that of the source.
    #[inline]
    pub(crate) fn resolve(self, mut take: impl FnMut(Exemplar<'_>)) {
        if !matches!(self.labels, LabelsOf::Source) {
            return take(self);
        }
        let (Some(source), Some(_asking)) = (SOURCE.get(), Asking::begin()) else { return };
        let mut take = |told: Exemplar<'_>| match self.time {
            Time::Now => take(told),
            time => take(Exemplar { time, ..told }),
        };
        match source {
            Source::Answers(source) => {
                if let Some(told) = source() {
                    take(told);
                }
            }
            #[cfg(feature = "tracing")]
            Source::Calls(source) => source(&mut take),
        }
    }
}

impl<'a> From<&'a [(&'a str, &'a str)]> for Exemplar<'a> {
    #[inline]
    fn from(labels: &'a [(&'a str, &'a str)]) -> Self {
        Self::new(labels)
    }
}

impl<'a, const N: usize> From<&'a [(&'a str, &'a str); N]> for Exemplar<'a> {
    #[inline]
    fn from(labels: &'a [(&'a str, &'a str); N]) -> Self {
        Self::new(labels)
    }
}

enum Fault<'a> {
    Name(&'a str, NameFault),
    Twice(&'a str),
    Long(&'a str),
}

/// What is to be kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Judged<'a> {
    Pairs(&'a [(&'a str, &'a str)]),
    /// To be spelt out.
    Trace(u128, u64),
}

/// An empty value is no label.
#[inline]
pub(super) fn present<'a>(
    pairs: &'a [(&'a str, &'a str)],
) -> impl Iterator<Item = (&'a str, &'a str)> {
    pairs.iter().copied().filter(|(_, value)| !value.is_empty())
}

#[inline]
fn fault<'a>(pairs: &'a [(&'a str, &'a str)]) -> Option<Fault<'a>> {
    let mut characters = 0_usize;
    // No text has more characters than bytes.
    let bytes = pairs.iter().fold(0_usize, |sum, (name, value)| {
        sum.saturating_add(name.len()).saturating_add(value.len())
    });
    for (at, (name, value)) in present(pairs).enumerate() {
        let is_usual = matches!(name, "trace_id" | "span_id"); // Known to be valid.
        let fault = if is_usual { None } else { label_name_fault(name) };
        if let Some(fault) = fault {
            return Some(Fault::Name(name, fault));
        }
        if bytes > MOST_CHARACTERS {
            characters += count(name) + count(value);
        }
        if characters > MOST_CHARACTERS {
            return Some(Fault::Long(name));
        }
        // No more than 64 come so far.
        if at > 0 && present(pairs).take(at).any(|(earlier, _)| earlier == name) {
            return Some(Fault::Twice(name));
        }
    }
    None
}

/// How many characters a text has, or any number above the limit if it has more.
#[inline]
fn count(text: &str) -> usize {
    if text.is_ascii() || text.len() > 4 * MOST_CHARACTERS {
        text.len() // A character is 4 bytes at most.
    } else {
        text.chars().count()
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    fn is_valid(labels: &[(&str, &str)]) -> bool {
        let exemplar = Exemplar::new(labels);
        assert_eq!(exemplar.judged().is_some(), exemplar.check().is_ok());
        exemplar.check().is_ok()
    }

    #[test]
    fn o21_at_most_128_characters_of_names_and_values() {
        for character in ["a", "\"", "\n", "돌", "😱"] {
            let [most, more] = [124, 125].map(|count| character.repeat(count));
            assert!(is_valid(&[("name", &most)]) && !is_valid(&[("name", &more)]));
            assert!(is_valid(&[("b", &most), ("c", "12")]));
            assert!(!is_valid(&[("b", &most), ("c", "123")]));
        }
        assert!(is_valid(&[(&"n".repeat(127), "1")]));
        assert!(!is_valid(&[(&"n".repeat(128), "1")]));
        assert!(!is_valid(&[("name", &"a".repeat(1 << 20))]));
    }

    #[test]
    fn labels_are_those_of_the_standard_each_once() {
        let refused = refused_exemplars();
        for name in ["", "a b", "a:b", "9", "_a", "__name__", "돌"] {
            assert!(!is_valid(&[("ok", "1"), (name, "2")]), "{name}");
        }
        assert!(!is_valid(&[("a", "1"), ("b", ""), ("a", "2")]));
        assert!(refused_exemplars() >= refused + 8);
        let said = Exemplar::new(&[("a", "1"), ("a", "2")]).check().unwrap_err();
        assert!(said.to_string().contains("twice"), "{said}");
        assert!(is_valid(&[("a", ""), ("a", "1"), ("", ""), ("le", "x")]));
        assert!(is_valid(&[]));
    }
}
