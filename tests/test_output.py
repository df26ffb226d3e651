# SPDX-License-Identifier: ISC
"""What is said, when, and where: cron must bring a mail for news alone."""

import fcntl
import json
import pty
import re
import subprocess

import pytest

from harness import (
    FAKETIME, LATE, PROGRAM, SOON, UNDER, Reply, Reset, terminal_text,
    write_program)

GOOD = "203.0.113.7"
MINUTE, HOUR, DAY = 60, 3600, 86400
clock = pytest.mark.skipif(not FAKETIME, reason="needs libfaketime")


@pytest.fixture
def source(serve):
    return serve(Reply(GOOD))


def script(folder, text, name="hook"):
    return write_program(folder / name, text)


@clock
def test_lookup_problem_is_said_after_patience(home, source):
    """On the third run, after a day again, and once when it is over."""
    home.configure([source.url])
    home.run()
    source.reply = Reply("502", 502)
    said = [home.run(later=at * MINUTE) for at in (5, 10, 15, 20, 25)]
    assert [bool(result.stderr) for result in said] == [
        False, False, True, False, False]
    assert {result.status for result in said} == {4}
    assert said[2].lines and all(
        line.startswith("ddns: ") for line in said[2].lines)
    assert home.run(later=DAY).stderr == ""
    assert home.run(later=DAY + HOUR).stderr != ""
    source.reply = Reply(GOOD)
    over = home.run(later=DAY + 2 * HOUR)
    assert over.status == 0 and over.stderr.count("\n") == 1
    assert home.run(later=DAY + 3 * HOUR).stderr == ""


@clock
def test_short_problem_is_never_said(home, source):
    home.configure([source.url])
    for at in range(3):
        source.reply = Reply(GOOD)
        assert home.run(later=at * HOUR).stderr == ""
        source.reply = Reset()
        assert home.run(later=at * HOUR + 60).stderr == ""
        assert home.run(later=at * HOUR + 120).stderr == ""


@pytest.mark.parametrize("patience, said", [(1, [1]), (2, [0, 1, 0])])
def test_patience_is_configurable(home, source, patience, said):
    source.reply = Reply("")
    home.configure([source.url], general=f"patience = {patience}")
    assert [home.run().stderr.count("\n") > 0 for _ in said] == [
        bool(x) for x in said]


@clock
def test_remind_is_configurable(home, source):
    home.provider.says[""] = "badauth"
    home.configure([source.url], general="remind = 2h")
    assert [bool(home.run(later=at * HOUR).stderr) for at in (
        0, 1, 1.9, 2.1, 3, 4.2)] == [True, False, False, True, False, True]


def test_refusal_is_said_at_once_and_once(home, source):
    home.provider.says[""] = "nohost"
    home.configure([source.url])
    first, second = home.run(), home.run()
    assert first.stderr.count("\n") == 1 and first.status == 7
    assert (second.stderr, second.status) == ("", 7)
    home.provider.says.clear()
    third = home.run("--force")
    assert third.stdout == home.line and third.stderr.count("\n") == 1
    assert home.run().stderr == ""


def test_verbose_says_always(home, source):
    home.provider.says[""] = "nohost"
    home.configure([source.url])
    home.run()
    assert "nohost" in home.run("-v").stderr


def test_terminal_says_always(home, source):
    home.provider.says[""] = "nohost"
    home.configure([source.url])
    home.run()
    leader, follower = pty.openpty()
    process = subprocess.run(
        [*UNDER, PROGRAM, "-c", home.ddns.ini],
        stdin=follower, stdout=follower, stderr=follower,
        env=home.ddns.environment(), timeout=LATE)
    assert process.returncode == 7
    assert "nohost" in terminal_text(leader, follower)


def at_terminal(home, *args, piped=(), **extra):
    """What is printed on one; `piped` names what goes to a pipe instead."""
    leader, follower = pty.openpty()
    ends = {name: subprocess.PIPE if name in piped else follower
            for name in ("stdout", "stderr")}
    process = subprocess.run(
        [*UNDER, PROGRAM, "-c", home.ddns.ini, *args], stdin=follower, **ends,
        env=home.ddns.environment(extra={"TERM": "xterm", **extra}),
        timeout=LATE)
    text = terminal_text(leader, follower).replace("\r\n", "\n")
    return process.returncode, text, process.stdout


