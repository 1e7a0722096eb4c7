//! Asks Windows itself: what stands in the stores, what a key container can do, what the chain engine says.
#![allow(unsafe_code, clippy::cast_possible_truncation, reason = "calls into Windows, which counts in 32 bits")]

use std::ptr;

use pki_core::certificate::Certificate;
use schannel::RawPointer as _;
use schannel::cert_context::CertContext;
use schannel::cert_store::{CertAdd, CertStore};
use windows_sys::Win32::Security::Cryptography::*;

/// CRYPT_KEY_PROV_INFO of a certificate.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KeyPlace {
    pub(crate) container: String,
    pub(crate) provider: String,
    pub(crate) provider_type: u32,
    pub(crate) flags: u32,
    pub(crate) key_spec: u32,
}

pub(crate) fn store(name: &str) -> CertStore {
    CertStore::open_local_machine(name).unwrap()
}

/// Every certificate in a store of the machine.
pub(crate) fn contexts(name: &str) -> Vec<CertContext> {
    store(name).certs().collect()
}

pub(crate) fn find(name: &str, certificate: &Certificate) -> Option<CertContext> {
    contexts(name).into_iter().find(|context| context.to_der() == certificate.as_der())
}

/// Puts a certificate into a store of the machine, in the place of the same one if it is there.
pub(crate) fn add(name: &str, context: &CertContext) {
    // Wine does not write down what replaces something.
    let mut store = store(name);
    let old: Vec<_> = store.certs().filter(|found| found.to_der() == context.to_der()).collect();
    old.into_iter().for_each(|found| found.delete().unwrap());
    commit(&store);
    store.add_cert(context, CertAdd::New).unwrap();
    commit(&store);
}

/// Takes a certificate out of a store of the machine.
pub(crate) fn remove(name: &str, der: &[u8]) {
    let store = store(name);
    for context in store.certs().filter(|context| context.to_der() == der).collect::<Vec<_>>() {
        context.delete().unwrap();
    }
    commit(&store);
}

/// Takes the roots away that earlier tests left; what came with Wine stays.
pub(crate) fn empty_root_store_of(common_name_part: &str) {
    let store = store("Root");
    let is_ours = |context: &CertContext| {
        Certificate::from_der(context.to_der())
            .is_ok_and(|root| root.subject().common_names().any(|name| name.contains(common_name_part)))
    };
    for context in store.certs().filter(is_ours).collect::<Vec<_>>() {
        context.delete().unwrap();
    }
    commit(&store);
}

/// Puts a certificate into a store of the machine as if it were another by its SHA-1 hash.
pub(crate) fn add_under_the_hash_of(name: &str, der: &[u8], other: &[u8]) {
    use sha1::Digest as _;
    let context = CertContext::new(der).unwrap();
    let mut hash = sha1::Sha1::digest(other);
    let blob = CRYPT_INTEGER_BLOB { cbData: hash.len() as u32, pbData: hash.as_mut_ptr() };
    // SAFETY: the context is alive, and the blob points to the hash, which is alive too.
    let set = unsafe {
        CertSetCertificateContextProperty(context.as_ptr().cast(), CERT_HASH_PROP_ID, 0, (&raw const blob).cast())
    };
    assert_ne!(set, 0);
    let mut store = store(name);
    store.add_cert(&context, CertAdd::Always).unwrap();
    commit(&store);
}

fn commit(store: &CertStore) {
    // SAFETY: the store is open.
    assert_ne!(unsafe { CertControlStore(store.as_ptr(), 0, CERT_STORE_CTRL_COMMIT, ptr::null()) }, 0);
}

pub(crate) fn key_place(context: &CertContext) -> Option<KeyPlace> {
    let mut buffer = vec![0u64; 512];
    let mut size = 4096;
    // SAFETY: the context is alive, and the buffer is aligned and has room for `size` bytes.
    let found = unsafe {
        CertGetCertificateContextProperty(
            context.as_ptr().cast(),
            CERT_KEY_PROV_INFO_PROP_ID,
            buffer.as_mut_ptr().cast(),
            &mut size,
        )
    };
    (found != 0).then(|| {
        // SAFETY: the call filled the buffer with this structure and the texts that it points to.
        unsafe {
            let info = &*buffer.as_ptr().cast::<CRYPT_KEY_PROV_INFO>();
            KeyPlace {
                container: text(info.pwszContainerName),
                provider: text(info.pwszProvName),
                provider_type: info.dwProvType,
                flags: info.dwFlags,
                key_spec: info.dwKeySpec,
            }
        }
    })
}

