//! `install --dry-run` tells on every system what would be done, and refuses a kit that is not fit to install.

use pki_core::certificate::Certificate;
use serde_json::Value;

use crate::support::{KIT, Room, json};

/// The steps of a dry run.
fn steps(room: &Room, more: &[&str]) -> Vec<Value> {
    let stdout = room.done(&[&["install", KIT, "--dry-run", "--json"], more].concat());
    json(&stdout)["steps"].as_array().unwrap().clone()
}

fn text<'v>(step: &'v Value, field: &str) -> &'v str {
    step[field].as_str().unwrap()
}

fn thumbprint(room: &Room, file: &str) -> String {
    Certificate::from_der(&room.read(&format!("{KIT}/{file}"))).unwrap().thumbprint().to_string()
}

#[test]
fn the_key_comes_first_the_firewall_last_and_every_step_has_its_inverse() {
    let room = Room::with_kits();
    let before = room.files();
    let steps = steps(&room, &[]);
    let leaf = thumbprint(&room, "HOST4.atwork.at.cer");
    let own = thumbprint(&room, "trust/HOST4.atwork.at.root.cer");
    let partner = thumbprint(&room, "trust/HOST5.atwork.at.root.cer");
    let expected = [
        ("import the private key of CN=HOST4.atwork.at", "\"Microsoft RSA SChannel Cryptographic Provider\", type 12,"),
        ("add CN=HOST4.atwork.at (", &*leaf),
        ("add CN=HOST4.atwork.at Replica Root (", &own),
        ("add CN=HOST5.atwork.at Replica Root (", &partner),
        (r"set HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization\Replication\", "Check to 1"),
        ("enable the firewall rule ", "VIRT-HVRHTTPSL-In-TCP-NoScope"),
    ];
    assert_eq!(steps.len(), expected.len(), "{steps:?}");
    for (step, (start, part)) in steps.iter().zip(expected) {
        assert!(text(step, "step").starts_with(start) && text(step, "step").contains(part), "{step}");
        if cfg!(not(windows)) {
            assert_eq!(step["state"], "planned");
        }
    }
    let inverses: Vec<&str> = steps.iter().map(|step| text(step, "inverse").split(' ').next().unwrap()).collect();
    assert_eq!(inverses, ["delete", "remove", "remove", "remove", "delete", "disable"]);
    assert_eq!(room.files(), before);
}

#[test]
fn choices_change_the_plan() {
    let room = Room::with_kits();
    let plan = |more: &[&str]| {
        let steps = steps(&room, more);
        steps.iter().map(|step| text(step, "step").to_owned()).collect::<Vec<_>>().join("\n")
    };
    let usual = plan(&[]);
    assert!(usual.contains("AT_KEYEXCHANGE, exportable)") && !usual.contains("FailoverReplication"));
    assert!(plan(&["--not-exportable"]).contains("AT_KEYEXCHANGE, not exportable)"));
    assert!(plan(&["--provider", "rsa-aes"]).contains("Enhanced RSA and AES Cryptographic Provider\", type 24,"));
    assert!(!plan(&["--keep-revocation-check"]).contains("DisableCertRevocationCheck"));
    let both = ["install", KIT, "--dry-run", "--failover-key", "--keep-revocation-check"];
    assert_eq!(room.run(&both).code, 2, "one says the opposite of the other");
    assert_eq!(plan(&["--failover-key"]).matches("DisableCertRevocationCheck").count(), 2);
    assert!(!plan(&["--no-firewall"]).contains("firewall"));
    assert_eq!(room.run(&["install", KIT, "--dry-run", "--provider", "another"]).code, 2);
}

#[test]
fn a_shared_root_is_added_once_and_names_the_partner() {
    let room = Room::new();
    room.done(&["issue", "a.example.org", "b.example.org", "--trust", "shared", "--key", "rsa-2048"]);
    let stdout = room.done(&["install", "replica-pki/hosts/a.example.org", "--dry-run"]);
    assert_eq!(stdout.matches(r"to LocalMachine\Root").count(), 1, "{stdout}");
    assert!(stdout.contains("-ReplicaServerName b.example.org "), "{stdout}");
}

#[test]
fn a_kit_that_verify_refuses_has_no_plan() {
    let room = Room::with_kits();
    let root = format!("{KIT}/trust/HOST5.atwork.at.root.cer");
    let whole = room.read(&root);
    room.write(&root, room.read(&format!("{KIT}/HOST4.atwork.at.cer")));
    let ended = room.run(&["install", KIT, "--dry-run"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("not fit to install") && ended.stderr.contains("hint: "), "{ended:?}");
    assert_eq!(ended.stdout, "");
    room.write(&root, &whole);
    assert_eq!(room.run(&["install", KIT, "--dry-run"]).code, 0);
}
