# SPDX-License-Identifier: ISC
"""From a bare root to a program that runs: the commands of a fresh machine, the
tarball, the Debian package. Nothing comes as a service that nobody asked for.
"""

import re
import shutil
import subprocess

import pytest

import bare
import harness

VERSION = re.search(r"^VERSION = (\S+)", (
    harness.ROOT / "Makefile").read_text(), re.M)[1]
ME = 1000


@pytest.fixture
def place(tmp_path):
    with bare.place(tmp_path) as folder:
        yield folder


@pytest.fixture
def root(place):
    return bare.Root(place / "root")


# Each of the daemons that were unpacked does something, in a plain chroot.
DAEMONS = ["test_cron.py", "test_systemd.py", "test_nsupdate.py",
           "test_powerdns.py", "test_third_client.py"]
PICKED = ("test_cron or verify or security or first or test_follow or test_life "
          "or duckdns or no-ip-")


def test_fresh_machine(root):
    """The two commands; they bring few packages and no service."""
    root.take_tree()
    root.install("make")
    before, services = root.packages(), root.services()
    assert "The demo went well" in root.run("make", "-s", "-C", "/src", "deps",
                                            "demo")
    new = {name: size for name, size in root.packages().items()
           if name not in before}
    assert len(new) <= 120 and sum(new.values()) <= 350 * 1024
    assert root.services() == services

    root.run("make", "-s", "-C", "/src", "deps-check")
    assert root.services() == services
    root.run("chown", "-R", f"{ME}:{ME}", "/src")
    said = root.run(
        "/usr/bin/python3", "-m", "pytest", "-q", "-rs", "-p",
        "no:cacheprovider", "-k", PICKED,
        *(f"/src/tests/{name}" for name in DAEMONS))
    assert "skipped" not in said and int(
        re.search(r"(\d+) passed", said)[1]) >= 10, said
    # an ordinary user; in a chroot there are no namespaces for one
    said = root.run(
        "/usr/bin/python3", "-m", "pytest", "-q", "-rs", "-p",
        "no:cacheprovider", *(f"/src/tests/test_{name}.py" for name in (
            "usage", "cron", "lines", "install")), user=ME)
    assert not re.search(r"\d+ (failed|error)", said), said
    assert "SKIPPED" in said


def test_install_as_written(root):
    """What README has, line by line: few packages and no service."""
    root.take_tree()
    readme = (root.folder / "src/README").read_text(encoding="utf-8")
    block = re.search(r"((?:^    .*\n)+)", readme.partition("\nINSTALL")[2],
                      re.M)[1]
    assert block.count("\n") == 4 and "sudo make install" in block
    root.run("apt-get", "update", "-q")
    (root.folder / "etc/apt/apt.conf.d/yes").write_text(
        'APT::Get::Assume-Yes "true";\n')
    sudo = root.folder / "usr/local/bin/sudo"
    sudo.write_text('#!/bin/sh\nexec "$@"\n')
    sudo.chmod(0o755)
    before, services = root.packages(), root.services()
    root.run("sh", "-ec", f"cd /src\n{block}")
    assert root.run("sh", "-c", "ddns --version", user=ME).startswith(
        f"ddns {VERSION} ")
    new = {name: size for name, size in root.packages().items()
           if name not in before}
    assert len(new) <= 120 and sum(new.values()) <= 400 * 1024, new
    assert root.services() - services == {
        "/usr/local/lib/systemd/system/ddns.service",
        "/usr/local/lib/systemd/system/ddns.timer"}


def test_package(root, place):
    """Built and looked at in one root, installed and removed in another."""
    root.take_tree()
    root.install("make")
    root.run("/src/tests/tools/deps", "build")
    root.install("build-essential", "debhelper", "lintian")
    root.run("make", "-C", "/src", "deb", user=ME)
    said = root.run("lintian", "--fail-on", "error,warning,info",
                    "--display-info", f"/src/build/deb/ddns_{VERSION}_"
                    f"{root.run('dpkg', '--print-architecture').strip()}"
                    ".changes", user=ME)
    assert said == ""
    package, = (root.folder / "src/build/deb").glob("ddns_*.deb")

    life_of_a_package(bare.Root(place / "clean"), package)


def life_of_a_package(root, package):
    root.run("apt-get", "update", "-q")
    enabled = root.files("/etc/systemd", "/etc/rc3.d")
    everything = root.files("/etc", "/usr", "/var/lib/ddns")
    shutil.copy(package, root.folder / "tmp" / "ddns.deb")
    root.install("/tmp/ddns.deb")
    assert root.files("/etc/systemd", "/etc/rc3.d") == enabled
    assert root.run("ddns", "--version").startswith(f"ddns {VERSION} ")
    assert {"/usr/bin/ddns", "/usr/share/man/man1/ddns.1.gz",
            "/usr/share/man/zh_CN/man1/ddns.1.gz",
            "/usr/share/bash-completion/completions/ddns",
            "/usr/share/zsh/vendor-completions/_ddns",
            "/etc/ddns/ddns.ini.example"} <= root.files("/etc", "/usr")
    unit, = (path for path in root.services()
             if path.endswith("/ddns.service"))
    assert "ExecStart=/usr/bin/ddns " in root.run("cat", unit)

    # what a user and a run leave; the state goes, what a user wrote stays
    root.run("sh", "-c", "echo mine >/etc/ddns/ddns.ini && mkdir /var/lib/ddns "
             "&& touch /var/lib/ddns/ddns.state")
    root.run("apt-get", "purge", "-q", "-y", "ddns")
    left = root.files("/etc", "/usr", "/var/lib/ddns") - everything
    assert "/etc/ddns/ddns.ini" in left
    assert {path for path in left if "ddns" in path} == {"/etc/ddns/ddns.ini"}


def make(folder, *words):
    subprocess.run(["make", "-s", "-j2", *words], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL, timeout=300)


def test_tarball(tmp_path):
    """Made without git it makes itself again, and builds the same anywhere."""
    one = tmp_path / "one"
    shutil.copytree(harness.ROOT, one, symlinks=True, ignore=bare.built)
    make(one, "dist")
    tarball = one / f"ddns-{VERSION}.tar.gz"
    folder = tmp_path / "in" / "another" / "folder"
    folder.mkdir(parents=True)
    subprocess.run(["tar", "xzf", tarball], cwd=folder, check=True)
    two = folder / f"ddns-{VERSION}"
    make(two, "dist")
    assert (two / tarball.name).read_bytes() == tarball.read_bytes()
    assert not list(two.glob("**/*.o")) and (two / ".ci" / "run").exists()

    for tree in (one, two):
        make(tree, "CFLAGS=-O0 -g", "all")
    assert (one / "src/ddns").read_bytes() == (two / "src/ddns").read_bytes()


def test_old_libcurl(tmp_path):
    """One line for a library that is too old, before anything is compiled."""
    tree = tmp_path / "tree"
    shutil.copytree(harness.ROOT, tree, symlinks=True, ignore=bare.built)
    result = subprocess.run(
        ["make", "-s", "CURL_OLDEST=99.0"], cwd=tree, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    ours = [line for line in result.stdout.splitlines()
            if not line.startswith("make")]
    assert result.returncode != 0 and re.fullmatch(
        r"libcurl \S+ is too old: 99\.0 or newer is needed", "\n".join(ours))
