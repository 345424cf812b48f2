"""Events out: what happened, in the words of each older protocol that somebody here speaks."""

from collections.abc import Callable
from typing import Any

from app import metrics
from app.events import Event
from app.protocols import speakers
from app.protocols.protocol import Protocol, Told
from app.protocols.speakers import Speaker, speaking
from app.sockets import rooms
from app.sockets.connections import connections
from app.sockets.server import sockets


def deliver(event: Event) -> None:
    """Emits an event to its recipients; a protocol that nobody here speaks is not even asked."""
    for protocol in list(speaking):
        telling = protocol.tellings.get(type(event))
        if telling is not None:
            for told in telling(event):
                tell(protocol, told)


def tell(protocol: Protocol, told: Told) -> None:
    """Emits to those in the protocol's rooms that are meant."""
    meant = [told.to] if isinstance(told.to, str) else told.to
    spoken = [rooms.spoken(protocol.name, room) for room in meant]
    there = rooms.occupied(spoken, protocol.namespace)
    if not there:
        return
    skipped = [c.sid for c in connections.of(told.but)] if told.but is not None else []
    metrics.emitted(told.name).inc()
    sockets.server.emit_to(told.name, told.payload(), there, skipped, protocol.namespace)


def follow(
    speaker: Speaker, protocol: Protocol, chat_id: int, name: str, payload: Callable[[], Any]
) -> None:
    """Who named no chat, or one after which another has begun, joins the one that their message
    went to, and hears it there as everybody does."""
    if not speakers.has_joined(speaker, protocol, chat_id):
        speakers.join(speaker, protocol, chat_id)
        tell_socket(speaker.sid, protocol.namespace, name, payload())


def tell_socket(sid: str, namespace: str, name: str, payload: Any) -> None:
    """Emits to one socket alone: an answer that is an event, or an error."""
    metrics.emitted(name).inc()
    sockets.server.emit_to(name, payload, [sid], namespace=namespace)
