//! The README says what the crate does.

use std::fs;
use std::path::Path;

#[allow(dead_code)] // Its `main` serves for ever.
mod quickstart {
    include!("../../examples/quickstart.rs");

    pub(super) fn serve_one(path: &str) {
        answer(path);
    }
}

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The first block of this language.
fn block<'t>(text: &'t str, language: &str) -> &'t str {
    let start = text.find(&format!("```{language}\n")).unwrap() + language.len() + 4;
    &text[start..start + text[start..].find("```").unwrap()]
}

#[test]
fn both_readmes_show_the_quickstart_byte_for_byte() {
    let program = read("examples/quickstart.rs");
    for name in ["README.md", "README.ko.md"] {
        assert_eq!(block(&read(name), "rust,no_run"), program, "{name}");
    }
}

#[test]
fn the_first_program_begins_by_line_12() {
    for name in ["README.md", "README.ko.md"] {
        let line = read(name).lines().position(|line| line.starts_with("```rust")).unwrap();
        assert!(line < 12, "{name}: line {}", line + 1);
    }
}

#[test]
fn the_page_in_the_readmes_is_the_page_of_the_quickstart() {
    for path in ["/", "/games", "/games", "/a/rather/long/path"] {
        quickstart::serve_one(path);
    }
    let mut page = Vec::new();
    nunchi::encode(nunchi::global(), nunchi::Format::Text, &mut page);
    let page = String::from_utf8(page).unwrap();
    let is_of =
        |line: &&str| line.contains("app_requests_total") || line.contains("app_response_bytes");
    let lines: String = page.lines().filter(is_of).map(|line| format!("{line}\n")).collect();
    for name in ["README.md", "README.ko.md"] {
        assert_eq!(block(&read(name), "text"), lines, "{name}");
    }
}

#[test]
fn the_commands_are_the_same_in_both_languages() {
    let commands = |text: &str| -> Vec<String> {
        let command = |line: &str| line.split(" #").next().unwrap_or_default().trim().to_owned();
        block(text, "sh").lines().map(command).collect()
    };
    assert_eq!(commands(&read("README.md")), commands(&read("README.ko.md")));
}
