"""The Socket.IO server: Flask-SocketIO's, with the doors shut that the library leaves open.

Events go to our own dispatch, not to handlers found by the name a client gives: a client that
emits `connect` runs nothing, and every failure is an answer that cannot be taken for success.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import socketio
from engineio import packet as eio_packet
from flask import Flask
from flask_socketio import SocketIO

from app.budgets import CONNECT_COST, Budgets
from app.sockets import sessions, wire
from app.sockets.connections import LIVE
from app.sockets.manager import Manager

# dispatch(sid, event, arguments, whether an answer is wanted) -> the acknowledgement
Dispatch = Callable[[str, str, list[Any], bool], Any]
NOBODY: Mapping[str, str] = {}
log = logging.getLogger(__name__)
SILENT_SECONDS = 8  # looked at once a second: gone within ten, however busy it is


class LiveServer(socketio.Server):
    """Dispatches events by namespace; knows which connections have not joined one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dispatchers: dict[str, Dispatch] = {}
        self.born: dict[str, float] = {}
        self.at: dict[str, str] = {}  # the address of each session, joined to a namespace or not
        self.held: Counter[str] = Counter()
        self.most_held: int | None = None
        self.address_of: Callable[[Any], str] = lambda environ: ""
        self.leaving: set[str] = set()  # sids to be shown the door once they have their answer

    def _engineio_server_class(self) -> type[sessions.Server]:
        return sessions.Server

    def dispatch_to(self, namespace: str, dispatch: Dispatch) -> None:
        self.dispatchers[namespace] = dispatch

    def _handle_event(
        self, eio_sid: str, namespace: str | None, id: int | None, data: list[Any]
    ) -> None:
        namespace = namespace or "/"
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        if namespace not in self.dispatchers or not self.manager.is_connected(sid, namespace):
            self.eio.pace(eio_sid)
            return  # a namespace that nobody let them into
        answer = self.dispatchers[namespace](sid, data[0], data[1:], id is not None)
        if id is not None:
            text = wire.answer_text(namespace, id, answer)
            self._send_eio_packet(eio_sid, eio_packet.Packet(eio_packet.MESSAGE, text))
            self.eio.flush_now(eio_sid)
        if sid in self.leaving:
            self.leaving.discard(sid)
            self.disconnect(sid, namespace=namespace)

    def take(self, eio_sid: str, text: str) -> bool:
        """Runs an event that is written as client libraries write it; False for anything else.

        The library's way to the same end copies the text three times and makes a packet of it.
        """
        event = wire.read_event(text)
        if event is None:
            return False
        namespace, number, arguments = event
        try:
            self._handle_event(eio_sid, namespace, number, arguments)
        except Exception:
            log.exception("event failed")
        return True

    def emit_to(
        self,
        name: str,
        payload: Any,
        rooms: Sequence[str],
        but: Iterable[str] = (),
        namespace: str = LIVE,
    ) -> None:
        """Emits to everybody in the rooms, once: one packet, whoever it is for."""
        there = self.manager.rooms.get(namespace, {})
        packet = eio_packet.Packet(eio_packet.MESSAGE, wire.event_text(namespace, name, payload))
        post, told = self.eio.poster(packet), set(but)
        for room in rooms:
            for sid, eio_sid in list(there.get(room, NOBODY).items()):
                if sid not in told:
                    told.add(sid)
                    if not post(eio_sid):
                        self._send_eio_packet(eio_sid, packet)

    def _send_eio_packet(self, eio_sid: str, eio_pkt: Any) -> None:
        session = self.eio.sockets.get(eio_sid)
        if session is not None and not session.closed:  # else it has just gone
            session.send(eio_pkt)

    def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        self.eio.pace(eio_sid, CONNECT_COST)
        if eio_sid not in self.environ:
            return  # it went meanwhile
        super()._handle_connect(eio_sid, namespace, data)
        if eio_sid not in self.environ:  # it went while it was let in, which nobody heard
            self._handle_disconnect(eio_sid, namespace, self.reason.TRANSPORT_CLOSE)

    def _handle_disconnect(
        self, eio_sid: str, namespace: str | None, reason: str | None = None
    ) -> None:
        if reason == self.reason.CLIENT_DISCONNECT and eio_sid in self.at:  # a namespace alone
            self.eio.pace(eio_sid)
        super()._handle_disconnect(eio_sid, namespace, reason)

    def _handle_ack(self, eio_sid: str, namespace: str | None, id: int, data: Any) -> None:
        self.eio.pace(eio_sid)  # and no more: nobody here is ever asked for one

    def guard(self, most: int, address_of: Callable[[Any], str]) -> None:
        """Lets an address hold no more sessions, whether they say who they are or not; and a
        session that brings more than anybody needs of what is no event is read slowly."""
        self.most_held, self.address_of = most, address_of
        self.eio.asides = Budgets()

    def _handle_eio_connect(self, eio_sid: str, environ: Any) -> Any:
        address = self.address_of(environ)
        if self.most_held is not None and self.held[address] >= self.most_held:
            return "too_many_connections"
        self.at[eio_sid] = address
        self.held[address] += 1
        self.born[eio_sid] = time.monotonic()
        self.eio.pace(address, CONNECT_COST)
        return super()._handle_eio_connect(eio_sid, environ)

    def _handle_eio_disconnect(self, eio_sid: str, reason: Any) -> Any:
        self.born.pop(eio_sid, None)
        address = self.at.pop(eio_sid, None)
        if address is not None:
            self.held[address] -= 1
            if not self.held[address]:
                del self.held[address]
        return super()._handle_eio_disconnect(eio_sid, reason)

    def drop_silent(self) -> None:
        """Ends connections that joined no namespace within `SILENT_SECONDS`."""
        limit = time.monotonic() - SILENT_SECONDS
        joined = self.joined()
        for eio_sid, born in list(self.born.items()):
            if born > limit:
                return  # and so were all that come after
            if not any(eio_sid in room for room in joined):
                self.eio.disconnect(eio_sid)
                self.born.pop(eio_sid, None)

    def joined(self) -> list[Mapping[str, str]]:
        """Of each namespace the sids in it, by session."""
        return [rooms[None].inverse for rooms in self.manager.rooms.values() if None in rooms]


class Sockets(SocketIO):
    """Flask-SocketIO with `LiveServer` in place of the library's own."""

    def init_app(self, app: Flask, **options: Any) -> None:  # type: ignore[override]
        for name in ("engineio.server", "socketio.server"):
            # They log every packet at INFO; and with a level of their own bring no handler along.
            logging.getLogger(name).setLevel(logging.ERROR)
        standard = socketio.Server
        socketio.Server = LiveServer
        try:
            super().init_app(
                app,
                json=wire.json,
                serializer=wire.Packet,
                async_handlers=False,  # the events of one socket run in their order
                manage_session=False,
                client_manager=Manager(),
                namespaces=[LIVE],  # beside those with a handler; the library's own is `/`
                max_http_buffer_size=MAX_PAYLOAD,
                logger=False,
                engineio_logger=False,
                **options,
            )
        finally:
            socketio.Server = standard


# The longest message that can be set, whatever it is made of, and what somebody pastes by mistake.
MAX_PAYLOAD = 320_000
sockets = Sockets()
