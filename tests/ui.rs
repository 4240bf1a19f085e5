//! What the compiler says to those who use the macros wrongly, word for word.
//!
//! The expected words are those of one compiler; with another the cases are skipped, aloud. To
//! write them anew: `TRYBUILD=overwrite cargo test --test ui`.

use std::io::Write;
use std::path::Path;
use std::process::Command;

/// The compiler whose words the `.stderr` files hold, installed without the sources of the standard
/// library, from which it would quote.
const COMPILER: &str = "rustc 1.95.0 ";

/// What the compiler answers to an argument.
fn rustc(arguments: &[&str]) -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let answer = Command::new(rustc).args(arguments).output().map(|output| output.stdout);
    String::from_utf8_lossy(&answer.unwrap_or_default()).trim().to_owned()
}

fn is_the_compiler() -> bool {
    if cfg!(feature = "testing") {
        // `Family` is the name of two types then, and the compiler says which it means.
        let skipped = "SKIPPED: tests/ui wants the words without the feature `testing`\n";
        std::io::stderr().write_all(skipped.as_bytes()).expect("standard error is there");
        return false;
    }
    let version = rustc(&["--version"]);
    let sources = Path::new(&rustc(&["--print", "sysroot"])).join("lib/rustlib/src/rust/library");
    if version.starts_with(COMPILER) && !sources.exists() {
        return true;
    }
    let with = if sources.exists() { " with rust-src" } else { "" };
    // Not `eprintln!`, which the test harness keeps to itself.
    let skipped =
        format!("SKIPPED: tests/ui wants {COMPILER}without rust-src, this is {version}{with}\n");
    std::io::stderr().write_all(skipped.as_bytes()).expect("standard error is there");
    false
}

/// One test, since each run of the cases builds a project in the same place.
#[test]
fn the_compiler_says_what_is_wrong() {
    if !is_the_compiler() {
        return;
    }
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/macros/pass/*.rs");
    cases.compile_fail("tests/ui/macros/*.rs");
    if cfg!(feature = "derive") {
        cases.pass("tests/ui/derive/pass/*.rs");
        cases.compile_fail("tests/ui/derive/*.rs");
    }
}
