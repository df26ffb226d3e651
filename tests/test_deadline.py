# SPDX-License-Identifier: ISC
"""The whole run ends in time, whatever hangs."""

import itertools
import os
import re
import select
import signal
import socket

import pytest

import harness
import http2
from harness import LATE, SOON, Hang, Reply, Slow, await_end, until

GOOD = "203.0.113.7"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n"


class Full:
    """A server whose queue is full: it never answers a connect."""

    reply = None

    def __init__(self):
        self.listener = harness.listen("127.0.0.1", backlog=0)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.queued = []
        for _ in range(4):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", self.port))
            self.queued.append(sock)
        # the one place in the queue is taken as soon as one is through
        assert select.select([], self.queued, [], LATE)[1]

    def close(self):
        for sock in (*self.queued, self.listener):
            sock.close()


STAGES = {
    "connect": None,
    "tls": (Hang(), {"tls": "hang"}),
    "request": (Hang(), {}),
    "headers": (Hang(HEAD), {}),
    "body": (Hang(HEAD + b"\r\n203.0"), {}),
    "a byte a second": (Slow("203.0.113.7 " * 9), {}),
}


@pytest.fixture
def hanging(serve):
    """Starts a server that hangs at a stage."""
    full = []

    def start(stage):
        if STAGES[stage] is None:
            full.append(Full())
            return full[-1]
        reply, options = STAGES[stage]
        return serve(reply, **options)

    yield start
    for server in full:
        server.close()


@pytest.mark.parametrize("stage", STAGES)
def test_lookup_hangs(home, hanging, stage):
    url = hanging(stage).url
    home.configure([f"{url}/{n}" for n in range(3)],
                   general="timeout = 60\ndeadline = 2")
    result = home.in_time(3, "-v")
    assert result.status == 4 and home.asked == []
    assert 1.9 <= result.seconds < 3
    assert "the deadline of the run has passed" in result.stderr


@pytest.mark.parametrize("stage", STAGES)
def test_lookup_has_its_own_time(home, serve, hanging, stage):
    home.configure([hanging(stage).url, serve(Reply(GOOD)).url],
                   general="timeout = 5")
    result = home.in_time(6)
    assert (result.stdout, result.status) == (home.line, 0)
    assert result.seconds < 6


@pytest.mark.parametrize("stage", STAGES)
def test_provider_hangs(home, serve, hanging, stage):
    """The name is left for a later run, which backs off."""
    home.server = hanging(stage)
    home.configure([serve(Reply(GOOD)).url],
                   general="timeout = 60\ndeadline = 5")
    result = home.in_time(6, "-v")
    assert (result.stdout, result.status) == ("", 1)
    assert 4.9 <= result.seconds < 6
    assert "the deadline of the run has passed" in result.stderr
    state = home.ddns.state.read_text()
    assert re.search(
        r"^name\thome\.example\.com\tA\tdyndns2\tnone\t", state, re.M)


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_a_proxy_hangs(home, serve, scheme):
    """It has taken the connection: no TLS was begun."""
    proxy = serve(Hang()).url.replace("http", scheme)
    home.server.url = "https://provider.example"
    home.configure([serve(Reply(GOOD)).url],
                   general=f"timeout = 2\nproxy = {proxy}")
    result = home.run("-v")
    assert result.status == 1
    assert "timed out after 1 s while waiting for the proxy" in result.stderr


def test_what_was_confirmed_before_the_deadline_is_kept(home, serve):
    hang = {"second.example.com": Hang()}
    provider = home.provider
    source = serve(Reply(GOOD))

    def configure(general):
        home.configure([source.url], general=general,
                       names="first.example.com second.example.com")

    def reply(request):
        name = dict(request.query)["hostname"]
        return hang.get(name) or provider(request)

    home.server.reply = reply
    configure("timeout = 60\ndeadline = 5")
    result = home.in_time(6)
    assert result.stdout == (
        "first.example.com A none -> 203.0.113.7 (dyndns2)\n")
    assert result.status == 1 and result.seconds < 6
    hang.clear()
    configure("")
    assert home.run(later=3600).stdout.startswith("second.example.com A none")


def test_who_had_no_turn_is_not_held(home, serve):
    """After some requests the provider hangs. Who was not sent did not fail,
    and the next run begins with those."""
    names = [f"h{n:02}.example.com" for n in range(24)]
    source = serve(Reply(GOOD))
    turns, asked = itertools.count(), []

    def reply(request):
        asked.append(dict(request.query)["hostname"])
        return home.provider(request) if next(turns) < 9 else Hang()

    def run(general, **options):
        nonlocal turns
        asked.clear()
        turns = itertools.count()
        home.configure([source.url], names=" ".join(names),
                       general=f"timeout = 60\npatience = 1\n{general}")
        return home.run(**options)

    home.server.reply = reply
    result = run("deadline = 3")
    late = names[len(asked):]
    assert 0 < len(late) <= 11 and result.status == 1
    assert (f"ddns: [dyndns2]: {len(late)} records wait for the next run: "
            "the deadline of the run has passed\n") in result.stderr
    assert not any(name in result.stderr for name in late)
    assert not any(name in home.run("status").stderr for name in late)
    assert not re.search(rf"^name\t{late[0]}\t.*deadline",
                         home.ddns.state.read_text(), re.M)
    assert run("deadline = 3").status == 1
    assert asked[0] == late[0] and set(late) <= set(asked)
    home.server.reply = home.provider
    result = run("", later=3600)
    assert result.status == 0, result
    assert "ddns: [dyndns2]: all records have had their turn\n" in result.stderr
    assert home.ddns.state.read_text().count(GOOD) > len(names)


