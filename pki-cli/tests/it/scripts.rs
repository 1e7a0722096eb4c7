//! Each kit holds `install.cmd` and `uninstall.cmd`: text for Windows' own tools, without a secret, about this host only.

use pki_core::certificate::Certificate;
use sha2::{Digest as _, Sha256};

use crate::support::{Room, json};

const SCRIPTS: [&str; 2] = ["install.cmd", "uninstall.cmd"];

fn script(room: &Room, host: &str, name: &str) -> String {
    String::from_utf8(room.read(&format!("replica-pki/hosts/{host}/{name}"))).unwrap()
}

fn certificate(room: &Room, path: &str) -> Certificate {
    Certificate::from_der(&room.read(&format!("replica-pki/hosts/{path}"))).unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02X}")).collect()
}

#[test]
fn scripts_are_ascii_with_the_line_ends_of_windows() {
    let room = Room::with_kits();
    for name in SCRIPTS {
        let text = script(&room, "HOST4.atwork.at", name);
        assert!(text.bytes().all(|b| b == b'\r' || b == b'\n' || (b' '..=b'~').contains(&b)), "{name}");
        assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']), "{name}");
        // Every placeholder of the template was filled in.
        assert_eq!(text.matches('@').count(), 1, "{name}");
        assert!(text.starts_with("@echo off\r\n"), "{name}");
    }
}

#[test]
fn every_label_that_a_script_goes_to_is_there_once() {
    let room = Room::with_kits();
    for name in SCRIPTS {
        let text = script(&room, "HOST4.atwork.at", name);
        let labels: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(':')).collect();
        let targets = text.lines().flat_map(|line| {
            line.split_whitespace()
                .skip_while(|word| *word != "goto" && *word != "call")
                .nth(1)?
                .trim_end_matches(')')
                .strip_prefix(':')
        });
        let targets: Vec<&str> = targets.collect();
        assert!(targets.len() > 20);
        for target in &targets {
            assert_eq!(labels.iter().filter(|label| label == &target).count(), 1, "{name}: {target}");
        }
        for label in labels {
            assert!(targets.contains(&label), "{name}: nothing goes to {label}");
        }
    }
}

#[test]
fn the_manifest_lists_them_and_a_changed_one_is_found() {
    let room = Room::with_kits();
    let manifest = json(&String::from_utf8(room.read("replica-pki/hosts/HOST4.atwork.at/manifest.json")).unwrap());
    for name in SCRIPTS {
        let path = format!("replica-pki/hosts/HOST4.atwork.at/{name}");
        let original = room.read(&path);
        assert_eq!(manifest["sha256"][name], sha256(&original));
        room.write(&path, [&original[..], b"format c:\r\n"].concat());
        let ended = room.run(&["verify", "replica-pki/hosts/HOST4.atwork.at"]);
        assert_eq!(ended.code, 3, "{ended:?}");
        room.write(&path, original);
    }
    room.done(&["verify", "replica-pki/hosts/HOST4.atwork.at"]);
}

/// As the kits of earlier versions.
#[test]
fn a_kit_without_scripts_is_still_a_kit() {
    let room = Room::with_kits();
    let path = "replica-pki/hosts/HOST4.atwork.at/manifest.json";
    let mut manifest = json(&String::from_utf8(room.read(path)).unwrap());
    for name in SCRIPTS {
        manifest["sha256"].as_object_mut().unwrap().remove(name).unwrap();
        std::fs::remove_file(room.path(&format!("replica-pki/hosts/HOST4.atwork.at/{name}"))).unwrap();
    }
    room.write(path, manifest.to_string());
    room.done(&["verify", "replica-pki/hosts/HOST4.atwork.at"]);
}

