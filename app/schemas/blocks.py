"""Blocks on the wire: for staff."""

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from app.clock import iso
from app.models.blocks import BlockState
from app.models.chats import ChatState
from app.schemas.chats import ChatRef
from app.schemas.wire import Text, Wire, ms_of


class Block(Wire):
    reason: Annotated[Text, Field(max_length=5000)] = Field(
        default="", description="for staff alone, 500 characters at most"
    )
    until: AwareDatetime | None = Field(
        default=None, description="a time to come, within a year, with its zone; null: for good"
    )

    @property
    def until_ms(self) -> int | None:
        return None if self.until is None else ms_of(self.until)


class BlockChat(Block, ChatRef):
    """`block_chat`."""


class BlockOut(Wire):
    """Whether a chat is blocked; who did it is null where nothing is known of it."""

    chat_id: int
    is_blocked: bool
    by_id: int | None
    reason: str
    blocked_at: str | None
    until: str | None


def block_out(chat: ChatState, block: BlockState | None) -> dict[str, Any]:
    return {
        "chatId": chat.id,
        "isBlocked": chat.is_blocked,
        "byId": block.by_id if block else None,
        "reason": block.reason if block else "",
        "blockedAt": iso(block.blocked_at) if block else None,
        "until": iso(block.ends_at) if block else None,
    }
