//! Key containers of CryptoAPI, with their key for key exchange.

use std::ffi::c_void;
use std::{io, ptr};

use windows_sys::Win32::Security::Cryptography::{
    AT_KEYEXCHANGE, CERT_PUBLIC_KEY_INFO, CRYPT_DELETEKEYSET, CRYPT_EXPORT, CRYPT_EXPORTABLE, CRYPT_MACHINE_KEYSET,
    CRYPT_NEWKEYSET, CRYPT_SILENT, CryptAcquireContextW, CryptDecodeObjectEx, CryptDestroyKey, CryptEncodeObjectEx,
    CryptExportPublicKeyInfo, CryptGetKeyParam, CryptGetUserKey, CryptImportKey, CryptReleaseContext, KP_PERMISSIONS,
    PKCS_RSA_PRIVATE_KEY, X509_ASN_ENCODING, X509_PUBLIC_KEY_INFO,
};
use zeroize::Zeroizing;

use super::{check, length, wide};

/// An open container; closed when dropped.
pub(in crate::platform::windows) struct Container(usize);

/// Which container, and in whose key set.
#[derive(Clone, Copy)]
pub(in crate::platform::windows) struct Address<'a> {
    pub(in crate::platform::windows) name: &'a str,
    pub(in crate::platform::windows) provider: &'a str,
    pub(in crate::platform::windows) provider_type: u32,
    /// The machine's key set, not the user's.
    pub(in crate::platform::windows) machine: bool,
}

impl Container {
    /// Opens one that exists; NTE_BAD_KEYSET if there is none.
    pub(in crate::platform::windows) fn open(address: Address<'_>) -> io::Result<Self> {
        acquire(address, CRYPT_SILENT).map(Self)
    }

    /// Makes a new one; NTE_EXISTS if it exists.
    pub(in crate::platform::windows) fn create(address: Address<'_>) -> io::Result<Self> {
        acquire(address, CRYPT_NEWKEYSET | CRYPT_SILENT).map(Self)
    }

    /// Deletes one with its keys.
    pub(in crate::platform::windows) fn delete(address: Address<'_>) -> io::Result<()> {
        // With this flag no handle comes back, so there is none to release.
        acquire(address, CRYPT_DELETEKEYSET).map(drop)
    }

    /// Puts an RSA key (RSAPrivateKey, RFC 8017 appendix A.1.2, in DER) into it, for key exchange.
    pub(in crate::platform::windows) fn import(&self, rsa_private_key: &[u8], exportable: bool) -> io::Result<()> {
        let decode = |blob: *mut c_void, size: &mut u32| {
            // SAFETY: the input is a slice with its own length; the output is null, or has room for `size` bytes.
            check(unsafe {
                CryptDecodeObjectEx(
                    X509_ASN_ENCODING,
                    PKCS_RSA_PRIVATE_KEY,
                    rsa_private_key.as_ptr(),
                    length(rsa_private_key.len())?,
                    0,
                    ptr::null(),
                    blob,
                    size,
                )
            })
        };
        let mut size = 0;
        decode(ptr::null_mut(), &mut size)?;
        // Words, because the result starts with a structure.
        let mut blob = Zeroizing::new(vec![0u64; (size as usize).div_ceil(8)]);
        decode(blob.as_mut_ptr().cast(), &mut size)?;
        let mut key = 0;
        let flags = if exportable { CRYPT_EXPORTABLE } else { 0 };
        // SAFETY: the handle is open, the blob has at least `size` bytes, and `key` outlives the call.
        check(unsafe { CryptImportKey(self.0, blob.as_ptr().cast(), size, 0, flags, &mut key) })?;
        drop(Key(key));
        Ok(())
    }

    /// SubjectPublicKeyInfo of its key for a key spec, in DER.
    pub(in crate::platform::windows) fn public_key(&self, key_spec: u32) -> io::Result<Vec<u8>> {
        let mut size = 0;
        // SAFETY: the handle is open; without room for the result only its size is told.
        check(unsafe { CryptExportPublicKeyInfo(self.0, key_spec, X509_ASN_ENCODING, ptr::null_mut(), &mut size) })?;
        // Words, because the result starts with a structure that holds pointers into the rest.
        let mut info = vec![0u64; (size as usize).div_ceil(8)];
        // SAFETY: `info` has room for `size` bytes and is aligned for the structure.
        check(unsafe {
            CryptExportPublicKeyInfo(self.0, key_spec, X509_ASN_ENCODING, info.as_mut_ptr().cast(), &mut size)
        })?;
        let info: *const CERT_PUBLIC_KEY_INFO = info.as_ptr().cast();
        let encode = |der: *mut c_void, size: &mut u32| {
            // SAFETY: `info` was filled by the call above and is alive; the output is null, or has room for `size` bytes.
            check(unsafe {
                CryptEncodeObjectEx(X509_ASN_ENCODING, X509_PUBLIC_KEY_INFO, info.cast(), 0, ptr::null(), der, size)
            })
        };
        encode(ptr::null_mut(), &mut size)?;
        let mut der = vec![0u8; size as usize];
        encode(der.as_mut_ptr().cast(), &mut size)?;
        der.truncate(size as usize);
        Ok(der)
    }

    /// Whether its key for a key spec can be exported.
    pub(in crate::platform::windows) fn is_exportable(&self, key_spec: u32) -> io::Result<bool> {
        let mut key = 0;
        // SAFETY: the handle is open and `key` outlives the call.
        check(unsafe { CryptGetUserKey(self.0, key_spec, &mut key) })?;
        let key = Key(key);
        let mut permissions = 0u32;
        let mut size = length(size_of_val(&permissions))?;
        // SAFETY: the key is open; `permissions` has the four bytes that `size` tells.
        check(unsafe { CryptGetKeyParam(key.0, KP_PERMISSIONS, (&raw mut permissions).cast(), &mut size, 0) })?;
        Ok(permissions & CRYPT_EXPORT != 0)
    }
}

impl Address<'_> {
    /// What CryptoAPI calls the key for TLS.
    pub(in crate::platform::windows) const KEY_EXCHANGE: u32 = AT_KEYEXCHANGE;
}

impl Drop for Container {
    fn drop(&mut self) {
        // SAFETY: the handle came from CryptAcquireContextW and is released once. Nothing can be done if that fails.
        unsafe { CryptReleaseContext(self.0, 0) };
    }
}

/// A handle of a key; closed when dropped.
struct Key(usize);

impl Drop for Key {
    fn drop(&mut self) {
        // SAFETY: the handle came from CryptoAPI and is destroyed once.
        unsafe { CryptDestroyKey(self.0) };
    }
}

fn acquire(address: Address<'_>, flags: u32) -> io::Result<usize> {
    let (name, provider) = (wide(address.name), wide(address.provider));
    let flags = if address.machine { flags | CRYPT_MACHINE_KEYSET } else { flags };
    let mut handle = 0;
    // SAFETY: both texts end with a zero, and they and `handle` outlive the call.
    check(unsafe {
        CryptAcquireContextW(&mut handle, name.as_ptr(), provider.as_ptr(), address.provider_type, flags)
    })?;
    Ok(handle)
}
