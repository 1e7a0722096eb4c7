//! A root that ends soon is rolled over in two phases. At every step hosts with old and new kits accept each other, and
//! no phase is skipped.

use std::collections::BTreeMap;

use pki_core::certificate::Certificate;
use pki_core::name::Fqdn;
use pki_core::validity::Time;
use pki_core::verify::{Outcome, Question, verify};

use crate::support::mesh::{changes, every_kit_passes, inventory, leaf, mesh, names};
use crate::support::{Room, json};

/// What each host presents and trusts.
type Kits = BTreeMap<String, (Certificate, Vec<Certificate>)>;

fn kits(room: &Room, hosts: &[&str]) -> Kits {
    let kit = |host: &&str| {
        let trust = names(room, &format!("hosts/{host}/trust"));
        let root = |file: &String| crate::support::mesh::certificate(room, &format!("hosts/{host}/trust/{file}"));
        ((*host).to_owned(), (leaf(room, host), trust.iter().map(root).collect()))
    };
    hosts.iter().map(kit).collect()
}

fn now() -> Time {
    Time::from_unix(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap()
}

/// Whoever has the kit before and whoever has the one after accept each other, in both directions.
#[track_caller]
fn accept_each_other(before: &Kits, after: &Kits) {
    for (presenting, trusting) in [(before, after), (after, before), (after, after)] {
        for (host, (leaf, _)) in presenting {
            for (partner, (_, roots)) in trusting {
                let mut question = Question::new(now());
                question.host = Some(host.parse::<Fqdn>().unwrap().into());
                let report = verify(leaf, &[], roots, &question);
                let failed: Vec<_> = report.findings().iter().filter(|it| it.outcome == Outcome::Failed).collect();
                assert!(failed.is_empty(), "{host} at {partner}: {failed:?}");
            }
        }
    }
}

/// Refused, with these words, and without a trace.
#[track_caller]
fn refused(room: &Room, arguments: &[&str], parts: &[&str]) {
    let before = room.files();
    let ended = room.run(arguments);
    assert_eq!(ended.code, 1, "{arguments:?}: {ended:?}");
    for part in parts {
        assert!(ended.stderr.contains(part), "{arguments:?}: {part}: {ended:?}");
    }
    assert_eq!(changes(&before, &room.files()), [""; 0], "{arguments:?}");
}

#[test]
fn replication_never_stops_and_no_phase_is_skipped() {
    let hosts = ["a.test", "b.test"];
    let room = mesh(&["a.test", "b.test", "--root-days", "40"]);
    refused(&room, &["renew", "--roots-installed"], &["no root is in phase 1", "replica-pki renew"]);
    let first = kits(&room, &hosts);

    let said = json(&room.done(&["renew", "--json"]));
    let second = kits(&room, &hosts);
    let rollover = &said["rollovers"][0];
    assert_eq!((&rollover["root"], &rollover["phase"]), (&"a.test.root".into(), &"spreading".into()));
    assert_eq!(rollover["old"]["subject"], "CN=a.test Replica Root");
    assert_eq!(rollover["new"]["subject"], "CN=a.test Replica Root 2");
    assert_eq!(rollover["new"]["label"], "a.test.root2");
    let last = said["next"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["on"], &last["command"]), (&json("[]"), &"replica-pki renew --roots-installed".into()));
    for host in hosts {
        assert_eq!(first[host].0, second[host].0, "the certificate stays in phase 1");
        assert_eq!(second[host].1.len(), 4);
    }
    accept_each_other(&first, &second);
    every_kit_passes(&room, &hosts);
    for skipping in [&["renew", "--finish"][..], &["renew", "--finish", "b.test"]] {
        refused(&room, skipping, &["phase 1", "replica-pki renew --roots-installed"]);
    }
    refused(&room, &["renew", "--roots-installed", "c.test"], &["not in the inventory"]);

    let said = json(&room.done(&["renew", "--roots-installed", "--json"]));
    let third = kits(&room, &hosts);
    assert_eq!(said["rollovers"][1]["phase"], "changed-over");
    assert_eq!(said["renewed"][0]["root"], "a.test.root2");
    assert_eq!(third["a.test"].0.issuer().to_string(), "CN=a.test Replica Root 2");
    assert_eq!(third["a.test"].0.public_key(), first["a.test"].0.public_key());
    accept_each_other(&second, &third);
    every_kit_passes(&room, &hosts);

    let said = json(&room.done(&["renew", "--finish", "--json"]));
    let fourth = kits(&room, &hosts);
    assert_eq!(said["rollovers"][0]["phase"], "settled");
    assert_eq!(said["finished"], json(r#"["a.test", "b.test"]"#));
    let [a, b] = hosts.map(|host| first[host].1.iter().find(|root| root.subject() == first[host].0.issuer()).unwrap());
    let (a, b) = (a.thumbprint(), b.thumbprint());
    let expected = format!("'{a}', '{b}' | ForEach-Object {{ certutil -delstore Root $_ }}");
    assert_eq!(said["next"][0]["command"], expected);
    assert_eq!(said["next"][0]["on"], json(r#"["a.test", "b.test"]"#));
    accept_each_other(&third, &fourth);
    every_kit_passes(&room, &hosts);
    assert_eq!(
        names(&room, "private/roots"),
        ["a.test.root2.cer", "a.test.root2.key.pem", "b.test.root2.cer", "b.test.root2.key.pem"]
    );
    assert_eq!(names(&room, "hosts/a.test/trust"), ["a.test.root2.cer", "b.test.root2.cer"]);
    assert!(room.done(&["issue"]).starts_with("nothing to do"));
}

#[test]
fn each_phase_is_named_in_words() {
    let room = mesh(&["a.test", "b.test", "--root-days", "40"]);
    let said = room.done(&["renew"]);
    for part in [
        "a.test.root: rollover, phase 1 of 2: every kit brings the new root beside the old",
        "new root  CN=a.test Replica Root 2 (",
        r"on b.test: bring the kit's folder to the host and install it",
        "here: when every host has installed its kit, begin phase 2",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let said = room.done(&["renew", "--roots-installed"]);
    assert!(
        said.contains("b.test.root: rollover, phase 2 of 2: its hosts have certificates of the new root"),
        "{said}"
    );
    let said = room.done(&["renew", "--finish"]);
    assert!(said.contains("b.test.root: rollover finished: the old root is in no kit any more"), "{said}");
}

#[test]
fn a_shared_root_is_rolled_over_too_host_by_host_if_need_be() {
    let hosts = ["a.test", "b.test", "c.test"];
    let room = mesh(&["a.test", "b.test", "c.test", "--trust", "shared", "--root-days", "40"]);
    let first = kits(&room, &hosts);
    room.done(&["renew"]);
    let second = kits(&room, &hosts);
    accept_each_other(&first, &second);
    assert_eq!(names(&room, "hosts/c.test/trust"), ["shared.root.cer", "shared.root2.cer"]);

    room.done(&["renew", "--roots-installed", "b.test"]);
    let third = kits(&room, &hosts);
    accept_each_other(&second, &third);
    assert_eq!(second["a.test"], third["a.test"]);
    refused(&room, &["renew", "--finish"], &["phase 1", "--roots-installed"]);
    let said = json(&room.done(&["renew", "--roots-installed", "--json"]));
    assert_eq!(said["renewed"].as_array().unwrap().len(), 2, "not the one that has changed over already");
    let fourth = kits(&room, &hosts);
    accept_each_other(&third, &fourth);
    room.done(&["renew", "--finish"]);
    accept_each_other(&fourth, &kits(&room, &hosts));
    assert_eq!(names(&room, "private/roots"), ["shared.root2.cer", "shared.root2.key.pem"]);
    assert!(room.done(&["issue"]).starts_with("nothing to do: 3 hosts"));
}

#[test]
fn a_root_with_a_name_of_its_own_keeps_it_with_a_number() {
    let room = Room::new();
    std::fs::create_dir(room.path("replica-pki")).unwrap();
    let text = "[defaults]\nkey = \"rsa-2048\"\nroot_days = 40\n[[host]]\nfqdn = \"a.test\"\nroot = \"First\"\n";
    room.write("replica-pki/inventory.toml", text);
    for command in [&["issue"][..], &["renew"], &["renew", "--roots-installed"], &["renew", "--finish"]] {
        room.done(command);
        assert!(room.done(&["issue"]).starts_with("nothing to do: 1 host"), "after {command:?}");
    }
    assert_eq!(leaf(&room, "a.test").issuer().to_string(), "CN=First 2");
    room.done(&["renew"]);
    room.done(&["renew", "--roots-installed"]);
    assert_eq!(leaf(&room, "a.test").issuer().to_string(), "CN=First 3");
    assert_eq!(inventory(&room), text);
}

#[test]
fn a_number_that_would_make_two_roots_namesakes_is_left_out() {
    let room = Room::new();
    std::fs::create_dir(room.path("replica-pki")).unwrap();
    let host = |fqdn: &str, root: &str| format!("[[host]]\nfqdn = \"{fqdn}\"\nroot = \"{root}\"\n");
    let hosts = [host("a.test", "R"), host("b.test", "r 2"), host("c.test", "R 4")].concat();
    room.write("replica-pki/inventory.toml", format!("[defaults]\nkey = \"rsa-2048\"\nroot_days = 40\n{hosts}"));
    for command in [&["issue"][..], &["renew"], &["renew", "--roots-installed"], &["renew", "--finish"]] {
        room.done(command);
        assert!(room.done(&["issue"]).starts_with("nothing to do: 3 hosts"), "after {command:?}");
    }
    let issuers = ["a.test", "b.test", "c.test"].map(|host| leaf(&room, host).issuer().to_string());
    assert_eq!(issuers, ["CN=R 3", "CN=r 2 2", "CN=R 4 2"]);
    assert!(names(&room, "private/roots").contains(&"a.test.root3.cer".to_owned()));
    room.done(&["renew"]);
    room.done(&["renew", "--roots-installed"]);
    assert_eq!(leaf(&room, "a.test").issuer().to_string(), "CN=R 5");
}

#[test]
fn a_host_that_comes_meanwhile_trusts_both_roots() {
    let room = mesh(&["a.test", "b.test", "--root-days", "40"]);
    room.done(&["renew"]);
    room.done(&["issue", "c.test"]);
    assert_eq!(names(&room, "hosts/c.test/trust").len(), 5);
    assert_eq!(names(&room, "hosts/a.test/trust").len(), 5);
    every_kit_passes(&room, &["a.test", "b.test", "c.test"]);
    room.done(&["renew", "--roots-installed", "a.test", "b.test"]);
    room.done(&["renew", "--finish", "a.test", "b.test"]);
    every_kit_passes(&room, &["a.test", "b.test", "c.test"]);
    assert_eq!(names(&room, "hosts/c.test/trust"), ["a.test.root2.cer", "b.test.root2.cer", "c.test.root.cer"]);
}

#[test]
fn a_host_that_left_the_inventory_is_named_before_it_blocks_the_second_phase() {
    let room = mesh(&["a.test", "b.test", "--trust", "shared", "--root-days", "40"]);
    room.done(&["renew"]);
    crate::support::mesh::edit(&room, "[[host]]\nfqdn = \"b.test\"\n", "");
    room.done(&["renew", "--roots-installed"]);
    refused(&room, &["renew", "--finish"], &["phase 1"]);
    refused(&room, &["renew", "--roots-installed"], &["b.test", "not in the inventory", "issue --prune"]);
    room.done(&["issue", "--prune"]);
    room.done(&["renew", "--finish"]);
    assert_eq!(names(&room, "hosts/a.test/trust"), ["shared.root2.cer"]);
}
