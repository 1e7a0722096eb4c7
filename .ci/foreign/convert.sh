#!/usr/bin/env bash
# PFX files that `convert` writes, from our own and from those of OpenSSL and Java.   usage: convert.sh WORK
#
# The variable PROGRAM names replica-pki. What OpenSSL reads of attributes, keys and certificates has to be the same before
# and after.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
work=$1/convert

main() {
    mkdir "$work"
    echo 'the old password' >"$work/old"
    echo 'the new password' >"$work/new"
    echo >"$work/empty"
    echo 'not the password' >"$work/wrong"
    of_kit "$1"
    of_openssl
    of_java
}

of_kit() {
    open_kit "$1" "$1/kits/per-host-modern/hosts/$host4"
    both_ways 'a kit' "$pfx" "$password"
}

# With the attributes of Windows, a chain, and the weakest algorithms that OpenSSL still writes.
of_openssl() {
    openssl pkcs12 -in "$pfx" -passin "file:$password" -noenc -out "$work/all.pem" 2>/dev/null
    openssl pkcs12 -export -in "$work/all.pem" -name 'a friendly name' -caname 'the name of the root' \
        -CSP 'Microsoft Enhanced RSA and AES Cryptographic Provider' -LMK -keyex -passout "file:$work/old" \
        -out "$work/openssl.pfx"
    both_ways "OpenSSL's file" "$work/openssl.pfx" "$work/old"
    openssl pkcs12 -export -legacy -in "$work/all.pem" -name 'an old file' -passout "file:$work/old" -out "$work/rc2.pfx"
    both_ways "OpenSSL's file with RC2" "$work/rc2.pfx" "$work/old"
    openssl pkcs12 -export -in "$work/all.pem" -passout pass: -out "$work/bare.pfx"
    both_ways "OpenSSL's file with the empty password" "$work/bare.pfx" "$work/empty"
}

of_java() {
    keytool -genkeypair -alias 'the first entry' -keyalg RSA -keysize 2048 -dname CN=java -keystore "$work/java.pfx" \
        -storetype PKCS12 -storepass:file "$work/old" 2>/dev/null
    keytool -genkeypair -alias 'an elliptic curve' -keyalg EC -groupname secp256r1 -dname CN=curve \
        -keystore "$work/java.pfx" -storepass:file "$work/old" 2>/dev/null
    openssl x509 -in "$pem/root.pem" -out "$work/root.pem"
    keytool -importcert -noprompt -alias 'a trusted root' -file "$work/root.pem" -keystore "$work/java.pfx" \
        -storepass:file "$work/old" 2>/dev/null
    both_ways "Java's file" "$work/java.pfx" "$work/old"
    says 'keytool sees in the converted file both keys of Java, and the root as trusted' \
        'contains 3 entries.*a trusted root.*trustedCertEntry' list "$work/modern.pfx"
}

# both_ways WHOSE FILE PASSWORD: leaves the results in $work/legacy.pfx and $work/modern.pfx.
both_ways() {
    local encoding windows protection expected
    expected=$(contents "$2" "$3")
    [[ -n $expected ]]
    for encoding in legacy modern; do
        case $encoding in
            legacy) windows=2012r2 protection='MAC: sha1, Iteration 2000 .*pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2000' ;;
            modern) windows=2019 protection='MAC: sha256, Iteration 100000 .*PBES2, PBKDF2, AES-256-CBC, Iteration 100000' ;;
        esac
        rm -f "$work/$encoding.pfx"
        ok "convert makes $encoding of $1" "$PROGRAM" convert "$2" --out "$work/$encoding.pfx" --windows "$windows" \
            --password-file "$3" --new-password-file "$work/new"
        says "OpenSSL sees $encoding in $1 converted" "$protection" explain "$work/$encoding.pfx"
        ok "OpenSSL sees the same keys, certificates and attributes in $1 converted to $encoding" \
            same "$expected" "$(contents "$work/$encoding.pfx" "$work/new")"
        says "keytool opens $1 converted to $encoding" 'Entry' list "$work/$encoding.pfx"
        refused "the old password does not open $1 converted to $encoding" 'invalid password' \
            openssl pkcs12 -in "$work/$encoding.pfx" -passin "file:$work/wrong" -noout
    done
}

explain() {
    openssl pkcs12 -in "$1" -passin "file:$work/new" -info -noenc 2>&1 | tr -s '\n ' ' '
}

# Everything that OpenSSL shows. The order of attributes, which form a set, says nothing; nor does that of the two parts.
contents() {
    openssl pkcs12 -legacy -in "$1" -passin "file:$2" -noenc 2>&1 | sort
}

list() {
    keytool -list -v -keystore "$1" -storetype PKCS12 -storepass:file "$work/new" 2>&1 | tr -s '\n\t ' ' '
}

main "$1"
