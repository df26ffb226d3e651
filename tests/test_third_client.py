# SPDX-License-Identifier: ISC
"""Debian's ddclient, inadyn and lexicon where our rows are tried.

A fake that knows only our own client proves nothing: here another one, made
by others from the same documents, speaks to the answers of the case files. It
may send more than we do, but all that we send must be there. It runs where
the service's real name is this machine, so its own idea of host, port, path
and parameters is what is tried, over TLS.
"""

import functools
import json
import subprocess
import urllib.parse

import pytest

import conversation
import harness
import netns

IP = conversation.ADDRESSES["A"][1]


def ddclient(provider, *calls, lines, name="home.example.com", **more):
    return dict(client="ddclient", provider=provider, calls=calls, lines=lines,
                name=name, **more)


def inadyn(provider, *calls, lines, name="home.example.com", **more):
    return dict(client="inadyn", provider=provider, calls=calls, lines=lines,
                name=name, **more)


def lexicon(provider, *calls, lines, **more):
    return dict(client="lexicon", provider=provider, calls=calls, lines=lines,
                name="home", **more)


ME = ["login=me", "password='dyndns2-secret'"]
USER = ["username = me", "password = dyndns2-secret"]
DYN = "https://members.dyndns.org"
TALKS = [
    ddclient("dyndns2", "set", origin=DYN, lines=["protocol=dyndns2", *ME]),
    ddclient("no-ip", "set", lines=["protocol=noip", *ME]),
    ddclient("he.net", "set", lines=[
        "protocol=dyndns2", "server=dyn.dns.he.net", "login=home.example.com",
        "password='dyndns2-secret'"]),
    # Debian's does not look into a page.
    ddclient("easydns", "set=plain", version="3.10", lines=[
        "protocol=easydns", "login=me", "password='easydns-secret'"]),
    ddclient("duckdns", "set", name="home", lines=[
        "protocol=duckdns", "password=a7c4d0ad-114e-40ef-ba1d-d217904a50f2"]),
    ddclient("namecheap", "set", lines=[
        "protocol=namecheap", "login=example.com",
        "password=0123456789abcdef0123456789abcdef"]),
    # The older of its two schemes is all that it knows.
    ddclient("gandi", "create", field="Authorization: Apikey gandi-pat", lines=[
        "protocol=gandi", "zone=example.com", "ttl=300",
        "password=gandi-pat"]),
    ddclient("godaddy", "create", lines=[
        "protocol=godaddy", "zone=example.com", "ttl=600",
        "login=gd-key-dLYvZYGfXvEe", "password=gd-secret-7Xg5"]),
    ddclient("cloudflare", "zone", "list=two", "patch", lines=[
        "protocol=cloudflare", "zone=example.com", "password=cf-token"]),
    ddclient("njalla", "set", lines=["protocol=njalla", "password=njalla-key"]),
    ddclient("ovh", "set", lines=[
        "protocol=ovh", "server=dns.eu.ovhapis.com", *ME]),
    ddclient("1984", "set", lines=["protocol=1984", "password=key-1984"]),
    ddclient("changeip", "set", lines=[
        "protocol=changeip", "login=me", "password=changeip-secret"]),
    ddclient("freemyip", "set", unsaid=["myip"], lines=[
        "protocol=freemyip", "password=freemyip-token"]),
    ddclient("dnsmadeeasy", "set", name="1007", lines=[
        "protocol=dnsmadeeasy", "login=me", "password=dme-secret"]),
    ddclient("dnsomatic", "set", unsaid=["wildcard", "mx", "backmx"], lines=[
        "protocol=dyndns2", "server=updates.dnsomatic.com", *ME]),
    ddclient("loopia", "set", lines=[
        "protocol=dyndns2", "server=dyndns.loopia.se", "script=/", *ME]),
    ddclient("dynu", "set", lines=[
        "protocol=dyndns2", "server=api.dynu.com", *ME]),
    ddclient("selfhost", "set", lines=[
        "protocol=dyndns2", "server=carol.selfhost.de", *ME]),
    ddclient("cloudns-dynurl", "set", lines=[
        "protocol=cloudns", "dynurl=https://ipv4.cloudns.net/api/dynamicURL/"
        "?q=Njc1OTE2OjY3Njk0NDQ6"]),
    ddclient("sitelutions", "set", name="4711", unsaid=["ttl"], lines=[
        "protocol=sitelutions", "server=api2.sitelutions.com", "login=me",
        "password=site-secret"]),
    ddclient("nearlyfreespeech", "list", "create", lines=[
        "protocol=nfsn", "zone=example.com", "ttl=3600", "login=nfsn-user",
        "password=p3kxmRKf9dk3l6ls"]),
    inadyn("dyndns2", "set", origin=DYN, lines=["default@dyndns.org", *USER]),
    inadyn("no-ip", "set", lines=["default@no-ip.com", *USER]),
    inadyn("he.net", "set", version="2.10", lines=[
        "dyndns@he.net", "username = home.example.com",
        "password = dyndns2-secret"]),
    inadyn("ovh", "set", origin="https://www.ovh.com", lines=[
        "default@ovh.com", *USER]),
    inadyn("spdyn", "set", lines=["default@spdyn.de", *USER]),
    inadyn("selfhost", "set", lines=["default@selfhost.de", *USER]),
    inadyn("dynu", "set", lines=["default@dynu.com", *USER]),
    inadyn("3322", "set", version="2.10", lines=["dyndns@3322.org", *USER]),
    inadyn("dnsomatic", "set", unsaid=["wildcard", "mx", "backmx"], lines=[
        "default@dnsomatic.com", *USER]),
    inadyn("strato", "set", unsaid=["myip"], lines=[
        "default@strato.com", *USER]),
    inadyn("freemyip", "set", unsaid=["myip"], lines=[
        "default@freemyip.com", "password = freemyip-token"]),
    inadyn("gira", "set", lines=[
        "default@gira.de", "username = me", "password = gira-secret"]),
    inadyn("duckdns", "set", name="home.duckdns.org", lines=[
        "default@duckdns.org",
        "username = a7c4d0ad-114e-40ef-ba1d-d217904a50f2"]),
    # It says `hostname` for `zone`, and `auto` for the address.
    inadyn("dynv6", "set", name="home.dynv6.net", unsaid=["zone", "ipv4"],
           version="2.10", origin="https://ipv4.dynv6.com", lines=[
               "default@ipv4.dynv6.com", "username = dynv6-token"]),
    inadyn("dnspod", "list=held", "ddns", unsaid=["lang", "record_type"], lines=[
        "default@dnspod.cn", "username = 13490",
        "password = 6b5976c68aba5b14a0558b77c17c3932"]),
    inadyn("cloudflare", "zone", "list=two", "put", lines=[
        "default@cloudflare.com", "username = example.com",
        "password = cf-token"]),
    inadyn("ddnss", "user", origin="https://ddnss.de", unsaid=["ip"], lines=[
        "default@ddnss.de", "username = me", "password = ddnss-secret"]),
    inadyn("tunnelbroker", "set", name="123456", lines=[
        "default@tunnelbroker.net", *USER]),
    inadyn("nsupdate.info", "set", lines=[
        "ipv4@nsupdate.info", "username = home.example.com",
        "password = dyndns2-secret"]),
    inadyn("sitelutions", "set", name="4711", unsaid=["ttl"],
           origin="https://www.sitelutions.com", lines=[
               "default@sitelutions.com", "username = me",
               "password = site-secret"]),
    lexicon("cloudflare", "zone", "post", lines=[
        "cloudflare", "ttl 1", "auth-token cf-token"]),
    lexicon("cloudns", "zone", "list", "post", lines=[
        "cloudns", "auth-id 1234", "auth-password cloudns-secret"]),
    lexicon("digitalocean", "zone", "list", "create",
            unsaid=["name", "per_page"], lines=[
        "digitalocean", "ttl 300", "auth-token do-token"]),
    lexicon("dnsimple", "accounts", "list", "create", unsaid=["per_page"],
            lines=["dnsimple", "ttl 60", "auth-token dnsimple_a_token"]),
    # It says `domain_id` for `domain`.
    lexicon("dnspod", "info", "create", unsaid=["lang", "domain"], lines=[
        "dnspod", "ttl 600", "auth-username 13490",
        "auth-token 6b5976c68aba5b14a0558b77c17c3932"]),
    lexicon("dreamhost", "list=apex", "create", lines=[
        "dreamhost", "auth-token 1A2B3C4D5E6F7G8H"]),
    lexicon("gandi", "zone", "list", "post", lines=[
        "gandi", "ttl 300", "api-protocol rest", "auth-token gandi-pat"],
        field="Authorization: Apikey gandi-pat"),
    lexicon("godaddy", "zone", "list", "create", lines=[
        "godaddy", "ttl 600", "auth-key gd-key-dLYvZYGfXvEe",
        "auth-secret gd-secret-7Xg5"]),
    # It filters what it is given, and says 0 for any TTL.
    lexicon("linode", "zone", "list", "create", unsaid=["X-Filter", "ttl_sec"],
            lines=["linode4", "auth-token linode-token"]),
    lexicon("luadns", "zone", "list", "create", lines=[
        "luadns", "ttl 300", "auth-username me@example.net",
        "auth-token luadns-token"]),
    lexicon("mythic-beasts", "zone", "post", lines=[
        "mythicbeasts", "ttl 300", "auth-token mythic-bearer"],
        field="Authorization: Bearer mythic-bearer", word="1 records added"),
    lexicon("namesilo", "zone", "create", lines=[
        "namesilo", "auth-token namesilokey12345"]),
    lexicon("nearlyfreespeech", "all", "list", "create", lines=[
        "nfsn", "auth-username nfsn-user", "auth-token p3kxmRKf9dk3l6ls"]),
    lexicon("netcup", "login", "info", "list", "create", lines=[
        "netcup", "auth-customer-id 12345", "auth-api-key netcup-api-key",
        "auth-api-password netcup-api-password"]),
    lexicon("njalla-api", "domain", "create", word="1338", lines=[
        "njalla", "ttl 300", "auth-token njalla-token"]),
    lexicon("ns1", "zone", "list", "create", unsaid=["records"], lines=[
        "nsone", "ttl 300", "auth-token ns1-key"]),
    lexicon("ovh-api", "time", "status", "list", "create", "refresh", lines=[
        "ovh", "ttl 60", "auth-entrypoint ovh-eu",
        "auth-application-key 7kbG7Bk7S9Nt7ZSV",
        "auth-application-secret EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF",
        "auth-consumer-key MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1"]),
    lexicon("powerdns", "list", "create", origin="https://pdns.example.net",
            lines=["powerdns", "ttl 300", "auth-token pdns-api-key",
                   "pdns-server https://pdns.example.net"]),
    lexicon("vercel", "domain", "create", lines=[
        "vercel", "ttl 60", "auth-token vercel-token"]),
    lexicon("vultr", "domains", "list", "create", unsaid=["per_page"], lines=[
        "vultr", "ttl 120", "auth-token VULTR-TOKEN"]),
    # Its version of the API is another one.
    lexicon("azure", "group", "create", unsaid=["api-version"], lines=[
        "azure", "ttl 300", "resource-group rg1", "auth-client-id 535fb089",
        "auth-client-secret qWgdYAmab0YSkuL1qKv5bPX",
        "auth-tenant-id 8eaef023-2b34-4da1-9baa-8bc8c9d6a490",
        "auth-subscription-id b4c7"]),
    lexicon("alidns", "rpc", field="signed RPC-HMAC-SHA1 acs3-secret", lines=[
        "aliyun", "ttl 600", "auth-key-id LTAI5tEXAMPLE",
        "auth-secret acs3-secret"]),
    lexicon("gehirn", "zone", "list", "create", lines=[
        "gehirn", "ttl 300", "auth-token gehirn-id",
        "auth-secret gehirn-secret"]),
    lexicon("glesys", "zone", "list", "create", lines=[
        "glesys", "ttl 300", "auth-username cl12345",
        "auth-token glesys-key"]),
    # It signs in by parameters.
    lexicon("easydns-api", "domain", "create", unsaid=["Authorization"], lines=[
        "easydns", "ttl 300", "auth-username ed-token", "auth-token ed-key"]),
    # It says `ADD`; the vendor's own client says `add`.
    lexicon("rcodezero", "zone", "list", "create", unsaid=["changetype"],
            lines=["rcodezero", "ttl 300", "auth-token rc0-token"]),
    lexicon("hosting.de-api", "zone", "records", "zone", "zoneupdate",
            unsaid=["limit"], lines=[
                "hostingde", "ttl 300", "auth-token hde-key"]),
    lexicon("zonomi", "soa", "get", lines=[
        "zonomi", "auth-token zonomi-key"]),
    lexicon("rimuhosting", "soa", "get", lines=[
        "zonomi", "auth-entrypoint rimuhosting", "auth-token zonomi-key"]),
    # The API has moved to another name since.
    lexicon("porkbun", "ping", "retrieve", "retrieve", "create",
            origin="https://porkbun.com", lines=[
                "porkbun", "ttl 600", "auth-key pk1_0123456789",
                "auth-secret sk1_9876543210"]),
    lexicon("name.com", "v4", word="12346", lines=[
        "namecom", "ttl 300", "auth-username me",
        "auth-token name-com-token"]),
]


