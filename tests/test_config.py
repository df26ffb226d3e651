"""Mistakes in the configuration: each is named with its place, all at once."""

import re

import pytest

from harness import Reply

# A configuration without a mistake, and places to put one. LINE 1 is [ddns].
BASE = """\
[ddns]
state = {state}
{ddns}
[ipv4]
url = https://ip.example.net
{ipv4}
[dyndns2]
server = https://dyn.example.net
user = me
password = secret
names = home.example.com
{account}
{more}
"""

# (where, what is written there, the lines that are said: "LINE: rest" with
# rest a regular expression)
MISTAKES = [
    ("more", "[clouflare]\nnames = a.example.com",
     [r"13: \[clouflare\] .*cloudflare"]),
    ("more", "[provider x y]\nurl = https://a.example\nset = GET /?{ip}",
     [r"13: \[provider x y\]"]),
    ("ddns", "timout = 3", [r"3: \[ddns\] timout: unknown key.*timeout"]),
    ("ddns", "timeout = 3s4", [r"3: \[ddns\] timeout: "]),
    ("ddns", "timeout = -1", [r"3: \[ddns\] timeout: "]),
    ("ddns", "timeout =", [r"3: \[ddns\] timeout: "]),
    ("ddns", "timeout = 3\ntimeout = 4", [r"4: \[ddns\] timeout: .*twice"]),
    ("ddns", "patience = many", [r"3: \[ddns\] patience: "]),
    ("ddns", "remind = 1x", [r"3: \[ddns\] remind: "]),
    ("ddns", "remind = 1d 2h", [r"3: \[ddns\] remind: "]),
    ("ddns", "syslog = perhaps", [r"3: \[ddns\] syslog: "]),
    ("ddns", "hook = relative/path", [r"3: \[ddns\] hook: "]),
    ("ddns", "ca_file = ca.pem", [r"3: \[ddns\] ca_file: "]),
    ("ddns", "heartbeat = nonsense", [r"3: \[ddns\] heartbeat: "]),
    ("ipv4", "allow = 10.0.0.0/33", [r"6: \[ipv4\] allow: "]),
    ("ipv4", "allow = 10.0.0.1/8", [r"6: \[ipv4\] allow: "]),
    ("ipv4", "deny = everyone", [r"6: \[ipv4\] deny: "]),
    ("ipv4", "allow = fd00::/8", [r"6: \[ipv4\] allow: "]),
    ("ipv4", "agree = 2", [r"6: \[ipv4\] agree: "]),
    ("ipv4", "agree = 0", [r"6: \[ipv4\] agree: "]),
    ("ipv4", "url = ftp://ip.example.net", [r"6: \[ipv4\] url: "]),
    ("ipv4", "url = https://", [r"6: \[ipv4\] url: "]),
    ("ipv4", "url = file://relative", [r"6: \[ipv4\] url: "]),
    ("ipv4", "url = exec:relative", [r"6: \[ipv4\] url: "]),
    ("ipv4", "url = https://a.example.net/#ip", [r"6: \[ipv4\] url: "]),
    ("account", "nmaes = a.example.com",
     [r"12: \[dyndns2\] nmaes: unknown key.*names"]),
    ("account", "names = b.example.com", [r"12: \[dyndns2\] names: .*twice"]),
    ("account", "ipv4 = home.example.com",
     [r"12: \[dyndns2\] ipv4: .*home\.example\.com.*twice"]),
    ("account", "ipv4 = Home.example.com.",
     [r"12: \[dyndns2\] ipv4: .*home\.example\.com.*twice"]),
    ("account", "ipv4 = under_/score", [r"12: \[dyndns2\] ipv4: "]),
    ("account", "ipv4 = -a.example.com a..b",
     [r"12: \[dyndns2\] ipv4: .*a\.\.b"]),
    ("account", "ipv6 = six.example.com", [r"12: \[dyndns2\] ipv6: .*lookup"]),
    ("account", "lookup = wan2", [r"12: \[dyndns2\] lookup: .*wan2"]),
    ("account", "refresh = often", [r"12: \[dyndns2\] refresh: "]),
    ("account", "zone = example.org",
     [r"\d+: \[dyndns2\] .*home\.example\.com is not in zone example\.org"]),
    ("account", "password_file = /etc/hostname",
     [r"12: \[dyndns2\] password_file: "]),
    ("account", "  c.example.com\n user = you",
     [r"13: \[dyndns2\] "]),
    ("more", "[dyndns2]\nnames = a.example.com",
     [r"13: \[dyndns2\] .*given twice"]),
    ("more", "[cloudflare]\nnames = a.example.com",
     [r"13: \[cloudflare\].*token is missing"]),
    ("more", "[cloudflare]\ntoken = x", [r"13: \[cloudflare\].*name"]),
    ("more", "[cloudflare]\ntoken =\nnames = a.example.com",
     [r"14: \[cloudflare\] token: "]),
    ("more", "[cloudflare]\ntoken = 'x'\nnames = a.example.com",
     [r"14: \[cloudflare\] token: .*quot"]),
    ("more", "[cloudflare]\ntoken = ab #cd\nnames = a.example.com",
     [r"14: \[cloudflare\] token: .*#"]),
    ("more", "[cloudflare]\ntoken = ab ;cd\nnames = a.example.com",
     [r"14: \[cloudflare\] token: .*;"]),
    ("more", "[cloudflare]\ntoken_file = /nonexistent/t\nnames = a.example.com",
     [r"14: \[cloudflare\] token_file: .*No such file"]),
    ("more", "[cloudflare]\ntoken = x\nnames = a.example.com\nproxied = yes",
     [r'16: \[cloudflare\] proxied: "yes" is no number, true or false']),
    ("more", "[dyndns2 other]\nserver = https://dyn.example.net\nuser = you\n"
     "password = x\nnames = home.example.com",
     [r"17: \[dyndns2 other\] names: .*home\.example\.com"]),
    ("more", "[dyndns2 clear]\nserver = http://dyn.example.net\nuser = me\n"
     "password = x\nnames = a.example.com",
     [r"14: \[dyndns2 clear\] server: "]),
    ("more", "[dyndns2 s]\nuser = me\npassword = x\nnames = a.example.com",
     [r"13: \[dyndns2 s\].*server is missing"]),
    ("more", "[namecheap]\npassword = x\nzone = example.com\n"
     "ipv6 = a.example.com", [r"\d+: \[namecheap\].*namecheap has no AAAA"]),
    ("more", "[ipv5]\nurl = a", [r"13: \[ipv5\]"]),
    ("more", "[ipv4 x]", [r"13: \[ipv4 x\]"]),
    ("more", "[webhook]\nmethod = GET", [r"13: \[webhook\].*url is missing"]),
    ("more", "nonsense", [r"13: "]),
    ("more", "= value", [r"13: "]),
    ("more", "[broken", [r"13: "]),
    ("more", "[ipv4 x] junk\nurl = ip.example.org", [r"13: "]),
    ("more", "[dyndns2 " + "x" * 60 + "]\nnames = a", [r"13: "]),
    ("more", "names = " + "x" * 200, [r"13: .*198"]),
    ("more", "[provider mine]\nrecods = GET /", [
        r"14: \[provider mine\] recods: unknown key \(records\?\)"]),
    ("more", "[provider mine]\nurl = https://a.example\nset = /x?{ip}",
     [r"15: \[provider mine\] set: begins with no method"]),
    ("more", "[provider mine]\nurl = https://a.example\n"
     "set = GET /{zoneid}?ip={ip}",
     [r"15: \[provider mine\] set: nothing defines \{zoneid\}"]),
    ("more", "[provider mine]\nurl = https://a.example\n"
     'set = POST / {"a":"{ip}" "b":1}',
     [r"15: \[provider mine\] set: the body is no JSON: "]),
    ("more", "[provider mine]\nlike = clouflare", [
        r"14: \[provider mine\] like: no provider clouflare \(cloudflare\?\)"]),
]


