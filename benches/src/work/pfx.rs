//! PFX files, sealed and opened.

use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, PKeyRef, Private};
use openssl::stack::Stack;
use openssl::x509::{X509, X509Ref};
use p12_keystore::{
    Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, Pkcs12ImportPolicy, PrivateKey,
    PrivateKeyChain,
};
use pki_core::key::KeyAlgorithm;
use pki_core::password::Password;
use pki_core::pfx::{self, Encoding, OpenOptions, SealOptions};

use super::{HOST, done, failed, host, identity, rng};
use crate::Result;
use crate::contest::{Contender, Contest};

pub(super) fn seal(encoding: Encoding) -> Result<Contest> {
    let mut rng = rng()?;
    let identity = identity(KeyAlgorithm::Rsa3072, &mut rng)?;
    let password = Password::generate(&mut rng);
    let text = password.secret_text().to_owned();
    let options = SealOptions::for_host(&host()?, encoding);

    let pkcs8 = identity.secret_key().secret_pkcs8_der()?;
    let store = store(&pkcs8, identity.leaf().as_der(), identity.root().as_der())?;
    let key = PKey::private_key_from_der(&pkcs8)?;
    let (leaf, root) = (X509::from_der(identity.leaf().as_der())?, X509::from_der(identity.root().as_der())?);
    let text_for_openssl = text.clone();
    let contenders = vec![
        Contender::ours("pki-core", move || done(pfx::seal(&identity, &password, &options, &mut rng)?)),
        Contender::peer("p12-keystore", move || done(by_p12_keystore(&store, &text, encoding)?)),
        Contender::peer("OpenSSL", move || done(by_openssl(&key, &leaf, &root, &text_for_openssl, encoding)?)),
    ];
    Ok(Contest { rounds: 30, contenders, bars: Vec::new() })
}

pub(super) fn open(encoding: Encoding) -> Result<Contest> {
    let mut rng = rng()?;
    let identity = identity(KeyAlgorithm::Rsa3072, &mut rng)?;
    let password = Password::generate(&mut rng);
    let file = pfx::seal(&identity, &password, &SealOptions::for_host(&host()?, encoding), &mut rng)?;

    let text = password.secret_text().to_owned();
    let (file_for_p12, file_for_openssl, text_for_openssl) = (file.clone(), file.clone(), text.clone());
    let contenders = vec![
        Contender::ours("pki-core", move || done(pfx::open(&file, &password, &OpenOptions::default())?.identity()?)),
        Contender::peer("p12-keystore", move || {
            let store = KeyStore::from_pkcs12(&file_for_p12, &text, Pkcs12ImportPolicy::Strict)?;
            store.private_key_chain().map(drop).ok_or_else(|| failed("p12-keystore finds no key"))
        }),
        Contender::peer("OpenSSL", move || {
            let contents = Pkcs12::from_der(&file_for_openssl)?.parse2(&text_for_openssl)?;
            contents.pkey.map(drop).ok_or_else(|| failed("OpenSSL finds no key"))
        }),
    ];
    Ok(Contest { rounds: 30, contenders, bars: Vec::new() })
}

/// What p12-keystore seals.
pub(super) fn store(pkcs8: &[u8], leaf: &[u8], root: &[u8]) -> Result<KeyStore> {
    let certificates = [Certificate::from_der(leaf)?, Certificate::from_der(root)?];
    let chain = PrivateKeyChain::new(HOST, PrivateKey::from_der(pkcs8)?, certificates);
    let mut store = KeyStore::new();
    store.add_entry(HOST, KeyStoreEntry::PrivateKeyChain(chain));
    Ok(store)
}

pub(super) fn by_p12_keystore(store: &KeyStore, password: &str, encoding: Encoding) -> Result<Vec<u8>> {
    let (cipher, mac) = match encoding {
        Encoding::Legacy => (EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc, MacAlgorithm::HmacSha1),
        _ => (EncryptionAlgorithm::PbeWithHmacSha256AndAes256, MacAlgorithm::HmacSha256),
    };
    let writer = store.writer(password).encryption_algorithm(cipher).mac_algorithm(mac);
    Ok(writer.encryption_iterations(iterations(encoding)).mac_iterations(iterations(encoding)).write()?)
}

fn by_openssl(
    key: &PKeyRef<Private>,
    leaf: &X509Ref,
    root: &X509Ref,
    password: &str,
    encoding: Encoding,
) -> Result<Vec<u8>> {
    let (cipher, mac) = match encoding {
        Encoding::Legacy => (Nid::PBE_WITHSHA1AND3_KEY_TRIPLEDES_CBC, MessageDigest::sha1()),
        _ => (Nid::AES_256_CBC, MessageDigest::sha256()),
    };
    let mut chain = Stack::new()?;
    chain.push(root.to_owned())?;
    let mut builder = Pkcs12::builder();
    builder.name(HOST).pkey(key).cert(leaf).ca(chain).key_algorithm(cipher).cert_algorithm(cipher);
    builder.key_iter(iterations(encoding)).mac_iter(iterations(encoding)).mac_md(mac);
    Ok(builder.build2(password)?.to_der()?)
}

/// As many as pki-core writes.
fn iterations(encoding: Encoding) -> u32 {
    match encoding {
        Encoding::Legacy => 2_000,
        _ => 100_000,
    }
}
