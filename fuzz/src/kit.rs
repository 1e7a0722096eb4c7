//! Kits: whatever lies in a folder, what passes is as the manifest says, and nothing outside is read.
//!
//! An input is a row of values: a UTF8String is the name of a file, and the OCTET STRING that follows what it holds. With an
//! INTEGER in front, the manifest gets the digests and facts that it should have, so that what lies behind them is reached.

use std::fs;
use std::path::{Component, Path};

use pki_cli::fuzzing::Kit;
use pki_core::certificate::Certificate;
use pki_core::name::printable;
use pki_core::verify::Outcome;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::second_opinion;
use crate::seeds;
use crate::shown::is_harmless;
use crate::tlv;

type Files<'d> = Vec<(&'d str, Vec<u8>)>;

/// Files of a kit's folder.
pub fn check(data: &[u8]) {
    passes(data);
}

/// The same; whether the kit passed.
pub fn passes(data: &[u8]) -> bool {
    let room = tempfile::tempdir().expect("a folder for the kit");
    let folder = room.path().join("kit");
    let mut files = read(data);
    // Outside, and as good as those inside.
    let outside = files.iter().find(|(name, _)| name.ends_with(".cer")).map(|(_, bytes)| bytes.clone());
    fs::write(room.path().join("outside.cer"), outside.unwrap_or_default()).expect("a file beside the kit");
    if data.first() == Some(&tlv::INTEGER) {
        mend(&mut files);
    }
    fs::create_dir_all(folder.join("trust")).expect("the folders of a kit");
    files.retain(|(name, bytes)| fs::write(folder.join(name), bytes).is_ok());
    let Ok(kit) = Kit::open(&folder) else { return false };
    let rows = kit.judge(seeds::now());
    for row in &rows {
        is_harmless(format_args!("{} {} {} {}", row.check, row.of, row.outcome, row.detail));
        let is_of_kit = || files.iter().any(|(name, _)| printable(name) == row.of);
        assert!(row.check != "file" || is_of_kit(), "{row:?}");
    }
    let passed = rows.iter().all(|row| row.outcome != Outcome::Failed);
    if passed {
        check_passed(&files);
    }
    passed
}

/// What is written: at most so many files, each once, and none outside the folder.
fn read(data: &[u8]) -> Files<'_> {
    let mut name = "";
    let mut files: Files = Vec::new();
    for value in tlv::all(data).take(4 * MOST_FILES) {
        match tlv::split(value) {
            Some((tlv::UTF8_STRING, text, _)) => name = str::from_utf8(text).unwrap_or_default(),
            Some((tlv::OCTET_STRING, bytes, _)) if is_inside(name) && files.iter().all(|(known, _)| *known != name) => {
                files.push((name, bytes.to_vec()));
            }
            _ => {}
        }
    }
    files.truncate(MOST_FILES);
    files
}

fn is_inside(name: &str) -> bool {
    let components: Vec<_> = Path::new(name).components().collect();
    let is_plain = components.iter().all(|component| matches!(component, Component::Normal(_)));
    is_plain && !name.contains('\0') && (components.len() == 1 || components.len() == 2 && name.starts_with("trust/"))
}

/// Lets the manifest tell the digest of each file, and of certificates what it would tell of them.
fn mend(files: &mut Files) {
    let Some(index) = files.iter().position(|(name, _)| *name == "manifest.json") else { return };
    let Ok(mut manifest) = serde_json::from_slice::<Value>(&files[index].1) else { return };
    let others = || files.iter().filter(|(name, _)| *name != "manifest.json");
    if let Some(manifest) = manifest.as_object_mut() {
        manifest.insert("sha256".to_owned(), others().map(|(name, bytes)| ((*name).to_owned(), hex(bytes))).collect());
        let facts = |name: &str| {
            let (_, bytes) = others().find(|(known, _)| *known == name)?;
            let certificate = Certificate::from_der_or_pem(bytes).ok()?;
            Some(json!({
                "file": name,
                "subject": certificate.subject().to_string(),
                "not_before": certificate.validity().not_before.to_string(),
                "not_after": certificate.validity().not_after.to_string(),
                "thumbprint_sha1": certificate.thumbprint().to_string(),
                "thumbprint_sha256": certificate.sha256_thumbprint().to_string(),
            }))
        };
        let leaf = manifest.get("leaf").and_then(|leaf| leaf["file"].as_str().and_then(facts));
        leaf.and_then(|leaf| manifest.insert("leaf".to_owned(), leaf));
        let roots = others().filter(|(name, _)| name.starts_with("trust/")).filter_map(|(name, _)| facts(name));
        manifest.insert("trust".to_owned(), roots.collect());
    }
    files[index].1 = manifest.to_string().into_bytes();
}

/// A kit passed: each file is listed with its digest, and each root in it signed itself, as `ring` sees it.
fn check_passed(files: &Files) {
    let (_, manifest) = files.iter().find(|(name, _)| *name == "manifest.json").expect("the manifest of a kit");
    let manifest: Value = serde_json::from_slice(manifest).expect("a manifest is JSON");
    for (name, bytes) in files.iter().filter(|(name, _)| *name != "manifest.json") {
        let listed = manifest["sha256"][*name].as_str().map(str::to_uppercase);
        assert_eq!(listed.as_deref(), hex(bytes).as_str(), "{name}");
        if name.starts_with("trust/") {
            let root = Certificate::from_der_or_pem(bytes).expect("a root");
            assert!(second_opinion::is_signed_by(root.as_der(), root.public_key().as_spki_der()), "{name}");
        }
    }
}

fn hex(bytes: &[u8]) -> Value {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02X}")).collect::<String>().into()
}

/// More than kits of small meshes have.
const MOST_FILES: usize = 16;
