#!/usr/bin/env bash
# What packages bring besides the program: manual pages for groff, completions for bash, zsh and fish.
# usage: packing.sh WORK
#
# The variable PROGRAM names replica-pki.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
work=$1/packing

main() {
    local page
    mkdir "$work"
    ok 'man-pages writes the pages' "$PROGRAM" man-pages "$work/man"
    for page in "$work"/man/*.1; do
        ok "groff has no warning about ${page##*/}" silent groff -man -Tascii -ww -z "$page"
        says "${page##*/} has its sections" 'NAME.*SYNOPSIS.*DESCRIPTION.*EXAMPLES.*EXIT STATUS' in_words "$page"
    done
    refused 'control: groff warns about a request that it does not know' 'warning' silent groff -man -Tascii -ww -z "$(broken)"
    completions
}

completions() {
    local shell
    for shell in bash zsh fish; do
        "$PROGRAM" completions "$shell" >"$work/$shell"
        ok "$shell understands its completions" "$shell" -n "$work/$shell"
    done
    says 'bash knows what completes replica-pki' 'complete .*replica-pki' bash --norc -c "source '$work/bash'; complete -p replica-pki"
}

# silent COMMAND...: it must say nothing.
silent() {
    local said
    said=$("$@" 2>&1) || true
    printf '%s\n' "$said"
    [[ -z $said ]]
}

in_words() {
    groff -man -Tascii -P-cbu "$1" | tr -s '\n ' ' '
}

broken() {
    printf '.TH broken 1\n.NOSUCH request\n' >"$work/broken.1"
    echo "$work/broken.1"
}

main
