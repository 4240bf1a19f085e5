//! Ready-made collectors; each is a leaf that knows only `model`.

#[cfg(feature = "process")]
mod process;

#[cfg(feature = "process")]
pub use process::ProcessCollector;
