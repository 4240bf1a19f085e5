//! Ready-made collectors; each is a leaf that knows only `model`, `label`, `name` and `error`.
//!
//! | collector | families |
//! |---|---|
//! | [`ProcessCollector`] (feature `process`) | `process_*`: CPU, memory, descriptors, threads, start |
//! | [`BuildInfo`] | `<prefix>_build_info` |

mod build;
#[cfg(feature = "process")]
mod process;

pub use build::BuildInfo;
#[cfg(feature = "process")]
pub use process::ProcessCollector;
