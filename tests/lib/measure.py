# SPDX-License-Identifier: ISC
"""What a command costs: time, memory, instructions, system calls."""

import os
import re
import subprocess
import sys
import time


def started(command, **options):
    return subprocess.Popen(
        [*map(str, command)], stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


def timed(command):
    """Milliseconds from start to end, and of processor."""
    begin = time.perf_counter()
    process = started(command)
    out = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if status:
        sys.exit(f"{command}: {process.returncode}: {out}")
    return wall * 1000, (used.ru_utime + used.ru_stime) * 1000


def said(command, pattern):
    """The number in a line of the output."""
    out, _ = started(command).communicate()
    found = re.findall(pattern, out, re.M)
    if not found:
        sys.exit(f"{command}: {out}")
    return int(found[-1].replace(",", ""))


def peak(command):
    """MiB of memory. Not by wait4, which counts what we had before exec."""
    return said(["/usr/bin/time", "-f", "peak %M", *command],
                r"^peak (\d+)") / 1024


def instructions(command):
    """Millions of them."""
    return said(["valgrind", "--tool=callgrind", "--trace-children=yes",
                 "--callgrind-out-file=/dev/null", *command],
                r"Collected : (\d+)") / 1e6


def system_calls(command):
    """Of all its processes."""
    return said(["strace", "-f", "-c", "-U", "calls,name", *command],
                r"^ *(\d+) total$")
