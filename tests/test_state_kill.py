# SPDX-License-Identifier: ISC
"""The state file outlives a kill, and a failure, at any system call."""

import re
import shutil
import subprocess

import pytest

import kill
from harness import ROOT

SOURCES = ["memory.c", "buf.c", "table.c", "escape.c", "undone.c", "secret.c",
           "fail.c", "log.c", "address.c", "clock.c", "stop.c", "state/*.c"]

OLD = 1700000000
NEW = 1700000300
LAST = 1700000600

pytestmark = pytest.mark.skipif(not shutil.which("strace"),
                                reason="strace is not here")


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """The program state-once."""
    program = tmp_path_factory.mktemp("once") / "state-once"
    sources = sorted(path for pattern in SOURCES
                     for path in (ROOT / "src").glob(pattern))
    subprocess.run(
        ["cc", "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-O1",
         "-I", ROOT / "src", "-o", program,
         ROOT / "tests" / "unit" / "state-once.c", *sources, "-lcrypto"],
        check=True)
    return program


class Folder:
    """A folder with a state in it, and the runs over it."""

    def __init__(self, once, path, text=None):
        self.once = once
        self.path = path
        self.state = path / "s"
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(mode=0o700)
        if text is None:
            self.run(OLD)
        else:
            self.state.write_bytes(text)
        self.before = self.state.read_bytes()

    def command(self, when):
        return [str(self.once), str(self.state), str(when)]

    def run(self, when):
        done = subprocess.run(self.command(when), check=False,
                              capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def names(self):
        return sorted(path.name for path in self.path.iterdir())


def whole(text, when):
    """Whether the text is that of a state in which `when` was saved."""
    lines = text.decode().split("\n")
    return (lines[0] == "# ddns state 1" and lines[1].startswith("key\t")
            and len(lines[1]) == 4 + 64
            and lines[2].startswith(f"lookup\tipv4\tnone\t{when}\t0\t")
            and lines[3:] == [""])


def kill_points(once, tmp_path, text=None):
    folder = Folder(once, tmp_path / "traced", text)
    calls = kill.trace(folder.command(NEW), tmp_path / "log")
    found = kill.points(calls, folder.path)
    names = {name for name, _ in found}
    assert {"flock", "write", "fsync", "close"} <= names
    assert names & {"rename", "renameat", "renameat2"}
    return found


def test_killed_at_any_call(once, tmp_path):
    seen = set()
    for name, when in kill_points(once, tmp_path):
        folder = Folder(once, tmp_path / "killed")
        assert kill.kill(folder.command(NEW), name, when), (name, when)
        after = folder.state.read_bytes()
        is_new = whole(after, NEW)
        assert is_new or after == folder.before, (name, when, after)
        seen.add(is_new)
        assert folder.run(LAST) == f"{LAST}\n", (name, when)
        assert whole(folder.state.read_bytes(), LAST), (name, when)
        assert folder.names() == ["s", "s.lock", "s.stats"], (name, when)
    assert seen == {False, True}


def test_damaged_and_killed_at_any_call(once, tmp_path):
    text = b"# ddns state 1\nlookup\tipv4\tnone\t1\t0\t1\nname\tcut"
    for name, when in kill_points(once, tmp_path, text):
        folder = Folder(once, tmp_path / "killed", text)
        bad = folder.path / "s.bad"
        assert kill.kill(folder.command(NEW), name, when), (name, when)
        after = folder.state.read_bytes()
        if whole(after, NEW):
            assert bad.read_bytes() == text, (name, when)
        else:
            assert after == text, (name, when)
        said = folder.run(LAST)
        assert said == f"{LAST}\n" if after != text else f"{LAST} damaged\n"
        assert bad.read_bytes() == text, (name, when)
        assert folder.names() == ["s", "s.bad", "s.lock", "s.stats"]


@pytest.mark.parametrize("link", [True, False])
@pytest.mark.parametrize("size", [100, (32 << 20) + 100])
def test_damaged_is_kept_whole(once, tmp_path, link, size):
    text = b"no state\n".ljust(size, b"x")
    folder = Folder(once, tmp_path / "f", text)
    if link:
        folder.run(NEW)
    else:
        done = kill.inject(folder.command(NEW), "linkat", "error=EPERM")
        assert (done.returncode, done.stderr) == (0, "")
    assert (folder.path / "s.bad").read_bytes() == text
    assert whole(folder.state.read_bytes(), NEW)
    assert folder.names() == ["s", "s.bad", "s.lock", "s.stats"]


def test_copy_of_what_is_damaged_is_synced(once, tmp_path):
    """Before it has its name: a power cut leaves it whole, or none."""
    folder = Folder(once, tmp_path / "f", b"no state\n")
    log = tmp_path / "log"
    done = kill.strace(["-o", str(log), "-e", "trace=/^(fsync|rename|link)",
                        "-e", "inject=linkat:error=EPERM",
                        *folder.command(NEW)])
    assert done.returncode == 0
    calls = log.read_text()
    before, bad, _ = calls.partition('"s.bad"')
    assert bad and " fsync(" in before and " = 0" in before, calls


TEMP = "s.tmp-"
FAILURES = [
    # call, what happens to it, which one, what is said, file named
    ("write", "error=ENOSPC", 1, "cannot write", TEMP, "No space left"),
    ("write", "error=EIO", 1, "cannot write", TEMP, "Input/output error"),
    ("write", "error=EDQUOT", 1, "cannot write", TEMP, "quota exceeded"),
    ("write", "retval=0", 1, "cannot write", TEMP, "Input/output error"),
    # the call says that it took a byte, and did not
    ("write", "retval=1", 1, "cannot write", TEMP, "Input/output error"),
    ("fsync", "error=EIO", 1, "cannot sync", TEMP, "Input/output error"),
    ("fsync", "error=ENOSPC", 1, "cannot sync", TEMP, "No space left"),
    ("fchmod", "error=EPERM", 1, "cannot set the mode of", TEMP, "permitted"),
    ("/^rename", "error=EACCES", 1, "cannot replace", "s: ", "denied"),
    ("flock", "error=ENOLCK", 1, "cannot lock", "s.lock: ", "No locks"),
]


@pytest.mark.parametrize("name,action,when,step,file,cause", FAILURES)
def test_failures_leave_the_old_file(once, tmp_path, name, action, when,
                                     step, file, cause):
    folder = Folder(once, tmp_path / "f")
    done = kill.inject(folder.command(NEW), name, action, when)
    assert done.returncode == 5
    assert done.stdout == ""
    assert done.stderr.startswith(
        f"state-once: {step} {folder.path}/{file}"), done.stderr
    assert cause in done.stderr
    assert done.stderr.count("\n") == 1
    assert folder.state.read_bytes() == folder.before
    assert folder.names() == ["s", "s.lock", "s.stats"]
    assert folder.run(LAST) == f"{LAST}\n"


def test_folder_that_fails_to_sync(once, tmp_path):
    folder = Folder(once, tmp_path / "f")
    done = kill.inject(folder.command(NEW), "fsync", "error=EIO", 2)
    assert done.returncode == 5
    assert done.stderr == ("state-once: cannot sync the folder "
                           f"{folder.path}/: Input/output error\n")
    assert whole(folder.state.read_bytes(), NEW)


def test_folders_that_are_made_are_synced(once, tmp_path):
    """Each in the one above it, before the state is in them."""
    folder = Folder(once, tmp_path / "f")
    folder.state = folder.path / "a" / "b" / "s"
    log = tmp_path / "log"
    done = kill.strace(["-y", "-o", str(log), "-e",
                        "trace=/^(mkdir|fsync|rename)",
                        *folder.command(NEW)])
    assert done.returncode == 0
    calls = log.read_text()
    made = re.findall(r'mkdir(?:at)?\(.*"(.*)", 0700\) += 0\n'
                      r'.*fsync\(\d+<(.*)>\) += 0\n', calls)
    assert made == [(f"{folder.path}/a", f"{folder.path}"),
                    (f"{folder.path}/a/b", f"{folder.path}/a")], calls
    assert calls.index("rename") > calls.rindex("mkdir")
    shutil.rmtree(folder.path / "a")
    done = kill.inject(folder.command(NEW), "fsync", "error=EIO", 1)
    assert done.returncode == 5 and done.stderr == (
        f"state-once: cannot make the folder {folder.path}/a/b: "
        "Input/output error\n")
    shutil.rmtree(folder.path / "a")
    done = kill.inject(folder.command(NEW), "fsync", "error=EINVAL", 1)
    assert done.returncode == 0 and whole(folder.state.read_bytes(), NEW)


@pytest.mark.parametrize("name,action,when", [
    # a file system that cannot sync folders
    ("fsync", "error=EINVAL", 2),
    ("write", "error=EINTR", 1),
])
def test_what_is_no_failure(once, tmp_path, name, action, when):
    folder = Folder(once, tmp_path / "f")
    done = kill.inject(folder.command(NEW), name, action, when)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{NEW}\n"
    assert whole(folder.state.read_bytes(), NEW)
    assert folder.names() == ["s", "s.lock", "s.stats"]


@pytest.mark.parametrize("error,status,said", [
    # closed all the same (close(2))
    ("EINTR", 0, ""),
    # a network file system that tells late
    ("ENOSPC", 5, "No space left on device\n"),
])
def test_close_that_fails(once, tmp_path, error, status, said):
    folder = Folder(once, tmp_path / "f")
    calls = kill.trace(folder.command(NEW), tmp_path / "log")
    when = kill.following(calls, "fsync", "close")
    done = kill.inject(folder.command(LAST), "close", f"error={error}", when)
    assert done.returncode == status
    assert done.stderr.endswith(said) and bool(done.stderr) == bool(said)
    assert whole(folder.state.read_bytes(), NEW if status else LAST)
    assert folder.names() == ["s", "s.lock", "s.stats"]


def test_statistics_that_fail_are_no_failure(once, tmp_path):
    folder = Folder(once, tmp_path / "f")
    done = kill.inject(folder.command(NEW), "write", "error=ENOSPC", 2)
    assert (done.returncode, done.stderr) == (0, "")
    assert whole(folder.state.read_bytes(), NEW)
    assert folder.names() == ["s", "s.lock", "s.stats"]
