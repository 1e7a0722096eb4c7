//! `verify`: what passes hangs together by signatures that another library finds too, whatever was handed over.
//!
//! An input is a row of values. An OCTET STRING says what becomes of the next SEQUENCE: its place, and who signs it. A
//! UTF8String is the host that is asked for, an INTEGER the time.

use pki_core::certificate::Certificate;
use pki_core::name::DnsName;
use pki_core::validity::Time;
use pki_core::verify::{Question, verify};

use crate::second_opinion;
use crate::seeds;
use crate::shown::is_harmless;
use crate::signer::{self, signer};
use crate::tlv;

/// What lies in an input.
struct Chain {
    leaf: Option<Certificate>,
    intermediates: Vec<Certificate>,
    roots: Vec<Certificate>,
    question: Question,
}

/// Certificates as they stand, or signed here.
pub fn check(data: &[u8]) {
    passes(data);
}

/// The same; whether the leaf passed.
pub fn passes(data: &[u8]) -> bool {
    let Chain { leaf, intermediates, roots, question } = Chain::read(data);
    let Some(leaf) = leaf else { return false };
    let report = verify(&leaf, &intermediates, &roots, &question);
    assert!(!report.findings().is_empty());
    for finding in &report {
        is_harmless(format_args!("{} {} {} {}", finding.check, finding.role, finding.subject, finding.detail));
    }
    if report.passed() {
        assert!(reaches_a_root(&leaf, &intermediates, &roots, MOST_CERTIFICATES), "passed without matching signatures");
        assert!(leaf.validity().contains(question.at));
        assert!(!verify(&leaf, &intermediates, &[], &question).passed(), "passed without a root");
    }
    report.passed()
}

/// By `ring` alone.
fn reaches_a_root(lower: &Certificate, intermediates: &[Certificate], roots: &[Certificate], left: usize) -> bool {
    let signed = |upper: &&Certificate| {
        upper.subject() == lower.issuer()
            && second_opinion::is_signed_by(lower.as_der(), upper.public_key().as_spki_der())
    };
    roots.iter().any(|root| signed(&root))
        || left > 0
            && intermediates.iter().filter(signed).any(|upper| reaches_a_root(upper, intermediates, roots, left - 1))
}

impl Chain {
    fn read(data: &[u8]) -> Self {
        let question = Question::new(seeds::now());
        let mut chain = Self { leaf: None, intermediates: Vec::new(), roots: Vec::new(), question };
        let mut control = 0;
        for value in tlv::all(data).take(2 * MOST_CERTIFICATES) {
            match tlv::split(value) {
                Some((tlv::OCTET_STRING, contents, _)) => control = contents.first().copied().unwrap_or_default(),
                Some((tlv::UTF8_STRING, host, _)) => chain.ask_for(host),
                Some((tlv::INTEGER, time, _)) => chain.ask_at(time),
                _ => chain.take(control, value),
            }
        }
        chain
    }

    fn ask_for(&mut self, host: &[u8]) {
        self.question.host = str::from_utf8(host).ok().and_then(|host| DnsName::of_computer(host).ok());
    }

    fn ask_at(&mut self, time: &[u8]) {
        let seconds = time.iter().fold(0u64, |seconds, digit| seconds << 8 | u64::from(*digit));
        self.question.at = Time::from_unix(seconds).unwrap_or(self.question.at);
    }

    fn take(&mut self, control: u8, value: &[u8]) {
        let signer_number = usize::from(control >> 2 & 3);
        let signed = (signer_number < signer::COUNT).then(|| signer(signer_number).signed(value));
        let Ok(certificate) = Certificate::from_der(signed.as_deref().unwrap_or(value)) else { return };
        match control & 3 {
            0 => self.leaf = Some(certificate),
            1 => self.intermediates.push(certificate),
            2 => self.roots.push(certificate),
            _ => {
                self.intermediates.push(certificate.clone());
                self.roots.push(certificate);
            }
        }
    }
}

/// Longer than any chain that is accepted, and few enough to sign all of them.
const MOST_CERTIFICATES: usize = 12;
