# SPDX-License-Identifier: ISC
"""Telling the provider: when, what, and what follows from its answer."""

import collections
import json
import signal
import time

import pytest

import signatures
from harness import (
    FAKETIME, LATE, Cloudflare, DigitalOcean, DuckDNS, Gate, Hang, Provider,
    Reply, Reset, document, until)

GOOD = "203.0.113.7"
MINUTE, HOUR, DAY = 60, 3600, 86400
NAME = "home.example.com"

clock = pytest.mark.skipif(not FAKETIME, reason="needs libfaketime")


@pytest.fixture
def source(serve):
    return serve(Reply(GOOD))


def test_first_silent_changed(home, source):
    home.configure([source.url])
    result = home.run()
    assert (result.stdout, result.stderr, result.status) == (home.line, "", 0)
    before = home.ddns.snapshot()
    result = home.run()
    assert (result.stdout, result.stderr, result.status) == ("", "", 0)
    assert home.ddns.snapshot() == before
    source.reply = Reply("203.0.113.8")
    result = home.run()
    assert result.stdout == (
        "home.example.com A 203.0.113.7 -> 203.0.113.8 (dyndns2)\n")
    assert (result.stderr, result.status) == ("", 0)
    assert home.asked == [GOOD, "203.0.113.8"]


@pytest.mark.parametrize("word", ["good", "nochg"])
def test_change_whose_answer_was_lost_is_told(home, source, word):
    """The service took it; a word that it was so already is news still. That
    is how dyndns2 repeats itself."""
    home.configure([source.url])
    home.run()
    source.reply = Reply("203.0.113.8")
    home.server.reply = Reset()
    result = home.run()
    assert (result.stdout, result.stderr, result.status) == ("", "", 1)
    home.server.reply = Reply(f"{word} 203.0.113.8\n")
    assert home.run().stdout == (
        "home.example.com A 203.0.113.7 -> 203.0.113.8 (dyndns2)\n")
    for options in ((), ("--force",)):
        result = home.run(*options)
        assert (result.stdout, result.stderr, result.status) == ("", "", 0)


# What the service says of a and of b once the section of the denied account
# was changed, and again; in which of these runs the account is well again.
WELL = {
    "nothing worked": (["dnserr dnserr", "dnserr dnserr"], []),
    "at last": (["dnserr dnserr", "good good"], [1]),
    "one did": (["dnserr good", "good good"], [0]),
    "the other did": (["good dnserr", "good good"], [0]),
    "denied again": (["badauth badauth", "good good"], [1]),
    "denied later": (["dnserr dnserr", "badauth badauth", "good good"], [2]),
}


@pytest.mark.parametrize("words, well", WELL.values(), ids=WELL)
def test_account_is_well_when_something_worked(home, source, words, well):
    """Not because its section was changed."""
    said = []
    for days, word in enumerate(["badauth badauth", *words], 20):
        home.provider.says = dict(zip(("a.example.com", "b.example.com"),
                                      word.split()))
        home.configure([source.url], names="a.example.com b.example.com",
                       account=f"refresh = {days}d")
        said.append("ddns: [dyndns2]: is well again" in home.run().lines)
    assert [run for run, again in enumerate(said[1:]) if again] == well
    assert not said[0]


# (what the service says, exit status, calls of the next run at once)
WORDS = [
    ("good 203.0.113.7", 0, 0),
    ("nochg 203.0.113.7", 0, 0),
    ("good", 0, 0),
    ("\r\n good 203.0.113.7\r\n", 0, 0),
    ("badauth", 7, 0),
    ("badagent", 7, 0),
    ("abuse", 7, 0),
    ("!donator", 7, 0),
    ("nohost", 7, 0),
    ("notfqdn", 7, 0),
    ("numhost", 7, 0),
    ("!yours", 7, 0),
    ("good 127.0.0.1", 7, 0),
    ("911", 1, 0),
    ("dnserr", 1, 0),
    ("", 1, 1),
    ("goodness", 1, 1),
    ("<html>good OK nochg</html>", 1, 1),
    ("not good", 1, 1),
]


@pytest.mark.parametrize("word, status, again", WORDS)
def test_words(home, source, word, status, again):
    home.provider.says[""] = word
    home.configure([source.url])
    result = home.run()
    assert result.status == status
    assert result.stdout == (home.line if status == 0 else "")
    assert home.run().status == status
    assert len(home.asked) == 1 + again


# The same by HTTP alone: (reply, exit status, calls of the next run at once)
STATUSES = {
    "401": (Reply("", 401), 7, 0),
    "403": (Reply("<html>Forbidden</html>", 403), 7, 0),
    "429": (Reply("slow down", 429), 1, 0),
    "500": (Reply("", 500), 1, 1),
    "503 later": (Reply("", 503, {"Retry-After": "3600"}), 1, 0),
    "204": (Reply("", 204), 1, 1),
    "redirect": (Reply("", 302, {"Location": "/nic/update"}), 1, 1),
    "reset": (Reset(), 1, 1),
    "badauth by 401": (Reply("badauth", 401), 7, 0),
    "911 by 500": (Reply("911", 500), 1, 0),
    "nochg by 500": (Reply("nochg 203.0.113.7", 500), 0, 0),
}


@pytest.mark.parametrize("kind", STATUSES)
def test_statuses(home, source, kind):
    reply, status, again = STATUSES[kind]
    home.provider.script.extend([reply, reply])
    home.configure([source.url])
    assert home.run().status == status
    assert home.run().status == status
    assert len(home.asked) == 1 + again


@pytest.mark.parametrize("word", ["badauth", "nohost"])
def test_refused_until_the_user_acts(home, source, word):
    home.provider.says[""] = word
    home.configure([source.url])
    first = home.run()
    assert first.status == 7
    assert word in first.stderr and NAME in first.stderr
    assert f"ddns --force update {NAME}" in first.stderr
    assert (home.run().status, len(home.asked)) == (7, 1)
    assert (home.run("--force").status, len(home.asked)) == (7, 2)
    home.configure([source.url], account="ttl = 60")
    assert (home.run().status, len(home.asked)) == (7, 3)
    assert (home.run().status, len(home.asked)) == (7, 3)
    home.provider.says.clear()
    result = home.run("--force", "update", NAME)
    assert (result.stdout, result.status) == (home.line, 0)


