//! Messages say what was wrong, and never hand a terminal what came from outside.

use pki_core::Error;
use pki_core::authority::{Authority, Identity};
use pki_core::certificate::Certificate;
use pki_core::error::{HostNameProblem, RootNameProblem};
use pki_core::key::{KeyAlgorithm, KeyPair};
use pki_core::name::{DnsName, Fqdn, RootName, printable};
use pki_core::password::Password;
use pki_core::validity::{Days, Time};
use proptest::prelude::*;

use crate::support::foreign::{basic_constraints, self_signed};
use crate::support::{authority, identity, key};

#[test]
fn every_error_says_something() {
    let text = || "text".to_owned();
    let errors = [
        Error::HostName { name: text(), problem: HostNameProblem::Empty },
        Error::RootName { name: text(), problem: RootNameProblem::Empty },
        Error::DuplicateHost { name: text() },
        Error::DuplicateRoot { name: text() },
        Error::EmptyValidity { not_before: text(), not_after: text() },
        Error::PasswordNeeded { what: "the private key" },
        Error::NamedLikeItsRoot { name: text() },
        Error::NoHosts,
        Error::PasswordLength { bytes: 0 },
        Error::KeySize { bits: 1024 },
        Error::UnknownChoice { what: "a colour", given: text(), known: "red, green" },
        Error::UnsupportedAlgorithm { what: "the file", algorithm: text() },
        Error::Damaged { what: "the file", detail: text() },
        Error::WrongPassword { what: "the file" },
        Error::OverLimit { what: "the file", quantity: "size in bytes", found: 2, limit: 1 },
        Error::MacMissing,
        Error::DateOutOfRange,
        Error::InvalidTime { given: text() },
        Error::Lifetime { days: 0 },
        Error::RootNotValid { root: text(), not_before: text(), not_after: text(), now: text() },
        Error::NotARoot { subject: text(), problem: "it is not self-signed" },
        Error::KeyMismatch { subject: text() },
        Error::NameNotPermitted { root: text(), violation: text(), permitted: text() },
        Error::NotSignedBy { subject: text(), root: text() },
        Error::Internal { what: "signing", detail: text() },
    ];
    for (i, error) in errors.iter().enumerate() {
        let message = error.to_string();
        assert!(message.len() > 10 && message.is_ascii(), "{error:?}: {message:?}");
        assert!(!message.ends_with('.') && !message.contains('\n') && !message.contains("{"), "{message}");
        assert!(errors[..i].iter().all(|earlier| earlier.to_string() != message), "{message} twice");
    }
}

#[test]
fn every_broken_rule_of_a_name_says_something_else() {
    let problems = [
        HostNameProblem::Empty,
        HostNameProblem::IpAddress,
        HostNameProblem::Wildcard,
        HostNameProblem::Space,
        HostNameProblem::Control,
        HostNameProblem::EmptyLabel,
        HostNameProblem::LabelTooLong,
        HostNameProblem::Hyphen,
        HostNameProblem::Underscore,
        HostNameProblem::Character('/'),
        HostNameProblem::Internationalised,
        HostNameProblem::SingleLabel,
        HostNameProblem::TooLongForCommonName(65),
        HostNameProblem::TooLongForDns(254),
    ];
    let messages: std::collections::HashSet<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(messages.len(), problems.len());
    assert!(messages.iter().all(|message| message.len() > 10));
}

#[test]
fn a_pem_label_is_escaped() {
    let pem = "-----BEGIN EVIL\u{1b}[2J-----\nAA==\n-----END EVIL\u{1b}[2J-----\n";
    assert_harmless(KeyPair::from_pkcs8_pem(pem, None).unwrap_err());
    assert_harmless(Certificate::from_pem(pem).unwrap_err());
}

#[test]
fn errors_carry_no_secret() {
    let key = key(0);
    let password = Password::new("Tr0ub4dor&3".to_owned()).unwrap();
    let pem = key.secret_pkcs8_pem().unwrap();
    let body = pem.lines().nth(5).unwrap();
    let broken = pem.replace(body, &format!("{}!", &body[1..]));
    let errors = [
        KeyPair::from_pkcs8_pem(&broken, Some(&password)).unwrap_err(),
        KeyPair::from_encrypted_pkcs8_der(b"Tr0ub4dor&3", &password).unwrap_err(),
        Password::new("Tr0ub4dor&3".repeat(100)).unwrap_err(),
    ];
    for error in errors {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("Tr0ub4dor") && !shown.contains(&body[2..20]), "{shown}");
    }
}

proptest! {
    #[test]
    fn text_that_was_given_is_escaped(text in hostile()) {
        let errors = [
            text.parse::<Fqdn>().err(),
            text.parse::<DnsName>().err(),
            Fqdn::of_computer(&text).err(),
            text.parse::<RootName>().err(),
            text.parse::<Time>().err(),
            text.parse::<Days>().err(),
            text.parse::<KeyAlgorithm>().err(),
            KeyPair::from_pkcs8_pem(&text, None).err(),
            Certificate::from_pem(&text).err(),
            Certificate::from_der_or_pem(text.as_bytes()).err(),
        ];
        errors.into_iter().for_each(|error| assert_harmless(error.unwrap()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn names_in_certificates_of_others_are_escaped(name in hostile()) {
        let pkcs8 = key(0).secret_pkcs8_der().unwrap();
        let no_root = self_signed(&name, vec![], &pkcs8);
        let root = self_signed(&name, vec![basic_constraints(true)], &pkcs8);
        let constraints = authority("HOST4.atwork.at").certificate().extensions().name_constraints.clone().unwrap();
        let violation = constraints.check(&no_root).unwrap_err().to_string();
        assert_eq!(printable(&violation), violation);

        assert_harmless(Authority::from_parts(no_root, key(0)).unwrap_err());
        assert_harmless(Authority::from_parts(root.clone(), key(1)).unwrap_err());
        assert_harmless(Identity::from_parts(root.clone(), key(1), root.clone()).unwrap_err());
        assert_harmless(Identity::from_parts(identity("HOST4.atwork.at").leaf().clone(), key(1), root).unwrap_err());
    }
}

fn assert_harmless(error: Error) {
    let message = error.to_string();
    assert!(!message.is_empty());
    assert_eq!(printable(&message), message);
}

/// Text that nobody would take for a name, with what a terminal obeys in the middle.
fn hostile() -> impl Strategy<Value = String> {
    let obeyed =
        prop::sample::select(vec!["\u{1b}[2J", "\u{9b}", "\r\n", "\0", "\u{7}", "\u{202e}", "\u{2066}", "\u{7f}"]);
    ("[^0-9]{0,10}", obeyed, ".{0,10}").prop_map(|(before, obeyed, after)| format!("a{before}{obeyed}{after}b"))
}
