# SPDX-License-Identifier: ISC
"""Learning the address: what answers count, and the order of sources."""

import gzip
import re
import ssl

import pytest

import harness
from netns import Namespace
from harness import (
    SOON, Endless, Gate, Hang, Raw, Reply, Reset, Slow, document, redirect,
    write_program)

GOOD = "203.0.113.7"

# What services are known to answer, the five of the manual first.
ANSWERS = {
    "4.ipw.cn": Reply("203.0.113.7"),
    "ip.3322.net": Reply("203.0.113.7\n"),
    "ddns.oray.com": Reply("Current IP Address: 203.0.113.7"),
    "myip.ipip.net": Reply(
        "当前 IP：203.0.113.7  来自于：中国 浙江 杭州  电信\n"),
    "v4.yinghualuo.cn": document(
        {"ip": "203.0.113.7", "location": "中国 浙江 杭州 电信", "xad": ""}),
    "html": Reply("<html><head><title>Current IP Check</title></head><body>"
                  "Current IP Address: 203.0.113.7</body></html>\r\n"),
    "bom and crlf": Reply("\ufeff203.0.113.7\r\n"),
    "full stop": Reply("Your address is 203.0.113.7."),
    "said twice": Reply("203.0.113.7 (203.0.113.7)"),
    "private beside it": Reply("10.0.0.1, 203.0.113.7"),
    "trace": Reply("fl=1\nip=203.0.113.7\nts=1700000000.5\nh=[::1]\n"),
    "gzip": Reply(gzip.compress(b"203.0.113.7\n"),
                  headers={"Content-Encoding": "gzip"}),
    "chunked": Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                   b"Connection: close\r\n\r\n"
                   b"6\r\n203.0.\r\n5\r\n113.7\r\n0\r\n\r\n"),
    "no length": Raw(b"HTTP/1.0 200 OK\r\n\r\n203.0.113.7"),
}


# the status line and the empty line at the end are not fields
FIELDS = {f"X-{n}": "a" for n in range(256)}
ANSWERS["256 fields"] = Reply("203.0.113.7", headers=list(FIELDS.items())[1:])


@pytest.mark.parametrize("reply", ANSWERS.values(), ids=ANSWERS)
def test_answer(home, serve, reply):
    home.configure([serve(reply).url])
    result = home.run()
    assert (result.stdout, result.stderr, result.status) == (home.line, "", 0)
    assert home.asked == [GOOD]




def no_address(text):
    """What is told of a text without an address: its first 60 bytes."""
    more = "..." if len(text) > 60 else ""
    return f'no IPv4 address in "{text[:60]}{more}"'


LARGE = "answer larger than 65536 bytes"
PAGE_502 = (
    "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 "
    "Bad Gateway</h1></center><hr><center>openresty/1.21.4.1</center></body>"
    "</html>")

PORTAL = "<html>Please log in at http://192.168.1.1/login</html>"

