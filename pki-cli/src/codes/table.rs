//! The codes as data, in the order of their values. Names and values are those of Windows' header files.

use super::Code;

/// Makes the table, and on Windows a test that compares it with the constants of Windows itself.
macro_rules! codes {
    ($($name:ident = $value:literal: $meaning:expr, $likely_cause:expr, $fix:expr;)+) => {
        pub(crate) const CODES: &[Code] = &[$(
            Code {
                value: $value,
                name: stringify!($name),
                meaning: $meaning,
                likely_cause: $likely_cause,
                fix: $fix,
            },
        )+];

        #[cfg(all(test, windows))]
        mod tests {
            use windows_sys::Win32::Foundation::*;
            use windows_sys::Win32::Networking::WinHttp::*;

            #[test]
            fn every_name_has_the_value_that_windows_gives_it() {
                $(assert_eq!($name as u32, $value, stringify!($name));)+
            }
        }
    };
}

const CLOCK: &str = "compare the clock: w32tm /query /status; if it is right, make a new certificate: replica-pki renew, \
    or replica-pki leaf";
const RENEW: &str = "make a new certificate: replica-pki issue, or replica-pki leaf";
const RENEW_REVOKED: &str =
    "make a certificate with another key: replica-pki renew HOST --new-key, or replica-pki leaf";
const TRUST: &str = "install the root again: replica-pki install KIT";
const DISTRUST: &str = "look for it and its issuers among the untrusted ones: certutil -store Disallowed";
const REVOCATION: &str = "see that the revocation list that the certificate names can be read from here: certutil -verify \
    -urlfetch LEAF.cer; if it names none, replica-pki install KIT tells Hyper-V not to look for one";
const CHECK_NAMES: &str = "compare the names with the computer's: replica-pki doctor; then make a new certificate: replica-pki \
    issue, or replica-pki leaf";
const KEY: &str = "see whether the key is there: replica-pki doctor, or certutil -store My; then bring it again: \
    replica-pki install KIT";
const PARTNER_TRUST: &str =
    "on the host that connects: replica-pki install KIT, which brings the roots of all its partners";
const PORT: &str = "from the host that connects: Test-NetConnection PARTNER -Port 443; on the partner: \
    Get-NetFirewallRule VIRT-HVRHTTPSL-In-TCP-NoScope and Get-VMReplicationServer";
const BOTH: &str = "on both hosts: replica-pki doctor";
const ADMIN: &str = "run the command again in a console that was opened with \"Run as administrator\"";

