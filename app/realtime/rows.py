"""Inbox rows out, to staff: rendered once for each language of the pages that listen."""

from typing import Any

from app.models.chats import ChatState
from app.models.messages import MessageState
from app.queries.presence import is_online
from app.realtime.listeners import emit, pages
from app.realtime.render import row_html
from app.schemas.chats import chat_out
from app.sockets import rooms


def tell(name: str, chat: ChatState, version: int, message: MessageState | None = None) -> None:
    """A chat's row has changed, by a message or otherwise."""
    programs, listening = rooms.occupied([rooms.staff()]), pages(rooms.staff)
    if not programs and not listening:
        return
    payload: dict[str, Any] = {"chatId": chat.id, "version": version, "chat": chat_out(chat)}
    emit(name, payload, programs)
    is_here = bool(listening) and is_online(chat.customer_id)
    # Whose the last message is stands in the chat by id alone.
    by = message.sender_name if message and message.sender_id == chat.last_sender_id else None
    for locale, room in listening:
        html = row_html(chat, locale, is_online=is_here, sender_name=by)
        emit(name, payload | {"html": html}, [room])
