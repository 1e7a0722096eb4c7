#!/usr/bin/env python3
"""Whether replica-pki reads the PFX files that come with PyPI's `cryptography`.   usage: vectors.py WORK

The variable PROGRAM names replica-pki. The passwords and what a file holds are taken from `cryptography` itself. What
that cannot read stands in exceptions.toml with what it holds; a file that stands there and can be read fails.
"""

import json
import os
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path

import cryptography_vectors
from cryptography.hazmat.primitives.serialization import pkcs12

from checks import ok

PASSWORDS = ["cryptography", "password", ""]
EXCEPTIONS = tomllib.loads((Path(__file__).parent / "exceptions.toml").read_text())["pfx"]


def main(work: Path) -> None:
    vectors = Path(cryptography_vectors.__file__).parent
    warnings.simplefilter("ignore")  # some files are BER, some serial numbers are zero
    check(work, "pkcs12", sorted((vectors / "pkcs12").glob("*.p12")), 31)
    check(work, "PKITS", sorted((vectors / "x509" / "PKITS_data" / "pkcs12").glob("*.p12")), 405)


def check(work: Path, collection: str, files: list[Path], expected: int) -> None:
    """Inspects all files of a collection, in one call for each password."""

    def complete() -> None:
        assert len(files) == expected, len(files)

    ok(f"vectors: {collection} has {expected} files", complete)
    contents = {file: open_with_cryptography(file) for file in files}
    ok(f"vectors: cryptography reads {collection} but for what is listed", only_exceptions, collection, contents)
    for password in PASSWORDS:
        group = [file for file in files if contents[file][0] == password]
        if group:
            ok(
                f"vectors: replica-pki reads {len(group)} files of {collection} with the password '{password}'",
                agree, work, password, group, contents,
            )  # fmt: skip


def only_exceptions(collection: str, contents: dict) -> None:
    listed = {name for group in EXCEPTIONS if group["collection"] == collection for name in group["vectors"]}
    unread = {file.name for file, (_, counts) in contents.items() if counts is None}
    assert unread == listed, unread ^ listed


def agree(work: Path, password: str, files: list[Path], contents: dict) -> None:
    reports = inspect(work, password, files)
    assert len(reports) == len(files), f"{len(reports)} reports for {len(files)} files"
    for file, report in zip(files, reports, strict=True):
        assert Path(report["file"]) == file, f"{file}: reported as {report['file']}"
        counted = len(report["keys"]), len(report["certificates"])
        _, expected = contents[file]
        if expected is None:
            expected = next(tuple(group["holds"]) for group in EXCEPTIONS if file.name in group["vectors"])
        assert counted == expected, f"{file}: keys and certificates {counted}, expected {expected}"


def inspect(work: Path, password: str, files: list[Path]) -> list[dict]:
    """`inspect --json` prints a list with a report for each file, in the order given."""
    password_file = work / "vectors-password"
    password_file.write_text(password + "\n")
    command = [os.environ["PROGRAM"], "inspect", "--json", "--password-file", password_file, *files]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, f"exit code {run.returncode}\n{run.stderr}"
    return json.loads(run.stdout)


def open_with_cryptography(file: Path) -> tuple[str, tuple[int, int] | None]:
    """The password, and the numbers of keys and certificates; without numbers, `cryptography` cannot read the file."""
    for password in PASSWORDS:
        try:
            opened = pkcs12.load_pkcs12(file.read_bytes(), password.encode())
        except ValueError as problem:
            if "Invalid password" not in str(problem):
                return password, None
        else:
            return password, (int(opened.key is not None), int(opened.cert is not None) + len(opened.additional_certs))
    raise AssertionError(f"{file}: none of the passwords opens it")


main(Path(sys.argv[1]))
