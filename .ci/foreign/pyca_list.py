#!/usr/bin/env python3
"""Whether PyPI's `cryptography` reads in a revocation list what it has to say.

usage: pyca_list.py LIST ROOT NUMBER LEAF     without a leaf (an empty argument) the list is empty
"""

import sys
from pathlib import Path

from cryptography import x509

crl = x509.load_der_x509_crl(Path(sys.argv[1]).read_bytes())
root = x509.load_der_x509_certificate(Path(sys.argv[2]).read_bytes())
number, leaf = int(sys.argv[3]), sys.argv[4]

assert crl.is_signature_valid(root.public_key())
assert crl.issuer == root.subject
assert crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == number
signer = crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
assert signer == root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
assert crl.last_update_utc < crl.next_update_utc
if leaf:
    [entry] = crl
    assert entry.serial_number == x509.load_der_x509_certificate(Path(leaf).read_bytes()).serial_number
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason == x509.ReasonFlags.key_compromise
else:
    assert len(crl) == 0