# Not one of these is an answer: (reply, the cause that is named).
FAILURES = {
    "reset": (Reset(), "connection reset"),
    "closed": (Raw(), "closed without an answer"),
    "no HTTP": (Raw(b"203.0.113.9\n"), "the answer is not HTTP"),
    "never answers": (
        Hang(), "timed out after 6 s while waiting for the answer"),
    "handshake hangs": (None, "timed out after 3 s in the TLS handshake"),
    "expired certificate": (
        Reply("203.0.113.9"), "TLS: certificate has expired"),
    "other name's certificate": (
        Reply("203.0.113.9"), "TLS: no alternative certificate subject name "
        "matches target host name '127.0.0.1'"),
    "403 page": (Reply("<html>403 Forbidden 203.0.113.9</html>", 403),
                 "HTTP 403"),
    "502 openresty": (Reply(PAGE_502, 502), "HTTP 502"),
    "200 with the same page": (Reply(PAGE_502), no_address(PAGE_502)),
    "201": (Reply("203.0.113.9", 201), "HTTP 201"),
    "204": (Reply("", 204), "HTTP 204"),
    "loopback": (Reply("127.0.0.2"), "127.0.0.2 is loopback"),
    "its own host": (Reply("127.0.0.1"), "127.0.0.1 is the host that was asked"),
    "empty": (Reply(""), "an empty answer"),
    "private": (Reply("192.168.1.5"),
                "192.168.1.5 is private: the source asks the wrong side"),
    "200 of a portal": (Reply(PORTAL), no_address(PORTAL)),
    "shared address space": (
        Reply("100.64.12.1"), "100.64.12.1 is shared address space "
        "(carrier-grade NAT): this line has no public address"),
    "not allowed documentation": (
        Reply("192.0.2.1"), "192.0.2.1 is reserved for examples"),
    "ipv6": (Reply("2001:db8::7"), no_address("2001:db8::7")),
    "two addresses": (Reply("203.0.113.8 203.0.113.9"),
                      "two addresses: 203.0.113.8 and 203.0.113.9"),
    "out of range": (Reply("203.0.113.256"), no_address("203.0.113.256")),
    "five parts": (Reply("203.0.113.7.9"), no_address("203.0.113.7.9")),
    "leading zero": (Reply("203.0.113.09"), no_address("203.0.113.09")),
    "network": (Reply("203.0.113.0/24"), no_address("203.0.113.0/24")),
    "version": (Reply("v203.0.113.9-rc1"), no_address("v203.0.113.9-rc1")),
    "endless": (Endless("203.0.113.9 "), LARGE),
    "64 KiB and one byte": (Reply("203.0.113.9" + " " * 65526), LARGE),
    "bomb": (Reply(gzip.compress(b"203.0.113.9" + b" " * 10_000_000),
                   headers={"Content-Encoding": "gzip"}), LARGE),
    "257 fields": (
        Reply("203.0.113.9", headers=FIELDS),
        "answer with more than 256 fields or 65536 bytes of them"),
    "a byte a second": (
        Slow("203.0.113.9\n"),
        "timed out after 6 s while receiving the answer"),
    "cut short": (
        Raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
            b"Content-Length: 99\r\n\r\n203.0.113.9"),
        "the answer broke off"),
    "redirect to itself": (redirect("/"), "HTTP 302"),
    "redirect to a portal": (redirect("http://localhost:1/login"), "HTTP 302"),
    "redirect to a file": (redirect("file:///etc/hostname"), "HTTP 302"),
}




def patience(kind):
    """Settings: little of it for those alone that have to time out."""
    return "timeout = 6\n" if "timed out" in FAILURES[kind][1] else ""


@pytest.fixture
def failing(serve, certificates):
    """Starts a source that fails so, and returns it."""
    tls = {
        "handshake hangs": lambda: "hang",
        "expired certificate": lambda: certificates.server(days=-30),
        "other name's certificate":
            lambda: certificates.server(names="DNS:elsewhere.example"),
    }

    def start(kind):
        return serve(FAILURES[kind][0], tls=tls.get(kind, lambda: None)())

    return start


@pytest.mark.parametrize("kind", FAILURES)
def test_cause(home, failing, certificates, kind):
    source = failing(kind)
    home.configure([source.url],
                   general=f"{patience(kind)}ca_file = {certificates.ca}")
    result = home.run("lookup", env={"COLUMNS": "200"})
    assert result.status == 4
    head, *lines = result.stdout.splitlines()
    verdict = slice(head.index("VERDICT"), head.index("ADDRESS"))
    # a newer libcurl tells an address from a host name
    said = [line[verdict].rstrip().replace("ipv4 address", "host name")
            for line in lines]
    assert said == [FAILURES[kind][1]]


@pytest.mark.parametrize("kind", FAILURES)
def test_next_source_is_asked(home, serve, failing, certificates, kind):
    first, second = failing(kind), serve(Reply(GOOD))
    home.configure([first.url, second.url],
                   general=f"{patience(kind)}ca_file = {certificates.ca}")
    result = home.run()
    assert (result.stdout, result.stderr, result.status) == (home.line, "", 0)
    assert first.connections >= 1 and len(second.requests) == 1
    assert home.asked == [GOOD]
    assert result.seconds < SOON


def test_valid_certificate(home, serve, certificates):
    source = serve(Reply(GOOD), tls=certificates.server())
    home.configure([source.url], general=f"ca_file = {certificates.ca}")
    assert home.run().status == 0


class Cut(Reply):
    """TLS without an end behind it: TCP ends alone."""

    def __init__(self, head, body):
        super().__init__(body)
        self.before = head

    def play(self, sock, stop):
        sock.sendall(self.before + self.body)
        return False


