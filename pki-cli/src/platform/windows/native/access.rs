//! Who may enter a folder.

use std::path::Path;
use std::{io, ptr};

use windows_sys::Win32::Foundation::{ERROR_SUCCESS, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, GetNamedSecurityInfoW,
    SDDL_REVISION_1, SE_FILE_OBJECT, SetNamedSecurityInfoW,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, EqualSid, GetSecurityDescriptorDacl, GetSecurityDescriptorOwner, IsWellKnownSid,
    OWNER_SECURITY_INFORMATION, PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES,
    WinBuiltinAdministratorsSid, WinLocalSystemSid,
};
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;

use super::machine::User;
use super::{check, length, text_at, wide};

/// Owned by the administrators, not by the one user that makes it.
const OWNED_BY_ADMINISTRATORS: &str = "O:BA";
/// Full control for the system and the administrators, for nobody else, and nothing inherited from the folder above.
const ADMINISTRATORS: &str = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";

/// Makes a folder that only administrators can enter. An error of kind `AlreadyExists` if there is one.
pub(in crate::platform::windows) fn create_administrators_only(folder: &Path) -> io::Result<()> {
    let access = Descriptor::parse(&format!("{OWNED_BY_ADMINISTRATORS}{ADMINISTRATORS}"))?;
    let mut attributes = SECURITY_ATTRIBUTES { lpSecurityDescriptor: access.0, ..Default::default() };
    attributes.nLength = length(size_of_val(&attributes))?;
    let path = wide(folder);
    // SAFETY: the path ends with a zero; the attributes and the descriptor outlive the call.
    check(unsafe { CreateDirectoryW(path.as_ptr(), &attributes) })
}

/// Shuts a folder that exists to all but administrators, and gives it to them.
pub(in crate::platform::windows) fn administrators_only(folder: &Path) -> io::Result<()> {
    restrict(folder, &Descriptor::parse(&format!("{OWNED_BY_ADMINISTRATORS}{ADMINISTRATORS}"))?)
}

/// Shuts a folder to all but this user, the system and the administrators.
pub(crate) fn owner_only(folder: &Path) -> io::Result<()> {
    restrict(folder, &Descriptor::parse(&format!("{ADMINISTRATORS}(A;OICI;FA;;;{})", user_sid()?))?)
}

fn restrict(folder: &Path, access: &Descriptor) -> io::Result<()> {
    let (mut present, mut defaulted, mut list, mut owner) = (0, 0, ptr::null_mut(), ptr::null_mut());
    // SAFETY: the descriptor is alive; the results outlive the call.
    check(unsafe { GetSecurityDescriptorDacl(access.0, &mut present, &mut list, &mut defaulted) })?;
    // No list at all would let everybody in.
    if present == 0 || list.is_null() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: as above.
    check(unsafe { GetSecurityDescriptorOwner(access.0, &mut owner, &mut defaulted) })?;
    let owner_too = if owner.is_null() { 0 } else { OWNER_SECURITY_INFORMATION };
    let path = wide(folder);
    // SAFETY: the path ends with a zero; `owner` and `list` are null or point into the descriptor, which is alive.
    let error = unsafe {
        SetNamedSecurityInfoW(
            path.as_ptr(),
            SE_FILE_OBJECT,
            DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION | owner_too,
            owner,
            ptr::null_mut(),
            list,
            ptr::null(),
        )
    };
    succeeded(error)
}

/// Whether a folder belongs to the administrators, the system or this user. The contents of any other are not to be
/// trusted.
pub(in crate::platform::windows) fn is_owned_by_us(folder: &Path) -> io::Result<bool> {
    let (mut owner, mut descriptor) = (ptr::null_mut(), ptr::null_mut());
    let path = wide(folder);
    // SAFETY: the path ends with a zero; the results outlive the call.
    let error = unsafe {
        GetNamedSecurityInfoW(
            path.as_ptr(),
            SE_FILE_OBJECT,
            OWNER_SECURITY_INFORMATION,
            &mut owner,
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
            &mut descriptor,
        )
    };
    succeeded(error)?;
    let _descriptor = Descriptor(descriptor);
    let kinds = [WinBuiltinAdministratorsSid, WinLocalSystemSid];
    // SAFETY: `owner` points into the descriptor, which is alive.
    let is_administrators = kinds.into_iter().any(|kind| unsafe { IsWellKnownSid(owner, kind) } != 0);
    let user = User::of_this_process()?;
    // SAFETY: as above, and the other points into `user`, which is alive.
    Ok(is_administrators || unsafe { EqualSid(owner, user.sid()) } != 0)
}

/// The security identifier of this user as text, such as `S-1-5-21-...`.
fn user_sid() -> io::Result<String> {
    let user = User::of_this_process()?;
    let mut text = ptr::null_mut();
    // SAFETY: the identifier lies in `user`, which is alive.
    check(unsafe { ConvertSidToStringSidW(user.sid(), &mut text) })?;
    // SAFETY: a text of Windows, which ends with a zero.
    let sid = unsafe { text_at(text) };
    // SAFETY: the text was allocated by the call above and is freed once.
    unsafe { LocalFree(text.cast()) };
    Ok(sid)
}

/// A security descriptor that Windows allocated; freed when dropped.
struct Descriptor(PSECURITY_DESCRIPTOR);

impl Descriptor {
    /// Reads Microsoft's notation for access rights (SDDL).
    fn parse(sddl: &str) -> io::Result<Self> {
        let mut descriptor = ptr::null_mut();
        let text = wide(sddl);
        // SAFETY: the text ends with a zero and `descriptor` outlives the call.
        check(unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                SDDL_REVISION_1,
                &mut descriptor,
                ptr::null_mut(),
            )
        })?;
        Ok(Self(descriptor))
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: Windows allocated it with LocalAlloc, and it is freed once.
        unsafe { LocalFree(self.0) };
    }
}

fn succeeded(error: u32) -> io::Result<()> {
    if error == ERROR_SUCCESS { Ok(()) } else { Err(io::Error::from_raw_os_error(error.cast_signed())) }
}
