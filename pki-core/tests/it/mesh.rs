//! A mesh gives every host its own identity and all roots, the same on one thread and on many.

use std::collections::HashSet;
use std::num::NonZero;
use std::panic::catch_unwind;
use std::sync::Barrier;

use pki_core::Error;
use pki_core::bundle::Bundle;
use pki_core::key::KeyAlgorithm;
use pki_core::mesh::{Executor, Host, IssuedMesh, Mesh, PasswordSource, Sequential, Threads, Trust};
use pki_core::pfx::{self, Encoding, OpenOptions};

use crate::support;

fn mesh(hosts: &[&str], trust: Trust) -> Mesh {
    let mut mesh = Mesh::new(hosts.iter().map(|name| Host::new(support::fqdn(name))).collect()).unwrap();
    mesh.trust = trust;
    mesh.key_algorithm = KeyAlgorithm::Rsa2048;
    mesh
}

fn issue(mesh: &Mesh, executor: &impl Executor) -> IssuedMesh {
    mesh.issue(executor, &PasswordSource::Generate, support::now(), &mut support::rng(42)).unwrap()
}

fn bytes(mesh: &IssuedMesh) -> Vec<(String, Vec<u8>)> {
    let files = mesh.hosts.iter().flat_map(|host| host.bundle.files());
    files.map(|file| (file.path, file.bytes.to_vec())).collect()
}

/// The last task first.
struct Backwards;

impl Executor for Backwards {
    fn map<T: Send, R: Send>(&self, tasks: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
        let mut results: Vec<R> = tasks.into_iter().rev().map(work).collect();
        results.reverse();
        results
    }
}

/// Loses its first result, as one does that swallows a panic.
struct Lossy;

impl Executor for Lossy {
    fn map<T: Send, R: Send>(&self, tasks: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
        tasks.into_iter().map(work).skip(1).collect()
    }
}

fn threads(number: usize) -> Threads {
    Threads(NonZero::new(number).unwrap())
}

#[test]
fn threads_return_a_result_for_each_task_in_order() {
    for number in [1, 2, 3, 8] {
        for tasks in [0, 1, 2, 7, 100] {
            let results = threads(number).map((0..tasks).collect(), |task| 2 * task);
            assert_eq!(results, (0..tasks).map(|task| 2 * task).collect::<Vec<u32>>(), "{number} threads");
        }
    }
}

#[test]
fn threads_work_at_the_same_time_and_swallow_no_panic() {
    // Nobody gets past this alone.
    let both = Barrier::new(2);
    assert_eq!(threads(2).map(vec![(); 2], |()| both.wait()).len(), 2);
    let panics = |task| if task == 5 { panic!("task {task}") } else { task };
    assert!(catch_unwind(|| threads(3).map((0..9).collect(), panics)).is_err());
}

#[test]
fn each_host_gets_its_own_identity_and_every_root() {
    let hosts = ["HOST4.atwork.at", "HOST5.atwork.at", "HOST6.atwork.at"];
    let issued = issue(&mesh(&hosts, Trust::PerHost), &Backwards);
    assert_eq!(issued.roots.len(), 3);
    for (host, name) in issued.hosts.iter().zip(hosts) {
        let Bundle { fqdn, leaf, pfx, .. } = &host.bundle;
        let trust: Vec<_> = host.bundle.trust().collect();
        assert_eq!(fqdn.as_str(), name);
        let identity =
            pfx::open(pfx, host.password.as_ref().unwrap(), &OpenOptions::default()).unwrap().identity().unwrap();
        assert_eq!(identity.leaf(), leaf);
        assert_eq!(identity.root(), &trust[0].certificate, "its own root comes first");
        let trusted: HashSet<_> = trust.iter().map(|root| root.certificate.thumbprint()).collect();
        let all: HashSet<_> = issued.roots.iter().map(|root| root.authority.certificate().thumbprint()).collect();
        assert_eq!(trusted, all);
    }
}

#[test]
fn no_two_keys_are_the_same() {
    let issued = issue(&mesh(&["a.example.org", "b.example.org"], Trust::PerHost), &Sequential);
    let roots = issued.roots.iter().map(|root| root.authority.certificate().public_key().as_spki_der());
    let leaves = issued.hosts.iter().map(|host| host.bundle.leaf.public_key().as_spki_der());
    assert_eq!(roots.chain(leaves).collect::<HashSet<_>>().len(), 4);
    let passwords: HashSet<_> =
        issued.hosts.iter().map(|host| host.password.as_ref().unwrap().secret_text().to_owned()).collect();
    assert_eq!(passwords.len(), 2);
}

