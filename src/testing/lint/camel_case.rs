//! Names are words with `_` between.

use super::{label_names, Family};

pub(super) fn check(family: &Family, find: &mut dyn FnMut(String)) {
    if is_camel(family.name()) {
        find("the name is written in camelCase".to_owned());
    }
    for label in label_names(family).filter(|label| is_camel(label)) {
        find(format!("the label `{label}` is written in camelCase"));
    }
}

fn is_camel(name: &str) -> bool {
    let pairs = name.as_bytes().windows(2);
    pairs.into_iter().any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}