FIRST_LINE = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
@pytest.mark.parametrize("reply,said", [
    (Cut(FIRST_LINE + b"Content-Length: 11\r\n\r\n", GOOD), GOOD),
    (Cut(FIRST_LINE + b"Transfer-Encoding: chunked\r\n\r\n",
         "b\r\n203.0.113.7\r\n0\r\n\r\n"), GOOD),
    # RFC 9112 section 9.8: the end is an end only if TLS has one
    (Cut(FIRST_LINE + b"Connection: close\r\n\r\n", GOOD),
     "the answer broke off"),
    (Cut(b"HTTP/1.0 200 OK\r\n\r\n", GOOD), "the answer broke off"),
    (Cut(FIRST_LINE + b"Content-Length: 12\r\n\r\n", GOOD),
     "the answer broke off"),
    (Cut(b"", ""), "closed without an answer"),
])
def test_an_end_without_the_end_of_tls(
        home, serve, certificates, reply, said, version):
    context = certificates.server()
    context.minimum_version = context.maximum_version = getattr(
        ssl.TLSVersion, version)
    source = serve(reply, tls=context)
    second = serve(Reply(GOOD))
    home.configure([source.url, second.url],
                   general=f"ca_file = {certificates.ca}")
    result = home.run("-v")
    assert (result.status, result.stdout) == (0, home.line)
    assert f": {said}" in result.stderr
    assert len(second.requests) == (said != GOOD)


def test_connections_that_end_without_the_end_of_tls(
        ddns, serve, certificates):
    """A kept one is as good as with it."""
    provider = harness.Dyndns2()
    server = serve(lambda request: provider(request),
                   tls=certificates.server())
    source = ddns.folder / "address"
    source.write_text(GOOD)
    ddns.config(f"[ipv4]\nurl = file://{source}\nallow = 203.0.113.0/24\n"
                f"[dyndns2]\nserver = {server.url}\nuser = me\n"
                "password = pa55word\nnames = a.example.com b.example.com\n",
                f"ca_file = {certificates.ca}")
    assert ddns.run().status == 0
    assert len(server.requests) == 2


WORDS = {
    "hangs up": (harness.Raw, "TLS: the server hung up in the handshake"),
    "alert": (lambda: harness.Raw(bytes.fromhex("15030300020230")),
              "TLS: the server refused: unknown ca"),
}


@pytest.mark.parametrize("kind", WORDS)
def test_a_handshake_that_ends(home, serve, kind):
    class Early(harness.Server):
        def _talk(self, sock):
            sock.recv(65536)
            make().play(sock, self.stop)

    make, said = WORDS[kind]
    server = Early(None)
    try:
        home.configure([server.url.replace("http:", "https:")])
        result = home.run("-v")
    finally:
        server.close()
    assert f": {said}\n" in result.stderr


def test_the_ca_of_a_proxy(home, serve, certificates):
    name = "provider.example"
    home.server = serve(home.provider,
                        tls=certificates.server(names=f"DNS:{name}"))
    port = home.server.port
    proxy = serve(harness.Tunnel(port), tls=certificates.server())
    home.server.url = f"https://{name}:{port}"
    proxied = f"proxy = {proxy.url}\n"
    home.configure([serve(Reply(GOOD)).url],
                   general=f"{proxied}ca_file = {certificates.ca}")
    assert home.run().stdout == home.line
    assert proxy.asked == [f"CONNECT {name}:{port}"]
    home.configure([serve(Reply(GOOD)).url], general=proxied)
    home.run("--force")
    assert len(proxy.asked) == 1


def test_unknown_ca(home, serve, certificates):
    home.configure([serve(Reply(GOOD), tls=certificates.server()).url])
    result = home.run("-v")
    assert result.status == 4 and home.asked == []
    assert "certificate" in result.stderr


def test_all_fail(home, serve):
    """The last address stays, and the provider is left alone."""
    sources = [serve(Reply(GOOD)), serve(Reset()), serve(Reply("bad", 502))]
    home.configure([source.url for source in sources])
    assert home.run().status == 0
    sources[0].reply = Reply("127.0.0.1")
    result = home.run()
    assert (result.stdout, result.stderr, result.status) == ("", "", 4)
    assert [len(source.requests) for source in sources] == [2, 1, 1]
    sources[0].reply = Reply(GOOD)
    result = home.run()
    assert (result.stdout, result.stderr, result.status) == ("", "", 0)
    assert home.asked == [GOOD]


def test_only_the_first_good_one_is_asked(home, serve):
    first, second = serve(Reply(GOOD)), serve(Reply(GOOD))
    home.configure([first.url, second.url])
    home.run()
    assert (len(first.requests), len(second.requests)) == (1, 0)


