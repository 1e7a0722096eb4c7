//! The names that a request asks for: which is the host, and which cannot be.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519;
use pki_core::Error;
use pki_core::name::DnsName;
use pki_core::request::CertificationRequest;

use super::{BROKER, Odd, attribute, extensions, signed};
use crate::odd_certificates::{HOST, PRINTABLE_STRING, cn, dns, email, ip, name, oid, sequence, tlv};
use crate::support::key;

#[test]
fn the_host_is_the_common_name_or_else_the_first_alternative_name() {
    let empty = || sequence(&[]);
    let printable = |text: &str| name(&[(rfc4519::CN, tlv(PRINTABLE_STRING, text.as_bytes()))]);
    let table = [
        (cn(HOST), None, HOST, vec![]),
        (printable(HOST), None, HOST, vec![]),
        (cn("host4.atwork.at."), Some(vec![dns(HOST)]), "host4.atwork.at", vec![]),
        (cn(HOST), Some(vec![]), HOST, vec![]),
        (cn(HOST), Some(vec![dns(BROKER), dns(HOST), dns(BROKER)]), HOST, vec![BROKER]),
        (empty(), Some(vec![dns(HOST), dns(BROKER)]), HOST, vec![BROKER]),
        (cn("HOST4"), Some(vec![dns("host4"), dns("HOST4.local")]), "HOST4", vec!["HOST4.local"]),
    ];
    for (subject, alt_names, host, also) in table {
        let request = Odd { subject, alt_names, ..Odd::new() }.read().unwrap();
        assert_eq!(request.host().as_str(), host);
        assert_eq!(request.also().iter().map(DnsName::as_str).collect::<Vec<_>>(), also);
    }
}

#[test]
fn names_that_disagree_or_are_no_hosts_are_refused_with_the_reason() {
    let two = name(&[(rfc4519::CN, tlv(0x0c, HOST.as_bytes())), (rfc4519::CN, tlv(0x0c, BROKER.as_bytes()))]);
    let many = |count: usize| (0..count).map(|i| dns(&format!("h{i}.example"))).collect::<Vec<_>>();
    let table = [
        (
            cn(HOST),
            Some(vec![dns(BROKER)]),
            "the CommonName is HOST4.atwork.at, and the SubjectAltName has only broker",
        ),
        (cn(HOST), Some(many(9)), "h3.example, h4.example, ..."),
        (two, None, "there are 2 CommonNames"),
        (sequence(&[]), None, "there is none"),
        (cn(HOST), Some(vec![dns(HOST), ip(&[10, 0, 0, 4])]), "it asks for 10.0.0.4, and a host has DNS names only"),
        (cn(HOST), Some(vec![dns(HOST), email("a@b.example")]), "it asks for email a@b.example"),
        (cn("*.atwork.at"), None, "wildcards"),
        (cn("10.0.0.4"), None, "IP address"),
        (cn("Administrator of HOST4"), None, "space"),
        (cn(HOST), Some(vec![dns("a b")]), "space"),
        (cn(HOST), Some(many(1001)), "number of names is 1001, the limit is 1000"),
        (name(&[(rfc4519::CN, tlv(0x02, &[1]))]), None, "not a host name"),
    ];
    for (subject, alt_names, expected) in table {
        let refused = Odd { subject, alt_names, ..Odd::new() }.read().unwrap_err().to_string();
        assert!(refused.contains(expected), "{expected}: {refused}");
    }
}

#[test]
fn the_field_of_attributes_may_be_missing_and_holds_names_once_only() {
    let info = |attributes: Vec<u8>| {
        let spki = key(1).public_key().as_spki_der().to_vec();
        sequence(&[tlv(0x02, &[0]), cn(HOST), spki, attributes])
    };
    let read = |attributes| CertificationRequest::from_der(&signed(&info(attributes)));
    let asked = |id| attribute(id, &[extensions(&[dns(HOST), dns(BROKER)])]);
    let field = |attributes: &[Vec<u8>]| tlv(0xa0, &attributes.concat());

    assert_eq!(read(vec![]).unwrap().also(), []);
    assert_eq!(read(field(&[])).unwrap().also(), []);
    // A challenge password (RFC 2985 §5.4.1), in the wrong order for a SET OF in DER, beside the older name.
    let password = attribute("1.2.840.113549.1.9.7", &[tlv(0x0c, b"secret")]);
    assert_eq!(read(field(&[asked("1.3.6.1.4.1.311.2.1.14"), password])).unwrap().also().len(), 1);

    let twice = [asked("1.2.840.113549.1.9.14"), asked("1.3.6.1.4.1.311.2.1.14")];
    let both = attribute("1.2.840.113549.1.9.14", &[extensions(&[dns(HOST)]), extensions(&[dns(HOST)])]);
    let no_set = sequence(&[oid(ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.14")), extensions(&[dns(HOST)])]);
    let no_value = attribute("1.2.840.113549.1.9.14", &[]);
    for attributes in
        [field(&twice), field(&[both]), field(&[no_set]), field(&[no_value]), tlv(0x31, &[]), field(&[tlv(0x02, &[0])])]
    {
        assert!(matches!(read(attributes), Err(Error::Damaged { what: "the request", .. })));
    }
}
