# SPDX-License-Identifier: ISC
"""Reads tests/providers/NAME.case: what a provider's documents say, as cases.

A file has blocks: a line at the margin and the indented lines below it. Lines
that are indented further go on with the line above; `;` begins a comment.

    row                     lines of a row of the file's own, [provider own]:
                            for the language, not for a service
    origin ORIGIN ...       origins of the row's URLs; the account's `server`
                            replaces them, or `$server` (over IPv6 `$server6`)
                            where an account's line holds it
    without WORD: WHY       a required case (test_providers.py) that is none
    like NAME               all blocks of another file, unless written here;
                            _walk: zones are asked for by name (calls walk and
                            zone), _once: they are listed (call zone alone)
    drop NAME               not this case of the other file; `*`: none of them
    account                 lines `key = value` of the account
    every                   fields of each request; `Authorization: Basic
                            user:password` is encoded, `signed SCHEME WORDS`
                            is verified by signatures.py
    let                     lines `name = value`, `name.AAAA = value`: variables
    call NAME               requests, each with its answer (or none at all):

        METHOD TARGET
            Name: value     fields; Content-Type follows from the body; `Name:` of
                            `every` is not there, `signed:` neither
            BODY            compared member for member, in this order
        STATUS BODY         the answer; its fields and body may go on below;
                            `\\n` (`\\r`) ends a line of it, but in JSON

    answer NAME             an answer alone
    case NAME: CALLS [-> STATUS [TEXT]]

CALLS are names of calls in the order in which they come; `list=old` plays the
call `list` with the answer `old` in place of its last, `list.AAAA` with the
variables of that type, `+list` together with the one before, in any order.
The lines of a case may be: an account's `key = value`, a variable `$x = ...`,
`every NAME: VALUE`, `> a line on stdout`, CALLS, requests and answers; `then`
begins another run, with another address; `held N` is how many seconds the name
is left alone after the last one, `held for good` until the user acts.

STATUS is the exit status of the last run (0), TEXT a part of its stderr. Words
of NAME choose the variables: `apex`, `wildcard`, `AAAA`, `both`; what is to be
said: nothing for `equal`, what the record held for `changed` (and in a later run).

    $zone example.com       $fqdn  home.example.com   $sub  home, empty at apex
    $type A                 $name  home, @ at apex    $ip   the address to set
    $old  the one before    $other one more           $ip4 $ip6  of each family

In a target and in a form they are percent-encoded. $key_file is the JSON file
of a service account; a token that its key signed is shown as its claims. $now
is the time in seconds.
"""

import base64
import collections
import dataclasses
import difflib
import json
import pathlib
import re
import time
import urllib.parse

import signatures
from harness import Reply

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "providers"
ADDRESSES = {"A": ["203.0.113.1", "203.0.113.7", "203.0.113.8"],
             "AAAA": ["2001:db8::1", "2001:db8::7", "2001:db8::8"]}
OTHER = {"A": "203.0.113.99", "AAAA": "2001:db8::99"}
# What libcurl sends by itself.
OWN = {"host", "accept", "content-length", "user-agent", "accept-encoding"}


@dataclasses.dataclass
class Line:
    """A line of a block, and the lines that go on with it."""
    text: str
    more: list
    at: str  # file and number


@dataclasses.dataclass
class Exchange:
    """A request, and what is answered. same: in any order with the last."""
    request: Line
    answer: Line
    values: dict
    together: bool = False


def blocks(path):
    """Yields a file's blocks: (line at the margin, its Lines)."""
    block = None
    for number, raw in enumerate(path.read_text().splitlines(), 1):
        text = raw.expandtabs(8)
        bare = text.strip()
        if not bare or bare.startswith(";"):
            continue
        depth = len(text) - len(text.lstrip())
        if depth == 0:
            if block:
                yield block
            block = (Line(bare, [], f"{path.name}:{number}"), [])
            indent = None
        elif indent is None or depth <= indent:
            indent = depth
            block[1].append(Line(bare, [], f"{path.name}:{number}"))
        else:
            block[1][-1].more.append(bare)
    if block:
        yield block


