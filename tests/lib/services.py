# SPDX-License-Identifier: ISC
"""DNS services with zones and records, as the rows of src/providers see them.

Each answers what its documents say for reads: a zone, all zones, the records of
a name, all records of a zone, by pages where it has pages. A write is good
whatever it says; it is looked at by who asked for it. The shapes of answers are
those of tests/providers/NAME.case, which names the sources; what only lists
have, the pages, is told beside the service here.
"""

import json
import re
import urllib.parse

import harness
import signatures
from harness import Reply, document

ZONE = "example.com"
NAMES = [f"n{i}.{ZONE}" for i in range(100)]
NEW, OLD = "203.0.113.7", "203.0.113.1"
KEYS = "token = token"


class Refused(Exception):
    """A list that this account may not have."""


class Service:
    """zones: names; held: {name: address of its A record}; kept: names of
    which each zone around them has kept a record, too, that nobody sees."""

    keys = KEYS
    lists = True  # False: its lists are refused, as to a token without a right

    kept = ()

    def __init__(self, zones, held, lists=True):
        self.zones, self.held, self.lists = list(zones), dict(held), lists

    def __call__(self, request):
        self.query = dict(urllib.parse.parse_qsl(
            request.target.partition("?")[2], True))
        body = request.body.decode()
        self.form = dict(urllib.parse.parse_qsl(body, True))
        self.body = json.loads(body) if body[:1] in ("{", "[") and body else {}
        self.query.update(json.loads(request.header("X-Filter") or "{}"))
        self.request = request
        for name in dir(type(self)):
            route = getattr(type(self), name)
            match = hasattr(route, "route") and re.fullmatch(
                route.route, f"{request.method} {request.path}")
            if match:
                return self.answer(name, route, match.groups())
        return document({}, 404)

    def answer(self, name, route, groups):
        try:
            if name.startswith("all_") and not self.lists:
                raise Refused
            answer = route(self, *groups)
        except Refused:
            return document({"message": "not allowed", "success": False}, 403)
        if answer is None:
            return document({"message": "not found", "code": "NotFound"}, 404)
        return answer if isinstance(answer, Reply) else document(answer)

    def asked(self, word):
        """What a list is filtered by; None: all are asked for."""
        if word not in self.query and not self.lists:
            raise Refused
        return self.query.get(word)

    def zone_of(self, name):
        return max((zone for zone in self.zones
                    if name == zone or name.endswith(f".{zone}")),
                   key=len, default=None)

    def records(self, zone, name=None):
        """(name, name in the zone or "", address), of all or of one name."""
        return [(one, one.removesuffix(zone).rstrip("."), address)
                for one, address in self.held.items()
                if name in (None, one) and
                (self.zone_of(one) == zone or
                 one in self.kept and one.endswith(f".{zone}"))]

    def page(self, items, size, page="page", first=1):
        """One page, by the names of the parameters; how many there are."""
        of = {**self.query, **self.form}
        size = int(of.get(size, 20))
        at = int(of.get(page, first)) - first
        return items[at * size:(at + 1) * size], -(-len(items) // size)


def route(pattern):
    def mark(function):
        function.route = pattern
        return function
    return mark


class DynDns2(Service):
    keys = "user = u\npassword = password"

    @route("GET /nic/update")
    def update(self):
        address = self.query["myip"]
        return Reply("\n".join(f"good {address}" for _ in
                               self.query["hostname"].split(",")),
                     200, {"Content-Type": "text/plain"})


class DigitalOcean(Service):
    """per_page is 20, at most 200; a page behind the last one is empty:
    docs.digitalocean.com, domains_list_records."""

    @route("GET /v2/domains/?")
    def all_zones(self):
        return {"domains": [{"name": zone} for zone in self.page(
            self.zones, "per_page")[0]]}

    @route("GET /v2/domains/([^/]+)")
    def zone(self, zone):
        return {"domain": {"name": zone}} if zone in self.zones else None

    @route("GET /v2/domains/([^/]+)/records")
    def records_of(self, zone):
        name = self.asked("name")
        items = [{"id": one, "type": "A", "name": sub or "@", "data": address,
                  "ttl": 60}
                 for one, sub, address in self.records(zone, name)]
        return {"domain_records": self.page(items, "per_page")[0]}

    @route("(?:PATCH|POST) .*")
    def write(self):
        return {"domain_record": {}}


class Cloudflare(Service):
    """per_page of zones at most 50, of records 5000 (external-dns,
    docs/advanced/rate-limits.md); result_info is in each list."""

    def list(self, items):
        page, pages = self.page(items, "per_page")
        return {"success": True, "result": page,
                "result_info": {"total_pages": pages}}

    @route("GET /client/v4/zones")
    def zones_of(self):
        name = self.asked("name")
        return self.list([{"id": zone, "name": zone} for zone in self.zones
                          if name in (None, zone)])

    @route("GET /client/v4/zones/([^/]+)/dns_records")
    def records_of(self, zone):
        name = self.asked("name")
        return self.list([
            {"id": one, "name": one, "type": "A", "content": address, "ttl": 1,
             "proxied": False}
            for one, _, address in self.records(zone, name)])

    @route("POST .*")
    def write(self):
        return {"result": {}, "success": True}


class Desec(Service):
    @route("GET /api/v1/domains/")
    def all_zones(self):
        return [{"name": zone, "minimum_ttl": 3600} for zone in self.zones]

    @route("GET /api/v1/domains/([^/]+)/rrsets/")
    def all_records(self, zone):
        return [{"subname": sub, "type": "A", "records": [address],
                 "ttl": 3600} for _, sub, address in self.records(zone)]

    @route("PUT .*")
    def write(self):
        return []


class Gandi(Service):
    """page and per_page: octodns-gandi, which asks for 500."""

    @route("GET /v5/livedns/domains")
    def all_zones(self):
        return [{"fqdn": zone} for zone in self.page(
            self.zones, "per_page")[0]]

    @route("GET /v5/livedns/domains/([^/]+)")
    def zone(self, zone):
        return {"fqdn": zone} if zone in self.zones else None

    @route("GET /v5/livedns/domains/([^/]+)/records")
    def all_records(self, zone):
        return self.page([{"rrset_name": sub or "@", "rrset_type": "A",
                           "rrset_values": [address], "rrset_ttl": 300}
                          for _, sub, address in self.records(zone)],
                         "per_page")[0]

    @route("GET /v5/livedns/domains/([^/]+)/records/([^/]+)/A")
    def records_of(self, zone, sub):
        name = zone if sub == "@" else f"{urllib.parse.unquote(sub)}.{zone}"
        for _, _, address in self.records(zone, name):
            return {"rrset_values": [address], "rrset_ttl": 300}
        return None

    @route("PUT .*")
    def write(self):
        return document({"message": "DNS Record Created"}, 201)


class PowerDns(Service):
    keys = "api_key = key-key"

    @route("GET /api/v1/servers/localhost/zones")
    def zones_of(self):
        name = self.query["zone"].rstrip(".")
        return [{"name": f"{zone}.", "id": f"{zone}."} for zone in self.zones
                if zone == name]

    @route("GET /api/v1/servers/localhost/zones/([^/]+)\\.")
    def zone(self, zone):
        return {"rrsets": [
            {"name": f"{one}.", "type": "A", "ttl": 60,
             "records": [{"content": address, "disabled": False}]}
            for one, _, address in self.records(zone)]}

    @route("PATCH .*")
    def write(self):
        return Reply("", 204)


class Ovh(Service):
    """Lists ids alone, and shows each: nothing can be asked for at once."""

    keys = ("application_key = key-key\napplication_secret = secret\n"
            "consumer_key = consumer")

    @route("GET /1.0/domain/zone/([^/]+)")
    def zone(self, zone):
        return ({"nameServers": [f"ns10.{zone}"]} if zone in self.zones
                else None)

    @route("GET /1.0/domain/zone/([^/]+)/record")
    def ids(self, zone):
        names = list(self.held)
        return [names.index(one) for one, sub, _ in self.records(zone)
                if sub == self.query["subDomain"]]

    @route("GET /1.0/domain/zone/([^/]+)/record/([0-9]+)")
    def record(self, zone, number):
        one, sub, address = self.records(
            zone, list(self.held)[int(number)])[0]
        return {"fieldType": "A", "subDomain": sub, "target": address,
                "ttl": 0, "id": int(number)}

    @route("(?:PUT|POST) .*")
    def write(self):
        return document(None)


class Huaweicloud(Service):
    """limit at most 500, offset: the service's ListRecordSetsByZone."""

    keys = "access_key = key-key\nsecret_key = secret"

    @route("GET /v2/zones")
    def zones_of(self):
        return {"zones": [{"id": zone, "name": f"{zone}."}
                          for zone in self.zones
                          if self.query["name"] == f"{zone}."]}

    @route("GET /v2.1/zones/([^/]+)/recordsets")
    def records_of(self, zone):
        name = self.query.get("name", "").rstrip(".")
        items = [{"id": one, "name": f"{one}.", "type": "A",
                  "records": [address], "ttl": 300}
                 for one, _, address in self.records(zone, name or None)]
        at = int(self.query.get("offset", 0))
        return {"recordsets": items[at:at + int(self.query.get("limit", 500))]}

    @route("PUT .*")
    def write(self):
        return document({"recordsets": []}, 202)


class Netcup(Service):
    keys = "customer = 1\napi_key = key-key\napi_password = password"

    @route("POST .*")
    def call(self):
        data = {"login": {"apisessionid": "s"}}
        if self.body["action"] == "infoDnsRecords":
            data = {"infoDnsRecords": {"dnsrecords": [
                {"id": one, "hostname": sub or "@", "type": "A",
                 "destination": address} for one, sub, address in
                self.records(self.body["param"]["domainname"])]}}
        return {"status": "success",
                "responsedata": data.get(self.body["action"], {})}


class Linode(Service):
    """page_size 25 to 500; `pages` is in each list: dnscontrol,
    providers/linode/api.go."""

    def list(self, items):
        page, pages = self.page(items, "page_size")
        return {"data": page, "page": int(self.query.get("page", 1)),
                "pages": pages}

    @route("GET /v4/domains")
    def zones_of(self):
        name = self.asked("domain")
        return self.list([{"domain": zone, "id": zone} for zone in self.zones
                          if name in (None, zone)])

    @route("GET /v4/domains/([^/]+)/records")
    def records_of(self, zone):
        name = self.asked("name")
        return self.list([
            {"id": one, "name": sub, "type": "A", "target": address}
            for one, sub, address in self.records(zone)
            if name in (None, sub)])

    @route("(?:PUT|POST) .*")
    def write(self):
        return {"id": 1}


class Vultr(Service):
    """A cursor, "" behind the last page: dnscontrol, providers/vultr."""

    def list(self, word, items):
        size = int(self.query["per_page"])
        at = int(self.query.get("cursor") or 0)
        more = str(at + size) if at + size < len(items) else ""
        return {word: items[at:at + size],
                "meta": {"total": len(items),
                         "links": {"next": more, "prev": ""}}}

    @route("GET /v2/domains")
    def all_zones(self):
        return self.list("domains", [{"domain": zone} for zone in self.zones])

    @route("GET /v2/domains/([^/]+)")
    def zone(self, zone):
        return {"domain": {"domain": zone}} if zone in self.zones else None

    @route("GET /v2/domains/([^/]+)/records")
    def all_records(self, zone):
        return self.list("records", [
            {"id": one, "type": "A", "name": sub, "data": address, "ttl": 300}
            for one, sub, address in self.records(zone)])

    @route("(?:PATCH|POST) .*")
    def write(self):
        return Reply("", 204)


class Hetzner(Service):
    """per_page at most 50 as elsewhere in this API; next_page is null on the
    last page: docs.hetzner.cloud, Pagination; dnscontrol, hetznerv2."""

    def list(self, word, items):
        page, pages = self.page(items, "per_page")
        at = int(self.query.get("page", 1))
        return {word: page, "meta": {"pagination": {
            "page": at, "last_page": pages,
            "next_page": at + 1 if at < pages else None}}}

    def set(self, sub, address):
        return {"id": f"{sub}/A", "name": sub or "@", "type": "A", "ttl": 60,
                "records": [{"value": address, "comment": ""}]}

    @route("GET /v1/zones")
    def all_zones(self):
        return self.list("zones", [{"name": zone} for zone in self.zones])

    @route("GET /v1/zones/([^/]+)")
    def zone(self, zone):
        return {"zone": {"name": zone}} if zone in self.zones else None

    @route("GET /v1/zones/([^/]+)/rrsets")
    def all_records(self, zone):
        return self.list("rrsets", [
            self.set(sub, address) for _, sub, address in self.records(zone)])

    @route("GET /v1/zones/([^/]+)/rrsets/([^/]+)/A")
    def records_of(self, zone, sub):
        for _, one, address in self.records(zone):
            if (one or "@") == sub:
                return {"rrset": self.set(sub, address)}
        return None

    @route("POST .*")
    def write(self):
        return document({"action": {"status": "running"}}, 201)


class DnSimple(Service):
    """per_page at most 100; developer.dnsimple.com/v2/#pagination."""

    keys = "token = token\naccount = 1"

    def list(self, items):
        page, pages = self.page(items, "per_page")
        return {"data": page, "pagination": {"total_pages": pages}}

    @route("GET /v2/1/zones")
    def all_zones(self):
        return self.list([{"name": zone} for zone in self.zones])

    @route("GET /v2/1/zones/([^/]+)")
    def zone(self, zone):
        return {"data": {"name": zone}} if zone in self.zones else None

    @route("GET /v2/1/zones/([^/]+)/records")
    def records_of(self, zone):
        name = self.asked("name")
        return self.list([
            {"id": one, "name": sub, "type": "A", "content": address,
             "ttl": 3600} for one, sub, address in self.records(zone)
            if name in (None, sub)])

    @route("(?:PATCH|POST) .*")
    def write(self):
        return {"data": {}}


class Gcore(Service):
    """?all=true: octodns-gcore."""

    @route("GET /dns/v2/zones/([^/]+)")
    def zone(self, zone):
        return {"name": zone} if zone in self.zones else None

    @route("GET /dns/v2/zones/([^/]+)/rrsets")
    def all_records(self, zone):
        return {"rrsets": [
            {"name": one, "type": "A", "ttl": 120, "resource_records": [
                {"content": [address], "enabled": True}]}
            for one, _, address in self.records(zone)]}

    @route("GET /dns/v2/zones/([^/]+)/([^/]+)/A")
    def records_of(self, zone, name):
        for _, _, address in self.records(zone, urllib.parse.unquote(name)):
            return {"ttl": 120, "resource_records": [
                {"content": [address], "enabled": True}]}
        return None

    @route("(?:PUT|POST) .*")
    def write(self):
        return {}


class Ns1(Service):
    """short_answers: dnscontrol, providers/ns1/records.go."""

    keys = "api_key = key-key"

    @route("GET /v1/zones/([^/]+)")
    def zone(self, zone):
        return {"zone": zone, "records": [
            {"domain": one, "type": "A", "ttl": 300,
             "short_answers": [address]}
            for one, _, address in self.records(zone)]
            if "records" not in self.query else []} \
            if zone in self.zones else None

    @route("GET /v1/zones/([^/]+)/([^/]+)/A")
    def records_of(self, zone, name):
        for _, _, address in self.records(zone, urllib.parse.unquote(name)):
            return {"ttl": 300, "answers": [{"answer": [address]}]}
        return None

    @route("(?:PUT|POST) .*")
    def write(self):
        return {}


class GoDaddy(Service):
    """All records, without pages: external-dns, provider/godaddy."""

    keys = "api_key = key-key\napi_secret = secret"

    @route("GET /v1/domains/([^/]+)")
    def zone(self, zone):
        return {"domain": zone} if zone in self.zones else None

    @route("GET /v1/domains/([^/]+)/records")
    def all_records(self, zone):
        return [{"name": sub or "@", "type": "A", "data": address, "ttl": 600}
                for _, sub, address in self.records(zone)]

    @route("GET /v1/domains/([^/]+)/records/A/([^/]+)")
    def records_of(self, zone, sub):
        return [{"data": address, "ttl": 600}
                for _, one, address in self.records(zone)
                if (one or "@") == sub]

    @route("PUT .*")
    def write(self):
        return Reply("", 200)


class Porkbun(Service):
    """/dns/retrieve shows all records: dnscontrol, providers/porkbun."""

    keys = "api_key = key-key\napi_secret = secret"

    def list(self, zone, sub=None):
        return {"status": "SUCCESS", "records": [
            {"id": one, "name": one, "type": "A", "content": address,
             "ttl": "600"} for one, here, address in self.records(zone)
            if sub in (None, here)]}

    @route("POST /api/json/v3/domain/listAll")
    def all_zones(self):
        return {"status": "SUCCESS",
                "domains": [{"domain": zone} for zone in self.zones]}

    @route("POST /api/json/v3/dns/retrieve/([^/]+)")
    def all_records(self, zone):
        return self.list(zone)

    @route("POST /api/json/v3/dns/retrieveByNameType/([^/]+)/A/([^/]*)")
    def records_of(self, zone, sub):
        return self.list(zone, sub)

    @route("POST /api/json/v3/dns/(?:edit|create)/.*")
    def write(self):
        return {"status": "SUCCESS"}


class DnsPod(Service):
    """length at most 3000, offset; code 10 behind the end: docs.dnspod.cn."""

    keys = "token = token\ntoken_id = 1\nemail = a@example.com"

    @route("POST /Domain.List")
    def all_zones(self):
        return {"status": {"code": "1"},
                "domains": [{"name": zone} for zone in self.zones]}

    @route("POST /Record.List")
    def records_of(self):
        items = [{"id": one, "name": sub or "@", "type": "A", "value": address,
                  "ttl": "600", "line": "默认"}
                 for one, sub, address in self.records(self.form["domain"])
                 if self.form.get("sub_domain") in (None, sub or "@")]
        at = int(self.form.get("offset", 0))
        items = items[at:at + int(self.form.get("length", 3000))]
        return ({"status": {"code": "1"}, "records": items} if items else
                {"status": {"code": "10", "message": "No records"}})

    @route("POST /Record.(?:Modify|Create)")
    def write(self):
        return {"status": {"code": "1"}}


class Ionos(Service):
    """recordName may be left out: the API's description of GET zone."""

    keys = "api_key = key-key"

    @route("GET /dns/v1/zones")
    def all_zones(self):
        return [{"name": zone, "id": zone} for zone in self.zones]

    @route("GET /dns/v1/zones/([^/]+)")
    def records_of(self, zone):
        return {"records": [
            {"id": one, "name": one, "type": "A", "content": address,
             "ttl": 60, "disabled": False} for one, _, address in
            self.records(zone, self.query.get("recordName"))]}

    @route("PATCH .*")
    def write(self):
        return []


class Baiducloud(Service):
    keys = "access_key = key-key\nsecret_key = secret"

    @route("GET /v1/dns/zone")
    def zones_of(self):
        return {"zones": [{"name": zone} for zone in self.zones
                          if zone == self.query["name"]]}

    @route("GET /v1/dns/zone/([^/]+)/record")
    def records_of(self, zone):
        return {"records": [
            {"id": one, "rr": sub or "@", "type": "A", "value": address,
             "ttl": 300} for one, sub, address in self.records(zone)
            if self.query.get("rr") in (None, sub or "@")]}

    @route("(?:PUT|POST) .*")
    def write(self):
        return Reply("", 200)


class Tencent(Service):
    """Limit at most 3000, Offset: dnscontrol, providers/tencentdns."""

    keys = "secret_id = key-key\nsecret_key = secret"

    @route("POST /")
    def call(self):
        action = self.request.header("X-TC-Action")
        data = {"RequestId": "r"}
        if action == "DescribeDomainList":
            data["DomainList"] = [{"Name": zone} for zone in self.zones]
        if action == "DescribeRecordList":
            items = [{"RecordId": number, "Name": sub or "@", "Type": "A",
                      "Value": address, "TTL": 600, "Line": "默认"}
                     for number, (_, sub, address) in enumerate(
                         self.records(self.body["Domain"]))
                     if self.body.get("Subdomain") in (None, sub or "@")]
            at = self.body.get("Offset", 0)
            data["RecordList"] = items[at:at + self.body.get("Limit", 100)]
        return {"Response": data}


class Scaleway(Service):
    """page_size and page: the service's own SDK, as external-dns uses it."""

    keys = "secret_key = secret"

    @route("GET /domain/v2beta1/dns-zones/([^/]+)/records")
    def records_of(self, zone):
        if zone not in self.zones:
            return None
        sub = self.query.get("name")
        items = [{"id": one, "name": here, "type": "A", "data": address,
                  "ttl": 60, "comment": None}
                 for one, here, address in self.records(zone)
                 if sub in (None, here)]
        return {"records": self.page(items, "page_size")[0],
                "total_count": len(items)}

    @route("PATCH .*")
    def write(self):
        return {}


class Volcengine(Service):
    """PageSize at most 500, PageNumber: the service's ListRecords."""

    keys = "access_key = key-key\nsecret_key = secret"

    @route("(?:GET|POST) /")
    def call(self):
        action, data = self.query["Action"], {}
        if action == "ListZones":
            data = {"Zones": [{"ZoneName": zone, "ZID": self.zones.index(zone)}
                              for zone in self.zones
                              if zone == self.query["Key"]]}
            data["Total"] = len(data["Zones"])
        if action == "ListRecords":
            items = [{"RecordID": one, "Host": sub or "@", "Type": "A",
                      "Value": address, "TTL": 600, "Line": "default",
                      "Weight": 1, "Remark": ""} for one, sub, address in
                     self.records(self.zones[int(self.query["ZID"])])
                     if self.query.get("Host") in (None, sub or "@")]
            data = {"Records": self.page(items, "PageSize", "PageNumber")[0],
                    "Total": len(items)}
        return {"ResponseMetadata": {"RequestId": "r"}, "Result": data}


class EdgeOne(Service):
    """Limit at most 1000, Offset: the service's DescribeDnsRecords."""

    keys = "secret_id = key-key\nsecret_key = secret"

    @route("POST /")
    def call(self):
        action = self.request.header("X-TC-Action")
        data = {"RequestId": "r"}
        only = {one["Name"]: one["Values"]
                for one in self.body.get("Filters", [])}
        if action == "DescribeZones":
            data["Zones"] = [{"ZoneName": zone, "ZoneId": zone}
                             for zone in self.zones
                             if zone in only["zone-name"]]
        if action == "DescribeDnsRecords":
            items = [{"RecordId": one, "Name": one, "Type": "A",
                      "Content": address, "TTL": 300, "Location": "Default",
                      "Weight": -1} for one, _, address in
                     self.records(self.body["ZoneId"])
                     if one in only.get("name", [one])]
            at = self.body.get("Offset", 0)
            data["DnsRecords"] = items[at:at + self.body["Limit"]]
        return {"Response": data}


class HostingDe(Service):
    """limit, page and totalPages: the service's recordsFind; dnscontrol,
    providers/hostingde."""

    keys = "api_key = key-key"

    @route("POST /api/dns/v1/json/zoneConfigsFind")
    def zones_of(self):
        return {"status": "success", "response": {"data": [
            {"name": zone, "id": zone} for zone in self.zones
            if zone == self.body["filter"]["value"]], "totalPages": 1}}

    @route("POST /api/dns/v1/json/recordsFind")
    def records_of(self):
        only = {one["field"]: one["value"]
                for one in self.body["filter"]["subFilter"]}
        items = [{"id": one, "name": one, "type": "A", "content": address,
                  "ttl": 300} for one, _, address in
                 self.records(only["ZoneConfigId"], only.get("RecordName"))]
        size, at = self.body["limit"], self.body["page"] - 1
        return {"status": "success", "response": {
            "data": items[at * size:(at + 1) * size],
            "totalPages": -(-len(items) // size)}}

    @route("POST /api/dns/v1/json/recordsUpdate")
    def write(self):
        return {"status": "success", "response": {}}


class ClouDns(Service):
    """records.json with no host shows all: dnscontrol, providers/cloudns."""

    keys = "auth_id = 1234\npassword = password"

    @route("GET /dns/get-zone-info.json")
    def zone(self):
        zone = self.query["domain-name"]
        return ({"name": zone, "type": "master"} if zone in self.zones else
                {"status": "Failed",
                 "statusDescription": "Missing domain-name"})

    @route("GET /dns/records.json")
    def records_of(self):
        return {one: {"id": one, "host": sub, "type": "A", "record": address,
                      "ttl": "3600"} for one, sub, address in
                self.records(self.query["domain-name"])
                if self.query.get("host") in (None, sub)} or []

    @route("GET /dns/(?:mod|add)-record.json")
    def write(self):
        return {"status": "Success"}


class MythicBeasts(Service):
    """GET of all records: the service's own text, linked in lego's client."""

    keys = "key_id = key-key\nkey_secret = secret"

    @route("POST /login")
    def login(self):
        return {"access_token": "token-token", "expires_in": 300}

    @route("GET /dns/v2/zones")
    def all_zones(self):
        return {"zones": self.zones}

    @route("GET /dns/v2/zones/([^/]+)/records(?:/([^/]+)/A)?")
    def records_of(self, zone, sub=None):
        return {"records": [
            {"host": here or "@", "type": "A", "data": address, "ttl": 300}
            for _, here, address in self.records(zone)
            if sub in (None, here or "@")]}

    @route("PUT .*")
    def write(self):
        return {"records_added": 1, "message": "1 record added"}


class NearlyFreeSpeech(Service):
    """name, type and data of listRRs may be left out: the service's API."""

    keys = "user = u\napi_key = key-key"

    @route("POST /dns/([^/]+)/listRRs")
    def records_of(self, zone):
        return [{"name": sub, "type": "A", "data": address, "ttl": "3600"}
                for _, sub, address in self.records(zone)
                if self.form.get("name") in (None, sub)]

    @route("POST /dns/[^/]+/(?:add|remove)RR")
    def write(self):
        return Reply("", 200)


class Route53(Service):
    """maxitems at most 300, from the first name on; dnscontrol asks for 100."""

    keys = "access_key = key-key\nsecret_key = secret"

    def xml(self, text):
        return Reply(f'<?xml version="1.0"?>{text}', 200,
                     {"Content-Type": "text/xml"})

    @route("GET /2013-04-01/hostedzonesbyname")
    def zones_of(self):
        return self.xml("<R><HostedZones>" + "".join(
            f"<HostedZone><Id>/hostedzone/{zone}</Id><Name>{zone}.</Name>"
            "</HostedZone>" for zone in self.zones
            if zone == self.query["dnsname"].rstrip(".")) +
            "</HostedZones></R>")

    @route("GET /2013-04-01/hostedzone/([^/]+)/rrset")
    def records_of(self, zone):
        name = self.query.get("name")
        return self.xml("<R><ResourceRecordSets>" + "".join(
            f"<ResourceRecordSet><Name>{one}.</Name><Type>A</Type>"
            "<TTL>300</TTL><ResourceRecords><ResourceRecord>"
            f"<Value>{address}</Value></ResourceRecord></ResourceRecords>"
            "</ResourceRecordSet>"
            for one, _, address in self.records(zone, name)
            [:int(self.query["maxitems"])]) + "</ResourceRecordSets></R>")

    @route("POST .*")
    def write(self):
        return self.xml("<R><ChangeInfo><Status>PENDING</Status></ChangeInfo>"
                        "</R>")


class AliEsa(Service):
    """PageSize at most 500, PageNumber: the service's ListRecords."""

    keys = ("access_key_id = key-key\n"
            "access_key_secret = secret")

    @route("(?:GET|POST) /")
    def call(self):
        action = self.request.header("x-acs-action")
        if action == "ListSites":
            return {"Sites": [{"SiteName": zone, "SiteId": zone}
                              for zone in self.zones
                              if zone == self.query["SiteName"]]}
        if action != "ListRecords":
            return {"RequestId": "r"}
        items = [{"RecordId": one, "RecordName": one, "RecordType": "A/AAAA",
                  "Data": {"Value": address}, "Ttl": 300, "Proxied": False,
                  "BizName": ""} for one, _, address in
                 self.records(self.query["SiteId"],
                              self.query.get("RecordName"))]
        return {"Records": self.page(items, "PageSize", "PageNumber")[0],
                "TotalCount": len(items)}


class AliDns(Service):
    """PageSize at most 500, PageNumber: dnscontrol, providers/alidns."""

    keys = ("access_key_id = key-key\n"
            "access_key_secret = secret")

    @route("POST /")
    def call(self):
        action = self.request.header("x-acs-action")
        if action == "DescribeDomains":
            return {"Domains": {"Domain": [
                {"DomainName": zone} for zone in self.page(
                    self.zones, "PageSize", "PageNumber")[0]]}}
        if not action.endswith("Records"):
            return {"RecordId": "1"}
        items = [{"RecordId": one, "RR": sub or "@", "Type": "A",
                  "Value": address, "TTL": 600, "Line": "default"}
                 for one, sub, address in self.records(
                     self.query["DomainName"])
                 if self.query.get("SubDomain") in
                 (None, f"{sub or '@'}.{self.query['DomainName']}")]
        return {"DomainRecords": {"Record": self.page(
            items, "PageSize", "PageNumber")[0]}}


class GoogleCloud(Service):
    """nextPageToken: dnscontrol, providers/gcloud."""

    @property
    def keys(self):
        return (f"project = p\nkey_file = {signatures.account_file()}\n"
                "login = POST {server}/token assertion={jwt} -> access_token")

    @route("POST /token")
    def login(self):
        return {"access_token": "token-token"}

    @route("GET /dns/v1/projects/p/managedZones")
    def all_zones(self):
        return {"managedZones": [{"dnsName": f"{zone}.", "name": zone}
                                 for zone in self.zones]}

    @route("GET /dns/v1/projects/p/managedZones/([^/]+)/rrsets")
    def all_records(self, zone):
        items = [{"name": f"{one}.", "type": "A", "ttl": 300,
                  "rrdatas": [address]}
                 for one, _, address in self.records(zone)]
        size, at = 50, int(self.query.get("pageToken", 0))
        more = ({"nextPageToken": str(at + size)}
                if at + size < len(items) else {})
        return {"rrsets": items[at:at + size], **more}

    @route("(?:PATCH|POST) .*rrsets.*")
    def write(self):
        return {}


# Of each kind of row one at least, and all that list a zone here.
SERVICES = {
    "dyndns2": DynDns2, "digitalocean": DigitalOcean,
    "cloudflare": Cloudflare, "desec": Desec, "gandi": Gandi,
    "powerdns": PowerDns, "ovh-api": Ovh, "huaweicloud": Huaweicloud,
    "netcup": Netcup, "linode": Linode, "vultr": Vultr, "hetzner": Hetzner,
    "dnsimple": DnSimple, "gcore": Gcore, "ns1": Ns1, "godaddy": GoDaddy,
    "porkbun": Porkbun, "dnspod": DnsPod, "ionos": Ionos,
    "baiducloud": Baiducloud, "tencentcloud": Tencent, "scaleway": Scaleway,
    "volcengine": Volcengine, "edgeone": EdgeOne, "hosting.de-api": HostingDe,
    "cloudns": ClouDns, "mythic-beasts": MythicBeasts,
    "nearlyfreespeech": NearlyFreeSpeech, "route53": Route53,
    "aliesa": AliEsa, "alidns": AliDns, "googlecloud": GoogleCloud,
}


def run(ddns, provider, names=NAMES, zones=(ZONE,), more="", lists=True,
        held=None, kept=()):
    """A run in which all names are due; the result, and the closed server.

    held: the names that have a record, which is another address; None: all."""
    service = SERVICES[provider](
        zones, dict.fromkeys(names if held is None else held, OLD), lists)
    service.kept = kept
    server = harness.Server(service)
    source = ddns.folder / "address"
    source.write_text(NEW)
    try:
        ddns.config(
            f"[ipv4]\nurl = file://{source}\nallow = 203.0.113.0/24\n"
            f"[{provider}]\n{service.keys}\nserver = {server.url}\n" +
            more.format(server=server.url) + "\nnames =" +
            "".join(f"\n\t{name}" for name in names),
            "patience = 1")
        return ddns.run(), server
    finally:
        server.close()


def written(server):
    """How often the new address was sent."""
    return sum((str(request) + request.body.decode()).count(NEW)
               for request in server.requests)
