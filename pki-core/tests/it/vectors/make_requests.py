#!/usr/bin/env python3
"""Writes the requests in this folder; each time with new keys, which are thrown away.   usage: make_requests.py"""

import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
HOST, ALSO = "HOST4.atwork.at", "broker.atwork.at"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "key.pem"
        by_openssl(key)
        as_by_certreq(key)


def by_openssl(key: Path) -> None:
    openssl(
        *("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", HERE / "openssl.csr"),
        *("-subj", f"/C=AT/O=Example/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST},DNS:{ALSO}"),
    )


def as_by_certreq(key: Path) -> None:
    """The fields that `certreq -new` writes, in its order, put together by hand."""
    public_key = openssl("rsa", "-in", key, "-pubout", "-outform", "DER")
    subject = sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x13, HOST.encode()))))
    system = attribute("1.3.6.1.4.1.311.13.2.3", tlv(0x16, b"10.0.20348.2"))
    client = (b"HOST4", rb"HOST4\Administrator", b"certreq.exe")
    client = attribute("1.3.6.1.4.1.311.21.20", sequence(tlv(0x02, b"\x05"), *(tlv(0x0C, part) for part in client)))
    provider = "Microsoft RSA SChannel Cryptographic Provider".encode("utf-16-be")
    provider = sequence(tlv(0x02, b"\x01"), tlv(0x1E, provider), tlv(0x03, b"\x00" * 90))
    provider = attribute("1.3.6.1.4.1.311.13.2.2", provider)
    purposes = sequence(oid("1.3.6.1.5.5.7.3.1"), oid("1.3.6.1.5.5.7.3.2"))
    extensions = sequence(
        extension("2.5.29.15", tlv(0x03, b"\x05\xa0"), critical=True),
        extension("2.5.29.37", purposes),
        extension("1.3.6.1.4.1.311.21.10", sequence(sequence(oid("1.3.6.1.5.5.7.3.1")))),
        extension("2.5.29.17", sequence(tlv(0x82, HOST.encode()), tlv(0x82, ALSO.encode()))),
        extension("2.5.29.14", tlv(0x04, bytes(range(20)))),
    )
    attributes = tlv(0xA0, system + client + attribute("1.2.840.113549.1.9.14", extensions) + provider)
    info = sequence(tlv(0x02, b"\x00"), subject, public_key, attributes)
    signature = openssl("dgst", "-sha256", "-sign", key, stdin=info)
    algorithm = sequence(oid("1.2.840.113549.1.1.11"), tlv(0x05, b""))
    (HERE / "certreq.der").write_bytes(sequence(info, algorithm, tlv(0x03, b"\x00" + signature)))


def attribute(name: str, value: bytes) -> bytes:
    return sequence(oid(name), tlv(0x31, value))


def extension(name: str, value: bytes, critical: bool = False) -> bytes:
    return sequence(oid(name), tlv(0x01, b"\xff") if critical else b"", tlv(0x04, value))


def sequence(*parts: bytes) -> bytes:
    return tlv(0x30, b"".join(parts))


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    return tlv(0x06, b"".join(base_128(arc) for arc in (first * 40 + second, *rest)))


def base_128(arc: int) -> bytes:
    digits = [arc & 0x7F]
    while arc := arc >> 7:
        digits.insert(0, arc & 0x7F | 0x80)
    return bytes(digits)


def tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def openssl(*arguments: object, stdin: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *map(str, arguments)], input=stdin, check=True, capture_output=True).stdout


if __name__ == "__main__":
    main()
