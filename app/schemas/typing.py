"""Typing, on the wire."""

from typing import Any

from pydantic import StrictBool

from app.events import TypingSignalled
from app.schemas.wire import Id, Wire


class Typing(Wire):
    """`typing`: the sender says stop after 3 s idle, the receiver forgets after 6 s."""

    chat_id: Id
    is_typing: StrictBool


class TypingSignal(Wire):
    is_typing: StrictBool


def typing_out(event: TypingSignalled) -> dict[str, Any]:
    return {
        "chatId": event.chat.id,
        "userId": event.user_id,
        "name": event.name,
        "isTyping": event.is_typing,
    }
