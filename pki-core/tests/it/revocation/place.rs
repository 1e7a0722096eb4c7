//! Where a revocation list lies: an address that everybody reads alike, in the leaf.

use std::collections::HashSet;

use pki_core::Error;
use pki_core::error::UrlProblem;
use pki_core::name::{HttpUrl, printable};
use pki_core::profile::LeafProfile;
use proptest::prelude::*;
use x509_parser::prelude::{DistributionPointName, FromDer as _, GeneralName, ParsedExtension, X509Certificate};

use crate::odd_certificates::HOST;
use crate::support::{authority, fqdn, key, now, rng};

#[test]
fn a_leaf_says_where_its_list_is_and_only_if_there_is_one() {
    const LIST: &str = "http://pki.atwork.at:8080/lists/first.crl";
    let mut profile = LeafProfile::new(fqdn(HOST));
    let sign = |profile: &LeafProfile| authority(HOST).sign(profile, key(1).public_key(), now(), &mut rng(1)).unwrap();
    assert_eq!(sign(&profile).extensions().crl_distribution_points, None);

    profile.revocation_list = Some(LIST.parse().unwrap());
    let leaf = sign(&profile);
    assert_eq!(leaf.extensions().crl_distribution_points, Some(vec![LIST.to_owned()]));
    let (_, other) = X509Certificate::from_der(leaf.as_der()).unwrap();
    let points = other.extensions().iter().find(|extension| extension.oid.to_id_string() == "2.5.29.31").unwrap();
    assert!(!points.critical);
    let ParsedExtension::CRLDistributionPoints(points) = points.parsed_extension() else { panic!("{points:?}") };
    let [point] = &points.points[..] else { panic!("{points:?}") };
    assert!(point.reasons.is_none() && point.crl_issuer.is_none());
    let Some(DistributionPointName::FullName(names)) = &point.distribution_point else { panic!("{point:?}") };
    assert_eq!(names[..], [GeneralName::URI(LIST)]);
}

#[test]
fn the_place_of_a_list_is_an_http_url_that_everybody_reads_alike() {
    for good in [
        "http://pki.atwork.at/first.crl",
        "HTTP://PKI/first%20list.crl?x=1&y=(2)",
        "http://10.0.0.4",
        "http://[2001:db8::4]:80/",
        "http://xn--bcher-kva.example:65535/a;b=c,d~e'f!$*+@:-._",
    ] {
        assert_eq!(good.parse::<HttpUrl>().unwrap().as_str(), good);
    }
    let long = format!("http://pki.atwork.at/{}", "a".repeat(1004));
    let table = [
        ("", UrlProblem::NotHttp),
        ("pki.atwork.at/first.crl", UrlProblem::NotHttp),
        ("http:pki.atwork.at/first.crl", UrlProblem::NotHttp),
        ("ldap://pki.atwork.at/cn=first", UrlProblem::NotHttp),
        ("file:///first.crl", UrlProblem::NotHttp),
        (" http://pki.atwork.at/", UrlProblem::NotHttp),
        ("https://pki.atwork.at/first.crl", UrlProblem::Https),
        ("HTTPS://pki.atwork.at/first.crl", UrlProblem::Https),
        ("http://pki.atwork.at/first list.crl", UrlProblem::Character(' ')),
        ("http://pki.atwork.at/\u{fc}.crl", UrlProblem::Character('\u{fc}')),
        ("http://pki.atwork.at/\u{1b}[2J", UrlProblem::Character('\u{1b}')),
        ("http://pki.atwork.at/first.crl#top", UrlProblem::Character('#')),
        ("http://pki.atwork.at\\first.crl", UrlProblem::Character('\\')),
        ("http://pki.atwork.at/100%", UrlProblem::Escape),
        ("http://pki.atwork.at/%zz", UrlProblem::Escape),
        ("http://", UrlProblem::Host),
        ("http:///first.crl", UrlProblem::Host),
        ("http://?x", UrlProblem::Host),
        ("http://a..b/", UrlProblem::Host),
        ("http://pki.atwork.at:/", UrlProblem::Host),
        ("http://pki.atwork.at:0/", UrlProblem::Host),
        ("http://pki.atwork.at:65536/", UrlProblem::Host),
        ("http://pki.atwork.at:+80/", UrlProblem::Host),
        ("http://[2001:db8::4/", UrlProblem::Host),
        ("http://[::4]x/", UrlProblem::Host),
        ("http://10.0.0.256/", UrlProblem::Host),
        ("http://user:password@pki.atwork.at/", UrlProblem::UserInfo),
        (&long, UrlProblem::TooLong(1025)),
    ];
    for (bad, problem) in table {
        assert_eq!(bad.parse::<HttpUrl>(), Err(Error::Url { url: bad.to_owned(), problem }), "{bad}");
    }
    let messages: HashSet<String> = table.iter().map(|(_, problem)| problem.to_string()).collect();
    assert!(messages.iter().all(|message| message.len() > 10 && printable(message) == *message), "{messages:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_url_of_any_text_breaks_a_certificate(text in "http://.{0,40}") {
        if let Ok(url) = text.parse::<HttpUrl>() {
            assert!(url.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
            let mut profile = LeafProfile::new(fqdn(HOST));
            profile.revocation_list = Some(url);
            let leaf = authority(HOST).sign(&profile, key(1).public_key(), now(), &mut rng(1)).unwrap();
            assert_eq!(leaf.extensions().crl_distribution_points, Some(vec![text]));
        }
    }
}
