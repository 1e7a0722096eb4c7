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
use super::{check, is_wine, succeeded};

/// Who can have put something into a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::platform::windows) enum Entrance {
    /// The administrators and the system alone.
    Shut,
    /// It belongs to one of these, but others may enter.
    Open,
    /// It belongs to somebody else, who gives rights to whom he likes.
    Foreign,
}

/// Asks the folder that is open, not a path, which could lead elsewhere by the next call. The handle needs the right to
/// read the access list (READ_CONTROL).
pub(in crate::platform::windows) fn entrance(folder: &File) -> io::Result<Entrance> {
    let security = Security::of(folder)?;
    let stand_in = stand_in()?;
    if !security.is_owned_by(stand_in.as_ref()) {
        return Ok(Entrance::Foreign);
    }
    // SAFETY: the list is null or points into the descriptor, which is alive.
    Ok(if unsafe { lets_others_in(security.list, stand_in.as_ref()) }? { Entrance::Open } else { Entrance::Shut })
}

/// Whether a folder that is open belongs to this user, the administrators or the system. The handle as for [`entrance`].
pub(in crate::platform::windows) fn is_own(folder: &File) -> io::Result<bool> {
    Ok(Security::of(folder)?.is_owned_by(Some(&User::of_this_process()?)))
}

/// The owner and the access list of a folder.
struct Security {
    /// Both are null or point into the descriptor.
    owner: PSID,
    list: *const ACL,
    _descriptor: Descriptor,
}

impl Security {
    fn of(folder: &File) -> io::Result<Self> {
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
        Ok(Self { owner, list, _descriptor: Descriptor(descriptor) })
    }

    /// By the administrators, the system, or the user.
    fn is_owned_by(&self, user: Option<&User>) -> bool {
        // SAFETY: what is not null points into the descriptor, which is alive.
        !self.owner.is_null() && unsafe { is_ours(self.owner, user) }
    }
}

/// Who counts as an administrator besides those that are. On Windows nobody: a process of this user without an
/// administrator's rights would count too. Under Wine this user: what the program gives to the administrators is the
/// user's there, because Wine keeps no other owner.
fn stand_in() -> io::Result<Option<User>> {
    is_wine().then(User::of_this_process).transpose()
}

/// Whether a list allows anything to others. What it denies does no harm; what is not understood may.
///
/// # Safety
/// Null, or a valid access control list.
unsafe fn lets_others_in(list: *const ACL, stand_in: Option<&User>) -> io::Result<bool> {
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
            ALLOWED if unsafe { is_ours((&raw mut (*entry).SidStart).cast(), stand_in) } => {}
            _ => return Ok(true),
        }
    }
    Ok(false)
}

/// Whether an identifier is the administrators', the system's or that of who stands in for them.
///
/// # Safety
/// A valid security identifier.
unsafe fn is_ours(sid: PSID, stand_in: Option<&User>) -> bool {
    let kinds = [WinBuiltinAdministratorsSid, WinLocalSystemSid];
    // SAFETY: the caller promises that it is valid.
    let is_administrators = kinds.into_iter().any(|kind| unsafe { IsWellKnownSid(sid, kind) } != 0);
    // SAFETY: as above, and the other points into the user, which is alive.
    is_administrators || stand_in.is_some_and(|user| unsafe { EqualSid(sid, user.sid()) } != 0)
}

#[cfg(test)]
mod tests {
    use windows_sys::Win32::Security::{CreateWellKnownSid, WELL_KNOWN_SID_TYPE, WinWorldSid};

    use super::*;

    fn well_known(kind: WELL_KNOWN_SID_TYPE) -> Vec<u64> {
        let mut sid = vec![0u64; 9];
        let mut size = 72;
        // SAFETY: the buffer has room for the `size` bytes that are told, the longest that an identifier has.
        check(unsafe { CreateWellKnownSid(kind, ptr::null_mut(), sid.as_mut_ptr().cast(), &mut size) }).unwrap();
        sid
    }

    #[test]
    fn this_user_counts_only_where_he_stands_in_for_the_administrators() {
        let user = User::of_this_process().unwrap();
        // SAFETY: the identifiers are valid, and alive in `user` and in the buffers.
        let ours = |sid: PSID, stand_in| unsafe { is_ours(sid, stand_in) };
        for kind in [WinBuiltinAdministratorsSid, WinLocalSystemSid] {
            assert!(ours(well_known(kind).as_mut_ptr().cast(), None));
        }
        assert!(!ours(user.sid(), None));
        assert!(ours(user.sid(), Some(&user)));
        assert!(!ours(well_known(WinWorldSid).as_mut_ptr().cast(), Some(&user)));
        assert_eq!(stand_in().unwrap().is_some(), is_wine());
    }
}
