//! Asks Windows who is let in, and runs the program without an administrator's rights.
#![allow(unsafe_code, clippy::cast_possible_truncation, reason = "calls into Windows, which counts in 32 bits")]

use std::collections::BTreeSet;
use std::fs::File;
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::io::AsRawHandle as _;
use std::path::Path;
use std::ptr;

use schannel::cert_context::CertContext;
use windows_sys::Win32::Foundation::{CloseHandle, HANDLE, HANDLE_FLAG_INHERIT, SetHandleInformation};
use windows_sys::Win32::Security::Authorization::*;
use windows_sys::Win32::Security::*;
use windows_sys::Win32::System::Threading::*;

use super::{KIT, Machine, PASSWORD, native};
use crate::support::{Ended, Room, json};

/// Whom the access list of a file or folder allows anything, as in SDDL; SY is the system and BA the administrators.
pub(crate) fn let_in(path: &Path) -> BTreeSet<String> {
    let text = sddl(path);
    let (_, list) = text.split_once("D:").unwrap_or_else(|| panic!("no access list: {text}"));
    let entries = list.split('(').skip(1).map(|entry| entry.trim_end_matches(')').split(';').collect::<Vec<_>>());
    entries.filter(|entry| entry[0] == "A").map(|entry| entry[5].to_owned()).collect()
}

/// Whether nobody is let in but the system, the administrators, and the user of this process.
#[track_caller]
pub(crate) fn assert_shut(path: &Path) {
    let mut others = let_in(path);
    assert!(!others.is_empty(), "nobody at all");
    others.retain(|sid| !["SY", "BA", &user()].contains(&sid.as_str()));
    assert!(others.is_empty(), "{}: {others:?} in {}", path.display(), sddl(path));
}

/// Owner and access list in Microsoft's notation.
pub(crate) fn sddl(path: &Path) -> String {
    let wide: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
    let (mut descriptor, mut result) = (ptr::null_mut(), ptr::null_mut());
    let both = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    let null = ptr::null_mut;
    // SAFETY: the path ends with a zero; what comes back is left to the end of the process.
    unsafe {
        let error = GetNamedSecurityInfoW(
            wide.as_ptr(),
            SE_FILE_OBJECT,
            both,
            null(),
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
            &mut descriptor,
        );
        assert_eq!(error, 0);
        let revision = SDDL_REVISION_1;
        let done = ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor,
            revision,
            both,
            &mut result,
            ptr::null_mut(),
        );
        assert_ne!(done, 0);
        text(result)
    }
}

/// Runs the program with the rights that a console without \"Run as administrator\" has.
pub(crate) fn run_unelevated(room: &Room, arguments: &[&str]) -> Ended {
    let program = env!("CARGO_BIN_EXE_replica-pki");
    let line = [&[program], arguments].concat().join("\" \"");
    let mut line: Vec<u16> = format!("\"{line}\"").encode_utf16().chain([0]).collect();
    let folder: Vec<u16> = room.path("").as_os_str().encode_wide().chain([0]).collect();
    let (stdout, stderr) = ("stdout.txt", "stderr.txt");
    let open = |name: &str| {
        let file = File::create(room.path(name)).unwrap();
        // SAFETY: the handle is open.
        assert_ne!(unsafe { SetHandleInformation(file.as_raw_handle(), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) }, 0);
        file
    };
    let (out, err) = (open(stdout), open(stderr));
    let mut startup = STARTUPINFOW {
        cb: size_of::<STARTUPINFOW>() as u32,
        dwFlags: STARTF_USESTDHANDLES,
        hStdOutput: out.as_raw_handle(),
        hStdError: err.as_raw_handle(),
        ..Default::default()
    };
    let mut process = PROCESS_INFORMATION::default();
    let mut code = 0;
    // SAFETY: the token and all that is pointed to outlive the call; the handles are closed once.
    unsafe {
        let token = limited_token();
        let started = CreateProcessAsUserW(
            token,
            ptr::null(),
            line.as_mut_ptr(),
            ptr::null(),
            ptr::null(),
            1,
            0,
            ptr::null(),
            folder.as_ptr(),
            &raw mut startup,
            &mut process,
        );
        assert_ne!(started, 0, "{}", std::io::Error::last_os_error());
        WaitForSingleObject(process.hProcess, INFINITE);
        assert_ne!(GetExitCodeProcess(process.hProcess, &mut code), 0);
        for handle in [process.hProcess, process.hThread, token] {
            CloseHandle(handle);
        }
    }
    let read = |name: &str| String::from_utf8(room.read(name)).unwrap();
    Ended { code: code as i32, stdout: read(stdout), stderr: read(stderr) }
}

