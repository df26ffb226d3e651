# SPDX-License-Identifier: ISC
"""A dry run asks up to the first write, shows that, and leaves nothing behind.

test_providers.py does the same for every case of every row; here is what is
printed, to the letter. The answers are those of the case files.
"""

import json

import pytest

import harness
from harness import Reply, document

NEW, OLD, MORE = "203.0.113.7", "198.51.100.1", "198.51.100.9"
NEW6 = "2001:db8::7"
HOME, AWAY = "home.example.com", "away.example.com"


class Api:
    """Answers reads by a part of their target; nothing may be written."""

    def __init__(self, reads):
        self.reads = reads

    def __call__(self, request):
        assert request.method == "GET", f"a write: {request}"
        for part, reply in self.reads.items():
            if part in request.target:
                return reply
        raise AssertionError(f"not expected: {request}")


class Dry:
    def __init__(self, ddns, serve):
        self.ddns, self.serve, self.wrong = ddns, serve, []
        self.server = None

    def configure(self, section, account, reads, ips=(NEW,), names=HOME):
        def reply(request):
            try:
                return api(request)
            except AssertionError as error:
                self.wrong.append(str(error))
                return Reply("not expected", 400)
        api = Api(reads)
        self.server = self.serve(reply)
        text = ""
        for kind, ip, allow in zip(
                ("ipv4", "ipv6"), ips, ("203.0.113.0/24", "2001:db8::/32")):
            source = self.ddns.folder / kind
            source.write_text(ip)
            text += f"[{kind}]\nurl = file://{source}\nallow = {allow}\n"
        row, _, own = section.partition("\n")
        if own:
            text += f"[provider own]\n{own}\n"
        self.ddns.config(f"{text}[{row}]\nserver = {self.server.url}\n"
                         f"names = {names}\n{account}\n",
                         f"timeout = {harness.TIMEOUT}")

    def run(self, *args):
        """What it prints, with URL for that of the service."""
        before = {path: path.read_bytes() for path in
                  self.ddns.home.iterdir()}
        result = self.ddns.run("-n", *args)
        assert self.wrong == []
        assert before == {path: path.read_bytes() for path in
                          self.ddns.home.iterdir()}
        assert "s3cret" not in result.stdout + result.stderr
        result.stdout = result.stdout.replace(self.server.url, "URL")
        return result


@pytest.fixture
def dry(ddns, serve):
    return Dry(ddns, serve)


def cloudflare(*records):
    return {"/dns_records?": document({"success": True, "result": [
        {"type": "A", "ttl": 300, "proxied": False, **record}
        for record in records]}),
        "/zones?name=example.com": document(
            {"success": True, "result": [{"id": "z1", "name": "example.com"}]}),
        "/zones?": document({"success": True, "result": []})}


def desec(*records, name="home"):
    return {"/rrsets/": document(
        [{"subname": name, "type": "A", "ttl": 3600, "records": list(records)}]
        if records else []),
        "/domains/": document([{"name": "example.com", "minimum_ttl": 3600}])}


OVH = {"/zone/example.com/record?": document([7]),
       "/record/7": document({"subDomain": "home", "fieldType": "A",
                              "target": OLD, "ttl": 60, "id": 7}),
       "/zone/home": document({"message": "not found"}, 404),
       "/zone/example.com": document({"nameServers": []})}
OVH_KEYS = ("application_key = k\napplication_secret = s3cret\n"
            "consumer_key = s3cret2")
# A row that makes a record and then deletes the old one.
REPLACES = ("own\nsecret = token\nurl = https://own.example\n"
            "auth = Bearer {token}\n"
            "records = GET /list?name={fqdn} -> [] id name type ip ttl\n"
            'create = POST /add {"name":"{fqdn}","ip":"{ip}","ttl":{ttl}}\n'
            "delete = DELETE /{id}\nttl = 60")
PLAIN = "\t    Authorization: Bearer ***\n"
SENDS = "\t    Content-Type: application/json\n"
BATCH = "\tPOST URL/client/v4/zones/z1/dns_records/batch\n" + SENDS + PLAIN

