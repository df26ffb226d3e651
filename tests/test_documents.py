# SPDX-License-Identifier: ISC
"""What README and the manual show is done as it is written, from an installed
tree: commands, configurations, crontab lines, units, scripts, tables.
"""

import json
import os
import re
import shutil

import pytest

import crond
import harness
import stage as stages
from harness import ROOT, Reply, installed, tool
from stage import ADDRESS

README = (ROOT / "README").read_text(encoding="utf-8")
ENGLISH, _, CHINESE = README.partition("\nddns —— ")
PAGES = {name: installed(name) for name in (
    "ddns.1", "ddns.ini.5", "zh_CN/ddns.1", "zh_CN/ddns.ini.5")}
RECIPES = PAGES["ddns.ini.5"].partition("\n.Sh RECIPES\n")[2]
EXAMPLE = (ROOT / "ddns.ini.example").read_text(encoding="utf-8")


def blocks(text):
    """What is shown in README: (the text before, the indented lines)."""
    text = text.partition("\nHACKING\n")[0]
    pieces = re.split(r"((?:^    .*\n)+)", text, flags=re.M)
    return [(before, re.sub(r"^    ", "", shown, flags=re.M))
            for before, shown in zip(pieces[::2], pieces[1::2])]


def literals(page):
    return [text.replace(r"\e", "\\") for text in re.findall(
        r"^\.Bd -literal.*?\n(.*?)^\.Ed", page, re.M | re.S)]


def kind(text):
    """What a block of README is; every block is one of these."""
    if re.match(r"\[.*\]\n", text):
        return "lookup" if text.startswith("[ipv") else "account"
    if re.match(r"(sudo|make|ddns|man) ", text):
        return "commands"
    if text.startswith("*/5 "):
        return "schedule"
    if re.match(r"(ddns: |\S+ A \S+ -> )", text):
        return "output"
    if re.search(r"  \[\w+\]|  \[阿里云\]", text):
        return "table"
    if re.match(r"\w[\w -]*  |[^\x00-\x7f ]+( NAT)?   ", text):
        return "advice"
    return "services"


BLOCKS = {language: [(kind(text), before, text)
                     for before, text in blocks(part)]
          for language, part in (("en", ENGLISH), ("zh", CHINESE))}


def shown(language, wanted):
    return [text for it, _, text in BLOCKS[language] if it == wanted]


def test_kinds():
    """No block is overlooked: so many of each are tested below."""
    count = {language: [it for it, *_ in found]
             for language, found in BLOCKS.items()}
    assert {it: count["en"].count(it) for it in count["en"]} == {
        "output": 2, "commands": 2, "lookup": 1, "account": 4, "services": 1,
        "schedule": 1, "advice": 1, "table": 2}
    assert {it: count["zh"].count(it) for it in count["zh"]} == {
        "output": 1, "commands": 3, "lookup": 1, "account": 3, "services": 1,
        "schedule": 1, "advice": 1}
    assert README.count("\n") <= 300
    # tests/test_package.py runs it in a bare root
    assert shown("en", "commands")[0] == shown("zh", "commands")[0]


PROVIDERS = {
    "api.cloudflare.com": lambda: harness.Cloudflare("c2VjcmV0"),
    "www.duckdns.org": lambda: harness.DuckDNS("c2VjcmV0"),
    "dynupdate.no-ip.com": lambda: harness.Dyndns2(
        "USER-NAME-OF-THE-KEY", "c2VjcmV0"),
    "alidns.aliyuncs.com": stages.alidns,
    "dnspod.tencentcloudapi.com": stages.tencentcloud,
}


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    text = README + "".join(PAGES.values()) + EXAMPLE
    made = stages.Stage(tmp_path_factory.mktemp("stage"), {
        **stages.sources(text), **dict.fromkeys(PROVIDERS),
        "fritz.box": None, "resolver1.opendns.com": None,
        "ns1.google.com": None})
    yield made
    made.close()


