//! Roots and leaves by rcgen with aws-lc-rs, as close to those of pki-core as it can make them.

use pki_core::key::KeyAlgorithm;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, NameConstraints, PKCS_RSA_SHA256, RsaKeySize,
};
use rustls_pki_types::PrivatePkcs8KeyDer;

use super::failed;
use crate::Result;

/// A root that can sign.
pub(super) struct Root {
    pub(super) der: Vec<u8>,
    pub(super) issuer: Issuer<'static, KeyPair>,
}

pub(super) fn new_key(size: KeyAlgorithm) -> Result<KeyPair> {
    let size = match size {
        KeyAlgorithm::Rsa2048 => RsaKeySize::_2048,
        KeyAlgorithm::Rsa3072 => RsaKeySize::_3072,
        KeyAlgorithm::Rsa4096 => RsaKeySize::_4096,
        _ => return Err(failed("a size that rcgen does not know")),
    };
    Ok(KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, size)?)
}

pub(super) fn read_key(pkcs8: &[u8]) -> Result<KeyPair> {
    Ok(KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(pkcs8), &PKCS_RSA_SHA256)?)
}

pub(super) fn root(host: &str, key: KeyPair) -> Result<Root> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, format!("{host} Replica Root"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = purposes();
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(host.to_owned())],
        excluded_subtrees: Vec::new(),
    });
    let der = params.self_signed(&key)?.der().to_vec();
    Ok(Root { der, issuer: Issuer::new(params, key) })
}

pub(super) fn leaf(host: &str, key: &KeyPair, root: &Root) -> Result<Vec<u8>> {
    let mut params = CertificateParams::new(vec![host.to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, host);
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    params.extended_key_usages = purposes();
    Ok(params.signed_by(key, &root.issuer)?.der().to_vec())
}

fn purposes() -> Vec<ExtendedKeyUsagePurpose> {
    vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth]
}
