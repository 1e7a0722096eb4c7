#!/usr/bin/env bash
# What NSS (Firefox's library) says of chains and PFX files.   usage: nss.sh WORK
#
# Host names are not looked at: certutil takes none.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
work=$1

chain() {
    local usage role
    for usage in V C; do
        case $usage in
            V) role=server ;;
            C) role=client ;;
        esac
        ok "$name: NSS trusts the host on its own, as $role" verify "$kit/trust" "$usage" "$kit/$host.cer"
        ok "$name: NSS trusts the host on its partner, as $role" \
            verify "${kit%/*}/$partner/trust" "$usage" "$kit/$host.cer"
        refused "$name: NSS refuses the host under strange roots of the same names, as $role" \
            "issuer is not recognized|invalid signature|has an invalid|not trusted" \
            verify "$stranger/trust" "$usage" "$kit/$host.cer"
        ok "$name: NSS trusts what the root signs for its own host, as $role" \
            verify "$kit/trust" "$usage" "$pem/inside.cer"
        refused "$name: NSS refuses what the root signs for an outsider, as $role" \
            'not permitted to issue a certificate with this name' verify "$kit/trust" "$usage" "$pem/outside.cer"
    done
    refused "$name: NSS refuses the host as a signer of code" 'not approved for application' \
        verify "$kit/trust" J "$kit/$host.cer"
}

# verify TRUST USAGE LEAF: TRUST is a folder of roots, all trusted for TLS and for whatever else NSS knows.
verify() {
    local root
    new_database
    for root in "$1"/*.cer; do
        certutil -A -d "$database" -n "$root" -t CT,C,C -i "$root"
    done
    certutil -A -d "$database" -n leaf -t ,, -i "$3"
    certutil -V -d "$database" -n leaf -u "$2" -e
}

pfx() {
    says "$name: NSS sees the leaf under its friendly name, with a private key" \
        "Certificate\(has private key\): .*Subject: \"CN=$host\" .*Friendly Name: $host Hyper-V Replica " list "$password"
    says "$name: NSS sees the encrypted key" 'Key\(shrouded\): ' list "$password"
    says "$name: NSS imports the PFX, key and leaf under the friendly name" "$host Hyper-V Replica u,u,u .*rsa [0-9a-f]{40} $host Hyper-V Replica " import
    refused "$name: NSS refuses a wrong password" SEC_ERROR_BAD_PASSWORD list "$work/wrong"
}

list() {
    new_database
    pk12util -l "$pfx" -d "$database" -w "$1" | one_line
}

import() {
    new_database
    pk12util -i "$pfx" -d "$database" -w "$password"
    { certutil -L -d "$database"; certutil -K -d "$database"; } | one_line
}

new_database() {
    rm -rf "$work/nss"
    mkdir "$work/nss"
    database=sql:$work/nss
    certutil -N -d "$database" --empty-password
}

one_line() {
    tr -s '\n\t ' ' '
}

echo 'not the password' >"$work/wrong"
for_each_kit "$work" chain
for_each_kit "$work" pfx
