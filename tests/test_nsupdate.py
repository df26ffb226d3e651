# SPDX-License-Identifier: ISC
"""RFC 2136 by nsupdate, against a real named; what it never says, by scripts."""

import os
import re
import signal
import socket
import stat
import struct
import subprocess
import threading

import pytest

import harness
from harness import LATE, alive, until

NSUPDATE = "/usr/bin/nsupdate"
NAMED = harness.tool("named")
GOOD, OTHER, GOOD6 = "203.0.113.7", "203.0.113.8", "2001:db8::7"

pytestmark = pytest.mark.skipif(
    not (NAMED and os.access(NSUPDATE, os.X_OK)), reason="needs bind9")


class Named:
    """Zones of example.com, whose frozen.example.com nobody may change, and of
    example.org, which takes no updates at all."""

    def __init__(self, folder):
        self.folder = folder
        self.port = harness.free_port()
        self.process = None
        self.keyfile = folder / "upd.key"
        self.secret = self.make_key(self.keyfile)
        for zone in ("example.com", "example.org"):
            (folder / f"{zone}.db").write_text(
                f"$TTL 300\n@ SOA ns.{zone}. root.{zone}. 1 3600 600 86400 60\n"
                "@ NS ns\nns A 127.0.0.1\n")
        (folder / "named.conf").write_text(
            f'include "{self.keyfile}";\ncontrols {{}};\n'
            f'options {{ directory "{folder}"; recursion no; notify no;\n'
            "allow-transfer { any; };\n"
            f"listen-on port {self.port} {{ 127.0.0.1; }};\n"
            "listen-on-v6 { none; }; dnssec-validation no;\n"
            f'pid-file "{folder}/pid"; session-keyfile "{folder}/session"; }};\n'
            'zone "example.com" { type primary; file "example.com.db";\n'
            "update-policy { deny upd name frozen.example.com A AAAA;\n"
            "grant upd zonesub A AAAA TXT; }; };\n"
            'zone "example.org" { type primary; file "example.org.db";\n'
            "allow-update { none; }; };\n")

    @staticmethod
    def make_key(path, name="upd"):
        text = subprocess.run(
            [harness.tool("tsig-keygen"), "-a", "hmac-sha256", name], check=True,
            capture_output=True, text=True,
            env={"PATH": "/usr/sbin:/usr/bin"}).stdout
        path.write_text(text)
        path.chmod(0o600)
        return re.search(r'secret "(.*)"', text)[1]

    def start(self):
        self.process = subprocess.Popen(
            [NAMED, "-c", self.folder / "named.conf", "-n", "1", "-g"],
            stdin=subprocess.DEVNULL, preexec_fn=harness.die_with_tests,
            stderr=(self.folder / "log").open("w"))
        until(self.answers, "an answer of named")
        return self

    def answers(self):
        assert self.process.poll() is None, "named ended"
        return self.dig("example.com", "SOA")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(LATE)
            self.process = None

    def query(self, *args):
        return subprocess.run(
            ["dig", f"-p{self.port}", "@127.0.0.1", f"+time={LATE}", "+tries=1",
             *args], capture_output=True, text=True).stdout

    def dig(self, name, kind="A"):
        """The data of a name's records."""
        text = self.query("+noall", "+answer", name, kind)
        return sorted(line.split(None, 4)[4] for line in text.splitlines()
                      if not line.startswith(";"))

    def ttl(self, name, kind="A"):
        text = self.query("+noall", "+answer", name, kind)
        return [int(line.split()[1]) for line in text.splitlines()
                if not line.startswith(";")]

    def zone(self, name="example.com"):
        """{(name, type, data)} of all addresses."""
        lines = [line.split() for line in self.query(
            "+noall", "+answer", name, "AXFR").splitlines()]
        return {(line[0].rstrip("."), line[3], line[4]) for line in lines
                if len(line) == 5 and line[3] in ("A", "AAAA")}

    def serial(self):
        return int(self.dig("example.com", "SOA")[0].split()[2])

    def plain(self, commands):
        """Updates by hand, past the program."""
        subprocess.run(
            [NSUPDATE, "-k", str(self.keyfile)], text=True, check=True,
            input=f"server 127.0.0.1 {self.port}\nzone example.com.\n"
                  f"{commands}\nsend\n")


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    server = Named(tmp_path_factory.mktemp("named")).start()
    yield server
    server.stop()


