//! From names to a PFX and back: what was sealed opens to the same identity, and `verify` accepts what was issued.

use std::sync::LazyLock;

use chacha20::ChaCha20Rng;
use pki_core::authority::{Authority, Identity};
use pki_core::key::test_keys::insecure_test_key;
use pki_core::name::{DnsName, Fqdn, HttpUrl, RootName};
use pki_core::password::Password;
use pki_core::pfx::{self, Encoding, KeyProvider, OpenOptions, SealOptions};
use pki_core::profile::{LeafProfile, RootProfile};
use pki_core::verify::{Question, verify};
use rand::SeedableRng as _;
use sha2::{Digest as _, Sha256};

use crate::seeds;
use crate::shown::is_no_fault;

static IDENTITY: LazyLock<Identity> = LazyLock::new(|| {
    let (authority, key) = (seeds::certificates::authority(0), insecure_test_key(1).expect("a key of the library"));
    let profile = LeafProfile::new(seeds::host(0));
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    authority.issue(&profile, key, seeds::now(), &mut rng).expect("a host of the root")
});

/// Two bytes that choose, then texts that end in NUL: the password, the name that is shown, names of a host, of its root, and
/// where a revocation list is.
pub fn check(data: &[u8]) {
    let Some((&[choice, seed], text)) = data.split_first_chunk() else { return };
    let text = String::from_utf8_lossy(text);
    let mut texts = text.split('\0').chain(std::iter::repeat(""));
    let mut next = || texts.next().unwrap_or_default();
    let mut rng = ChaCha20Rng::seed_from_u64(seed.into());
    let mut options = SealOptions::default();
    // A hundred thousand rounds, three times there and three times back: one input in 256 has to be enough, whatever is kept.
    let is_modern = Sha256::digest(data).first() == Some(&0);
    options.encoding = if is_modern { Encoding::Modern } else { Encoding::Legacy };
    options.provider = [KeyProvider::SChannel, KeyProvider::RsaAes, KeyProvider::SoftwareKsp][usize::from(choice) % 3];
    let password = Password::new(next().to_owned()).inspect_err(is_no_fault);
    options.friendly_name = Some(next().to_owned()).filter(|name| !name.is_empty());
    let issued = if choice & 0x40 != 0 { issue(&[next(), next(), next(), next()], &mut rng) } else { None };
    if let Ok(password) = password {
        check_sealing(issued.as_ref().unwrap_or(&IDENTITY), &password, &options, &mut rng);
    }
}

/// What is there before the first input.
pub fn prepare() {
    LazyLock::force(&IDENTITY);
}

fn check_sealing(identity: &Identity, password: &Password, options: &SealOptions, rng: &mut ChaCha20Rng) {
    let file = pfx::seal(identity, password, options, rng).expect("an identity can be sealed");
    let contents = pfx::open(&file, password, &OpenOptions::default()).expect("what was sealed can be opened");
    let opened = contents.identity().expect("what was sealed is an identity");
    assert_eq!((opened.leaf(), opened.root()), (identity.leaf(), identity.root()));
    assert_eq!(
        *opened.secret_key().secret_pkcs8_der().expect("a key can be written"),
        *identity.secret_key().secret_pkcs8_der().expect("a key can be written")
    );
    let shown = contents.certificates.first().and_then(|entry| entry.attributes.friendly_name.clone());
    assert_eq!(shown, options.friendly_name);
    let provider = contents.keys.first().and_then(|key| key.attributes.provider.clone());
    assert_eq!(provider.as_deref(), Some(options.provider.name()));
    assert_eq!(contents.oldest_windows(), Some(options.encoding.oldest_windows()));
    let other = Password::new(format!("{}x", password.secret_text()));
    assert!(other.is_err() || pfx::open(&file, &other.expect("a password"), &OpenOptions::default()).is_err());
}

/// A root and a certificate for these names, if a host can have them.
fn issue([host, also, root, url]: &[&str; 4], rng: &mut ChaCha20Rng) -> Option<Identity> {
    let mut profile = LeafProfile::new(Fqdn::of_computer(host).ok()?);
    profile.also = also.split(' ').filter_map(|name| DnsName::of_computer(name).ok()).take(20).collect();
    profile.revocation_list = url.parse::<HttpUrl>().ok();
    let name = root.parse().unwrap_or_else(|_| RootName::default_for(&profile.fqdn));
    let root = RootProfile::new(name, profile.names().into_iter().cloned().collect());
    let key = |index| insecure_test_key(index).expect("a key of the library");
    let now = seeds::now();
    let authority = Authority::create(&root, key(2), now, rng).expect("a root can have any of these names");
    let identity = authority.issue(&profile, key(3), now, rng).inspect_err(is_no_fault).ok()?;
    for name in profile.names() {
        let mut question = Question::new(now);
        question.host = Some(name.clone());
        let report = verify(identity.leaf(), &[], std::slice::from_ref(identity.root()), &question);
        assert!(report.passed(), "{:?}", report.failures().collect::<Vec<_>>());
    }
    Some(identity)
}
