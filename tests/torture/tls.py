# SPDX-License-Identifier: ISC
"""Servers whose TLS is bad in one way, as rows of a table: each is refused as a
lookup source and as a provider, and has not got one byte of a request then.

So it is whether the authority is trusted by the system's folder, its bundle,
both, or `ca_file`; what is fine is taken by each. The environment's
SSL_CERT_FILE and SSL_CERT_DIR make nobody trusted.
"""

import collections
import concurrent.futures
import os
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import time
import warnings

import scenes
from scenes import NEW, harness

NAME = "home.example.com"
IP = "subjectAltName = IP:127.0.0.1"
SYSTEM = pathlib.Path("/etc/ssl/certs")
# In a mount namespace of its own: the folder $0 in place of the system's.
INSTEAD = f'mount --bind "$0" {SYSTEM} && exec "$@"'
UNSHARE = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-r", "-m"]

warnings.filterwarnings("ignore", category=DeprecationWarning)


def der(name):
    """A certificate's name of a host that no text of openssl can write."""
    sequence = b"\x82" + bytes([len(name)]) + name
    whole = b"\x30" + bytes([len(sequence)]) + sequence
    return "subjectAltName = DER:" + ":".join(f"{b:02x}" for b in whole)


class Authority:
    """Makes certificates in a folder, by openssl."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.count = 0
        # ECDSA has no signatures with MD5
        self.root = self.make(None, "basicConstraints = critical,CA:TRUE",
                              key="rsa:2048")

    def openssl(self, *words):
        done = subprocess.run(
            ["openssl", *map(str, words)], cwd=self.folder, check=False,
            stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {words}: {done.stderr}")

    def make(self, issuer, extensions, key="ec", digest="sha256", begin=-90,
             end=2, subject="/CN=ddns test"):
        """issuer: None: itself. begin, end: days from now. Its stem."""
        self.count += 1
        stem = self.folder / f"made{self.count}"
        new = (["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
               if key == "ec" else ["-newkey", key])
        self.openssl("req", "-new", *new, "-nodes", "-keyout", f"{stem}.key",
                     "-out", f"{stem}.csr", "-subj", subject)
        (self.folder / "index.txt").write_text("")
        (self.folder / "ca.cnf").write_text(
            "[ca]\ndefault_ca = it\n[it]\ndatabase = index.txt\n"
            "new_certs_dir = .\npolicy = any\nrand_serial = yes\n"
            "unique_subject = no\n[any]\ncommonName = supplied\n"
            f"[ext]\n{extensions}\n")
        signer = issuer or stem
        when = [time.strftime("%Y%m%d%H%M%SZ",
                              time.gmtime(time.time() + 86400 * days))
                for days in (begin, end)]
        self.openssl(
            "ca", "-batch", "-config", "ca.cnf", "-extensions", "ext", "-md",
            digest, "-keyfile", f"{signer}.key", "-in", f"{stem}.csr",
            "-notext", "-out", f"{stem}.pem", "-startdate", when[0],
            "-enddate", when[1],
            *(["-cert", f"{issuer}.pem"] if issuer else ["-selfsign"]))
        return stem

    def leaf(self, extensions=IP, above=(), issuer=None, **options):
        """A server's context, with certificates `above` in its chain."""
        stem = self.make(issuer or self.root, extensions, **options)
        return self.context(stem, above)

    def context(self, stem, above=()):
        chain = self.folder / f"{stem.name}.chain"
        chain.write_text("".join(
            pathlib.Path(f"{one}.pem").read_text() for one in (stem, *above)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(chain, f"{stem}.key")
        return context

    def between(self, above, **options):
        """A leaf below an authority that has the extensions `above`."""
        middle = self.make(self.root, above, subject="/CN=middle")
        return self.leaf(issuer=middle, above=[middle], **options)


def version(authority, number, ciphers="ALL:@SECLEVEL=0"):
    context = authority.leaf()
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = number
    context.set_ciphers(ciphers)
    return context


def stranger(authority):
    other = authority.make(None, "basicConstraints = critical,CA:TRUE",
                           subject="/CN=somebody else")
    return authority.leaf(issuer=other, above=[other])


def forged(authority):
    """An authority of the same name, with another key."""
    other = authority.make(None, "basicConstraints = critical,CA:TRUE")
    return authority.leaf(issuer=other)


def names(count):
    """What a parsed certificate takes grows with what it holds."""
    return IP + "".join(f", DNS:n{n}" for n in range(count))


def chain(authority, count):
    above = [authority.root]
    for n in range(count):
        above.insert(0, authority.make(above[0], CA, subject=f"/CN=ca{n}"))
    return authority.leaf(issuer=above[0], above=above[:-1])


CA = "basicConstraints = critical,CA:TRUE"
Row = collections.namedtuple("Row", "title make said host fine",
                             defaults=("TLS: ", "127.0.0.1", False))
ROWS = [
    Row("fine", Authority.leaf, "", fine=True),
    Row("fine by name", lambda a: a.leaf("subjectAltName = DNS:localhost"), "",
        "localhost", True),
    Row("fine below another", lambda a: a.between(CA), "", fine=True),
    Row("TLS 1.2", lambda a: version(a, ssl.TLSVersion.TLSv1_2), "",
        fine=True),
    Row("expired", lambda a: a.leaf(end=-1), "expired"),
    Row("early", lambda a: a.leaf(begin=1), "is that right?"),
    Row("another address", lambda a: a.leaf(
        "subjectAltName = IP:127.0.0.2, DNS:localhost")),
    Row("another host", lambda a: a.leaf(
        "subjectAltName = DNS:localhost.example, IP:127.0.0.1"), "TLS: ",
        "localhost"),
    Row("NUL in a name", lambda a: a.leaf(der(b"localhost\0.example")),
        "TLS: ", "localhost"),
    Row("NUL behind an address", lambda a: a.leaf(der(b"127.0.0.1\0.a"))),
    Row("a wildcard for all", lambda a: a.leaf("subjectAltName = DNS:*"),
        "TLS: ", "localhost"),
    Row("an address as a name", lambda a: a.leaf(
        "subjectAltName = DNS:*.0.0.1")),
    Row("a common name beside others", lambda a: a.leaf(
        "subjectAltName = DNS:a.example", subject="/CN=localhost"), "TLS: ",
        "localhost"),
    Row("self-signed", lambda a: a.context(a.make(None, IP)), "self"),
    Row("self-signed as an authority", lambda a: a.context(
        a.make(None, f"{CA}\n{IP}")), "self"),
    Row("unknown authority", stranger),
    Row("forged authority", forged),
    Row("a leaf as an authority", lambda a: a.between(IP)),
    Row("no authority", lambda a: a.between(
        "basicConstraints = critical,CA:FALSE")),
    Row("an authority for no certificates", lambda a: a.between(
        f"{CA}\nkeyUsage = critical,digitalSignature")),
    Row("an authority that expired", lambda a: a.leaf(
        issuer=(old := a.make(a.root, CA, end=-1)), above=[old])),
    Row("a path that is too long", lambda a: a.leaf(
        issuer=(low := a.make(
            (high := a.make(a.root, f"{CA},pathlen:0", subject="/CN=high")),
            CA, subject="/CN=low")), above=[low, high])),
    Row("names that are excluded", lambda a: a.between(
        f"{CA}\nnameConstraints = critical,excluded;IP:127.0.0.0/255.0.0.0")),
    Row("names that are not permitted", lambda a: a.between(
        f"{CA}\nnameConstraints = critical,permitted;DNS:example.com",
        extensions="subjectAltName = DNS:localhost"), "TLS: ", "localhost"),
    Row("100 names", lambda a: a.leaf(names(100)), "", fine=True),
    Row("1,000 names", lambda a: a.leaf(names(1000)), "chain too long"),
    Row("a certificate of 40 KiB", lambda a: a.leaf(
        f"{IP}\nnsComment = {'x' * 40000}"), "certificates are too large"),
    Row("12 authorities", lambda a: chain(a, 12)),
    Row("for clients", lambda a: a.leaf(
        f"{IP}\nextendedKeyUsage = clientAuth")),
    Row("for mail", lambda a: a.leaf(
        f"{IP}\nextendedKeyUsage = emailProtection")),
    Row("an extension that nobody knows", lambda a: a.leaf(
        f"{IP}\n1.2.3.4 = critical,ASN1:NULL")),
    Row("SHA-1", lambda a: a.leaf(digest="sha1", key="rsa:2048")),
    Row("MD5", lambda a: a.leaf(digest="md5", key="rsa:2048")),
    Row("1024 bits", lambda a: a.leaf(key="rsa:1024")),
    Row("512 bits", lambda a: a.leaf(key="rsa:512")),
    Row("TLS 1.0", lambda a: version(a, ssl.TLSVersion.TLSv1)),
    Row("TLS 1.1", lambda a: version(a, ssl.TLSVersion.TLSv1_1)),
    Row("no encryption", lambda a: version(
        a, ssl.TLSVersion.TLSv1_2, "NULL:@SECLEVEL=0")),
    Row("no authentication", lambda a: version(
        a, ssl.TLSVersion.TLSv1_2, "aNULL:!eNULL:@SECLEVEL=0")),
    Row("clear text", lambda a: None, "TLS: the server does not speak it"),
    # without an answer of its authority it is as good as another: libcurl can
    # ask for one of all servers alone, most of which have none
    Row("must staple, and does not", lambda a: a.leaf(
        f"{IP}\ntlsfeature = status_request"), "", fine=True),
]


class Server(harness.Server):
    """Answers all, and keeps what came behind the handshake: in clear text,
    what came at all. later: the context of all connections but the first."""

    def __init__(self, answer, context, later=None):
        self.came = b""
        self.answer = answer
        self.later = later
        super().__init__(harness.Reply(answer), tls=context or "none")

    def _serve(self, sock):
        try:
            sock.settimeout(harness.LATE)
            if self.tls != "none":
                context = self.tls
                self.tls = self.later or self.tls
                sock = context.wrap_socket(sock, server_side=True)
            self.came += sock.recv(65536)
            sock.sendall(harness.Reply(self.answer, last=True).head(
                len(self.answer)) + self.answer.encode())
        except OSError:
            pass  # refused, as it should be
        finally:
            sock.close()


class Trust:
    """How a root is made known: (what goes before the command, ca_file)."""

    def __init__(self, folder, root):
        self.folder = pathlib.Path(folder)
        self.root = f"{root}.pem"
        self.ways = {
            "ca_file": ([], self.root),
            "folder": (self.system("folder", "root.pem"), None),
            "bundle": (self.system("bundle", "ca-certificates.crt"), None),
            "both": (self.system("both", "root.pem", "ca-certificates.crt"),
                     None),
            "ca_file alone": (self.system("empty"), self.root),
        }

    def system(self, name, *files):
        """A folder as the system has it."""
        folder = self.folder / name
        folder.mkdir()
        for file in files:
            shutil.copy(self.root, folder / file)
        if "root.pem" in files:
            subprocess.run(["openssl", "rehash", folder], check=True,
                           capture_output=True)
        return [*UNSHARE, "sh", "-c", INSTEAD, str(folder)]


def configure(ddns, role, url, other, ca_file, names=NAME):
    lookup, provider = (url, other) if role == "lookup" else (other, url)
    ddns.config(
        f"[ipv4]\nallow = 203.0.113.0/24\nurl = {lookup}\n[dyndns2]\n"
        f"server = {provider}\nuser = me\npassword = pa55word\n"
        f"names = {names}\n",
        "timeout = 60\n" + (f"ca_file = {ca_file}\n" if ca_file else ""))


def judge(row, role, result, server, fine):
    """fine: it is to be trusted."""
    found = []
    wanted = 0 if fine else 4 if role == "lookup" else 1
    if result.status != wanted:
        found.append(f"exit status {result.status}: {result.stderr!r}")
    if not fine and row.said not in result.stderr:
        found.append(f"did not say {row.said!r}: {result.stderr!r}")
    came = server.came
    if server.tls == "none":  # the handshake itself
        came = b"".join(word for word in (b"GET", b"HTTP", b"home")
                        if word in came)
    if bool(came) != fine:
        found.append(f"the server got {came!r}")
    if result.seconds > harness.SOON:
        found.append(f"took {result.seconds:.1f} s")
    return found


def run(row, context, trust, role, env=None):
    """trust: (words, ca_file)."""
    with tempfile.TemporaryDirectory(prefix="ddns-torture-") as folder:
        ddns = harness.Ddns(folder)
        answers = {"lookup": NEW, "provider": f"good {NEW}"}
        server = Server(answers[role], context)
        other = harness.Server(harness.Dyndns2() if role == "lookup"
                               else harness.Reply(NEW))
        url = f"https://{row.host}:{server.port}"
        ddns.under, ca_file = trust
        configure(ddns, role, url, other.url, ca_file)
        try:
            result = ddns.run("-v", env=env)
        finally:
            server.close()
            other.close()
        return judge(row, role, result, server, row.fine and env is None)


def change(authority, row, context):
    """The certificate goes bad between two calls of an account."""
    with tempfile.TemporaryDirectory(prefix="ddns-torture-") as folder:
        ddns = harness.Ddns(folder)
        server = Server(f"good {NEW}", authority.leaf(
            "subjectAltName = IP:127.0.0.1, DNS:localhost"), context)
        other = harness.Server(harness.Reply(NEW))
        configure(ddns, "provider", f"https://{row.host}:{server.port}",
                  other.url, f"{authority.root}.pem", f"{NAME} b.example.com")
        try:
            result = ddns.run("-v")
        finally:
            server.close()
            other.close()
        found = []
        if result.status != 1 or row.said not in result.stderr:
            found.append(f"exit status {result.status}: {result.stderr!r}")
        if server.came.count(b"GET ") != 1:
            found.append(f"the server got {server.came!r}")
        return [f"tls: change: {row.title}: {text}" for text in found]


def main(every):
    """The rows are few: a sample has ten times its share of them."""
    found = []
    with tempfile.TemporaryDirectory(prefix="ddns-torture-") as folder:
        authority = Authority(folder)
        trust = Trust(folder, authority.root)
        made = {row.title: row.make(authority) for row in ROWS}
        jobs = [(row, trust.ways[way], role, None, way) for row in ROWS
                for way in trust.ways for role in ("lookup", "provider")]
        nowhere = trust.system("nowhere")
        environment = {"SSL_CERT_FILE": trust.root,
                       "SSL_CERT_DIR": str(trust.folder / "folder")}
        jobs += [(row, (nowhere, None), role, environment, "environment")
                 for row in ROWS if row.fine and row.said == ""
                 for role in ("lookup", "provider")]
        jobs = scenes.sample(jobs, max(1, every // 10))

        def work(job):
            row, way, role, env, title = job
            return [f"tls: {title}: {role}: {row.title}: {text}" for text in
                    run(row, made[row.title], way, role, env)]

        with concurrent.futures.ThreadPoolExecutor(scenes.WORKERS) as pool:
            for faults in pool.map(work, jobs):
                found += faults
        bad = scenes.sample([row for row in ROWS if not row.fine
                             and made[row.title]], max(1, every // 10))
        for row in bad:
            found += change(authority, row, made[row.title])
    return len(jobs) + len(bad), found
