# SPDX-License-Identifier: ISC
"""Sources that differ, `ddns lookup`, and how names and sources are written."""

import json
import re

import pytest

import harness
from harness import SOON, Cloudflare, Gate, Hang, Reply, document

GOOD, LIE, SIX = "203.0.113.7", "203.0.113.66", "2001:db8::7"


@pytest.mark.parametrize("liar", range(3))
def test_liar_never_changes_a_name(home, serve, liar):
    """Wherever it stands: with agree = 2 one source alone has no say."""
    sources = [serve(Reply(GOOD)) for _ in range(3)]
    home.configure([s.url for s in sources], lookup="agree = 2")
    assert home.run().status == 0
    sources[liar].reply = Reply(LIE)
    for _ in range(3):
        assert home.run().stdout == ""
    for source in sources:
        source.reply = Reply("203.0.113.8" if source is not sources[liar]
                             else LIE)
    assert "203.0.113.8" in home.run().stdout
    assert home.asked == [GOOD, "203.0.113.8"]


def test_one_source_twice_is_not_two(home, serve):
    """It would agree with itself."""
    url = serve(Reply(LIE)).url
    home.configure([f"{url}/?key=secret", f"{url}/?key=secret"],
                   lookup="agree = 2")
    result = home.run("check")
    assert result.status == 3
    assert f"[ipv4] url: {url}/ is given twice" in result.stderr


# The same source in two spellings: what stands behind the URL of a server.
@pytest.mark.parametrize("agree", [1, 2])
@pytest.mark.parametrize("first, second", [
    ("{host}:{port}/x", "{host}:{port}/x"),
    ("http://localhost:{port}/x", "http://LOCALHOST:{port}/x"),
    ("http://localhost:{port}", "HTTP://localhost.:{port}/"),
    ("http://localhost:{port}/a?b=~", "http://localhost:{port}/%61?b=%7E"),
    ("https://4.ipw.cn", "https://4.ipw.cn:443/"),
    ("4.ipw.cn", "https://4.ipw.cn/"),
    ("file:///etc/hostname", "file:///etc/../etc/%68ostname"),
    ("exec:/bin/echo a", "exec:/bin/echo  a"),
    ("interface:lo", "interface:lo"),
])
def test_two_spellings_are_one_source(home, serve, first, second, agree):
    port = serve(Reply(GOOD)).port
    home.configure([text.format(host="http://127.0.0.1", port=port)
                    for text in (first, second)], lookup=f"agree = {agree}")
    result = home.run("check")
    assert result.status == 3 and " is given twice\n" in result.stderr


@pytest.mark.parametrize("first, second", [
    ("https://4.ipw.cn/a", "https://4.ipw.cn/A"),
    ("https://4.ipw.cn/#/a", "https://4.ipw.cn/#/b"),
    ("https://4.ipw.cn/", "http://4.ipw.cn/"),
    ("https://4.ipw.cn/?a%26b", "https://4.ipw.cn/?a&b"),
    ("exec:/bin/echo a", "exec:/bin/echo b"),
])
def test_what_differs_is_not_one_source(home, first, second):
    home.configure([first, second], lookup="agree = 2")
    assert home.run("check").status == 0


def test_each_answer_is_named(home, serve):
    says = [Reply(GOOD), Reply(LIE), Reply("no", 503), Reply("10.0.0.1")]
    sources = [serve(reply) for reply in says]
    home.configure([s.url for s in sources], lookup="agree = 2",
                   general="patience = 1")
    result = home.run()
    assert result.status == 4 and home.asked == []
    assert result.stderr == (
        "ddns: ipv4: fewer than 2 sources agree: "
        f"{sources[0].url}/: {GOOD}; {sources[1].url}/: {LIE}; "
        f"{sources[2].url}/: HTTP 503; {sources[3].url}/: 10.0.0.1 is private: "
        "the source asks the wrong side; names keep the address they have\n")


def test_quiet_path_costs_one_request(home, serve):
    sources = [serve(Reply(GOOD)) for _ in range(4)]
    home.configure([s.url for s in sources], lookup="agree = 3")
    home.run()
    assert [len(s.requests) for s in sources] == [1, 1, 1, 0]
    for _ in range(3):
        assert home.run().status == 0
    assert [len(s.requests) for s in sources] == [4, 1, 1, 0]


# ddns lookup


WIDE = {"COLUMNS": "200"}


def table(text):
    """Rows of the table: mark, source, family, verdict, address, ms."""
    head, *lines = text.splitlines()
    at = [head.index(word) for word in
          ("SOURCE", "FAMILY", "VERDICT", "ADDRESS")]
    ends = [*at[1:], head.index("MS") - 5]
    return [(line[0].strip(), *(line[a:b].strip() for a, b in zip(at, ends)),
             int(line.split()[-1])) for line in lines]


