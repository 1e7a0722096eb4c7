#!/usr/bin/env bash
# What OpenSSL 3 says of chains and PFX files.   usage: openssl.sh WORK

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# No configuration of this machine: the default provider alone, without the legacy one.
export OPENSSL_CONF=/dev/null

chain() {
    local purpose trust
    for purpose in sslserver sslclient; do
        ok "$name: OpenSSL trusts the host on its own, as $purpose" \
            verify "$pem/trust.pem" "$purpose" "$host" "$pem/leaf.pem"
        ok "$name: OpenSSL trusts the host on its partner, as $purpose" \
            verify "$partner_pem/trust.pem" "$purpose" "$host" "$pem/leaf.pem"
        refused "$name: OpenSSL refuses the host under its partner's name, as $purpose" 'hostname mismatch' \
            verify "$pem/trust.pem" "$purpose" "$partner" "$pem/leaf.pem"
        refused "$name: OpenSSL refuses the host under strange roots of the same names, as $purpose" \
            'unable to get local issuer certificate|certificate signature failure' \
            verify "$stranger_pem/trust.pem" "$purpose" "$host" "$pem/leaf.pem"
        ok "$name: OpenSSL trusts what the root signs for its own host, as $purpose" \
            verify "$pem/trust.pem" "$purpose" "$host" "$pem/inside.pem"
        refused "$name: OpenSSL refuses what the root signs for an outsider, as $purpose" 'permitted subtree violation' \
            verify "$pem/trust.pem" "$purpose" "$outsider" "$pem/outside.pem"
    done
    # The root is a limit of its own: pathLen 0, and TLS only.
    for trust in 'Basic Constraints: critical.*CA:TRUE, pathlen:0' 'Key Usage: critical.*Certificate Sign, CRL Sign' \
        'Name Constraints: critical.*Permitted:.*DNS:'"$host" 'Extended Key Usage: *TLS Web Server Authentication, TLS Web Client'; do
        says "$name: OpenSSL reads in the root: ${trust%%:*}" "$trust" one_line "$pem/root.pem"
    done
}

# verify TRUST PURPOSE HOST LEAF
verify() {
    openssl verify -x509_strict -no-CApath -no-CAstore -CAfile "$1" -purpose "$2" -verify_hostname "$3" "$4"
}

# The text of a certificate on one line, so that a heading and its value can be matched together.
one_line() {
    openssl x509 -in "$1" -noout -text -certopt no_pubkey,no_sigdump | tr -s '\n ' ' '
}

pfx() {
    local mac encryption
    case $set in
        *-legacy)
            mac='MAC: sha1, Iteration 2000 MAC length: 20, salt length: 20 '
            encryption='pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2000 ' ;;
        *-modern)
            mac='MAC: sha256, Iteration 100000 MAC length: 32, '
            encryption='PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256 ' ;;
    esac
    says "$name: OpenSSL's default provider opens the PFX; its MAC is as documented" "$mac" explain
    says "$name: OpenSSL sees the key's encryption as documented" "Shrouded Keybag: $encryption" explain
    says "$name: OpenSSL sees the certificates' encryption as documented" "Encrypted data: $encryption" explain
    says "$name: OpenSSL sees the CSP of the key" \
        'Microsoft CSP Name: Microsoft RSA SChannel Cryptographic Provider ' explain_key
    says "$name: OpenSSL sees that the key goes to the machine" 'Microsoft Local Key set: <No Values>' explain_key
    says "$name: OpenSSL sees AT_KEYEXCHANGE inside the key" 'Key Attributes X509v3 Key Usage: 10 ' explain_key
    ok "$name: the key bag has no friendly name, which Windows would take for its container" nameless_key
    ok "$name: key and leaf carry the same localKeyID, the root none" one_local_key_id
    says "$name: OpenSSL sees the leaf under its friendly name" "friendlyName: $host Hyper-V Replica " explain
    ok "$name: the PFX holds the leaf, its key and its root" contents
    refused "$name: OpenSSL refuses a wrong password" 'invalid password' \
        openssl pkcs12 -in "$pfx" -passin env:WRONG -noout
}

# The whole PFX in words, without base64, on one line.
explain() {
    openssl pkcs12 -provider default -in "$pfx" -passin "file:$password" -info -noenc 2>&1 |
        grep -Ev '^[A-Za-z0-9+/=]+$' | tr -s '\n ' ' '
}

explain_key() {
    openssl pkcs12 -in "$pfx" -passin "file:$password" -nocerts -noenc | grep -Ev '^[A-Za-z0-9+/=]+$' | tr -s '\n ' ' '
}

nameless_key() {
    local text
    text=$(explain_key)
    [[ $text == *'BEGIN PRIVATE KEY'* && $text != *friendlyName* ]]
}

one_local_key_id() {
    local key leaf root
    key=$(local_key_ids -nocerts)
    leaf=$(local_key_ids -nokeys -clcerts)
    root=$(local_key_ids -nokeys -cacerts)
    [[ -n $key && $key == "$leaf" && -z $root ]]
}

local_key_ids() {
    openssl pkcs12 -in "$pfx" -passin "file:$password" -noenc "$@" | sed -n 's/^ *localKeyID: *//p'
}

contents() {
    openssl pkcs12 -in "$pfx" -passin "file:$password" -nokeys -clcerts | openssl x509 | cmp - "$pem/leaf.pem"
    openssl pkcs12 -in "$pfx" -passin "file:$password" -nokeys -cacerts | openssl x509 | cmp - "$pem/root.pem"
    openssl pkcs12 -in "$pfx" -passin "file:$password" -nocerts -noenc | openssl pkey -pubout |
        cmp - <(openssl x509 -in "$pem/leaf.pem" -noout -pubkey)
}

export WRONG='not the password'
for_each_kit "$1" chain
for_each_kit "$1" pfx
