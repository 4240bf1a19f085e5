//! Hostile registries in every format and escaping scheme: what is read is what was put in, under the
//! names that the scheme says, and nothing comes twice.

use super::hostile::{expected_as, spec, underscored, Escape, Spec};
use super::{open_metrics, protobuf};
use crate::support::{escaped, Fixed};
use nunchi::testing::{parse_open_metrics, parse_protobuf, parse_text};
use nunchi::{Escaping, Format, Registry};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The schemes, and what they do, written once more.
const SCHEMES: [(Escaping, Escape); 4] = [
    (Escaping::Underscores, underscored),
    (Escaping::AllowUtf8, |name, _| name.to_owned()),
    (Escaping::Dots, dots),
    (Escaping::Values, values),
];

fn is_legacy(name: &str, colon: bool) -> bool {
    underscored(name, colon) == name
}

fn dots(name: &str, colon: bool) -> String {
    if is_legacy(name, colon) {
        return name.to_owned();
    }
    let first = name.chars().next().filter(char::is_ascii_digit);
    let rest = name.strip_prefix(|_| first.is_some()).unwrap_or(name);
    let rest = rest.chars().map(|c| match c {
        '_' => "__".to_owned(),
        '.' => "_dot_".to_owned(),
        // As if it were not the first.
        c if is_legacy(&format!("a{c}"), colon) => c.to_string(),
        _ => "__".to_owned(),
    });
    first.map(|_| "__".to_owned()).into_iter().chain(rest).collect()
}

fn values(name: &str, colon: bool) -> String {
    if is_legacy(name, colon) {
        return name.to_owned();
    }
    let mut escaped = "U__".to_owned();
    for (at, c) in name.chars().enumerate() {
        if c == '_' {
            escaped += "__";
        } else if is_legacy(&format!("a{c}"), colon) && !(at == 0 && c.is_ascii_digit()) {
            escaped.push(c);
        } else {
            escaped += &format!("_{:x}_", c as u32);
        }
    }
    escaped
}

/// The families that have series, in the order of every page.
type Families<'s> = BTreeMap<String, (&'s Spec, Fixed)>;

fn register<'s>(specs: impl Iterator<Item = &'s Spec>) -> (Registry, Families<'s>) {
    let registry = Registry::new();
    let mut families = Families::new();
    for spec in specs {
        if let Some(fixed) = spec.register(&registry).filter(|fixed| !fixed.points.is_empty()) {
            families.insert(underscored(&spec.name, true), (spec, fixed));
        }
    }
    (registry, families)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 192 } else { 4096 }))]

    #[test]
    fn whatever_is_accepted_reads_back_under_every_scheme(
        specs in prop::collection::vec(spec(), 0..8),
        capacity in 0..600_usize,
    ) {
        let (registry, families) = register(specs.iter());
        for (escaping, escape) in SCHEMES {
            let bytes = escaped(&registry, (Format::Text, escaping), capacity);
            let text = String::from_utf8_lossy(&bytes);
            let page = parse_text(&bytes);
            prop_assert!(page.is_ok(), "{page:?}\n{text}");
            let page = page.unwrap_or_default();
            prop_assert_eq!(page.families().len(), families.len(), "{}", text);
            for (family, (spec, fixed)) in page.families().iter().zip(families.values()) {
                prop_assert_eq!(family.name(), escape(&spec.name, true));
                prop_assert_eq!(family.help(), &spec.help);
                let wanted = expected_as(spec, fixed, escape);
                prop_assert_eq!(protobuf::found(family, &wanted), wanted, "{}", text);
            }

            let bytes = escaped(&registry, (Format::Protobuf, escaping), capacity);
            let page = parse_protobuf(&bytes);
            prop_assert!(page.is_ok(), "{page:?}");
            let page = page.unwrap_or_default();
            prop_assert_eq!(page.families().len(), families.len());
            for (family, (spec, fixed)) in page.families().iter().zip(families.values()) {
                prop_assert_eq!(family.name(), escape(&spec.name, true));
                prop_assert_eq!(family.metric_type(), protobuf::word(spec.kind));
                let wanted = protobuf::in_floats(spec, fixed, escape);
                prop_assert_eq!(protobuf::found(family, &wanted), wanted);
            }

            // Names that are shown with an underscore first are not of the standard.
            let of_the_standard = |spec: &&Spec| !escape(&spec.name, true).starts_with('_');
            let (registry, families) = register(specs.iter().filter(of_the_standard));
            let bytes = escaped(&registry, (Format::OpenMetrics, escaping), capacity);
            let text = String::from_utf8_lossy(&bytes);
            let page = parse_open_metrics(&bytes);
            prop_assert!(page.is_ok(), "{page:?}\n{text}");
            let page = page.unwrap_or_default();
            prop_assert_eq!(page.families().len(), families.len(), "{}", text);
            for (family, (spec, fixed)) in page.families().iter().zip(families.values()) {
                let (word, suffix) = open_metrics::words(spec.kind);
                prop_assert_eq!(format!("{}{suffix}", family.name()), escape(&spec.name, true));
                prop_assert_eq!(family.metric_type(), word);
                let wanted = open_metrics::allowed(spec, fixed, escape);
                prop_assert_eq!(open_metrics::found(family, &wanted), wanted, "{}", text);
            }
        }
    }
}
