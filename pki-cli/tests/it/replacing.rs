//! `issue --replace`: another root, which is the next of its line, so that nothing of it is taken for the old one's.

use crate::support::mesh::{certificate, edit, every_kit_passes, leaf, mesh, names};
use crate::support::{Room, json};

#[test]
fn a_new_root_comes_with_the_order_of_work_and_without_the_kit_of_an_older_one() {
    let room = mesh(&["a.test", "b.test"]);
    room.done(&["renew", "a.test"]);
    let thumbprint = |path: &str| certificate(&room, path).thumbprint().to_string();
    let (leaf, root) = ("hosts/a.test/a.test.cer", "private/roots/a.test.root.cer");
    let (old, old_root) = (thumbprint(leaf), thumbprint(root));
    let older = thumbprint("hosts/a.test/previous/a.test.cer");
    let again = crate::support::copy(&room);
    let said = json(&room.done(&["issue", "--replace", "a.test", "--json"]));
    let new = thumbprint(leaf);
    assert_eq!(said["hosts"].as_array().unwrap().len(), 1);
    let host = &said["hosts"][0];
    for (key, value) in [
        ("reason", serde_json::Value::from("new-root")),
        ("previous_thumbprint_sha1", old.as_str().into()),
        ("previous_kit_removed", true.into()),
    ] {
        assert_eq!(host[key], value, "{key}");
    }
    let commands: Vec<_> =
        host["steps"].as_array().unwrap().iter().map(|step| step["command"].as_str().unwrap()).collect();
    assert_eq!(said["first"][0]["on"], serde_json::json!(["a.test", "b.test"]));
    assert_eq!(said["first"][0]["command"], ".\\replica-pki.exe install FOLDER");
    assert!(
        commands[0].starts_with("Test-VMReplicationConnection -ReplicaServerName b.test")
            && commands[0].ends_with(&new)
    );
    assert!(commands[1].starts_with("Set-VMReplicationServer") && commands[1].ends_with(&new));
    // The renewal was not finished: its virtual machines may use either.
    assert!(commands[2].contains(&format!("-in '{old}', '{older}' }}")) && commands[2].ends_with(&new));
    assert!(commands[3].starts_with("Get-VMReplication | Format-Table"));
    let remove = |leaf: &String| format!("Remove-Item -Path Cert:\\LocalMachine\\My\\{leaf} -DeleteKey");
    assert_eq!(commands[4..], [remove(&old), remove(&older)]);
    assert_eq!(said["next"][0]["command"], format!("certutil -delstore Root {old_root}"));
    assert!(!room.path("replica-pki/hosts/a.test/previous").exists());
    every_kit_passes(&room, &["a.test", "b.test"]);
    room.done(&["status"]);

    let said = again.done(&["issue", "--replace", "a.test"]);
    let places: Vec<_> = [
        format!("before      {old}").as_str(),
        "previous    removed",
        "Do this on every host before any of the lines below",
        "On a.test, in PowerShell as administrator, in this order:",
        "2. let the Replica server use it",
        "5. when replication is healthy on both sides, take the old certificate and its key away",
        &format!("Remove-Item -Path Cert:\\LocalMachine\\My\\{old} -DeleteKey"),
        "Then, in PowerShell as administrator:",
        &format!("certutil -delstore Root {old_root}"),
    ]
    .iter()
    .map(|part| said.find(part).unwrap_or_else(|| panic!("{part}: {said}")))
    .collect();
    assert!(places.is_sorted(), "{said}");
}

/// Who asks for another root wants neither the old one nor its successor.
#[test]
fn a_root_that_is_replaced_ends_its_rollover() {
    let room = mesh(&["a.test", "b.test", "--root-days", "40"]);
    room.done(&["renew", "a.test"]);
    assert_eq!(names(&room, "hosts/b.test/trust").len(), 3);
    room.done(&["issue", "--replace", "a.test"]);
    assert_eq!(names(&room, "hosts/b.test/trust"), ["a.test.root3.cer", "b.test.root.cer"]);
    assert_eq!(names(&room, "private/roots").len(), 4);
    every_kit_passes(&room, &["a.test", "b.test"]);
}

/// Label and name say which of its line it is, as those of every other root do, and are never used again.
#[test]
fn a_root_that_is_replaced_is_followed_by_the_next_of_its_line() {
    for (own_name, name) in [("", "a.test Replica Root"), ("root = \"First\"\n", "First")] {
        let room = Room::new();
        std::fs::create_dir(room.path("replica-pki")).unwrap();
        let text = format!("[defaults]\nkey = \"rsa-2048\"\nroot_days = 40\n[[host]]\nfqdn = \"a.test\"\n{own_name}");
        room.write("replica-pki/inventory.toml", text);
        for command in [&["issue"][..], &["renew"], &["renew", "--roots-installed"]] {
            room.done(command);
        }
        let is_replaced = |number: u32| {
            let before = leaf(&room, "a.test");
            room.done(&["issue", "--replace", "a.test"]);
            let after = leaf(&room, "a.test");
            assert_ne!(before, after);
            assert_eq!(after.issuer().to_string(), format!("CN={name} {number}"));
            let root = format!("a.test.root{number}.cer");
            assert_eq!(names(&room, "private/roots"), [root.clone(), format!("a.test.root{number}.key.pem")]);
            assert_eq!(names(&room, "hosts/a.test/trust"), [root]);
            every_kit_passes(&room, &["a.test"]);
            assert!(room.done(&["issue"]).starts_with("nothing to do: 1 host"), "{name}");
        };
        // Once while the first one is still there, and once after that.
        is_replaced(3);
        is_replaced(4);
        room.done(&["renew"]);
        room.done(&["renew", "--roots-installed"]);
        assert_eq!(leaf(&room, "a.test").issuer().to_string(), format!("CN={name} 5"));
    }
}

#[test]
fn a_name_that_the_inventory_gives_a_replaced_root_anew_has_no_number_until_it_comes_again() {
    let room = mesh(&["a.test", "b.test"]);
    let mut called = "\"a.test\"".to_owned();
    for (label, name, expected) in
        [("a.test.root2", "First", "First"), ("a.test.root3", "first", "first 3"), ("a.test.root4", "Last", "Last")]
    {
        let next = format!("\"a.test\"\nroot = \"{name}\"");
        edit(&room, &called, &next);
        called = next;
        let ended = room.run(&["issue"]);
        assert!(ended.code == 1 && ended.stderr.contains(&format!("the inventory calls it {name}")), "{ended:?}");
        room.done(&["issue", "--replace", "a.test"]);
        assert_eq!(leaf(&room, "a.test").issuer().to_string(), format!("CN={expected}"));
        assert_eq!(names(&room, "hosts/b.test/trust"), [format!("{label}.cer"), "b.test.root.cer".to_owned()]);
        assert!(room.done(&["issue"]).starts_with("nothing to do"));
    }
    room.done(&["status"]);
}
