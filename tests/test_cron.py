# SPDX-License-Identifier: ISC
"""Debian's cron runs it, and what cron would mail; and the odd standard
streams that a program may be started with."""

import subprocess

import pytest

from crond import Cron, needs_cron
from harness import LATE, PROGRAM, UNDER, Reply


@needs_cron
def test_cron(home, serve, tmp_path):
    """A change is mailed, then nothing is; a refusal is mailed once."""
    source = serve(Reply("203.0.113.7"))
    home.configure([source.url])
    folder = tmp_path / "cron"
    folder.mkdir()
    cron = Cron(folder, "MAILTO=me\n"
                f"* * * * * root {PROGRAM} -c {home.ddns.ini}; "
                f"echo $? >>{folder}/exits\n"
                f"* * * * * root env >{folder}/env\n")
    try:
        # those of a run come behind it, those of a later one behind these
        cron.wait_for(lambda: len(cron.exits()) >= 3 and cron.mails())
        assert cron.mails() == [home.line]
        home.provider.says[""] = "nohost"
        source.reply = Reply("203.0.113.8")
        cron.wait_for(lambda: cron.exits().count("7") >= 3
                      and len(cron.mails()) >= 2)
    finally:
        cron.close()
    refused = (
        "ddns: home.example.com A (dyndns2): nohost; fix the "
        "section [dyndns2], or fix it at the provider and run "
        "`ddns --force update home.example.com`\n")
    assert cron.mails() == sorted([home.line, refused])
    exits = cron.exits()
    assert exits == ["0"] * exits.count("0") + ["7"] * exits.count("7")
    names = {line.partition("=")[0]
             for line in (folder / "env").read_text().splitlines()}
    assert names.isdisjoint({"LANG", "TZ", "LD_PRELOAD", "TERM"})


# What the shell does to the streams, and what then comes out of which.
STREAMS = {
    "none": ("<&- >&- 2>&-", ""),
    "no input": ("<&-", "203.0.113.7"),
    "no output": (">&-", ""),
    "no errors": ("2>&-", "203.0.113.7"),
    "errors alone": ("<&- >&-", ""),
    "input is a folder": ("</", "203.0.113.7"),
    "input that is written": (">>/dev/null 0>&1", ""),
}


@pytest.mark.parametrize("kind", STREAMS)
def test_odd_streams(home, serve, kind):
    """With nothing but PATH in the environment, as of some init systems."""
    redirections, said = STREAMS[kind]
    home.configure([serve(Reply("203.0.113.7")).url])
    result = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirections}', "sh", *UNDER, PROGRAM, "-c",
         home.ddns.ini],
        cwd="/", env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True,
        timeout=LATE)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (home.line if said else "")
    assert home.asked == ["203.0.113.7"]
    # what is printed did not end up in a file of ours
    for path in home.ddns.home.iterdir():
        assert "->" not in path.read_text()
    assert home.ddns.state.read_text().startswith("# ddns state 1\n")
