#!/usr/bin/env bash
# Proves that the library compiles without a warning with each feature alone, with each left out, with
# none and with all.
set -euo pipefail
cd "$(dirname "$0")/.."
read -ra features < <(sed -n '/^\[features\]/,/^\[/s/^\([a-z0-9-]*\) = .*/\1/p' Cargo.toml | grep -vx default | xargs)

check() {
    local list
    list=$(IFS=,; echo "$*")
    echo "--features '$list'"
    cargo clippy -q -p nunchi --lib --locked --no-default-features --features "$list" -- -D warnings
}

check
check "${features[@]}"
for at in "${!features[@]}"; do
    check "${features[at]}"
    check "${features[@]:0:at}" "${features[@]:at+1}"
done