@pytest.fixture
def mixed(home, serve):
    four = [serve(Reply("no", 503)), serve(Reply(GOOD, after=0.3)),
            serve(Reply(LIE)), serve(Hang())]
    six = [serve(Reply(SIX), host="::1")]
    home.configure([s.url for s in four], [s.url for s in six],
                   general="timeout = 6")
    return [f"{s.url}/" for s in (*four, *six)]


def test_table(home, mixed):
    result = home.in_time(9, "lookup", env=WIDE)
    assert [row[:5] for row in table(result.stdout)] == [
        ("", mixed[0], "ipv4", "HTTP 503", "-"),
        ("*", mixed[1], "ipv4", "ok", GOOD),
        ("", mixed[2], "ipv4", "ok", LIE),
        ("", mixed[3], "ipv4",
         "timed out after 6 s while waiting for the answer", "-"),
        ("*", mixed[4], "ipv6", "ok", SIX)]
    ms = [row[5] for row in table(result.stdout)]
    assert 300 <= ms[1] < 6000 <= ms[3] <= result.seconds * 1000
    assert max(ms[0], ms[2], ms[4]) < 6000
    assert result.stderr == "ddns: ipv4: the sources disagree\n"
    assert result.status == 0 and result.seconds < 9
    assert not home.ddns.state.exists()


def test_document(home, mixed):
    result = home.run("lookup", "--json")
    value = json.loads(result.stdout)
    assert [(x["lookup"], x["family"], x["address"])
            for x in value["lookups"]] == [("ipv4", 4, GOOD),
                                           ("ipv6", 6, SIX)]
    sources = value["lookups"][0]["sources"]
    assert [s["source"] for s in sources] == mixed[:4]
    assert [s["valid"] for s in sources] == [False, True, True, False]
    assert [s["used"] for s in sources] == [False, True, False, False]
    assert [s["address"] for s in sources] == [None, GOOD, LIE, None]
    assert sources[0]["verdict"] == "HTTP 503"
    assert sources[1]["verdict"] == "ok" and 300 <= sources[1]["ms"] < 6000


def test_deadline(home, serve):
    """What was answered by then counts; the rest waits or is waited for."""
    silent, source = serve(Hang()), serve(Reply(GOOD))
    home.configure([*(f"{silent.url}/{n}" for n in range(12)), source.url],
                   general="timeout = 2\ndeadline = 3")
    result = home.in_time(4, "lookup", "--json")
    assert (result.status, result.stderr) == (0, "")
    *late, good = json.loads(result.stdout)["lookups"][0]["sources"]
    assert good["used"] and good["address"] == GOOD
    assert [s["verdict"] for s in late[:4]] == [
        "timed out after 2 s while waiting for the answer"] * 4
    assert [(s["verdict"], s["ms"]) for s in late[4:]] == [
        ("no answer before the deadline", None)] * 8


def test_time_since_it_was_sent(home, serve):
    """Four of a server are asked at a time."""
    source = serve(Reply(GOOD, after=1))
    home.configure([f"{source.url}/{n}" for n in range(16)])
    value = json.loads(home.run("lookup", "--json").stdout)
    ms = [s["ms"] for s in value["lookups"][0]["sources"]]
    assert 1000 <= min(ms) and min(ms[12:]) < 4000


def test_marks_what_agree_would_use(home, serve):
    sources = [serve(Reply(text)) for text in (LIE, GOOD, GOOD)]
    home.configure([s.url for s in sources], lookup="agree = 2")
    rows = table(home.run("lookup", env=WIDE).stdout)
    assert [row[0] for row in rows] == ["", "", "*"]
    home.configure([s.url for s in sources[:2]], lookup="agree = 2")
    result = home.run("lookup", env=WIDE)
    assert [row[0] for row in table(result.stdout)] == ["", ""]
    assert result.status == 4 and "disagree" in result.stderr


def test_all_at_the_same_time(home, serve):
    """None is answered before all are asked."""
    all_of_them = Gate(GOOD, count=20)
    sources = [serve(all_of_them) for _ in range(20)]
    home.configure([s.url for s in sources])
    result = home.run("lookup")
    assert result.status == 0 and result.seconds < SOON
    assert len({row[4] for row in table(result.stdout)}) == 1


def bare(ddns, *args):
    """Runs without a configuration."""
    ddns.ini = ddns.folder / "none.ini"
    command = [*harness.UNDER, harness.PROGRAM, *map(str, args)]
    return harness.subprocess.run(
        command, capture_output=True, text=True, check=False,
        timeout=harness.LATE, cwd=ddns.folder, env=ddns.environment(
            extra={"XDG_CONFIG_HOME": str(ddns.folder / "empty"), **WIDE}))


