# SPDX-License-Identifier: ISC
"""Servers on loopback and a way to run the program, for the tests.

A server is asked by `ddns` and answers with what a reply says: a Reply, or one
of the misbehaviours below (reset, slow, endless ...). Every request is kept.

Nothing here may depend on who is faster. A server that closes a connection
behind an answer has said so in it; else the connection stays open until the
client closes it. A test waits for an event (until), not for a time; where it
needs a server to be late, the test itself lets the answer go (Gate). Times of
the program are only asserted from below, or with Ddns.in_time.
"""

import base64
import collections
import contextlib
import ctypes
import dataclasses
import glob
import json
import os
import pathlib
import random
import re
import resource
import shlex
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import threading
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAM = os.environ.get("DDNS", str(ROOT / "src" / "ddns"))
UNDER = shlex.split(os.environ.get("DDNS_UNDER", ""))
FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)
DAEMONS = next((folder / "build/daemons" for folder in (ROOT, *ROOT.parents)
                if (folder / "build/daemons").is_dir()), ROOT / "build/daemons")
LATE = 90  # seconds after which a run is taken for stuck
TIMEOUT = 50  # of a request of the program that nothing should hold up
SOON = 40  # seconds: a run that took longer has waited for a timeout
TRIES = 10  # of a run that the machine makes late


def until(true, what="it"):
    """Waits until a function returns something true, and returns that."""
    end = time.monotonic() + LATE
    while not (result := true()):
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.01)
    return result


def alive(pid):
    """Whether a process runs; one that only its parent has to take note of
    does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def await_end(pids, count):
    """Waits until the processes named in a file are no more."""
    pids = [int(word) for word in pids.read_text().split()]
    assert len(pids) == count
    until(lambda: not any(alive(pid) for pid in pids), "the end of a program")


def terminal_text(leader, follower):
    """What was written to a pseudoterminal; closes both ends."""
    os.close(follower)
    text = b""
    try:
        while chunk := os.read(leader, 65536):
            text += chunk
    except OSError:
        pass  # EIO: that was all
    os.close(leader)
    return text.decode()


PRCTL = ctypes.CDLL(None).prctl


def die_with_tests():
    """In a child before its program: the kernel ends it with its parent."""
    PRCTL(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


HOLD = os.pipe()


def write_program(path, text):
    """Writes a shell script; returns its path.

    `idle` in it does nothing for ever, but ends when the tests end, however
    they do: it reads what only they could write. die_with_tests cannot reach
    what the program starts."""
    path.write_text("#!/bin/sh\nidle() { exec cat "
                    f"/proc/{os.getpid()}/fd/{HOLD[0]}; }}\n{text}\n")
    path.chmod(0o755)
    return path


def tool(name):
    """Where a program of the system is, or of a package that `make deps-check`
    unpacked so that it brings no service; None if there is none."""
    return shutil.which(name, path=":".join([
        "/usr/local/sbin:/usr/sbin:/sbin", os.environ.get("PATH", ""),
        *(str(DAEMONS / folder) for folder in ("usr/sbin", "usr/bin", "bin"))]))


def installed(name):
    """A page of the manual as it is installed below /usr/local."""
    text = (ROOT / "man" / name).read_text()
    for word, place in (("BINDIR", "/usr/local/bin"), ("SYSCONFDIR", "/etc"),
                        ("STATEDIR", "/var/lib")):
        text = text.replace(f"@{word}@", place)
    return text


@dataclasses.dataclass
class Request:
    method: str
    target: str
    headers: list
    body: bytes
    at: float
    scheme: str = "http"

    @property
    def path(self):
        return self.target.partition("?")[0]

    @property
    def query(self):
        text = self.target.partition("?")[2]
        return urllib.parse.parse_qsl(text, True, True) if text else []

    def header(self, name):
        """The field's value; None if it is missing or was sent twice."""
        found = [v for k, v in self.headers if k.lower() == name.lower()]
        return found[0] if len(found) == 1 else None

    def __str__(self):
        return f"{self.method} {self.target}"


