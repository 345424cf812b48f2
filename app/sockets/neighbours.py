"""Several processes on one port: what belongs to a session of another one is handed over.

A session of Engine.IO lives in the process that opened it, and its id ends with that process's
number. As long as it polls, each of its requests may reach any process: that one asks the owner
by a Unix socket, and passes the answer on. Where the session moves to a WebSocket, the connection
itself goes to the owner (SCM_RIGHTS), so that what it carries takes no second way.

Both ways a request is a head (the lengths of what follows), JSON, and bytes: the environment and
body of a request, the status and headers and body of an answer. After a WebSocket there is none.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
import socket
import struct
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import orjson

from app.sockets import websocket

HEAD = struct.Struct(">II")
OWNER = re.compile(r"\.([0-9]{1,9})\Z", re.A)
ACCEPT_AGAIN_SECONDS = 0.1

Handle = Callable[[dict[str, Any], Any], Iterable[bytes]]
log = logging.getLogger(__name__)


class Neighbours:
    """The processes of one supervisor, as one of them sees them."""

    def __init__(self, number: int, folder: str, largest: int) -> None:
        """Of the process with this number; `largest`: bytes of a request's body that it reads."""
        self.number, self.folder, self.largest = number, Path(folder), largest
        self.handed: set[socket.socket] = set()  # lines to the owners of what was handed over
        self.answering: set[socket.socket] = set()  # lines by which others wait for an answer
        self.suffix = f".{number}"
        self.is_leaving = False

    def answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes] | None:
        """What the owner of the request's session answers; None if that is this process, or if
        there is none."""
        owner = owner_of(environ)
        if owner in (None, self.number):
            return None
        line = socket.socket(socket.AF_UNIX)
        with line:
            try:
                line.connect(str(self.folder / str(owner)))
            except OSError:
                return None  # it has ended, and its sessions with it
            self.handed.add(line)
            try:
                if self.is_leaving:  # who polls would hold it up by one request after the other
                    return bad_gateway(start_response)
                return self.ask(line, environ, start_response)
            except OSError:
                return bad_gateway(start_response)
            finally:
                self.handed.discard(line)

    def ask(
        self, line: socket.socket, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        said = orjson.dumps({name: v for name, v in environ.items() if isinstance(v, str)})
        body = self.body_of(environ)
        head = HEAD.pack(len(said), len(body))
        if "HTTP_UPGRADE" in environ:
            socket.send_fds(line, [head], [websocket.socket_of(environ).fileno()])
        else:
            line.sendall(head)
        line.sendall(said + body)
        heard = received(line)
        if heard is None:  # it was a WebSocket, and is over; or the owner has ended
            if "HTTP_UPGRADE" in environ:
                with contextlib.suppress(OSError):  # not every server does so at the end
                    websocket.socket_of(environ).shutdown(socket.SHUT_RDWR)
                return websocket.already_answered(environ)
            return bad_gateway(start_response)
        (status, headers), answer = heard
        start_response(status, [tuple(header) for header in headers])
        return [answer]

    def body_of(self, environ: dict[str, Any]) -> bytes:
        """Of what is too long nothing: the owner refuses it by its length."""
        length = environ.get("CONTENT_LENGTH") or ""
        if not re.fullmatch("[0-9]{1,9}", length) or int(length) > self.largest:
            return b""
        return bytes(environ["wsgi.input"].read(int(length)))

    # ---- the other end ---------------------------------------------------------------------

    def serve(self, handle: Handle, begin: Callable[..., Any], sleep: Callable[..., Any]) -> None:
        """Answers what others ask, each in a task of its own."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.folder / str(self.number)))
        listener.listen(1024)

        def accept() -> None:
            while True:
                try:
                    line, _ = listener.accept()
                except OSError:  # out of file descriptors, perhaps
                    sleep(ACCEPT_AGAIN_SECONDS)
                else:
                    begin(self.answer_by, line, handle)

        begin(accept)

    def answer_by(self, line: socket.socket, handle: Handle) -> None:
        self.answering.add(line)
        with line, contextlib.suppress(OSError), contextlib.ExitStack() as held:
            held.callback(self.answering.discard, line)
            fds: list[int] = []
            asked = received(line, fds)
            handed = [held.enter_context(socket.socket(fileno=fd)) for fd in fds]
            if asked is None:
                return
            environ, body = asked
            environ["wsgi.input"] = io.BytesIO(body)
            for each in handed:
                environ[websocket.HANDED] = each
            answered: list[Any] = []

            def start_response(status: str, headers: Any, _error: Any = None) -> None:
                answered[:] = [status, headers]

            parts = handle(environ, start_response)
            if answered:
                body, said = b"".join(parts), orjson.dumps(answered)
                line.sendall(HEAD.pack(len(said), len(body)) + said + body)

    def let_go(self) -> None:
        """Of what was handed over: this process ends, and its clients come back elsewhere."""
        self.is_leaving = True
        for line in list(self.handed):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def owner_of(environ: dict[str, Any]) -> int | None:
    sid = parse_qs(environ.get("QUERY_STRING", "")).get("sid", [""])[0]
    found = OWNER.search(sid)
    return int(found[1]) if found else None


def received(line: socket.socket, fds: list[int] | None = None) -> tuple[Any, bytes] | None:
    """What stands in JSON and what follows it; None if the line ends before."""
    # It waits for what the next call takes at once, for that one waits in no cooperative mode.
    if not line.recv(1, socket.MSG_PEEK):
        return None
    if fds is None:
        head = whole(line, HEAD.size)
    else:
        head, given, _, _ = socket.recv_fds(line, HEAD.size, 1)
        fds += given
    if len(head) < HEAD.size:
        return None
    said, more = HEAD.unpack(head)
    data = whole(line, said + more)
    return (orjson.loads(data[:said]), data[said:]) if len(data) == said + more else None


def whole(line: socket.socket, size: int) -> bytes:
    """So many bytes; fewer if the line ends."""
    data = bytearray()
    while len(data) < size and (part := line.recv(size - len(data))):
        data += part
    return bytes(data)


def bad_gateway(start_response: Any) -> Iterable[bytes]:
    start_response("502 Bad Gateway", [("Content-Length", "0"), ("Connection", "close")])
    return []
