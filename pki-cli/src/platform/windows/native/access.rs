//! Who may enter a folder.

use std::path::Path;
use std::{io, ptr};

use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1, SE_FILE_OBJECT,
    SetNamedSecurityInfoW,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetSecurityDescriptorDacl, PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR,
    SECURITY_ATTRIBUTES, SetFileSecurityW,
};
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;

use super::machine::User;
use super::{check, length, succeeded, text_at, wide};

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

/// Shuts a folder to all but this user, the system and the administrators.
pub(crate) fn owner_only(folder: &Path) -> io::Result<()> {
    restrict(folder, &Descriptor::parse(&format!("{ADMINISTRATORS}(A;OICI;FA;;;{})", user_sid()?))?)
}

fn restrict(folder: &Path, access: &Descriptor) -> io::Result<()> {
    let (mut present, mut defaulted, mut list) = (0, 0, ptr::null_mut());
    // SAFETY: the descriptor is alive; the results outlive the call.
    check(unsafe { GetSecurityDescriptorDacl(access.0, &mut present, &mut list, &mut defaulted) })?;
    // No list at all would let everybody in.
    if present == 0 || list.is_null() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
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
    succeeded(error)?;
    // The call above also reaches what is inside already. Wine adds to it what the folder above hands down, although the
    // list is protected from that; this one sets the list as it is.
    // SAFETY: the path ends with a zero, and the descriptor is alive.
    check(unsafe {
        SetFileSecurityW(path.as_ptr(), DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, access.0)
    })
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
pub(super) struct Descriptor(pub(super) PSECURITY_DESCRIPTOR);

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
