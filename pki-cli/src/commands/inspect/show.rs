//! The description of a file in words.

use super::describe::{BagFacts, CertificateFacts, CertificateInPfx, Description, KeyFacts, Kind, PfxFacts};
use crate::commands::plural;
use crate::output;

/// A label and what belongs to it.
type Row = [String; 2];

pub(super) fn text(description: &Description) -> String {
    let mut text = format!("{}\n", description.file);
    match &description.kind {
        Kind::Certificate(facts) => text.push_str(&output::columns(2, &certificate(facts))),
        Kind::Pfx(facts) => text.push_str(&pfx(facts)),
    }
    text
}

fn pfx(facts: &PfxFacts) -> String {
    let mac = match &facts.mac {
        None => "none: nothing shows that the file is unchanged".to_owned(),
        Some(mac) if mac.verified => format!("{}, {} iterations, matches", mac.algorithm, mac.iterations),
        Some(mac) => format!("{}, {} iterations, not supported and not checked", mac.algorithm, mac.iterations),
    };
    let imports = match &facts.oldest_windows_server {
        Some(version) => format!("Windows Server {version} and later"),
        None => "no Windows Server that is known".to_owned(),
    };
    let mut rows = vec![row("MAC", mac), row("imports on", imports)];
    rows.extend(facts.other_bags.iter().map(|bag| row("other bag", format!("of type {bag}, not read"))));
    let mut text = output::columns(2, &rows);
    for (number, facts) in (1..).zip(&facts.keys) {
        text.push_str(&format!("  key {number}\n{}", output::columns(4, &key(facts))));
    }
    for (number, CertificateInPfx { certificate: facts, bag: bag_facts }) in (1..).zip(&facts.certificates) {
        let mut rows = certificate(facts);
        rows.extend(bag(bag_facts));
        text.push_str(&format!("  certificate {number}\n{}", output::columns(4, &rows)));
    }
    text
}

fn key(facts: &KeyFacts) -> Vec<Row> {
    let KeyFacts { key, belongs_to, key_spec, provider, local_machine_key_set, bag: bag_facts } = facts;
    let belongs_to = belongs_to.as_deref().unwrap_or("no certificate in this file");
    let key_set = if *local_machine_key_set { "the machine's" } else { "not said, so the importing user's" };
    let mut rows = vec![
        row("key", key.as_deref().unwrap_or("not RSA")),
        row("belongs to", belongs_to),
        row("used for", key_spec.as_deref().unwrap_or("not said")),
        row("key set", key_set),
        row("provider", provider.as_deref().unwrap_or("not said")),
    ];
    rows.extend(bag(bag_facts));
    rows
}

fn bag(facts: &BagFacts) -> Vec<Row> {
    let BagFacts { encryption, encryption_is_weak, friendly_name, local_key_id, other_attributes, .. } = facts;
    let weak = if *encryption_is_weak { " (weak)" } else { "" };
    let mut rows = vec![row("encryption", format!("{encryption}{weak}"))];
    rows.extend(friendly_name.iter().map(|name| row("friendly name", name)));
    rows.extend(local_key_id.iter().map(|id| row("local key id", id)));
    rows.extend(other_attributes.iter().map(|oid| row("attribute", oid)));
    rows
}

fn certificate(facts: &CertificateFacts) -> Vec<Row> {
    let issuer = if facts.self_signed { "itself" } else { &facts.issuer };
    let ca = match (facts.ca, facts.path_length) {
        (false, _) => "no".to_owned(),
        (true, None) => "yes".to_owned(),
        (true, Some(0)) => "yes, of leaves only".to_owned(),
        (true, Some(length)) => format!("yes, with at most {} below it", plural(length.into(), "CA")),
    };
    let mut rows = vec![
        row("subject", &facts.subject),
        row("signed by", issuer),
        row(
            "names",
            if facts.names.is_empty() { "none besides the subject".to_owned() } else { facts.names.join(", ") },
        ),
        row("valid", format!("{} to {}", facts.not_before, facts.not_after)),
        row("", remaining(facts)),
        row("key", &facts.key),
        row("signature", &facts.signature),
        row("CA", ca),
        row("key usage", facts.key_usage.as_deref().unwrap_or("not limited")),
        row("purposes", facts.extended_key_usage.as_ref().map_or("not limited".to_owned(), |p| p.join(", "))),
    ];
    let lists = [
        ("may sign for", &facts.permitted_names),
        ("never signs for", &facts.excluded_names),
        ("revocation list", &facts.revocation_lists),
        ("unknown, critical", &facts.unknown_critical_extensions),
    ];
    rows.extend(
        lists.into_iter().filter(|(_, list)| !list.is_empty()).map(|(label, list)| row(label, list.join(", "))),
    );
    rows.extend([
        row("serial number", &facts.serial_number),
        row("thumbprint", &facts.thumbprint_sha1),
        row("SHA-256", &facts.thumbprint_sha256),
    ]);
    rows
}

fn remaining(facts: &CertificateFacts) -> String {
    match facts.days_left {
        _ if facts.not_yet_valid => "not yet valid".to_owned(),
        days @ 0.. => format!("{} left", plural(days, "day")),
        _ => "ended".to_owned(),
    }
}

fn row(label: &str, value: impl Into<String>) -> Row {
    [label.to_owned(), value.into()]
}
