# SPDX-License-Identifier: ISC
"""Limits of the machine: disks that fill, links, stacks, descriptors."""

import json
import os
import pathlib
import re
import resource
import socket

import pytest

import harness
import kill
from harness import Gate, Reply, until
from netns import Namespace

LINE = "home.example.com A none -> 203.0.113.7 (dyndns2)\n"
UNSAVED = "ddns: what the providers answered cannot be saved: "


@pytest.fixture
def source(serve):
    return serve(Reply("203.0.113.7"))


@pytest.mark.parametrize("suffix", [".stats", ".lock", "", ".bad"])
def test_no_file_of_two_names_is_written(home, source, tmp_path, suffix):
    other = tmp_path / "other"
    other.write_text("# somebody else's\n" * 20)
    before = other.read_bytes()
    home.configure([source.url])
    if suffix == ".bad":
        home.ddns.state.write_text("damaged\n")
    os.link(other, f"{home.ddns.state}{suffix}")
    home.run()
    assert home.run().status == 0
    assert other.read_bytes() == before
    assert home.run("status").status == 0


def fill(folder):
    """Takes all that is left of a disk, or of its files."""
    try:
        for number in range(100000):
            (folder / f"fill{number}").touch()
            if number == 0:
                with (folder / "fill0").open("ab", 0) as file:
                    while True:
                        file.write(bytes(4096))
    except OSError:
        pass
    try:
        for number in range(100000):
            (folder / f"more{number}").touch()
    except OSError:
        pass


@pytest.mark.parametrize("limit", ["size=256k,nr_inodes=300",
                                   "size=256k,nr_inodes=30"])
def test_a_disk_that_fills_while_a_provider_answers(home, limit):
    space = Namespace()
    try:
        space.run("mount", "-t", "tmpfs", "-o", f"{limit},mode=700", "none",
                  home.ddns.home)
        disk = pathlib.Path(
            f"/proc/{space.holder.pid}/root{home.ddns.home}")

        def answer(request):
            fill(disk)
            return home.provider(request)

        source = space.server(Reply("203.0.113.7"))
        home.server = space.server(answer)
        home.configure([source.url])
        home.ddns.under = space.enter
        result = home.run()
        assert (result.status, result.stdout, result.stderr) == (0, LINE, "")
        assert "203.0.113.7" in (disk / home.ddns.state.name).read_text()
        for path in disk.glob("[fm]*[0-9]"):
            path.unlink()
        again = home.run()
        assert (again.status, again.stdout) == (0, "")
        assert len(home.server.requests) == 1
        assert sorted(path.name for path in disk.iterdir()) == [
            home.ddns.state.name + suffix for suffix in ("", ".lock",
                                                         ".stats")]
    finally:
        space.close()


def test_a_disk_that_fills_again_after_a_save(home):
    """The save within the run takes the room; that of its end has some, too."""
    space = Namespace()
    first = "^name\thome.example.com\tA\tdyndns2\t203.0.113.7\t"
    try:
        space.run("mount", "-t", "tmpfs", "-o",
                  "size=256k,nr_inodes=300,mode=700", "none", home.ddns.home)
        disk = pathlib.Path(
            f"/proc/{space.holder.pid}/root{home.ddns.home}")
        state = disk / home.ddns.state.name

        def saved():
            return re.search(first, state.read_text(), re.M) and any(
                os.path.getsize(path) for path in disk.glob("*.tmp-*"))

        def answer(request):
            fill(disk)
            return home.provider(request)

        def answer_last(request):
            until(saved)
            return answer(request)

        source = space.server(Reply("203.0.113.7"))
        home.server, last = space.server(answer), space.server(answer_last)
        home.configure([source.url], more="[dyndns2 last]\nuser = me\n"
                       f"password = pa55word\nserver = {last.url}\n"
                       "names = last.example.com\n")
        home.ddns.under = space.enter
        result = home.run()
        assert (result.status, result.stderr) == (0, "")
        assert len(re.findall("^name\t.*\t203.0.113.7\t", state.read_text(),
                              re.M)) == 2
    finally:
        space.close()


