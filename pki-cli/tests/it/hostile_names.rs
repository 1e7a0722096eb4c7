//! Names that lead elsewhere, in arguments, inventories, kits and folders: `..`, absolute paths, drives, devices, other
//! streams, and what Windows drops at the end of a name. They are refused, and nothing is written, read or removed there.

use std::fs;
use std::path::Path;

use chacha20::ChaCha20Rng;
use pki_core::authority::Authority;
use pki_core::key::{KeyAlgorithm, KeyPair};
use pki_core::name::{Fqdn, RootName};
use pki_core::profile::{LeafProfile, RootProfile};
use pki_core::validity::Time;
use rand::SeedableRng as _;
use serde_json::Value;

use crate::support::mesh::{edit, mesh};
use crate::support::{Ended, Room, copy, json};

/// What no file may be called.
const NAMES: [&str; 22] = [
    "..",
    "../up",
    "a/../../up",
    "/absolute",
    "C:drive",
    "C:\\drive",
    "\\\\server\\share",
    "..\\up",
    "a\\b",
    "CON",
    "con.test",
    "NUL",
    "NUL.cer",
    "aux.pfx",
    "COM1",
    "lpt9.test",
    "COM\u{b9}.test",
    "CONIN$",
    "a.test:stream",
    "dot.",
    "space ",
    "a\0b",
];

#[test]
fn no_name_of_a_host_or_root_becomes_another_path() {
    let room = Room::new();
    fs::create_dir_all(room.path("deep/inside")).unwrap();
    // A dot at the end of a host's name is no part of it, and arguments have no zero bytes.
    for name in NAMES.iter().filter(|name| !name.contains('\0') && **name != "dot.") {
        for arguments in [
            vec!["issue", name, "--key", "rsa-2048"],
            vec!["root", "--name", name, "--for", "a.test", "--out", "out", "--key", "rsa-2048"],
            vec!["request", name, "--out", "out", "--key", "rsa-2048"],
        ] {
            let mut command = room.command(&arguments);
            command.current_dir(room.path("deep/inside"));
            let ended = Ended::of(command);
            assert_refused(&ended, &arguments);
            assert!(room.files().is_empty(), "{arguments:?}: {:?}", room.files().keys());
        }
    }
}

#[test]
fn no_inventory_leads_elsewhere() {
    for name in NAMES.iter().filter(|name| **name != "dot.") {
        let room = mesh(&["a.test"]);
        let quoted = serde_json::to_string(name).unwrap();
        edit(&room, "fqdn = \"a.test\"\n", &format!("fqdn = \"a.test\"\n\n[[host]]\nfqdn = {quoted}\n"));
        let before = room.files();
        for command in [&["issue"][..], &["issue", "b.test"], &["issue", "--prune"]] {
            assert_refused(&room.run(command), command);
            assert!(room.files() == before, "{name}");
        }
    }
}

/// The answer to a request names its host itself.
#[test]
fn no_certificate_of_others_names_the_file_that_is_written() {
    let room = Room::new();
    room.write("password.txt", "a password\n");
    let mut rng = ChaCha20Rng::from_seed([7; 32]);
    let mut key = || KeyPair::generate(KeyAlgorithm::Rsa2048, &mut rng).unwrap();
    let (root_key, leaf_key) = (key(), key());
    room.write("key.pem", leaf_key.secret_pkcs8_pem().unwrap().as_bytes());
    let now: Time = "2026-11-22T17:00:00Z".parse().unwrap();
    let name: RootName = "R".parse().unwrap();
    let hosts = ["CON", "nul.test", "COM1"].map(|name| Fqdn::of_computer(name).unwrap());
    let profile = RootProfile::new(name, hosts.iter().cloned().map(Into::into).collect());
    let root = Authority::create(&profile, root_key, now, &mut rng).unwrap();
    room.write("root.cer", root.certificate().as_der());
    for host in hosts {
        let leaf = root.sign(&LeafProfile::new(host), leaf_key.public_key(), now, &mut rng).unwrap();
        room.write("leaf.cer", leaf.as_der());
        let before = room.files();
        let given = ["accept", "--key", "key.pem", "--certificate", "leaf.cer", "--root", "root.cer", "--out", "out"];
        let arguments = [&given[..], &["--password-file", "password.txt"]].concat();
        assert_refused(&room.run(&arguments), &arguments);
        assert!(room.files() == before);
    }
}

