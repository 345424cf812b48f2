"""Why a chat is blocked, and until when: for staff."""

from app.models import database
from app.models.blocks import OF_CHAT, BlockState
from app.models.chats import ChatState


def of_chat(chat: ChatState) -> BlockState | None:
    """None where it is not blocked, or nothing is known of it."""
    found = database.row(OF_CHAT, chat_id=chat.id) if chat.is_blocked else None
    return found and BlockState._make(found)
