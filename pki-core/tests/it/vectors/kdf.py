"""Prints what OpenSSL derives for the password-based key derivation of PKCS #12 (RFC 7292 appendix B).

    openssl kdf -keylen BYTES -kdfopt digest:DIGEST -kdfopt hexpass:PASSWORD -kdfopt hexsalt:SALT -kdfopt iter:ROUNDS \
        -kdfopt id:ID PKCS12KDF
"""

import subprocess

# Passwords, salts and rounds of the ten vectors for SHA-1 that have been passed from project to project since 1999.
SMEG, QUEEG = (f"{word}\0".encode("utf-16-be").hex().upper() for word in ("smeg", "queeg"))
PUBLISHED = [
    ("SHA1", 1, SMEG, "0A58CF64530D823F", 1, 24),
    ("SHA1", 2, SMEG, "0A58CF64530D823F", 1, 8),
    ("SHA1", 1, SMEG, "642B99AB44FB4B1F", 1, 24),
    ("SHA1", 2, SMEG, "642B99AB44FB4B1F", 1, 8),
    ("SHA1", 3, SMEG, "3D83C0E4546AC140", 1, 20),
    ("SHA1", 1, QUEEG, "05DEC959ACFF72F7", 1000, 24),
    ("SHA1", 2, QUEEG, "05DEC959ACFF72F7", 1000, 8),
    ("SHA1", 1, QUEEG, "1682C0FC5B3F7EC5", 1000, 24),
    ("SHA1", 2, QUEEG, "1682C0FC5B3F7EC5", 1000, 8),
    ("SHA1", 3, QUEEG, "263216FCC2FAB31C", 1000, 20),
]
# The same for other digests, and inputs of several blocks: a carry runs through each of them.
LONG = "Correct horse battery staple, and more of the same: \u00fc\u20ac\U0001f511\0".encode("utf-16-be").hex().upper()
MORE = [
    (digest, usage, password, salt, rounds, 130)
    for digest in ("SHA1", "SHA224", "SHA256", "SHA384", "SHA512")
    for usage in (1, 2, 3)
    for password, salt, rounds in [(QUEEG, "05DEC959ACFF72F7", 1000), (LONG, "FF" * 150, 3)]
]


def main() -> None:
    print("# digest, ID, password (BMPString, with its end), salt, rounds, output")
    for vector in PUBLISHED + MORE:
        print(*vector[:-1], derived(*vector))


def derived(digest: str, usage: int, password: str, salt: str, rounds: int, length: int) -> str:
    options = [f"digest:{digest}", f"hexpass:{password}", f"hexsalt:{salt}", f"iter:{rounds}", f"id:{usage}"]
    command = ["openssl", "kdf", "-keylen", str(length), *(part for option in options for part in ("-kdfopt", option))]
    output = subprocess.run([*command, "PKCS12KDF"], check=True, capture_output=True, text=True).stdout
    return output.strip().replace(":", "")


main()
