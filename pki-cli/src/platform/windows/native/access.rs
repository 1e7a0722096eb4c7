//! Who may enter a folder.

use std::path::Path;
use std::{io, ptr};

use windows_sys::Win32::Foundation::{ERROR_SUCCESS, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, GetNamedSecurityInfoW,
    SDDL_REVISION_1, SE_FILE_OBJECT, SetNamedSecurityInfoW,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetSecurityDescriptorDacl, IsWellKnownSid, OWNER_SECURITY_INFORMATION,
    PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES, TOKEN_USER,
    WinBuiltinAdministratorsSid, WinLocalSystemSid,
};
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;

use super::{check, length, machine, wide};

/// Full control for the system and the administrators, for nobody else, and nothing inherited from the folder above.
const ADMINISTRATORS: &str = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";

/// Makes a folder that only administrators can enter. An error of kind `AlreadyExists` if there is one.
pub(in crate::platform::windows) fn create_administrators_only(folder: &Path) -> io::Result<()> {
    // An elevated administrator's new folder would else belong to the one user.
    let access = Descriptor::parse(&format!("O:BA{ADMINISTRATORS}"))?;
    let mut attributes = SECURITY_ATTRIBUTES { lpSecurityDescriptor: access.0, ..Default::default() };
    attributes.nLength = length(size_of_val(&attributes))?;
    let path = wide(folder);
    // SAFETY: the path ends with a zero; the attributes and the descriptor outlive the call.
    check(unsafe { CreateDirectoryW(path.as_ptr(), &attributes) })
}

/// Shuts a folder that exists to all but administrators. Fails with `PermissionDenied` if it belongs to anyone else, who
/// could open it again.
pub(in crate::platform::windows) fn administrators_only(folder: &Path) -> io::Result<()> {
    if !is_owned_by_administrators(folder)? {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    restrict(folder, &Descriptor::parse(ADMINISTRATORS)?)
}

/// Shuts a folder to all but this user, the system and the administrators.
pub(in crate::platform::windows) fn owner_only(folder: &Path) -> io::Result<()> {
    restrict(folder, &Descriptor::parse(&format!("{ADMINISTRATORS}(A;OICI;FA;;;{})", user_sid()?))?)
}

fn restrict(folder: &Path, access: &Descriptor) -> io::Result<()> {
    let (mut present, mut defaulted, mut list) = (0, 0, ptr::null_mut());
    // SAFETY: the descriptor is alive; the results outlive the call.
    check(unsafe { GetSecurityDescriptorDacl(access.0, &mut present, &mut list, &mut defaulted) })?;
    let path = wide(folder);
    // SAFETY: the path ends with a zero; `list` points into the descriptor, which is alive.
    let error = unsafe {
        SetNamedSecurityInfoW(
            path.as_ptr(),
            SE_FILE_OBJECT,
            DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
            ptr::null_mut(),
            ptr::null_mut(),
            list,
            ptr::null(),
        )
    };
    succeeded(error)
}

fn is_owned_by_administrators(folder: &Path) -> io::Result<bool> {
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
    Ok(kinds.into_iter().any(|kind| unsafe { IsWellKnownSid(owner, kind) } != 0))
}

/// The security identifier of this user as text, such as `S-1-5-21-...`.
fn user_sid() -> io::Result<String> {
    let user = machine::user()?;
    // SAFETY: Windows filled the words with this structure.
    let sid = unsafe { &*user.as_ptr().cast::<TOKEN_USER>() }.User.Sid;
    let mut text = ptr::null_mut();
    // SAFETY: `sid` points into `user`, which is alive.
    check(unsafe { ConvertSidToStringSidW(sid, &mut text) })?;
    // SAFETY: Windows ends the text with a zero, so that all units before it can be read.
    let units = (0..).map(|index| unsafe { *text.add(index) }).take_while(|unit| *unit != 0);
    let sid = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
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
