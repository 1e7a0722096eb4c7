//! Completes mutual TLS through Schannel with the certificate that `replica-pki install` put into LocalMachine\My, as
//! Hyper-V's service does, and prints the first line of the answer.
//!
//! usage: schannel_client PORT SERVER     connects to this computer, and expects a server of that name

#[cfg(windows)]
mod chain;

#[cfg(windows)]
fn main() -> std::io::Result<()> {
    use std::io::{BufRead as _, BufReader, Error, Write as _};
    use std::net::TcpStream;

    use schannel::cert_context::CertContext;
    use schannel::cert_store::CertStore;
    use schannel::schannel_cred::{Direction, Protocol, SchannelCred};
    use schannel::tls_stream;

    // What the check of a revocation list says where a certificate names none: what DisableCertRevocationCheck is for.
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
    let name = server.clone();
    builder.domain(&server).verify_callback(move |verdict| {
        let code = verdict.result().err().and_then(|error| error.raw_os_error()).unwrap_or_default().cast_unsigned();
        if code != 0 && !REVOCATION_UNKNOWN.contains(&code) {
            return Err(Error::other(format!("Windows does not trust the server: {code:#010X}")));
        }
        // That code hides all others, so the chain is judged once more without revocation.
        let leaf = verdict.chain().and_then(|chain| chain.get(0)).ok_or_else(|| Error::other("there is no chain"))?;
        match chain::verdict(&leaf, &name) {
            (0, 0) => Ok(()),
            (trust, code) => {
                Err(Error::other(format!("Windows does not trust the server: {code:#010X}, trust status {trust:#x}")))
            }
        }
    });
    let socket = TcpStream::connect(format!("127.0.0.1:{port}"))?;
    let mut stream = builder.connect(credentials, socket).map_err(|error| Error::other(format!("{error:?}")))?;
    stream.write_all(b"GET /page HTTP/1.0\r\n\r\n")?;
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
