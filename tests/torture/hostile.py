# SPDX-License-Identifier: ISC
"""Servers that answer in bad faith, as rows of tables: lookup sources and
providers, over HTTP/1.1 and HTTP/2.

Of each run: its exit status and a word of what it says, how long it took and
how much memory, and that nothing was confirmed that was not, that no secret
and nothing raw is printed at -vv, and that no sanitizer has anything to say.
A row whose time is `WAITS` is given 2 seconds a request and has to be ended by
that; all others have a minute and must not need it.
"""

import atexit
import collections
import concurrent.futures
import copy
import functools
import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import zlib

import scenes
from scenes import NEW, SECRETS, harness
from harness import Endless, Hang, Reply, Slow, document, redirect

import http2
from http2 import (
    CONTINUATION, END_HEADERS, END_STREAM, GOAWAY, OK, PADDED, PING, PRIORITY,
    PUSH, RESET, SETTINGS, WINDOW, Script, answer, data, field, frame, headers,
    settings)

ROOT = pathlib.Path(__file__).resolve().parents[2]
SANITIZED = ROOT / "build" / "hostile"
SANITIZE = "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"
PEAK = pathlib.Path(__file__).with_name("peak.py")

SLOW = 10  # times: a sanitized run
MIB = 1024  # KiB
MOST = 32 * MIB  # of any run
ORDINARY = 24 * MIB  # of one that is content
WAITS, AT_ONCE = 25, 40  # seconds, with room for a busy machine
GOOD = f"good {NEW}"
NAME = "home.example.com"

Row = collections.namedtuple(
    "Row", "title role server status said seconds confirmed",
    defaults=("", AT_ONCE, None))

# What stands in the configuration for the role of the hostile server.
LOOKUP = "[ipv4]\nallow = 203.0.113.0/24\nurl = {url}\n"
DYNDNS2 = ("[dyndns2 {label}]\nserver = {url}\nuser = me\n"
           "password = pa55word\nnames = {names}\n")
OWN = ("[provider own]\nsecret = token\nurl = https://api.example.net\n"
       "auth = Bearer {{token}}\n%s[own]\nserver = {url}\ntoken = cf-token\n"
       "names = {names}\n")
ROLES = {
    "lookup": LOOKUP,
    "pointer": LOOKUP.replace("{url}", "{url}#/ip"),
    "text": DYNDNS2,
    "json": OWN % ('set = POST /set {{"ip":"{{ip}}"}}\ngood = /ok=true\n'
                   "error = /error\n"),
    "list": OWN % (
        "records = GET /r?page={{page}} -> /r id name type ip\n"
        'update = PUT /r/{{id}} {{"ip":"{{ip}}"}}\n'
        'create = POST /r {{"ip":"{{ip}}"}}\nerror = /error\n'),
    "login": OWN % (
        'login = POST /login {{"k":"{{token}}"}} -> session=/s\n'
        'set = POST /set {{"ip":"{{ip}}","s":"{{session}}"}}\n'),
    "xml": OWN % ("format = xml\nset = GET /set?ip={{ip}}\ngood = /ok=1\n"
                  "error = /error\n"),
    "many": DYNDNS2,
    "beside": DYNDNS2,
    "accounts": DYNDNS2,
    "zones": ("[digitalocean {label}]\nserver = {url}\n"
              "token = cf-token-{label}\nnames = {names}\n"),
}


