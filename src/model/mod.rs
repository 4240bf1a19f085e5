//! What a scrape *is*: descriptors, points, and the two traits between which they travel.
//!
//! Imports `name`, `label`, `error`; used by every layer above. Metrics and collectors on one side
//! and encoders on the other know only this module:
//!
//! ```text
//! metric::Family ──impl──▶ Source ──────────┐
//! collector::*   ──impl──▶ Collector ─▶ Collection (staged, checked)
//!                                           ├──▶ Visitor ◀──impl── encode::text
//! registry::Registry ──impl──▶ Gather ──────┘
//! ```

mod buckets;
mod collection;
mod collector;
mod descriptor;
mod exemplar;
mod fact;
mod float_text;
mod gather;
mod grid;
mod number;
mod quantiles;
mod scratch;
mod source;
mod visitor;

pub use buckets::Buckets;
pub use collection::Collection;
pub(crate) use collection::Staged;
pub use collector::Collector;
pub(crate) use descriptor::Shape;
pub use descriptor::{Descriptor, MetricType};
pub use exemplar::Exemplar;
pub(crate) use exemplar::{refused_exemplars, Kept, Time};
pub(crate) use fact::Fact;
pub(crate) use float_text::canonical_float;
pub(crate) use gather::{first_family, CollectorId, Gather, Page, Sources};
pub(crate) use grid::SCHEMA_7;
pub use number::Number;
pub use quantiles::{Quantiles, SummaryShape};
pub(crate) use scratch::{Buffers, Prepared, Scratch};
#[cfg(feature = "protobuf")]
pub(crate) use scratch::{Key, Outline};
pub(crate) use source::{Source, Yielded};
pub(crate) use visitor::{
    HistogramPoint, LabelPieces, StateSetPoint, SummaryPoint, Visitor, EXEMPLARS,
};
