"""Events out: what happened, in the words of each older protocol that somebody here speaks."""

from collections.abc import Callable, Iterable
from typing import Any

from app import metrics
from app.events import Event, MessageChanged, MessageReleased, MessageSent
from app.protocols import speakers
from app.protocols.protocol import Protocol, Told
from app.protocols.speakers import Speaker, speaking
from app.sockets import rooms
from app.sockets.connections import connections
from app.sockets.server import sockets


def deliver(event: Event) -> None:
    """Emits an event to its recipients; a protocol that nobody here speaks is not even asked."""
    for protocol in list(speaking):
        if isinstance(event, MessageReleased):
            if event.was_shown:
                # They have it, and no words for an edit; but a file may have been looked at since.
                if event.message.attachments:
                    change = MessageChanged(event.chat, event.message, of_files=True)
                    for told in tellings_of(protocol, change):
                        tell(protocol, told, others_than=event.chat.customer_id)
                continue
            # Nobody has heard of it but who wrote it.
            event_of = MessageSent(event.chat, event.message, event.began_waiting, event.quote)
            for told in tellings_of(protocol, event_of):
                tell(protocol, told, others_than=event.chat.customer_id)
        elif isinstance(event, MessageSent | MessageChanged) and event.message.held_at:
            for told in tellings_of(protocol, event):
                tell(protocol, told, alone=event.chat.customer_id)
        else:
            for told in tellings_of(protocol, event):
                tell(protocol, told)


def tellings_of(protocol: Protocol, event: Event) -> Iterable[Told]:
    telling = protocol.tellings.get(type(event))
    return () if telling is None else telling(event)


def tell(
    protocol: Protocol, told: Told, *, alone: int | None = None, others_than: int | None = None
) -> None:
    """Emits to those in the protocol's rooms that are meant: of them to one person alone, or to
    all others."""
    meant = [told.to] if isinstance(told.to, str) else told.to
    spoken = [rooms.spoken(protocol.name, room) for room in meant]
    there = rooms.occupied(spoken, protocol.namespace)
    if not there:
        return
    if alone is not None:
        there = [
            sid for sid in rooms.members(there, protocol.namespace) if connections.is_of(sid, alone)
        ]
        if not there:
            return
    skipped = [c.sid for c in connections.of(told.but)] if told.but is not None else []
    if others_than is not None:
        skipped += [c.sid for c in connections.of(others_than)]
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
