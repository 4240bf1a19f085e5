//! Embeddable Prometheus instrumentation: count, measure and expose what a program does.
//!
//! A program calls macros ([`counter!`], [`gauge!`], [`histogram!`], [`summary!`]) or holds typed
//! families ([`Family`]), and mounts one route whose answer is [`http::respond`]. Updates of a series
//! take no lock and never fail; a scrape stops nobody; the page cannot be invalid.
//!
//! ```
//! use nunchi::{counter, histogram};
//!
//! counter!("app_requests_total", "Requests served.", "method" => "GET").inc();
//! histogram!("app_request_duration_seconds", "Time to answer.").observe(0.012);
//!
//! let request = nunchi::http::Request::get();
//! let page = nunchi::http::respond(nunchi::global(), &request).body;
//! assert!(String::from_utf8_lossy(&page).contains("app_requests_total{method=\"GET\"} 1\n"));
//! ```
//!
//! The modules are layers; each imports only from those below it:
//!
//! | module | what lives there |
//! |---|---|
//! | [`http`], [`server`], [`collector`] | a scrape as plain values; a small listener; ready-made collectors |
//! | [`Registry`], [`Encoder`] | who is on the page and in which order; how the page is written |
//! | [`metric`] | the instruments and their families |
//! | [`model`], [`label`] | what a scrape consists of, independent of instruments and formats |
//!
//! # Features
//!
//! | feature | default | gives |
//! |---|---|---|
//! | `process` | yes | [`collector::ProcessCollector`] |
//! | `server` | yes | [`server::serve`] |
//! | `process-extras` | no | `collector::ProcessExtras`: page faults, I/O, context switches |
//! | `cgroup` | no | `collector::CgroupCollector`: limits and usage of the container |
//! | `host` | no | `collector::HostCollector`: the machine, as node_exporter tells it |
//! | `tokio` | no | `collector::TokioCollector`: tasks, queue and workers of a runtime |
//! | `allocator` | no | `collector::Counting`, an allocator that counts, and its collector |
//! | `derive` | no | `#[derive(Labels)]`, `#[derive(LabelValue)]` |
//! | `bytes` | no | `encode_buf` for any `bytes::BufMut` |
//! | `gc` | no | `nunchi::gc`: statistics that any garbage collector can drive |
//! | `gzip` | no | [`http::respond`] compresses the page for scrapers that ask for it, as Prometheus does |
//! | `jemalloc` | no | `collector::JemallocCollector`, for programs that link jemalloc |
//! | `openmetrics` | no | `Format::OpenMetrics`, which [`http::respond`] gives to scrapers that prefer it |
//! | `openmetrics2` | no | `Format::OpenMetrics2`, for those that ask for version 2.0.0: the release candidate; implies `openmetrics` |
//! | `protobuf` | no | `Format::Protobuf`, likewise, and `NativeHistogram`, which only this format and OpenMetrics 2.0 can show |
//! | `tracing` | no | `tracing::ExemplarLayer`: exemplars have the ids recorded on the current span |
//! | `utf8` | no | `Escaping`: names such as `http.server.duration` as they are, or escaped as a scraper asks for; without it they are shown with underscores |
//! | `testing` | no | `nunchi::testing` and `assert_metric!`: what tests need to look at a page, to lint it, and to move time |
#![deny(unsafe_code)]
#![warn(missing_docs, clippy::print_stdout)]
#![cfg_attr(nunchi_loom, allow(dead_code, unused_imports))] // Models use parts of the crate.

pub mod collector;
#[cfg(feature = "gc")]
pub mod gc;
pub mod http;
pub mod label;
pub mod metric;
pub mod model;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tracing")]
pub mod tracing;

mod docs;
mod encode;
mod error;
mod macros;
mod name;
mod registry;
mod site;
mod sync;

pub use crate::encode::{Encoder, Format};
pub use crate::error::{CollectError, EncodeError, NameError, RegisterError, RegisterErrorKind};
pub use crate::label::{ClosedSet, DynamicLabels, LabelChoices, LabelText, LabelValue, Labels};
#[cfg(feature = "protobuf")]
pub use crate::metric::NativeHistogram;
pub use crate::metric::{
    Callback, Counter, Family, Gauge, Histogram, InProgress, Info, Series, StateSet, Summary, Timer,
};
pub use crate::model::{Buckets, Collector, Exemplar};
#[cfg(feature = "utf8")]
pub use crate::name::Escaping;
pub use crate::name::{LabelName, MetricName, NameFault};
pub use crate::registry::{Registry, Scope};
#[cfg(feature = "bytes")]
pub use crate::site::encode_buf;
pub use crate::site::{encode, encode_to, global, set_global, Builder};
#[cfg(feature = "derive")]
pub use nunchi_macros::{LabelValue, Labels};

#[doc(hidden)]
pub mod __private {
    pub use crate::label::closed::{cardinality, position, positions, Field, OpenSet};
    pub use crate::metric::{check_declaration, Declaration, Declared};
    pub use crate::name::label_name_fault;
    pub use crate::site::{declared_family, series_of, FamilySite, SeriesSite};
}
