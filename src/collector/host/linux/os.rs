//! `os-release`: which distribution is installed.

use super::family::gauge;
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::model::Fact;
use std::{mem, str};

pub(super) static SUBJECT: Subject = Subject {
    name: "os",
    source: "`/etc/os-release`, else `/usr/lib/os-release`, os-release(5)",
    absent: "there is no such file; the version, if it does not begin with a number",
    families: Families::Facts(&FACTS),
    collect,
};

static FACTS: [Fact; 2] = [
    gauge(
        "node_os_info",
        "A metric with a constant '1' value labeled by build_id, id, id_like, image_id, \
         image_version, name, pretty_name, variant, variant_id, version, version_codename, version_id.",
        &[
            "build_id",
            "id",
            "id_like",
            "image_id",
            "image_version",
            "name",
            "pretty_name",
            "variant",
            "variant_id",
            "version",
            "version_codename",
            "version_id",
        ],
    ),
    gauge(
        "node_os_version",
        "Metric containing the major.minor part of the OS version.",
        &["id", "id_like", "name"],
    ),
];

/// In the order of the labels.
const KEYS: [&str; 12] = [
    "BUILD_ID",
    "ID",
    "ID_LIKE",
    "IMAGE_ID",
    "IMAGE_VERSION",
    "NAME",
    "PRETTY_NAME",
    "VARIANT",
    "VARIANT_ID",
    "VERSION",
    "VERSION_CODENAME",
    "VERSION_ID",
];

/// Puts the values of the keys where they belong; those that are not there are empty.
pub(super) fn parse(text: &[u8], into: &mut [String; 12]) {
    into.iter_mut().for_each(String::clear);
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let Ok(line) = str::from_utf8(line) else { continue };
        let Some((key, value)) = line.trim().split_once('=') else { continue };
        if let Some(at) = KEYS.iter().position(|known| *known == key) {
            unquote(value, &mut into[at]);
        }
    }
}

/// As a shell reads an assignment without expansions.
fn unquote(value: &str, into: &mut String) {
    into.clear();
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
    let mut rest = value.chars();
    rest.by_ref().take(quote.iter().count()).for_each(drop);
    while let Some(character) = rest.next() {
        match character {
            _ if Some(character) == quote => return,
            '\\' if quote != Some('\'') => into.extend(rest.next()),
            _ => into.push(character),
        }
    }
}

/// The number that a version such as `22.04.1` begins with: its first two parts.
fn version(text: &str) -> Option<f64> {
    let mut points = 0;
    let is_part = |character: char| {
        points += u32::from(character == '.');
        character.is_ascii_digit() || (character == '.' && points == 1)
    };
    let end = text.len() - text.trim_start_matches(is_part).len();
    let number =
        text.get(..end).filter(|number| number.starts_with(|c: char| c.is_ascii_digit()))?;
    number.parse().ok().filter(|value: &f64| value.is_finite())
}

fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    let mut values = mem::take(&mut scrape.files.room.labels);
    let mut read = None;
    for name in ["etc/os-release", "usr/lib/os-release"] {
        if let Some(text) = scrape.files.root(name) {
            parse(text, &mut values);
            read = Some(());
            break;
        }
    }
    if read.is_some() {
        let [build, id, like, image, image_version, name, ..] = &values;
        let [.., pretty, variant, variant_id, full, codename, version_id] = &values;
        let labels: [&str; 12] = [
            build,
            id,
            like,
            image,
            image_version,
            name,
            pretty,
            variant,
            variant_id,
            full,
            codename,
            version_id,
        ];
        scrape.page.put(&FACTS[0], &labels, Some(1_u64));
        scrape.page.put(&FACTS[1], &[id, like, name], version(version_id));
    }
    scrape.files.room.labels = values;
    Outcome::of(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_a_shell_reads_them() {
        let cases = [
            ("debian", "debian"),
            ("\"Debian GNU/Linux\"", "Debian GNU/Linux"),
            ("'a \\ b'", "a \\ b"),
            ("\"a \\\"b\\\" \\$c\"", "a \"b\" $c"),
            ("\"never closed", "never closed"),
            ("\"", ""),
            ("\\", ""),
            ("", ""),
        ];
        for (value, expected) in cases {
            let mut plain = String::from("left over");
            unquote(value, &mut plain);
            assert_eq!(plain, expected, "{value}");
        }
    }

    #[test]
    fn versions_are_numbers_at_the_beginning() {
        let cases = [
            ("12", Some(12.0)),
            ("22.04.1", Some(22.04)),
            ("3.", Some(3.0)),
            ("rolling", None),
            (".5", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(version(text), expected, "{text}");
        }
        assert_eq!(version(&"9".repeat(400)), None);
    }
}
