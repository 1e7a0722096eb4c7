//! What neither schannel nor windows-registry offers. The only place with `unsafe`: each call gets memory that is owned
//! here, and hands back values that own what they hold.
#![allow(unsafe_code, reason = "calls into Windows; each block says why it is sound")]

mod access;
mod certificate;
mod container;
mod machine;
mod registry;
mod trust;
mod wine;

pub(super) use access::create_administrators_only;
pub(crate) use access::owner_only;
pub(super) use certificate::{commit, key_place, registry_part, verdict};
pub(super) use container::{Address, Container};
pub(super) use machine::{full_computer_name, is_elevated, program_data, system_folder};
pub(super) use registry::delete_key;
pub(super) use trust::{Entrance, entrance, is_own};
pub(super) use wine::is_wine;

use std::ffi::OsStr;
use std::io;
use std::os::windows::ffi::OsStrExt as _;

/// UTF-16 with the zero that ends it.
fn wide(text: impl AsRef<OsStr>) -> Vec<u16> {
    text.as_ref().encode_wide().chain([0]).collect()
}

/// UTF-16 up to its first zero, as text.
fn narrow(wide: &[u16]) -> String {
    let end = wide.iter().position(|unit| *unit == 0).unwrap_or(wide.len());
    String::from_utf16_lossy(wide.get(..end).unwrap_or_default())
}

/// A text that Windows placed in memory; empty for null.
///
/// # Safety
/// Null, or the start of readable memory with a zero at the end of the text.
unsafe fn text_at(pointer: *const u16) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: the caller promises that all units up to the zero can be read.
    let length = (0..).take_while(|index| unsafe { *pointer.add(*index) } != 0).count();
    // SAFETY: these units were just read.
    narrow(unsafe { std::slice::from_raw_parts(pointer, length) })
}

/// The error of the last call, if it returned FALSE.
fn check(result: windows_sys::core::BOOL) -> io::Result<()> {
    if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The error that a call returned, if it is one.
fn succeeded(error: windows_sys::Win32::Foundation::WIN32_ERROR) -> io::Result<()> {
    if error == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(error.cast_signed())) }
}

/// A length as Windows counts.
fn length(bytes: usize) -> io::Result<u32> {
    u32::try_from(bytes).map_err(|_| io::ErrorKind::InvalidInput.into())
}
