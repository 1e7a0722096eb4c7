//! `crl`: lists that continue each other; `leaf --crl-url`: where they are found.

use pki_core::certificate::Certificate;
use pki_core::revocation::RevocationList;

use crate::support::{Room, json};

const ROOT: [&str; 4] = ["--root", "out/First.cer", "--root-key", "out/First.key.pem"];
const URL: &str = "http://pki.atwork.at/first.crl";

/// A room with a root and leaves of HOST4 and HOST5 in `out`.
fn with_leaves() -> Room {
    let room = Room::new();
    room.write("password.txt", "a password\n");
    let hosts = ["HOST4.atwork.at", "HOST5.atwork.at"];
    let small = ["--out", "out", "--key", "rsa-2048"];
    room.done(&[&["root", "--name", "First", "--for", hosts[0], "--for", hosts[1]], &small[..]].concat());
    for host in hosts {
        let further = ["--crl-url", URL, "--password-file", "password.txt"];
        room.done(&[&["leaf", host], &ROOT[..], &small[..], &further[..]].concat());
    }
    room
}

fn crl<'a>(further: &[&'a str]) -> Vec<&'a str> {
    [&["crl"], &ROOT[..], further].concat()
}

fn list(room: &Room, file: &str) -> RevocationList {
    RevocationList::from_der(&room.read(file)).unwrap()
}

#[test]
fn the_first_list_is_empty_and_the_next_one_remembers() {
    let room = with_leaves();
    let leaf = |host: &str| Certificate::from_der(&room.read(&format!("out/{host}.atwork.at.cer"))).unwrap();
    let root = Certificate::from_der(&room.read("out/First.cer")).unwrap();

    room.done(&crl(&["--out", "lists/1.crl"]));
    let first = list(&room, "lists/1.crl");
    first.check_signed_by(&root).unwrap();
    assert_eq!((first.number(), first.revocations().len()), (1, 0));
    assert_eq!(room.read("out/First.crl"), room.read("lists/1.crl"));

    let revoke = ["--revoke", "out/HOST4.atwork.at.cer:keyCompromise"];
    let printed = json(&room.done(&crl(&[&["--out", "lists/2.crl", "--json"], &revoke[..]].concat())));
    assert_eq!(printed["number"], 2);
    assert_eq!(printed["revoked"][0]["reason"], "keyCompromise");
    let serial: String = leaf("HOST4").serial_number().iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(printed["revoked"][0]["serial_number"], serial);

    let again = ["--revoke", "out/HOST4.atwork.at.cer", "--revoke", "out/HOST5.atwork.at.cer"];
    let ended = room.run(&crl(&[&["--out", "lists/3.crl"], &again[..]].concat()));
    assert!(ended.code == 0 && ended.stderr.contains("CN=HOST4.atwork.at was taken back before"), "{ended:?}");
    let third = list(&room, "lists/3.crl");
    assert_eq!(third.number(), 3);
    assert_eq!(third.revocation_of(&leaf("HOST4")), list(&room, "lists/2.crl").revocation_of(&leaf("HOST4")));
    let last = third.revocation_of(&leaf("HOST5")).unwrap();
    assert_eq!(last.reason.to_string(), "unspecified");
    // Nothing on a list was taken back after the moment from which it counts.
    assert_eq!(last.time, third.validity().not_before);
}

#[test]
fn the_published_list_is_replaced_by_its_successor() {
    let room = with_leaves();
    for number in 1..=3 {
        room.done(&crl(&["--out", "lists/first.crl"]));
        assert_eq!(list(&room, "lists/first.crl").number(), number);
    }
    let published: Vec<_> = room.files().into_keys().filter(|path| path.starts_with("lists")).collect();
    assert_eq!(published, [std::path::Path::new("lists").join("first.crl")]);
}

