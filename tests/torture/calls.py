# SPDX-License-Identifier: ISC
"""Each system call fails once, with each error that it plausibly has."""

import scenes

ERRORS = {
    "openat": "EACCES EMFILE EIO ENOENT",
    "open": "EACCES EMFILE EIO ENOENT",
    "read": "EIO EINTR EAGAIN",
    "write": "ENOSPC EIO EINTR EDQUOT",
    "pwrite64": "ENOSPC EIO",
    "close": "EIO EINTR",
    "mmap": "ENOMEM",
    "munmap": "ENOMEM",
    "mprotect": "ENOMEM",
    "brk": "ENOMEM",
    "socket": "EMFILE EACCES ENOBUFS",
    "connect": "ECONNREFUSED ENETUNREACH EINTR EACCES",
    "sendto": "EPIPE ECONNRESET EAGAIN EINTR",
    "recvfrom": "ECONNRESET EAGAIN EINTR",
    "poll": "EINTR ENOMEM",
    "pipe": "EMFILE", "pipe2": "EMFILE", "socketpair": "EMFILE",
    "flock": "EAGAIN ENOLCK EINTR",
    "fsync": "EIO ENOSPC",
    "rename": "EACCES ENOSPC", "renameat": "EACCES ENOSPC",
    "ftruncate": "EIO", "fallocate": "ENOSPC EOPNOTSUPP",
    "getrandom": "ENOSYS EINTR",
    "landlock_create_ruleset": "ENOSYS EOPNOTSUPP",
    "landlock_add_rule": "EINVAL ENOMEM",
    "prctl": "EINVAL EPERM",
    "fcntl": "EINVAL EAGAIN",
    "clone3": "EAGAIN ENOMEM", "clone": "EAGAIN",
}


def work(scene, job):
    name, when, error = job
    command = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={name}", "-e",
               f"inject={name}:error={error}:when={when}", *scene.command]
    return scene.torture(command)[1]


def main(every):
    found, points = [], 0
    for kind in scenes.KINDS:
        scene = scenes.Scene(kind)
        jobs = [(name, when, error)
                for name, when in scenes.traced_points(scene)
                for error in ERRORS.get(name, "EIO").split()]
        scene.close()
        jobs = scenes.sample(jobs, every)
        points += len(jobs)
        found += scenes.spread("calls", kind, jobs, work)
    return points, found