class CaseFile:
    def __init__(self, path, provider=None):
        self.provider, self.stem = provider or path.stem, path.stem
        self.row_text = ""
        self.origins, self.without = [], {}
        self.account, self.every, self.variables = {}, [], {}
        self.calls, self.answers = {}, {}
        self.cases = {}
        for head, lines in blocks(path):
            word, _, rest = head.text.partition(" ")
            getattr(self, f"_{word}")(rest, lines, head)

    def _origin(self, rest, lines, head):
        self.origins = rest.split()

    def _without(self, rest, lines, head):
        words, _, why = rest.partition(":")
        assert why, head.at
        self.without.update(dict.fromkeys(words.split(), why))

    def _like(self, rest, lines, head):
        other = CaseFile(FOLDER / f"{rest}.case", self.provider)
        vars(self).update({**vars(other), "stem": self.stem})
        for case in self.cases.values():
            case.file = self

    def _drop(self, rest, lines, head):
        for name in list(self.cases) if rest == "*" else [rest]:
            del self.cases[name]

    def _row(self, rest, lines, head):
        self.provider = "own"
        self.row_text = "".join(
            "\n\t".join([line.text, *line.more]) + "\n" for line in lines)

    def _account(self, rest, lines, head):
        self.account = dict(line.text.split(" = ", 1) for line in lines)

    def _every(self, rest, lines, head):
        self.every = [line.text for line in lines]

    def _let(self, rest, lines, head):
        self.variables.update(line.text.split(" = ", 1) for line in lines)

    def _call(self, rest, lines, head):
        self.calls[rest] = lines

    def _answer(self, rest, lines, head):
        self.answers[rest] = lines[0]

    def _case(self, rest, lines, head):
        name, _, calls = rest.partition(":")
        calls, _, outcome = calls.partition("->")
        status, _, text = outcome.strip().partition(" ")
        case = Case(self, name, int(status or 0), text.strip())
        case.lines = [Line(calls.strip(), [], head.at), *lines]
        self.cases[name] = case


STATUS = re.compile(r"\d\d\d(?= |$)")
METHOD = re.compile(r"\+?[A-Z]+ \S+$")
FIELD = re.compile(r"[A-Za-z0-9-]+:(?= |$)")
PAIR = re.compile(r"[$a-zA-Z0-9_.]+ =( |$)")
REFERENCE = re.compile(r"(\+?)(\w[\w-]*)(?:\.(A|AAAA))?(?:=([\w-]+))?$")


class Case:
    def __init__(self, file, name, status, text):
        self.file, self.name = file, name
        self.status, self.text = status, text

    def __str__(self):
        return f"{self.file.stem}-{self.name}"

    def has(self, word):
        return word in self.name.split()

    @property
    def types(self):
        if self.has("both"):
            return ["A", "AAAA"]
        return ["AAAA" if self.has("AAAA") else "A"]

    def values(self, kind, run):
        """The variables of a type, in the first, second ... run."""
        def own(name):
            return self.own.get(f"{name}.{kind}", self.own.get(name))
        zone = own("zone") or "example.com"
        sub = own("sub") or "home"
        sub = {"apex": "", "wildcard": "*"}.get(
            next((w for w in ("apex", "wildcard") if self.has(w)), None), sub)
        known = {
            "zone": zone, "sub": sub, "name": sub or "@", "type": kind,
            "fqdn": f"{sub}.{zone}" if sub else zone,
            "old": ADDRESSES[kind][run], "ip": ADDRESSES[kind][run + 1],
            "ip4": ADDRESSES["A"][run + 1], "ip6": ADDRESSES["AAAA"][run + 1],
            "other": OTHER[kind], "provider": self.file.provider,
            "key_file": Late(signatures.account_file),
            "now": Late(lambda: str(int(time.time()))),
            "server": self.server[0], "server6": self.server[1]}
        for name, value in self.own.items():
            name, _, only = name.partition(".")
            if only in ("", kind):
                known[name] = own(name)
        return known

    def read(self, server):
        """Makes account, stdout and the exchanges of each run.

        server: its URLs, over IPv4 and over IPv6."""
        self.server = server
        self.account = dict(self.file.account)
        self.own = dict(self.file.variables)
        self.every = list(self.file.every)
        self.stdout, self.runs, self.held = [], [[]], None
        for line in self.lines:
            if PAIR.match(line.text):
                name, _, value = line.text.partition(" =")
                place = self.own if name[0] == "$" else self.account
                place[name.lstrip("$")] = value.strip()
        for line in self.lines:
            self._take(line)

    def _take(self, line):
        here = self.runs[-1]
        if PAIR.match(line.text):
            return
        if line.text == "then":
            self.runs.append([])
        elif line.text.startswith("every "):
            self.every.append(line.text.removeprefix("every "))
        elif line.text.startswith("held "):
            self.held = line.text.removeprefix("held ")
        elif line.text.startswith("> "):
            self.stdout.append((line.text[2:], len(self.runs) - 1))
        elif METHOD.match(line.text) or STATUS.match(line.text):
            add(here, line, self.values(self.types[0], len(self.runs) - 1))
        else:
            for word in line.text.split():
                self._play(word, here, line.at)

    def _play(self, word, here, at):
        match = REFERENCE.match(word)
        assert match, f"{at}: {word}?"
        together, name, kind, answer = match.groups()
        assert name in self.file.calls, f"{at}: no call {name}"
        begin = len(here)
        for line in self.file.calls[name]:
            add(here, line, self.values(kind or self.types[0],
                                        len(self.runs) - 1))
        if len(here) > begin:
            here[begin].together = bool(together)
        if answer:
            assert answer in self.file.answers, f"{at}: no answer {answer}"
            here[-1].answer = self.file.answers[answer]

    def lines_out(self):
        """What the last run says on stdout."""
        if self.stdout:
            return [expand(text, self.values(self.types[0], run))
                    for text, run in self.stdout]
        if self.status or self.has("equal"):
            return []
        values = [self.values(kind, len(self.runs) - 1) for kind in self.types]
        known = len(self.runs) > 1 or self.has("changed")
        was = "$old" if known else "none"
        return [expand(f"$fqdn $type {was} -> $ip ($provider)", value)
                for value in values]


