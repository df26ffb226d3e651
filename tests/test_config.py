# SPDX-License-Identifier: ISC
"""Mistakes in the configuration: each is named with its place, all at once."""

import os
import pathlib
import re

import pytest

import harness
from harness import SOON, Reply, write_program

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
password = pa55word
names = home.example.com
{account}
{more}
"""

# (where, what is written there, what is said behind FILE:)
MISTAKES = [
    ("more", "[clouflare]\nnames = a.example.com",
     "13: [clouflare] unknown section or provider (cloudflare?)"),
    ("more", "[provider x y]\nurl = https://a.example\nset = GET /?{ip}",
     "13: [provider x y] a provider's name is 1 to 40 of a-z 0-9 . -"),
    ("ddns", "timout = 3",
     '3: [ddns] timout: unknown key (timeout?)'),
    ("ddns", "timeout = 3s4",
     '3: [ddns] timeout: "3s4" is not a time: a number and s, m, h or d'),
    ("ddns", "timeout = -1",
     '3: [ddns] timeout: "-1" is not a time: a number and s, m, h or d'),
    ("ddns", "timeout =",
     "3: [ddns] timeout: has no value"),
    ("ddns", "timeout = 3\ntimeout = 4",
     "4: [ddns] timeout: given twice, first in line 3"),
    ("ddns", "patience = many",
     '3: [ddns] patience: "many" is not a number'),
    ("ddns", "remind = 1x",
     '3: [ddns] remind: "1x" is not a time: a number and s, m, h or d'),
    ("ddns", "remind = 1d 2h",
     '3: [ddns] remind: "1d 2h" is not a time: a number and s, m, h or d'),
    ("ddns", "syslog = perhaps",
     '3: [ddns] syslog: "perhaps" is neither yes nor no'),
    ("ddns", "hook = relative/path",
     '3: [ddns] hook: "relative/path" is not an absolute path'),
    ("ddns", "ca_file = ca.pem",
     '3: [ddns] ca_file: "ca.pem" is not an absolute path'),
    ("ddns", "heartbeat = nonsense",
     "3: [ddns] heartbeat: not a URL that begins with https:// or http://"),
    ("ipv4", "allow = 10.0.0.0/33",
     '6: [ipv4] allow: "10.0.0.0/33" is not a network, such as 10.0.0.0/8 (no '
     "bit set behind the prefix)"),
    ("ipv4", "allow = 10.0.0.1/8",
     '6: [ipv4] allow: "10.0.0.1/8" is not a network, such as 10.0.0.0/8 (no '
     "bit set behind the prefix)"),
    ("ipv4", "deny = everyone",
     '6: [ipv4] deny: "everyone" is not a network, such as 10.0.0.0/8 (no bit '
     "set behind the prefix)"),
    ("ipv4", "allow = fd00::/8",
     "6: [ipv4] allow: takes IPv4 networks"),
    ("ipv4", "agree = 2",
     "6: [ipv4] agree: 2 sources cannot agree: only 1 given"),
    ("ipv4", "agree = 100",
     "6: [ipv4] agree: 100 is out of range: 1 to 99"),
    ("ipv4", "agree = 0",
     "6: [ipv4] agree: 0 is out of range: 1 to 99"),
    ("ipv4", "url = ftp://ip.example.net",
     "6: [ipv4] url: a URL begins with https:// or http://"),
    ("ipv4", "url = https://",
     "6: [ipv4] url: the URL has no host"),
    ("ipv4", "url = file://relative",
     "6: [ipv4] url: a file URL begins with file:///"),
    ("ipv4", "url = exec:relative",
     "6: [ipv4] url: exec: takes an absolute path"),
    ("ipv4", "url = exec:/bin/true" + " a" * 32,
     "6: [ipv4] url: more than 32 words"),
    ("ipv4", "url = https://a.example.net/#ip",
     '6: [ipv4] url: "#ip" is not a JSON pointer (#/ip)'),
    ("ipv4", "url = interface:abcdefghijklmnop",
     '6: [ipv4] url: "abcdefghijklmnop" is not an interface name'),
    ("ipv4", "url = interface:",
     '6: [ipv4] url: "" is not an interface name'),
    ("ipv4", "url = interface:a/b",
     '6: [ipv4] url: "a/b" is not an interface name'),
    ("ipv4", "url = https://a.example.net/#",
     '6: [ipv4] url: "#" is not a JSON pointer (#/ip)'),
    ("ipv4", "url = https://a.example.net/#/a~2",
     '6: [ipv4] url: "#/a~2" is not a JSON pointer (#/ip)'),
    ("ipv4", "url = https://a.example.net/#/a~",
     '6: [ipv4] url: "#/a~" is not a JSON pointer (#/ip)'),
    ("more", "[dyndns2 b]\n b.example.com\nserver = https://dyn.example.net\n"
     "user = me\npassword = xxxx\nnames = c.example.com",
     "14: [dyndns2 b] an indented line, and no key stands before it: begin "
     "keys in the first column"),
    ("more", "[dyndns2 colon]\nserver = https://dyn.example.net\nuser = m:e\n"
     "password = xxxx\nnames = a.example.com",
     "15: [dyndns2 colon] user: holds a colon, which ends the user of Basic"),
    ("account", "nmaes = a.example.com",
     "12: [dyndns2] nmaes: unknown key (names?)"),
    ("account", "names = b.example.com",
     "12: [dyndns2] names: given twice, first in line 11"),
    ("account", "ipv4 = home.example.com",
     "12: [dyndns2] ipv4: home.example.com is given twice, first in line 11"),
    ("account", "ipv4 = Home.example.com.",
     "12: [dyndns2] ipv4: home.example.com is given twice, first in line 11"),
    ("account", "ipv4 = under_/score",
     "12: [dyndns2] ipv4: under_/score is not a DNS name"),
    ("account", "ipv4 = a..b",
     "12: [dyndns2] ipv4: a..b is not a DNS name"),
    ("account", "ipv4 = -a.example.com",
     "12: [dyndns2] ipv4: -a.example.com is not a DNS name"),
    ("account", "ipv4 = a.b-.example.com",
     "12: [dyndns2] ipv4: a.b-.example.com is not a DNS name"),
    ("account", "ipv6 = six.example.com",
     "12: [dyndns2] ipv6: has no lookups: [ipv6] is not there"),
    ("account", "lookup = wan2",
     "12: [dyndns2] lookup: neither [ipv4 wan2] nor [ipv6 wan2] is there"),
    ("account", "refresh = often",
     "12: [dyndns2] refresh: often: a time is 90s, 30m, 2h or 25d"),
    ("account", "zone = example.org",
     "11: [dyndns2] names: home.example.com is not in zone example.org"),
    ("account", "password_file = /etc/hostname",
     "12: [dyndns2] password_file: password is given, too: leave one of "
     "them out"),
    ("account", "  c.example.com\n user = you",
     "13: [dyndns2] names: an indented line goes on a list of names (begin "
     "keys in the first column)"),
    ("more", "[dyndns2]\nnames = a.example.com",
     "13: [dyndns2] this section is given twice, first in line 7"),
    ("more", "[cloudflare]\nnames = a.example.com",
     "13: [cloudflare] token is missing (API token: My Profile / "
     "API Tokens, template Edit zone DNS)"),
    ("more", "[cloudflare]\ntoken = xxxx",
     "13: [cloudflare] names is missing"),
    ("more", "[cloudflare]\ntoken =\nnames = a.example.com",
     "14: [cloudflare] token: is empty"),
    ("more", "[cloudflare]\ntoken = 'xxxx'\nnames = a.example.com",
     "14: [cloudflare] token: a value in quotes: they would be part of it, "
     "take them off"),
    ("more", "[cloudflare]\ntoken = ab #cd\nnames = a.example.com",
     "14: [cloudflare] token: a `#` behind a space would be part of the "
     "secret: put comments on lines of their own, and a secret that holds "
     "this into KEY_file"),
    ("more", "[cloudflare]\ntoken = ab ;cd\nnames = a.example.com",
     "14: [cloudflare] token: a `;` behind a space cuts the secret: put "
     "comments on lines of their own, and a secret that holds this into "
     "KEY_file"),
    ("more", "[cloudflare]\ntoken_file = /nonexistent/t\n"
     "names = a.example.com",
     "14: [cloudflare] token_file: /nonexistent/t: cannot be opened: No "
     "such file or directory"),
    ("more", "[cloudflare]\ntoken = xxxx\nnames = a.example.com\n"
     "proxied = yes",
     '16: [cloudflare] proxied: "yes" is not a number, true or false'),
    ("more", "[dyndns2 other]\nserver = https://dyn.example.net\n"
     "user = you\npassword = xxxx\nnames = home.example.com",
     "17: [dyndns2 other] names: home.example.com is already in [dyndns2]"),
    ("more", "[dyndns2 clear]\nserver = http://dyn.example.net\n"
     "user = me\npassword = xxxx\nnames = a.example.com",
     "14: [dyndns2 clear] server: http:// is sent in clear text: use "
     "https://"),
    ("more", "[dyndns2 s]\nuser = me\npassword = xxxx\n"
     "names = a.example.com",
     "13: [dyndns2 s] server is missing (https://HOST)"),
    ("more", "[namecheap]\npassword = xxxx\nzone = example.com\n"
     "ipv6 = a.example.com",
     "16: [namecheap] ipv6: namecheap has no AAAA"),
    ("more", "[ipv5]\nurl = a",
     "13: [ipv5] unknown section or provider (`ddns providers` lists them)"),
    ("more", "[ipv4 x]",
     "13: [ipv4 x] url is missing (a lookup source)"),
    ("more", "[webhook]\nmethod = GET",
     "13: [webhook] url is missing"),
    ("more", "nonsense",
     "13: [dyndns2] no `=` in this line"),
    ("more", "= value",
     "13: [dyndns2] no key stands before the `=`"),
    ("more", "[broken",
     "13: `[` without `]`"),
    ("more", "[ipv4 x] junk\nurl = ip.example.org",
     "13: text stands behind the `]`"),
    ("more", "[dyndns2 " + "x" * 60 + "]\nnames = a",
     "13: a section name of 68 bytes; at most 49 are read"),
    ("more", "names = " + "x" * 65536,
     "13: [dyndns2] a line of 65544 bytes; at most 65536 are read"),
    # nor is what such a line held said to be missing
    ("more", "[duckdns]\ntoken = t0ken\nnames = " + "x" * 65536,
     "15: [duckdns] a line of 65544 bytes; at most 65536 are read"),
    ("more", "[duckdns]\ntoken t\nnames = me.duckdns.org",
     "14: [duckdns] no `=` in this line"),
    ("more", "[dyndns2 x]\nuser = u\npassword = pa55word\nserver dyn\n"
     "names = a.example.org", "16: [dyndns2 x] no `=` in this line"),
    ("more", "[provider mine]\nrecods = GET /",
     "14: [provider mine] recods: unknown key (records?)"),
    ("more", "[provider mine]\nurl = https://a.example\nset = /x?{ip}",
     "15: [provider mine] set: begin with GET or POST"),
    ("more", "[provider mine]\nurl = https://a.example\n"
     "set = GET /{zoneid}?ip={ip}",
     "15: [provider mine] set: nothing defines {zoneid} (zone?)"),
    ("more", "[provider mine]\nurl = https://a.example\n"
     'set = POST / {"a":"{ip}" "b":1}',
     "15: [provider mine] set: the body is not JSON: ',' expected at byte 13"),
    ("more", "[cloudflare]\nnames = a.example.com\ntoken = Bearer abcdef",
     "15: [cloudflare] token: begins with a word that the request adds: "
     "write what stands behind it"),
    ("more", "[cloudflare]\nnames = a.example.com\ntoken = CF_API_TOKEN=abcdef",
     "15: [cloudflare] token: begins with NAME=: write what stands "
     "behind it alone"),
    ("more", "[cloudflare]\nnames = a.example.com\ntoken = export CF_TOKEN=abcdef",
     "15: [cloudflare] token: begins with NAME=: write what stands "
     "behind it alone"),
    ("more", "[cloudflare]\nnames = a.example.com\ntoken = abc def",
     "15: [cloudflare] token: holds a space: copy it again from the "
     "service's page"),
    ("more", "[cloudflare]\nnames = a.example.com\ntoken = abc\u00a0def",
     "15: [cloudflare] token: holds a no-break space, as copied from "
     "a page: type it anew"),
    ("more", "[cloudflare]\nnames = a.example.com\ntoken = abc\u200bdef",
     "15: [cloudflare] token: holds a zero-width space, as copied from "
     "a page: type it anew"),
    ("more", "[cloudflare]\nnames = a.example.com\ntoken = abc\u0430def",
     "15: [cloudflare] token: holds a letter that only looks like one "
     "of ASCII: copy it again from the service's page"),
    ("more", "[cloudflare]\nnames = a.example.com\ntoken = abc\u00e9def",
     "15: [cloudflare] token: holds a letter outside ASCII: copy it "
     "again from the service's page"),
    ("account", "ipv4 = 203.0.113.9",
     "12: [dyndns2] ipv4: 203.0.113.9 is an address: names stand here, "
     "and [ipv4] and [ipv6] say where the address comes from"),
    ("account", "ipv4 = a.example.com ; b.example.com",
     "12: [dyndns2] ipv4: a `;` ends this line of names: separate "
     "names by commas or spaces, and put comments on lines of their own"),
    ("account", "ipv4 = a.example.com，b.example.com",
     "12: [dyndns2] ipv4: a full-width comma does not separate names: "
     "write `,`"),
    ("ipv4", "interface:eth0",
     "6: [ipv4] interface: is not a key: url = interface:NAME"),
    ("ipv4", "exec:/usr/local/bin/ip -x",
     "6: [ipv4] exec: is not a key: url = exec:/PROGRAM"),
    ("account", "ipv4 = home",
     "12: [dyndns2] ipv4: home is not a whole name: home.example.com?"),
    ("more", "[url x]\nset = https://dyn.example.net/?ip={ip}\nnames = a.example.com",
     "14: [url x] set: begin with GET or POST"),
    ("ipv4", "url = router",
     "6: [ipv4] url: router is one word: write interface:router, "
     "exec:/PATH, or a URL such as http://router/"),
    ("more", "[webhook]\nurl = https://x.example/#{new}",
     "14: [webhook] url: what stands behind `#` is never sent (an "
     "address is {ip}, not #{ip}): write %23 for the sign itself"),
    ("ddns", "heartbeat = https://x.example/#up",
     "3: [ddns] heartbeat: what stands behind `#` is never sent (an "
     "address is {ip}, not #{ip}): write %23 for the sign itself"),
    ("more", "[provider mine]\nlike = clouflare",
     "14: [provider mine] like: no provider clouflare (cloudflare?)"),
]


EXAMPLES = "is still that of the example: put your own there"


def test_example_that_was_not_filled_in(ddns):
    """Its own sections, and those that its marks hide: each secret."""
    example = (harness.ROOT / "ddns.ini.example").read_text()
    text = re.sub(r"^;(?=[a-z\[])", "", example, flags=re.M)
    for given, keys in ((example, 1), (text, 8)):
        ddns.write(given.replace("/usr/local/bin/on-ddns-news", "/bin/true"))
        for command in ("check", "update"):
            result = ddns.run(command)
            said = [line for line in result.lines if line.endswith(EXAMPLES)]
            assert (result.status, len(said)) == (3, keys)
            assert said[0].endswith(f": [cloudflare] token: {EXAMPLES}")
    ddns.write(re.sub("PUT-YOUR-[A-Z]+-HERE", "c2VjcmV0IG9mIHRoZSBrZXk=",
                      text).replace("/usr/local/bin/on-ddns-news", "/bin/true"))
    result = ddns.run("check")
    assert (result.status, result.stderr) == (0, "")


def test_example_in_a_file_of_its_own(ddns):
    (ddns.folder / "token").write_text("PUT-YOUR-TOKEN-HERE\n")
    (ddns.folder / "token").chmod(0o600)
    ddns.config("[ipv4]\nurl = https://a.example.net\n[duckdns]\n"
                f"token_file = {ddns.folder}/token\nnames = me.duckdns.org\n")
    result = ddns.run("check")
    assert result.status == 3
    assert result.stderr.endswith(f"[duckdns] token_file: {EXAMPLES}\n")


# A program as it is found, and what `check` says of it.
PROGRAMS = [
    (lambda path: None, "{}: No such file or directory"),
    (lambda path: path.mkdir(), "{} is not a program"),
    (lambda path: path.write_text("#!/bin/sh\n"),
     "{0} is not executable: chmod +x {0}"),
    (lambda path: write_program(path, "echo 203.0.113.7"), None),
]


@pytest.mark.parametrize("where", ["hook", "exec"])
@pytest.mark.parametrize("make, said", PROGRAMS)
def test_programs_are_looked_at(home, where, make, said):
    """By `check`; a run goes on without them."""
    path = home.ddns.folder / "program"
    make(path)
    home.configure(
        ["file:///dev/null", f"exec:{path} -x" if where == "exec" else
         "https://a.example.net"],
        general=f"hook = {path}" if where == "hook" else "")
    result = home.run("check")
    if said:
        key = "[ddns] hook" if where == "hook" else "[ipv4] url"
        text = home.ddns.ini.read_text().splitlines()
        line = 1 + next(i for i, x in enumerate(text) if str(path) in x)
        assert result.status == 3 and result.stdout == ""
        assert lines_of(result, home.ddns.ini) == [
            f"{line}: {key}: {said.format(path)}"]
    else:
        assert (result.status, result.stderr) == (0, "")
    assert home.run("status").status == 1


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
    assert lines_of(result, ddns.ini) == [said]
    assert list(ddns.home.iterdir()) == []
    check = ddns.run("check")
    assert (check.status, check.stderr) == (3, result.stderr)


# What lies just at a limit.
FINE = [
    ("ipv4", "url = interface:abcdefghijklmno"),  # IFNAMSIZ is 16, with a NUL
    ("ipv4", "url = exec:/bin/true" + " a" * 31),
    ("ipv4", "url = file:///a\nagree = 2"),
    ("ipv4", "agree = 99\n" + "\n".join(
        f"url = file:///{number}" for number in range(98))),
    ("ddns", "timeout = 300"),
    ("ddns", "patience = 1000\nremind = 60"),
]


@pytest.mark.parametrize("where, text", FINE)
def test_limit(ddns, where, text):
    parts = {"ddns": "", "ipv4": "", "account": "", "more": "", where: text}
    ddns.write(BASE.format(state=ddns.state, **parts))
    check = ddns.run("check")
    assert (check.status, check.stderr) == (0, "")


def test_no_mistake(ddns):
    ddns.write(BASE.format(
        state=ddns.state, ddns="", ipv4="", account="", more=""))
    result = ddns.run("check")
    assert (result.status, result.stderr) == (0, "")


def test_what_check_prints(ddns):
    hook = write_program(ddns.folder / "hook", "exit 0")
    ddns.config(
        "[ipv4]\nurl = https://a.example.net/ip?key=SECRET\n"
        "url = interface:ppp0\n[ipv6]\nurl = b.example.net#/ip\nagree = 1\n"
        "[ipv4 wan2]\nbind = eth2\nagree = 2\nurl = c.example.net\n"
        "  d.example.net\n[webhook]\nurl = https://x/SECRET\n"
        "[dyndns2 w]\nserver = https://w.example\nuser = a\n"
        "password = SECRET\nipv4 = w.example.com\nlookup = wan2\n"
        "[cloudflare]\ntoken = SECRET\nzone = example.org\n"
        "names = Example.org. *.example.org\nsuffix = ::5/64\n"
        "[desec]\ntoken = SECRET\nipv6 = six.example.com\n",
        "timeout = 90\ndeadline = 5m\nremind = 36h\npatience = 1\n"
        f"hook = {hook}\nheartbeat = https://x/SECRET\nsyslog = yes\n"
        "proxy = socks5://me:SECRET@127.0.0.1:1080")
    result = ddns.run("check")
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout == f"""\
configuration {ddns.ini}
state         {ddns.state}
timeout       90s
deadline      5m
patience      1 run
remind        36h
hook          {hook}
webhook       yes
heartbeat     yes
syslog        yes
proxy         yes