def test_denied_is_the_account(home, source):
    """The first request goes alone, and is the only one."""
    home.provider.says[""] = "badauth"
    home.configure([source.url], names="a.example.com, b.example.com")
    assert home.run().status == 7
    assert len(home.asked) == 1


def test_refused_is_the_name(home, source):
    home.provider.says["a.example.com"] = "nohost"
    home.configure([source.url], names="a.example.com b.example.com")
    result = home.run()
    assert result.stdout == "b.example.com A none -> 203.0.113.7 (dyndns2)\n"
    assert "a.example.com" in result.stderr and result.status == 7
    assert "b.example.com" not in result.stderr


def test_names_list_is_not_the_section(home, source):
    """Another name does not release a hold."""
    home.provider.says["a.example.com"] = "nohost"
    home.configure([source.url], names="a.example.com")
    home.run()
    home.configure([source.url], names="a.example.com b.example.com")
    home.run()
    assert [dict(r.query)["hostname"] for r in home.server.requests] == [
        "a.example.com", "b.example.com"]


@pytest.mark.parametrize("lookup, word, status", [
    (Reply(""), "nohost", 7), (Reply(""), "911", 1), (Reply(""), "good", 4)])
def test_first_that_applies(home, serve, source, lookup, word, status):
    """Of 7, 1 and 4."""
    home.provider.says[""] = word
    home.configure([source.url], [serve(lookup, host="::1").url])
    assert home.run().status == status


@clock
@pytest.mark.parametrize("word, wait", [("911", 30), ("dnserr", 30)])
def test_held_for_half_an_hour(home, source, word, wait):
    home.provider.says[""] = word
    home.configure([source.url])
    home.run()
    home.run(later=(wait - 1) * MINUTE)
    assert len(home.asked) == 1
    home.provider.says.clear()
    assert home.run(later=(wait + 1) * MINUTE).stdout == home.line


@clock
def test_later_waits_longer_and_longer(home, source):
    """At the next run, then after 5, 10, 20 ... 60 minutes."""
    home.provider.says[""] = "what?"
    home.configure([source.url])
    at = 0
    home.run()
    home.run()
    for number, wait in enumerate([5, 10, 20, 40, 60, 60], 2):
        assert len(home.asked) == number
        home.run(later=at + (wait - 1) * MINUTE)
        assert len(home.asked) == number, f"before {wait} minutes"
        at += (wait + 1) * MINUTE
        home.run(later=at)
    assert len(home.asked) == 8


@clock
def test_a_new_address_lifts_a_hold(home, source):
    """Of `later`, with its address; a hold of another kind stays."""
    home.provider.says[""] = "what?"
    home.configure([source.url])
    for _ in range(3):
        home.run()
    assert home.asked == [GOOD] * 2
    source.reply = Reply("203.0.113.8")
    home.run()
    home.run()
    assert home.asked == [GOOD] * 2 + ["203.0.113.8"]
    # back and forth is no news
    source.reply = Reply(GOOD)
    home.provider.says[""] = "911"
    home.run()
    source.reply = Reply("203.0.113.8")
    home.run()
    assert home.asked == [GOOD, GOOD, "203.0.113.8", GOOD]
    home.provider.says[""] = "nohost"
    home.run(later=40 * MINUTE)
    source.reply = Reply("203.0.113.6")
    assert home.run(later=41 * MINUTE).status == 7
    assert home.asked == [GOOD, GOOD, "203.0.113.8", GOOD, "203.0.113.8"]


@clock
def test_forbidden_without_a_word_is_tried_daily(home, source):
    home.provider.script.extend([Reply("", 403)])
    home.configure([source.url])
    assert home.run().status == 7
    assert home.run(later=23 * HOUR).status == 7
    assert len(home.asked) == 1
    assert home.run(later=25 * HOUR).stdout == home.line


# what a service says in its own words stands until the user acts
DAILY = "tried once a day; fix the section [dyndns2]"


@clock
@pytest.mark.parametrize("reply, daily", [
    (Reply("", 403), True), (Reply("", 401), True),
    (Reply("badauth", 401), False), (Reply("badauth"), False),
    (Reply("nohost"), False), (Reply("nohost", 403), False)])
def test_what_is_tried_once_a_day(home, source, reply, daily):
    home.provider.script.append(reply)
    home.configure([source.url])
    result = home.run()
    assert result.status == 7
    page = " ".join(home.run("status").stdout.split())
    for text in (result.stderr, page):
        assert (DAILY in text) == daily, text
        assert ("tried once a day" in text) == daily, text
        assert "fix the section [dyndns2]" in text
    assert home.run(later=25 * HOUR).status == (0 if daily else 7)
    assert len(home.asked) == 1 + daily


@clock
@pytest.mark.parametrize("names", ["home.example.com",
                                   "a.example.com b.example.com"])
def test_retry_after(home, source, names):
    """Of the account, whatever else waits for it."""
    home.provider.script.append(Reply("", 429, {"Retry-After": "7200"}))
    home.configure([source.url], names=names)
    home.run()
    home.run(later=7000)
    assert len(home.asked) == 1
    assert home.run(later=7300).status == 0


@clock
def test_retry_after_is_bounded(home, source):
    home.provider.script.append(Reply("", 429, {"Retry-After": "99999999"}))
    home.configure([source.url])
    home.run()
    assert home.run(later=25 * HOUR).status == 0


@clock
@pytest.mark.parametrize("ahead", [20 * MINUTE, 400 * DAY])
def test_hold_of_the_future_is_not_believed(home, source, ahead):
    home.provider.says[""] = "911"
    home.configure([source.url])
    home.run(later=ahead)
    home.provider.says.clear()
    assert home.run().stdout == home.line


