//! Properties that hold for registries nobody thought of.

#[cfg(all(feature = "utf8", feature = "openmetrics", feature = "protobuf", feature = "testing"))]
#[path = "props/escaping.rs"]
mod escaping;
#[path = "props/hostile.rs"]
mod hostile;
#[path = "props/machine.rs"]
mod machine;
#[path = "props/model.rs"]
mod model;
#[cfg(all(feature = "openmetrics", feature = "testing"))]
#[path = "props/open_metrics.rs"]
mod open_metrics;
#[cfg(all(feature = "openmetrics2", feature = "testing"))]
#[path = "props/open_metrics2.rs"]
mod open_metrics2;

#[cfg(all(feature = "protobuf", feature = "testing"))]
#[path = "props/protobuf.rs"]
mod protobuf;

#[cfg(all(any(feature = "openmetrics", feature = "protobuf"), feature = "testing"))]
pub(crate) use hostile::spec;