class Client:
    """The program with an account for nsupdate; runs keeps what it was told."""

    def __init__(self, ddns, server):
        self.ddns = ddns
        self.server = server
        self.ip = {4: GOOD, 6: None}
        self.log = ddns.folder / "runs"
        self.log.mkdir()

    def program(self, text):
        return harness.write_program(self.ddns.folder / "program", text)

    def recorder(self):
        """nsupdate, with what it gets on the way kept in a folder a run."""
        return self.program(
            f'to=$(mktemp -d "{self.log}/XXXXXX")\n'
            'cp /proc/$$/cmdline "$to/argv"\ncp /proc/$$/environ "$to/env"\n'
            'cp /proc/$PPID/cmdline "$to/parent"\ncat >"$to/input"\n'
            f'exec {NSUPDATE} "$@" <"$to/input"\n')

    @property
    def runs(self):
        """What each run of nsupdate read, in order."""
        folders = sorted(self.log.iterdir(), key=lambda p: p.stat().st_mtime_ns)
        return [(folder / "input").read_text() for folder in folders]

    def configure(self, names="names = home.example.com", key="upd",
                  secret=None, zone="example.com", more="", general="",
                  server=None, kind="nsupdate", program=None):
        if server is None:
            server = f"server = 127.0.0.1:{self.server.port}"
        if key:
            key = f"key = {key}\nkey_secret = {secret or self.server.secret}"
        lookups = ""
        for family, allow in ((4, "203.0.113.0/24"), (6, "2001:db8::/32")):
            if self.ip[family]:
                lookups += (f"[ipv{family}]\nallow = {allow}\n"
                            f"url = file://{self.ddns.folder}/ip{family}\n")
        if program is None:
            program = self.recorder()
        self.ddns.config(
            f"{lookups}[{kind}]\n{server}\n{key or ''}\nzone = {zone}\n"
            f"program = {program}\n{names}\n{more}", general)

    def run(self, *args, **options):
        for family, ip in self.ip.items():
            if ip:
                (self.ddns.folder / f"ip{family}").write_text(ip)
        return self.ddns.run(*args, **options)


@pytest.fixture
def client(ddns, named):
    return Client(ddns, named)


def test_first_silent_changed(client, named):
    client.configure("names = first.example.com")
    result = client.run()
    assert (result.stdout, result.stderr, result.status) == (
        f"first.example.com A none -> {GOOD} (nsupdate)\n", "", 0)
    assert named.dig("first.example.com") == [GOOD]
    assert named.ttl("first.example.com") == [300]
    before = client.ddns.snapshot()
    result = client.run()
    assert (result.stdout, result.stderr, result.status) == ("", "", 0)
    assert client.ddns.snapshot() == before
    client.ip[4] = OTHER
    assert client.run().stdout == (
        f"first.example.com A {GOOD} -> {OTHER} (nsupdate)\n")
    assert named.dig("first.example.com") == [OTHER]
    assert len(client.runs) == 2


def test_both_types_in_one_message(client, named):
    client.ip[6] = GOOD6
    client.configure("names = both.example.com", more="ttl = 77")
    assert client.run().status == 0
    assert named.dig("both.example.com", "A") == [GOOD]
    assert named.dig("both.example.com", "AAAA") == [GOOD6]
    assert named.ttl("both.example.com", "AAAA") == [77]
    assert len(client.runs) == 1


@pytest.mark.parametrize("family, kind, stays", [
    (4, "A", "AAAA"), (6, "AAAA", "A")])
def test_other_records_stay(client, named, family, kind, stays):
    name = f"stays{family}.example.com"
    old = {"A": "198.51.100.9", "AAAA": "2001:db8::9"}
    named.plain("\n".join(
        f"update add {name}. 60 {what} {data}" for what, data in (
            ("A", old["A"]), ("AAAA", old["AAAA"]), ("TXT", "kept"),
            (kind, "198.51.100.1" if kind == "A" else "2001:db8::1"))))
    client.ip = {4: GOOD, 6: GOOD6}
    client.configure(f"ipv{family} = {name}")
    assert client.run().status == 0
    assert named.dig(name, kind) == [client.ip[family]]
    assert named.dig(name, stays) == [old[stays]]
    assert named.dig(name, "TXT") == ['"kept"']


