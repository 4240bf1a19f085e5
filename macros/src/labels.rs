//! `#[derive(Labels)]`: a struct becomes a label set.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned, ToTokens};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{parse_quote, Data, DeriveInput, Field, Fields, GenericParam, Generics, Type};

use crate::attributes::{Attributes, Place};
use crate::case::Case;
use crate::name;
use crate::problems::Problems;

/// Writes the implementation of `Labels`.
pub(crate) fn expand(mut input: DeriveInput) -> syn::Result<TokenStream> {
    let mut problems = Problems::default();
    let container = problems.keep(Attributes::parse(&input.attrs, &Place::STRUCT));
    let labels = problems.keep(labels(&input.data, container.rename_all));
    problems.keep(at_most_one_lifetime(&input.generics));
    problems.check()?;

    let borrowed = borrowed(&input.ident, &input.generics);
    add_bounds(&mut input.generics, &labels);
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();

    let ident = &input.ident;
    let names = labels.iter().map(|label| &label.name);
    let texts = numbered("text", labels.len());
    let positions = numbered("position", labels.len());
    let fields: Vec<&Ident> = labels.iter().map(|label| label.field).collect();
    // The type is written out so that the compiler points at it when it is not a `LabelValue`.
    let types: Vec<&Type> = labels.iter().map(|label| label.ty).collect();
    // Says for each type whether it is a closed set; see there.
    let field = quote!(::nunchi::__private::Field);
    let open = open();
    Ok(quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl #impl_generics ::nunchi::label::Labels for #ident #type_generics #where_clause {
            type Borrowed<'__borrowed> = #borrowed;

            const NAMES: &'static [&'static ::core::primitive::str] = &[#(#names),*];

            const CARDINALITY: ::core::primitive::usize = {
                #open
                ::nunchi::__private::cardinality(&[#(#field::<#types>::CARDINALITY),*])
            };

            #[inline]
            fn with_values<__R>(
                &self,
                f: impl ::core::ops::FnOnce(&[&::core::primitive::str]) -> __R,
            ) -> __R {
                #(let #texts = <#types as ::nunchi::label::LabelValue>::text(&self.#fields);)*
                f(&[#(#texts.as_str()),*])
            }

            #[inline]
            fn position(&self) -> ::core::primitive::usize {
                #open
                let position = 0;
                #(
                    let position = ::nunchi::__private::position(
                        position,
                        #field::<#types>::CARDINALITY,
                        #field::<#types>::position(&self.#fields),
                    );
                )*
                position
            }

            fn with_values_at<__R>(
                position: ::core::primitive::usize,
                f: impl ::core::ops::FnOnce(&[&::core::primitive::str]) -> __R,
            ) -> ::core::option::Option<__R> {
                #open
                let [#(#positions),*] = ::nunchi::__private::positions(
                    position,
                    [#(#field::<#types>::CARDINALITY),*],
                )?;
                #(let #texts = #field::<#types>::text_at(#positions)?;)*
                ::core::option::Option::Some(f(&[#(#texts.as_str()),*]))
            }
        }
    })
}

/// Brings into scope what answers for the fields that are no closed set. The constant uses it, for
/// where there are none.
pub(crate) fn open() -> TokenStream {
    quote! {
        use ::nunchi::__private::OpenSet as _;
        const _: ::core::primitive::usize = ::nunchi::__private::Field::<()>::CARDINALITY;
    }
}

/// Variables of this name that no variable of the user is taken for.
fn numbered(name: &str, count: usize) -> Vec<Ident> {
    (0..count).map(|at| format_ident!("{name}_{at}", span = Span::mixed_site())).collect()
}

/// A field that is a label.
struct Label<'a> {
    field: &'a Ident,
    ty: &'a Type,
    name: String,
}

impl<'a> Label<'a> {
    /// The label that a field stands for, or `None` if the field is skipped.
    fn of(
        field: &'a Field,
        case: Option<Case>,
        taken: &mut HashSet<String>,
    ) -> syn::Result<Option<Self>> {
        let attributes = Attributes::parse(&field.attrs, &Place::FIELD)?;
        let Some(ident) = field.ident.as_ref().filter(|_| !attributes.skip) else {
            return Ok(None);
        };
        let (name, span) = match attributes.rename {
            Some(rename) => (rename.value(), rename.span()),
            None => {
                let written = ident.unraw().to_string();
                (case.map_or_else(|| written.clone(), |case| case.apply(&written)), ident.span())
            }
        };
        if let Some(problem) = name::problem(&name) {
            return Err(syn::Error::new(span, problem));
        }
        if !taken.insert(name.clone()) {
            return Err(syn::Error::new(span, format!("a label named `{name}` exists already")));
        }
        Ok(Some(Self { field: ident, ty: &field.ty, name }))
    }
}

/// The labels of a type, in the order of its fields.
fn labels(data: &Data, case: Option<Case>) -> syn::Result<Vec<Label<'_>>> {
    let unsupported = |span| {
        syn::Error::new(
            span,
            "only a struct can be a label set: each of its fields is one label; \
             for an enum that is the value of one label, derive `LabelValue`",
        )
    };
    let fields = match data {
        Data::Struct(data) => &data.fields,
        Data::Enum(data) => return Err(unsupported(data.enum_token.span)),
        Data::Union(data) => return Err(unsupported(data.union_token.span)),
    };
    if let Fields::Unnamed(fields) = fields {
        return Err(syn::Error::new(
            fields.span(),
            "the fields of a label set need names: a field names its label; \
             for a struct that is the value of one label, derive `LabelValue`",
        ));
    }
    let mut problems = Problems::default();
    let mut taken = HashSet::new();
    let labels = fields
        .iter()
        .filter_map(|field| problems.keep(Label::of(field, case, &mut taken)))
        .collect();
    problems.check().map(|()| labels)
}

fn at_most_one_lifetime(generics: &Generics) -> syn::Result<()> {
    generics.lifetimes().nth(1).map_or(Ok(()), |second| {
        Err(syn::Error::new(
            second.lifetime.span(),
            "a label set has at most one lifetime parameter: let all its fields borrow for that",
        ))
    })
}

/// The type of the same label set that borrows for `'__borrowed`.
fn borrowed(ident: &Ident, generics: &Generics) -> TokenStream {
    if generics.lifetimes().next().is_none() {
        return quote!(Self);
    }
    let arguments = generics.params.iter().map(|parameter| match parameter {
        GenericParam::Lifetime(_) => quote_spanned!(Span::mixed_site()=> '__borrowed),
        GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
        GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
    });
    quote!(#ident<#(#arguments),*>)
}

/// Asks of the type parameters what the implementation needs.
///
/// A parameter that occurs in a label must be a `LabelValue`; one that only skipped fields use
/// stays free. Next to a lifetime every parameter must be `'static`, since `Borrowed<'b>` exists
/// for any `'b` and a field `&'b T` is well-formed only if `T` outlives it.
fn add_bounds(generics: &mut Generics, labels: &[Label<'_>]) {
    let has_lifetime = generics.lifetimes().next().is_some();
    let mut predicates = Vec::new();
    for parameter in generics.type_params() {
        let ident = &parameter.ident;
        if labels.iter().any(|label| mentions(label.ty.to_token_stream(), ident)) {
            predicates.push(parse_quote!(#ident: ::nunchi::label::LabelValue));
        }
        if has_lifetime {
            predicates.push(parse_quote!(#ident: 'static));
        }
    }
    if !predicates.is_empty() {
        generics.make_where_clause().predicates.extend::<Vec<syn::WherePredicate>>(predicates);
    }
}

fn mentions(tokens: TokenStream, ident: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(found) => found == *ident,
        TokenTree::Group(group) => mentions(group.stream(), ident),
        _ => false,
    })
}
