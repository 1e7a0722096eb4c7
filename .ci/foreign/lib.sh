# shellcheck shell=bash
# What the checks against foreign programs share. Sourced, never run.
#
# Each check is one line on stdout, "ok PROMISE" or "FAILED PROMISE"; `run` counts them. A failed check shows the
# command and what it printed, and the script goes on.

set -euo pipefail
export LC_ALL=C TZ=UTC
umask 077 # the scratch files hold keys

# ok PROMISE COMMAND...: the command must succeed.
ok() {
    local promise=$1
    capture "${@:2}"
    if [[ $code -eq 0 ]]; then passed "$promise"; else failed "$promise" "${@:2}"; fi
}

# says PROMISE WORDS COMMAND...: the command must succeed and print WORDS (an extended regular expression).
says() {
    local promise=$1 words=$2
    capture "${@:3}"
    if [[ $code -eq 0 ]] && grep -Eqe "$words" <<<"$output"; then passed "$promise"; else failed "$promise, saying /$words/" "${@:3}"; fi
}

# refused PROMISE REASON COMMAND...: the command must fail and print REASON (an extended regular expression), so that
# neither a missing program nor a mistyped option passes for a refusal.
refused() {
    local promise=$1 reason=$2
    capture "${@:3}"
    if [[ $code -ne 0 ]] && grep -Eqe "$reason" <<<"$output"; then passed "$promise"; else failed "$promise, because of /$reason/" "${@:3}"; fi
}

# exits CODE PROMISE COMMAND...: the command must end with that code.
exits() {
    local expected=$1 promise=$2
    capture "${@:3}"
    if [[ $code -eq $expected ]]; then passed "$promise"; else failed "$promise, with exit code $expected" "${@:3}"; fi
}

# for_each_kit WORK FUNCTION: calls the function once for every host's kit in WORK, with the variables of open_kit set.
for_each_kit() {
    local folder
    for folder in "$1"/kits/*/hosts/*/; do
        open_kit "$1" "${folder%/}"
        "$2"
    done
}

# open_kit WORK FOLDER: names the files of one host's kit, and the PEM copies that `prepare` made of them.
# shellcheck disable=SC2034 # used by those who source this file
open_kit() {
    local others
    kit=$2
    host=${kit##*/}
    set=${kit%/hosts/*}
    private=$set/private
    set=${set##*/}
    name="$set $host"
    pfx=$kit/$host.pfx
    password=$private/passwords/$host.txt
    case $host in
        "$host4") partner=$host5 ;;
        "$host5") partner=$host4 ;;
    esac
    # The strangers are hosts and roots of the same names, made by another run.
    case $set in
        per-host-modern) own_root=$host.root others=per-host-legacy ;;
        per-host-legacy) own_root=$host.root others=per-host-modern ;;
        shared-modern) own_root=shared.root others=shared-legacy ;;
        shared-legacy) own_root=shared.root others=shared-modern ;;
    esac
    stranger=$1/kits/$others/hosts/$host
    pem=$1/pem/$set/$host
    partner_pem=$1/pem/$set/$partner
    stranger_pem=$1/pem/$others/$host
}

# The hosts of every kit, and one that no root may sign for.
# shellcheck disable=SC2034 # used by those who source this file
readonly host4=HOST4.atwork.at host5=HOST5.atwork.at outsider=HOST9.atwork.at

# same EXPECTED FOUND
same() {
    diff <(printf '%s\n' "$1") <(printf '%s\n' "$2")
}

# Runs a command without input; sets code and output.
capture() {
    set +e
    output=$(set -e; "$@" 2>&1 </dev/null)
    code=$?
    set -e
}

passed() {
    printf 'ok %s\n' "$1"
}

failed() {
    printf 'FAILED %s (exit code %s)\n' "$1" "$code"
    {
        printf '$'
        printf ' %q' "${@:2}"
        printf '\n%s\n' "$output"
    } | sed -E 's/^(.{0,2000}).*/    | \1/; 60q'
}
