#!/usr/bin/env python3
"""Whether `verify` of pki-core judges the paths of NIST's PKITS as PKITS does.   usage: pkits.py WORK

The certificates come with PyPI's `cryptography_vectors`. What is expected stands in their names. A vector that is judged
otherwise must be in exceptions.toml; one that stands there and is judged as expected fails too.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import cryptography_vectors

from checks import ok

HERE = Path(__file__).resolve().parent
SUITE = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data" / "certs"
EXAMPLE = "verify_paths"
AT = "2020-01-01T00:00:00Z"  # the certificates live from 2010 to 2030

# Paths whose names do not say it: with no demand of the one who asks, these end without a policy, although a CA wants one.
WITHOUT_POLICY = {f"DifferentPoliciesTest{number}" for number in (4, 5, 7, 8, 9, 12)}

# By which checks a path may be refused that PKITS wants refused. Whatever else refuses it would be luck.
REASONS = {
    r"(CA|EE|DSA)Signature": {"signature"},
    r"not(Before|After)Date": {"validity"},
    r"NameChaining": {"root-found", "issuer-name", "signature"},
    r"basicConstraints|cAFalse": {"basic-constraints"},
    r"pathLenConstraint": {"path-length"},
    r"keyCertSign": {"key-usage"},
    r"CRLSigningKey": {"basic-constraints", "key-usage"},
    r"UnknownCriticalCertificateExtension": {"critical-extensions"},
    r"nameConstraints": {"name-constraints"},
    # Policies are not looked at; what limits them here is critical, and so an unknown critical extension.
    r"Polic(y|ies)": {"critical-extensions"},
}


def main(work: Path) -> None:
    leaves = sorted(path.stem.removesuffix("EE") for path in SUITE.glob("*EE.crt"))
    verdicts = judge_all(work)
    exceptions = read_exceptions()
    ok("pkits: the suite has 405 certificates, 223 of them at the end of a path", complete, leaves, verdicts)
    ok("pkits: each exception is a path of the suite and stands once", known, exceptions, leaves)
    for group in exceptions:
        promise = f"pkits: verify {group['verify']} {len(group['vectors'])} against the suite: {group['why']}"
        ok(promise, differ, group, verdicts)
    listed = {name for group in exceptions for name in group["vectors"]}
    for expected in ("accepted", "refused"):
        others = [name for name in leaves if is_expected(name) == expected and name not in listed]
        ok(f"pkits: {len(others)} paths are {expected} as the suite wants", agree, others, expected, verdicts)


def judge_all(work: Path) -> dict[str, tuple[str, set[str]]]:
    """Each path with what came out and by which checks. Every CA of the suite may stand in it."""
    folders = {kind: work / "pkits" / kind for kind in ("roots", "intermediates", "leaves")}
    for folder in folders.values():
        folder.mkdir(parents=True)
    for certificate in SUITE.glob("*.crt"):
        is_root, is_leaf = certificate.stem == "TrustAnchorRootCertificate", certificate.stem.endswith("EE")
        kind = "roots" if is_root else "leaves" if is_leaf else "intermediates"
        shutil.copy(certificate, folders[kind])
    run = subprocess.run([verify_paths(), AT, *folders.values()], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    rows = (line.split() for line in run.stdout.splitlines())
    return {file.removesuffix("EE.crt"): (verdict, set(checks)) for file, verdict, *checks in rows}


def verify_paths() -> Path:
    """The example of pki-core. With the whole workspace, it is the one that `cargo test` has built."""
    top = HERE.parent.parent
    subprocess.run(["cargo", "build", "--quiet", "--locked", "--workspace", "--example", EXAMPLE], cwd=top, check=True)
    return top / os.environ.get("CARGO_TARGET_DIR", "target") / "debug" / "examples" / EXAMPLE


def read_exceptions() -> list[dict]:
    return tomllib.loads((HERE / "exceptions.toml").read_text())["pkits"]


def is_expected(name: str) -> str:
    return "refused" if name.startswith("Invalid") or name in WITHOUT_POLICY else "accepted"


def complete(leaves: list[str], verdicts: dict) -> None:
    assert len(list(SUITE.glob("*.crt"))) == 405
    assert len(leaves) == 223 and set(leaves) == set(verdicts), len(verdicts)


def known(exceptions: list[dict], leaves: list[str]) -> None:
    counts = Counter(name for group in exceptions for name in group["vectors"])
    wrong = [name for name, count in counts.items() if count > 1 or name not in leaves]
    assert not wrong, wrong


def differ(group: dict, verdicts: dict) -> None:
    """None of a group is judged as the suite wants, and each refusal has one of the reasons that are named."""
    outcome = {"accepts": "accepted", "refuses": "refused"}[group["verify"]]
    wrong = []
    for name in group["vectors"]:
        verdict, checks = verdicts[name]
        if is_expected(name) == outcome or verdict != outcome or checks != set(group.get("by", [])):
            wrong.append(f"{name}: {verdict} {sorted(checks)}, the suite wants {is_expected(name)}")
    assert not wrong, "\n".join(wrong)


def agree(names: list[str], expected: str, verdicts: dict) -> None:
    wrong = []
    for name in names:
        verdict, checks = verdicts[name]
        reasons = [reason for pattern, reason in REASONS.items() if re.search(pattern, name)]
        is_meant = expected == "accepted" or any(checks & reason for reason in reasons)
        if verdict != expected or not is_meant:
            wrong.append(f"{name}: {verdict} {sorted(checks)}, the suite wants {expected}")
    assert not wrong, "\n".join(wrong)


main(Path(sys.argv[1]))
