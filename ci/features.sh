#!/usr/bin/env bash
# Proves that the library compiles without a warning under every combination of its features.
set -euo pipefail
cd "$(dirname "$0")/.."
read -ra features < <(sed -n '/^\[features\]/,/^\[/s/^\([a-z]*\) = .*/\1/p' Cargo.toml | grep -v default | xargs)
echo "features: ${features[*]}"
for ((set = 0; set < 1 << ${#features[@]}; set++)); do
    chosen=()
    for at in "${!features[@]}"; do ((set >> at & 1)) && chosen+=("${features[at]}"); done
    list=$(IFS=,; echo "${chosen[*]}")
    echo "--features '$list'"
    cargo clippy -q -p nunchi --lib --locked --no-default-features --features "$list" -- -D warnings
done
