# SPDX-License-Identifier: ISC
"""Services that hold what they were sent, and are as fast as Python can be.

A method for each kind of row, to be called with the target, the fields and the
body of a request; a text is an answer as it is, all else one in JSON. The
shapes are those of tests/providers. services.py has stricter ones, and more.
"""

import json
import re

ZONE = "example.com"


class Holder:

    def __init__(self):
        self.holds = {}

    def dyndns2(self, target, fields, body):
        name = re.search("hostname=([^&]*)", target)[1]
        address = re.search("myip=([^&]*)", target)[1]
        same = self.holds.get(name) == address
        self.holds[name] = address
        return f"{'nochg' if same else 'good'} {address}"

    def cloudflare(self, target, fields, body):
        def done(result):
            return {"result": result, "success": True, "errors": [],
                    "messages": []}
        if target.endswith("/batch"):
            body = json.loads(body)
            for record in body.get("posts", []):
                self.holds[record["name"]] = record["content"]
            for record in body.get("patches", []):
                self.holds[record["id"]] = record["content"]
            return done({"patches": [], "posts": []})
        name = target.rpartition("=")[2]
        if "dns_records" not in target:
            return done([{"id": "z1", "name": ZONE}] if name == ZONE else [])
        held = self.holds.get(name)
        return done([{"id": name, "name": name, "type": "A", "content": held,
                      "ttl": 1, "proxied": False}] if held else [])

    def desec(self, target, fields, body):
        if "rrsets" not in target:
            return [{"name": f"z{i}.{ZONE}", "minimum_ttl": 3600}
                    for i in range(100)]
        held = self.holds.setdefault(target.split("/")[4], {})
        if body:
            sets = json.loads(body)
            for record in sets:
                held[record["subname"]] = record["records"][0]
            return sets
        return [{"subname": name, "type": "A", "records": [address],
                 "ttl": 3600} for name, address in held.items()]

    def linode(self, target, fields, body):
        if body:
            body = json.loads(body)
            name = body.get("name") or target.rpartition("/")[2]
            self.holds[name] = body["target"]
            return {"id": name, "type": "A", "name": name, **body}
        query = json.loads(re.search(
            r"(?i)^x-filter: *(.*?)\r?$", fields, re.M)[1])
        if "records" not in target:
            return {"data": [{"id": 1, "domain": ZONE}], "page": 1, "pages": 1}
        name = query["name"]
        held = self.holds.get(name)
        return {"data": [{"id": name, "type": "A", "name": name,
                          "target": held}] if held else [],
                "page": 1, "pages": 1}

    def digitalocean(self, target, fields, body):
        if body:
            body = json.loads(body)
            name = body.get("name") or target.rpartition("/")[2]
            self.holds[name] = body["data"]
            return {"domain_record": {"id": name, **body}}
        if "records" not in target:
            return {"domain": {"name": ZONE, "ttl": 1800}}
        name = target.rpartition("=")[2].removesuffix("." + ZONE)
        held = self.holds.get(name)
        return {"domain_records": [
            {"id": name, "type": "A", "name": name, "data": held,
             "ttl": 300}] if held else [], "links": {}, "meta": {}}
