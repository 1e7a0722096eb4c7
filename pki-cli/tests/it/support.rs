//! Runs the program in a folder of its own.

#[cfg(windows)]
pub(crate) mod computer;
#[allow(dead_code, reason = "the unit tests use the rest")]
pub(crate) mod foreign;
pub(crate) mod mesh;
#[cfg(target_os = "linux")]
pub(crate) mod strace;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

/// HOST4's kit.
pub(crate) const KIT: &str = "replica-pki/hosts/HOST4.atwork.at";

const DAYS_LATER: &str = "REPLICA_PKI_TEST_DAYS_LATER";

/// An empty folder in which the program runs, without terminal and without variables of its own.
pub(crate) struct Room(TempDir);

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A room with the kits of HOST4 and HOST5 in `replica-pki`, made with small keys.
    pub(crate) fn with_kits() -> Self {
        let room = Self::new();
        room.done(&["issue", "HOST4.atwork.at", "HOST5.atwork.at", "--key", "rsa-2048"]);
        room
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        relative.split('/').fold(self.0.path().to_owned(), |path, part| path.join(part))
    }

    pub(crate) fn write(&self, relative: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.path(relative), contents).unwrap();
    }

    pub(crate) fn read(&self, relative: &str) -> Vec<u8> {
        fs::read(self.path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_replica-pki"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env_remove("REPLICA_PKI_DIR")
            .env_remove("REPLICA_PKI_PASSWORD")
            .env_remove("REPLICA_PKI_PASSPHRASE")
            .env_remove(DAYS_LATER)
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments))
    }

    /// Runs so many days later. A release does not know how to.
    pub(crate) fn later(&self, days: u32, arguments: &[&str]) -> Ended {
        if !cfg!(debug_assertions) {
            panic!("this test needs a build with debug assertions");
        }
        let mut command = self.command(arguments);
        command.env(DAYS_LATER, days.to_string());
        Ended::of(command)
    }

    /// Runs so many days later what must succeed then, and returns its standard output.
    pub(crate) fn done_later(&self, days: u32, arguments: &[&str]) -> String {
        let ended = self.later(days, arguments);
        assert_eq!(ended.code, 0, "on day {days}: {arguments:?}: {ended:?}");
        ended.stdout
    }

    /// Runs what must succeed, and returns its standard output.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, 0, "{arguments:?}: {ended:?}");
        ended.stdout
    }

    /// Changes the manifest of HOST4's kit as somebody could who wants more than to break the kit.
    pub(crate) fn edit_manifest(&self, edit: impl FnOnce(&mut serde_json::Value)) {
        let path = format!("{KIT}/manifest.json");
        let mut manifest = serde_json::from_slice(&self.read(&path)).unwrap();
        edit(&mut manifest);
        self.write(&path, manifest.to_string());
    }

    /// Puts a file into HOST4's kit and its hash into the manifest.
    pub(crate) fn slip_in(&self, path: &str, contents: &[u8]) {
        self.write(&format!("{KIT}/{path}"), contents);
        let hash: String = Sha256::digest(contents).iter().map(|byte| format!("{byte:02X}")).collect();
        self.edit_manifest(|manifest| manifest["sha256"][path] = hash.into());
    }

    /// Every file below the room with its contents.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.0.path(), self.0.path(), &mut files);
        files
    }
}

impl Ended {
    pub(crate) fn of(mut command: Command) -> Self {
        let output = spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped())).wait_with_output().unwrap();
        Self {
            code: output.status.code().expect("not killed"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A room with a mesh of small keys in `replica-pki`.
pub(crate) fn mesh(arguments: &[&str]) -> Room {
    let room = Room::new();
    room.done(&[&["issue", "--key", "rsa-2048"], arguments].concat());
    room
}

/// Changes the inventory as its owner could.
#[cfg(target_os = "linux")]
pub(crate) fn edit_inventory(room: &Room, from: &str, to: &str) {
    let inventory = "replica-pki/inventory.toml";
    let text = String::from_utf8(room.read(inventory)).unwrap();
    assert!(text.contains(from), "{text}");
    room.write(inventory, text.replace(from, to));
}

/// Another room with the same in it.
pub(crate) fn copy(room: &Room) -> Room {
    let copy = Room::new();
    copy_folder(&room.path(""), &copy.path(""));
    copy
}

/// With the access rights of each file and folder.
fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if from.is_dir() {
            fs::create_dir(&to).unwrap();
            copy_folder(&from, &to);
            fs::set_permissions(&to, fs::metadata(&from).unwrap().permissions()).unwrap();
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

/// Starts a program. Once in some thousand times Wine cannot, for a reason of its own, and a second attempt does.
pub(crate) fn spawn(command: &mut Command) -> Child {
    const ERROR_INTERNAL_ERROR: i32 = 1359;
    let wine_failed = |error: &std::io::Error| cfg!(windows) && error.raw_os_error() == Some(ERROR_INTERNAL_ERROR);
    match command.spawn() {
        Err(error) if wine_failed(&error) => command.spawn(),
        result => result,
    }
    .unwrap()
}

pub(crate) fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            files.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap());
        }
    }
}