@clock
def test_refresh(home, source):
    home.configure([source.url], account="refresh = 25d")
    home.run()
    home.run(later=24 * DAY)
    assert len(home.asked) == 1
    result = home.run(later=26 * DAY)
    assert (result.stdout, result.stderr, result.status) == ("", "", 0)
    assert len(home.asked) == 2
    home.run(later=26 * DAY + HOUR)
    assert len(home.asked) == 2


def test_force(home, source):
    home.configure([source.url])
    home.run()
    result = home.run("-f")
    assert (result.stdout, result.status) == ("", 0)
    assert len(home.asked) == 2


def test_only_the_names_given(home, source):
    home.configure([source.url], names="a.example.com b.example.com")
    result = home.run("update", "B.example.com.")
    assert result.stdout == "b.example.com A none -> 203.0.113.7 (dyndns2)\n"
    assert len(home.asked) == 1


@pytest.mark.parametrize("seconds, tried", [(50 * MINUTE, 2), (2 * HOUR, 1)])
@clock
def test_pending_name_while_the_lookup_fails(home, source, seconds, tried):
    """Tried with an address that was found less than an hour ago."""
    home.provider.says[""] = "what?"
    home.configure([source.url])
    home.run()
    source.reply = Reply("")
    home.run(later=seconds)
    assert home.asked == [GOOD] * tried


@clock
def test_pending_name_whose_address_is_no_longer_allowed(home, source, ddns):
    home.provider.says[""] = "what?"
    home.configure([source.url])
    home.run()
    source.reply = Reply("")
    text = ddns.ini.read_text().replace("allow = 203.0.113.0/24, ", "allow = ")
    ddns.ini.write_text(text)
    assert home.run(later=50 * MINUTE).status == 4
    assert home.asked == [GOOD]


def test_dry_run(home, source, ddns):
    home.configure([source.url])
    result = home.run("-n", "update")
    assert result.status == 0
    assert f"{home.server.url}/nic/update?hostname={NAME}" in result.stdout
    assert "pa55word" not in result.stdout + result.stderr
    assert home.server.requests == [] and list(ddns.home.iterdir()) == []


def test_secrets_are_nowhere(home, source, ddns):
    """Not even when the service repeats them."""
    coded = "bWU6cGE1NXdvcmQ="  # me:pa55word
    home.provider.says[""] = f"what? pa55wording me:pa55word {coded}"
    home.configure([source.url])
    for args in (["-vv"], ["-vv"], ["status"], ["check", "-v"], ["--json"],
                 ["-n", "-f"], ["status", "--json"]):
        result = home.run(*args)
        said = result.stdout + result.stderr
        assert "pa55word" not in said and coded not in said
    for path in ddns.home.iterdir():
        text = path.read_text()
        assert "pa55word" not in text and coded not in text
        assert path.stat().st_mode & 0o077 == 0


def test_fifty_at_once(home, serve):
    """One has the lock for as long as the others run."""
    gate = Gate(GOOD)
    home.configure([serve(gate).url])
    runs = [home.ddns.start() for _ in range(50)]
    until(lambda: sum(run.poll() is None for run in runs) == 1)
    gate.open()
    said = [run.communicate(timeout=LATE) for run in runs]
    count = collections.Counter(run.returncode for run in runs)
    assert count == {0: 1, 6: 49}
    assert home.asked == [GOOD]
    assert sorted(out for out, _ in said)[-1].decode() == home.line
    assert sum(1 for out, _ in said if out) == 1
    assert all(err == b"" for _, err in said)


def test_locked(home, serve, ddns):
    gate = Gate(GOOD)
    source = serve(gate)
    home.configure([source.url])
    first = ddns.start()
    until(lambda: source.requests)
    result = ddns.run()
    assert (result.stdout, result.stderr, result.status) == ("", "", 6)
    result = ddns.run("-v")
    assert result.status == 6 and "another run" in result.stderr
    gate.open()
    first.communicate(timeout=LATE)
    assert first.returncode == 0


# Makes the state unusable; run() then takes these options.
def under_a_file(ddns):
    (ddns.folder / "file").write_text("")
    ddns.ini.write_text(ddns.ini.read_text().replace(
        str(ddns.home), str(ddns.folder / "file")))


def writable_by_others(ddns):
    ddns.home.chmod(0o777)


def a_folder(ddns):
    ddns.state.mkdir()


def a_link(ddns):
    ddns.state.symlink_to("elsewhere")


def disk_full(ddns):
    return {"file_limit": 0}


@pytest.mark.parametrize(
    "spoil", [under_a_file, writable_by_others, a_folder, a_link, disk_full])
def test_state_unusable(home, source, spoil):
    home.configure([source.url])
    options = spoil(home.ddns) or {}
    result = home.run(**options)
    assert result.status == 5 and result.stdout == ""
    assert result.stderr.startswith("ddns: ") and "state" in result.stderr
    assert home.server.requests == []


def test_folders_of_the_state_are_made(home, source, ddns):
    home.configure([source.url])
    ddns.write(ddns.ini.read_text().replace("/state/", "/state/a/b/"))
    assert home.run().status == 0
    assert (ddns.home / "a").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("text", [
    b"", b"junk", b"# ddns state 1\n\xff\xfe\0\n", b"# ddns state 99\nx\ty\n"])
def test_damaged_state(home, source, ddns, text):
    home.configure([source.url])
    home.run()
    ddns.state.write_bytes(text)
    result = home.run()
    assert result.status == 0 and len(home.asked) == 2
    assert home.run().stderr == ""


def test_damaged_state_is_kept(home, source, ddns):
    home.configure([source.url])
    home.run()
    good = ddns.state.read_bytes()
    ddns.state.write_bytes(good + b"\0broken\n")
    result = home.run()
    assert result.status == 0
    assert result.stderr.count("\n") == 1 and ".bad" in result.stderr
    bad = ddns.state.with_name(ddns.state.name + ".bad")
    assert bad.read_bytes() == good + b"\0broken\n"
    assert len(home.asked) == 1  # what was readable was taken


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_saves_what_was_confirmed(home, source, ddns, number):
    """And is raised again."""
    def reply(request):
        return Hang() if "b.example.com" in request.target else Reply("good\n")
    home.server.reply = reply
    home.configure([source.url], names="a.example.com b.example.com")
    run = ddns.start()
    until(lambda: len(home.server.requests) == 2)
    run.send_signal(number)
    out, _ = run.communicate(timeout=LATE)
    assert run.returncode == -number
    assert out.decode() == "a.example.com A none -> 203.0.113.7 (dyndns2)\n"
    home.server.reply = home.provider
    assert home.run().stdout.split()[0] == "b.example.com"


