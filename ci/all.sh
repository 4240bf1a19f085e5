#!/usr/bin/env bash
# Runs every job that guards this repository, each a script of this folder, and sums up. Names of
# jobs as arguments run only those; `install` comes first on a new machine. No job needs another
# one's results, and one that fails does not stop the rest.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0
jobs=("$@")
[ $# -gt 0 ] || jobs=(install fmt clippy features test docs msrv e2e judge bench-smoke instructions loom miri fuzz)

child=
trap '[ -z "$child" ] || kill "$child" 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM

mkdir -p build/ci
passed=0 failed=0 skipped=0 table=
for job in "${jobs[@]}"; do
    echo "=== $job" && started=$SECONDS
    # `timeout` makes a process group of the job, and ends all of it.
    timeout -k 10 20m bash "ci/$job.sh" </dev/null > >(tee "build/ci/$job.log") 2>&1 &
    child=$! status=0
    wait "$child" || status=$?
    child=
    case $status in
    0) outcome=passed passed=$((passed + 1)) ;;
    77) outcome=skipped skipped=$((skipped + 1)) ;;
    *) outcome="FAILED ($status)" failed=$((failed + 1)) ;;
    esac
    table+=$(printf '%-12s %5d s  %s' "$job" $((SECONDS - started)) "$outcome")$'\n'
done

echo "=== summary"
printf '%s' "$table"
printf '%-12s %5d s\n' total "$SECONDS"
for job in "${jobs[@]}"; do
    grep -h '^SKIP' "build/ci/$job.log" | sed "s/^/$job: /" || true
done
echo "jobs: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
