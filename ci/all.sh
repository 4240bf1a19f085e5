#!/usr/bin/env bash
# Runs every job that guards this repository, each a script of this folder, and sums up. Names of
# jobs as arguments run only those; `install` comes first on a new machine. No job needs another
# one's results, and one that fails does not stop the rest.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0
jobs=("$@")
# Those with a plus between them run at the same time: each of them leaves a processor idle, builds
# somewhere else, and does not mind how long something takes.
[ $# -gt 0 ] || jobs=(install fmt clippy features test docs msrv e2e judge bench-smoke instructions+loom miri+fuzz)

children=()
trap '[ ${#children[@]} = 0 ] || kill "${children[@]}" 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM

mkdir -p build/ci
passed=0 failed=0 skipped=0 table=
for group in "${jobs[@]}"; do
    IFS=+ read -ra together <<<"$group"
    children=() prefix=
    for job in "${together[@]}"; do
        echo "=== $job" && rm -f "build/ci/$job.seconds"
        [ ${#together[@]} = 1 ] || prefix="$job: "
        # `timeout` makes a process group of the job, and ends all of it.
        timeout -k 10 20m bash -c 'bash "ci/$0.sh"; status=$?; echo $SECONDS >"build/ci/$0.seconds"; exit $status' \
            "$job" </dev/null > >(tee "build/ci/$job.log" | sed -u "s/^/$prefix/") 2>&1 &
        children+=($!)
    done
    for at in "${!together[@]}"; do
        job=${together[at]} status=0
        wait "${children[at]}" || status=$?
        case $status in
        0) outcome=passed passed=$((passed + 1)) ;;
        77) outcome=skipped skipped=$((skipped + 1)) ;;
        *) outcome="FAILED ($status)" failed=$((failed + 1)) ;;
        esac
        took=$(cat "build/ci/$job.seconds" 2>/dev/null || echo '?')
        table+=$(printf '%-12s %5s s  %s' "$job" "$took" "$outcome")$'\n'
    done
    children=()
done

echo "=== summary"
printf '%s' "$table"
printf '%-12s %5d s\n' total "$SECONDS"
for job in ${jobs[*]//+/ }; do
    grep -h '^SKIP' "build/ci/$job.log" | sed "s/^/$job: /" || true
done
echo "jobs: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
