//! A label set: names fixed by the type, values given at each lookup.

/// The labels of one series, as a type. Derived for structs by `#[derive(Labels)]` (feature
/// `derive`); `()` is the label set of a family without labels.
pub trait Labels {
    /// The same label set borrowing for `'b`: `Route<'b>` for a struct with a lifetime, the type
    /// itself otherwise. It lets a `static` family of `Route<'static>` be asked with a borrowed
    /// path, without allocating one.
    type Borrowed<'b>: Labels;

    /// The label names in declaration order.
    const NAMES: &'static [&'static str];

    /// Calls `f` with one text per name, in the order of [`Self::NAMES`]. The empty text means
    /// that the label is absent. An implementation that gives another number of texts gets the
    /// overflow series of the family.
    fn with_values<R>(&self, f: impl FnOnce(&[&str]) -> R) -> R;

    /// How many label sets there are, if every label is of a [`ClosedSet`](super::ClosedSet); 0 if
    /// that is not known. The derive macro counts them.
    ///
    /// A family of at most 4096 label sets finds its series by [`position`](Self::position): by two
    /// loads, without a hash and without a comparison of texts. It pays with 8 bytes a label set.
    const CARDINALITY: usize = 0;

    /// Which of the label sets this is, counted from 0; the first label is the most significant one.
    /// One that is not below [`Self::CARDINALITY`] is looked up by its texts.
    fn position(&self) -> usize {
        usize::MAX
    }

    /// Calls `f` with the texts of the label set at this position, if there is one.
    fn with_values_at<R>(position: usize, f: impl FnOnce(&[&str]) -> R) -> Option<R> {
        let _ = (position, f);
        None
    }
}

impl Labels for () {
    type Borrowed<'b> = ();

    const NAMES: &'static [&'static str] = &[];
    const CARDINALITY: usize = 1;

    #[inline]
    fn with_values<R>(&self, f: impl FnOnce(&[&str]) -> R) -> R {
        f(&[])
    }

    #[inline]
    fn position(&self) -> usize {
        0
    }

    fn with_values_at<R>(position: usize, f: impl FnOnce(&[&str]) -> R) -> Option<R> {
        (position == 0).then(|| f(&[]))
    }
}

/// Marks a family whose label names are known at run time only; see
/// [`Family::with_values`](crate::metric::Family::with_values).
#[derive(Clone, Copy, Debug)]
pub enum DynamicLabels {}
