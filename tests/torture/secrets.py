# SPDX-License-Identifier: ISC
"""Every model of account, with secrets that are marked: where they come out.

A server says back all that it was sent, in several escapes, so that each
secret comes as a part of an answer, too. Looked at are the output at -vv, text
and JSON, the news, the state, argv and environment, what is left in memory at
the end, and whether a crash leaves a core.
"""

import base64
import concurrent.futures
import functools
import html
import html.entities
import json
import os
import pathlib
import random
import re
import resource
import signal
import subprocess
import tempfile
import urllib.parse

import scenes
import signatures

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEY = re.compile(r"^; (\w+) +(required|optional)\b(.*)")
PIECE = 7  # letters of a secret in a row that show that it came out

# How a marked secret may look: with all that is escaped somewhere, else plain,
# else as a key in base64.
MODELS = (
    lambda core: f"{core}\"&<é%2+/=",
    lambda core: core,
    lambda core: base64.b64encode(core.encode()).decode(),
)

# All that HTML has a name for.
NAMED = {text: f"&{name}" for name, text in sorted(html.entities.html5.items())
         if name.endswith(";") and len(text) == 1
         and not (text.isascii() and text.isalnum())}

# How a service says back what it heard.
ESCAPES = (
    lambda text: text,
    lambda text: json.dumps({"error": {"message": text}}),
    lambda text: urllib.parse.quote(text, safe=""),
    lambda text: f"<p>{html.escape(text)}</p>",
    lambda text: f"<p>{''.join(NAMED.get(c, c) for c in text)}</p>",
)

# What a server says back, and with which status.
PARTS = (
    (200, lambda request: request.target),
    (401, lambda request: "; ".join(
        f"{name}: {utf8(value)} {plain(value)}"
        for name, value in request.headers
        if name not in ("Host", "User-Agent", "Accept"))),
    (500, lambda request: request.body.decode(errors="replace")),
)


def utf8(value):
    """A field as it was meant, not as Latin-1."""
    return value.encode("latin-1").decode(errors="replace")


def plain(value):
    """The user and password of an Authorization: Basic."""
    try:
        return base64.b64decode(value.removeprefix("Basic ")).decode()
    except ValueError:
        return ""


@functools.cache
def names():
    out = subprocess.run([scenes.harness.PROGRAM, "providers"], check=True,
                         capture_output=True, text=True).stdout
    return [line.split()[0] for line in out.splitlines()
            if line.strip() and not line.startswith("NAME ")]


def keys_of(name):
    """{key: whether it is secret} of what a row needs, and all its secrets."""
    out = subprocess.run(
        [scenes.harness.PROGRAM, "providers", name], check=True,
        capture_output=True, text=True).stdout
    found = {}
    for line in out.splitlines():
        match = KEY.match(line)
        if match and (match[2] == "required" or " secret" in match[3]):
            found[match[1]] = " secret" in match[3]
    return found


def case_of(name):
    """The account of the provider's case file, whose values are valid."""
    path = ROOT / "tests" / "providers" / f"{name}.case"
    account, inside = {}, False
    for line in path.read_text().splitlines() if path.exists() else ():
        inside = line == "account" or inside and line[:1] in ("\t", " ")
        key, equals, value = line.strip().partition(" = ")
        if inside and equals:
            account[key] = value
    return account


class Account:
    """A section with marked secrets."""

    def __init__(self, name, model, url):
        draw = random.Random(f"{name} {model}")
        self.cores = []
        self.lines = []
        self.host = "home.example.com"
        case, keys = case_of(name), keys_of(name)
        for key in {**keys, **case}:
            if keys.get(key):
                core = "".join(draw.choices("BCDFGHJKLMNPQRSTVWXZ", k=20))
                value = MODELS[model](core)
                self.cores.append(core if model < 2 else value[:26])
            else:
                value = case.get(key, self.word(key, name, keys))
            if key == "key_file" and "$key_file" in value:
                continue
            if key == "key" and keys.get(key) and "key_file" in case:
                key, value = "key_file", signatures.account_file()
                self.cores[-1] = json.loads(pathlib.Path(
                    value).read_text())["private_key"].splitlines()[5]
            for word, to in (("$server6", url), ("$server", url),
                             ("$zone", "example.com")):
                value = value.replace(word, to)
            self.lines.append(f"{key} = {value}")
        if name == "nsupdate":
            self.lines += ["program = /bin/false", "key = a-key"]
        elif not any(url in line for line in self.lines):
            self.lines.append(f"server = {url}")

    @staticmethod
    def word(key, name, keys):
        if key == "zone":
            return "example.com"
        if key == "server":
            return "$server"
        if key == "set":
            secrets = "".join(f"&{key}={{{key}}}" for key in keys if keys[key])
            return f"GET $server/?h={{fqdn}}{secrets}"
        return "word12"


