"""Blocks: who has blocked a chat, why, and until when. Staff alone learn of it."""

from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Text, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model
from app.models import users

REASON_LENGTH = 500


class Block(Model):
    """Of a chat that is blocked now; one that was blocked before there were such rows has none."""

    __tablename__ = "blocks"

    chat_id: Mapped[int] = mapped_column(
        ForeignKey("chats.id"), primary_key=True, autoincrement=False
    )
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(Text)
    blocked_at: Mapped[int] = mapped_column(Id)
    ends_at: Mapped[int | None] = mapped_column(Id)  # none: for good


class BlockState(NamedTuple):
    chat_id: int
    by_id: int
    reason: str
    blocked_at: int
    ends_at: int | None
    by_name: str


table: Any = Block.__table__
b = table.c
OF_CHAT = (
    select(b.chat_id, b.by_id, b.reason, b.blocked_at, b.ends_at, users.table.c.name)
    .join(users.table, users.table.c.id == b.by_id)
    .where(b.chat_id == bindparam("chat_id"))
)