class Service(conversation.Script):
    """Answers what has all that our request has, in the same order.

    unsaid: what this client does not send, or says otherwise."""

    def __init__(self, every, exchanges, unsaid):
        super().__init__(every, exchanges)
        self.unsaid = unsaid

    def choose(self, request):
        if not self.left:
            self.wrong.append(f"one request too many: {request}")
            return harness.Reply("not as documented", 400)
        exchange = self.left.popleft()
        wanted = pieces(self.wanted(exchange), self.unsaid)
        fields = [f"{name.title()}: {value}" for name, value in request.headers]
        heard = pieces("\n".join([str(request), *fields, "",
                                  request.body.decode()]), ())
        trouble = self.verify(request, exchange)[1]
        if trouble or not within(wanted, heard):
            self.wrong.append(f"{exchange.request.at}{trouble}\n"
                              f"wanted {wanted}\nheard  {heard}")
        answer = conversation.reply(exchange)
        answer.last = True  # these clients read up to the end
        return answer


def pieces(text, unsaid):
    """A request as nested dicts; its body is parsed."""
    head, _, body = text.partition("\n\n")
    first, *fields = head.splitlines()
    method, target = first.split()
    path, _, query = target.partition("?")
    fields = dict(line.split(": ", 1) for line in fields)
    value = json.loads(body) if body[:1] in ("{", "[") else form(body)
    return {"method": method, "path": path.rstrip("/"),
            "fields": said(fields, {"Content-Type", "User-Agent", *unsaid}),
            "query": said(form(query), unsaid), "body": said(value, unsaid)}


