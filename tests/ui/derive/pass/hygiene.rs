//! The derives survive shadowed names and the strictest lints of a user's crate.

#![deny(warnings, missing_docs, unreachable_pub, unused, unused_qualifications)]
#![deny(rust_2018_idioms, elided_lifetimes_in_paths, single_use_lifetimes, unused_lifetimes)]
#![deny(non_camel_case_types, missing_debug_implementations, trivial_casts, unsafe_code)]
#![no_implicit_prelude]

/// Everything here hides something that generated code might name.
#[allow(dead_code, non_camel_case_types, missing_docs, missing_debug_implementations)]
mod shadows {
    pub(crate) struct Option;
    pub(crate) struct Result;
    pub(crate) struct Some;
    pub(crate) struct str;
    pub(crate) struct String;
    pub(crate) struct Self_;
    pub(crate) trait FnOnce {}
    pub(crate) trait LabelValue {}
    pub(crate) trait Labels {}
    pub(crate) mod core {}
    pub(crate) mod label {}
    pub(crate) fn f() {}
    pub(crate) fn text_0() {}
}
#[allow(unused_imports)]
use shadows::*;

/// A label set.
#[derive(::nunchi::Labels)]
pub(crate) struct Route<'a> {
    f: &'a ::std::primitive::str,
    text_0: u16,
    texts: ::std::option::Option<Code>,
    method: Method,
}

/// A generic label set.
#[derive(::nunchi::Labels)]
pub(crate) struct Pair<T, R> {
    left: T,
    right: R,
}

/// A label value.
#[derive(::nunchi::LabelValue)]
pub(crate) struct Code(u16);

/// A choice.
#[derive(::nunchi::LabelValue)]
pub(crate) enum Method {
    /// Has the name of a prelude item.
    Some,
    /// Has the name of a prelude item.
    None,
}

fn main() {
    use ::nunchi::label::Labels as _;
    let route = Route {
        f: "x",
        text_0: 1,
        texts: ::std::option::Option::Some(Code(2)),
        method: Method::None,
    };
    route.with_values(|values| ::std::assert_eq!(values, ["x", "1", "2", "none"]));
    Pair { left: Method::Some, right: 3_u8 }
        .with_values(|values| ::std::assert_eq!(values, ["some", "3"]));
}
