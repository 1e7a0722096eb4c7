//! A kit that was lost is made anew below the root that its host has by now, wherever that root's rollover is, and no other
//! root is lost for it.

use crate::support::mesh::{edit, every_kit_passes, leaf, mesh, names};
use crate::support::{Room, json};

fn lose(room: &Room, host: &str) {
    std::fs::remove_dir_all(room.path(&format!("replica-pki/hosts/{host}"))).unwrap();
}

fn roots(room: &Room) -> Vec<(String, Vec<u8>)> {
    let names = names(room, "private/roots").into_iter();
    names.map(|name| (name.clone(), room.read(&format!("replica-pki/private/roots/{name}")))).collect()
}

/// `issue` makes these kits, and no root comes or goes.
#[track_caller]
fn made_again(room: &Room, lost: &[&str], all: &[&str]) {
    let before = roots(room);
    lost.iter().for_each(|host| lose(room, host));
    let said = json(&room.done(&["issue", "--json"]));
    assert!(before == roots(room), "{said}");
    every_kit_passes(room, all);
    assert!(room.done(&["issue"]).starts_with("nothing to do"), "{said}");
}

fn issuer(room: &Room, host: &str) -> String {
    leaf(room, host).issuer().to_string()
}

#[test]
fn below_the_second_generation_of_its_root() {
    let room = mesh(&["a.test", "b.test", "--root-days", "40"]);
    edit(&room, "root_days = 40", "root_days = 900");
    for command in [&["renew"][..], &["renew", "--roots-installed"], &["renew", "--finish"]] {
        room.done(command);
    }
    let password = room.read("replica-pki/private/passwords/a.test.txt");
    made_again(&room, &["a.test"], &["a.test", "b.test"]);
    assert_eq!(issuer(&room, "a.test"), "CN=a.test Replica Root 2");
    assert_eq!(room.read("replica-pki/private/passwords/a.test.txt"), password);
    assert_eq!(names(&room, "hosts/b.test/trust"), ["a.test.root2.cer", "b.test.root2.cer"]);
    room.done(&["status"]);
}

#[test]
fn below_the_second_generation_of_a_shared_root_also_if_all_are_lost() {
    let room = mesh(&["a.test", "b.test", "--trust", "shared", "--root-days", "40"]);
    edit(&room, "root_days = 40", "root_days = 900");
    for command in [&["renew"][..], &["renew", "--roots-installed"], &["renew", "--finish"]] {
        room.done(command);
    }
    for lost in [&["a.test"][..], &["a.test", "b.test"]] {
        made_again(&room, lost, &["a.test", "b.test"]);
        for host in ["a.test", "b.test"] {
            assert_eq!(issuer(&room, host), issuer(&room, "a.test"));
            assert_eq!(names(&room, &format!("hosts/{host}/trust")), ["shared.root2.cer"]);
        }
        room.done(&["status"]);
    }
}

/// The other kits tell which phase it is.
#[test]
fn below_the_shared_root_that_signs_in_each_phase() {
    let room = mesh(&["a.test", "b.test", "--trust", "shared", "--root-days", "40"]);
    edit(&room, "root_days = 40", "root_days = 900");
    let phase = |host: &str| {
        let said = json(&room.run(&["status", "--json"]).stdout);
        let rows = said["hosts"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["host"] == host).unwrap()["phase"].clone()
    };
    let old = issuer(&room, "b.test");
    room.done(&["renew"]);
    made_again(&room, &["a.test"], &["a.test", "b.test"]);
    assert_eq!((issuer(&room, "a.test"), phase("a.test")), (old.clone(), "spreading".into()));
    room.done(&["renew", "--roots-installed"]);
    made_again(&room, &["a.test"], &["a.test", "b.test"]);
    assert_eq!(issuer(&room, "a.test"), issuer(&room, "b.test"));
    assert_ne!(issuer(&room, "a.test"), old);
    assert_eq!(phase("a.test"), "changed-over");
    room.done(&["renew", "--finish"]);
    assert_eq!(names(&room, "private/roots"), ["shared.root2.cer", "shared.root2.key.pem"]);
}