def test_a_disk_that_is_full_before(home):
    space = Namespace()
    try:
        space.run("mount", "-t", "tmpfs", "-o",
                  "size=64k,nr_inodes=300,mode=700", "none", home.ddns.home)
        source = space.server(Reply("203.0.113.7"))
        home.server = space.server(home.provider)
        home.configure([source.url])
        home.ddns.under = space.enter
        fill(pathlib.Path(f"/proc/{space.holder.pid}/root{home.ddns.home}"))
        result = home.run()
        assert (result.status, result.stdout) == (5, "")
        assert result.stderr.endswith("No space left on device\n")
        assert home.server.requests == []
    finally:
        space.close()


@pytest.mark.parametrize("error,status", [
    ("EINVAL", 0),  # a file system that keeps no room (posix_fallocate(3))
    ("ENOSPC", 5), ("EIO", 5)])
def test_room_that_cannot_be_kept(home, source, error, status):
    home.configure([source.url])
    done = kill.inject([harness.PROGRAM, "-c", str(home.ddns.ini)],
                       "fallocate", f"error={error}",
                       env=home.ddns.environment())
    assert (done.returncode, done.stdout) == (status, "" if status else LINE)
    assert ("cannot keep room in" in done.stderr) == bool(status), done.stderr
    assert len(home.server.requests) == (0 if status else 1)
    assert not list(home.ddns.home.glob("*.tmp-*"))


@pytest.mark.parametrize("call,when,step", [
    ("renameat", 2, "cannot replace"),
    ("fsync", 4, "cannot sync the folder"),
])
def test_an_answer_that_cannot_be_saved(home, source, call, when, step):
    home.configure([source.url])
    done = kill.inject([harness.PROGRAM, "-c", str(home.ddns.ini)], call,
                       "error=EIO", f"{when}+", env=home.ddns.environment())
    assert len(home.server.requests) == 1
    assert (done.returncode, done.stdout) == (1, LINE)
    assert done.stderr.startswith(f"{UNSAVED}{step} {home.ddns.home}/")
    assert done.stderr.endswith(": Input/output error\n")


def test_a_limit_of_file_sizes(home, source):
    home.configure([source.url])
    result = home.run(file_limit=100)
    assert (result.status, result.stdout) == (5, "")
    assert result.stderr.endswith("File too large\n")
    assert home.server.requests == []


@pytest.mark.parametrize("call", ["pipe", "pipe2"])
def test_a_pipe_that_cannot_be_made(home, source, call):
    home.configure([source.url])
    done = kill.inject([harness.PROGRAM, "-c", str(home.ddns.ini)], call,
                       "error=EMFILE", 1, env=home.ddns.environment())
    if done.returncode == 0:  # libc makes it by the other call
        assert (done.stdout, done.stderr) == (LINE, "")
        return
    assert done.returncode == 1
    assert done.stderr == "ddns: cannot make a pipe: Too many open files\n"


DEEP = ["[" * 2000 + "]" * 2000, '{"a":' * 2000 + "1" + "}" * 2000,
        "<a>" * 5000, '{"a":"' + "\\\\" * 30000 + '"}']


@pytest.mark.parametrize("body", [*DEEP, None])
def test_a_stack_of_64_kib(ddns, serve, certificates, body):
    """Documented in ddns(1). A name, so that a thread resolves it, too."""
    provider = harness.Cloudflare()
    server = serve(provider, tls=certificates.server())
    if body:
        provider.script.append(Reply(body))
    source = serve(Reply("203.0.113.7"), host="0.0.0.0")
    ddns.config(f"[ipv4]\nurl = http://{socket.gethostname()}:{source.port}\n"
                f"url = http://127.0.0.1:{source.port}\n"
                "allow = 203.0.113.0/24\n[cloudflare]\ntoken = cf-token\n"
                f"server = {server.url}\nnames = home.example.com\n",
                f"ca_file = {certificates.ca}")
    before = resource.getrlimit(resource.RLIMIT_STACK)
    try:
        resource.setrlimit(resource.RLIMIT_STACK, (65536, before[1]))
        result = ddns.run()
    finally:
        resource.setrlimit(resource.RLIMIT_STACK, before)
    assert result.status == (1 if body else 0), result


