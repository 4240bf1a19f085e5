#!/usr/bin/env bash
# Proves that every dependency has an accepted licence and comes from the registry. By hand: its
# `cargo install cargo-deny` takes minutes. Advisories need a database from elsewhere.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x build/tools/bin/cargo-deny ] || cargo install --locked --root build/tools cargo-deny
for manifest in Cargo.toml fuzz/Cargo.toml; do
    build/tools/bin/cargo-deny --manifest-path "$manifest" check licenses bans sources
done
