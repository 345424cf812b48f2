"""Events out."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from app.events import MessageSent, StaffJoined
from app.models.chats import Side
from app.protocols.p000 import mapping
from app.protocols.p000.protocol import protocol
from app.protocols.protocol import Told
from app.queries.holds import as_sent
from app.sockets import rooms


@protocol.tells(MessageSent)
def message_sent(event: MessageSent) -> Iterator[Told]:
    """To both sides, each with its own count of what it has not read."""
    chat, message = event.chat, event.message
    if message.is_line:
        return

    def payload(side: Side) -> dict[str, Any]:
        # Its customer hears of it as if nothing were held.
        is_told_apart = side == Side.CUSTOMER and chat.held_seq is not None
        return mapping.received(message, as_sent(chat) if is_told_apart else chat, side)

    yield Told("message:received", rooms.user(chat.customer_id), partial(payload, Side.CUSTOMER))
    yield Told("message:received", rooms.staff(), partial(payload, Side.STAFF))
    if chat.provider_id is not None:
        yield Told("message:received", rooms.user(chat.provider_id), partial(payload, Side.STAFF))


@protocol.tells(StaffJoined)
def staff_joined(event: StaffJoined) -> Iterator[Told]:
    yield Told("admin:online", rooms.staff(), dict)
