#!/usr/bin/env bash
# Renewal and the rollover of roots, by mutual TLS between hosts that have installed their new kits and hosts that have
# not yet: at every step of the order of work every host reaches every other.   usage: renewal.sh WORK
#
# The variable PROGRAM names replica-pki. A host that has installed a kit shows the identity of that kit and trusts the
# kit's trust folder alone; what earlier kits left on it would only make it trust more.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
work=$1/renewal
log=$work/server.log
# shellcheck source=servers.sh
source "$(dirname "$0")/servers.sh"
readonly hosts=("$host4" "$host5" HOST6.atwork.at)

main() {
    local shape
    mkdir "$work"
    trap stop EXIT
    for shape in per-host shared; do
        renewal "$shape"
        rollover "$shape"
        replacement "$shape"
    done
}

# One host gets a new certificate from its old root; nobody else does anything.
renewal() {
    new_mesh "renewal, $1" --trust "$1"
    all_talk 'before anything'
    ok "$mesh: renew makes a new certificate for $host4" pki renew "$host4"
    all_talk 'before it is installed'
    install "$host4"
    all_talk "when $host4 has installed it"
    ok "$mesh: renew --finish ends it" pki renew --finish
    install "$host4"
    all_talk 'in the end'
    ok "$mesh: renew --new-key makes a new key too" pki renew "$host5" --new-key
    install "$host5"
    all_talk "when $host5 has installed it"
    refused "$mesh: the key is another one" 'the keys differ' same_key "$host5"
}

rollover() {
    new_mesh "rollover, $1" --trust "$1" --root-days 100 --days 30
    keep retired
    all_talk 'before anything'

    refused "$mesh: phase 2 cannot come first" 'renew' pki renew --roots-installed
    ok "$mesh: renew begins phase 1, because the roots end soon" pki renew --within 101d
    all_talk 'in phase 1, before anybody has installed anything'
    refused "$mesh: phase 1 cannot be left by finishing" 'renew .*--roots-installed' pki renew --finish
    everybody_installs 'in phase 1'

    ok "$mesh: renew --roots-installed begins phase 2" pki renew --roots-installed
    all_talk 'in phase 2, before anybody has installed anything'
    everybody_installs 'in phase 2'

    ok "$mesh: renew --finish ends it" pki renew --finish
    all_talk 'at the end, before anybody has installed anything'
    everybody_installs 'at the end'
    retired_roots_are_refused
}

# A host gets another root. In the order that `issue` prints: every host installs its kit and goes on using its old
# certificate, then one after the other changes over, then the old roots go.
replacement() {
    local host
    new_mesh "replacement, $1" --trust "$1"
    keep before
    ok "$mesh: issue --replace makes a new root" pki issue --replace "$host4"
    for host in "${hosts[@]}"; do
        install_beside_before "$host"
        cp "$folder/before/$host/identity.pem" "$installed/$host"
        all_talk "when $host has installed its kit and uses its old certificate"
    done
    for host in "${hosts[@]}"; do
        install_beside_before "$host"
        all_talk "when $host has changed over"
    done
    everybody_installs 'without the old roots'
}

# Installs one kit after the other, and lets everybody talk after each.
everybody_installs() {
    local host
    for host in "${hosts[@]}"; do
        install "$host"
        all_talk "$1, when $host has installed its kit too"
    done
}

# Whoever still shows a certificate of a root that is gone is turned away, and is not trusted as a server.
retired_roots_are_refused() {
    local refusal='unable to get local issuer certificate|self-signed certificate in certificate chain|certificate signature failure'
    serve "$installed/$host4"
    refused "$mesh: at the end $host4 turns away a certificate below $host5's retired root" "the server: .*($refusal)" \
        no_page "$refusal" ask "$folder/retired/$host5/identity.pem" "$installed/$host5/trust.pem" "$host4"
    stop
    serve "$folder/retired/$host5" # with the certificate from before, and trusting whom it did then
    refused "$mesh: at the end $host4 does not trust $host5 as a server with its retired certificate" "$refusal" \
        ask "$installed/$host4/identity.pem" "$installed/$host4/trust.pem" "$host5"
    stop
    ok "$mesh: at the end no retired root is in any kit or in the folder" no_old_roots
}

