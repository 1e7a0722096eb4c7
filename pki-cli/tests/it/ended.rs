//! Certificates and roots that have ended: what is judged, and which way leads on. Days are counted from the first command.

use crate::support::mesh::{INVENTORY, changes, edit, inventory, leaf, mesh};
use crate::support::{Ended, Room, json};

/// Fails, if the tests' clock does not move: then nothing else here would mean anything.
#[test]
fn the_day_after_its_end_a_certificate_is_good_no_more() {
    let room = mesh(&["a.test", "--days", "30"]);
    let verify = ["verify", "replica-pki/hosts/a.test"];
    room.done_later(29, &verify);
    let ended = room.later(31, &verify);
    assert!(ended.code == 3 && ended.stdout.contains("ended"), "{ended:?}");
}

#[test]
fn a_root_that_has_ended_keeps_no_healthy_host_of_the_mesh_from_its_kit() {
    let room = mesh(&["a.test", "--root-days", "400", "--days", "200"]);
    edit(&room, "root_days = 400", "root_days = 3650");
    room.done_later(300, &["issue", "b.test"]);
    room.done_later(450, &["renew", "b.test"]);
    let said = accepted(install(&room, 450, "b.test"));
    assert!(said.contains("trusted-root of trust/a.test.root.cer: ended, and no use any more"), "{said}");
    room.done_later(450, &["verify", "replica-pki/hosts/b.test"]);
    // It fails where it signed.
    let ended = install(&room, 450, "a.test");
    assert!(ended.code == 1 && ended.stderr.contains("not fit to install: validity of leaf: ended"), "{ended:?}");
    assert_eq!(room.later(450, &["verify", "replica-pki/hosts/a.test"]).code, 3);
}

#[test]
fn a_rollover_that_begins_after_the_end_comes_to_its_end() {
    for trust in ["per-host", "shared"] {
        let room = mesh(&["a.test", "b.test", "--root-days", "400", "--days", "400", "--trust", trust]);
        edit(&room, "root_days = 400", "root_days = 3650");
        room.done_later(500, &["renew"]);
        for host in ["a.test", "b.test"] {
            let said = accepted(install(&room, 500, host));
            assert!(
                said.contains("warning: the certificate has ended, and this host replicates with nobody"),
                "{said}"
            );
            let script = String::from_utf8(room.read(&format!("replica-pki/hosts/{host}/install.cmd"))).unwrap();
            assert!(script.contains("It can be installed after that day too"), "{script}");
        }
        // Nothing but the end is excused.
        let script = room.read("replica-pki/hosts/a.test/install.cmd");
        room.write("replica-pki/hosts/a.test/install.cmd", "");
        let ended = install(&room, 500, "a.test");
        assert!(ended.code == 1 && ended.stderr.contains("file of install.cmd: not as the manifest"), "{ended:?}");
        room.write("replica-pki/hosts/a.test/install.cmd", script);

        room.done_later(500, &["renew", "--roots-installed"]);
        for host in ["a.test", "b.test"] {
            let said = accepted(install(&room, 500, host));
            assert!(said.contains("ended, and no use any more") && !said.contains("has ended"), "{said}");
            let script = String::from_utf8(room.read(&format!("replica-pki/hosts/{host}/install.cmd"))).unwrap();
            assert!(!script.contains("It can be installed after that day too"), "{script}");
            room.done_later(500, &["verify", &format!("replica-pki/hosts/{host}")]);
        }
        room.done_later(500, &["renew", "--finish"]);
        room.done_later(500, &["status"]);
    }
}

/// Without a root that follows there is nothing to bring; and one that has ended itself does not help.
#[test]
fn an_ended_certificate_is_refused_where_no_good_root_follows() {
    let room = mesh(&["a.test", "--root-days", "400", "--days", "400"]);
    assert_eq!(install(&room, 500, "a.test").code, 1);
    room.done_later(500, &["renew"]);
    accepted(install(&room, 500, "a.test"));
    let ended = install(&room, 1000, "a.test");
    assert!(ended.code == 1 && ended.stderr.contains("not fit to install: validity of leaf: ended"), "{ended:?}");
}

/// What still can be done is done, and `issue` and `status` name the same way.
#[test]
fn a_root_that_has_ended_asks_for_renew_and_for_no_other_root() {
    let room = mesh(&["a.test", "b.test", "--root-days", "400", "--days", "400"]);
    edit(&room, "root_days = 400", "root_days = 3650");
    advises_renew(&room, "its certificate has ended, its root has ended: replica-pki renew");
    assert!(room.done_later(500, &["issue"]).starts_with("nothing to do"));
    room.done_later(500, &["issue", "c.test"]);
    // A host that needs something of the ended root waits for the next one.
    std::fs::remove_dir_all(room.path("replica-pki/hosts/b.test")).unwrap();
    let ended = room.later(500, &["issue"]);
    assert!(ended.code == 1 && ended.stderr.contains("the root b.test.root is not valid now"), "{ended:?}");
    assert!(ended.stderr.contains("hint: give the host a new root: replica-pki issue --replace b.test"), "{ended:?}");
    room.done_later(500, &["issue", "--replace", "b.test"]);
    room.done_later(500, &["renew", "a.test"]);
    advises_renew(&room, "when every host has installed its kit: replica-pki renew --roots-installed");
    room.done_later(500, &["issue", "d.test"]);
    room.done_later(500, &["renew", "--roots-installed"]);
    room.done_later(500, &["renew", "--finish"]);
    room.done_later(500, &["status"]);
}

#[test]
fn a_new_host_waits_for_the_successor_of_an_ended_shared_root_and_comes_below_that() {
    let room = mesh(&["a.test", "b.test", "--root-days", "400", "--days", "400", "--trust", "shared"]);
    edit(&room, "root_days = 400", "root_days = 3650");
    let text = inventory(&room);
    room.write(INVENTORY, format!("{text}\n[[host]]\nfqdn = \"c.test\"\n"));
    let before = room.files();
    let ended = room.later(500, &["issue"]);
    assert!(
        ended.code == 1 && ended.stderr.contains("hint: let another root follow it: replica-pki renew"),
        "{ended:?}"
    );
    assert_eq!(changes(&before, &room.files()), [""; 0]);
    let said = room.later(500, &["status"]).stdout;
    assert!(!said.contains("--replace"), "{said}");

    room.done_later(500, &["renew", "a.test", "b.test"]);
    room.done_later(500, &["issue"]);
    assert!(leaf(&room, "c.test").issuer().to_string().ends_with(" 2"));
    room.done_later(500, &["verify", "replica-pki/hosts/c.test"]);
    room.done_later(500, &["renew", "--roots-installed"]);
    room.done_later(500, &["renew", "--finish"]);
    room.done_later(500, &["status"]);
}

/// Nothing in the row of a.test speaks of another root.
#[track_caller]
fn advises_renew(room: &Room, advice: &str) {
    let ended = room.later(500, &["status", "--json"]);
    let said = json(&ended.stdout);
    let problems = said["hosts"][0]["problems"].to_string();
    assert!(ended.code == 3 && problems.contains(advice) && !problems.contains("--replace"), "{problems}");
}

fn install(room: &Room, day: u32, host: &str) -> Ended {
    room.later(day, &["install", &format!("replica-pki/hosts/{host}"), "--dry-run"])
}

/// What is said to people.
#[track_caller]
fn accepted(ended: Ended) -> String {
    assert_eq!(ended.code, 0, "{ended:?}");
    ended.stderr
}
