"""Serving the application in one process, in any async mode, and ending without a lost word.

``wsgi.py`` has patched (or not) before this module is imported; nothing here patches.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Flask
from flask_socketio import SocketIO
from werkzeug.wsgi import ClosingIterator

from app.heads import HeadReader
from app.sockets.websocket import TAKE

#: eventlet.wsgi takes 1,024 connections unless told otherwise, and a WebSocket is one for hours.
MAX_CONNECTIONS = 50_000
#: Seconds a connection may idle between two requests, and dawdle within one.
KEEP_ALIVE = 75
REQUEST_TIMEOUT = 60
#: What makes a WSGI server give up a connection, which is closed by whoever has taken it.
LET_GO = "deskbell.let_go"
GATHERED = "eventlet.minimum_write_chunk_size"
#: More than any body that is taken.
LARGEST_READ = 1_000_000

log = logging.getLogger(__name__)


def serve(
    app: Flask,
    socketio: SocketIO,
    listener: socket.socket,
    mode: str,
    *,
    is_shared: bool = False,
    on_ready: Callable[[int], None] | None = None,
    on_drain: Callable[[], None] | None = None,
    is_drained: Callable[[], bool] = lambda: True,
    drain_seconds: float = 10,
) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP, then drain and return; a second signal exits at once.

    ``on_ready`` is called with the port once connections are accepted. ``on_drain`` is called
    when they no longer are: it tells the clients to come back. What is to end by itself after that
    has as long as requests have: ``is_drained`` tells. Others may take connections of the same
    ``listener`` if it ``is_shared``.
    """
    requests = _Requests(app, is_shared)
    start = {"eventlet": _eventlet, "gevent": _gevent, "threading": _threading}[mode]

    with _signals() as wait_for_signal:
        stop_accepting = start(requests, listener)
        if on_ready is not None:
            on_ready(listener.getsockname()[1])
        wait_for_signal()
        deadline = time.monotonic() + drain_seconds
        # Should anything below hang after all.
        signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
        signal.setitimer(signal.ITIMER_REAL, drain_seconds)
        stop_accepting()
        _drain(socketio, requests, on_drain, is_drained, deadline)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _drain(
    socketio: SocketIO,
    requests: _Requests,
    on_drain: Callable[[], None] | None,
    is_drained: Callable[[], bool],
    deadline: float,
) -> None:
    engine = socketio.server.eio
    if on_drain is not None:
        try:
            on_drain()
        except Exception:
            log.exception("telling the clients about the restart failed")
    engine.sleep(0.1)  # the packets are on their way before the sessions close
    # Closing the transport lets clients reconnect by themselves; a Socket.IO "disconnect" would
    # mean to them that they are not wanted.
    engine.logger.setLevel(logging.CRITICAL)  # no line for each request that comes too late
    for sid, session in list(engine.sockets.items()):
        session.let_come_back()
        engine.sockets.pop(sid, None)
    while (requests.running or not is_drained()) and time.monotonic() < deadline - 0.2:
        engine.sleep(0.02)
    if requests.running:
        log.warning("%d requests were still running at the end", len(requests.running))
    engine.sleep(0.1)  # the last responses leave the process


class _Requests:
    """The application, and which of its requests are running; a WebSocket is one, too."""

    def __init__(self, app: Flask, is_shared: bool):
        self._app, self.is_shared = app, is_shared
        self.shortcuts: bool = app.config["SHORTCUTS"]
        self.running: set[object] = set()

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        request = object()
        self.running.add(request)
        taken: list[bool] = []
        if LET_GO in environ and "HTTP_UPGRADE" in environ:
            let_go = environ.pop(LET_GO)

            def take() -> Callable[[], None]:
                taken.append(True)
                let_go()
                return lambda: self.running.discard(request)

            environ[TAKE] = take
        try:
            body = self._app(environ, start_response)
        except OSError:  # the client has left
            self.running.discard(request)
            raise
        except Exception:
            # Flask answers for its own errors. These are Engine.IO's, and the three servers would
            # log them in three ways, one of them not at all.
            self.running.discard(request)
            log.exception("unhandled error in a request")
            start_response("500 Internal Server Error", [("Content-Length", "0")])
            return []
        if taken:
            return body  # the WebSocket goes on
        # A list is complete, and the servers want to know its length. A WebSocket has come and
        # gone by now; werkzeug, finding its socket closed, would not close the iterator.
        if isinstance(body, (list, tuple)) or "HTTP_UPGRADE" in environ:
            self.running.discard(request)
            return body
        return ClosingIterator(body, lambda: self.running.discard(request))


@contextlib.contextmanager
def _signals() -> Iterator[Callable[[], Any]]:
    """Give a function that waits for the first signal to end; the second ends the process.

    SIGHUP is one, unless whoever began the process has it ignored (nohup).

    The waiting is a recv(), cooperative wherever sockets are, and a signal writes a byte. A
    handler alone would not do: the event loop sleeps on after a signal, for up to a minute.
    """
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    seen: list[int] = []

    def on_signal(number: int, _frame: object) -> None:
        if seen:
            os._exit(128 + number)
        seen.append(number)

    ends = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        ends.append(signal.SIGHUP)
    before = {number: signal.signal(number, on_signal) for number in ends}
    before_fd = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)

    def wait() -> None:
        while not seen:
            receiver.recv(1)

    try:
        yield wait
    finally:
        signal.set_wakeup_fd(before_fd)
        for number, handler in before.items():
            signal.signal(number, handler)


