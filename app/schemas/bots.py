"""What customers say to the bot's answer, on the wire."""

from typing import Any

from pydantic import Field, StrictBool

from app.models.chats import ChatState
from app.schemas.wire import Id, Wire


class Settle(Wire):
    """Whether the articles helped."""

    has_helped: StrictBool = Field(description="true closes the chat, false asks for a person")


class SettleAnswer(Settle):
    """`settle_answer`."""

    chat_id: Id


class SettledOut(Wire):
    chat_id: int
    status: str
    version: int


def settled_out(chat: ChatState) -> dict[str, Any]:
    return {"chatId": chat.id, "status": chat.status, "version": chat.version}