def lines_of(result, ini):
    start = f"ddns: {ini}:"
    assert all(line.startswith(start) for line in result.lines), result.stderr
    return [line[len(start):] for line in result.lines]


@pytest.mark.parametrize("where, text, said", MISTAKES)
def test_mistake(ddns, where, text, said):
    parts = {"ddns": "", "ipv4": "", "account": "", "more": "", where: text}
    ddns.write(BASE.format(state=ddns.state, **parts))
    result = ddns.run()
    assert (result.status, result.stdout) == (3, "")
    lines = lines_of(result, ddns.ini)
    assert len(lines) == len(said), result.stderr
    for line, pattern in zip(lines, said):
        assert re.match(pattern, line)
    assert list(ddns.home.iterdir()) == []
    check = ddns.run("check")
    assert check.status == 3 and lines_of(check, ddns.ini) == lines


def test_no_mistake(ddns):
    ddns.write(BASE.format(
        state=ddns.state, ddns="", ipv4="", account="", more=""))
    result = ddns.run("check")
    assert (result.status, result.stderr) == (0, "")


def test_all_mistakes_at_once(ddns):
    ddns.write(BASE.format(
        state=ddns.state, ddns="timout = 3", ipv4="agree = 7",
        account="refresh = often", more="[nosuch]\na = b"))
    result = ddns.run()
    assert [int(line.split(":")[0]) for line in lines_of(
        result, ddns.ini)] == [3, 6, 12, 13]


