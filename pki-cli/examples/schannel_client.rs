//! Completes mutual TLS through Schannel with the certificate that `replica-pki install` put into LocalMachine\My, as
//! Hyper-V's service does, and prints the first line of the answer.
//!
//! usage: schannel_client PORT SERVER     connects to this computer, and expects a server of that name

#[cfg(windows)]
fn main() -> std::io::Result<()> {
    use std::io::{BufRead as _, BufReader, Error, Write as _};
    use std::net::TcpStream;

    use schannel::cert_context::CertContext;
    use schannel::cert_store::CertStore;
    use schannel::schannel_cred::{Direction, Protocol, SchannelCred};
    use schannel::tls_stream;

    // What the check of a revocation list says where a certificate names none. Hyper-V lets it pass too, by
    // DisableCertRevocationCheck.
    const REVOCATION_UNKNOWN: [u32; 3] = [0x800B_010E, 0x8009_2012, 0x8009_2013];

    let mut arguments = std::env::args().skip(1);
    let (Some(port), Some(server)) = (arguments.next(), arguments.next()) else {
        return Err(Error::other("usage: schannel_client PORT SERVER"));
    };
    let is_ours = |context: &CertContext| context.friendly_name().is_ok_and(|name| name.ends_with("Hyper-V Replica"));
    let leaf = CertStore::open_local_machine("My")?.certs().find(is_ours);
    let leaf = leaf.ok_or_else(|| Error::other("no certificate of replica-pki in LocalMachine\\My"))?;
    let credentials =
        SchannelCred::builder().enabled_protocols(&[Protocol::Tls12]).cert(leaf).acquire(Direction::Outbound)?;

    let mut builder = tls_stream::Builder::new();
    builder.domain(&server).verify_callback(|verdict| match verdict.result() {
        Err(error) if error.raw_os_error().is_some_and(|code| REVOCATION_UNKNOWN.contains(&code.cast_unsigned())) => {
            Ok(())
        }
        result => result.map_err(|error| {
            let code = error.raw_os_error().unwrap_or_default();
            Error::other(format!("Windows does not trust the server: {code:#010X}"))
        }),
    });
    let socket = TcpStream::connect(format!("127.0.0.1:{port}"))?;
    let mut stream = builder.connect(credentials, socket).map_err(|error| Error::other(format!("{error:?}")))?;
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    #[allow(clippy::print_stdout, reason = "the result of an example")]
    {
        print!("{line}");
    }
    Ok(())
}

#[cfg(not(windows))]
fn main() -> std::io::Result<()> {
    Err(std::io::Error::other("Schannel is a part of Windows"))
}