@pytest.fixture
def stage(machine):
    """The machine as it is after `make install`, and services that know
    nothing of it yet."""
    machine.forget()
    machine.hosts.update({host: make() for host, make in PROVIDERS.items()})
    yield machine
    for host in PROVIDERS:
        assert machine.hosts[host].wrong == []


def written(stage):
    """How often a service was told something."""
    told = {"api.cloudflare.com": ("POST", None),
            "www.duckdns.org": ("GET", None),
            "dynupdate.no-ip.com": ("GET", None),
            "alidns.aliyuncs.com": ("POST", "AddDomainRecord"),
            "dnspod.tencentcloudapi.com": ("POST", "CreateRecord")}

    def writes(host, request):
        method, action = told.get(host, ("", None))
        return request.method == method and action in (
            None, request.header("x-acs-action"), request.header("X-TC-Action"))
    return sum(writes(*one) for one in stage.asked)


def first_line(text):
    return text.split("\n")[0]


FIRST = [(language, text) for language in BLOCKS
         for text in shown(language, "account")]


@pytest.mark.parametrize("language, account", FIRST, ids=[
    f"{language} {first_line(text)}" for language, text in FIRST])
def test_first_configuration(stage, language, account):
    """From the section to the line that proves it."""
    lookup, = shown(language, "lookup")
    stage.configure(f"{lookup}\n{account}")
    names = re.search(r"^names *= (.*)", account, re.M)[1].split(", ")
    title = re.match(r"\[(.*)\]", account)[1]
    own = stage.run(f"ddns providers {title} --json").stdout
    own = json.loads(own)["providers"][0]["name"]
    commands = next(text for text in shown(language, "commands")
                    if "ddns check" in text).splitlines()
    check, dry = map(stage.run, commands[:2])
    assert [check.status, check.stderr] == [0, ""]
    assert [dry.status, dry.stderr] == [0, ""]
    assert all(name in check.stdout and name in dry.stdout for name in names)
    assert written(stage) == 0

    update = stage.run(commands[2])
    assert (update.status, update.stderr) == (0, "")
    assert update.stdout == "".join(
        f"{name} A none -> {ADDRESS} ({own})\n" for name in names)
    assert written(stage) >= 1
    again = stage.run(commands[2])
    assert (again.status, again.stdout, again.stderr) == (0, "", "")
    status = stage.run(commands[3])
    assert status.status == 0 and all(name in status.stdout for name in names)
    assert len(commands) == 4


def cloudflare(stage, lookup=""):
    """The usual configuration; the provider behind it."""
    account = shown("en", "account")[0]
    stage.configure(f"{lookup or shown('en', 'lookup')[0]}\n{account}")
    return stage.hosts["api.cloudflare.com"]


def test_what_you_will_see(stage):
    """A change, a problem and its end, in the shape that README has."""
    change, (problem, end) = (
        text.splitlines() for text in shown("en", "output"))
    provider = cloudflare(stage)
    assert re.sub(r"\S+ -> \S+", f"none -> {ADDRESS}", change[0]) in (
        stage.run("ddns").stdout.splitlines())
    for host in stages.sources(README):
        stage.hosts[host] = Reply("198.20.0.8")
    provider.auth = "Bearer another"
    said = stage.run("ddns")
    assert said.status == 7
    # of several names the account is named, not each
    assert problem == "ddns: home.example.com A (cloudflare): ..."
    assert re.match(r"ddns: (home\.example\.com A \(cloudflare\)|"
                    r"\[cloudflare\]): ", said.stderr)
    provider.auth = "Bearer c2VjcmV0"
    said = stage.run("ddns --force")
    assert said.status == 0
    assert end.rpartition(": ")[2] in said.stderr
    assert re.sub(r"\S+ -> \S+", f"{ADDRESS} -> 198.20.0.8", change[0]
                  ) in said.stdout.splitlines()
    for host in stages.sources(README):
        stage.hosts[host] = Reply(ADDRESS)