# What is fine, though it looks odd.
FINE = {
    "comments": ("more", "; " + "x" * 500 + "=evil\n# names = a"),
    "indented list": ("account", "ipv4 = a.example.com,\n  b.example.com\n"
                      "\tc.example.com"),
    "url lines": ("ipv4", "url = https://a.example.net\n"
                  "  https://b.example.net\n  ip.example.org/x"),
    "bare host": ("ipv4", "url = ip.example.org"),
    "two sets": ("more", "[ipv4 wan2]\nurl = a.example.org\n[dyndns2 w]\n"
                 "lookup = wan2\nserver = https://x.example\nuser = a\n"
                 "password = b\nnames = w.example.com"),
    "unicode": ("account", "ipv4 = bücher.example.com"),
    "own row": ("more", "[provider mine]\nurl = https://a.example\n"
                "secret = token\nauth = Bearer {token}\n"
                "set = GET /{fqdn}?ip={ip}\n[mine]\ntoken = x\n"
                "names = m.example.com"),
    "own set": ("more", "[url router]\nnames = vpn.example.com\n"
                "token = abc\nset = POST https://hook.example.net/{fqdn} "
                '{"address":"{ip}"}\nheader = X-Key: {token}\ngood = OK'),
    "semicolon without a blank": ("more", "[cloudflare]\ntoken = ab;cd\n"
                                  "names = a.example.com"),
}


@pytest.mark.parametrize("case", FINE)
def test_fine(ddns, case):
    where, text = FINE[case]
    parts = {"ddns": "", "ipv4": "", "account": "", "more": "", where: text}
    ddns.write(BASE.format(state=ddns.state, **parts))
    result = ddns.run("check")
    assert (result.status, result.stderr) == (0, "")


@pytest.mark.parametrize("data", [
    b"", b"\0", b"[ddns]\rstate = /x\r", "[ddns]\n".encode("utf-16"),
    b"[ddns]\n\xff\xfe = 1\n"])
def test_not_a_configuration(ddns, data):
    ddns.write(data)
    result = ddns.run()
    assert result.status == 3 and result.stderr.startswith(f"ddns: {ddns.ini}")


def test_windows_line_ends_and_bom(home, serve):
    home.configure([serve(Reply("203.0.113.7")).url])
    text = home.ddns.ini.read_text().replace("\n", "\r\n")
    home.ddns.write("\ufeff" + text)
    result = home.run()
    assert (result.stdout, result.stderr, result.status) == (home.line, "", 0)


def test_a_folder_in_place_of_the_file(ddns):
    ddns.ini.mkdir()
    result = ddns.run()
    assert result.status == 3 and "directory" in result.stderr


def test_writable_by_others(home, serve):
    home.configure([serve(Reply("203.0.113.7")).url])
    home.ddns.ini.chmod(0o602)
    result = home.run()
    assert result.status == 3 and "chmod" in result.stderr
    assert home.asked == []


def test_readable_by_others_is_a_warning_said_once(home, serve):
    home.configure([serve(Reply("203.0.113.7")).url])
    home.ddns.ini.chmod(0o644)
    first, second = home.run(), home.run()
    assert first.status == 0 and first.stdout == home.line
    assert first.stderr.count("\n") == 1 and "chmod" in first.stderr
    assert second.stderr == ""


def test_secret_in_a_file(home, serve, tmp_path):
    path = tmp_path / "password"
    path.write_text("secret\r\nmore\n")
    path.chmod(0o600)
    home.configure([serve(Reply("203.0.113.7")).url])
    text = home.ddns.ini.read_text()
    home.ddns.write(text.replace(
        "password = secret", f"password_file = {path}"))
    assert home.run().stdout == home.line
    home.ddns.write(text.replace(
        "password = secret", "password_file = credential:pw"))
    (tmp_path / "pw").write_text("secret")
    (tmp_path / "pw").chmod(0o600)
    result = home.run("-f", env={"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert result.status == 0 and len(home.asked) == 2


@pytest.mark.parametrize("owner", [12345])
def test_program_in_a_strangers_file(home, tmp_path, owner):
    import os
    if os.geteuid() != 0:
        pytest.skip("needs root to give a file away")
    home.configure(["exec:/bin/true"])
    os.chown(home.ddns.ini, owner, owner)
    result = home.run()
    assert result.status == 3 and "a program" in result.stderr


def test_unicode_name_becomes_punycode(home, serve):
    home.configure([serve(Reply("203.0.113.7")).url],
                   names="bücher.example.com.")
    result = home.run()
    assert result.stdout.startswith("xn--bcher-kva.example.com A none -> ")
