# SPDX-License-Identifier: ISC
"""`ddns status`: the whole page, in 80 and in 60 columns."""

import json
import re
import subprocess

import pytest

import harness
from harness import FAKETIME, Dyndns2, Hang, Reply, until

GOOD = "203.0.113.7"
SIX = "2001:db8:7890:1234:5678:9abc:def0:1234"
MINUTE, HOUR, DAY = 60, 3600, 86400
clock = pytest.mark.skipif(not FAKETIME, reason="needs libfaketime")


@pytest.fixture
def source(serve):
    return serve(Reply(GOOD))


def page(home, columns=80, *args, **options):
    """The page with times and ports replaced by fixed ones."""
    result = home.run("status", *args, env={"COLUMNS": str(columns)},
                      **options)
    assert result.stderr == ""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "2026-11-22 10:27 UTC",
                  result.stdout)
    text = re.sub(r"(127\.0\.0\.1|\[::1\]):\d+", r"\1:8080", text)
    text = re.sub(r"( 100 % +\d+) +\d+  http", r"\1       2  http", text)
    return text, result.status


# Before the first run.
NEW = """\
no run yet

  NAME              TYPE  ADDRESS  AGE  STATE
[dyndns2]
  home.example.com  A     none     -    no address
      next: it is sent as soon as a lookup finds an address

  VALID   TRIES      MS  SOURCE
[ipv4] no address yet
      -       0       -  http://127.0.0.1:8080/
"""


def test_before_the_first_run(home, source):
    home.configure([source.url])
    assert page(home) == (NEW, 1)
    assert not home.ddns.state.exists()


WELL = """\
last run 2026-11-22 10:27 UTC, 5 minutes ago: exit 0, all is well

  NAME              TYPE  ADDRESS      AGE        STATE
[dyndns2]
  home.example.com  A     203.0.113.7  5 minutes  ok
  www.example.com   A     203.0.113.7  5 minutes  ok

  VALID   TRIES      MS  SOURCE
[ipv4] 203.0.113.7
  100 %       1       2  http://127.0.0.1:8080/
"""


@clock
@pytest.mark.parametrize("columns", [70, 80, 200])
def test_all_is_well(home, source, columns):
    home.configure([source.url], names="home.example.com www.example.com")
    home.run()
    assert page(home, columns, later=5 * MINUTE + 1) == (WELL, 0)


TROUBLE = """\
last run 2026-11-22 10:27 UTC, 1 hour ago: exit 7, a name needs attention

  NAME                     TYPE  ADDRESS      AGE     STATE
[dyndns2]
  a.example.com            A     203.0.113.8  1 hour  ok
  bee.example.com          A     203.0.113.7  1 day   needs attention
      because nohost
      next: fix the section [dyndns2], or fix it at the provider and run
      `ddns --force update bee.example.com`
  longer-name.example.com  A     203.0.113.7  1 day   pending
      because answer not understood: Sorry, our database is being repaired,
      please come back later
      next: the next run sends 203.0.113.8
  d.example.com            A     none         -       pending
      because no provider confirmed it yet
      next: the next run sends 203.0.113.8

  VALID   TRIES      MS  SOURCE
[ipv4] 203.0.113.8
    0 %       2       -  http://127.0.0.1:8080/ip
      2 failures in a row, the last 1 hour ago: HTTP 502
  100 %       2       2  http://127.0.0.1:8080/
"""

TROUBLE_60 = """\
last run 2026-11-22 10:27 UTC, 1 hour ago: exit 7, a name
needs attention

[dyndns2]
  a.example.com
    A     203.0.113.8
          ok, confirmed 1 hour ago
  bee.example.com
    A     203.0.113.7
          confirmed 1 day ago
          needs attention because nohost
          next: fix the section [dyndns2], or fix it at the
          provider and run
          `ddns --force update bee.example.com`
  longer-name.example.com
    A     203.0.113.7
          confirmed 1 day ago
          pending because answer not understood: Sorry, our
          database is being repaired, please come back later
          next: the next run sends 203.0.113.8
  d.example.com
    A     none
          pending because no provider confirmed it yet
          next: the next run sends 203.0.113.8

  VALID   TRIES      MS  SOURCE
[ipv4] 203.0.113.8
    0 %       2       -  http://127.0.0.1:8080/ip
      2 failures in a row, the last 1 hour ago: HTTP 502
  100 %       2       2  http://127.0.0.1:8080/
"""


@clock
@pytest.mark.parametrize("columns, expected", [
    (80, TROUBLE), (60, TROUBLE_60), (20, TROUBLE_60)],
    ids=["80", "60", "less"])
def test_trouble(home, serve, source, columns, expected):
    bad = serve(Reply("<html>", 502))
    names = "a.example.com bee.example.com longer-name.example.com"
    home.configure([f"{bad.url}/ip?key=SECRET", source.url], names=names)
    home.run()
    source.reply = Reply("203.0.113.8")
    home.provider.says = {
        "bee.example.com": "nohost", "longer-name.example.com":
        "Sorry, our database is being repaired, please come back later"}
    home.run(later=DAY)
    home.configure([f"{bad.url}/ip?key=SECRET", source.url],
                   names=names + " d.example.com")
    assert page(home, columns, later=DAY + HOUR + 30) == (expected, 1)


