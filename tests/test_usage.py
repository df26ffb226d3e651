# SPDX-License-Identifier: ISC
"""The command line."""

import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

import harness
from harness import PROGRAM, Reply


@pytest.fixture
def ready(home, serve):
    home.configure([serve(Reply("203.0.113.7")).url])
    return home


@pytest.mark.parametrize("args", [
    ["-x"], ["--nosuch"], ["-c"], ["--splay"], ["--splay", "x"],
    ["--splay", "-1"], ["nosuch"], ["update", "other.example.com"],
    ["check", "x"], ["status", "x"], ["-4", "-6"], ["providers", "a", "b"],
    ["update", ""], ["lookup", ""], ["--splay=1x"],
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
    assert re.match(r"NAME +TITLE +FAMILIES +KEYS\n", result.stdout)
    for name in ("cloudflare", "dyndns2", "duckdns", "digitalocean", "url"):
        assert re.search(rf"^{name}\b", result.stdout, re.M)
    result = ddns.run("providers", "digitalocean")
    assert result.status == 0
    assert result.stdout.startswith("[digitalocean]\n")
    assert "[provider digitalocean]" in result.stdout
    assert ddns.run("-q", "providers").stdout == ""


# A word, and the rows that are listed; one alone is shown if it is its name.
SEARCHES = [
    ("tencent cloud", ["tencentcloud"]),                # a title
    ("EDGEONE DNS", ["edgeone"]),
    ("阿里", None),                                     # another name
    ("阿里云边缘", ["aliesa"]),
    ("api.dynu.com", ["dynu"]),                         # a host
    ("dynhost", None),
    ("njal.la/", []),
    ("digitalocaen", []),
]


@pytest.mark.parametrize("word, names", SEARCHES)
def test_providers_are_searched(ddns, word, names):
    result = ddns.run("providers", word)
    if names == []:
        assert (result.status, result.stdout) == (2, "")
        assert f'no provider has "{word}" in a name' in result.stderr
    elif names is None:
        assert result.status == 0 and result.stdout.startswith("[")
    else:
        assert (result.status, result.stderr) == (0, "")
        head, *lines = result.stdout.splitlines()
        assert head.startswith("NAME ")
        assert [line.split()[0] for line in lines] == names


@pytest.mark.parametrize("word, hint", [
    ("digitalocaen", "digitalocean"), ("www.duckdns.com", "duckdns"),
    ("https://dash.cloudflare.com/profile", "cloudflare"),
    ("xyzzy", None)])
def test_hint_of_a_search(ddns, word, hint):
    result = ddns.run("providers", word)
    assert result.status == 2
    assert result.stderr.endswith(f" host ({hint}?)\n" if hint
                                  else "title or host\n")


@pytest.mark.parametrize("name", ["aliyun", "阿里云", "AliYun", "alidns"])
def test_provider_of_another_name(ddns, name):
    """All names lead to the row, which is shown under its own."""
    assert ddns.run("providers", name).stdout == (
        ddns.run("providers", "alidns").stdout)
    assert ddns.run("providers", name).stdout.startswith("[alidns]\n")


UNKNOWN = [
    ("www.dnspod.cn", "dnspod"), ("api.cloudflare.com", "cloudflare"),
    ("www.noip.com", "no-ip"), ("cloudfare", "cloudflare"),
    ("alyun", "aliyun"), ("腾迅云", "腾讯云"), ("webhok", "webhook"),
    ("ddnss.com", "ddnss"), ("ipv5", None), ("dns", None),
    ("general", None), ("server", None), ("home.example.com", None)]


@pytest.mark.parametrize("section, hint", UNKNOWN)
def test_unknown_section(ready, section, hint):
    ready.ddns.ini.write_text(f"{ready.ddns.ini.read_text()}\n[{section}]\n")
    result = ready.run("check")
    assert result.status == 3
    assert result.stderr.endswith(
        f"[{section}] unknown section or provider "
        f"({hint if hint else '`ddns providers` lists them'}"
        f"{'?' if hint else ''})\n")


def test_account_of_another_name(ddns, serve):
    """The same provider in output, state, documents and for hooks; the section
    keeps its own name in what is told about it."""
    def configure(section):
        ddns.config(f"""[ipv4]
url = {ip.url}
allow = 203.0.113.0/24
[provider p]
aka = 我的, mine
set = GET {service.url}/{{fqdn}}/{{ip}}
good = good
denied = badauth
[{section}]
names = home.example.com
""", f"hook = {hook}")

    ip, service = serve(Reply("203.0.113.7")), serve(Reply("good"))
    hook = ddns.folder / "hook"
    hook.write_text('#!/bin/sh\necho "hook: $DDNS_PROVIDER" >&2\n')
    hook.chmod(0o755)
    configure("我的 home")
    result = ddns.run()
    assert result.stdout == "home.example.com A none -> 203.0.113.7 (p home)\n"
    assert result.stderr == "hook: p home\n"
    for section in ("p home", "mine home"):
        configure(section)
        assert ddns.run("-v").stdout == "" and len(service.requests) == 1
    value = json.loads(ddns.run("status", "--json").stdout)["names"][0]
    assert (value["account"], value["provider"]) == ("p home", "p")
    service.reply = Reply("badauth")
    result = ddns.run("--force")
    assert result.status == 7
    assert result.stderr.startswith("ddns: [mine home]: ")
    assert "[mine home], or" in result.stderr


def test_two_names_of_one_account(ready):
    with ready.ddns.ini.open("a") as ini:
        ini.write("[dyndnsv2]\nuser = u\npassword = pa55word\n"
                  "server = https://dyn.example.net\n"
                  "names = b.example.com\n")
    result = ready.run("check")
    assert result.status == 3
    assert re.search(r"\[dyndnsv2\] this is the section \[dyndns2\] of line "
                     r"\d+ under another name\n$", result.stderr)


def test_provider_row_can_be_pasted(ddns, serve):
    """What `providers NAME` prints as a row is one."""
    text = ddns.run("providers", "cloudflare").stdout
    row = text[text.index("[provider cloudflare]"):]
    ddns.config(f"{row}\n\n[ipv4]\nurl = https://ip.example.net\n"
                "[cloudflare]\ntoken = xxxx\nnames = home.example.com")
    result = ddns.run("check")
    assert (result.status, result.stderr) == (0, "")


ROWS = """\
[provider p]
title   = My Own
aka     = mine 我的
advice  = Make a key first.
secret  = key    of yours
setting = line
line    = main
url     = {server}
set     = POST /{name}
          {"ip":"{ip}","line":"{line}","ttl":{ttl},"key":"{key}"}
auth    =

[provider a-name-of-forty-letters-is-as-long-as-it]
set = GET https://example.net/{ip}

[provider broken]
like = no
"""


def test_rows_are_listed(ddns):
    """The longest name decides how wide its column is."""
    ddns.config(ROWS)
    lines = ddns.run("providers").stdout.splitlines()
    for line in (
            "cloudflare                                Cloudflare   A AAAA    "
            "token (batch)",
            "no-ip                                     No-IP        A AAAA    "
            "user password (refresh 25d)",
            "p                                         My Own       A AAAA    "
            "key server zone",
            "broken                                                 ?"):
        name, rest = line[:42], line[42:].split(maxsplit=2)
        found, = [x for x in lines if x.startswith(name)]
        assert found[42:].split(maxsplit=2) == rest
    # each column begins where its heading does, whatever it holds
    from unicodedata import east_asian_width
    at = lines[0].index("FAMILIES")
    for line in lines[1:]:
        wide = sum(east_asian_width(c) in "WF" for c in line)
        assert re.match(r"  (A( AAAA)?|-|\?)( |$)", line[at - wide - 2:]), line


def test_row_is_shown(ddns):
    """A section to paste, its keys as a table, advice, and the row."""
    ddns.config(ROWS)
    assert ddns.run("providers", "我的").stdout == """\
[p]
key_file = /etc/ddns/p.key
server   = https://dyn.example.net
zone     = example.com
names    = home.example.com

; key     required  secret        of yours
; line    optional          main
; server  required                https://HOST of the service
; zone    required                of the names
; ttl     optional                seconds

; My Own: A AAAA
; also called mine, 我的
; Make a key first.

; The row behind it; paste it only to change it.
""" + ROWS.partition("\n\n")[0] + "\n"
    result = ddns.run("providers", "none-of-all")
    assert (result.status, result.stdout) == (2, "")


def test_broken_row_is_shown(ddns):
    ddns.config(ROWS)
    assert ddns.run("providers", "broken").stdout == """\
; broken: ?

; The row behind it; paste it only to change it.
[provider broken]
like = no
"""


def test_every_row_can_be_pasted(ddns):
    """What is shown is right, but for the files of secrets: nobody made them.
    """
    listed = ddns.run("providers").stdout.splitlines()[1:]
    assert len(listed) > 100
    for name in (line.split()[0] for line in listed):
        shown = ddns.run("providers", name).stdout
        assert shown.startswith(f"[{name}]\n")
        ddns.config("[ipv4]\nurl = https://ip.example.net\n"
                    "[ipv6]\nurl = https://ip.example.net\n" + shown)
        result = ddns.run("check")
        assert result.status in (0, 3)
        for line in result.stderr.splitlines():
            assert "_file: " in line, (name, line)
        ddns.ini.unlink()


@pytest.fixture
def stranger(ready):
    """Runs the program, without -c, as a user who is not root."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program = shutil.copy(PROGRAM, folder)
        user = 65534 if os.geteuid() == 0 else None

        def run(config, **env):
            path = folder / config
            path.parent.mkdir(parents=True)
            path.write_text("".join(
                line for line in ready.ddns.ini.read_text().splitlines(True)
                if not line.startswith("state ")))
            path.chmod(0o600)
            if user:
                for inner in (folder, *folder.rglob("*")):
                    os.chown(inner, user, user)
            return subprocess.run(
                [program], cwd="/", user=user, timeout=harness.LATE,
                capture_output=True, text=True,
                env={**ready.ddns.environment(), "HOME": name,
                     **{key: name + value for key, value in env.items()}})

        run.folder = folder
        yield run


@pytest.mark.parametrize("config, env, state", [
    (".config/ddns/ddns.ini", {}, ".local/state/ddns/ddns.state"),
    ("x/ddns/ddns.ini", {"XDG_CONFIG_HOME": "/x", "XDG_STATE_HOME": "/y"},
     "y/ddns/ddns.state"),
    (".config/ddns/ddns.ini", {"STATE_DIRECTORY": "/z"}, "z/ddns.state"),
])
def test_default_places_of_a_user(stranger, ready, config, env, state):
    result = stranger(config, **env)
    assert (result.stdout, result.stderr) == (ready.line, "")
    assert (stranger.folder / state).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("width, table", [(90, True), (60, False)])
def test_width_of_lookup(home, serve, width, table):
    """A table that the screen cannot take becomes two lines a source."""
    gone, good = serve(Reply("gone", 404)), serve(Reply("203.0.113.7"))
    home.configure([f"{gone.url}/{'x' * 20}", good.url])
    lines = home.run("lookup", env={"COLUMNS": str(width)}).stdout.splitlines()
    assert all(len(line) <= width for line in lines)
    lines = [re.sub(r"\d+ ms$", "1 ms", re.sub(" +", " ", line))
             for line in lines]
    if table:
        assert lines[0] == " SOURCE FAMILY VERDICT ADDRESS MS"
        assert lines[2].startswith(f"* {good.url}/ ipv4 ok 203.0.113.7 ")
    else:
        assert lines == [
            f" {gone.url}/{'x' * 20}", " ipv4: HTTP 404, 1 ms",
            f"* {good.url}/", " ipv4: ok, 203.0.113.7, 1 ms"]


def test_dry_run_mends_nothing(ready):
    """A name that was refused is not well again because it would be sent."""
    ready.provider.says[""] = "nohost"
    assert ready.run().status == 7
    assert "again" not in ready.run("--dry-run", "--force").stderr
    ready.provider.says.clear()
    assert "is well again" in ready.run("--force").stderr


@pytest.mark.parametrize("root", [False] + [True] * (os.geteuid() == 0))
def test_no_configuration(stranger, root):
    """Where it was looked for, the example, and the two lines to begin with,
    which work."""
    if os.path.exists("/etc/ddns/ddns.ini"):
        pytest.skip("/etc/ddns/ddns.ini is there")
    stranger("x/ddns.ini")
    run = functools.partial(
        subprocess.run, cwd=harness.ROOT, capture_output=True, text=True,
        timeout=harness.LATE, env={"PATH": os.environ["PATH"], "EDITOR": ":",
                                   "HOME": str(stranger.folder)},
        user=65534 if os.geteuid() == 0 and not root else None)
    result = run([stranger.folder / "ddns"])
    mine = f"{stranger.folder}/.config/ddns/ddns.ini"
    first, second, copy, edit = result.stderr.splitlines()
    assert (result.returncode, result.stdout) == (3, "")
    assert first == ("ddns: there is no configuration: looked for "
                     + ("" if root else f"{mine} and ")
                     + "/etc/ddns/ddns.ini")
    example, place = re.fullmatch(
        r"  install -D -m 600 (\S+) (\S+)", copy).groups()
    assert place == ("/etc/ddns/ddns.ini" if root else mine)
    assert edit == f"  ${{EDITOR:-vi}} {place} && ddns check"
    if not root:
        shutil.copy(harness.ROOT / "ddns.ini.example", stranger.folder)
        copy = copy.replace(example, f"{stranger.folder}/ddns.ini.example")
        done = run(["sh", "-ec", copy])
        assert (done.returncode, done.stderr) == (0, "")
        assert "there is no configuration" not in run(
            [stranger.folder / "ddns", "check"]).stderr


NO_ACCOUNT = "[ipv4]\nallow = 203.0.113.0/24\nurl = {}\n"


@pytest.mark.parametrize("account", [
    "", "[cloudflare]\ntoken = PUT-YOUR-TOKEN-HERE\n", "[duckdns]\n"])
def test_lookup_without_accounts(ddns, serve, account):
    """Sources can be tried while the rest is not written yet."""
    source = serve(Reply("203.0.113.7"))
    ddns.config(NO_ACCOUNT.format(source.url) + account)
    result = ddns.run("lookup")
    assert (result.status, result.stderr) == (0, "")
    assert "203.0.113.7" in result.stdout
    assert ddns.run("lookup", source.url).status == 0
    assert ddns.run().status == 3 and len(source.requests) == 2


def test_lookup_of_nothing(ddns):
    ddns.config("[ipv5]\n")
    result = ddns.run("lookup")
    assert result.status == 3 and "unknown section" in result.stderr
    ddns.config("")
    result = ddns.run("lookup", "--json")
    assert result.status == 3 and "no lookups: write a" in result.stderr
    assert json.loads(result.stdout)["exit"] == 3


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
