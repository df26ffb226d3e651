"""`make install` and `make uninstall`, below a folder."""

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
    "/usr/share/bash-completion/completions/ddns": 0o644,
    "/usr/share/zsh/site-functions/_ddns": 0o644,
    "/units/ddns.service": 0o644,
    "/units/ddns.timer": 0o644,
}


@pytest.fixture
def make(tmp_path):
    def run(target):
        # -o: what is built is taken as it is
        subprocess.run(
            ["make", "-s", "-o", "all", target, f"DESTDIR={tmp_path}",
             "PREFIX=/usr", "SYSTEMDUNITDIR=/units"],
            cwd=ROOT, check=True, timeout=harness.LATE, umask=0o077)
        return {f"/{path.relative_to(tmp_path)}":
                stat.S_IMODE(path.stat().st_mode)
                for path in tmp_path.rglob("*") if path.is_file()}
    return run


def test_install(make, tmp_path):
    assert make("install") == INSTALLED
    unit = (tmp_path / "units" / "ddns.service").read_text()
    assert "ExecStart=/usr/bin/ddns " in unit
    assert ":/etc/ddns/ddns.ini\n" in unit and "@" not in unit.replace(
        "@system-service", "").replace("@privileged @resources", "")


def test_configuration_stays(make, tmp_path):
    make("install")
    ini = tmp_path / "etc" / "ddns" / "ddns.ini"
    ini.write_text("mine")
    make("install")
    assert make("uninstall") == {"/etc/ddns/ddns.ini": stat.S_IMODE(
        ini.stat().st_mode)}
    assert ini.read_text() == "mine"
