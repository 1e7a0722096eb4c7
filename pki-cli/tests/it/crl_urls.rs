//! `issue --crl-url`: each certificate says where the revocation list of its root will be.

use crate::support::mesh::{changes, edit, every_kit_passes, inventory, leaf, mesh};
use crate::support::{Room, json};

const URL: &str = "http://pki.atwork.at/{root}.crl";

fn list_of(room: &Room, host: &str) -> Vec<String> {
    let leaf = leaf(room, host);
    leaf.extensions().crl_distribution_points.iter().flatten().map(|url| (*url).to_string()).collect()
}

fn make_list(room: &Room, label: &str) {
    let root = format!("replica-pki/private/roots/{label}.cer");
    let key = format!("replica-pki/private/roots/{label}.key.pem");
    room.done(&["crl", "--root", &root, "--root-key", &key, "--out", &format!("{label}.crl")]);
}

/// Who looks for a list and finds none refuses the certificate.
#[test]
fn a_root_without_its_first_list_is_not_good_and_the_line_that_makes_it_works() {
    let room = Room::new();
    let dir = "some mesh";
    room.done(&["issue", "a.test", "b.test", "--key", "rsa-2048", "--crl-url", URL, "--dir", dir]);
    let problems = || {
        let ended = room.run(&["status", "--json", "--dir", dir]);
        let problems = json(&ended.stdout)["problems"].as_array().unwrap().clone();
        assert_eq!(ended.code, if problems.is_empty() { 0 } else { 3 }, "{ended:?}");
        problems.into_iter().map(|problem| problem.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let found = problems();
    assert!(found.len() == 2 && found[0].starts_with("the root a.test.root has no revocation list yet"), "{found:?}");
    for problem in found {
        let quote = if cfg!(windows) { '"' } else { '\'' };
        let command = problem.split_once("replica-pki ").unwrap().1;
        let arguments = command.split(quote).flat_map(|part| match part.starts_with(dir) {
            true => vec![part],
            false => part.split_whitespace().collect(),
        });
        room.done(&arguments.collect::<Vec<_>>());
    }
    assert_eq!(problems(), [""; 0]);

    let text = String::from_utf8(room.read("some mesh/inventory.toml")).unwrap();
    room.write("some mesh/inventory.toml", text.replace(&format!("crl_url = \"{URL}\"\n"), ""));
    std::fs::remove_file(room.path("some mesh/private/roots/a.test.root.crl")).unwrap();
    std::fs::remove_file(room.path("some mesh/private/roots/a.test.root.revoked.json")).unwrap();
    let found = problems();
    assert!(found.len() == 1 && found[0].starts_with("the root a.test.root has no revocation list yet"), "{found:?}");
}

#[test]
fn every_root_has_an_address_of_its_own() {
    let room = mesh(&["a.test", "b.test", "--crl-url", URL]);
    assert_eq!(list_of(&room, "a.test"), ["http://pki.atwork.at/a.test.root.crl"]);
    assert_eq!(list_of(&room, "b.test"), ["http://pki.atwork.at/b.test.root.crl"]);
    assert!(inventory(&room).contains(&format!("\ncrl_url = \"{URL}\"\n")));
    room.done(&["issue", "c.test"]);
    assert_eq!(list_of(&room, "c.test"), ["http://pki.atwork.at/c.test.root.crl"]);
    every_kit_passes(&room, &["a.test", "b.test", "c.test"]);
    let said = json(&room.run(&["status", "--json"]).stdout);
    assert_eq!(said["hosts"][2]["revocation_list"], "http://pki.atwork.at/c.test.root.crl");
}

#[test]
fn one_address_for_several_roots_is_refused_and_explained() {
    let plain = "http://pki.atwork.at/one.crl";
    let room = Room::new();
    let ended = room.run(&["issue", "a.test", "b.test", "--crl-url", plain]);
    assert_eq!(ended.code, 1);
    for part in ["2 roots", "a list is of one root", "{root}", "hint: "] {
        assert!(ended.stderr.contains(part), "{part}: {ended:?}");
    }
    assert!(room.files().is_empty());

    let room = mesh(&["a.test", "b.test", "--trust", "shared", "--crl-url", plain]);
    assert_eq!(list_of(&room, "a.test"), [plain]);
    let room = mesh(&["a.test", "--crl-url", plain]);
    let before = room.files();
    let ended = room.run(&["issue", "b.test"]);
    assert!(ended.code == 1 && ended.stderr.contains("inventory.toml, line 4: crl_url"), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);
}

#[test]
fn what_is_no_address_is_wrong_usage() {
    for url in ["https://pki.atwork.at/{root}.crl", "http://pki.atwork.at/{host}.crl", "ftp://x", "pki"] {
        let ended = Room::new().run(&["issue", "a.test", "--crl-url", url]);
        assert_eq!(ended.code, 2, "{url}: {ended:?}");
    }
}

#[test]
fn another_address_concerns_new_certificates_and_status_says_whose_is_old() {
    let room = mesh(&["a.test", "b.test"]);
    let before = room.files();
    let ended = room.run(&["issue", "--crl-url", URL]);
    assert!(ended.code == 1 && ended.stderr.contains("crl_url = none, and the command line says"), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);

    edit(&room, "[defaults]", &format!("[defaults]\ncrl_url = \"{URL}\""));
    assert!(room.done(&["issue"]).starts_with("nothing to do"), "certificates that exist stay");
    let ended = room.run(&["status", "--json"]);
    assert_eq!(ended.code, 3);
    let problem = json(&ended.stdout)["hosts"][0]["problems"][0].as_str().unwrap().to_owned();
    for part in ["nowhere", "http://pki.atwork.at/a.test.root.crl", "replica-pki renew a.test"] {
        assert!(problem.contains(part), "{part}: {problem}");
    }
    room.done(&["renew", "a.test", "b.test"]);
    room.done(&["renew", "--finish"]);
    assert_eq!(list_of(&room, "a.test"), ["http://pki.atwork.at/a.test.root.crl"]);
    make_list(&room, "a.test.root");
    make_list(&room, "b.test.root");
    room.done(&["status"]);
}

#[test]
fn a_new_root_gets_a_new_address_and_one_address_cannot_serve_two() {
    let shared = ["a.test", "b.test", "--trust", "shared", "--root-days", "40", "--crl-url"];
    let room = mesh(&[&shared[..], &["http://pki.atwork.at/one.crl"]].concat());
    let before = room.files();
    let ended = room.run(&["renew"]);
    assert!(ended.code == 3 && ended.stdout.contains("one each") && ended.stdout.contains("{root}"), "{ended:?}");
    let ended = room.run(&["renew", "a.test"]);
    assert!(ended.code == 1 && ended.stderr.contains("one each") && ended.stderr.contains("{root}"), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);

    let ended = room.run(&["issue", "--replace", "a.test"]);
    assert!(ended.code == 1 && ended.stderr.contains("one each") && ended.stderr.contains("{root}"), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);

    edit(&room, "one.crl", "{root}.crl");
    room.done(&["renew"]);
    let before = room.files();
    let ended = room.run(&["renew", "--roots-installed"]);
    assert!(ended.code == 1 && ended.stderr.contains("the root shared.root2 has no revocation list yet"), "{ended:?}");
    let make = "replica-pki crl --root replica-pki/private/roots/shared.root2.cer --root-key ";
    assert!(cfg!(windows) || ended.stderr.contains(make), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);
    make_list(&room, "shared.root2");
    room.done(&["renew", "--roots-installed"]);
    assert_eq!(list_of(&room, "b.test"), ["http://pki.atwork.at/shared.root2.crl"]);
}

/// The program that installs says what its default means for such a certificate.
#[test]
fn install_says_that_the_check_is_switched_off_although_there_is_a_list() {
    for (url, note) in [(&["--crl-url", URL][..], true), (&[], false)] {
        let room = mesh(&[&["a.test"], url].concat());
        let kit = "replica-pki/hosts/a.test";
        let said = |more: &[&str]| room.run(&[&["install", kit, "--dry-run"], more].concat());
        let part = "note: the certificate names a revocation list";
        assert_eq!(said(&[]).stderr.contains(part), note);
        assert_eq!(said(&[]).stderr.contains("--keep-revocation-check"), note);
        assert!(!said(&["--keep-revocation-check"]).stderr.contains(part));
    }
}

#[test]
fn the_line_that_makes_the_list_of_a_new_root_is_printed_and_works() {
    let make = |room: &Room, step: &serde_json::Value| {
        assert_eq!(step["on"], json("[]"));
        let command = step["command"].as_str().unwrap();
        let arguments: Vec<_> = command.strip_prefix("replica-pki ").unwrap().split(' ').collect();
        room.done(&arguments);
        arguments.last().unwrap().to_string()
    };
    let room = Room::new();
    let arguments = ["issue", "a.test", "b.test", "--key", "rsa-2048", "--crl-url", URL];
    let said = json(&room.done(&[&arguments[..], &["--json"]].concat()));
    assert_eq!(said["first"].as_array().unwrap().len(), 2);
    let what = said["first"][0]["what"].as_str().unwrap();
    assert!(what.contains("publish it at http://pki.atwork.at/a.test.root.crl before"), "{what}");
    assert_eq!(make(&room, &said["first"][0]), "a.test.root.crl");
    assert!(!room.read("a.test.root.crl").is_empty());

    let said = room.done(&["issue", "c.test"]);
    assert!(said.contains("1. here: make the revocation list of c.test.root, and publish"), "{said}");
    assert!(!said.contains("list of a.test.root"), "{said}");
    let said = json(&room.done(&["renew", "a.test", "--json"]));
    assert!(!said["next"].to_string().contains("replica-pki crl"), "{said}");
    room.done(&["renew", "--finish"]);

    let said = json(&room.done(&["renew", "a.test", "--within", "3651d", "--json"]));
    let what = said["next"][0]["what"].as_str().unwrap();
    assert!(what.contains("publish it at http://pki.atwork.at/a.test.root2.crl before"), "{what}");
    assert_eq!(make(&room, &said["next"][0]), "a.test.root2.crl");

    let said = json(&mesh(&["a.test"]).done(&["issue", "b.test", "--json"]));
    assert_eq!(said["first"], json("[]"));
}

/// The old list stays where the certificates below the old root look for it, until none is used any more.
#[test]
fn a_root_that_replaces_another_has_a_list_and_an_address_of_its_own() {
    for (trust, line) in [("per-host", "a.test.root"), ("shared", "shared.root")] {
        let room = mesh(&["a.test", "b.test", "--crl-url", URL, "--trust", trust]);
        make_list(&room, line);
        let old = room.read(&format!("{line}.crl"));
        let said = json(&room.done(&["issue", "--replace", "a.test", "--json"]));
        let (list, install) = (&said["first"][0], &said["first"][1]);
        let what = list["what"].as_str().unwrap();
        assert!(what.contains(&format!("publish it at http://pki.atwork.at/{line}2.crl before")), "{what}");
        let command = list["command"].as_str().unwrap();
        room.done(&command.strip_prefix("replica-pki ").unwrap().split(' ').collect::<Vec<_>>());
        assert!(!room.read(&format!("{line}2.crl")).is_empty());
        assert_eq!(room.read(&format!("{line}.crl")), old);
        assert_eq!(install["command"], ".\\replica-pki.exe install FOLDER");
        assert_eq!(list_of(&room, "a.test"), [format!("http://pki.atwork.at/{line}2.crl")]);
        every_kit_passes(&room, &["a.test", "b.test"]);
    }
}

/// Who checks for revocation would have to refuse such a certificate for ever.
#[test]
fn a_list_that_nobody_could_sign_is_refused() {
    let room = Room::new();
    let ended = room.run(&["issue", "a.test", "--crl-url", URL, "--discard-root-keys"]);
    assert!(ended.code == 1 && ended.stderr.contains("no root can ever sign one"), "{ended:?}");
    assert!(ended.stderr.contains("\nhint: ") && room.files().is_empty(), "{ended:?}");

    let room = mesh(&["a.test", "--crl-url", URL]);
    let before = room.files();
    let ended = room.run(&["issue", "--discard-root-keys"]);
    assert!(ended.code == 1 && ended.stderr.contains("no root can ever sign one"), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);

    edit(&room, "discard_root_keys = false", "discard_root_keys = true");
    for command in ["issue", "renew", "status"] {
        let ended = room.run(&[command]);
        assert!(ended.code == 1 && ended.stderr.contains("inventory.toml, line 4: crl_url"), "{command}: {ended:?}");
    }
    assert!(room.path("replica-pki/private/roots/a.test.root.key.pem").exists());
}