class Place:
    """Where accounts are tried: servers, a folder and the libraries."""

    def __init__(self, library):
        self.library = library
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ddns-torture-"))
        self.ddns = scenes.harness.Ddns(self.folder)
        self.source = scenes.harness.Server(
            scenes.harness.Reply("203.0.113.7"))
        self.news = scenes.harness.Server(scenes.harness.Reply(""))
        self.service = scenes.harness.Server(self.answer)
        self.process = None
        self.crash = False
        self.says = None
        self.outside = b""  # argv and environment of our processes

    def close(self):
        for server in (self.source, self.news, self.service):
            server.close()
        scenes.shutil.rmtree(self.folder, ignore_errors=True)

    def answer(self, request):
        (status, part), escape = self.says
        if self.crash:
            self.process.send_signal(signal.SIGSEGV)
        elif self.process:
            for name in ("cmdline", "environ"):
                path = pathlib.Path(f"/proc/{self.process.pid}/{name}")
                try:
                    self.outside += path.read_bytes()
                except OSError:
                    pass  # it is hidden, or has ended
        return scenes.harness.Reply(escape(part(request)), status)

    def run(self, *args, cores=(), env=None):
        turned = ",".join("".join(f"{~byte & 255:02x}" for byte in
                                  core.encode()) for core in cores)
        self.process = subprocess.Popen(
            [scenes.harness.PROGRAM, "-c", str(self.ddns.ini), *args],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=self.folder, preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2),
            env={**self.ddns.environment(), **(env or {
                "LD_PRELOAD": str(self.library), "SEEN": turned})})
        out, err = self.process.communicate(timeout=scenes.SLOW)
        return self.process.returncode, (out + err).decode(errors="replace")

    def configure(self, account, name, hook=""):
        self.ddns.config(
            f"[ipv4]\nurl = {self.source.url}/\nallow = 203.0.113.0/24\n"
            f"[webhook]\nurl = {self.news.url}/\nmethod = POST\n"
            f"body = {{message}}\n[{name}]\n" + "\n".join(account.lines)
            + f"\nnames = {account.host}\n",
            f"timeout = 3\npatience = 1\n{hook}")

    def texts(self):
        """All that is left of a run, and what was told to others."""
        yield "argv or environment", self.outside.decode(errors="replace")
        for request in self.news.requests:
            yield "the news", str(request) + request.body.decode()
        for path in self.ddns.home.iterdir():
            yield path.name, path.read_bytes().decode(errors="replace")
        told = self.folder / "told"
        if told.exists():
            yield "the environment of a hook", told.read_text()


def shown(text, core):
    """Where a piece of the secret stands in the text, in any spelling."""
    pieces = {core[at:at + PIECE] for at in range(len(core) - PIECE + 1)}
    for shift in range(3):
        coded = base64.b64encode(b"x" * shift + core.encode())[4:-4].decode()
        pieces |= {coded[at:at + 10] for at in range(len(coded) - 9)}
    for form in (text, urllib.parse.unquote(text), html.unescape(text)):
        for piece in pieces:
            at = form.find(piece)
            if at >= 0:
                return [form[max(at - 60, 0):at + 60]]
    return []


def fitting(place, name):
    """The first model of secrets that the row's checks take, and the error of
    the last one else."""
    for model in range(len(MODELS)):
        account = Account(name, model, place.service.url)
        for _ in range(2):
            place.configure(account, name)
            status, said = place.run("check")
            if status == 0:
                return account, ""
            zone = re.search(r"is not in zone (\S+)", said)
            if zone:
                account.host = f"home.{zone[1]}"
    return None, said


def looks(place, name, account):
    """(what was looked at, whether it shows a secret) of a row's runs."""
    hook = place.folder / "hook"
    hook.write_text(f"#!/bin/sh\nexec env >>{place.folder}/told\n")
    hook.chmod(0o700)
    for args in (["-vv"], ["--json"], ["-vv", "--json"], []):
        for part in PARTS:
            for escape in ESCAPES:
                place.says = part, escape
                _, said = place.run(*args, "--force", cores=account.cores)
                yield f"output of {args}", said
    place.configure(account, name, f"hook = {hook}")
    yield "output", place.run("--force", cores=account.cores)[1]
    yield "output of status", place.run("status")[1]
    yield "output of check", place.run("check")[1]
    yield from place.texts()


def crashes(place, account):
    """Whether a crash while a provider is asked leaves a core."""
    place.crash = True
    status, _ = place.run("--force", env={"X": ""})
    place.crash = False
    cores = [path for path in place.folder.iterdir()
             if path.name.startswith("core")]
    if status == -signal.SIGSEGV and cores:
        yield f"a core is left: {cores}"


def work(place, name):
    account, why = fitting(place, name)
    if account is None:
        yield 0, [f"no account is taken: {why}"]
        return
    for where, text in looks(place, name, account):
        found = [f"{where}: {piece!r}" for core in account.cores
                 for piece in shown(text, core)]
        found += [line for line in text.splitlines()
                  if line.startswith("seen:")]
        yield 1, found[:1]
    yield 1, list(crashes(place, account))


def main(every):
    points, found = 0, []
    with tempfile.TemporaryDirectory(prefix="ddns-torture-") as folder:
        library = pathlib.Path(folder) / "seen-memory.so"
        subprocess.run(
            ["cc", "-O2", "-shared", "-fPIC", "-o", library,
             pathlib.Path(__file__).with_name("seen-memory.c")], check=True)

        def share(part):
            count, faults = 0, []
            for name in part:
                place = Place(library)
                try:
                    for point, texts in work(place, name):
                        count += point
                        faults += [f"secrets: {name}: {text}"
                                   for text in texts]
                finally:
                    place.close()
            return count, faults

        chosen = names()[::every]
        with concurrent.futures.ThreadPoolExecutor(scenes.WORKERS) as pool:
            for count, faults in pool.map(share, (
                    chosen[at::scenes.WORKERS]
                    for at in range(scenes.WORKERS))):
                points += count
                found += faults
    print(f"secrets: {len(chosen)} models of account")
    return points, found
