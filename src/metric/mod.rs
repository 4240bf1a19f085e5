//! Live, concurrent instruments and the families that hold their series.
//!
//! Imports `sync`, `model`, `label`, `name`, `error`. The idea to hold: an instrument is a plain
//! value that lives inside its family and never moves; whoever updates it has a reference, and a
//! scrape walks the family. Updates never fail, wait, or allocate.
//!
//! | question | type |
//! |---|---|
//! | How many times did it happen? | [`Counter`] |
//! | How much is there now? | [`Gauge`] |
//! | How are durations or sizes distributed, over all instances? | [`Histogram`] |
//! | The same, without choosing buckets? | `NativeHistogram`, feature `protobuf` |
//! | What is the exact-ish p99 of the last minutes, of this instance? | [`Summary`] |
//! | Which version is this? | [`Info`] |
//! | Which of a few states is it in? | [`StateSet`] |
//! | Something else already knows the value? | [`Callback`], [`Collector`](crate::model::Collector) |
#![allow(private_interfaces)] // `Instrument` is sealed: nobody outside can name or call its methods.

mod callback;
mod counter;
#[cfg(any(feature = "openmetrics", feature = "protobuf"))]
mod exemplar;
#[cfg(not(any(feature = "openmetrics", feature = "protobuf")))]
#[path = "exemplar/none.rs"]
mod exemplar;
mod family;
mod gauge;
mod histogram;
mod info;
mod instrument;
#[cfg(feature = "protobuf")]
mod native;
mod settings;
mod state_set;
mod summary;
mod timer;

pub use callback::Callback;
pub use counter::{Counter, CounterValue};
pub use family::{check_declaration, Declaration, Declared, Family, FamilyCore, Series};
pub use gauge::{Gauge, GaugeValue, InProgress};
pub use histogram::Histogram;
pub use info::Info;
pub use instrument::Metric;
#[cfg(feature = "protobuf")]
pub use native::NativeHistogram;
pub use settings::{IntoBuckets, IntoWindow, Settings};
pub use state_set::StateSet;
pub use summary::Summary;
#[cfg(feature = "gc")]
pub(crate) use timer::Stopwatch;
pub use timer::{Observe, Timer};
