//! Second opinion on PFX files: the crate `p12-keystore`.

use p12_keystore::{EncryptionAlgorithm, KeyStore, Pkcs12ImportPolicy};
use pki_core::password::Password;
use pki_core::pfx::{self, Encoding, OpenOptions};

use crate::pfx_seal::{password, sealed};
use crate::support;

#[test]
fn it_reads_both_encodings() {
    let identity = support::identity("HOST4.atwork.at");
    for encoding in [Encoding::Legacy, Encoding::Modern] {
        let store =
            KeyStore::from_pkcs12(&sealed(encoding), password().secret_text(), Pkcs12ImportPolicy::Strict).unwrap();
        let (_, chain) = store.private_key_chain().expect("a key with its chain");
        let certificates: Vec<_> = chain.certs().iter().map(p12_keystore::Certificate::as_der).collect();
        assert_eq!(certificates, [identity.leaf().as_der(), identity.root().as_der()]);
        assert_eq!(store.entries_len(), 1);
    }
}

#[test]
fn what_it_writes_is_read_here() {
    let store =
        KeyStore::from_pkcs12(&sealed(Encoding::Modern), password().secret_text(), Pkcs12ImportPolicy::Strict).unwrap();
    for algorithm in [
        EncryptionAlgorithm::PbeWithHmacSha256AndAes256,
        EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc,
        EncryptionAlgorithm::PbeWithShaAnd40BitRc4Cbc,
    ] {
        let file = store.writer("another password").encryption_algorithm(algorithm).write().unwrap();
        let password = Password::new("another password".to_owned()).unwrap();
        let identity = pfx::open(&file, &password, &OpenOptions::default()).unwrap().identity().unwrap();
        assert_eq!(identity.leaf(), support::identity("HOST4.atwork.at").leaf());
    }
}
