# SPDX-License-Identifier: ISC
"""Every row against the documented answers of its service.

To add a provider: write src/providers/NAME.ini, and tests/providers/NAME.case
(conversation.py has the format; digitalocean.case is a plain example). Copy
requests and answers from the vendor's documents, not from what the program
sends. `pytest tests/test_providers.py -k NAME` runs them; a request that is
not the expected one is shown as a diff. REQUIRED says which cases must be
there, and `without WORD: WHY` in a file that one cannot be. A file _NAME.case
has a row of its own: it shows what the language of rows can say, or serves
others as `like`.
"""

import datetime
import json
import os
import re

import pytest

import conversation
import harness

ROWS = harness.ROOT / "src" / "providers"
SOURCES = {"ipv4": ("A", "203.0.113.0/24"), "ipv6": ("AAAA", "2001:db8::/32")}


def read_row(text):
    row = {}
    for line in text.splitlines():
        if line[:1].isspace() and line.strip():
            row[key] += "\n" + line.strip()
        elif "=" in line and line[0] not in ";#":
            key, value = map(str.strip, line.split("=", 1))
            row[key] = f"{row[key]}\n{value}" if key in row else value
    return row


def read_rows():
    """{row: {key: value}}, with what `like` gives."""
    rows = {}
    for path in sorted(ROWS.glob("*.ini")):
        for text in re.split(r"^\[provider ", path.read_text(), flags=re.M)[1:]:
            name, _, text = text.partition("]")
            rows[name] = read_row(text)

    def layered(row):
        lower = layered(rows[row["like"]]) if "like" in row else {}
        return {**lower, **row}
    return {name: layered(row) for name, row in rows.items()}


def required(row):
    """The words of cases that a row must have, one of each set."""
    def has(*keys):
        return any(key.partition(".")[0] in keys and row[key] for key in row)
    words = [{"denied"}, {"busy"}, {"later"}, {"wildcard"}, {"apex"}]
    if has("records"):
        words += [{"missing"}, {"equal"}, {"changed"}, {"several"}]
    else:
        words += [{"set"}]
    if has("zones"):
        words += [{"nozone"}]
    if has("refused"):
        words += [{"refused"}]
    if {"set", "create", "update", "set.AAAA"} & set(row):
        words += [{"AAAA"}]
    return words


ALL_ROWS = read_rows()
FILES = {path.stem: conversation.CaseFile(path)
         for path in sorted(conversation.FOLDER.glob("*.case"))}
FILES = {name: file for name, file in FILES.items()
         if name[0] != "_" or file.row_text}
for file in FILES.values():
    file.row = read_row(file.row_text) or ALL_ROWS[file.provider]
CASES = [case for file in FILES.values() for case in file.cases.values()]
# Made by the account alone, or by a program, which has a test of its own.
BARE = {"url"} | {name for name, row in ALL_ROWS.items() if "runs" in row}


@pytest.fixture(scope="module")
def servers():
    """One over IPv4, one over IPv6."""
    servers = [harness.Server(harness.Reply("no case", 400), host=host)
               for host in ("127.0.0.1", "::1")]
    yield servers
    for server in servers:
        server.close()


def secrets(case):
    """The values that must never be shown."""
    declared = case.file.row.get("secret", "")
    names = set(re.findall(r"^\[?(\w+)", declared, re.M))
    return [value for key, value in case.account.items()
            if key in names and value]


def elsewhere(case, server):
    """Requests of the row to another host than that of `url`."""
    return {key: re.sub(r" https://[^/?\s]+", f" {server}", value, count=1)
            for key, value in case.file.row.items()
            if re.match("[A-Z]+ https://", value)}


def configure(ddns, case, run):
    text = ""
    for section, (kind, allow) in SOURCES.items():
        if kind not in case.types:
            continue
        source = ddns.folder / section
        source.write_text(conversation.ADDRESSES[kind][run + 1] + "\n")
        text += f"[{section}]\nurl = file://{source}\nallow = {allow}\n"
    values = case.values(case.types[0], run)
    account = {"names": "$fqdn", **case.account}
    if not any("$server" in value for value in account.values()):
        account["server"] = "$server"
    account.update(elsewhere(case, "$server"))
    if case.file.row_text:
        text += f"[provider own]\n{case.file.row_text}"
    text += f"[{case.file.provider}]\n"
    for key, value in account.items():
        value = conversation.expand(value, values).replace("\\n", "\n").replace("\n", "\n\t")
        text += f"{key} = {value}\n" if value else f"{key} =\n"
    ddns.config(text, f"timeout = {harness.TIMEOUT}\npatience = 1")