def add(exchanges, line, values):
    if STATUS.match(line.text):
        assert exchanges and not exchanges[-1].answer, f"{line.at}: no request"
        exchanges[-1].answer = line
    else:
        assert METHOD.match(line.text), f"{line.at}: no request"
        exchanges.append(Exchange(
            dataclasses.replace(line, text=line.text.lstrip("+")), None,
            values, line.text[0] == "+"))


def expand(text, values, change=str):
    def value(match):
        name = match[1] or match[2]
        assert name in values, f"${name} is not known: {text}"
        return change(str(values[name]))
    return re.sub(r"\$(?:(\w+)|\{(\w+)\})", value, text)


def percent(text):
    return urllib.parse.quote(text, safe="*@")


def parts(line, rest=""):
    """The fields and the joined body of what a line goes on with."""
    fields, body = [], [rest] if rest else []
    for text in line.more:
        if not body and FIELD.match(text):
            name, _, value = text.partition(":")
            fields.append((name, value.strip()))
        else:
            body.append(text)
    return fields, "".join(body)


def reply(exchange):
    line = exchange.answer
    status, _, rest = line.text.partition(" ")
    fields, body = parts(line, rest)
    body = expand(body, exchange.values)
    if body[:1] in ("{", "[") and not body.startswith("[RESPONSE]"):
        json.loads(body)  # a slip of the pen here would be a case too
        fields.insert(0, ("Content-Type", "application/json"))
    else:
        body = body.replace("\\n", "\n").replace("\\r", "\r")
    return Reply(body, int(status), fields)


def kind_of(body):
    return {"{": "application/json", "[": "application/json",
            "<": "application/xml", "": None}.get(
                body[:1], "application/x-www-form-urlencoded")


def normal(body):
    """JSON without its blanks, numbers as they were written."""
    if body[:1] in ("{", "["):
        try:
            return json.dumps(json.loads(body, parse_float=float,
                                         object_pairs_hook=Members),
                              ensure_ascii=False)
        except ValueError:
            pass
    return body


class Members(dict):
    """An object; the order of its members counts, and none stands twice."""

    def __init__(self, pairs):
        super().__init__(pairs)
        if len(self) < len(pairs):
            raise ValueError("a member twice")


def shown(method, target, fields, body):
    """A request as text, to be compared."""
    lines = sorted(f"{name.title()}: {value}" for name, value in fields)
    return "\n".join([f"{method} {target}", *lines, "", normal(body)])