/// What a manifest names is read, and some of it replaced or removed: a kit that came back from elsewhere may say anything.
#[test]
fn no_manifest_leads_out_of_its_kit() {
    let clean = mesh(&["a.test", "b.test"]);
    clean.done(&["renew", "a.test"]);
    let root = clean.read("replica-pki/private/roots/b.test.root.cer");
    // Where the paths below lead, seen from the kit, its trust, and the kit that it keeps.
    for victim in ["victim.cer", "replica-pki/victim.cer", "replica-pki/hosts/victim.cer"] {
        clean.write(victim, &root);
    }
    let paths = ["../victim.cer", "../../victim.cer", "../../../victim.cer", "../../../../victim.cer"];
    let in_trust = paths.map(|path| format!("trust/{path}"));
    let paths: Vec<_> = paths.iter().map(ToString::to_string).chain(in_trust).collect();
    let names = NAMES.iter().flat_map(|name| [(*name).to_owned(), format!("trust/{name}.cer")]);
    let names = paths.iter().cloned().chain(names).collect();
    let kit = "replica-pki/hosts/a.test";
    for (manifest, names) in [(format!("{kit}/manifest.json"), names), (format!("{kit}/previous/manifest.json"), paths)]
    {
        let (manifest, original) = (&manifest, json(&String::from_utf8(clean.read(&manifest)).unwrap()));
        for (number, name) in names.iter().enumerate() {
            let places = ["/pfx/file", "/leaf/file", "/trust/1/file", "more roots", "hashes", "/host"];
            // Wine takes a tenth of a second to start a program: there each name comes to one place.
            let places =
                places.into_iter().enumerate().filter(|(at, _)| !cfg!(windows) || number % places.len() == *at);
            for (_, place) in places {
                if is_harmless(name, place) {
                    continue;
                }
                let mut changed = original.clone();
                put(&mut changed, place, name);
                clean.write(manifest, changed.to_string());
                try_everything(&clean, &format!("{name:?} as {place} in {manifest}"));
            }
        }
        clean.write(manifest, original.to_string());
    }
}

/// What Windows drops at the end of a name stays where an ending follows; of a host's name a last dot is no part.
fn is_harmless(name: &str, place: &str) -> bool {
    ["trust/dot..cer", "trust/space .cer"].contains(&name) || (name, place) == ("dot.", "/host")
}

fn put(manifest: &mut Value, place: &str, name: &str) {
    match place {
        "more roots" => {
            let mut entry = manifest["trust"][0].clone();
            entry["file"] = name.into();
            manifest["trust"].as_array_mut().unwrap().push(entry);
        }
        "hashes" => manifest["sha256"][name] = "00".repeat(32).into(),
        place => *manifest.pointer_mut(place).unwrap() = name.into(),
    }
}

/// Commands that read, replace and remove what manifests name. What they refuse they leave as it is; where one has nothing
/// to do with the manifest, it changes nothing but its own.
fn try_everything(clean: &Room, context: &str) {
    let outside = |room: &Room| {
        let victims = room.files().into_iter().filter(|(path, _)| path.ends_with("victim.cer"));
        victims.collect::<Vec<_>>()
    };
    let before = clean.files();
    for command in [&["verify", "replica-pki/hosts/a.test"][..], &["status"]] {
        let ended = clean.run(command);
        assert!(context.contains("previous") || ended.code != 0, "{context}: {command:?}: {ended:?}");
        assert!(clean.files() == before, "{context}: {command:?}");
    }
    for command in [&["issue", "c.test"][..], &["renew", "--finish"]] {
        let room = copy(clean);
        let ended = room.run(command);
        assert!(outside(&room) == outside(clean), "{context}: {command:?}: {ended:?}");
        if !context.contains("previous") {
            assert_refused(&ended, command);
            assert!(room.files() == before, "{context}: {command:?}");
        }
    }
}

/// Every kit gets a file of a root's name.
#[cfg(unix)]
#[test]
fn no_root_is_called_so_in_the_folder_of_a_mesh() {
    for name in NAMES.iter().filter(|name| !name.contains(['/', '\0']) && **name != "..") {
        let room = mesh(&["a.test"]);
        let root = mesh(&["b.test"]).read("replica-pki/private/roots/b.test.root.cer");
        let path = format!("replica-pki/private/roots/{name}.cer");
        fs::write(room.path("").join(&path), root).unwrap();
        let before = room.files();
        for command in [&["issue"][..], &["renew", "a.test"]] {
            let ended = room.run(command);
            assert_refused(&ended, command);
            assert!(ended.stderr.contains(&path) && room.files() == before, "{ended:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn no_kit_lies_in_a_folder_that_is_called_so() {
    for name in NAMES.iter().filter(|name| !name.contains(['/', '\0']) && **name != "..") {
        let room = mesh(&["a.test", "b.test"]);
        let folder = room.path("replica-pki/hosts").join(name);
        fs::rename(room.path("replica-pki/hosts/b.test"), &folder).unwrap();
        fs::rename(folder.join("b.test.cer"), folder.join(format!("{name}.cer"))).unwrap();
        let before = room.files();
        let ended = room.run(&["issue"]);
        assert_refused(&ended, &["issue"]);
        assert!(room.files() == before, "{name}: {ended:?}");
    }
}

#[track_caller]
fn assert_refused(ended: &Ended, arguments: &[&str]) {
    assert!([1, 2].contains(&ended.code) && ended.stderr.contains("error: "), "{arguments:?}: {ended:?}");
    assert!(!ended.stderr.contains('\0') && !Path::new("NUL").exists(), "{arguments:?}: {ended:?}");
}
