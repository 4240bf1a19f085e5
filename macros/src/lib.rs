//! Derive macros of the `nunchi` crate; use them through `nunchi` with its feature `derive`.
//!
//! [`macro@Labels`] turns a struct into a label set, [`macro@LabelValue`] turns an enum or a
//! newtype into the value of one label. What they generate names only `::nunchi` and `::core`
//! paths, allocates nothing, and compiles to what one would write by hand: the label names are a
//! constant and every value is borrowed or written into a small buffer on the stack.
//!
//! Everything that can be wrong with a label name is found while compiling, and the error points
//! at the field: a character that the exposition format does not know, a reserved name, two
//! fields with one name.
//!
//! One file per idea: `labels` and `value` each hold one derive, `attributes` reads
//! `#[label(...)]`, `case` converts identifiers, `name` knows which label names are valid,
//! `problems` gathers errors so that a user sees all of them at once.
#![warn(missing_docs)]

mod attributes;
mod case;
mod labels;
mod name;
mod problems;
mod value;

use proc_macro::TokenStream;

/// Makes a struct a label set: every field is one label, in the order of declaration.
///
/// Works for structs with named fields and for unit structs, which are the set without labels.
/// Every field type must implement `LabelValue`; an `Option<T>` that is `None` leaves the label out.
///
/// # Attributes
///
/// | on | attribute | meaning |
/// |---|---|---|
/// | a field | `#[label(rename = "code")]` | the label has this name, not the one of the field |
/// | a field | `#[label(skip)]` | the field is no label; its type need not be a `LabelValue` |
/// | the struct | `#[label(rename_all = "camelCase")]` | converts the names of all fields that have no `rename` |
///
/// Cases: `snake_case`, `lowercase`, `UPPERCASE`, `SCREAMING_SNAKE_CASE`, `camelCase` and
/// `PascalCase`. A raw identifier such as `r#match` gives the label `match`.
///
/// # Errors
///
/// The compiler rejects an empty name, one of more than 1024 bytes, one with other characters than
/// ASCII letters, digits and `_`, one that starts with a digit or with `_` (such names are
/// reserved), and one that two fields share. `le` and `quantile` pass here: whether they are free
/// depends on the metric type, so registration decides.
///
/// # Generics
///
/// Type parameters that occur in a label get the bound `LabelValue`. One lifetime parameter is
/// allowed; it becomes the lifetime of `Labels::Borrowed`, which lets a family in a `static` look
/// up a series by borrowed values. In a struct that has one, type parameters must be `'static`.
///
/// # Performance
///
/// No allocation. `with_values` takes about 50 bytes of stack per label and calls the closure once.
///
/// Where the type of every label is a `ClosedSet` (an enum that derives `LabelValue`, `bool`, a
/// newtype or an `Option` of these), the label sets are numbered, and a family finds a series by
/// that number instead of by the texts. A type parameter counts as closed where it has the bound
/// `ClosedSet`.
///
/// # Examples
///
/// ```
/// use nunchi::{label::Labels as _, Labels};
///
/// #[derive(Labels)]
/// struct Route<'a> {
///     method: &'a str,
///     #[label(rename = "code")]
///     status: u16,
///     #[label(skip)]
///     note: String,
/// }
///
/// let route = Route { method: "GET", status: 200, note: "not a label".to_owned() };
/// assert_eq!(Route::NAMES, ["method", "code"]);
/// route.with_values(|values| assert_eq!(values, ["GET", "200"]));
/// # let _ = route.note;
/// ```
///
/// # Expansion
///
/// The struct above expands to
///
/// ```text
/// impl<'a> ::nunchi::label::Labels for Route<'a> {
///     type Borrowed<'borrowed> = Route<'borrowed>;
///     const NAMES: &'static [&'static str] = &["method", "code"];
///
///     #[inline]
///     fn with_values<R>(&self, f: impl FnOnce(&[&str]) -> R) -> R {
///         let text_0 = <&'a str as ::nunchi::label::LabelValue>::text(&self.method);
///         let text_1 = <u16 as ::nunchi::label::LabelValue>::text(&self.status);
///         f(&[text_0.as_str(), text_1.as_str()])
///     }
///
///     const CARDINALITY: usize = 0; // `path` and `code` are no closed sets.
///     // `position` and `with_values_at`, which nobody calls where that is 0.
/// }
/// ```
#[proc_macro_derive(Labels, attributes(label))]
pub fn derive_labels(input: TokenStream) -> TokenStream {
    expand(input, labels::expand)
}

