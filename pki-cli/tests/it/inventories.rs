//! An inventory can be written by hand. What is wrong in it is named with file, line and what is allowed, by every command
//! that reads it, before anything is changed.

use std::fs;

use crate::support::mesh::{INVENTORY, certificate, changes, every_kit_passes, inventory, mesh};
use crate::support::{Room, json};

const HOSTS: &str = "[[host]]\nfqdn = \"a.test\"\n[[host]]\nfqdn = \"b.test\"\n";

fn by_hand(text: &str) -> Room {
    let room = Room::new();
    fs::create_dir(room.path("replica-pki")).unwrap();
    room.write(INVENTORY, text);
    room
}

#[test]
fn what_cannot_be_is_refused_by_every_command() {
    for (text, parts) in [
        ("[defaults]\nkeys = \"rsa-2048\"\n", &["line 2: ", "unknown field `keys`", "`leaf_days`"][..]),
        ("[defaults]\nkey = \"rsa-1024\"\n", &["line 2: ", "rsa-2048, rsa-3072, rsa-4096"]),
        ("# mine\n[default]\n", &["line 2: ", "unknown field `default`"]),
        ("[[host]]\nfqdn = \"a.test\"\nalias = \"x\"\n", &["line 3: ", "unknown field `alias`", "`also`"]),
        ("[[host]]\nfqdn = \"a.test\"\n\n[[host]]\nfqdn = \"A.TEST\"\n", &["line 4: ", "A.TEST", "line 1"]),
        (
            "[[host]]\nfqdn = \"a.test\"\nroot = \"R\"\n[[host]]\nfqdn = \"b.test\"\nroot = \"r\"\n",
            &["line 4: ", "each needs its own"],
        ),
        (
            "[defaults]\ntrust = \"shared\"\n[[host]]\nfqdn = \"a.test\"\nroot = \"R\"\n",
            &["line 3: ", "leave root out"],
        ),
        ("[[host]]\nfqdn = \"a.test\"\nalso = [\"*.test\"]\n", &["line 3: ", "wildcards"]),
        ("[[host]]\nfqdn = \"a.test\"\nalso = [\"A.test\"]\n", &["line 1: ", "A.test is its fqdn", "Replica Broker"]),
        (
            "[[host]]\nfqdn = \"a.test\"\n[[host]]\nfqdn = \"b.test\"\nalso = [\"c.test\", \"A.TEST\"]\n",
            &["line 3: ", "also of b.test: A.TEST is the fqdn of the host of line 1", "only further names are allowed"],
        ),
        (
            "[[host]]\nfqdn = \"a.test\"\nalso = [\"b.test\"]\n[[host]]\nfqdn = \"b.test\"\n",
            &["line 1: ", "b.test is the fqdn of the host of line 4"],
        ),
        (
            "[[host]]\nfqdn = \"a.test\"\nalso = [\"broker.test\", \"BROKER.test\"]\n",
            &["line 1: ", "BROKER.test stands there twice", "each once"],
        ),
        ("[[host]]\nfqdn = \"10.0.0.4\"\n", &["line 2: ", "IP address"]),
        ("[defaults]\nwindows = 2019\n[[host]]\nfqdn = \"a.test\"\n", &["line 2: ", "in quotes: \"2019\""]),
        ("[defaults]\nleaf_days = \"730\"\n", &["line 2: ", "days from 1 to 36500", "not \"730\""]),
        ("[defaults]\nname_constraints = \"no\"\n", &["line 2: ", "true or false"]),
        ("# one\n[host]\nfqdn = \"a.test\"\n", &["line 2: ", "[[host]], with two brackets"]),
        (
            "[defaults]\ncrl_url = \"https://pki.test/{root}\"\n",
            &["line 2: ", "\"https://pki.test/{root}\"", "use http"],
        ),
        ("[defaults]\nleaf_days = 40000\n", &["line 2: ", "36500"]),
        ("hosts = []\n", &["line 1: ", "unknown field `hosts`"]),
    ] {
        let room = by_hand(text);
        for command in ["issue", "renew", "status"] {
            let ended = room.run(&[command]);
            assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{command}: {text}");
            for part in [&["inventory.toml, ", "\nhint: "], parts].concat() {
                assert!(ended.stderr.contains(part), "{command}: {part}: {}", ended.stderr);
            }
        }
        assert_eq!(room.files().len(), 1, "{text}");
    }
}