no_old_roots() {
    local shared
    shared=$(comm -12 <(sort -u "$folder"/retired/*/roots) <(sort -u "$installed"/*/roots))
    echo "in both: $shared"
    [[ -s $folder/retired/$host4/roots && -s $installed/$host4/roots && -z $shared ]]
    [[ $(find "$folder/mesh/private/roots" -name '*.cer' | wc -l) -eq $(wc -l <"$installed/$host4/roots") ]]
}

# all_talk WHEN: every host, as it is installed now, serves every other one.
all_talk() {
    local from to
    for to in "${hosts[@]}"; do
        serve "$installed/$to"
        for from in "${hosts[@]}"; do
            [[ $from != "$to" ]] || continue
            says "$mesh: $from reaches $to $1" "Verify return code: 0 \(ok\).*Subject: CN=$from" \
                flat ask "$installed/$from/identity.pem" "$installed/$from/trust.pem" "$to"
        done
        stop
    done
}

# new_mesh NAME OPTION...: a mesh of all hosts, its kits installed.
new_mesh() {
    local host
    mesh=$1
    folder=$work/${1//[ ,]/}
    installed=$folder/installed
    mkdir -p "$installed"
    pki issue "${hosts[@]}" --key rsa-2048 "${@:2}" >/dev/null
    for host in "${hosts[@]}"; do
        install "$host"
    done
}

pki() {
    "$PROGRAM" "$@" --dir "$folder/mesh"
}

# What a host has after it installed its kit.
install() {
    local kit=$folder/mesh/hosts/$1 password=$folder/mesh/private/passwords/$1.txt root
    mkdir -p "$installed/$1"
    {
        openssl pkcs12 -in "$kit/$1.pfx" -passin "file:$password" -nokeys -clcerts
        openssl pkcs12 -in "$kit/$1.pfx" -passin "file:$password" -nocerts -noenc
    } >"$installed/$1/identity.pem" 2>/dev/null
    for root in "$kit"/trust/*.cer; do
        openssl x509 -inform DER -in "$root"
    done >"$installed/$1/trust.pem"
    for root in "$kit"/trust/*.cer; do
        sha256sum <"$root"
    done >"$installed/$1/roots"
}

# Installing takes no root away.
install_beside_before() {
    install "$1"
    cat "$folder/before/$1/trust.pem" >>"$installed/$1/trust.pem"
}

# keep NAME: a copy of what every host has now.
keep() {
    cp -r "$installed" "$folder/$1"
}

# same_key HOST: whether the identity before and the one now have the same key.
same_key() {
    local before
    before=$(openssl pkcs12 -in "$folder/mesh/hosts/$1/previous/$1.pfx" \
        -passin "file:$folder/mesh/private/passwords/$1.txt" -nokeys -clcerts | openssl x509 -noout -pubkey)
    diff <(echo "$before") <(openssl x509 -in "$installed/$1/identity.pem" -noout -pubkey) >/dev/null || {
        echo 'the keys differ'
        return 1
    }
}

# serve IDENTITY_FOLDER
serve() {
    start openssl s_server -accept 127.0.0.1:0 -www -cert "$1/identity.pem" -key "$1/identity.pem" \
        -CAfile "$1/trust.pem" -no-CApath -no-CAstore -Verify 1 -verify_return_error -x509_strict
}

# ask IDENTITY TRUST HOST
ask() {
    printf 'GET / HTTP/1.0\r\n\r\n' | timeout 20 openssl s_client -connect "127.0.0.1:$port" -quiet -tls1_2 -cert "$1" \
        -key "$1" -CAfile "$2" -no-CApath -no-CAstore -verify 1 -verify_return_error -x509_strict -servername "$3" \
        -verify_hostname "$3"
}

main
