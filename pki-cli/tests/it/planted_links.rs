//! Symbolic links that somebody planted where a run writes: none is followed, what they lead to stays as it is, and the run
//! says what is in its way.
//!
//! Where a run writes is found by watching one that nobody disturbs, so that no path is forgotten. Only the folder that is
//! named to the program itself may be a link: that is its owner's word.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Component, Path, PathBuf};
use std::process::Stdio;

use crate::support::mesh::edit;
use crate::support::strace::under_strace;
use crate::support::{Ended, Room, copy, mesh};

const PASSPHRASE: [&str; 2] = ["--passphrase-file", "passphrase.txt"];

#[test]
fn issue_follows_none() {
    assert_none_followed(&Room::new(), &["issue", "a.test", "b.test", "--key", "rsa-2048"]);
    let room = mesh(&["a.test", "b.test"]);
    assert_none_followed(&room, &["issue", "c.test"]);
    assert_none_followed(&room, &["issue", "--replace", "a.test"]);
    assert_none_followed(&room, &["issue", "--discard-root-keys"]);
    edit(&room, "\n[[host]]\nfqdn = \"b.test\"\n", "");
    assert_none_followed(&room, &["issue", "--prune"]);
}

#[test]
fn renew_follows_none() {
    let room = mesh(&["a.test", "b.test"]);
    assert_none_followed(&room, &["renew", "a.test"]);
    room.done(&["renew", "a.test"]);
    assert_none_followed(&room, &["renew", "--finish"]);
}

#[test]
fn protect_and_unprotect_follow_none() {
    let room = mesh(&["a.test"]);
    room.write("passphrase.txt", "correct horse battery staple\n");
    assert_none_followed(&room, &[&["protect"], &PASSPHRASE[..]].concat());
    room.done(&[&["protect"], &PASSPHRASE[..]].concat());
    assert_none_followed(&room, &[&["unprotect"], &PASSPHRASE[..]].concat());
    assert_none_followed(&room, &[&["unprotect", "a.test", "--out", "out/password.txt"], &PASSPHRASE[..]].concat());
}

#[test]
fn crl_follows_none() {
    let room = mesh(&["a.test"]);
    let root = "replica-pki/private/roots/a.test.root";
    let (root, key) = (format!("{root}.cer"), format!("{root}.key.pem"));
    let crl = ["crl", "--root", &root, "--root-key", &key, "--out", "published/a.crl"];
    assert_none_followed(&room, &crl);
    room.done(&crl);
    assert_none_followed(&room, &crl);
}

#[test]
fn single_steps_follow_none() {
    let room = Room::new();
    room.write("password.txt", "a password\n");
    let (root, password) =
        (["--root", "out/R.cer", "--root-key", "out/R.key.pem"], ["--password-file", "password.txt"]);
    let small = ["--out", "out", "--key", "rsa-2048"];
    for command in [
        &[&["root", "--name", "R", "--for", "a.test", "--for", "b.test"], &small[..]].concat(),
        &[&["leaf", "a.test"], &root[..], &small, &password].concat(),
        &[&["request", "b.test"], &small[..]].concat(),
        &[&["leaf", "--request", "out/b.test.csr", "--out", "out"], &root[..]].concat(),
        &[
            &["accept", "--key", "out/b.test.key.pem", "--certificate", "out/b.test.cer", "--root", "out/R.cer"][..],
            &["--out", "out"],
            &password[..],
        ]
        .concat(),
        &[&["convert", "out/a.test.pfx", "--out", "out/c.pfx", "--windows", "2012r2"], &password[..]].concat(),
        &[&["crl", "--out", "published.crl"], &root[..]].concat(),
        &["man-pages", "out"].to_vec(),
    ] {
        assert_none_followed(&room, command);
        room.done(command);
    }
}

#[test]
fn completions_are_written_to_nothing_but_the_output() {
    let room = Room::new();
    room.done(&["completions", "bash"]);
    assert!(tree(&room.path("")).is_empty());
}

/// What a link leads to.
#[derive(Debug, Clone, Copy)]
enum Target {
    File,
    Folder,
    Nothing,
    /// What was there itself, moved away.
    Original,
}

/// Runs a command with a link at each of the paths that it writes, and at each folder above them: what the links lead to
/// stays as it is.
#[track_caller]
fn assert_none_followed(room: &Room, arguments: &[&str]) {
    let (written, temporary) = written_by(room, arguments);
    let mut refused = 0;
    for path in &written {
        for target in [Target::File, Target::Folder, Target::Nothing, Target::Original] {
            // The folder of what its user names is where the user means.
            let is_named =
                arguments.iter().any(|argument| Path::new(argument).ancestors().skip(1).any(|it| it == path));
            let Some((_, ended)) = (!is_named).then(|| run_with_link(room, arguments, path, target)).flatten() else {
                continue;
            };
            if ended.code == 0 {
                // The link went with the folder that it was in, or what it leads to made it needless to write there.
                continue;
            }
            let context = format!("{arguments:?} with a link to {target:?} at {}: {ended:?}", path.display());
            assert!(ended.code == 1 && ended.stderr.contains("\nhint: "), "{context}");
            refused += 1;
        }
    }
    assert!(refused >= written.len(), "{refused} of {}", written.len());
    // Nobody but this program has files of these names: a link goes, and the run goes on.
    for path in &temporary {
        for target in [Target::File, Target::Folder, Target::Nothing] {
            let (_, ended) = run_with_link(room, arguments, path, target).unwrap();
            assert_eq!(ended.code, 0, "{arguments:?} with a link to {target:?} at {}: {ended:?}", path.display());
        }
    }
}