# row: account, reads, what is printed
SAID = {
    "write only": (
        "dyndns2", "user = me\npassword = s3cret", {},
        f"{HOME} A none -> {NEW} (dyndns2), not read\n"
        f"\tGET URL/nic/update?hostname={HOME}&myip={NEW}\n"
        "\t    Authorization: Basic ***\n"),
    "changed": (
        "cloudflare", "token = s3cret",
        cloudflare({"id": "r1", "name": HOME, "content": OLD}),
        f"{HOME} A {OLD} -> {NEW} (cloudflare), ttl 300, proxied false\n"
        f'{BATCH}\t    {{"patches":[{{"id":"r1","content":"{NEW}","ttl":300,'
        '"proxied":false}]}\n'),
    "attributes": (
        "cloudflare", "token = s3cret\nttl = 60\nproxied = true",
        cloudflare({"id": "r1", "name": HOME, "content": NEW}),
        f"{HOME} A {NEW} -> {NEW} (cloudflare), ttl 300 -> 60, "
        f"proxied false -> true\n"
        f'{BATCH}\t    {{"patches":[{{"id":"r1","content":"{NEW}","ttl":60,'
        '"proxied":true}]}\n'),
    "new": (
        "cloudflare", "token = s3cret", cloudflare(),
        f"{HOME} A none -> {NEW} (cloudflare), ttl 1\n"
        f'{BATCH}\t    {{"posts":[{{"type":"A","name":"{HOME}",'
        f'"content":"{NEW}","ttl":1}}]}}\n'),
    "right": (
        "cloudflare", "token = s3cret",
        cloudflare({"id": "r1", "name": HOME, "content": NEW}),
        f"{HOME} A holds {NEW} already (cloudflare), ttl 300, proxied false\n"),
    "right beside": (
        "cloudflare", "token = s3cret",
        cloudflare({"id": "r1", "name": HOME, "content": MORE},
                   {"id": "r2", "name": HOME, "content": NEW}),
        f"{HOME} A holds {NEW} already (cloudflare), ttl 300, proxied false, "
        f"beside {MORE}\n"),
    "set": (
        "desec", "token = s3cret", desec(OLD),
        f"{HOME} A {OLD} -> {NEW} (desec), ttl 3600\n"
        "\tPUT URL/api/v1/domains/example.com/rrsets/\n"
        f"{SENDS}\t    Authorization: Token ***\n"
        '\t    [{"subname":"home","type":"A","ttl":3600,'
        f'"records":["{NEW}"]}}]\n'),
    "new set": (
        "desec", "token = s3cret", desec(),
        f"{HOME} A none -> {NEW} (desec), ttl 3600\n"
        "\tPUT URL/api/v1/domains/example.com/rrsets/\n"
        f"{SENDS}\t    Authorization: Token ***\n"
        '\t    [{"subname":"home","type":"A","ttl":3600,'
        f'"records":["{NEW}"]}}]\n'),
    "published": (
        "ovh-api", OVH_KEYS, OVH,
        f"{HOME} A {OLD} -> {NEW} (ovh-api), ttl 60\n"
        "\tPUT URL/1.0/domain/zone/example.com/record/7\n"
        f"{SENDS}\t    Authorization: OVH ***\n"
        f'\t    {{"subDomain":"home","target":"{NEW}","ttl":60}}\n'
        "\tPOST URL/1.0/domain/zone/example.com/refresh\n"
        "\t    Authorization: OVH ***\n"),
    "replaced": (
        REPLACES, "token = s3cret",
        {"/list?": document([{"id": 5, "name": HOME, "type": "A", "ip": OLD,
                              "ttl": 300}])},
        f"{HOME} A {OLD} -> {NEW} (own), ttl 300\n"
        f"\tPOST URL/add\n{SENDS}{PLAIN}"
        f'\t    {{"name":"{HOME}","ip":"{NEW}","ttl":300}}\n'
        f"\tDELETE URL/5\n{PLAIN}"),
}


