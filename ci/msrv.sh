#!/usr/bin/env bash
# Proves that the published crates hold nothing but their own, and compile with the Rust they declare:
# with fewest, default and most features, against the newest dependencies that this Rust can use and
# the oldest they allow.
set -euo pipefail
cd "$(dirname "$0")/.."
msrv=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
export CARGO_TARGET_DIR=$PWD/build/target-msrv

if ! cargo "+$msrv" --version 2>/dev/null; then
    echo "SKIP compiling with Rust $msrv: not installed; the lint about newer functions runs instead"
    cargo clippy -p nunchi -p nunchi-macros --lib --all-features --locked -- -D clippy::incompatible_msrv
    exit
fi

# As a user gets them: the packaged sources, without the workspace and without dev-dependencies,
# which may need a newer Rust.
cargo package -q -p nunchi -p nunchi-macros --no-verify --allow-dirty --locked
user=$PWD/build/msrv
rm -rf "$user" && mkdir -p "$user"/{src,nunchi,nunchi-macros}
for crate in nunchi nunchi-macros; do
    package=$(ls "$CARGO_TARGET_DIR/package/$crate-"[0-9]*.crate)
    if tar -tf "$package" | grep -vE '^[^/]+/((src|docs)/.*|examples/[^/]+\.rs|[^/]+)$'; then
        echo "does not belong into the package" && exit 1
    fi
    tar -xf "$package" -C "$user/$crate" --strip-components 1
done
cat >"$user/Cargo.toml" <<TOML
[package]
name = "user"
version = "0.0.0"
edition = "2021"
rust-version = "$msrv"
[features]
$(sed -n 's/^\([a-z0-9-]*\) = .*/\1 = ["nunchi\/\1"]/p' <(sed -n '/^\[features\]/,/^\[dep/p' Cargo.toml))
[dependencies]
nunchi = { path = "nunchi", default-features = false }
[patch.crates-io]
nunchi-macros = { path = "nunchi-macros" }
[workspace]
exclude = ["nunchi", "nunchi-macros"]
TOML
echo "pub use nunchi::*;" >"$user/src/lib.rs"
cd "$user"
# check WHICH [PACKAGE VERSION]: resolves as asked, and compiles.
check() {
    echo "--- $1 dependencies"
    rm -f Cargo.lock
    CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS=fallback cargo generate-lockfile --quiet
    [ $# = 1 ] || cargo update --quiet "$2" --precise "$3"
    for features in --no-default-features "" --all-features; do
        cargo "+$msrv" check --locked $features
    done
}
check newest
check oldest parking_lot "$(sed -n 's/^parking_lot = ">=\([0-9.]*\),.*/\1/p' nunchi/Cargo.toml.orig)"
