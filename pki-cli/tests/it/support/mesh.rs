//! The folder of a mesh, as tests make and look at it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pki_core::certificate::Certificate;

use super::Room;

pub(crate) const INVENTORY: &str = "replica-pki/inventory.toml";

/// A room with the kits of these hosts, made with small keys. Options can stand among the hosts.
pub(crate) fn mesh(hosts: &[&str]) -> Room {
    let room = Room::new();
    room.done(&[&["issue", "--key", "rsa-2048"], hosts].concat());
    room
}

pub(crate) fn inventory(room: &Room) -> String {
    String::from_utf8(room.read(INVENTORY)).unwrap()
}

/// Puts another text into the inventory, where the first one has to be.
pub(crate) fn edit(room: &Room, from: &str, to: &str) {
    let text = inventory(room);
    assert!(text.contains(from), "{from}: {text}");
    room.write(INVENTORY, text.replace(from, to));
}

/// The paths that differ, of files that came, went or changed.
pub(crate) fn changes(before: &BTreeMap<PathBuf, Vec<u8>>, after: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<String> {
    let paths = before.keys().chain(after.keys()).filter(|path| before.get(*path) != after.get(*path));
    let mut paths: Vec<_> = paths.map(|path| path.to_str().unwrap().replace('\\', "/")).collect();
    paths.sort();
    paths.dedup();
    paths
}

/// A certificate below the folder of the mesh.
pub(crate) fn certificate(room: &Room, path: &str) -> Certificate {
    Certificate::from_der(&room.read(&format!("replica-pki/{path}"))).unwrap()
}

pub(crate) fn leaf(room: &Room, host: &str) -> Certificate {
    certificate(room, &format!("hosts/{host}/{host}.cer"))
}

#[track_caller]
pub(crate) fn every_kit_passes(room: &Room, hosts: &[&str]) {
    for host in hosts {
        let password = format!("replica-pki/private/passwords/{host}.txt");
        let kit = format!("replica-pki/hosts/{host}");
        let ended = room.run(&["verify", &kit, "--password-file", &password]);
        assert_eq!(ended.code, 0, "{ended:?}");
    }
}

/// The names of the files in a folder below the folder of the mesh.
pub(crate) fn names(room: &Room, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(room.path(&format!("replica-pki/{folder}"))).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
