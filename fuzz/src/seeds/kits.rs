//! A mesh of two hosts: the kit of one, and its manifest.

use std::sync::Arc;

use pki_cli::fuzzing::kit_files;
use pki_core::authority::Identity;
use pki_core::bundle::{Bundle, TrustedRoot};
use pki_core::key::test_keys::insecure_test_key;
use pki_core::password::Password;
use pki_core::pfx::{self, Encoding, SealOptions};

use super::certificates::{authority, leaf, quick_root};
use super::{Seed, host, now, rng, seed};
use crate::keys::PASSWORD;
use crate::{kit, tlv};

pub(super) fn seeds() -> Vec<Seed> {
    let files = kit_files(&bundle(), now()).expect("the files of a kit");
    let manifest = files.iter().find(|(name, _)| name == "manifest.json").expect("its manifest").1.clone();
    // What the scripts say nobody reads back, and they are long.
    let files =
        files.into_iter().map(|(name, bytes)| if name.ends_with(".cmd") { (name, Vec::new()) } else { (name, bytes) });
    let files: Vec<u8> = files.flat_map(|(name, bytes)| file(&name, &bytes)).collect();
    let quick = file("trust/HOST5.atwork.at.root2.cer", quick_root(1).as_der());
    let mended = tlv::write(tlv::INTEGER, &[&[1]]);
    let more = [mended.clone(), files.clone(), quick.clone()].concat();
    assert!(kit::passes(&more), "a seed that is refused at once would lead nowhere");
    vec![
        seed("manifest", "manifest.json", manifest),
        seed("kit", "scripts-emptied", files.clone()),
        seed("kit", "mended", [mended, files.clone()].concat()),
        seed("kit", "one-root-more", more),
        seed("kit", "added", [files, quick].concat()),
    ]
}

fn bundle() -> Bundle {
    let root = authority(0);
    let (key, leaf) = (insecure_test_key(2).expect("a key of the library"), leaf(&root, 0));
    let identity = Identity::from_parts(leaf.clone(), key, root.certificate().clone()).expect("key, leaf and root");
    let options = SealOptions::for_host(&host(0), Encoding::Legacy);
    let password = Password::new(PASSWORD.to_owned()).expect("a password");
    let pfx = pfx::seal(&identity, &password, &options, &mut rng()).expect("an identity can be sealed");
    let roots: Arc<[TrustedRoot]> = [0, 1].map(trusted).into();
    Bundle::new(host(0), leaf, pfx, Encoding::Legacy, roots, format!("{}.root", host(0)))
}

fn trusted(index: usize) -> TrustedRoot {
    TrustedRoot::new(format!("{}.root", host(index)), authority(index).certificate().clone())
}

fn file(name: &str, bytes: &[u8]) -> Vec<u8> {
    [tlv::write(tlv::UTF8_STRING, &[name.as_bytes()]), tlv::write(tlv::OCTET_STRING, &[bytes])].concat()
}