@pytest.mark.parametrize("row", SAID)
def test_said(dry, row):
    section, account, reads, said = SAID[row]
    dry.configure(section, account, reads)
    result = dry.run()
    assert (result.stdout, result.stderr, result.status) == (said, "", 0)
    assert list(dry.ddns.home.iterdir()) == []  # no lock either
    assert dry.run("-q").stdout == ""


DENIED = {"": document({"success": False, "errors": [
    {"code": 1000, "message": "Invalid API Token"}]}, 401)}

# row: account, reads, exit status, a part of stderr
REFUSED = {
    "wrong token": ("cloudflare", "token = s3cret", DENIED, 7,
                    "[cloudflare]: zones: HTTP 401: Invalid API Token; "),
    "no zone": ("cloudflare", "token = s3cret",
                {"/zones?": document({"success": True, "result": []})}, 7,
                f"{HOME} A (cloudflare): zones: no zone of {HOME} was found; "),
    "several": ("cloudflare", "token = s3cret",
                cloudflare({"id": "r1", "name": HOME, "content": OLD},
                           {"id": "r2", "name": HOME, "content": MORE}), 7,
                f"{HOME} A (cloudflare): the A record holds {OLD}, {MORE}: "
                "none of them is ours"),
    "later": ("desec", "token = s3cret", {"": Reply("ill", 503)}, 1,
              f"{HOME} A (desec): zones: HTTP 503: ill\n"),
    "busy": ("desec", "token = s3cret",
             {"": document({"detail": "throttled"}, 429)}, 1,
             "[desec]: zones: HTTP 429: throttled\n"),
}


@pytest.mark.parametrize("row", REFUSED)
def test_refused(dry, row):
    section, account, reads, status, said = REFUSED[row]
    dry.configure(section, account, reads)
    result = dry.run()
    assert (result.stdout, result.status) == ("", status)
    assert f"ddns: {said}" in result.stderr
    # nothing is held, so nothing has to be forced
    assert result.stderr.endswith(
        f"; fix the section [{section}], or fix it at the provider\n") == (
            status == 7)


def test_no_address(dry):
    dry.configure("desec", "token = s3cret", {}, ips=["none"])
    result = dry.run()
    assert (result.stdout, result.status) == ("", 4)
    assert dry.server.requests == []


def test_damaged_state(dry):
    """It is not kept, so nothing is said of that."""
    dry.configure("desec", "token = s3cret", {}, ips=["none"])
    dry.ddns.state.parent.mkdir(mode=0o700, exist_ok=True)
    dry.ddns.state.write_text("damaged\n")
    told = dry.run().stderr
    assert "the state file was damaged; what was readable" in told
    assert dry.ddns.state.read_text() == "damaged\n"
    assert not list(dry.ddns.state.parent.glob("*.bad"))


def test_batch(dry):
    """Once for all its names, behind the last."""
    dry.configure("desec", "token = s3cret", desec(OLD), names=f"{HOME} {AWAY}")
    lines = dry.run().stdout.splitlines()
    assert lines[:3] == [
        f"{HOME} A {OLD} -> {NEW} (desec), ttl 3600",
        f"{AWAY} A none -> {NEW} (desec), ttl 3600",
        "\tPUT URL/api/v1/domains/example.com/rrsets/"]
    assert [line for line in lines if line[0] != "\t"] == lines[:2]
    assert lines[-1].count(NEW) == 2


def test_both_families(dry):
    dry.configure("dyndns2", "user = me\npassword = s3cret\n"
                  "set = GET /nic/update?hostname={fqdn}&myip={ips}", {},
                  ips=[NEW, NEW6])
    assert dry.run().stdout == (
        f"{HOME} A none -> {NEW} (dyndns2), not read\n"
        f"{HOME} AAAA none -> {NEW6} (dyndns2), not read\n"
        f"\tGET URL/nic/update?hostname={HOME}&myip={NEW}%2C"
        f"{NEW6.replace(':', '%3A')}\n"
        "\t    Authorization: Basic ***\n")


