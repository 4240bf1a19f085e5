//! `#[derive(LabelValue)]`: an enum or a newtype becomes the value of a label.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DataEnum, DataStruct, DeriveInput, Fields, Variant};

use crate::attributes::{Attributes, Place};
use crate::case::Case;
use crate::labels::open;
use crate::problems::Problems;

/// Writes the implementation of `LabelValue`, for an enum also that of `LabelChoices`.
pub(crate) fn expand(input: DeriveInput) -> syn::Result<TokenStream> {
    match &input.data {
        Data::Enum(data) => choices(&input, data),
        Data::Struct(data) => newtype(&input, data),
        Data::Union(data) => Err(syn::Error::new(
            data.union_token.span,
            "a union cannot be a label value: which of its fields is set is not known",
        )),
    }
}

fn choices(input: &DeriveInput, data: &DataEnum) -> syn::Result<TokenStream> {
    let mut problems = Problems::default();
    let container = problems.keep(Attributes::parse(&input.attrs, &Place::ENUM));
    let case = container.rename_all.unwrap_or(Case::Snake);
    let mut taken = HashSet::new();
    let texts: Vec<String> = data
        .variants
        .iter()
        .map(|variant| problems.keep(text(variant, case, &mut taken)))
        .collect();
    if texts.is_empty() {
        problems.push(syn::Error::new(
            input.ident.span(),
            "an enum without variants cannot be a label value: it has no text",
        ));
    }
    problems.check()?;

    let ident = &input.ident;
    let variants: Vec<&Ident> = data.variants.iter().map(|variant| &variant.ident).collect();
    let positions = 0..variants.len();
    let cardinality = variants.len();
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    Ok(quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl #impl_generics ::nunchi::label::LabelValue for #ident #type_generics #where_clause {
            #[inline]
            fn text(&self) -> ::nunchi::label::LabelText<'_> {
                ::nunchi::label::LabelText::borrowed(match self { #(Self::#variants => #texts,)* })
            }
        }

        #[automatically_derived]
        impl #impl_generics ::nunchi::label::LabelChoices for #ident #type_generics #where_clause {
            const ALL: &'static [Self] = &[#(Self::#variants),*];
        }

        #[automatically_derived]
        impl #impl_generics ::nunchi::label::ClosedSet for #ident #type_generics #where_clause {
            const CARDINALITY: ::core::primitive::usize = #cardinality;

            #[inline]
            fn position(&self) -> ::core::primitive::usize {
                match self { #(Self::#variants => #positions,)* }
            }

            fn text_at(
                position: ::core::primitive::usize,
            ) -> ::core::option::Option<::nunchi::label::LabelText<'static>> {
                let all = <Self as ::nunchi::label::LabelChoices>::ALL;
                all.get(position).map(::nunchi::label::LabelValue::text)
            }
        }
    })
}

fn text(variant: &Variant, case: Case, taken: &mut HashSet<String>) -> syn::Result<String> {
    let attributes = Attributes::parse(&variant.attrs, &Place::VARIANT)?;
    if !matches!(variant.fields, Fields::Unit) {
        return Err(syn::Error::new(
            variant.fields.span(),
            "a variant of a label value has no fields: every variant is one constant text",
        ));
    }
    let (text, span) = match attributes.rename {
        Some(rename) => (rename.value(), rename.span()),
        None => (case.apply(&variant.ident.unraw().to_string()), variant.ident.span()),
    };
    if text.is_empty() {
        return Err(syn::Error::new(span, "this variant has an empty text: give it a `rename`"));
    }
    if !taken.insert(text.clone()) {
        return Err(syn::Error::new(
            span,
            format!("a variant with the text `{text}` exists already"),
        ));
    }
    Ok(text)
}

fn newtype(input: &DeriveInput, data: &DataStruct) -> syn::Result<TokenStream> {
    let field = match &data.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => &fields.unnamed[0],
        _ => {
            return Err(syn::Error::new(
                input.ident.span(),
                "a struct that is a label value wraps exactly one unnamed field, \
                 as in `struct Code(u16);`; for a set of labels, derive `Labels`",
            ))
        }
    };
    let mut problems = Problems::default();
    problems.keep(Attributes::parse(&input.attrs, &Place::NEWTYPE));
    problems.keep(Attributes::parse(&field.attrs, &Place::NEWTYPE));
    problems.check()?;

    let ident = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let given = where_clause.into_iter().flat_map(|clause| &clause.predicates);
    // The only field of a newtype uses every type parameter.
    let parameters = input.generics.type_params().map(|parameter| &parameter.ident);
    let bounds = quote! {
        where
            #(#given,)*
            #(#parameters: ::nunchi::label::LabelValue,)*
    };
    // The type is written out so that the compiler points at it when it is not a `LabelValue`.
    let wrapped = &field.ty;
    // Says whether the wrapped type is a closed set; see there.
    let field = quote!(::nunchi::__private::Field::<#wrapped>);
    let open = open();
    Ok(quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl #impl_generics ::nunchi::label::LabelValue for #ident #type_generics #bounds {
            #[inline]
            fn text(&self) -> ::nunchi::label::LabelText<'_> {
                <#wrapped as ::nunchi::label::LabelValue>::text(&self.0)
            }
        }

        #[automatically_derived]
        impl #impl_generics ::nunchi::label::ClosedSet for #ident #type_generics #bounds {
            const CARDINALITY: ::core::primitive::usize = { #open #field::CARDINALITY };

            #[inline]
            fn position(&self) -> ::core::primitive::usize {
                #open
                #field::position(&self.0)
            }

            fn text_at(
                position: ::core::primitive::usize,
            ) -> ::core::option::Option<::nunchi::label::LabelText<'static>> {
                #open
                #field::text_at(position)
            }
        }
    })
}
