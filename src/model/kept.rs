//! An exemplar between the update and the page.

use super::exemplar::{present, Judged};

/// An exemplar as an instrument keeps it and a page shows it.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// That of the observation, never NaN.
    pub(crate) value: f64,
    /// Milliseconds since 1970; 0 if unknown.
    pub(crate) time_ms: u64,
    /// Those of a trace and a span. Only a page spells them out; there are no labels beside them.
    ids: Option<(u128, u64)>,
    /// For each label three bytes, the length of the name and that of the value, low byte first;
    /// then both of them.
    labels: Vec<u8>,
    /// Whether there is one: places for those of all buckets are filled again and again.
    pub(crate) is_there: bool,
}

impl Kept {
    /// Replaces what is there. Allocates where labels have more bytes than any before.
    #[inline]
    pub(crate) fn fill(&mut self, labels: Judged<'_>, value: f64, time_ms: u64) {
        match labels {
            Judged::Pairs(pairs) => {
                self.ids = None;
                self.put_labels(pairs);
            }
            Judged::Trace(trace_id, span_id) => self.ids = Some((trace_id, span_id)),
        }
        (self.value, self.time_ms, self.is_there) = (value, time_ms, true);
    }

    fn put_labels(&mut self, pairs: &[(&str, &str)]) {
        self.labels.clear();
        self.labels.reserve(present(pairs).map(|(name, value)| 3 + name.len() + value.len()).sum());
        for (name, value) in present(pairs) {
            let length = value.len();
            self.labels.extend_from_slice(&[name.len() as u8, length as u8, (length >> 8) as u8]);
            self.labels.extend_from_slice(name.as_bytes());
            self.labels.extend_from_slice(value.as_bytes());
        }
    }

    /// Replaces what is there by what another has, spelt out.
    pub(crate) fn spell(&mut self, other: &Self) {
        if let Some((trace_id, span_id)) = other.ids {
            let (mut trace, mut span) = ([0; 32], [0; 16]);
            let (trace, span) =
                (hexadecimal(trace_id, &mut trace), hexadecimal(span_id.into(), &mut span));
            self.put_labels(&[("trace_id", trace), ("span_id", span)]);
        } else {
            self.labels.clone_from(&other.labels);
        }
        self.ids = None;
        (self.value, self.time_ms, self.is_there) = (other.value, other.time_ms, other.is_there);
    }

    /// Names and values of what is spelt out: UTF-8, neither of them escaped.
    pub(crate) fn labels(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        debug_assert!(self.ids.is_none());
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

    /// How many bytes the labels take at most as text, escaped and quoted.
    #[cfg(feature = "openmetrics")]
    pub(crate) fn most_bytes(&self) -> usize {
        // `="",` is no more than twice the three bytes.
        2 * self.labels.len()
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

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;
    use crate::model::Exemplar;
    use proptest::prelude::*;

    fn spelt(exemplar: Exemplar<'_>) -> Option<Kept> {
        let (mut kept, mut spelt) = (Kept::default(), Kept::default());
        kept.fill(exemplar.judged()?, 1.0, 0);
        spelt.spell(&kept);
        Some(spelt)
    }

    fn texts(kept: &Kept) -> Vec<(&str, &str)> {
        let text = |bytes| std::str::from_utf8(bytes).unwrap();
        kept.labels().map(|(name, value)| (text(name), text(value))).collect()
    }

    #[test]
    fn what_is_empty_is_not_kept() {
        let kept = spelt(Exemplar::new(&[("a", ""), ("a", "1"), ("", ""), ("le", "x")])).unwrap();
        assert_eq!(texts(&kept), [("a", "1"), ("le", "x")]);
        assert_eq!(spelt(Exemplar::new(&[])).unwrap().labels().count(), 0);
    }

    #[test]
    fn ids_are_spelt_in_full_and_alone() {
        let (mut kept, mut spelt) = (Kept::default(), Kept::default());
        kept.fill(Judged::Pairs(&[("a", "1")]), 1.0, 0);
        kept.fill(Judged::Trace(0xab, 0xc), 1.0, 0);
        spelt.spell(&kept);
        let (trace, span) = (format!("{:032x}", 0xab), format!("{:016x}", 0xc));
        assert_eq!(texts(&spelt), [("trace_id", trace.as_str()), ("span_id", span.as_str())]);
        kept.fill(Judged::Pairs(&[("a", "1")]), 1.0, 0);
        spelt.spell(&kept);
        assert_eq!(texts(&spelt), [("a", "1")]);
    }

    proptest! {
        #[test]
        fn what_is_kept_is_what_was_given(labels: Vec<(u8, String)>) {
            let names: Vec<String> = (0..labels.len()).map(|at| format!("n{at}")).collect();
            let pairs = names.iter().zip(&labels);
            let pairs: Vec<(&str, &str)> =
                pairs.map(|(name, (_, value))| (name.as_str(), value.as_str())).collect();
            if let Some(kept) = spelt(Exemplar::new(&pairs)) {
                prop_assert!(texts(&kept).into_iter().eq(present(&pairs)));
            }
        }
    }
}
