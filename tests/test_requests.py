# SPDX-License-Identifier: ISC
"""How many requests 100 changed names of one zone take, per kind of row.

The first request goes alone; zones and records are listed at once where the
service has a list, a batch takes 50 items. And that no name is written into
another zone than the one that serves it, whichever way it was found.

And that a write is not sent again by the transport: libcurl repeats a request,
whatever its method, if a kept connection ends before an answer (RFC 9112,
section 9.3.1 leaves that to idempotent ones), or if HTTP/2 closes its stream
as refused (RFC 9113, section 8.7) or as fit for HTTP/1.1 alone.
"""

import json
import re
import urllib.parse

import pytest

import http2
import services
from harness import Raw, Reply, document
from services import NEW, NAMES, ZONE

# provider: how many requests, with the zone known, and if no list is allowed.
COUNTS = {
    "dyndns2": (100, 100, 100),
    "digitalocean": (104, 102, 203),
    "cloudflare": (4, 4, 105),
    "desec": (4, 4, None),
    "gandi": (104, 102, 203),
    "powerdns": (4, 4, 4),
    "ovh-api": (302, 301, 302),
    "huaweicloud": (5, 5, 5),
    "netcup": (None, 4, None),
    "linode": (102, 102, 203),
    "vultr": (102, 101, None),
    "hetzner": (103, 102, 203),
    "dnsimple": (102, 101, 203),
    "gcore": (102, 101, 202),
    "ns1": (102, 101, None),
    "godaddy": (102, 101, 202),
    "porkbun": (102, 101, None),
    "dnspod": (103, 102, None),
    "ionos": (4, 4, None),
    "baiducloud": (102, 101, None),
    "tencentcloud": (103, 102, None),
    "scaleway": (104, 4, None),
    "volcengine": (103, 103, None),
    "edgeone": (5, 5, None),
    "hosting.de-api": (4, 4, None),
    "cloudns": (102, 101, None),
    "mythic-beasts": (102, 101, None),
    "nearlyfreespeech": (None, 201, None),
    "route53": (4, 4, None),
    "aliesa": (103, 103, None),
    "alidns": (104, 102, None),
    "googlecloud": (104, 104, None),
}


WAYS = [(provider, way, count) for provider, counts in COUNTS.items()
        for way, count in zip(("found", "known", "no list"), counts) if count]


@pytest.mark.parametrize("provider, way, count", WAYS)
def test_requests(ddns, provider, way, count):
    result, server = services.run(
        ddns, provider, lists=way != "no list",
        more=f"zone = {ZONE}" if way == "known" else "")
    assert result.status == 0, result.stderr[:500]
    assert len(result.stdout.splitlines()) == len(NAMES)
    assert services.written(server) == len(NAMES)
    assert len(server.requests) == count


class Endless(services.DigitalOcean):
    """Of its records, one page is but one."""

    def page(self, items, size, page="page", first=1):
        at = int(self.query.get(page, first)) - first
        return (items[at:at + 1] if "/records" in self.request.path and
                "name" not in self.query else items), 1


def test_a_zone_that_is_too_large_is_asked_name_by_name(
        ddns, monkeypatch):
    """50 pages are read; what they show is as good as nothing."""
    monkeypatch.setitem(services.SERVICES, "digitalocean", Endless)
    result, server = services.run(ddns, "digitalocean", more=f"zone = {ZONE}")
    assert result.status == 0, result.stderr[:500]
    assert services.written(server) == len(NAMES)
    assert len(server.requests) == 50 + 100 + 100


