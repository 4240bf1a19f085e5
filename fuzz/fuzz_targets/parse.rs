//! Any bytes as a page, in every format: an error names a line that is there, and what was accepted
//! is read in the same way when it is written out again; what was in protobuf, as text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nunchi::testing::{parse_open_metrics, parse_protobuf, parse_text, Page, ParseError};

fuzz_target!(|bytes: &[u8]| {
    check(bytes, "", parse_text);
    check(bytes, "# EOF\n", parse_open_metrics);
    // Inputs rarely end as they should.
    check(&[bytes, b"\n# EOF\n"].concat(), "# EOF\n", parse_open_metrics);
    check_protobuf(bytes);
    // And rarely say how long they are.
    if let Ok(length) = u8::try_from(bytes.len()) {
        check_protobuf(&[&[length | 0x80, length >> 7], bytes].concat());
    }
});

fn check_protobuf(bytes: &[u8]) {
    match parse_protobuf(bytes) {
        Ok(page) => {
            // A type that text has not.
            let page = page.only(|family| family.metric_type() != "gaugehistogram");
            let told = told(&page, true);
            let text =
                parse_text(told.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{told}"));
            assert_eq!(page.families().len(), text.families().len());
            for (family, other) in page.families().iter().zip(text.families()) {
                assert_eq!(family.name(), other.name());
                let lines = |family: &nunchi::testing::Family| {
                    family.samples().iter().map(ToString::to_string).collect::<Vec<_>>()
                };
                assert_eq!(lines(family), lines(other));
            }
        }
        Err(error) => {
            assert!((1..=bytes.len()).contains(&error.line()), "{error}");
            assert!(error.text().chars().count() <= 121 && !error.to_string().is_empty());
        }
    }
}

fn check(bytes: &[u8], end: &str, parse: fn(&[u8]) -> Result<Page, ParseError>) {
    match parse(bytes) {
        Ok(page) => {
            let told = told(&page, end.is_empty());
            let again = parse(format!("{told}{end}").as_bytes());
            let again = again.unwrap_or_else(|error| panic!("{error}\n{told}"));
            assert_eq!(self::told(&again, end.is_empty()), told);
            assert_eq!(page.diff(&again), "");
        }
        Err(error) => {
            let lines = bytes.split(|byte| *byte == b'\n').count();
            assert!((1..=lines).contains(&error.line()), "{error}");
            assert!(error.text().chars().count() <= 121 && !error.to_string().is_empty());
        }
    }
}

/// The page written out once more, without exemplars.
fn told(page: &Page, is_text: bool) -> String {
    let mut told = String::new();
    for family in page.families() {
        let name = quoted(family.name());
        let help = family.help().replace('\\', "\\\\").replace('\n', "\\n");
        let (word, help) = match (is_text, family.metric_type()) {
            (true, "unknown") => ("untyped", help),
            (true, word) => (word, help),
            (false, word) => (word, help.replace('"', "\\\"")),
        };
        told += &format!("# TYPE {name} {word}\n");
        if !family.unit().is_empty() {
            told += &format!("# UNIT {name} {}\n", family.unit());
        }
        told += &format!("# HELP {name} {help}\n");
        for sample in family.samples() {
            told += &format!("{sample}\n");
        }
    }
    told
}

/// The name of a family, in quotes where it needs them.
fn quoted(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':');
    if is_plain && !name.starts_with(|c: char| c.is_ascii_digit()) {
        return name.to_owned();
    }
    let name = name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{name}\"")
}
