# SPDX-License-Identifier: ISC
"""--json: the documents as ddns(1) describes them."""

import json
import re
import subprocess

import pytest

from harness import FAKETIME, LATE, Hang, Reply, Reset, until, write_program

GOOD = "203.0.113.7"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
clock = pytest.mark.skipif(not FAKETIME, reason="needs libfaketime")


@pytest.fixture
def source(serve):
    return serve(Reply(GOOD))


def document(home, *args, **options):
    """The document of a run, which agrees with the exit status."""
    result = home.run("--json", *args, **options)
    value = json.loads(result.stdout)
    assert value["exit"] == result.status
    return value, result


UPDATE = {"started": str, "duration_ms": int, "exit": int, "requests": int,
          "lookups": list, "names": list, "problems": list}
LOOKUP = {"lookup", "family", "address", "found", "lacking", "source",
          "message"}
NAME = {"name", "type", "account", "provider", "old", "new", "outcome",
        "message"}
PROBLEM = {"event", "name", "type", "account", "message"}


def test_members(home, source):
    home.provider.says["b.example.com"] = "nohost"
    home.configure([source.url], names="a.example.com b.example.com")
    value, result = document(home)
    assert {k: type(v) for k, v in value.items()} == UPDATE
    assert re.fullmatch(TIME, value["started"])
    assert 0 <= value["duration_ms"] < 5000 and value["requests"] == 3
    assert value["lookups"] == [
        {"lookup": "ipv4", "family": 4, "address": GOOD, "found": True,
         "lacking": False, "source": source.url + "/", "message": None}]
    assert all(set(name) == NAME for name in value["names"])
    assert value["names"][0] == {
        "name": "a.example.com", "type": "A", "account": "dyndns2",
        "provider": "dyndns2", "old": None, "new": GOOD,
        "outcome": "changed", "message": None}
    assert value["names"][1]["outcome"] == "refused"
    assert "nohost" in value["names"][1]["message"]
    problem, = value["problems"]
    assert set(problem) == PROBLEM
    assert (problem["event"], problem["name"]) == ("failed", "b.example.com")
    assert result.stderr == f"ddns: {problem['message']}\n"


# What the first and the second run say of a name when the service says so,
# and the exit status of both.
OUTCOMES = [
    ("good 203.0.113.7", "changed", "unchanged", 0),
    ("nohost", "refused", "refused", 7),
    ("badauth", "refused", "refused", 7),
    ("911", "pending", "held", 1),
    ("dnserr", "pending", "held", 1),
    ("what?", "pending", "pending", 1),
]


@pytest.mark.parametrize("word, first, second, status", OUTCOMES)
def test_outcomes(home, source, word, first, second, status):
    home.provider.says[""] = word
    home.configure([source.url])
    values = [document(home)[0] for _ in range(2)]
    assert [value["exit"] for value in values] == [status] * 2
    names = [value["names"][0] for value in values]
    assert [name["outcome"] for name in names] == [first, second]
    for name in names:
        assert (name["message"] is None) == (status == 0)
        assert status == 0 or word in name["message"]


def test_told_again(home, source):
    home.configure([source.url])
    home.run()
    value, _ = document(home, "--force")
    name, = value["names"]
    assert (name["old"], name["new"], name["outcome"]) == (GOOD, GOOD, "same")


def test_no_address(home, source):
    source.reply = Reset()
    home.configure([source.url], general="patience = 1")
    value, _ = document(home)
    assert value["exit"] == 4
    lookup, = value["lookups"]
    assert set(lookup) == LOOKUP and lookup["found"] is False
    assert lookup["address"] is None and "no valid address" in lookup["message"]
    name, = value["names"]
    assert (name["outcome"], name["new"]) == ("no-address", None)
    assert value["problems"][0]["name"] is None


def test_lookup_that_failed_later(home, source):
    """The last address stays in force."""
    home.configure([source.url])
    home.run()
    source.reply = Reset()
    value, _ = document(home)
    assert value["lookups"][0]["address"] == GOOD
    assert value["lookups"][0]["found"] is False
    assert value["names"][0]["outcome"] == "unchanged"


def test_recovered(home, source):
    home.provider.says[""] = "nohost"
    home.configure([source.url])
    home.run()
    home.provider.says.clear()
    value, _ = document(home, "--force")
    assert [p["event"] for p in value["problems"]] == ["recovered"]


def test_dry_run(home, source):
    home.configure([source.url])
    value, _ = document(home, "--dry-run")
    name, = value["names"]
    assert name["outcome"] == "due" and home.asked == []
    write, = value["writes"]
    assert write["names"] == ["home.example.com A"]
    assert write["request"][0].startswith(f"GET {home.server.url}/nic/update?hostname=")
    assert "pa55word" not in json.dumps(value)


