#!/usr/bin/env bash
# Mutual TLS on loopback between Schannel under Wine, with what `replica-pki install` put into the machine's stores, and
# OpenSSL as server.   usage: schannel.sh PROGRAM CLIENT WORK
#
# PROGRAM is replica-pki.exe, CLIENT its example schannel_client.exe; WORK is an empty folder. WINEPREFIX names a Windows
# that this script may change. Wine's Schannel is no server, so that the other direction cannot be tried.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
program=$1 client=$2 work=$(realpath "$3")
server=
port=
log=$work/server.log

main() {
    trap stop EXIT
    make_kits
    ok "install puts the kit of $host4 onto this Windows" wine "$program" install "$work/kits/hosts/$host4" --any-host \
        --password-file "$work/kits/private/passwords/$host4.txt"
    show_the_key_to_schannel

    serve kits "$host5" kits
    says "Schannel completes mutual TLS with OpenSSL" '^HTTP/1.0 200' ask "$port" "$host5"
    says "OpenSSL saw the client's certificate" "CN *= *$host4" cat "$log"
    refused "Schannel does not trust $host5 under another name" '0x800B010F' ask "$port" "$outsider"
    stop

    serve strangers "$host5" kits
    refused "Schannel does not trust a stranger of the name $host5" '0x800B0109|0x800B010A|trust status 0x(20|10000)' ask "$port" "$host5"
    stop

    serve kits "$host5" strangers
    refused "OpenSSL turns $host4 away where its root is not trusted" 'Error' ask "$port" "$host5"
    says "OpenSSL says why" 'unable to get local issuer certificate|certificate signature failure' cat "$log"
    stop

    ok "uninstall takes the kit back" wine "$program" uninstall "$work/kits/hosts/$host4"
    refused "then there is no certificate to show" 'no certificate of replica-pki' ask 1 "$host5"
}

# Two meshes of hosts with the same names, and each host's key, certificate and roots as OpenSSL takes them.
make_kits() {
    local set host folder
    for set in kits strangers; do
        wine "$program" issue "$host4" "$host5" --key rsa-2048 --dir "$work/$set" >/dev/null
        for host in "$host4" "$host5"; do
            folder=$work/$set/hosts/$host
            openssl pkcs12 -in "$folder/$host.pfx" -passin "file:$work/$set/private/passwords/$host.txt" -nodes \
                -out "$work/$set-$host.pem" 2>/dev/null
            openssl x509 -in "$folder/trust/$host4.root.cer" >"$work/$set-trust.pem"
            openssl x509 -in "$folder/trust/$host5.root.cer" >>"$work/$set-trust.pem"
        done
    done
}

# Wine's Schannel looks for keys among those of the user, and finds the machine's only there. Windows needs no such help.
show_the_key_to_schannel() {
    wine reg copy 'HKLM\Software\Wine\Crypto\RSA' 'HKCU\Software\Wine\Crypto\RSA' /s /f >/dev/null
}

# ask PORT SERVER
ask() {
    timeout 60 wine "$client" "$@"
}

# serve SET HOST TRUST: OpenSSL with a host's identity, demanding a client's certificate below the roots of TRUST. It
# serves one short file: Wine and the crate schannel wait for ever for a record of more than 2,048 bytes.
serve() {
    local attempt
    port=$((20000 + RANDOM % 20000))
    mkdir -p "$work/served"
    echo hello >"$work/served/page"
    (cd "$work/served" && exec openssl s_server -accept "127.0.0.1:$port" -tls1_2 -WWW -Verify 1 -verify_return_error \
        -cert "$work/$1-$2.pem" -CAfile "$work/$3-trust.pem" </dev/null >"$log" 2>&1) &
    server=$!
    for attempt in {1..100}; do
        grep -q ACCEPT "$log" && return
        sleep 0.1
    done
    echo "FAILED OpenSSL to serve ($attempt attempts)"
    return 1
}

stop() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
}

main
