# SPDX-License-Identifier: ISC
"""Network namespaces with lines of their own, for the tests.

A Namespace lasts as long as a process that holds it. As root it is made
plainly, else within a user namespace.
"""

import os
import socket
import subprocess
import sys

import pytest

import harness

# In a mount namespace of its own: what is mounted is seen by nobody else. By
# way of the namespace's root, as a chroot's folder need not be a mount.
PRIVATE = "nsenter --mount=/proc/self/ns/mnt mount --make-rprivate /"
HOLD = f"{PRIVATE} && ip link set lo up && echo ready && exec cat"
LISTEN = """
import socket, sys
sys.path.insert(0, sys.argv[1])
import harness
kind, host, port = sys.argv[2:5]
if kind == "tcp":
    made = harness.listen(host, int(port))
else:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((host, int(port)))
socket.send_fds(socket.socket(fileno=0), [b"x"], [made.fileno()])
"""


def make(beside=None):
    """A Namespace; the test is skipped where nobody but root may have one."""
    try:
        return Namespace(beside)
    except PermissionError as error:
        if os.geteuid() == 0 and not os.environ.get("DDNS_NO_NETNS"):
            raise
        pytest.skip(f"no network namespaces for this user: {error}")


class Namespace:
    """Network and mounts of its own; `enter` goes before a command."""

    def __init__(self, beside=None):
        outer, user = [], []
        if os.geteuid() != 0 and beside:
            outer = ["nsenter", "-t", str(beside.holder.pid), "-U",
                     "--preserve-credentials"]
        elif os.geteuid() != 0:
            user = ["-r"]
        self.holder = subprocess.Popen(
            [*outer, "unshare", *user, "-n", "-m",
             "--propagation", "unchanged", "sh", "-c", HOLD],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != "ready\n":
            raise PermissionError(self.holder.stderr.read().strip())
        self.enter = ["nsenter", "-t", str(self.holder.pid), "-n", "-m",
                      "-r", "-w"]
        if os.geteuid() != 0:
            self.enter += ["-U", "--preserve-credentials"]

    def close(self):
        self.holder.kill()
        self.holder.wait()

    def run(self, *command, **options):
        done = subprocess.run([*self.enter, *map(str, command)],
                              capture_output=True, text=True, **options)
        assert done.returncode == 0, done.stderr
        return done

    def ip(self, commands):
        """Lines of ip(8), each without the word ip."""
        self.run("ip", "-batch", "-", input=commands)

    def setting(self, name, value):
        self.run("sh", "-c", f"echo {value} >/proc/sys/net/{name}")

    def socket(self, kind, host, port=0):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self.run(sys.executable, "-c", LISTEN, harness.HERE, kind, host,
                     port, stdin=theirs.fileno())
            fds = socket.recv_fds(ours, 1, 1)[1]
        return socket.socket(fileno=fds[0])

    def server(self, reply, host="127.0.0.1", **options):
        return harness.Server(
            reply, host, listener=self.socket("tcp", host), **options)

    def join(self, other, ours, theirs):
        """A cable between two namespaces; the names of its ends."""
        self.ip(f"link add {ours} type veth peer name {theirs} "
                f"netns {other.holder.pid}\nlink set {ours} up\n")
        other.ip(f"link set {theirs} up\n")

    def nameserver(self, address):
        """/etc/resolv.conf as this namespace sees it; a mount of its own."""
        self.run("sh", "-c", "mount -t tmpfs none /mnt && "
                 f"echo nameserver {address} >/mnt/resolv.conf && "
                 "mount --bind /mnt/resolv.conf /etc/resolv.conf")
