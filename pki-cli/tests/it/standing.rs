//! A renewal or rollover that was begun and not finished: every command says where it stands, what is advised is done when
//! it is typed, and nothing is taken away that another host still needs.

use serde_json::Value;

use crate::support::mesh::{changes, edit, leaf, mesh, names};
use crate::support::{Room, json};

/// Changes nothing, succeeds, and says what waits.
#[track_caller]
fn waiting(room: &Room, arguments: &[&str]) -> Vec<Value> {
    let before = room.files();
    let said = json(&room.done(&[arguments, &["--json"]].concat()));
    assert_eq!((&said["renewed"], &said["rollovers"]), (&json("[]"), &json("[]")), "{arguments:?}: {said}");
    assert_eq!(changes(&before, &room.files()), [""; 0], "{arguments:?}");
    said["waiting"].as_array().unwrap().clone()
}

/// The row of a host, as text.
fn row(room: &Room, host: &str) -> String {
    let said = json(&room.run(&["status", "--json"]).stdout);
    let rows = said["hosts"].as_array().unwrap().clone();
    rows.into_iter().find(|row| row["host"] == host).unwrap().to_string()
}

#[test]
fn renew_says_where_each_line_stands() {
    let room = mesh(&["a.test", "b.test", "--root-days", "40"]);
    edit(&room, "root_days = 40", "root_days = 900");
    assert_eq!(waiting(&room, &["renew", "--within", "1d"]), [Value::Null; 0]);
    room.done(&["renew", "a.test"]);
    let found = waiting(&room, &["renew", "a.test"]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["root"], "a.test.root");
    assert_eq!(found[0]["phase"], "spreading");
    assert_eq!(found[0]["hosts"], json(r#"["a.test"]"#));
    assert_eq!(found[0]["next"]["command"], "replica-pki renew --roots-installed");
    let said = room.done(&["renew", "a.test"]);
    assert!(said.starts_with("a.test.root: rollover of its root, phase 1\n"), "{said}");
    assert!(said.contains("when every host has installed its kit: replica-pki renew --roots-installed"), "{said}");
    // Plain, too, though nothing ends soon any more.
    room.done(&["renew"]);
    assert_eq!(waiting(&room, &["renew"]).len(), 2);

    room.done(&["renew", "--roots-installed"]);
    for arguments in [&["renew"][..], &["renew", "--roots-installed"]] {
        let found = waiting(&room, arguments);
        assert_eq!(found.len(), 2, "{arguments:?}");
        assert_eq!(found[1]["phase"], "changed-over");
        assert_eq!(found[1]["next"]["command"], "replica-pki renew --finish b.test");
    }
    room.done(&["renew", "--finish"]);
    assert_eq!(waiting(&room, &["renew"]), [Value::Null; 0]);
    assert_eq!(room.run(&["renew", "--roots-installed"]).code, 1);

    room.done(&["renew", "a.test", "b.test"]);
    let found = waiting(&room, &["renew", "a.test"]);
    assert_eq!((found.len(), &found[0]["phase"]), (1, &"settled".into()));
    assert_eq!(found[0]["next"]["command"], "replica-pki renew --finish a.test");
}

#[test]
fn a_shared_root_goes_only_when_its_last_host_is_finished() {
    let room = mesh(&["a.test", "b.test", "c.test", "--trust", "shared", "--root-days", "40"]);
    edit(&room, "root_days = 40", "root_days = 900");
    room.done(&["renew"]);
    room.done(&["renew", "--roots-installed"]);
    let said = json(&room.done(&["renew", "--finish", "a.test", "--json"]));
    assert_eq!(said["finished"], json(r#"["a.test"]"#));
    assert_eq!((&said["rollovers"], &said["next"]), (&json("[]"), &json("[]")));
    assert_eq!(said["waiting"][0]["hosts"], json(r#"["b.test", "c.test"]"#));
    assert_eq!(said["waiting"][0]["next"]["command"], "replica-pki renew --finish b.test c.test");
    for host in ["a.test", "b.test", "c.test"] {
        assert_eq!(names(&room, &format!("hosts/{host}/trust")), ["shared.root.cer", "shared.root2.cer"]);
        assert_eq!(room.path(&format!("replica-pki/hosts/{host}/previous")).exists(), host != "a.test");
    }
    assert_eq!(waiting(&room, &["renew", "--finish", "a.test"]).len(), 1);
    assert!(row(&room, "a.test").contains("replica-pki renew --finish b.test c.test"), "{}", row(&room, "a.test"));
    room.done(&["renew", "--finish", "b.test"]);
    let said = json(&room.done(&["renew", "--finish", "c.test", "--json"]));
    assert_eq!(said["rollovers"][0]["phase"], "settled");
    assert!(said["next"][0]["command"].as_str().unwrap().starts_with("certutil -delstore Root "), "{said}");
    assert_eq!(names(&room, "hosts/a.test/trust"), ["shared.root2.cer"]);
}

#[test]
fn a_host_that_changed_over_first_is_finished_as_was_printed() {
    let room = mesh(&["a.test", "b.test", "--trust", "shared", "--root-days", "40"]);
    edit(&room, "root_days = 40", "root_days = 900");
    room.done(&["renew"]);
    let said = json(&room.done(&["renew", "--roots-installed", "a.test", "--json"]));
    let printed = said["next"].as_array().unwrap().last().unwrap()["command"].as_str().unwrap().to_owned();
    assert_eq!(printed, "replica-pki renew --finish a.test");
    assert_eq!(waiting(&room, &["renew", "--roots-installed", "a.test"])[0]["next"]["command"], printed);
    assert!(row(&room, "a.test").contains(&format!("renewed: when replication is healthy: {printed}")));
    assert!(row(&room, "b.test").contains("replica-pki renew --roots-installed"));
    assert_eq!(room.run(&["renew", "--finish", "b.test"]).code, 1);
    room.done(&["renew", "--finish", "a.test"]);
    room.done(&["renew", "--finish", "a.test"]);
    assert!(!room.path("replica-pki/hosts/a.test/previous").exists());
    assert_eq!(names(&room, "hosts/b.test/trust"), ["shared.root.cer", "shared.root2.cer"]);
    room.done(&["renew", "--roots-installed"]);
    room.done(&["renew", "--finish"]);
    assert_eq!(names(&room, "hosts/b.test/trust"), ["shared.root2.cer"]);
}

#[test]
fn status_names_the_host_where_the_plain_command_would_be_refused() {
    let room = mesh(&["a.test", "b.test", "--root-days", "40"]);
    room.done(&["renew"]);
    room.done(&["renew", "--roots-installed", "a.test"]);
    assert_eq!(room.run(&["renew", "--finish"]).code, 1);
    assert!(row(&room, "a.test").contains("replica-pki renew --finish a.test"), "{}", row(&room, "a.test"));
    room.done(&["renew", "--finish", "a.test"]);
}

#[test]
fn a_renewal_is_finished_before_a_root_is_rolled_over() {
    for trust in ["per-host", "shared"] {
        let room = mesh(&["a.test", "b.test", "--root-days", "100", "--trust", trust]);
        room.done(&["renew", "a.test"]);
        let previous = room.read("replica-pki/hosts/a.test/previous/a.test.cer");
        edit(&room, "root_days = 100", "root_days = 900");
        let said = json(&room.run(&["status", "--within", "200d", "--json"]).stdout);
        let problem = said["hosts"][0]["problems"][0].as_str().unwrap();
        assert!(problem.ends_with("replica-pki renew --finish a.test, and renew it again"), "{trust}: {problem}");
        let found = waiting(&room, &["renew", "a.test", "--within", "200d"]);
        assert_eq!(found[0]["next"]["command"], "replica-pki renew --finish a.test", "{trust}");
        if trust == "shared" {
            assert_eq!(waiting(&room, &["renew", "b.test", "--within", "200d"]), found);
        }
        assert_eq!(room.read("replica-pki/hosts/a.test/previous/a.test.cer"), previous);
        room.done(&["renew", "--finish", "a.test"]);
        let before = leaf(&room, "a.test");
        let said = json(&room.done(&["renew", "--within", "200d", "--json"]));
        assert_eq!(said["rollovers"][0]["phase"], "spreading", "{trust}");
        assert_eq!(leaf(&room, "a.test"), before);
    }
}
