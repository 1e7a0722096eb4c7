//! Roots and leaves by OpenSSL in this process, with the same extensions as those of pki-core.

use openssl::asn1::{Asn1Integer, Asn1Object, Asn1OctetString, Asn1Time};
use openssl::bn::{BigNum, MsbOption};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, PKeyRef, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName, SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509Extension, X509Name, X509Ref};
use pki_core::key::KeyAlgorithm;

use crate::Result;

pub(super) fn new_key(size: KeyAlgorithm) -> Result<PKey<Private>> {
    Ok(PKey::from_rsa(Rsa::generate(u32::try_from(size.bits())?)?)?)
}

pub(super) fn root(host: &str, key: &PKeyRef<Private>) -> Result<X509> {
    let name = common_name(&format!("{host} Replica Root"))?;
    let mut builder = builder(&name, key, 3652)?;
    builder.set_issuer_name(&name)?;
    builder.append_extension(BasicConstraints::new().critical().ca().pathlen(0).build()?)?;
    builder.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
    builder.append_extension(ExtendedKeyUsage::new().server_auth().client_auth().build()?)?;
    builder.append_extension(name_constraints(host)?)?;
    let identifier = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
    builder.append_extension(identifier)?;
    builder.sign(key, MessageDigest::sha256())?;
    Ok(builder.build())
}

pub(super) fn leaf(host: &str, key: &PKeyRef<Private>, root: &X509Ref, root_key: &PKeyRef<Private>) -> Result<X509> {
    let mut builder = builder(&*common_name(host)?, key, 730)?;
    builder.set_issuer_name(root.subject_name())?;
    builder.append_extension(BasicConstraints::new().critical().build()?)?;
    builder.append_extension(KeyUsage::new().critical().digital_signature().key_encipherment().build()?)?;
    builder.append_extension(ExtendedKeyUsage::new().server_auth().client_auth().build()?)?;
    let context = builder.x509v3_context(Some(root), None);
    let identifier = SubjectKeyIdentifier::new().build(&context)?;
    let authority = AuthorityKeyIdentifier::new().keyid(true).build(&context)?;
    let names = SubjectAlternativeName::new().dns(host).build(&context)?;
    for extension in [identifier, authority, names] {
        builder.append_extension(extension)?;
    }
    builder.sign(root_key, MessageDigest::sha256())?;
    Ok(builder.build())
}

fn builder(subject: &openssl::x509::X509NameRef, key: &PKeyRef<Private>, days: u32) -> Result<X509Builder> {
    let mut builder = X509::builder()?;
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::ONE, false)?;
    builder.set_version(2)?;
    builder.set_serial_number(&*Asn1Integer::from_bn(&serial)?)?;
    builder.set_subject_name(subject)?;
    builder.set_not_before(&*Asn1Time::days_from_now(0)?)?;
    builder.set_not_after(&*Asn1Time::days_from_now(days)?)?;
    builder.set_pubkey(key)?;
    Ok(builder)
}

fn common_name(text: &str) -> Result<X509Name> {
    let mut name = X509Name::builder()?;
    name.append_entry_by_nid(Nid::COMMONNAME, text)?;
    Ok(name.build())
}

/// One host that is permitted, with a name of less than 100 bytes. The crate has no builder for it.
fn name_constraints(host: &str) -> Result<X509Extension> {
    let wrapped =
        |tag: u8, content: &[u8]| -> Result<Vec<u8>> { Ok([&[tag, u8::try_from(content.len())?], content].concat()) };
    // NameConstraints > permittedSubtrees [0] > GeneralSubtree > dNSName [2]
    let subtree = wrapped(0x30, &wrapped(0x82, host.as_bytes())?)?;
    let der = wrapped(0x30, &wrapped(0xa0, &subtree)?)?;
    let oid = Asn1Object::from_str("2.5.29.30")?;
    Ok(X509Extension::new_from_der(&oid, true, &*Asn1OctetString::new_from_bytes(&der)?)?)
}