def test_deadline(home, serve):
    home.configure([serve(Hang()).url], general="timeout = 20\ndeadline = 2")
    result = home.in_time(5)
    assert result.status == 4 and result.seconds < 5


# Cloudflare


@pytest.fixture
def cloud(ddns, serve, source):
    """Configures an account at a fake Cloudflare; returns it."""
    provider = Cloudflare()
    provider.server = serve(provider)

    def configure(text="", names=NAME, token="cf-token", ipv6=None):
        six = f"[ipv6]\nurl = {ipv6}\nallow = 2001:db8::/32\n" if ipv6 else ""
        ddns.config(
            f"[ipv4]\nurl = {source.url}\nallow = 203.0.113.0/24\n{six}"
            f"[cloudflare]\nserver = {provider.server.url}\n"
            f"token = {token}\nnames = {names}\n{text}", "timeout = 50")
        return ddns

    provider.configure = configure
    return provider


def test_cloudflare_creates(cloud):
    result = cloud.configure().run()
    assert result.stdout == f"{NAME} A none -> 203.0.113.7 (cloudflare)\n"
    assert (result.stderr, result.status) == ("", 0)
    assert cloud.records == [
        {"type": "A", "name": NAME, "content": GOOD, "ttl": 1, "id": "r1"}]


def test_cloudflare_changes_the_address_alone(cloud):
    cloud.add(type="A", name=NAME, content="203.0.113.1", ttl=120,
              proxied=True, comment="mine")
    other = dict(cloud.add(type="TXT", name=NAME, content="x", ttl=1))
    result = cloud.configure().run()
    assert result.status == 0
    assert cloud.records == [
        {"type": "A", "name": NAME, "content": GOOD, "ttl": 120,
         "proxied": True, "comment": "mine", "id": "r1"}, other]
    assert cloud.writes == 1


def test_cloudflare_says_foreign_address_each_time(cloud, source):
    record = cloud.add(type="A", name=NAME, content=GOOD, ttl=1, proxied=False)
    assert cloud.configure().run().lines == []
    for address, foreign in (("203.0.113.8", True), ("203.0.113.6", True),
                             ("203.0.113.9", False), ("203.0.113.5", True)):
        if foreign:
            record["content"] = "192.0.2.99"
        source.reply = Reply(address)
        result = cloud.configure().run()
        assert f"-> {address} (cloudflare)\n" in result.stdout
        assert ("the record held 192.0.2.99" in result.stderr) == foreign
        assert cloud.configure().run().lines == []
        assert ("192.0.2.99" in cloud.configure().run("status").stdout
                ) == foreign


@clock
@pytest.mark.parametrize("held, line, warned", [
    ("192.0.2.99", f"{NAME} A 192.0.2.99 -> {GOOD} (cloudflare)\n", True),
    (None, f"{NAME} A none -> {GOOD} (cloudflare)\n", False),
    (GOOD, "", False)])
def test_what_others_did_to_a_record_is_news(cloud, held, line, warned):
    """A refresh finds the record of an unchanged address other than it was."""
    record = cloud.add(type="A", name=NAME, content=GOOD, ttl=1, proxied=False)
    ddns = cloud.configure("refresh = 1d")
    assert ddns.run().lines == []
    for days in (2, 4):
        if held:
            record["content"] = held
        else:
            cloud.records.clear()
        result = ddns.run(later=days * 86400)
        assert (result.stdout, result.status) == (line, 0)
        assert result.stderr == (
            f"ddns: {NAME} A (cloudflare): the record held {held}, which was "
            "not set from here; it was changed\n" if warned else "")
        assert cloud.records[0]["content"] == GOOD


@clock
def test_what_others_did_to_a_record_as_a_document(cloud):
    cloud.add(type="A", name=NAME, content=GOOD, ttl=1, proxied=False)
    ddns = cloud.configure("refresh = 1d")
    assert ddns.run().lines == []
    cloud.records[0]["content"] = "192.0.2.99"
    value = json.loads(ddns.run("--json", later=2 * 86400).stdout)
    name, = value["names"]
    assert (name["old"], name["new"], name["outcome"]) == (
        "192.0.2.99", GOOD, "changed")
    problem, = value["problems"]
    assert (problem["event"], problem["name"], problem["type"],
            problem["account"]) == ("warning", NAME, "A", "cloudflare")


def test_address_of_a_lost_answer_is_not_foreign(cloud, source):
    """The service took it, and nobody else."""
    def lose(request):
        reply = cloud(request)
        return reply if request.method == "GET" else Reset()
    cloud.configure().run()
    source.reply = Reply("203.0.113.8")
    cloud.server.reply = lose
    assert cloud.configure().run().status == 1
    assert cloud.records[0]["content"] == "203.0.113.8"
    source.reply = Reply("203.0.113.9")
    cloud.server.reply = cloud
    result = cloud.configure().run()
    assert (result.stdout, result.stderr, result.status) == (
        f"{NAME} A 203.0.113.7 -> 203.0.113.9 (cloudflare)\n", "", 0)


def test_records_taken_over_are_no_news(cloud, ddns):
    """The line of a first run shows what they held."""
    names = {"a.example.com": "192.0.2.99", "b.example.com": GOOD,
             "c.example.com": None}
    for name, address in names.items():
        if address:
            cloud.add(type="A", name=name, content=address, ttl=1,
                      proxied=False)
    cloud.configure(names=" ".join(names))
    value = json.loads(ddns.run("--json").stdout)
    assert [(name["old"], name["outcome"]) for name in value["names"]] == [
        ("192.0.2.99", "changed"), (GOOD, "same"), (None, "changed")]
    cloud.records.pop(0)
    cloud.add(type="A", name="a.example.com", content="192.0.2.99", ttl=1,
              proxied=False)
    cloud.records = [r for r in cloud.records if r["name"] != "c.example.com"]
    ddns.state.unlink()
    result = ddns.run()
    assert result.stdout == (
        f"a.example.com A 192.0.2.99 -> {GOOD} (cloudflare)\n"
        f"c.example.com A none -> {GOOD} (cloudflare)\n")
    assert (result.stderr, result.status) == ("", 0)


