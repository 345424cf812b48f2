"""Events out."""

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

from app.events import MessageSent, TypingSignalled
from app.models.chats import ChatState
from app.protocols.p003 import mapping
from app.protocols.p003.protocol import protocol
from app.protocols.protocol import Told
from app.sockets import rooms


@protocol.tells(MessageSent)
def message_sent(event: MessageSent) -> Iterator[Told]:
    """To who has joined the chat; a customer's message also to those who answer, wherever
    they are."""
    chat, message = event.chat, event.message
    if message.is_line:
        return
    shown = cache(partial(mapping.message_out, message))
    yield Told("new_message", rooms.chat(chat.id), shown)
    if message.sender_id != chat.customer_id:
        return
    answering = [rooms.staff(), *([rooms.user(chat.provider_id)] if chat.provider_id else [])]
    for room in answering:
        yield Told("new_chat_message", room, lambda: announced(chat, shown()))


def announced(chat: ChatState, message: dict[str, Any]) -> dict[str, Any]:
    return {"chatId": str(chat.id), "message": message, "user": mapping.user_out(chat)}


@protocol.tells(TypingSignalled)
def typing_signalled(event: TypingSignalled) -> Iterator[Told]:
    payload = {
        "chatId": str(event.chat.id),
        "userId": str(event.user_id),
        "isTyping": event.is_typing,
    }
    yield Told("user_typing", rooms.chat(event.chat.id), lambda: payload, but=event.user_id)