def parameters(text, hidden, mark):
    """A query or form without what is hidden, as mark and name."""
    return "&".join(one for one in text.split("&")
                    if mark + one.partition("=")[0] not in hidden)


def without(target, hidden):
    """A target without the parameters that are hidden as "?name"."""
    path, mark, query = target.partition("?")
    left = parameters(query, hidden, "?")
    return path + (mark if left or not query else "") + left


class Late:
    """A variable that is made when it is used."""

    def __init__(self, make):
        self.make = make

    def __str__(self):
        return self.make()


TOKEN = re.compile(r"\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]+")


def told(body):
    """A body, with the claims in place of a token."""
    return TOKEN.sub(lambda found: json.dumps(
        signatures.claims(found[0]), separators=(",", ":")), body)


class Script:
    """The `reply` of a server: plays the exchanges of one run."""

    def __init__(self, every, exchanges):
        self.every = every
        self.left = collections.deque(exchanges)
        self.wrong = []

    def wanted(self, exchange):
        values = exchange.values
        method, _, target = exchange.request.text.partition(" ")
        fields, body = parts(exchange.request)
        fields = [(name, expand(value, values)) for name, value in fields]
        names = {name.lower() for name, _ in fields}
        for text in self.every:
            name, _, value = text.partition(": ")
            if " " not in name and name.lower() not in names:
                fields.append((name, expand(value, values)))
                names.add(name.lower())
        plain = any(name == "Content-Type" and value.startswith("text/plain")
                    for name, value in fields)
        change = str if plain or body[:1] in ("{", "[", "<") else percent
        body = expand(body, values, change)
        if "content-type" not in names and kind_of(body):
            fields.append(("Content-Type", kind_of(body)))
        fields = [(name, basic(value)) for name, value in fields if value]
        return shown(method, expand(target, values, percent), fields, body)

    def heard(self, request, exchange):
        hidden, trouble = self.verify(request, exchange)
        hidden |= OWN - {text.partition(":")[0].lower() for text in self.every}
        fields = [(name, value) for name, value in request.headers
                  if name.lower() not in hidden]
        body = request.body.decode(errors="replace")
        if any(name[0] == "&" for name in hidden):
            body = parameters(body, hidden, "&")
        return shown(request.method, without(request.target, hidden), fields,
                     told(body)) + trouble

    def verify(self, request, exchange):
        """The names that signatures add, and what is wrong with these."""
        names, trouble = set(), ""
        for text in self.every:
            if (not text.startswith("signed ")
                    or ("signed", "") in parts(exchange.request)[0]):
                continue
            scheme, *words = expand(text, exchange.values).split()[1:]
            try:
                names |= signatures.verify(scheme, words, request)
            except AssertionError as error:
                trouble += f"\n{error}"
        return names, trouble

    def __call__(self, request):
        try:
            return self.choose(request)
        except Exception as error:  # a test must see it, not the client
            self.wrong.append(f"{request}: {error!r}")
            return Reply("not as documented", 400)

    def choose(self, request):
        if not self.left:
            self.wrong.append(f"one request too many: {request}\n"
                              f"{request.body.decode(errors='replace')}")
            return Reply("not as documented", 400)
        group = [self.left[0]]
        for exchange in list(self.left)[1:]:
            if not exchange.together:
                break
            group.append(exchange)
        for exchange in group:
            if self.heard(request, exchange) == self.wanted(exchange):
                self.left.remove(exchange)
                return reply(exchange)
        self.wrong.append(difference(self.wanted(group[0]),
                                     self.heard(request, group[0]),
                                     group[0].request.at))
        return Reply("not as documented", 400)

    def missed(self):
        return [f"never came: {exchange.request.at}: {exchange.request.text}"
                for exchange in self.left]


def basic(value):
    scheme, _, words = value.partition(" ")
    if scheme != "Basic" or ":" not in words:
        return value
    return f"Basic {base64.b64encode(words.encode()).decode()}"


def difference(wanted, heard, at):
    lines = difflib.unified_diff(
        wanted.splitlines(), heard.splitlines(), at, "what came", lineterm="",
        n=20)
    return "\n".join(lines)