@pytest.mark.parametrize("language", BLOCKS)
def test_services(stage, language):
    """Each name that README has is a service's, or one of its others."""
    text, = shown(language, "services")
    names = text.split()
    assert len(names) >= 20
    known = stage.run("ddns providers").stdout.splitlines()
    assert len(known) > 150
    for name in [*names, "dyndns2", "nsupdate", "url"]:
        found = stage.run(f"ddns providers {name}")
        # a service's own page begins with the section to paste
        assert found.status == 0 and found.stdout.startswith("["), name


LINES = sorted({line for text in [README, *PAGES.values()] for line in
                re.findall(r"^ *(\*/5 .*ddns.*)$", text, re.M)})


@crond.needs_cron
@pytest.mark.parametrize("line", LINES)
def test_crontab(stage, tmp_path, line):
    """By cron itself, from a crontab of root, with the PATH that cron has."""
    cloudflare(stage)
    cron = crond.Cron(tmp_path, user=f"{line}\n", enter=stage.space.enter)
    try:
        cron.wait_for(cron.mails)
    finally:
        cron.close()
    assert cron.mails() == [
        f"home.example.com A none -> {ADDRESS} (cloudflare)\n"
        f"*.home.example.com A none -> {ADDRESS} (cloudflare)\n"]


def test_crontab_lines():
    assert len(LINES) == 2
    for text in shown("en", "schedule") + shown("zh", "schedule"):
        assert text == ("*/5 * * * *  /usr/local/bin/ddns\n"
                        "sudo systemctl enable --now ddns.timer\n")


needs_systemd = pytest.mark.skipif(
    not tool("systemctl") or not tool("systemd-analyze"),
    reason="needs systemd")
UNITS = "/usr/local/lib/systemd/system"


def systemd(stage, script):
    """systemd's programs may be in a package that was only unpacked."""
    folders = {os.path.dirname(tool(name)) for name in (
        "systemctl", "systemd-analyze")}
    path = ":".join([stages.PATH, *sorted(folders)])
    units = "".join(f"{folder}:" for folder in
                    harness.DAEMONS.glob("**/lib/systemd/system"))
    return stage.run(script, PATH=path, SYSTEMD_OFFLINE="1",
                     **({"SYSTEMD_UNIT_PATH": f"{UNITS}:{units}"}
                        if units else {}))


@needs_systemd
def test_timer(stage):
    """Enabled as README has it, and verified where it is installed."""
    command = shown("en", "schedule")[0].splitlines()[1]
    done = systemd(stage, command)
    # --now: there is no systemd that could start it
    assert done.stderr.count("\n") == 1 or "Can't operate" in done.stderr
    link = stage.folder / "etc/systemd/system/timers.target.wants/ddns.timer"
    assert os.readlink(link) == f"{UNITS}/ddns.timer"
    done = systemd(stage, f"systemd-analyze verify --man=no {UNITS}/ddns.timer "
                          f"{UNITS}/ddns.service")
    assert (done.status, done.stdout + done.stderr) == (0, "")


def test_service(stage):
    """With the files that the unit, and the drop-in of ddns(1), hand over."""
    unit = (stage.folder / f"tree{UNITS}/ddns.service").read_text()
    drop, account = (next(text for text in literals(PAGES["ddns.1"])
                          if text.startswith(begin)) for begin in (
                              "[Service]", "[cloudflare]\ntoken_file = cred"))
    stage.write("/etc/ddns/cloudflare.token", "c2VjcmV0")
    stage.write("/etc/ddns/ddns.ini", shown("en", "lookup")[0] + account)
    credentials = stage.folder / "credentials"
    credentials.mkdir()
    for name, path in re.findall(r"^LoadCredential=(.*?):(.*)", unit + drop,
                                 re.M):
        shutil.copy(stage.folder / path[1:], credentials / name)
    command = re.search(r"^ExecStart=(.*)", unit, re.M)[1]
    done = stage.run(command, CREDENTIALS_DIRECTORY=str(credentials),
                     STATE_DIRECTORY=stages.STATE)
    shutil.rmtree(credentials)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout == f"home.example.com A none -> {ADDRESS} (cloudflare)\n"

    command = re.search(r"^\.Dl # (.*status)$", PAGES["ddns.1"], re.M)[1]
    done = stage.run(command)
    assert done.status == 0 and ADDRESS in done.stdout