def test_wildcard_and_apex(client, named):
    client.configure("names = *.wild.example.com example.com")
    assert client.run().status == 0
    assert named.dig("any.wild.example.com") == [GOOD]
    assert named.dig("example.com") == [GOOD]


def test_200_names_in_one_message(client, named):
    client.ip[6] = GOOD6
    names = [f"n{i}.many.example.com" for i in range(200)]
    client.configure("names =\n  " + "\n  ".join(names))
    serial = named.serial()
    result = client.run()
    assert (result.stderr, result.status) == ("", 0)
    assert len(result.stdout.splitlines()) == 400
    assert {entry for entry in named.zone() if "many" in entry[0]} == {
        (name, kind, ip) for name in names
        for kind, ip in (("A", GOOD), ("AAAA", GOOD6))}
    assert named.serial() == serial + 1
    assert len(client.runs) == 1


def test_thousands_of_names(client, named):
    """More than a message holds, and than a pipe does."""
    names = [f"{'x' * 50}.n{i}.{'y' * 50}.huge.example.com"
             for i in range(1200)]
    client.configure("names =\n  " + "\n  ".join(names))
    assert client.run().status == 0
    assert len([e for e in named.zone() if "huge" in e[0]]) == 1200
    assert len(client.runs) == 6


def test_over_tcp(client, named):
    client.configure("names = tcp.example.com", more="tcp = yes")
    assert client.run().status == 0
    assert named.dig("tcp.example.com") == [GOOD]
    argv = next(client.log.glob("*/argv")).read_bytes().split(b"\0")
    assert b"-v" in argv


def test_key_in_a_file(client, named):
    client.configure("names = keyed.example.com", key=None,
                     more=f"keyfile = {named.keyfile}")
    assert client.run().status == 0
    assert named.dig("keyed.example.com") == [GOOD]


def test_new_key_file_releases(client, named, tmp_path):
    path = tmp_path / "my.key"
    Named.make_key(path)
    client.configure("names = rekeyed.example.com", key=None,
                     more=f"keyfile = {path}")
    assert [client.run().status for _ in range(2)] == [7, 7]
    assert len(client.runs) == 1
    path.write_text(named.keyfile.read_text())
    assert client.run().status == 0
    assert named.dig("rekeyed.example.com") == [GOOD]


@pytest.mark.parametrize("case, key, says", [
    ("sig", {"secret": "d3JvbmctcGxlYXNlLWRlbnk="}, "BADSIG"),
    ("name", {"key": "nobody"}, "BADKEY"),
    ("algorithm", {"more": "algorithm = hmac-sha512"}, "BADKEY"),
])
def test_wrong_key_is_held(client, named, case, key, says):
    names = f"names = {case}1.example.com {case}2.example.com"
    client.configure(names, **key)
    result = client.run()
    assert (result.stdout, result.status) == ("", 7)
    assert says in result.stderr and "[nsupdate]" in result.stderr
    assert "2 records wait" in result.stderr
    assert len(client.runs) == 1
    assert client.run().status == 7
    assert client.run(later=2 * 86400).status == 7
    assert len(client.runs) == 1
    client.configure(names)
    assert client.run().status == 0
    assert named.dig(f"{case}2.example.com") == [GOOD]


def test_refused_zone(client, named):
    client.configure("names = a.example.org b.example.org", zone="example.org")
    result = client.run()
    assert (result.stdout, result.status) == ("", 7)
    assert "REFUSED" in result.stderr and "a.example.org" in result.stderr
    assert len(client.runs) == 3
    assert client.run().status == 7
    assert len(client.runs) == 3
    assert client.run(later=86400 + 60).status == 7  # tried once a day
    assert len(client.runs) == 6
    assert named.dig("a.example.org") == []


def test_zone_of_another_server(client):
    client.configure("names = a.example.net b.example.net", zone="example.net")
    result = client.run()
    assert (result.stdout, result.status) == ("", 7)
    assert "NOTAUTH" in result.stderr and "this zone" in result.stderr
    assert len(client.runs) == 1


