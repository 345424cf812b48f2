"""A WebSocket over a socket pair, and a Socket.IO server of ours over a real connection."""

import contextlib
import socket
import threading
import time
from types import SimpleNamespace

import pytest
import socketio
from werkzeug.serving import WSGIRequestHandler, make_server

from app.sockets import sessions, wire
from app.sockets.websocket import WebSocket
from tests.sockets.peers import KEY, Peer

LIMIT = 70_000


def engine(**settings):
    """What a WebSocket asks of the Engine.IO server."""
    given = {"max_http_buffer_size": LIMIT, "ping_interval": 25, "ping_timeout": 20, **settings}

    def start_background_task(target):
        threading.Thread(target=target, daemon=True).start()

    return SimpleNamespace(**given, sleep=time.sleep, start_background_task=start_background_task)


def environ(sock, **headers):
    return {
        "werkzeug.socket": sock,
        "HTTP_UPGRADE": "websocket",
        "HTTP_CONNECTION": "keep-alive, Upgrade",
        "HTTP_SEC_WEBSOCKET_VERSION": "13",
        "HTTP_SEC_WEBSOCKET_KEY": KEY,
        **headers,
    }


@pytest.fixture
def line():
    """Start a WebSocket in a thread; give back both ends and what its handler received."""
    opened = []

    def start(handler=None, send_timeout=10.0, **settings):
        here, there = socket.socketpair()
        received = []
        ready = threading.Event()

        def collect(ws):
            start.ws = ws
            ready.set()
            while (message := ws.wait()) is not None:
                received.append(message)

        def run():
            ws = WebSocket(handler or collect, engine(**settings), send_timeout)
            start.result = ws(environ(here), refuse_to_answer)

        start.thread = threading.Thread(target=run, daemon=True)
        opened.extend((here, there, start.thread))
        start.thread.start()
        peer = Peer(there)
        start.answer = b"".join(iter(peer.stream.readline, b"\r\n"))
        ready.wait(0 if handler else 5)
        return peer, received

    yield start
    for end in opened:
        if isinstance(end, threading.Thread):
            end.join(5)
        else:
            with contextlib.suppress(OSError):  # wakes the thread, if it still waits
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def refuse_to_answer(status, headers):
    raise AssertionError(f"a handshake was refused: {status}")


class Sockets(socketio.Server):
    def _engineio_server_class(self):
        return sessions.Server


@pytest.fixture
def served():
    """A Socket.IO server in a thread; give back it and a function that connects to it."""
    server = Sockets(
        async_mode="threading",
        async_handlers=False,
        serializer=wire.Packet,
        json=wire.json,
        ping_interval=0.3,
        ping_timeout=1,
    )
    wire.install(server)
    server.on("connect", lambda sid, environ, auth: None)
    server.on("echo", lambda sid, *data: data)

    class Silent(WSGIRequestHandler):
        def log(self, *args): ...

    http = make_server(
        "127.0.0.1", 0, socketio.WSGIApp(server), threaded=True, request_handler=Silent
    )
    http.daemon_threads = True
    threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True).start()
    peers = []

    def connect(query="transport=websocket"):
        peer = Peer(socket.create_connection(http.server_address))
        peers.append(peer)
        peer.sock.sendall(
            f"GET /socket.io/?EIO=4&{query} HTTP/1.1\r\nHost: localhost\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {KEY}\r\n\r\n".encode()
        )
        assert peer.stream.readline().startswith(b"HTTP/1.1 101")
        while peer.stream.readline() != b"\r\n":
            pass
        return peer

    yield server, connect
    for peer in peers:
        peer.hang_up()
    http.shutdown()
    http.server_close()