/// Plants a link in a copy of the room and runs there. Whatever comes of it, what lies outside stays as it was. None
/// where there is nothing to be moved away.
#[track_caller]
fn run_with_link(room: &Room, arguments: &[&str], path: &Path, target: Target) -> Option<(Room, Ended)> {
    let (room, outside) = (copy(room), Room::new());
    outside.write("file", "theirs");
    fs::create_dir(outside.path("folder")).unwrap();
    outside.write("folder/file", "theirs");
    let link = room.path("").join(path);
    let leads_to = match target {
        Target::File => outside.path("file"),
        Target::Folder => outside.path("folder"),
        Target::Nothing => outside.path("nothing"),
        Target::Original if link.symlink_metadata().is_err() => return None,
        Target::Original => {
            fs::rename(&link, outside.path("original")).unwrap();
            outside.path("original")
        }
    };
    if link.is_dir() {
        fs::remove_dir_all(&link).unwrap();
    } else if link.exists() {
        fs::remove_file(&link).unwrap();
    }
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    symlink(&leads_to, &link).unwrap();
    let before = tree(&outside.path(""));
    let ended = room.run(arguments);
    let after = tree(&outside.path(""));
    assert!(before == after, "{arguments:?} follows a link to {target:?} at {}: {ended:?}", path.display());
    Some((room, ended))
}

/// The paths that a run changes, with the folders above them but the one that was named to it; and those that it uses on
/// the way and that anybody can foretell.
fn written_by(room: &Room, arguments: &[&str]) -> (BTreeSet<PathBuf>, BTreeSet<PathBuf>) {
    let before = tree(&room.path(""));
    let runs = [copy(room), copy(room)];
    let [first, second] = runs.each_ref().map(|room| created_by(room, arguments));
    let after = tree(&runs[0].path(""));
    let changed = after.iter().chain(&before).filter(|(path, _)| before.get(*path) != after.get(*path));
    let changed: BTreeSet<_> = changed.map(|(path, _)| path.clone()).collect();
    let above = changed.iter().flat_map(|path| path.ancestors().skip(1));
    let above = above.filter(|path| path.components().count() > 1).map(Path::to_owned);
    let is_named = |path: &PathBuf| path.components().count() == 1 && runs[0].path("").join(path).is_dir();
    let written: BTreeSet<_> = changed.iter().cloned().chain(above).filter(|path| !is_named(path)).collect();
    let known = |path: &&PathBuf| after.contains_key(*path) || before.contains_key(*path);
    let temporary = first.intersection(&second).filter(|path| !known(path)).cloned().collect();
    (written, temporary)
}

/// Every path that a run makes or gives to something.
fn created_by(room: &Room, arguments: &[&str]) -> BTreeSet<PathBuf> {
    let log = tempfile::NamedTempFile::new().unwrap();
    let calls =
        "trace=?open,?openat,?creat,?mkdir,?mkdirat,?rename,?renameat,?renameat2,?link,?linkat,?symlink,?symlinkat";
    let options = ["-o", log.path().to_str().unwrap(), "-s", "4096", "-e", calls];
    let output = under_strace(room, &options, arguments).stdout(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    let log = fs::read_to_string(log.path()).unwrap();
    let lines = log.lines().filter(|line| !line.contains("open") || line.contains("O_CREAT"));
    let quoted = lines.flat_map(|line| line.split('"').skip(1).step_by(2));
    let relative = |path: &str| Path::new(path).strip_prefix(room.path("").canonicalize().unwrap()).map(Path::to_owned);
    let paths = quoted.filter_map(|path| match Path::new(path).is_absolute() {
        true => relative(path).ok(),
        false => Some(Path::new(path).components().filter(|part| *part != Component::CurDir).collect()),
    });
    paths.filter(|path: &PathBuf| path.components().next().is_some()).collect()
}

/// Every file, folder and link with its access rights and contents.
fn tree(folder: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut tree = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            let contents = if metadata.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
            if metadata.is_dir() {
                folders.push(path.clone());
            }
            tree.insert(path.strip_prefix(folder).unwrap().to_owned(), (metadata.permissions().mode(), contents));
        }
    }
    tree
}
