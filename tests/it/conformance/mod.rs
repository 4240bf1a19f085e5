//! Requirements on a Prometheus client library, one test each, named after their IDs.
//!
//! `docs/conformance.md` lists every ID with the tests that show it; [`table`] keeps it true.

#[cfg(feature = "utf8")]
mod escaping;
mod library;
mod names;
#[cfg(all(feature = "protobuf", feature = "testing"))]
mod native;
#[cfg(all(feature = "openmetrics", feature = "testing"))]
mod open_metrics;
#[cfg(all(feature = "openmetrics2", feature = "testing"))]
mod open_metrics2;
#[cfg(all(feature = "protobuf", feature = "testing"))]
mod protobuf;
mod table;
mod text;

#[cfg(all(any(feature = "openmetrics", feature = "protobuf"), feature = "testing"))]
pub(crate) use text::everything;
