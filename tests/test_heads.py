"""Heads of requests, as our reader takes them and as Python's own does: the same, or not taken."""

from http.server import BaseHTTPRequestHandler
from io import BytesIO
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.heads import MOST_LINES, HeadReader

BROWSER = (
    b"Host: desk.example:5000\r\nUser-Agent: Mozilla/5.0 (X11; Linux) a;b, c\r\nAccept: */*\r\n"
    b"Accept-Language: de,en;q=0.5\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Empty:\r\nCookie: a=b; c="d"\r\n'
)


class Library(BaseHTTPRequestHandler):
    """Reads one head from bytes, and keeps what it would answer if that is none."""

    protocol_version = "HTTP/1.1"

    def __init__(self, sent: bytes) -> None:
        self.rfile: Any = BytesIO(sent)
        self.wfile: Any = BytesIO()
        self.raw_requestline = self.rfile.readline(65_537)
        self.given = self.rfile

    def log_message(self, *args: object) -> None: ...

    def date_time_string(self, timestamp: float | None = None) -> str:
        return "now"

    def read(self) -> tuple[Any, ...]:
        if not self.parse_request():
            return ("refused", self.wfile.getvalue(), self.close_connection)
        return (
            (self.command, self.path, self.request_version, self.requestline),
            self.headers.items(),
            self.close_connection,
            self.wfile.getvalue(),
            self.given.read(),  # of the body, all that is left
        )


class Ours(HeadReader, Library):
    pass


def is_taken(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> bool:
    read: list[object] = []
    with monkeypatch.context() as patched:
        patched.setattr(Library, "parse_request", lambda self: read.append(self))
        Ours(sent).parse_request()
    return not read


def same(sent: bytes) -> bool:
    return Ours(sent).read() == Library(sent).read()


def head(headers: bytes, request: bytes = b"GET /a?b=%20 HTTP/1.1\r\n") -> bytes:
    return request + headers + b"\r\nbody\r\n"


@pytest.mark.parametrize("method", [b"GET", b"POST", b"PATCH", b"OPTIONS", b"BREW"])
def test_what_browsers_write_is_taken(method: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = head(BROWSER, method + b" /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n")
    assert is_taken(sent, monkeypatch)
    assert same(sent)


@pytest.mark.parametrize(
    ("is_over", "connection"),
    [(True, b"close"), (True, b"Close"), (False, b"keep-alive"), (False, b"")],
)
def test_whether_another_request_follows_is_read(
    is_over: bool, connection: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = head(b"Connection: " + connection + b"\r\n")
    assert is_taken(sent, monkeypatch)
    assert same(sent)
    assert Ours(sent).read()[2] is is_over


@pytest.mark.parametrize(
    "sent",
    [
        head(BROWSER, b"GET /a HTTP/1.0\r\n"),
        head(BROWSER, b"GET //evil.example/ HTTP/1.1\r\n"),
        head(BROWSER, b"GET http://desk.example/ HTTP/1.1\r\n"),
        head(BROWSER, b"GET  /a HTTP/1.1\r\n"),
        head(BROWSER, b"GET /a\xa0b HTTP/1.1\r\n"),
        head(BROWSER, b"GET /a HTTP/1.1\n"),
        head(BROWSER, b"GET /a HTTP/2.0\r\n"),
        head(BROWSER, b"GET\r\n"),
        head(b"Host: a\r\n folded: b\r\n"),
        head(b"Host: a\r\n\tfolded\r\n"),
        head(b"Host : a\r\n"),
        head(b"Host\r\n"),
        head(b"From a@b\r\nHost: a\r\n"),
        head(b": nothing\r\n"),
        head(b"Host: a\n"),
        head(b"Host: a \r\n"),
        head(b"Host:\ta\r\n"),
        head(b"Host: a\rb: c\r\n"),
        head(b"Host: \xe4\r\n"),
        head(b"Host: a\x00b\r\n"),
        head(b"Host: a\x0cb\r\n"),
        head(b"Expect: 100-continue\r\n"),
        head(b"A: b\r\n" * MOST_LINES),
        head(b"A: b\r\n" * (MOST_LINES + 1)),
        head(b"A: " + b"b" * 70_000 + b"\r\n"),
        b"GET /a HTTP/1.1\r\nHost: a\r\n",
        b"GET /a HTTP/1.1\r\nHost: a",
        b"GET /a HTTP/1.1\r\nHost: a\r\n\n",
        b"GET /a HTTP/1.1\r\n",
    ],
)
def test_what_is_unusual_is_read_by_the_library(
    sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_taken(sent, monkeypatch)
    assert same(sent)


class Silent:
    """A line on which nothing more comes."""

    def readline(self, _size: int) -> bytes:
        raise TimeoutError


@pytest.mark.parametrize("line", [b"\x16\x03\x01\x02\n", b"nonsense\r\n", b"GET /a HTTP/9.9\r\n"])
def test_what_is_no_request_is_refused_before_more_of_it_comes(line: bytes) -> None:
    handler = Ours(line)
    handler.rfile = Silent()
    assert not handler.parse_request()
    assert b"Error response" in handler.wfile.getvalue()


PIECES = st.sampled_from(
    b"GET| |/|a|HTTP/1.1|1.0|\r\n|\n|\r|Host|:|: |\t|Connection: close|\xa0|\x00|\xff|?|(".split(
        b"|"
    )
)


@given(st.lists(PIECES, max_size=12).map(b"".join), st.lists(PIECES, max_size=25).map(b"".join))
@example(b"GET /a HTTP/1.1\r\n", b"Host: a\r\nHost: b\r\n")
@settings(max_examples=1_000, deadline=None)
def test_every_head_is_read_as_the_library_reads_it(request: bytes, headers: bytes) -> None:
    for sent in (request + headers + b"\r\n\r\n", head(headers), head(BROWSER + headers)):
        assert same(sent)