def test_all_requests_with_v(dry):
    dry.configure("desec", "token = s3cret", desec(OLD))
    result = dry.run("-v")
    assert [line for line in result.stdout.splitlines()
            if line[0] != "\t" or line[1] != " "] == [
        f"{HOME} A {OLD} -> {NEW} (desec), ttl 3600",
        "\tGET URL/api/v1/domains/ (sent)",
        "\tGET URL/api/v1/domains/example.com/rrsets/?type=A (sent)",
        "\tPUT URL/api/v1/domains/example.com/rrsets/"]
    assert "set, not sent" in result.stderr or "batch, not sent" in (
        result.stderr)


def test_pages_with_v(dry):
    """All of a list that were asked for."""
    row = ("own\nsecret = token\nurl = https://own.example\n"
           "records = GET /list?page={page} -> [] id name type ip ttl\n"
           'update = PUT /{id} {"ip":"{ip}"}\n')
    page = [{"id": 1, "name": AWAY, "type": "A", "ip": OLD, "ttl": 1}]
    mine = [{"id": 2, "name": HOME, "type": "A", "ip": OLD, "ttl": 1}]
    dry.configure(row, "token = s3cret", {
        "page=1": document(page), "page=2": document(mine),
        "page=3": document([])})
    assert [line for line in dry.run("-v").stdout.splitlines()
            if "\t    " not in line][1:] == [
        "\tGET URL/list?page=1 (sent)", "\tGET URL/list?page=2 (sent)",
        "\tGET URL/list?page=3 (sent)", "\tPUT URL/2"]


def test_thousand(dry):
    """A line each; the requests only when they are asked for."""
    names = [f"n{number}.example.com" for number in range(1000)]
    dry.configure("dyndns2", "user = me\npassword = s3cret", {},
                  names="".join(f"\n\t{name}" for name in names))
    *lines, last = dry.run().stdout.splitlines()
    assert lines == [f"{name} A none -> {NEW} (dyndns2), not read"
                     for name in names]
    assert last == "1000 requests are not shown; -v shows them"
    said = dry.run("-v").stdout
    assert said.count("\tGET URL/nic/update?hostname=n") == 1000
    assert "not shown" not in said


@pytest.mark.parametrize("count", [10, 11])
def test_ten_requests_are_shown_unasked(dry, count):
    names = " ".join(f"n{number}.example.com" for number in range(count))
    dry.configure("dyndns2", "user = me\npassword = s3cret", {}, names=names)
    said = dry.run().stdout
    assert said.count("\tGET URL/nic/update?") == (10 if count == 10 else 0)
    assert ("not shown" in said) == (count > 10)


def test_document(dry):
    dry.configure("desec", "token = s3cret", desec(OLD), names=f"{HOME} {AWAY}")
    result = dry.run("--json")
    value = json.loads(result.stdout)
    assert (value["exit"], value["requests"], result.status) == (0, 2, 0)
    home, away = value["names"]
    assert (home["outcome"], home["read"], home["holds"]) == ("due", True, OLD)
    assert home["new"] == NEW and home["attributes"] == ["ttl 3600"]
    assert (away["outcome"], away["holds"]) == ("due", None)
    write, = value["writes"]
    assert write["names"] == [f"{HOME} A", f"{AWAY} A"]
    assert write["request"][0] == (
        "PUT URL/api/v1/domains/example.com/rrsets/")


def test_document_of_what_is_right(dry):
    dry.configure("desec", "token = s3cret", desec(NEW))
    value = json.loads(dry.run("--json").stdout)
    name, = value["names"]
    assert (name["outcome"], name["holds"]) == ("same", NEW)
    assert value["writes"] == []


