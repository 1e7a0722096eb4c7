//! How a certificate is removed, with its private key.
//!
//! A key stays where another certificate has it too, such as one that was renewed with the key of its forerunner.

use pki_core::certificate::Certificate;

use super::scene::Scene;
use crate::survey::{KeyPlace, PrivateKey};

/// What is typed to remove a certificate from LocalMachine\My.
pub(super) fn from_my(scene: &Scene<'_>, certificate: &Certificate) -> String {
    let key = keys_in_my(scene).find(|(other, _)| *other == certificate).map(|(_, key)| key);
    removal(scene, "My", certificate, key)
}

/// What is typed to remove a certificate from LocalMachine\Root. If it lies in LocalMachine\My as well, the key is that
/// one's, and goes or stays with it.
pub(super) fn from_root(scene: &Scene<'_>, certificate: &Certificate) -> String {
    let is_in_my = keys_in_my(scene).any(|(other, _)| other == certificate);
    let key = keys_in_root(scene).find(|(other, _)| *other == certificate && !is_in_my).map(|(_, key)| key);
    removal(scene, "Root", certificate, key)
}

/// The certificates in LocalMachine\My and what is known of their keys.
pub(super) fn keys_in_my<'s>(scene: &Scene<'s>) -> impl Iterator<Item = (&'s Certificate, &'s PrivateKey)> {
    let my = scene.survey.my.iter();
    my.filter_map(|personal| Some((personal.stored.certificate.as_ref().ok()?, &personal.key)))
}

/// The certificates in LocalMachine\Root that name a key.
pub(super) fn keys_in_root<'s>(scene: &Scene<'s>) -> impl Iterator<Item = (&'s Certificate, &'s PrivateKey)> {
    scene.survey.root_keys.iter().map(|root| (&root.certificate, &root.key))
}

fn removal(scene: &Scene<'_>, store: &str, certificate: &Certificate, key: Option<&PrivateKey>) -> String {
    let own = key.filter(|key| key.own_place().is_some_and(|place| !is_shared(scene, certificate, place)));
    own.unwrap_or(&PrivateKey::None).removal(store, &certificate.thumbprint().to_string())
}

fn is_shared(scene: &Scene<'_>, certificate: &Certificate, place: &KeyPlace) -> bool {
    let is_same = |other: &KeyPlace| {
        (&other.container, &other.provider, other.machine) == (&place.container, &place.provider, place.machine)
    };
    let mut others = keys_in_my(scene).chain(keys_in_root(scene)).filter(|(other, _)| *other != certificate);
    others.any(|(_, key)| key.own_place().is_some_and(is_same))
}
