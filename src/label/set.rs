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
}

impl Labels for () {
    type Borrowed<'b> = ();

    const NAMES: &'static [&'static str] = &[];

    #[inline]
    fn with_values<R>(&self, f: impl FnOnce(&[&str]) -> R) -> R {
        f(&[])
    }
}

/// Marks a family whose label names are known at run time only; see
/// [`Family::with_values`](crate::metric::Family::with_values).
#[derive(Clone, Copy, Debug)]
pub enum DynamicLabels {}
