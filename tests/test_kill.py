# SPDX-License-Identifier: ISC
"""A whole run, killed at each system call that touches the state's folder:
neither the state nor the news of the change is lost."""

import os
import shutil

import pytest

import harness
import kill

OLD, NEW = "203.0.113.7", "203.0.113.8"


def prepare(home, serve, folder):
    """A state that holds OLD, and a lookup that says NEW."""
    source = serve(harness.Reply(OLD))
    hook = harness.write_program(folder.parent / "hook",
                                 f"echo $DDNS_NEW >>{folder.parent}/told")
    home.configure([source.url], general=f"hook = {hook}")
    assert home.run().status == 0
    source.reply = harness.Reply(NEW)
    shutil.copytree(home.ddns.home, folder)
    # longer than what is written, whatever times are in it: cut each time
    with (folder / "ddns.state.stats").open("a") as stats:
        stats.write("\n" * 99)


def confirmed(text):
    """What the state says was confirmed; every line of it is whole."""
    assert text.startswith("# ddns state 1\n") and text.endswith("\n")
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    assert rows[0][0] == "key" and len(rows[0][1]) == 64
    (name,) = [row for row in rows if row[0] == "name"]
    assert len(name) == 14
    return name[4]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: the program's memory "
                    "is closed to a strace of its own user")
def test_killed_at_each_call(home, serve, ddns, tmp_path):
    prepare(home, serve, tmp_path / "before")
    command = [harness.PROGRAM, "-c", str(ddns.ini)]
    env = ddns.environment()
    shutil.rmtree(ddns.home)
    shutil.copytree(tmp_path / "before", ddns.home)
    calls = kill.trace(command, tmp_path / "log", ["-y"], env=env)
    points = kill.touching(calls, ddns.home)
    names = {name for name, _ in points}
    assert {"openat", "flock", "write", "fsync", "ftruncate", "close"} <= names
    assert len(points) > 30
    killed = 0
    for name, when in points:
        shutil.rmtree(ddns.home)
        shutil.copytree(tmp_path / "before", ddns.home)
        (tmp_path / "told").unlink(missing_ok=True)
        killed += kill.kill(command, name, when, env=env)
        assert confirmed(ddns.state.read_text()) in (OLD, NEW)
        after = home.run()
        assert (after.status, after.stderr) == (0, ""), (name, when)
        assert confirmed(ddns.state.read_text()) == NEW
        told = (tmp_path / "told").read_text().split()
        assert told in ([NEW], [NEW, NEW]), (name, when)
        assert sorted(path.name for path in ddns.home.iterdir()) == [
            ddns.state.name, ddns.state.name + ".lock",
            ddns.state.name + ".stats"]
    assert killed == len(points)
    print(f"{killed} kill points")
