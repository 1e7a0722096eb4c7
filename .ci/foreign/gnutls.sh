#!/usr/bin/env bash
# What GnuTLS's certtool says of chains and PFX files.   usage: gnutls.sh WORK

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

chain() {
    local role purpose
    for role in server client; do
        case $role in
            server) purpose=1.3.6.1.5.5.7.3.1 ;;
            client) purpose=1.3.6.1.5.5.7.3.2 ;;
        esac
        ok "$name: GnuTLS trusts the host on its own, as $role" \
            verify "$pem/trust.pem" "$purpose" "$host" "$pem/leaf.pem"
        ok "$name: GnuTLS trusts the host on its partner, as $role" \
            verify "$partner_pem/trust.pem" "$purpose" "$host" "$pem/leaf.pem"
        refused "$name: GnuTLS refuses the host under its partner's name, as $role" 'name .* does not match' \
            verify "$pem/trust.pem" "$purpose" "$partner" "$pem/leaf.pem"
        refused "$name: GnuTLS refuses the host under strange roots of the same names, as $role" \
            'issuer is unknown|signature .* invalid' \
            verify "$stranger_pem/trust.pem" "$purpose" "$host" "$pem/leaf.pem"
        ok "$name: GnuTLS trusts what the root signs for its own host, as $role" \
            verify "$pem/trust.pem" "$purpose" "$host" "$pem/inside.pem"
        refused "$name: GnuTLS refuses what the root signs for an outsider, as $role" 'constraints' \
            verify "$pem/trust.pem" "$purpose" "$outsider" "$pem/outside.pem"
    done
    refused "$name: GnuTLS refuses the host as a signer of code" 'does not match the intended purpose' \
        verify "$pem/trust.pem" 1.3.6.1.5.5.7.3.3 "$host" "$pem/leaf.pem"
}

# verify TRUST PURPOSE HOST LEAF
verify() {
    certtool --verify --verify-profile medium --load-ca-certificate "$1" --verify-purpose "$2" --verify-hostname "$3" \
        --infile "$4"
}

pfx() {
    local cipher mac
    case $set in
        *-legacy) mac='MAC: SHA1 .*Salt size: 20 Iteration count: 2000 ' cipher='PKCS12-3DES-SHA1 .*Iteration count: 2000 ' ;;
        *-modern) mac='MAC: SHA256 .*Iteration count: 100000 ' cipher='PBES2-AES256-CBC .*Salt size: 16 Iteration count: 100000 ' ;;
    esac
    says "$name: GnuTLS opens the PFX; its MAC is as documented" "$mac" explain "$password"
    says "$name: GnuTLS sees the key and its encryption" "Type: PKCS #8 Encrypted key .*Schema: $cipher" explain "$password"
    says "$name: GnuTLS sees the certificates and their encryption" \
        "Schema: $cipher.*Elements: 2 Type: Certificate Friendly name: $host Hyper-V Replica Key ID" explain "$password"
    refused "$name: GnuTLS refuses a wrong password" 'Message Authentication Code verification failed' explain <(echo 'not the password')
}

# certtool asks for the password on the terminal; without one it reads its input.
explain() {
    setsid --wait certtool --p12-info --inraw --infile "$pfx" <"$1" 2>&1 | grep -Ev '^[A-Za-z0-9+/=]+$' | tr -s '\n\t ' ' '
}

for_each_kit "$1" chain
for_each_kit "$1" pfx
