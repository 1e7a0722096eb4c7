//! Whether the contents of a folder can be believed.

use std::fs::File;
use std::os::windows::io::AsRawHandle as _;
use std::{io, ptr};

use windows_sys::Win32::Security::Authorization::{GetSecurityInfo, SE_FILE_OBJECT};
use windows_sys::Win32::Security::{
    ACCESS_ALLOWED_ACE, ACL, DACL_SECURITY_INFORMATION, EqualSid, GetAce, IsWellKnownSid, OWNER_SECURITY_INFORMATION,
    PSID, WinBuiltinAdministratorsSid, WinLocalSystemSid,
};

use super::access::Descriptor;
use super::machine::User;
use super::{check, succeeded};

/// Who can have put something into a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::platform::windows) enum Entrance {
    /// The administrators, the system and this user alone.
    Shut,
    /// It belongs to one of these, but others may enter.
    Open,
    /// It belongs to somebody else, who gives rights to whom he likes.
    Foreign,
}

/// Asks the folder that is open, not a path, which could lead elsewhere by the next call. The handle needs the right to
/// read the access list (READ_CONTROL).
///
/// This user counts although the program gives its folder to the administrators: Wine keeps no other owner. So a process
/// of the same user without an administrator's rights is not shut out, which Windows does not promise either.
pub(in crate::platform::windows) fn entrance(folder: &File) -> io::Result<Entrance> {
    let (mut owner, mut list, mut descriptor) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    // SAFETY: the handle is open; the results outlive the call.
    let error = unsafe {
        GetSecurityInfo(
            folder.as_raw_handle(),
            SE_FILE_OBJECT,
            OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
            &mut owner,
            ptr::null_mut(),
            &mut list,
            ptr::null_mut(),
            &mut descriptor,
        )
    };
    succeeded(error)?;
    let _descriptor = Descriptor(descriptor);
    let user = User::of_this_process()?;
    // SAFETY: `owner` points into the descriptor, which is alive.
    if !unsafe { is_ours(owner, &user) } {
        return Ok(Entrance::Foreign);
    }
    // SAFETY: `list` is null or points into the descriptor, which is alive.
    Ok(if unsafe { lets_others_in(list, &user) }? { Entrance::Open } else { Entrance::Shut })
}

/// Whether a list allows anything to others. What it denies does no harm; what is not understood may.
///
/// # Safety
/// Null, or a valid access control list.
unsafe fn lets_others_in(list: *const ACL, user: &User) -> io::Result<bool> {
    const ALLOWED: u8 = 0;
    const DENIED: u8 = 1;
    // SAFETY: the caller promises a list, or null: none lets everybody in.
    let Some(header) = (unsafe { list.as_ref() }) else { return Ok(true) };
    for index in 0..u32::from(header.AceCount) {
        let mut entry = ptr::null_mut();
        // SAFETY: the list is valid, and `entry` outlives the call.
        check(unsafe { GetAce(list, index, &mut entry) })?;
        let entry = entry.cast::<ACCESS_ALLOWED_ACE>();
        // SAFETY: every entry starts with this header, and the list is alive.
        match unsafe { (*entry).Header.AceType } {
            DENIED => {}
            // SAFETY: an entry of this kind has the identifier where the field is, and the list is alive.
            ALLOWED if unsafe { is_ours((&raw mut (*entry).SidStart).cast(), user) } => {}
            _ => return Ok(true),
        }
    }
    Ok(false)
}

/// Whether an identifier is the administrators', the system's or this user's.
///
/// # Safety
/// A valid security identifier.
unsafe fn is_ours(sid: PSID, user: &User) -> bool {
    let kinds = [WinBuiltinAdministratorsSid, WinLocalSystemSid];
    // SAFETY: the caller promises that it is valid.
    let is_administrators = kinds.into_iter().any(|kind| unsafe { IsWellKnownSid(sid, kind) } != 0);
    // SAFETY: as above, and the other points into `user`, which is alive.
    is_administrators || unsafe { EqualSid(sid, user.sid()) } != 0
}
