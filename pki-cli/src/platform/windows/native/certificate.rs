//! What Windows knows about a certificate in a store.

use std::{io, ptr};

use schannel::RawPointer as _;
use schannel::cert_context::CertContext;
use schannel::cert_store::CertStore;
use windows_sys::Win32::Security::Cryptography::{
    AUTHTYPE_SERVER, CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL, CERT_CHAIN_CONTEXT, CERT_CHAIN_PARA, CERT_CHAIN_POLICY_PARA,
    CERT_CHAIN_POLICY_SSL, CERT_CHAIN_POLICY_STATUS, CERT_CONTEXT, CERT_KEY_PROV_INFO_PROP_ID, CERT_STORE_CTRL_COMMIT,
    CERT_STORE_PROV_SYSTEM_REGISTRY_W, CERT_SYSTEM_STORE_LOCAL_MACHINE, CERT_USAGE_MATCH, CRYPT_KEY_PROV_INFO,
    CRYPT_MACHINE_KEYSET, CTL_USAGE, CertControlStore, CertFreeCertificateChain, CertGetCertificateChain,
    CertGetCertificateContextProperty, CertOpenStore, CertVerifyCertificateChainPolicy, HCERTCHAINENGINE,
    HTTPSPolicyCallbackData, USAGE_MATCH_TYPE_AND, szOID_PKIX_KP_SERVER_AUTH,
};

use super::{check, length, text_at, wide};
use crate::survey::KeyPlace;

/// Where the store says that the private key is; `None` if it names none.
pub(in crate::platform::windows) fn key_place(certificate: &CertContext) -> Option<KeyPlace> {
    let context = context_of(certificate);
    let mut size = 0;
    // SAFETY: the context is alive; without room for the result only its size is told.
    let found =
        unsafe { CertGetCertificateContextProperty(context, CERT_KEY_PROV_INFO_PROP_ID, ptr::null_mut(), &mut size) };
    if found == 0 || (size as usize) < size_of::<CRYPT_KEY_PROV_INFO>() {
        return None;
    }
    // Words, because the result starts with a structure that holds pointers into the rest.
    let mut buffer = vec![0u64; (size as usize).div_ceil(8)];
    // SAFETY: `buffer` has room for `size` bytes and is aligned for the structure.
    let found = unsafe {
        CertGetCertificateContextProperty(context, CERT_KEY_PROV_INFO_PROP_ID, buffer.as_mut_ptr().cast(), &mut size)
    };
    if found == 0 {
        return None;
    }
    // SAFETY: the call filled the buffer, which is large enough and aligned for the structure at its start.
    let info = unsafe { &*buffer.as_ptr().cast::<CRYPT_KEY_PROV_INFO>() };
    Some(KeyPlace {
        // SAFETY: null, or texts that Windows placed in the buffer and ended with a zero.
        container: unsafe { text_at(info.pwszContainerName) },
        // SAFETY: as above.
        provider: unsafe { text_at(info.pwszProvName) },
        provider_type: info.dwProvType,
        machine: info.dwFlags & CRYPT_MACHINE_KEYSET != 0,
        key_spec: info.dwKeySpec,
    })
}

/// Opens for writing what the registry holds of a store of the machine, without what Group Policy, the enterprise and
/// others add to it.
pub(in crate::platform::windows) fn registry_part(store: &str) -> io::Result<CertStore> {
    let name = wide(store);
    // SAFETY: for this provider the parameter is the name, a text that ends with a zero and outlives the call.
    let store = unsafe {
        CertOpenStore(CERT_STORE_PROV_SYSTEM_REGISTRY_W, 0, 0, CERT_SYSTEM_STORE_LOCAL_MACHINE, name.as_ptr().cast())
    };
    if store.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: an open store, which has no other owner.
    Ok(unsafe { CertStore::from_ptr(store) })
}

/// Makes what was changed in a store count now, for other processes too, and tells whether that worked.
pub(in crate::platform::windows) fn commit(store: &CertStore) -> io::Result<()> {
    // SAFETY: the pointer is used only while `store`, which owns it, is borrowed.
    let store = unsafe { store.as_ptr() };
    // SAFETY: the store is open; this control takes no parameter.
    check(unsafe { CertControlStore(store, 0, CERT_STORE_CTRL_COMMIT, ptr::null()) })
}

/// The error code of Windows' chain engine for a certificate as the TLS server of a name, by the roots of the machine,
/// without revocation and without the network. 0 if it accepts.
pub(in crate::platform::windows) fn verdict(certificate: &CertContext, server: &str) -> io::Result<u32> {
    let chain = Chain::build(certificate)?;
    let mut server = wide(server);
    let mut tls = HTTPSPolicyCallbackData { dwAuthType: AUTHTYPE_SERVER, ..Default::default() };
    tls.Anonymous.cbStruct = length(size_of_val(&tls))?;
    tls.pwszServerName = server.as_mut_ptr();
    let mut question = CERT_CHAIN_POLICY_PARA { pvExtraPolicyPara: (&raw mut tls).cast(), ..Default::default() };
    question.cbSize = length(size_of_val(&question))?;
    let mut answer = CERT_CHAIN_POLICY_STATUS::default();
    answer.cbSize = length(size_of_val(&answer))?;
    // SAFETY: the chain is alive, and so is everything that the two structures point to; both tell their size.
    check(unsafe { CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_SSL, chain.0, &question, &mut answer) })?;
    Ok(answer.dwError)
}

/// A chain; freed when dropped.
struct Chain(*mut CERT_CHAIN_CONTEXT);

impl Chain {
    fn build(certificate: &CertContext) -> io::Result<Self> {
        let mut usages = [szOID_PKIX_KP_SERVER_AUTH.cast_mut()];
        let usage = CTL_USAGE { cUsageIdentifier: 1, rgpszUsageIdentifier: usages.as_mut_ptr() };
        let mut parameters = CERT_CHAIN_PARA {
            RequestedUsage: CERT_USAGE_MATCH { dwType: USAGE_MATCH_TYPE_AND, Usage: usage },
            ..Default::default()
        };
        parameters.cbSize = length(size_of_val(&parameters))?;
        let mut chain = ptr::null_mut();
        // SAFETY: the context is alive, `parameters` tells its size, and all it points to outlives the call.
        check(unsafe {
            CertGetCertificateChain(
                MACHINE,
                context_of(certificate),
                ptr::null(),
                ptr::null_mut(),
                &parameters,
                CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL,
                ptr::null(),
                &mut chain,
            )
        })?;
        Ok(Self(chain))
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        // SAFETY: the chain came from CertGetCertificateChain and is freed once.
        unsafe { CertFreeCertificateChain(self.0) };
    }
}

/// HCCE_LOCAL_MACHINE: the engine that trusts LocalMachine\Root and not the user's roots.
const MACHINE: HCERTCHAINENGINE = ptr::without_provenance_mut(1);

fn context_of(certificate: &CertContext) -> *const CERT_CONTEXT {
    // SAFETY: the pointer is used only while `certificate`, which owns it, is borrowed by the caller.
    unsafe { certificate.as_ptr() }.cast_const().cast()
}
