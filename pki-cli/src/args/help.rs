//! What stands below the options in each help page.

pub(super) const PROGRAM: &str = "\
Example, for two hosts:
  replica-pki issue HOST4.atwork.at HOST5.atwork.at
  replica-pki verify replica-pki/hosts/HOST4.atwork.at

Exit codes:
  0  done
  1  could not be done
  2  wrong usage
  3  done, and something was found wrong (status, verify, doctor), or hosts could not be
     renewed (renew)";

pub(super) const ISSUE: &str = "\
Makes, without asking anything:
  DIR/inventory.toml  the hosts and what holds for all; edit it, then run issue again
  DIR/hosts/HOST/     the kit: this folder goes to that host, nothing else does
  DIR/private/        stays here: the roots' keys and the passwords of the PFX files

What exists and fits the inventory stays byte for byte. A new host gets its kit, and every
other kit its root. Each PFX gets a random password unless --password-file or the variable
gives one for all.

With --discard-root-keys no root's key is kept: nobody can sign below a root once its
certificate is made, and a renewal needs a new root (--replace). On a folder that exists it
destroys the keys that are there.

With --crl-url each certificate names the place of its root's revocation list. Certificates
that exist keep what they say until they are renewed. The list is signed by the root's key, so
this and --discard-root-keys exclude each other.

Examples:
  replica-pki issue HOST4.atwork.at HOST5.atwork.at
  replica-pki issue HOST6.atwork.at
  replica-pki issue HOST4.atwork.at HOST5.atwork.at --windows 2012r2 --dir old-servers
  replica-pki issue n1.example.org n2.example.org n3.example.org --trust shared --dir mesh --json
  replica-pki issue n1.example.org --discard-root-keys --dir sealed
  replica-pki issue n1.example.org --crl-url http://pki.example.org/{root}.crl --dir listed

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

pub(super) const RENEW: &str = "\
Makes a new certificate from the same root, so that no other host has to change, and keeps the
kit before in previous/ inside the new one. Prints what to do on each host, and in which order.

A root that ends soon is rolled over in two phases: renew makes a new one and puts it beside the
old into every kit; when every host has it, renew --roots-installed makes certificates below it.
When all is installed, renew --finish removes what was before.

What was begun before is not begun again: renew says which hosts wait, for what, and the command
that leads on (with --json under \"waiting\").

Without a host, renew renews who can be renewed. Who is named has to be.

Examples:
  replica-pki renew
  replica-pki renew HOST4.atwork.at
  replica-pki renew --finish

Exit codes: 0 done, 1 could not be done, 2 wrong usage, 3 done but for hosts that are listed
with why they could not be renewed, and what helps";

pub(super) const STATUS: &str = "\
One line a host: days left of its certificate and of its root, the encoding of its PFX, and
what ends soon, is missing, or does not fit the inventory. Changes nothing; fit for a
scheduled job.

Examples:
  replica-pki status
  replica-pki status --within 90d --json

Exit codes: 0 all is well, 1 could not be done, 2 wrong usage, 3 something is wrong";

pub(super) const PROTECT: &str = "\
Encrypts DIR/private/roots/*.key.pem and DIR/private/passwords/*.txt: PBES2 with PBKDF2-HMAC-
SHA-256, 600,000 rounds, and AES-256. From then on issue and renew ask for the passphrase when
they need a key, and encrypt what they make. A protected folder can be protected again: what
lies there plain is encrypted too, and --change gives all of it another passphrase.

A protected key is ordinary PKCS#8: OpenSSL opens it, and so does --root-key with
--root-key-password-file. Without the passphrase nobody does. What was there unencrypted
may still be found on the disk by who searches it for removed files.

Examples, with a file that holds a passphrase:
  replica-pki protect --passphrase-file passphrase.txt
  replica-pki issue HOST9.atwork.at --passphrase-file passphrase.txt
  replica-pki protect --change other.txt --passphrase-file passphrase.txt

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

pub(super) const UNPROTECT: &str = "\
Decrypts what protect encrypted. With a host, writes that host's password into a new file of its
own, for the administrator who installs the kit, and leaves everything else protected. --previous
means the kit that a renewal kept, if it has a password of its own.

Examples, after those of protect:
  replica-pki unprotect HOST4.atwork.at --out HOST4.txt --passphrase-file other.txt
  replica-pki unprotect --passphrase-file other.txt

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

pub(super) const ROOT: &str = "\
Writes NAME.cer (DER) and NAME.key.pem (PKCS#8, for its owner's eyes only).

Example:
  replica-pki root --name mycompanyFirstReplica --for HOST4.atwork.at --out first

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

pub(super) const REQUEST: &str = "\
Writes HOST.csr, for whoever has the root, and HOST.key.pem (PKCS#8, for its owner's eyes
only), which stays on the host. `replica-pki leaf --request` answers with HOST.cer, and
`replica-pki accept` joins that with the key.

Example:
  replica-pki request HOST4.atwork.at --out here

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

pub(super) const LEAF: &str = "\
Writes HOST.cer (DER) and HOST.pfx (key, certificate, root). The password comes from
--password-file, the variable REPLICA_PKI_PASSWORD, or a prompt.

A request is answered with HOST.cer alone. It has to be signed by its own key, with SHA-2,
and its CommonName has to be among its further names. Look whether they are what the host
may have: they are printed.

With --crl-url the certificate says where to look whether it was taken back. The list has to
be there before the certificate is used; see `replica-pki crl --help`.

Examples, with what the examples of `root` and `request` make:
  replica-pki leaf HOST4.atwork.at --root first/mycompanyFirstReplica.cer \\
      --root-key first/mycompanyFirstReplica.key.pem --out first
  replica-pki leaf --request here/HOST4.atwork.at.csr --root first/mycompanyFirstReplica.cer \\
      --root-key first/mycompanyFirstReplica.key.pem --out answer \\
      --crl-url http://pki.atwork.at/first.crl

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