def play(ddns, case, servers, run):
    script = conversation.Script(case.every, case.runs[run])
    for server in servers:
        server.reply = script
    configure(ddns, case, run)
    result = ddns.run()
    told = "\n".join(script.wrong + script.missed())
    assert not told, f"{told}\n{result.stderr}"
    for secret in secrets(case):
        assert secret not in result.stdout + result.stderr
    return result


def assert_told_well(case, stderr):
    """Of the account or of the name, and in the service's words."""
    names = conversation.expand(case.account.get("names", "$fqdn"),
                                case.values(case.types[0], 0))
    begin = ("[" if case.has("denied") or case.has("busy")
             else re.split(r"[\s,]+", names)[0])
    assert stderr.startswith(f"ddns: {begin}"), stderr
    if "not understood" in case.text:
        return
    assert "not understood" not in stderr
    if "error" in case.file.row:
        assert not re.search('[{<]["?a-zA-Z]', stderr), stderr


def held(ddns):
    """How long `status` reports that the first name is left alone."""
    name = json.loads(ddns.run("status", "--json").stdout)["names"][0]
    if not name["until"]:
        return "for good" if name["state"] == "refused" else name["state"]
    until, attempt = (datetime.datetime.fromisoformat(name[key].rstrip("Z"))
                      for key in ("until", "attempt"))
    return str(int((until - attempt).total_seconds()))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(ddns, servers, case):
    case.read([server.url for server in servers])
    for run in range(len(case.runs)):
        result = play(ddns, case, servers, run)
        if run + 1 < len(case.runs):
            assert result.status == 0, result.stderr
    assert result.status == case.status, result.stderr
    assert result.stdout.splitlines() == case.lines_out(), result.stderr
    text = conversation.expand(case.text, case.values(case.types[0], run))
    # without what is told of the configuration itself
    stderr = "".join(line for line in result.stderr.splitlines(True)
                     if not line.startswith(f"ddns: {ddns.ini}:"))
    assert text in result.stderr
    assert text or bool(case.status) == bool(stderr), stderr
    if case.status in (1, 7):
        assert_told_well(case, stderr)
    if case.held:
        assert held(ddns) == case.held


@pytest.mark.parametrize("name", sorted(set(ALL_ROWS) - BARE))
def test_cases_are_there(name):
    assert name in FILES, f"tests/providers/{name}.case is missing"
    file = FILES[name]
    words = set().union(*(case.name.split() for case in file.cases.values()))
    missing = [min(choice) for choice in required(ALL_ROWS[name])
               if not choice & (words | set(file.without))]
    assert not missing, f"{name}.case has no case: {' '.join(missing)}"
    assert not words & set(file.without)


def said(row, key):
    """The tests of a key: (pointer or None, text)."""
    for test in re.split(r"[,\n]\s*", row.get(key, "")):
        pointer, _, text = test.partition("=")
        if test.startswith("/"):
            yield pointer, text
        elif test:
            yield None, test


def answers_to(pointer, text, answers):
    """Whether some answer looks as if the test held for it."""
    words = ".*".join(map(re.escape, re.split(r"\*|{\w+}", text)))
    if re.fullmatch(r"[1-5](\d\d|xx)", text) and not pointer:
        pattern = text.replace("x", r"\d")
    elif pointer:
        name = re.escape(pointer.rpartition("/")[2])
        pattern = rf'[^"]*.*["<]{name}["> :]+{words}'
    else:
        pattern = rf"\d\d\d {words}"
    return any(re.match(pattern, answer, re.I) for answer in answers)


WORDS = ("missing", "denied", "refused", "busy", "later", "same")


@pytest.mark.parametrize("name", sorted(set(FILES) & set(ALL_ROWS)))
def test_each_word_is_said(name):
    """Whatever a row looks for stands in an answer of its cases."""
    file = FILES[name]
    answers = [" ".join([line.text, *line.more]) for line in
               [*file.answers.values(), *sum(file.calls.values(), []),
                *(line for case in file.cases.values() for line in case.lines)]
               if conversation.STATUS.match(line.text)]
    row = ALL_ROWS[name]
    unsaid = [f"{key}: {pointer or ''} {text}"
              for key in row if key.partition(".")[0] in WORDS
              for pointer, text in said(row, key)
              if not answers_to(pointer, text, answers)]
    assert not unsaid


@pytest.mark.parametrize("name", sorted(set(FILES) & set(ALL_ROWS)))
def test_origins(name):
    """`server` replaces them in the cases, so they are looked at here."""
    found = {origin for key, value in ALL_ROWS[name].items()
             if key not in ("site", "advice", "secret", "setting", "jwt")
             for origin in re.findall(r"https?://[^/?\s{]+", value)
             if "xmlns" not in key and f'="{origin}' not in value}
    assert found == set(FILES[name].origins)


