"""The command line."""

import re

import pytest

from harness import PROGRAM, Reply


@pytest.fixture
def ready(home, serve):
    home.configure([serve(Reply("203.0.113.7")).url])
    return home


@pytest.mark.parametrize("args", [
    ["-x"], ["--nosuch"], ["-c"], ["--splay"], ["--splay", "x"],
    ["--splay", "-1"], ["nosuch"], ["update", "other.example.com"],
    ["check", "x"], ["status", "x"], ["-4", "-6"], ["providers", "a", "b"],
    ["update", ""], ["lookup", ""], ["--splay=1x"], ["--json", "check"],
])
def test_wrong_usage(ready, args):
    result = ready.run(*args)
    assert result.status == 2 and result.stdout == ""
    assert result.stderr.startswith("ddns: ")
    assert ready.server.requests == []


@pytest.mark.parametrize("args", [["-h"], ["--help"], ["check", "--help"]])
def test_help(ready, args):
    result = ready.run(*args)
    assert (result.status, result.stderr) == (0, "")
    for word in ("--config", "--force", "--dry-run", "--quiet", "--verbose",
                 "--json", "--splay", "-4", "-6", "--help", "--version"):
        assert word in result.stdout
    for status in range(8):
        assert re.search(rf"^ *{status} ", result.stdout, re.M)
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_version(ready, option):
    result = ready.run(option)
    assert (result.status, result.stderr) == (0, "")
    assert re.match(r"ddns \d+\.\d+\.\d+", result.stdout)
    assert "libcurl" in result.stdout and result.stdout.count("\n") == 1


@pytest.mark.parametrize("args", [
    [], ["update"], ["update", "home.example.com"],
    ["update", "HOME.example.com."], ["update", "--", "home.example.com"],
    ["--", "update"], ["update", "-q", "home.example.com"], ["-qf"],
    ["--splay", "0"], ["--splay=1"]])
def test_good_usage(ready, args):
    result = ready.run(*args)
    assert (result.status, result.stderr) == (0, "")
    assert ready.asked == ["203.0.113.7"]


def test_usage_beats_configuration(ddns):
    ddns.write("nonsense")
    assert ddns.run("--nosuch").status == 2
    assert ddns.run("--help").status == 0


def test_providers(ddns):
    """Needs no configuration."""
    result = ddns.run("providers")
    assert (result.status, result.stderr) == (0, "")
    for name in ("cloudflare", "dyndns2", "duckdns", "digitalocean", "url"):
        assert re.search(rf"^{name}\b", result.stdout, re.M)
    result = ddns.run("providers", "digitalocean")
    assert result.status == 0
    assert "[provider digitalocean]" in result.stdout
    result = ddns.run("providers", "digitalocaen")
    assert result.status == 2 and "digitalocean" in result.stderr


def test_provider_row_can_be_pasted(ddns, serve):
    """What `providers NAME` prints as a row is one."""
    text = ddns.run("providers", "cloudflare").stdout
    row = text[text.index("[provider cloudflare]"):].split("\n\n")[0]
    ddns.config(f"{row}\n\n[ipv4]\nurl = https://ip.example.net\n"
                "[cloudflare]\ntoken = x\nnames = home.example.com")
    result = ddns.run("check")
    assert (result.status, result.stderr) == (0, "")


@pytest.mark.parametrize("where", ["xdg", "home"])
def test_default_configuration_of_a_user(ready, where, tmp_path):
    """$XDG_CONFIG_HOME or ~/.config, but not for root."""
    import os
    import subprocess
    if os.geteuid() == 0:
        pytest.skip("root uses the system's")
    folder = tmp_path / (".config" if where == "home" else "xdg") / "ddns"
    folder.mkdir(parents=True)
    ready.ddns.ini.rename(folder / "ddns.ini")
    env = ready.ddns.environment()
    if where == "xdg":
        env["XDG_CONFIG_HOME"] = str(tmp_path / "xdg")
    done = subprocess.run([PROGRAM], env=env, timeout=20)
    assert done.returncode == 0 and len(ready.asked) == 1


def test_missing_configuration(ddns):
    result = ddns.run()
    assert result.status == 3 and str(ddns.ini) in result.stderr


def test_check(ready):
    result = ready.run("check")
    assert (result.status, result.stderr) == (0, "")
    for word in (str(ready.ddns.ini), str(ready.ddns.state), "dyndns2",
                 "home.example.com"):
        assert word in result.stdout
    assert ready.server.requests == []
    assert not ready.ddns.state.exists()
