"""The server's end of a WebSocket (RFC 6455), the same under eventlet, gevent and threads.

python-engineio looks its WebSocket class up in ``engineio.Server._async["websocket"]``. The classes
it brings unmask byte by byte, negotiate compression (90 KB for each idle connection), keep a thread
of their own for each socket, or leave the size of a message unbounded. This one works on the raw
socket, which the async mode has already made cooperative, and holds nothing but a buffer.

TLS belongs to the proxy in front.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import errno
import hashlib
import logging
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import engineio

from app.locks import never_waited_for
from app.sockets.reading import Listener, Reader, reader_of

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA

NORMAL, PROTOCOL_ERROR, BAD_DATA, POLICY, TOO_BIG = 1000, 1002, 1007, 1008, 1009

RECEIVE_BYTES = 16 * 1024

#: Under which a connection stands in the environment that another process has handed over.
HANDED = "deskbell.socket"

#: What takes the connection out of the WSGI server's hands, and gives what tells it of the end.
#: A task of one's own takes less than half of what the one does that answers the request.
TAKE = "deskbell.take"

#: What an environment holds of a request's reading, and an upgrade has no use for.
OF_REQUEST = (
    TAKE,
    "wsgi.input",
    "wsgi.errors",
    "eventlet.input",
    "eventlet.posthooks",
    "eventlet.set_idle",
    "headers_raw",
)

#: How long a peer may take to answer a close frame.
LINGER_SECONDS = 1.0

log = logging.getLogger(__name__)


#: After so many frames of one socket the others have a turn.
FRAMES_A_TURN = 16


def install(
    server: engineio.Server, send_timeout: float = 10.0, max_unsent: int = 1_000_000
) -> None:
    """Make ``server`` speak through :class:`WebSocket`.

    A reader is dropped who takes nothing for ``send_timeout`` seconds, or lets more than
    ``max_unsent`` bytes pile up here.
    """

    def websocket(handler: Callable[[Any], Any], server: engineio.Server) -> WebSocket:
        ws = WebSocket(handler, server, send_timeout, max_unsent)
        ws.greet = getattr(getattr(handler, "__self__", None), "greet", ws.greet)
        return ws

    # The mapping is a module's global, shared by every server of the process: change a copy.
    server._async = {**server._async, "websocket": websocket}


class Violation(Exception):
    """What the peer sent breaks the protocol; ``code`` goes into the close frame."""

    def __init__(self, code: int, reason: str):
        super().__init__(reason)
        self.code = code


class WebSocket:
    """One connection: Engine.IO calls it as a WSGI application, then waits, sends and closes.

    One task at a time may :meth:`wait`; any may :meth:`send` and :meth:`close`. There is
    deliberately no ``_sock`` or ``socket`` attribute: Engine.IO would set its own timeout there.
    """

    def __init__(
        self,
        handler: Callable[[WebSocket], Any],
        server: engineio.Server,
        send_timeout: float = 10.0,
        max_unsent: int = 1_000_000,
    ):
        self._handler = handler
        self._server = server
        self._max_size = int(server.max_http_buffer_size)
        self._opening = 2
        self._opening_timeout = float(server.ping_interval + server.ping_timeout)
        self._send_timeout = send_timeout
        self._max_unsent = max_unsent
        self._shortcuts: bool = getattr(server, "shortcuts", True)
        self._lock = never_waited_for()  # held by who writes
        self._outbox: deque[bytes] = deque()  # whole frames, and first perhaps the rest of one
        self._unsent = 0
        self._buffer = bytearray()
        self._fragments: bytearray | None = None
        self._fragments_opcode = TEXT
        self._receiving = False  # a task is in recv()
        self._closing = False  # nothing more goes out, and nothing that comes in counts
        self._dropped = False
        self._twin: socket.socket | None = None
        self._frames = 0
        self._ended: Callable[[], None] = _nothing
        #: Makes ready what leaves with the handshake, in the same write.
        self.greet: Callable[[WebSocket], None] = _nobody
        #: Called for each frame that brings no message: pings, pongs, pieces.
        self.on_aside: Callable[[], None] = _nothing

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        """Shake hands, run the handler to its end, and hang up."""
        refusal = _refusal(environ)
        if refusal is not None:
            self._end_session()
            status, headers = refusal
            start_response(status, [("Connection", "close"), ("Content-Length", "0"), *headers])
            return ()  # a list would be taken for Engine.IO packets

        self._connect(socket_of(environ))
        self._outbox.append(_handshake(environ["HTTP_SEC_WEBSOCKET_KEY"]))
        take: Callable[[], Callable[[], None]] | None = environ.get(TAKE)
        if take is None:
            if "eventlet.set_idle" in environ:
                environ["eventlet.set_idle"]()  # or a graceful stop of eventlet.wsgi waits for us
            self._serve()
            return already_answered(environ)
        is_over = take()

        def ended() -> None:
            with contextlib.suppress(OSError):
                self._socket.close()
            is_over()

        self._ended = ended
        self._server.start_background_task(self._serve)
        answer = already_answered(environ)
        for name in OF_REQUEST:  # or the session would keep it all, with its environment
            environ.pop(name, None)
        return answer

    def _serve(self) -> None:
        """From the handshake to the end."""
        try:
            self.greet(self)
            self.flush()
            self._handler(self)
        except OSError as error:
            log.info("a WebSocket broke: %s", error)
        except ValueError as error:
            # Engine.IO parses a packet outside of its own "try": without this, garbage would
            # leave a session that nobody reads and that nobody ends.
            log.info("malformed Engine.IO packet: %s", error)
            self.close(POLICY)
        except Exception:
            log.exception("a WebSocket failed")
        finally:
            try:
                self.close()
                self._linger()
                self._end_session()
                if self._twin is not None:
                    self._twin.detach()  # or it would close the socket under the WSGI server
            finally:
                self._let_go()

    def wait(self) -> str | bytes | None:
        """The next message, or ``None`` once the connection is over."""
        while not self._closing:
            try:
                message = self._parse()
            except Violation as violation:
                log.info("closing a WebSocket: %s", violation)
                self.close(violation.code)
                break
            if message is not None:
                if self._opening:
                    self._opened()
                return message
            if not self._closing and not self._receive():
                self._drop()
        self._linger()
        return None

    def send(self, message: str | bytes) -> None:
        """Send one message, or raise ``OSError`` when the connection is over.

        Never waits: what the peer does not take at once is left to a task of its own.
        """
        self.post(message)
        self.flush()

    def post(self, message: str | bytes) -> None:
        """Make a message ready to leave with the next :meth:`flush`."""
        self.post_frame(framed(message))

    def post_frame(self, data: bytes) -> None:
        """The same, of what stands in a frame already."""
        if self._closing:
            raise OSError(errno.EPIPE, "the WebSocket is closed")
        if self._unsent > self._max_unsent:
            log.info("dropping a WebSocket: its reader is too slow")
            self._drop()
            raise OSError(errno.ENOBUFS, "the reader is too slow")
        self._outbox.append(data)
        self._unsent += len(data)

    def flush(self) -> None:
        """Write all that is ready, in one system call, as far as the peer takes it."""
        # Whoever holds the lock is writing, and looks again after releasing it.
        while self._outbox and self._lock.acquire(blocking=False):
            is_full = False
            try:
                data = self._take()
                try:
                    sent = self._raw.send(data, socket.MSG_DONTWAIT)
                except BlockingIOError:
                    sent = 0
                if sent < len(data):
                    self._put_back(data[sent:])
                    is_full = True
            except OSError:
                self._drop()
                raise
            finally:
                self._lock.release()
            if is_full:
                self._server.start_background_task(self._flush_slowly)
                return

    def close(self, code: int = NORMAL) -> None:
        """Say goodbye, without waiting; wait() ends with the peer's answer, or soon without it."""
        if self._closing:
            return
        with contextlib.suppress(OSError):
            self.post_frame(frame(CLOSE, struct.pack(">H", code)))
            self._closing = True
            self.flush()
            if self._outbox:  # a reader who has stopped would not answer either
                self._drop()
            else:
                self._socket.shutdown(socket.SHUT_WR)
        if self._receiving:
            self._server.start_background_task(self._drop_later)

    # ---- bytes in --------------------------------------------------------------------------

    def _receive(self) -> bool:
        """Add what has arrived to the buffer; ``False`` when nothing will come any more."""
        since = time.monotonic()
        while True:
            self._receiving = True
            try:
                data = self._reader.receive(RECEIVE_BYTES)
            except TimeoutError:
                # Or else a slow send in another task had lent the socket its shorter timeout.
                if self._opening and time.monotonic() - since >= self._opening_timeout:
                    return False
                continue
            except (OSError, EOFError):  # eventlet says EOFError for a socket closed elsewhere
                return False
            finally:
                self._receiving = False
            self._buffer += data
            return bool(data)

    def _parse(self) -> str | bytes | None:
        """Take the next message out of the buffer; ``None`` when more bytes are needed."""
        buffer = self._buffer
        while len(buffer) >= 2:
            opcode, length, start = buffer[0] & 0x0F, buffer[1] & 0x7F, 6
            if length == 126:
                if len(buffer) < 4:
                    return None
                length, start = buffer[2] << 8 | buffer[3], 8
            elif length == 127:
                if len(buffer) < 10:
                    return None
                length, start = int.from_bytes(buffer[2:10]), 14
            # From the header alone: what is too big is refused before it is kept.
            self._check_header(buffer[0], buffer[1], length)
            end = start + length
            if len(buffer) < end:
                return None
            self._frames += 1
            if self._frames % FRAMES_A_TURN == 0:
                # A socket with always more to read never waits, so nobody else would run.
                self._server.sleep(0)
            payload = _unmask(buffer[start - 4 : start], buffer[start:end])
            final = buffer[0] & 0x80
            del buffer[:end]
            if not final or opcode >= CLOSE:
                self.on_aside()
                if self._closing:  # it may have waited
                    return None
            if opcode >= CLOSE:
                self._control(opcode, payload)
                if self._closing:
                    return None
            elif final and self._fragments is None:
                return _decode(opcode, payload)
            else:
                if self._fragments is None:
                    self._fragments, self._fragments_opcode = bytearray(), opcode
                self._fragments += payload
                if final:
                    whole, self._fragments = bytes(self._fragments), None
                    return _decode(self._fragments_opcode, whole)
        return None

    def _check_header(self, first: int, second: int, length: int) -> None:
        opcode = first & 0x0F
        if first & 0x70:
            raise Violation(PROTOCOL_ERROR, "reserved bits without an extension")
        if not second & 0x80:
            raise Violation(PROTOCOL_ERROR, "a client's frame is not masked")
        if opcode in (PING, PONG, CLOSE):
            if length > 125 or not first & 0x80:
                raise Violation(PROTOCOL_ERROR, "a control frame is too long or fragmented")
            return
        if opcode == CONTINUATION:
            if self._fragments is None:
                raise Violation(PROTOCOL_ERROR, "a continuation of nothing")
            length += len(self._fragments)
        elif opcode not in (TEXT, BINARY):
            raise Violation(PROTOCOL_ERROR, "unknown opcode")
        elif self._fragments is not None:
            raise Violation(PROTOCOL_ERROR, "a new message inside a fragmented one")
        if length > self._max_size:
            raise Violation(TOO_BIG, "message is too big")

    def _control(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            with contextlib.suppress(OSError):  # then it is over, and wait() will say so
                self.post_frame(frame(PONG, payload))
                self.flush()
        elif opcode == CLOSE:
            self.close(_close_code(payload))
            self._drop()  # both have said it: the server hangs up first

    # ---- bytes out -------------------------------------------------------------------------

    def _connect(self, sock: Any) -> None:
        if hasattr(sock, "do_handshake"):
            raise RuntimeError("WebSocket over TLS is not supported here: let a proxy do it")
        self._socket = sock
        # The operating system's socket below a cooperative one (eventlet: fd, gevent: _sock).
        self._raw: Any = getattr(sock, "fd", None) or getattr(sock, "_sock", None)
        if self._raw is None:
            # With threads, a second object for the same socket: one with a timeout waits for it
            # in send() even where MSG_DONTWAIT says not to.
            self._twin = self._raw = socket.socket(fileno=sock.fileno())
        sock.settimeout(self._opening_timeout)
        self._reader: Reader | Listener = Reader(sock)
        # An event and its acknowledgement are two small writes: Nagle holds the second back until
        # the first is confirmed, which a delayed confirmation makes 40 ms.
        with contextlib.suppress(OSError):  # not TCP, but a Unix socket
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _opened(self) -> None:
        """Stop timing the reads after two messages.

        By then a session has moved here from polling (probe, upgrade) or answers pings, and
        Engine.IO watches it. A timeout costs each recv() a timer, or a system call with threads.
        """
        self._opening -= 1
        if not self._opening:
            self._socket.settimeout(None)
            self._reader = reader_of(self._socket, self._shortcuts)

    def _take(self) -> bytes:
        outbox = self._outbox
        data = outbox.popleft()
        if outbox:
            parts = [data]
            while outbox:  # one by one, for other threads may be adding
                parts.append(outbox.popleft())
            data = b"".join(parts)
        self._unsent = 0
        return data

    def _put_back(self, data: bytes) -> None:
        self._outbox.appendleft(data)
        self._unsent += len(data)

    def _flush_slowly(self) -> None:
        """Wait for a reader whose window is shut, but not for ever."""
        try:
            if not self._lock.acquire(blocking=False):
                return  # somebody writes, and looks again
            try:
                timeout = self._socket.gettimeout()
                self._socket.settimeout(self._send_timeout)
                while self._outbox and not self._dropped:
                    data = self._take()
                    self._unsent = len(data)
                    self._socket.sendall(data)
                    self._unsent -= len(data)
                self._socket.settimeout(timeout)
            finally:
                self._lock.release()
            self.flush()
        except OSError:
            self._drop()

    # ---- the end ---------------------------------------------------------------------------

    def _linger(self) -> None:
        """Throw away what the peer was still sending when we closed.

        Hanging up on unread bytes makes the kernel reset the connection, and the reset can
        overtake the close frame and the last messages before it.
        """
        self._reader.stop()
        if self._dropped:
            return
        with contextlib.suppress(OSError, EOFError):
            deadline = time.monotonic() + LINGER_SECONDS
            self._socket.settimeout(LINGER_SECONDS)
            while not self._dropped and time.monotonic() < deadline:
                if not self._socket.recv(RECEIVE_BYTES):
                    break
        self._drop()

    def _drop_later(self) -> None:
        self._server.sleep(LINGER_SECONDS)
        self._drop()

    def _drop(self) -> None:
        if self._dropped:
            return
        self._closing = self._dropped = True
        self._outbox.clear()
        # Not close(), the WSGI server owns the socket; this wakes a recv() in any mode.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        """Of what refers back to this: the collector might look for it an hour later."""
        ended, self._ended = self._ended, _nothing
        self._handler, self.on_aside, self.greet = _nobody, _nothing, _nobody
        self._buffer, self._fragments = bytearray(), None
        ended()

    def _end_session(self) -> None:
        """End the Engine.IO session that lived on this socket, if its own code has not.

        A session that still polls, and only failed to move here, is left alone, and so is one that
        has moved to another WebSocket.
        """
        session = getattr(self._handler, "__self__", None)
        if session is None or getattr(session, "ws", None) not in (None, self):
            return
        if session.upgraded or not session.connected:
            session.close(wait=False, abort=True, reason=session.server.reason.TRANSPORT_CLOSE)


def _nothing() -> None:
    pass


def _nobody(_: Any) -> None:
    pass


def framed(message: str | bytes) -> bytes:
    """A message as one frame."""
    if isinstance(message, str):
        return frame(TEXT, message.encode())
    return frame(BINARY, message)


def frame(opcode: int, payload: bytes) -> bytes:
    """One unfragmented frame as a server sends it: not masked."""
    length = len(payload)
    if length < 126:
        return bytes((0x80 | opcode, length)) + payload
    if length < 65536:
        return struct.pack(">BBH", 0x80 | opcode, 126, length) + payload
    return struct.pack(">BBQ", 0x80 | opcode, 127, length) + payload


def _unmask(mask: bytes | bytearray, payload: bytes | bytearray) -> bytes:
    # As one big number: a loop over bytes in Python is 30 times slower.
    length = len(payload)
    key = int.from_bytes((mask * (length // 4 + 1))[:length])
    return (int.from_bytes(payload) ^ key).to_bytes(length)


def _decode(opcode: int, payload: bytes) -> str | bytes:
    if opcode == BINARY:
        return payload
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise Violation(BAD_DATA, "text is not UTF-8") from None


def _close_code(payload: bytes) -> int:
    """The code to answer a close frame with: the peer's own, if it makes sense."""
    if not payload:
        return NORMAL
    code = int.from_bytes(payload[:2]) if len(payload) >= 2 else 0
    if not ((1000 <= code <= 1014 and code not in (1004, 1005, 1006)) or 3000 <= code <= 4999):
        raise Violation(PROTOCOL_ERROR, "invalid close code")
    _decode(TEXT, payload[2:])
    return code


def _refusal(environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]]] | None:
    """Status and headers for a bad opening handshake; Engine.IO has checked ``Upgrade``."""
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        return "426 Upgrade Required", [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
    try:
        key = base64.b64decode(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    return None if len(key) == 16 else ("400 Bad Request", [])


def _handshake(key: str) -> bytes:
    accept = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest())  # noqa: S324 (RFC 6455)
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def socket_of(environ: dict[str, Any]) -> Any:
    """The connection's socket, which each WSGI server keeps somewhere else."""
    if HANDED in environ:
        return environ[HANDED]
    if "eventlet.input" in environ:
        return environ["eventlet.input"].get_socket()
    for key in ("werkzeug.socket", "gunicorn.socket"):
        if key in environ:
            return environ[key]
    raw: Any = getattr(environ.get("wsgi.input"), "raw", None)  # gevent.pywsgi: a buffered reader
    if getattr(raw, "_sock", None) is not None:
        return raw._sock
    raise RuntimeError("this WSGI server does not give access to its sockets")


def already_answered(environ: dict[str, Any]) -> Iterable[bytes]:
    """A WSGI result that makes the server send nothing more and give the connection up."""
    if "eventlet.input" in environ:
        from eventlet.wsgi import WSGI_LOCAL

        WSGI_LOCAL.already_handled = True
        return ()
    return _broken_pipe()


def _broken_pipe() -> Iterator[bytes]:
    # werkzeug, gevent.pywsgi and gunicorn all take this, and only this, for a client that left:
    # no status line, no log line, no next request. Raised while they iterate, not before, so
    # that Engine.IO has tidied up by then.
    raise BrokenPipeError(errno.EPIPE, "the WebSocket is over")
    yield b""
