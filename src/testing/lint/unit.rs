//! Values are in base units.

use super::{parts, Family};

pub(super) fn check(family: &Family, find: &mut dyn FnMut(String)) {
    // The first unit in the name is the one that the value has.
    let Some((unit, base)) = parts(family.name()).find_map(|part| Some((part, base(part)?))) else {
        return;
    };
    if unit != base {
        find(format!("the unit is `{unit}`; the base unit is `{base}`"));
    }
}

/// The base unit of a unit that may have a prefix.
fn base(unit: &str) -> Option<&'static str> {
    let known = |unit: &str| {
        let found = BASES.iter().find(|(_, units)| units.contains(&unit));
        found.map(|(base, _)| *base)
    };
    let without = |prefix: &&str| known(unit.strip_prefix(prefix)?);
    known(unit).or_else(|| PREFIXES.iter().find_map(without))
}

/// Base units, and what is measured in them; each is one of its own. Celsius is as good as kelvin for
/// most uses, and metres have two spellings.
const BASES: &[(&str, &[&str])] = &[
    ("seconds", &["seconds", "minutes", "hours", "days", "weeks"]),
    ("bytes", &["bytes", "bits"]),
    ("grams", &["grams", "pounds", "ounces"]),
    ("joules", &["joules", "calories"]),
    ("meters", &["meters", "inches", "yards", "miles"]),
    ("metres", &["metres"]),
    ("celsius", &["celsius", "fahrenheit", "rankine"]),
    ("kelvin", &["kelvin", "kelvins"]),
    ("amperes", &["amperes"]),
    ("volts", &["volts"]),
];

/// Promtool's, which knows `mibi` where `mebi` is meant.
const PREFIXES: &[&str] = &[
    "pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo", "mega", "giga",
    "tera", "peta", "kibi", "mibi", "gibi", "tebi", "pebi",
];