def test_a_server_that_never_stops_holds_no_other_account(
        home, serve, certificates):
    """GOAWAY keeps libcurl 7.88 within one call, without a callback."""
    goaway = http2.frame(http2.GOAWAY, bytes([0, 0, 0, 1]) + bytes(4))
    flood = http2.Server(http2.Script(http2.headers(), goaway),
                         certificates.server())
    home.configure([serve(Reply(GOOD)).url],
                   general=f"timeout = 60\nca_file = {certificates.ca}",
                   more=f"[dyndns2 flood]\nserver = {flood.url}\nuser = me\n"
                        "password = pa55word\nnames = flood.example.com\n")
    try:
        result = home.run("-v")
    finally:
        flood.close()
    assert flood.requests and home.asked == [GOOD]
    assert (result.status, result.stdout) == (1, home.line)
    assert "flood.example.com A (dyndns2 flood): " in result.stderr
    assert result.seconds < SOON


def slept(text):
    """What a run that was traced slept first, in milliseconds."""
    found = re.search(r"\bpoll\(.*, 1, (\d+)", text)
    return int(found[1]) if found else None


def under_strace(home, trace, *options):
    """Traces how it waits. The search for leaks does not work so."""
    home.ddns.under = ["strace", "-f", "-o", trace, "-e", "trace=poll",
                       *options]
    return {"ASAN_OPTIONS": "detect_leaks=0"}


def test_splay_is_random(home, serve, tmp_path):
    home.configure([serve(Reply(GOOD)).url])
    env = under_strace(home, tmp_path / "trace")
    times = set()
    for _ in range(6):
        result = home.run("--splay", 1, env=env)
        times.add(slept((tmp_path / "trace").read_text()))
        assert result.status == 0
    assert len(times) > 1 and max(times) <= 1000


def test_splay_is_no_part_of_the_deadline(home, serve, tmp_path):
    """The longest splay, as drawn from random bytes that are known."""
    home.configure([serve(Reply(GOOD)).url], general="deadline = 6")
    longest = (7000).to_bytes(8, "little").hex()
    env = under_strace(
        home, tmp_path / "trace", "-e", "trace=read", "-P", "/dev/urandom",
        "-e", f"inject=read:poke_exit=@arg2={longest}:when=1")
    result = home.run("--splay", 7, env=env)
    assert result.status == 0 and result.seconds >= 7


def test_lock_is_not_held_while_it_sleeps(home, serve, tmp_path):
    trace = tmp_path / "trace"
    home.configure([serve(Reply(GOOD)).url])
    env = under_strace(home, trace)
    sleeper = home.ddns.start("--splay", 86400, env=env)
    home.ddns.under = ()
    try:
        until(lambda: trace.exists() and slept(trace.read_text()))
        assert home.run().status == 0
        os.kill(int(trace.read_text().split()[0]), signal.SIGTERM)
        assert sleeper.wait(LATE) == -signal.SIGTERM
    finally:
        sleeper.kill()
        sleeper.communicate()


def test_alarm_behind_the_deadline(home, serve, tmp_path):
    """Should the loop itself be stuck, the kernel ends the run."""
    trace = tmp_path / "trace"
    home.configure([serve(Reply(GOOD)).url], general="deadline = 7")
    home.ddns.under = ["strace", "-f", "-o", trace, "-e",
                       "trace=alarm,setitimer"]
    # the search for leaks does not work under strace
    assert home.run(env={"ASAN_OPTIONS": "detect_leaks=0"}).status == 0
    assert re.search(r"alarm\(37\)|setitimer\(ITIMER_REAL, .*tv_sec=37",
                     trace.read_text())


# Programs: what is left of one that is late, or outlived by its run.


@pytest.fixture
def program(tmp_path):
    """Writes a program; `pids` has the process and its child."""

    def make(script):
        return f"exec:{harness.write_program(tmp_path / 'program', script)}"

    make.pids = tmp_path / "pids"
    return make


HANGS = "idle & echo $$ $! >%s; echo 203.0.113.9; wait"


@pytest.mark.parametrize("general, seconds", [
    ("timeout = 4", 4), ("timeout = 60\ndeadline = 4", 4)])