[ipv4]
  https://a.example.net/ip
  interface:ppp0

[ipv6]
  https://b.example.net/

[ipv4 wan2] 2 sources must agree, bound to eth2
  https://c.example.net/
  https://d.example.net/

[dyndns2 w] server https://w.example, lookup wan2
  w.example.com A

[cloudflare] zone example.org, suffix ::5/64
  example.org A AAAA
  *.example.org A AAAA

[desec]
  six.example.com AAAA
"""


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
                 "password = bbbb\nnames = w.example.com"),
    "unicode": ("account", "ipv4 = bücher.example.com"),
    "own row": ("more", "[provider mine]\nurl = https://a.example\n"
                "secret = token\nauth = Bearer {token}\n"
                "set = GET /{fqdn}?ip={ip}\n[mine]\ntoken = xxxx\n"
                "names = m.example.com"),
    "own set": ("more", "[url router]\nnames = vpn.example.com\n"
                "token = abcd\nset = POST https://hook.example.net/{fqdn} "
                '{"address":"{ip}"}\nheader = X-Key: {token}\ngood = OK'),
    "a password with spaces": (
        "more", "[dyndns2 w]\nserver = https://x.example\nuser = a\n"
        "password = correct hörse ключ\nnames = w.example.com"),
    "a long line": ("more", "[webhook]\nurl = https://x.example/?sig=" +
                    "x" * 300 + "\nbody = # {name} #1 “{new}”"),
    "ttl as a time": ("more", "[cloudflare]\ntoken = xxxx\nttl = 5m\n"
                      "names = a.example.com"),
    "refresh of a row that reads": (
        "more", "[cloudflare]\ntoken = xxxx\nrefresh = 10m\n"
        "names = a.example.com"),
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


# What is warned about: (where, text, what is said behind FILE:).
WARNINGS = [
    ("account", "refresh = 10m",
     "12: [dyndns2] refresh: calls the service every 10m though nothing "
     "changed, which services block: 1d is enough"),
    ("more", "[cloudflare]\nnames = a.example.com\ntoken = abc",
     "15: [cloudflare] token: fewer than 4 letters: too short to be hidden "
     "where it is printed"),
]


@pytest.mark.parametrize("where, text, said", WARNINGS)
def test_warning(ddns, where, text, said):
    parts = {"ddns": "", "ipv4": "", "account": "", "more": "", where: text}
    ddns.write(BASE.format(state=ddns.state, **parts))
    result = ddns.run("check")
    assert (result.status, result.stderr) == (
        0, f"ddns: warning: {ddns.ini}:{said}\n")


# A token's file: (bytes, what the service is told, or what is said).
TOKENS = [
    ("\ufeffsecret-token \r\n", "secret-token", None),
    ("  secret-token\nmore", "secret-token", None),
    ('"secret-token"', None, "a value in quotes: they would be part of it, "
     "take them off"),
    ("Bearer secret-token", None, "begins with a word that the request adds: "
     "write what stands behind it"),
    ("DESEC_TOKEN=secret-token", None,
     "begins with NAME=: write what stands behind it alone"),
    ("secret\u2011\u200btoken", None, "holds a zero-width space, as copied "
     "from a page: type it anew"),
]


@pytest.mark.parametrize("text, sent, said", TOKENS)
def test_token_in_a_file(home, serve, text, sent, said):
    token = home.ddns.folder / "token"
    token.write_text(text, encoding="utf-8", newline="")
    token.chmod(0o600)
    server = serve(Reply("OK"))
    home.ddns.config(
        f"[ipv4]\nallow = 203.0.113.0/24\n"
        f"url = {serve(Reply('203.0.113.7')).url}\n"
        "[provider own]\nsecret = token\nauth = Bearer {token}\n"
        f"set = GET {server.url}/?ip={{ip}}\ngood = OK\n"
        f"[own]\ntoken_file = {token}\nnames = a.example.com\n")
    result = home.run()
    if said:
        assert (result.status, said in result.stderr) == (3, True)
        assert server.requests == []
    else:
        assert result.status == 0
        assert server.requests[0].header("Authorization") == f"Bearer {sent}"


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


# of a key that nobody kept
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBLDCB36ADAgECAhQk1WgmATmsch7jw+zu2XiBF6UJLzAFBgMrZXAwDDEKMAgG
A1UEAwwBeDAeFw0yNjExMjkwMjM0MTBaFw0yNjExMzAwMjM0MTBaMAwxCjAIBgNV
BAMMAXgwKjAFBgMrZXADIQAL9IjtAPRJ5TmGQqsW1/4RSinP72r9CIBgNOjTxtLU
rKNTMFEwHQYDVR0OBBYEFHDn89+vgWMCkb1h7e4hV2dLD8l+MB8GA1UdIwQYMBaA
FHDn89+vgWMCkb1h7e4hV2dLD8l+MA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EA
mnuAvxs6v+7mEhNLxX9sRN8/7bHKEQUTfwZxN5c8WUHJStPPOLGPyirpmtUaPHLL
KGEmhOlXGE6wfvuM8OCOBQ==
-----END CERTIFICATE-----
"""