def account_of(text):
    return bool(re.search(r"^\[(?!ddns|ipv[46]|webhook|Service)", text, re.M))


INI = [(name, text) for name, page in PAGES.items() for text in literals(page)
       if re.match(r"\[(?!Service)", text)]


@pytest.mark.parametrize("name, text", INI, ids=[
    f"{name} {first_line(text)}" for name, text in INI])
def test_configurations(stage, name, text):
    """What the pages show can be pasted: beside what it does not show."""
    whole = text
    if "[ipv4" not in whole and "[ipv6" not in whole:
        whole += "[ipv4]\nurl = https://4.ipw.cn\n"
    if not account_of(whole):
        whole += "[duckdns]\ntoken = c2VjcmV0\nnames = a.duckdns.org\n"
    for path in re.findall(r"exec:(/usr/\S+)|^hook *= *(\S+)", whole, re.M):
        path = path[0] or path[1]
        if not os.path.exists(path):
            stage.program(f"bin/{path.rpartition('/')[2]}", "echo")
            whole = whole.replace(path, "/usr/local/bin/" +
                                  path.rpartition("/")[2])
    stage.configure(whole)
    stage.write("/etc/ddns/cloudflare.token", "c2VjcmV0")
    done = stage.run("ddns check", CREDENTIALS_DIRECTORY="/etc/ddns")
    assert (done.status, done.stderr) == (0, "")


def test_example(stage):
    """The configuration to start from, as it is installed, with a token."""
    text = (stage.folder / "etc/ddns/ddns.ini.example").read_text()
    assert text == EXAMPLE
    stage.configure(text.replace("PUT-YOUR-TOKEN-HERE", "c2VjcmV0", 1))
    done = stage.run("ddns check")
    assert (done.status, done.stderr) == (0, "")
    assert stage.run("ddns").stdout == (
        f"home.example.com A none -> {ADDRESS} (cloudflare)\n")


# Each script of the pages: by its beginning, what it is to print. More than
# that, and what they do besides, is in test_scripts.
SCRIPTS = {
    "ddns check": "home.example.com",
    "if ddns --quiet": "the world knows where we are\n",
    "#!/bin/sh\nsaid=": "",
    "ddns | while": "",
    "ddns status --json |": "",
    "awk": f"home.example.com A {ADDRESS}\n",
    "command -v ddns": "/usr/local/bin/ddns\nddns ",
    "systemctl enable": None,  # test_timer
    "#!/bin/sh\nservice": None,  # test_sources_without_web
}


def scripts(page):
    return [text for text in literals(page)
            if not re.match(r"\[|MAILTO|; |RECEIVER|  SOURCE|.* -> ", text)]


@pytest.mark.parametrize("name", PAGES)
def test_scripts(stage, name):
    for begin in ("mail", "logger"):
        stage.program(f"bin/{begin}", 'echo "$*" >>/etc/ddns/told')
    stage.program("sbin/move-tunnel", 'echo "moved $*" >>/etc/ddns/told')
    for text in scripts(PAGES[name]):
        begin = next(b for b in SCRIPTS if text.startswith(b))
        if SCRIPTS[begin] is None:
            continue
        stage.forget()
        stage.hosts["api.cloudflare.com"] = harness.Cloudflare("c2VjcmV0")
        stage.configure("[ipv4]\nurl = https://4.ipw.cn\n[cloudflare]\n"
                        "token = c2VjcmV0\nnames = home.example.com\n")
        if begin.startswith(("awk", "ddns status")):
            assert stage.run("ddns").status == 0
        done = stage.run(text)
        assert done.stderr == "" and SCRIPTS[begin] in done.stdout, text
        told = stage.folder / "etc/ddns/told"
        assert (told.read_text() if told.exists() else "") == (
            f"moved {ADDRESS}\n" if "while" in begin else "")


