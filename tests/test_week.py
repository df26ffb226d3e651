# SPDX-License-Identifier: ISC
"""A week of cron: a run each five minutes under a moved clock, and every line
that a person would be mailed.

The address changes once a day. Of the three sources, one never answers and one
fails in each seventh run; on Saturday all fail for one run, on Sunday for two
hours. The provider is down from Wednesday 04:00 to Friday 04:00.
"""

import collections
import datetime
import os

import pytest

from harness import FAKETIME, PROGRAM, UNDER, Reply

START = datetime.datetime(2026, 4, 27)  # a Monday; Friday is in May
RUNS = 7 * 288
pytestmark = pytest.mark.skipif(
    not FAKETIME or bool(UNDER), reason="needs libfaketime, and is long")

NAME = "home.example.com A"
DOWN = (f"ddns: {NAME} (dyndns2): HTTP 503: maintenance; "
        "tried again in %d minutes at the earliest")
ADVICE = ("ddns: ipv4: {DEAD} gives hardly any valid answers (0 of %d); "
          "remove it from the configuration")

# All that is said in the week: when, with which exit status, and what.
SAID = [
    ("Mon 00:00", 0, f"{NAME} none -> 203.0.113.10 (dyndns2)"),
    ("Mon 04:05", 0, ADVICE % 50),
    ("Mon 04:10", 0, f"{NAME} 203.0.113.10 -> 203.0.113.11 (dyndns2)"),
    ("Tue 04:05", 0, ADVICE % 338),
    ("Tue 04:10", 0, f"{NAME} 203.0.113.11 -> 203.0.113.12 (dyndns2)"),
    ("Wed 04:05", 0, ADVICE % 626),
    ("Wed 04:20", 1, DOWN % 10),
    ("Thu 04:05", 1, ADVICE % 914),
    ("Thu 04:20", 1, DOWN % 50),
    ("Fri 04:05", 1, ADVICE % 1202),
    ("Fri 04:10", 0, f"{NAME} 203.0.113.12 -> 203.0.113.15 (dyndns2)"),
    ("Fri 04:10", 0, f"ddns: {NAME} (dyndns2): is well again"),
    ("Sat 04:05", 0, ADVICE % 1490),
    ("Sat 04:10", 0, f"{NAME} 203.0.113.15 -> 203.0.113.16 (dyndns2)"),
    ("Sun 04:05", 0, ADVICE % 1777),
    ("Sun 04:10", 0, f"{NAME} 203.0.113.16 -> 203.0.113.17 (dyndns2)"),
    ("Sun 10:10", 4, "ddns: ipv4: no valid address: {DEAD}: HTTP 404; {FLAKY}: "
     "HTTP 502; {SURE}: neither JSON nor XML; names keep the address they "
     "have"),
    ("Sun 12:00", 0, "ddns: ipv4: an address is found again"),
]
# Wednesday 04:10 to Friday 04:05 the name is not what it should be: the address
# of Friday ends the hold. In 25 runs there is no address.
EXITS = {1: 2 * 288, 4: 25, 0: RUNS - 2 * 288 - 25}


class Week:
    """What the world is like at the time of a run."""

    def __init__(self):
        self.number = 0

    @property
    def day(self):
        return self.number / 288

    @property
    def address(self):
        """Another one each day at 04:10."""
        return f"203.0.113.{10 + (self.number + 238) // 288}"

    @property
    def blind(self):
        """Nobody tells the address."""
        return (self.number == 5 * 288 + 20 * 12 or
                6 * 288 + 120 <= self.number < 6 * 288 + 144)

    def flaky(self, _request):
        if self.blind or self.number % 7 == 3:
            return Reply("<title>502 Bad Gateway</title>", 502)
        return Reply(self.address)

    def sure(self, _request):
        if self.blind:
            return Reply("try again later")
        return Reply(f'{{"ip": "{self.address}"}}')

    def provider(self, _request):
        if 2 + 1 / 6 <= self.day < 4 + 1 / 6:
            return Reply("maintenance", 503)
        return Reply(f"good {self.address}")


def spawn(ddns, command, said, clock):
    """Runs it; what it prints goes behind what `said` holds."""
    env = {**ddns.environment(1), "FAKETIME": str(clock), "TZ": "UTC"}
    child = os.posix_spawn(command[0], command, env, file_actions=[
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, said, 1), (os.POSIX_SPAWN_DUP2, said, 2)])
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_week(ddns, serve, tmp_path):
    week = Week()
    provider = serve(week.provider)
    sources = {"DEAD": serve(Reply("gone", 404)), "FLAKY": serve(week.flaky),
               "SURE": serve(week.sure)}
    ddns.config(
        "[ipv4]\nallow = 203.0.113.0/24\n"
        + "".join(f"url = {s.url}#/ip\n" if name == "SURE" else
                  f"url = {s.url}\n" for name, s in sources.items())
        + f"[dyndns2]\nserver = {provider.url}\nuser = me\n"
        "password = pa55word\nnames = home.example.com")
    path = tmp_path / "said"
    output = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    said, exits = [], collections.Counter()
    for week.number in range(RUNS):
        clock = START + week.number * datetime.timedelta(minutes=5)
        begin = path.stat().st_size
        status = spawn(ddns, [PROGRAM, "-c", str(ddns.ini)], output, clock)
        exits[status] += 1
        text = os.pread(output, 100000, begin).decode()
        for name, server in sources.items():
            text = text.replace(f"{server.url}/", f"{{{name}}}")
        said += [(f"{clock:%a %H:%M}", status, line)
                 for line in text.splitlines()]
    os.close(output)
    assert said == SAID
    assert exits == EXITS
    assert path.stat().st_size < 2000
    asked = {name: len(server.requests) for name, server in sources.items()}
    assert asked == {"DEAD": RUNS, "FLAKY": RUNS, "SURE": 288 + 22}
    # a change a day, and what an outage of two days with holds comes to
    assert len(provider.requests) == 58
