#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A service in a process of its own, which answers every request alike.

Start it with `with Fake(...) as fake`; fake.seen() returns what it saw:
requests, connections, the most that were under way at once, the seconds that
these took in all, and those of processor that it took itself; so does
fake.close(), which ends it. It speaks HTTP/1.1 or HTTP/2, reads no more of a
request than where it ends, and so is about as fast as Python can be.

holder: a kind of holders.py, which answers instead (over HTTP/1.1).

hold: those behind the first wait for each other until so many are under way.
"""

import asyncio
import json
import resource
import ssl
import subprocess
import sys
import time
import urllib.parse

import holders

PREFACE = 24  # bytes that a client begins HTTP/2 with
DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
END_STREAM, ACK, END_HEADERS = 1, 1, 4
STATUS_200 = b"\x88"  # RFC 7541 appendix A, number 8
LENGTH = b"\x0f\x0d"  # number 28, its value as it is behind it
SECONDS = 0.001


def frame(kind, flags, stream, payload=b""):
    return (len(payload).to_bytes(3, "big") + bytes([kind, flags])
            + stream.to_bytes(4, "big") + payload)


class Service:
    def __init__(self, options):
        self.body = options["body"].encode()
        self.answer = options["holder"] and getattr(
            holders.Holder(), options["holder"])
        self.delay = options["delay"] * SECONDS
        self.hold = options["hold"]
        self.held = []
        self.requests = self.connections = self.flying = self.most = 0
        self.waited = 0

    def asked(self, answer):
        """A request is whole: answer() sends what there is to it."""
        self.requests += 1
        self.waited -= time.monotonic()
        self.flying += 1
        self.most = max(self.most, self.flying)
        if self.hold and self.requests > 1:
            self.held.append(answer)
            if len(self.held) < self.hold:
                return
            self.hold = 0
            for held in self.held:
                self.later(held)
        else:
            self.later(answer)

    def later(self, answer):
        if self.delay:
            asyncio.get_running_loop().call_later(
                self.delay, self.answered, answer)
        else:
            self.answered(answer)

    def answered(self, answer):
        self.flying -= 1
        self.waited += time.monotonic()
        answer()

    def seen(self):
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {"requests": self.requests, "connections": self.connections,
                "most": self.most, "waited": self.waited,
                "seconds": used.ru_utime + used.ru_stime}


class Connection(asyncio.Protocol):
    def __init__(self, service):
        self.service = service
        self.text = b""

    def connection_made(self, transport):
        self.send = transport.write
        self.service.connections += 1
        self.begin()

    def data_received(self, data):
        self.text += data
        while self.text and self.take():
            pass


class Plain(Connection):
    """HTTP/1.1"""

    def begin(self):
        self.alike = self.whole(self.service.body, "")

    def whole(self, body, fields):
        return (f"HTTP/1.1 200 OK\r\n{fields}Content-Length: {len(body)}"
                "\r\n\r\n".encode() + body)

    def held(self, head, body):
        """What the holder says."""
        first, _, fields = head.decode().partition("\r\n")
        target = urllib.parse.unquote(first.split(" ")[1])
        answer, kind = self.service.answer(target, fields, body), "text/plain"
        if not isinstance(answer, str):
            answer, kind = json.dumps(answer), "application/json"
        return self.whole(answer.encode(), f"Content-Type: {kind}\r\n")

    def take(self):
        head, end, rest = self.text.partition(b"\r\n\r\n")
        _, found, length = head.lower().partition(b"\r\ncontent-length:")
        need = int(length.split()[0]) if found else 0
        if not end or len(rest) < need:
            return False
        self.text = rest[need:]
        answer = (self.held(head, rest[:need]) if self.service.answer
                  else self.alike)
        self.service.asked(lambda: self.send(answer))
        return True


class Streams(Connection):
    """HTTP/2"""

    def begin(self):
        length = str(len(self.service.body)).encode()
        self.head = STATUS_200 + LENGTH + bytes([len(length)]) + length
        self.left = PREFACE
        self.send(frame(SETTINGS, 0, 0))

    def take(self):
        if self.left:
            cut = min(self.left, len(self.text))
            self.left -= cut
            self.text = self.text[cut:]
            return True
        end = 9 + int.from_bytes(self.text[:3], "big")
        if len(self.text) < max(end, 9):
            return False
        kind, flags = self.text[3:5]
        stream = int.from_bytes(self.text[5:9], "big")
        if kind in (SETTINGS, PING) and not flags & ACK:
            answer = self.text[9:end] if kind == PING else b""
            self.send(frame(kind, ACK, 0, answer))
        elif kind in (HEADERS, DATA) and flags & END_STREAM:
            self.service.asked(lambda: self.send(
                frame(HEADERS, END_HEADERS, stream, self.head)
                + frame(DATA, END_STREAM, stream, self.service.body)))
        self.text = self.text[end:]
        return True


async def serve(options):
    service = Service(options)
    context = None
    if options["certificate"]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options["certificate"])
        context.set_alpn_protocols(["h2" if options["http2"] else "http/1.1"])
    kind = Streams if options["http2"] else Plain
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: kind(service), "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    # a line asks; the end, too
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(service.seen()), flush=True)
    print(json.dumps(service.seen()), flush=True)
    server.close()


class Fake:
    def __init__(self, body="", *, delay=0, hold=0, http2=False,
                 certificate=None, holder=None):
        """delay: milliseconds; certificate: paths of a certificate and its
        key, which HTTP/2 needs."""
        options = {"body": body, "delay": delay, "hold": hold, "http2": http2,
                   "certificate": certificate and [*map(str, certificate)],
                   "holder": holder}
        self.process = subprocess.Popen(
            [sys.executable, "-B", __file__, json.dumps(options)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        scheme = "https" if certificate else "http"
        port = int(self.process.stdout.readline())
        self.url = f"{scheme}://127.0.0.1:{port}"

    def seen(self):
        """What it has seen so far."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        """What it saw, the first time."""
        out, _ = self.process.communicate()
        return json.loads(out)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.returncode is None:
            self.close()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))