def test_script_that_is_told(stage):
    """The same, where a name is refused and then where all fails."""
    for begin in ("mail", "logger"):
        stage.program(f"bin/{begin}", '(echo "$*"; cat) >>/etc/ddns/told')
    case, = (text for text in literals(PAGES["ddns.1"]) if "case $?" in text)
    names, = (text for text in literals(PAGES["ddns.1"]) if "jq " in text)
    provider = cloudflare(stage)
    provider.auth = "Bearer another"
    stage.run(case)
    told = stage.folder / "etc/ddns/told"
    assert re.match(r"-s a name waits me\nddns: .*cloudflare", told.read_text())
    done = stage.run(names)
    assert done.stdout.startswith("home.example.com: ") and not done.stderr
    provider.auth = "Bearer c2VjcmV0"
    force = re.search(r"^\.Dl \$ (.*)$", PAGES["ddns.1"], re.M)[1]
    done = stage.run(force)
    assert done.status == 0
    assert f"home.example.com A none -> {ADDRESS}" in done.stdout
    told.unlink()
    stage.write("/etc/ddns/ddns.ini", "[nothing]\n")
    stage.run(case)
    assert re.match(r"-s ddns is broken me\nddns: .*\[nothing\]",
                    told.read_text())


# What the routers' programs print: miniupnpc's external-ip is a script that
# prints the address alone; natpmpc 20150609, asked by hand.
ROUTERS = {
    "external-ip": f"{ADDRESS}\n",
    "natpmpc": f"""initnatpmp() returned 0 (SUCCESS)
using gateway : 192.168.1.1
sendpublicaddressrequest returned 2 (SUCCESS)
readnatpmpresponseorretry returned 0 (OK)
Public IP address : {ADDRESS}
epoch = 9
closenatpmp() returned 0 (SUCCESS)
""",
}
# As quoted at ddclient's sample-get-ip-from-fritzbox and in AVM's forums.
FRITZ = f"""<?xml version="1.0"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>
<u:GetExternalIPAddressResponse
xmlns:u="urn:schemas-upnp-org:service:WANIPConnection:1">
<NewExternalIPAddress>{ADDRESS}</NewExternalIPAddress>
</u:GetExternalIPAddressResponse></s:Body></s:Envelope>
"""


def found(stage, sources):
    """What `ddns lookup` makes of sources, by their place: all one address."""
    stage.write("/etc/ddns/ddns.ini", "[ipv4]\n" + "".join(
        f"url = {source}\n" for source in sources) +
        "[duckdns]\ntoken = c2VjcmV0\nnames = a.duckdns.org\n")
    done = stage.run("ddns lookup")
    return [line.split()[-2] for line in done.stdout.splitlines()[1:]]


def test_sources_of_the_router(stage):
    router = next(text for text in literals(RECIPES) if "natpmpc" in text)
    sources = re.findall(r"url = (.*)", router)
    assert len(sources) == len(ROUTERS)
    for name, says in ROUTERS.items():
        stage.program(f"bin/{name}", f"cat <<'END'\n{says}END")
    assert found(stage, [source.replace("/usr/bin", "/usr/local/bin")
                         for source in sources]) == [ADDRESS] * 2


