# SPDX-License-Identifier: ISC
"""Interfaces and lines: real ones, in network namespaces of the tests' own.

Where a user may have no namespaces these tests are skipped; for root they fail
and say so, unless DDNS_NO_NETNS=1 is in the environment.
"""

import re
import time

import pytest

import harness
import netns
from conftest import Home
from harness import Reply, until

FOUR, SIX = "203.0.113.7", "2001:db8::7"


@pytest.fixture
def namespace(ddns):
    """Makes namespaces; the program runs in the first."""
    made = []

    def make():
        made.append(netns.make(made[0] if made else None))
        ddns.under = made[0].enter
        return made[-1]

    yield make
    for one in reversed(made):
        one.close()


@pytest.fixture
def net(namespace):
    return namespace()


@pytest.fixture
def serve(net):
    """Starts servers on the loopback of the first namespace."""
    servers = []

    def start(reply, **options):
        servers.append(options.pop("at", net).server(reply, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
    for server in servers:
        assert getattr(server.reply, "wrong", []) == []


@pytest.fixture
def home(ddns, serve):
    return Home(ddns, serve)


@pytest.fixture
def wire(net):
    """An interface `lan` whose other end, `far`, is in the namespace too."""
    net.ip("link add lan type veth peer name far\n"
           "link set lan up\nlink set far up\n")
    return net


def settle(net, device, flag):
    """Waits until an address of the device has, or with no- has not, a flag."""
    want, name = not flag.startswith("no-"), flag.removeprefix("no-")
    until(lambda: (name in net.run("ip", "-6", "addr", "show", device).stdout)
          == want, f"{device}: {flag}")


def six(text):
    return "".join(f"addr add {line.strip()} dev lan nodad\n"
                   for line in text.splitlines() if line.strip())


# What an interface has, and which of it is published.
ADDRESSES = {
    "the only one": ("2001:db8:1::5/64", "2001:db8:1::5"),
    "the lowest of equals": (
        "2001:db8:1::9/64\n2001:db8:1::5/64\n2001:db8:1::7/64",
        "2001:db8:1::5"),
    "the longest preferred life": (
        "2001:db8:1::5/64 valid_lft 9000 preferred_lft 3000\n"
        "2001:db8:1::6/64 valid_lft 9000 preferred_lft 7000\n"
        "2001:db8:1::7/64 valid_lft 9000 preferred_lft 5000",
        "2001:db8:1::6"),
    "for ever is longest": (
        "2001:db8:1::5/64 valid_lft 9000 preferred_lft 7000\n"
        "2001:db8:1::6/64", "2001:db8:1::6"),
    "not a deprecated one": (
        "2001:db8:1::5/64 preferred_lft 0\n"
        "2001:db8:1::6/64 valid_lft 9000 preferred_lft 3000",
        "2001:db8:1::6"),
    "deprecated alone": ("2001:db8:1::5/64 preferred_lft 0", None),
    "not a unique local one": (
        "fd00:1::1/64\n2001:db8:1::6/64 valid_lft 9000 preferred_lft 3000",
        "2001:db8:1::6"),
    "local alone": ("fd00:1::1/64", None),
    "of a point-to-point link our end": (
        "2001:db8:1::9 peer 2001:db8:1::1", "2001:db8:1::9"),
    "none": ("", None),
}


@pytest.mark.parametrize("has, taken", ADDRESSES.values(), ids=ADDRESSES)
def test_interface(home, wire, has, taken):
    wire.ip(six(has))
    home.configure(ipv6=["interface:lan"])
    result = home.run()
    assert result.status == (0 if taken else 4), result.stderr
    assert home.asked == ([taken] if taken else [])


def test_temporary_address_is_not_published(home, wire):
    """RFC 8981: the kernel makes one beside the address."""
    wire.setting("ipv6/conf/lan/use_tempaddr", 2)
    wire.ip("addr add 2001:db8:1:0:ffff:ffff:ffff:ffff/64 dev lan "
            "mngtmpaddr valid_lft 5000 preferred_lft 4000 nodad\n")
    settle(wire, "lan", "temporary")
    home.configure(ipv6=["interface:lan"])
    assert home.run().status == 0
    assert home.asked == ["2001:db8:1:0:ffff:ffff:ffff:ffff"]


def test_only_a_temporary_address(home, wire):
    wire.setting("ipv6/conf/lan/use_tempaddr", 2)
    wire.ip("addr add 2001:db8:1::5/64 dev lan mngtmpaddr valid_lft 5000 "
            "preferred_lft 4000 nodad\n")
    settle(wire, "lan", "temporary")
    home.configure(ipv6=["interface:lan"], lookup="deny = 2001:db8:1::5")
    assert home.run().status == 4 and home.asked == []


def test_tentative_address_is_not_published(home, wire):
    """Duplicate address detection takes seconds with so many probes."""
    wire.setting("ipv6/conf/lan/dad_transmits", 60)
    wire.ip("addr add 2001:db8:1::5/64 dev lan\n")
    settle(wire, "lan", "tentative")
    home.configure(ipv6=["interface:lan"])
    assert home.run().status == 4
    wire.ip(six("2001:db8:1::6/64"))
    assert home.run().status == 0 and home.asked == ["2001:db8:1::6"]


def test_duplicated_address_is_not_published(home, wire):
    wire.ip("addr add 2001:db8:1::5/64 dev far nodad\n"
            "addr add 2001:db8:1::5/64 dev lan\n")
    settle(wire, "lan", "dadfailed")
    home.configure(ipv6=["interface:lan"])
    assert home.run().status == 4
    wire.ip(six("2001:db8:1::6/64"))
    assert home.run().status == 0 and home.asked == ["2001:db8:1::6"]


@pytest.mark.parametrize("has, taken", [
    ("203.0.113.7 peer 10.64.64.64", FOUR),
    ("10.0.0.5/24\n203.0.113.7/24\n203.0.113.5/24", "203.0.113.5"),
    ("192.0.2.1/24\n203.0.113.9/24 brd + label lan:1", "203.0.113.9"),
    ("10.0.0.5/24", None),
])
def test_interface_ipv4(home, wire, has, taken):
    """A second one of a network is as good as the first."""
    wire.ip("".join(f"addr add {line} dev lan\n" for line in has.split("\n")))
    home.configure(["interface:lan"])
    assert home.run().status == (0 if taken else 4)
    assert home.asked == ([taken] if taken else [])


def test_unchanged_interfaces_need_no_request(home, wire):
    wire.ip("addr add 203.0.113.7/24 dev lan\n" + six("2001:db8:1::5/64"))
    home.configure(["interface:lan"], ["interface:lan"])
    assert home.run().status == 0
    before, asked = home.ddns.snapshot(), home.server.connections
    result = home.run()
    assert (result.stdout, result.stderr, result.status) == ("", "", 0)
    assert home.server.connections == asked and home.ddns.snapshot() == before
    wire.ip("addr del 203.0.113.7/24 dev lan\naddr add 203.0.113.8/24 dev lan\n")
    assert home.run().stdout == (
        "home.example.com A 203.0.113.7 -> 203.0.113.8 (dyndns2)\n")


class Lines:
    """Two ways out of our namespace. At both ends of the world the same
    address answers, but each with the address of its own line."""

    said = {"wan1": ("203.0.113.7", "2001:db8::7"),
            "wan2": ("198.51.100.9", "2001:db8::9")}

    def __init__(self, net, make):
        self.net, self.far, self.servers = net, {}, {}
        for n, (line, answers) in enumerate(self.said.items(), 1):
            far = self.far[line] = make()
            net.join(far, line, "isp")
            net.ip(f"addr add 10.{n}.0.2/24 dev {line}\n"
                   f"addr add 2001:db8:{n}::2/64 dev {line} nodad\n"
                   f"route add default via 10.{n}.0.1 metric {n}\n")
            far.ip(f"addr add 10.{n}.0.1/24 dev isp\n"
                   f"addr add 2001:db8:{n}::1/64 dev isp nodad\n"
                   "addr add 203.0.113.80/32 dev lo\n"
                   "addr add 2001:db8::80/128 dev lo nodad\n")
            self.six(n, line, "add")
        self.answers = {}

    def six(self, n, line, what):
        self.net.ip(f"route {what} default via 2001:db8:{n}::1 "
                    f"dev {line} metric {n}\n")

    def serve(self, host, family):
        """Servers on one and the same port of both ends."""
        port = 0
        for line, far in self.far.items():
            server = harness.Server(
                Reply(self.said[line][family]), host,
                listener=far.socket("tcp", host, port))
            port = server.port
            self.servers[line, family] = server
        return server.url

    def close(self):
        for server in self.servers.values():
            server.close()

    def requests(self, family=0):
        return [len(self.servers[line, family].requests)
                for line in self.said]


@pytest.fixture
def lines(net, namespace):
    made = Lines(net, namespace)
    yield made
    made.close()


def test_bind(home, lines):
    """The default route leads elsewhere."""
    url = lines.serve("203.0.113.80", 0)
    home.configure([url])
    assert home.run().status == 0 and home.asked == ["203.0.113.7"]
    home.configure([url], lookup="bind = wan2")
    assert home.run().status == 0
    assert home.asked[1:] == ["198.51.100.9"]
    assert lines.requests() == [1, 1]


def test_bind_ipv6(home, lines):
    url = lines.serve("2001:db8::80", 1)
    home.configure(ipv6=[url], lookup="bind = wan2")
    assert home.run().status == 0 and home.asked == ["2001:db8::9"]
    assert lines.requests(1) == [0, 1]


def test_bind_of_lookup_command(home, lines):
    url = lines.serve("203.0.113.80", 0)
    home.configure([url], lookup="bind = wan2")
    for args in ((), ("-4", url)):
        result = home.run("lookup", *args)
        assert result.status == 0 and "198.51.100.9" in result.stdout
    assert lines.requests() == [0, 2]


@pytest.mark.parametrize("name, why", [
    ("nosuch0", "No such device"), ("wan2", "Operation not permitted")])
def test_failing_to_bind_fails_the_source(home, lines, name, why):
    """And does not fall back to the default route."""
    url = lines.serve("203.0.113.80", 0)
    home.configure([url], lookup=f"bind = {name}")
    if name == "wan2":
        home.ddns.under = [
            *home.ddns.under, "strace", "-f", "-o", "/dev/null",
            "-e", "trace=setsockopt", "-e", "inject=setsockopt:error=EPERM"]
    # the search for leaks does not work under strace
    result = home.run("-v", env={"ASAN_OPTIONS": "detect_leaks=0"})
    assert result.status == 4 and home.asked == []
    assert f"cannot bind to interface {name}: {why}" in result.stderr
    assert lines.requests() == [0, 0]


def test_line_that_is_down(home, lines):
    url = lines.serve("203.0.113.80", 0)
    home.configure([url], lookup="bind = wan2")
    lines.net.ip("link set wan2 down\n")
    assert home.run().status == 4
    assert lines.requests() == [0, 0] and home.asked == []


def test_several_lines(home, lines, ddns):
    """Each account has the address of its line."""
    url = lines.serve("203.0.113.80", 0)
    allow = "allow = 203.0.113.0/24, 198.51.100.0/24\n"
    account = (f"server = {home.server.url}\nuser = me\npassword = pa55word\n")
    ddns.config(
        f"[ipv4]\n{allow}url = {url}\n"
        f"[ipv4 wan2]\n{allow}bind = wan2\nurl = {url}\n"
        f"[dyndns2]\n{account}names = one.example.com\n"
        f"[dyndns2 second]\n{account}names = two.example.com\n"
        "lookup = wan2\n")
    result = ddns.run()
    assert (result.stderr, result.status) == ("", 0)
    assert sorted(result.stdout.splitlines()) == [
        "one.example.com A none -> 203.0.113.7 (dyndns2)",
        "two.example.com A none -> 198.51.100.9 (dyndns2 second)"]
    lines.servers["wan2", 0].reply = Reply("198.51.100.10")
    assert ddns.run().stdout == (
        "two.example.com A 198.51.100.9 -> 198.51.100.10 (dyndns2 second)\n")
    lines.servers["wan2", 0].reply = Reply("down", 500)
    result = ddns.run("-v")
    assert result.status == 4 and "ipv4 wan2: no valid" in result.stderr
    table = ddns.run("lookup").stdout
    assert re.search(r"^\* \S+ +ipv4 +ok +203\.0\.113\.7 +\d+$", table, re.M)
    assert re.search(r"^  \S+ +ipv4 wan2 +HTTP 500 +- +\d+$", table, re.M)


def tries(ddns):
    return [line for line in
            (ddns.home / "ddns.state.stats").read_text().splitlines()
            if "ipv6" in line]


def test_line_that_loses_a_family(home, lines, ddns):
    """Said when it goes and when it is back, and no failure."""
    home.configure([lines.serve("203.0.113.80", 0)],
                   [lines.serve("2001:db8::80", 1)])
    assert home.run().status == 0
    before, asked = tries(ddns), home.asked
    for n, line in enumerate(lines.said, 1):
        lines.six(n, line, "del")
    gone = [home.run() for _ in range(5)]
    assert {(r.stdout, r.status) for r in gone} == {("", 0)}
    assert [r.stderr for r in gone] == [
        "ddns: ipv6: the line has no IPv6 now; its names were left as they "
        "are\n", "", "", "", ""]
    assert tries(ddns) == before
    lines.six(1, "wan1", "add")
    result = home.run()
    assert (result.stdout, result.stderr, result.status) == (
        "", "ddns: ipv6: the line has IPv6 again\n", 0)
    assert home.run().stderr == "" and home.asked == asked


def test_failure_that_becomes_a_lack(home, lines):
    """It does not count as found again."""
    home.configure([lines.serve("203.0.113.80", 0)],
                   [lines.serve("2001:db8::80", 1)], general="patience = 1")
    lines.servers["wan1", 1].reply = Reply("down", 500)
    result = home.run()
    assert result.status == 4 and "ipv6: no valid address" in result.stderr
    for n, line in enumerate(lines.said, 1):
        lines.six(n, line, "del")
    result = home.run()
    assert result.status == 0 and len(result.lines) == 1
    assert "the line has no IPv6 now" in result.stderr


def test_no_family_at_all_is_a_failure(home, lines):
    home.configure([lines.serve("203.0.113.80", 0)],
                   [lines.serve("2001:db8::80", 1)])
    home.run()
    for n, line in enumerate(lines.said, 1):
        lines.six(n, line, "del")
        lines.net.ip(f"link set {line} down\n")
    result = home.run("-v")
    assert result.status == 4
    assert "no valid address" in result.stderr
    assert "now" not in result.stderr


@pytest.fixture
def silent(net):
    """A nameserver that takes questions and never answers."""
    net.nameserver("127.0.0.1")
    with net.socket("udp", "127.0.0.1", 53) as sock:
        yield sock


LOST = [f"http://s{n}.example.net/" for n in range(5)]


def test_silent_nameserver(home, serve, silent):
    """Five sources before a good one."""
    home.configure([*LOST, serve(Reply(FOUR)).url], general="timeout = 4")
    result = home.in_time(13)
    assert (result.stdout, result.status) == (home.line, 0)
    assert result.seconds < 13
    print(f"five silent names before a good source: {result.seconds:.2f} s")


def test_silent_nameserver_does_not_delay_the_other_family(
        home, serve, silent):
    """Nor the end of the run: what still waits for the name is left."""
    source = serve(Reply(FOUR))
    home.configure([source.url], LOST[:2], general="timeout = 12")
    begin = time.monotonic()
    result = home.in_time(14)
    assert result.status == 0 and result.stdout == home.line
    # before the other family can have an end: 6 seconds for each name
    assert source.requests[0].at - begin < 6
    assert home.server.requests[0].at - begin < 12 <= result.seconds
    assert result.seconds < 14
    print(f"A was sent after {home.server.requests[0].at - begin:.2f} s, "
          f"the run ended after {result.seconds:.2f} s")


def test_silent_nameserver_and_deadline(home, serve, silent):
    home.configure(LOST, general="timeout = 60\ndeadline = 2")
    result = home.in_time(3, "-v")
    assert result.status == 4 and 2 <= result.seconds < 3
    assert "deadline" in result.stderr


def test_silent_nameserver_for_the_lookup_command(home, serve, silent):
    """All at once, so that it takes as long as one."""
    home.configure([*LOST, serve(Reply(FOUR)).url], general="timeout = 5")
    result = home.in_time(5, "lookup")
    assert result.status == 0 and result.seconds < 5
    assert len([line for line in result.stdout.splitlines()
                if "timed out" in line]) == 5


# (suffix, what is found, what is published)
SUFFIXES = [
    ("::1234:5678/64", "2001:db8:1:2::7", "2001:db8:1:2::1234:5678"),
    ("::1234:5678/64", "2001:db8:9:9:a:b:c:d", "2001:db8:9:9::1234:5678"),
    ("mac 00:11:22:33:44:55", "2001:db8:1:2::7",
     "2001:db8:1:2:211:22ff:fe33:4455"),
    ("0:0:0:34::1/56", "2001:db8:1:ff12::7", "2001:db8:1:ff34::1"),
    ("::1/127", "2001:db8::6", "2001:db8::7"),
    ("2001:db8::5/1", "2001:db8::6", "2001:db8::5"),
]


@pytest.mark.parametrize("suffix, found, want", SUFFIXES)
def test_suffix(home, wire, suffix, found, want):
    wire.ip(six(f"{found}/64"))
    home.configure(ipv6=["interface:lan"], account=f"suffix = {suffix}")
    result = home.run()
    assert result.stdout == (
        f"home.example.com AAAA none -> {want} (dyndns2)\n")
    assert (result.stderr, result.status) == ("", 0)
    result = home.run()
    assert (result.stdout, result.status) == ("", 0)
    assert home.asked == [want]


def test_suffix_follows_the_prefix(home, wire):
    """And leaves A alone. The machine's own part may change as it likes."""
    wire.ip("addr add 203.0.113.7/24 dev lan\n" + six("2001:db8:1::7/64"))
    home.configure(["interface:lan"], ["interface:lan"],
                   account="suffix = ::5/64")
    home.run()
    assert sorted(home.asked) == ["2001:db8:1::5", FOUR]
    wire.ip("addr del 2001:db8:1::7/64 dev lan\n" + six("2001:db8:1::8/64"))
    assert home.run().stdout == ""
    wire.ip("addr del 2001:db8:1::8/64 dev lan\n" + six("2001:db8:2::8/64"))
    assert home.run().stdout == (
        "home.example.com AAAA 2001:db8:1::5 -> 2001:db8:2::5 (dyndns2)\n")
    assert len(home.asked) == 3


def test_suffix_in_the_request_for_the_other_type(ddns, serve, wire):
    """DuckDNS is told both addresses in one request."""
    wire.ip("addr add 203.0.113.7/24 dev lan\n" + six("2001:db8:1::7/64"))
    duck = serve(harness.DuckDNS())
    ddns.config(
        "[ipv4]\nallow = 203.0.113.0/24\nurl = interface:lan\n"
        "[ipv6]\nallow = 2001:db8::/32\nurl = interface:lan\n"
        f"[duckdns]\nserver = {duck.url}\ntoken = duck-token\n"
        "names = me.duckdns.org\nsuffix = ::5/64\n")
    result = ddns.run()
    assert result.status == 0, result.stderr
    assert {dict(r.query).get("ipv6") for r in duck.requests} == {
        "2001:db8:1::5"}
    wire.ip("addr del 203.0.113.7/24 dev lan\naddr add 203.0.113.8/24 dev lan\n")
    before = len(duck.requests)
    assert ddns.run().status == 0
    assert [dict(r.query).get("ipv6", "2001:db8:1::5")
            for r in duck.requests[before:]] == ["2001:db8:1::5"]


def test_suffix_that_makes_no_public_address(home, wire):
    """It is refused by us, and the provider is not called."""
    wire.ip(six("2001:db8:1::7/64"))
    home.configure(ipv6=["interface:lan"], account="suffix = fd00::5/1")
    for expected in ("the suffix makes 7d00::5, which is not a public", ""):
        result = home.run()
        assert result.status == 7 and expected in result.stderr
        assert bool(result.stderr) == bool(expected)
    home.configure(ipv6=["interface:lan"], account="suffix = ::5/64")
    assert home.run().status == 0 and home.asked == ["2001:db8:1::5"]


@pytest.mark.parametrize("suffix", [
    "::5", "::5/0", "::5/128", "::5/064", "::5/6 4", "::5/-1", "::5/",
    "1.2.3.4/64", "mac 00:11:22:33:44", "mac", "/64", "::5/64 x"])
def test_wrong_suffix(home, net, suffix):
    home.configure(ipv6=["interface:lo"], account=f"suffix = {suffix}")
    result = home.run("check")
    assert result.status == 3 and "[dyndns2] suffix: " in result.stderr


def test_suffix_without_ipv6(home, net):
    home.configure(["interface:lo"], account="suffix = ::5/64")
    result = home.run("check")
    assert result.status == 3
    assert "[dyndns2] suffix: is for IPv6" in result.stderr