# What a server says. Each has play(sock, stop), which returns whether the
# connection may be used again.


class Reply:
    """last: the server closes the connection behind it, and says so."""

    def __init__(self, body="", status=200, headers=(), after=0, last=False):
        self.body = body.encode() if isinstance(body, str) else body
        self.status = status
        self.headers = list(dict(headers).items())
        self.after = after
        self.last = last

    def head(self, length):
        lines = [f"HTTP/1.1 {self.status} Status"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if length is not None and self.status != 204:
            lines.append(f"Content-Length: {length}")
        if self.last:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def play(self, sock, stop):
        if self.after:
            stop.wait(self.after)
        sock.sendall(self.head(len(self.body)) + self.body)
        return not self.last


class Gate(Reply):
    """Waits until all have come that it waits for, or until it is opened.

    Several requests that get the same one prove that they are under way at
    the same time."""

    def __init__(self, *args, count=0, **options):
        super().__init__(*args, **options)
        self.left = count
        self.lock = threading.Lock()
        self.opened = threading.Event()

    def open(self):
        self.opened.set()

    def play(self, sock, stop):
        with self.lock:
            self.left -= 1
            if self.left == 0:
                self.open()
        while not self.opened.wait(0.1):
            if stop.is_set():
                return False
        return super().play(sock, stop)


class Slow(Reply):
    """Sends a byte of the body each second."""

    def __init__(self, *args, **options):
        super().__init__(*args, last=True, **options)

    def play(self, sock, stop):
        sock.sendall(self.head(len(self.body)))
        for byte in self.body:
            if stop.wait(1):
                break
            sock.sendall(bytes([byte]))
        return False


class Endless(Reply):
    """Repeats the body for as long as the client listens."""

    def __init__(self, *args, **options):
        super().__init__(*args, last=True, **options)

    def play(self, sock, stop):
        sock.sendall(self.head(None))
        while not stop.is_set():
            sock.sendall(self.body * 1000)
        return False


class Raw:
    """Sends these bytes and closes, as a head of HTTP/1.1 in them says."""

    def __init__(self, data=b""):
        head = data.partition(b"\r\n\r\n")[0].lower()
        if (head.startswith(b"http/1.1")
                and b"\r\nconnection: close" not in head):
            raise ValueError("closes a connection without Connection: close")
        self.data = data

    def play(self, sock, stop):
        sock.sendall(self.data)
        return False


class Reset:
    """Breaks the connection in place of an answer."""

    def play(self, sock, stop):
        sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False


class Hang:
    """Says this much and nothing more."""

    def __init__(self, data=b""):
        self.data = data

    def play(self, sock, stop):
        sock.sendall(self.data)
        stop.wait()
        return False


class Tunnel:
    """What a proxy says to CONNECT: the rest goes to a port of loopback."""

    def __init__(self, port):
        self.port = port

    @staticmethod
    def _pass_on(source, sink):
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)

    def play(self, sock, stop):
        with socket.create_connection(("127.0.0.1", self.port)) as server:
            sock.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(
                target=self._pass_on, args=(server, sock), daemon=True)
            back.start()
            self._pass_on(sock, server)
            back.join()
        return False


def redirect(url, status=302):
    return Reply("moved", status, {"Location": url})


def document(value, status=200, headers=()):
    kind = {"Content-Type": "application/json"}
    return Reply(json.dumps(value), status, {**kind, **dict(headers)})


def reserve(port):
    """Takes a port for this process and its children; None: it is not free.

    Of two processes of the tests one alone can bind the name."""
    name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        name.bind(f"\0ddns-tests-port-{port}")
        with (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
              socket.socket() as tcp):
            udp.bind(("127.0.0.1", port))
            tcp.bind(("127.0.0.1", port))
    except OSError:
        name.close()
        return None
    return name


