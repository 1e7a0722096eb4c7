//! Roots and leaves, made and verified.

use openssl::pkey::PKey;
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::X509VerifyParam;
use openssl::x509::{X509, X509PurposeId, X509StoreContext};
use pki_core::key::{KeyAlgorithm, KeyPair, PublicKey};
use pki_core::profile::LeafProfile;
use pki_core::verify::Question;

use super::{HOST, authority, by_openssl, by_rcgen, done, failed, host, identity, now, rng};
use crate::Result;
use crate::contest::{Contender, Contest};

pub(super) fn root_and_leaf(size: KeyAlgorithm) -> Result<Contest> {
    let mut random = rng()?;
    let contenders = vec![
        Contender::ours("pki-core", move || done(identity(size, &mut random)?)),
        Contender::peer("rcgen", move || {
            let root = by_rcgen::root(HOST, by_rcgen::new_key(size)?)?;
            done(by_rcgen::leaf(HOST, &by_rcgen::new_key(size)?, &root)?)
        }),
        Contender::peer("OpenSSL", move || {
            let (root_key, key) = (by_openssl::new_key(size)?, by_openssl::new_key(size)?);
            let root = by_openssl::root(HOST, &root_key)?;
            done(by_openssl::leaf(HOST, &key, &root, &root_key)?)
        }),
    ];
    Ok(Contest { rounds: 30, contenders, bars: Vec::new() })
}

pub(super) fn leaf(size: KeyAlgorithm) -> Result<Contest> {
    let mut rng = rng()?;
    let authority = authority(size, &mut rng)?;
    let key = KeyPair::generate(size, &mut rng)?;
    let (profile, now) = (LeafProfile::new(host()?), now()?);

    let (pkcs8, root_pkcs8) = (key.secret_pkcs8_der()?, authority.secret_key().secret_pkcs8_der()?);
    let of_rcgen = by_rcgen::read_key(&pkcs8)?;
    let root_of_rcgen = by_rcgen::root(HOST, by_rcgen::read_key(&root_pkcs8)?)?;
    let of_openssl = PKey::private_key_from_der(&pkcs8)?;
    let root_key_of_openssl = PKey::private_key_from_der(&root_pkcs8)?;
    let root_of_openssl = X509::from_der(authority.certificate().as_der())?;

    let public: PublicKey = key.public_key().clone();
    let contenders = vec![
        Contender::ours("pki-core", move || done(authority.sign(&profile, &public, now, &mut rng)?)),
        Contender::peer("rcgen", move || done(by_rcgen::leaf(HOST, &of_rcgen, &root_of_rcgen)?)),
        Contender::peer("OpenSSL", move || {
            done(by_openssl::leaf(HOST, &of_openssl, &root_of_openssl, &root_key_of_openssl)?)
        }),
    ];
    Ok(Contest { rounds: 30, contenders, bars: Vec::new() })
}

pub(super) fn verify(size: KeyAlgorithm) -> Result<Contest> {
    let identity = identity(size, &mut rng()?)?;
    let now = now()?;
    let mut question = Question::new(now);
    question.host = Some(HOST.parse()?);
    let (leaf, root) = (identity.leaf().clone(), [identity.root().clone()]);

    let leaf_for_openssl = X509::from_der(leaf.as_der())?;
    let mut store = X509StoreBuilder::new()?;
    store.add_cert(X509::from_der(identity.root().as_der())?)?;
    let mut parameters = X509VerifyParam::new()?;
    parameters.set_host(HOST)?;
    parameters.set_purpose(X509PurposeId::SSL_SERVER)?;
    store.set_param(&parameters)?;
    let store = store.build();

    let contenders = vec![
        Contender::ours("pki-core", move || {
            let passed = pki_core::verify::verify(&leaf, &[], &root, &question).passed();
            if passed { Ok(()) } else { Err(failed("pki-core refuses the leaf")) }
        }),
        Contender::peer("OpenSSL", move || {
            let good = X509StoreContext::new()?.init(
                &store,
                &leaf_for_openssl,
                &*Stack::new()?,
                openssl::x509::X509StoreContextRef::verify_cert,
            )?;
            if good { Ok(()) } else { Err(failed("OpenSSL refuses the leaf")) }
        }),
    ];
    Ok(Contest { rounds: 30, contenders, bars: Vec::new() })
}