/// The one that Windows keeps beside an administrator's, as a primary token.
fn limited_token() -> HANDLE {
    let (mut linked, mut size, mut primary) = (TOKEN_LINKED_TOKEN::default(), 0, ptr::null_mut());
    // SAFETY: the results have the sizes that are told and outlive the calls.
    unsafe {
        let room = size_of::<TOKEN_LINKED_TOKEN>() as u32;
        let found = GetTokenInformation(own_token(), TokenLinkedToken, (&raw mut linked).cast(), room, &mut size);
        assert_ne!(found, 0, "{}", std::io::Error::last_os_error());
        let access = TOKEN_ALL_ACCESS;
        let attributes = ptr::null();
        let made =
            DuplicateTokenEx(linked.LinkedToken, access, attributes, SecurityImpersonation, TokenPrimary, &mut primary);
        assert_ne!(made, 0, "{}", std::io::Error::last_os_error());
    }
    primary
}

/// The user of this process.
fn user() -> String {
    let (mut buffer, mut size, mut result) = (vec![0u64; 64], 0, ptr::null_mut());
    // SAFETY: the buffer is aligned for the structure and has the room that is told; the text ends with a zero.
    unsafe {
        assert_ne!(GetTokenInformation(own_token(), TokenUser, buffer.as_mut_ptr().cast(), 512, &mut size), 0);
        assert_ne!(ConvertSidToStringSidW((*buffer.as_ptr().cast::<TOKEN_USER>()).User.Sid, &mut result), 0);
        text(result)
    }
}

fn own_token() -> HANDLE {
    let mut token = ptr::null_mut();
    // SAFETY: the pseudo handle needs no closing; the token is left to the end of the process.
    assert_ne!(unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_DUPLICATE, &mut token) }, 0);
    token
}

/// # Safety
/// A text that ends with a zero.
unsafe fn text(pointer: *const u16) -> String {
    let units = (0..).map(|index| unsafe { *pointer.add(index) }).take_while(|unit| *unit != 0);
    String::from_utf16_lossy(&units.collect::<Vec<_>>())
}

#[test]
fn without_an_administrators_rights_nothing_is_installed_and_nothing_taken_back() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    let install = ["install", KIT, "--password-file", PASSWORD];
    let refused = |arguments: &[&str]| {
        let before = machine.state();
        let ended = run_unelevated(&room, arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{ended:?}");
        assert!(ended.stderr.contains("needs an administrator's rights"), "{ended:?}");
        assert!(ended.stderr.contains("hint: open the console with \"Run as administrator\""), "{ended:?}");
        machine.state().assert_same_as(&before, "afterwards");
    };
    refused(&install);
    assert_eq!(machine.install(&room, &[]).code, 0);
    refused(&["uninstall", KIT]);
}

/// Windows says the same of a key that may not be opened and of one that is not there.
#[test]
fn without_an_administrators_rights_a_dry_run_says_nothing_of_the_key() {
    let (machine, room) = (Machine::take(), Room::with_kits());
    assert_eq!(machine.install(&room, &[]).code, 0);
    let (before, leaf) = (machine.state(), format!("{KIT}/HOST4.atwork.at.cer"));
    let key_step = |ended: &Ended| {
        assert_eq!(ended.code, 0, "{ended:?}");
        let step = json(&ended.stdout)["steps"][0].clone();
        assert!(step["step"].as_str().unwrap().starts_with("import the private key"), "{step}");
        step
    };
    let dry_run = ["install", KIT, "--dry-run", "--json"];
    assert_eq!(key_step(&room.run(&dry_run))["state"], "unchanged");
    let dry = run_unelevated(&room, &dry_run);
    assert!(dry.stderr.contains("note: not run as administrator"), "{dry:?}");
    let step = key_step(&dry);
    assert_eq!(step["state"], "unknown");
    assert_eq!(step["reason"], "only an administrator can look at the machine's keys");
    assert_eq!(json(&dry.stdout)["steps"][1]["state"], "unchanged");
    machine.state().assert_same_as(&before, "after a dry run");

    // A certificate without its key keeps `install` from anything; without the rights that cannot be told.
    let leaf = room.read(&leaf);
    native::remove("My", &leaf);
    native::add("My", &CertContext::new(&leaf).unwrap());
    assert_eq!(room.run(&dry_run).code, 1);
    assert_eq!(key_step(&run_unelevated(&room, &dry_run))["state"], "unknown");
}

#[test]
fn what_issue_calls_private_is_shut_to_others() {
    let room = Room::with_kits();
    // What is inside inherits that on Windows; Wine hands nothing down.
    assert_shut(&room.path("replica-pki/private"));
    std::fs::create_dir(room.path("other")).unwrap();
    assert!(let_in(&room.path("other")).len() > let_in(&room.path("replica-pki/private")).len(), "told apart");
}
