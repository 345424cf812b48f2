"""How urgent a chat is, on the wire: for staff."""

from typing import Any

from app.models.chats import ChatState, Priority
from app.schemas.chats import ChatRef
from app.schemas.wire import Wire


class NewPriority(Wire):
    priority: Priority


class SetPriority(NewPriority, ChatRef):
    """`set_priority`."""


class PriorityOut(Wire):
    chat_id: int
    priority: Priority


def priority_out(chat: ChatState) -> dict[str, Any]:
    return {"chatId": chat.id, "priority": chat.priority or Priority.NORMAL.value}
