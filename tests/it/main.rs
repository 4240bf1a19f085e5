//! Everything that is tested through the public face, in one binary.

#[cfg(all(feature = "cgroup", target_os = "linux"))]
mod cgroup;
mod chunks;
mod concurrency;
mod conformance;
#[cfg(all(feature = "openmetrics", feature = "testing"))]
mod exemplars;
#[cfg(feature = "derive")]
mod families;
#[cfg(feature = "gc")]
mod gc;
#[cfg(feature = "gzip")]
mod gzip;
#[cfg(all(feature = "host", target_os = "linux"))]
mod host;
mod http;
#[cfg(feature = "jemalloc")]
mod jemalloc;
#[cfg(all(feature = "openmetrics", feature = "testing"))]
mod judge;
mod layers;
mod limits;
mod pages;
mod parser;
mod peers;
#[cfg(feature = "process")]
mod process;
mod props;
#[cfg(feature = "server")]
mod readme;
mod send_sync;
#[cfg(feature = "server")]
mod server;
mod support;
#[cfg(feature = "testing")]
mod testing;
#[cfg(feature = "tokio")]
mod tokio;
