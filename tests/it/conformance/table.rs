//! `docs/conformance.md` names tests that exist, and every requirement.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const DOCUMENT: &str = include_str!("../../../docs/conformance.md");

/// The cells of every row whose first cell is an ID.
fn rows() -> Vec<Vec<&'static str>> {
    let is_id = |cell: &str| {
        let digits = cell.strip_prefix(['A', 'N', 'T', 'O', 'P', 'B', 'H', 'C']);
        digits.is_some_and(|digits| digits.parse::<u8>().is_ok())
    };
    let cells = |line: &'static str| -> Vec<&'static str> {
        line.trim_matches('|').split('|').map(str::trim).collect()
    };
    DOCUMENT.lines().map(cells).filter(|row| is_id(row[0])).collect()
}

/// The texts between backticks that look like the name of a test.
fn test_names(cell: &str) -> impl Iterator<Item = &str> {
    let is_name = |text: &&str| {
        text.contains('_') && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    cell.split('`').skip(1).step_by(2).filter(is_name)
}

/// Every function below a folder that has `#[test]` above it, also inside `proptest!`, and every
/// case of the compiler tests.
fn existing_tests(folder: &Path, into: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            existing_tests(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("text");
            let mut is_test = false;
            for line in source.lines().map(str::trim) {
                if line == "#[test]" {
                    is_test = true;
                } else if let Some(name) = line.strip_prefix("fn ").filter(|_| is_test) {
                    into.extend(name.split('(').next().map(str::to_owned));
                    is_test = false;
                }
            }
            if path.with_extension("stderr").exists() {
                into.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
            }
        }
    }
}

#[test]
fn every_requirement_has_one_row() {
    let mut expected: Vec<String> = (1..=37).map(|n| format!("A{n}")).collect();
    expected.extend((1..=19).map(|n| format!("N{n}")));
    expected.extend((1..=16).map(|n| format!("T{n}")));
    expected.extend((1..=28).map(|n| format!("O{n}")));
    expected.extend((1..=16).map(|n| format!("P{n}")));
    expected.extend((1..=8).map(|n| format!("B{n}")));
    expected.extend((1..=14).map(|n| format!("H{n}")));
    expected.extend((1..=10).map(|n| format!("C{n}")));
    let found: Vec<_> = rows().iter().map(|row| row[0].to_owned()).collect();
    assert_eq!(found, expected);
}

#[test]
fn every_row_has_a_level_and_either_tests_or_an_open_gap() {
    for row in rows() {
        assert_eq!(row.len(), 4, "{row:?}");
        assert!(!row[1].is_empty() && !row[2].is_empty(), "{row:?}");
        let tests = test_names(row[3]).count();
        assert!(tests > 0 || row[3].contains("Gap:"), "{row:?}");
    }
}

#[test]
fn every_named_test_exists() {
    let mut tests = BTreeSet::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "tests", "macros/src"] {
        existing_tests(&root.join(folder), &mut tests);
    }
    assert!(tests.len() > 100, "the walk found only {} tests", tests.len());
    let mut missing: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in rows() {
        for name in test_names(row[3]).filter(|name| !tests.contains(*name)) {
            missing.entry(row[0]).or_default().push(name);
        }
    }
    assert_eq!(missing, BTreeMap::new());
}

/// A test named after a requirement is of use only if its row leads to it.
#[test]
fn every_test_named_after_a_requirement_is_in_its_row() {
    let mut tests = BTreeSet::new();
    existing_tests(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it"), &mut tests);
    let rows: BTreeMap<_, _> =
        rows().into_iter().map(|row| (row[0].to_lowercase(), row[3])).collect();
    for test in &tests {
        let Some(row) = test.split('_').next().and_then(|id| rows.get(id)) else { continue };
        assert!(test_names(row).any(|name| name == test), "{test} is in no row");
    }
}
