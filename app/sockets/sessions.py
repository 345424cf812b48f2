"""Engine.IO sessions that write to their WebSocket themselves.

The library gives each session a queue, a task that empties it and a task that sleeps until the
next ping. A packet then costs a queue's bookkeeping and a switch of tasks, and an idle connection
three stacks. Here a packet goes to the socket's own outbox, everything said in one turn of the
event loop leaves in one write a socket, and one task sends the pings of all.

Polling, and moving from polling to a WebSocket, are the library's business as before.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from contextvars import copy_context
from typing import Any

import engineio
from engineio import exceptions, packet, socket

from app.budgets import PAUSE_SECONDS, Budgets
from app.sockets import websocket
from app.sockets.neighbours import Neighbours
from app.sockets.websocket import WebSocket

LONGEST_ASIDE = 16  # characters of a packet that is no message; the longest there is says "probe"
FLUSHES_A_TURN = 64
MAX_QUEUED = 1_000_000  # as much as piles up for a WebSocket that nobody reads
log = logging.getLogger(__name__)


class Server(engineio.Server):
    """An Engine.IO server of such sessions; a ``socketio.Server`` names it in
    ``_engineio_server_class``."""

    def __init__(self, *args: Any, **kwargs: Any):
        # The library takes a list for the only origins there are, our own not among them.
        self._named_origins: list[str] = kwargs.pop("cors_allowed_origins", None) or []
        super().__init__(*args, **kwargs)
        websocket.install(self)
        self._to_flush: dict[WebSocket, None] = {}
        self._flushing = False
        # Not what keeps a session alive: one that is over is let go of at once.
        self._to_ping: deque[tuple[float, weakref.ref[Session]]] = deque()
        self._pinging = False
        #: What a session may bring that is no event, an address of handshakes; events are counted
        #: with who says them.
        self.asides: Budgets | None = None
        #: Whether sockets are waited for in our way, where it is shorter than the library's.
        self.shortcuts = True
        #: Runs an event; False for what is not written as one.
        self.take: Callable[[str, str], bool] = lambda sid, text: False
        #: What a WebSocket runs in, all its events as well.
        self.within: Callable[[], AbstractContextManager[object]] = contextlib.nullcontext
        #: The other processes on this port, if there are any.
        self.neighbours: Neighbours | None = None
        # With real threads a turn has no end at which to write.
        self.has_turns = self.async_mode != "threading"

    def _cors_allowed_origins(self, environ: dict[str, Any]) -> list[str]:
        return [*super()._cors_allowed_origins(environ), *self._named_origins]

    def handle_request(self, environ: dict[str, Any], start_response: Any) -> Any:
        asked = environ.get("HTTP_CONNECTION", "").lower().split(",")
        if "upgrade" not in [word.strip() for word in asked]:
            # Half an upgrade is none; the library would notice after it had made a session.
            environ.pop("HTTP_UPGRADE", None)
        if self.neighbours is not None:
            answer = self.neighbours.answer(environ, start_response)
            if answer is not None:
                return answer
        return self.handle_here(environ, start_response)

    def handle_here(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Of a session of this process, or of none yet."""
        try:
            return super().handle_request(environ, start_response)
        except KeyError:
            # A session that is over and not yet forgotten: the library knows what to say to a GET.
            if environ["REQUEST_METHOD"] != "POST":
                raise
            refusal = self._bad_request("Invalid session")
            start_response(refusal["status"], refusal["headers"])
            return [refusal["response"]]

    def join(self, neighbours: Neighbours) -> None:
        """From now on this process is one of several on the port."""
        self.neighbours = neighbours
        neighbours.serve(self.handle_here, self.start_background_task, self.sleep)

    def generate_id(self) -> str:
        suffix = self.neighbours.suffix if self.neighbours is not None else ""
        return f"{super().generate_id()}{suffix}"

    def _trigger_event(self, event: str, *args: Any, **kwargs: Any) -> Any:
        if event == "connect":
            # The first time that the library lets anybody see a session it has just made.
            self.sockets[args[0]].__class__ = Session
        return super()._trigger_event(event, *args, **kwargs)

    def pace(self, who: str, cost: int = 1) -> None:
        """Counts what is no event: handshakes, pings, answers to nothing. Of a session that brings
        too much of it nothing is read for a while."""
        if self.asides is not None and self.asides.take(who, cost):
            self.sleep(PAUSE_SECONDS)

    def flush_soon(self, ws: WebSocket) -> None:
        if not self.has_turns:
            flush(ws)
            return
        if not self._flushing:
            self.start_background_task(self._flush)
            self._flushing = True
        self._to_flush[ws] = None

    def poster(self, pkt: packet.Packet) -> Callable[[str], bool]:
        """Makes the packet ready to leave to one session after the other: what `Session.send`
        does, in fewer steps. False for one that takes all of them."""
        if not self.has_turns:
            return lambda sid: False
        sockets, data = self.sockets, framed(pkt)

        def post(sid: str) -> bool:
            session = sockets.get(sid)
            if type(session) is not Session or session.closed:
                return False
            ws = session.ws
            if ws is None or session.last_ping is not None:
                return False
            try:
                ws.post_frame(data)
            except OSError:
                return True  # over; the task that reads will end the session
            if self._flushing:
                self._to_flush[ws] = None
            else:
                self.flush_soon(ws)
            return True

        return post

    def flush_now(self, sid: str) -> None:
        """Somebody waits for this answer, and has what was said to them before it in one write."""
        session = self.sockets.get(sid)
        if self.has_turns and isinstance(session, Session) and session.ws is not None:
            flush(session.ws)

    def _flush(self) -> None:
        """Writes to one after the other. What is said to thousands keeps nobody waiting: others
        have their turn in between, and what they say leaves in the same writes."""
        try:
            while self._to_flush:
                sockets, self._to_flush = self._to_flush, {}
                for number, ws in enumerate(sockets, 1):
                    flush(ws)
                    if number % FLUSHES_A_TURN == 0:
                        self.sleep(0)
        finally:
            self._flushing = False

    def ping_later(self, session: Session) -> None:
        # All wait equally long, so that the queue is in order of time as it is.
        self._to_ping.append((time.monotonic() + self.ping_interval, weakref.ref(session)))
        if not self._pinging:
            self._pinging = True
            self.start_background_task(self._ping)

    def _ping(self) -> None:
        while True:
            self._ping_who_is_due()
            self.sleep(min(1.0, self.ping_interval))

    def _ping_who_is_due(self) -> None:
        now = time.monotonic()
        while self._to_ping and self._to_ping[0][0] <= now:
            session = self._to_ping.popleft()[1]()
            try:
                if session is not None:
                    session.ping()
            except Exception:  # must not cost all the others theirs
                log.exception("a ping failed")


