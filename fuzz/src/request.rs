//! Requests: only what its own key signed is taken, and it stays as it came.

use pki_core::Error;
use pki_core::request::CertificationRequest;

use crate::second_opinion;
use crate::shown::{is_harmless, is_no_fault};
use crate::signer::signer;

/// Any bytes as a file; and as what a request says, signed.
pub fn check(data: &[u8]) {
    check_read(CertificationRequest::from_der_or_pem(data));
    check_read(CertificationRequest::from_der(&signer(0).signed(data)));
}

fn check_read(read: Result<CertificationRequest, Error>) {
    let request = match read {
        Ok(request) => request,
        Err(error) => return is_no_fault(&error),
    };
    assert!(second_opinion::is_signed_by(request.as_der(), request.public_key().as_spki_der()));
    for again in [CertificationRequest::from_der(request.as_der()), CertificationRequest::from_pem(&request.to_pem())] {
        assert_eq!(again.as_ref(), Ok(&request));
    }
    is_harmless(format_args!("{request:?} {} {:?} {:?}", request.subject(), request.host(), request.also()));
    assert!(!request.also().contains(request.host().as_dns_name()));
}
