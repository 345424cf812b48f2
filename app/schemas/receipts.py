"""How far somebody has received or read, on the wire."""

from typing import Any, Self

from pydantic import model_validator

from app.clock import iso
from app.events import ReceiptsMoved
from app.models.chats import ChatState
from app.models.users import Actor
from app.schemas.wire import Id, Wire


class MarkUpTo(Wire):
    """`mark_delivered` and `mark_read`: `upTo` is a message's `seq`."""

    chat_id: Id
    up_to: Id


class Receipts(Wire):
    """How far the caller has come: a message's `seq` each. What is read has been received."""

    delivered_up_to: Id | None = None
    read_up_to: Id | None = None

    @model_validator(mode="after")
    def says_something(self) -> Self:
        if self.delivered_up_to is None and self.read_up_to is None:
            raise ValueError("takes `deliveredUpTo`, `readUpTo` or both")
        return self


class MovedOut(Wire):
    """The version of the chat that the receipt made, and how far the caller's side has come."""

    version: int
    delivered_up_to: int
    read_up_to: int


def moved_out(chat: ChatState, actor: Actor) -> dict[str, Any]:
    side = chat.side_of(actor)
    return {
        "version": chat.version,
        "deliveredUpTo": chat.delivered_to(side),
        "readUpTo": chat.read_by(side),
    }


def receipts_out(event: ReceiptsMoved) -> dict[str, Any]:
    """The `receipts` event. `seqs` are the messages passed, `at` when."""
    return {
        "chatId": event.chat.id,
        "version": event.chat.version,
        "userId": event.user_id,
        "deliveredUpTo": event.delivered_up_to,
        "readUpTo": event.read_up_to,
        "at": iso(event.at),
        "seqs": event.seqs,
        "read": event.read,
    }