#[test]
fn what_is_installed_is_named_with_its_digest_and_thumbprint() {
    let room = Room::with_kits();
    let host = "HOST4.atwork.at";
    let [install, uninstall] = SCRIPTS.map(|name| script(&room, host, name));
    let leaf = certificate(&room, &format!("{host}/{host}.cer"));
    let checks: Vec<&str> = install.lines().filter(|line| line.starts_with("call :is_intact ")).collect();
    let intact = |file: &str| {
        let digest = sha256(&room.read(&format!("replica-pki/hosts/{host}/{}", file.replace('\\', "/"))));
        format!("call :is_intact \"{file}\" {digest}")
    };
    assert_eq!(
        checks,
        [
            intact("HOST4.atwork.at.pfx"),
            intact("HOST4.atwork.at.cer"),
            intact(r"trust\HOST4.atwork.at.root.cer"),
            intact(r"trust\HOST5.atwork.at.root.cer"),
        ]
    );
    let root = |name: &str| {
        let root = certificate(&room, &format!("{host}/trust/{name}"));
        format!("call :root \"trust\\{name}\" {} {}", root.thumbprint(), root.sha256_thumbprint())
    };
    let virtualization = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization";
    let steps = [
        format!("call :leaf {}", leaf.sha256_thumbprint()),
        root("HOST4.atwork.at.root.cer"),
        root("HOST5.atwork.at.root.cer"),
        format!("call :revocation Replication \"{virtualization}\\Replication\" \"{virtualization}\" replication"),
        "call :firewall".to_owned(),
    ];
    let calls = |text: &str| -> Vec<String> {
        let is_step = |line: &&str| steps.iter().any(|step| step.split(' ').nth(1) == line.split(' ').nth(1));
        text.lines().filter(|line| line.starts_with("call :")).filter(is_step).map(str::to_owned).collect()
    };
    assert_eq!(calls(&install), steps);
    assert_eq!(calls(&uninstall), steps.iter().rev().cloned().collect::<Vec<_>>());

    for expected in [
        "-csp \"Microsoft RSA SChannel Cryptographic Provider\" -importPFX My \"HOST4.atwork.at.pfx\" AT_KEYEXCHANGE,NoRoot\r\n",
        "DisableCertRevocationCheck /t REG_DWORD /d 0x1 /f",
        "NetFirewallRule -Name VIRT-HVRHTTPSL-In-TCP-NoScope",
        &format!("-CertificateThumbprint {} -ReplicationAllowedFromAnyServer", leaf.thumbprint()),
        &format!("-AuthenticationType Certificate -CertificateThumbprint {}\r\n", leaf.thumbprint()),
    ] {
        assert!(install.contains(expected), "{expected}");
    }
}

#[test]
fn no_other_hosts_certificate_and_no_password_is_in_a_script() {
    let room = Room::with_kits();
    let foreign = certificate(&room, "HOST5.atwork.at/HOST5.atwork.at.cer");
    let passwords = ["HOST4", "HOST5"].map(|host| {
        let line = room.read(&format!("replica-pki/private/passwords/{host}.atwork.at.txt"));
        String::from_utf8(line).unwrap().trim_end().to_owned()
    });
    for name in SCRIPTS {
        let text = script(&room, "HOST4.atwork.at", name);
        for secret in &passwords {
            assert!(!text.contains(secret), "{name}");
        }
        assert!(!text.contains(&foreign.thumbprint().to_string()), "{name}");
        assert!(!text.contains("HOST5.atwork.at.cer") && !text.contains("HOST5.atwork.at.pfx"), "{name}");
        // Nothing that certutil would take a password from.
        assert!(!text.to_lowercase().split_whitespace().any(|word| word == "-p"), "{name}");
    }
}

#[test]
fn tools_are_called_by_their_full_paths() {
    let room = Room::with_kits();
    for name in SCRIPTS {
        for line in script(&room, "HOST4.atwork.at", name).lines() {
            let is_said = ["rem ", "echo ", "call :failed "].iter().any(|start| line.starts_with(start));
            for tool in ["certutil", "reg", "powershell", "find", "fltmc"] {
                let is_bare = |word: &str| word.trim_matches(['"', '\'', '(']).trim_end_matches(".exe") == tool;
                assert!(is_said || !line.to_lowercase().split_whitespace().any(is_bare), "{name}: {line}");
            }
        }
    }
}

#[test]
fn only_a_modern_pfx_is_refused_to_old_windows() {
    for (windows, is_modern) in [("2012r2", false), ("2016", false), ("2019", true)] {
        let room = Room::new();
        room.done(&["issue", "HOST4.atwork.at", "--windows", windows, "--key", "rsa-2048"]);
        let text = script(&room, "HOST4.atwork.at", "install.cmd");
        assert_eq!(text.contains("geq 17763"), is_modern, "{windows}");
        assert_eq!(text.contains("too old"), is_modern, "{windows}");
    }
}
