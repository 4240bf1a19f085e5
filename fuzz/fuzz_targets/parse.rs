//! Any bytes as a page, in both formats: an error names a line that is there, and what was accepted
//! is read in the same way when it is written out again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nunchi::testing::{parse_open_metrics, parse_text, Page, ParseError};

fuzz_target!(|bytes: &[u8]| {
    check(bytes, "", parse_text);
    check(bytes, "# EOF\n", parse_open_metrics);
    // Inputs rarely end as they should.
    check(&[bytes, b"\n# EOF\n"].concat(), "# EOF\n", parse_open_metrics);
});

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