HELD = """\
last run 2026-11-22 10:27 UTC, 9 minutes ago: exit 1, a name is tried again

[dyndns2]
  held until 2026-11-22 10:27 UTC because 911
  next: the first run after that calls it again
  home.example.com
    A     none
    AAAA  none
[dyndns2 a-second-account]
  a-name-of-some-length.at.some.depth.example.com
    AAAA  2001:db8:7890:1234:5678:9abc:def0:1234
          ok, confirmed 9 minutes ago

  VALID   TRIES      MS  SOURCE
[ipv4] 203.0.113.7
  100 %       1       2  http://127.0.0.1:8080/
[ipv6] 2001:db8:7890:1234:5678:9abc:def0:1234
  100 %       1       2  http://[::1]:8080/

problems
  heartbeat: HTTP status 500
      first seen 9 minutes ago
"""


@clock
def test_held_two_families(home, serve, source):
    home.provider.says[""] = "911"
    other = serve(Dyndns2())
    six = serve(Reply(SIX), host="::1")
    beat = serve(Reply("", 500))
    home.configure([source.url], [six.url], general=(
        f"heartbeat = {beat.url}/\npatience = 1"), more=(
            f"[dyndns2 a-second-account]\nserver = {other.url}\nuser = me\n"
            "password = pa55word\n"
            "ipv6 = a-name-of-some-length.at.some.depth.example.com\n"))
    assert home.run().status == 1
    assert page(home, later=9 * MINUTE + 2) == (HELD, 1)


@clock
def test_account_that_is_held(home, source):
    """Its reason stands once, whatever the number of its names."""
    home.provider.says[""] = "badauth"
    home.configure([source.url], names="a.example.com b.example.com c.example.com")
    home.run()
    for columns in (80, 60):
        text, status = page(home, columns, later=HOUR)
        head = text.partition("  VALID")[0].partition("[dyndns2]\n")[2]
        lines = head.splitlines()
        assert status == 1 and head.count("badauth") == 1
        assert lines[0].startswith("  needs attention because ")
        assert head.count("next: ") == 1 and head.index("next: ") < head.index(
            "  a.example.com")
        for name in "abc":
            assert head.count(f"  {name}.example.com") == 1
    assert [name["message"] for name in json.loads(
        home.run("status", "--json").stdout)["names"]].count(None) == 0


@clock
def test_last_hour_of_a_source(home, serve, source):
    """What failed a while ago shows, although it works again."""
    other = serve(Reply("", 502))
    home.configure([other.url, source.url])
    home.run()
    other.reply = Reply(GOOD)
    home.run(later=5 * MINUTE)
    line = "      failed 20 minutes ago: HTTP 502\n"
    assert line in page(home, later=20 * MINUTE + 1)[0]
    assert "HTTP 502" not in page(home, later=HOUR + 1)[0]


def test_notices_are_not_problems(home, source):
    home.provider.zone["home.example.com", "A"] = "198.51.100.9"
    home.configure([source.url])
    home.ddns.ini.chmod(0o604)
    assert home.run().stderr.count("others can read") == 1
    text, status = page(home)
    assert status == 0 and "\nproblems\n" not in text
    assert "\nnotices\n" in text and "chmod o-r" in text
    told = json.loads(home.run("status", "--json").stdout)["problems"]
    assert [row["notice"] for row in told] == [True]


def test_one_family(home, serve, source):
    six = serve(Reply(SIX), host="::1")
    home.configure([source.url], [six.url])
    home.run("-4")
    assert page(home, 80, "-4")[1] == 0
    text, status = page(home, 80, "-6")
    assert status == 1 and " A " not in text


def test_terminal_width(home, source):
    """Of the terminal, if COLUMNS does not say."""
    import fcntl
    import pty
    import struct
    import termios

    home.provider.says[""] = "nohost"
    home.configure([source.url])
    home.run()
    longest = []
    for columns in (60, 100):
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, columns, 0, 0))
        subprocess.run(
            [*harness.UNDER, harness.PROGRAM, "-c", home.ddns.ini, "status"],
            stdin=follower, stdout=follower, stderr=follower,
            timeout=harness.LATE,
            env=home.ddns.environment())
        lines = harness.terminal_text(leader, follower).split("\r\n")
        assert "\x1b" not in "".join(lines)
        longest.append(max(map(len, lines)))
    assert longest[0] <= 60 < longest[1] <= 100


def test_hostile_text(home, source):
    home.provider.says[""] = "x\x1b[2J\u202e password pa55word"
    home.configure([source.url], general="patience = 1")
    home.run()
    text, _ = page(home)
    assert "\x1b" not in text and "\u202e" not in text
    assert "pa55word" not in text


@pytest.mark.parametrize("how", ["folder", "file"])
def test_broken_state(home, source, how):
    home.configure([source.url])
    home.run()
    if how == "folder":
        home.ddns.home.chmod(0o777)
    else:
        home.ddns.state.unlink()
        home.ddns.state.mkdir()
    for args in ([], ["--json"]):
        result = home.run("status", *args)
        assert result.status == 5 and result.stderr.startswith("ddns: ")
        assert (result.stdout != "") == bool(args)
    value = json.loads(result.stdout)
    assert value["exit"] == 5
    assert f"ddns: {value['problems'][0]['message']}\n" == result.stderr


def test_it_writes_nothing(home, source):
    home.provider.says[""] = "nohost"
    home.configure([source.url])
    home.run()
    before = {path: path.read_bytes() for path in home.ddns.home.iterdir()}
    page(home)
    home.run("status", "--json")
    assert before == {
        path: path.read_bytes() for path in home.ddns.home.iterdir()}


def test_quiet(home, source):
    home.configure([source.url])
    result = home.run("-q", "status")
    assert (result.stdout, result.stderr, result.status) == ("", "", 1)


def test_while_a_run_goes_on(home, serve, source):
    source.reply = Hang()
    home.configure([source.url])
    process = home.ddns.start()
    until(lambda: source.requests)
    assert page(home)[1] == 1
    process.kill()
    process.communicate()
