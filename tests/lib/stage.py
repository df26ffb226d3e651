# SPDX-License-Identifier: ISC
"""What `make install` puts in place, in a machine of its own: its /etc,
/usr/local and /var/lib, and loopback alone, where the hosts that documents
name are served. So a command or a configuration can be run as it is written.
"""

import os
import pathlib
import re
import shutil
import struct
import subprocess
import threading

import harness
import netns
from harness import ROOT, Reply

# One that is public, as no document has `allow`; nobody is asked over it.
ADDRESS = "198.20.0.7"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MOUNT = """
cd "$1" && mount --bind etc /etc && mount --bind tree/usr/local /usr/local &&
mount --bind lib /var/lib
"""
AUTHORITY = "/etc/ssl/certs"
STATE = "/var/lib/ddns"


class Stage:
    """hosts: {name: a reply, as that of a harness.Server}; a name may be
    served anew at any time by stage.hosts[name] = reply."""

    def __init__(self, folder, hosts):
        self.folder = pathlib.Path(folder)
        self.hosts = dict(hosts)
        self.asked = []  # host and Request of each
        self.space = netns.make()
        self.servers = []
        subprocess.run(
            ["make", "-s", "-o", "all", "install", f"DESTDIR={folder}/tree"],
            cwd=ROOT, check=True, timeout=harness.LATE)
        shutil.copy(harness.PROGRAM, self.folder / "tree/usr/local/bin/ddns")
        (self.folder / "lib").mkdir()
        self.program("bin/sudo", 'exec "$@"')
        self._make_etc()
        self.space.run("sh", "-c", MOUNT, "sh", self.folder)

    def _make_etc(self):
        # what the user may not read is none of his
        subprocess.run(["cp", "-a", "/etc", self.folder], check=False,
                       stderr=subprocess.DEVNULL)
        etc = self.folder / "etc"
        shutil.rmtree(etc / "ddns", ignore_errors=True)
        shutil.copytree(self.folder / "tree/etc/ddns", etc / "ddns")
        (etc / "hosts").unlink(missing_ok=True)
        (etc / "hosts").write_text("".join(
            f"127.0.0.1 {name}\n" for name in ("localhost", *self.hosts)))
        (self.folder / "made").mkdir()
        made = harness.Certificates(self.folder / "made")
        context = made.server(names=",".join(
            f"DNS:{name}" for name in self.hosts))
        self._trust(made.ca.read_text())
        for port, tls in ((443, context), (80, None)):
            self.serve(port, self._answer, tls)

    def _trust(self, certificate):
        """As update-ca-certificates does: in the bundle, and by its hash."""
        certs = self.folder / AUTHORITY[1:]
        name = subprocess.run(
            ["openssl", "x509", "-hash", "-noout"], input=certificate,
            text=True, check=True, stdout=subprocess.PIPE).stdout.strip()
        (certs / f"{name}.0").write_text(certificate)
        with open(certs / "ca-certificates.crt", "a") as bundle:
            bundle.write(certificate)

    def serve(self, port, reply, tls=None):
        self.servers.append(harness.Server(
            reply, tls=tls, listener=self.space.socket(
                "tcp", "127.0.0.1", port)))

    def _answer(self, request):
        host = request.header("Host").partition(":")[0]
        self.asked.append((host, request))
        reply = self.hosts[host]
        return reply(request) if callable(reply) else reply

    def nameserver(self, records):
        """Answers over UDP from {name: (type, data)}, which may change; of
        other names nothing is heard."""
        sock = self.space.socket("udp", "127.0.0.1", 53)

        def work():
            while True:
                try:
                    query, peer = sock.recvfrom(4096)
                except OSError:
                    return
                for name, (kind, data) in records.items():
                    if query[12:].startswith(wire_name(name)):
                        sock.sendto(dns_answer(query, name, kind, data), peer)
        threading.Thread(target=work, daemon=True).start()
        return sock

    def program(self, name, text):
        """A shell script below /usr/local."""
        path = self.folder / "tree/usr/local" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        begin = "" if text.startswith("#!") else "#!/bin/sh\n"
        path.write_text(f"{begin}{text}\n")
        path.chmod(0o755)

    def write(self, path, text):
        """A file below /etc that only its owner may read."""
        file = self.folder / path[1:]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o600)

    def configure(self, text):
        """Writes the configuration, and a secret into each file it names."""
        for path in re.findall(r"_file *= *(/etc/ddns/\S+)", text):
            self.write(path, "c2VjcmV0")
        self.write("/etc/ddns/ddns.ini", text)

    def forget(self):
        """No state, no configuration, no memory of requests."""
        for folder in ("lib/ddns", "etc/ddns"):
            shutil.rmtree(self.folder / folder, ignore_errors=True)
        shutil.copytree(self.folder / "tree/etc/ddns", self.folder / "etc/ddns")
        self.asked.clear()

    def run(self, script, **env):
        """What a shell of root makes of it; it must print no surprise."""
        done = subprocess.run(
            [*self.space.enter, "sh", "-c", script], cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, timeout=harness.LATE,
            preexec_fn=harness.die_with_tests,
            env={"PATH": PATH, "HOME": str(self.folder), "LANG": "C.UTF-8",
                 **{name: os.environ[name] for name in (
                     "ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ},
                 **env})
        return harness.Result(done.stdout, done.stderr, done.returncode, 0)

    def close(self):
        for server in self.servers:
            server.close()
        self.space.close()


def wire_name(name):
    return b"".join(bytes([len(label)]) + label.encode()
                    for label in name.split(".")) + b"\0"


def dns_answer(query, name, kind, data):
    """RFC 1035, section 4: one record for the one question."""
    question = query[12:12 + len(wire_name(name)) + 4]
    return (query[:2] + struct.pack(">HHHHH", 0x8580, 1, 1, 0, 0) + question +
            struct.pack(">HHHIH", 0xc00c, kind, 1, 60, len(data)) + data)


# Services that are not in harness: what they answer for example.com, as their
# documents show it (tests/providers/alidns.case, tencentcloud.case).


class Recorded(harness.Provider):
    """`action` is the field that says what is asked; `answers` by it."""

    def __init__(self, action, answers):
        super().__init__()
        self.action, self.answers = action, answers
        self.done = []

    def answer(self, request):
        name = request.header(self.action)
        self.done.append((name, request))
        return harness.document(self.answers[name])


def alidns():
    return Recorded("x-acs-action", {
        "DescribeDomains": {
            "TotalCount": 1, "PageSize": 100, "PageNumber": 1, "Domains": {
                "Domain": [{"DomainId": "00efd71a",
                            "DomainName": "example.com"}]}},
        "DescribeSubDomainRecords": {
            "TotalCount": 0, "PageSize": 100, "PageNumber": 1,
            "DomainRecords": {"Record": []}},
        "AddDomainRecord": {"RequestId": "536E9CAD", "RecordId": "9999986"}})


def tencentcloud():
    return Recorded("X-TC-Action", {
        "DescribeDomainList": {"Response": {
            "DomainCountInfo": {"AllTotal": 1}, "RequestId": "3c14",
            "DomainList": [{"DomainId": 95172444, "Name": "example.com"}]}},
        "DescribeRecordList": {"Response": {
            "RecordCountInfo": {"TotalCount": 0}, "RecordList": [],
            "RequestId": "3c14"}},
        "CreateRecord": {"Response": {"RecordId": 162,
                                      "RequestId": "ab4f"}}})


def sources(text):
    """{host: a page with ADDRESS} of all lookup pages that a text names."""
    return {name: Reply(f"{ADDRESS}\n") for name in
            re.findall(r"url += https?://([\w.-]+)", text)}
