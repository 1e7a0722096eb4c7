#!/usr/bin/env python3
"""Makes the PFX files of this folder with PyPI `cryptography`; see README.md."""

import datetime
import hashlib
import hmac

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

PASSWORD = b"correct horse battery staple"
SEQUENCE, INTEGER, OCTETS, NULL = 0x30, 0x02, 0x04, b"\x05\x00"
PBKDF2 = bytes.fromhex("06092a864886f70d01050c")
PBMAC1 = bytes.fromhex("06092a864886f70d01050e")
HMAC_SHA_256 = bytes.fromhex("06082a864886f70d0209")


def tlv(tag, *parts):
    value = b"".join(parts)
    if len(value) < 0x80:
        return bytes([tag, len(value)]) + value
    length = len(value).to_bytes((len(value).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + value


def first(der):
    """The value of the first element, and what follows the element."""
    head = 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)
    length = int.from_bytes(der[2:head], "big") if head > 2 else der[1]
    return der[head : head + length], der[head + length :]


key = rsa.generate_private_key(65537, 2048)
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "vector.example.org")])
start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
certificate = (
    x509.CertificateBuilder()
    .subject_name(name)
    .issuer_name(name)
    .public_key(key.public_key())
    .serial_number(1)
    .not_valid_before(start)
    .not_valid_after(start + datetime.timedelta(days=3650))
    .sign(key, hashes.SHA256())
)
encryption = serialization.BestAvailableEncryption(PASSWORD)
pfx, _ = first(pkcs12.serialize_key_and_certificates(b"vector", key, certificate, None, encryption))
version = pfx[:3]
content, mac_data = first(pfx[3:])
auth_safe = pfx[3 : len(pfx) - len(mac_data)]

with open("without-mac.pfx", "wb") as file:
    file.write(tlv(SEQUENCE, version, auth_safe))

# PBMAC1 (RFC 9579): PBKDF2-HMAC-SHA-256 gives the key of HMAC-SHA-256 over the AuthenticatedSafe.
_content_type, explicit = first(content)
message, _ = first(first(explicit)[0])
salt, rounds = b"sixteen bytes ..", 10_000
prf = tlv(SEQUENCE, HMAC_SHA_256, NULL)
parameters = tlv(SEQUENCE, tlv(OCTETS, salt), tlv(INTEGER, rounds.to_bytes(2, "big")), tlv(INTEGER, b"\x20"), prf)
kdf = tlv(SEQUENCE, PBKDF2, parameters)
algorithm = tlv(SEQUENCE, PBMAC1, tlv(SEQUENCE, kdf, prf))
mac_key = hashlib.pbkdf2_hmac("sha256", PASSWORD, salt, rounds, 32)
digest = hmac.new(mac_key, message, "sha256").digest()
digest_info = tlv(SEQUENCE, algorithm, tlv(OCTETS, digest))
with open("pbmac1.pfx", "wb") as file:
    file.write(tlv(SEQUENCE, version, auth_safe, tlv(SEQUENCE, digest_info, tlv(OCTETS, b"unused"), tlv(INTEGER, b"\x01"))))