def test_redirects(home, serve):
    """Three on the same host are followed, four are not."""
    hops = {"/a": "/b", "/b": "/c", "/c": "/d", "/z": "/a"}
    source = serve(lambda r: redirect(hops[r.path]) if r.path in hops
                   else Reply(GOOD))
    home.configure([f"{source.url}/a"])
    assert home.run().status == 0
    home.configure([f"{source.url}/z"])
    assert home.run().status == 4


def test_redirect_to_another_host(home, serve):
    other = serve(Reply("203.0.113.9"))
    source = serve(redirect(other.url.replace("127.0.0.1", "localhost")))
    home.configure([source.url, serve(Reply(GOOD)).url])
    assert home.run().status == 0
    assert other.requests == [] and home.asked == [GOOD]


def test_no_redirect_from_https_to_http(home, serve, certificates):
    other = serve(Reply("203.0.113.9"))
    source = serve(redirect(other.url), tls=certificates.server())
    home.configure([source.url], general=f"ca_file = {certificates.ca}")
    assert home.run().status == 4
    assert other.requests == []


def test_json_pointer(home, serve):
    source = serve(document(
        {"data": [{"lan": "203.0.113.9", "a/b": "203.0.113.7"}]}))
    home.configure([f"{source.url}/ip.json#/data/0/a~1b"])
    result = home.run()
    assert (result.stdout, result.status) == (home.line, 0)
    assert source.asked == ["GET /ip.json"]


@pytest.mark.parametrize("pointer, body, status", [
    ("/ips", {"ips": [GOOD]}, 0),
    ("/ips", {"ips": ["127.0.0.2", GOOD, "2001:db8::1"]}, 0),
    ("/ips", {"ips": [GOOD, "203.0.113.9"]}, 4),
    ("/ips", {"ips": [GOOD, GOOD]}, 0),
    ("/a/ip", {"a": [{"ip": GOOD}, {"ip": "203.0.113.9"}]}, 4),
    ("/%69p", {"ip": GOOD}, 0),
    ("/a%20b~1c/%E5%9C%B0", {"a b/c": {"地": GOOD}}, 0),
])
def test_json_pointer_finds_all(home, serve, pointer, body, status):
    """All texts of a list count; a fragment is percent-decoded."""
    home.configure([f"{serve(document(body)).url}/#{pointer}"])
    assert home.run().status == status
    assert home.asked == ([GOOD] if status == 0 else [])


def test_the_host_that_was_asked_is_not_an_answer(home, serve):
    source = serve(Reply(f"h=127.0.0.1\nip={GOOD}\nts=1.5\n"))
    home.configure([source.url], lookup="allow = 127.0.0.0/8")
    assert home.run().status == 0 and home.asked == [GOOD]


@pytest.mark.parametrize("pointer, body", [
    ("/ip", '{"ip": null}'),
    ("/ip", '{"address": "203.0.113.7"}'),
    ("/ip", "203.0.113.7"),
    ("/ip", '{"ip": "127.0.0.1", "x": "203.0.113.7"}'),
])
def test_json_pointer_finds_nothing(home, serve, pointer, body):
    home.configure([f"{serve(Reply(body)).url}/#{pointer}"])
    assert home.run().status == 4 and home.asked == []


@pytest.mark.parametrize("text, status", [
    ("203.0.113.7\n", 0), ("127.0.0.1\n", 4), ("", 4),
    ("203.0.113.7".rjust(65536), 0), ("203.0.113.7".ljust(65537), 4)])
def test_file(home, tmp_path, text, status):
    path = tmp_path / "address"
    path.write_text(text)
    home.configure([f"file://{path}"])
    assert home.run().status == status
    assert home.asked == ([GOOD] if status == 0 else [])


@pytest.mark.parametrize("begin, status", [
    ("file://", 0), ("file://localhost", 0), ("file://elsewhere", 3)])
def test_host_of_a_file(home, tmp_path, begin, status):
    """RFC 8089, section 2."""
    (tmp_path / "an address").write_text(GOOD)
    home.configure([f"{begin}{tmp_path}/an%20address"])
    assert home.run().status == status


@pytest.mark.parametrize("script, status", [
    ("echo 203.0.113.7", 0),
    ("echo 203.0.113.7; exit 1", 4),
    ("echo 203.0.113.7; idle", 4),
    ("yes 203.0.113.7", 4),
    ('[ "$#" -eq 2 ] && [ "$2" = "b;c" ] && echo 203.0.113.7', 0),
    ('[ -z "$SECRET" ] && [ -n "$HOME" ] && echo 203.0.113.7', 0),
    ("[ ! -e /proc/self/fd/3 ] && echo 203.0.113.7", 0),
])
def test_exec(home, tmp_path, script, status):
    path = write_program(tmp_path / "source", script)
    home.configure([f"exec:{path} a b;c"],
                   general="timeout = 2" if "idle" in script else "")
    result = home.run(env={"SECRET": "x"})
    assert result.status == status, result.stderr
    assert result.seconds < SOON