class Gathered:
    """So many bytes eventlet gathers before it writes them, unless an answer says otherwise."""

    number = 4096

    def __int__(self) -> int:
        return self.number


class LetGo:
    """In the place of a socket."""

    def shutdown(self, how: int) -> None: ...
    def close(self) -> None: ...


# ---- the three servers: each starts in the background and gives a function to stop accepting ----


def _eventlet(app: _Requests, listener: socket.socket) -> Callable[[], None]:
    import eventlet
    import eventlet.wsgi

    class Listener:
        """The listening socket, whose end and whose troubles do not reach eventlet.wsgi.

        The first would make it cut all idle connections, WebSockets too, the second (out of file
        descriptors) would end the server.
        """

        stopped = False
        acceptor: Any = None  # who waits for a connection

        def __getattr__(self, name: str) -> Any:
            return getattr(listener, name)

        def accept(self) -> Any:
            if app.is_shared:
                eventlet.sleep(0)  # one, and the next one may go to another process
            while not self.stopped:
                self.acceptor = eventlet.getcurrent()
                try:
                    return listener.accept()
                except OSError:
                    if not self.stopped:
                        eventlet.sleep(0.1)
                finally:
                    self.acceptor = None
            while True:  # whoever wakes it was late
                eventlet.sleep(3600)

        def stop(self) -> None:
            # No shutdown, which would end it for all processes that share it. Who waited on for a
            # number that is closed would wait for whatever is given that number next.
            self.stopped = True
            if self.acceptor is not None:
                eventlet.kill(self.acceptor, OSError())
            listener.close()

    heads = (HeadReader,) if app.shortcuts else ()

    class Protocol(*heads, eventlet.wsgi.HttpProtocol):  # type: ignore[misc]
        # Kept as long as the connection lives, at 8 and 16 KB, also under an idle WebSocket.
        rbufsize = wbufsize = 2048
        is_let_go = False

        def get_environ(self) -> dict[str, Any]:
            environ: dict[str, Any] = super().get_environ()
            environ[LET_GO] = self.let_go
            environ[GATHERED] = Gathered()  # a copy of the environ has the same one
            return environ

        def let_go(self) -> None:
            """Somebody else reads, writes and closes the connection from here on."""
            self.is_let_go = True

        def handle_one_response(self) -> None:
            super().handle_one_response()
            if self.is_let_go:
                self.conn_state[2] = eventlet.wsgi.STATE_CLOSE  # there is no next request

        def finish(self) -> None:
            if self.is_let_go:
                self.rfile.close()
                self.wfile.close()
                self.conn_state[1] = LetGo()  # the server's bookkeeping would close it as well
            else:
                try:
                    super().finish()
                finally:
                    # To who broke off no answer can be written, at which eventlet gives up: the
                    # file would stay open until the collector comes by.
                    self.rfile.close()

        def log_message(self, *args: Any) -> None:
            """No line, and no copy, of what was no request."""

    gate = Listener()
    eventlet.spawn(
        eventlet.wsgi.server,
        gate,
        app,
        protocol=Protocol,
        max_size=MAX_CONNECTIONS,
        keepalive=KEEP_ALIVE,
        socket_timeout=REQUEST_TIMEOUT,
        log_output=False,
        debug=False,  # or a traceback would be the body of a 500
    )
    return gate.stop


def _gevent(app: _Requests, listener: socket.socket) -> Callable[[], None]:
    from gevent import pywsgi

    class Handler(pywsgi.WSGIHandler):
        def handle(self) -> None:
            self.socket.settimeout(KEEP_ALIVE)
            super().handle()

        def read_request(self, raw_requestline: str) -> Any:
            self.socket.settimeout(REQUEST_TIMEOUT)
            try:
                return super().read_request(raw_requestline)
            except (TimeoutError, IndexError) as error:  # the second of a version that is none
                raise ValueError(
                    "no request, or none in time"
                ) from error  # or it prints a traceback

        def log_error(self, *args: Any) -> None:
            """No line, and no copy, of what was no request."""

        def _log_error(self, kind: Any, error: Any, trace: Any) -> None:
            if not issubclass(kind, (ValueError, OSError)):  # those come of a body that is broken
                super()._log_error(kind, error, trace)

    server = pywsgi.WSGIServer(listener, app, log=None, handler_class=Handler)
    server.max_accept = 1  # and the next one may go to another process
    server.start()
    close: Callable[[], None] = server.close
    return close


def _threading(app: _Requests, listener: socket.socket) -> Callable[[], None]:
    import threading

    from werkzeug.serving import WSGIRequestHandler, make_server

    class Sips:
        """A request's bytes; what nobody wanted of a body is thrown away 10 MB a time, else."""

        def __init__(self, stream: Any) -> None:
            self.stream = stream

        def __getattr__(self, name: str) -> Any:
            return getattr(self.stream, name)

        def read(self, size: int = -1) -> bytes:
            data: bytes = self.stream.read(min(size, LARGEST_READ))
            return data

    class Handler(WSGIRequestHandler):
        timeout = REQUEST_TIMEOUT

        def setup(self) -> None:
            super().setup()
            self.rfile: Any = Sips(self.rfile)

        def log(self, *args: Any) -> None:
            """No line for each request."""

    host, port = listener.getsockname()[:2]
    server = make_server(
        host, port, app, threaded=True, request_handler=Handler, fd=listener.fileno()
    )
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()

    def stop() -> None:
        listener.close()  # the server has a duplicate
        server.shutdown()

    return stop