def test_one_name_is_refused(client, named):
    """RFC 2136 section 3: all or nothing; so the others go without it."""
    names = [f"s{i}.split.example.com" for i in range(20)]
    client.configure(
        "names =\n  " + "\n  ".join(names[:7] + ["frozen.example.com"]
                                    + names[7:]))
    result = client.run()
    assert result.status == 7
    assert len(result.stdout.splitlines()) == 20
    assert "frozen.example.com" in result.stderr
    assert "split" not in result.stderr
    assert all(named.dig(name) == [GOOD] for name in names)
    assert named.dig("frozen.example.com") == []
    assert len(client.runs) <= 11
    count = len(client.runs)
    assert client.run().status == 7
    assert len(client.runs) == count


def test_server_down_then_up(ddns, tmp_path_factory):
    server = Named(tmp_path_factory.mktemp("down"))
    client = Client(ddns, server)
    client.configure("names = a.example.com b.example.com",
                     general="patience = 1")
    result = client.run()
    assert (result.stdout, result.status) == ("", 1)
    assert "connection refused" in result.stderr
    assert len(client.runs) == 1
    try:
        server.start()
        assert client.run().status == 0
        assert server.dig("b.example.com") == [GOOD]
    finally:
        server.stop()


class Udp:
    """A DNS server that answers as told; None: never."""

    def __init__(self, answer):
        self.answer = answer
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        self.secret = "d3JvbmctcGxlYXNlLWRlbnk="
        self.asked = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                data, peer = self.sock.recvfrom(65535)
            except OSError:
                return
            self.asked += 1
            if self.answer:
                self.sock.sendto(self.answer(data), peer)

    def close(self):
        self.sock.close()


def unsigned(rcode):
    """The answer to an update, without a signature."""
    def answer(data):
        end = data.index(b"\0", 12) + 5
        return (data[:2] + struct.pack(">HHHHH", 0xA800 | rcode, 1, 0, 0, 0)
                + data[12:end])
    return answer


def test_silent_server(ddns):
    server = Udp(None)
    client = Client(ddns, server)
    client.configure(general="timeout = 4\npatience = 1")
    result = client.run()
    assert (result.stdout, result.status) == ("", 1)
    assert "timed out" in result.stderr and server.asked > 0
    assert client.ddns.in_time(6).seconds < 6
    server.close()


@pytest.mark.parametrize("rcode", [0, 5])
def test_forged_answer(ddns, rcode):
    """One without our key's signature neither confirms nor refuses."""
    server = Udp(unsigned(rcode))
    client = Client(ddns, server)
    client.configure(general="patience = 1")
    result = client.run()
    assert (result.stdout, result.status) == ("", 1)
    assert "TSIG" in result.stderr
    server.close()


SHOWN = (";; ->>HEADER<<- opcode: UPDATE, status: %s, id:  1\\n"
         ";; flags: qr; ZONE: 1, PREREQ: 0, UPDATE: 0, ADDITIONAL: 0\\n")
# (what plays nsupdate, exit status, in the message)
SCRIPTS = {
    "clock": ("echo '; TSIG error with server: tsig indicates error'\n"
              "echo 'update failed: NOTAUTH(BADTIME)' >&2\n"
              f"printf 'Answer:\\n{SHOWN % 'NOTAUTH'}'\nexit 2", 1,
              "system clock"),
    "servfail": ("echo 'update failed: SERVFAIL' >&2\n"
                 f"printf 'Answer:\\n{SHOWN % 'SERVFAIL'}'\nexit 2", 1,
                 "SERVFAIL"),
    "good": (f"printf 'Answer:\\n{SHOWN % 'NOERROR'}'", 0, ""),
    "good, but failed": (f"printf 'Answer:\\n{SHOWN % 'NOERROR'}'\nexit 2", 1,
                         "exit status 2"),
    "not an update": ("printf 'Answer:\\n;; ->>HEADER<<- opcode: QUERY, "
                      "status: NOERROR, id: 1\\n'", 1, "no answer"),
    "nothing": ("cat >/dev/null", 1, "no answer"),
    "reads nothing": ("exit 1", 1, "exit status 1"),
    "crash": ("kill -SEGV $$", 1, "signal 11"),
    "endless": ("yes", 1, "65536 bytes"),
    "binary": ("printf '\\033[2J\\200update failed: REFUSED\\n' >&2; exit 2",
               7, "\\x1B[2J\\x80"),
    "hangs": ("idle", 1, "timed out after 2 s"),
    "unreachable": ("echo 'could not reach any name server' >&2; exit 1", 1,
                    "could not reach"),
    "no such zone": ("echo \"specified zone 'x' does not exist (NXDOMAIN)\""
                     " >&2; exit 2", 7, "does not exist"),
}


