# SPDX-License-Identifier: ISC
"""`make install` and `make uninstall`, below a folder."""

import pathlib
import re
import stat
import subprocess

import pytest

import harness
from harness import ROOT

INSTALLED = {
    "/usr/bin/ddns": 0o755,
    "/etc/ddns/ddns.ini.example": 0o644,
    "/usr/share/man/man1/ddns.1": 0o644,
    "/usr/share/man/man5/ddns.ini.5": 0o644,
    "/usr/share/man/man5/ddns-providers.5": 0o644,
    "/usr/share/man/zh_CN/man1/ddns.1": 0o644,
    "/usr/share/man/zh_CN/man5/ddns.ini.5": 0o644,
    "/usr/share/man/man5/ddns-rows.5": 0o644,
    "/usr/share/bash-completion/completions/ddns": 0o644,
    "/usr/share/zsh/site-functions/_ddns": 0o644,
    "/usr/lib/systemd/system/ddns.service": 0o644,
    "/usr/lib/systemd/system/ddns.timer": 0o644,
}
VENDOR = pathlib.Path("/etc/debian_version").exists()


@pytest.fixture
def make(tmp_path):
    def run(target, prefix="/usr", *words):
        # -o: what is built is taken as it is
        subprocess.run(
            ["make", "-s", "-o", "all", target, f"DESTDIR={tmp_path}",
             f"PREFIX={prefix}", *words],
            cwd=ROOT, check=True, timeout=harness.LATE, umask=0o077)
        return {f"/{path.relative_to(tmp_path)}":
                stat.S_IMODE(path.stat().st_mode)
                for path in tmp_path.rglob("*") if path.is_file()}
    return run


def test_install(make, tmp_path):
    """Whatever the umask of root, everybody may read and run it."""
    wanted = {
        path.replace("site-functions", "vendor-completions") if VENDOR
        else path: mode for path, mode in INSTALLED.items()}
    assert make("install") == wanted
    assert {stat.S_IMODE(path.stat().st_mode)
            for path in (tmp_path / "usr").rglob("*") if path.is_dir()} == {
                0o755}


@pytest.mark.parametrize("words, etc, state", [
    ((), "/etc", "/var/lib"),
    (("SYSCONFDIR=/opt/etc", "STATEDIR=/opt/state"), "/opt/etc", "/opt/state"),
], ids=["as it is", "elsewhere"])
def test_places(make, tmp_path, words, etc, state):
    """All lies below PREFIX but the configuration; texts name the places."""
    installed = make("install", "/opt/ddns", *words)
    assert set(installed) == {f"{etc}/ddns/ddns.ini.example"} | {
        path.replace("/usr", "/opt/ddns", 1) for path in INSTALLED
        if path.startswith("/usr")}
    texts = {path: (tmp_path / path[1:]).read_text() for path in installed
             if not path.endswith("/bin/ddns")}
    for path, text in texts.items():
        assert not re.search("@[A-Z]+@", text), path
        assert etc == "/etc" or not re.search(r"\s/etc/ddns", text), path
    page = texts["/opt/ddns/share/man/man1/ddns.1"]
    crontab = re.search(r"^\*/5 \* \* \* \*  (\S+)", page, re.M)[1]
    assert crontab == "/opt/ddns/bin/ddns"
    assert f".Pa {etc}/ddns/ddns.ini" in page
    assert f".It Pa {state}/ddns/ddns.state" in page
    unit = texts["/opt/ddns/lib/systemd/system/ddns.service"]
    assert "ExecStart=/opt/ddns/bin/ddns " in unit
    assert f":{etc}/ddns/ddns.ini\n" in unit


def test_configuration_stays(make, tmp_path):
    make("install")
    ini = tmp_path / "etc" / "ddns" / "ddns.ini"
    ini.write_text("mine")
    make("install")
    assert make("uninstall") == {"/etc/ddns/ddns.ini": stat.S_IMODE(
        ini.stat().st_mode)}
    assert ini.read_text() == "mine"