/// Of a root of its own nothing tells the phase without the kit: the old one is what every host trusts in both.
#[test]
fn below_the_old_root_of_its_own_while_that_is_rolled_over_which_then_goes_on() {
    for is_phase_2 in [false, true] {
        let room = mesh(&["a.test", "b.test", "--root-days", "40"]);
        edit(&room, "root_days = 40", "root_days = 900");
        room.done(&["renew"]);
        if is_phase_2 {
            room.done(&["renew", "--roots-installed"]);
        }
        made_again(&room, &["a.test"], &["a.test", "b.test"]);
        assert_eq!(issuer(&room, "a.test"), "CN=a.test Replica Root");
        room.done(&["renew", "--roots-installed"]);
        assert_eq!(issuer(&room, "a.test"), "CN=a.test Replica Root 2");
        room.done(&["renew", "--finish"]);
        every_kit_passes(&room, &["a.test", "b.test"]);
        room.done(&["status"]);
    }
}

/// Nobody knows which certificate the host used, so that every other one is exchanged.
#[test]
fn with_the_order_of_work_on_its_host() {
    for trust in ["per-host", "shared"] {
        let room = mesh(&["a.test", "b.test", "--trust", trust]);
        lose(&room, "a.test");
        let said = json(&room.done(&["issue", "--json"]));
        let host = &said["hosts"][0];
        let new = leaf(&room, "a.test").thumbprint().to_string();
        assert_eq!((&host["reason"], &host["previous_thumbprint_sha1"]), (&"new".into(), &serde_json::Value::Null));
        let commands: Vec<_> =
            host["steps"].as_array().unwrap().iter().map(|step| step["command"].as_str().unwrap()).collect();
        assert_eq!((commands.len(), commands[0]), (5, ".\\replica-pki.exe install a.test"));
        assert!(commands[3].contains(&format!("-ne '{new}' }} | Set-VMReplication -CertificateThumbprint {new}")));
    }
}