def test_a_useless_source_is_told_by_two_months(home, serve):
    """Its counts of this month, with the try of this run, and of the last."""
    home.configure([serve(Reply("203.0.113.7")).url])
    assert home.run().status == 0
    stats = home.ddns.state.with_suffix(".state.stats")
    text, count = re.subn(r"(\nsource\tipv4\t\S+)(\t\d+){4}",
                          r"\1\t30\t2\t40\t4", stats.read_text())
    assert count == 1
    stats.write_text(text)
    assert "gives hardly any valid answers (7 of 71)" in home.run("-v").stderr


def test_exec_gets_as_many_words_as_there_may_be(home, tmp_path):
    path = write_program(tmp_path / "source",
                         '[ "$#" -eq 31 ] && echo 203.0.113.7')
    home.configure([f"exec:{path}" + " a" * 31])
    result = home.run()
    assert result.status == 0, result.stderr


def test_exec_is_shown_without_its_words(home, tmp_path):
    path = write_program(tmp_path / "source", "echo 203.0.113.7")
    home.configure([f"exec:{path} --key s3cr3t"])
    for command in ("lookup", "check"):
        result = home.run(command, env={"COLUMNS": "200"})
        assert result.status == 0
        assert f"exec:{path}" in result.stdout
        assert "s3cr3t" not in result.stdout + result.stderr
        assert "--key" not in result.stdout


def test_interface_loopback_has_no_global_address(home):
    home.configure(["interface:lo"])
    assert home.run().status == 4


def test_interface_needs_no_request(home, serve):
    source = serve(Reply(GOOD))
    home.configure(["interface:nosuch0", source.url])
    assert home.run().status == 0
    assert len(source.requests) == 1


def test_both_families(home, serve):
    four = serve(Reply(GOOD))
    six = serve(Reply("2001:db8::7\n"), host="::1")
    home.configure([four.url], [six.url])
    result = home.run()
    assert sorted(result.stdout.splitlines()) == [
        "home.example.com A none -> 203.0.113.7 (dyndns2)",
        "home.example.com AAAA none -> 2001:db8::7 (dyndns2)"]
    assert sorted(home.asked) == ["2001:db8::7", GOOD]


@pytest.mark.parametrize("option, type", [("-4", "A"), ("-6", "AAAA")])
def test_only_one_family(home, serve, option, type):
    four = serve(Reply(GOOD))
    six = serve(Reply("2001:db8::7\n"), host="::1")
    home.configure([four.url], [six.url])
    result = home.run(option)
    assert [line.split()[1] for line in result.stdout.splitlines()] == [type]
    assert len(four.requests) + len(six.requests) == 1


def test_families_side_by_side(home, serve):
    """Neither is answered before both are asked."""
    both = Gate(f"{GOOD} 2001:db8::7\n", count=2)
    home.configure([serve(both).url], [serve(both, host="::1").url])
    assert home.run().status == 0


@pytest.mark.parametrize("family, host, answer", [
    ("ipv4", "::1", "203.0.113.7"), ("ipv6", "127.0.0.1", "2001:db8::7")])
def test_asked_over_its_family_only(home, serve, family, host, answer):
    source = serve(Reply(answer), host=host)
    home.configure(**{family: [source.url]})
    assert home.run().status == 4
    assert source.connections == 0


# (last address known, what the sources say, address that is taken)
AGREE = [
    (None, ["203.0.113.8", "203.0.113.8"], "203.0.113.8"),
    (None, ["203.0.113.8", "203.0.113.9"], None),
    (None, ["203.0.113.8", "203.0.113.9", "203.0.113.9"], "203.0.113.9"),
    (None, ["203.0.113.8", "bad", "203.0.113.8"], "203.0.113.8"),
    (GOOD, ["203.0.113.8", "203.0.113.9", "203.0.113.10"], None),
    # the last one ends the search where it comes first, and only there
    (GOOD, ["203.0.113.8", GOOD, "203.0.113.8"], "203.0.113.8"),
]


