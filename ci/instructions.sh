#!/usr/bin/env bash
# Proves that no operation of benches/instructions.rs takes more instructions than
# benches/instructions.txt says, by more than 1 % or half an instruction, whichever is more; 4 % where
# labels are hashed, as the seed decides what collides. `--record` writes down what it finds;
# operations within the limits keep their number, so that small steps add up to one that shows.
set -euo pipefail
cd "$(dirname "$0")/.."
record=benches/instructions.txt work=build/instructions percent=1
host=$(rustc -vV | sed -n 's/^host: //p')
here="${host%%-*}, $(rustc --version), $(getconf GNU_LIBC_VERSION || echo another C library)"
there=$(sed -n 's/^# On //p' $record)
if ! valgrind --version 2>/dev/null; then
    echo "SKIP counting instructions: it needs valgrind, which ci/install.sh could not get"
    exit 77
elif [ "${1-}" = --record ]; then
    [ "$there" = "$here" ] || percent=0
elif [ "${there%%,*}" != "${here%%,*}" ]; then
    echo "SKIP comparing instructions: they were recorded on ${there%%,*}, and this is ${here%%,*}"
    exit 77
elif [ "$there" != "$here" ]; then
    percent=25
    echo "SKIP the limit of 1 %, $percent % will do: recorded on $there; this is $here"
fi

# The C library copies and compares by what the processor can do; all shall count the same.
tunables=GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-BMI2,-ERMS,-FSRM,-AVX_Fast_Unaligned_Load
tool="valgrind -q --tool=callgrind --dump-after=*end_of_count* --callgrind-out-file=$work/counts"
tool+=" --dump-line=no --compress-strings=no --compress-pos=no"
rm -rf $work && mkdir -p $work
runner=${host^^}
declare -x "CARGO_TARGET_${runner//-/_}_RUNNER=env $tunables $tool"
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS
# In one unit, since what is inlined from one to another depends on the path of the checkout.
cargo bench -p nunchi --all-features --locked --config profile.bench.package.nunchi.codegen-units=1 \
    --bench instructions >$work/operations

# Of the two counts for each operation, the first is of what came before it.
times=$(sed -n 's/^times //p' $work/operations) part=0
while read -r operation; do
    part=$((part + 2))
    awk -v operation="$operation" -v times="$times" -v file=$work/counts.$part '
        /^totals:/ { printf "%s | %.2f | %s\n", operation, $2 / times, file }' $work/counts.$part
done < <(sed -n 's/^operation //p' $work/operations) >$work/now

: >$work/failed
awk -F ' *[|] *' -v percent=$percent -v work=$work '
    BEGIN { printf "%-52s | %9s | %9s\n", "instructions", "recorded", "found" }
    FILENAME ~ /txt$/ { if (!/^#/) recorded[$1] = $2; next }
    {
        was = recorded[$1]; found = $2; keep = found; says = ""
        limit = was * (percent == 1 && $1 ~ / labels / ? 4 : percent) / 100
        if (limit < 0.5 && percent > 0) limit = 0.5
        if (was == "") { was = "-"; says = "NOT RECORDED" }
        else if (found > was + limit) says = "MORE"
        else if (found < was - limit) says = "less: record it"
        else keep = was
        delete recorded[$1]
        printf "%-52s | %9s | %9s%s\n", $1, was, found, says == "" ? "" : " | " says
        printf "%-52s | %9s\n", $1, keep >(work "/record")
        if (says ~ /^[MN]/) printf "%s: %s recorded, %s found|%s\n", $1, was, found, $3 >(work "/failed")
    }
    END { for (gone in recorded) printf "%s: recorded, but not found|\n", gone >(work "/failed") }
' $record $work/now

if [ "${1-}" = --record ]; then
    {
        sed -n '/^# On /q; /^#/p' $record
        echo "# On $here"
        cat $work/record
    } >$work/new
    mv $work/new $record
    exit
fi
# Where the instructions of a failed operation are now: the most expensive functions.
while IFS='|' read -r failure counts; do
    echo "FAILED $failure"
    [ -z "$counts" ] || awk -v times="$times" '
        /^fn=/ { name = substr($0, 4) }
        /^calls=/ { getline; next } # What the function called took that; it has a part of its own.
        /^[0-9]/ { own[name] += $2 }
        END { for (name in own) printf "%14.2f in %s\n", own[name] / times, name }
    ' "$counts" | sort -rn | head -5
done <$work/failed
[ ! -s $work/failed ]