pub(super) const ACCEPT: &str = "\
Writes HOST.pfx (key, certificate, root). The password comes from --password-file, the
variable REPLICA_PKI_PASSWORD, or a prompt.

Example, with what the examples of `root`, `request` and `leaf` make:
  replica-pki accept --key here/HOST4.atwork.at.key.pem --certificate answer/HOST4.atwork.at.cer \\
      --root first/mycompanyFirstReplica.cer --out here

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

pub(super) const CRL: &str = "\
Writes a list of version 2, to be served at the URL that the root's certificates were given
with `replica-pki leaf --crl-url`. The last list is remembered beside the root's key: what it
took back stays taken back, and the number goes on. Its key is remembered too: renew and leaf
--request sign for it no more. Hosts that look for a list refuse their partners when it is out
of date, so put the next one there in time.

Reasons: unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation,
privilegeWithdrawn.

Examples, with what the examples of `root` and `leaf` make:
  replica-pki crl --root first/mycompanyFirstReplica.cer \\
      --root-key first/mycompanyFirstReplica.key.pem --out lists/first.crl
  replica-pki crl --root first/mycompanyFirstReplica.cer \\
      --root-key first/mycompanyFirstReplica.key.pem --out lists/first.crl \\
      --revoke first/HOST4.atwork.at.cer:superseded

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

pub(super) const INSPECT: &str = "\
A PFX is opened with the password from --password-file, the variable REPLICA_PKI_PASSWORD,
the empty one, or a prompt, in this order.

Examples:
  replica-pki inspect replica-pki/hosts/HOST4.atwork.at/HOST4.atwork.at.cer
  replica-pki inspect replica-pki/hosts/HOST4.atwork.at/HOST4.atwork.at.pfx \\
      --password-file replica-pki/private/passwords/HOST4.atwork.at.txt

Exit codes: 0 done, 1 a file could not be read, 2 wrong usage";

pub(super) const CONVERT: &str = "\
Keys, certificates and all attributes stay: friendly names, localKeyId, provider, and those
that nobody knows. What is neither key nor certificate is left out, and said to be. A file
without a MAC that can be checked is refused.

The old password comes from --password-file, the variable REPLICA_PKI_PASSWORD, the empty
one, or a prompt. It stays, unless a new one is given or asked for.

Example:
  replica-pki convert replica-pki/hosts/HOST4.atwork.at/HOST4.atwork.at.pfx \\
      --password-file replica-pki/private/passwords/HOST4.atwork.at.txt \\
      --windows 2012r2 --out old/HOST4.atwork.at.pfx

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

pub(super) const VERIFY: &str = "\
Examples:
  replica-pki verify replica-pki/hosts/HOST4.atwork.at
  replica-pki verify replica-pki/hosts/HOST4.atwork.at --at 2028-11-01
  replica-pki verify replica-pki/hosts/HOST4.atwork.at/HOST4.atwork.at.cer \\
      --root replica-pki/hosts/HOST5.atwork.at/trust/HOST4.atwork.at.root.cer --host HOST4.atwork.at

Exit codes: 0 all is well, 1 could not be done, 2 wrong usage, 3 something is wrong";

pub(super) const INSTALL: &str = "\
Checks the kit, then puts the key into a key container of the machine, the certificate into
LocalMachine\\My and the roots into LocalMachine\\Root, switches off Hyper-V's revocation check,
and enables the firewall rule of Hyper-V Replica. A second run changes nothing. If a step
fails, the steps before it are taken back. The password comes from --password-file, the
variable REPLICA_PKI_PASSWORD, or a prompt.

Example, on any system:
  replica-pki install replica-pki/hosts/HOST4.atwork.at --dry-run

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

pub(super) const UNINSTALL: &str = "\
Takes back exactly what `replica-pki install` added on this computer, from its own record.
What was there before stays, and so does what another installed kit needs.

Example, on the host, as administrator:
  replica-pki.exe uninstall HOST4.atwork.at

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

pub(super) const DOCTOR: &str = "\
Reads the certificate stores, the registry, the firewall rule and the computer's name, changes
nothing, and says for each thing that is wrong how to mend it. Findings are critical (anybody
can pass for any host), errors (replication does not work, or rests on what no longer
protects) or warnings (it works, but not for long or not everywhere). Run it as administrator;
others cannot open the machine's keys.

Examples, on the host:
  replica-pki.exe doctor
  replica-pki.exe doctor --kit HOST4.atwork.at

Exit codes: 0 all is well, 1 could not be done, 2 wrong usage, 3 something was found";

pub(super) const EXPLAIN: &str = "\
Takes what Hyper-V, certutil or an event shows: an HRESULT in hexadecimal or as a decimal
number with or without sign, or a code of Win32 or WinHTTP, also wrapped as 0x8007xxxx.

Examples:
  replica-pki explain 0x800B0109
  replica-pki explain -2146762487
  replica-pki explain 0x2EFE --json

Exit codes: 0 done, 1 the code is not known, 2 wrong usage";

pub(super) const COMPLETIONS: &str = "\
The script has to be loaded in each session. In bash, zsh and fish it goes into the folder of
such scripts; in PowerShell this line goes into the profile:
`replica-pki completions powershell | Out-String | Invoke-Expression`

Examples:
  replica-pki completions bash
  replica-pki completions powershell

Exit codes: 0 done, 1 could not be done, 2 wrong usage";

pub(super) const MAN_PAGES: &str = "\
Example:
  replica-pki man-pages man

Exit codes: 0 done, 1 could not be done, 2 wrong usage";
