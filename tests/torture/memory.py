# SPDX-License-Identifier: ISC
"""Each allocation of a run fails, alone or with all that follow.

First all of the process, by a library before libc; then, in a full run, those
of src/memory.c, which serves the libraries, in a program built with ASan.
"""

import os
import pathlib
import subprocess
import tempfile

import scenes

SOURCE = pathlib.Path(__file__).with_name("failing-malloc.c")
SHARE = 5  # of a sample: there are that many more points than calls
ROOT = pathlib.Path(__file__).resolve().parents[2]
ASAN = ROOT / "build" / "torture"
SANITIZE = "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"


class Way:
    """How allocations are made to fail: in which program, by what library."""

    def __init__(self, program, env):
        self.program = program
        self.env = env

    def command(self, scene):
        return [self.program, *scene.command[1:]]

    def count(self, scene):
        path = scene.folder / "count"
        _, found = scene.torture(
            self.command(scene), env={**self.env, "FAIL_COUNT": str(path)})
        assert not found, found
        return int(path.read_text())

    def work(self, scene, job):
        number, on = job
        env = {**self.env, "FAIL_AT": str(number)}
        if on:
            env["FAIL_ON"] = "1"
        return scene.torture(self.command(scene), env=env)[1]


def preloaded(folder):
    library = pathlib.Path(folder) / "failing-malloc.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, SOURCE],
                   check=True)
    return Way(scenes.harness.PROGRAM, {"LD_PRELOAD": str(library)})


def sanitized(folder):
    wrap = pathlib.Path(folder) / "failing-calloc.o"
    subprocess.run(["cc", "-O1", "-fPIC", "-DWRAP", "-c", "-o", wrap, SOURCE],
                   check=True)
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MAKELEVEL")}
    subprocess.run(["make", "-s", "COPY=torture", "copy"], cwd=ROOT,
                   check=True, stdout=subprocess.DEVNULL, env=env)
    subprocess.run(
        ["make", "-s", f"-j{os.cpu_count()}", "HARDEN=",
         f"CFLAGS={SANITIZE} -DSANDBOX_LEAKS -DDDNS_CHUNK=0",
         "LDFLAGS=-Wl,--wrap=malloc,--wrap=calloc",
         f"LDLIBS={wrap}", "src/ddns"], cwd=ASAN, check=True,
        stdout=subprocess.DEVNULL, env=env)
    # a run that ends where it stands leaves what it had
    return Way(str(ASAN / "src" / "ddns"),
               {"ASAN_OPTIONS": "detect_leaks=0"})


def main(every):
    found, points = [], 0
    with tempfile.TemporaryDirectory(prefix="ddns-torture-") as folder:
        ways = {"memory": preloaded(folder)}
        if every == 1:
            ways["asan"] = sanitized(folder)
        for title, way in ways.items():
            for kind in (*scenes.KINDS, "own"):
                scene = scenes.Scene(kind)
                jobs = scenes.sample(
                    [(number, on)
                     for number in range(1, way.count(scene) + 1)
                     for on in (False, True)],
                    every * SHARE if every > 1 else 1)
                scene.close()
                points += len(jobs)
                found += scenes.spread(title, kind, jobs, way.work)
    return points, found
