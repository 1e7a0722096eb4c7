#!/usr/bin/env bash
# Revocation lists, as OpenSSL, GnuTLS and PyPI's `cryptography` take them.   usage: lists.sh WORK
#
# The variable PROGRAM names replica-pki.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
work=$1/lists
here=$(cd "$(dirname "$0")" && pwd)
list=$work/first.crl

main() {
    make_leaves
    ok 'crl signs the first list' crl
    accepted 1 ''
    trusted "$host4" 'with the first list'
    trusted "$host5" 'with the first list'

    ok 'crl takes a certificate back' crl --revoke "$work/$host4.cer:keyCompromise"
    accepted 2 "$host4"
    revoked "$host4"
    trusted "$host5" 'with the second list'

    ok 'the next list still knows it' crl --days 7
    accepted 3 "$host4"
    revoked "$host4"
    trusted "$host5" 'with the third list'
    refused 'OpenSSL says when a list is out of date' 'CRL has expired' \
        verify "$host5" -attime "$(date -d '+8 days' +%s)"
    refused 'control: OpenSSL asks for a list' 'unable to get certificate CRL' verify_without_list "$host5"
    of_another_root
}

make_leaves() {
    local host
    mkdir "$work"
    echo 'a password' >"$work/password"
    "$PROGRAM" root --name First --for "$host4" --for "$host5" --out "$work" --key rsa-2048 >/dev/null
    openssl x509 -inform DER -in "$work/First.cer" -out "$work/root.pem"
    for host in "$host4" "$host5"; do
        "$PROGRAM" leaf "$host" --root "$work/First.cer" --root-key "$work/First.key.pem" --out "$work" --key rsa-2048 \
            --crl-url http://pki.atwork.at/first.crl --password-file "$work/password" >/dev/null
        openssl x509 -inform DER -in "$work/$host.cer" -out "$work/$host.pem"
    done
    says 'OpenSSL reads in the leaf where its list is' 'URI:http://pki.atwork.at/first.crl' \
        openssl x509 -in "$work/$host4.pem" -noout -ext crlDistributionPoints
}

crl() {
    "$PROGRAM" crl --root "$work/First.cer" --root-key "$work/First.key.pem" --out "$list" "$@"
}

# accepted NUMBER REVOKED: all three read the list, find its signature good, and see the same in it.
accepted() {
    openssl crl -inform DER -in "$list" -out "$work/list.pem"
    says "OpenSSL finds list $1 signed by its root" 'verify OK' \
        openssl crl -inform DER -in "$list" -CAfile "$work/root.pem" -noout
    says "OpenSSL reads the number of list $1" "crlNumber=0x0?$1\$" openssl crl -in "$work/list.pem" -noout -crlnumber
    says "OpenSSL reads version 2 in list $1" 'Version 2 \(0x1\)' openssl crl -in "$work/list.pem" -noout -text
    says "GnuTLS finds list $1 verified" 'Verification output: Verified' \
        certtool --verify-crl --load-ca-certificate "$work/root.pem" --infile "$work/list.pem"
    ok "cryptography finds list $1 signed and complete" python3 "$here/pyca_list.py" "$list" "$work/First.cer" "$1" \
        "${2:+$work/$2.cer}"
}

trusted() {
    ok "OpenSSL trusts $1 $2" verify "$1"
}

revoked() {
    refused "OpenSSL refuses $1" 'certificate revoked' verify "$1"
    says "OpenSSL reads why $1 was taken back" 'Key Compromise' openssl crl -in "$work/list.pem" -noout -text
    refused "GnuTLS refuses $1" 'certificate chain is revoked' certtool --verify --verify-profile medium \
        --load-ca-certificate "$work/root.pem" --load-crl "$work/list.pem" --infile "$work/$1.pem"
}

# verify HOST OPTION...
verify() {
    openssl verify -x509_strict -no-CApath -no-CAstore -CAfile "$work/root.pem" -crl_check -CRLfile "$work/list.pem" \
        -purpose sslserver -verify_hostname "$1" "${@:2}" "$work/$1.pem"
}

verify_without_list() {
    openssl verify -no-CApath -no-CAstore -CAfile "$work/root.pem" -crl_check "$work/$1.pem"
}

of_another_root() {
    "$PROGRAM" root --name First --for "$host4" --out "$work/other" --key rsa-2048 >/dev/null
    openssl x509 -inform DER -in "$work/other/First.cer" -out "$work/other.pem"
    refused 'control: OpenSSL does not find the list signed by another root of the same name' 'verify failure' \
        is_good openssl crl -in "$work/list.pem" -CAfile "$work/other.pem" -noout
    refused 'control: neither does GnuTLS' 'Not verified' \
        certtool --verify-crl --load-ca-certificate "$work/other.pem" --infile "$work/list.pem"
    refused 'replica-pki does not write over it for another root' 'is not overwritten' \
        "$PROGRAM" crl --root "$work/other/First.cer" --root-key "$work/other/First.key.pem" --out "$list"
}

# OpenSSL's crl ends with 0 whatever it finds.
is_good() {
    "$@" 2>&1 | tee /dev/stderr | grep -q 'verify OK'
}

main