def test_a_label_that_is_a_password(home, source, serve):
    home.configure([source.url], account="")
    text = home.ddns.ini.read_text().replace("[dyndns2]", "[dyndns2 pa55word]")
    home.ddns.ini.write_text(text)
    assert home.run().stdout == LINE.replace("dyndns2", "dyndns2 pa55word")
    home.provider.says[""] = "nohost pa55word"
    said = home.run("--force").stderr
    assert "home.example.com A (dyndns2 pa55word): " in said
    assert said.count("pa55word") == said.count("dyndns2 pa55word")
    assert "[dyndns2 pa55word]" in home.run("status").stdout


class Padded(harness.DigitalOcean):
    """As DigitalOcean, with so much in each answer about a zone, and with as
    many members in a record as some APIs have."""

    def __init__(self, zones, padding):
        super().__init__(zones=zones)
        self.padding = padding

    def answer(self, request):
        reply = super().answer(request)
        value = json.loads(reply.body)
        if "domain" in value:
            value["padding"] = "x" * self.padding
        query = dict(request.query)
        if "page" in query and "domain_records" in value:
            size, page = int(query["per_page"]), int(query["page"])
            records = value["domain_records"][size * (page - 1):size * page]
            value["domain_records"] = [
                record | {f"member{n}": f"value {n}" for n in range(15)}
                for record in records]
        return harness.document(value, reply.status)


def configure_zones(ddns, serve, provider, source, names):
    server = serve(provider)
    text = "\n ".join(names)
    ddns.config(f"[ipv4]\nurl = {source.url}\nallow = 203.0.113.0/24\n"
                f"[digitalocean]\ntoken = do-token\nserver = {server.url}\n"
                f"names = {text}\n")
    return server


class Late(Padded):
    """Names below b.ZONE are answered once all zones were read."""

    def __init__(self, zones, padding):
        super().__init__(zones, padding)
        self.unread = set(zones)
        self.gates = []

    def answer(self, request):
        reply = super().answer(request)
        zone = request.path.removeprefix("/v2/domains/").partition("/")[0]
        if request.path.endswith("/records"):
            self.unread.discard(zone)
        elif zone.startswith("b."):
            reply = Gate(reply.body, reply.status)
            self.gates.append(reply)
        for gate in () if self.unread else self.gates:
            gate.open()
        return reply


def test_an_answer_too_large_to_be_kept_is_asked_for_again(
        ddns, serve, source):
    """Of two zones of 700 KB one is kept for those who ask later."""
    zones = ["example.com", "example.org"]
    names = [f"{name}.{zone}" for name in ("x", "b") for zone in zones]
    server = configure_zones(ddns, serve, Late(zones, 700000), source, names)
    result = ddns.run()
    assert (result.status, result.stderr) == (0, "")
    asked = [server.asked.count(f"GET /v2/domains/{zone}") for zone in zones]
    assert sorted(asked) == [1, 2]


def test_a_long_list_of_many_names_has_room(ddns, serve, source):
    """Thrice what a single name's list may have."""
    names = [f"n{n}.example.com" for n in range(2000)]
    provider = Padded(["example.com"], 0)
    for name in names:
        provider.add(type="A", name=name.partition(".")[0],
                     data="203.0.113.7", ttl=300)
    server = configure_zones(ddns, serve, provider, source, names)
    result = ddns.run()
    assert (result.status, result.stderr) == (0, "")
    assert provider.writes == 0 and len(server.requests) < 20
