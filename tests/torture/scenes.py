# SPDX-License-Identifier: ISC
"""Runs that are tortured, and what must hold whatever is done to them.

A scene is a kind of run, with servers and a state of its own. `reset` puts all
back to how it was before, `judge` tells what does not hold after a run under
torture and, with `after`, after a plain one that follows it.
"""

import atexit
import collections
import concurrent.futures
import copy
import functools
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import harness  # noqa: E402
import kill  # noqa: E402
import netns  # noqa: E402

OLD, NEW = "203.0.113.7", "203.0.113.8"
KINDS = ("first", "unchanged", "changed", "failing", "two")  # two accounts
# A page that has no address but its host's is asked first.
OWN = "9.9.9.9"
SECRETS = ("pa55word", "cf-token")
SLOW = 20  # seconds: no run of ours takes so long
WORKERS = os.cpu_count() or 1



@functools.cache
def tls():
    """The CA's file and what a server needs."""
    folder = tempfile.mkdtemp(prefix="ddns-torture-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    certificates = harness.Certificates(folder)
    return certificates.ca, certificates.server()


Row = collections.namedtuple(
    "Row", "kind name type account address since attempt failures until why "
           "digest seen text")


def rows_of(text):
    """The rows of the names in a state; ValueError if it is not whole."""
    lines = text.decode().split("\n")
    if lines[0] != "# ddns state 1" or lines[-1] != "" or len(lines) < 3:
        raise ValueError("the state is not whole")
    rows = [line.split("\t") for line in lines[1:-1]]
    if rows[0][0] != "key" or len(rows[0][1]) != 64:
        raise ValueError("the state has no key")
    return {row[1]: Row(*row[:len(Row._fields)]) for row in rows
            if row[0] == "name"}


class Scene:
    def __init__(self, kind):
        self.kind = kind
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ddns-torture-"))
        self.ddns = harness.Ddns(self.folder)
        self.before = self.folder / "before"
        self.space = netns.Namespace() if kind == "own" else None
        self.source = self.serve(harness.Reply(OLD))
        self.pages = [self.source]
        if self.space:
            self.space.ip(f"address add {OWN}/32 dev lo\n")
            self.ddns.under = self.space.enter
            self.pages.insert(0, self.serve(
                harness.Reply(f"Welcome to {OWN}"), OWN))
        self.dyndns = harness.Dyndns2()
        self.cloudflare = harness.Cloudflare()
        self.cloudflare.add(type="A", name="two.example.com", content=OLD,
                            ttl=300, proxied=True)
        self.cloudflare.add(type="A", name="other.example.com",
                            content="198.51.100.9", ttl=1, proxied=False)
        self.providers = [
            self.serve(self.watch(self.dyndns)),
            self.serve(self.watch(self.cloudflare), tls=tls()[1])]
        self.early = []   # provider calls whose attempt was not on disk
        self.called = 0   # those that write
        self.failures = {}
        self.names = ["home.example.com"]
        if kind == "two":
            self.names.append("two.example.com")
        self.prepare()

    def serve(self, reply, *args, **options):
        return (self.space.server if self.space else harness.Server)(
            reply, *args, **options)

    def close(self):
        for server in [*self.pages, *self.providers]:
            server.close()
        if self.space:
            self.space.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def watch(self, provider):
        def reply(request):
            if request.method != "GET" or provider is self.dyndns:
                self.called += 1
                self.look()
            return provider(request)
        return reply

    def look(self):
        """A name is written to a provider once its attempt is on disk."""
        try:
            rows = rows_of(self.ddns.state.read_bytes())
        except (OSError, ValueError) as error:
            self.early.append(f"called without a state: {error}")
            return
        if all(int(row.failures) <= self.failures.get(name, -1)
               and row.address != self.address
               for name, row in rows.items()):
            self.early.append("called before its attempt was on disk")

    def prepare(self):
        urls = "\n ".join(f"{page.url}/" for page in self.pages)
        text = (f"[ipv4]\nurl = {urls}\nallow = 203.0.113.0/24\n"
                f"[dyndns2]\nserver = {self.providers[0].url}\nuser = me\n"
                "password = pa55word\nnames = home.example.com\n")
        if self.kind == "two":
            text += (f"[cloudflare]\nserver = {self.providers[1].url}\n"
                     "token = cf-token\nnames = two.example.com\n")
        general = "timeout = 3\ndeadline = 8"
        if self.kind == "two":
            general += f"\nca_file = {tls()[0]}"
        self.ddns.config(text, general)
        if self.kind != "first":
            result = self.ddns.run()
            assert result.status == 0, result
        self.address = OLD if self.kind in ("first", "unchanged") else NEW
        self.source.reply = harness.Reply(self.address)
        self.says = ({"home.example.com": "oops"}
                     if self.kind == "failing" else {})
        shutil.copytree(self.ddns.home, self.before)
        if self.ddns.state.exists():
            rows = rows_of(self.ddns.state.read_bytes())
            self.failures = {name: int(row.failures)
                             for name, row in rows.items()}
        self.told = copy.deepcopy(self.dyndns.zone)
        self.records = copy.deepcopy(self.cloudflare.records)

    def reset(self):
        shutil.rmtree(self.ddns.home, ignore_errors=True)
        shutil.copytree(self.before, self.ddns.home)
        self.dyndns.zone = copy.deepcopy(self.told)
        self.dyndns.says = dict(self.says)
        self.cloudflare.records = copy.deepcopy(self.records)
        self.early.clear()
        self.dyndns.wrong.clear()
        self.cloudflare.wrong.clear()
        self.called = 0

    @property
    def command(self):
        return [harness.PROGRAM, "-c", str(self.ddns.ini)]

    def publish(self):
        """As if the providers had been told."""
        self.dyndns.zone["home.example.com", "A"] = self.address
        self.cloudflare.records[0]["content"] = self.address

    def published(self, name):
        if name == "home.example.com":
            return self.dyndns.zone.get((name, "A"))
        (record,) = [record for record in self.cloudflare.records
                     if record["name"] == name]
        return record["content"]

    def confirmed(self):
        """Whether the state has the address for all names."""
        try:
            rows = rows_of(self.ddns.state.read_bytes())
        except (OSError, ValueError):
            return False
        return all(name in rows and rows[name].address == self.address
                   for name in self.names)

    def judge_state(self):
        try:
            text = self.ddns.state.read_bytes()
        except FileNotFoundError:
            return [] if self.kind == "first" else ["the state is gone"]
        try:
            rows = rows_of(text)
        except (ValueError, TypeError) as error:
            return [f"{error}: {text!r}"]
        found = []
        for name, row in rows.items():
            if row.address not in (OLD, self.address, "none"):
                found.append(f"the state has {row.address} for {name}")
            elif row.address == self.address != self.published(name):
                found.append(f"{name}: {row.address} was never published")
        return found

    def judge(self, status, out, err):
        """What does not hold of a run; status below 0: ended by a signal."""
        found = list(self.early) + self.dyndns.wrong + self.cloudflare.wrong
        found += self.judge_state()
        if status > 7:
            found.append(f"exit status {status}")
        if status == 5 and self.called:
            found.append("exit status 5 although a provider was called")
        held = all(self.published(name) == self.address for name in self.names)
        if status == 0 and not held:
            found.append("exit status 0 although not all names are right")
        if status == 0 and not self.confirmed():
            found.append("exit status 0 although not all names are confirmed")
        if self.kind == "two" and self.records[1] not in (
                self.cloudflare.records):
            found.append("somebody else's record was changed")
        for line in err.splitlines():
            if not line.startswith("ddns: "):
                found.append(f"said {line!r}")
        texts = [out, err, *(path.read_bytes().decode(errors="replace")
                             for path in self.ddns.home.iterdir()
                             if path.is_file())]
        found += [f"{secret} is shown" for secret in SECRETS
                  if any(secret in text for text in texts)]
        return found

    def after(self):
        """What does not hold after a plain run that follows."""
        self.dyndns.says = {}
        self.early.clear()
        self.failures, failures = {}, self.failures
        result = self.ddns.run()
        found = self.judge(result.status, result.stdout, result.stderr)
        self.failures = failures
        if result.status != 0:
            found.append(f"exit status {result.status}: {result.stderr}")
        if "damaged" in result.stderr:
            found.append(result.stderr)
        left = sorted(path.name for path in self.ddns.home.iterdir())
        base = self.ddns.state.name
        if left != [base, f"{base}.lock", f"{base}.stats"]:
            found.append(f"files: {left}")
        return [f"the next run: {text}" for text in found]

    def torture(self, command, **options):
        """One run under torture, judged: (its result, what is wrong)."""
        self.reset()
        given = [f"{name}={value}"
                 for name, value in options.get("env", {}).items()]
        try:
            done = subprocess.run(
                [*self.ddns.under, "env", *given, *command], check=False,
                capture_output=True, timeout=SLOW,
                env=self.ddns.environment())
        except subprocess.TimeoutExpired:
            return None, ["it hangs"]
        status = done.returncode
        if status > 128:  # as strace tells of a signal
            status = 128 - status
        found = self.judge(status, done.stdout.decode(errors="replace"),
                           done.stderr.decode(errors="replace"))
        return done, found + self.after()


def traced_points(scene):
    """(name, k) of each system call from the configuration's on."""
    scene.reset()
    calls = kill.trace(scene.command, scene.folder / "trace",
                       env=scene.ddns.environment())
    return [point for point in kill.points(calls, scene.ddns.ini)
            if point[0] not in ("futex", "exit", "rt_sigreturn")]


def sample(jobs, every):
    """One of so many, without a rhythm, and always the same."""
    jobs = list(jobs)
    if every > 1:
        random.Random(1).shuffle(jobs)
    return jobs[::every]


def spread(title, kind, jobs, work):
    """Does work(scene, job) for each job, on scenes of one kind; returns what
    was found, a line each."""
    found = []

    def share(part):
        scene = Scene(kind)
        try:
            for job in part:
                for text in work(scene, job):
                    found.append(f"{title}: {kind}: {job}: {text}")
        finally:
            scene.close()

    jobs = list(jobs)
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(share, (jobs[i::WORKERS] for i in range(WORKERS))))
    print(f"{title}: {kind}: {len(jobs)} points, {len(found)} faults",
          flush=True)
    return found
