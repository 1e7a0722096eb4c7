//! One entry of a list, there and back.

use const_oid::db::rfc5280::ID_CE_CRL_REASONS;
use der::asn1::Int;
use der::{Decode as _, Encode as _};
use x509_cert::crl::RevokedCert;
use x509_cert::ext::pkix::CrlReason;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::Time as X509Time;

use super::list::damaged;
use super::{Reason, Revocation};
use crate::error::{Error, Result};
use crate::profile::extension;
use crate::validity::Time;

impl Revocation {
    pub(super) fn to_x509(&self) -> Result<RevokedCert> {
        // By the octets and not as a number: negative ones that others made have to match too.
        let serial_number = Int::new(&self.serial_number).and_then(|serial| serial.to_der()).map_err(internal)?;
        let extensions = match self.reason {
            // RFC 5280 §5.3.1: the extension should be absent rather than say this.
            Reason::Unspecified => None,
            reason => Some(vec![extension(false, &reason.to_x509())?]),
        };
        Ok(RevokedCert {
            serial_number: SerialNumber::from_der(&serial_number).map_err(internal)?,
            revocation_date: X509Time::from(self.time.to_date_time()?),
            crl_entry_extensions: extensions,
        })
    }

    pub(super) fn from_x509(entry: &RevokedCert) -> Result<Self> {
        let mut reason = None;
        for extension in entry.crl_entry_extensions.iter().flatten() {
            if extension.extn_id == ID_CE_CRL_REASONS && reason.is_none() {
                let code = CrlReason::from_der(extension.extn_value.as_bytes()).map_err(damaged)?;
                let known = Reason::from_x509(code).ok_or_else(|| {
                    damaged(format!("the reason {} of an entry is none for a host's certificate", code as u32))
                })?;
                reason = Some(known);
            } else if extension.extn_id == ID_CE_CRL_REASONS {
                return Err(damaged("an entry has two reasons"));
            } else if extension.critical {
                return Err(damaged(format!("an entry has an unknown critical extension, {}", extension.extn_id)));
            }
        }
        Ok(Self {
            serial_number: entry.serial_number.as_bytes().into(),
            time: Time::from_date_time(entry.revocation_date.to_date_time()),
            reason: reason.unwrap_or_default(),
        })
    }
}

fn internal(error: der::Error) -> Error {
    Error::Internal { what: "encoding a serial number", detail: error.to_string() }
}