@pytest.mark.parametrize("command", [[], ["status"], ["lookup"], ["check"]])
def test_wrong_configuration(home, source, command):
    home.configure([source.url], general="timeoot = 3", account="nonsense = 1")
    value, result = document(home, *command)
    assert set(value) == {"exit", "problems"} and value["exit"] == 3
    assert [f"ddns: {p['message']}" for p in value["problems"]
            if p["event"] == "failed"] == result.lines
    # lookup does not read accounts
    assert len(result.lines) == (1 if command == ["lookup"] else 2)


def test_broken_state(home, source):
    home.configure([source.url])
    home.ddns.home.chmod(0o777)
    value, result = document(home)
    assert value["exit"] == 5 and value["names"] == []
    assert f"ddns: {value['problems'][0]['message']}\n" == result.stderr


def test_held_lock(home, source):
    home.configure([source.url])
    home.run()
    lock = home.ddns.home / "ddns.state.lock"
    with subprocess.Popen(["flock", lock, "sh", "-c", "echo; cat"],
                          stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        value, result = document(home)
        holder.stdin.close()
    assert value["exit"] == 6 and result.stderr == ""
    assert "lock" in value["problems"][0]["message"]


def test_stopped(home, source):
    import signal
    source.reply = Hang()
    home.configure([source.url])
    process = home.ddns.start("--json")
    until(lambda: source.requests)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=LATE)
    value = json.loads(out)
    assert value["exit"] == 1
    assert value["names"][0]["outcome"] == "no-address"


def test_usage_has_no_document(home, source):
    home.configure([source.url])
    for args in (["update", "other.example.com"], ["--nonsense"],
                 ["providers", "none-of-all"]):
        result = home.run("--json", *args)
        assert (result.stdout, result.status) == ("", 2)


def test_quiet(home, source):
    home.configure([source.url])
    for args in ([], ["status"], ["check"], ["providers"]):
        assert home.run("-q", "--json", *args).stdout == ""


def test_hostile_text(home, source):
    home.provider.says[""] = 'x"\x1b\u202e\\ pa55word \x7f'
    home.configure([source.url], general="patience = 1")
    value, result = document(home)
    assert result.stdout.isascii()
    message = value["names"][0]["message"]
    assert 'x"\\x1B' in message and "pa55word" not in message


def test_events_stay_out(home, source, tmp_path):
    hook = write_program(tmp_path / "hook", "echo hello; exit 1")
    home.configure([source.url], general=f"hook = {hook}")
    value, result = document(home)
    assert result.lines == ["hello", "ddns: hook: exit status 1"]
    assert value["problems"] == []


@clock
def test_status(home, serve, source):
    bad = serve(Reply("", 502))
    home.provider.says["b.example.com"] = "911"
    home.configure([f"{bad.url}/ip?key=SECRET", source.url],
                   names="a.example.com b.example.com",
                   general="patience = 1")
    home.run()
    value, result = document(home, "status", later=60)
    assert result.stderr == "" and "SECRET" not in result.stdout
    assert set(value) == {"exit", "last_run", "last_exit", "names",
                          "lookups", "problems"}
    assert re.fullmatch(TIME, value["last_run"]) and value["last_exit"] == 1
    first, second = value["names"]
    assert re.fullmatch(TIME, first["since"])
    assert first == {
        "name": "a.example.com", "type": "A", "account": "dyndns2",
        "provider": "dyndns2", "address": GOOD, "since": first["since"],
        "wanted": GOOD, "state": "ok", "until": None, "message": None,
        "next": None, "attempt": first["since"], "failures": 0}
    assert second["state"] == "held" and "911" in second["message"]
    assert re.fullmatch(TIME, second["until"])
    assert second["address"] is None and second["failures"] == 1
    lookup, = value["lookups"]
    assert (lookup["lookup"], lookup["address"]) == ("ipv4", GOOD)
    worse, better = lookup["sources"]
    assert re.fullmatch(TIME, worse.pop("failed"))
    assert worse == {"source": f"{bad.url}/ip", "tries": 1, "valid": 0,
                     "ms": 0, "failures": 1, "cause": "HTTP 502"}
    assert (better["tries"], better["valid"], better["failed"]) == (1, 1, None)
    problem, = value["problems"]
    assert set(problem) == {"about", "first", "said", "message", "notice"}
    assert problem["about"] == "account dyndns2"


def test_status_before_the_first_run(home, source):
    home.configure([source.url])
    value, _ = document(home, "status")
    assert (value["last_run"], value["last_exit"]) == (None, None)
    name, = value["names"]
    assert (name["state"], name["address"], name["since"]) == (
        "no-address", None, None)


