//! `inspect` explains what it can read and goes on after what it cannot.

use crate::support::{KIT, Room, json};

#[test]
fn a_certificate_is_explained() {
    let room = Room::with_kits();
    let root = format!("{KIT}/trust/HOST5.atwork.at.root.cer");
    let text = room.done(&["inspect", &root]);
    for expected in [
        "CN=HOST5.atwork.at Replica Root",
        "itself",
        "3649 days left",
        "rsa-2048",
        "SHA-256 with RSA",
        "keyCertSign, cRLSign",
        "serverAuth, clientAuth",
        "may sign for",
        "yes, of leaves only",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let facts = &json(&room.done(&["inspect", "--json", &root]))[0];
    assert_eq!(facts["kind"], "certificate");
    assert_eq!(facts["permitted_names"][0], "HOST5.atwork.at");
    assert_eq!(facts["path_length"], 0);
}

#[test]
fn a_pfx_is_explained() {
    let room = Room::with_kits();
    let password = "replica-pki/private/passwords/HOST4.atwork.at.txt";
    let pfx = format!("{KIT}/HOST4.atwork.at.pfx");
    let text = room.done(&["inspect", &pfx, "--password-file", password]);
    for expected in [
        "HMAC-SHA-256, 100000 iterations, matches",
        "Windows Server 2019 and later",
        "belongs to    CN=HOST4.atwork.at",
        "AT_KEYEXCHANGE",
        "the machine's",
        "Microsoft RSA SChannel Cryptographic Provider",
        "PBES2 with AES-256-CBC, PBKDF2-HMAC-SHA-256, 100000 iterations",
        "HOST4.atwork.at Hyper-V Replica",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn pem_is_read_as_well_as_der() {
    let room = Room::with_kits();
    let der = room.read(&format!("{KIT}/HOST4.atwork.at.cer"));
    let pem = pki_core::certificate::Certificate::from_der(&der).unwrap().to_pem();
    room.write("leaf.pem", pem.replace('\n', "\r\n"));
    let thumbprint = |file: &str| json(&room.done(&["inspect", "--json", file]))[0]["thumbprint_sha256"].clone();
    assert_eq!(thumbprint("leaf.pem"), thumbprint(&format!("{KIT}/HOST4.atwork.at.cer")));
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_the_others() {
    let room = Room::with_kits();
    room.write("garbage", "garbage");
    room.write("cut.pfx", &room.read(&format!("{KIT}/HOST4.atwork.at.pfx"))[..1000]);
    let leaf = format!("{KIT}/HOST4.atwork.at.cer");
    let ended = room.run(&["inspect", "garbage", "missing", "cut.pfx", &leaf, "--json"]);
    assert_eq!(ended.code, 1);
    for expected in ["garbage: ", "missing", "cut.pfx: ", "hint: "] {
        assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
    }
    let all = json(&ended.stdout);
    assert_eq!(all.as_array().unwrap().len(), 4);
    assert!(all[0]["file"] == "garbage" && all[1]["file"] == "missing" && all[3]["kind"] == "certificate", "{all}");
    assert!(all[1]["error"].as_str().unwrap().contains("cannot read missing"), "{all}");
}

#[test]
fn several_certificates_in_one_file_are_refused() {
    let room = Room::with_kits();
    let der = room.read(&format!("{KIT}/HOST4.atwork.at.cer"));
    let pem = pki_core::certificate::Certificate::from_der(&der).unwrap().to_pem();
    room.write("both.pem", pem.repeat(2));
    let leaf = format!("{KIT}/HOST4.atwork.at.cer");
    for arguments in [&["inspect", "both.pem"][..], &["verify", &leaf, "--root", "both.pem"]] {
        let ended = room.run(arguments);
        assert_eq!(ended.code, 1);
        assert!(ended.stderr.contains("both.pem: the file holds 2 certificates"), "{}", ended.stderr);
        assert!(ended.stderr.contains("hint: give each a file of its own"), "{}", ended.stderr);
    }
}
