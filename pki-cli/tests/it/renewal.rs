//! `renew` makes new certificates below the same roots and says what to do on each host, in the order that keeps
//! replication running.

mod passwords;

use serde_json::Value;

use crate::support::mesh::{INVENTORY, changes, every_kit_passes, inventory, leaf, mesh, names};
use crate::support::{Room, json};

/// The lines to type of some steps.
fn commands(steps: &Value) -> Vec<String> {
    steps.as_array().unwrap().iter().map(|step| step["command"].as_str().unwrap().to_owned()).collect()
}

fn kit(room: &Room, host: &str) -> Vec<(String, Vec<u8>)> {
    let prefix = format!("replica-pki/hosts/{host}/");
    let shown = |path: std::path::PathBuf| path.to_str().unwrap().replace('\\', "/");
    let files = room.files().into_iter().map(|(path, bytes)| (shown(path), bytes));
    files.filter_map(|(path, bytes)| Some((path.strip_prefix(&prefix)?.to_owned(), bytes))).collect()
}

#[test]
fn a_renewed_host_keeps_its_root_and_no_other_host_changes() {
    let room = mesh(&["a.test", "b.test"]);
    let (before, old, old_kit) = (room.files(), leaf(&room, "a.test"), kit(&room, "a.test"));
    room.done(&["renew", "a.test"]);
    let new = leaf(&room, "a.test");
    assert_ne!(old, new);
    assert_eq!(old.issuer(), new.issuer());
    assert_eq!(old.public_key(), new.public_key());
    let changed = changes(&before, &room.files());
    assert!(changed.iter().all(|path| path.starts_with("replica-pki/hosts/a.test/")), "{changed:?}");
    let kept: Vec<_> = old_kit.into_iter().map(|(path, bytes)| (format!("previous/{path}"), bytes)).collect();
    let previous: Vec<_> = kit(&room, "a.test").into_iter().filter(|(path, _)| path.starts_with("previous/")).collect();
    assert_eq!(previous, kept);
    every_kit_passes(&room, &["a.test", "b.test"]);
    room.done(&["verify", "replica-pki/hosts/a.test/previous"]);
}

#[test]
fn a_new_key_is_made_on_request_only() {
    let room = mesh(&["a.test"]);
    let old = leaf(&room, "a.test");
    room.done(&["renew", "a.test", "--new-key"]);
    assert_ne!(old.public_key(), leaf(&room, "a.test").public_key());
    every_kit_passes(&room, &["a.test"]);
}

