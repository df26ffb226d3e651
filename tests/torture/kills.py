# SPDX-License-Identifier: ISC
"""A run is killed at each system call, or the power is cut.

What a disk has after a cut: of a file the bytes that it had at its last fsync,
of a folder the names that it had at its own, and any number of the changes
since, in their order; or all that was written.
"""

import re

import scenes

SIGNALS = ("KILL", "TERM", "INT", "ALRM")
LINE = re.compile(r"^\d+\s+(\w+)\((.*)\)\s+= (-?\d+)")
BYTE = re.compile(r"\\x([0-9a-f]{2})")


def kill(scene, job):
    name, when, signal = job
    command = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={name}", "-e",
               f"inject={name}:signal={signal}:when={when}", *scene.command]
    return scene.torture(command)[1]


def text_of(argument):
    """The bytes of a string that strace wrote in hexadecimal."""
    return bytes(int(byte, 16) for byte in BYTE.findall(argument))


class Disk:
    """A folder, what of it is durable and what may be: `cuts` are the folders
    that may be found at this moment."""

    def __init__(self, files):
        self.data = dict(enumerate(files.values()))     # inode: bytes
        self.durable = dict(self.data)                  # at its fsync
        self.names = {name: inode for inode, name in enumerate(files)}
        self.synced = dict(self.names)
        self.pending = []                               # changes of names

    def change(self, change):
        self.pending.append(change)
        self.apply(self.names, change)

    @staticmethod
    def apply(names, change):
        kind, one, other = change
        if kind == "make":
            names[one] = other
        elif kind == "rename" and one in names:
            names[other] = names.pop(one)
        elif kind == "link" and one in names:
            names[other] = names[one]
        elif kind == "unlink":
            names.pop(one, None)

    def cuts(self):
        names = dict(self.synced)
        yield self.files(names)
        for change in self.pending:
            self.apply(names, change)
            yield self.files(names)
        yield {name: self.data[inode] for name, inode in self.names.items()}

    def files(self, names):
        return {name: self.durable.get(inode, b"")
                for name, inode in names.items()}


class Replay:
    """Plays what a traced run did to its folder on a Disk."""

    def __init__(self, scene, files):
        self.scene = scene
        self.disk = Disk(files)
        self.folder = str(scene.ddns.home)

    def at(self, text):
        """The names in the folder that an argument list has, in order."""
        return [found.decode() for found in (
            text_of(part) for part in re.findall(r'"((?:\\x..)*)"', text))]

    def fd(self, text):
        """The name of the descriptor that stands first, if it is of ours."""
        match = re.match(r"\d+<([^>]*)>", text)
        path = text_of(match[1]).decode() if match else ""
        if path == self.folder:
            return ""
        folder, _, name = path.rpartition("/")
        return name if folder == self.folder else None

    def play(self, name, text, result):
        disk, fd = self.disk, self.fd(text)
        if result < 0:
            return
        if name == "openat" and fd == "" and "O_CREAT" in text:
            (made,) = self.at(text)
            inode = len(disk.data)
            disk.data[inode] = b""
            disk.change(("make", made, inode))
        elif name in ("write", "pwrite64") and fd:
            inode = disk.names[fd]
            bytes_ = text_of(text.split(">", 1)[1])
            old = disk.data[inode] if name == "write" else (
                disk.data[inode][len(bytes_):])
            disk.data[inode] = (old + bytes_ if name == "write"
                                else bytes_ + old)
        elif name == "ftruncate" and fd:
            size = int(text.rsplit(",", 1)[1])
            disk.data[disk.names[fd]] = disk.data[disk.names[fd]][:size]
        elif name == "fsync" and fd:
            disk.durable[disk.names[fd]] = disk.data[disk.names[fd]]
        elif name == "fsync" and fd == "":
            disk.synced, disk.pending = dict(disk.names), []
        elif name.startswith("rename") and fd == "":
            disk.change(("rename", *self.at(text)[:2]))
        elif name == "linkat" and fd == "":
            disk.change(("link", *self.at(text)[:2]))
        elif name == "unlinkat" and fd == "":
            disk.change(("unlink", self.at(text)[0], None))


def histories(scene):
    """Each folder that a cut may leave, once, and whether a provider had been
    called by then."""
    scene.reset()
    files = {path.name: path.read_bytes()
             for path in scene.ddns.home.iterdir()}
    log = scene.folder / "trace"
    scenes.subprocess.run(
        ["strace", "-f", "-y", "-xx", "-s", "1000000", "-o", str(log),
         *scene.command], check=False, capture_output=True,
        env=scene.ddns.environment())
    replay = Replay(scene, files)
    ports = [f"htons({server.port})" for server in scene.providers]
    called, seen = False, []
    for line in log.read_text(errors="replace").splitlines():
        match = LINE.match(line)
        if not match:
            continue
        name, text, result = match[1], match[2], int(match[3])
        called = called or (name == "connect"
                            and any(port in text for port in ports))
        replay.play(name, text, result)
        seen += [(files, called) for files in replay.disk.cuts()
                 if (files, called) not in seen]
    return seen


def cut(scene, job):
    files, called = job
    scene.reset()
    for path in scene.ddns.home.iterdir():
        path.unlink()
    for name, data in files.items():
        (scene.ddns.home / name).write_bytes(data)
        (scene.ddns.home / name).chmod(0o600)
    found = []
    if called:
        scene.publish()
        scene.look()
        found = list(scene.early)
    return found + scene.judge_state() + scene.after()


def main(every):
    found, points = [], 0
    for kind in scenes.KINDS:
        scene = scenes.Scene(kind)
        jobs = scenes.sample(
            [(*point, signal) for point in scenes.traced_points(scene)
             for signal in SIGNALS], every)
        # a cut is played where its port numbers are
        cuts = histories(scene)
        jobs_found = scenes.spread("kills", kind, jobs, kill)
        for job in cuts:
            jobs_found += [f"power: {kind}: {sorted(job[0])}: {text}"
                           for text in cut(scene, job)]
        print(f"power: {kind}: {len(cuts)} points", flush=True)
        points += len(jobs) + len(cuts)
        found += jobs_found
        scene.close()
    return points, found
