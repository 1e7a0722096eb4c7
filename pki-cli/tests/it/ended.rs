//! Certificates and roots that have ended: what is judged, and which way leads on. Days are counted from the first command.

use crate::support::mesh::mesh;

/// Fails, if the tests' clock does not move: then nothing else here would mean anything.
#[test]
fn the_day_after_its_end_a_certificate_is_good_no_more() {
    let room = mesh(&["a.test", "--days", "30"]);
    let verify = ["verify", "replica-pki/hosts/a.test"];
    room.done_later(29, &verify);
    let ended = room.later(31, &verify);
    assert!(ended.code == 3 && ended.stdout.contains("ended"), "{ended:?}");
}
