# SPDX-License-Identifier: ISC
"""Fixtures of the whole-program tests."""

import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))

import harness  # noqa: E402


class Home:
    """home.example.com at a dyndns2 service: the usual configuration."""

    line = "home.example.com A none -> 203.0.113.7 (dyndns2)\n"

    def __init__(self, ddns, serve):
        self.ddns = ddns
        self.provider = harness.Dyndns2()
        self.server = serve(self.provider)

    def configure(self, ipv4=(), ipv6=(), general="", lookup="", account="",
                  names="home.example.com", more=""):
        """Requests have time enough, unless `general` has a timeout."""
        text = ""
        for family, urls, allow in (
                ("ipv4", ipv4, "203.0.113.0/24, 198.51.100.0/24"),
                ("ipv6", ipv6, "2001:db8::/32")):
            if urls:
                text += f"[{family}]\nallow = {allow}\n{lookup}\n"
                text += "".join(f"url = {url}\n" for url in urls)
        self.ddns.config(
            f"{text}[dyndns2]\nserver = {self.server.url}\nuser = me\n"
            f"password = pa55word\nnames = {names}\n{account}\n{more}",
            general if "timeout" in general
            else f"timeout = {harness.TIMEOUT}\n{general}")

    def run(self, *args, **options):
        return self.ddns.run(*args, **options)

    def in_time(self, *args, **options):
        return self.ddns.in_time(*args, **options)

    @property
    def asked(self):
        """The addresses that the provider was told, in order."""
        return [dict(r.query)["myip"] for r in self.server.requests]


@pytest.fixture
def ddns(tmp_path):
    return harness.Ddns(tmp_path)


@pytest.fixture
def serve():
    """Starts servers that end with the test: serve(reply, host=, tls=)."""
    servers = []

    def start(reply, **options):
        server = harness.Server(reply, **options)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.close()
    for server in servers:
        assert getattr(server.reply, "wrong", []) == []


@pytest.fixture
def home(ddns, serve):
    return Home(ddns, serve)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return harness.Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    """A library that writes what syslog(3) is given into a file."""
    library = tmp_path_factory.mktemp("shim") / "syslog.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-w", "-o", library,
                    harness.ROOT / "tests/lib/syslog.c", "-ldl"], check=True)
    return library
