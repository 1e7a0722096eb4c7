#!/usr/bin/env bash
# What `protect` leaves below private/, for OpenSSL.   usage: protect.sh WORK
#
# The variable PROGRAM names replica-pki.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
work=$1/protect
mesh=$work/mesh

main() {
    local plain
    mkdir "$work"
    cp -r "$1/kits/per-host-modern" "$mesh"
    echo 'correct horse battery staple' >"$work/passphrase"
    echo 'staple battery horse correct' >"$work/wrong"
    plain=$(cat "$(key "$host4")")
    ok 'protect seals what is below private/' "$PROGRAM" protect --dir "$mesh" --passphrase-file "$work/passphrase"
    for host in "$host4" "$host5"; do
        says "$host: OpenSSL sees how the key is sealed" \
            'PBES2.*PBKDF2.*INTEGER +:0927C0.*hmacWithSHA256.*aes-256-cbc' structure "$(key "$host")"
        ok "$host: OpenSSL opens the key, and it is the root's" same "$(key_of_root "$host")" "$(opened "$host" passphrase)"
        refused "$host: OpenSSL does not open it with another passphrase" 'bad decrypt|unable to|Error' opened "$host" wrong
        refused "$host: the password is not there to be read" 'BEGIN PROTECTED PASSWORD' \
            not_protected "$mesh/private/passwords/$host.txt"
    done
    ok 'unprotect gives it back' "$PROGRAM" unprotect --dir "$mesh" --passphrase-file "$work/passphrase"
    ok 'the key is what it was' same "$plain" "$(cat "$(key "$host4")")"
}

key() {
    echo "$mesh/private/roots/$1.root.key.pem"
}

# 600,000 rounds are 0927C0 in hexadecimal.
structure() {
    openssl asn1parse -in "$1" | tr '\n' ' '
}

key_of_root() {
    openssl x509 -inform DER -in "$mesh/hosts/$1/trust/$1.root.cer" -noout -pubkey
}

opened() {
    openssl pkey -in "$(key "$1")" -passin "file:$work/$2" -pubout
}

not_protected() {
    cat "$1"
    ! grep -q 'PROTECTED PASSWORD' "$1"
}

main "$@"