@pytest.mark.parametrize("kind", SCRIPTS)
def test_scripts(client, kind):
    text, status, says = SCRIPTS[kind]
    client.configure(program=client.program(text),
                     general="timeout = 2\npatience = 1" if text == "idle"
                     else "patience = 1")
    result = client.run()
    assert result.status == status
    assert says in result.stderr
    assert bool(result.stdout) == (status == 0)


def test_odd_failure_of_one_name(client):
    """Whatever it is that nsupdate has against a name stays with that name."""
    script = client.program(
        f'cat >"{client.ddns.folder}/input"\n'
        f'if grep -q odd "{client.ddns.folder}/input"\n'
        "then echo 'syntax error' >&2; exit 1; fi\n"
        f"printf 'Answer:\\n{SHOWN % 'NOERROR'}'\n")
    client.configure("names = a.example.com odd.example.com b.example.com",
                     program=script, general="patience = 1")
    result = client.run()
    assert result.status == 1
    assert len(result.stdout.splitlines()) == 2
    assert "odd.example.com" in result.stderr


def test_secret_stays_secret(client, named):
    client.configure("names = quiet.example.com")
    results = [client.run("-n"), client.run("-vv")]
    assert [result.status for result in results] == [0, 0]
    said = "".join(result.stdout + result.stderr for result in results)
    assert named.secret not in said
    assert "key hmac-sha256:upd ***" in results[0].stdout
    for path in client.ddns.home.iterdir():
        assert named.secret.encode() not in path.read_bytes()
    folder = next(client.log.iterdir())
    for name in ("argv", "env", "parent"):
        assert named.secret.encode() not in (folder / name).read_bytes()
    assert named.secret in (folder / "input").read_text()


def test_dry_run(client, named):
    client.ip[6] = GOOD6
    client.configure("names = *.dry.example.com", more="ttl = 60")
    result = client.run("-n")
    assert result.status == 0
    assert result.stdout == (
        f"*.dry.example.com A none -> {GOOD} (nsupdate), not read\n"
        f"*.dry.example.com AAAA none -> {GOOD6} (nsupdate), not read\n"
        f"\t{client.ddns.folder}/program -t SECONDS -u 0\n"
        f"\t    server 127.0.0.1 {named.port}\n"
        "\t    key hmac-sha256:upd ***\n\t    zone example.com.\n" + "".join(
            f"\t    update delete *.dry.example.com. {kind}\n"
            f"\t    update add *.dry.example.com. 60 {kind} {ip}\n"
            for kind, ip in (("A", GOOD), ("AAAA", GOOD6)))
        + "\t    send\n\t    answer\n")
    assert client.runs == [] and named.dig("x.dry.example.com") == []


def test_without_a_server(client):
    """Then nsupdate asks for the zone's primary."""
    client.configure(server="")
    result = client.run("-n")
    assert result.status == 0
    assert "    server" not in result.stdout and "    zone" in result.stdout


@pytest.mark.parametrize("server, line", [
    ("ns.example.com", "server ns.example.com 53"),
    ("ns.example.com:5353", "server ns.example.com 5353"),
    ("[::1]:5353", "server ::1 5353"), ("[::1]", "server ::1 53"),
    ("192.0.2.1", "server 192.0.2.1 53")])
def test_server(client, server, line):
    client.configure(server=f"server = {server}")
    assert f"\t    {line}\n" in client.run("-n").stdout


def hanging(client):
    """A run whose nsupdate hangs; both and the path of its pid."""
    pid = client.ddns.folder / "pid"
    client.configure(
        "names = killed.example.com", general=f"timeout = {harness.TIMEOUT}",
        program=client.program(
            f'cat >/dev/null; echo $$ >"{pid}.new"; mv "{pid}.new" "{pid}"\n'
            "idle"))
    (client.ddns.folder / "ip4").write_text(GOOD)
    process = client.ddns.start()
    until(pid.exists)
    return process, int(pid.read_text())


