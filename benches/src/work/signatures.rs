//! Signatures with keys that are there, and their verification.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use graviola::signing::rsa as graviola_rsa;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::{Signer, Verifier};
use pki_core::key::{KeyAlgorithm, KeyPair, PublicKey, SignatureAlgorithm};
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use sha2::Sha256;
use signature::{RandomizedSigner as _, SignatureEncoding as _, Verifier as _};

use super::{MESSAGE, done, rng};
use crate::Result;
use crate::contest::{Contender, Contest};

pub(super) fn sign(size: KeyAlgorithm) -> Result<Contest> {
    let mut random = rng()?;
    let key = KeyPair::generate(size, &mut random)?;
    let pkcs8 = key.secret_pkcs8_der()?;
    let aws = aws_lc_rs::rsa::KeyPair::from_pkcs8(&pkcs8)?;
    let graviola = graviola_rsa::SigningKey::from_pkcs8_der(&pkcs8)?;
    let alone = rsa::pkcs1v15::SigningKey::<Sha256>::from_pkcs8_der(&pkcs8)?;
    let openssl = PKey::private_key_from_der(&pkcs8)?;

    let bytes = size.bits() / 8;
    let mut random_alone = rng()?;
    let contenders = vec![
        Contender::ours("pki-core", move || done(key.sign(&MESSAGE, &mut random)?)),
        Contender::peer("aws-lc-rs", move || {
            let mut signature = vec![0; bytes];
            aws.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &MESSAGE, &mut signature)?;
            done(signature)
        }),
        Contender::peer("graviola", move || {
            let mut signature = vec![0; bytes];
            graviola.sign_pkcs1_sha256(&mut signature, &MESSAGE)?;
            done(signature)
        }),
        Contender::peer("rsa", move || done(alone.try_sign_with_rng(&mut random_alone, &MESSAGE)?.to_vec())),
        Contender::peer("OpenSSL", move || {
            let mut signer = Signer::new(MessageDigest::sha256(), &openssl)?;
            done(signer.sign_oneshot_to_vec(&MESSAGE)?)
        }),
    ];
    Ok(Contest { rounds: 30, contenders, bars: Vec::new() })
}

pub(super) fn verify(size: KeyAlgorithm) -> Result<Contest> {
    let mut rng = rng()?;
    let key = KeyPair::generate(size, &mut rng)?;
    let spki = key.public_key().as_spki_der().to_vec();
    let pkcs1 = PKey::public_key_from_der(&spki)?.rsa()?.public_key_to_der_pkcs1()?;
    let signature = key.sign(&MESSAGE, &mut rng)?;

    let (of_aws, of_alone, of_openssl) = (spki.clone(), spki.clone(), spki.clone());
    let [for_ours, for_aws, for_graviola, for_alone, for_openssl] = std::array::from_fn(|_| signature.clone());
    let contenders = vec![
        Contender::ours("pki-core", move || {
            Ok(PublicKey::from_spki_der(&spki)?.verify(&SignatureAlgorithm::RsaSha256, &MESSAGE, &for_ours)?)
        }),
        Contender::peer("aws-lc-rs", move || {
            Ok(UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &of_aws).verify(&MESSAGE, &for_aws)?)
        }),
        Contender::peer("graviola", move || {
            Ok(graviola_rsa::VerifyingKey::from_pkcs1_der(&pkcs1)?.verify_pkcs1_sha256(&for_graviola, &MESSAGE)?)
        }),
        Contender::peer("rsa", move || {
            let key = rsa::pkcs1v15::VerifyingKey::<Sha256>::from_public_key_der(&of_alone)?;
            Ok(key.verify(&MESSAGE, &rsa::pkcs1v15::Signature::try_from(for_alone.as_slice())?)?)
        }),
        Contender::peer("OpenSSL", move || {
            let key = PKey::public_key_from_der(&of_openssl)?;
            let good = Verifier::new(MessageDigest::sha256(), &key)?.verify_oneshot(&for_openssl, &MESSAGE)?;
            if good { Ok(()) } else { Err(super::failed("OpenSSL refuses the signature")) }
        }),
    ];
    Ok(Contest { rounds: 30, contenders, bars: Vec::new() })
}