def test_sources_of_a_fritzbox(stage):
    script = next(text for text in literals(RECIPES)
                  if text.startswith("#!/bin/sh\nservice"))
    source = re.search(r"url = (exec:/usr/local/bin/\S+)", RECIPES)[1]
    stage.program(source.removeprefix("exec:/usr/local/"), script)
    requests = []

    def box(request):
        requests.append(request)
        return Reply(FRITZ, headers={"Content-Type": "text/xml"})
    stage.serve(49000, box)
    assert found(stage, [source]) == [ADDRESS]
    request, = requests
    assert str(request) == "POST /igdupnp/control/WANIPConn1"
    service = "urn:schemas-upnp-org:service:WANIPConnection:1"
    assert request.header("SOAPAction") == f"{service}#GetExternalIPAddress"
    assert f"<u:GetExternalIPAddress xmlns:u='{service}'/>".encode() in (
        request.body)


@pytest.mark.skipif(not shutil.which("dig"), reason="needs dig")
def test_sources_of_a_resolver(stage):
    """An answer counts; a server that stays silent is a failure."""
    recipe = next(text for text in literals(RECIPES) if "opendns" in text)
    sources = [line for line in re.findall(r"url = (exec:.*)", recipe)
               if " -4 " in line]
    data = bytes(map(int, ADDRESS.split(".")))
    text = ADDRESS.encode()
    answers = {"myip.opendns.com": (1, data),
               "o-o.myaddr.l.google.com": (16, bytes([len(text)]) + text)}
    sock = stage.nameserver(answers)
    assert found(stage, sources) == [ADDRESS] * 2
    answers.clear()
    assert found(stage, sources) == ["-"] * 2
    sock.close()


ROWS = [line for text in shown("en", "table") for line in text.splitlines()]
# What stands beside ours: all families, and what an account cannot be without.
BESIDE = {
    "ddns": "", "ipv4": "url = http://ip.3322.net\n",
    "ipv6": "url = https://6.ipw.cn\n", "webhook": "", "url": "",
    "aliyun": "access_key_id = LTAI5t\naccess_key_secret = c2VjcmV0\n",
    "cloudflare": "token = c2VjcmV0\n", "duckdns": "token = c2VjcmV0\n",
    "no-ip": "", "dyndns2": "user = me\npassword = secret\n",
}
ACCOUNTS = set(BESIDE) - {"ddns", "ipv4", "ipv6", "webhook"}
# The account that has a key for which the row names none.
WHOSE = {"user": "no-ip", "password": "no-ip", "server": "dyndns2",
         "refresh": "duckdns"}


def configuration(pieces):
    """Lines of ours, and what it takes for `ddns check` to take them."""
    sections = {name: BESIDE[name] for name in ("ddns", "ipv4", "ipv6",
                                                "duckdns")}
    for piece in pieces:
        section, line = re.fullmatch(r"(?:\[(\S+)\] ?)?(.*)", piece).groups()
        section = section or WHOSE.get(line.split()[0], "cloudflare")
        sections.setdefault(section, BESIDE[section])
        sections[section] += f"{line}\n"
    for name in ACCOUNTS & set(sections):
        if "ipv4 = " not in sections[name]:
            zone = "duckdns.org" if name == "duckdns" else "example.com"
            sections[name] += f"names = {name}.{zone}\n"
    return "".join(f"[{name}]\n{text}" for name, text in sections.items())


@pytest.mark.parametrize("line", ROWS, ids=lambda line: line[:30].strip())
def test_tables(stage, line):
    """Each row for those who come from elsewhere: ours is understood."""
    ours = re.split(r" {2,}", line.strip())[-1].split("; ")
    commands = [piece for piece in ours if piece.startswith("ddns ")]
    when = [piece for piece in ours if piece.startswith("*/5")]
    assert when in ([], [LINES[0].partition("  ")[0]])
    text = configuration(
        piece for piece in ours if piece not in commands + when)
    stage.configure(text)
    for command in ["ddns check", *commands]:
        done = stage.run(f"{command} -4")
        assert (done.status, done.stderr) == (0, ""), (command, text)
