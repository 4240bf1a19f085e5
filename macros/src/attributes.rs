//! Reads `#[label(...)]`.
//!
//! Which keys make sense depends on where the attribute stands; a [`Place`] says so, and an error
//! lists the keys of its place.

use proc_macro2::Span;
use quote::ToTokens;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Lit, LitStr, Token};

use crate::case::Case;

/// Where an attribute stands.
pub(crate) struct Place {
    /// How an error calls the place.
    name: &'static str,
    /// The keys that mean something here.
    keys: &'static [&'static str],
    /// Whether the texts here are label names, which have fewer characters than label values.
    names: bool,
}

impl Place {
    pub(crate) const ENUM: Self = Self { name: "an enum", keys: &["rename_all"], names: false };
    pub(crate) const FIELD: Self = Self { name: "a field", keys: &["rename", "skip"], names: true };
    pub(crate) const NEWTYPE: Self = Self { name: "a newtype struct", keys: &[], names: false };
    pub(crate) const STRUCT: Self = Self { name: "a struct", keys: &["rename_all"], names: true };
    pub(crate) const VARIANT: Self = Self { name: "a variant", keys: &["rename"], names: false };
}

/// What the attributes of one item say.
#[derive(Default)]
pub(crate) struct Attributes {
    /// `rename = "text"`, never empty.
    pub(crate) rename: Option<LitStr>,
    /// `rename_all = "case"`.
    pub(crate) rename_all: Option<Case>,
    /// `skip`.
    pub(crate) skip: bool,
}

impl Attributes {
    /// Reads all `#[label(...)]` among `attributes`; others belong to someone else.
    pub(crate) fn parse(attributes: &[Attribute], place: &Place) -> syn::Result<Self> {
        let mut found = Self::default();
        let mut skip = None;
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("label")) {
            attribute.parse_nested_meta(|meta| match known_key(&meta, place)? {
                "rename" => set(&mut found.rename, non_empty(string(&meta)?)?, &meta),
                "rename_all" => set(&mut found.rename_all, case(&string(&meta)?, place)?, &meta),
                _ => set(&mut skip, no_value(&meta)?, &meta),
            })?;
        }
        found.skip = skip.is_some();
        match (skip, &found.rename) {
            (Some(span), Some(_)) => {
                Err(syn::Error::new(span, "a skipped field is no label: remove `skip` or `rename`"))
            }
            _ => Ok(found),
        }
    }
}

fn known_key(meta: &ParseNestedMeta<'_>, place: &Place) -> syn::Result<&'static str> {
    if let Some(key) = place.keys.iter().find(|key| meta.path.is_ident(key)) {
        return Ok(key);
    }
    let key = meta.path.to_token_stream();
    if meta.path.is_ident("flatten") {
        return Err(meta.error(
            "`flatten` is not supported: the names of a label set are one constant list, \
             so write the fields of the inner set here",
        ));
    }
    Err(meta.error(if place.keys.is_empty() {
        format!("unknown key `{key}`: {} takes no `#[label(...)]`", place.name)
    } else {
        format!("unknown key `{key}`: {} knows {}", place.name, quoted(place.keys))
    }))
}

fn set<T>(slot: &mut Option<T>, value: T, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if slot.is_some() {
        let key = meta.path.to_token_stream();
        return Err(syn::Error::new_spanned(&meta.path, format!("`{key}` is given twice")));
    }
    *slot = Some(value);
    Ok(())
}

fn string(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    let key = meta.path.to_token_stream();
    let expected = format!("`{key}` takes a string: `{key} = \"...\"`");
    if !meta.input.peek(Token![=]) {
        return Err(syn::Error::new_spanned(&meta.path, expected));
    }
    let value = meta.value()?;
    match value.parse::<Lit>() {
        Ok(Lit::Str(text)) => Ok(text),
        Ok(other) => Err(syn::Error::new_spanned(other, expected)),
        Err(problem) => Err(syn::Error::new(problem.span(), expected)),
    }
}

fn non_empty(text: LitStr) -> syn::Result<LitStr> {
    if text.value().is_empty() {
        return Err(syn::Error::new(text.span(), "`rename` cannot be empty"));
    }
    Ok(text)
}

fn case(name: &LitStr, place: &Place) -> syn::Result<Case> {
    let offered = |case| !(place.names && case == Case::Kebab);
    let case = Case::named(&name.value());
    if place.names && case == Some(Case::Kebab) {
        return Err(syn::Error::new(
            name.span(),
            "`kebab-case` does not give label names: they cannot contain `-`",
        ));
    }
    case.ok_or_else(|| {
        let known = quoted(&Case::names(offered));
        syn::Error::new(name.span(), format!("unknown case `{}`: known are {known}", name.value()))
    })
}

fn no_value(meta: &ParseNestedMeta<'_>) -> syn::Result<Span> {
    let key = meta.path.to_token_stream();
    if meta.input.is_empty() || meta.input.peek(Token![,]) {
        return Ok(meta.path.get_ident().map_or_else(Span::call_site, syn::Ident::span));
    }
    Err(syn::Error::new_spanned(&meta.path, format!("`{key}` takes no value")))
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
