#!/usr/bin/env bash
# What `replica-pki issue HOST...` does, with OpenSSL's command line: for each host a root with name constraints, a leaf,
# a PFX with a random password, and the roots of all. As few processes as OpenSSL can do it with; hosts run side by side.
#
# usage: openssl.sh FOLDER HOST...

set -euo pipefail
umask 077
folder=$1
shift

main() {
    local host pids=()
    mkdir -p "$folder"/private/{roots,passwords}
    for host in "$@"; do
        one_host "$host" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid"
    done
    for host in "$@"; do
        cp "$folder"/private/roots/*.cer "$folder/hosts/$host/trust"
    done
}

one_host() {
    local host=$1 kit=$folder/hosts/$1 roots=$folder/private/roots password=$folder/private/passwords/$1.txt
    local purposes='extendedKeyUsage=serverAuth,clientAuth'
    mkdir -p "$kit/trust"
    openssl rand -base64 21 >"$password"
    openssl req -x509 -newkey rsa:3072 -noenc -sha256 -days 3652 -subj "/CN=$host Replica Root" \
        -keyout "$roots/$host.root.key.pem" -out "$roots/$host.root.pem" -addext "$purposes" \
        -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
        -addext "nameConstraints=critical,permitted;DNS:$host" 2>/dev/null
    openssl req -x509 -newkey rsa:3072 -noenc -sha256 -days 730 -subj "/CN=$host" \
        -CA "$roots/$host.root.pem" -CAkey "$roots/$host.root.key.pem" \
        -keyout "$kit/key.pem" -out "$kit/leaf.pem" -addext "$purposes" -addext 'basicConstraints=critical,CA:FALSE' \
        -addext 'keyUsage=critical,digitalSignature,keyEncipherment' -addext "subjectAltName=DNS:$host" 2>/dev/null
    openssl pkcs12 -export -in "$kit/leaf.pem" -inkey "$kit/key.pem" -certfile "$roots/$host.root.pem" \
        -name "$host Hyper-V Replica" -keypbe AES-256-CBC -certpbe AES-256-CBC -iter 100000 -macalg sha256 \
        -passout "file:$password" -out "$kit/$host.pfx"
    openssl x509 -in "$kit/leaf.pem" -outform DER -out "$kit/$host.cer"
    openssl x509 -in "$roots/$host.root.pem" -outform DER -out "$roots/$host.root.cer"
    rm "$kit/key.pem" "$kit/leaf.pem" "$roots/$host.root.pem"
}

main "$@"
