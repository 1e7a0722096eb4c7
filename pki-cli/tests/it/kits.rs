//! `issue` makes kits that hold what a host needs and nothing that it must not have.

use std::collections::BTreeSet;
use std::path::PathBuf;

use pki_core::certificate::Certificate;
use pki_core::password::Password;
use pki_core::pfx::{self, OpenOptions};

use crate::support::{Room, json};

#[test]
fn two_hosts_get_the_folders_that_the_readme_shows() {
    let room = Room::with_kits();
    let expected: BTreeSet<PathBuf> = [
        "hosts/HOST4.atwork.at/HOST4.atwork.at.cer",
        "hosts/HOST4.atwork.at/HOST4.atwork.at.pfx",
        "hosts/HOST4.atwork.at/install.cmd",
        "hosts/HOST4.atwork.at/manifest.json",
        "hosts/HOST4.atwork.at/trust/HOST4.atwork.at.root.cer",
        "hosts/HOST4.atwork.at/trust/HOST5.atwork.at.root.cer",
        "hosts/HOST4.atwork.at/uninstall.cmd",
        "hosts/HOST5.atwork.at/HOST5.atwork.at.cer",
        "hosts/HOST5.atwork.at/HOST5.atwork.at.pfx",
        "hosts/HOST5.atwork.at/install.cmd",
        "hosts/HOST5.atwork.at/manifest.json",
        "hosts/HOST5.atwork.at/trust/HOST4.atwork.at.root.cer",
        "hosts/HOST5.atwork.at/trust/HOST5.atwork.at.root.cer",
        "hosts/HOST5.atwork.at/uninstall.cmd",
        "private/passwords/HOST4.atwork.at.txt",
        "private/passwords/HOST5.atwork.at.txt",
        "inventory.toml",
        "private/roots/HOST4.atwork.at.root.cer",
        "private/roots/HOST4.atwork.at.root.key.pem",
        "private/roots/HOST5.atwork.at.root.cer",
        "private/roots/HOST5.atwork.at.root.key.pem",
    ]
    .iter()
    .map(|path| ["replica-pki"].into_iter().chain(path.split('/')).collect())
    .collect();
    assert_eq!(room.files().into_keys().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn a_kit_opens_with_its_password_and_holds_key_leaf_and_root() {
    let room = Room::with_kits();
    for host in ["HOST4.atwork.at", "HOST5.atwork.at"] {
        let line = String::from_utf8(room.read(&format!("replica-pki/private/passwords/{host}.txt"))).unwrap();
        let password = line.strip_suffix('\n').unwrap();
        assert!(password.len() >= 24 && password.bytes().all(|b| b.is_ascii_graphic()), "{password}");

        let kit = |file: &str| room.read(&format!("replica-pki/hosts/{host}/{file}"));
        let password = Password::new(password.to_owned()).unwrap();
        let contents = pfx::open(&kit(&format!("{host}.pfx")), &password, &OpenOptions::default()).unwrap();
        let identity = contents.identity().unwrap();
        assert_eq!(identity.leaf().as_der(), kit(&format!("{host}.cer")));
        assert_eq!(identity.root().as_der(), kit(&format!("trust/{host}.root.cer")));
        assert_eq!(identity.leaf().subject().to_string(), format!("CN={host}"));
    }
}

#[test]
fn both_hosts_hold_the_same_roots() {
    let room = Room::with_kits();
    for root in ["HOST4.atwork.at.root.cer", "HOST5.atwork.at.root.cer"] {
        let copy = |host: &str| room.read(&format!("replica-pki/hosts/{host}/trust/{root}"));
        assert_eq!(copy("HOST4.atwork.at"), copy("HOST5.atwork.at"));
    }
}

#[test]
fn no_private_key_and_no_password_leaves_the_private_folder() {
    let room = Room::with_kits();
    let files = room.files();
    let secrets: Vec<&[u8]> = files
        .iter()
        .filter(|(path, _)| path.to_string_lossy().contains("private"))
        // A root's certificate is no secret; every host gets it.
        .filter(|(path, _)| path.extension().is_none_or(|extension| extension != "cer"))
        .flat_map(|(_, contents)| contents.split(|b| *b == b'\n'))
        .filter(|line| line.len() > 20 && !line.starts_with(b"-----"))
        .collect();
    assert!(secrets.len() > 40);
    for (path, contents) in files.iter().filter(|(path, _)| path.to_string_lossy().contains("hosts")) {
        for secret in &secrets {
            assert!(!contents.windows(secret.len()).any(|window| window == *secret), "{}", path.display());
        }
    }
}

#[test]
fn one_shared_root_is_trusted_by_all() {
    let room = Room::new();
    room.done(&["issue", "a.example.org", "b.example.org", "c.example.org", "--trust", "shared", "--key", "rsa-2048"]);
    let root = Certificate::from_der(&room.read("replica-pki/hosts/b.example.org/trust/shared.root.cer")).unwrap();
    assert!(root.subject().to_string().starts_with("CN=Replica Shared Root "));
    assert!(room.path("replica-pki/private/roots/shared.root.key.pem").exists());
    for host in ["a.example.org", "b.example.org", "c.example.org"] {
        assert_eq!(std::fs::read_dir(room.path(&format!("replica-pki/hosts/{host}/trust"))).unwrap().count(), 1);
        room.done(&["verify", &format!("replica-pki/hosts/{host}")]);
    }
}

#[test]
fn the_oldest_windows_decides_about_the_encoding() {
    for (windows, encoding) in [("2012r2", "legacy"), ("2016", "legacy"), ("2019", "modern"), ("2025", "modern")] {
        let room = Room::new();
        let result = room.done(&["issue", "HOST4.atwork.at", "--windows", windows, "--key", "rsa-2048", "--json"]);
        assert_eq!(json(&result)["hosts"][0]["encoding"], encoding, "{windows}");
        let manifest = room.read("replica-pki/hosts/HOST4.atwork.at/manifest.json");
        assert_eq!(json(&String::from_utf8(manifest).unwrap())["pfx"]["encoding"], encoding);
    }
}

#[test]
fn lifetimes_and_keys_are_as_asked() {
    let room = Room::new();
    room.done(&["issue", "HOST4.atwork.at", "--days", "90", "--root-days", "400", "--key", "rsa-2048"]);
    let days = |file: &str| {
        let certificate = Certificate::from_der(&room.read(file)).unwrap();
        assert_eq!(certificate.public_key().algorithm().to_string(), "rsa-2048");
        let validity = *certificate.validity();
        (validity.not_after.to_unix() - validity.not_before.to_unix()) / (24 * 60 * 60)
    };
    assert_eq!(days("replica-pki/hosts/HOST4.atwork.at/HOST4.atwork.at.cer"), 90);
    assert_eq!(days("replica-pki/hosts/HOST4.atwork.at/trust/HOST4.atwork.at.root.cer"), 400);
}

#[test]
fn the_folder_can_be_named_by_argument_or_variable() {
    let room = Room::new();
    room.done(&["issue", "HOST4.atwork.at", "--key", "rsa-2048", "--dir", "by/argument"]);
    assert!(room.path("by/argument/hosts/HOST4.atwork.at").is_dir());
    let mut command = room.command(&["issue", "HOST4.atwork.at", "--key", "rsa-2048"]);
    command.env("REPLICA_PKI_DIR", room.path("by/variable"));
    assert_eq!(crate::support::Ended::of(command).code, 0);
    assert!(room.path("by/variable/hosts/HOST4.atwork.at").is_dir());
}

#[test]
fn json_says_where_everything_is() {
    let room = Room::new();
    let ended = room.run(&["issue", "HOST4.atwork.at", "--key", "rsa-2048", "--json"]);
    let result = json(&ended.stdout);
    assert_eq!(ended.stderr, "");
    let host = &result["hosts"][0];
    for path in [&host["kit"], &host["password_file"], &result["roots"][0]["key"]] {
        assert!(room.path("").join(path.as_str().unwrap()).exists(), "{path}");
    }
    let leaf = Certificate::from_der(&room.read("replica-pki/hosts/HOST4.atwork.at/HOST4.atwork.at.cer")).unwrap();
    assert_eq!(host["leaf"]["thumbprint_sha1"], leaf.thumbprint().to_string());
}

#[test]
fn people_see_thumbprint_end_and_what_to_do_next() {
    let room = Room::new();
    let text = room.done(&["issue", "HOST4.atwork.at", "--key", "rsa-2048"]);
    let leaf = Certificate::from_der(&room.read("replica-pki/hosts/HOST4.atwork.at/HOST4.atwork.at.cer")).unwrap();
    for expected in [&leaf.thumbprint().to_string(), &leaf.validity().not_after.to_string(), "Next:", "729 days"] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[test]
fn a_host_without_suffix_is_accepted_with_a_warning() {
    let ended = Room::new().run(&["issue", "HOST4", "--key", "rsa-2048"]);
    assert_eq!(ended.code, 0);
    assert!(ended.stderr.contains("warning: HOST4 has no DNS suffix"), "{}", ended.stderr);
}

#[test]
fn names_that_cannot_be_are_refused_before_anything_is_made() {
    for (name, reason) in [
        ("10.0.0.4", "IP address"),
        ("*.atwork.at", "wildcards"),
        ("HOST_4.atwork.at", "underscore"),
        ("host 4.atwork.at", "space"),
        ("HOST4..atwork.at", "empty label"),
    ] {
        let room = Room::new();
        let ended = room.run(&["issue", "HOST5.atwork.at", name]);
        assert_eq!(ended.code, 2, "{name}");
        assert!(ended.stderr.contains(reason), "{name}: {}", ended.stderr);
        assert!(room.files().is_empty());
    }
    for (names, reason) in [
        (["HOST4.atwork.at", "host4.ATWORK.at"], "named twice"),
        (["con.atwork.at", "HOST4.atwork.at"], "takes every file name"),
    ] {
        let room = Room::new();
        let ended = room.run(&["issue", names[0], names[1]]);
        assert_eq!(ended.code, 1);
        assert!(ended.stderr.contains(reason) && ended.stderr.contains("hint: "), "{}", ended.stderr);
        assert!(room.files().is_empty());
    }
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_what_was_made() {
    use std::os::unix::fs::PermissionsExt as _;

    let room = Room::new();
    std::fs::create_dir_all(room.path("replica-pki/private")).unwrap();
    std::fs::set_permissions(room.path("replica-pki/private"), std::fs::Permissions::from_mode(0o755)).unwrap();
    // The widest umask there is must not matter.
    let program = env!("CARGO_BIN_EXE_replica-pki");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "umask 0 && exec \"$0\" issue HOST4.atwork.at --key rsa-2048", program]);
    shell.current_dir(room.path("")).env_remove("REPLICA_PKI_DIR").env_remove("REPLICA_PKI_PASSWORD");
    assert!(shell.output().unwrap().status.success());

    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for folder in ["private", "private/roots", "private/passwords", "hosts/HOST4.atwork.at"] {
        assert_eq!(mode(room.path(&format!("replica-pki/{folder}"))), 0o700, "{folder}");
    }
    for file in room.files().into_keys() {
        assert_eq!(mode(room.path("").join(&file)), 0o600, "{}", file.display());
    }
}

#[test]
fn certificates_that_end_with_their_roots_are_told_of_once() {
    let room = Room::new();
    let issue = ["issue", "HOST4.atwork.at", "HOST5.atwork.at", "--key", "rsa-2048", "--days", "20", "--root-days"];
    let shorter = room.run(&[&issue[..], &["10", "--dir", "shorter"]].concat());
    assert_eq!(shorter.stderr.matches("warning: the certificate ends with its root, on ").count(), 1, "{shorter:?}");
    let equal = room.run(&[&issue[..], &["20", "--dir", "equal"]].concat());
    assert!(equal.code == 0 && !equal.stderr.contains("with its root"), "{equal:?}");
}