def framed(pkt: Any) -> bytes:
    """A packet as it goes over a WebSocket; made once, however many it is for."""
    if not hasattr(pkt, "framed"):
        pkt.framed = websocket.framed(pkt.encode())
    return bytes(pkt.framed)


def flush(ws: WebSocket) -> None:
    """Writes what is ready; a line that has gone costs nobody else what is said to all."""
    with contextlib.suppress(OSError):  # its reader will notice
        ws.flush()


class NothingQueued:
    """The queue of who does not poll: the library's takes 2 KB, and waits for nothing."""

    def put(self, pkt: packet.Packet | None) -> None: ...
    def join(self) -> None: ...
    def get(self, **_: Any) -> Any:
        raise queue.Empty


NOTHING_QUEUED = NothingQueued()


class Session(socket.Socket):
    """One client's session; without a WebSocket it is the library's."""

    server: Server
    last_ping: float | None
    connected: bool
    upgrading: bool
    queued = 0  # characters that wait for a poll
    is_connecting = False  # to a namespace: the answer leaves then, without a task that writes it
    skipping = 0  # attachments to come of an event that was refused
    ws: WebSocket | None = None
    probing: WebSocket | None = None  # to which it may move

    def send(self, pkt: packet.Packet) -> None:
        if self.ws is None:
            self.queued += len(pkt.data) if isinstance(pkt.data, str) else 0
            if self.queued > MAX_QUEUED:
                self.close(abort=True, reason=self.server.reason.TRANSPORT_ERROR)
                self._forget_queue()
            else:
                super().send(pkt)
        elif self.last_ping is None or self.check_ping_timeout():
            try:
                self.ws.post_frame(framed(pkt))
            except OSError:
                return  # over; the task that reads will end the session
            if not self.is_connecting:
                self.server.flush_soon(self.ws)

    def poll(self) -> list[packet.Packet]:
        packets: list[packet.Packet] = super().poll()
        self.queued = 0
        return packets

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        if self.ws is None:
            super().close(False, abort, reason)  # a poll to wait for may never come
            if self.probing is not None:
                self.probing.close()
        elif not self.closed and not self.closing:
            super().close(False, abort, reason)  # there is no task to wait for
            self.ws.close()

    def let_come_back(self) -> None:
        """Ends it so that its client connects again, by itself and soon.

        No packet says that it is over, which some clients take for the last word. Who polls has an
        answer to the poll that waits, and is refused the next one.
        """
        if self.ws is None and not self.closed:
            self.send(packet.Packet(packet.NOOP))
        self.close(abort=True, reason=self.server.reason.SERVER_DISCONNECT)

    def handle_get_request(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.on_aside()
        return super().handle_get_request(environ, start_response)

    def handle_post_request(self, environ: dict[str, Any]) -> None:
        """What cannot be read ends the session, without a traceback in the log."""
        self.on_aside()
        try:
            if int(environ.get("CONTENT_LENGTH") or 0) < 0:
                raise ValueError("a negative length")
            super().handle_post_request(environ)
        except (ValueError, OSError) as error:
            log.info("malformed Engine.IO payload: %s", type(error).__name__)
            raise exceptions.EngineIOError from error

    def schedule_ping(self) -> None:
        if self.last_ping:
            self.last_ping = None
            self.server.ping_later(self)

    def ping(self) -> None:
        if not self.closing and not self.closed:
            self.last_ping = time.time()
            with contextlib.suppress(exceptions.SocketIsClosedError):
                self.send(packet.Packet(packet.PING))

    def greet(self, ws: WebSocket) -> None:
        """The first packet of a session that begins here."""
        if not self.connected:
            for pkt in self._queued():
                ws.post_frame(framed(pkt))

    def _websocket_handler(self, ws: WebSocket) -> list:
        ws.on_aside = self.on_aside
        if self.connected:
            if not self._move_to(ws):
                return []
        else:
            self.connected = self.upgraded = True
        self.ws = ws
        self._empty_queue()
        if self.server.has_turns:
            self.queue = NOTHING_QUEUED
        with self.server.within():
            while (data := ws.wait()) is not None:
                if not self._handle(data):
                    break
        self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)
        self.server.sockets.pop(self.sid, None)
        return []

    def on_aside(self) -> None:
        self.server.pace(self.sid)

    def receive(self, pkt: packet.Packet) -> None:
        if pkt.packet_type != packet.MESSAGE or pkt.binary:
            self.on_aside()
        super().receive(pkt)

    def _move_to(self, ws: WebSocket) -> bool:
        """From polling: a probe, its answer, and the word that polling is over.

        To one WebSocket: of several, which may all have come before the first one was ready, the
        session would know but the last, and nobody would ping or end the others.
        """
        if self.upgrading or self.upgraded:
            return False
        self.upgrading, self.probing = True, ws
        try:
            if ws.wait() == f"{packet.PING}probe":
                ws.send(f"{packet.PONG}probe")
                self.queue.put(packet.Packet(packet.NOOP))  # ends the poll that waits
                self.upgraded = ws.wait() == str(packet.UPGRADE)
        finally:
            # Or a session whose line broke here would never poll again.
            self.upgrading, self.probing = False, None
        return self.upgraded

    def _forget_queue(self) -> None:
        """Lets go of what nobody polls any more, but for the word that it is over."""
        with contextlib.suppress(self.server.get_queue_empty_exception()):
            while True:
                self.queue.get(block=False)
        self.queue.put(None)

    def _empty_queue(self) -> None:
        """Send what polling has left."""
        for left in self._queued():
            self.send(left)

    def _queued(self) -> Iterator[packet.Packet]:
        with contextlib.suppress(self.server.get_queue_empty_exception()):
            while True:
                left = self.queue.get(block=False)
                if left is not None:
                    yield left

    def _take(self, data: str | bytes) -> None:
        """A message; no need to try whether it happens to be JSON."""
        self.server._trigger_event("message", self.sid, data)

    def _handle(self, data: str | bytes) -> bool:
        try:
            if isinstance(data, str) and data[:2] == "42" and self.server.take(self.sid, data[1:]):
                pass
            elif data[:2] == "40" and self.server.has_turns:
                # In a task of its own, whose stack goes with it: the one that reads keeps what it
                # has once used, and that of an idle socket was never used for more than this.
                self.is_connecting = True
                try:
                    run = copy_context().run  # as this one, in the context that it has
                    self.server.start_background_task(run, self._take, data[1:]).join()
                finally:
                    self.is_connecting = False
                if self.ws is not None:
                    flush(self.ws)
            elif data[:1] == "4":
                self._take(data[1:])
            elif isinstance(data, str) and len(data) > LONGEST_ASIDE and data[:1] != "b":
                raise ValueError("too long")
            else:
                self.receive(packet.Packet(encoded_packet=data))
        except (exceptions.EngineIOError, ValueError) as error:
            log.info("malformed Engine.IO packet: %s", error)
            return False
        return True
