"""Chats that are marked as unread, on the wire: for staff."""

from typing import Any

from app.models.chats import ChatState
from app.schemas.wire import Wire


class UnreadMarkOut(Wire):
    chat_id: int
    is_marked_unread: bool


def unread_mark_out(chat: ChatState) -> dict[str, Any]:
    return {"chatId": chat.id, "isMarkedUnread": chat.is_marked_unread}
