# SPDX-License-Identifier: ISC
"""The units: what systemd-analyze says of them, and that their filter of
system calls lets a run through."""

import os
import re
import shutil
import subprocess

import pytest

import harness
from harness import DAEMONS, ROOT, PROGRAM, UNDER, Reply, tool

ANALYZE = tool("systemd-analyze")
# systemd's own units, of an unpacked package, too; then where they are.
UNITS_AT = {**os.environ, "SYSTEMD_UNIT_PATH": "".join(
    f"{folder}:" for folder in DAEMONS.glob("**/lib/systemd/system"))}
if not UNITS_AT["SYSTEMD_UNIT_PATH"]:
    del UNITS_AT["SYSTEMD_UNIT_PATH"]
UNITS = ROOT / "src" / "systemd"
pytestmark = pytest.mark.skipif(
    not ANALYZE, reason="needs systemd")


def analyze(*args):
    return subprocess.run([ANALYZE, *args], text=True, timeout=harness.LATE,
                          env=UNITS_AT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.fixture
def units(tmp_path):
    """As they are installed, but for the place of the program."""
    for path in UNITS.iterdir():
        text = path.read_text().replace("@BINDIR@/ddns", PROGRAM)
        (tmp_path / path.name).write_text(
            text.replace("@SYSCONFDIR@", "/etc"))
    return tmp_path


def test_verify(units):
    result = analyze("verify", "--man=no", str(units / "ddns.service"),
                     str(units / "ddns.timer"))
    assert (result.stdout, result.returncode) == ("", 0)


def test_security(units):
    result = analyze("security", "--offline=true", "--threshold=15",
                     str(units / "ddns.service"))
    assert result.returncode == 0, result.stdout
    assert re.search(r"Overall exposure level for ddns.service: 1\.\d OK",
                     result.stdout)


def test_installed_paths():
    """Nothing is left to be replaced but what `make install` replaces."""
    text = "".join(path.read_text() for path in UNITS.iterdir())
    assert set(re.findall(r"@[A-Z]+@", text)) == {"@BINDIR@", "@SYSCONFDIR@"}


def members(name):
    """The system calls of a set, those of the sets in it included."""
    calls = set()
    for line in analyze("syscall-filter", "--no-pager",
                        name).stdout.splitlines()[1:]:
        word = line.partition("#")[0].strip()
        calls |= members(word) if word.startswith("@") else {word}
    return calls - {""}


@pytest.mark.skipif(not shutil.which("strace") or bool(UNDER),
                    reason="needs strace")
def test_system_calls(home, serve, tmp_path):
    allowed = members("@system-service")
    allowed -= members("@privileged") | members("@resources")
    assert "sendto" in allowed
    trace = tmp_path / "trace"
    home.configure([serve(Reply("203.0.113.7")).url, "interface:lo"],
                   general="hook = /bin/true")
    home.ddns.under = ("strace", "-f", "-o", str(trace))
    assert home.run().stdout == home.line
    calls = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.M))
    assert calls - allowed <= {"execve", "arch_prctl"}
