#!/usr/bin/env bash
# Gets Prometheus 2.42 and the newest 3.x, both with promtool, from Debian's packages: unpacked under
# build/prometheus, so that two majors stand side by side and the system is left as it is; with the
# older one, node_exporter.
# What is there and runs is kept.
set -euo pipefail
cd "$(dirname "$0")/.."
top=$PWD
. /etc/os-release

# The mirror that the system itself uses.
mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $VERSION_CODENAME" |
        sort -u | head -1
}

# have SUITE PATTERN: prints the version; fails unless the programs run and the version matches.
have() {
    local bin=build/prometheus/$1 found
    found=$("$bin/prometheus" --version 2>&1 | head -1) && "$bin/promtool" --version &>/dev/null &&
        { [ "$1" != bookworm ] || "$bin/prometheus-node-exporter" --version &>/dev/null; } &&
        grep -qE "version $2" <<<"$found" && echo "$1: ${found%% (*}"
}

# fetch SUITE PACKAGE...: their programs, into build/prometheus/SUITE.
fetch() {
    local suite=$1 work=$top/build/apt/$1 deb
    shift
    rm -rf "$work" "build/prometheus/$suite"
    mkdir -p "$work"/{lists,cache/archives}/partial build/prometheus
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) $suite main" \
        >"$work/sources.list"
    # A mirror may lag behind; its index of a testing suite is then signed but past its date.
    cat >"$work/apt.conf" <<CONF
Dir::Etc { SourceList "$work/sources.list"; SourceParts "/dev/null"; Preferences "/dev/null"; PreferencesParts "/dev/null"; };
Dir::State { Lists "$work/lists"; Status "/dev/null"; }; Dir::Cache "$work/cache"; APT::Sandbox::User "root";
Acquire { Languages "none"; Check-Valid-Until "false"; Retries "3"; };
CONF
    (
        cd "$work" && export APT_CONFIG=$work/apt.conf && apt-get -qq update &&
            apt-get -qq download "$@" && for deb in *.deb; do dpkg -x "$deb" unpacked || exit; done
    ) && mv "$work/unpacked/usr/bin" "build/prometheus/$suite" && rm -r "$work"
}

# newest PATTERN SUITES PACKAGE...: from the first of the suites that has a matching version.
newest() {
    local pattern=$1 suites suite try
    read -ra suites <<<"$2"
    shift 2
    for suite in "${suites[@]}"; do have "$suite" "$pattern" && return; done
    [ -n "$(mirror)" ] || apt-get -qq update
    for try in 1 2 3; do
        for suite in "${suites[@]}"; do
            fetch "$suite" "$@" && have "$suite" "$pattern" && return
        done
        echo "try $try failed" && sleep $((try * 5))
    done
    echo "no Prometheus like $pattern in: ${suites[*]}" >&2 && return 1
}

newest '2\.' bookworm prometheus prometheus-node-exporter
# From trixie on, promtool is a package of its own.
newest '3\.' 'forky sid' prometheus promtool