def cut(pem):
    return "\n".join(pem.splitlines()[:-2]) + "\n"


CA_FILES = {
    "gone": (lambda path: None, "cannot be opened: No such file or directory"),
    "folder": (pathlib.Path.mkdir, "is a directory"),
    "fifo": (os.mkfifo, "is not a regular file"),
    "device": (lambda path: path.symlink_to("/dev/zero"),
               "is not a regular file"),
    "no PEM": (lambda path: path.write_text("no PEM\n"),
               "no certificate in it"),
    "key": (lambda path: path.write_text(
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
            "no certificate in it"),
    "cut": (lambda path: path.write_text(cut(CERTIFICATE)),
            "certificate 1 in it is broken: bad end line"),
    "second cut": (lambda path: path.write_text(
        CERTIFICATE + cut(CERTIFICATE)),
                   "certificate 2 in it is broken: bad end line"),
    "not base64": (lambda path: path.write_text(
        CERTIFICATE.replace("MII", "M!I", 1)),
                   "certificate 1 in it is broken: bad base64 decode"),
    "locked": (lambda path: path.write_text(CERTIFICATE.replace(
        "-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
        f"{'0' * 32}\n\n", 1)),
               "certificate 1 in it is broken: bad password read"),
    "empty": (pathlib.Path.touch, "no certificate in it"),
    "large": (lambda path: path.write_bytes(b"-----BEGIN " + bytes(1 << 22)),
              "is larger than 524288 bytes"),
    "others": (lambda path: (path.touch(), path.chmod(0o666)),
               "others can write to it: chmod o-w {}"),
}


@pytest.mark.parametrize("kind", CA_FILES)
@pytest.mark.parametrize("command", ["update", "check", "lookup"])
def test_a_ca_file_that_cannot_be_one(home, serve, tmp_path, kind, command):
    make, said = CA_FILES[kind]
    path = tmp_path / "ca.pem"
    make(path)
    source = serve(Reply("203.0.113.7"))
    home.configure([source.url], general=f"ca_file = {path}")
    result = home.run(command)
    assert result.status == 3
    assert result.stderr == (f"ddns: {home.ddns.ini}:4: [ddns] ca_file: "
                             f"{path}: {said.format(path)}\n")
    assert source.requests == home.server.requests == []


def named_secret(home, path, source):
    home.configure([source.url])
    text = home.ddns.ini.read_text()
    home.ddns.write(text.replace("password = pa55word",
                                 f"password_file = {path}"))


def named_source(home, path, source):
    home.configure([f"file://{path}"])


def named_configuration(home, path, source):
    home.ddns.ini = path


# How a file is named, and the exit status if it is a FIFO that nobody writes.
NAMED = [(named_secret, 3), (named_source, 4), (named_configuration, 3)]


@pytest.mark.parametrize("name, status", NAMED)
def test_a_fifo_holds_no_run(home, serve, tmp_path, name, status):
    path = tmp_path / "fifo"
    os.mkfifo(path, 0o600)
    name(home, path, serve(Reply("203.0.113.7")))
    result = home.run("-v")
    assert result.status == status and home.asked == []
    assert "is not a regular file" in result.stderr
    assert result.seconds < SOON


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


@pytest.mark.parametrize("line, warned", [
    ("password = pa55word", True),
    ("password.A = pa55word", True),
    ("password.AAAA = pa55word", True),
    ("password_file = {token}", False),
    ("", False),
])
def test_readable_by_others_for_either_type(ddns, line, warned):
    token = ddns.folder / "token"
    token.write_text("pa55word\n")
    token.chmod(0o600)
    ddns.config(
        "[ipv4]\nurl = https://a.example\n[ipv6]\nurl = https://a.example\n"
        "[provider mine]\nsecret = [password]\nset = GET "
        "https://b.example/{fqdn}/{ip}?p={password}\n[mine]\n"
        f"names = home.example.com\n{line.format(token=token)}")
    ddns.ini.chmod(0o604)
    result = ddns.run("check")
    assert result.status == 0, result.stderr
    assert ("others can read" in result.stderr) == warned, result.stderr


def test_secret_in_a_file(home, serve, tmp_path):
    path = tmp_path / "password"
    path.write_text("pa55word\r\nmore\n")
    path.chmod(0o600)
    home.configure([serve(Reply("203.0.113.7")).url])
    text = home.ddns.ini.read_text()
    home.ddns.write(text.replace(
        "password = pa55word", f"password_file = {path}"))
    assert home.run().stdout == home.line
    home.ddns.write(text.replace(
        "password = pa55word", "password_file = credential:pw"))
    (tmp_path / "pw").write_text("pa55word")
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


def test_check_names_files_and_own_rows(ddns, tmp_path):
    token = tmp_path / "token"
    token.write_text("a-token\n")
    token.chmod(0o600)
    ddns.config("[ipv4]\nurl = https://ip.example.net\n"
                f"[cloudflare]\ntoken_file = {token}\nnames = a.example.com\n"
                "[provider cloudflare]\nlike = cloudflare\n"
                "url = https://api.example.net\n"
                "[provider mine]\nlike = digitalocean\n")
    result = ddns.run("check")
    assert (result.status, result.stderr) == (0, "")
    assert f"  token_file {token}\n" in result.stdout
    assert "[provider" not in result.stdout
    result = ddns.run("check", "-v")
    assert "\n[provider cloudflare] hides the built-in row\n" in result.stdout
    assert "\n[provider mine]\n" in result.stdout
