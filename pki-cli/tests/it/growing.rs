//! `issue` again makes the folder what the inventory says by now, and touches nothing else.

use std::fs;
use std::path::PathBuf;

use pki_core::password::Password;
use pki_core::pfx::{self, OpenOptions};

use crate::support::mesh::{INVENTORY, certificate, changes, every_kit_passes, inventory, mesh, names};
use crate::support::{Room, json};

#[test]
fn a_second_run_changes_nothing() {
    let room = mesh(&["a.test", "b.test"]);
    let before = room.files();
    for again in [&["issue"][..], &["issue", "b.test", "A.TEST", "--key", "rsa-2048", "--days", "730"]] {
        let said = room.done(again);
        assert_eq!(said, "nothing to do: 2 hosts as the inventory says\n");
        assert_eq!(changes(&before, &room.files()), [""; 0]);
    }
    let said = json(&room.done(&["issue", "--json"]));
    assert_eq!((said["hosts"].as_array().unwrap().len(), said["roots"].as_array().unwrap().len()), (0, 0));
}

#[test]
fn a_new_host_gets_its_kit_and_every_other_kit_one_more_root() {
    let room = mesh(&["a.test", "b.test"]);
    let before = room.files();
    let said = room.done(&["issue", "c.test"]);
    let lists = ["install.cmd", "manifest.json", "uninstall.cmd"];
    let mut expected: Vec<String> = [
        "inventory.toml",
        "private/passwords/c.test.txt",
        "private/roots/c.test.root.cer",
        "private/roots/c.test.root.key.pem",
    ]
    .map(str::to_owned)
    .into();
    for host in ["a.test", "b.test"] {
        expected.extend(lists.iter().map(|file| format!("hosts/{host}/{file}")));
        expected.push(format!("hosts/{host}/trust/c.test.root.cer"));
        assert!(said.contains(&format!("{host}: other roots\n")), "{said}");
    }
    for file in ["c.test.cer", "c.test.pfx", "trust/a.test.root.cer", "trust/b.test.root.cer", "trust/c.test.root.cer"]
    {
        expected.push(format!("hosts/c.test/{file}"));
    }
    expected.extend(lists.iter().map(|file| format!("hosts/c.test/{file}")));
    let mut expected: Vec<_> = expected.into_iter().map(|path| format!("replica-pki/{path}")).collect();
    expected.sort();
    assert_eq!(changes(&before, &room.files()), expected);
    every_kit_passes(&room, &["a.test", "b.test", "c.test"]);
}

#[test]
fn comments_and_order_of_the_inventory_stay() {
    let room = mesh(&["a.test"]);
    let text = format!("# mine\n{}# the end", inventory(&room).replace("[defaults]", "[defaults] # all"));
    room.write(INVENTORY, &text);
    room.done(&["issue", "b.test", "--windows", "2012r2"]);
    assert_eq!(inventory(&room), format!("{text}\n\n[[host]]\nfqdn = \"b.test\"\nwindows = \"2012r2\"\n"));
    assert!(room.files().contains_key(&PathBuf::from("replica-pki").join("hosts").join("b.test").join("b.test.pfx")));
}