/// The web server runs as another user.
#[test]
#[cfg(unix)]
fn others_can_read_the_published_list_as_they_could_before() {
    use std::os::unix::fs::PermissionsExt as _;
    let room = with_leaves();
    let mode = |file: &str| room.path(file).metadata().unwrap().permissions().mode() & 0o777;
    room.done(&crl(&["--out", "first.crl"]));
    assert_eq!((mode("first.crl") & 0o004, mode("out/First.crl")), (0o004, 0o600));
    std::fs::set_permissions(room.path("first.crl"), std::fs::Permissions::from_mode(0o640)).unwrap();
    room.done(&crl(&["--out", "first.crl"]));
    assert_eq!(mode("first.crl"), 0o640);
}

/// As the umask says, which is the usual one for the program here.
#[test]
#[cfg(unix)]
fn new_folders_for_what_is_public_are_open_to_others_too() {
    use std::os::unix::fs::PermissionsExt as _;
    let room = with_leaves();
    let mode = |file: &str| room.path(file).metadata().unwrap().permissions().mode() & 0o777;
    let with_umask = |arguments: &[&str]| {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", "umask 022; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_replica-pki")]);
        assert!(shell.args(arguments).current_dir(room.path("")).output().unwrap().status.success(), "{arguments:?}");
    };
    with_umask(&crl(&["--out", "web/lists/first.crl"]));
    with_umask(&["man-pages", "share/man1"]);
    let modes = ["web", "web/lists", "share", "share/man1"].map(mode);
    assert_eq!(modes, [0o755; 4]);
    assert_eq!(["web/lists/first.crl", "share/man1/replica-pki.1"].map(mode), [0o644; 2]);
}

#[test]
fn nothing_but_an_older_list_of_the_same_root_is_overwritten() {
    let room = with_leaves();
    room.done(&["root", "--name", "Other", "--for", "HOST4.atwork.at", "--out", "out", "--key", "rsa-2048"]);
    room.done(&["crl", "--root", "out/Other.cer", "--root-key", "out/Other.key.pem", "--out", "other.crl"]);
    room.done(&crl(&["--out", "1.crl"]));
    room.done(&crl(&["--out", "2.crl"]));
    std::fs::create_dir(room.path("folder")).unwrap();
    let before = room.files();
    for (out, expected) in [
        ("other.crl", "is no revocation list of CN=First"),
        ("out/First.cer", "is no revocation list of CN=First"),
        ("folder", "is no file"),
    ] {
        let ended = room.run(&crl(&["--out", out]));
        assert!(ended.code == 1 && ended.stderr.contains(expected), "{out}: {ended:?}");
        assert!(ended.stderr.contains("not overwritten") && ended.stderr.contains("hint: "), "{ended:?}");
    }
    assert_eq!(room.files(), before);
}

#[test]
fn a_list_that_was_published_is_never_followed_by_an_earlier_number() {
    let room = with_leaves();
    room.done(&crl(&["--out", "first.crl"]));
    room.done(&crl(&["--out", "first.crl", "--revoke", "out/HOST4.atwork.at.cer"]));
    std::fs::remove_file(room.path("out/First.crl")).unwrap();
    std::fs::remove_file(room.path("out/First.revoked.json")).unwrap();
    let before = room.files();
    let ended = room.run(&crl(&["--out", "first.crl"]));
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("first.crl is revocation list 2 of CN=First"), "{ended:?}");
    assert!(ended.stderr.contains("hint: nothing was written; to go on from it, copy it to out"), "{ended:?}");
    assert_eq!(room.files(), before);

    std::fs::copy(room.path("first.crl"), room.path("out/First.crl")).unwrap();
    room.done(&crl(&["--out", "first.crl"]));
    let third = list(&room, "first.crl");
    assert_eq!((third.number(), third.revocations().len()), (3, 1));
}

