#!/usr/bin/env bash
# Proves, by every interleaving within a bound, that the lock-free protocols hold, and that each
# ordering they name is needed: with any one of them weakened, a model must fail.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/loom
# For all of the build, so that the variants below compile this crate alone anew.
export RUSTFLAGS="--cfg nunchi_loom" RUST_BACKTRACE=0
export CARGO_PROFILE_BENCH_OPT_LEVEL=1 CARGO_PROFILE_BENCH_DEBUG=0
log=$CARGO_TARGET_DIR/variant.log

# models [FLAG...]: compiles the crate's tests with more flags and runs the models.
models() {
    local program
    program=$(cargo rustc -p nunchi --lib --profile bench --locked --message-format=json -- "$@" |
        sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')
    [ -n "$program" ] && timeout 5m "$program" --test-threads 2 ::loom
}
models

read -ra names < <(grep -rhoE 'nunchi_loom_weak = "[a-z_]+"' src | sort -u | cut -d'"' -f2 | xargs)
missed=()
for name in "${names[@]}"; do
    status=0
    models --cfg "nunchi_loom_weak=\"$name\"" >"$log" 2>&1 || status=$?
    # A model may say itself that it must fail: then it passes by panicking. And one that follows
    # a pointer to what it cannot see yet ends by a signal.
    if [ $status = 0 ] && grep -q 'should panic \.\.\. ok' "$log"; then
        echo "caught: $name, as $(grep -c 'should panic \.\.\. ok' "$log") models expect"
    elif [ $status != 0 ] && grep -q '^test result: FAILED' "$log" && ! grep -q 'did not panic' "$log"; then
        echo "caught: $name, by $(grep -c '\.\.\. FAILED' "$log") models"
    elif [ $status = 139 ] || [ $status = 134 ]; then
        echo "caught: $name, by a crash"
    else
        cat "$log"
        echo "NOT caught: $name" && missed+=("$name")
    fi
done
echo "orderings: $((${#names[@]} - ${#missed[@]})) of ${#names[@]} proven to be needed"
[ ${#missed[@]} = 0 ]
