# SPDX-License-Identifier: ISC
"""How many requests 100 changed names of one zone take, per kind of API.

The first request goes alone, the zone is asked for once for each name's walk
or once for all, a batch takes 50 items. Each fake answers as its service does
for names that all hold another address.

And that a write is not sent again by the transport: libcurl repeats a request,
whatever its method, if a kept connection ends before an answer (RFC 9112,
section 9.3.1 leaves that to idempotent ones).
"""

import json
import re
import urllib.parse

import pytest

import harness
from harness import Raw, Reply, document

COUNT = 100
ZONE = "example.com"
NAMES = [f"n{i}.{ZONE}" for i in range(COUNT)]
NEW, OLD = "203.0.113.7", "203.0.113.1"


def text(answer, status=200):
    return Reply(answer, status, {"Content-Type": "text/plain"})


def asked(request, word):
    return dict(urllib.parse.parse_qsl(request.target.partition("?")[2]))[word]


def one_request(request):
    return text(f"good {NEW}")


def by_id(request):  # digitalocean
    if request.method == "PATCH":
        return document({"domain_record": {}})
    if "/records" in request.path:
        name = asked(request, "name").removesuffix(f".{ZONE}")
        return document({"domain_records": [
            {"id": name, "type": "A", "name": name, "data": OLD, "ttl": 60}]})
    return document({"domain": {"name": ZONE}},
                    200 if request.path.endswith(f"/{ZONE}") else 404)


def by_id_batch(request):  # cloudflare
    if request.method == "POST":
        return document({"result": {}, "success": True})
    name = asked(request, "name")
    if "/dns_records" in request.path:
        return document({"success": True, "result": [
            {"id": f"id-{name}", "name": name, "type": "A", "content": OLD,
             "ttl": 1, "proxied": False}]})
    return document({"success": True, "result":
                     [{"id": "z", "name": ZONE}] if name == ZONE else []})


def sets_batch(request):  # desec
    if request.method == "PUT":
        return document([])
    if "/rrsets/" in request.path:
        return document([{"subname": name.split(".")[0], "type": "A",
                          "records": [OLD], "ttl": 3600} for name in NAMES])
    return document([{"name": ZONE, "minimum_ttl": 3600}])


def sets(request):  # gandi
    if request.method == "PUT":
        return document({"message": "DNS Record Created"}, 201)
    if "/records/" in request.path:
        return document({"rrset_values": [OLD], "rrset_ttl": 300})
    return document({"fqdn": ZONE},
                    200 if request.path.endswith(f"/{ZONE}") else 404)


def zone_file(request):  # powerdns: one read for all, in batches
    if request.method == "PATCH":
        return Reply("", 204)
    if "?" not in request.target:
        return document({"rrsets": [
            {"name": f"{name}.", "type": "A", "ttl": 60,
             "records": [{"content": OLD, "disabled": False}]}
            for name in NAMES]})
    name = asked(request, "zone")
    return document([{"name": f"{ZONE}.", "id": f"{ZONE}."}]
                    if name == f"{ZONE}." else [])


def shown(request):  # ovh-api: ids are listed, each is shown, all published
    if request.method != "GET":
        return document(None)
    where = request.path.partition("/zone/")[2]
    if where.endswith("/record"):
        return document([int(asked(request, "subDomain")[1:])])
    if "/record/" in where:
        number = int(where.rpartition("/")[2])
        return document({"fieldType": "A", "subDomain": f"n{number}",
                         "target": OLD, "ttl": 0, "id": number})
    return document({"nameServers": [f"ns10.{ZONE}"]},
                    200 if where == ZONE else 404)


def signed_batch(request):  # huaweicloud
    if request.method == "PUT":
        return document({"recordsets": []}, 202)
    name = asked(request, "name")
    if "/recordsets" in request.path:
        return document({"recordsets": [
            {"id": name, "name": name, "type": "A", "records": [OLD],
             "ttl": 300}]})
    return document({"zones": [{"id": "z", "name": name}]
                     if name == f"{ZONE}." else []})


def whole_zone(request):  # netcup: login, one read for all, one batch
    action = json.loads(request.body)["action"]
    data = {"login": {"apisessionid": "s"}, "infoDnsRecords": {"dnsrecords": [
        {"id": str(i), "hostname": name.split(".")[0], "type": "A",
         "destination": OLD} for i, name in enumerate(NAMES)]}}
    return document({"status": "success",
                     "responsedata": data.get(action, {})})


# provider: its keys, its fake, and how many requests: with the zone known, too
ROWS = {
    "dyndns2": ("user = u\npassword = p", one_request, 100, 100),
    "digitalocean": ("token = t", by_id, 301, 200),
    "cloudflare": ("token = t", by_id_batch, 203, 103),
    "desec": ("token = t", sets_batch, 4, 4),
    "gandi": ("token = t", sets, 301, 200),
    "powerdns": ("api_key = k", zone_file, 104, 4),
    "ovh-api": ("application_key = k\napplication_secret = s\n"
                "consumer_key = c", shown, 402, 301),
    "huaweicloud": ("access_key = k\nsecret_key = s", signed_batch, 203, 103),
    "netcup": ("customer = 1\napi_key = k\napi_password = p", whole_zone, None,
               4),
}


def requests(ddns, provider, zone):
    keys, fake, *_ = ROWS[provider]
    server = harness.Server(fake)
    source = ddns.folder / "address"
    source.write_text(NEW)
    try:
        ddns.config(
            f"[ipv4]\nurl = file://{source}\nallow = 203.0.113.0/24\n"
            f"[{provider}]\n{keys}\nserver = {server.url}\n{zone}\nnames =" +
            "".join(f"\n\t{name}" for name in NAMES), "patience = 1")
        result = ddns.run()
    finally:
        server.close()
    assert result.status == 0, result.stderr[:500]
    assert len(result.stdout.splitlines()) == COUNT
    written = sum(len(re.findall(NEW.replace(".", r"\."), str(request) +
                                 request.body.decode()))
                  for request in server.requests)
    assert written == COUNT
    return len(server.requests)


@pytest.mark.parametrize("provider", ROWS)
def test_requests(ddns, provider):
    *_, found, known = ROWS[provider]
    if found:
        assert requests(ddns, provider, "") == found
    ddns.state.unlink(missing_ok=True)
    assert requests(ddns, provider, f"zone = {ZONE}") == known


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


def test_news_are_not_sent_twice_unseen(home, serve):
    receiver = serve([Reply("ok"), Raw()])
    home.configure([serve(Reply(NEW)).url], names="a.example.com b.example.com",
                   more=f"[webhook]\nurl = {receiver.url}\nbody = {{message}}")
    assert home.run().status == 0
    assert [request.body[:1] for request in receiver.requests] == [b"a", b"b"]
