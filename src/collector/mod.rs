//! Ready-made collectors; each is a leaf that knows only `model`, `label`, `name` and `error`, and the
//! one of the allocator `sync`.
//!
//! | collector | families |
//! |---|---|
//! | [`ProcessCollector`] (feature `process`) | `process_*`: CPU, memory, descriptors, threads, start |
//! | `ProcessExtras` (feature `process-extras`) | `process_*` beyond the standard ones: faults, I/O, context switches |
//! | `CgroupCollector` (feature `cgroup`) | `cgroup_*`: limits and usage of the container |
//! | `HostCollector` (feature `host`) | `node_*`: the machine, as node_exporter tells it |
//! | `TokioCollector` (feature `tokio`) | `tokio_*`: tasks, queue and workers of a runtime |
//! | `AllocatorCollector` (feature `allocator`) | `alloc_*`: what `Counting` counted |
//! | `JemallocCollector` (feature `jemalloc`) | `jemalloc_*`: what jemalloc knows of its memory |
//! | [`BuildInfo`] | `<prefix>_build_info` |

#[cfg(all(feature = "allocator", not(nunchi_loom)))]
mod allocator;
mod build;
#[cfg(feature = "cgroup")]
mod cgroup;
#[cfg(feature = "host")]
mod host;
#[cfg(feature = "jemalloc")]
mod jemalloc;
#[cfg(all(
    any(feature = "cgroup", feature = "host", feature = "process"),
    any(target_os = "linux", target_os = "android")
))]
mod kernel;
#[cfg(feature = "process")]
mod process;
#[cfg(all(
    test,
    feature = "allocator",
    feature = "cgroup",
    feature = "host",
    feature = "jemalloc",
    feature = "process-extras",
    feature = "tokio",
    target_os = "linux"
))]
mod reference;
#[cfg(feature = "tokio")]
mod tokio;

#[cfg(all(feature = "allocator", not(nunchi_loom)))]
pub use allocator::{AllocatorCollector, Counting};
pub use build::BuildInfo;
#[cfg(feature = "cgroup")]
pub use cgroup::CgroupCollector;
#[cfg(feature = "host")]
pub use host::HostCollector;
#[cfg(feature = "jemalloc")]
pub use jemalloc::{JemallocCollector, JemallocReader};
#[cfg(feature = "process")]
pub use process::ProcessCollector;
#[cfg(feature = "process-extras")]
pub use process::ProcessExtras;
#[cfg(feature = "tokio")]
pub use tokio::TokioCollector;
