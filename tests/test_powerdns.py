# SPDX-License-Identifier: ISC
"""The row powerdns against a real PowerDNS, read back by DNS queries."""

import json
import pathlib
import re
import subprocess
import urllib.error
import urllib.request

import pytest

import harness
from harness import LATE, Reply, until

PDNS = harness.tool("pdns_server")
UNPACKED = str(PDNS).startswith(str(harness.DAEMONS))
SHARE = (harness.DAEMONS if UNPACKED else pathlib.Path("/")) / "usr"
SCHEMA = next((path for folder in ("", "doc/") for path in SHARE.glob(
    f"share/{folder}pdns-backend-sqlite3/**/schema.sqlite3.sql")), None)
MODULES = next(SHARE.glob("lib/*/pdns/"), None)
GOOD, OTHER, OLD = "203.0.113.7", "203.0.113.8", "198.51.100.9"
GOOD6 = "2001:db8::7"

pytestmark = pytest.mark.skipif(
    not (PDNS and SCHEMA), reason="needs pdns-server, pdns-backend-sqlite3")


class PowerDns:
    key = "pdns-api-key"

    def __init__(self, folder):
        self.folder = folder
        self.port, self.web = harness.free_port(), harness.free_port()
        self.url = f"http://127.0.0.1:{self.web}"
        self.log = folder / "log"
        subprocess.run(["sqlite3", folder / "db"], check=True,
                       input=SCHEMA.read_bytes())
        (folder / "pdns.conf").write_text(
            f"launch=gsqlite3\ngsqlite3-database={folder}/db\n"
            f"api=yes\napi-key={self.key}\nwebserver=yes\n"
            f"webserver-address=127.0.0.1\nwebserver-port={self.web}\n"
            "webserver-allow-from=127.0.0.1\n"
            f"local-address=127.0.0.1\nlocal-port={self.port}\n"
            f"socket-dir={folder}\ndaemon=no\nguardian=no\nloglevel=6\n"
            "disable-syslog=yes\ncache-ttl=0\n"
            "query-cache-ttl=0\nnegquery-cache-ttl=0\n"
            "zone-cache-refresh-interval=0\ndefault-ttl=3600\n")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [PDNS, f"--config-dir={self.folder}",
             f"--module-dir={MODULES}"], stdin=subprocess.DEVNULL,
            stdout=self.log.open("w"), stderr=subprocess.STDOUT,
            preexec_fn=harness.die_with_tests)
        until(self.answers, "an answer of pdns_server")
        return self

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(LATE)
            self.process = None

    def answers(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.call("GET", "/zones") is not None
        except OSError:
            return False

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            f"{self.url}/api/v1/servers/localhost{path}", method=method,
            data=json.dumps(body).encode() if body else None,
            headers={"X-API-Key": self.key, "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=LATE) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def make_zone(self, name):
        self.call("POST", "/zones", {
            "name": f"{name}.", "kind": "Native",
            "nameservers": [f"ns1.{name}."]})

    def put(self, zone, name, kind, *contents, ttl=1234, **options):
        rrset = {"name": f"{name}.", "type": kind, "ttl": ttl,
                 "changetype": "REPLACE",
                 "records": [{"content": content,
                              "disabled": content == options.get("disabled")}
                             for content in contents]}
        if "comment" in options:
            rrset["comments"] = [{"content": options["comment"],
                                  "account": "me"}]
        self.call("PATCH", f"/zones/{zone}.", {"rrsets": [rrset]})

    def rrset(self, zone, name, kind):
        return next(rrset for rrset
                    in self.call("GET", f"/zones/{zone}.")["rrsets"]
                    if (rrset["name"], rrset["type"]) == (f"{name}.", kind))

    def dig(self, name, kind="A"):
        """{data: TTL} of a name's records."""
        text = subprocess.run(
            ["dig", f"-p{self.port}", "@127.0.0.1", f"+time={LATE}", "+tries=1",
             "+noall", "+answer", name, kind],
            capture_output=True, text=True).stdout
        lines = [line.split(None, 4) for line in text.splitlines()
                 if not line.startswith(";")]
        return {line[4]: int(line[1]) for line in lines}

    def __call__(self, request):
        """Stands before the API, so that the requests can be counted."""
        forward = urllib.request.Request(
            f"{self.url}{request.target}", method=request.method,
            data=request.body or None, headers=dict(request.headers))
        try:
            with urllib.request.urlopen(forward, timeout=LATE) as answer:
                return Reply(answer.read(), answer.status)
        except urllib.error.HTTPError as error:
            return Reply(error.read(), error.code)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = PowerDns(tmp_path_factory.mktemp("pdns")).start()
    yield server
    server.stop()


class Client:
    """The program with an account, and a zone of its own at the server."""

    def __init__(self, ddns, server, door, zone):
        self.ddns = ddns
        self.server = server
        self.door = door
        self.zone = zone
        self.ip = {4: GOOD, 6: None}

    @property
    def writes(self):
        """The paths of all requests that were no reading."""
        return [request.path for request in self.door.requests
                if request.method != "GET"]

    def configure(self, names="names = home.$zone", key=None, more="",
                  general="patience = 1"):
        text = ""
        for family, allow in ((4, "203.0.113.0/24"), (6, "2001:db8::/32")):
            if self.ip[family]:
                text += (f"[ipv{family}]\nallow = {allow}\n"
                         f"url = file://{self.ddns.folder}/ip{family}\n")
        names = names.replace("$zone", self.zone)
        self.ddns.config(
            f"{text}[powerdns]\nserver = {self.door.url}\n"
            f"api_key = {key or self.server.key}\n{names}\n{more}", general)

    def run(self, *args):
        for family, ip in self.ip.items():
            if ip:
                (self.ddns.folder / f"ip{family}").write_text(ip)
        return self.ddns.run(*args)

    def name(self, label="home"):
        return f"{label}.{self.zone}"

    def dig(self, label="home", kind="A"):
        return self.server.dig(self.name(label), kind)

    def put(self, kind, *contents, label="home", **options):
        self.server.put(self.zone, self.name(label), kind, *contents, **options)


@pytest.fixture
def client(ddns, server, serve, request):
    zone = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")
    server.make_zone(f"{zone[:50]}.example")
    return Client(ddns, server, serve(server), f"{zone[:50]}.example")


def test_create_unchanged_change(client):
    client.configure()
    result = client.run()
    assert (result.stdout, result.stderr, result.status) == (
        f"{client.name()} A none -> {GOOD} (powerdns)\n", "", 0)
    assert client.dig() == {GOOD: 300}
    asked = len(client.door.requests)
    result = client.run()
    assert (result.stdout, result.stderr, result.status) == ("", "", 0)
    assert len(client.door.requests) == asked
    client.ip[4] = OTHER
    assert client.run().stdout == (
        f"{client.name()} A {GOOD} -> {OTHER} (powerdns)\n")
    assert client.dig() == {OTHER: 300}
    assert len(client.writes) == 2


def test_right_already(client):
    """Nothing is written for a record that has the address."""
    client.put("A", GOOD)
    client.configure()
    result = client.run("--force")
    assert (result.stderr, result.status) == ("", 0)
    assert client.writes == []
    assert client.dig() == {GOOD: 1234}


def test_ttl_is_kept(client):
    client.put("A", OLD, ttl=77)
    client.configure()
    result = client.run()
    assert result.status == 0
    assert f" A {OLD} -> {GOOD} " in result.stdout
    assert client.dig() == {GOOD: 77}


def test_ttl_of_the_account(client):
    client.put("A", GOOD, ttl=77)
    client.configure(more="ttl = 99")
    assert client.run().status == 0
    assert client.dig() == {GOOD: 99}
    assert len(client.writes) == 1


def test_both_types(client):
    client.ip[6] = GOOD6
    client.configure()
    assert client.run().status == 0
    assert client.dig() == {GOOD: 300}
    assert client.dig(kind="AAAA") == {GOOD6: 300}
    assert len(client.writes) == 1


@pytest.mark.parametrize("family, kind, stays, old", [
    (4, "A", "AAAA", "2001:db8::9"), (6, "AAAA", "A", OLD)])
def test_other_records_stay(client, family, kind, stays, old):
    client.put(stays, old)
    client.put("TXT", '"kept"', ttl=55)
    client.put("MX", "10 mail.example.", "20 mail.example.")
    client.ip = {4: GOOD, 6: GOOD6}
    client.configure(f"ipv{family} = home.$zone")
    assert client.run().status == 0
    assert client.dig(kind=kind) == {client.ip[family]: 300}
    assert client.dig(kind=stays) == {old: 1234}
    assert client.dig(kind="TXT") == {'"kept"': 55}
    assert set(client.dig(kind="MX")) == {"10 mail.example.",
                                          "20 mail.example."}


def test_comment_stays(client):
    client.put("A", OLD, comment="the box in the cellar")
    client.configure()
    assert client.run().status == 0
    assert client.dig() == {GOOD: 1234}
    rrset = client.server.rrset(client.zone, client.name(), "A")
    assert [comment["content"] for comment in rrset["comments"]] == [
        "the box in the cellar"]


def test_ours_among_others(client):
    client.configure()
    assert client.run().status == 0
    client.put("A", GOOD, OLD)
    client.ip[4] = OTHER
    assert client.run().status == 0
    assert client.dig() == {OTHER: 1234, OLD: 1234}


def test_disabled_one_stays_so(client):
    client.configure()
    assert client.run().status == 0
    client.put("A", OLD, GOOD, disabled=OLD)
    client.ip[4] = OTHER
    assert client.run().status == 0
    assert client.dig() == {OTHER: 1234}
    rrset = client.server.rrset(client.zone, client.name(), "A")
    assert {record["content"]: record["disabled"]
            for record in rrset["records"]} == {OLD: True, OTHER: False}


def test_several_and_none_ours(client):
    client.put("A", OLD, "198.51.100.10")
    client.configure()
    result = client.run()
    assert result.status == 7 and client.name() in result.stderr
    assert set(client.dig()) == {OLD, "198.51.100.10"}
    assert client.writes == []


def test_wildcard_and_apex(client):
    client.configure("names = *.$zone $zone")
    assert client.run().status == 0
    assert client.dig("any") == {GOOD: 300}
    assert client.server.dig(client.zone) == {GOOD: 300}


def test_longest_zone(client):
    """Of a zone and a zone below it."""
    below = f"below.{client.zone}"
    client.server.make_zone(below)
    client.configure(f"names = home.{below} home.$zone")
    assert client.run().status == 0
    assert client.dig("home.below") == {GOOD: 300}
    assert client.dig() == {GOOD: 300}
    assert {path.rpartition("/")[2] for path in client.writes} == {f"{below}.", f"{client.zone}."}


def test_wrong_key(client):
    client.configure("names = a.$zone b.$zone", key="wrong")
    asked = len(client.door.requests)
    result = client.run()
    assert (result.stdout, result.status) == ("", 7)
    assert "401" in result.stderr and "wrong" not in result.stderr
    assert len(client.door.requests) == asked + 1
    assert client.run().status == 7
    assert len(client.door.requests) == asked + 1
    client.configure("names = a.$zone b.$zone")
    assert client.run().status == 0
    assert client.dig("b") == {GOOD: 300}


def test_unknown_zone(client):
    client.configure("names = home.nowhere.test home.$zone")
    result = client.run()
    assert result.status == 7
    assert result.stdout == f"{client.name()} A none -> {GOOD} (powerdns)\n"
    assert "home.nowhere.test" in result.stderr and "zone" in result.stderr
    assert client.dig() == {GOOD: 300}


@pytest.mark.parametrize("zone, requests", [(False, 105), (True, 4)])
def test_100_names(client, zone, requests):
    """A zone is read once, and its names share a write, 50 at a time."""
    names = [f"n{i}.many.{client.zone}" for i in range(100)]
    client.configure("names =\n  " + "\n  ".join(names),
                     more=f"zone = {client.zone}" if zone else "")
    asked = len(client.door.requests)
    result = client.run()
    assert (result.stderr, result.status) == ("", 0)
    assert len(result.stdout.splitlines()) == 100
    assert len(client.writes) == 2
    assert len(client.door.requests) == asked + requests
    assert all(client.server.dig(name) == {GOOD: 300} for name in names)


def test_an_alias_is_in_the_way(client):
    """Its name is refused, and no other one with it."""
    client.put("CNAME", "else.example.", label="alias")
    client.configure("names = a.$zone alias.$zone b.$zone")
    result = client.run()
    assert result.status == 7
    assert client.name("alias") in result.stderr
    assert len(result.stdout.splitlines()) == 2
    assert set(client.dig("alias", "CNAME")) == {"else.example."}
    assert client.dig("a") == client.dig("b") == {GOOD: 300}


def test_down_then_up(ddns, tmp_path_factory):
    server = PowerDns(tmp_path_factory.mktemp("down"))
    client = Client(ddns, server, server, "later.example")
    client.configure()
    result = client.run()
    assert (result.stdout, result.status) == ("", 1)
    assert "onnect" in result.stderr
    try:
        server.start().make_zone(client.zone)
        assert client.run().status == 0
        assert client.dig() == {GOOD: 300}
    finally:
        server.stop()


def test_dry_run(client):
    client.put("A", OLD)
    client.configure()
    result = client.run("-n")
    assert result.status == 0
    assert f"PATCH {client.door.url}" in result.stdout
    assert client.server.key not in result.stdout
    assert client.dig() == {OLD: 1234} and client.writes == []