class Forever:
    """Says the first and then the second without end."""

    def __init__(self, first, again):
        self.first, self.again = first, again

    def play(self, sock, stop):
        sock.sendall(self.first)
        piece = self.again * max(1, 65536 // len(self.again))
        while not stop.is_set():
            sock.sendall(piece)
        return False


class Rude:
    """Says this and closes without a word."""

    def __init__(self, said):
        self.said = said

    def play(self, sock, stop):
        sock.sendall(self.said)
        return False


class First:
    """One reply for the first request, another for the rest."""

    def __init__(self, first, rest):
        self.first, self.rest, self.asked = first, rest, 0

    def __call__(self, request):
        self.asked += 1
        return self.first if self.asked == 1 else self.rest


class Pages:
    """Page after page of a list, each made of its number."""

    def __init__(self, page):
        self.page, self.asked = page, 0

    def __call__(self, request):
        self.asked += 1
        return Reply(self.page(self.asked))


class Records:
    """Page after page of 2,000 addresses of the first name of an account of
    the role `zones`, and no record can be written."""

    def __call__(self, request):
        if request.method != "GET":
            return Reply("no", 500)
        if "/records" not in request.target:
            return document({"domains": [{"name": "example.com"}],
                             "domain": {"name": "example.com"}})
        page = int(dict(request.query).get("page", 1))
        name = "a" + request.header("Authorization").rpartition("-l")[2]
        return document({"domain_records": [
            {"id": page * 10000 + n, "name": name, "type": "A", "ttl": 300,
             "data": f"198.51.{page}.{n % 250}"} for n in range(2000)]})


# What an account of the role `text` has, which asks by GET, and of `json`.
SECRETS_OF = {"GET": ["pa55word"], "POST": ["cf-token"]}


class Echo:
    """Says back what it was sent, in some spelling."""

    def __init__(self, spell, status=500, head=False):
        self.spell, self.status, self.head = spell, status, head

    def __call__(self, request):
        texts = [request.target, request.header("Authorization") or "",
                 request.body.decode()]
        said = self.spell(" ".join(texts + SECRETS_OF[request.method]))
        if self.head:
            return Reply("no", self.status, {"X-Said": said, "Location": said})
        return Reply(said, self.status)


def head(*fields, status="200 OK", first="HTTP/1.1"):
    lines = [f"{first} {status}", *fields, "", ""]
    return "\r\n".join(lines).encode()


def closed(*fields, body=b"", **more):
    return Rude(head("Connection: close", *fields, **more) + body)


def chunked(*chunks):
    return closed("Transfer-Encoding: chunked", body=b"".join(chunks))


def packed(body, coding="gzip", pack=gzip.compress):
    return Reply(pack(body), 200, {"Content-Encoding": coding})


def stored(name, one, size=1048000):
    """A JSON list of as many as fit."""
    return f'{{"{name}":[' + ",".join([one] * (size // (len(one) + 1))) + "]}"


def record(n, name="other.example.com", ip="203.0.113.9", more=""):
    return (f'{{"id":"{n}","name":"{name}","type":"A","ip":"{ip}"{more}}}')


CHUNKED = head("Transfer-Encoding: chunked")
BOMB = b"[" + b"{}," * (4 << 20) + b"0]"
LAUGHS = "<!DOCTYPE l [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)
) + "]><r><ok>&a9;</ok></r>"
EXTERNAL = ('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            "<r><ok>1</ok><error>&x;</error></r>")
ESCAPES = "\x1b]0;owned\x07\x1b[2J\u202egnp\u2066\x9b31m\r\n\x00ddns: fine"
BREAK = "a\\r\\nX: y"  # in JSON
OKAY = b'{"ok":true}'

HEADS = [
    Row("nothing", "lookup", Rude(b""), 4, "closed without an answer"),
    Row("half a status line", "lookup", Hang(b"HTTP/1.1 20"), 4, "timed out",
        WAITS),
    Row("a byte a second", "lookup", Slow(f"{NEW} " * 9), 4, "timed out",
        WAITS),
    Row("no end of the head", "lookup", Hang(b"HTTP/1.1 200 OK\r\nA: b\r\n"),
        4, "timed out", WAITS),
    Row("fields without end", "text",
        Forever(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"), 1, "fields"),
    Row("one field without end", "text",
        Forever(b"HTTP/1.1 200 OK\r\nA: ", b"b" * 1000), 1, "too long a line"),
    Row("a status line of 10 MiB", "text",
        Rude(b"HTTP/1.1 200 " + b"O" * (10 << 20)), 1, "too long a line"),
    Row("a field of 90 KB", "text",
        closed("A: " + "b" * 90000, body=GOOD.encode()), 1, "fields"),
    Row("300 fields", "text",
        closed(*["A: b"] * 300, body=GOOD.encode()), 1, "fields"),
    Row("cookies", "text", closed(*["Set-Cookie: a=b; Domain=com"] * 200,
                                  body=GOOD.encode()), 0),
    Row("100 without end", "text", Forever(b"", head(status="100 Continue")),
        1, "fields"),
    Row("103 without end", "lookup",
        Forever(b"", head("Link: <a>", status="103 Early Hints")), 4,
        "fields"),
    Row("101", "text", closed("Upgrade: h2c", "Connection: Upgrade",
                              status="101 Switching Protocols"),
        1, "closed without"),
    Row("HTTP/0.9", "lookup", Rude(NEW.encode()), 4, "not HTTP"),
    Row("HTTP/0.9 of a provider", "text", Rude(GOOD.encode()), 1, "not HTTP"),
    Row("HTTP/3.7", "text", closed(body=GOOD.encode(), first="HTTP/3.7"), 1,
        "not HTTP"),
    Row("a status of four digits", "text",
        closed(body=GOOD.encode(), status="2000 OK"), 1, "not HTTP"),
    Row("status 000", "text", closed(body=GOOD.encode(), status="000 OK"), 1,
        "not HTTP"),
    Row("status 999", "text", closed(body=b"no", status="999 No"), 1,
        "HTTP 999"),
    Row("folded fields", "text",
        closed("A: b", " c", "\td", body=GOOD.encode()), 0),
    Row("a NUL in a field", "text", closed("A: \0b", body=GOOD.encode()), 1,
        "not HTTP"),
    Row("a field without a colon", "text", closed("A", body=GOOD.encode()), 1,
        "not HTTP"),
    Row("lengths that differ", "text",
        closed("Content-Length: 17", "Content-Length: 2",
               body=GOOD.encode()), 1, "not understood"),
    Row("a length below 0", "text",
        closed("Content-Length: -1", body=GOOD.encode()), 1, "not HTTP"),
    Row("a length of 2^64", "text",
        closed("Content-Length: 18446744073709551617", body=GOOD.encode()),
        (0, 1)),
    Row("a length of 1 TiB", "text",
        closed("Content-Length: 1099511627776", body=GOOD.encode()),
        1, "broke off"),
    Row("a length that is too small", "text",
        closed("Content-Length: 2", body=GOOD.encode()), 1, "go"),
    Row("length and chunks", "text",
        closed("Content-Length: 2", "Transfer-Encoding: chunked",
               body=b"11\r\n" + GOOD.encode() + b"\r\n0\r\n\r\n"), 0),
    Row("Retry-After of an age", "text",
        Reply("no", 429, {"Retry-After": "9" * 40}), 1, "in 24 hours"),
    Row("Retry-After in the past", "text",
        Reply("no", 503, {"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}), 1,
        "HTTP 503"),
    Row("Retry-After is negative", "text",
        Reply("no", 429, {"Retry-After": "-5"}), 1, "in 5 minutes"),
    Row("401 of all kinds", "text",
        Reply("no", 401, {"WWW-Authenticate": 'Digest realm="r", nonce="n"'}),
        7, "check user"),
    Row("401 that asks for Negotiate", "json",
        Reply("{}", 401, {"WWW-Authenticate": "Negotiate, NTLM, Basic"}), 7,
        "check token"),
    Row("206 with a range", "lookup",
        Reply(NEW, 206, {"Content-Range": "bytes 0-10/5000"}), 4, "HTTP 206"),
    Row("a range of 200", "text",
        Reply(GOOD, 200, {"Content-Range": "bytes 5-3/1"}), 0),
    Row("Alt-Svc, HSTS and Refresh", "text",
        Reply(GOOD, 200, {"Alt-Svc": 'h3=":1"; ma=99', "Refresh": "0; url=/",
                          "Strict-Transport-Security": "max-age=99"}), 0),
    Row("a reset", "text", harness.Reset(), 1, "connection reset"),
]

BODIES = [
    Row("trailers without end", "text",
        Forever(CHUNKED + b"2\r\nno\r\n0\r\n", b"A: b\r\n"), 1, "fields"),
    Row("trailers that say all", "text",
        chunked(b"0\r\nLocation: /\r\nContent-Length: 4\r\n\r\n"),
        1, "not understood"),
    Row("a chunk of 2^64", "text",
        chunked(b"ffffffffffffffff1\r\n" + GOOD.encode()),
        1, "the connection broke"),
    Row("a chunk below 0", "text", chunked(b"-5\r\n" + GOOD.encode()),
        1, "the connection broke"),
    Row("a chunk without a size", "text", chunked(b"\r\n" + GOOD.encode()), 1,
        "the connection broke"),
    Row("a chunk's size without end", "text",
        Forever(CHUNKED, b"0" * 1000), 1, "the connection broke"),
    Row("a chunk's extension without end", "text",
        Forever(CHUNKED + b"5;", b"a" * 1000), 1, "timed out", WAITS),
    Row("chunks without end", "text", Forever(CHUNKED, b"1\r\na\r\n"), 1,
        "larger than"),
    Row("chunks that break off", "text", chunked(b"11\r\n" + GOOD.encode()),
        1, "broke off"),
    Row("chunked twice", "text",
        closed("Transfer-Encoding: chunked, chunked",
               body=b"11\r\n" + GOOD.encode() + b"\r\n0\r\n\r\n"), (0, 1)),
    Row("a coding that nobody knows", "text",
        closed("Transfer-Encoding: rot13", body=GOOD.encode()),
        1, "cannot be decoded"),
    Row("a body without end", "text", Endless("x" * 1000), 1, "larger than"),
    Row("a lookup without end", "lookup", Endless(f"{NEW} "), 4,
        "larger than 65536 bytes"),
    Row("a body that breaks off", "text",
        closed("Content-Length: 500", body=GOOD.encode()), 1, "broke off"),
    Row("204 with a body", "text", closed(status="204 No Content",
                                          body=GOOD.encode()), 1, "HTTP 204"),
    Row("304", "text", closed(status="304 Not Modified"), 1, "HTTP 304"),
    Row("gzip bomb", "json", packed(BOMB), 1, "larger than"),
    Row("gzip bomb of a lookup", "lookup", packed(BOMB), 4, "larger than"),
    Row("gzip in gzip", "json",
        packed(gzip.compress(BOMB), "gzip, gzip"), 1, "larger than"),
    Row("a hundred codings", "json",
        packed(OKAY, ", ".join(["gzip"] * 100)), 1, "cannot be decoded"),
    Row("gzip that breaks off", "text",
        Reply(gzip.compress(GOOD.encode())[:-12], 200,
              {"Content-Encoding": "gzip"}), (0, 1)),
    Row("gzip that is none", "text",
        Reply("no gzip", 200, {"Content-Encoding": "gzip"}), 1,
        "cannot be decoded"),
    Row("deflate that is none", "text",
        Reply(b"\xff" * 99, 200, {"Content-Encoding": "deflate"}), 1,
        "cannot be decoded"),
    Row("deflate bomb", "json", packed(BOMB, "deflate", zlib.compress), 1,
        "larger than"),
    Row("brotli that is none", "text",
        Reply(b"\x5b" * 99, 200, {"Content-Encoding": "br"}), 1, "decoded"),
    Row("zstd that is none", "text",
        Reply(b"\x28\xb5\x2f\xfd" * 9, 200, {"Content-Encoding": "zstd"}), 1,
        ""),
    Row("NUL before all", "text", Reply(b"\0" + GOOD.encode()), 1,
        "not understood"),
    Row("NUL in an address", "lookup", Reply(b"203.0.113\0.8"), 4, "no "),
    Row("two addresses", "lookup", Reply(f"{NEW} 203.0.113.9"), 4,
        "two addresses"),
    Row("50,000 addresses", "lookup",
        Reply(" ".join(f"203.0.113.{n % 256}" for n in range(4600))), 4,
        "addresses"),
    Row("another address is confirmed", "text", Reply("good 203.0.113.9"), 1,
        "but 203.0.113.8 was sent"),
    Row("UTF-16", "lookup", Reply(f"\ufeff{NEW}".encode("utf-16-le")), 4,
        "no "),
    Row("an address in an error page", "lookup", Reply(NEW, 500), 4,
        "HTTP 500"),
    Row("an address in a page of a proxy", "text",
        Reply(f"<html>{NEW} is blocked</html>"), 1, "not understood"),
    Row("escapes for a terminal", "text", Reply(ESCAPES), 1, "\\x1B"),
    Row("escapes in an error", "json",
        document({"ok": False, "error": ESCAPES.replace("\0", "")}),
        1, "\\x1B"),
    Row("escapes of a lookup", "lookup", Reply(ESCAPES), 4, "\\x1B"),
    Row("escapes in a field", "text",
        closed("A: \x1b[2J", body=b"no \x1b[2J"), 1, "\\x1B"),
    Row("escapes in the status line", "text",
        closed(status="200 \x1b[2J", body=b"no"), 1, "not understood"),
    Row("half a character at the cut", "text",
        Reply("x" * 199 + "\u4e2d" * 500), 1, "x"),
    Row("a secret as it is", "text", Echo(str), 1, "***"),
    Row("a secret in JSON", "json", Echo(lambda t: json.dumps({
        "error": "".join(f"\\u{ord(c):04x}" for c in t)}).replace("\\\\", "\\")
        ), 1, "***"),
    Row("a secret in percents", "text",
        Echo(lambda t: "".join(f"%{ord(c):02x}" for c in t)), 1, "***"),
    Row("a secret in HTML", "text",
        Echo(lambda t: "".join(f"&#x{ord(c):x};" for c in t)), 1, "***"),
    Row("a secret again and again", "text",
        Echo(lambda t: "pa55word" * 100000), 1, "***"),
    Row("a secret in a field", "text", Echo(lambda t: t.replace("\n", " "),
                                            302, head=True), 1, "HTTP 302"),
]

DOCUMENTS = [
    Row("deep lists", "json", Reply("[" * 500000), 1, "not understood"),
    Row("deep objects", "json", Reply('{"a":' * 200000), 1,
        "not understood"),
    Row("deep XML", "xml", Reply("<a>" * 300000), 1, "not understood"),
    Row("a megabyte of {}", "json", Reply(stored("r", "{}")), 1,
        "not understood"),
    Row("a megabyte of numbers", "json", Reply(stored("r", "1")), 1,
        "not understood"),
    Row("a megabyte of strings", "json", Reply(stored("r", '""')), 1,
        "not understood"),
    Row("a megabyte of <a/>", "xml", Reply(f"<r>{'<a/>' * 250000}</r>"), 1,
        "not understood"),
    Row("a megabyte of elements in elements", "xml",
        Reply(f"<r>{'<a><b>c</b></a>' * 65000}</r>"), 1, "not understood"),
    Row("a megabyte of attributes", "xml", Reply(
        "<r " + " ".join(f'a{n}="b"' for n in range(90000)) + "/>"), 1,
        "not understood"),
    Row("as many values as may be", "json", Reply(
        f'{{"ok":true,"r":[{",".join(["{}"] * 15000)}]}}'), 0),
    Row("one member twice", "json", Reply('{"ok":false,"ok":true}'), 1,
        "not understood"),
    Row("NUL in a member", "json", Reply('{"ok":true,"a":"\\u0000"}'), 1,
        "not understood"),
    Row("invalid UTF-8", "json", Reply(b'{"ok":true,"a":"\xff\xfe"}'), 1,
        "not understood"),
    Row("half a surrogate", "json", Reply('{"ok":true,"a":"\\ud800"}'), 1,
        "not understood"),
    Row("1e9999", "json", Reply('{"ok":true,"n":1e9999}'), 0),
    Row("a number of 100,000 digits", "json",
        Reply(f'{{"ok":true,"n":{"9" * 100000}}}'), 0),
    Row("a byte order mark", "json", Reply(b"\xef\xbb\xbf" + OKAY), 0),
    Row("text behind the document", "json", Reply(OKAY + b"{}"), 1,
        "not understood"),
    Row("a page for JSON", "json", Reply("<html><p>Log in</p></html>"), 1,
        "Log in"),
    Row("true, in words", "json", Reply('{"ok":"true"}'), 0),
    Row("a list for an object", "json", Reply('[{"ok":true}]'), 0),
    Row("a billion laughs", "xml", Reply(LAUGHS), 1, "DOCTYPE"),
    Row("an external entity", "xml", Reply(EXTERNAL), 1, "DOCTYPE"),
    Row("an external DTD", "xml", Reply(
        '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/"><r><ok>2</ok></r>'),
        1, "not understood"),
    Row("a pointer into a list", "pointer",
        Reply(stored("ip", f'"{NEW}"', 60000)), 0),
    Row("a pointer to two", "pointer", Reply('{"ip":["203.0.113.8","203.0.113.'
                                             '9"]}'), 4, "two addresses"),
    Row("a lookup of {}", "pointer", Reply(stored("r", "{}", 65000)), 4,
        "more values"),
    Row("one page again and again", "list",
        Pages(lambda n: stored("r", record(1), 50000)), 0),
    Row("50 pages of records", "list",
        Pages(lambda n: stored("r", record(n), 1000000)), 1, "more values"),
    Row("50 pages of members", "list", Pages(
        lambda n: stored("r", record(n, more=',"a":{},"b":[]' * 1), 1000000)),
        1, "more values"),
    Row("50 pages of a fifth of a megabyte", "list",
        Pages(lambda n: stored("r", record(n), 200000)), 1, "too large"),
    Row("50 pages of our own records", "list", Pages(lambda n: stored(
        "r", record(n, NAME, f"203.0.113.{n}"), 100000)), 1, "too large"),
    Row("pages without end", "list",
        Pages(lambda n: stored("r", record(n), 5000)), 1, "50 pages"),
    Row("an id of a megabyte", "list", Reply(
        f'{{"r":[{record("x" * 1000000, NAME)}]}}'), 1, "too large"),
    Row("an id of 100 KB", "list", Reply(
        f'{{"r":[{record("x" * 100000, NAME)}]}}'), 1, "65536 bytes"),
    Row("an id that is a path", "list", First(
        Reply(f'{{"r":[{record("../../x?y#z", NAME)}]}}'),
        Reply("no", 500)), 1, "HTTP 500"),
    Row("an id with a line end", "list", First(
        Reply(f'{{"r":[{record(BREAK, NAME)}]}}'),
        Reply("no", 500)), 1, "HTTP 500"),
    Row("a session of a megabyte", "login", Reply(
        f'{{"s":"{"x" * 1000000}"}}'), 1, "16384 bytes"),
    Row("a session with a line end", "login", First(
        Reply(f'{{"s":"{BREAK}"}}'), Reply("no", 500)), 1, "HTTP 500"),
    Row("eight answers of a megabyte", "many",
        First(Reply(GOOD), Reply("x" * 1048000)), 1, "not understood",
        confirmed=1),
    Row("eight errors of a megabyte", "many",
        First(Reply(GOOD), Reply(ESCAPES * 16000, 500)), 1, "HTTP 500",
        confirmed=1),
    Row("eight bombs", "many", First(Reply(GOOD), packed(BOMB)), 1,
        "larger than", confirmed=1),
    Row("many accounts of a megabyte", "accounts", Reply("x" * 1048000), 1,
        "not understood"),
    Row("many accounts of many records", "zones", Records(), (1, 7), ""),
    Row("many accounts without end", "accounts", Endless("x" * 1000),
        1, "larger than"),
]

TARGETS = [
    Row("a redirect in a circle", "lookup", redirect("/"), 4, "HTTP 302"),
    Row("a redirect to a file", "lookup",
        redirect("file:///etc/hostname"), 4, "HTTP 302"),
    Row("a redirect to another host", "lookup",
        redirect("http://localhost:9/"), 4, "HTTP 302"),
    Row("a redirect with a user", "lookup",
        redirect("http://127.0.0.1@localhost:9/"), 4, "HTTP 302"),
    Row("a redirect to gopher", "lookup",
        redirect("gopher://127.0.0.1:9/_x"), 4, "protocol not allowed"),
    Row("a redirect of a megabyte", "lookup", closed(
        "Location: /" + "x" * 60000, status="302 Found"), 4, "fields"),
    Row("a redirect of a provider", "text", redirect("/"), 1, "HTTP 302"),
    Row("307 of a write", "json", redirect("/", 307), 1, "HTTP 307"),
    Row("a redirect with escapes", "lookup",
        closed("Location: /\x1b[2J", status="302 Found"), 4, "HTTP 302"),
]

TWO = [
    Row("empty data without end", "text", Script(headers(), data()), 1, "",
        WAITS),
    Row("data without end", "text", Script(headers(), data(b"x" * 16384)), 1,
        "larger than"),
    Row("padding without end", "text",
        Script(headers(), data(b"\xff" + bytes(255), PADDED)), 1, "",
        WAITS),
    Row("continuations without end", "text",
        Script(headers(OK, 0),
               frame(CONTINUATION, field("a", "b"), 0, 1)), 1, ""),
    Row("empty continuations without end", "text",
        Script(headers(OK, 0), frame(CONTINUATION, b"", 0, 1)), 1, "", WAITS),
    Row("continuations of a table", "text",
        Script(headers(OK + field("a", "b" * 4000, True), 0),
               frame(CONTINUATION, b"\xbe" * 9000, 0, 1)), 1, ""),
    Row("settings without end", "text", Script(b"", settings()), 1, "",
        WAITS),
    Row("settings of settings", "text",
        Script(b"", settings(*[(1, n) for n in range(2000)])), 1, "", WAITS),
    Row("pings without end", "text",
        Script(b"", frame(PING, bytes(8))), 1, "", WAITS),
    Row("ping answers without end", "text",
        Script(b"", frame(PING, bytes(8), 1)), 1, "", WAITS),
    Row("window updates without end", "text",
        Script(b"", frame(WINDOW, bytes([0, 0, 0, 1]), 0, 0)), 1, "", WAITS),
    Row("priorities without end", "text",
        Script(b"", frame(PRIORITY, bytes([0, 0, 0, 3, 9]), 0, 5)), 1, "",
        WAITS),
    Row("unknown frames without end", "text",
        Script(b"", frame(99, b"x" * 99, 255, 1)), 1, "", WAITS),
    Row("a reset at once", "text",
        Script(frame(RESET, bytes([0, 0, 0, 2]), 0, 1)), 1, ""),
    Row("a reset as refused", "text",
        Script(frame(RESET, bytes([0, 0, 0, 7]), 0, 1), ends=True), 1, ""),
    Row("a reset that wants HTTP/1.1", "text",
        Script(frame(RESET, bytes([0, 0, 0, 13]), 0, 1), ends=True), 1, ""),
    Row("a reset behind the fields", "text",
        Script(headers() + frame(RESET, bytes([0, 0, 0, 8]), 0, 1)), 1,
        ""),
    Row("a reset behind the words", "text",
        Script(headers() + data(GOOD.encode())
               + frame(RESET, bytes([0, 0, 0, 8]), 0, 1)), 1, ""),
    Row("a goodbye at once", "text",
        Script(frame(GOAWAY, bytes(8)), ends=True), 1, ""),
    Row("a goodbye that enhances calm", "text",
        Script(frame(GOAWAY, bytes([0, 0, 0, 0, 0, 0, 0, 11]) + b"x" * 9000),
               ends=True), 1, ""),
    Row("a goodbye in an answer", "text",
        Script(headers() + frame(GOAWAY, bytes([0, 0, 0, 1]) + bytes(4)),
               ends=True), 1, ""),
    Row("goodbyes without end", "text",
        Script(headers(), frame(GOAWAY, bytes([0, 0, 0, 1]) + bytes(4))), 1,
        ""),
    Row("goodbyes without end to another", "beside", Script(
        headers(), frame(GOAWAY, bytes([0, 0, 0, 1]) + bytes(4))), 1, "",
        confirmed=1),
    Row("a window of 0", "json", Script(hello=settings((4, 0))), 1,
        "timed out", WAITS),
    Row("no streams", "text", Script(hello=settings((3, 0))), 1, "timed out",
        WAITS),
    Row("a window above 2^31", "text",
        Script(hello=settings((4, 1 << 31))), 1, ""),
    Row("window updates above 2^31", "text", Script(
        frame(WINDOW, b"\x7f\xff\xff\xff", 0, 0) * 2), 1, ""),
    Row("a window update of 0", "text",
        Script(frame(WINDOW, bytes(4), 0, 1)), 1, ""),
    Row("frames of 1 byte", "text", Script(hello=settings((5, 1))), 1, ""),
    Row("settings of 5 bytes", "text",
        Script(hello=frame(SETTINGS, bytes(5))), 1, ""),
    Row("settings of a stream", "text",
        Script(hello=frame(SETTINGS, b"", 0, 1)), 1, ""),
    Row("a bomb of fields", "text", Script(
        headers(OK + field("a", "b" * 4000, True) + b"\xbe" * 12000)), 1,
        ""),
    Row("a push", "text",
        Script(frame(PUSH, bytes([0, 0, 0, 2]) + OK, END_HEADERS, 1)), 1,
        ""),
    Row("fields without end", "text",
        Script(headers(OK + field("a", "b"), 0),
               frame(CONTINUATION, field("c", "d" * 99), 0, 1)), 1, ""),
    Row("trailers without end", "text",
        Script(headers() + data(b"no") + headers(field("a", "b"), END_STREAM),
               frame(CONTINUATION, field("a", "b" * 99), 0, 1)), 1, ""),
    Row("informational answers without end", "text",
        Script(b"", headers(b"\x08\x03100")), 1, "fields"),
    Row("a status of 101", "text",
        Script(headers(b"\x08\x03101") + answer(GOOD.encode())), 1, ""),
    Row("no status", "text",
        Script(headers(field("a", "b")) + data(GOOD.encode(), END_STREAM)), 1,
        ""),
    Row("two statuses", "text",
        Script(answer(GOOD.encode(), OK + OK)), 1, ""),
    Row("a status behind a field", "text",
        Script(answer(GOOD.encode(), field("a", "b") + OK)), 1, ""),
    Row("a name in capitals", "text",
        Script(answer(GOOD.encode(), OK + field("A", "b"))), 1, ""),
    Row("a line end in a field", "text",
        Script(answer(GOOD.encode(), OK + field("a", "b\r\nc: d"))), 1,
        ""),
    Row("a field of HTTP/1.1", "text",
        Script(answer(GOOD.encode(), OK + field("connection", "close"))), 1,
        ""),
    Row("fields that cannot be read", "text",
        Script(headers(b"\xff" * 50)), 1, ""),
    Row("fields of a table that is none", "text",
        Script(headers(OK + b"\xfe")), 1, ""),
    Row("data before the fields", "text",
        Script(data(GOOD.encode(), END_STREAM)), 1, ""),
    Row("data of no stream", "text",
        Script(data(GOOD.encode(), stream=0)), 1, ""),
    Row("data of a stream that is not there", "text",
        Script(headers() + data(GOOD.encode(), END_STREAM, 7)), 1, "timed out",
        WAITS),
    Row("fields of a stream of the server", "text",
        Script(headers(stream=2)), 1, ""),
    Row("a frame of 16 MiB", "text",
        Script(headers() + data(b"x" * 99, length=(1 << 24) - 1), b"x"), 1,
        ""),
    Row("more padding than data", "text",
        Script(headers() + data(b"\x20x", PADDED)), 1, "", WAITS),
    Row("a length that is too large", "text", Script(
        answer(GOOD.encode(), OK + field("content-length", "500"))), 1,
        ""),
    Row("a length that is too small", "text", Script(
        answer(GOOD.encode(), OK + field("content-length", "2"))), 1, ""),
    Row("HTTP/1.1 in place of HTTP/2", "text",
        Script(hello=head("Content-Length: 17") + GOOD.encode()), 1,
        ""),
    Row("rubbish in place of HTTP/2", "text",
        Script(hello=b"\0" * 1000), 1, ""),
    Row("nothing behind the settings", "text", Script(ends=True), 1, ""),
    Row("no settings", "text", Script(hello=b""), 1),
    Row("an end without a body", "text",
        Script(headers(flags=END_HEADERS | END_STREAM)), 1,
        "not understood"),
    Row("a bomb of gzip", "json", Script(
        headers(OK + field("content-encoding", "gzip"))
        + data(gzip.compress(BOMB)[:16384])), 1, "larger than"),
    Row("an answer", "text", Script(answer(GOOD.encode())), 0),
    Row("an answer with padding and a goodbye", "text", Script(
        headers() + data(b"\x03" + GOOD.encode() + bytes(3),
                         END_STREAM | PADDED)
        + frame(GOAWAY, bytes([0, 0, 0, 1]) + bytes(4))), 0),
]

TABLES = {"HTTP/1.1": HEADS + BODIES + DOCUMENTS + TARGETS, "HTTP/2": TWO}

RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e"
                 "\u2066-\u2069]")


TOLD = re.compile(r"^ddns: (\S+ A \(.*\)|\[.*\]): \S", re.M)


def is_lookup(row):
    return row.role in ("lookup", "pointer")


def names_of(row):
    """The names of each account."""
    if row.role == "many":
        return ["\n ".join([NAME] + [f"n{n}.example.com" for n in range(30)])]
    if row.role == "zones":
        return [" ".join(f"{letter}{n}.example.com" for letter in "abcde")
                for n in range(32)]
    if row.role == "accounts":
        return [f"n{n}.example.com m{n}.example.com" for n in range(12)]
    return [NAME]


def configure(ddns, row, url, other, third):
    waits = row.seconds == WAITS
    general = "timeout = 2\ndeadline = 8" if waits else (
        "timeout = 60\ndeadline = 90")
    if url.startswith("https"):
        general += f"\nca_file = {tls()[0]}"
    text = ROLES[row.role]
    if is_lookup(row):
        text = text.format(url=url) + DYNDNS2.format(
            label="fine", url=other, names=NAME)
    else:
        text = LOOKUP.format(url=other) + "".join(
            text.format(label=f"l{n}", url=url, names=names)
            for n, names in enumerate(names_of(row)))
    if row.role == "beside":
        text += DYNDNS2.format(label="fine", url=third,
                               names="fine.example.com")
    ddns.config(text, general)


@functools.cache
def tls():
    """The CA's file and a context that speaks HTTP/2 alone."""
    folder = tempfile.mkdtemp(prefix="ddns-torture-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    certificates = harness.Certificates(folder)
    return certificates.ca, certificates.server()


def serve(row):
    if isinstance(row.server, Script):
        return http2.Server(row.server, tls()[1])
    return harness.Server(copy.copy(row.server))


def judge_texts(row, result, ddns):
    found = []
    texts = [result.stdout, result.stderr]
    if any(RAW.search(text) for text in texts):
        found.append("something raw is printed")
    texts += [path.read_text() for path in ddns.home.iterdir()]
    found += [f"{secret} is shown" for secret in SECRETS
              if any(secret in text for text in texts)]
    found += [f"said {line!r}" for line in result.stderr.splitlines()
              if not line.startswith("ddns: ")]
    if ": TLS: " in result.stderr:
        found.append("TLS came between")
    if row.status == 1 and not TOLD.search(result.stderr):
        found.append("no name's failure is told")
    if row.said not in result.stderr:
        found.append(f"did not say {row.said!r}: {result.stderr[-500:]!r}")
    return found


def judge(row, result, peak, ddns, slow):
    found = judge_texts(row, result, ddns)
    allowed = row.status if isinstance(row.status, tuple) else (row.status,)
    if result.status not in allowed:
        found.append(f"exit status {result.status}: {result.stderr[-500:]!r}")
    if result.seconds > row.seconds * slow:
        found.append(f"took {result.seconds:.1f} s")
    if peak > (ORDINARY if result.status == 0 else MOST):
        found.append(f"took {peak / MIB:.1f} MiB")
    rows = scenes.rows_of(ddns.state.read_bytes())
    confirmed = sum(one.address == NEW for one in rows.values())
    wanted = row.confirmed or int(result.status == 0)
    if confirmed != wanted:
        found.append(f"{confirmed} names confirmed")
    return found


def run(row, measured):
    """(what is wrong, KiB at most)."""
    with tempfile.TemporaryDirectory(prefix="ddns-torture-") as folder:
        ddns = harness.Ddns(folder)
        peak = pathlib.Path(folder) / "peak"
        hostile = serve(row)
        fine = harness.Server(harness.Dyndns2() if is_lookup(row)
                              else Reply(NEW))
        third = harness.Server(harness.Dyndns2())
        configure(ddns, row, hostile.url, fine.url, third.url)
        if measured:
            ddns.under = ["/usr/bin/python3", "-S", "-I", PEAK, peak]
        try:
            result = ddns.run("-vv", env={"ASAN_OPTIONS": "exitcode=99"})
        except (subprocess.TimeoutExpired, UnicodeDecodeError) as error:
            return [str(error)], 0
        finally:
            for server in (hostile, fine, third):
                server.close()
        kib = int(peak.read_text()) if measured else 0
        found = judge(row, result, kib, ddns, 1 if measured else SLOW)
        if is_lookup(row) and row.status and fine.requests:
            found.append("the provider was called")
        return found, kib


def sanitized():
    """Builds the program with ASan and UBSan; its path."""
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MAKELEVEL")}
    subprocess.run(["make", "-s", "COPY=hostile", "copy"], cwd=ROOT,
                   check=True, stdout=subprocess.DEVNULL, env=env)
    subprocess.run(
        ["make", "-s", f"-j{os.cpu_count()}", "HARDEN=",
         f"CFLAGS={SANITIZE} -DSANDBOX_LEAKS", "src/ddns"], cwd=SANITIZED,
        check=True, stdout=subprocess.DEVNULL, env=env)
    return str(SANITIZED / "src" / "ddns")


def campaign(title, every, measured):
    points, found = 0, []
    tls()  # before two threads make one each
    for protocol, table in TABLES.items():
        rows = scenes.sample(table, every)
        most = 0
        # most of them only wait
        with concurrent.futures.ThreadPoolExecutor(
                2 * scenes.WORKERS) as pool:
            for row, (faults, kib) in zip(
                    rows, pool.map(lambda row: run(row, measured), rows)):
                found += [f"{title}: {protocol}: {row.role}: {row.title}: "
                          f"{text}" for text in faults]
                most = max(most, kib)
        points += len(rows)
        peak = f", {most / MIB:.1f} MiB at most" if measured else ""
        print(f"{title}: {protocol}: {len(rows)} points{peak}", flush=True)
    return points, found


def main(every):
    """The rows are few: a sample has ten times its share of them."""
    every = max(1, every // 10)
    points, found = campaign("hostile", every, measured=True)
    if every == 1:
        plain, harness.PROGRAM = harness.PROGRAM, sanitized()
        harness.LATE *= SLOW
        try:
            more, faults = campaign("hostile, sanitized", 1, measured=False)
        finally:
            harness.PROGRAM = plain
            harness.LATE //= SLOW
        points += more
        found += faults
    return points, found
