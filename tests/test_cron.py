"""Debian's cron runs it, and what cron would mail; and the odd standard
streams that a program may be started with."""

import email
import os
import shutil
import signal
import subprocess

import pytest

import netns
from harness import (
    FAKETIME, LATE, PROGRAM, UNDER, Reply, die_with_tests, tool, until)

CRON = tool("cron")
# In a file system of its own: our crontab, an empty spool, a sendmail of ours.
SETUP = f"""
{netns.PRIVATE} && cd "$1" && cp -a /etc . && rm -rf etc/cron* &&
mv cron.d etc && mount --bind etc /etc && mount --bind spool /var/spool &&
mount --bind sbin /usr/sbin && mount -t tmpfs none /run &&
exec env LD_PRELOAD="$2" FAKETIME='+0 x30' cron -f
"""
SENDMAIL = """#!/bin/sh
unset LD_PRELOAD FAKETIME
umask 077
cat >"{folder}/$$.part" && mv "{folder}/$$.part" "{folder}/$$.mail"
"""


class Cron:
    """cron -f for which a minute takes two seconds."""

    def __init__(self, folder, lines):
        self.folder = folder
        for name in ("cron.d", "spool/cron/crontabs", "sbin", "mails"):
            (folder / name).mkdir(parents=True)
        # the second is what PAM asks whether root may have jobs
        for program in (CRON, tool("unix_chkpwd")):
            if program:
                shutil.copy(program, folder / "sbin")
        self.write("sbin/sendmail", SENDMAIL.format(folder=folder / "mails"))
        (folder / "sbin" / "sendmail").chmod(0o755)
        self.write("cron.d/test", "MAILTO=me\n" + "".join(
            f"* * * * * root {line}\n" for line in lines))
        self.process = subprocess.Popen(
            ["unshare", "-m", "--propagation", "unchanged", "-p", "-f", "--kill-child", "--mount-proc",
             "sh", "-c", SETUP, "sh", folder, FAKETIME],
            stdin=subprocess.DEVNULL, start_new_session=True,
            preexec_fn=die_with_tests,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)

    def mails(self):
        """The bodies of the mails so far; of late they are encoded."""
        return sorted(email.message_from_bytes(path.read_bytes()).get_payload(
            decode=True).decode() for path in (self.folder / "mails").glob("*.mail"))

    def exits(self):
        """But 6: a slow machine has cron make up for minutes all at once."""
        path = self.folder / "exits"
        text = path.read_text() if path.exists() else ""
        return [status for status in text.split() if status != "6"]

    def wait_for(self, true):
        def ready():
            assert self.process.poll() is None, "cron ended"
            return true()
        until(ready, "a run of cron")

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.mark.skipif(
    os.geteuid() != 0 or not CRON or not FAKETIME or bool(UNDER),
    reason="needs root, cron and libfaketime")
def test_cron(home, serve, tmp_path):
    """A change is mailed, then nothing is; a refusal is mailed once."""
    source = serve(Reply("203.0.113.7"))
    home.configure([source.url])
    folder = tmp_path / "cron"
    folder.mkdir()
    cron = Cron(folder, [
        f"{PROGRAM} -c {home.ddns.ini}; echo $? >>{folder}/exits",
        f"env >{folder}/env"])
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
        "ddns: home.example.com A (dyndns2): nohost; mend the "
        "section [dyndns2], or mend it at the provider and run "
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
