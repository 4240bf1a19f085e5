//! Files of the kernel: reading them whole, and the numbers in them. What several collectors share.

pub(in crate::collector) mod auxv;
pub(in crate::collector) mod field;
pub(in crate::collector) mod file;
#[cfg(feature = "host")]
pub(in crate::collector) mod pressure;
#[cfg(feature = "host")]
pub(in crate::collector) mod text;
