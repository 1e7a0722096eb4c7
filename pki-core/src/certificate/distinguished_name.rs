//! Distinguished names: the subject and issuer of a certificate.

use core::fmt;

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc3280, rfc4519};
use der::asn1::{Any, BmpString, Ia5StringRef, PrintableStringRef, TeletexStringRef, Utf8StringRef};
use der::{Decode as _, Encode as _, Tag, Tagged as _};
use x509_cert::name::Name;

use crate::error::{Error, Result};
use crate::name::printable;

/// An X.501 name (RFC 5280 §4.1.2.4). Equal only when the encodings are, as Windows compares them.
///
/// Shown as `CN=HOST4.atwork.at`, with several attributes in the order of the certificate, escaped as in RFC 4514.
#[derive(Clone)]
pub struct DistinguishedName {
    der: Box<[u8]>,
    rdns: Box<[Rdn]>,
    /// The same, prepared for comparison.
    folded: Box<[Rdn]>,
}

/// A relative distinguished name: one attribute, rarely more.
type Rdn = Vec<Attribute>;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Attribute {
    oid: ObjectIdentifier,
    value: Value,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Text(String),
    /// The encoding of a value that is no text.
    Bytes(Vec<u8>),
}

impl DistinguishedName {
    /// The name inside a constraint or an alternative name, where bytes do not matter.
    pub(crate) fn from_x509(name: &Name) -> Result<Self> {
        Self::new(name, name.to_der().map_err(damaged)?)
    }

    /// A certificate's subject or issuer, its bytes kept as they stand: encoding the name again could sort them.
    pub(crate) fn from_der(der: &[u8]) -> Result<Self> {
        Self::new(&Name::from_der(der).map_err(damaged)?, der.to_vec())
    }

    fn new(name: &Name, encoding: Vec<u8>) -> Result<Self> {
        let rdns = name
            .iter_rdn()
            .map(|rdn| rdn.iter().map(|a| Ok(Attribute { oid: a.oid, value: Value::from_any(&a.value)? })).collect())
            .collect::<Result<Box<[Rdn]>>>()?;
        let folded = rdns.iter().map(folded).collect();
        Ok(Self { der: encoding.into(), rdns, folded })
    }

    /// The name as the library's type, which writes it byte for byte as it stands here: that is how Windows looks for
    /// the issuer of what a root signs.
    pub(crate) fn to_x509(&self) -> Result<Name> {
        let name = Name::from_der(&self.der).map_err(damaged)?;
        if name.to_der().map_err(damaged)? != *self.der {
            return Err(damaged("it is not encoded in DER"));
        }
        Ok(name)
    }

    /// The encoding.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Whether it has no attribute at all.
    pub fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }

    /// Whether it is one CommonName and nothing else.
    pub fn is_common_name_alone(&self) -> bool {
        matches!(&*self.rdns, [rdn] if matches!(rdn.as_slice(), [attribute] if attribute.oid == rfc4519::CN))
    }

    /// The CommonNames, as text that may hold any character.
    pub fn common_names(&self) -> impl Iterator<Item = &str> {
        self.values(rfc4519::CN).filter_map(|value| match value {
            Value::Text(text) => Some(text.as_str()),
            Value::Bytes(_) => None,
        })
    }

    /// The CommonNames; one that is no text as `#` and its encoding in hexadecimal (RFC 4514 §2.4), so that it is not
    /// overlooked.
    pub(crate) fn common_names_or_hex(&self) -> impl Iterator<Item = String> {
        self.values(rfc4519::CN).map(Value::to_text_or_hex)
    }

    /// The e-mail addresses that old certificates keep in the name (RFC 5280 §4.1.2.6), in the same way.
    pub(super) fn email_addresses(&self) -> impl Iterator<Item = String> {
        self.values(rfc3280::EMAIL_ADDRESS).map(Value::to_text_or_hex)
    }

    /// Whether this name reads the same as another: compared without case, with white space folded, and whatever the
    /// string types are (RFC 5280 §7.1).
    pub(crate) fn reads_like(&self, other: &Self) -> bool {
        self.folded == other.folded
    }

    /// Whether this name lies in the subtree of another: the other's attributes are the first of this one's, compared
    /// as in [`Self::reads_like`]. `None` where a value that is no text stands against a different one.
    pub(super) fn is_within(&self, base: &Self) -> Option<bool> {
        if base.folded.len() > self.folded.len() {
            return Some(false);
        }
        let compared: Vec<_> = base.folded.iter().zip(&self.folded).map(|(base, own)| compare(base, own)).collect();
        if compared.contains(&Some(false)) {
            return Some(false);
        }
        compared.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
    }

    fn values(&self, oid: ObjectIdentifier) -> impl Iterator<Item = &Value> {
        self.rdns.iter().flatten().filter(move |a| a.oid == oid).map(|a| &a.value)
    }
}