# zones, names, names with a record, and the zone that serves each name, where
# it is another than the first. Asked one by one: with a list of zones, and
# without.
SERVED = {
    "a nearer zone": (
        [ZONE, f"sub.{ZONE}"], [*NAMES[:4], f"a.sub.{ZONE}"], None,
        {f"a.sub.{ZONE}": f"sub.{ZONE}"}),
    "a nearer zone of many": (
        [ZONE, f"sub.{ZONE}"],
        [*NAMES[:5], *(f"n{i}.sub.{ZONE}" for i in range(5))], None,
        {f"n{i}.sub.{ZONE}": f"sub.{ZONE}" for i in range(5)}),
    "a nearer zone between": (
        [ZONE, f"b.a.{ZONE}"],
        [*NAMES[:4], f"d.c.b.a.{ZONE}", f"d.c.x.a.{ZONE}"], None,
        {f"d.c.b.a.{ZONE}": f"b.a.{ZONE}"}),
    "new names in a nearer zone": (
        [ZONE, f"sub.{ZONE}"], [*NAMES[:4], f"a.sub.{ZONE}"], [],
        {f"a.sub.{ZONE}": f"sub.{ZONE}"}),
    "names that are zones": (
        [ZONE, NAMES[0], NAMES[1]], NAMES[:6], None,
        {NAMES[0]: NAMES[0], NAMES[1]: NAMES[1]}),
    "new names that are zones": (
        [ZONE, NAMES[0], NAMES[1]], NAMES[:6], [],
        {NAMES[0]: NAMES[0], NAMES[1]: NAMES[1]}),
    "the zone itself": ([ZONE], [ZONE, *NAMES[:4]], None, {}),
    "the zone itself, new": ([ZONE], [ZONE, *NAMES[:4]], [], {}),
    "wildcards": (
        [ZONE, f"sub.{ZONE}"],
        [*NAMES[:4], f"*.{ZONE}", f"*.sub.{ZONE}"], None,
        {f"*.sub.{ZONE}": f"sub.{ZONE}"}),
    "new wildcards": (
        [ZONE, f"sub.{ZONE}"],
        [*NAMES[:4], f"*.{ZONE}", f"*.sub.{ZONE}"], [],
        {f"*.sub.{ZONE}": f"sub.{ZONE}"}),
    "a suffix of many zones": (
        ["a.co.uk", "b.co.uk", "c.co.uk", "d.co.uk"],
        ["www.a.co.uk", "www.b.co.uk", "c.co.uk", "x.y.d.co.uk"], None,
        {"www.b.co.uk": "b.co.uk", "c.co.uk": "c.co.uk",
         "x.y.d.co.uk": "d.co.uk"}),
    "few names": (
        [ZONE, f"sub.{ZONE}"], [f"a.{ZONE}", f"a.sub.{ZONE}"], [],
        {f"a.sub.{ZONE}": f"sub.{ZONE}"}),
}
# What a write says of itself: where its zone and its name stand.
WRITES = {
    "digitalocean": r"/v2/domains/([^/]+)/records",
    "gandi": r"/livedns/domains/([^/]+)/records/([^/]+)/A",
    "hetzner": r"/v1/zones/([^/]+)/rrsets(?:/([^/]+)/A/actions/.*)?",
}


def written_to(request, provider):
    """The zone and the whole name of a write."""
    zone, *sub = re.search(WRITES[provider], request.path).groups()
    body = json.loads(request.body)
    if request.method == "PATCH":  # by id, which is the name here
        return zone, urllib.parse.unquote(request.path.rpartition("/")[2])
    sub = sub and sub[0] or body["name"]
    return zone, (zone if sub == "@" else
                  f"{urllib.parse.unquote(sub)}.{zone}")


@pytest.mark.parametrize("provider", WRITES)
@pytest.mark.parametrize("lists", [True, False], ids=["list", "no list"])
@pytest.mark.parametrize("case", SERVED)
def test_a_name_goes_to_the_zone_that_serves_it(ddns, case, lists, provider):
    zones, names, held, served = SERVED[case]
    result, server = services.run(ddns, provider, names, zones, lists=lists,
                                  held=held)
    assert result.status == 0, result.stderr
    writes = [written_to(request, provider) for request in server.requests
              if NEW in request.body.decode()]
    assert sorted(writes) == sorted(
        (served.get(name, zones[0]), name) for name in names)