@pytest.mark.parametrize("last, says, taken", AGREE)
def test_agree(home, serve, last, says, taken):
    sources = [serve(Reply(last or "")) for _ in says]
    home.configure([s.url for s in sources], lookup="agree = 2")
    if last:
        home.run()
    for source, text in zip(sources, says):
        source.reply = Reply(text)
    before = home.asked
    result = home.run()
    assert result.status == (0 if taken else 4)
    assert home.asked[len(before):] == ([taken] if taken else [])


def test_agree_asks_one_while_quiet(home, serve):
    sources = [serve(Reply(GOOD)), serve(Reply(GOOD))]
    home.configure([s.url for s in sources], lookup="agree = 2")
    home.run()
    home.run()
    assert [len(s.requests) for s in sources] == [2, 1]


def test_deny_beats_allow(home, serve):
    home.configure([serve(Reply(GOOD)).url], lookup="deny = 203.0.113.7")
    assert home.run().status == 4


def test_no_proxy_for_lookups(home, serve):
    proxy = serve(Reply("203.0.113.9"))
    home.configure([serve(Reply(GOOD)).url])
    home.run(env={"http_proxy": proxy.url, "ALL_PROXY": proxy.url})
    assert [r for r in proxy.asked if "myip" not in r] == []


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("where", ["http_proxy", "ALL_PROXY", "proxy"])
def test_nothing_for_loopback_goes_to_a_proxy(
        home, serve, certificates, where, tls):
    """It may be in clear text, and the proxy on another machine."""
    proxy = serve(Reply("good 203.0.113.7"))
    if tls:
        home.server = serve(home.provider, tls=certificates.server())
    general = f"ca_file = {certificates.ca}\n"
    env = {where: proxy.url}
    if where == "proxy":
        general, env = f"{general}proxy = {proxy.url}", {}
    home.configure([serve(Reply(GOOD)).url], general=general,
                   more=f"[webhook]\nurl = {serve(Reply('ok')).url}")
    assert home.run(env=env).status == 0
    assert home.asked == [GOOD] and proxy.connections == 0


def test_netrc_is_not_read(home, serve, tmp_path):
    (tmp_path / ".netrc").write_text(
        "machine 127.0.0.1 login stranger password other\n")
    source = serve(Reply(GOOD))
    home.configure([source.url])
    assert home.run().status == 0
    assert source.requests[0].header("Authorization") is None


def test_query_of_a_source_is_secret(home, serve, ddns):
    source = serve(Reply("nothing", 500))
    home.configure([f"{source.url}/ip?key=SECRETKEY"])
    told = [home.run("-vv"), home.run("lookup"), home.run("check")]
    for result in told:
        assert "SECRETKEY" not in result.stdout + result.stderr
    assert f"{source.url}/ip" in told[1].stdout
    for path in ddns.home.iterdir():
        assert b"SECRETKEY" not in path.read_bytes()


def test_lookup_command_asks_all(home, serve):
    sources = [serve(Reply(GOOD)), serve(Reply("no", 403)),
               serve(Reply("10.1.1.1"))]
    home.configure([s.url for s in sources])
    result = home.run("lookup")
    assert result.status == 0 and result.stderr == ""
    lines = result.stdout.splitlines()
    for source in sources:
        assert len(source.requests) == 1
        assert any(source.url in line for line in lines)
    assert any(GOOD in line for line in lines)
    assert any("403" in line for line in lines)
    assert home.asked == [] and not home.ddns.state.exists()


def test_lookup_command_with_a_new_source(home, serve):
    old, new = serve(Reply(GOOD)), serve(Reply(GOOD))
    home.configure([old.url])
    assert home.run("lookup", new.url).status == 0
    assert (len(old.requests), len(new.requests)) == (0, 1)


def test_hostile_answer_is_printable(home, serve):
    home.configure([serve(Reply("\x1b]0;x\x07\u202e\r\n", 500)).url])
    result = home.run("-vv")
    assert not set("\x1b\x07\u202e") & set(result.stdout + result.stderr)


def test_system_without_certificates(home, certificates):
    """As in a bare container: what is to be installed is named."""
    space = Namespace()
    try:
        space.run("mount", "-t", "tmpfs", "none", "/etc/ssl/certs")
        source = space.server(Reply(GOOD), tls=certificates.server())
        home.configure([source.url])
        home.ddns.under = space.enter
        result = home.run("lookup")
        assert result.status == 4
        assert "install ca-certificates" in result.stdout
        assert source.requests == []
    finally:
        space.close()
