//! The README in both languages, compiled as doctests.

#[cfg(all(doctest, feature = "derive", feature = "server"))]
#[doc = include_str!("../README.md")]
mod readme {}

#[cfg(all(doctest, feature = "derive", feature = "server"))]
#[doc = include_str!("../README.ko.md")]
mod readme_ko {}
