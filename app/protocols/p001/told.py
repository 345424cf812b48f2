"""Events out: to a conversation's user and to staff; of a provider's, to the provider too."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from app.events import MessageSent, ReceiptsMoved, TypingSignalled
from app.models.chats import ChatState
from app.protocols.p001 import mapping
from app.protocols.p001.protocol import protocol
from app.protocols.protocol import Told
from app.sockets import rooms


@protocol.tells(MessageSent)
def message_sent(event: MessageSent) -> Iterator[Told]:
    """Its sender hears it too. System lines are no messages."""
    if not event.message.is_line:
        yield from everybody(event.chat, "newMessage", partial(mapping.message_out, event.message))


@protocol.tells(ReceiptsMoved)
def receipts_moved(event: ReceiptsMoved) -> Iterator[Told]:
    """That something was received and not read, 001 has no word for."""
    if event.read:
        yield from everybody(event.chat, "messagesRead", partial(mapping.read_out, event))


@protocol.tells(TypingSignalled)
def typing_signalled(event: TypingSignalled) -> Iterator[Told]:
    payload = partial(mapping.typing_out, event)
    yield from everybody(event.chat, "userTyping", payload, but=event.user_id)


def everybody(
    chat: ChatState, name: str, payload: Callable[[], Any], but: int | None = None
) -> Iterator[Told]:
    """To all who may see the chat: nobody joins a room in 001."""
    yield Told(name, rooms.user(chat.customer_id), payload, but)
    yield Told(name, rooms.staff(), payload, but)
    if chat.provider_id is not None:
        yield Told(name, rooms.user(chat.provider_id), payload, but)