def test_document_of_what_is_right_but_was_another(dry):
    """A real run tells that as a change; here nothing is written."""
    last = "203.0.113.8"
    dry.configure("desec", "token = s3cret", desec(last), ips=(last,))
    assert dry.ddns.run().status == 0
    dry.configure("desec", "token = s3cret", desec(NEW))
    name, = json.loads(dry.run("--json").stdout)["names"]
    assert (name["outcome"], name["old"], name["holds"]) == ("same", last, NEW)


def test_document_of_what_is_refused(dry):
    dry.configure("cloudflare", "token = s3cret", DENIED)
    value = json.loads(dry.run("--json").stdout)
    name, = value["names"]
    assert (name["outcome"], name["read"]) == ("refused", False)
    assert "Invalid API Token" in name["message"]
    assert value["exit"] == 7 and value["writes"] == []


@pytest.mark.parametrize("word, until, status", [
    ("911", "tried again in 30 minutes at the earliest", 1),
    ("nohost", f"run `ddns --force update {HOME}`", 7)])
def test_held(home, serve, word, until, status):
    """Until when is told; asked all the same with --force only."""
    home.configure([serve(Reply(NEW)).url])
    home.provider.says[""] = word
    home.run()
    result = home.run("-n")
    assert (result.stdout, result.status) == ("", status)
    assert until in result.stderr
    assert "/nic/update" in home.run("-n", "--force").stdout
    assert home.asked == [NEW]


def test_later_run(home, serve):
    """The address that was confirmed is what a row that cannot read shows."""
    source = serve(Reply(NEW))
    home.configure([source.url])
    home.run()
    assert home.run("-n").stdout == ""
    source.reply = Reply("203.0.113.8")
    assert home.run("-n").stdout.startswith(
        f"{HOME} A {NEW} -> 203.0.113.8 (dyndns2), not read\n")
    assert home.asked == [NEW]


def test_foreign(dry):
    """What another has set is told as what it is now."""
    dry.configure("desec", "token = s3cret", desec(OLD))
    dry.ddns.state.parent.mkdir(exist_ok=True)
    reads, writes = desec(MORE), []

    def reply(request):
        if request.method != "GET":
            writes.append(str(request))
            return document([])
        return next(answer for part, answer in reads.items()
                    if part in request.target)
    dry.server.reply = reply
    assert dry.ddns.run().status == 0 and len(writes) == 1
    (dry.ddns.folder / "ipv4").write_text("203.0.113.8")
    result = dry.run()
    assert (f"the record holds {MORE}, which was not set from here; "
            "it would be changed") in result.stderr
    assert result.stdout.startswith(f"{HOME} A {MORE} -> 203.0.113.8 ")
    assert len(writes) == 1


def test_one_is_refused(dry):
    """The others are told all the same."""
    zones = {"/zones?name=example.org": document(
        {"success": True, "result": []}), "/zones?name=org": document(
        {"success": True, "result": []})}
    dry.configure("cloudflare", "token = s3cret", {
        **zones, **cloudflare({"id": "r1", "name": HOME, "content": OLD})},
        names=f"example.org {HOME}")
    result = dry.run()
    assert result.stdout.startswith(f"{HOME} A {OLD} -> {NEW} (cloudflare), ")
    assert "no zone of example.org was found" in result.stderr
    assert result.stdout.count("POST") == 1 and result.status == 7


def test_deadline(dry):
    dry.configure("desec", "token = s3cret", {"": harness.Hang()})
    text = dry.ddns.ini.read_text()
    dry.ddns.write(text.replace("[ddns]\n", "[ddns]\ndeadline = 2\n"))
    result = dry.run()
    assert (result.stdout, result.status) == ("", 1)
    assert "no answer: the deadline of the run has passed" in result.stderr


def test_without_the_lock(home, serve):
    """Another run may have it."""
    gate = harness.Gate(NEW)
    source = serve(gate)
    home.configure([source.url])
    other = home.ddns.start()
    harness.until(lambda: source.requests)
    source.reply = Reply(NEW)
    assert home.run("-n").stdout.startswith(f"{HOME} A none -> {NEW} ")
    gate.open()
    assert other.communicate(timeout=harness.LATE)[0].decode() == home.line
