#!/usr/bin/env bash
# Mutual TLS on loopback between two kits, with OpenSSL and Java on either side.   usage: tls.sh WORK
#
# Each side has the identity from its own PFX, trusts its own trust folder alone and demands its partner's name. The
# server answers with a page that names the protocol and the client; only the page counts as success, because in TLS 1.3
# a client learns too late that it was turned away.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
work=$1
log=$work/server.log
# shellcheck source=servers.sh
source "$(dirname "$0")/servers.sh"
untrusted='unable to get local issuer certificate|self-signed certificate in certificate chain|certificate signature failure'

main() {
    trap stop EXIT
    javac -d "$work" "$(dirname "$0")/Handshake.java"
    for_each_kit "$work" open_identities
    for_each_kit "$work" handshakes
    for_each_kit "$work" constraints
}

# In what follows the kit that for_each_kit names is the server, and its partner the client.

handshakes() {
    local protocol
    strange_partner=${stranger%/*}/$partner
    strange_partner_pem=${stranger_pem%/*}/$partner

    serve_openssl "$pem/identity.pem" "$partner"
    for protocol in TLSv1.2 TLSv1.3; do
        clients OpenSSL "$untrusted" 'hostname mismatch'
    done
    stop

    serve_java "$partner"
    for protocol in TLSv1.2 TLSv1.3; do
        clients Java 'PKIX path' "the client's names are"
    done
    stop
}

# clients SERVER STRANGE MISNAMED: both kinds of clients, and what the server says of strange and of misnamed ones.
clients() {
    local own=$partner_pem/identity.pem
    served "$1" "its partner, OpenSSL" ask_openssl "$own" "$partner_pem/trust.pem" "$host"
    served "$1" "its partner, Java" ask_java "${kit%/*}/$partner/trust" "$host"

    refused "$name: OpenSSL does not trust $1 in $protocol under strange roots" "$untrusted" \
        ask_openssl "$own" "$strange_partner_pem/trust.pem" "$host"
    refused "$name: Java does not trust $1 in $protocol under strange roots" 'PKIX path' \
        ask_java "$strange_partner/trust" "$host"
    refused "$name: OpenSSL does not trust $1 in $protocol under a wrong name" 'hostname mismatch' \
        ask_openssl "$own" "$partner_pem/trust.pem" "$outsider"
    refused "$name: Java does not trust $1 in $protocol under a wrong name" 'No subject alternative DNS name matching' \
        ask_java "${kit%/*}/$partner/trust" "$outsider"

    turned_away "$1" "a stranger of its partner's name" "$2" \
        ask_openssl "$strange_partner_pem/identity.pem" "$partner_pem/trust.pem" "$host"
    turned_away "$1" "a client of another name" "$3" ask_openssl "$pem/identity.pem" "$partner_pem/trust.pem" "$host"
}

# Java takes no part here: JDK 17 reads no name constraints of a root that it trusts.
constraints() {
    local protocol
    for protocol in TLSv1.2 TLSv1.3; do
        serve_openssl "$pem/inside-identity.pem" "$partner"
        served OpenSSL "a client whose certificate lies inside the constraints, from one that does" \
            ask_openssl "$partner_pem/inside-identity.pem" "$partner_pem/trust.pem" "$host"
        stop
        serve_openssl "$pem/outside-identity.pem" "$partner"
        refused "$name: OpenSSL does not trust a server outside the root's constraints in $protocol" \
            'permitted subtree violation' ask_openssl "$partner_pem/identity.pem" "$partner_pem/trust.pem" "$outsider"
        stop
        serve_openssl "$pem/identity.pem" "$outsider"
        turned_away OpenSSL "a client outside its root's constraints" 'permitted subtree violation' \
            ask_openssl "$partner_pem/outside-identity.pem" "$partner_pem/trust.pem" "$host"
        stop
    done
}

# served SERVER WHOM COMMAND...
served() {
    says "$name: $1 serves, in $protocol, $2" "New, $protocol.*Verify return code: 0 \(ok\).*Subject: CN=$partner" \
        flat "${@:3}"
}

# turned_away SERVER WHOM REASON COMMAND...: the client gets no page, and the server says why.
turned_away() {
    refused "$name: $1 turns away, in $protocol, $2" "the server: .*($3)" no_page "$3" "${@:4}"
}

# What the programs of this folder need of a PFX in PEM: leaf and key.
open_identities() {
    {
        openssl pkcs12 -in "$pfx" -passin "file:$password" -nokeys -clcerts
        openssl pkcs12 -in "$pfx" -passin "file:$password" -nocerts -noenc
    } >"$pem/identity.pem"
    cat "$pem/inside.pem" "$work/forged.key" >"$pem/inside-identity.pem"
    cat "$pem/outside.pem" "$work/forged.key" >"$pem/outside-identity.pem"
}

# serve_openssl IDENTITY PEER
serve_openssl() {
    start openssl s_server -accept 127.0.0.1:0 -www -cert "$1" -key "$1" -CAfile "$pem/trust.pem" -no-CApath \
        -no-CAstore -Verify 1 -verify_return_error -x509_strict -verify_hostname "$2"
}

# serve_java PEER
serve_java() {
    start java -XX:TieredStopAtLevel=1 -cp "$work" Handshake server "$pfx" "$password" "$kit/trust" "$1"
}

# ask_openssl IDENTITY TRUST PEER
ask_openssl() {
    local version=tls1_${protocol#TLSv1.}
    printf 'GET / HTTP/1.0\r\n\r\n' | timeout 20 openssl s_client -connect "127.0.0.1:$port" -quiet "-$version" \
        -cert "$1" -key "$1" -CAfile "$2" -no-CApath -no-CAstore -verify 1 -verify_return_error -x509_strict \
        -servername "$3" -verify_hostname "$3"
}

# ask_java TRUST PEER
ask_java() {
    timeout 20 java -XX:TieredStopAtLevel=1 -cp "$work" Handshake client "${kit%/*}/$partner/$partner.pfx" "$private/passwords/$partner.txt" \
        "$1" "$2" "$port" "$protocol"
}

main