def test_late_program_is_killed_with_its_children(
        home, program, general, seconds):
    home.configure([program(HANGS % program.pids)], general=general)
    result = home.in_time(seconds + 1)
    assert result.status == 4 and home.asked == []
    assert seconds <= result.seconds < seconds + 1
    await_end(program.pids, 2)


@pytest.mark.parametrize("command", ["update", "lookup"])
@pytest.mark.parametrize("number, status", [
    (signal.SIGTERM, -signal.SIGTERM), (signal.SIGQUIT, -signal.SIGQUIT),
    (signal.SIGALRM, 1)])  # the last one by the kernel, as it is stuck
def test_program_of_a_run_that_is_stopped(
        home, program, command, number, status):
    home.configure([program(HANGS % program.pids)], general="timeout = 60")
    run = home.ddns.start(command)
    until(lambda: program.pids.exists()
          and program.pids.read_text().endswith("\n"))
    run.send_signal(number)
    run.communicate(timeout=LATE)
    assert run.returncode == status
    await_end(program.pids, 2)


def test_flood_of_a_program_is_cut(home, program):
    home.configure([program(HANGS % program.pids + " & yes 203.0.113.7")],
                   general="timeout = 60")
    result = home.run("-v")
    assert result.status == 4 and result.seconds < SOON
    assert "answer larger than 65536 bytes" in result.stderr
    await_end(program.pids, 2)


@pytest.mark.parametrize("script, said, general", [
    ("echo 203.0.113.7; exit 3", "exit status 3", ""),
    ("echo 203.0.113.7; kill -9 $$", "killed by signal 9", ""),
    ("echo 203.0.113.7; idle", "timed out after 1 s", "timeout = 1"),
    ("echo nothing", 'no IPv4 address in "nothing', ""),
])
def test_failed_program(home, program, script, said, general):
    home.configure([program(script)], general=general)
    result = home.run("-v")
    assert result.status == 4 and said in result.stderr
    assert home.asked == []


@pytest.mark.parametrize("option, script, status, said", [
    ("-v", "echo note >&2; echo 203.0.113.7", 0, ": note\n"),
    ("-q", "echo note >&2; echo 203.0.113.7", 0, None),
    ("-v", "echo first >&2; echo last >&2; exit 3", 4,
     "exit status 3: last\n"),
    ("-v", "seq 99999 >&2; exit 3", 4, "exit status 3: 99999\n"),
])
def test_what_a_program_writes_to_stderr(
        home, program, option, script, status, said):
    """It is shown by -v, its last line where it failed."""
    home.configure([program(script)])
    result = home.run(option)
    assert result.status == status
    assert said in result.stderr if said else result.stderr == ""


def test_program_that_ends_after_its_output(home, program):
    """Its time is `timeout`, whenever it closes its output."""
    home.configure([program("echo 203.0.113.7; exec >&-; sleep 0.7")])
    assert home.run().status == 0 and home.asked == [GOOD]


def test_program_is_called_without_a_shell(home, program, tmp_path):
    """Its words are handed on as they are; so is a clean environment."""
    mark = tmp_path / "mark"
    home.configure([program(
        f"printf '%s|' \"$@\" >{mark}; env | sort >{mark}.env; "
        "ls /proc/self/fd | wc -l >>" + f"{mark}.fd; read x || echo 203.0.113.7")
        + " $(id) `id` a;id 'a b' * $HOME"])
    result = home.run(env={"SECRET": "x", "LD_SOMETHING": "y", "TZ": "UTC"})
    assert result.status == 0, result.stderr
    assert mark.read_text() == "$(id)|`id`|a;id|'a|b'|*|$HOME|"
    names = {line.partition("=")[0] for line in
             (tmp_path / "mark.env").read_text().splitlines()}
    assert names - {"PWD", "_", "OLDPWD", "SHLVL"} == {
        "PATH", "HOME", "LANG", "TZ"}
    # 0, 1, 2 and the folder itself
    assert (tmp_path / "mark.fd").read_text().strip() == "4"


def test_program_that_is_not_there(home, tmp_path):
    home.configure([f"exec:{tmp_path}/none"])
    result = home.run("-v")
    assert result.status == 4 and "No such file" in result.stderr


def test_slow_program_does_not_hold_the_other_family(
        home, program, serve, tmp_path):
    """It only ends when the provider has been told the other address."""
    told = tmp_path / "told"

    def reply(request):
        told.touch()
        return home.provider(request)

    home.server.reply = reply
    home.configure([serve(Reply(GOOD)).url], [program(
        f"for n in $(seq 1000); do [ -e {told} ] && exit 3; sleep 0.05; done")])
    result = home.run("-v")
    assert result.stdout == home.line
    assert "exit status 3" in result.stderr
    assert result.seconds < SOON


def test_hung_program_delays_no_more_than_its_time(home, program, serve):
    home.configure([serve(Reply(GOOD)).url], [program("idle")],
                   general="timeout = 4")
    result = home.in_time(6)
    assert result.stdout == home.line
    assert 4 <= result.seconds < 6
