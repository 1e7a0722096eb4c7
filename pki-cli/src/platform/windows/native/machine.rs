//! The computer's name and folders, and the rights of this process.

use std::path::PathBuf;
use std::{io, ptr};

use windows_sys::Win32::Foundation::{CloseHandle, ERROR_INSUFFICIENT_BUFFER, ERROR_MORE_DATA, HANDLE};
use windows_sys::Win32::Security::{
    GetTokenInformation, PSID, TOKEN_ELEVATION, TOKEN_QUERY, TOKEN_USER, TokenElevation, TokenUser,
};
use windows_sys::Win32::System::Com::CoTaskMemFree;
use windows_sys::Win32::System::SystemInformation::{
    ComputerNamePhysicalDnsFullyQualified, GetComputerNameExW, GetSystemDirectoryW,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};
use windows_sys::Win32::UI::Shell::{FOLDERID_ProgramData, KF_FLAG_DEFAULT, SHGetKnownFolderPath};

use super::{check, length, narrow, text_at};

/// The full DNS name of this computer; of the node itself where a cluster goes by another name.
pub(in crate::platform::windows) fn full_computer_name() -> io::Result<String> {
    // SAFETY: the buffer has room for `size` units.
    read_text(|buffer, size| check(unsafe { GetComputerNameExW(ComputerNamePhysicalDnsFullyQualified, buffer, size) }))
}

/// Where Windows' own programs are.
pub(in crate::platform::windows) fn system_folder() -> io::Result<PathBuf> {
    read_text(|buffer, size| {
        // SAFETY: the buffer has room for `size` units.
        match unsafe { GetSystemDirectoryW(buffer, *size) } {
            0 => Err(io::Error::last_os_error()),
            needed if needed > *size => {
                *size = needed;
                Err(io::Error::from_raw_os_error(ERROR_INSUFFICIENT_BUFFER.cast_signed()))
            }
            _ => Ok(()),
        }
    })
    .map(PathBuf::from)
}

/// Where programs keep what belongs to the whole machine.
pub(in crate::platform::windows) fn program_data() -> io::Result<PathBuf> {
    let mut path = ptr::null_mut();
    // SAFETY: the identifier is a constant of Windows and `path` outlives the call.
    let result = unsafe {
        SHGetKnownFolderPath(&FOLDERID_ProgramData, KF_FLAG_DEFAULT.cast_unsigned(), ptr::null_mut(), &mut path)
    };
    // SAFETY: null or a text of Windows, which ends with a zero.
    let folder = unsafe { text_at(path) };
    // SAFETY: Windows allocated it for the caller to free, whatever the result is, and it is freed once.
    unsafe { CoTaskMemFree(path.cast()) };
    if result < 0 { Err(io::Error::from_raw_os_error(result)) } else { Ok(folder.into()) }
}

/// Whether this process has an administrator's rights and not only an administrator's name.
pub(in crate::platform::windows) fn is_elevated() -> io::Result<bool> {
    let token = Token::of_this_process()?;
    let mut elevation = TOKEN_ELEVATION::default();
    let mut size = length(size_of_val(&elevation))?;
    // SAFETY: the token is open; the result has the `size` bytes that are told.
    check(unsafe { GetTokenInformation(token.0, TokenElevation, (&raw mut elevation).cast(), size, &mut size) })?;
    Ok(elevation.TokenIsElevated != 0)
}

/// The user of this process: a TOKEN_USER, followed by what it points to, in words so that it is aligned.
pub(super) struct User(Vec<u64>);

impl User {
    pub(super) fn of_this_process() -> io::Result<Self> {
        let token = Token::of_this_process()?;
        let mut size = 0;
        // SAFETY: the token is open; without room for the result only its size is told, by an error.
        unsafe { GetTokenInformation(token.0, TokenUser, ptr::null_mut(), 0, &mut size) };
        let mut user = vec![0u64; (size as usize).max(size_of::<TOKEN_USER>()).div_ceil(8)];
        // SAFETY: the token is open and `user` has room for `size` bytes.
        check(unsafe { GetTokenInformation(token.0, TokenUser, user.as_mut_ptr().cast(), size, &mut size) })?;
        Ok(Self(user))
    }

    /// The security identifier, which lives as long as this does.
    pub(super) fn sid(&self) -> PSID {
        // SAFETY: the words have room for this structure, and Windows filled it.
        unsafe { &*self.0.as_ptr().cast::<TOKEN_USER>() }.User.Sid
    }
}

/// An open token; closed when dropped.
struct Token(HANDLE);

impl Token {
    fn of_this_process() -> io::Result<Self> {
        let mut token = ptr::null_mut();
        // SAFETY: the pseudo handle of this process needs no closing, and `token` outlives the call.
        check(unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &mut token) })?;
        Ok(Self(token))
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        // SAFETY: the handle came from OpenProcessToken and is closed once.
        unsafe { CloseHandle(self.0) };
    }
}

/// Calls what fills a buffer with text, with more room as long as it asks for more.
fn read_text(fill: impl Fn(*mut u16, &mut u32) -> io::Result<()>) -> io::Result<String> {
    let mut size = 260;
    loop {
        let mut buffer = vec![0u16; size as usize];
        let room = size;
        let too_small = [ERROR_MORE_DATA, ERROR_INSUFFICIENT_BUFFER].map(u32::cast_signed).map(Some);
        match fill(buffer.as_mut_ptr(), &mut size) {
            Ok(()) => return Ok(narrow(&buffer)),
            Err(error) if size > room && too_small.contains(&error.raw_os_error()) => {}
            Err(error) => return Err(error),
        }
    }
}
