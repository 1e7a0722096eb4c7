#!/usr/bin/env python3
"""A request made by PyPI's `cryptography`, and the PFX at its end opened.

usage: pyca_request.py REQUEST KEY HOST NAME...     makes a key and a request
       pyca_request.py --open PFX PASSWORD KEY      the PFX has to hold this key, its certificate and a root
"""

import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key, pkcs12


def make(request: Path, key_file: Path, names: list[str]) -> None:
    key = rsa.generate_private_key(65537, 2048)
    builder = x509.CertificateSigningRequestBuilder()
    builder = builder.subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])]))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
    request.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def check(pfx: Path, password: Path, key_file: Path) -> None:
    opened = pkcs12.load_pkcs12(pfx.read_bytes(), password.read_bytes().rstrip(b"\n"))
    key = load_pem_private_key(key_file.read_bytes(), None)
    assert opened.key.public_key() == key.public_key()
    assert opened.cert.certificate.public_key() == key.public_key()
    [root] = opened.additional_certs
    opened.cert.certificate.verify_directly_issued_by(root.certificate)


if sys.argv[1] == "--open":
    check(*map(Path, sys.argv[2:]))
else:
    make(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
