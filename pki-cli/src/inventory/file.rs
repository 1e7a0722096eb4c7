//! The file with its lines, and what cannot be in it although each value could.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pki_core::mesh::Trust;
use serde::Deserialize;
use toml::{Spanned, Table, Value};

use super::{Defaults, Entry, Inventory, LISTS_WITHOUT_KEYS};
use crate::exit::{Failure, Result};

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    defaults: Option<Spanned<Defaults>>,
    #[serde(default)]
    host: Vec<Spanned<Entry>>,
}

impl File {
    /// Reads the text of a file, which is named in what is refused.
    pub(super) fn parse(text: &str, path: &Path) -> Result<Self> {
        let lines = Lines::of(text);
        let file: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| lines.number_at(span.start));
            refused(path, line, plain(error.message(), text))
        })?;
        file.refuse_twins(&lines, path)?;
        file.refuse_further_names(&lines, path)?;
        file.refuse_impossible(&lines, path)?;
        Ok(file)
    }

    pub(super) fn into_inventory(self) -> Inventory {
        let defaults = self.defaults.map(Spanned::into_inner).unwrap_or_default();
        Inventory { defaults, hosts: self.host.into_iter().map(Spanned::into_inner).collect() }
    }

    /// The same computer, or the same root, twice. Case does not tell names apart.
    fn refuse_twins(&self, lines: &Lines, path: &Path) -> Result<()> {
        let (mut hosts, mut roots) = (BTreeMap::new(), BTreeMap::new());
        for host in &self.host {
            let (line, entry) = (lines.number_at(host.span().start), host.as_ref());
            if let Some(first) = hosts.insert(entry.fqdn.as_dns_name().to_lowercase(), line) {
                return Err(refused(path, line, &format!("{} stands in line {first} already", entry.fqdn)));
            }
            let root = entry.root_name();
            if let Some(first) = roots.insert(root.as_str().to_lowercase(), line) {
                let problem =
                    format!("the host of line {first} has a root of the name {root:?} too; each needs its own");
                return Err(refused(path, line, &problem));
            }
        }
        Ok(())
    }

    /// Further names that are a host's own already, or another's: connections for that one would reach either. One that
    /// is nobody's own may stand with several hosts, as the Replica Broker's does with each host of its cluster.
    fn refuse_further_names(&self, lines: &Lines, path: &Path) -> Result<()> {
        let line_of_host = |host: &Spanned<Entry>| lines.number_at(host.span().start);
        let own_name = |host: &Spanned<Entry>| (host.as_ref().fqdn.as_dns_name().to_lowercase(), line_of_host(host));
        let hosts: BTreeMap<_, _> = self.host.iter().map(own_name).collect();
        for host in &self.host {
            let (line, entry, mut known) = (line_of_host(host), host.as_ref(), BTreeSet::new());
            for name in &entry.also {
                let problem = match hosts.get(&name.to_lowercase()) {
                    Some(owner) if *owner == line => "is its fqdn, which its certificate has anyway".to_owned(),
                    Some(owner) => format!("is the fqdn of the host of line {owner}"),
                    None if !known.insert(name.to_lowercase()) => "stands there twice".to_owned(),
                    None => continue,
                };
                let allowed = "only further names are allowed there, each once, such as that of a Replica Broker";
                return Err(refused(path, line, &format!("also of {}: {name} {problem}; {allowed}", entry.fqdn)));
            }
        }
        Ok(())
    }

    fn refuse_impossible(&self, lines: &Lines, path: &Path) -> Result<()> {
        let is_shared = self.defaults.as_ref().is_some_and(|defaults| defaults.as_ref().trust == Trust::Shared);
        if let Some(defaults) = &self.defaults {
            let line = lines.number_at(defaults.span().start);
            let possible = defaults.as_ref().refuse_one_list_for_many(self.host.len());
            possible.map_err(|problem| refused(path, line, &problem))?;
            if defaults.as_ref().discard_root_keys && defaults.as_ref().crl_url.is_some() {
                return Err(refused(path, line, LISTS_WITHOUT_KEYS));
            }
        }
        for host in &self.host {
            let (line, entry) = (lines.number_at(host.span().start), host.as_ref());
            if is_shared && entry.root.is_some() {
                return Err(refused(
                    path,
                    line,
                    "with trust = \"shared\" no host has a root of its own; leave root out",
                ));
            }
            let root = entry.root_name();
            if root.as_str().eq_ignore_ascii_case(entry.fqdn.as_str()) {
                return Err(refused(path, line, "root must differ from fqdn: its certificate would look self-signed"));
            }
        }
        Ok(())
    }
}

fn refused(path: &Path, line: usize, problem: &str) -> Failure {
    Failure::new(format!("{}, line {line}: {problem}", path.display()))
        .hint("nothing was changed; correct the file and run the command again")
}

/// What the reader of the format says of this program's types, in words of the file.
fn plain<'m>(message: &'m str, text: &str) -> &'m str {
    let is_about = |what: &str| message.starts_with("invalid ") && message.contains(what);
    // A list of tables would be read as the values of the keys, one after the other.
    let is_list = |table: Table| table.get("defaults").is_some_and(Value::is_array);
    if is_about("expected struct Defaults") || toml::from_str(text).is_ok_and(is_list) {
        "defaults is a line [defaults], with its keys in the lines below"
    } else if is_about("expected a sequence") || is_about("expected struct Entry") {
        "each host is a line [[host]], with two brackets, and its keys in the lines below"
    } else if message == "integer number overflowed" || is_about("expected any valid TOML value") {
        "the number is too large"
    } else {
        message
    }
}

/// Where the lines of a text end. Looked up instead of counted, which takes too long where there are thousands of hosts.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(place, _)| place).collect())
    }

    /// The number of the line in which a byte stands, from 1.
    fn number_at(&self, offset: usize) -> usize {
        1 + self.0.partition_point(|end| *end < offset)
    }
}