/// A new root is waited for, whether or not the kit is there that shows which one was before.
#[test]
fn which_begins_on_every_host_if_its_root_is_replaced_as_well() {
    for trust in ["per-host", "shared"] {
        let room = mesh(&["a.test", "b.test", "--trust", trust]);
        lose(&room, "a.test");
        let again = crate::support::copy(&room);
        let said = json(&room.done(&["issue", "--replace", "a.test", "--json"]));
        assert_eq!(said["first"][0]["on"], json(r#"["a.test", "b.test"]"#), "{trust}");
        let steps = said["hosts"].to_string();
        assert!(!steps.contains("replica-pki.exe install"), "{trust}: {steps}");
        let of_a = said["hosts"][0]["steps"].as_array().unwrap();
        assert_eq!(of_a.len(), 4, "{trust}: {steps}");
        every_kit_passes(&room, &["a.test", "b.test"]);
        let said = again.done(&["issue", "--replace", "a.test"]);
        assert!(said.contains("Do this on every host before any of the lines below"), "{trust}: {said}");
    }
}

/// Also where the certificate of that root is gone from the folder.
#[test]
fn so_it_does_if_only_kits_know_the_old_root() {
    let room = mesh(&["a.test", "b.test", "--discard-root-keys"]);
    for file in ["a.test.root.cer", "a.test.root.no-key"] {
        std::fs::remove_file(room.path(&format!("replica-pki/private/roots/{file}"))).unwrap();
    }
    let said = json(&room.done(&["issue", "--replace", "a.test", "--json"]));
    assert_eq!(said["first"][0]["command"], ".\\replica-pki.exe install FOLDER");
    // A new host replaces nothing.
    let said = json(&room.done(&["issue", "c.test", "--replace", "c.test", "--json"]));
    assert_eq!(said["first"], json("[]"));
}

/// Nobody said yet that every host has the root that follows: where that one has to sign all the same, it goes first.
#[test]
fn which_begins_on_every_host_if_the_old_root_can_sign_no_more() {
    let rooms = [&["--discard-root-keys"][..], &["--root-days", "400", "--days", "400"]];
    for (room, (day, later)) in rooms.into_iter().zip([(0, 0), (370, 500)]) {
        let room = mesh(&[&["a.test", "b.test"], room].concat());
        room.done_later(day, &["renew", "--within", "3650d"]);
        lose(&room, "a.test");
        let again = crate::support::copy(&room);
        let said = json(&room.done_later(later, &["issue", "--json"]));
        goes_first(&said);
        assert_eq!(said["hosts"][0]["steps"].as_array().unwrap().len(), 4, "{said}");
        assert_eq!(issuer(&room, "a.test"), "CN=a.test Replica Root 2");
        let said = again.done_later(later, &["issue"]);
        assert!(said.contains("1. Copy the folder of every host, below"), "{said}");
        assert!(said.contains("Do this on every host before any of the lines below"), "{said}");
        room.done_later(later, &["renew", "--roots-installed"]);
        room.done_later(later, &["renew", "--finish"]);
        // A key that had still to sign in phase 1.
        room.done_later(later, &["issue"]);
        room.done_later(later, &["status"]);
    }
}

#[test]
fn so_it_does_if_a_certificate_gets_other_names_or_a_host_comes_below_an_ended_root() {
    let room = mesh(&["a.test", "b.test", "--root-days", "400", "--days", "400"]);
    room.done_later(500, &["renew"]);
    edit(&room, "\"a.test\"", "\"a.test\"\nalso = [\"x.a.test\"]");
    let said = json(&room.done_later(500, &["issue", "--json"]));
    goes_first(&said);
    assert_eq!(said["hosts"][0]["steps"].as_array().unwrap().len(), 5, "{said}");

    let room = mesh(&["a.test", "b.test", "--root-days", "400", "--days", "400", "--trust", "shared"]);
    edit(&room, "name_constraints = true", "name_constraints = false");
    room.done_later(500, &["renew"]);
    let said = json(&room.done_later(500, &["issue", "c.test", "--json"]));
    goes_first(&said);
    assert_eq!(said["hosts"][0]["steps"], json("[]"));
    // That all have it is said: what comes now comes below the root that signs anyway.
    room.done_later(500, &["renew", "--roots-installed"]);
    lose(&room, "b.test");
    assert_eq!(json(&room.done_later(500, &["issue", "--json"]))["first"], json("[]"));
}

/// Every host installs its kit, and that stands nowhere else.
#[track_caller]
fn goes_first(said: &serde_json::Value) {
    assert_eq!(said["first"].as_array().unwrap().len(), 1, "{said}");
    assert_eq!(said["first"][0]["command"], ".\\replica-pki.exe install FOLDER");
    assert!(!said["hosts"].to_string().contains("replica-pki.exe install"), "{said}");
}

/// The old root signs, which every host trusts in both phases.
#[test]
fn and_on_its_host_if_the_old_root_signs() {
    let room = mesh(&["a.test", "b.test", "--root-days", "40"]);
    room.done(&["renew"]);
    lose(&room, "a.test");
    let said = json(&room.done(&["issue", "--json"]));
    assert_eq!(said["first"], json("[]"));
    assert_eq!(said["hosts"][0]["steps"][0]["command"], ".\\replica-pki.exe install a.test");
}

#[test]
fn and_a_host_that_is_new_has_nothing_to_exchange() {
    for trust in ["per-host", "shared"] {
        let room = Room::new();
        std::fs::create_dir(room.path("replica-pki")).unwrap();
        let defaults = format!("[defaults]\nkey = \"rsa-2048\"\ntrust = \"{trust}\"\nname_constraints = false\n");
        room.write("replica-pki/inventory.toml", format!("{defaults}[[host]]\nfqdn = \"a.test\"\n"));
        room.done(&["issue"]);
        let said = json(&room.done(&["issue", "c.test", "--json"]));
        assert_eq!((&said["hosts"][0]["host"], &said["hosts"][0]["steps"]), (&"c.test".into(), &json("[]")));
    }
}

#[test]
fn without_the_password_of_the_one_that_it_kept() {
    let room = mesh(&["a.test", "b.test"]);
    room.write("given.txt", "another password\n");
    room.done(&["renew", "a.test", "--password-file", "given.txt"]);
    assert_eq!(names(&room, "private/passwords"), ["a.test~previous.txt", "b.test.txt"]);
    lose(&room, "a.test");
    room.done(&["issue"]);
    assert_eq!(names(&room, "private/passwords"), ["a.test.txt", "b.test.txt"]);
}
