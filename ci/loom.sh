#!/usr/bin/env bash
# Proves, by every interleaving within a bound, that the lock-free protocols hold, and that each
# ordering they name is needed: with any one of them weakened, a model must fail.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/loom
export RUSTFLAGS="--cfg nunchi_loom" RUST_BACKTRACE=0
export CARGO_PROFILE_BENCH_OPT_LEVEL=1 CARGO_PROFILE_BENCH_DEBUG=0
unset NUNCHI_LOOM_WEAK

# Each has a name of its own, or one might be weakened together with another, or never.
made='Needed::(ordering|step)\('
read -ra names < <(grep -rhoE "$made"'"[a-z_]+"' src | cut -d'"' -f2 | sort -u | xargs)
[ ${#names[@]} = "$(grep -rhoE "$made" src | wc -l)" ] || { echo "names: ${names[*]}: too few" && exit 1; }

program=$(cargo rustc -p nunchi --lib --profile bench --features allocator,protobuf --locked --message-format=json |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')
# One thread a program: threads of one would wait for each other whenever a model maps its stacks.
models() { timeout 5m "$program" --test-threads 1 --exact "$@"; }
all=$("$program" --list ::loom | sed -n 's/: test$//p')
models $all

# without NAME: runs the models without what has this name, up to the first that fails; those of its
# own part of the code first, as others seldom see the difference.
without() {
    local log=$CARGO_TARGET_DIR/$1.log status=0 file part own others
    file=$(grep -rlE "$made\"$1\"" src)
    part=$(cut -d/ -f2,3 <<<"${file%.rs}" | sed 's|/|::|')
    own=$(grep "^$part" <<<"$all" || true) others=$(grep -v "^$part" <<<"$all" || true)
    { export NUNCHI_LOOM_WEAK=$1; [ -z "$own" ] || models $own && models $others; } 2>&1 | sed '/^test .* FAILED$/q' >"$log" || status=$?
    if grep -q '^test .* FAILED$' "$log"; then
        sed -n "s/^test \(.*\) \.\.\. FAILED$/caught: $1, by \1/p" "$log"
    elif [ $status = 139 ] || [ $status = 134 ]; then # It followed a pointer to what it cannot see yet.
        echo "caught: $1, by a crash"
    else
        cat "$log" && echo "NOT caught: $1"
    fi
}
export program all made && export -f models without
log=$CARGO_TARGET_DIR/weakened.log
printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I '{}' bash -o pipefail -c 'without {}' | tee "$log"
caught=$(grep -c '^caught: ' "$log" || true)
echo "orderings: $caught of ${#names[@]} proven to be needed"
[ "$caught" = ${#names[@]} ]