#[test]
fn a_host_that_left_the_inventory_stays_until_it_is_pruned() {
    let room = mesh(&["a.test", "b.test", "c.test"]);
    let text = inventory(&room).replace("[[host]]\nfqdn = \"c.test\"\n", "");
    room.write(INVENTORY, text);
    let before = room.files();
    let ended = room.run(&["issue"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stderr.contains("c.test is not in the inventory") && ended.stderr.contains("--prune"), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);

    let root = certificate(&room, "private/roots/c.test.root.cer").thumbprint().to_string();
    let copy = crate::support::copy(&room);
    let told = json(&copy.done(&["issue", "--prune", "--json"]));
    assert_eq!(told["removed_roots"][0]["subject"], "CN=c.test Replica Root");
    assert_eq!(told["removed_roots"][0]["thumbprint_sha1"], root);
    assert_eq!(told["next"][0]["on"], json(r#"["a.test", "b.test"]"#));
    assert_eq!(told["next"][0]["command"], format!("certutil -delstore Root {root}"));

    let said = room.done(&["issue", "--prune"]);
    for part in [
        "c.test.root: taken out of every kit, and still trusted on each host",
        "CN=c.test Replica Root",
        &format!(
            "1. on every host: take the old roots away, which nothing needs any more\n       certutil -delstore Root {root}"
        ),
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(said.contains("c.test: removed") && said.contains("no longer"), "{said}");
    assert!(!room.files().keys().any(|path| path.to_str().unwrap().contains("c.test")));
    every_kit_passes(&room, &["a.test", "b.test"]);
    assert!(room.done(&["issue"]).starts_with("nothing to do: 2 hosts"));
}

#[test]
fn another_windows_means_another_encoding_of_the_same_key_and_certificate() {
    let room = mesh(&["a.test", "b.test"]);
    let password = Password::new(
        String::from_utf8(room.read("replica-pki/private/passwords/a.test.txt")).unwrap().trim().to_owned(),
    );
    let password = password.unwrap();
    let open = || {
        let pfx = room.read("replica-pki/hosts/a.test/a.test.pfx");
        let contents = pfx::open(&pfx, &password, &OpenOptions::default()).unwrap();
        (contents.oldest_windows().unwrap().to_string(), contents.identity().unwrap().leaf().clone())
    };
    let (windows, leaf) = open();
    assert_eq!(windows, "2019");
    let before = room.files();
    room.write(INVENTORY, inventory(&room).replace("\"a.test\"", "\"a.test\"\nwindows = \"2012r2\""));
    let said = room.done(&["issue"]);
    assert!(said.contains("a.test: the same certificate, encoded for another Windows"), "{said}");
    assert_eq!(open(), ("2012 R2".to_owned(), leaf));
    let changed = changes(&before, &room.files());
    let kit = "replica-pki/hosts/a.test/";
    let expected = ["a.test.pfx", "install.cmd", "manifest.json"].map(|file| format!("{kit}{file}"));
    assert_eq!(changed[..3], expected, "{changed:?}");
    assert!(
        changed.iter().skip(3).all(|path| path == INVENTORY || path.ends_with("a.test/uninstall.cmd")),
        "{changed:?}"
    );
}

#[test]
fn a_name_that_the_root_cannot_cover_is_explained_and_needs_to_be_asked_for() {
    let room = mesh(&["a.test", "b.test"]);
    room.write(INVENTORY, inventory(&room).replace("\"a.test\"", "\"a.test\"\nalso = [\"broker.test\"]"));
    let before = room.files();
    let ended = room.run(&["issue"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    for part in ["CN=a.test Replica Root cannot stay", "broker.test", "--replace a.test", "every host has to install"] {
        assert!(ended.stderr.contains(part), "{part}: {ended:?}");
    }
    assert_eq!(changes(&before, &room.files()), [""; 0]);

    let old = certificate(&room, "hosts/b.test/trust/a.test.root.cer");
    let said = room.done(&["issue", "--replace", "a.test"]);
    assert!(said.contains("a.test: a new root") && said.contains("b.test: other roots"), "{said}");
    assert!(said.contains("Do this on every host before any of the lines below"), "{said}");
    assert_eq!(names(&room, "hosts/b.test/trust"), ["a.test.root2.cer", "b.test.root.cer"]);
    let new = certificate(&room, "hosts/b.test/trust/a.test.root2.cer");
    assert_ne!(old.public_key(), new.public_key());
    assert_eq!(new.subject().to_string(), "CN=a.test Replica Root 2");
    assert_eq!(certificate(&room, "hosts/a.test/a.test.cer").dns_names(), ["a.test", "broker.test"]);
    let stays = "replica-pki/hosts/b.test/b.test.pfx";
    assert_eq!(before[&PathBuf::from_iter(stays.split('/'))], room.read(stays));
    every_kit_passes(&room, &["a.test", "b.test"]);
    assert!(room.done(&["issue"]).starts_with("nothing to do"));
}

#[test]
fn a_name_that_the_root_covers_costs_no_more_than_a_new_certificate() {
    let room = Room::new();
    let text = "[defaults]\nkey = \"rsa-2048\"\nname_constraints = false\n[[host]]\nfqdn = \"a.test\"\n";
    fs::create_dir(room.path("replica-pki")).unwrap();
    room.write(INVENTORY, text);
    room.done(&["issue"]);
    let root = certificate(&room, "hosts/a.test/trust/a.test.root.cer");
    room.write(INVENTORY, format!("{text}also = [\"broker.test\"]\n"));
    let old = certificate(&room, "hosts/a.test/a.test.cer").thumbprint().to_string();
    let said = room.done(&["issue"]);
    let new = certificate(&room, "hosts/a.test/a.test.cer").thumbprint().to_string();
    assert!(said.contains("a.test: a new certificate with other names"), "{said}");
    for part in [
        format!("before      {old}"),
        format!("-eq '{old}' }} | Set-VMReplication -CertificateThumbprint {new}"),
        format!("Remove-Item -Path Cert:\\LocalMachine\\My\\{old} -DeleteKey"),
    ] {
        assert!(said.contains(&part), "{part}: {said}");
    }
    assert!(!said.contains("certutil"), "{said}");
    assert_eq!(certificate(&room, "hosts/a.test/trust/a.test.root.cer"), root);
    every_kit_passes(&room, &["a.test"]);
}

#[test]
fn a_shared_root_takes_no_host_that_it_does_not_name() {
    let room = mesh(&["a.test", "b.test", "--trust", "shared"]);
    let ended = room.run(&["issue", "c.test"]);
    assert!(ended.code == 1 && ended.stderr.contains("c.test"), "{ended:?}");
    room.done(&["issue", "c.test", "--replace", "c.test"]);
    every_kit_passes(&room, &["a.test", "b.test", "c.test"]);
}

#[test]
fn a_kit_that_was_lost_is_made_again_below_the_same_root() {
    let room = mesh(&["a.test", "b.test"]);
    let before = room.files();
    fs::remove_dir_all(room.path("replica-pki/hosts/a.test")).unwrap();
    room.done(&["issue"]);
    let changed = changes(&before, &room.files());
    assert!(changed.iter().all(|path| path.starts_with("replica-pki/hosts/a.test/")), "{changed:?}");
    every_kit_passes(&room, &["a.test", "b.test"]);
}

#[test]
fn what_the_inventory_says_is_not_overruled_in_silence() {
    let room = mesh(&["a.test"]);
    let before = room.files();
    for (option, value) in
        [("--key", "rsa-4096"), ("--days", "30"), ("--root-days", "31"), ("--trust", "shared"), ("--windows", "2012r2")]
    {
        let ended = room.run(&["issue", option, value]);
        assert!(ended.code == 1 && ended.stderr.contains("the command line says"), "{option}: {ended:?}");
    }
    let ended = room.run(&["issue", "--replace", "b.test"]);
    assert!(ended.code == 1 && ended.stderr.contains("not in inventory.toml"), "{ended:?}");
    assert_eq!(changes(&before, &room.files()), [""; 0]);
}

#[test]
fn what_is_refused_leaves_no_trace_in_a_new_folder() {
    let room = Room::new();
    for arguments in [&["issue"][..], &["issue", "a.test", "A.test"], &["issue", "a.test", "--replace", "b.test"]] {
        let ended = room.run(arguments);
        assert!(ended.code == 1 && ended.stderr.contains("hint: "), "{ended:?}");
        assert!(fs::read_dir(room.path("")).unwrap().next().is_none(), "{arguments:?}");
    }
}
