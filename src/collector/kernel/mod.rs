//! Files of the kernel: reading them whole, and the numbers in them. What several collectors share.

#[cfg(any(feature = "host", feature = "process"))]
pub(in crate::collector) mod auxv;
pub(in crate::collector) mod field;
pub(in crate::collector) mod file;
#[cfg(any(feature = "cgroup", feature = "host"))]
pub(in crate::collector) mod mount;
#[cfg(any(feature = "cgroup", feature = "host"))]
pub(in crate::collector) mod pressure;
#[cfg(any(feature = "cgroup", feature = "host", feature = "process-extras"))]
pub(in crate::collector) mod text;

/// The ticks per second on every architecture that Linux and Rust share.
#[cfg(any(feature = "host", feature = "process-extras"))]
pub(in crate::collector) const USER_HZ: u64 = 100;
