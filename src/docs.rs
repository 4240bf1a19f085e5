//! The README and the long-form documents, compiled as doctests.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
