//! Revocation lists that are missing, have ended or cannot be read: `status` names no line that is refused, and no command goes
//! on to certificates that hosts would refuse.

use serde_json::Value;

use crate::support::mesh::{changes, edit, mesh, names};
use crate::support::{Room, json};

const URL: &str = "http://pki.atwork.at/{root}.crl";
const ROOTS: &str = "replica-pki/private/roots";

fn crl(label: &str, days: &str) -> Vec<String> {
    let path = |ending: &str| format!("{ROOTS}/{label}{ending}");
    let out = format!("{label}.crl");
    ["crl", "--root", &path(".cer"), "--root-key", &path(".key.pem"), "--out", &out, "--days", days]
        .map(str::to_owned)
        .to_vec()
}

fn list(room: &Room, label: &str, days: &str) {
    let arguments = crl(label, days);
    room.done(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
}

fn problems(room: &Room, day: u32) -> Vec<String> {
    let said = json(&room.later(day, &["status", "--json"]).stdout);
    let problems = said["problems"].as_array().unwrap().clone();
    problems.into_iter().map(|problem| problem.as_str().unwrap().to_owned()).collect()
}

/// What is to be done before anything else.
fn first(said: &str) -> Vec<Value> {
    json(said)["first"].as_array().unwrap().clone()
}

#[test]
fn an_ended_root_asks_for_no_list_and_a_good_one_does_while_its_certificates_may_be_in_use() {
    let room = mesh(&["a.test", "--root-days", "100", "--crl-url", URL]);
    edit(&room, "root_days = 100", "root_days = 900");
    list(&room, "a.test.root", "90");
    room.done_later(50, &["renew"]);
    assert!(problems(&room, 51)[1].starts_with("the root a.test.root2 has no revocation list yet, "));
    let make = crl("a.test.root2", "800");
    room.done_later(51, &make.iter().map(String::as_str).collect::<Vec<_>>());
    room.done_later(52, &["renew", "--roots-installed"]);
    // The host may still use the certificate in its previous kit.
    let told = problems(&room, 95);
    assert!(told.len() == 1 && told[0].starts_with("the revocation list of a.test.root has ended: replica-pki crl "));
    assert_eq!(problems(&room, 101), [""; 0]);
    room.done_later(101, &["status"]);
    room.done_later(101, &["renew", "--finish"]);
}

#[test]
fn the_list_of_a_finished_line_is_asked_for_by_the_new_root_alone() {
    let room = mesh(&["a.test", "b.test", "--root-days", "40"]);
    list(&room, "a.test.root", "30");
    edit(&room, "root_days = 40", "root_days = 900");
    room.done(&["renew"]);
    room.done(&["renew", "--roots-installed"]);
    assert_eq!(problems(&room, 0).len(), 1, "the previous kit may be in use");
    room.done(&["renew", "--finish", "a.test"]);
    assert_eq!(problems(&room, 0), [""; 0]);
}

#[test]
fn without_the_key_no_line_is_printed_that_needs_it() {
    // Nobody looks for a list that no certificate names.
    let room = mesh(&["a.test", "b.test"]);
    list(&room, "a.test.root", "30");
    assert_eq!(problems(&room, 0).len(), 1);
    room.done(&["issue", "--discard-root-keys"]);
    assert_eq!(problems(&room, 0), [""; 0]);

    let room = mesh(&["a.test", "b.test", "--crl-url", URL]);
    list(&room, "a.test.root", "30");
    edit(&room, &format!("crl_url = \"{URL}\"\n"), "");
    room.done(&["issue", "--discard-root-keys"]);
    let told = problems(&room, 0);
    let (ends, none) = ("the revocation list of a.test.root ends in 29 days, and ", "the root b.test.root has no ");
    assert!(told.len() == 2 && told[0].starts_with(ends) && told[1].starts_with(none), "{told:?}");
    for (told, host) in told.iter().zip(["a.test", "b.test"]) {
        let (_, way_out) = told.split_once(", and the key that signs the next one is gone: replica-pki ").unwrap();
        assert_eq!(way_out, format!("issue --replace {host}"));
        room.done(&way_out.split(' ').collect::<Vec<_>>());
    }
    assert_eq!(problems(&room, 0), [""; 0]);
}

#[test]
fn the_second_phase_does_not_begin_with_a_list_that_has_ended_or_cannot_be_read() {
    let room = mesh(&["a.test", "--root-days", "40", "--crl-url", URL]);
    edit(&room, "root_days = 40", "root_days = 900");
    room.done(&["renew"]);
    list(&room, "a.test.root2", "10");
    let refused = |day: u32, problem: &str, way_out: &str| {
        let before = room.files();
        let ended = room.later(day, &["renew", "--roots-installed"]);
        assert!(ended.code == 1 && ended.stderr.contains(problem), "{ended:?}");
        assert!(ended.stderr.contains(&format!("\nhint: {way_out}")), "{ended:?}");
        assert_eq!(changes(&before, &room.files()), [""; 0]);
    };
    refused(
        12,
        "the revocation list of a.test.root2 has ended",
        "make it, publish it, and run the command again: replica-pki crl ",
    );
    let remembered = format!("{ROOTS}/a.test.root2.crl");
    let good = room.read(&remembered);
    room.write(&remembered, "garbage");
    refused(5, "a.test.root2.crl cannot be read", "what was taken back stands in it");
    room.write(&remembered, good);
    let ledger = format!("{ROOTS}/a.test.root2.revoked.json");
    let good = room.read(&ledger);
    room.write(&ledger, "garbage");
    refused(5, "a.test.root2.revoked.json is damaged", "bring it back from a copy");
    room.write(&ledger, good);
    room.done_later(5, &["renew", "--roots-installed"]);
}

#[test]
fn whoever_signs_below_a_root_without_a_good_list_is_told_to_make_it_first() {
    let room = mesh(&["a.test", "b.test"]);
    edit(&room, "[defaults]", &format!("[defaults]\ncrl_url = \"{URL}\""));
    let steps = first(&room.done(&["renew", "a.test", "--json"]));
    assert_eq!(steps.len(), 1, "{steps:?}");
    let what = steps[0]["what"].as_str().unwrap();
    assert!(what.contains("publish it at http://pki.atwork.at/a.test.root.crl before"), "{what}");
    let command = steps[0]["command"].as_str().unwrap();
    room.done(&command.strip_prefix("replica-pki ").unwrap().split(' ').collect::<Vec<_>>());
    assert!(names(&room, "private/roots").contains(&"a.test.root.crl".to_owned()));
    let said = room.done(&["renew", "b.test"]);
    let place = |part: &str| said.find(part).unwrap_or_else(|| panic!("{part}: {said}"));
    assert!(place("1. here: make the revocation list of b.test.root, and publish") < place("On b.test, in PowerShell"));
    room.done(&["renew", "--finish"]);
    assert!(!room.done(&["renew", "a.test"]).contains("replica-pki crl"));
    room.done(&["renew", "--finish"]);
    // Its list has ended meanwhile.
    assert_eq!(first(&room.done_later(400, &["renew", "a.test", "--json"])).len(), 1);
}

#[test]
fn a_kit_that_is_made_again_below_a_root_without_a_list_comes_with_the_line_that_makes_it() {
    let room = mesh(&["a.test", "b.test"]);
    edit(&room, "[defaults]", &format!("[defaults]\ncrl_url = \"{URL}\""));
    std::fs::remove_dir_all(room.path("replica-pki/hosts/b.test")).unwrap();
    let steps = first(&room.done(&["issue", "--json"]));
    assert_eq!(steps.len(), 1, "{steps:?}");
    assert!(steps[0]["what"].as_str().unwrap().starts_with("make the revocation list of b.test.root, "), "{steps:?}");
}