#[test]
fn a_shared_root_signs_for_all_and_for_nobody_else() {
    let mut mesh = mesh(&["a.example.org", "b.example.org"], Trust::Shared);
    assert_eq!(mesh.key_count(), 3);
    mesh.leaf_days = "30".parse().unwrap();
    let issued = issue(&mesh, &Sequential);
    let [root] = issued.roots.as_slice() else { panic!("one root") };
    assert_eq!(root.label, "shared.root");
    let permitted = &root.authority.certificate().extensions().name_constraints.as_ref().unwrap().permitted;
    assert_eq!(permitted.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a.example.org", "b.example.org"]);
    for host in &issued.hosts {
        let trusted: Vec<_> = host.bundle.trust().map(|root| &root.certificate).collect();
        assert_eq!(trusted, [root.authority.certificate()]);
        let validity = host.bundle.leaf.validity();
        assert_eq!(validity.not_after.to_unix() - validity.not_before.to_unix(), 30 * 24 * 60 * 60);
    }
}

#[test]
fn threads_change_nothing() {
    for trust in [Trust::PerHost, Trust::Shared] {
        let mesh = mesh(&["a.example.org", "b.example.org"], trust);
        let expected = bytes(&issue(&mesh, &Sequential));
        assert_eq!(bytes(&issue(&mesh, &threads(8))), expected);
        assert_eq!(bytes(&issue(&mesh, &Backwards)), expected);
    }
}

#[test]
fn a_brokers_name_is_in_the_certificate_and_permitted_by_the_root() {
    let mut host = Host::new(support::fqdn("HOST4.atwork.at"));
    host.also = vec!["broker.atwork.at".parse().unwrap()];
    host.encoding = Encoding::Legacy;
    let mut mesh = Mesh::new(vec![host]).unwrap();
    mesh.key_algorithm = KeyAlgorithm::Rsa2048;
    let issued = issue(&mesh, &Sequential);
    assert_eq!(issued.hosts[0].bundle.leaf.dns_names(), ["HOST4.atwork.at", "broker.atwork.at"]);
    assert_eq!(issued.hosts[0].bundle.encoding, Encoding::Legacy);
}

#[test]
fn hosts_and_roots_are_named_once() {
    let host = |name: &str| Host::new(support::fqdn(name));
    let result = Mesh::new(vec![host("HOST4.atwork.at"), host("host4.ATWORK.at")]);
    assert_eq!(result.map(|_| ()), Err(Error::DuplicateHost { name: "host4.ATWORK.at".to_owned() }));
    assert_eq!(Mesh::new(Vec::new()).map(|_| ()), Err(Error::NoHosts));

    let mut first = host("HOST4.atwork.at");
    first.root_name = Some("Root".parse().unwrap());
    let mut second = host("HOST5.atwork.at");
    second.root_name = first.root_name.clone();
    let result = Mesh::new(vec![first, second]);
    assert_eq!(result.map(|_| ()), Err(Error::DuplicateRoot { name: "Root".to_owned() }));
}

#[test]
fn a_lost_result_is_an_error_and_never_another_hosts() {
    let mut mesh = mesh(&["a.example.org", "b.example.org", "c.example.org"], Trust::PerHost);
    mesh.name_constraints = false;
    let result = mesh.issue(&Lossy, &PasswordSource::Generate, support::now(), &mut support::rng(1));
    assert!(matches!(result, Err(Error::Internal { what: "running tasks", .. })));
}

#[test]
fn a_broker_of_all_nodes_is_permitted_once() {
    let node = |name: &str| {
        let mut host = Host::new(support::fqdn(name));
        host.also = vec!["broker.atwork.at".parse().unwrap()];
        host
    };
    let mut mesh = Mesh::new(vec![node("n1.atwork.at"), node("n2.atwork.at")]).unwrap();
    mesh.trust = Trust::Shared;
    mesh.key_algorithm = KeyAlgorithm::Rsa2048;
    let issued = issue(&mesh, &Sequential);
    let root = issued.roots[0].authority.certificate();
    let permitted = &root.extensions().name_constraints.as_ref().unwrap().permitted;
    let permitted: Vec<_> = permitted.iter().map(ToString::to_string).collect();
    assert_eq!(permitted, ["n1.atwork.at", "broker.atwork.at", "n2.atwork.at"]);
}

#[test]
fn a_shared_root_can_be_named_and_its_limits_switched_off() {
    let mut mesh = mesh(&["a.example.org"], Trust::Shared);
    mesh.shared_root_name = Some("Root of Graz".parse().unwrap());
    mesh.name_constraints = false;
    mesh.extended_key_usage = false;
    let issued = issue(&mesh, &Sequential);
    let root = issued.roots[0].authority.certificate();
    assert_eq!(root.subject().to_string(), "CN=Root of Graz");
    assert!(root.extensions().name_constraints.is_none() && root.extensions().extended_key_usage.is_none());
}
