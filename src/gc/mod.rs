//! Statistics that any garbage collector can drive: a collector of a language runtime, of an arena, a
//! pool, a cache, a reaper of idle things.
//!
//! ```text
//! # HELP gc_collections_total Collections that were finished.
//! # TYPE gc_collections_total counter
//! gc_collections_total{collector="tree",generation="0",cause="reroot"} 41
//! gc_collections_total{collector="tree",generation="0",cause="pressure"} 0
//! gc_collections_total{collector="tree",generation="1",cause="reroot"} 0
//! gc_collections_total{collector="tree",generation="1",cause="pressure"} 3
//! # HELP gc_pause_seconds Time for which a collector stopped whom it collects for.
//! # TYPE gc_pause_seconds summary
//! gc_pause_seconds{collector="tree",generation="0",quantile="0.0"} 0.0000021
//! …
//! # HELP gc_heap_live_bytes Bytes that the last collection left alive.
//! # TYPE gc_heap_live_bytes gauge
//! gc_heap_live_bytes{collector="tree"} 65536
//! ```
//!
//! A collector is described once, by [`GcStats::builder`]: its name, which is the label `collector`,
//! its generations and causes, and which totals it knows. Each of its heaps is then a [`Heap`], on which
//! it begins a [`Cycle`], marks the [`Pause`]s in it, says what it freed, and finishes it. A cycle that
//! is dropped without that, also by a panic, was aborted. A collector that keeps totals of its own is a
//! [`GcSource`] instead, and is asked at each scrape.
//!
//! Imports `metric`, `model`, `label`, `name`, `error`; `site` registers what is described here. The
//! idea to hold: what is not known is absent, never zero. So totals are declared, and a gauge is on the
//! page only after it was told.

mod builder;
mod cycle;
pub(crate) mod family;
mod heap;
mod level;
mod source;
mod stats;

pub use builder::{GcBuilder, Total};
pub use cycle::{Cycle, Pause};
pub use heap::Heap;
pub(crate) use level::{Levels, LevelsCollector};
pub(crate) use source::Polled;
pub use source::{GcSource, GcTotals};
pub use stats::{Cause, GcStats, Gen};
pub(crate) use stats::{Inner, Instruments};
