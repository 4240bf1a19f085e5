//! What one observation tells of itself beside its value.

use crate::error::NameError;
use crate::name::{label_name_fault, NameFault};
use once_cell::race::OnceBox;
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
type Source = fn() -> Option<Exemplar<'static>>;

static SOURCE: OnceBox<Source> = OnceBox::new();

/// How many were not valid. Relaxed throughout: it orders nothing else.
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// How many exemplars of this process were not valid so far.
pub(crate) fn refused_exemplars() -> u64 {
    REFUSED.load(Ordering::Relaxed)
}

impl<'a> Exemplar<'a> {
    /// Names and values.
    pub const fn new(labels: &'a [(&'a str, &'a str)]) -> Self {
        Self { labels: LabelsOf::Pairs(labels), time: Time::Now }
    }

    /// `trace_id` and `span_id` in lowercase hexadecimal, as the W3C Trace Context has them. They are
    /// spelt out only if the exemplar is kept.
    pub const fn trace(trace_id: u128, span_id: u64) -> Self {
        Self { labels: LabelsOf::Trace(trace_id, span_id), time: Time::Now }
    }

    /// What the function that was given to [`set_source`](Self::set_source) answers; no exemplar if
    /// none was set or it answers `None`. It is asked only if the exemplar is kept.
    pub const fn current() -> Self {
        Self { labels: LabelsOf::Source, time: Time::Now }
    }

    /// Sets, once for the process, what [`current`](Self::current) asks: a function that knows the
    /// span that the calling thread is in. Answers whether it was the first.
    ///
    /// The function is called inside of updates, on their thread, and not under any lock. It must
    /// not panic.
    ///
    /// # Examples
    ///
    /// ```
    /// use nunchi::Exemplar;
    /// use std::cell::Cell;
    ///
    /// thread_local! { static TRACE: Cell<(u128, u64)> = Cell::new((0, 0)); }
    ///
    /// // With OpenTelemetry: `Context::current().span().span_context()`, if it is sampled.
    /// Exemplar::set_source(|| {
    ///     let (trace_id, span_id) = TRACE.with(Cell::get);
    ///     (trace_id != 0).then(|| Exemplar::trace(trace_id, span_id))
    /// });
    /// nunchi::counter!("app_orders_total", "Orders.").inc_with_exemplar(Exemplar::current());
    /// ```
    pub fn set_source(source: fn() -> Option<Exemplar<'static>>) -> bool {
        SOURCE.set(Box::new(source)).is_ok()
    }

    /// The same, of another time. Pages show milliseconds since 1970, and no time before that.
    pub const fn at(mut self, time: SystemTime) -> Self {
        self.time = Time::At(time);
        self
    }

    /// The same without a time: the server takes that of its scrape.
    pub const fn without_time(mut self) -> Self {
        self.time = Time::Unknown;
        self
    }

    /// Whether the exemplar is valid.
    ///
    /// # Errors
    ///
    /// The first label that makes it invalid.
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

    /// Calls `take` with the labels, unless there are none or they are not valid, which is counted.
    pub(crate) fn with_labels(self, take: impl FnOnce(&[(&str, &str)])) {
        match self.labels {
            LabelsOf::Pairs(pairs) if fault(pairs).is_some() => {
                REFUSED.fetch_add(1, Ordering::Relaxed);
            }
            LabelsOf::Pairs(pairs) => take(pairs),
            LabelsOf::Trace(trace_id, span_id) => {
                let (mut trace, mut span) = ([0; 32], [0; 16]);
                let trace = hexadecimal(trace_id, &mut trace);
                take(&[("trace_id", trace), ("span_id", hexadecimal(span_id.into(), &mut span))]);
            }
            LabelsOf::Source => {}
        }
    }

    /// The exemplar itself, or that of the source.
    pub(crate) fn resolved(self) -> Option<Self> {
        match (self.labels, self.time) {
            (LabelsOf::Source, Time::Now) => SOURCE.get()?(),
            (LabelsOf::Source, time) => Some(Exemplar { time, ..SOURCE.get()?()? }),
            _ => Some(self),
        }
    }
}

impl<'a> From<&'a [(&'a str, &'a str)]> for Exemplar<'a> {
    fn from(labels: &'a [(&'a str, &'a str)]) -> Self {
        Self::new(labels)
    }
}

impl<'a, const N: usize> From<&'a [(&'a str, &'a str); N]> for Exemplar<'a> {
    fn from(labels: &'a [(&'a str, &'a str); N]) -> Self {
        Self::new(labels)
    }
}

enum Fault<'a> {
    Name(&'a str, NameFault),
    Twice(&'a str),
    Long(&'a str),
}

/// An empty value is no label.
fn present<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Iterator<Item = (&'a str, &'a str)> {
    pairs.iter().copied().filter(|(_, value)| !value.is_empty())
}

fn fault<'a>(pairs: &'a [(&'a str, &'a str)]) -> Option<Fault<'a>> {
    let mut characters = 0_usize;
    for (at, (name, value)) in present(pairs).enumerate() {
        if let Some(fault) = label_name_fault(name) {
            return Some(Fault::Name(name, fault));
        }
        characters += count(name) + count(value);
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

fn hexadecimal(number: u128, text: &mut [u8]) -> &str {
    let mut rest = number;
    for digit in text.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(rest & 15) as usize];
        rest >>= 4;
    }
    std::str::from_utf8(text).unwrap_or_default()
}