def form(text):
    return dict(urllib.parse.parse_qsl(text, keep_blank_values=True))


def said(value, unsaid):
    if isinstance(value, list):
        return [said(one, unsaid) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: of for name, of in value.items() if name not in unsaid}


def within(wanted, heard):
    if isinstance(wanted, dict) and isinstance(heard, dict):
        return all(name in heard and within(value, heard[name])
                   for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(heard, list):
        return len(wanted) == len(heard) and all(map(within, wanted, heard))
    return str(wanted) == str(heard)


def run_ddclient(folder, talk):
    lines = "\n".join(talk["lines"])
    conf = folder / "ddclient.conf"
    conf.write_text(
        f"daemon=0\nssl=yes\nssl_ca_file={folder}/ca.pem\n"
        f"cache={folder}/cache\npid={folder}/pid\nuse=ip, ip={IP}\n"
        f"{lines}\n{talk['name']}\n")
    conf.chmod(0o600)
    return [harness.tool("ddclient"), "-daemon=0", "-noquiet", "-force", "-file", conf]


def run_inadyn(folder, talk):
    provider, *lines = talk["lines"]
    inside = "\n".join(f"\t{line}" for line in lines)
    conf = folder / "inadyn.conf"
    conf.write_text(
        f'secure-ssl = true\nca-trust-file = "{folder}/ca.pem"\n'
        f"provider {provider} {{\n\tssl = true\n"
        f'\tcheckip-command = "/bin/echo {IP}"\n{inside}\n'
        f"\thostname = {talk['name']}\n}}\n")
    return [harness.tool("inadyn"), "--once", "--force", "--foreground", "--config", conf,
            "--cache-dir", folder, "--pidfile", folder / "pid",
            "--loglevel", "info"]


def run_lexicon(folder, talk):
    provider, *options = talk["lines"]
    words = [word for line in options for word in f"--{line}".split()]
    return ["env", f"HOME={folder}", f"REQUESTS_CA_BUNDLE={folder}/ca.pem",
            "lexicon", "--config-dir", folder, provider, "create",
            "example.com", "A", "--name", talk["name"], "--content", IP, *words]


CLIENTS = {"ddclient": (run_ddclient, "SUCCESS:"),
           "inadyn": (run_inadyn, "Successful alias table update"),
           "lexicon": (run_lexicon, "\nTrue\n")}


@pytest.fixture
def space():
    space = netns.make()
    yield space
    space.close()


def exchanges(talk, file):
    case = conversation.Case(file, "set", 0, "")
    case.lines = [conversation.Line(" ".join(talk["calls"]), [], "TALKS")]
    case.read(["", ""])
    return case.runs[0]


def service(talk):
    file = conversation.CaseFile(
        conversation.FOLDER / f"{talk['provider']}.case")
    every = [talk["field"]] if "field" in talk else [
        text.replace("$fqdn", talk["name"]) for text in file.every]
    origins = [talk["origin"]] if "origin" in talk else file.origins
    return ([urllib.parse.urlsplit(origin).hostname for origin in origins],
            Service(every, exchanges(talk, file), talk.get("unsaid", ())))


@functools.cache
def version(program):
    """What a client says of itself: it is asked in two ways."""
    return "".join(subprocess.run(
        [program, option], text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT).stdout for option in ("--version", "-help"))


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: (
    f"{talk['provider']}-{talk['client']}"))
def test_talk(tmp_path, space, serve, talk):
    program = harness.tool(talk["client"])
    if not program or talk.get("version", "") not in version(program):
        pytest.skip(f"needs {talk['client']} {talk.get('version', '')}")
    names, script = service(talk)
    hosts = tmp_path / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {' '.join(names)}\n")
    space.run("mount", "--bind", hosts, "/etc/hosts")
    certificates = harness.Certificates(tmp_path)
    serve(script, tls=certificates.server(
              names=",".join(f"DNS:{name}" for name in names)),
          listener=space.socket("tcp", "127.0.0.1", 443))
    command, word = CLIENTS[talk["client"]]
    result = subprocess.run(
        [*space.enter, *command(tmp_path, talk)], text=True,
        capture_output=True, timeout=harness.LATE)
    output = result.stdout + result.stderr
    told = "\n".join(script.wrong + script.missed())
    assert not told, f"{told}\n{output}"
    assert talk.get("word", word) in output and not result.returncode, output
