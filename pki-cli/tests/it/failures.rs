//! Every failure says what and why, and then how to mend it.

use crate::support::Room;

/// Where the stores and the registry are not, one sentence says so, and one what to do instead.
#[cfg(not(windows))]
#[test]
fn what_only_windows_has_fails_elsewhere_with_a_way_out() {
    let room = Room::with_kits();
    let kit = "replica-pki/hosts/HOST4.atwork.at";
    let before = room.files();
    for arguments in [
        vec!["install", kit],
        vec!["uninstall", kit],
        vec!["uninstall", kit, "--dry-run"],
        vec!["doctor"],
        vec!["doctor", "--json"],
        vec!["doctor", "--kit", kit],
    ] {
        let ended = room.run(&arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{arguments:?}: {ended:?}");
        let lines: Vec<_> = ended.stderr.lines().collect();
        let [error, hint] = lines.as_slice() else { panic!("{arguments:?}: {ended:?}") };
        assert!(error.starts_with("error: this works on Windows only"), "{error}");
        assert!(hint.starts_with("hint: copy the kit to its Windows host"), "{hint}");
        assert_eq!(room.files(), before, "{arguments:?}");
    }
}

#[test]
fn each_failure_ends_with_a_hint() {
    let room = Room::with_kits();
    room.write("garbage", "garbage");
    room.write("empty.txt", "");
    room.write("latin1.txt", b"p\xe4ssword\n");
    let kit = "replica-pki/hosts/HOST4.atwork.at";
    let root = &format!("{kit}/trust/HOST4.atwork.at.root.cer");
    let key = "replica-pki/private/roots/HOST4.atwork.at.root.key.pem";
    let other_key = "replica-pki/private/roots/HOST5.atwork.at.root.key.pem";
    let leaf = |host, root, key| vec!["leaf", host, "--root", root, "--root-key", key, "--out", "out"];
    let failures = [
        vec!["issue", "--dir", "nowhere"],
        vec!["issue", "HOST4.atwork.at", "--key", "rsa-4096"],
        vec!["issue", "--replace", "HOST6.atwork.at"],
        vec!["issue", "HOST6.atwork.at", "HOST6.atwork.at"],
        vec!["renew", "--dir", "nowhere"],
        vec!["renew", "HOST6.atwork.at"],
        vec!["renew", "--roots-installed"],
        vec!["status", "--dir", "nowhere"],
        vec!["issue", "HOST6.atwork.at", "--dir", "garbage"],
        vec!["issue", "HOST6.atwork.at", "--password-file", "empty.txt"],
        vec!["issue", "HOST6.atwork.at", "--password-file", "latin1.txt"],
        vec!["issue", "HOST6.atwork.at", "--password-file", "missing.txt"],
        vec!["root", "--name", "a/b", "--for", "HOST6.atwork.at", "--out", "out"],
        leaf("HOST5.atwork.at", root, key),
        leaf("HOST4.atwork.at", "missing.cer", key),
        leaf("HOST4.atwork.at", "garbage", key),
        leaf("HOST4.atwork.at", root, "garbage"),
        leaf("HOST4.atwork.at", root, other_key),
        leaf("HOST4.atwork.at", "replica-pki/hosts/HOST4.atwork.at/HOST4.atwork.at.cer", key),
        vec!["inspect", "garbage"],
        vec!["inspect", "missing"],
        vec!["inspect", "replica-pki"],
        vec!["verify", "replica-pki"],
        vec!["verify", "missing"],
        vec!["verify", root],
        vec!["verify", kit, "--root", root],
    ];
    let before = room.files();
    for arguments in failures {
        let ended = room.run(&arguments);
        assert_eq!(ended.code, 1, "{arguments:?}: {ended:?}");
        let lines: Vec<_> = ended.stderr.lines().collect();
        let (last, first) = (lines.last().unwrap(), lines.first().unwrap());
        assert!(first.starts_with("error: ") && first.len() > 20, "{arguments:?}: {}", ended.stderr);
        assert!(last.starts_with("hint: ") && last.len() > 15, "{arguments:?}: {}", ended.stderr);
        assert_eq!(room.files(), before, "{arguments:?}");
    }
}