def test_without_a_configuration(ddns, tmp_path):
    path = tmp_path / "address"
    path.write_text("8.8.8.8\n2606:4700:4700::1111\n")
    result = bare(ddns, "lookup", f"file://{path}", "exec:/bin/false")
    assert result.returncode == 0, result.stderr
    assert [row[:5] for row in table(result.stdout)] == [
        ("*", f"file://{path}", "ipv4", "ok", "8.8.8.8"),
        ("", "exec:/bin/false", "ipv4", "exit status 1", "-"),
        ("*", f"file://{path}", "ipv6", "ok", "2606:4700:4700::1111"),
        ("", "exec:/bin/false", "ipv6", "exit status 1", "-")]
    result = bare(ddns, "lookup", "-4", f"file://{path}")
    assert [row[2] for row in table(result.stdout)] == ["ipv4"]
    assert bare(ddns, "lookup", "exec:/bin/false").returncode == 4
    result = bare(ddns, "lookup")
    assert result.returncode == 3 and "ddns.ini" in result.stderr


@pytest.mark.parametrize("source", [
    "exec:relative", "interface:", "interface:a/b", "file://x/y", "ftp://x/",
    "https://", "https://h/#ip", "http://h/a b", ""])
def test_no_source(ddns, source):
    result = bare(ddns, "lookup", source)
    assert result.returncode == 2 and result.stdout == ""
    assert "Traceback" not in result.stderr and result.stderr.strip()


def test_host_name_alone_means_https(home, serve, certificates):
    source = serve(Reply(GOOD), tls=certificates.server())
    general = f"ca_file = {certificates.ca}"
    home.configure([f"localhost:{source.port}"], general=general)
    assert home.run().status == 0 and home.asked == [GOOD]
    result = home.run("lookup", f"localhost:{source.port}/ip#/ip")
    assert f"https://localhost:{source.port}/ip " in result.stdout
    assert source.asked == ["GET /"] + ["GET /ip"]


def test_pointer_of_a_source_is_not_sent(home, serve):
    source = serve(document({"ip": GOOD, "proxy": LIE}))
    home.configure([f"{source.url}/ip.json?x=1#/ip"])
    assert home.run().status == 0
    assert source.asked == ["GET /ip.json?x=1"]


@pytest.mark.parametrize("body", [
    "<style>a::after { color: #fff }</style>", "face::book", "::", "::1",
    "12:34:56", "dead:beef", "fe80::1", "fe80::1%eth0", "2001:db8:::1",
    "::ffff:203.0.113.7", "2001:db8::/32", "fd00::5"])
def test_no_ipv6_address(home, serve, body):
    """ddns-go took the first of them for an address."""
    home.configure(ipv6=[serve(Reply(body), host="::1").url])
    assert home.run().status == 4 and home.asked == []


# Names


def test_names_as_they_are_sent(home, serve):
    home.configure(
        [serve(Reply(GOOD)).url],
        names="bücher.example.com *.Example.COM example.com. _x.example.com")
    result = home.run()
    assert (result.stderr, result.status) == ("", 0)
    assert sorted(dict(r.query)["hostname"] for r in home.server.requests) == [
        "*.example.com", "_x.example.com", "example.com",
        "xn--bcher-kva.example.com"]


def test_names_as_records(ddns, serve, tmp_path):
    """The apex and the wildcard, with a token from a file."""
    cloud = Cloudflare()
    server = serve(cloud)
    (tmp_path / "token").write_text("cf-token\r\nsecond line\n")
    (tmp_path / "token").chmod(0o600)
    for token in (f"{tmp_path}/token", "credential:token"):
        ddns.config(
            f"[ipv4]\nurl = {serve(Reply(GOOD)).url}\n"
            "allow = 203.0.113.0/24\n"
            f"[cloudflare]\nserver = {server.url}\ntoken_file = {token}\n"
            "names = example.com, *.example.com, bücher.example.com\n")
        result = ddns.run("--force",
                          env={"CREDENTIALS_DIRECTORY": str(tmp_path)})
        assert (result.stderr, result.status) == ("", 0)
    assert {(r["name"], r["type"]) for r in cloud.records} == {
        ("example.com", "A"), ("*.example.com", "A"),
        ("xn--bcher-kva.example.com", "A")}
    assert len(cloud.records) == 3


def test_two_families_take_as_long_as_one(home, serve):
    """Measured with make bench; here it is enough that they overlap."""
    both = Gate(f"{GOOD} {SIX}", count=2)
    home.configure([serve(both).url], [serve(both, host="::1").url])
    result = home.run()
    assert result.status == 0 and len(home.asked) == 2
    assert re.search(r"^home\S+ AAAA none", result.stdout, re.M)