def test_terminated_run(client, named):
    process, pid = hanging(client)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=LATE)
    assert process.returncode == -signal.SIGTERM
    until(lambda: not alive(pid))
    client.configure("names = killed.example.com")
    assert client.run().status == 0
    assert named.dig("killed.example.com") == [GOOD]


def test_killed_run(client):
    """The attempt is in the state: the next run knows of it."""
    process, pid = hanging(client)
    process.kill()
    process.communicate(timeout=LATE)
    os.kill(pid, signal.SIGKILL)
    assert "killed.example.com" in client.ddns.state.read_text()
    result = client.run("status")
    assert result.status == 1 and "ended before an answer" in result.stdout


def test_half_a_message_is_not_sent(client, named):
    """What is left if the program dies while it writes to nsupdate."""
    client.configure("names = half.example.com")
    client.run()
    whole = client.runs[0].replace(GOOD, OTHER)
    assert whole.endswith("send\nanswer\n")
    for cut in range(len(whole) - len("send\nanswer\n")):
        if whole[cut - 1] in "\n3" or cut % 16 == 0:
            subprocess.run([NSUPDATE, "-t", "1"], input=whole[:cut], text=True,
                           capture_output=True)
    assert named.dig("half.example.com") == [GOOD]


# (changed lines of the account, in the message)
MISTAKES = [
    ({"zone": "example.org"}, "home.example.com is not in zone example.org"),
    ({"zone": ""}, "zone"),
    ({"key": "a b"}, "key: a key's name is a DNS name"),
    ({"key": "hmac-md5:upd"}, "key: a key's name is a DNS name"),
    ({"secret": "not/base64?"}, "key_secret: is not base64"),
    ({"secret": "abc"}, "key_secret: is not base64"),
    ({"key": None, "more": "key = upd"}, "key_secret: is missing"),
    ({"key": None, "more": "key_secret = abcd"}, "key: is missing"),
    ({"more": "keyfile = my.key"}, "not an absolute path"),
    ({"key": None, "more": "keyfile = /nowhere/my.key"}, "cannot be opened"),
    ({"more": "algorithm = hmac-sha265"}, "hmac-sha256"),
    ({"more": "tcp = maybe"}, "tcp: yes or no"),
    ({"more": "ttl = soon"}, "ttl"),
    ({"server": "server = a b"}, "a server is HOST"),
    ({"server": "server = https://a"}, "a server is HOST"),
    ({"server": "server = a/b"}, "a server is HOST"),
    ({"server": "server = 2001:db8::1"}, "a server is HOST"),
    ({"server": "server = a:99999"}, "a server is HOST"),
    ({"server": "server = -v"}, "a server is HOST"),
    ({"server": "server = a;b"}, "a server is HOST"),
    ({"program": "nsupdate"}, "program: a path is absolute"),
    ({"program": "/nowhere/nsupdate"}, "No such file"),
    ({"more": "set = GET https://example.net/{ip}"}, "sends no requests"),
    ({"more": "runs = /bin/sh"}, "runs: nsupdate is all"),
    ({"more": "key.A = other"}, "counts for both types"),
]


@pytest.mark.parametrize("change, says", MISTAKES)
def test_mistakes(client, change, says):
    client.configure(**change)
    result = client.run()
    assert (result.stdout, result.status) == ("", 3)
    assert says in result.stderr
    assert client.runs == []


def test_key_file_of_others(client, tmp_path):
    path = tmp_path / "open.key"
    Named.make_key(path)
    path.chmod(stat.S_IMODE(0o666))
    client.configure(key=None, more=f"keyfile = {path}")
    result = client.run()
    assert result.status == 3 and "others can write" in result.stderr


def test_row_of_ones_own(client, named):
    client.configure("names = own.example.com", kind="office",
                     more="[provider office]\nlike = nsupdate\nttl = 55")
    assert client.run().stdout == (
        f"own.example.com A none -> {GOOD} (office)\n")
    assert named.ttl("own.example.com") == [55]


def test_no_program_of_ones_own(client):
    """A row runs nsupdate and nothing else."""
    client.configure(more="[provider mine]\nruns = /bin/sh")
    result = client.run()
    assert result.status == 3
    assert "[provider mine] runs: nsupdate is all" in result.stderr
