//! Asks Windows' chain engine.
#![allow(unsafe_code, clippy::cast_possible_truncation, reason = "calls into Windows, which counts in 32 bits")]

use std::ptr;

use schannel::RawPointer as _;
use schannel::cert_context::CertContext;
use windows_sys::Win32::Security::Cryptography::*;

/// What Windows' chain engine says about a server's certificate, by the machine's roots: what is wrong with the chain
/// (CERT_TRUST_STATUS), and the error of the policy for TLS. Wine's policy lets a chain without a root pass.
pub(crate) fn verdict(context: &CertContext, server: &str) -> (u32, u32) {
    let mut server: Vec<u16> = server.encode_utf16().chain([0]).collect();
    // SAFETY: every structure tells its size, and all that is pointed to outlives the calls.
    unsafe {
        let mut parameters = CERT_CHAIN_PARA::default();
        parameters.cbSize = size_of_val(&parameters) as u32;
        let mut chain = ptr::null_mut();
        // A new engine each time: one that was used before does not see new roots at once.
        let mut config = CERT_CHAIN_ENGINE_CONFIG { dwFlags: CERT_CHAIN_USE_LOCAL_MACHINE_STORE, ..Default::default() };
        // Wine knows the structure as Windows 7 did.
        config.cbSize = std::mem::offset_of!(CERT_CHAIN_ENGINE_CONFIG, hExclusiveRoot) as u32;
        let mut engine = ptr::null_mut();
        assert_ne!(CertCreateCertificateChainEngine(&config, &mut engine), 0);
        let built = CertGetCertificateChain(
            engine,
            context.as_ptr().cast(),
            ptr::null(),
            ptr::null_mut(),
            &parameters,
            0,
            ptr::null(),
            &mut chain,
        );
        assert_ne!(built, 0);
        let mut tls = HTTPSPolicyCallbackData { dwAuthType: AUTHTYPE_SERVER, ..Default::default() };
        tls.Anonymous.cbStruct = size_of_val(&tls) as u32;
        tls.pwszServerName = server.as_mut_ptr();
        let mut question = CERT_CHAIN_POLICY_PARA { pvExtraPolicyPara: (&raw mut tls).cast(), ..Default::default() };
        question.cbSize = size_of_val(&question) as u32;
        let mut answer = CERT_CHAIN_POLICY_STATUS::default();
        answer.cbSize = size_of_val(&answer) as u32;
        assert_ne!(CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_SSL, chain, &question, &mut answer), 0);
        let trust = (*chain).TrustStatus.dwErrorStatus;
        CertFreeCertificateChain(chain);
        CertFreeCertificateChainEngine(engine);
        (trust, answer.dwError)
    }
}