@pytest.mark.parametrize("lists, name, more", [
    (True, f"n0.{ZONE}", []), (True, f"*.n0.{ZONE}", []),
    (False, f"*.n0.{ZONE}", []), (False, f"n0.{ZONE}", [f"a.b.n0.{ZONE}"])])
def test_a_record_that_a_longer_zone_hides(ddns, lists, name, more):
    """The zone of a name became one of its own, its old record stayed."""
    names = [*NAMES[1:5], name, *more]
    result, server = services.run(ddns, "digitalocean", names, [ZONE, NAMES[0]],
                                  lists=lists, kept=[name])
    assert result.status == 0, result.stderr
    assert (NAMES[0], name) in [
        written_to(request, "digitalocean") for request in server.requests
        if NEW in request.body.decode()]


# provider, zones, names, names with a record: how many requests.
TWO = [*NAMES[:5], *(f"n{i}.sub.{ZONE}" for i in range(5))]
FEWER = [
    ("cloudflare", [ZONE], NAMES, [], 4),
    ("digitalocean", [ZONE], NAMES, [], 103),
    ("gandi", [ZONE], NAMES, [], 103),
    # a list that has no pages may lack what is there
    ("gcore", [ZONE], NAMES, [], 302),
    # a list for each zone
    ("cloudflare", [ZONE, f"sub.{ZONE}"], TWO, None, 5),
    ("digitalocean", [ZONE, f"sub.{ZONE}"], TWO, None, 16),
    ("gcore", [ZONE, f"sub.{ZONE}"], TWO, None, 14),
    # but not for the one name of a zone
    ("cloudflare", [ZONE, f"sub.{ZONE}"], [*NAMES[:4], f"a.sub.{ZONE}"], None,
     5),
    ("digitalocean", [ZONE, f"sub.{ZONE}"],
     [*NAMES[:4], f"a.sub.{ZONE}"], None, 10),
    # three names are few
    ("digitalocean", [ZONE], NAMES[:3], None, 10),
    ("digitalocean", [ZONE], NAMES[:4], None, 8),
]


@pytest.mark.parametrize("provider, zones, names, held, count", FEWER)
def test_few_and_many(ddns, provider, zones, names, held, count):
    result, server = services.run(ddns, provider, names, zones, held=held)
    assert result.status == 0, result.stderr[:500]
    assert services.written(server) == len(names)
    assert len(server.requests) == count


@pytest.mark.parametrize("lists", [True, False], ids=["list", "no list"])
def test_a_zone_that_is_not_there(ddns, lists):
    """It keeps nobody else from being written."""
    names = [*NAMES[:4], "a.example.net", *(f"n{i}.example.org"
                                            for i in range(4))]
    result, server = services.run(ddns, "digitalocean", names, lists=lists,
                                  held=NAMES[:4])
    assert result.status == 7, result.stderr
    assert result.stderr.count("no zone of") == 5
    assert sorted(written_to(request, "digitalocean")[1]
                  for request in server.requests
                  if NEW in request.body.decode()) == NAMES[:4]


def test_the_zone_that_is_written_counts(ddns):
    """Whatever other zones there are: nobody is asked."""
    names = [*NAMES[:4], f"a.sub.{ZONE}"]
    result, server = services.run(
        ddns, "digitalocean", names, [ZONE, f"sub.{ZONE}"], f"zone = {ZONE}",
        held=[])
    assert result.status == 0, result.stderr
    assert {written_to(request, "digitalocean")[0]
            for request in server.requests
            if NEW in request.body.decode()} == {ZONE}
    assert not [request for request in server.requests
                if "/records" not in request.path]


