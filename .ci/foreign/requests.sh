#!/usr/bin/env bash
# Requests: ours as OpenSSL and GnuTLS take them, and theirs as replica-pki takes them.   usage: requests.sh WORK
#
# The variable PROGRAM names replica-pki; pyca_request.py does the same with PyPI's `cryptography`.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
work=$1/requests
here=$(cd "$(dirname "$0")" && pwd)
readonly broker=broker.atwork.at
readonly vectors=$here/../../pki-core/tests/it/vectors

main() {
    mkdir "$work"
    echo 'a password for the answers' >"$work/password"
    "$PROGRAM" root --name First --for "$host4" --for "$broker" --out "$work" --key rsa-2048 >/dev/null
    openssl x509 -inform DER -in "$work/First.cer" -out "$work/root.pem"
    ours
    by_openssl
    by_gnutls
    by_python
    by_certreq
}

ours() {
    local csr=$work/ours/$host4.csr
    ok 'replica-pki makes a request' "$PROGRAM" request "$host4" --also "$broker" --key rsa-2048 --out "$work/ours"
    says 'OpenSSL finds its signature good' 'self-signature verify OK' openssl req -in "$csr" -verify -noout
    says 'OpenSSL reads its name' "subject=CN = $host4\$" openssl req -in "$csr" -noout -subject
    says 'OpenSSL reads its further names' "DNS:$host4, DNS:$broker" openssl req -in "$csr" -noout -text
    says 'GnuTLS finds its signature good' 'Self signature: verified' certtool --crq-info --infile "$csr"
    says 'GnuTLS reads its names' "DNSname: $broker" certtool --crq-info --infile "$csr"
    ok 'the key belongs to the request' same \
        "$(openssl req -in "$csr" -noout -pubkey)" "$(openssl pkey -in "$work/ours/$host4.key.pem" -pubout)"
    changed_is_refused "$csr"
    answered ours "$csr" "$work/ours/$host4.key.pem"
}

# A request whose name was changed, as proof that the checks above are no formality.
changed_is_refused() {
    openssl req -in "$1" -outform DER | sed "s/$host4/HOST5.atwork.at/" >"$work/changed.der"
    refused 'control: OpenSSL finds a changed request wrong' 'verify failure|verify error' \
        is_good openssl req -inform DER -in "$work/changed.der" -verify -noout
    refused 'replica-pki refuses a changed request' 'its signature was not made by its own key' answer changed "$work/changed.der"
}

# OpenSSL's req ends with 0 whatever it finds.
is_good() {
    "$@" 2>&1 | tee /dev/stderr | grep -q 'verify OK'
}

by_openssl() {
    openssl req -new -newkey rsa:2048 -noenc -keyout "$work/openssl.key" -subj "/CN=$host4" \
        -addext "subjectAltName = DNS:$host4, DNS:$broker" -out "$work/openssl.csr" 2>/dev/null
    answered OpenSSL "$work/openssl.csr" "$work/openssl.key"
    openssl req -in "$work/openssl.csr" -outform DER -out "$work/openssl.der"
    ok 'replica-pki takes the same request in DER' answer openssl-der "$work/openssl.der"
    openssl req -new -key "$work/openssl.key" -sha1 -subj "/CN=$host4" -out "$work/sha1.csr"
    refused "replica-pki refuses OpenSSL's request with SHA-1" 'SHA-1' answer sha1 "$work/sha1.csr"
    openssl req -new -newkey rsa:1024 -noenc -keyout "$work/small.key" -subj "/CN=$host4" -out "$work/small.csr" 2>/dev/null
    refused "replica-pki refuses OpenSSL's request with a key of 1024 bits" '1024' answer small "$work/small.csr"
}

by_gnutls() {
    printf '%s\n' "cn = \"$host4\"" "dns_name = \"$host4\"" "dns_name = \"$broker\"" >"$work/template"
    certtool --generate-privkey --key-type rsa --bits 2048 --outfile "$work/gnutls.pkcs1" 2>/dev/null
    certtool --generate-request --load-privkey "$work/gnutls.pkcs1" --template "$work/template" \
        --outfile "$work/gnutls.csr" 2>/dev/null
    # GnuTLS writes the key in its older form, too.
    openssl pkcs8 -topk8 -nocrypt -in "$work/gnutls.pkcs1" -out "$work/gnutls.key"
    answered GnuTLS "$work/gnutls.csr" "$work/gnutls.key"
}

by_python() {
    python3 "$here/pyca_request.py" "$work/python.csr" "$work/python.key" "$host4" "$broker"
    answered cryptography "$work/python.csr" "$work/python.key"
}

# Its key was thrown away, so that it ends with the answer.
by_certreq() {
    ok "replica-pki answers a request in certreq's form" answer certreq "$vectors/certreq.der"
    verifies certreq
    printf -- '-----BEGIN NEW CERTIFICATE REQUEST-----\r\n%s\r\n-----END NEW CERTIFICATE REQUEST-----\r\n' \
        "$(openssl base64 -in "$vectors/certreq.der")" >"$work/certreq.txt"
    ok "replica-pki answers it in certreq's kind of PEM" answer certreq-pem "$work/certreq.txt"
}

# answered WHO REQUEST KEY: the request is answered, and answer and key become a PFX that others open.
answered() {
    local who=$1 key=$3 pfx=$work/pfx-$1/$host4.pfx
    ok "replica-pki answers the request of $who" answer "$who" "$2"
    verifies "$who"
    ok "the answer to $who has the key of the request" same "$(openssl pkey -in "$key" -pubout)" \
        "$(openssl x509 -inform DER -in "$work/answer-$who/$host4.cer" -noout -pubkey)"
    ok "replica-pki joins the answer to $who with its key" "$PROGRAM" accept --key "$key" \
        --certificate "$work/answer-$who/$host4.cer" --root "$work/First.cer" --out "$work/pfx-$who" \
        --password-file "$work/password"
    says "OpenSSL opens the PFX of $who" "friendlyName: $host4 Hyper-V Replica" \
        openssl pkcs12 -in "$pfx" -passin "file:$work/password" -noenc
    says "GnuTLS opens the PFX of $who" 'MAC: SHA256' explain "$pfx"
    says "keytool opens the PFX of $who" 'PrivateKeyEntry' \
        keytool -list -keystore "$pfx" -storetype PKCS12 -storepass:file "$work/password"
    ok "cryptography opens the PFX of $who" python3 "$here/pyca_request.py" --open "$pfx" "$work/password" "$key"
}

# answer NAME REQUEST
answer() {
    "$PROGRAM" leaf --request "$2" --root "$work/First.cer" --root-key "$work/First.key.pem" --out "$work/answer-$1"
}

verifies() {
    local leaf=$work/answer-$1.pem name
    openssl x509 -inform DER -in "$work/answer-$1/$host4.cer" -out "$leaf"
    for name in "$host4" "$broker"; do
        ok "OpenSSL trusts the answer to $1 as $name" openssl verify -x509_strict -no-CApath -no-CAstore \
            -CAfile "$work/root.pem" -purpose sslserver -verify_hostname "$name" "$leaf"
    done
}

# certtool asks for the password on the terminal; without one it reads its input.
explain() {
    setsid --wait certtool --p12-info --inraw --infile "$1" <"$work/password" 2>&1
}

main
