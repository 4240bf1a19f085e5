//! Labels as values: what a label value is, what a label set is, how both are written on a page.
//!
//! Imports `name` and `error`; used by `model` and everything above it. The idea to hold: a label
//! is rendered and escaped once, as a *piece* (`,method="GET"`), when its series is created. A
//! lookup compares against pieces and a scrape copies them.

pub(crate) mod closed;
pub(crate) mod piece;
mod set;
mod value;

pub use closed::ClosedSet;
pub use set::{DynamicLabels, Labels};
pub use value::{LabelChoices, LabelText, LabelValue};
