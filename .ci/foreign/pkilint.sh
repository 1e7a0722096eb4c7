#!/usr/bin/env bash
# What pkilint finds in roots, leaves and chains: nothing at WARNING or above.   usage: pkilint.sh WORK

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
work=$1

lint() {
    ok "$name: pkilint finds nothing in the root" clean lint_pkix_cert "$kit/trust/$own_root.cer"
    ok "$name: pkilint finds nothing in the leaf" clean lint_pkix_cert "$kit/$host.cer"
    ok "$name: pkilint finds nothing in the chain" \
        clean lint_pkix_signer_signee_cert_chain "$kit/trust/$own_root.cer" "$kit/$host.cer"
}

# clean LINTER FILE...: prints the findings, and fails where there is one.
clean() {
    local findings
    findings=$("$1" lint --severity WARNING --format CSV --document-format DER "${@:2}") || true
    printf '%s\n' "$findings"
    [[ $(grep -c . <<<"$findings") -eq 1 ]] # the heading
}

# The linters themselves are not asleep.
controls() {
    openssl req -x509 -key "$work/forged.key" -subj / -days 1 -outform DER -out "$work/nameless.cer"
    refused 'control: pkilint finds a root without a name' 'ERROR' clean lint_pkix_cert "$work/nameless.cer"
    refused 'control: pkilint finds a chain that is none' 'signature_verification_failed' \
        clean lint_pkix_signer_signee_cert_chain "$work/nameless.cer" "$work/kits/shared-modern/hosts/$host4/$host4.cer"
}

for_each_kit "$work" lint
controls
