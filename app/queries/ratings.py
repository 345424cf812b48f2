"""What customers are asked, and have said, about their chats."""

from app.models import database
from app.models.chats import ChatState
from app.models.ratings import OF_CHAT, RatingState
from app.models.users import Actor


def of_chat(chat: ChatState) -> RatingState | None:
    """What was asked and said, for who may see the chat."""
    found = database.row(OF_CHAT, chat_id=chat.id)
    return found and RatingState._make(found)


def asked_of(customer: Actor, chat: ChatState | None) -> RatingState | None:
    """What its customer is asked now, if anything."""
    if chat is None or not chat.is_over or chat.customer_id != customer.id:
        return None
    found = of_chat(chat)
    return found if found and found.is_open else None
