//! Whatever umask a run begins with: what is private is its user's alone, and the user can read it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::{Ended, Room};

/// Somebody who is not root, to whom access rights mean something. Only root can be him.
const SOMEBODY: u32 = 12_345;

#[test]
fn no_umask_opens_or_shuts_what_is_private() {
    for umask in ["000", "777", "277", "022"] {
        for user in users() {
            let (room, program) = (Room::new(), program());
            room.write("password.txt", "a password\n");
            room.write("passphrase.txt", "correct horse battery staple\n");
            for path in ["", "password.txt", "passphrase.txt"] {
                chown(room.path(path), Some(user), Some(user)).unwrap();
            }
            for arguments in commands() {
                let ended = run(&room, &program.path().join("replica-pki"), umask, user, &arguments);
                assert_eq!(ended.code, 0, "umask {umask}: {arguments:?}: {ended:?}");
                for folder in ["replica-pki", "out"] {
                    assert_private(&room.path(folder), user, &format!("umask {umask}: {arguments:?}"));
                }
            }
            // What is published is as open as the umask lets it be, and its owner's in any case.
            let open = 0o777 & !u32::from_str_radix(umask, 8).unwrap() | 0o700;
            assert_eq!(mode(&room.path("published")), open, "umask {umask}");
            for file in ["published/R.crl", "published/man/replica-pki.1"] {
                assert_eq!(mode(&room.path(file)), 0o644 & open, "umask {umask}: {file}");
            }
        }
    }
}

/// One after the other in the same room.
fn commands() -> Vec<Vec<&'static str>> {
    let (root, password) =
        (["--root", "out/R.cer", "--root-key", "out/R.key.pem"], ["--password-file", "password.txt"]);
    let (small, passphrase) = (["--out", "out", "--key", "rsa-2048"], ["--passphrase-file", "passphrase.txt"]);
    vec![
        vec!["issue", "a.test", "b.test", "--key", "rsa-2048"],
        vec!["issue", "c.test"],
        vec!["renew", "a.test"],
        [&["protect"], &passphrase[..]].concat(),
        [&["issue", "--replace", "b.test"], &passphrase[..]].concat(),
        [&["unprotect", "a.test", "--out", "out/a.txt"], &passphrase[..]].concat(),
        [&["unprotect"], &passphrase[..]].concat(),
        [&["root", "--name", "R", "--for", "a.test", "--for", "b.test"], &small[..]].concat(),
        [&["leaf", "a.test"], &root[..], &small, &password].concat(),
        [&["request", "b.test"], &small[..]].concat(),
        [&["leaf", "--request", "out/b.test.csr", "--out", "out"], &root[..]].concat(),
        [
            &["accept", "--key", "out/b.test.key.pem", "--certificate", "out/b.test.cer", "--root", "out/R.cer"][..],
            &["--out", "out"],
            &password[..],
        ]
        .concat(),
        [&["convert", "out/a.test.pfx", "--out", "out/c.pfx"], &password[..]].concat(),
        [&["crl", "--out", "published/R.crl"], &root[..]].concat(),
        vec!["man-pages", "published/man"],
    ]
}

fn users() -> Vec<u32> {
    let me = rustix::process::geteuid().as_raw();
    if me == 0 { vec![me, SOMEBODY] } else { vec![me] }
}

/// A copy that somebody else can start too.
fn program() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_replica-pki"), folder.path().join("replica-pki")).unwrap();
    folder
}

fn run(room: &Room, program: &Path, umask: &str, user: u32, arguments: &[&str]) -> Ended {
    let prepared = room.command(arguments);
    let mut command = Command::new("sh");
    command.args(["-c", &format!("umask {umask} && exec \"$@\""), "sh"]).arg(program).args(arguments);
    command.current_dir(prepared.get_current_dir().unwrap()).stdin(std::process::Stdio::null());
    for (name, _) in prepared.get_envs() {
        command.env_remove(name);
    }
    if user == SOMEBODY {
        command.uid(user).gid(user);
    }
    Ended::of(command)
}

/// Every file and folder, the topmost too.
#[track_caller]
fn assert_private(top: &Path, user: u32, context: &str) {
    let mut left: Vec<PathBuf> = Some(top.to_owned()).into_iter().filter(|top| top.exists()).collect();
    while let Some(path) = left.pop() {
        let metadata = path.symlink_metadata().unwrap();
        let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(metadata.permissions().mode() & 0o7777, expected, "{context}: {}", path.display());
        assert_eq!(metadata.uid(), user, "{context}: {}", path.display());
        if metadata.is_dir() {
            left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
}

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().permissions().mode() & 0o7777
}
