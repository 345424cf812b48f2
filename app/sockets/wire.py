"""How Socket.IO packets are written and read: with orjson, without binary, and strictly.

``SocketIO(json=wire.json, serializer=wire.Packet)`` puts both in place. What a client library makes
of a payload that is no good (half a character, too many levels, bytes) is an event of the name
`UNREADABLE`, to be refused like any other; ``install(server)`` ends the connection of whoever sends
a packet that no client library would.
"""

from __future__ import annotations

import json as lenient  # takes half a character for one
import logging
import re
from types import SimpleNamespace
from typing import Any

import orjson
import socketio
from socketio.packet import ACK, BINARY_EVENT, CONNECT, DISCONNECT, EVENT
from socketio.packet import Packet as _Packet

log = logging.getLogger(__name__)


def _dumps(data: Any, **_: Any) -> str:
    # Socket.IO asks for separators=(",", ":"), which is how orjson always writes.
    return orjson.dumps(data).decode()


def _loads(text: str, **_: Any) -> Any:
    """Raises `Unreadable` for half a character and for too many levels, else `JSONDecodeError`."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if is_json_but_for_halves(text) or "depth limit" in str(error):
            raise Unreadable from None
        raise


def is_json_but_for_halves(text: str) -> bool:
    """Whether nothing is wrong but that a pair of surrogates was cut in two, as JavaScript can."""
    try:
        lenient.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(constant: str) -> None:
    raise ValueError(constant)


#: The name of an event that could not be read.
UNREADABLE = "unreadable"
MOST_ATTACHMENTS = 10  # of an event that is refused: they are let go of as they come
LONGEST_NUMBER = 15  # digits
ANNOUNCED = re.compile(r"5(\d{1,2})-")
#: What Socket.IO and Engine.IO take for the json module.
json = SimpleNamespace(dumps=_dumps, loads=_loads, JSONDecodeError=orjson.JSONDecodeError)


class MalformedPacket(ValueError):
    """A packet that is not Socket.IO, or a part of it that Deskbell does not speak."""


class Unreadable(ValueError):
    """JSON that a client library writes and that has no meaning here."""


class Packet(_Packet):
    """A Socket.IO packet of plain JSON.

    The original walks through every payload in search of bytes, at a tenth of the throughput, and
    collects the attachments that a client announces without any limit. Files go over HTTP here.
    """

    uses_binary_events = False
    json = json

    def decode(self, encoded_packet: str | bytes) -> int:
        if not isinstance(encoded_packet, str):
            raise MalformedPacket("binary")
        try:
            attachments = super().decode(encoded_packet)
        except Unreadable:
            self.packet_type, self.data, attachments = EVENT, [UNREADABLE], 0
        except ValueError as error:
            raise MalformedPacket(str(error)) from None
        if self.packet_type == BINARY_EVENT and 0 < attachments <= MOST_ATTACHMENTS:
            self.packet_type, self.data, attachments = EVENT, [UNREADABLE], 0
        if attachments or not self._makes_sense():
            raise MalformedPacket(f"type {self.packet_type}")
        return 0

    def _makes_sense(self) -> bool:
        """Whether the server may use the packet without a further look at its shape."""
        kind, data = self.packet_type, self.data
        if kind == EVENT:
            return isinstance(data, list) and bool(data) and isinstance(data[0], str)
        if kind == ACK:
            return isinstance(data, list) and self.id is not None
        if kind == CONNECT:
            return data is None or isinstance(data, dict)
        return bool(kind == DISCONNECT)


def read_event(text: str) -> tuple[str, int | None, list[Any]] | None:
    """Namespace, number and arguments of an event as client libraries write it, its name first.

    None for whatever is not written so, which `Packet` is to look at.
    """
    start = text.find("[")
    namespace, _, number = text[1:start].rpartition(",")
    is_numbered = number.isdigit() and number.isascii() and len(number) <= LONGEST_NUMBER
    if text[:1] != "2" or start < 0 or not (is_numbered or not number) or "?" in namespace:
        return None
    try:
        arguments = orjson.loads(text[start:])
    except orjson.JSONDecodeError:
        return None
    if not arguments or type(arguments) is not list or type(arguments[0]) is not str:
        return None
    if namespace and namespace[0] != "/":
        return None
    return namespace or "/", int(number) if number else None, arguments


def event_text(namespace: str, name: str, payload: Any) -> str:
    """An event as `Packet` writes it; a tuple is several arguments, None is none."""
    arguments = payload if type(payload) is tuple else () if payload is None else (payload,)
    return f"2{prefix(namespace)}{orjson.dumps([name, *arguments]).decode()}"


def answer_text(namespace: str, number: int, answer: Any) -> str:
    """The acknowledgement of an event as `Packet` writes it."""
    return f"3{prefix(namespace)}{number}{orjson.dumps([answer]).decode()}"


def prefix(namespace: str) -> str:
    return "" if namespace == "/" else f"{namespace},"


def install(server: socketio.Server) -> None:
    """Disconnect whoever sends a malformed packet.

    Engine.IO logs such an error with its traceback and goes on, so that a stranger fills the log.
    """

    def on_message(eio_sid: str, data: str | bytes) -> None:
        try:
            if (isinstance(data, bytes) or data[:1] == "5") and is_skipped(
                server.eio.sockets[eio_sid], data
            ):
                return
            if not data:  # would pass for an event without a name
                raise MalformedPacket("empty")
            server._handle_eio_message(eio_sid, data)
        except MalformedPacket as error:
            log.info("malformed Socket.IO packet: %s", error)
            session = server.eio.sockets.get(eio_sid)
            if session is not None:
                # eio.disconnect() would wait for the queue of the very task that runs this.
                session.close(wait=False, reason=server.reason.SERVER_DISCONNECT)

    server.eio.on("message", on_message)


def is_skipped(session: Any, data: str | bytes) -> bool:
    """Whether this is an attachment of an event that was refused; such an event announces some."""
    if isinstance(data, str):
        announced = ANNOUNCED.match(data)
        session.skipping = int(announced[1]) if announced else 0
        return False
    session.skipping -= 1
    return bool(session.skipping >= 0)