codes! {
    ERROR_ACCESS_DENIED = 5:
        "access is denied",
        "the console was not opened as administrator, or a policy forbids it",
        ADMIN;
    ERROR_INVALID_PASSWORD = 86:
        "the password is wrong",
        "the password of the PFX was mistyped; Server 2012 R2 and 2016 say this too of a PFX that is encoded \
         for later ones",
        "try the password: replica-pki inspect FILE.pfx; for an old server: replica-pki convert FILE.pfx \
         --windows 2012r2 --out NEW.pfx";
    ERROR_WINHTTP_TIMEOUT = 12_002:
        "the partner did not answer in time",
        "a firewall on the way drops what is sent, or the address belongs to another computer",
        PORT;
    ERROR_WINHTTP_NAME_NOT_RESOLVED = 12_007:
        "the partner's name has no address",
        "DNS or the hosts file does not know the full name, or knows another spelling",
        "look the name up: Resolve-DnsName PARTNER";
    ERROR_WINHTTP_INCORRECT_HANDLE_STATE = 12_019:
        "the connection was not in the state that was expected",
        "often a proxy that looks into HTTPS stands between the hosts",
        "look for a proxy: netsh winhttp show proxy";
    ERROR_WINHTTP_CANNOT_CONNECT = 12_029:
        "no connection to the partner",
        "the partner does not listen, listens at another port, or its firewall rule is disabled",
        PORT;
    ERROR_WINHTTP_CONNECTION_ERROR = 12_030:
        "the connection ended before it was done",
        "the partner hung up, for example because it does not trust this host's root or found no usable \
         certificate of its own",
        BOTH;
    ERROR_WINHTTP_SECURE_CERT_DATE_INVALID = 12_037:
        "the partner's certificate has expired or is not yet valid",
        "the certificate ended, or one of the clocks is wrong",
        "see when it ends: replica-pki status, or on the partner replica-pki doctor; compare the clocks: \
         w32tm /query /status";
    ERROR_WINHTTP_SECURE_CERT_CN_INVALID = 12_038:
        "the partner's certificate is for another name",
        "the name that was connected to is not exactly the full computer name in the certificate",
        "see its names: replica-pki inspect LEAF.cer; compare with the name in: Get-VMReplication";
    ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED = 12_044:
        "the partner asks for a certificate",
        "no certificate was chosen for replication, or it is not usable any more",
        "see which certificates are usable: replica-pki doctor";
    ERROR_WINHTTP_SECURE_INVALID_CA = 12_045:
        "the root of the partner's certificate is not trusted",
        "the partner's root is not in LocalMachine\\Root of the host that connects",
        PARTNER_TRUST;
    ERROR_WINHTTP_SECURE_CERT_REV_FAILED = 12_057:
        "revocation of the partner's certificate could not be checked",
        "it names no revocation list, or the list cannot be read, and the check is not switched off",
        REVOCATION;
    ERROR_WINHTTP_SECURE_CHANNEL_ERROR = 12_157:
        "no secure connection could be agreed on",
        "the two hosts have no TLS version or cipher in common, or one cannot use its key",
        BOTH;
    ERROR_WINHTTP_SECURE_INVALID_CERT = 12_169:
        "the partner's certificate is not valid",
        "it is damaged, or its chain breaks a rule",
        "on the partner: replica-pki doctor; anywhere: replica-pki verify KIT";
    ERROR_WINHTTP_SECURE_CERT_REVOKED = 12_170:
        "the partner's certificate was revoked",
        "its root has taken it back",
        RENEW_REVOKED;
    ERROR_WINHTTP_SECURE_FAILURE = 12_175:
        "the partner's certificate did not pass a check",
        "a wrong name, date, root or purpose; Windows does not say here which",
        BOTH;
    ERROR_WINHTTP_SECURE_CERT_WRONG_USAGE = 12_179:
        "the partner's certificate is not for this purpose",
        "it lacks server or client authentication",
        RENEW;
    ERROR_WINHTTP_CLIENT_CERT_NO_PRIVATE_KEY = 12_185:
        "this host's certificate has no private key",
        "the certificate was imported without its key",
        KEY;
    ERROR_WINHTTP_CLIENT_CERT_NO_ACCESS_PRIVATE_KEY = 12_186:
        "the private key of this host's certificate cannot be used",
        "the key lies in a user's key set, and Hyper-V runs as LocalSystem",
        KEY;
    NTE_EXISTS = 0x8009_000F:
        "the key container is there already",
        "another key was imported under the same name",
        "look at the key: certutil -store My";
    NTE_PERM = 0x8009_0010:
        "access to the key is denied",
        "the account may not use the key",
        ADMIN;
    NTE_BAD_KEYSET = 0x8009_0016:
        "the key set is missing",
        "the certificate is there and its key is not, or lies in a user's key set, and Hyper-V runs as LocalSystem",
        KEY;
    SEC_E_UNKNOWN_CREDENTIALS = 0x8009_030D:
        "the certificate's private key cannot be read",
        "the key is missing, in a user's key set, or closed to the service",
        KEY;
    SEC_E_WRONG_PRINCIPAL = 0x8009_0322:
        "the partner's certificate is for another name",
        "the name that was connected to is not exactly the full computer name in the certificate",
        "see its names: replica-pki inspect LEAF.cer; compare with the name in: Get-VMReplication";
    SEC_E_UNTRUSTED_ROOT = 0x8009_0325:
        "the root of the partner's certificate is not trusted",
        "the partner's root is not in LocalMachine\\Root of the host that connects",
        PARTNER_TRUST;
    SEC_E_CERT_EXPIRED = 0x8009_0328:
        "the partner's certificate has expired",
        "the certificate ended, or one of the clocks is wrong",
        "see when it ends: replica-pki status, or on the partner replica-pki doctor; compare the clocks: \
         w32tm /query /status";
    CRYPT_E_NOT_FOUND = 0x8009_2004:
        "the certificate was not found",
        "the thumbprint is of no certificate in LocalMachine\\My, or of an earlier one",
        "compare the thumbprints: certutil -store My, Get-VMReplicationServer and Get-VMReplication";
    CRYPT_E_SELF_SIGNED = 0x8009_2007:
        "the certificate is self-signed",
        "Hyper-V wants a certificate that a root signed, not the root itself",
        RENEW;
    CRYPT_E_REVOKED = 0x8009_2010:
        "the certificate was revoked",
        "its root has taken it back",
        RENEW_REVOKED;
    CRYPT_E_NO_REVOCATION_CHECK = 0x8009_2012:
        "the certificate says nothing about revocation",
        "it names no revocation list, and the check is not switched off on this host",
        REVOCATION;
    CRYPT_E_REVOCATION_OFFLINE = 0x8009_2013:
        "no revocation list can be read",
        "the certificate names a list that cannot be reached or is out of date, or none, and the check is not \
         switched off on this host",
        REVOCATION;
    TRUST_E_CERT_SIGNATURE = 0x8009_6004:
        "a signature is wrong",
        "the certificate was signed by another root of the same name, or changed",
        "see which root signed it: replica-pki verify LEAF.cer --root ROOT.cer";
    TRUST_E_BASIC_CONSTRAINTS = 0x8009_6019:
        "a certificate that is no CA signed another",
        "the certificate of a host was used as a root",
        RENEW;
    CERT_E_EXPIRED = 0x800B_0101:
        "the certificate has expired or is not yet valid, by this computer's clock",
        "it or its root ended, or the clock is wrong",
        CLOCK;
    CERT_E_VALIDITYPERIODNESTING = 0x800B_0102:
        "the certificate is valid at times when its issuer is not",
        "the root ends earlier, or the clock was wrong when the certificate was made",
        CLOCK;
    CERT_E_CRITICAL = 0x800B_0105:
        "a critical extension is unknown",
        "the certificate or its root was made for something that this Windows does not know",
        RENEW;
    CERT_E_UNTRUSTEDROOT = 0x800B_0109:
        "the certificate's root is not trusted",
        "the root is not in LocalMachine\\Root of this computer",
        TRUST;
    CERT_E_CHAINING = 0x800B_010A:
        "no chain from the certificate to a root can be built",
        "the root that signed it is not in LocalMachine\\Root, or another one of the same name is",
        TRUST;
    CERT_E_REVOKED = 0x800B_010C:
        "the certificate was revoked",
        "its root has taken it back",
        RENEW_REVOKED;
    CERT_E_REVOCATION_FAILURE = 0x800B_010E:
        "revocation could not be checked",
        "the certificate names no revocation list, or the list cannot be read, and the check is not switched \
         off on this host",
        REVOCATION;
    CERT_E_CN_NO_MATCH = 0x800B_010F:
        "the certificate's names do not match the computer's",
        "the computer was renamed, or the certificate was made for the short name",
        CHECK_NAMES;
    CERT_E_WRONG_USAGE = 0x800B_0110:
        "the certificate is not for this purpose",
        "it lacks server or client authentication",
        RENEW;
    TRUST_E_EXPLICIT_DISTRUST = 0x800B_0111:
        "an administrator or Microsoft distrusts the certificate",
        "it or its root lies in LocalMachine\\Disallowed",
        DISTRUST;
    CERT_E_UNTRUSTEDCA = 0x800B_0112:
        "a CA between the certificate and its root is not trusted",
        "a CA of the chain lies in LocalMachine\\Disallowed",
        DISTRUST;
    CERT_E_INVALID_NAME = 0x800B_0114:
        "a name lies outside the name constraints of its CA",
        "the certificate was signed by a root that was made for other hosts",
        RENEW;
}
