# SPDX-License-Identifier: ISC
"""The servers of the tests: none depends on who is faster.

What they answer is in lib/harness.py. A connection that is closed behind a
whole answer was announced to be closed; each other one can be used again for
as long as the client likes.
"""

import http.client
import os
import signal
import subprocess
import sys

import pytest

from harness import (
    HERE, Endless, Gate, Raw, Reply, Slow, alive, document, free_port,
    redirect, until)


def opened():
    gate = Gate("now")
    gate.open()
    return gate


# What is answered, and whether the connection stays.
ANSWERS = {
    "reply": (Reply("text"), True),
    "error": (Reply("", 500), True),
    "no content": (Reply("", 204), True),
    "late": (Reply("text", after=0.1), True),
    "document": (document({"a": 1}), True),
    "redirect": (redirect("/"), True),
    "gate": (opened(), True),
    "last": (Reply("text", last=True), False),
    "last without content": (Reply("", 204, last=True), False),
    "slow": (Slow("x"), False),
    "raw": (Raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
                b"Content-Length: 1\r\n\r\nx"), False),
    "old": (Raw(b"HTTP/1.0 200 OK\r\n\r\nx"), False),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_connection_stays_or_is_announced_to_end(serve, kind):
    reply, stays = ANSWERS[kind]
    server = serve(reply)
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    for _ in range(3):
        client.request("GET", "/")
        answer = client.getresponse()
        answer.read()
        assert answer.will_close is not stays
    client.close()
    assert server.connections == (1 if stays else 3)


def test_what_is_not_announced_cannot_be_written():
    for data in (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
                 b"http/1.1 204 No\r\nX-Connection: close\r\n\r\n"):
        with pytest.raises(ValueError):
            Raw(data)


def test_endless_says_so(serve):
    client = http.client.HTTPConnection(
        "127.0.0.1", serve(Endless("x")).port, timeout=30)
    client.request("GET", "/")
    answer = client.getresponse()
    assert answer.will_close and answer.read(9000) == b"x" * 9000
    client.close()


def test_ports_are_given_once():
    ports = [free_port() for _ in range(20)]
    assert len(set(ports)) == 20


CHILD = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import harness
folder = pathlib.Path(sys.argv[2])
program = harness.write_program(
    folder / "program", 'echo $$ >"$1.new"; mv "$1.new" "$1"; idle')
import subprocess
for name, options in (("near", {"preexec_fn": harness.die_with_tests}),
                      ("far", {})):
    subprocess.Popen([program, folder / name], start_new_session=True,
                     **options)
sys.stdin.read()
"""


def test_nothing_outlives_the_tests(tmp_path):
    """Nor what is killed when they are."""
    tests = subprocess.Popen([sys.executable, "-c", CHILD, HERE, tmp_path],
                             stdin=subprocess.PIPE)
    files = [tmp_path / "near", tmp_path / "far"]
    until(lambda: all(path.exists() for path in files))
    pids = [int(path.read_text()) for path in files]
    assert all(map(alive, pids))
    os.kill(tests.pid, signal.SIGKILL)
    tests.communicate()
    until(lambda: not any(map(alive, pids)), "the end of the programs")
