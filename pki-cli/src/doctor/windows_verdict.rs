//! What Windows' own chain engine says, in words.

/// The verdict as a clause of a sentence.
pub(super) fn in_words(code: u32) -> String {
    match (code, entry(code)) {
        (0, _) => "Windows accepts it".to_owned(),
        (_, Some((_, name, meaning, _))) => format!("Windows refuses it with 0x{code:08X} ({name}): {meaning}"),
        (_, None) => format!("Windows refuses it with 0x{code:08X}"),
    }
}

/// What usually helps.
pub(super) fn way_out(code: u32) -> &'static str {
    entry(code).map_or("look the code up with: certutil -error CODE", |(.., way_out)| way_out)
}

type Entry = (u32, &'static str, &'static str, &'static str);

fn entry(code: u32) -> Option<&'static Entry> {
    ENTRIES.iter().find(|(known, ..)| *known == code)
}

const CLOCK: &str = "compare the clock: w32tm /query /status";
const RENEW: &str = "make a new certificate: replica-pki issue, or replica-pki leaf";
const TRUST: &str = "install the root again: replica-pki install KIT";
const DISTRUST: &str = "look for it and its issuers among the untrusted ones: certutil -store Disallowed";
const REVOCATION: &str = "see that the revocation lists named by its CA can be read from here";

const ENTRIES: [Entry; 18] = [
    (0x8009_2007, "CRYPT_E_SELF_SIGNED", "the certificate is self-signed", RENEW),
    (0x8009_2010, "CRYPT_E_REVOKED", "it was revoked", RENEW),
    (0x8009_2012, "CRYPT_E_NO_REVOCATION_CHECK", "it says nothing about revocation", REVOCATION),
    (0x8009_2013, "CRYPT_E_REVOCATION_OFFLINE", "no revocation list can be read", REVOCATION),
    (0x8009_6004, "TRUST_E_CERT_SIGNATURE", "a signature is wrong", RENEW),
    (0x8009_6019, "TRUST_E_BASIC_CONSTRAINTS", "a certificate that is no CA signed another", RENEW),
    (0x800B_0101, "CERT_E_EXPIRED", "expired or not yet valid, by this computer's clock", CLOCK),
    (0x800B_0102, "CERT_E_VALIDITYPERIODNESTING", "it is valid at times when its issuer is not", CLOCK),
    (0x800B_0105, "CERT_E_CRITICAL", "a critical extension is unknown", RENEW),
    (0x800B_0109, "CERT_E_UNTRUSTEDROOT", "its root is not trusted", TRUST),
    (0x800B_010A, "CERT_E_CHAINING", "no chain to a root can be built", TRUST),
    (0x800B_010C, "CERT_E_REVOKED", "it was revoked", RENEW),
    (0x800B_010E, "CERT_E_REVOCATION_FAILURE", "revocation could not be checked", REVOCATION),
    (0x800B_010F, "CERT_E_CN_NO_MATCH", "its names do not match the computer's", RENEW),
    (0x800B_0110, "CERT_E_WRONG_USAGE", "it is not for this purpose", RENEW),
    (0x800B_0111, "TRUST_E_EXPLICIT_DISTRUST", "an administrator or Microsoft distrusts it", DISTRUST),
    (0x800B_0112, "CERT_E_UNTRUSTEDCA", "a CA between it and the root is not trusted", DISTRUST),
    (0x800B_0114, "CERT_E_INVALID_NAME", "a name lies outside the name constraints of its CA", RENEW),
];