#[test]
fn text_of_another_encoding_is_refused() {
    let room = by_hand("");
    let utf16: Vec<u8> = HOSTS.encode_utf16().flat_map(u16::to_le_bytes).collect();
    room.write(INVENTORY, [&b"\xff\xfe"[..], &utf16].concat());
    let ended = room.run(&["issue"]);
    assert!(ended.code == 1 && ended.stderr.contains("not UTF-8") && ended.stderr.contains("hint: "), "{ended:?}");
}

#[test]
fn what_is_no_file_or_too_large_for_an_inventory_is_refused() {
    let room = by_hand(&"# nothing\n".repeat(500_000));
    let ended = room.run(&["issue"]);
    assert!(ended.code == 1 && ended.stderr.contains("larger than") && ended.stderr.contains("hint: "), "{ended:?}");
    fs::remove_file(room.path(INVENTORY)).unwrap();
    fs::create_dir(room.path(INVENTORY)).unwrap();
    refused_as_no_file(&room);
}

/// Nobody writes into the pipe, so a command that read it would wait for ever.
#[cfg(unix)]
#[test]
fn a_pipe_or_device_in_the_place_of_an_inventory_is_refused() {
    let room = by_hand("");
    fs::remove_file(room.path(INVENTORY)).unwrap();
    std::os::unix::fs::symlink("/dev/zero", room.path(INVENTORY)).unwrap();
    refused_as_no_file(&room);
    fs::remove_file(room.path(INVENTORY)).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(room.path(INVENTORY)).status().unwrap().success());
    refused_as_no_file(&room);
}

fn refused_as_no_file(room: &Room) {
    for command in ["issue", "renew", "status"] {
        let ended = room.run(&[command]);
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{command}: {ended:?}");
        assert!(ended.stderr.contains("inventory.toml is not a file\nhint: "), "{command}: {ended:?}");
    }
}

#[test]
fn an_inventory_without_hosts_is_told_how_to_get_some() {
    let room = by_hand("[defaults]\nkey = \"rsa-2048\"\n");
    let ended = room.run(&["issue"]);
    assert!(
        ended.code == 1 && ended.stderr.contains("names no host") && ended.stderr.contains("[[host]]"),
        "{ended:?}"
    );
    room.done(&["issue", "a.test"]);
    assert!(inventory(&room).ends_with("\n[[host]]\nfqdn = \"a.test\"\n"));
}

#[test]
fn every_key_has_its_effect() {
    let room = by_hand(
        "[defaults]\nkey = \"rsa-2048\"\nleaf_days = 100\nroot_days = 200\nwindows = \"2016\"\nname_constraints = false\n\
         [[host]]\nfqdn = \"a.test\"\nroot = \"mycompanyFirstReplica\"\nalso = [\"broker.test\", \"other.test\"]\n\
         windows = \"2022\"\n[[host]]\nfqdn = \"b.test\"\n",
    );
    let before = room.read(INVENTORY);
    room.done(&["issue"]);
    assert_eq!(room.read(INVENTORY), before);
    let (leaf, root) =
        (certificate(&room, "hosts/a.test/a.test.cer"), certificate(&room, "private/roots/a.test.root.cer"));
    let days = |it: &pki_core::certificate::Certificate| {
        (it.validity().not_after.to_unix() - it.validity().not_before.to_unix()) / (24 * 60 * 60)
    };
    assert_eq!((days(&leaf), days(&root)), (100, 200));
    assert_eq!(leaf.dns_names(), ["a.test", "broker.test", "other.test"]);
    assert_eq!(leaf.issuer().to_string(), "CN=mycompanyFirstReplica");
    assert!(root.extensions().name_constraints.is_none());
    assert_eq!(leaf.public_key().algorithm().to_string(), "rsa-2048");
    for (host, encoding) in [("a.test", "modern"), ("b.test", "legacy")] {
        let manifest = room.read(&format!("replica-pki/hosts/{host}/manifest.json"));
        assert_eq!(json(&String::from_utf8(manifest).unwrap())["pfx"]["encoding"], encoding);
    }
    every_kit_passes(&room, &["a.test", "b.test"]);
}

