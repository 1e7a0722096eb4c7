//! The commands that do one step: a root, a request, a certificate, a revocation list.

use std::path::PathBuf;

use clap::Args;
use pki_core::key::KeyAlgorithm;
use pki_core::name::{DnsName, Fqdn, HttpUrl, RootName};
use pki_core::pfx::WindowsServer;
use pki_core::revocation::Reason;
use pki_core::validity::Days;

use super::PasswordFile;

#[derive(Args)]
pub(crate) struct Root {
    /// Common name of the root
    #[arg(long, value_name = "NAME")]
    pub(crate) name: RootName,
    /// Host or DNS name that it may sign for; can be repeated
    #[arg(long = "for", value_name = "HOST", required = true, value_parser = DnsName::of_computer)]
    pub(crate) hosts: Vec<DnsName>,
    /// Folder for NAME.cer and NAME.key.pem
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) key: Key,
    /// How long it lives
    #[arg(long, value_name = "DAYS", default_value_t = Days::ROOT)]
    pub(crate) days: Days,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Request {
    /// Full computer name, exactly as Windows shows it
    #[arg(value_name = "HOST", value_parser = Fqdn::of_computer)]
    pub(crate) host: Fqdn,
    /// Further name, such as the Replica Broker's; can be repeated
    #[arg(long, value_name = "NAME", value_parser = DnsName::of_computer)]
    pub(crate) also: Vec<DnsName>,
    /// Folder for HOST.csr and HOST.key.pem
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) key: Key,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Leaf {
    /// Full computer name, exactly as Windows shows it
    #[arg(value_name = "HOST", value_parser = Fqdn::of_computer, required_unless_present = "request")]
    pub(crate) host: Option<Fqdn>,
    /// Answer this request (PKCS#10) of `request`, OpenSSL or
    /// certreq: the host and its names stand in it, and its key
    /// stays where it is
    #[arg(
        long,
        verbatim_doc_comment,
        value_name = "FILE",
        conflicts_with_all = ["host", "also", "algorithm", "windows", "file"]
    )]
    pub(crate) request: Option<PathBuf>,
    /// Further name, such as the Replica Broker's; can be repeated
    #[arg(long, value_name = "NAME", value_parser = DnsName::of_computer)]
    pub(crate) also: Vec<DnsName>,
    #[command(flatten)]
    pub(crate) signer: Signer,
    /// Folder for HOST.cer and, unless a request is answered,
    /// HOST.pfx
    #[arg(long, verbatim_doc_comment, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Where the root's revocation list will be read: http://...
    #[arg(long, value_name = "URL")]
    pub(crate) crl_url: Option<HttpUrl>,
    #[command(flatten)]
    pub(crate) key: Key,
    /// How long it lives, at most as long as its root
    #[arg(long, value_name = "DAYS", default_value_t = Days::LEAF)]
    pub(crate) days: Days,
    #[command(flatten)]
    pub(crate) sealing: Sealing,
}

#[derive(Args)]
pub(crate) struct Accept {
    /// The private key that `replica-pki request` made (PKCS#8 PEM)
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// File whose first line is that key's password, if encrypted
    #[arg(long, value_name = "FILE")]
    pub(crate) key_password_file: Option<PathBuf>,
    /// The certificate that `replica-pki leaf --request` made
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: PathBuf,
    /// The root that signed it
    #[arg(long, value_name = "FILE")]
    pub(crate) root: PathBuf,
    /// Folder for HOST.pfx
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) sealing: Sealing,
}

#[derive(Args)]
pub(crate) struct Crl {
    #[command(flatten)]
    pub(crate) signer: Signer,
    /// Certificate to take back, and why: LEAF.cer:keyCompromise;
    /// can be repeated
    #[arg(long, verbatim_doc_comment, value_name = "LEAF[:REASON]", value_parser = revoked)]
    pub(crate) revoke: Vec<Revoked>,
    /// The next list has to be in its place within so many
    /// days
    #[arg(long, verbatim_doc_comment, value_name = "DAYS", default_value = "90")]
    pub(crate) days: Days,
    /// Where the list (DER) is published; an older one of the
    /// same root there is replaced
    #[arg(long, verbatim_doc_comment, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// A certificate to take back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revoked {
    pub(crate) certificate: PathBuf,
    /// Nothing if none was named.
    pub(crate) reason: Option<Reason>,
}

#[derive(Args)]
pub(crate) struct Signer {
    /// The root's certificate
    #[arg(long, value_name = "FILE")]
    pub(crate) root: PathBuf,
    /// The root's private key (PKCS#8 PEM)
    #[arg(long, value_name = "FILE")]
    pub(crate) root_key: PathBuf,
    /// File whose first line is that key's password, if encrypted;
    /// for a key of a protected folder else the variable
    /// REPLICA_PKI_PASSPHRASE, or a prompt
    #[arg(long, verbatim_doc_comment, value_name = "FILE")]
    pub(crate) root_key_password_file: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Key {
    /// Algorithm: rsa-2048, rsa-3072 or rsa-4096
    #[arg(long = "key", value_name = "ALGORITHM", default_value_t)]
    pub(crate) algorithm: KeyAlgorithm,
}

#[derive(Args)]
pub(crate) struct Sealing {
    /// The oldest Windows Server that has to import the PFX:
    /// 2012r2, 2016, 2019, 2022 or 2025
    #[arg(long, verbatim_doc_comment, value_name = "VERSION", default_value = "2019")]
    pub(crate) windows: WindowsServer,
    #[command(flatten)]
    pub(crate) password: PasswordFile,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `LEAF` or `LEAF:REASON`. A reason has letters only, so that the colon of a drive is not taken for the other one.
fn revoked(given: &str) -> Result<Revoked, pki_core::Error> {
    match given.rsplit_once(':') {
        Some((certificate, reason)) if reason.bytes().all(|b| b.is_ascii_alphabetic()) => {
            Ok(Revoked { certificate: certificate.into(), reason: Some(reason.parse()?) })
        }
        _ => Ok(Revoked { certificate: given.into(), reason: None }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_follows_the_last_colon_and_a_drive_is_none() {
        let of = |certificate: &str, reason| Ok(Revoked { certificate: certificate.into(), reason });
        assert_eq!(revoked("a.cer"), of("a.cer", None));
        assert_eq!(revoked("a.cer:superseded"), of("a.cer", Some(Reason::Superseded)));
        assert_eq!(revoked("C:\\a.cer"), of("C:\\a.cer", None));
        assert_eq!(revoked("C:\\a.cer:KEYCOMPROMISE"), of("C:\\a.cer", Some(Reason::KeyCompromise)));
        assert!(revoked("a.cer:lost").is_err() && revoked("a.cer:").is_err());
    }
}