RESERVED = []


def free_port():
    """One that is free over UDP and TCP, and stays so until it is bound: the
    kernel gives none of those below its range to who asks for any port."""
    with open("/proc/sys/net/ipv4/ip_local_port_range",
              encoding="ascii") as text:
        low = int(text.read().split()[0])
    ports = list(range(max(1024, low - 8000), low))
    random.shuffle(ports)
    for port in ports:
        if name := reserve(port):
            RESERVED.append(name)
            return port
    raise OSError("no port is free")


class Server:
    """Answers on a free port of loopback until close().

    reply: a reply for all requests, a list of them (the last one stays), or a
    function of the request. tls: an SSLContext, or "hang" for a server that
    never shakes hands. listener: a socket that listens already, perhaps in
    another network namespace.
    """

    def __init__(self, reply, host="127.0.0.1", tls=None, listener=None):
        self.reply = reply
        self.tls = tls
        self.requests = []
        self.connections = 0
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.listener = listener or listen(host)
        self.port = self.listener.getsockname()[1]
        self.name = f"[{host}]" if ":" in host else host
        self.url = f"{'https' if tls else 'http'}://{self.name}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.stop.set()
        self.listener.close()

    @property
    def asked(self):
        return [str(request) for request in self.requests]

    def _accept(self):
        while not self.stop.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(
                target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        try:
            sock.settimeout(LATE)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls == "hang":
                self.stop.wait()
            elif self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
                self._talk(sock)
            else:
                self._talk(sock)
        except OSError:
            pass  # the client went away, or is meant to be cut off
        finally:
            sock.close()

    def _talk(self, sock):
        stream = sock.makefile("rb")
        while not self.stop.is_set():
            request = read_request(stream)
            if request is None:
                return
            request.scheme = "https" if self.tls else "http"
            with self.lock:
                self.requests.append(request)
                reply = self._choose(request)
            if not reply.play(sock, self.stop):
                stream.close()
                return

    def _choose(self, request):
        if callable(self.reply):
            return self.reply(request)
        if isinstance(self.reply, list):
            if len(self.reply) > 1:
                return self.reply.pop(0)
            return self.reply[0]
        return self.reply


def listen(host, port=0, backlog=128):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(backlog)
    return listener


def read_request(stream):
    first = stream.readline(65536).decode("latin-1").split()
    if len(first) != 3:
        return None
    headers = []
    while True:
        line = stream.readline(65536).decode("latin-1").rstrip("\r\n")
        if not line:
            break
        name, _, value = line.partition(":")
        headers.append((name, value.strip()))
    lengths = [v for k, v in headers if k.lower() == "content-length"]
    body = stream.read(int(lengths[0])) if lengths else b""
    return Request(first[0], first[1], headers, body, time.monotonic())


class Certificates:
    """A private CA and server certificates for loopback, made by openssl."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.ca = self.folder / "ca.pem"
        self._openssl(
            "req", "-x509", *self._key("ca"), "-out", self.ca, "-days", "2",
            "-subj", "/CN=ddns test CA")

    def _openssl(self, *args):
        subprocess.run(
            ["openssl", *map(str, args)], cwd=self.folder, check=True,
            stdin=subprocess.DEVNULL, capture_output=True)

    def _key(self, name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-keyout", self.folder / f"{name}.key")

    def server(self, *args, **options):
        """A context for a server with a certificate of pair()."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.pair(*args, **options))
        return context

    def pair(self, days=2, names="IP:127.0.0.1,IP:::1,DNS:localhost"):
        """Paths of a certificate and its key; days below 0: it has expired
        so long ago."""
        name = f"server{days}-{abs(hash(names))}"
        pem = self.folder / f"{name}.pem"
        self._openssl(
            "req", "-new", *self._key(name), "-out", f"{name}.csr",
            "-subj", "/CN=ddns test", "-addext", f"subjectAltName={names}")
        self._sign(name, days, names)
        return pem, self.folder / f"{name}.key"

    def _sign(self, name, days, names):
        (self.folder / "index.txt").write_text("")
        (self.folder / "ca.cnf").write_text(
            "[ca]\ndefault_ca = it\n[it]\ndatabase = index.txt\n"
            "new_certs_dir = .\npolicy = any\ndefault_md = sha256\n"
            "rand_serial = yes\nunique_subject = no\nx509_extensions = ext\n"
            f"[any]\ncommonName = supplied\n[ext]\nsubjectAltName = {names}\n")
        begin, end = (time.strftime("%Y%m%d%H%M%SZ", time.gmtime(when))
                      for when in (time.time() - 90 * 86400,
                                   time.time() + days * 86400))
        self._openssl(
            "ca", "-batch", "-config", "ca.cnf", "-cert", self.ca,
            "-keyfile", "ca.key", "-in", f"{name}.csr", "-notext",
            "-out", f"{name}.pem", "-startdate", begin, "-enddate", end)


# Providers. Each is a `reply` for a Server: it checks a request to the letter,
# keeps what it was told and answers as the service does. What it did not
# expect is in `wrong`, which the fixture wants empty at the end.


class Provider:
    def __init__(self):
        self.wrong = []
        self.script = collections.deque()  # replies that go before our own

    def __call__(self, request):
        try:
            self.check(request)
        except AssertionError as error:
            self.wrong.append(f"{request}: {error}")
            return Reply("not as documented", 400)
        if self.script:
            reply = self.script.popleft()
            if reply is not None:
                return reply
        return self.answer(request)

    def check(self, request):
        want(request.header("Host") is not None, "Host")
        agent = request.header("User-Agent") or ""
        want(re.fullmatch(r"ddns/[0-9.]+( .*)?", agent), f"agent {agent!r}")
        want(request.header("Cookie") is None, "a cookie")


def want(condition, what):
    if not condition:
        raise AssertionError(what)


def basic(user, password):
    text = base64.b64encode(f"{user}:{password}".encode()).decode()
    return f"Basic {text}"


class Dyndns2(Provider):
    """/nic/update: `says` gives other words for a name, or for "" all."""

    def __init__(self, user="me", password="pa55word"):
        super().__init__()
        self.auth = basic(user, password)
        self.zone = {}
        self.says = {}

    def check(self, request):
        super().check(request)
        want(request.method == "GET", "method")
        want(request.path == "/nic/update", "path")
        names = [name for name, _ in request.query]
        want(names == ["hostname", "myip"], f"query {names}")
        want(request.header("Authorization") == self.auth, "authorization")
        want(request.body == b"", "a body")

    def answer(self, request):
        query = dict(request.query)
        name, ip = query["hostname"], query["myip"]
        word = self.says.get(name, self.says.get(""))
        if word is not None:
            return Reply(word.replace("{ip}", ip) + "\n")
        kind = (name, "AAAA" if ":" in ip else "A")
        same = self.zone.get(kind) == ip
        self.zone[kind] = ip
        return Reply(f"{'nochg' if same else 'good'} {ip}\n")


class DuckDNS(Provider):
    def __init__(self, token="duck-token"):
        super().__init__()
        self.token = token
        self.zone = {}

    def check(self, request):
        super().check(request)
        want(request.method == "GET", "method")
        want(request.path == "/update", "path")
        names = [name for name, _ in request.query]
        want(names[:2] == ["domains", "token"], f"query {names}")
        want(names[2:] in (["ip"], ["ipv6"], ["ip", "ipv6"]),
             f"query {names}")
        want(request.header("Authorization") is None, "authorization")

    def answer(self, request):
        query = dict(request.query)
        if query["token"] != self.token:
            return Reply("KO")
        for key, kind in (("ip", "A"), ("ipv6", "AAAA")):
            if key in query:
                self.zone[query["domains"], kind] = query[key]
        return Reply("OK")


class Rest(Provider):
    """What the providers with records have in common."""

    def __init__(self, token, zones):
        super().__init__()
        self.auth = f"Bearer {token}"
        self.zones = zones  # name -> id
        self.records = []
        self.next = 1
        self.writes = 0

    def check(self, request):
        super().check(request)
        if request.method == "GET":
            want(request.body == b"", "a body")
        else:
            kind = request.header("Content-Type")
            want(kind == "application/json", f"content type {kind}")
            want(not request.query, "a query")

    def add(self, **record):
        record["id"] = f"r{self.next}"
        self.next += 1
        self.records.append(record)
        return record

    def find(self, ident):
        return next((r for r in self.records if r["id"] == ident), None)

    def holds(self, name):
        """{(type, address), ...} of a name."""
        return {(r["type"], r[self.address]) for r in self.records
                if r["name"] == name}


def keys(value, needed, optional=()):
    have = set(value)
    want(set(needed) <= have and have <= set(needed) | set(optional),
         f"members {sorted(have)}")


class Cloudflare(Rest):
    address = "content"

    def __init__(self, token="cf-token", zones=None):
        super().__init__(token, zones or {"example.com": "z1"})

    def reply(self, result, status=200):
        return document({"success": True, "errors": [], "messages": [],
                         "result": result}, status)

    def error(self, status, code, message):
        return document(
            {"success": False, "errors": [{"code": code, "message": message}],
             "messages": [], "result": None}, status)

    def answer(self, request):
        if request.header("Authorization") != self.auth:
            return self.error(403, 9109, "Invalid access token")
        path = request.path.removeprefix("/client/v4")
        if path == "/zones" and request.method == "GET":
            return self.list_zones(request)
        match = re.fullmatch(r"/zones/(\w+)/dns_records(/batch)?", path)
        if not match or match[1] not in self.zones.values():
            return self.error(404, 7003, "Could not route")
        if request.method == "GET" and not match[2]:
            return self.list_records(request)
        if request.method == "POST" and match[2]:
            return self.batch(json.loads(request.body))
        return self.error(405, 10000, "Method not allowed")

    def list_zones(self, request):
        query = dict(request.query)
        return self.reply(
            [{"id": ident, "name": name, "status": "active"}
             for name, ident in self.zones.items()
             if query.get("name", name) == name])

    def list_records(self, request):
        query = dict(request.query)
        return self.reply(
            [r for r in self.records
             if query.get("name", r["name"]) == r["name"]
             and query.get("type", r["type"]) == r["type"]])

    def batch(self, body):
        keys(body, (), ("patches", "posts"))
        done = {"patches": [], "posts": []}
        for patch in body.get("patches", []):
            keys(patch, ("id", "content"), ("ttl", "proxied"))
            record = self.find(patch["id"])
            if record is None:
                return self.error(404, 81044, "Record does not exist.")
            record.update(patch)
            done["patches"].append(record)
        for post in body.get("posts", []):
            keys(post, ("type", "name", "content"), ("ttl", "proxied"))
            done["posts"].append(self.add(**post))
        self.writes += 1
        return self.reply(done)


class DigitalOcean(Rest):
    address = "data"

    def __init__(self, token="do-token", zones=("example.com",)):
        super().__init__(token, {zone: zone for zone in zones})

    def error(self, status, ident, message):
        return document({"id": ident, "message": message}, status)

    def answer(self, request):
        if request.header("Authorization") != self.auth:
            return self.error(401, "Unauthorized", "Unable to authenticate you")
        match = re.fullmatch(
            r"/v2/domains/([^/]+)(/records)?(?:/(\w+))?", request.path)
        if not match or match[1] not in self.zones:
            return self.error(404, "not_found", "The resource was not found.")
        method, zone, ident = request.method, match[1], match[3]
        if method == "GET" and not match[2]:
            return document({"domain": {"name": zone, "ttl": 1800}})
        if method == "GET" and not ident:
            return self.list_records(zone, dict(request.query))
        if method == "POST" and not ident:
            body = json.loads(request.body)
            keys(body, ("type", "name", "data"), ("ttl",))
            self.writes += 1
            return document({"domain_record": self.add(**body)}, 201)
        record = self.find(ident)
        if method != "PATCH" or record is None:
            return self.error(404, "not_found", "The resource was not found.")
        body = json.loads(request.body)
        keys(body, ("type", "data"), ("ttl",))
        record.update(body)
        self.writes += 1
        return document({"domain_record": record})

    def list_records(self, zone, query):
        def fqdn(record):
            name = record["name"]
            return zone if name == "@" else f"{name}.{zone}"
        found = [r for r in self.records
                 if query.get("name", fqdn(r)) == fqdn(r)
                 and query.get("type", r["type"]) == r["type"]]
        return document({"domain_records": found, "links": {},
                         "meta": {"total": len(found)}})


@dataclasses.dataclass
class Result:
    stdout: str
    stderr: str
    status: int
    seconds: float

    @property
    def lines(self):
        return self.stderr.splitlines()


class Ddns:
    """The program with a folder of its own for its files."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.ini = self.folder / "ddns.ini"
        self.home = self.folder / "state"
        self.state = self.home / "ddns.state"
        self.under = ()  # words before the command, such as nsenter's
        self.home.mkdir(mode=0o700, exist_ok=True)

    def config(self, text, general=""):
        """Writes the configuration; the state is in our folder."""
        self.write(f"[ddns]\nstate = {self.state}\n{general}\n{text}\n")

    def write(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        self.ini.write_bytes(data)
        self.ini.chmod(0o600)

    def environment(self, later=0, extra=None):
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
               "HOME": str(self.folder), "LANG": "C.UTF-8"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        if later:
            env.update(LD_PRELOAD=FAKETIME, FAKETIME=f"{int(later):+d}s",
                       FAKETIME_DONT_FAKE_MONOTONIC="1",
                       ASAN_OPTIONS="verify_asan_link_order=0")
        env.update(extra or {})
        return env

    def start(self, *args, later=0, env=None, file_limit=None, **options):
        """Starts it; later: seconds that the clock is ahead (or behind)."""
        def limit():
            die_with_tests()
            if file_limit is not None:
                resource.setrlimit(
                    resource.RLIMIT_FSIZE, (file_limit, file_limit))
        return subprocess.Popen(
            [*self.under, *UNDER, PROGRAM, "-c", str(self.ini), *map(str, args)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=self.folder, preexec_fn=limit,
            env=self.environment(later, env), **options)

    def run(self, *args, **options):
        begin = time.monotonic()
        process = self.start(*args, **options)
        try:
            out, err = process.communicate(timeout=LATE)
        finally:
            process.kill()
            for kind in ("sem.faketime_sem", "faketime_shm"):
                # which libfaketime may not remove from within the sandbox
                # and not one of another user's run that had this number
                with contextlib.suppress(PermissionError):
                    pathlib.Path(f"/dev/shm/{kind}_{process.pid}").unlink(True)
        return Result(out.decode(), err.decode(), process.returncode,
                      time.monotonic() - begin)

    def in_time(self, most, *args, **options):
        """Runs it, each time without a state, until a run took less than
        `most` seconds. A busy machine makes some runs late, a program that
        waits too long all of them."""
        for _ in range(TRIES):
            shutil.rmtree(self.home)
            self.home.mkdir(mode=0o700)
            result = self.run(*args, **options)
            if result.seconds < most:
                break
        return result

    def snapshot(self):
        """What a quiet run must not touch."""
        return {path.name: (path.read_bytes(), path.stat().st_mtime_ns,
                            path.stat().st_ino)
                for path in sorted(self.home.iterdir())
                if path.suffix not in (".stats", ".lock")}