impl Value {
    fn from_any(any: &Any) -> Result<Self> {
        let text = match any.tag() {
            Tag::Utf8String => any.decode_as::<Utf8StringRef<'_>>().map(|s| s.as_str().to_owned()),
            Tag::PrintableString => any.decode_as::<PrintableStringRef<'_>>().map(|s| s.as_str().to_owned()),
            Tag::Ia5String => any.decode_as::<Ia5StringRef<'_>>().map(|s| s.as_str().to_owned()),
            Tag::TeletexString => any.decode_as::<TeletexStringRef<'_>>().map(|s| s.as_str().to_owned()),
            Tag::BmpString => any.decode_as::<BmpString>().map(|s| s.to_string()),
            _ => return any.to_der().map(Self::Bytes).map_err(damaged),
        };
        // A text that breaks the rules of its own type is kept as bytes: it can be shown, and equals nothing else.
        text.map(Self::Text).or_else(|_| any.to_der().map(Self::Bytes)).map_err(damaged)
    }

    fn to_text_or_hex(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Bytes(bytes) => {
                core::iter::once("#".to_owned()).chain(bytes.iter().map(|b| format!("{b:02x}"))).collect()
            }
        }
    }
}

impl PartialEq for DistinguishedName {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for DistinguishedName {}

impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("(empty name)");
        }
        for (i, rdn) in self.rdns.iter().enumerate() {
            f.write_str(if i > 0 { ", " } else { "" })?;
            for (j, attribute) in rdn.iter().enumerate() {
                f.write_str(if j > 0 { "+" } else { "" })?;
                write!(f, "{}=", short_name(attribute.oid))?;
                match &attribute.value {
                    Value::Text(text) => f.write_str(&escaped(text))?,
                    bytes @ Value::Bytes(_) => f.write_str(&bytes.to_text_or_hex())?,
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The usual short name of an attribute type (RFC 4514 §3), or its object identifier.
fn short_name(oid: ObjectIdentifier) -> String {
    let name = match oid {
        rfc4519::CN => "CN",
        rfc4519::O => "O",
        rfc4519::OU => "OU",
        rfc4519::C => "C",
        rfc4519::L => "L",
        rfc4519::ST => "ST",
        rfc4519::DC => "DC",
        rfc3280::EMAIL_ADDRESS => "E",
        oid => return oid.to_string(),
    };
    name.to_owned()
}

/// A value that cannot be taken for the start of another attribute (RFC 4514 §2.4), nor obeyed by a terminal.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (i, c) in printable(text).chars().enumerate() {
        if ",+\"\\<>;".contains(c) || (i == 0 && c == '#') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Whether two names of one level are the same; `None` if they differ only where one is no text.
fn compare(base: &Rdn, own: &Rdn) -> Option<bool> {
    let is_same_kind = base.len() == own.len() && base.iter().zip(own).all(|(base, own)| base.oid == own.oid);
    let is_text = |rdn: &Rdn| rdn.iter().all(|attribute| matches!(attribute.value, Value::Text(_)));
    match base == own {
        true => Some(true),
        false if is_same_kind && !(is_text(base) && is_text(own)) => None,
        false => Some(false),
    }
}

fn folded(rdn: &Rdn) -> Rdn {
    let mut folded: Rdn = rdn
        .iter()
        .map(|attribute| Attribute {
            oid: attribute.oid,
            value: match &attribute.value {
                Value::Text(text) => Value::Text(text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")),
                bytes @ Value::Bytes(_) => bytes.clone(),
            },
        })
        .collect();
    folded.sort();
    folded
}

fn damaged(error: impl ToString) -> Error {
    Error::Damaged { what: "a distinguished name", detail: error.to_string() }
}