def test_cloudflare_already_so(cloud):
    cloud.add(type="A", name=NAME, content=GOOD, ttl=1, proxied=False)
    assert cloud.configure().run().status == 0
    assert cloud.writes == 0


def test_cloudflare_sets_what_the_account_writes(cloud):
    cloud.add(type="A", name=NAME, content=GOOD, ttl=1, proxied=False)
    cloud.configure("proxied = true\nttl = 300").run()
    assert cloud.records[0]["proxied"] is True
    assert cloud.records[0]["ttl"] == 300


def test_cloudflare_one_batch_for_a_zone(cloud, serve):
    six = serve(Reply("2001:db8::7"), host="::1")
    cloud.configure(names="example.com *.example.com a.example.com",
                    ipv6=six.url).run()
    kinds = collections.Counter(
        f"{r.method} {r.path}" for r in cloud.server.requests)
    assert kinds["POST /client/v4/zones/z1/dns_records/batch"] == 1
    assert kinds["GET /client/v4/zones/z1/dns_records"] == 3
    assert len(cloud.records) == 6
    assert cloud.holds("*.example.com") == {
        ("A", GOOD), ("AAAA", "2001:db8::7")}


def test_cloudflare_longest_zone(cloud):
    cloud.zones["sub.example.com"] = "z2"
    cloud.configure(names="a.sub.example.com").run()
    assert cloud.server.asked[-1].startswith("POST /client/v4/zones/z2/")


def test_cloudflare_zone_given(cloud):
    """A token that cannot list zones."""
    result = cloud.configure("zone = example.com\nzone_id = z1").run()
    assert result.status == 0
    assert not any("/zones?" in asked for asked in cloud.server.asked)


def test_cloudflare_no_zone(cloud, ddns):
    cloud.zones.clear()
    result = cloud.configure().run()
    assert result.status == 7 and "zone" in result.stderr
    count = len(cloud.server.requests)
    assert (ddns.run().status, len(cloud.server.requests)) == (7, count)


def test_cloudflare_wrong_token(cloud, ddns):
    result = cloud.configure(token="wrong-token").run()
    assert result.status == 7 and "Invalid access token" in result.stderr
    assert "wrong-token" not in result.stderr
    assert len(cloud.server.requests) == 1


def test_cloudflare_filter_is_not_trusted(cloud):
    """A server that ignores the name in the query."""
    cloud.add(type="A", name="other.example.com", content="203.0.113.1",
              ttl=1, proxied=False)
    full = cloud.list_records
    cloud.list_records = lambda request: cloud.reply(cloud.records)
    assert cloud.configure().run().status == 0
    cloud.list_records = full
    assert cloud.holds("other.example.com") == {("A", "203.0.113.1")}
    assert cloud.holds(NAME) == {("A", GOOD)}


def test_cloudflare_several_records(cloud, ddns, source):
    """Ours is changed, or none."""
    for last in (1, 2):
        cloud.add(type="A", name=NAME, content=f"203.0.113.{last}", ttl=1,
                  proxied=False)
    result = cloud.configure().run()
    assert (result.status, cloud.writes) == (7, 0)
    cloud.records[1]["content"] = GOOD
    assert ddns.run("--force").status == 0
    source.reply = Reply("203.0.113.8")
    assert ddns.run().status == 0
    assert cloud.holds(NAME) == {("A", "203.0.113.1"), ("A", "203.0.113.8")}


@pytest.mark.parametrize("reply", [
    Reply("", 500), Reply("<html>", 200), Reply("{}", 200), Reply("[]", 200),
    document({"success": False, "errors": [], "result": []}),
    document({"success": True, "result": [{"id": "x"}]}),
    Reply('{"success":true,"result":[', 200), Reset()])
def test_cloudflare_failed_read_is_not_no_record(cloud, reply):
    cloud.add(type="A", name=NAME, content="203.0.113.1", ttl=1, proxied=False)
    # a connection that breaks is tried once more by libcurl
    cloud.script.extend([None, reply, reply])
    assert cloud.configure().run().status == 1
    assert cloud.writes == 0


def test_cloudflare_error_of_the_write(cloud, ddns):
    cloud.batch = lambda body: cloud.error(400, 9005, "Content is invalid")
    result = cloud.configure().run()
    assert result.status == 1 and result.stdout == ""
    assert "Content is invalid" in ddns.run("-v").stderr


# DigitalOcean


@pytest.fixture
def ocean(ddns, serve, source):
    provider = DigitalOcean()
    provider.server = serve(provider)
    ddns.config(
        f"[ipv4]\nurl = {source.url}\nallow = 203.0.113.0/24\n"
        f"[digitalocean]\nserver = {provider.server.url}\n"
        f"token = do-token\nnames = {NAME}", "timeout = 50")
    return provider


def test_digitalocean_creates(ocean, ddns):
    result = ddns.run()
    assert result.stdout == f"{NAME} A none -> 203.0.113.7 (digitalocean)\n"
    assert ocean.records == [
        {"type": "A", "name": "home", "data": GOOD, "ttl": 300, "id": "r1"}]
    assert ocean.server.asked == [
        f"GET /v2/domains/{NAME}", "GET /v2/domains/example.com",
        f"GET /v2/domains/example.com/records?name={NAME}&per_page=200",
        "POST /v2/domains/example.com/records"]


def test_digitalocean_changes(ocean, ddns):
    ocean.add(type="A", name="home", data="203.0.113.1", ttl=1800)
    assert ddns.run().status == 0
    assert ocean.records == [
        {"type": "A", "name": "home", "data": GOOD, "ttl": 1800, "id": "r1"}]
    assert ddns.run().status == 0
    assert ocean.writes == 1