def test_check(home, source, tmp_path):
    password = tmp_path / "password"
    password.write_text("pa55word\n")
    password.chmod(0o600)
    home.configure([source.url], general="timeout = 5\nremind = 2h")
    with home.ddns.ini.open("a") as ini:
        ini.write(f"""
[ipv6 wan]
url = https://user:SECRET@ip.example.net/?key=SECRET
url = interface:lo
agree = 2
bind = lo
[provider p]
like = dyndns2
aka = mine
refresh = 1d
[provider cloudflare]
like = cloudflare
[mine away]
user = u
password_file = {password}
server = https://dyn.example.net
lookup = wan
suffix = ::1:2/64
ipv6 = b.example.com
""")
    value, result = document(home, "check")
    assert result.stderr == "" and "SECRET" not in result.stdout
    assert value["configuration"] == str(home.ddns.ini)
    assert value["state"] == str(home.ddns.state)
    general = {key: value[key] for key in (
        "timeout", "deadline", "patience", "remind", "hook", "webhook",
        "heartbeat", "syslog", "proxy", "ca_file")}
    assert general == {
        "timeout": 5, "deadline": 120, "patience": 3, "remind": 7200,
        "hook": None, "webhook": False, "heartbeat": False, "syslog": False,
        "proxy": False, "ca_file": None}
    assert value["lookups"] == [
        {"lookup": "ipv4", "family": 4, "agree": 1, "bind": None,
         "sources": [source.url + "/"]},
        {"lookup": "ipv6 wan", "family": 6, "agree": 2, "bind": "lo",
         "sources": ["https://ip.example.net/", "interface:lo"]}]
    first, second = value["accounts"]
    assert first["names"] == [{"name": "home.example.com", "types": ["A"]}]
    assert second == {
        "account": "p away", "section": "mine away", "provider": "p",
        "server": "https://dyn.example.net", "zone": None, "lookup": "wan",
        "suffix": "::1:2/64", "refresh": 86400,
        "files": [{"key": "password_file", "file": str(password)}],
        "names": [{"name": "b.example.com", "types": ["AAAA"]}]}
    assert value["rows"] == [{"name": "p", "hides": False},
                             {"name": "cloudflare", "hides": True}]
    assert value["problems"] == []
    home.ddns.ini.chmod(0o604)
    value, result = document(home, "check")
    warning, = value["problems"]
    assert warning["event"] == "warning"
    assert result.stderr == f"ddns: warning: {warning['message']}\n"


def providers(home, *args):
    return document(home, "providers", *args)[0]["providers"]


def test_providers(home, source):
    home.configure([source.url])
    with home.ddns.ini.open("a") as ini:
        ini.write("[provider p]\nset = GET https://example.net/{ip}\n"
                  "[provider broken]\nlike = no\n")
    rows = {row["name"]: row for row in providers(home)}
    assert list(rows) == sorted(rows) and len(rows) > 150
    members = {"name", "title", "aka", "site", "built_in", "families", "batch",
               "refresh", "keys", "advice", "section"}
    assert all(set(row) == members for row in rows.values())
    row = rows["no-ip"]
    assert row["refresh"] == 25 * 86400 and row["families"] == ["A", "AAAA"]
    assert row["section"] == [
        "[no-ip]", "user          = ...",
        "password_file = /etc/ddns/no-ip.password",
        "names         = home.example.com"]
    assert rows["broken"] == {
        "name": "broken", "title": None, "aka": [], "site": None,
        "built_in": False, "families": [], "batch": False, "refresh": None,
        "keys": [], "advice": [], "section": []}
    assert rows["p"]["built_in"] is False and rows["url"]["families"] == []
    assert rows["civo"]["families"] == ["A"]
    found = providers(home, "阿里云边缘")
    assert found == [rows["aliesa"]]


def test_provider(home, source):
    home.configure([source.url])
    row, = providers(home, "阿里云")
    assert row["name"] == "alidns" and "阿里云" in row["aka"]
    text = row.pop("row")
    assert text[0] == "[provider alidns]" and "like" not in "".join(text)
    listed, = [row for row in providers(home) if row["name"] == "alidns"]
    assert row == listed
    row, = providers(home, "cf")
    assert row["batch"] is True and row["advice"]
    assert row["keys"][:2] == [
        {"key": "token", "required": True, "secret": True, "default": None,
         "text": "API token: My Profile / API Tokens, template Edit zone DNS"},
        {"key": "proxied", "required": False, "secret": False,
         "default": None, "text": "true or false"}]
    assert {"key": "ttl", "required": False, "secret": False, "default": "1",
            "text": "seconds"} in row["keys"]


def test_jq(home, source):
    """Valid for a program that is strict."""
    home.configure([source.url])
    for args in (["--json"], ["status", "--json"], ["lookup", "--json"],
                 ["check", "--json"], ["providers", "--json"]):
        out = home.run(*args).stdout
        assert out.endswith("}\n") and out.count("\n\n") == 0
        json.loads(out, parse_constant=pytest.fail)