#[test]
fn runs_at_the_same_time_lose_no_revocation() {
    let room = with_leaves();
    let revoke = |host: &str, out: &str| {
        let revoke = format!("out/{host}.atwork.at.cer");
        let arguments = crl(&["--revoke", &revoke, "--out", out]);
        loop {
            let ended = room.run(&arguments);
            if ended.code == 0 {
                return;
            }
            assert!(ended.stderr.contains("another replica-pki is at work"), "{ended:?}");
        }
    };
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let host = if thread % 2 == 0 { "HOST4" } else { "HOST5" };
            scope.spawn(move || revoke(host, &format!("{thread}.crl")));
        }
    });
    let last = list(&room, "out/First.crl");
    assert_eq!((last.number(), last.revocations().len()), (4, 2));
    let mut numbers: Vec<_> = (0..4).map(|thread| list(&room, &format!("{thread}.crl")).number()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4]);
}

#[test]
fn the_window_of_a_list_is_as_long_as_asked() {
    let room = with_leaves();
    room.done(&crl(&["--out", "1.crl"]));
    room.done(&crl(&["--out", "2.crl", "--days", "7"]));
    let days = |file: &str| {
        let validity = *list(&room, file).validity();
        validity.not_after.days_after(validity.not_before)
    };
    assert_eq!((days("1.crl"), days("2.crl")), (90, 7));
}

#[test]
fn what_cannot_be_taken_back_is_refused_and_nothing_is_written() {
    let room = with_leaves();
    room.done(&["root", "--name", "Other", "--for", "HOST4.atwork.at", "--out", "out", "--key", "rsa-2048"]);
    room.done(&crl(&["--out", "1.crl", "--revoke", "out/HOST5.atwork.at.cer:keyCompromise"]));
    let before = room.files();
    for (further, code, expected) in [
        (["--revoke", "out/Other.cer"], 1, "out/Other.cer: CN=Other was not signed by CN=First"),
        (["--revoke", "out/First.cer"], 1, "CN=First cannot be revoked"),
        (["--revoke", "out/HOST4.atwork.at.cer:lost"], 2, "\"lost\" is not a reason"),
        (["--revoke", "out/HOST5.atwork.at.cer:superseded"], 1, "for another reason, keyCompromise, and that stays"),
        (["--revoke", "1.crl"], 1, "1.crl: "),
        (["--revoke", "lost.cer"], 1, "cannot read lost.cer"),
        (["--root", "out/Other.cer"], 2, "--root"),
    ] {
        let ended = room.run(&crl(&[&["--out", "2.crl"], &further[..]].concat()));
        assert_eq!(ended.code, code, "{ended:?}");
        assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
    }
    assert_eq!(room.files(), before);
}

#[test]
fn a_remembered_list_of_another_root_or_a_damaged_one_stops_everything() {
    let room = with_leaves();
    room.done(&["root", "--name", "Other", "--for", "HOST4.atwork.at", "--out", "out", "--key", "rsa-2048"]);
    room.done(&["crl", "--root", "out/Other.cer", "--root-key", "out/Other.key.pem", "--out", "other.crl"]);
    for (there, expected) in
        [("out/Other.crl", "list 1 of CN=Other was not signed by CN=First"), ("out/First.cer", "is damaged")]
    {
        std::fs::copy(room.path(there), room.path("out/First.crl")).unwrap();
        let before = room.files();
        let ended = room.run(&crl(&["--out", "2.crl"]));
        assert!(ended.code == 1 && ended.stderr.contains(expected), "{ended:?}");
        assert!(ended.stderr.contains("the last list: ") && ended.stderr.contains("hint: "), "{ended:?}");
        assert_eq!(room.files(), before);
    }
}

