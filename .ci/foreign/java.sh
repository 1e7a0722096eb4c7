#!/usr/bin/env bash
# What Java's keytool says of PFX files.   usage: java.sh WORK
#
# Java's opinion of chains is asked in tls.sh. JDK 17 reads no name constraints of a root that it trusts.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
work=$1

pfx() {
    # The alias is the friendly name of the key bag, which has none: a number takes its place.
    says "$name: keytool opens the PFX and sees a key with leaf and root" \
        "contains 1 entry Alias name: 1 .*PrivateKeyEntry Certificate chain length: 2 .*Owner: CN=$host Issuer: " \
        list "$password"
    says "$name: keytool and OpenSSL agree on the leaf's SHA-256" "SHA256: $(sha256) " list "$password"
    refused "$name: keytool refuses a wrong password" 'password was incorrect' list "$work/wrong"
}

list() {
    keytool -list -v -keystore "$pfx" -storetype PKCS12 -storepass:file "$1" | tr -s '\n\t ' ' '
}

sha256() {
    openssl x509 -in "$pem/leaf.pem" -noout -fingerprint -sha256 | cut -d= -f2
}

echo 'not the password' >"$work/wrong"
for_each_kit "$work" pfx
