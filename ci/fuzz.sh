#!/usr/bin/env bash
# Proves that a minute of fuzzing each target, or as many seconds as the argument says, finds nothing
# that its oracle refuses. What a run discovers is kept under build/fuzz for the next one.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
export RUSTUP_TOOLCHAIN=nightly
fuzz=build/tools/bin/cargo-fuzz
if ! cargo --version 2>/dev/null || [ ! -x $fuzz ]; then
    echo "SKIP fuzzing: it needs a nightly toolchain and cargo-fuzz, which ci/install.sh could not get"
    exit 77
fi
$fuzz fuzz build
host=$(rustc -vV | sed -n 's/^host: //p')
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true' EXIT
for target in $($fuzz fuzz list); do
    mkdir -p "build/fuzz/$target" "fuzz/artifacts/$target"
    # Not by `cargo fuzz run`: the program itself, so that its id ends it.
    "fuzz/target/$host/release/$target" -max_total_time="$seconds" -timeout=10 -print_final_stats=1 \
        -artifact_prefix="fuzz/artifacts/$target/" "build/fuzz/$target" "fuzz/seeds/$target" \
        >"build/fuzz/$target.log" 2>&1 &
    pids+=($!)
done
failed=0
for at in "${!pids[@]}"; do wait "${pids[at]}" || failed=1; done
tail -n 20 build/fuzz/*.log
exit $failed