# Names, IPv6 as well, and the line.
RESTS = [
    ("home.example.com", False, "home.example.com: 203.0.113.7, unchanged\n"),
    ("home.example.com b.example.com c.example.com", False,
     "home.example.com and 2 more: 203.0.113.7, unchanged\n"),
    ("home.example.com b.example.com", True, "home.example.com and 1 more: "
     "203.0.113.7 and 2001:db8::7, unchanged\n"),
]


@pytest.mark.parametrize("names, both, line", RESTS)
def test_nothing_to_tell_a_terminal(home, serve, source, names, both, line):
    """One line says so, and nothing where nobody looks."""
    home.configure([source.url], [serve(Reply("2001:db8::7"), host="::1").url]
                   if both else [], names=names)
    status, text, _ = at_terminal(home)
    assert status == 0 and text.count(" -> ") == len(names.split()) * (1 + both)
    assert "unchanged" not in text
    assert at_terminal(home) == (0, line, None)
    assert at_terminal(home, "--dry-run") == (0, line, None)
    assert at_terminal(home, "-q") == (0, "", None)
    assert at_terminal(home, piped=["stdout"]) == (0, "", b"")
    assert at_terminal(home, piped=["stderr"]) == (0, "", None)
    assert "unchanged" not in at_terminal(home, "--json")[1].replace(
        '"unchanged"', "")
    source.reply = Reply("198.51.100.1")
    assert "unchanged" not in at_terminal(home)[1]
    source.reply = Reply("", 502)
    status, text, _ = at_terminal(home)
    assert status == 4 and "unchanged" not in text


def test_held_lock_is_said_at_a_terminal(home, source):
    home.configure([source.url])
    home.run()
    with open(f"{home.ddns.state}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert at_terminal(home) == (
            6, f"ddns: another run holds {home.ddns.state}.lock\n", None)
        assert at_terminal(home, piped=["stderr"])[:2] == (6, "")


@pytest.mark.parametrize("term, rewritten", [
    ({}, True), ({"NO_COLOR": "1"}, True), ({"TERM": "dumb"}, False),
    ({"TERM": ""}, False)])
def test_progress_at_a_terminal(home, source, term, rewritten):
    """One line, written over and taken off before the changes come."""
    names = " ".join(f"n{i}.example.com" for i in range(30))
    home.configure([source.url], names=names)
    status, text, _ = at_terminal(home, **term)
    shown, *changes = text.split("\n")[0].split("\r"), *text.split("\n")[1:-1]
    assert status == 0 and "\x1b" not in text
    assert len(changes) == 29 and all(
        line.endswith("-> 203.0.113.7 (dyndns2)") for line in changes)
    first, *counts, cleared, change = (
        shown if rewritten else ["", "", *shown])
    assert change.startswith("n0.example.com A none ->")
    assert first == "" and cleared.strip() == ""
    assert [count.split() for count in counts][:1] == (
        [["1", "of", "30"]] if rewritten else [])
    assert len(cleared) >= max(map(len, counts), default=0)


@pytest.mark.parametrize("args, piped", [
    (["-q"], []), (["-v"], []), ([], ["stderr"]), ([], ["stdout"])])
def test_no_progress_elsewhere(home, source, args, piped):
    home.configure([source.url], names=" ".join(
        f"n{i}.example.com" for i in range(30)))
    status, text, other = at_terminal(home, *args, piped=piped)
    assert status == 0 and len(home.asked) == 30
    assert " of 30" not in text and b" of 30" not in (other or b"")
    assert "\r" not in text


def test_no_progress_of_few(home, source):
    home.configure([source.url], names="a.example.com b.example.com")
    assert "\r" not in at_terminal(home)[1]


def test_quiet(home, source):
    home.configure([source.url])
    result = home.run("-q")
    assert (result.stdout, result.stderr, result.status) == ("", "", 0)
    assert home.asked == [GOOD]


def test_useless_source_is_named(home, serve, source):
    """50 tries, none of them valid, while another one answered."""
    broken = serve(Reset())
    home.configure([broken.url, source.url])
    said = [home.run().stderr for _ in range(55)]
    assert sum(bool(text) for text in said) == 1
    text = next(filter(None, said))
    assert broken.url in text and "remove" in text
    assert said.index(text) >= 49


