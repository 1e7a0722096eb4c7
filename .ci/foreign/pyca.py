#!/usr/bin/env python3
"""What PyPI's `cryptography` says of chains and PFX files.   usage: pyca.py WORK"""

import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from checks import ok, refused

HOSTS = ["HOST4.atwork.at", "HOST5.atwork.at"]
OTHER = {
    "per-host-modern": "per-host-legacy",
    "per-host-legacy": "per-host-modern",
    "shared-modern": "shared-legacy",
    "shared-legacy": "shared-modern",
}
OUTSIDER = "HOST9.atwork.at"


def main(work: Path) -> None:
    for kit in sorted(work.glob("kits/*/hosts/*")):
        chain(work, kit)
        pfx(kit)


def chain(work: Path, kit: Path) -> None:
    host, name = kit.name, f"{kit.parts[-3]} {kit.name}"
    [partner] = set(HOSTS) - {host}
    pem = work / "pem" / kit.parts[-3] / host
    trust, partner_trust = roots(kit), roots(kit.parent / partner)
    strange_trust = roots(work / "kits" / OTHER[kit.parts[-3]] / "hosts" / host)
    leaf = x509.load_der_x509_certificate((kit / f"{host}.cer").read_bytes())
    inside, outside = read_pem(pem / "inside.pem"), read_pem(pem / "outside.pem")

    for role, verify in (("server", as_server), ("client", as_client)):
        ok(f"{name}: cryptography trusts the host on its own, as {role}", verify, trust, leaf, host)
        ok(f"{name}: cryptography trusts the host on its partner, as {role}", verify, partner_trust, leaf, host)
        refused(
            f"{name}: cryptography refuses the host under its partner's name, as {role}",
            (VerificationError, WrongName), verify, trust, leaf, partner,
        )  # fmt: skip
        refused(
            f"{name}: cryptography refuses the host under strange roots of the same names, as {role}",
            VerificationError, verify, strange_trust, leaf, host,
        )  # fmt: skip
        ok(f"{name}: cryptography trusts what the root signs for its own host, as {role}", verify, trust, inside, host)
        refused(
            f"{name}: cryptography refuses what the root signs for an outsider, as {role}",
            VerificationError, verify, trust, outside, OUTSIDER,
        )  # fmt: skip


def as_server(trust: list, leaf: x509.Certificate, host: str) -> None:
    chain = PolicyBuilder().store(Store(trust)).build_server_verifier(x509.DNSName(host)).verify(leaf, [])
    assert chain[0] == leaf and len(chain) == 2


def as_client(trust: list, leaf: x509.Certificate, host: str) -> None:
    client = PolicyBuilder().store(Store(trust)).build_client_verifier().verify(leaf, [])
    if client.subjects != [x509.DNSName(host)]:
        raise WrongName(client.subjects)


class WrongName(Exception):
    """A client of another name: the verifier leaves the comparison to its caller."""


def pfx(kit: Path) -> None:
    host, name = kit.name, f"{kit.parts[-3]} {kit.name}"
    sealed = (kit / f"{host}.pfx").read_bytes()
    password = (kit.parents[1] / "private" / "passwords" / f"{host}.txt").read_bytes().rstrip(b"\n")
    leaf = x509.load_der_x509_certificate((kit / f"{host}.cer").read_bytes())
    own_root = next(root for root in roots(kit) if root.subject == leaf.issuer)

    def holds_the_identity() -> None:
        opened = pkcs12.load_pkcs12(sealed, password)
        assert opened.cert.certificate == leaf
        assert opened.cert.friendly_name == f"{host} Hyper-V Replica".encode()
        assert opened.key.public_key() == leaf.public_key()
        assert [chained.certificate for chained in opened.additional_certs] == [own_root]

    ok(f"{name}: cryptography opens the PFX: key, leaf under its friendly name, root", holds_the_identity)
    refused(f"{name}: cryptography refuses a wrong password", ValueError, pkcs12.load_pkcs12, sealed, b"not the password")


def roots(kit: Path) -> list:
    return [x509.load_der_x509_certificate(file.read_bytes()) for file in sorted((kit / "trust").iterdir())]


def read_pem(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


main(Path(sys.argv[1]))
