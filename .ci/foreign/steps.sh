#!/usr/bin/env bash
# What replica-pki itself promises of its commands: files, modes, exit codes.   usage: steps.sh WORK
#
# The variable PROGRAM names replica-pki. OpenSSL judges what the single steps make.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
work=$1
steps=$work/steps
private= # set by open_kit

files() {
    ok "$name: verify accepts the kit" "$PROGRAM" verify "$kit"
    ok "$name: the kit holds these files and nothing else" same "$(expected_files)" "$(cd "$kit" && find . -type f | sort)"
    ok "$name: no key lies in the kit in the clear" clear_of_keys "$kit"
    ok "$name: the PFX is for its owner alone" same 600 "$(stat -c %a "$pfx")"
    ok "$name: private/ is for its owner alone" same '' \
        "$(find "$private" \( -type d ! -perm 700 \) -o \( -type f ! -perm 600 \))"
    ok "$name: private/ holds the root's key and the password" test -s "$private/roots/$own_root.key.pem" -a -s "$password"
    says "$name: the manifest names the thumbprint as OpenSSL computes it" "$(thumbprint)" cat "$kit/manifest.json"
    exits 1 "$name: inspect cannot open the PFX with a wrong password" \
        "$PROGRAM" inspect "$pfx" --password-file "$work/wrong"
    ok "$name: inspect opens the PFX" "$PROGRAM" inspect "$pfx" --password-file "$password"
    exits 3 "$name: verify finds the host wrong under strange roots" \
        "$PROGRAM" verify "$kit/$host.cer" --root "$stranger/trust/$own_root.cer" --host "$host"
    exits 3 "$name: verify finds the host wrong under its partner's name" \
        "$PROGRAM" verify "$kit/$host.cer" --root "$kit/trust/$own_root.cer" --host "$partner"
    exits 3 "$name: verify finds a kit with a strange root wrong" "$PROGRAM" verify "$(with_a_strange_root)"
}

expected_files() {
    printf './%s\n' "$host.cer" "$host.pfx" install.cmd manifest.json
    case $set in
        per-host-*) printf './trust/%s.root.cer\n' "$host4" "$host5" ;;
        shared-*) echo ./trust/shared.root.cer ;;
    esac
    echo ./uninstall.cmd
}

clear_of_keys() {
    local file
    if grep -rl 'PRIVATE KEY' "$1"; then return 1; fi
    for file in "$1"/*.cer "$1"/trust/*; do
        openssl x509 -inform DER -in "$file" -outform DER | cmp - "$file" # a certificate and nothing behind it
    done
}

thumbprint() {
    openssl x509 -in "$pem/leaf.pem" -noout -fingerprint -sha1 | cut -d= -f2 | tr -d :
}

with_a_strange_root() {
    local copy=$work/altered/$host
    rm -rf "$work/altered"
    mkdir "$work/altered"
    cp -r "$kit" "$copy"
    cp "$stranger/trust/$own_root.cer" "$copy/trust/$own_root.cer"
    echo "$copy"
}

again() {
    local folder before
    for folder in "$work"/kits/*; do
        before=$(snapshot "$folder")
        says "${folder##*/}: issue again finds nothing to do" 'nothing to do: 2 hosts' "$PROGRAM" issue --dir "$folder"
        refused "${folder##*/}: issue refuses what contradicts the inventory" 'the command line says' \
            "$PROGRAM" issue --dir "$folder" --days 31
        ok "${folder##*/}: status finds nothing wrong" "$PROGRAM" status --dir "$folder"
        ok "${folder##*/}: and nothing there has changed" same "$before" "$(snapshot "$folder")"
    done
}

# Every file with its mode, time and content.
snapshot() {
    find "$1" -type f -printf '%m %T@ %p\n' | sort
    find "$1" -type f -exec sha256sum {} + | sort
}

manual_workflow() {
    local root=mycompanyFirstReplica
    mkdir "$steps"
    ok "root makes a root" "$PROGRAM" root --name "$root" --for "$host4" --out "$steps" --key rsa-2048
    ok "leaf makes a leaf" make_leaf "$host4"
    openssl x509 -in "$steps/$root.cer" -out "$work/steps-root.pem"
    openssl x509 -in "$steps/$host4.cer" -out "$work/steps-leaf.pem"
    says "the root has the name that was given" "subject=CN = $root\$" openssl x509 -in "$work/steps-root.pem" -noout -subject
    for purpose in sslserver sslclient; do
        ok "OpenSSL trusts the leaf, as $purpose" openssl verify -x509_strict -no-CApath -no-CAstore \
            -CAfile "$work/steps-root.pem" -purpose "$purpose" -verify_hostname "$host4" "$work/steps-leaf.pem"
    done
    ok "pkilint's chain linter finds nothing" lint_pkix_signer_signee_cert_chain lint --severity WARNING \
        "$steps/$root.cer" "$steps/$host4.cer"
    says "OpenSSL opens the leaf's PFX, with the Windows attributes" 'Microsoft Local Key set: <No Values>' \
        openssl pkcs12 -in "$steps/$host4.pfx" -passin "file:$work/right" -nocerts -noenc
    ok "the root's key and the PFX are for their owner alone" same $'600\n600' \
        "$(stat -c %a "$steps/$root.key.pem" "$steps/$host4.pfx")"

    refused "leaf refuses a host outside the root's constraints" '[Cc]onstraint' make_leaf "$host5"
    exits 1 "that is exit code 1" make_leaf "$host5"
    ok "and nothing is written for it" same '' "$(find "$steps" -name "$host5*")"
}

make_leaf() {
    "$PROGRAM" leaf "$1" --root "$steps/mycompanyFirstReplica.cer" --root-key "$steps/mycompanyFirstReplica.key.pem" \
        --out "$steps" --password-file "$work/right"
}

usage() {
    exits 2 "an unknown option is wrong usage" "$PROGRAM" issue "$host4" --no-such-option
    exits 2 "a missing argument is wrong usage" "$PROGRAM" root
    exits 1 "inspect cannot read a file that is not there" "$PROGRAM" inspect "$work/no-such-file"
    ok "--version is done" "$PROGRAM" --version
    ok "--help is done" "$PROGRAM" issue --help
}

echo 'not the password' >"$work/wrong"
echo 'a password for the single steps' >"$work/right"
for_each_kit "$work" files
again
manual_workflow
usage