/// Makes an enum, or a struct around one value, the value of a label.
///
/// The text of a unit variant is its identifier in `snake_case`: `NotFound` is `not_found`,
/// `HttpServer` and `HTTPServer` are both `http_server`. A newtype such as `struct Code(u16)` has
/// the text of what it wraps.
///
/// An enum also gets `LabelChoices`, the list of all its variants, and `ClosedSet`, their positions
/// in that list: so `Family::init_all` can create every series before the first event, and a lookup
/// needs no hash. A newtype is a `ClosedSet` of as many values as what it wraps.
///
/// # Attributes
///
/// | on | attribute | meaning |
/// |---|---|---|
/// | a variant | `#[label(rename = "GET")]` | the text of this variant |
/// | the enum | `#[label(rename_all = "UPPERCASE")]` | converts the texts of all variants that have no `rename` |
///
/// Cases: `snake_case`, `lowercase`, `UPPERCASE`, `SCREAMING_SNAKE_CASE`, `camelCase`,
/// `PascalCase` and `kebab-case`. A newtype takes no attributes.
///
/// # Errors
///
/// The compiler rejects an enum without variants, variants with fields, an empty text (it would
/// mean that the label is absent; `Option` says so openly), and two variants with one text.
///
/// # Performance
///
/// No allocation: the texts of an enum are constants.
///
/// # Examples
///
/// ```
/// use nunchi::{label::{LabelChoices as _, LabelValue as _}, LabelValue};
///
/// #[derive(LabelValue)]
/// enum Outcome {
///     Won,
///     TimedOut,
///     #[label(rename = "draw")]
///     Tie,
/// }
///
/// #[derive(LabelValue)]
/// struct Code(u16);
///
/// assert_eq!(Outcome::TimedOut.text().as_str(), "timed_out");
/// assert_eq!(Outcome::ALL.len(), 3);
/// assert_eq!(Code(404).text().as_str(), "404");
/// ```
///
/// # Expansion
///
/// The enum above expands to
///
/// ```text
/// impl ::nunchi::label::LabelValue for Outcome {
///     #[inline]
///     fn text(&self) -> ::nunchi::label::LabelText<'_> {
///         ::nunchi::label::LabelText::borrowed(match self {
///             Self::Won => "won",
///             Self::TimedOut => "timed_out",
///             Self::Tie => "draw",
///         })
///     }
/// }
///
/// impl ::nunchi::label::LabelChoices for Outcome {
///     const ALL: &'static [Self] = &[Self::Won, Self::TimedOut, Self::Tie];
/// }
///
/// impl ::nunchi::label::ClosedSet for Outcome {
///     const CARDINALITY: usize = 3;
///
///     #[inline]
///     fn position(&self) -> usize {
///         match self {
///             Self::Won => 0,
///             Self::TimedOut => 1,
///             Self::Tie => 2,
///         }
///     }
///
///     fn text_at(position: usize) -> Option<::nunchi::label::LabelText<'static>> {
///         Self::ALL.get(position).map(::nunchi::label::LabelValue::text)
///     }
/// }
/// ```
///
/// and the newtype to
///
/// ```text
/// impl ::nunchi::label::LabelValue for Code {
///     #[inline]
///     fn text(&self) -> ::nunchi::label::LabelText<'_> {
///         <u16 as ::nunchi::label::LabelValue>::text(&self.0)
///     }
/// }
/// ```
#[proc_macro_derive(LabelValue, attributes(label))]
pub fn derive_label_value(input: TokenStream) -> TokenStream {
    expand(input, value::expand)
}

fn expand(
    input: TokenStream,
    derive: fn(syn::DeriveInput) -> syn::Result<proc_macro2::TokenStream>,
) -> TokenStream {
    syn::parse(input).and_then(derive).unwrap_or_else(syn::Error::into_compile_error).into()
}