def test_two_accounts_share_nothing(ddns):
    """Each asks for its own zones, with its own token."""
    more = ("names = " + " ".join(NAMES[:4]) +
            "\n[digitalocean other]\ntoken = other-token\nserver = {server}")
    other = [f"n{i}.example.net" for i in range(4)]
    result, server = services.run(
        ddns, "digitalocean", other, [ZONE, "example.net"], more,
        held=[*other, *NAMES[:4]])
    assert result.status == 0, result.stderr
    tokens = {}
    for request in server.requests:
        tokens.setdefault(request.header("Authorization"), []).append(
            str(request))
    assert len(tokens) == 2
    assert len(set(map(tuple, (
        [text for text in asked if text.startswith("GET /v2/domains?")]
        for asked in tokens.values())))) == 1


# provider: its keys, what its reads answer (by a part of the target), and what
# is to be sent once.
ONCE = {
    "digitalocean": ("token = t", {"/records": {"domain_records": []},
                                   ZONE: {"domain": {"name": ZONE}}},
                     "POST /v2/domains/example.com/records"),
    "cloudflare": ("token = t\nzone_id = z", {
        "dns_records": {"success": True, "result": []}},
        "POST /client/v4/zones/z/dns_records/batch"),
    "dreamhost": ("api_key = k", {
        "list_records": {"result": "success", "data": []}},
        "GET /?key=k&format=json&cmd=dns-add_record&record=n0.example.com"
        f"&type=A&value={NEW}"),
    "spaceship": ("api_key = k\napi_secret = s", {
        "take=500&skip=0": {"items": [], "total": 0}},
        "PUT /api/v1/dns/records/example.com"),
    "nearlyfreespeech": ("user = u\napi_key = k", {"listRRs": []},
                         "POST /dns/example.com/addRR"),
}


@pytest.mark.parametrize("provider", ONCE)
def test_a_write_is_not_repeated_unseen(ddns, serve, provider):
    """The service takes it, and the kept connection ends without a byte."""
    keys, reads, write = ONCE[provider]

    def reply(request):
        for part, answer in reads.items():
            if part in request.target and str(request) != write:
                return document(answer)
        return Raw()
    server = serve(reply)
    source = ddns.folder / "address"
    source.write_text(NEW)
    zone = "" if provider == "dreamhost" else f"zone = {ZONE}"
    ddns.config(f"[ipv4]\nurl = file://{source}\nallow = 203.0.113.0/24\n"
                f"[{provider}]\n{keys}\nserver = {server.url}\n{zone}\n"
                f"names = n0.{ZONE}", "patience = 1")
    result = ddns.run()
    assert result.status == 1, result.stderr
    assert [text for text in server.asked if text == write] == [write]
    assert len(server.requests) > 1


# codes of RFC 9113, section 7: which libcurl answers with one more request
@pytest.mark.parametrize("code", [7, 13], ids=["refused", "HTTP/1.1 required"])
def test_a_write_is_not_repeated_unseen_over_http2(ddns, certificates, code):
    server = http2.Server(http2.Script(http2.frame(
        http2.RESET, bytes([0, 0, 0, code]), 0, 1)), certificates.server())
    source = ddns.folder / "address"
    source.write_text(NEW)
    ddns.config(f"[ipv4]\nurl = file://{source}\nallow = 203.0.113.0/24\n"
                f"[url]\nset = POST {server.url}/add?ip={{ip}}\ngood = ok\n"
                f"names = n0.{ZONE}", f"ca_file = {certificates.ca}")
    try:
        result = ddns.run("--json")
        assert result.status == 1
        assert "closed without an answer" in result.stderr + result.stdout
        assert len(server.requests) == 1
        assert json.loads(result.stdout)["requests"] == 1
    finally:
        server.close()


def test_news_are_not_sent_twice_unseen(home, serve):
    receiver = serve([Reply("ok"), Raw()])
    home.configure([serve(Reply(NEW)).url], names="a.example.com b.example.com",
                   more=f"[webhook]\nurl = {receiver.url}\nbody = {{message}}")
    assert home.run().status == 0
    assert [request.body[:1] for request in receiver.requests] == [b"a", b"b"]