def test_unintelligible_answer_is_quoted(home, source):
    home.provider.says[""] = "<title>\x1b[31mBad\u202e gateway pa55word</title>"
    home.configure([source.url], general="patience = 1")
    text = home.run().stderr
    assert "Bad" in text and "\\x1b" in text.lower()
    assert "pa55word" not in text
    assert "\x1b" not in text and "\u202e" not in text


def test_hook(home, source, tmp_path):
    log = tmp_path / "log"
    hook = script(tmp_path, f"env | grep ^DDNS_ | sort >> {log}\necho hello")
    home.configure([source.url], general=f"hook = {hook}")
    result = home.run()
    assert result.stdout == home.line and "hello" in result.stderr
    lines = log.read_text().splitlines()
    assert set(lines) >= {
        "DDNS_EVENT=changed", "DDNS_NAME=home.example.com", "DDNS_TYPE=A",
        "DDNS_NEW=203.0.113.7", "DDNS_PROVIDER=dyndns2"}
    home.run()
    assert len(log.read_text().splitlines()) == len(lines)
    home.provider.says[""] = "nohost"
    home.run("--force")
    assert "DDNS_EVENT=failed" in log.read_text()


@pytest.mark.parametrize("text", ["exit 3", "idle", "kill -9 $$"])
def test_hook_that_fails_is_a_warning(home, source, tmp_path, text):
    hook = script(tmp_path, text)
    home.configure([source.url], general=f"hook = {hook}\n"
                   + ("deadline = 5" if text == "idle" else ""))
    result = home.run()
    assert (result.stdout, result.status) == (home.line, 0)
    assert "hook" in result.stderr and result.seconds < SOON


def test_hook_runs_after_the_save_without_the_lock(home, source, tmp_path):
    hook = script(tmp_path, f"grep -c {GOOD} {home.ddns.state}; "
                  f"flock -n {home.ddns.state}.lock true && echo unlocked")
    home.configure([source.url], general=f"hook = {hook}")
    assert "unlocked" in home.run().stderr


def test_webhook(home, serve, source):
    hook = serve(Reply("thanks"))
    home.configure([source.url], more=(
        f"[webhook]\nurl = {hook.url}/say?what={{name}}\nmethod = POST\n"
        "header = X-Key: 42\n"
        'body = {"event":"{event}","old":"{old}","new":"{new}"}\n'))
    assert home.run().stdout == home.line
    request, = hook.requests
    assert str(request) == "POST /say?what=home.example.com"
    assert request.header("X-Key") == "42"
    value = json.loads(request.body)
    assert (value["event"], value["new"]) == ("changed", GOOD)
    home.run()
    assert len(hook.requests) == 1


@pytest.mark.parametrize("word, path", [
    ("good", "/0/up"), ("nohost", "/7/down")])
def test_heartbeat(home, serve, source, word, path):
    beat = serve(Reply("OK"))
    home.provider.says[""] = word
    home.configure(
        [source.url], general=f"heartbeat = {beat.url}/{{status}}/{{up}}")
    home.run()
    home.run()
    assert beat.asked == [f"GET {path}"] * 2


def test_heartbeat_that_fails(home, serve, source):
    beat = serve(Reset())
    home.configure(
        [source.url], general=f"heartbeat = {beat.url}/beat?q=SECRETKEY")
    result = home.run()
    assert (result.stdout, result.status) == (home.line, 0)
    assert "SECRETKEY" not in result.stderr


def test_status(home, source):
    home.configure([source.url])
    home.run()
    result = home.run("status")
    assert result.status == 0 and result.stderr == ""
    assert re.search(rf"home\.example\.com\s+A\s+{re.escape(GOOD)}",
                     result.stdout)
    home.provider.says[""] = "nohost"
    home.run("--force")
    result = home.run("status")
    assert result.status == 1 and "nohost" in result.stdout
    value = json.loads(home.run("status", "--json").stdout)
    assert GOOD in json.dumps(value)


def test_status_before_the_first_run(home, source):
    home.configure([source.url])
    result = home.run("status")
    assert result.status == 1 and "home.example.com" in result.stdout
    assert not home.ddns.state.exists()


def test_json_documents(home, source):
    home.configure([source.url])
    for args in (["--json"], ["lookup", "--json"], ["status", "--json"]):
        result = home.run(*args)
        assert json.loads(result.stdout) and result.stderr == ""


