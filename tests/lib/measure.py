# SPDX-License-Identifier: ISC
"""What a command costs: time, memory, instructions, system calls."""

import math
import os
import re
import statistics
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


def whole(command, folder, *wanted):
    """Milliseconds of processor, and from start to end; KiB; lines of output.
    wanted: exit statuses besides 0.
    That goes into a file of the folder: to read it would take time as well."""
    out, facts = folder / "out", folder / "facts"
    begin = time.perf_counter()
    with out.open("w") as file:
        child = subprocess.Popen(
            ["/usr/bin/time", "-q", "-o", str(facts), "-f", "%M",
             *map(str, command)],
            stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begin
    text = out.read_text()
    if child.returncode not in (0, *wanted):
        sys.exit(f"{command}: {child.returncode}: {text[:500]}")
    return (1000 * (used.ru_utime + used.ru_stime), 1000 * wall,
            int(facts.read_text()), text.count("\n"))


def medians(rows):
    return [statistics.median(column) for column in zip(*rows)]


def slope(points):
    """Exponent: of the logarithms, by least squares; None: too few."""
    points = [(math.log(x), math.log(max(y, 0.001))) for x, y in points]
    if len(points) < 2:
        return None
    across = statistics.mean(x for x, _ in points)
    up = statistics.mean(y for _, y in points)
    return (sum((x - across) * (y - up) for x, y in points) /
            sum((x - across) ** 2 for x, _ in points))


def said(command, pattern, *wanted):
    """The number in a line of the output."""
    process = started(command)
    out, _ = process.communicate()
    found = re.findall(pattern, out, re.M)
    if process.returncode not in (0, *wanted) or not found:
        sys.exit(f"{command}: {out}")
    return int(found[-1].replace(",", ""))


def peak(command):
    """MiB of memory. Not by wait4, which counts what we had before exec."""
    return said(["/usr/bin/time", "-f", "peak %M", *command],
                r"^peak (\d+)") / 1024


def instructions(command, *wanted):
    """Millions of them; wanted: exit statuses besides 0."""
    return said(["valgrind", "--tool=callgrind", "--trace-children=yes",
                 "--callgrind-out-file=/dev/null", *command],
                r"Collected : (\d+)", *wanted) / 1e6


def system_calls(command):
    """Of all its processes."""
    return said(["strace", "-f", "-c", "-U", "calls,name", *command],
                r"^ *(\d+) total$")
