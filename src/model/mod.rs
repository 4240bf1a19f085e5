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
#[cfg_attr(not(any(feature = "openmetrics", feature = "protobuf")), allow(dead_code))]
mod exemplar;
mod fact;
mod float_text;
mod gather;
mod grid;
#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
mod kept;
#[cfg(feature = "protobuf")]
mod native;
mod number;
mod quantiles;
#[cfg(feature = "protobuf")]
mod schema;
mod scratch;
mod source;
mod visitor;

pub use buckets::Buckets;
pub use collection::Collection;
pub(crate) use collection::Staged;
pub use collector::Collector;
pub(crate) use descriptor::Shape;
pub use descriptor::{Descriptor, MetricType};
#[cfg(feature = "tracing")]
pub(crate) use exemplar::set_calling_source;
pub use exemplar::Exemplar;
#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
pub(crate) use exemplar::{refused_exemplars, Time};
pub(crate) use fact::Fact;
pub(crate) use float_text::canonical_float;
pub(crate) use gather::{first_family, CollectorId, Gather, Page, Sources};
pub(crate) use grid::SCHEMA_7;
#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
pub(crate) use kept::Kept;
#[cfg(feature = "protobuf")]
pub use native::NativeShape;
pub use number::Number;
pub use quantiles::{Quantiles, SummaryShape};
#[cfg(feature = "protobuf")]
pub(crate) use schema::Schema;
#[cfg(feature = "utf8")]
pub(crate) use scratch::Spelling;
pub(crate) use scratch::{Buffers, Prepared, Scratch};
#[cfg(feature = "protobuf")]
pub(crate) use scratch::{Key, NativeRoom, Outline};
pub(crate) use source::{Source, Yielded};
#[cfg(feature = "protobuf")]
pub(crate) use visitor::NativePoint;
pub(crate) use visitor::{HistogramPoint, LabelPieces, StateSetPoint, SummaryPoint, Visitor};