/// An open key container.
pub(crate) struct Container(usize);

impl Container {
    pub(crate) fn open(place: &KeyPlace) -> Option<Self> {
        Self::acquire(place, 0)
    }

    pub(crate) fn create(place: &KeyPlace) -> Self {
        Self::acquire(place, CRYPT_NEWKEYSET).unwrap()
    }

    pub(crate) fn delete(place: &KeyPlace) {
        // With this flag no handle comes back.
        assert!(Self::acquire(place, CRYPT_DELETEKEYSET).is_some());
    }

    /// Makes a container with the exportable key of another.
    pub(crate) fn copy_key(from: &KeyPlace, to: &KeyPlace) {
        let (from, to) = (Self::open(from).unwrap(), Self::create(to));
        let (mut key, mut blob, mut size) = (0, vec![0u8; 4096], 4096);
        // SAFETY: the handles are open, and each length is its buffer's.
        unsafe {
            assert_ne!(CryptGetUserKey(from.0, AT_KEYEXCHANGE, &mut key), 0);
            assert_ne!(CryptExportKey(key, 0, PRIVATEKEYBLOB, 0, blob.as_mut_ptr(), &mut size), 0);
            assert_ne!(CryptImportKey(to.0, blob.as_ptr(), size, 0, CRYPT_EXPORTABLE, &mut key), 0);
        }
    }

    fn acquire(place: &KeyPlace, flags: u32) -> Option<Self> {
        let (container, provider) = (wide(&place.container), wide(&place.provider));
        let mut handle = 0;
        let flags = flags | (place.flags & CRYPT_MACHINE_KEYSET);
        // SAFETY: both texts end with a zero and outlive the call.
        let done = unsafe {
            CryptAcquireContextW(&mut handle, container.as_ptr(), provider.as_ptr(), place.provider_type, flags)
        };
        (done != 0).then_some(Self(handle))
    }

    /// Makes a new key in it.
    pub(crate) fn generate(&self, key_spec: u32) {
        let mut key = 0;
        // SAFETY: the handle is open.
        assert_ne!(unsafe { CryptGenKey(self.0, key_spec, 1024 << 16, &mut key) }, 0);
    }

    /// Signs with SHA-1, which every provider has; RSA PKCS#1 v1.5 in big-endian order.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let (mut hash, mut signature, mut size) = (0, vec![0u8; 1024], 1024);
        // SAFETY: the handles are open, and each length is its buffer's.
        unsafe {
            assert_ne!(CryptCreateHash(self.0, CALG_SHA1, 0, 0, &mut hash), 0);
            assert_ne!(CryptHashData(hash, message.as_ptr(), message.len() as u32, 0), 0);
            assert_ne!(CryptSignHashW(hash, AT_KEYEXCHANGE, ptr::null(), 0, signature.as_mut_ptr(), &mut size), 0);
        }
        signature.truncate(size as usize);
        signature.reverse();
        signature
    }

    /// The size of the key as it is exported; `None` if that is refused.
    pub(crate) fn exported_size(&self) -> Option<usize> {
        let (mut key, mut size) = (0, 0);
        // SAFETY: the handle is open; without a buffer the size is asked for.
        unsafe {
            assert_ne!(CryptGetUserKey(self.0, AT_KEYEXCHANGE, &mut key), 0);
            let mut blob = vec![0u8; 4096];
            size = if CryptExportKey(key, 0, PRIVATEKEYBLOB, 0, ptr::null_mut(), &mut size) != 0 { size } else { 4096 };
            (CryptExportKey(key, 0, PRIVATEKEYBLOB, 0, blob.as_mut_ptr(), &mut size) != 0).then_some(size as usize)
        }
    }
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// # Safety
/// Null, or a text that ends with a zero.
unsafe fn text(pointer: *const u16) -> String {
    let units = (0..).map(|index| unsafe { *pointer.add(index) }).take_while(|unit| *unit != 0);
    if pointer.is_null() { String::new() } else { String::from_utf16_lossy(&units.collect::<Vec<_>>()) }
}
