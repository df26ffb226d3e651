# SPDX-License-Identifier: ISC
"""`ddns news`: a test for all who are told news."""

import json
import re
import signal
import socket
import time

import pytest

from harness import Hang, Reply

GOOD = "203.0.113.7"


@pytest.fixture
def script(tmp_path):
    def write(text):
        path = tmp_path / "hook"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return path
    return write


def table(result):
    """The page without its times."""
    return re.sub(r"^(\w.*?) +\d+$", r"\1", result.stdout, flags=re.M)


def test_all_take_it(home, serve, script, shim, tmp_path):
    log, said = tmp_path / "log", tmp_path / "said"
    server, beat = serve(Reply("ok")), serve(Reply("OK"))
    hook = script(f"env | grep ^DDNS_ | sort >{log}")
    home.configure(["https://a.example.net"], general=(
        f"hook = {hook}\nheartbeat = {beat.url}/{{status}}/{{up}}\n"
        "syslog = yes"), more=(
            f"[webhook]\nurl = {server.url}/\nbody = {{event}}: {{message}}\n"
            "good = ok\n"))
    result = home.run("news", "hello", "you", env={
        "LD_PRELOAD": str(shim), "SYSLOG_SHIM": str(said),
        "ASAN_OPTIONS": "verify_asan_link_order=0"})
    assert (table(result), result.stderr, result.status) == ("""\
RECEIVER   FATE           MS
hook       taken
webhook    taken
heartbeat  taken
syslog     taken
""", "", 0)
    assert log.read_text().splitlines() == [
        "DDNS_EVENT=test", "DDNS_MESSAGE=hello you",
        "DDNS_NAME=home.example.com", "DDNS_NEW=", "DDNS_OLD=",
        "DDNS_PROVIDER=dyndns2", "DDNS_TYPE=A"]
    assert server.requests[0].body == b"test: hello you"
    assert beat.asked == ["GET /0/up"]
    assert said.read_text() == "5 hello you\n"
    assert not list(home.ddns.home.iterdir()) and not home.server.requests


def test_fates_of_those_who_do_not(home, serve, script):
    server = serve(Reply('{"errcode": 310000, "errmsg": "no SECRETKEY0123"}'))
    with socket.socket() as bound:  # nobody listens on its port
        bound.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{bound.getsockname()[1]}/x"
        home.configure(["https://a.example.net"], general=(
            f"hook = {script('exit 3')}\nheartbeat = {nobody}"), more=(
                f"[webhook]\nurl = {server.url}/SECRETKEY0123\n"
                "good = /errcode=0\nbody = {message}\n"))
        result = home.run("news")
    assert (table(result), result.stderr, result.status) == ("""\
RECEIVER   FATE           MS
hook       not taken
    exit status 3
webhook    not taken
    HTTP status 200: {"errcode": 310000, "errmsg": "no ***"}
heartbeat  not taken
    connection refused
""", "", 1)
    assert server.requests[0].body == b"this is a test"


def test_json(home, serve, script):
    server = serve(Reply("ok"))
    home.configure(["https://a.example.net"],
                   general=f"hook = {script('exit 3')}",
                   more=f"[webhook]\nurl = {server.url}/\n")
    result = home.run("--json", "news", "x")
    document = json.loads(result.stdout)
    assert all(receiver.pop("ms") >= 0 for receiver in document["receivers"])
    assert document == {"exit": 1, "message": "x", "receivers": [
        {"receiver": "hook", "taken": False, "message": "exit status 3"},
        {"receiver": "webhook", "taken": True, "message": None}]}
    assert (result.stderr, result.status) == ("", 1)
    assert home.run("-q", "--json", "news").stdout == ""


def test_values_of_the_first_name(home, serve, script, tmp_path):
    """As they are: who takes it for a change sets what is set."""
    source, log = serve(Reply(GOOD)), tmp_path / "log"
    home.configure([source.url], general=f"hook = {script('true')}")
    home.run()
    before = home.ddns.snapshot()
    script(f"echo $DDNS_OLD $DDNS_NEW $DDNS_TYPE >{log}")
    assert home.run("news").status == 0
    assert log.read_text() == f"{GOOD} {GOOD} A\n"
    assert home.ddns.snapshot() == before and len(source.requests) == 1


def test_nothing_is_kept(home, serve, script):
    source = serve(Reply(GOOD))
    home.configure([source.url], general=f"hook = {script('true')}")
    home.run()
    script("exit 1")
    before = home.ddns.snapshot()
    assert home.run("news").status == 1
    assert home.run().stderr == "" and home.ddns.snapshot() == before


def test_a_secret_in_the_text_is_masked(home, serve):
    server = serve(Reply())
    home.configure(["https://a.example.net"], more=(
        f"[webhook]\nurl = {server.url}/\nbody = {{message}}\n"))
    home.run("news", "it is pa55word")
    assert server.requests[0].body == b"it is ***"


def test_lines_of_the_text_stay(home, serve, script, tmp_path):
    """As they are quoted for a shell; other control bytes are shown."""
    server, log = serve(Reply()), tmp_path / "log"
    home.configure(["https://a.example.net"], general=(
        f"hook = {script(f'printf %s {chr(34)}$DDNS_MESSAGE{chr(34)} >{log}')}"
    ), more=f'[webhook]\nurl = {server.url}/\nbody = {{"m": "{{message}}"}}\n')
    result = home.run("news", "one\n two\t=x\x1b\n")
    text = "one\n two\t=x\\x1B\n"
    assert (result.stderr, result.status) == ("", 0)
    assert json.loads(server.requests[0].body) == {"m": text}
    assert log.read_text() == text


def test_dry(home, serve, script, tmp_path):
    log, server = tmp_path / "log", serve(Reply())
    home.configure(["https://a.example.net"],
                   general=f"hook = {script(f'echo >{log}')}\nsyslog = yes",
                   more=f"[webhook]\nurl = {server.url}/\n")
    result = home.run("-n", "news")
    assert (table(result), result.status) == ("""\
RECEIVER   FATE           MS
hook       not sent
webhook    not sent
syslog     not sent
""", 0)
    assert not log.exists() and server.requests == []


def test_nobody(home):
    home.configure(["https://a.example.net"])
    result = home.run("news")
    assert (result.stdout, result.status) == ("", 3)
    assert "nobody is told news: write hook, heartbeat or" in result.stderr
    document = json.loads(home.run("news", "--json").stdout)
    assert document["exit"] == 3
    assert "nobody" in document["problems"][0]["message"]


def test_wrong_configuration(home, script):
    home.configure(["https://a.example.net"],
                   general=f"hook = {script('true')}\nnonsense = 1")
    result = home.run("news")
    assert result.status == 3 and "nonsense" in result.stderr


def test_time_and_signals(home, serve, script):
    server = serve(Hang())
    home.configure(["https://a.example.net"], general="timeout = 1",
                   more=f"[webhook]\nurl = {server.url}/\n")
    result = home.run("news")
    assert result.status == 1 and "timed out" in result.stdout
    home.configure(["https://a.example.net"], general="timeout = 60",
                   more=f"[webhook]\nurl = {server.url}/\n")
    process = home.ddns.start("news")
    while len(server.requests) < 2:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=20) == (b"", b"")
    assert process.returncode == -signal.SIGTERM
