//! Root and leaf carry exactly what the profiles promise.

use pki_core::certificate::Purpose;

use crate::support;

#[test]
fn a_root_signs_leaves_of_its_host_for_tls_only() {
    let authority = support::authority("HOST4.atwork.at");
    let root = authority.certificate();
    let extensions = root.extensions();

    assert_eq!(root.version(), 3);
    assert_eq!(root.subject().to_string(), "CN=HOST4.atwork.at Replica Root");
    assert!(root.is_self_signed());
    let constraints = extensions.basic_constraints.unwrap();
    assert!(constraints.ca);
    assert_eq!(constraints.path_len, Some(0));
    assert_eq!(extensions.key_usage.unwrap().to_string(), "keyCertSign, cRLSign");
    assert_eq!(extensions.extended_key_usage, Some(vec![Purpose::ServerAuth, Purpose::ClientAuth]));
    assert_eq!(extensions.critical, ["2.5.29.19", "2.5.29.15", "2.5.29.30"]);
}