def test_digitalocean_unauthorized(ocean, ddns):
    ocean.auth = "Bearer another"
    result = ddns.run()
    assert result.status == 7
    assert "Unable to authenticate you" in result.stderr
    assert "do-token" not in result.stderr


# An account that is stopped, and requests that are under way


def by_name(replies):
    """Replies by the host name that a request is about."""
    def reply(request):
        query = dict(request.query)
        name = query.get("hostname") or request.path.rpartition("/")[2]
        return replies.get(name.partition(".")[0], Reply("good"))
    return reply


@pytest.mark.parametrize("stop, status", [
    (Reply("badauth"), 7), (Reply("911"), 1), (Reply("", 401), 7),
    (Reply("", 429), 1)])
def test_what_was_sent_is_heard(home, source, stop, status):
    """Behind the first, which goes alone, four go side by side."""
    late = Reply("good", after=0.4)
    home.server.reply = by_name({"b": stop, "c": late, "d": late, "e": late})
    names = [f"{letter}.example.com" for letter in "abcde"]
    home.configure([source.url], names=" ".join(names))
    result = home.run()
    assert result.stdout == "".join(
        f"{name} A none -> {GOOD} (dyndns2)\n" for name in names
        if name[0] != "b")
    assert (result.status, len(home.server.requests)) == (status, 5)
    # the account is held all the same
    assert (home.run().status, len(home.server.requests)) == (status, 5)
    home.server.reply = by_name({})
    assert home.run("-f", "update", "b.example.com").status == 0
    assert (home.run().status, len(home.server.requests)) == (0, 6)


def test_a_stopped_account_sends_no_more(home, source):
    """What is read while it is stopped is not written."""
    reads = {"b": Reply("", 401), "c": document([], headers={}),
             "a": document([])}
    reads["c"].after = 0.4
    home.server.reply = lambda request: (
        document({"id": 1}, 201) if request.method == "POST"
        else by_name(reads)(request))
    home.ddns.config(
        f"[ipv4]\nurl = {source.url}\nallow = 203.0.113.0/24\n"
        f"[url]\nurl = {home.server.url}\nrecords = GET /{{fqdn}} -> [] ip\n"
        "create = POST /new/{fqdn} {\"ip\":\"{ip}\"}\n"
        "names = a.example.com b.example.com c.example.com")
    result = home.run()
    assert (result.stdout, result.status) == (
        f"a.example.com A none -> {GOOD} (url)\n", 7)
    assert sorted(home.server.asked) == [
        "GET /a.example.com", "GET /b.example.com", "GET /c.example.com",
        "POST /new/a.example.com"]


FORBIDDEN = Reply("<html>Forbidden</html>", 403)


@pytest.mark.parametrize("which", ["a", "b", "d", "ab", "cd", "bcd"])
def test_a_403_is_about_its_request(home, source, which):
    """Godaddy forbids `*`; Gandi and Cloudflare one zone of two."""
    home.server.reply = by_name(dict.fromkeys(which, FORBIDDEN))
    home.configure([source.url], names=" ".join(
        f"{letter}.example.com" for letter in "abcd"))
    result = home.run()
    assert [line[0] for line in result.stdout.splitlines()] == [
        letter for letter in "abcd" if letter not in which]
    assert [line[6] for line in result.lines] == list(which)
    assert "tried once a day" in result.stderr and result.status == 7
    assert (home.run().status, len(home.server.requests)) == (7, 4)


@clock
def test_three_403_are_about_the_account(home, source):
    """One at a time, as long as nothing has worked."""
    at_once = []
    flying = set()

    def reply(request):
        at_once.append(len(flying))
        flying.add(request.target)
        slow = Reply("", 403)
        slow.play = lambda sock, stop: (
            stop.wait(0.05), flying.discard(request.target),
            Reply.play(slow, sock, stop))[2]
        return slow
    home.server.reply = reply
    home.configure([source.url], names=" ".join(
        f"{letter}.example.com" for letter in "abcdefg"))
    result = home.run()
    assert (result.status, at_once) == (7, [0, 0, 0])
    assert len(result.lines) == 1
    assert result.stderr.startswith("ddns: [dyndns2]: ")
    assert "403" in result.stderr and "7 records wait" in result.stderr
    assert "tried once a day" in result.stderr
    assert (home.run().status, len(home.server.requests)) == (7, 3)
    home.server.reply = by_name({})
    assert home.run(later=25 * HOUR).status == 0


def test_what_worked_before_goes_first(home, source):
    """So that three new names which are forbidden do not stop it."""
    home.configure([source.url], names="d.example.com")
    assert home.run().status == 0
    home.server.reply = by_name(dict.fromkeys("abc", FORBIDDEN))
    home.configure([source.url], names=" ".join(
        f"{letter}.example.com" for letter in "abcd"))
    source.reply = Reply("203.0.113.8")
    result = home.run()
    assert result.stdout == (
        "d.example.com A 203.0.113.7 -> 203.0.113.8 (dyndns2)\n")
    assert [line[6] for line in result.lines] == list("abc")


# A row that makes a new record and then deletes the old one


class Replacing(Provider):
    """As netlify: records have an id, and none can be changed.

    Another's records may be there. stuck: what no delete takes away."""

    row = ("[provider own]\nurl = {url}\n"
           "records = GET /{{fqdn}} -> /records id name type ip ttl\n"
           "create = POST / {{\"name\":\"{{fqdn}}\",\"type\":\"{{type}}\","
           "\"ip\":\"{{ip}}\"}}\ndelete = DELETE /{{id}}\nerror = /message\n")

    def __init__(self, *addresses):
        super().__init__()
        self.records, self.stuck, self.next = [], set(), 1
        for address in addresses:
            self.add(address)

    def add(self, address, name=NAME, kind="A"):
        self.records.append(
            {"id": self.next, "name": name, "type": kind, "ip": address})
        self.next += 1

    def holds(self):
        return [record["ip"] for record in self.records]

    def answer(self, request):
        if request.method == "GET":
            return document({"records": self.records})
        if request.method == "POST":
            value = json.loads(request.body)
            self.add(value["ip"], value["name"], value["type"])
            return document({"id": self.next - 1}, 201)
        ident = int(request.path[1:])
        if ident in self.stuck:
            return document({"message": "not now"}, 500)
        self.records = [r for r in self.records if r["id"] != ident]
        return Reply("", 204)


