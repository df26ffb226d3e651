# SPDX-License-Identifier: ISC
"""Bare roots of this machine's release, for tests of what a user installs.

The first is made by debootstrap from the mirror that apt has here, and kept in
build/bare; each test works in a copy.
"""

import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

import harness
import netns

KEPT = harness.ROOT / "build" / "bare"
MUCH = 8 << 20  # KiB of memory
# A plain chroot, whose mounts and processes end with the command.
ENTER = f"""
{netns.PRIVATE} && root=$1 && shift && mount -t proc none "$root/proc" &&
mount --rbind /dev "$root/dev" &&
mount -t tmpfs -o mode=1777 none "$root/dev/shm" && exec chroot "$root" "$@"
"""
SERVICES = ["/etc/systemd", "/usr/lib/systemd/system",
            "/usr/local/lib/systemd/system", "/etc/init.d", "/etc/cron.d",
            *(f"/etc/rc{level}.d" for level in "0123456S")]


def give_up(why):
    """Skips; but not where all tests must run."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def mirror():
    """The release of this machine and the address its packages come from."""
    release = dict(
        line.rstrip().split("=", 1) for line in open("/etc/os-release")
        if "=" in line).get("VERSION_CODENAME", "").strip('"')
    said = subprocess.run(
        ["apt-get", "indextargets", "--format",
         "$(CODENAME) $(COMPONENT) $(SITE)", "Created-By: Packages"],
        capture_output=True, text=True).stdout
    for line in said.splitlines():
        codename, component, site = line.split(" ", 2)
        if (codename, component) == (release, "main"):
            return release, site
    return release, None


def make_first():
    """Made once, by whichever of the processes of a test run comes first."""
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        give_up("a bare root needs root and debootstrap")
    release, site = mirror()
    if not site:
        give_up("a bare root needs apt and a mirror")
    KEPT.mkdir(parents=True, exist_ok=True)
    with open(KEPT / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done, root = KEPT / "done", KEPT / "root"
        if done.exists():
            return root
        shutil.rmtree(root, ignore_errors=True)
        made = subprocess.run(
            ["debootstrap", "--variant=minbase", release, root, site],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if made.returncode:
            give_up(f"debootstrap: {made.stdout[-500:]}")
        shutil.copy("/etc/resolv.conf", root / "etc")
        # nothing here outlives a power cut
        (root / "etc/dpkg/dpkg.cfg.d/unsafe").write_text("force-unsafe-io\n")
        done.touch()
        return root


@contextlib.contextmanager
def place(folder):
    """Where roots are made and thrown away: in memory, if there is enough; to
    delete what a disk has got takes minutes on some."""
    memory = re.search(r"^MemAvailable: *(\d+)",
                       pathlib.Path("/proc/meminfo").read_text(), re.M)
    runs = not os.statvfs("/dev/shm").f_flag & os.ST_NOEXEC
    if runs and int(memory[1]) > MUCH:
        folder = "/dev/shm"
    with tempfile.TemporaryDirectory(prefix="ddns-bare-", dir=folder) as name:
        yield pathlib.Path(name)


class Root:
    def __init__(self, folder):
        self.folder = folder
        subprocess.run(["cp", "-a", make_first(), folder], check=True)

    def run(self, *words, user=None, check=True, **options):
        """What a command printed, on both streams."""
        as_user = [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        done = subprocess.run(
            ["unshare", "-m", "--propagation", "unchanged", "-p", "-f",
             "--kill-child", "sh", "-c", ENTER, "sh", self.folder,
             *(["setpriv", *as_user] if user else []), *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace",
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"
                         ":/sbin:/bin", "HOME": "/tmp", "LC_ALL": "C.UTF-8",
                 "DEBIAN_FRONTEND": "noninteractive"}, **options)
        assert not check or done.returncode == 0, done.stdout[-5000:]
        return done.stdout

    def install(self, *packages):
        self.run("apt-get", "update", "-q")
        self.run("apt-get", "install", "-q", "-y", "--no-install-recommends",
                 *packages)

    def packages(self):
        """{name: KiB} of what is installed."""
        said = self.run("dpkg-query", "-W", "-f",
                        "${Package} ${Installed-Size}\n")
        return {name: int(size) for name, size in
                map(str.split, said.splitlines())}

    def files(self, *places):
        """The files and links at these places."""
        return set(self.run("find", *places, "!", "-type", "d",
                            check=False).splitlines())

    def services(self):
        """All that can be, and is, started by itself."""
        return {line for line in self.files(*SERVICES)
                if not line.startswith("find:")}

    def take_tree(self):
        """The files of the project, in /src; nothing that is built."""
        shutil.copytree(harness.ROOT, self.folder / "src", symlinks=True,
                        ignore=built)
        self.run("chown", "-R", "1000:1000", "/src")


def built(folder, names):
    """What a copy of the tree leaves out."""
    out = {name for name in names
           if name.endswith((".o", ".d", ".a")) or name in (
               "__pycache__", ".pytest_cache")}
    if folder == str(harness.ROOT):
        out |= {"build", ".git"} & set(names)
    if folder == str(harness.ROOT / "src"):
        out.add("ddns")
    return out
