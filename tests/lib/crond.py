# SPDX-License-Identifier: ISC
"""Debian's cron in a file system of its own, and what it would mail."""

import email
import os
import shutil
import signal
import subprocess

import pytest

import netns
from harness import FAKETIME, UNDER, die_with_tests, tool, until

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

    def __init__(self, folder, system="", user="", enter=()):
        """The lines of a crontab of the system, of one of root; `enter` goes
        before the command, as that of a netns.Namespace."""
        self.folder = folder
        for name in ("cron.d", "spool/cron/crontabs", "sbin", "mails"):
            (folder / name).mkdir(parents=True)
        # the second is what PAM asks whether root may have jobs
        for program in (CRON, tool("unix_chkpwd")):
            if program:
                shutil.copy(program, folder / "sbin")
        self.write("sbin/sendmail", SENDMAIL.format(folder=folder / "mails"))
        (folder / "sbin" / "sendmail").chmod(0o755)
        self.write("cron.d/test", system)
        self.write("spool/cron/crontabs/root", user)
        self.process = subprocess.Popen(
            [*enter, "unshare", "-m", "--propagation", "unchanged", "-p", "-f",
             "--kill-child", "--mount-proc", "sh", "-c", SETUP, "sh", folder,
             FAKETIME],
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
            decode=True).decode()
            for path in (self.folder / "mails").glob("*.mail"))

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


needs_cron = pytest.mark.skipif(
    os.geteuid() != 0 or not CRON or not FAKETIME or bool(UNDER),
    reason="needs root, cron and libfaketime")
