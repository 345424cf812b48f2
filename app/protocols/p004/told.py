"""Events out: to who has joined the conversation; of presence to who shares one."""

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

from app.events import MessageChanged, MessageSent, PresenceChanged, ReceiptsMoved, TypingSignalled
from app.protocols.p004 import mapping
from app.protocols.p004.protocol import protocol
from app.protocols.protocol import Told
from app.queries import messages
from app.sockets import rooms


@protocol.tells(MessageSent)
def message_sent(event: MessageSent) -> Iterator[Told]:
    """A system line is a message too."""

    def payload() -> dict[str, Any]:
        return {"message": mapping.message_out(event.message, event.chat)}

    yield Told("chat-new-message", rooms.chat(event.chat.id), payload)


@protocol.tells(MessageChanged)
def message_changed(event: MessageChanged) -> Iterator[Told]:
    """One of its files may be shown now, or was refused. It is no new message: clients of the
    document would show it twice."""
    if event.of_files:
        payload = partial(mapping.file_told, event)
        yield Told("chat-message-status-updated", rooms.chat(event.chat.id), payload)


@protocol.tells(ReceiptsMoved)
def receipts_moved(event: ReceiptsMoved) -> Iterator[Told]:
    """One for each message that was passed. Their ids are looked up once, if anybody is there."""
    ids = cache(lambda: messages.ids_of(event.chat.id, event.seqs))

    def payload(seq: int) -> dict[str, Any]:
        return mapping.status_updated(event, ids()[seq])

    for seq in event.seqs:
        room = rooms.chat(event.chat.id)
        yield Told("chat-message-status-updated", room, partial(payload, seq))


@protocol.tells(TypingSignalled)
def typing_signalled(event: TypingSignalled) -> Iterator[Told]:
    payload = partial(mapping.typing_told, event)
    yield Told("chat-user-typing", rooms.chat(event.chat.id), payload, but=event.user_id)


@protocol.tells(PresenceChanged)
def presence_changed(event: PresenceChanged) -> Iterator[Told]:
    there = (rooms.staff(), *map(rooms.user, event.shared_with))
    yield Told("chat-user-status", there, partial(mapping.presence_told, event), but=event.user_id)