# What comes with status 200 where a service, or what stands before it, is ill.
FOREIGN = ["[]", "{}", "null", '""', "<a/>", "down for maintenance",
           "<html><body>maintenance</body></html>"]
READS = ("login", "zones", "records", "record")


class Spoiled(conversation.Script):
    """Answers the request of this number with a foreign text."""

    def __init__(self, case, number=None, text=""):
        super().__init__(case.every, case.runs[0])
        self.number, self.text, self.count = number, text, 0

    def choose(self, request):
        self.count += 1
        if self.count - 1 == self.number:
            self.left.clear()
            return harness.Reply(self.text, 200)
        return super().choose(request)


def spoil(ddns, case, servers, *spoiled):
    script = Spoiled(case, *spoiled)
    for server in servers:
        server.reply = script
    ddns.state.unlink(missing_ok=True)
    configure(ddns, case, 0)
    return script, ddns.run("-vv")


def steps_of(stderr):
    """The step of each request."""
    steps, step = [], None
    for line in stderr.splitlines():
        begun = re.fullmatch(r"ddns: .* A: (\w+)", line)
        step = begun[1] if begun else step
        if re.match("ddns: > [A-Z]+ ", line):
            steps.append(step)
    return steps


def says(row, step, text):
    """Whether the row takes a text for what a service answers at the step."""
    reading = row.get(step, row.get(f"{step}.A", ""))
    return ((text == "[]" and "-> []" in reading) or text in
            [test for key in (f"missing.{step}", "missing") for _, test in
             said(row, key)])


@pytest.mark.parametrize("name", sorted(
    name for name, file in FILES.items()
    if {key.removesuffix(".A") for key in file.row} & set(READS)))
def test_foreign_answer(ddns, servers, name):
    """It is never "no record", and nothing is written for it."""
    file = FILES[name]
    case = max(file.cases.values(), key=lambda case: case.name == "changed")
    case.read([server.url for server in servers])
    steps = steps_of(spoil(ddns, case, servers)[1].stderr)
    assert steps
    for number, step in enumerate(steps):
        for text in FOREIGN if step in READS else ():
            if says(file.row, step, text):
                continue
            script, result = spoil(ddns, case, servers, number, text)
            what = f"{step}: {text}\n{result.stderr}"
            assert script.count == number + 1, what
            assert result.status == 1, what


def snapshot(ddns):
    return {path.name: path.read_bytes() for path in ddns.home.iterdir()}


def plain(text):
    """METHOD and path of a request, as far as it has no secret."""
    method, _, target = text.partition(" ")
    path = re.sub("^https?://[^/]*", "", target.partition("?")[0])
    return f"{method} {path.partition('***')[0]}"


def assert_kept(case, writes, left):
    """What was not sent is what the case writes, in its order."""
    told = [plain(write["request"][0]) for write in writes]
    wanted = [plain(conversation.expand(
        exchange.request.text, exchange.values, conversation.percent))
        for exchange in left]
    if case.status:  # it ends with an answer that the first write would get
        told, wanted = told[:1], wanted[:1]
    assert len(told) == len(wanted), (told, wanted)
    for one, other in zip(sorted(told), sorted(wanted)):
        assert other.startswith(one), (told, wanted)


def assert_reads(row, sent):
    """Of the methods of steps that read."""
    reads = [text for key, text in row.items()
             if key.partition(".")[0] in READS]
    methods = {text.partition(" ")[0] for text in reads}
    assert {exchange.request.text.partition(" ")[0] for exchange in sent} <= (
        methods), [exchange.request.text for exchange in sent]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_dry_run(ddns, servers, case):
    """It reads all that a run reads, and sends nothing of what this writes."""
    case.read([server.url for server in servers])
    last = len(case.runs) - 1
    for run in range(last):
        play(ddns, case, servers, run)
    script = conversation.Script(case.every, case.runs[last])
    for server in servers:
        server.reply = script
    configure(ddns, case, last)
    before = snapshot(ddns)
    result = ddns.run("-n", "--json")
    assert script.wrong == [], result.stderr
    assert snapshot(ddns) == before
    value = json.loads(result.stdout)
    assert_kept(case, value.get("writes", []), script.left)
    assert_reads({**case.file.row, **case.account},
                 [one for one in case.runs[last]
                  if one not in script.left])
    if any(name["outcome"] == "due" for name in value.get("names", [])):
        assert value["writes"]
    if not script.left:
        assert result.status == case.status
        assert case.status or "failed" not in [
            problem["event"] for problem in value["problems"]]
    for secret in secrets(case):
        assert secret not in result.stdout + result.stderr
