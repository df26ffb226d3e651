"""The whole run ends in time, whatever hangs."""

import re
import signal
import socket
import time

import pytest

import harness
from harness import Hang, Reply, Slow

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
    result = home.run("-v")
    assert result.status == 4 and home.asked == []
    assert 1.9 <= result.seconds < 3
    assert "the deadline of the run has passed" in result.stderr


@pytest.mark.parametrize("stage", STAGES)
def test_lookup_has_its_own_time(home, serve, hanging, stage):
    home.configure([hanging(stage).url, serve(Reply(GOOD)).url],
                   general="timeout = 2")
    result = home.run()
    assert (result.stdout, result.status) == (home.line, 0)
    assert result.seconds < 3


@pytest.mark.parametrize("stage", STAGES)
def test_provider_hangs(home, serve, hanging, stage):
    """The name is left for a later run, which backs off."""
    home.server = hanging(stage)
    home.configure([serve(Reply(GOOD)).url],
                   general="timeout = 60\ndeadline = 2")
    result = home.run("-v")
    assert (result.stdout, result.status) == ("", 1)
    assert 1.9 <= result.seconds < 3
    assert "the deadline of the run has passed" in result.stderr
    state = home.ddns.state.read_text()
    assert re.search(
        r"^name\thome\.example\.com\tA\tdyndns2\tnone\t", state, re.M)


def test_what_was_confirmed_before_the_deadline_is_kept(home, serve):
    hang = {"second.example.com": Hang()}
    provider = home.provider

    def reply(request):
        name = dict(request.query)["hostname"]
        return hang.get(name) or provider(request)

    home.server.reply = reply
    home.configure([serve(Reply(GOOD)).url],
                   names="first.example.com second.example.com",
                   general="timeout = 60\ndeadline = 2")
    result = home.run()
    assert result.stdout == (
        "first.example.com A none -> 203.0.113.7 (dyndns2)\n")
    assert result.status == 1 and result.seconds < 3
    hang.clear()
    assert home.run(later=3600).stdout.startswith("second.example.com A none")


def test_splay_is_no_part_of_the_deadline(home, serve):
    home.configure([serve(Reply(GOOD)).url], general="deadline = 1")
    seconds = [home.run("--splay", 3).seconds for _ in range(6)]
    assert home.run("--splay", 3).status == 0
    assert max(seconds) < 4 and max(seconds) - min(seconds) > 0.2


def test_lock_is_not_held_while_it_sleeps(home, serve):
    home.configure([serve(Reply(GOOD)).url])
    sleeper = home.ddns.start("--splay", 86400)
    try:
        time.sleep(0.3)
        assert home.run().status == 0
        sleeper.send_signal(signal.SIGTERM)
        assert sleeper.wait(5) == -signal.SIGTERM
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
        path = tmp_path / "program"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return f"exec:{path}"

    make.pids = tmp_path / "pids"
    return make


def gone(path):
    """Waits until the processes named in a file are no more."""
    pids = [int(word) for word in path.read_text().split()]
    assert len(pids) == 2
    end = time.monotonic() + 2
    while any(alive(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


HANGS = "sleep 300 & echo $$ $! >%s; echo 203.0.113.9; wait"


@pytest.mark.parametrize("general, seconds", [
    ("timeout = 1", 1), ("timeout = 60\ndeadline = 1", 1)])
def test_late_program_is_killed_with_its_children(
        home, program, general, seconds):
    home.configure([program(HANGS % program.pids)], general=general)
    result = home.run()
    assert result.status == 4 and home.asked == []
    assert seconds <= result.seconds < seconds + 1
    assert gone(program.pids)


@pytest.mark.parametrize("command", ["update", "lookup"])
def test_program_of_a_run_that_is_stopped(home, program, command):
    home.configure([program(HANGS % program.pids)], general="timeout = 60")
    run = home.ddns.start(command)
    end = time.monotonic() + 5
    while not program.pids.exists() or not program.pids.read_text().strip():
        assert time.monotonic() < end
        time.sleep(0.02)
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=5)
    assert run.returncode == -signal.SIGTERM
    assert gone(program.pids)


def test_flood_of_a_program_is_cut(home, program):
    home.configure([program(HANGS % program.pids + " & yes 203.0.113.7")],
                   general="timeout = 60")
    result = home.run("-v")
    assert result.status == 4 and result.seconds < 2
    assert "answer larger than 65536 bytes" in result.stderr
    assert gone(program.pids)


@pytest.mark.parametrize("script, said", [
    ("echo 203.0.113.7; exit 3", "exit status 3"),
    ("echo 203.0.113.7; kill -9 $$", "killed by signal 9"),
    ("echo 203.0.113.7; exec sleep 9", "timed out after 1 s"),
    ("echo nothing", 'no IPv4 address in "nothing'),
])
def test_failed_program(home, program, script, said):
    home.configure([program(script)], general="timeout = 1")
    result = home.run("-v")
    assert result.status == 4 and said in result.stderr
    assert home.asked == []


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


def test_hung_program_does_not_hold_the_other_family(home, program, serve):
    source = serve(Reply(GOOD))
    home.configure([source.url], [program("sleep 60")],
                   general="timeout = 4")
    begin = time.monotonic()
    result = home.run()
    assert result.stdout == home.line
    assert home.server.requests[0].at - begin < 3
    assert result.seconds < 6
