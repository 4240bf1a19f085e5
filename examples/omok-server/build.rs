//! Tells the server which compiler made it, for `omok_build_info`.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=OMOK_REVISION");
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(compiler).arg("--version").output().ok();
    let text = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    if let Some(number) = text.as_deref().and_then(|text| text.split_whitespace().nth(1)) {
        println!("cargo:rustc-env=OMOK_RUSTC={number}");
    }
}
