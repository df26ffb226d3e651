# SPDX-License-Identifier: ISC
"""Ends a program, or makes its system calls fail, at chosen calls (strace)."""

import collections
import os
import re
import subprocess

CALL = re.compile(r"^(\d+)\s+(\w+)\((.*)")


def strace(command, env=None, **options):
    """Runs it; the search for leaks does not work under strace."""
    env = dict(env or os.environ)
    env["ASAN_OPTIONS"] = f"{env.get('ASAN_OPTIONS', '')}:detect_leaks=0"
    return subprocess.run(["strace", "-f", *command], check=False,
                          capture_output=True, env=env, **options)


def trace(command, log, paths=(), **options):
    """The system calls of a run in order: (process, name, arguments); with
    paths=["-y"] a descriptor's path stands behind its number."""
    strace([*paths, "-s", "4096", "-o", str(log), *command], **options)
    calls = []
    for line in log.read_text(errors="replace").splitlines():
        call = CALL.match(line)
        if call:
            calls.append(call.groups())
    return calls


def points(calls, folder):
    """(name, k): each call from the first one on that opens the folder.

    strace counts calls by process and name, and so does k.
    """
    counts = collections.Counter()
    found = []
    opened = False
    for process, name, arguments in calls:
        counts[process, name] += 1
        if name in ("open", "openat") and f'"{folder}"' in arguments:
            opened = True
        point = name, counts[process, name]
        if opened and name != "exit_group" and point not in found:
            found.append(point)
    return found


def touching(calls, folder):
    """(name, k): each call that names something in the folder; needs "-y"."""
    counts = collections.Counter()
    found = []
    for process, name, arguments in calls:
        counts[process, name] += 1
        point = name, counts[process, name]
        if str(folder) in arguments and point not in found:
            found.append(point)
    return found


def following(calls, first, name):
    """k of the first call `name` behind the first call `first`."""
    counts = collections.Counter()
    passed = False
    for process, called, _ in calls:
        counts[process, called] += 1
        passed = passed or called == first
        if passed and called == name:
            return counts[process, called]
    raise LookupError(f"no {name} behind {first}")


def inject(command, name, action, when=None, **options):
    """Runs it with `action` ("signal=KILL", "error=EIO", "retval=1") done to
    the calls `name`, to the when-th of each process or to all."""
    at = "" if when is None else f":when={when}"
    return strace(["-o", "/dev/null", "-e", f"trace={name}",
                   "-e", f"inject={name}:{action}{at}", *command],
                  text=True, **options)


def kill(command, name, when, **options):
    """Kills it when it enters that call; true if it got so far."""
    done = inject(command, name, "signal=KILL", when, **options)
    return done.returncode in (-9, 137)