/// An exemplar as an instrument keeps it and a page shows it.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// That of the observation, never NaN.
    pub(crate) value: f64,
    /// Milliseconds since 1970; 0 if unknown.
    pub(crate) time_ms: u64,
    /// For each label three bytes, the length of the name and that of the value, low byte first;
    /// then both of them.
    labels: Vec<u8>,
    /// Whether there is one: places for those of all buckets are filled again and again.
    pub(crate) is_there: bool,
}

impl Kept {
    /// Replaces what is there. The labels are valid. Allocates where they have more bytes than any
    /// before.
    #[inline]
    pub(crate) fn fill(&mut self, labels: &[(&str, &str)], value: f64, time_ms: u64) {
        self.labels.clear();
        self.labels
            .reserve(present(labels).map(|(name, value)| 3 + name.len() + value.len()).sum());
        for (name, value) in present(labels) {
            let length = value.len();
            self.labels.extend_from_slice(&[name.len() as u8, length as u8, (length >> 8) as u8]);
            self.labels.extend_from_slice(name.as_bytes());
            self.labels.extend_from_slice(value.as_bytes());
        }
        (self.value, self.time_ms, self.is_there) = (value, time_ms, true);
    }

    /// Replaces what is there by what another has.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.labels.clone_from(&other.labels);
        (self.value, self.time_ms, self.is_there) = (other.value, other.time_ms, other.is_there);
    }

    /// Names and values: UTF-8, neither of them escaped.
    pub(crate) fn labels(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut rest = self.labels.as_slice();
        std::iter::from_fn(move || {
            let &[name, low, high] = rest.get(..3)? else { return None };
            let value_at = 3 + usize::from(name);
            let end = value_at + usize::from(u16::from_le_bytes([low, high]));
            let pair = (rest.get(3..value_at)?, rest.get(value_at..end)?);
            rest = rest.get(end..)?;
            Some(pair)
        })
    }

    /// How many bytes the labels take at most on a page, escaped and quoted.
    pub(crate) fn most_bytes(&self) -> usize {
        // `="",` is no more than twice the three bytes.
        2 * self.labels.len()
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kept(labels: &[(&str, &str)]) -> Option<Kept> {
        let mut kept = Kept::default();
        Exemplar::new(labels).with_labels(|labels| kept.fill(labels, 1.0, 0));
        assert_eq!(kept.is_there, Exemplar::new(labels).check().is_ok());
        kept.is_there.then_some(kept)
    }

    fn texts(kept: &Kept) -> Vec<(&str, &str)> {
        let text = |bytes| std::str::from_utf8(bytes).unwrap();
        kept.labels().map(|(name, value)| (text(name), text(value))).collect()
    }

    #[test]
    fn o21_at_most_128_characters_of_names_and_values() {
        for character in ["a", "\"", "\n", "돌", "😱"] {
            let [most, more] = [124, 125].map(|count| character.repeat(count));
            assert!(kept(&[("name", &most)]).is_some() && kept(&[("name", &more)]).is_none());
            assert!(kept(&[("b", &most), ("c", "12")]).is_some());
            assert!(kept(&[("b", &most), ("c", "123")]).is_none());
        }
        assert!(kept(&[(&"n".repeat(127), "1")]).is_some());
        assert!(kept(&[(&"n".repeat(128), "1")]).is_none());
        assert!(kept(&[("name", &"a".repeat(1 << 20))]).is_none());
    }

    #[test]
    fn labels_are_those_of_the_standard_each_once() {
        let refused = refused_exemplars();
        for name in ["", "a b", "a:b", "9", "_a", "__name__", "돌"] {
            assert!(kept(&[("ok", "1"), (name, "2")]).is_none(), "{name}");
        }
        assert!(kept(&[("a", "1"), ("b", ""), ("a", "2")]).is_none());
        assert!(refused_exemplars() >= refused + 8);
        let said = Exemplar::new(&[("a", "1"), ("a", "2")]).check().unwrap_err();
        assert!(said.to_string().contains("twice"), "{said}");
        let some = kept(&[("a", ""), ("a", "1"), ("", ""), ("le", "x")]).unwrap();
        assert_eq!(texts(&some), [("a", "1"), ("le", "x")]);
        assert_eq!(kept(&[]).unwrap().labels().count(), 0);
    }

    #[test]
    fn ids_are_spelt_in_full() {
        let mut kept = Kept::default();
        Exemplar::trace(0xab, 0xc).with_labels(|labels| kept.fill(labels, 1.0, 0));
        let (trace, span) = (format!("{:032x}", 0xab), format!("{:016x}", 0xc));
        assert_eq!(texts(&kept), [("trace_id", trace.as_str()), ("span_id", span.as_str())]);
    }

    proptest! {
        #[test]
        fn what_is_kept_is_what_was_given(labels: Vec<(u8, String)>) {
            let names: Vec<String> = (0..labels.len()).map(|at| format!("n{at}")).collect();
            let pairs: Vec<(&str, &str)> =
                names.iter().zip(&labels).map(|(name, (_, value))| (name.as_str(), value.as_str())).collect();
            if let Some(kept) = kept(&pairs) {
                let mut other = Kept::default();
                other.copy_from(&kept);
                for kept in [&kept, &other] {
                    prop_assert!(texts(kept).into_iter().eq(present(&pairs)));
                }
            }
        }
    }
}
