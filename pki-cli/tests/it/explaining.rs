//! `explain`: a code as Windows shows it, in words.

use crate::support::{Room, json};

#[test]
fn every_form_of_a_code_is_explained_in_the_same_words() {
    let room = Room::new();
    let said = room.done(&["explain", "0x800B0109"]);
    assert!(said.starts_with("0x800B0109 CERT_E_UNTRUSTEDROOT\n"), "{said}");
    for part in ["root is not trusted", "LocalMachine\\Root", "replica-pki install KIT", "-2146762487"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    for form in ["0X800b0109", "800B0109", "-2146762487", "2148204809", " 0x800B0109 "] {
        assert_eq!(room.done(&["explain", form]), said, "{form}");
    }
    let said = room.done(&["explain", "0x2EFE"]);
    assert!(said.starts_with("0x2EFE ERROR_WINHTTP_CONNECTION_ERROR\n"), "{said}");
    for form in ["12030", "0x80072EFE", "-2147012866", "2147954430"] {
        assert_eq!(room.done(&["explain", form]), said, "{form}");
    }
}

#[test]
fn the_json_holds_every_form_and_every_sentence() {
    let room = Room::new();
    let printed = json(&room.done(&["explain", "0x80072EFD", "--json"]));
    assert_eq!(printed["code"], "0x2EFD");
    assert_eq!(printed["name"], "ERROR_WINHTTP_CANNOT_CONNECT");
    assert_eq!((&printed["hresult"], &printed["win32"]), (&"0x80072EFD".into(), &12029.into()));
    assert_eq!(printed["hresult_decimal"], -2_147_012_867);
    assert!(printed["fix"].as_str().unwrap().contains("Test-NetConnection PARTNER -Port 443"), "{printed}");
    assert_eq!(json(&room.done(&["explain", "-2146762487", "--json"]))["win32"], serde_json::Value::Null);
}

/// `issue` keeps a certificate that was revoked, and its key gets no other one.
#[test]
fn after_a_revocation_a_new_key_is_asked_for() {
    let room = Room::new();
    for code in ["0x2F8A", "0x80092010", "0x800B010C"] {
        let said = room.done(&["explain", code]);
        assert!(said.contains("revoked") && said.contains("replica-pki renew HOST --new-key"), "{said}");
        assert!(!said.contains("replica-pki issue"), "{said}");
    }
}

#[test]
fn a_code_that_is_not_known_ends_with_1_and_says_where_to_ask() {
    let room = Room::new();
    let ended = room.run(&["explain", "0x80041234"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{ended:?}");
    assert!(ended.stderr.contains("hint: ask Windows for its words: certutil -error 0x80041234"), "{ended:?}");
    for nonsense in ["CERT_E_EXPIRED", "0x1800B0109", "", "12030.5"] {
        let ended = room.run(&["explain", nonsense]);
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(ended.stderr.contains("is no error code") && ended.stderr.contains("hint: "), "{ended:?}");
    }
    assert_eq!(room.run(&["explain"]).code, 2);
}