/// Each host of a cluster carries the name of the Replica Broker.
#[test]
fn a_name_that_several_hosts_share_is_permitted_by_each_of_their_roots() {
    let room = by_hand(
        "[defaults]\nkey = \"rsa-2048\"\n[[host]]\nfqdn = \"n1.test\"\nalso = [\"broker.test\"]\n\
         [[host]]\nfqdn = \"n2.test\"\nalso = [\"BROKER.test\"]\n",
    );
    room.done(&["issue"]);
    for host in ["n1.test", "n2.test"] {
        room.done(&["verify", &format!("replica-pki/hosts/{host}"), "--host", "broker.test"]);
    }
    room.done(&["renew", "n2.test"]);
    room.done(&["verify", "replica-pki/hosts/n2.test", "--host", "broker.test"]);
    assert!(room.done(&["issue"]).starts_with("nothing to do: 2 hosts"));
}

#[test]
fn issue_tells_as_data_what_it_did_and_what_it_left() {
    let room = mesh(&["a.test", "b.test", "c.test"]);
    let text = inventory(&room).replace("[[host]]\nfqdn = \"c.test\"\n", "");
    room.write(INVENTORY, text.replace("\"a.test\"", "\"a.test\"\nwindows = \"2016\""));
    let ended = room.run(&["issue", "d.test", "--json"]);
    let said = json(&ended.stdout);
    let hosts: Vec<_> = said["hosts"].as_array().unwrap().iter().map(|host| &host["host"]).collect();
    assert_eq!(hosts, ["a.test", "d.test"]);
    assert_eq!(said["roots"][0]["label"], "d.test.root");
    assert!(room.path(said["roots"][0]["key"].as_str().unwrap()).exists());
    assert_eq!(
        said["other_roots"][0],
        json(r#"{"host": "b.test", "added": ["d.test.root"], "removed": [], "repaired": []}"#)
    );
    assert_eq!(said["not_in_inventory"], json(r#"["c.test"]"#));
    assert_eq!((&said["removed"], &said["discarded_keys"]), (&json("[]"), &json("[]")));

    let said = json(&room.done(&["issue", "--prune", "--json"]));
    assert_eq!((&said["removed"], &said["not_in_inventory"]), (&json(r#"["c.test"]"#), &json("[]")));
    assert_eq!(
        said["other_roots"][2],
        json(r#"{"host": "d.test", "added": [], "removed": ["c.test.root"], "repaired": []}"#)
    );
    room.done(&["status"]);
}

#[test]
fn what_is_taken_out_and_put_back_before_a_prune_is_as_before() {
    let room = mesh(&["a.test", "b.test"]);
    let (text, before) = (inventory(&room), room.files());
    room.write(INVENTORY, text.replace("[[host]]\nfqdn = \"b.test\"\n", ""));
    assert_eq!(room.run(&["issue"]).code, 0);
    room.write(INVENTORY, text);
    assert!(room.done(&["issue"]).starts_with("nothing to do: 2 hosts"));
    assert_eq!(changes(&before, &room.files()), [""; 0]);
}

#[test]
fn another_case_is_no_other_name_and_hosts_keep_the_one_that_they_were_made_with() {
    let room = mesh(&["a.test", "b.test"]);
    let before = room.files();
    room.write(INVENTORY, inventory(&room).replace("\"a.test\"", "\"A.Test\""));
    assert!(room.done(&["issue"]).starts_with("nothing to do: 2 hosts"));
    for command in [&["renew", "A.TEST", "--new-key"][..], &["renew", "--finish"], &["issue", "--replace", "a.TEST"]] {
        room.done(command);
        room.done(&["status"]);
        every_kit_passes(&room, &["a.test", "b.test"]);
    }
    let paths = |files: &std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>| {
        let paths = files.keys().map(|path| path.to_str().unwrap().replace("a.test.root2", "a.test.root"));
        paths.collect::<Vec<_>>()
    };
    assert_eq!(paths(&room.files()), paths(&before));
}
