//! The layer table: which module of the crate may import which.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// `(module, what it may import)`, bottom to top. CONTRIBUTING.md shows the same table.
const LAYERS: &[(&str, &[&str])] = &[
    ("name", &[]),
    ("sync", &[]),
    ("error", &["name"]),
    ("label", &["name", "error"]),
    ("model", &["name", "label", "error"]),
    ("metric", &["sync", "model", "label", "name", "error"]),
    ("registry", &["model", "label", "name", "error"]),
    ("encode", &["model", "label", "name", "error"]),
    ("collector", &["sync", "model", "label", "name", "error"]),
    ("gc", &["metric", "model", "label", "name", "error"]),
    ("http", &["sync", "registry", "encode", "model", "error"]),
    ("server", &["http", "registry", "encode", "error"]),
    ("testing", &["sync", "registry", "encode", "model", "name", "error"]),
    ("tracing", &["model"]),
    ("site", &["*"]),
    ("macros", &[]),
    ("docs", &[]),
];

fn source_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The roots of all `crate::root` paths outside comments, also of grouped imports.
fn imported_roots(source: &str) -> BTreeSet<String> {
    let code: String = source
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n");
    let mut roots = BTreeSet::new();
    let mut rest = code.as_str();
    while let Some(at) = rest.find("crate::") {
        let is_macro_path = rest[..at].ends_with('$');
        rest = &rest[at + "crate::".len()..];
        if is_macro_path {
            continue;
        }
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut start = true;
            for (at, character) in group.char_indices() {
                match character {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    _ if start && character.is_alphabetic() => {
                        start = false;
                        roots.insert(word(&group[at..]));
                    }
                    _ => {}
                }
            }
        } else {
            roots.insert(word(rest));
        }
    }
    roots
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Every breach of the table in the tree below `src`, as sentences.
fn breaches(src: &Path) -> Vec<String> {
    let mut files = Vec::new();
    source_files(src, &mut files);
    assert!(files.len() > 20, "the walk found only {} files", files.len());
    let mut breaches = Vec::new();
    for file in files {
        let inside = file.strip_prefix(src).unwrap();
        let module = inside.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = module.trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == module) else {
            breaches.push(format!("`{}`: the module has no row in the table", inside.display()));
            continue;
        };
        for root in imported_roots(&fs::read_to_string(&file).unwrap()) {
            let free = root == module || allowed.contains(&"*") || allowed.contains(&root.as_str());
            if !free {
                breaches.push(format!("`{}`: {module} may not import {root}", inside.display()));
            }
        }
    }
    breaches
}

#[test]
fn no_module_imports_what_the_table_forbids() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert_eq!(breaches(&src), Vec::<String>::new());
}

#[test]
fn the_reader_of_imports_finds_every_form() {
    let source = "use crate::{model::{Number, self}, sync::hash};\n// crate::http\nlet x = \
                  crate::encode::Format::Text; $crate::skipped; use crate::label;";
    let roots: Vec<_> = imported_roots(source).into_iter().collect();
    assert_eq!(roots, ["encode", "label", "model", "sync"]);
}

#[test]
fn contributing_shows_this_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md");
    let text = fs::read_to_string(path).unwrap();
    for (module, allowed) in
        LAYERS.iter().filter(|(module, _)| !["macros", "docs"].contains(module))
    {
        let quoted: Vec<_> = allowed.iter().map(|name| format!("`{name}`")).collect();
        let cell = match quoted.join(", ") {
            none if none.is_empty() => "—".to_owned(),
            all if all == "`*`" => "everything".to_owned(),
            some => some,
        };
        let row = format!("| `{module}` | {cell} |");
        assert!(text.contains(&row), "CONTRIBUTING.md lacks the row {row}");
    }
}
