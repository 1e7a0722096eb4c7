//! `issue`: from host names to kits.

use std::path::{Path, PathBuf};

use pki_core::mesh::{Host, IssuedHost, IssuedMesh, IssuedRoot, Mesh, PasswordSource};
use pki_core::pfx::Encoding;
use pki_core::validity::Time;
use serde::Serialize;
use zeroize::Zeroizing;

use super::{file_stem, plural, warn_of_early_end, warn_of_single_label};
use crate::args::{Issue, Sealing};
use crate::exit::{Exit, Result};
use crate::files::{self, Batch};
use crate::kit::{self, CertificateEntry, HOSTS, PRIVATE};
use crate::workers::Workers;
use crate::{output, password, system};

pub(crate) fn run(arguments: Issue) -> Result {
    let Issue { hosts, dir, key, days, root_days, trust, sealing } = arguments;
    let Sealing { windows, password, json } = sealing;
    for host in &hosts {
        file_stem(host.as_str())?;
    }
    let hosts = hosts.into_iter().map(|fqdn| {
        let mut host = Host::new(fqdn);
        host.encoding = Encoding::for_windows(windows);
        host
    });
    let mut mesh = Mesh::new(hosts.collect())?;
    mesh.trust = trust;
    mesh.key_algorithm = key.algorithm;
    mesh.leaf_days = days;
    mesh.root_days = root_days;

    files::recover(&dir, PRIVATE)?;
    // Before the work, so that a mistake shows at once; checked again when the files are moved into place.
    files::refuse_existing(&dir, targets(&mesh))?;
    let passwords = match password::given(password.file.as_deref())? {
        Some(password) => {
            password::warn_if_not_portable(&password);
            PasswordSource::Given(password)
        }
        None => PasswordSource::Generate,
    };
    mesh.hosts().iter().for_each(|host| warn_of_single_label(&host.fqdn));

    let now = system::now()?;
    let issued = mesh.issue(&Workers::new(mesh.key_count(), "making keys"), &passwords, now, &mut system::rng()?)?;
    if let Some(host) = issued.hosts.first().filter(|_| days.get() > root_days.get()) {
        warn_of_early_end(host.bundle.leaf.validity().not_after);
    }
    write(&dir, &issued, now)?;
    report(&dir, &issued, now, json)
}

/// Everything that must not exist yet, relative to the folder.
fn targets(mesh: &Mesh) -> Vec<PathBuf> {
    let roots = mesh.root_labels().into_iter().map(|label| root_key(&label));
    let hosts = mesh.hosts().iter().map(|host| host.fqdn.as_str());
    roots.chain(hosts.flat_map(|host| [password_file(host), kit_folder(host)])).collect()
}

fn root_key(label: &str) -> PathBuf {
    [PRIVATE, "roots", &format!("{label}.key.pem")].iter().collect()
}

fn password_file(host: &str) -> PathBuf {
    [PRIVATE, "passwords", &format!("{host}.txt")].iter().collect()
}

fn kit_folder(host: &str) -> PathBuf {
    [HOSTS, host].iter().collect()
}

/// Private files first: a kit is never there without the password that opens it.
fn write(dir: &Path, issued: &IssuedMesh, now: Time) -> Result<()> {
    let mut batch = Batch::new(dir, PRIVATE)?;
    for root in &issued.roots {
        let pem = root.authority.secret_key().secret_pkcs8_pem()?;
        batch.file(root_key(&root.label), pem.as_bytes())?;
    }
    for IssuedHost { bundle, password, .. } in &issued.hosts {
        if let Some(password) = password {
            let line = Zeroizing::new(format!("{}\n", password.secret_text()));
            batch.file(password_file(bundle.fqdn.as_str()), line.as_bytes())?;
        }
    }
    for host in &issued.hosts {
        batch.folder(kit_folder(host.bundle.fqdn.as_str()), &kit::contents(&host.bundle, now)?)?;
    }
    batch.commit()
}

#[derive(Serialize)]
struct Summary {
    dir: String,
    hosts: Vec<HostSummary>,
    roots: Vec<RootSummary>,
}

#[derive(Serialize)]
struct HostSummary {
    host: String,
    kit: String,
    /// Absent if the password was given.
    password_file: Option<String>,
    encoding: String,
    oldest_windows_server: String,
    leaf: CertificateEntry,
}

#[derive(Serialize)]
struct RootSummary {
    key: String,
    subject: String,
    not_after: String,
    thumbprint_sha1: String,
}

fn summary(dir: &Path, issued: &IssuedMesh) -> Summary {
    let in_dir = |path: PathBuf| dir.join(path).display().to_string();
    let host = |IssuedHost { bundle, password, .. }: &IssuedHost| HostSummary {
        host: bundle.fqdn.to_string(),
        kit: in_dir(kit_folder(bundle.fqdn.as_str())),
        password_file: password.as_ref().map(|_| in_dir(password_file(bundle.fqdn.as_str()))),
        encoding: bundle.encoding.to_string(),
        oldest_windows_server: bundle.encoding.oldest_windows().to_string(),
        leaf: CertificateEntry::of(
            in_dir(kit_folder(bundle.fqdn.as_str()).join(format!("{}.cer", bundle.fqdn))),
            &bundle.leaf,
        ),
    };
    let root = |root: &IssuedRoot| RootSummary {
        key: in_dir(root_key(&root.label)),
        subject: root.authority.certificate().subject().to_string(),
        not_after: root.authority.certificate().validity().not_after.to_string(),
        thumbprint_sha1: root.authority.certificate().thumbprint().to_string(),
    };
    Summary {
        dir: dir.display().to_string(),
        hosts: issued.hosts.iter().map(host).collect(),
        roots: issued.roots.iter().map(root).collect(),
    }
}

fn report(dir: &Path, issued: &IssuedMesh, now: Time, json: bool) -> Result {
    if json {
        output::json(&summary(dir, issued))?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    for IssuedHost { bundle, password, .. } in &issued.hosts {
        let host = bundle.fqdn.as_str();
        let end = bundle.leaf.validity().not_after;
        let opened_with = match password {
            Some(_) => output::path(&dir.join(password_file(host))),
            None => "the one that was given".to_owned(),
        };
        text.push_str(&format!("{host}\n"));
        text.push_str(&output::columns(
            2,
            &[
                ["kit".to_owned(), output::path(&dir.join(kit_folder(host)))],
                ["imports on".to_owned(), format!("Windows Server {} and later", bundle.encoding.oldest_windows())],
                ["thumbprint".to_owned(), bundle.leaf.thumbprint().to_string()],
                ["ends".to_owned(), format!("{end}, in {}", plural(end.days_after(now), "day"))],
                ["trusts".to_owned(), plural(bundle.trust().count() as i64, "root")],
                ["password".to_owned(), opened_with],
            ],
        ));
        text.push('\n');
    }
    text.push_str(&next_steps(dir));
    output::result(&text)?;
    Ok(Exit::Done)
}

fn next_steps(dir: &Path) -> String {
    let (hosts, private) = (dir.join(HOSTS), dir.join(PRIVATE));
    format!(
        "Next:
  1. Copy each folder below {} to its host, and nothing else.
  2. Bring each host's administrator the password by another way.
  3. On each host, as administrator: replica-pki.exe install FOLDER, or, without the program, install.cmd in the folder.
  4. Keep {} where nobody else can read it. Who has a root's key can pass for its host.
",
        output::path(&hosts),
        output::path(&private)
    )
}