@pytest.fixture
def replacing(ddns, serve, source):
    def configure(provider, row="", account=""):
        server = serve(provider)
        ddns.config(
            f"[ipv4]\nurl = {source.url}\nallow = 203.0.113.0/24\n"
            f"{provider.row.format(url=server.url)}{row}"
            f"[own]\nnames = {NAME}\n{account}", "patience = 1")
        return provider
    return configure


# What the record holds before the first run, which confirms nothing but may
# take it over; the addresses of the runs, of which all but the last find a
# delete that fails; what is left at the end; how many requests in all.
LEFT = [
    (["203.0.113.99"], [GOOD, GOOD], [GOOD]),
    (["203.0.113.99"], [GOOD, "203.0.113.8"], ["203.0.113.8"]),
    (["203.0.113.99"], [GOOD, "203.0.113.8", "203.0.113.6"], ["203.0.113.6"]),
    (["203.0.113.99"], [GOOD, "203.0.113.99"], ["203.0.113.99"]),
    ([], [GOOD, GOOD], [GOOD]),
]


@pytest.mark.parametrize("there, found, end", LEFT)
def test_a_delete_that_failed_is_made_up_for(
        replacing, ddns, source, there, found, end):
    provider = replacing(Replacing(*there))
    provider.stuck = set(range(1, 9))
    for address in found[:-1]:
        source.reply = Reply(address)
        result = ddns.run("-vf")
        assert result.status == (1 if there else 0)
        assert ("delete: HTTP 500: not now" in result.stderr) == bool(there)
        assert ("\nleft\t" in ddns.state.read_text()) == bool(there)
    provider.stuck = set()
    source.reply = Reply(found[-1])
    assert ddns.run("-f").status == 0
    assert provider.holds() == end
    assert "\nleft\t" not in ddns.state.read_text()


def test_what_others_set_later_is_not_deleted(replacing, ddns, source):
    """Left is what a run of ours took over, and until it is gone."""
    provider = replacing(Replacing("203.0.113.99"))
    provider.stuck = {1}
    assert ddns.run().status == 1
    provider.stuck = set()
    provider.add("203.0.113.50")
    assert ddns.run("-f").status == 0
    assert provider.holds() == [GOOD, "203.0.113.50"]
    provider.add("203.0.113.99")
    source.reply = Reply("203.0.113.8")
    assert ddns.run().status == 0
    assert sorted(provider.holds()) == [
        "203.0.113.50", "203.0.113.8", "203.0.113.99"]


# What a row cannot do: the types it has, the account's lists of names, the
# families with lookups, and whether the user is told.
CUTS = [
    ("A", "names", "46", True), ("AAAA", "names", "46", True),
    ("A", "names", "4", False), ("AAAA", "names", "6", False),
    ("A", "ipv4", "46", False), ("AAAA", "ipv6", "46", False),
    ("A AAAA", "names", "46", False),
]


@pytest.mark.parametrize("types, key, families, told", CUTS)
def test_a_family_that_a_row_lacks(
        ddns, serve, types, key, families, told):
    """`check` names it each time, a run once."""
    service = serve(Reply("ok"))
    text = ""
    for family, address, allow in (("4", GOOD, "203.0.113.0/24"),
                                   ("6", "2001:db8::7", "2001:db8::/32")):
        if family in families:
            source = ddns.folder / family
            source.write_text(address)
            text += f"[ipv{family}]\nurl = file://{source}\nallow = {allow}\n"
    sets = "".join(f"set.{kind} = GET /{{fqdn}}/{{ip}}\n"
                   for kind in types.split())
    ddns.config(f"{text}[provider own]\nurl = {service.url}\n{sets}"
                f"[own]\n{key} = {NAME}")
    lacks, other = ("A", "ipv6") if types == "AAAA" else ("AAAA", "ipv4")
    line = (f"[own] {key}: own has no {lacks}, so these names get {types} "
            f"alone: write {other} in place of names\n")
    for command, expected in (("check", told), ("update", told),
                              ("update", False), ("check", told)):
        result = ddns.run(command)
        assert (result.status, len(result.lines)) == (0, expected)
        assert (line in result.stderr) == expected


# Duck DNS


def test_duckdns_both_families_in_one(ddns, serve, source):
    duck = DuckDNS()
    server = serve(duck)
    six = serve(Reply("2001:db8::7"), host="::1")
    ddns.config(
        f"[ipv4]\nurl = {source.url}\nallow = 203.0.113.0/24\n"
        f"[ipv6]\nurl = {six.url}\nallow = 2001:db8::/32\n"
        f"[duckdns]\nserver = {server.url}\ntoken = duck-token\n"
        "names = home.duckdns.org")
    assert ddns.run().status == 0
    assert server.asked == [
        "GET /update?domains=home&token=duck-token&ip=203.0.113.7"
        "&ipv6=2001%3Adb8%3A%3A7"]
    assert duck.zone == {("home", "A"): GOOD, ("home", "AAAA"): "2001:db8::7"}


def test_duckdns_denied(ddns, serve, source):
    server = serve(DuckDNS("another-token"))
    ddns.config(
        f"[ipv4]\nurl = {source.url}\nallow = 203.0.113.0/24\n"
        f"[duckdns]\nserver = {server.url}\ntoken = duck-token\n"
        "names = home.duckdns.org")
    result = ddns.run()
    assert result.status == 7 and "duck-token" not in result.stderr
    assert (ddns.run().status, len(server.requests)) == (7, 1)


def test_accounts_do_not_hinder_each_other(home, source, serve):
    broken = serve(Reset())
    home.configure([source.url], more=(
        f"[dyndns2 other]\nserver = {broken.url}\nuser = me\n"
        "password = pa55word\nnames = other.example.com\n"))
    result = home.run()
    assert (result.stdout, result.status) == (home.line, 1)