COMMANDS = [
    ["check"], ["check", "--json"], ["lookup"], ["lookup", "--json"],
    ["status"], ["status", "--json"], ["providers"], ["providers", "cf"],
    ["--help"], ["--version"], ["news"]]


def to_full(home, *args):
    with open("/dev/full", "w") as full:
        return subprocess.run(
            [*UNDER, PROGRAM, "-c", home.ddns.ini, *args], stdout=full,
            stderr=subprocess.PIPE, text=True, timeout=LATE,
            env=home.ddns.environment())


@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_full_device(home, source, tmp_path, args):
    home.configure([source.url], general=f"hook = {script(tmp_path, 'exit 0')}")
    home.run()
    result = to_full(home, *args)
    assert result.returncode == 1
    assert result.stderr.startswith("ddns: standard output: ")
    assert result.stderr.count("\n") == 1


def test_update_to_a_full_device(home, source):
    """Its status speaks of the names."""
    home.configure([source.url])
    result = to_full(home)
    assert (result.returncode, home.asked) == (0, [GOOD])
    assert result.stderr == "ddns: standard output: No space left on device\n"


def test_order_in_a_pipe(home, source):
    """Changes and problems come as they were told, also where both go to one
    pipe."""
    home.provider.says["b.example.com"] = "nohost"
    home.configure([source.url], names="a.example.com b.example.com")
    for args, order in (([], ["a.example.com A none", "ddns: b.example.com"]),
                        (["lookup"], ["SOURCE", "no valid address"])):
        result = subprocess.run(
            [*UNDER, PROGRAM, "-c", home.ddns.ini, *args], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LATE,
            env=home.ddns.environment())
        at = [result.stdout.index(word) for word in order]
        assert at == sorted(at)
        source.reply = Reply("", 502)


@pytest.mark.parametrize("wrong", [False, True])
def test_quiet_check(home, source, wrong):
    """Mistakes alone, and the status."""
    home.configure([source.url], general="timeot = 3" if wrong else "")
    result = home.run("check", "-q")
    assert (result.stdout, result.status) == ("", 3 if wrong else 0)
    assert result.stderr.count("\n") == wrong


def test_closed_output(home, source):
    """Standard descriptors that are closed are not taken for files."""
    home.configure([source.url])
    program = f'{PROGRAM} -c {home.ddns.ini} <&- >&- 2>&-'
    done = subprocess.run(["sh", "-c", program], timeout=LATE,
                          env=home.ddns.environment())
    assert done.returncode == 0 and home.asked == [GOOD]
    assert home.run().stderr == ""


DENIED = [
    ("dyndns2", "user and password (https://help.dyn.com/remote-access-api/)"),
    ("mine", "api_key (made under Profile / API) and email (of the login)")]


@pytest.mark.parametrize("provider, told", DENIED)
def test_where_to_look_when_denied(ddns, serve, source, provider, told):
    """What the service did not take, where that is from, and its documents."""
    server = serve(Reply("badauth"))
    ddns.config(
        f"[ipv4]\nallow = 203.0.113.0/24\nurl = {source.url}\n"
        "[provider mine]\nsecret = api_key  made under Profile / API\n"
        "setting = email  of the login\ndenied = badauth\ngood = good\n"
        f"set = GET {server.url}/?n={{fqdn}}&ip={{ip}}&k={{api_key}}\n"
        f"[{provider}]\nnames = home.example.com\n" + (
            f"server = {server.url}\nuser = me\npassword = pa55word\n"
            if provider == "dyndns2" else
            "email = me@example.com\napi_key = 0123456789\n"))
    result = ddns.run()
    assert result.status == 7
    assert result.stderr.startswith(
        f"ddns: [{provider}]: badauth; check {told}; fix the section ")


def test_account_is_told_once_a_run(home, source):
    """However many of its names wait, also where everything is said."""
    home.provider.says[""] = "badauth"
    home.configure([source.url], names="a.example.com b.example.com c.example.com")
    for _ in range(2):
        result = home.run("-v")
        assert result.status == 7
        said = [x for x in result.lines if x.startswith("ddns: [dyndns2]: ")]
        assert len(said) == 1 and "(3 records wait)" in said[0]