#[test]
fn the_order_of_work_has_both_thumbprints_filled_in() {
    let room = mesh(&["a.test", "b.test"]);
    let old = leaf(&room, "a.test").thumbprint().to_string();
    let said = json(&room.done(&["renew", "a.test", "--json"]));
    let new = leaf(&room, "a.test").thumbprint().to_string();
    let host = &said["renewed"][0];
    assert_eq!(host["host"], "a.test");
    assert_eq!(host["thumbprint_sha1"], new);
    assert_eq!(host["previous_thumbprint_sha1"], old);
    assert_eq!(host["root"], "a.test.root");
    assert!(host["steps"].as_array().unwrap().iter().all(|step| step["on"] == json(r#"["a.test"]"#)), "{host}");
    assert_eq!(
        commands(&host["steps"]),
        [
            r".\replica-pki.exe install a.test".to_owned(),
            format!(
                "Test-VMReplicationConnection -ReplicaServerName b.test -ReplicaServerPort 443 -AuthenticationType \
                 Certificate -CertificateThumbprint {new}"
            ),
            format!(
                "Set-VMReplicationServer -AllowedAuthenticationType Certificate -CertificateAuthenticationPort 443 \
                 -CertificateThumbprint {new}"
            ),
            format!(
                "Get-VMReplication | Where-Object {{ $_.CertificateThumbprint -eq '{old}' }} | Set-VMReplication \
                 -CertificateThumbprint {new}"
            ),
            "Get-VMReplication | Format-Table -Property VMName, State, Health, CertificateThumbprint".to_owned(),
        ]
    );
    assert_eq!(
        commands(&said["next"]),
        [r".\replica-pki.exe uninstall a.test\previous", "replica-pki renew --finish a.test"]
    );
    assert_eq!((&said["rollovers"], &said["finished"]), (&json("[]"), &json("[]")));
}

#[test]
fn people_read_the_same_order_in_words() {
    let room = mesh(&["a.test", "b.test", "c.test", "--dir", "some where"]);
    let said = room.done(&["renew", "b.test", "--dir", "some where"]);
    let places: Vec<_> = [
        "b.test: a new certificate",
        "On b.test, in PowerShell as administrator, in this order:",
        "1. bring the kit's folder to the host and install it",
        "2. test the connection with the new certificate",
        "'a.test', 'c.test' | ForEach-Object { Test-VMReplicationConnection -ReplicaServerName $_ ",
        "3. let the Replica server use it",
        "4. let every virtual machine",
        "5. look until Health says Normal",
        "Then, in this order:",
        "1. on b.test: when replication is healthy on both sides",
        "2. here: forget what was before",
        if cfg!(windows) {
            "replica-pki renew --dir \"some where\" --finish b.test"
        } else {
            "replica-pki renew --dir 'some where' --finish b.test"
        },
    ]
    .iter()
    .map(|part| said.find(part).unwrap_or_else(|| panic!("{part}: {said}")))
    .collect();
    assert!(places.is_sorted(), "{said}");
}

#[test]
fn only_what_ends_soon_is_renewed_unless_hosts_are_named() {
    let room = mesh(&["a.test", "b.test", "--days", "30"]);
    let before = room.files();
    for within in ["20d", "20", "1d"] {
        assert!(room.done(&["renew", "--within", within]).starts_with("nothing to do, judged at "));
    }
    assert_eq!(changes(&before, &room.files()), [""; 0]);
    let said = json(&room.done(&["renew", "--json"]));
    assert_eq!(said["renewed"].as_array().unwrap().len(), 2);
    assert_eq!(commands(&said["next"]).last().unwrap(), "replica-pki renew --finish");
    assert_eq!(room.run(&["renew", "--within", "soon"]).code, 2);
}

#[test]
fn what_was_before_stays_until_the_renewal_is_finished() {
    let room = mesh(&["a.test", "b.test"]);
    room.done(&["renew", "a.test"]);
    let before = room.files();
    let said = room.done(&["renew", "a.test"]);
    assert!(said.contains("renewed") && said.contains("replica-pki renew --finish a.test"), "{said}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);

    assert!(room.done(&["renew", "--finish", "b.test"]).starts_with("nothing to do"));
    let said = json(&room.done(&["renew", "--finish", "--json"]));
    assert_eq!(said["finished"], json(r#"["a.test"]"#));
    let changed = changes(&before, &room.files());
    assert!(changed.iter().all(|path| path.starts_with("replica-pki/hosts/a.test/previous/")), "{changed:?}");
    assert!(!room.path("replica-pki/hosts/a.test/previous").exists());
    assert!(room.done(&["renew", "--finish"]).starts_with("nothing to do"));
    room.done(&["renew", "a.test"]);
}

#[test]
fn further_names_and_another_windows_go_with_the_renewal() {
    let room = mesh(&["a.test", "b.test"]);
    crate::support::mesh::edit(&room, "windows = \"2019\"", "windows = \"2016\"");
    let said = json(&room.done(&["renew", "a.test", "--json"]));
    assert_eq!(said["renewed"].as_array().unwrap().len(), 1);
    let manifest = json(&String::from_utf8(room.read("replica-pki/hosts/a.test/manifest.json")).unwrap());
    assert_eq!(manifest["pfx"]["encoding"], "legacy");
    every_kit_passes(&room, &["a.test", "b.test"]);
}

#[test]
fn a_name_that_the_root_does_not_permit_is_explained() {
    let room = mesh(&["a.test", "b.test"]);
    crate::support::mesh::edit(&room, "\"a.test\"", "\"a.test\"\nalso = [\"broker.test\"]");
    let before = room.files();
    let ended = room.run(&["renew", "a.test"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    for part in ["the root a.test.root does not permit", "broker.test", "replica-pki issue --replace a.test"] {
        assert!(ended.stderr.contains(part), "{part}: {ended:?}");
    }
    assert_eq!(changes(&before, &room.files()), [""; 0]);
    room.done(&["renew", "b.test"]);
}

#[test]
fn a_certificate_that_ends_with_its_root_is_told_of() {
    let room = mesh(&["a.test", "--root-days", "100"]);
    let ended = room.run(&["renew", "a.test"]);
    assert!(ended.code == 0 && ended.stderr.contains("warning: the certificate ends with its root, on "), "{ended:?}");
}

#[test]
fn who_cannot_be_renewed_is_named_with_the_way_out() {
    let room = mesh(&["a.test", "b.test"]);
    std::fs::remove_dir_all(room.path("replica-pki/hosts/b.test")).unwrap();
    let before = room.files();
    for (arguments, parts) in [
        (&["renew", "c.test"][..], ["c.test is not in the inventory", "replica-pki issue c.test"]),
        (&["renew", "b.test"], ["b.test has no kit", "replica-pki issue"]),
        (&["renew", "--dir", "nowhere"], ["there is no", "--dir"]),
    ] {
        let ended = room.run(arguments);
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(parts.iter().all(|part| ended.stderr.contains(part)), "{ended:?}");
        assert_eq!(changes(&before, &room.files()), [""; 0]);
    }
    assert!(!room.path("nowhere").exists());
    for arguments in [&["renew", "--finish", "--roots-installed"][..], &["renew", "--finish", "--new-key"]] {
        assert_eq!(room.run(arguments).code, 2);
    }
    assert_eq!(names(&room, "hosts"), ["a.test"]);
}

/// A certificate that ends soon does not wait for a host that the shared root cannot sign for.
#[test]
fn who_cannot_be_renewed_keeps_no_other_from_it() {
    let room = mesh(&["a.test", "b.test", "c.test", "--trust", "shared", "--days", "30"]);
    let text = inventory(&room);
    room.write(
        INVENTORY,
        format!("{text}\n[[host]]\nfqdn = \"d.test\"\n")
            .replace("fqdn = \"c.test\"", "fqdn = \"c.test\"\nalso = [\"broker.test\"]"),
    );
    let before = room.files();
    assert_eq!(room.run(&["renew", "a.test", "c.test"]).code, 1);
    assert_eq!(room.run(&["renew", "a.test", "d.test"]).code, 1);
    assert_eq!(changes(&before, &room.files()), [""; 0]);

    let ended = room.run(&["renew", "--json"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    let said = json(&ended.stdout);
    let hosts = |list: &str| said[list].as_array().unwrap().iter().map(|it| it["host"].clone()).collect::<Vec<_>>();
    assert_eq!(hosts("renewed"), ["a.test", "b.test"]);
    assert_eq!(hosts("refused"), ["c.test", "d.test"]);
    let (not_permitted, no_kit) = (&said["refused"][0], &said["refused"][1]);
    assert!(not_permitted["problem"].as_str().unwrap().contains("broker.test"), "{not_permitted}");
    assert!(
        not_permitted["way_out"].as_str().unwrap().ends_with("replica-pki issue --replace c.test"),
        "{not_permitted}"
    );
    assert_eq!(no_kit["problem"], "d.test has no kit yet");
    assert_eq!(no_kit["way_out"], "make it: replica-pki issue");
    let changed = changes(&before, &room.files());
    let is_of_renewed = |path: &String| ["a.test/", "b.test/"].iter().any(|host| path.contains(host));
    assert!(changed.iter().all(is_of_renewed), "{changed:?}");
    every_kit_passes(&room, &["a.test", "b.test", "c.test"]);

    // In words, also when there is nothing else to tell.
    room.done(&["renew", "--finish", "a.test", "b.test"]);
    let ended = room.run(&["renew", "--within", "20d"]);
    let expected = "d.test: NOT renewed\n  why      d.test has no kit yet\n  way out  make it: replica-pki issue\n\n";
    assert_eq!((ended.code, ended.stdout.as_str()), (3, expected), "{ended:?}");
}

#[test]
fn neither_does_a_host_that_was_revoked() {
    let room = mesh(&["a.test", "b.test", "--days", "30"]);
    room.done(&[
        "crl",
        "--out",
        "a.crl",
        "--root",
        "replica-pki/private/roots/a.test.root.cer",
        "--root-key",
        "replica-pki/private/roots/a.test.root.key.pem",
        "--revoke",
        "replica-pki/hosts/a.test/a.test.cer:superseded",
    ]);
    let old = leaf(&room, "b.test");
    let ended = room.run(&["renew"]);
    assert!(ended.code == 3 && ended.stdout.contains("replica-pki renew a.test --new-key"), "{ended:?}");
    assert_ne!(old, leaf(&room, "b.test"));
    room.done(&["renew", "a.test", "--new-key"]);
    room.done(&["renew", "--finish"]);
    assert_eq!(room.run(&["renew", "--within", "1d"]).code, 0);
}

/// The successor permits the host that the old root does not, and its kit comes when that one signs.
#[test]
fn a_host_without_kit_does_not_stop_the_second_phase() {
    let room = mesh(&["a.test", "b.test", "--trust", "shared", "--root-days", "40"]);
    crate::support::mesh::edit(&room, "root_days = 40", "root_days = 900");
    let text = inventory(&room);
    room.write(INVENTORY, format!("{text}\n[[host]]\nfqdn = \"d.test\"\n"));
    assert_eq!(room.run(&["renew"]).code, 3);
    assert_eq!(room.run(&["issue"]).code, 1);
    let ended = room.run(&["renew", "--roots-installed"]);
    assert!(ended.code == 3 && ended.stdout.contains("d.test: NOT renewed"), "{ended:?}");
    room.done(&["issue"]);
    room.done(&["renew", "--finish"]);
    room.done(&["status"]);
}