@pytest.mark.parametrize("what", ["account", "lookup"])
def test_an_account_is_saved_when_it_ends(home, serve, source, what):
    """Although another hangs, and then the run is killed."""
    hangs = serve(Hang())
    home.configure(
        [source.url], [serve(Hang(), host="::1").url] * (what == "lookup"),
        general="timeout = 40", more=(
            f"[dyndns2 other]\nserver = {hangs.url}\nuser = me\n"
            "password = pa55word\nnames = other.example.com\n"
            if what == "account" else ""))
    run = home.ddns.start()
    row = f"{NAME}\tA\tdyndns2\t{GOOD}\t"
    end = time.monotonic() + 20
    while not (home.ddns.state.exists()
               and row in home.ddns.state.read_text()):
        assert time.monotonic() < end and run.poll() is None
        time.sleep(0.02)
    run.kill()
    run.communicate()
    text = home.ddns.state.read_text()
    assert text.startswith("# ddns state 1\n") and text.endswith("\n")
    assert text.count("\nname\t") == 2
    asked = len(home.asked)
    hangs.close()
    home.ddns.run("-4")
    assert len(home.asked) == asked


def test_saving_does_not_hold_a_run(home, source, serve):
    """Two accounts that end one after the other within a second."""
    other = serve(Reply("good", after=0.3))
    home.configure([source.url], more=(
        f"[dyndns2 other]\nserver = {other.url}\nuser = me\n"
        "password = pa55word\nnames = other.example.com\n"))
    # on a busy machine one of several shows it
    for _ in range(5):
        result = home.run("-f")
        assert result.status == 0
        if result.seconds < 1:
            return
    assert False, "each run waited for the second to pass"


def test_saves_are_a_second_apart(home, source, serve):
    """However many accounts end one after the other."""
    more = ""
    for number in range(12):
        other = serve(Reply("good", after=1 + number / 10))
        more += (f"[dyndns2 a{number}]\nserver = {other.url}\nuser = me\n"
                 f"password = pa55word\nnames = a{number}.example.com\n")
    home.configure([source.url], more=more)
    result = home.run("-vv")
    assert result.status == 0, result.stderr
    wrote = result.stderr.count("state: wrote")
    # the first before all calls, the last at the end of the run
    assert 3 <= wrote <= 3 + result.seconds


def test_json(home, source):
    home.configure([source.url])
    value = json.loads(home.run("--json").stdout)
    text = json.dumps(value)
    assert NAME in text and GOOD in text


def test_token_of_a_login_is_masked(home, serve, source):
    """Nobody knows it before its answer is there."""
    token = "tok-3f9a1c77e0"

    service = serve([document({"session": token}), Reply(f"no, {token}", 500)])
    home.ddns.config(
        f"[ipv4]\nurl = {source.url}\nallow = 203.0.113.0/24\n"
        f"[url]\nurl = {service.url}\nlogin = POST /login a=b -> session\n"
        "auth = Bearer {session}\nset = GET /{fqdn}/{ip}\n"
        "names = home.example.com\n", "patience = 1")
    result = home.run("-vv")
    assert result.status == 1 and "HTTP 500" in result.stderr
    assert [r.header("Authorization") for r in service.requests] == [
        None, f"Bearer {token}"]
    assert token not in result.stderr
    assert token not in home.ddns.state.read_text()


@pytest.mark.parametrize("answer", [
    '{"renamed": "%s"}', '{"session": "%s"', '["%s"]', "session=%s",
    "<html>%s</html>"])
@pytest.mark.parametrize("status", [200, 401, 500])
def test_answer_to_a_login_is_not_shown(home, serve, source, answer, status):
    """What was not understood may hold a token all the same."""
    token = "tok-3f9a1c77e0"
    service = serve(Reply(answer % token, status))
    home.ddns.config(
        f"[ipv4]\nurl = {source.url}\nallow = 203.0.113.0/24\n"
        f"[url]\nurl = {service.url}\nlogin = POST /login a=b -> session\n"
        "auth = Bearer {session}\nset = GET /{fqdn}/{ip}\n"
        "error = /why\nnames = home.example.com\n", "patience = 1")
    result = home.run("-vv")
    assert len(service.requests) == 1 and "login: " in result.stderr
    assert token not in result.stderr
    assert token not in home.ddns.state.read_text()
    service.reply = document({"why": "not today", "renamed": token}, 401)
    result = home.run("-v", "--force")
    assert "HTTP 401: not today" in result.stderr
    assert token not in result.stderr


@pytest.mark.parametrize("secret", [
    "Tr0ub4dor&9<Kx7Qz", "Tr0ub4dor>9<K<x7Qz>", "<Tr0ub4dor/>"])
def test_secret_with_the_signs_of_a_tag_is_masked(home, serve, source, secret):
    service = serve(Reply(
        f"<html><body><p>bad key {secret} of<br/>you</p></body></html>", 401))
    home.ddns.config(
        f"[ipv4]\nurl = {source.url}\nallow = 203.0.113.0/24\n"
        f"[dyndns2]\nserver = {service.url}\nuser = me\n"
        f"password = {secret}\nnames = home.example.com\n")
    assert "HTTP 401: bad key *** of you" in home.run().stderr


def test_signed_query_is_masked(home, serve, source):
    service = serve([Reply("ok"), Reply("ok")])
    home.ddns.config(
        f"[ipv4]\nurl = {source.url}\nallow = 203.0.113.0/24\n"
        f"[url]\nurl = {service.url}\nauth = RPC-HMAC-SHA1 s3cr3t-key\n"
        "set = GET /{fqdn}/{ip}\nnames = home.example.com\n")
    result = home.run("-vv")
    assert result.status == 0, result.stderr
    request, = service.requests
    signatures.verify("RPC-HMAC-SHA1", ["s3cr3t-key"], request)
    assert f"{request.path}?***" in result.stderr
    assert "Signature=" not in result.stderr