/// Else the next one would be signed without what stands in it.
#[test]
fn a_last_list_that_is_gone_or_an_older_one_in_its_place_stops_everything() {
    let room = with_leaves();
    room.done(&crl(&["--out", "1.crl"]));
    room.done(&crl(&["--out", "2.crl", "--revoke", "out/HOST4.atwork.at.cer"]));
    std::fs::remove_file(room.path("out/First.crl")).unwrap();
    let refused = |expected: &str| {
        let before = room.files();
        let ended = room.run(&crl(&["--out", "3.crl"]));
        assert!(ended.code == 1 && ended.stderr.contains(expected), "{ended:?}");
        for part in ["hint: ", "put a copy of this root's last list", "remove out", "First.revoked.json too"] {
            assert!(ended.stderr.contains(part), "{part}: {ended:?}");
        }
        assert_eq!(room.files(), before);
    };
    refused("list 2 was made, and it is gone");
    std::fs::copy(room.path("1.crl"), room.path("out/First.crl")).unwrap();
    refused("it is list 1, and list 2 was made");
    std::fs::copy(room.path("2.crl"), room.path("out/First.crl")).unwrap();
    room.done(&crl(&["--out", "3.crl"]));
    assert_eq!((list(&room, "3.crl").number(), list(&room, "3.crl").revocations().len()), (3, 1));

    room.write("out/First.revoked.json", "garbage");
    let ended = room.run(&crl(&["--out", "4.crl"]));
    assert!(ended.code == 1 && ended.stderr.contains("First.revoked.json is damaged"), "{ended:?}");
    assert!(!room.path("4.crl").exists());
}

/// In the folder of a mesh, where the other commands find it in their way or take it along.
#[test]
fn the_list_of_a_mesh_stays_with_its_root_and_goes_with_it() {
    let room = Room::new();
    room.done(&["issue", "a.test", "b.test", "--key", "rsa-2048"]);
    let revoke = |host: &str, out: &str| {
        let root = format!("replica-pki/private/roots/{host}.root.cer");
        let key = format!("replica-pki/private/roots/{host}.root.key.pem");
        let leaf = format!("replica-pki/hosts/{host}/{host}.cer");
        room.done(&["crl", "--root", &root, "--root-key", &key, "--revoke", &leaf, "--out", out]);
    };
    revoke("a.test", "a.crl");
    revoke("b.test", "b.crl");
    let has = |host: &str| room.path(&format!("replica-pki/private/roots/{host}.root.crl")).exists();
    assert!(has("a.test") && has("b.test"));
    assert!(room.done(&["issue"]).starts_with("nothing to do: 2 hosts"));
    assert_eq!(room.run(&["status"]).code, 3, "both certificates were taken back");
    room.done(&["issue", "c.test"]);
    assert!(has("a.test") && has("b.test"));

    room.done(&["issue", "--replace", "a.test"]);
    assert!(!has("a.test") && has("b.test"), "the list of a root that was replaced goes");
    assert!(!room.path("replica-pki/private/roots/a.test.root.revoked.json").exists());
}

#[test]
fn the_list_of_a_pruned_root_goes_with_its_key() {
    let room = Room::new();
    room.done(&["issue", "a.test", "b.test", "--key", "rsa-2048"]);
    let roots = "replica-pki/private/roots";
    let (root, key) = (format!("{roots}/b.test.root.cer"), format!("{roots}/b.test.root.key.pem"));
    room.done(&["crl", "--root", &root, "--root-key", &key, "--out", "b.crl"]);
    let inventory = String::from_utf8(room.read("replica-pki/inventory.toml")).unwrap();
    room.write("replica-pki/inventory.toml", inventory.replace("[[host]]\nfqdn = \"b.test\"\n", ""));
    room.done(&["issue", "--prune"]);
    assert!(
        !room.files().keys().any(|path| path.starts_with("replica-pki") && path.to_str().unwrap().contains("b.test"))
    );
}

#[test]
fn a_leaf_says_where_its_list_is() {
    let room = with_leaves();
    let leaf = Certificate::from_der(&room.read("out/HOST4.atwork.at.cer")).unwrap();
    assert_eq!(leaf.extensions().crl_distribution_points, Some(vec![URL.to_owned()]));
    for (url, expected) in [("https://pki.atwork.at/first.crl", "use http"), ("pki.atwork.at", "start with http://")] {
        let ended = room.run(&[&["leaf", "HOST4.atwork.at", "--out", "other", "--crl-url", url], &ROOT[..]].concat());
        assert!(ended.code == 2 && ended.stderr.contains(expected), "{ended:?}");
    }
}
