# SPDX-License-Identifier: ISC
"""A server of HTTP/2 that says what it is told, frame by frame (RFC 9113).

It reads no more of a request than its stream, and knows of HPACK (RFC 7541)
only how to write a field: hostile answers need no more.
"""

import struct

import harness

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
(DATA, HEADERS, PRIORITY, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW,
 CONTINUATION) = range(10)
END_STREAM, ACK, END_HEADERS, PADDED = 1, 1, 4, 8
OK = b"\x88"  # :status 200, as the static table has it


def frame(kind, payload=b"", flags=0, stream=0, length=None):
    """length: what the head says, if it lies."""
    size = len(payload) if length is None else length
    return (struct.pack(">I", size)[1:] + bytes([kind, flags])
            + struct.pack(">I", stream) + payload)


def number(value, bits, first=0):
    """RFC 7541, section 5.1."""
    most = (1 << bits) - 1
    if value < most:
        return bytes([first | value])
    out, value = bytes([first | most]), value - most
    while value >= 128:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def text(value):
    value = value if isinstance(value, bytes) else value.encode("latin-1")
    return number(len(value), 7) + value


def field(name, value, kept=False):
    """kept: in the client's table, too."""
    return (b"\x40" if kept else b"\x00") + text(name) + text(value)


def headers(block=OK, flags=END_HEADERS, stream=1):
    return frame(HEADERS, block, flags, stream)


def data(body=b"", flags=0, stream=1, **more):
    return frame(DATA, body, flags, stream, **more)


def answer(body, block=OK):
    return headers(block) + data(body, END_STREAM)


def settings(*pairs):
    return frame(SETTINGS, b"".join(struct.pack(">HI", *pair)
                                    for pair in pairs))


class Script:
    """What is sent: `hello` in place of SETTINGS, `first` for a request, and
    then `forever`. ends: the connection is closed then, else kept open."""

    def __init__(self, first=b"", forever=b"", hello=settings(), ends=False):
        self.first, self.forever = first, forever
        self.hello, self.ends = hello, ends

    def play(self, sock, stop):
        sock.sendall(self.first)
        if self.forever:
            piece = self.forever * max(1, 16384 // len(self.forever))
            while not stop.is_set():
                sock.sendall(piece)


def exactly(sock, size):
    out = b""
    while len(out) < size:
        piece = sock.recv(size - len(out))
        if not piece:
            raise ConnectionResetError("the client is gone")
        out += piece
    return out


class Server(harness.Server):
    """Each request gets the script; a stream of it is 1, as the client's first
    is. One that asks anew over another connection gets it anew; one that asks
    over HTTP/1.1 gets no answer."""

    def __init__(self, script, context):
        context.set_alpn_protocols(["h2"])
        super().__init__(script, tls=context)

    def _talk(self, sock):
        if (first := exactly(sock, len(PREFACE))) != PREFACE:
            self.requests.append(first)
            return
        sock.sendall(self.reply.hello)
        while not self.stop.is_set():
            head = exactly(sock, 9)
            exactly(sock, int.from_bytes(head[:3], "big"))
            if head[3] == SETTINGS and not head[4] & ACK:
                sock.sendall(frame(SETTINGS, flags=ACK))
            if head[3] != HEADERS:
                continue
            with self.lock:
                self.requests.append(int.from_bytes(head[5:], "big"))
            self.reply.play(sock, self.stop)
            if self.reply.ends:
                return
